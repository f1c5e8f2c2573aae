"""What stays of a job that has run: its record, its transitions, and the call that submitted it."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator

import fakebatch
from benchmarks.measure import Figure
from benchmarks.table import Row
from benchmarks.worlds import PLAIN_JOB, TO_THE_END, make_client, world

_JOBS = 2_000


def rows() -> Iterator[Row]:
    client = make_client()
    with world() as fake:
        _run(fake, client, 100)  # caches are filled and tables have grown
        tracemalloc.start()
        _run(fake, client, _JOBS)
        gc.collect()
        used, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    figure = Figure.of([used / 1024 / _JOBS])
    yield Row("memory of a finished job", "all that is recorded of it", figure, 4, "KiB")


def _run(fake: fakebatch.World, client: object, jobs: int) -> None:
    for _ in range(jobs):
        client.submit_job(**PLAIN_JOB)
    fake.tick(TO_THE_END)
