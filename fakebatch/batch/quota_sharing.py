"""Quota shares: who may have how much, and who has to give way. Figures only; nothing moves here.

Theory of operation
-------------------
Each share has capacity of its own in the environment of its queue. What it doesn't use is idle. A share that
lends (LEND, LEND_AND_BORROW) lets others use it, one that reserves (RESERVE) keeps it. A share that borrows
(LEND_AND_BORROW) may hold its own capacity and `borrowLimit` percent of it besides, for each type of
instance, as long as others have that much to lend. Capacity of the environment that is nobody's own is not
lent: the user guide counts what the shares have.

Only the first job of a share is looked at; one that doesn't fit holds up those behind it, not other shares.
Jobs that fit into what is their share's own come before those that have to borrow, which get idle capacity
in the order of submission. What the first job of another share needs of its own is not lent meanwhile.

A first job that fits into its share's own takes it back: jobs of shares that hold more than their own are
preempted, if that makes room. With inSharePreemption a first job may take the place of jobs of its share
with a lower priority. Who has to go is AWS's heuristic, of which the user guide tells what it looks at. Here
these go first, by assumption: jobs of the lowest priority, of these the one that was scheduled last, of these
the one that was submitted last; only jobs that hold what is missing; and nobody whose going turns out to be
needless.

Source: user guide, "Quota shares", "Preemption", "Jobs stuck in RUNNABLE due to misconfiguration".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.batch import service_capacity as capacity
from fakebatch.batch.service_lifecycle import UNDER_WAY

if TYPE_CHECKING:
    from fakebatch.batch.service_state import QuotaShare, ServiceJob
    from fakebatch.batch.state import JobQueue

# Source: user guide, "Service job preemption events"; that of preemption within a share is assumed.
CROSS_SHARE = "Cross-share preemption triggered to reclaim borrowed capacity"
IN_SHARE = "In-share preemption triggered to run a job with higher scheduling priority"

# Source: user guide, "Jobs stuck in RUNNABLE due to misconfiguration".
_EXCEEDED = "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - "
OVER_OWN = f"{_EXCEEDED}Job requirements exceed quota share capacity limits."
OVER_BORROWING = f"{_EXCEEDED}Job requirements exceed quota share capacity limits and borrow limits."
OVER_LENDING = f"{_EXCEEDED}Job requires borrowing that exceeds all configured borrowable capacity."

Victims: TypeAlias = "list[tuple[ServiceJob, str]]"


class Sharing:
    """The shares of a queue at one instant.

    It is good until a job is scheduled or ends. With `soon` it is about what will be when all jobs that are
    being stopped have stopped.

    Args:
        queue: with quota management.
        firsts: the first waiting job of each share, by its name.
        soon: count jobs that are being stopped as gone.
    """

    __slots__ = ("_environment", "_firsts", "_live", "_shares", "_total", "_used")

    def __init__(self, queue: JobQueue, firsts: Mapping[str, ServiceJob], *, soon: bool = False) -> None:
        self._environment = queue.service_environments[0][1]
        self._shares = {name: share for name, share in queue.quota_shares.items() if share.usable}
        self._firsts = {name: job for name, job in firsts.items() if name in self._shares}
        self._used = {name: Counter(share.used) for name, share in self._shares.items()}
        self._total = Counter(self._environment.used)
        self._live: list[ServiceJob] = []
        if soon:
            self._look_ahead(queue)

    def next(self) -> ServiceJob | None:
        """The job that is to be scheduled next, or None where there is no room for any."""
        if not self._environment.usable:
            return None
        # Who others had to go for comes first, so that they haven't gone in vain.
        line = sorted(self._firsts.values(), key=lambda job: (not job.promised, job.sequence))
        own = (job for job in line if self._is_own(job) and not self._missing(job))
        return next(own, None) or next((job for job in line if not self._lacks(job)), None)

    def firsts(self) -> Iterable[ServiceJob]:
        """The first jobs in the order in which capacity is freed for them, that of submission."""
        return sorted(self._firsts.values(), key=lambda job: job.sequence)

    def victims(self, job: ServiceJob) -> Victims | None:
        """The jobs to preempt for a first job, and why; None where that wouldn't make room for it.

        None are to be preempted where enough are being stopped already. From here on the room is taken for
        used. It is to be asked with `soon`.
        """
        found = self._choose(job) if self._environment.usable else None
        if found is not None:
            for victim, _ in found:
                self._live.remove(victim)
                self._go(victim)
            del self._firsts[job.share_name]
            self._used[job.share_name].update(job.instances)
            self._total.update(job.instances)
        return found

    # What is there

    def _is_own(self, job: ServiceJob) -> bool:
        """The share can have the job without borrowing."""
        return not self._over(job, self._limits(job.share_name))

    def _missing(self, job: ServiceJob) -> Counter[str]:
        """What the environment lacks."""
        return _positive(
            {kind: self._total[kind] + n - self._environment.limits.get(kind, 0) for kind, n in _needs(job)}
        )

    def _lacks(self, job: ServiceJob) -> Counter[str]:
        """What a job lacks if its share borrows as much as it may."""
        share = self._shares[job.share_name]
        ceiling = _ceiling(share)
        lacking = self._missing(job)
        for kind, n in _needs(job):
            held = self._used[share.name][kind] + n
            over = held - share.limits.get(kind, 0)
            if over > 0:
                left = self._environment.limits.get(kind, 0) - self._total[kind] - self._kept(share, kind)
                bounds = [over - self._lendable(share, kind), n - left]
                if ceiling is not None:
                    bounds.append(held - ceiling.get(kind, 0))
                lacking[kind] = max(bounds)
        return _positive(lacking)

    def _lendable(self, borrower: QuotaShare, kind: str) -> int:
        """What the other shares have left to lend, once their own first jobs are served."""
        left = 0
        for name, share in self._shares.items():
            if share is not borrower:
                spare = share.limits.get(kind, 0) - self._used[name][kind]
                lends = share.sharing["strategy"] != "RESERVE"
                left += spare - self._claimed(name, kind) if lends or spare < 0 else 0
        return left

    def _kept(self, borrower: QuotaShare, kind: str) -> int:
        """What a borrower has to leave free. It matters where the shares' own is more than there is."""
        kept = 0
        for name, share in self._shares.items():
            if share is not borrower:
                reserves = share.sharing["strategy"] == "RESERVE"
                idle = share.limits.get(kind, 0) - self._used[name][kind] if reserves else 0
                kept += max(idle, self._claimed(name, kind))
        return kept

    def _claimed(self, name: str, kind: str) -> int:
        """What the first job of a share has a right to."""
        job = self._firsts.get(name)
        if job is None or capacity.blocked(self._environment, job) is not None:
            return 0
        return job.instances.get(kind, 0) if job.promised or self._is_own(job) else 0

    def _limits(self, name: str) -> dict[str, int]:
        return self._shares[name].limits

    def _over(self, job: ServiceJob, limits: Mapping[str, int]) -> Counter[str]:
        used = self._used[job.share_name]
        return _positive({kind: used[kind] + n - limits.get(kind, 0) for kind, n in _needs(job)})

    # Who goes

    def _look_ahead(self, queue: JobQueue) -> None:
        for status in UNDER_WAY:
            for _, job in queue.service_jobs.newest_first(status):
                if job.attempt is not None and job.attempt.status_reason is not None:
                    self._go(job)
                elif job.share_name in self._shares:
                    self._live.append(job)
        self._live.sort(key=_dearness)

    def _go(self, job: ServiceJob) -> None:
        # Of a share that is being deleted only the environment knows any more.
        if job.quota_share is self._shares.get(job.share_name):
            self._used[job.share_name].subtract(job.instances)
        self._total.subtract(job.instances)

    def _choose(self, job: ServiceJob) -> Victims | None:
        found = self._reclaim(job, Counter()) if self._is_own(job) else None
        if found is None and self._shares[job.share_name].preemption["inSharePreemption"] == "ENABLED":
            found = self._displace(job)
        return found

    def _displace(self, job: ServiceJob) -> Victims | None:
        """Have a job take the place of others of its share."""
        lower = [
            other
            for other in self._live
            if other.share_name == job.share_name and other.priority < job.priority
        ]
        # In their place it may borrow what they have borrowed; or else it makes do with what is its own.
        chosen = _cover(lower, self._lacks(job))
        if chosen is not None:
            return [(victim, IN_SHARE) for victim in chosen]
        chosen = _cover(lower, self._over(job, self._limits(job.share_name)))
        if chosen is None:
            return None
        freed: Counter[str] = Counter()
        for victim in chosen:
            freed.update(victim.instances)
        reclaimed = self._reclaim(job, freed)
        return None if reclaimed is None else [(victim, IN_SHARE) for victim in chosen] + reclaimed

    def _reclaim(self, job: ServiceJob, freed: Counter[str]) -> Victims | None:
        """Take back what others have borrowed, besides what is `freed` within the share."""
        missing = self._missing(job)
        missing.subtract(freed)
        lent = {name: self._borrowed(name) for name in self._shares if name != job.share_name}
        chosen = _cover(self._live, _positive(missing), lent)
        return None if chosen is None else [(victim, CROSS_SHARE) for victim in chosen]

    def _borrowed(self, name: str) -> Counter[str]:
        limits = self._limits(name)
        return _positive({kind: used - limits.get(kind, 0) for kind, used in self._used[name].items()})


def blocked(queue: JobQueue, job: ServiceJob) -> str | None:
    """Why a job will never be scheduled as things are set up; None for one that only has to wait."""
    share = job.quota_share
    assert share is not None
    environment = queue.service_environments[0][1]
    too_large = capacity.blocked(environment, job)
    if too_large is not None:
        return too_large
    ceiling = _ceiling(share)
    if ceiling is not None and not capacity.fits(ceiling, {}, job.instances):
        return OVER_OWN if share.sharing["strategy"] != "LEND_AND_BORROW" else OVER_BORROWING
    if capacity.fits(share.limits, {}, job.instances):
        return None
    # What others lend; and where shares have more than there is, what those who reserve leave (assumed).
    borrowable, left = Counter(share.limits), Counter(environment.limits)
    for other in queue.quota_shares.values():
        if other is not share and other.usable:
            reserves = other.sharing["strategy"] == "RESERVE"
            left.subtract(other.limits if reserves else {})
            borrowable.update({} if reserves else other.limits)
    within = {kind: max(share.limits.get(kind, 0), min(borrowable[kind], left[kind])) for kind in left}
    return None if capacity.fits(within, {}, job.instances) else OVER_LENDING


def _ceiling(share: QuotaShare) -> dict[str, int] | None:
    """The most that a share may hold of each type; None for one that may borrow without limit."""
    percent = share.sharing.get("borrowLimit", 0)
    if percent < 0:
        return None
    # Parts of an instance can't be borrowed.
    return {kind: own + own * percent // 100 for kind, own in share.limits.items()}


def _cover(
    candidates: Iterable[ServiceJob], needed: Counter[str], lent: dict[str, Counter[str]] | None = None
) -> list[ServiceJob] | None:
    """As many of the candidates, in their order, as free what is needed; None if all of them don't.

    Args:
        candidates: the ones that are to go first in front.
        needed: instances by type.
        lent: by share what it holds beyond its own; its jobs go only as long as it does. None: all may go.
    """
    left = Counter(needed)
    chosen = []
    for job in candidates:
        if not +left:
            break
        useful = +left if lent is None else +left & lent.get(job.share_name, Counter())
        if any(job.instances.get(kind) for kind in useful):
            chosen.append(job)
            left.subtract(job.instances)
            if lent is not None:
                lent[job.share_name].subtract(job.instances)
    return None if +left else _without_needless(chosen, needed)


def _without_needless(chosen: list[ServiceJob], needed: Counter[str]) -> list[ServiceJob]:
    """Spare those whose place the others make, the dearest first."""
    surplus: Counter[str] = Counter()
    for job in chosen:
        surplus.update(job.instances)
    surplus.subtract(needed)
    kept = []
    for job in reversed(chosen):
        if all(job.instances.get(kind, 0) <= surplus[kind] for kind in needed):
            surplus.subtract(job.instances)
        else:
            kept.append(job)
    return kept[::-1]


def _dearness(job: ServiceJob) -> tuple[int, int, int]:
    """The lowest goes first."""
    assert job.attempt is not None
    return (job.priority, -job.attempt.scheduled_ns, -job.sequence)


def _needs(job: ServiceJob) -> Iterable[tuple[str, int]]:
    return job.instances.items()


def _positive(amounts: Mapping[str, int]) -> Counter[str]:
    return Counter({kind: amount for kind, amount in amounts.items() if amount > 0})
