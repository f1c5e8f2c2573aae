"""One job among 100,000 against one among 1,000, past botocore, which would hide the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import fakebatch
from benchmarks.measure import Figure, Side, cpu_ns, cpu_ns_with_collector, ratio
from benchmarks.table import Row
from benchmarks.worlds import TO_RUNNING, TO_THE_END, service_of, submit_directly, world
from fakebatch.aws.packing import unpack
from fakebatch.batch.jobs import describe_jobs
from fakebatch.batch.listing import list_jobs

_FEW = 1_000
_MANY = 100_000
_CALLS = 100
_PAGES = 5

# What is done with a world and the ids of its jobs; gives the work to be timed.
Deed = Callable[[fakebatch.World, list[str]], Callable[[], object]]
Clock = Callable[[Callable[[], object]], int]


def rows() -> Iterator[Row]:
    against = f"{_FEW:,} jobs"
    for name, deed, seconds in (
        ("submit", _submit, 0),
        ("describe of one", _describe, TO_RUNNING),
        ("a page of ListJobs", _list, TO_RUNNING),
    ):
        yield Row(f"{name}, {_MANY:,} jobs", against, _among_many(deed, seconds), 1.3)
    for name, clock, at_most in (
        (f"tick, per job, {_MANY:,} jobs", cpu_ns, 1.3),
        ("the same with garbage collection", cpu_ns_with_collector, None),
    ):
        figure = ratio(partial(_life, _MANY, clock), partial(_best_life, _FEW, clock), rounds=3, tries=1)
        yield Row(name, against, figure, at_most)


def _among_many(deed: Deed, seconds: int) -> Figure:
    with world() as fake:
        jobs = submit_directly(fake, _MANY)
        fake.tick(seconds)
        return ratio(lambda: cpu_ns(deed(fake, jobs)), _among_few(deed, seconds), tries=3)


def _among_few(deed: Deed, seconds: int) -> Side:
    def side() -> float:
        with world() as fake:
            jobs = submit_directly(fake, _FEW)
            fake.tick(seconds)
            return cpu_ns(deed(fake, jobs))

    return side


def _submit(fake: fakebatch.World, _: list[str]) -> Callable[[], object]:
    return lambda: submit_directly(fake, _CALLS)


def _describe(fake: fakebatch.World, jobs: list[str]) -> Callable[[], object]:
    """Of jobs that are looked at again and again, as pollers do; with the copy that each caller gets."""
    service = service_of(fake)
    chosen = jobs[:: len(jobs) // _CALLS]

    def describe_each() -> None:
        for job in chosen:
            reply = describe_jobs(service, {"jobs": [job]})
            assert isinstance(reply, bytes)
            unpack(reply)

    describe_each()
    return describe_each


def _list(fake: fakebatch.World, _: list[str]) -> Callable[[], object]:
    service = service_of(fake)
    return lambda: [list_jobs(service, {"jobQueue": "queue", "maxResults": 100}) for _ in range(_PAGES)]


def _best_life(jobs: int, clock: Clock) -> float:
    return min(_life(jobs, clock) for _ in range(5))


def _life(jobs: int, clock: Clock) -> float:
    """Of one job among that many, from its submission to its end."""
    with world() as fake:
        submit_directly(fake, jobs)
        return clock(lambda: fake.tick(TO_THE_END)) / jobs
