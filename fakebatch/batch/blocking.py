"""Why the first job of a queue finds no place: what Batch says of it, and what is kept for other shares.

A job that only has to wait until others end is blocked by nothing, and Batch says nothing. Source: user
guide, "Jobs stuck in a RUNNABLE status" (reference §11.2): the reasons are about what waiting doesn't heal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch import fair_share, nodes
from fakebatch.batch.capacity import MAX_RESOURCE, REQUIREMENT
from fakebatch.batch.outcomes import STUCK_REASONS

if TYPE_CHECKING:
    from fakebatch.batch.state import ComputeEnvironment, Job, JobQueue

_INVALID = STUCK_REASONS["ACTION_REQUIRED"]


def blocking_reason(job: Job) -> str | None:
    """What statusReason says of the first job of a queue that has found no place.

    All connected environments have to lack capacity before Batch says so (user guide). That an environment
    which isn't open has no say where others are, which of several reasons is shown, and that nothing is said
    of a queue whose environments are all DISABLED, is assumed.
    """
    environments = [environment for _, environment in job.spec.queue.environments]
    reasons = [_shortage(job, each) for each in environments if each.usable]
    if not reasons:
        return _INVALID if any(each.status == "INVALID" for each in environments) else None
    if None in reasons:
        return None
    lasting = REQUIREMENT if REQUIREMENT in reasons else MAX_RESOURCE
    return next((reason for reason in reasons if reason not in (REQUIREMENT, MAX_RESOURCE)), lasting)


def _shortage(job: Job, environment: ComputeEnvironment) -> str | None:
    if job.nodes is None:
        return environment.capacity.shortage(job.spec.room)
    return nodes.shortage(environment, job)


def is_reserved(job: Job, now_ns: int) -> bool:
    """Whether what is free of a queue's vCPUs is kept for shares that have no jobs yet.

    `(computeReservation/100)^ActiveFairShares` of what its open environments may have is not for those that
    have. Source: API reference, FairsharePolicy; for unmanaged environments unmanagedvCpus, and without it
    nothing is reserved. That a queue which holds nothing may always place one job, or it would stand still
    for ever, is assumed.
    """
    queue = job.spec.queue
    policy = queue.scheduling_policy
    assert policy is not None
    assert policy.fairshare is not None
    reservation = policy.fairshare.get("computeReservation", 0)
    if not reservation:
        return False
    held = sum(share.vcpus for share in queue.shares.values())
    limit = _vcpu_limit(queue)
    if not held or limit is None:
        return False
    active = len(fair_share.active(queue, now_ns))
    return bool(held + job.spec.needs.vcpus > limit * (1 - (reservation / 100) ** active))


def _vcpu_limit(queue: JobQueue) -> float | None:
    limits = [
        environment.capacity.max_vcpus or environment.unmanaged_vcpus
        for _, environment in queue.environments
        if environment.usable
    ]
    return None if None in limits else sum(limit or 0 for limit in limits)
