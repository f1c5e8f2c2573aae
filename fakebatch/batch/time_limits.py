"""jobStateTimeLimitActions at work: jobs that are blocked for too long are cancelled or terminated.

A queue's action names a blocking reason by its code alone, such as `CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY`,
while the job shows the code with an explanation behind it. The time runs from when a job began to show the
reason, and goes on while that has the same code; whatever takes the reason away, a place above all, ends it.

Source: user guide, "Automatic remediation with jobStateTimeLimitActions", the pages about container and about
service jobs, and the reasons, one by one, under "Jobs stuck in RUNNABLE" (reference §11.2). That an
explanation may change without the time starting over is assumed, and so is that the action is taken exactly
when the time is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.batch import stopping
from fakebatch.batch.service_state import ServiceJob
from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Job, JobQueue
    from fakebatch.sim.agenda import Event

    AnyJob: TypeAlias = Job | ServiceJob

# Actions for others are kept with the queue and never taken: the user guide says so of service roles, invalid
# environments and undetermined causes. Its editions differ on EC2_INSTANCE_CONFIGURATION_UNSUPPORTED.
REMEDIABLE = frozenset(
    {
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
        "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED",
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
        "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
        "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
    }
)


@dataclass(slots=True, eq=False)
class Blocked:
    """A RUNNABLE job that shows a blocking reason.

    Attributes:
        code: what the reason begins with.
        since_ns: when it began to show it.
        event: the action to come; None while the queue has none for it.
    """

    job: AnyJob
    queue: JobQueue
    code: str
    since_ns: int
    event: Event | None = None


class TimeLimits:
    """The blocked jobs of one place, and what becomes of those that stay so."""

    __slots__ = ("_blocked", "_service")

    def __init__(self, service: Service) -> None:
        self._service = service
        self._blocked: dict[str, Blocked] = {}

    def begin(self, job: AnyJob, queue: JobQueue, reason: str) -> None:
        """A job shows this reason from now on."""
        code = reason.partition(" ")[0]
        before = self._blocked.get(job.id)
        if before is not None and before.code == code:
            return
        self.end(job)
        blocked = self._blocked[job.id] = Blocked(job, queue, code, self._service.sim.now_ns)
        self._set(blocked)

    def end(self, job: AnyJob) -> None:
        """A job shows no reason any more; one that shows none is let pass."""
        blocked = self._blocked.pop(job.id, None)
        if blocked is not None:
            self._service.sim.cancel(blocked.event)

    def review(self, queue: JobQueue) -> None:
        """The actions of a queue have changed: they hold for jobs that are blocked already, at once.

        Time that has passed before counts, so an action may be due now: assumed.
        """
        for blocked in self._blocked.values():
            if blocked.queue is queue:
                self._service.sim.cancel(blocked.event)
                self._set(blocked)

    def _set(self, blocked: Blocked) -> None:
        seconds = _limit(blocked)
        sim = self._service.sim
        blocked.event = None
        if seconds is not None:
            left_ns = blocked.since_ns + seconds * NS_PER_SECOND - sim.now_ns
            blocked.event = sim.schedule(max(left_ns, 0), self._act, blocked)

    def _act(self, blocked: Blocked) -> None:
        """The time is over. That the job counts as cancelled, or as terminated, is assumed."""
        job, service = blocked.job, self._service
        why = f"by JobStateTimeLimit action due to reason: {blocked.code}"
        if isinstance(job, ServiceJob):
            service.service_scheduler.terminate(job, f"Terminated {why}")
        else:
            stopping.cancel(service, job, f"Canceled {why}")


def _limit(blocked: Blocked) -> int | None:
    """For how many seconds the queue lets a job show the reason; None for any time."""
    if blocked.code in REMEDIABLE:
        for action in blocked.queue.time_limit_actions or ():
            if action["reason"] == blocked.code:
                seconds: int = action["maxTimeSeconds"]
                return seconds
    return None
