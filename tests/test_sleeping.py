"""Sleeps of the code under test move the virtual clock and return at once."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
import threading
import time
import types
from asyncio import sleep as asyncio_sleep
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from time import sleep as time_sleep
from typing import Any

import pytest

import fakebatch
from fakebatch import sleeping

START = "2026-01-01T00:00:00.000123Z"
T0 = datetime(2026, 1, 1, 0, 0, 0, 123, tzinfo=timezone.utc)
REAL = time.sleep
REAL_ASYNC = asyncio.sleep


@pytest.fixture(autouse=True)
def all_restored() -> Iterator[None]:
    yield
    assert (time.sleep, time_sleep) == (REAL, REAL)
    assert (asyncio.sleep, asyncio.tasks.sleep, asyncio_sleep) == (REAL_ASYNC, REAL_ASYNC, REAL_ASYNC)


@pytest.mark.source("api §1")
def test_an_hour_takes_milliseconds() -> None:
    began = time.perf_counter()
    with fakebatch.mock(start=START) as fake:
        for _ in range(360):
            time.sleep(10)
        assert fake.now == T0 + timedelta(hours=1)
    assert time.perf_counter() - began < 5


@pytest.mark.source("api §1")
def test_what_is_due_meanwhile_happens() -> None:
    with fakebatch.mock(provision=True) as fake:
        client = fake.client("batch")
        job_id = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
        polls = 0
        while client.describe_jobs(jobs=[job_id])["jobs"][0]["status"] != "SUCCEEDED":
            time.sleep(15)
            polls += 1
        assert polls == 5


@pytest.mark.source("design: code that did `from time import sleep` is served")
def test_names_of_modules_own() -> None:
    with fakebatch.mock(start=START) as fake:
        time_sleep(5)
        asyncio.run(asyncio_sleep(5))
        assert fake.now == T0 + timedelta(seconds=10)


@pytest.mark.source("design: modules imported inside are restored, too")
def test_a_module_imported_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "napping.py").write_text("from time import sleep as nap\nfrom asyncio import sleep as rest\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for round_number in range(3):
        with fakebatch.mock(start=START) as fake:
            module: Any = importlib.import_module("napping")
            module.nap(1)
            asyncio.run(module.rest(1))
            assert fake.now == T0 + timedelta(seconds=2), round_number
        assert (module.nap, module.rest) == (REAL, REAL_ASYNC)
    monkeypatch.delitem(sys.modules, "napping")


@pytest.mark.source("design: a module replaced under the same name counts as new")
def test_a_module_that_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        module: Any = types.ModuleType("replaced")
        module.nap = REAL
        monkeypatch.setitem(sys.modules, "replaced", module)
        with fakebatch.mock(start=START) as fake:
            module.nap(number)
            assert fake.now == T0 + timedelta(seconds=number)
        assert module.nap is REAL


@pytest.mark.source("design: a prompt's module goes on adding names")
def test_names_that_main_adds_later(monkeypatch: pytest.MonkeyPatch) -> None:
    with fakebatch.mock():
        pass
    main: Any = sys.modules["__main__"]
    monkeypatch.setattr(main, "nap_of_the_prompt", REAL, raising=False)
    with fakebatch.mock(start=START) as fake:
        main.nap_of_the_prompt(1)
        assert fake.now == T0 + timedelta(seconds=1)
    assert main.nap_of_the_prompt is REAL


@pytest.mark.source("api §1")
def test_sleep_false_leaves_sleeping_alone() -> None:
    with fakebatch.mock(sleep=False):
        assert (time.sleep, asyncio.sleep) == (REAL, REAL_ASYNC)


@pytest.mark.source("api §1")
def test_the_innermost_world_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(sleeping, "_time_sleep", slept.append)
    with fakebatch.mock(start=START) as outer:
        with fakebatch.mock(start=START, sleep=False) as inner:
            time.sleep(3)
            assert (slept, inner.now, outer.now) == ([3], T0, T0)
        time.sleep(4)
        assert (slept, outer.now) == ([3], T0 + timedelta(seconds=4))


@pytest.mark.source("design: without a world the replacement passes through")
def test_a_kept_replacement_passes_on_after_the_mock() -> None:
    with fakebatch.mock():
        kept, kept_async = time.sleep, asyncio.sleep
    kept(0)
    assert asyncio.run(kept_async(0, "result")) == "result"
    assert kept is not REAL


@pytest.mark.source("api §9")
def test_sleep_of_0_moves_nothing() -> None:
    with fakebatch.mock(start=START) as fake:
        time.sleep(0)
        assert asyncio.run(asyncio.sleep(0, "result")) == "result"
        asyncio.run(asyncio.sleep(-5))
        assert fake.now == T0


@pytest.mark.source("design: as the real one")
@pytest.mark.parametrize(
    ("seconds", "error"), [(-1, ValueError), ("1", TypeError), (None, TypeError)], ids=str
)
def test_what_the_real_one_refuses(seconds: Any, error: type[Exception]) -> None:
    with pytest.raises(error) as real:
        REAL(seconds)
    with fakebatch.mock(), pytest.raises(error) as faked:
        time.sleep(seconds)
    assert str(faked.value) == str(real.value)


@pytest.mark.source("api §1")
def test_asyncio_sleep_lets_other_tasks_run() -> None:
    order: list[str] = []

    async def worker(name: str) -> str:
        for turn in range(2):
            order.append(f"{name}{turn}")
            await asyncio.sleep(60)
        return name

    async def main() -> list[str]:
        return await asyncio.gather(worker("a"), worker("b"))

    with fakebatch.mock(start=START) as fake:
        assert asyncio.run(main()) == ["a", "b"]
        assert order == ["a0", "b0", "a1", "b1"]
        assert fake.now == T0 + timedelta(minutes=4)


@pytest.mark.source("assumed: a sleep for ever is left to the loop, where it can be cancelled")
def test_asyncio_sleep_for_ever_can_be_cancelled() -> None:
    async def main() -> None:
        await asyncio.wait_for(asyncio.sleep(float("inf")), 0.01)

    with fakebatch.mock(start=START) as fake:
        with pytest.raises(asyncio.TimeoutError):
            asyncio.run(main())
        assert fake.now == T0


@pytest.mark.source("assumed: waiting for a child process or a worker is waiting for something real")
def test_the_standard_librarys_own_waiting_is_real() -> None:
    with fakebatch.mock(start=START) as fake:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.1)"])
        assert child.wait(timeout=30) == 0
        assert fake.now == T0


@pytest.mark.source("architecture §3: threads served")
def test_sleeping_in_threads() -> None:
    with fakebatch.mock(start=START) as fake:
        threads = [threading.Thread(target=time.sleep, args=(10,)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert fake.now == T0 + timedelta(seconds=50)


@pytest.mark.source("design: a sleep inside a body lengthens the job, not the world")
def test_a_body_that_sleeps() -> None:
    with fakebatch.mock(start=START, provision=True) as fake:
        client = fake.client("batch")

        @fake.batch.when().run
        def body(job: object) -> None:
            before = fake.now
            time.sleep(600)
            assert fake.now == before

        job_id = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
        fake.run_until(job_id)
        assert fake.now == T0 + timedelta(seconds=610)


@pytest.mark.source("assumed: who patches time.sleep wants to see the calls")
def test_a_patched_sleep_stays_patched(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with fakebatch.mock(start=START) as fake:
        time.sleep(5)
        assert (slept, fake.now) == ([5], T0)
    monkeypatch.undo()


@pytest.mark.source("users §3")
def test_polling_a_job_that_hangs_is_ended() -> None:
    with fakebatch.mock(start=START, provision=True) as fake:
        batch = fake.client("batch")
        fake.batch.when().hang()
        job_id = batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]

        def poll() -> None:
            while batch.describe_jobs(jobs=[job_id])["jobs"][0]["status"] != "SUCCEEDED":
                time.sleep(1)

        with pytest.raises(fakebatch.UsageError) as caught:
            poll()
        assert str(caught.value) == (
            "The code under test has slept 10000 times in a row in vain: nothing is left that could happen "
            "by itself, such as when a job hangs. If it waits for a deadline of time.time() or "
            "time.monotonic(), let freezegun freeze those, so that its sleeps move them too; else give the "
            "job an end, or stop polling."
        )
        # Counted from the last event: RUNNING after 10 s, then ten thousand sleeps, the last not slept.
        assert fake.now - T0 == timedelta(seconds=10 + 9_999)


@pytest.mark.source("users §3")
def test_a_body_that_polls_another_job_is_ended() -> None:
    with fakebatch.mock(start=START, provision=True) as fake:
        batch = fake.client("batch")

        @fake.batch.when(job_name="waiter").run
        def wait(job: Any) -> None:
            other = batch.submit_job(jobName="other", jobQueue="q", jobDefinition="d")["jobId"]
            while batch.describe_jobs(jobs=[other])["jobs"][0]["status"] != "SUCCEEDED":
                time.sleep(30)

        job = batch.submit_job(jobName="waiter", jobQueue="q", jobDefinition="d")
        with pytest.raises(fakebatch.UsageError) as caught:
            fake.run_until(job)
        assert str(caught.value) == (
            "The code under test has slept 10000 times in a row in vain: they were inside the Python body of "
            "a job, where time stands still, so what it polls never comes. Let the code under test do the "
            "polling."
        )
