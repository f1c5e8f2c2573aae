"""The order in which waiting jobs are dispatched: first in first out, or by fair share.

Source: user guide, "Job queue priority", "Automated job retries", "Fair-share scheduling policies"
(reference §12.1, §12.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.batch import fair_share

if TYPE_CHECKING:
    from fakebatch.batch.state import Job, JobQueue

# (a first try, priority of the share's jobs, order of submission, index in the array): the lowest is first.
Turn: TypeAlias = tuple[bool, int, int, int]


def turn(job: Job) -> Turn:
    """A job's place in its queue, or in its share of one. Retried jobs are in front.

    That they are in front of their share, whatever its priorities, is assumed; so is that a job without a
    schedulingPriority has 0.
    """
    first_try, spec, parent = not job.attempts, job.spec, job.parent
    # It works only within a share: in other queues it has no effect.
    priority = 0 if spec.share_identifier is None else -(spec.scheduling_priority or 0)
    if parent is None:
        return (first_try, priority, job.sequence, 0)
    return (first_try, priority, parent.sequence, job.sequence)


def turn_at(job: Job, instant_ns: int) -> Turn:
    """The place that a job had earlier."""
    ended_ns = job.attempts[0].stopped_ns if job.attempts else None
    return (ended_ns is None or ended_ns > instant_ns, *turn(job)[1:])


def foreseen(queue: JobQueue, jobs: Iterable[Job], now_ns: int) -> Iterator[Job]:
    """Jobs of one queue in the order in which they would be dispatched if all were placed now."""
    if queue.scheduling_policy is None:
        yield from sorted(jobs, key=turn)
        return
    ratio = fair_share.ratios(queue, now_ns)
    thought: dict[str, float] = {}
    lines = _lines(jobs)
    for job in fair_share.in_turn(lines, lambda share: ratio(share, thought.get(share, 0.0)), rank):
        share = job.spec.share_identifier or ""
        thought[share] = thought.get(share, 0.0) + job.spec.needs.vcpus
        yield job


def _lines(jobs: Iterable[Job]) -> dict[str, list[Job]]:
    """The jobs of each share in its own order."""
    lines: dict[str, list[Job]] = {}
    for job in jobs:
        lines.setdefault(job.spec.share_identifier or "", []).append(job)
    for line in lines.values():
        line.sort(key=turn)
    return lines


def rank(job: Job) -> tuple[bool, int, int]:
    """Which of two shares' first jobs is first when the shares are even: the queue's order (assumed)."""
    first_try, _, sequence, index = turn(job)
    return first_try, sequence, index
