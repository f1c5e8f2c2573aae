"""Faults that a test has injected: which wire attempt of which call fails, and how."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter
from typing import Any

# Codes that no operation models, by the status they come with.
_STATUSES = {429: "Throttl TooManyRequests RequestLimit SlowDown", 503: "Unavailable", 500: "Server Internal"}


@dataclass(slots=True)
class Fault:
    """What the next attempts of an operation run into.

    Attributes:
        error: an AWS error code, or the class of an exception that is raised instead of a response.
        status: the HTTP status; None for the code's own.
        message: its words; None for a default.
        times: attempts on the wire that still fail.
        after: calls that are let through before.
    """

    service: str
    operation: str
    error: str | type[Exception]
    status: int | None
    message: str | None
    times: int
    after: int

    @property
    def words(self) -> str:
        """The message that the caller reads."""
        if self.message is not None:
            return self.message
        return f"{self.code}, injected into {self.service}.{self.operation}"

    @property
    def code(self) -> str:
        """The AWS error code, or the name of the exception's class."""
        return self.error if isinstance(self.error, str) else self.error.__name__

    def status_for(self, modelled: int | None) -> int:
        """The HTTP status: the one asked for, the model's, or what such codes usually come with."""
        if self.status is not None:
            return self.status
        if modelled is not None:
            return modelled
        for status, parts in _STATUSES.items():
            if any(part in self.code for part in parts.split()):
                return status
        return 400

    def body(self) -> bytes:
        """The response body that a rest-json service sends with an error."""
        return json.dumps({"message": self.words}).encode()


def due(faults: Iterable[Fault], service: str, operation: str) -> list[Fault]:
    """The faults that a new call of an operation meets, first injected first.

    Calling it is what counts a call: faults that let some through come one nearer.
    """
    met = []
    for fault in faults:
        if fault.operation != operation or fault.service != service or not fault.times:
            continue
        if fault.after:
            fault.after -= 1
        else:
            met.append(fault)
    return met


def exception_of(fault: Fault, url: str) -> Exception:
    """An exception of the fault's class, with what botocore's own formats ask for filled in."""
    assert not isinstance(fault.error, str)
    template: Any = getattr(fault.error, "fmt", None)
    if not isinstance(template, str):
        return fault.error(fault.words)
    named = {name: fault.words for _, name, _, _ in Formatter().parse(template) if name}
    return fault.error(**{name: url if name.endswith("url") else words for name, words in named.items()})
