"""The test author's side of one account and region."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from fakebatch.batch.control import Control
from fakebatch.errors import UsageError


class Side:
    """The author's side of one account and region.

    Args:
        locate: the service of that place by its name, with everything done that is due by now.
    """

    __slots__ = ("_locate",)

    def __init__(self, locate: Callable[[str], Any]) -> None:
        self._locate = locate

    @property
    def batch(self) -> Control:
        """Batch: what to set up and what happens to jobs."""
        return Control(partial(self._locate, "batch"))

    @property
    def drs(self) -> Any:
        """Elastic Disaster Recovery."""
        raise UsageError("drs: Elastic Disaster Recovery isn't there yet.")
