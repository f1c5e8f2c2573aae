"""The life of a service job: its state table, and the one function that applies it.

Theory of operation
-------------------
A service job is handed to another service, SageMaker, which runs it. SUBMITTED and RUNNABLE are Batch's own:
it hasn't been looked at yet, it waits for capacity of its service environment. SCHEDULED says that a training
job has been created and is pending, STARTING that it has its instances and downloads, RUNNING that it trains
or uploads. It is never PENDING: service jobs depend on nothing. A failed attempt with tries left goes back to
RUNNABLE, from SCHEDULED on; terminating takes a job to FAILED from every state but the last two.

Source: user guide, "Mapping AWS Batch service job status to SageMaker AI status".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.errors import InternalError
from fakebatch.sim.trace import Remark, Transition

if TYPE_CHECKING:
    from fakebatch.batch.lifecycle import Table
    from fakebatch.batch.service import Service
    from fakebatch.batch.service_state import ServiceJob

STATUSES = ("SUBMITTED", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
# While it has an attempt, and with it capacity.
UNDER_WAY = ("SCHEDULED", "STARTING", "RUNNING")

SERVICE_JOB: Table = {
    None: frozenset({"SUBMITTED"}),
    "SUBMITTED": frozenset({"RUNNABLE", "FAILED"}),
    "RUNNABLE": frozenset({"SCHEDULED", "FAILED"}),
    "SCHEDULED": frozenset({"STARTING", "RUNNABLE", "FAILED"}),
    "STARTING": frozenset({"RUNNING", "RUNNABLE", "FAILED"}),
    "RUNNING": frozenset({"SUCCEEDED", "RUNNABLE", "FAILED"}),
    "SUCCEEDED": frozenset(),
    "FAILED": frozenset(),
}


def move(service: Service, job: ServiceJob, status: str, reason: str | None = None) -> None:
    """Take a service job to its next state, now: the listing and the trace follow.

    Raises:
        InternalError: the table has no such transition.
    """
    before = job.status
    if status not in SERVICE_JOB[before]:
        raise InternalError(f"service job {job.id} cannot go from {before} to {status}")
    if job.status_reason is not None:
        # A blocking reason: it goes with the state.
        service.time_limits.end(job)
    job.status = status
    job.status_reason = reason
    job.queue.service_jobs.remove(before, job)
    job.queue.service_jobs.add(status, job)
    service.trace.append(Transition(service.sim.now_ns, job, before, status, reason))


def block(service: Service, job: ServiceJob, reason: str) -> None:
    """Have a RUNNABLE job show what keeps it from being scheduled. Not a transition, but Batch tells of it.

    That a job found to be blocked for the same reason again is not told of again is assumed, as for jobs.
    """
    if job.status_reason != reason:
        remark(service, job, reason)
        service.time_limits.begin(job, job.queue, reason)


def unblock(service: Service, job: ServiceJob) -> None:
    """Have a RUNNABLE job show no blocking reason any more; one that shows none is let pass."""
    if job.status_reason is not None:
        job.status_reason = None
        service.time_limits.end(job)


def remark(service: Service, job: ServiceJob, reason: str) -> None:
    """Have a job show why it stays in its state, and record that for those who tell of it."""
    job.status_reason = reason
    service.remarks.append(Remark(len(service.trace), service.sim.now_ns, job, reason))


def enter(service: Service, job: ServiceJob) -> None:
    """Record that a service job has come into being, SUBMITTED."""
    job.queue.service_jobs.add(job.status, job)
    service.service_jobs[job.id] = job
    service.trace.append(Transition(service.sim.now_ns, job, None, job.status, None))
