"""What the code under test did: the log of calls, kept packed and read as records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, overload

from fakebatch.aws.packing import unpack
from fakebatch.aws.timestamps import to_datetime


class Entry(NamedTuple):
    """One call as it is kept: bytes that nobody can change, cheap to write and unpacked only when looked at.

    Logs hold plain tuples of the same fields: those the garbage collector stops looking at.

    Attributes:
        request: the members as JSON.
        response: packed; None for a call that failed.
        error: (code, message); None for one that went well.
    """

    service: str
    operation: str
    request: bytes
    response: bytes | None
    error: tuple[str, str] | None
    at_ns: int
    region: str
    account_id: str


Logged: TypeAlias = tuple[str, str, bytes, bytes | None, tuple[str, str] | None, int, str, str]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the code under test.

    Attributes:
        service: "batch" or "drs".
        operation: as AWS spells it: "SubmitJob".
        params: the request as boto3 spells it.
        response: the response as boto3 spells it, without ResponseMetadata; None for a call that failed.
        error: what the exception's `response["Error"]` holds, {"Code": ..., "Message": ...}; for an injected
            exception class its name and text. None for a call that went well.
        at: the instant of the answer, aware UTC.
        region: of the client.
        account_id: whose account it was.
    """

    service: str
    operation: str
    params: dict[str, Any]
    response: dict[str, Any] | None
    error: dict[str, str] | None
    at: datetime
    region: str
    account_id: str


class Calls(Sequence[Call]):
    """Calls in the order in which they were answered; `fake.calls` is live, a part of it stands still."""

    __slots__ = ("_log",)

    def __init__(self, log: Callable[[], Sequence[Logged]]) -> None:
        self._log = log

    def to(self, operation: str, service: str | None = None) -> Calls:
        """The calls of one operation, spelt as AWS does: `fake.calls.to("SubmitJob")`."""
        found = [entry for entry in self._log() if entry[1] == operation and service in (None, entry[0])]
        return Calls(lambda: found)

    def __len__(self) -> int:
        return len(self._log())

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> Calls: ...
    def __getitem__(self, index: int | slice) -> Call | Calls:
        if isinstance(index, slice):
            part = self._log()[index]
            return Calls(lambda: part)
        return _read(self._log()[index])

    def __iter__(self) -> Iterator[Call]:
        return map(_read, self._log())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Calls, list, tuple)):
            return list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment] # it changes as calls come in

    def __repr__(self) -> str:
        return f"[{', '.join(map(_line, self._log()))}]"


def _line(logged: Logged) -> str:
    entry = Entry._make(logged)
    failed = f" failed with {entry.error[0]}" if entry.error else ""
    return f"<{entry.service}.{entry.operation}{failed}>"


def _read(logged: Logged) -> Call:
    entry = Entry._make(logged)
    return Call(
        service=entry.service,
        operation=entry.operation,
        params=json.loads(entry.request),
        response=None if entry.response is None else unpack(entry.response),
        error=None if entry.error is None else {"Code": entry.error[0], "Message": entry.error[1]},
        at=to_datetime(entry.at_ns),
        region=entry.region,
        account_id=entry.account_id,
    )
