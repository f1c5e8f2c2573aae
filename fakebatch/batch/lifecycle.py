"""The life of a job: the state tables, and the one function that applies them.

Theory of operation
-------------------
A job is in exactly one of seven states, and only `move` changes it. What a job may do next depends on its
kind, so there is one table a kind; a transition that a table doesn't list is a defect of fakebatch.

A single job is SUBMITTED until the scheduler has looked at it. With dependencies outstanding it becomes
PENDING, otherwise it goes straight to RUNNABLE: Batch never shows PENDING for a job that waits for
nothing. RUNNABLE lasts until there is room. STARTING is the host's work (pulling the image, creating the
container), RUNNING the container's. A failed attempt with tries left goes back to RUNNABLE, never
further. A job that depends on a failed one goes from PENDING to FAILED, never through RUNNABLE.

The parent of an array runs nothing: it is SUBMITTED, PENDING while children live, then SUCCEEDED or
FAILED. Its children come into being PENDING and then live like single jobs.

A multi-node job lives like a single one: it does what its main node does. Its nodes come into being
RUNNABLE, with it (assumed: nothing says what they are before they are launched). The main node is STARTING
when all of them have a place, the others when it is RUNNING; each ends by its own exit, and all of them with
the main node. When the job is tried again they are RUNNABLE again, those too that had ended (assumed).

Cancelling takes a job to FAILED from SUBMITTED, PENDING or RUNNABLE; terminating also from STARTING and
RUNNING. Nothing but a node leaves SUCCEEDED or FAILED.

Source: user guide, "Job states", "Array jobs", "Job dependencies", "Automated job retries", "Job lifecycle
for MNP jobs".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakebatch.errors import InternalError
from fakebatch.sim.trace import Remark, Transition

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Job

STATUSES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")

# A named tuple's own constructor takes half as long again, 0.1 µs more.
_new: Any = tuple.__new__

# For each kind of job, where it may go from each state; None is "not there yet".
Table = dict[str | None, frozenset[str]]

_RUN: Table = {
    "RUNNABLE": frozenset({"STARTING", "FAILED"}),
    "STARTING": frozenset({"RUNNING", "RUNNABLE", "FAILED"}),
    "RUNNING": frozenset({"SUCCEEDED", "RUNNABLE", "FAILED"}),
    "SUCCEEDED": frozenset(),
    "FAILED": frozenset(),
}
SINGLE: Table = {
    None: frozenset({"SUBMITTED"}),
    "SUBMITTED": frozenset({"PENDING", "RUNNABLE", "FAILED"}),
    "PENDING": frozenset({"RUNNABLE", "FAILED"}),
    **_RUN,
}
ARRAY_PARENT: Table = {
    None: frozenset({"SUBMITTED"}),
    "SUBMITTED": frozenset({"PENDING", "FAILED"}),
    "PENDING": frozenset({"SUCCEEDED", "FAILED"}),
    "SUCCEEDED": frozenset(),
    "FAILED": frozenset(),
}
ARRAY_CHILD: Table = {
    None: frozenset({"PENDING"}),
    "PENDING": frozenset({"RUNNABLE", "FAILED"}),
    **_RUN,
}
NODE: Table = {
    None: frozenset({"RUNNABLE"}),
    **_RUN,
    "SUCCEEDED": frozenset({"RUNNABLE"}),
    "FAILED": frozenset({"RUNNABLE"}),
}
TABLES: dict[str, Table] = {
    "single": SINGLE,
    "array parent": ARRAY_PARENT,
    "array child": ARRAY_CHILD,
    "multi-node": SINGLE,
    "node": NODE,
}


def kind(job: Job) -> str:
    """The name of the table that a job lives by."""
    if job.parent is not None:
        return "node" if job.is_node else "array child"
    if job.array is not None:
        return "array parent"
    return "single" if job.nodes is None else "multi-node"


def move(service: Service, job: Job, status: str, reason: str | None = None) -> None:
    """Take a job to its next state, now: the listing, its parent's summary and the trace follow.

    Raises:
        InternalError: the table of its kind has no such transition.
    """
    before = job.status
    parent = job.parent
    if parent is None:
        table = SINGLE if job.array is None else ARRAY_PARENT
    else:
        table = NODE if parent.array is None else ARRAY_CHILD
    if status not in table[before]:
        raise InternalError(f"{kind(job)} job {job.id} cannot go from {before} to {status}")
    if job.status_reason is not None:
        # A blocking reason: it goes with the state.
        service.time_limits.end(job)
    job.status = status
    job.status_reason = reason
    job.reply = None
    now_ns = service.sim.now_ns
    if parent is None:
        jobs = job.spec.queue.jobs
        jobs.remove(before, job)
        jobs.add(status, job)
    elif parent.array is not None:
        array = parent.array
        array.summary[before] -= 1
        array.summary[status] += 1
        array.updated_ns = now_ns
        parent.reply = None
    service.trace.append(_new(Transition, (now_ns, job, before, status, reason)))


def block(service: Service, job: Job, reason: str) -> None:
    """Have a RUNNABLE job show what keeps it from being placed. Not a transition, but Batch tells of it.

    That a job found to be blocked for the same reason again is not told of again is assumed.
    """
    if job.status_reason != reason:
        job.status_reason = reason
        job.reply = None
        service.remarks.append(Remark(len(service.trace), service.sim.now_ns, job, reason))
        service.time_limits.begin(job, job.spec.queue, reason)


def unblock(service: Service, job: Job) -> None:
    """Have a RUNNABLE job show no blocking reason any more; one that shows none is let pass."""
    if job.status_reason is not None:
        job.status_reason = job.reply = None
        service.time_limits.end(job)


def enter(service: Service, job: Job) -> None:
    """Record that a job has come into being, in the state in which its kind begins."""
    if job.parent is None:
        job.spec.queue.jobs.add(job.status, job)
    service.jobs[job.id] = job
    service.trace.append(Transition(service.sim.now_ns, job, None, job.status, None))
