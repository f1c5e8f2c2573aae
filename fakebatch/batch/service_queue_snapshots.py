"""GetJobQueueSnapshot of a queue for service jobs.

Source: model; user guide, "Track capacity utilization" (reference §12.3). Each call takes a new snapshot
(assumed, as for container jobs).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from fakebatch.aws.timestamps import to_ms
from fakebatch.batch.service_lifecycle import UNDER_WAY
from fakebatch.batch.service_lines import foreseen, rank, rank_at
from fakebatch.batch.service_state import NUM_INSTANCES, ServiceJob

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import JobQueue, Structure
    from fakebatch.sim.trace import Transition

_FRONT = 100
_TOP_SHARES = 20


def snapshot(service: Service, queue: JobQueue) -> Structure:
    """The first 100 RUNNABLE jobs, the first of each quota share, and the instances that jobs hold."""
    now_ns = service.sim.now_ns
    updated: Structure = {"lastUpdatedAt": to_ms(now_ns)}
    runnable = [job for _, job in queue.service_jobs.newest_first("RUNNABLE")]
    front = list(islice(foreseen(queue, runnable, now_ns), _FRONT))
    found: Structure = {
        "frontOfQueue": {"jobs": _entries(service, queue, front), **updated},
        "queueUtilization": {**_utilization(queue), **updated},
    }
    if queue.has_quotas:
        fronts = {name: _front_of_share(runnable, name) for name in queue.quota_shares}
        shares = {name: _entries(service, queue, first, of_share=True) for name, first in fronts.items()}
        found["frontOfQuotaShares"] = {"quotaShares": shares, **updated}
    return found


def _front_of_share(runnable: list[ServiceJob], name: str) -> list[ServiceJob]:
    """The first job of a share; nothing for a share that has none (user guide)."""
    return sorted((job for job in runnable if job.share_name == name), key=rank)[:1]


# Who is in front, and since when


def _entries(
    service: Service, queue: JobQueue, front: list[ServiceJob], of_share: bool = False
) -> list[Structure]:
    since_ns = _at_position_since(service, queue, front, of_share)
    return [
        {"jobArn": service.arn(f"service-job/{job.id}"), "earliestTimeAtPosition": to_ms(since_ns[job.id])}
        for job in front
    ]


def _at_position_since(
    service: Service, queue: JobQueue, front: list[ServiceJob], of_share: bool
) -> dict[str, int]:
    """When each job of the front has come to its position, in ns.

    That is when it became RUNNABLE, or one before it came or went. Read off the trace backwards, so that
    nobody has to keep it. A changed schedulingPriority moves nobody here (assumed).
    """
    since_ns: dict[str, int] = {}
    positions = {job.id: position for position, job in enumerate(front)}
    for entry in reversed(service.trace):
        if len(since_ns) == len(front):
            break
        if _concerns(queue, entry):
            moved = [job for job in front if _moved(entry, job, positions, of_share)]
            # The latest instant counts, and that is the one found first.
            since_ns = {**dict.fromkeys([job.id for job in moved], entry.at_ns), **since_ns}
    return since_ns


def _concerns(queue: JobQueue, entry: Transition) -> bool:
    """A job of the queue has become RUNNABLE or is it no more."""
    if "RUNNABLE" not in (entry.before, entry.after):
        return False
    return isinstance(entry.subject, ServiceJob) and entry.subject.queue is queue


def _moved(entry: Transition, job: ServiceJob, positions: dict[str, int], of_share: bool) -> bool:
    """Whether a transition has brought a job to its position.

    Of other shares count those that have come before it, and those that have gone from before it: with quota
    shares in the order of submission, with fair share if they were scheduled while it waited (assumed).
    """
    other: ServiceJob = entry.subject
    if entry.after == "RUNNABLE":
        return other is job or positions.get(other.id, len(positions)) < positions[job.id]
    if other.share_name == job.share_name:
        return rank_at(other, entry.at_ns) < rank(job)
    if job.quota_share is not None:
        return not of_share and other.sequence < job.sequence
    return entry.after == "SCHEDULED"


# What is in use


def _utilization(queue: JobQueue) -> Structure:
    """What jobs with an attempt hold in all, and in a queue with a policy by share.

    That nothing is shown as 0 for each unit that there is, not as an empty list, is assumed.
    """
    environment = queue.service_environments[0][1]
    held: dict[str, Counter[str]] = {}
    for status in UNDER_WAY:
        for _, job in queue.service_jobs.newest_first(status):
            held.setdefault(job.share_name, Counter()).update(job.instances)
    used = sum(held.values(), Counter())
    total: Structure = {"totalCapacityUsage": _capacity(environment.limits, used)}
    if queue.has_quotas:
        shares = {name: held.get(name, Counter()) for name in queue.quota_shares}
        by_quota = [
            {
                "quotaShareName": name,
                "capacityUsage": _capacity(queue.quota_shares[name].limits, shares[name]),
            }
            for name in _top(shares)
        ]
        return {**total, "quotaShareUtilization": {"topCapacityUtilization": by_quota}}
    if queue.scheduling_policy is None:
        return total
    by_share = [
        {"shareIdentifier": name, "capacityUsage": _capacity(environment.limits, held[name])}
        for name in _top(held)
    ]
    shares_used = {"activeShareCount": len(held), "topCapacityUtilization": by_share}
    return {**total, "fairshareUtilization": shares_used}


def _top(held: dict[str, Counter[str]]) -> list[str]:
    """The 20 shares that use most instances; of equal ones the first by name: assumed."""
    return sorted(held, key=lambda name: (-held[name].total(), name))[:_TOP_SHARES]


def _capacity(units: Iterable[str], used: Counter[str]) -> list[Structure]:
    """Instances in all where the environment counts them so, otherwise by type."""
    if NUM_INSTANCES in units:
        return [{"capacityUnit": NUM_INSTANCES, "quantity": float(used.total())}]
    return [{"capacityUnit": unit, "quantity": float(used[unit])} for unit in dict.fromkeys([*units, *used])]
