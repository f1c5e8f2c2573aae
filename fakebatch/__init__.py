"""An in-process fake of AWS Batch and AWS Elastic Disaster Recovery for Python tests.

Importing the package costs next to nothing: every public name is fetched when it is first used, because a
pytest that merely has fakebatch installed imports it at each start.
"""

from __future__ import annotations

# What type checkers take for true. `typing` itself takes more time to import than all of this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from fakebatch.api import current, mock
    from fakebatch.calls import Call
    from fakebatch.errors import InternalError, UsageError
    from fakebatch.timing import Timing
    from fakebatch.world import World

    __version__: str

__all__ = ["Call", "InternalError", "Timing", "UsageError", "World", "__version__", "current", "mock"]

_HOMES = {
    "Call": "fakebatch.calls",
    "InternalError": "fakebatch.errors",
    "Timing": "fakebatch.timing",
    "UsageError": "fakebatch.errors",
    "World": "fakebatch.world",
    "current": "fakebatch.api",
    "mock": "fakebatch.api",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - slow to import, seldom asked for

        found: Any = version("fakebatch")
    elif name in _HOMES:
        from importlib import import_module  # noqa: PLC0415 - as above

        found = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
