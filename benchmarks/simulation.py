"""Jobs moving through time, against the least of a simulation: a heap of events and a dict of states."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

from benchmarks.measure import Side, again, cpu_ns, ratio
from benchmarks.table import Row
from benchmarks.worlds import PLAIN_JOB, TO_THE_END, make_client, submit_directly, world

_JOBS = 2_000
# SUBMITTED to RUNNABLE, STARTING, RUNNING, SUCCEEDED; a child of an array begins with its second.
_EVENTS_OF_JOB = 4
_EVENTS_OF_CHILD = 3
_CHILDREN = 10_000
_SUBMISSIONS = 20


def rows() -> Iterator[Row]:
    plain = ratio(_plain_jobs, heap_loop(_JOBS, _EVENTS_OF_JOB), rounds=7, tries=4)
    yield Row("a transition of a job", "a heap and a dict", plain, 8)
    client = make_client()
    submission = ratio(_submission(client, size=_CHILDREN), _submission(client, size=None), tries=10)
    yield Row("submitting an array of 10,000", "submitting one job", submission, 20)
    array = ratio(_array, heap_loop(_CHILDREN, _EVENTS_OF_CHILD), rounds=5, tries=2)
    yield Row("an array of 10,000 to its end", "a heap and a dict", array, 8)


def _plain_jobs() -> float:
    with world() as fake:
        submit_directly(fake, _JOBS)
        return cpu_ns(lambda: fake.tick(TO_THE_END))


def _array() -> float:
    with world() as fake:
        job = fake.client("batch").submit_job(**PLAIN_JOB, arrayProperties={"size": _CHILDREN})
        return cpu_ns(lambda: fake.run_until(job))


def _submission(client: object, size: int | None) -> Side:
    more = {} if size is None else {"arrayProperties": {"size": size}}

    def side() -> float:
        with world():
            client.submit_job(**PLAIN_JOB, **more)
            return cpu_ns(again(lambda: client.submit_job(**PLAIN_JOB, **more), _SUBMISSIONS))

    return side


def heap_loop(subjects: int, events: int) -> Side:
    """As many events: each is pushed, popped, and changes what a dict holds."""

    def work() -> None:
        heap: list[tuple[int, int, int]] = []
        states = {}
        sequence = 0
        for subject in range(subjects):
            heappush(heap, (0, sequence, subject))
            sequence += 1
        while heap:
            instant, _, subject = heappop(heap)
            states[subject] = instant
            if instant < events - 1:
                heappush(heap, (instant + 1, sequence, subject))
                sequence += 1

    return lambda: cpu_ns(work)
