"""The lines in which service jobs wait for capacity, and whose turn it is.

A queue without a policy has one line, one with a policy a line for each share. In its line a job that has
been tried is in front of those that haven't, and then the order is that of submission. Within shares a higher
schedulingPriority comes first: with fair share behind jobs that have been tried, as for container jobs, with
quota shares before them, for otherwise a preempted job would be in front of those that it was preempted for
(assumed, both).

Source: user guide, "Fair-share scheduling policies", "Quota shares"; model, UpdateServiceJob.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.batch import fair_share

if TYPE_CHECKING:
    from fakebatch.batch.service_state import ServiceJob
    from fakebatch.batch.state import JobQueue

# The lowest is first.
Rank: TypeAlias = tuple[int, int, int]


class Lines:
    """The lines of all queues.

    Attributes:
        waiting: every job in a line, by id.
    """

    __slots__ = ("_heaps", "waiting")

    def __init__(self) -> None:
        self.waiting: dict[str, ServiceJob] = {}
        # By queue and share. What has left, or has got another rank, stays until it is in front.
        self._heaps: dict[str, dict[str, list[tuple[Rank, str]]]] = {}

    def enter(self, job: ServiceJob) -> None:
        """Have a job wait, or wait elsewhere in its line because its priority has changed."""
        self.waiting[job.id] = job
        heap = self._heaps.setdefault(job.queue.arn, {}).setdefault(job.share_name, [])
        heappush(heap, (rank(job), job.id))

    def leave(self, job: ServiceJob) -> None:
        """Have a job wait no more."""
        self.waiting.pop(job.id, None)

    def first(self, queue: JobQueue, share: str = "") -> ServiceJob | None:
        """The job in front of a line."""
        heap = self._heaps.get(queue.arn, {}).get(share, [])
        while heap:
            job = self.waiting.get(heap[0][1])
            if job is not None and heap[0][0] == rank(job):
                return job
            heappop(heap)
        return None

    def firsts(self, queue: JobQueue) -> dict[str, ServiceJob]:
        """The jobs in front, by share; of shares that have none there is nothing."""
        found = ((share, self.first(queue, share)) for share in self._heaps.get(queue.arn, {}))
        return {share: job for share, job in found if job is not None}

    def next(self, queue: JobQueue, now_ns: int) -> ServiceJob | None:
        """The job whose turn it is in a queue without quota shares."""
        if queue.scheduling_policy is None:
            return self.first(queue)
        firsts = self.firsts(queue)
        ratio = fair_share.ratios(queue, now_ns)
        # Of even shares the one whose job is first in the queue's order: assumed, as for container jobs.
        return min(firsts.values(), key=lambda job: (ratio(job.share_name, 0.0), _even(job)), default=None)

    def forget(self, queue: JobQueue) -> None:
        """Drop the lines of a queue that is being deleted."""
        self._heaps.pop(queue.arn, None)


def rank(job: ServiceJob) -> Rank:
    """The place of a job in its line. In a queue without a policy its priority has no effect."""
    return _rank(job, not job.attempts)


def rank_at(job: ServiceJob, instant_ns: int) -> Rank:
    """The place that a job had earlier, but for its priority, which is that of now."""
    ended_ns = job.attempts[0].stopped_ns if job.attempts else None
    return _rank(job, ended_ns is None or ended_ns > instant_ns)


def _rank(job: ServiceJob, first_try: bool) -> Rank:
    if job.queue.scheduling_policy is None:
        return (first_try, 0, job.sequence)
    if job.quota_share is not None:
        return (-job.priority, first_try, job.sequence)
    return (first_try, -job.priority, job.sequence)


def foreseen(queue: JobQueue, jobs: Iterable[ServiceJob], now_ns: int) -> Iterator[ServiceJob]:
    """Jobs of one queue in the order in which they would be scheduled if there were room for all.

    With quota shares the fronts of the shares take turns in the order of submission (assumed).
    """
    lines: dict[str, list[ServiceJob]] = {}
    for job in sorted(jobs, key=rank):
        lines.setdefault(job.share_name, []).append(job)
    if queue.scheduling_policy is None or queue.has_quotas:
        yield from fair_share.in_turn(lines, lambda _: 0.0, _even)
        return
    ratio = fair_share.ratios(queue, now_ns)
    thought = dict.fromkeys(lines, 0.0)
    for job in fair_share.in_turn(lines, lambda share: ratio(share, thought[share]), _even):
        thought[job.share_name] += sum(job.instances.values())
        yield job


def _even(job: ServiceJob) -> tuple[int, int]:
    return (not job.attempts, job.sequence)
