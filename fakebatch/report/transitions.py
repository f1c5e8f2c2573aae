"""Transitions as a test's author reads them: the trace with names instead of records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from fakebatch.aws.timestamps import to_datetime
from fakebatch.sim import trace

# States of an attempt that hasn't ended.
_UNDER_WAY = ("SCHEDULED", "STARTING", "RUNNING")
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of state.

    Attributes:
        at: the instant, aware UTC.
        service: "batch" or "drs".
        kind: what changed: "job", "service_job", "compute_environment", "job_queue" and so on.
        id: the jobId (`<parent>:<index>` for an array's child, `<job>#<index>` for a node) or drs's id; the
            ARN of what has no id.
        name: the jobName, which children and nodes share with their job, or the resource's own.
        before: the state it left; None for what has just come into being.
        after: the state it entered.
        reason: why, in the service's words. For a job that goes back to RUNNABLE it is that of the attempt
            that has ended.
        attempt: the number of the attempt that began or ended here, 1 for the first; None where none did.
        exit_code: of the container of the attempt that ended here, if it left one.
        container_reason: why that container ended, such as ECS tells an out-of-memory kill.
        array_index: of an array's child.
        node_index: of a node of a multi-node job.
    """

    at: datetime
    service: str
    kind: str
    id: str
    name: str
    before: str | None
    after: str
    reason: str | None = None
    attempt: int | None = None
    exit_code: int | None = None
    container_reason: str | None = None
    array_index: int | None = None
    node_index: int | None = None

    @property
    def is_job(self) -> bool:
        """A job of some kind, no resource."""
        return self.kind in ("job", "service_job")

    @property
    def index(self) -> int | None:
        """Of an array's child or of a node."""
        return self.array_index if self.node_index is None else self.node_index

    @property
    def separator(self) -> str:
        """What stands between the id of a child or a node and its index."""
        return ":" if self.node_index is None else "#"

    @property
    def parent_id(self) -> str | None:
        """The id of the array whose child this is, or of the job whose node."""
        return None if self.index is None else self.id.rpartition(self.separator)[0]


class _Subject(NamedTuple):
    """What never changes about a record."""

    service: str
    kind: str
    id: str
    name: str
    array_index: int | None
    node_index: int | None


def read(records: Iterable[trace.Transition]) -> list[Transition]:
    """The trace, in its order.

    The records of services are known here only by what they have in common (`id` or `arn`, `name`,
    `attempts`), because a report must not depend on any one service.
    """
    subjects: dict[int, _Subject] = {}
    tries: dict[int, int] = {}
    return [_read(record, subjects, tries) for record in records]


def _read(record: trace.Transition, subjects: dict[int, _Subject], tries: dict[int, int]) -> Transition:
    key = id(record.subject)
    subject = subjects.get(key)
    if subject is None:
        subject = subjects[key] = _describe(record.subject)
    number = tries.get(key, 0)
    # A service job's attempt begins when it is SCHEDULED, any other's in STARTING.
    begins = record.after in ("SCHEDULED", "STARTING") and record.before != "SCHEDULED"
    ends = record.before in _UNDER_WAY and record.after not in _UNDER_WAY
    if begins:
        number = tries[key] = number + 1
    attempt = None
    if ends:
        attempt = _attempt(record.subject, number)
    return Transition(
        at=to_datetime(record.at_ns),
        service=subject.service,
        kind=subject.kind,
        id=subject.id,
        name=subject.name,
        before=record.before,
        after=record.after,
        reason=record.reason or (attempt.status_reason if attempt else None),
        attempt=number if begins or attempt else None,
        exit_code=getattr(attempt, "exit_code", None),
        container_reason=getattr(attempt, "reason", None),
        array_index=subject.array_index,
        node_index=subject.node_index,
    )


def _describe(record: Any) -> _Subject:
    kind = type(record)
    # fakebatch.<service>.state
    service = kind.__module__.split(".")[1]
    own_id = getattr(record, "id", None) or record.arn
    name = getattr(record, "name", None) or own_id
    index = getattr(record, "index", None)
    indices = (None, index) if "#" in own_id else (index, None)
    return _Subject(service, _WORD.sub("_", kind.__name__).lower(), own_id, name, *indices)


def _attempt(record: Any, number: int) -> Any:
    """The attempt of a job with this number, if it has ended."""
    attempts = getattr(record, "attempts", ())
    return attempts[number - 1] if 0 < number <= len(attempts) else None
