"""How long each phase lasts on the virtual clock."""

from __future__ import annotations

from dataclasses import dataclass, fields

from fakebatch.errors import UsageError

NS_PER_SECOND = 1_000_000_000


def to_ns(seconds: float) -> int:
    """Whole nanoseconds, rounded to a microsecond: the finest step that a frozen datetime can take."""
    return round(seconds * 1_000_000) * 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Durations in seconds of virtual time.

    With the defaults a Batch job without dependencies is RUNNABLE 1 s after SubmitJob, STARTING at 5 s,
    RUNNING at 10 s and SUCCEEDED at 70 s, and a service job at 75 s. Resources are VALID at once.

    Attributes:
        submitted: SubmitJob to RUNNABLE, or to PENDING for a job that waits for another one.
        pending: the last dependency's success to RUNNABLE.
        runnable: RUNNABLE to STARTING while there is room.
        scheduled: SCHEDULED to STARTING; only service jobs are ever SCHEDULED.
        starting: STARTING to RUNNING, or to the failure of a job that cannot start.
        running: RUNNING to the end, where neither a rule nor a test says otherwise.
        stopping: the end of a container that TerminateJob or a timeout asked to stop.
        resource: CREATING, UPDATING and DELETING of compute environments, job queues and the like.
        scaling_out: the decision to launch an instance for waiting jobs to its taking them. With 0 an
            instance is there when it is needed.
        scaling_in: how long an instance above minvCpus does nothing until it goes.

    Raises:
        UsageError: a duration is negative or no number.
    """

    submitted: float = 1
    pending: float = 0
    runnable: float = 4
    scheduled: float = 5
    starting: float = 5
    running: float = 60
    stopping: float = 0
    resource: float = 0
    scaling_out: float = 0
    scaling_in: float = 60

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if (
                isinstance(value, bool)
                or not isinstance(value, (int, float))
                or not 0 <= value < float("inf")
            ):
                raise UsageError(
                    f"Timing({field.name}={value!r}): a duration is a number of seconds from 0 on."
                )

    @classmethod
    def instant(cls) -> Timing:
        """Everything takes no time: a job is over at the first look."""
        return cls(submitted=0, runnable=0, scheduled=0, starting=0, running=0, scaling_in=0)

    @classmethod
    def realistic(cls) -> Timing:
        """Durations of the order that AWS shows on cold EC2 capacity.

        Source: the user guide's orders of magnitude and one recorded job (262 s from createdAt to
        startedAt); which part of that each phase takes is assumed.
        """
        return cls(
            submitted=3,
            pending=15,
            runnable=60,
            scheduled=120,
            starting=60,
            running=600,
            stopping=30,
            resource=30,
            scaling_out=120,
            scaling_in=600,
        )


@dataclass(frozen=True, slots=True)
class Durations:
    """A `Timing` in nanoseconds, computed once for a world."""

    submitted_ns: int
    pending_ns: int
    runnable_ns: int
    scheduled_ns: int
    starting_ns: int
    running_ns: int
    stopping_ns: int
    resource_ns: int
    scaling_out_ns: int
    scaling_in_ns: int

    @classmethod
    def of(cls, timing: Timing) -> Durations:
        """The same durations as whole nanoseconds."""
        return cls(*(to_ns(getattr(timing, field.name)) for field in fields(timing)))
