"""Who may start: dependsOn, plain, N_TO_N and SEQUENTIAL.

Source: user guide, "Job dependencies", "Array jobs"; API reference, SubmitJob.dependsOn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.aws.numbers import whole_number

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Job, Structure

FAILED_REASON = "Dependent Job failed"


def is_sequential(dependency: Structure) -> bool:
    """Child i waits for child i-1 of its own array."""
    return dependency.get("type") == "SEQUENTIAL"


def is_n_to_n(dependency: Structure) -> bool:
    """Child i waits for child i of the other array."""
    return dependency.get("type") == "N_TO_N"


def is_known(service: Service, job_id: str) -> bool:
    """Whether a job can be depended on: one that is there, or a child that its array has yet to spawn.

    That a child's id may be given is assumed (reference §4 is unsure), and so is that a node's may not.
    """
    if job_id in service.jobs:
        return not service.jobs[job_id].is_node
    parent_id, _, index = job_id.rpartition(":")
    parent = service.jobs.get(parent_id)
    number = whole_number(index)
    if parent is None or parent.array is None or number is None:
        return False
    return number < parent.array.size and index == str(number)


def register(service: Service, job: Job) -> bool:
    """Have a job wait for the whole jobs that it depends on; True when one of them has failed already.

    That a SEQUENTIAL dependency with a jobId waits for that job besides is assumed.
    """
    failed = False
    for dependency in job.spec.depends_on:
        if "jobId" in dependency and not is_n_to_n(dependency):
            failed |= _wait_for(service.jobs.get(dependency["jobId"]), job)
    return failed


def register_child(service: Service, job: Job) -> bool:
    """The same for one child of an array, index by index."""
    assert job.parent is not None
    assert job.parent.array is not None
    failed = False
    for dependency in job.spec.depends_on:
        if is_n_to_n(dependency):
            failed |= _wait_for(service.jobs.get(f"{dependency['jobId']}:{job.index}"), job)
    if job.parent.array.sequential and job.index:
        # Its predecessor, spawned a moment ago, tells it directly: see `arrays.child_ended`.
        job.waits += 1
    return failed


def notify(service: Service, job: Job, succeeded: bool) -> None:
    """One of the jobs that this one waits for has ended."""
    if job.ended:
        return
    if not succeeded:
        fail(service, job)
        return
    job.waits -= 1
    if job.waits == 0:
        service.scheduler.ready(job)


def fail(service: Service, job: Job) -> None:
    """End a PENDING job whose dependency failed, directly; the reason of an accepted CancelJob wins."""
    if job.array is not None:
        job.array.dependency_failed = True
        for child in job.array.children:
            if not child.ended:
                fail(service, child)
        return
    service.completion.end(job, "FAILED", job.stop_reason or FAILED_REASON)


def _wait_for(other: Job | None, job: Job) -> bool:
    """Count an unfinished job in; True when it has failed.

    A child that was never spawned belongs to an array that ended in SUBMITTED, and that is a failure.
    """
    if other is None or other.status == "FAILED":
        return True
    if other.status != "SUCCEEDED":
        job.waits += 1
        if other.dependents is None:
            other.dependents = []
        other.dependents.append(job.id)
    return False
