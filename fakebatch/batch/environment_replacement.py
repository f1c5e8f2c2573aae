"""Infrastructure updates: the instances of a compute environment are replaced, and its jobs have to leave.

New jobs are placed on the new instances at once. Those that were STARTING or RUNNING before go on for as long
as the update policy lets them, then their hosts are taken away; that ends an attempt like any other, which is
tried again if the job's retry strategy says so. The environment is UPDATING until none of them is left.

Source: user guide, "Perform infrastructure updates"; model, UpdatePolicy. That the attempts end as when a
host is terminated is assumed: no recorded job was found. So is that the environment is UPDATING for
`timing.resource` at least, and not longer when its jobs have left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakebatch.batch import resource_status
from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from fakebatch.batch.resource_status import Change
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Attempt, ComputeEnvironment, Job
    from fakebatch.sim.agenda import Event


@dataclass(slots=True, eq=False)
class Replacement:
    """An infrastructure update under way.

    Attributes:
        environment: whose.
        change: how it ends.
        old: attempts that are still on the old instances, by the job's id.
        eviction: when their hosts are taken away.
        settled: `timing.resource` is over.
    """

    environment: ComputeEnvironment
    change: Change
    old: dict[str, Attempt]
    eviction: Event | None = None
    settled: bool = False


def update(service: Service, environment: ComputeEnvironment) -> None:
    """Have an environment whose settings are the new ones be UPDATING until its instances are replaced."""
    old = _placed(service, environment)
    environment.capacity.replace()
    change = resource_status.begin_update(service, environment)
    if not old:
        resource_status.end_in_time(change)
        return
    replacement = environment.replacement = Replacement(environment, change, old)
    sim = service.sim
    replacement.eviction = sim.schedule(_patience_ns(environment), _evict, replacement)
    sim.schedule(service.durations.resource_ns, _settle, replacement)


def left(environment: ComputeEnvironment, job: Job, attempt: Attempt) -> None:
    """An attempt in an environment whose instances are being replaced has ended."""
    replacement = environment.replacement
    assert replacement is not None
    # A retry of the job runs on the new instances.
    if replacement.old.get(job.id) is attempt:
        del replacement.old[job.id]
        _finish_if_over(replacement)


def _placed(service: Service, environment: ComputeEnvironment) -> dict[str, Attempt]:
    return {
        job.id: job.attempt
        for job in service.jobs.values()
        if job.attempt is not None and job.nodes is None and job.attempt.environment is environment
    }


def _patience_ns(environment: ComputeEnvironment) -> int:
    """For how long jobs may go on. Those that are terminated at once don't get the timeout (user guide)."""
    policy = environment.update_policy
    assert policy is not None
    if policy["terminateJobsOnUpdate"]:
        return 0
    minutes: int = policy["jobExecutionTimeoutMinutes"]
    return minutes * 60 * NS_PER_SECOND


def _evict(replacement: Replacement) -> None:
    """The jobs have had their time: their hosts go."""
    service = replacement.change.service
    for job_id in list(replacement.old):
        # With a main node its others have left.
        if job_id in replacement.old:
            job = service.jobs[job_id]
            service.executor_of(job).interrupt(job)


def _settle(replacement: Replacement) -> None:
    replacement.settled = True
    _finish_if_over(replacement)


def _finish_if_over(replacement: Replacement) -> None:
    if replacement.old:
        return
    change = replacement.change
    change.service.sim.cancel(replacement.eviction)
    if replacement.settled:
        replacement.environment.replacement = None
        resource_status.end(change)
