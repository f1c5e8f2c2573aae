"""GetJobQueueSnapshot: whose turn it is in a queue, and what its jobs hold.

Source: model, and user guide (reference §12.3). AWS renews its snapshot from time to time; here each call
takes a new one (assumed).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.aws.timestamps import to_ms
from fakebatch.batch import service_queue_snapshots
from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import jobs as errors
from fakebatch.batch.job_queues import SAGEMAKER, find_job_queue
from fakebatch.batch.queue_order import foreseen, turn, turn_at
from fakebatch.batch.state import Job

if TYPE_CHECKING:
    from fakebatch.batch.queue_order import Turn
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import JobQueue, Structure
    from fakebatch.sim.trace import Transition

Lines: TypeAlias = "dict[str | None, list[tuple[Turn, Job]]]"

_FRONT = 100
_TOP_SHARES = 20
_DISPATCHED = ("STARTING", "RUNNING")


def get_job_queue_snapshot(service: Service, request: Structure) -> Structure:
    """The first 100 RUNNABLE jobs in the order of their dispatch, and what those dispatched hold.

    Raises:
        ClientException: no such queue; that the text is SubmitJob's is assumed.
    """
    queue = find_job_queue(service, request["jobQueue"])
    if queue is None:
        raise ClientException(errors.job_queue_not_found(request["jobQueue"]))
    if queue.type == SAGEMAKER:
        return service_queue_snapshots.snapshot(service, queue)
    now_ns = service.sim.now_ns
    front = list(islice(foreseen(queue, _in_status(queue, "RUNNABLE"), now_ns), _FRONT))
    since_ns = _at_position_since(service, queue, front)
    return {
        "frontOfQueue": {
            "jobs": [
                {"jobArn": service.arn(f"job/{job.id}"), "earliestTimeAtPosition": to_ms(since_ns[job.id])}
                for job in front
            ],
            "lastUpdatedAt": to_ms(now_ns),
        },
        "queueUtilization": {**_utilization(queue), "lastUpdatedAt": to_ms(now_ns)},
    }


def _utilization(queue: JobQueue) -> Structure:
    """What dispatched jobs hold in all, and in a queue with a policy by share.

    That nothing is shown as 0, not as an empty list, is assumed.
    """
    by_share: dict[str, float] = {}
    for status in _DISPATCHED:
        for job in _in_status(queue, status):
            share = job.spec.share_identifier or ""
            by_share[share] = by_share.get(share, 0.0) + job.spec.needs.vcpus
    total: Structure = {"totalCapacityUsage": _capacity(queue, sum(by_share.values(), 0.0))}
    if queue.scheduling_policy is None:
        return total
    # Of equal ones the first by name: assumed.
    top = sorted(by_share.items(), key=lambda item: (-item[1], item[0]))[:_TOP_SHARES]
    by_usage = [{"shareIdentifier": name, "capacityUsage": _capacity(queue, held)} for name, held in top]
    shares = {"activeShareCount": len(by_share), "topCapacityUtilization": by_usage}
    return {**total, "fairshareUtilization": shares}


def _capacity(queue: JobQueue, quantity: float) -> list[Structure]:
    return [{"capacityUnit": "cpu" if queue.type == "EKS" else "VCPU", "quantity": quantity}]


def _in_status(queue: JobQueue, status: str) -> Iterator[Job]:
    """Jobs that get a place: single ones, multi-node ones, children of arrays, whose parents are PENDING."""
    for _, job in queue.jobs.newest_first(status):
        yield job
    for _, job in queue.jobs.newest_first("PENDING"):
        if job.array is not None and job.array.summary[status]:
            yield from (child for child in job.array.children if child.status == status)


def _at_position_since(service: Service, queue: JobQueue, front: list[Job]) -> dict[str, int]:
    """When each job of the front has come to its position, in ns.

    That is when it became RUNNABLE, or one before it came or went. Read off the trace backwards, so that
    nobody has to keep it.
    """
    since_ns: dict[str, int] = {}
    positions = {job.id: position for position, job in enumerate(front)}
    # Of each share the jobs whose time isn't known yet, in their order.
    lines: Lines = {}
    for job in front:
        lines.setdefault(job.spec.share_identifier, []).append((turn(job), job))
    for entry in reversed(service.trace):
        if len(since_ns) == len(front):
            break
        if _concerns(queue, entry):
            moved = [*_moved_in_share(entry, lines), *_moved_between_shares(entry, lines, positions)]
            since_ns.update(dict.fromkeys([job.id for job in moved], entry.at_ns))
    return since_ns


def _concerns(queue: JobQueue, entry: Transition) -> bool:
    """A job of the queue has become RUNNABLE or is it no more."""
    if "RUNNABLE" not in (entry.before, entry.after):
        return False
    job = entry.subject
    return isinstance(job, Job) and job.spec.queue is queue and not job.is_node


def _moved_in_share(entry: Transition, lines: Lines) -> Iterator[Job]:
    """Take out the job that came, and those of its share behind it or behind the one that went."""
    other: Job = entry.subject
    line = lines.get(other.spec.share_identifier, [])
    its_turn = turn_at(other, entry.at_ns)
    while line and (line[-1][0] > its_turn or line[-1][1] is other):
        yield line.pop()[1]


def _moved_between_shares(entry: Transition, lines: Lines, positions: dict[str, int]) -> Iterator[Job]:
    """Take out the jobs of other shares that one came before, or that were behind the one that went.

    Between shares the order follows usage, and so the answer is assumed: who came and is still there counts
    by its position now; who was dispatched was before all others; who was stopped counts only in its share.
    """
    other: Job = entry.subject
    position = positions.get(other.id)
    came = entry.after == "RUNNABLE"
    if (came and position is None) or not (came or entry.after == "STARTING"):
        return
    for share, line in lines.items():
        if share == other.spec.share_identifier:
            continue
        for item in list(line):
            job = item[1]
            if not came or positions[job.id] > (position or 0):
                line.remove(item)
                yield job
