"""freezegun is the clock while it is active, whichever was entered first."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from freezegun import freeze_time

import fakebatch

FROZEN = "2020-02-02 02:02:02.000002"
T0 = datetime(2020, 2, 2, 2, 2, 2, 2, tzinfo=timezone.utc)
JOB = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d"}


def submit(fake: fakebatch.World) -> str:
    return str(fake.client("batch").submit_job(**JOB)["jobId"])


def status(fake: fakebatch.World, job_id: str) -> str:
    return str(fake.client("batch").describe_jobs(jobs=[job_id])["jobs"][0]["status"])


@pytest.mark.source("api §1")
def test_frozen_first() -> None:
    with freeze_time(FROZEN) as frozen, fakebatch.mock(provision=True) as fake:
        assert fake.now == T0
        job_id = submit(fake)
        frozen.tick(30)
        assert (status(fake, job_id), fake.now) == ("RUNNING", T0 + timedelta(seconds=30))
        frozen.move_to("2020-02-02 03:00:00")
        job = fake.client("batch").describe_jobs(jobs=[job_id])["jobs"][0]
        start_ms = int(T0.timestamp() * 1000)
        assert [job[name] - start_ms for name in ("createdAt", "startedAt", "stoppedAt")] == [
            0,
            10_000,
            70_000,
        ]


@pytest.mark.source("api §1, §9")
@pytest.mark.parametrize("start", [FROZEN, "2050-01-01"])
def test_started_inside_while_nothing_has_happened(start: str) -> None:
    with fakebatch.mock() as fake, freeze_time(start) as frozen:
        assert fake.now.replace(tzinfo=None) == frozen()
        frozen.tick()
        assert fake.now.replace(tzinfo=None) == frozen()


@pytest.mark.source("api §1")
def test_started_inside_earlier_than_what_has_happened() -> None:
    with fakebatch.mock(start="2026-01-01T00:00:00Z", provision=True) as fake:
        job_id = submit(fake)
        with freeze_time("2025-12-31T23:59:50Z") as frozen:
            with pytest.warns(RuntimeWarning) as warned:
                assert status(fake, job_id) == "SUBMITTED"
            assert [str(each.message) for each in warned] == [
                (
                    "fakebatch: the clock went back from 2026-01-01T00:00:00Z to "
                    "2025-12-31T23:59:50Z; nothing "
                    "happens "
                    "in this world until 2026-01-01T00:00:00Z is passed again."
                )
            ]
            frozen.tick(10)
            assert status(fake, job_id) == "SUBMITTED"
            fake.tick(10)
            assert (status(fake, job_id), time.time()) == ("RUNNING", 1767225610)


@pytest.mark.source("api §9")
def test_time_is_virtual_again_from_where_a_freeze_ended() -> None:
    with fakebatch.mock(provision=True) as fake:
        with freeze_time(FROZEN) as frozen:
            job_id = submit(fake)
            frozen.tick(5)
        assert fake.now == T0 + timedelta(seconds=5)
        fake.tick(5)
        assert (fake.now, status(fake, job_id)) == (T0 + timedelta(seconds=10), "RUNNING")
        with freeze_time(T0 + timedelta(days=1)):
            assert (fake.now, status(fake, job_id)) == (T0 + timedelta(days=1), "SUCCEEDED")


@pytest.mark.source("api §2")
def test_our_ways_to_move_time_move_the_freezer() -> None:
    with freeze_time(FROZEN), fakebatch.mock(provision=True) as fake:
        job_id = submit(fake)
        fake.tick(1)
        assert datetime.now(timezone.utc) == T0 + timedelta(seconds=1)
        time.sleep(1.5)
        assert datetime.now(timezone.utc) == T0 + timedelta(seconds=2.5)
        fake.run_until(job_id, "RUNNING")
        assert datetime.now(timezone.utc) == T0 + timedelta(seconds=10)
        fake.move_to("2020-02-02T02:03:00Z")
        assert datetime.now(timezone.utc) == T0.replace(minute=3, second=0, microsecond=0)
        fake.run_until_idle()
        assert datetime.now(timezone.utc) == T0 + timedelta(seconds=70)


@pytest.mark.source("design: event by event where observers look")
def test_a_body_sees_its_own_instant() -> None:
    seen: list[datetime] = []
    with freeze_time(FROZEN), fakebatch.mock(provision=True) as fake:

        @fake.batch.when().run
        def body(job: object) -> None:
            seen.append(datetime.now(timezone.utc))

        submit(fake)
        fake.tick(3600)
        assert seen == [T0 + timedelta(seconds=10)]
        assert datetime.now(timezone.utc) == T0 + timedelta(hours=1)


@pytest.mark.source("api §1")
def test_auto_tick_moves_the_freezer() -> None:
    with freeze_time(FROZEN), fakebatch.mock(auto_tick=2) as fake:
        fake.client("batch").describe_job_queues()
        assert datetime.now(timezone.utc) == T0 + timedelta(seconds=2)


@pytest.mark.source("api §9")
def test_modules_that_freezegun_ignores_and_threads() -> None:
    import threading

    with freeze_time(FROZEN, ignore=["botocore", "fakebatch", "threading"]), fakebatch.mock() as fake:
        client = fake.client("batch")
        threads = [threading.Thread(target=client.describe_job_queues) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.describe_job_queues()
        assert [call.at for call in fake.calls] == [T0] * 4


@pytest.mark.source("design: reading never steps a stepping factory")
def test_a_stepping_freezer() -> None:
    with freeze_time(FROZEN, auto_tick_seconds=15) as frozen, fakebatch.mock(provision=True) as fake:
        assert fake.now == fake.now == T0
        frozen.tick()
        assert fake.now == T0 + timedelta(seconds=15)
        fake.tick(5)
        assert fake.now == T0 + timedelta(seconds=20)
        fake.move_to(fake.now)
        assert fake.now == T0 + timedelta(seconds=20)


@pytest.mark.source("api §1")
def test_a_ticking_freezer() -> None:
    with freeze_time(FROZEN, tick=True), fakebatch.mock(provision=True) as fake:
        first = fake.now
        assert T0 <= first <= fake.now < T0 + timedelta(seconds=30)
        job_id = submit(fake)
        fake.run_until(job_id)
        assert timedelta(seconds=70) <= fake.now - first < timedelta(seconds=100)
        assert timedelta(seconds=70) <= datetime.now(timezone.utc) - first < timedelta(seconds=100)


@pytest.mark.source("api §1")
def test_a_virtual_clock_doesn_t_care() -> None:
    with freeze_time(FROZEN) as frozen, fakebatch.mock(clock="virtual") as fake:
        assert fake.now == T0
        frozen.tick(100)
        assert fake.now == T0
        fake.tick(5)
        assert (fake.now, frozen().second) == (T0 + timedelta(seconds=5), 42)


@pytest.mark.source("api §1")
def test_a_system_clock_follows_it() -> None:
    with fakebatch.mock(clock="system") as fake, freeze_time(FROZEN) as frozen:
        assert fake.now == T0
        frozen.tick()
        assert fake.now == T0 + timedelta(seconds=1)


@pytest.mark.source("assumed: the clock in force decides, not the option")
def test_start_gives_way_to_a_freezer() -> None:
    with freeze_time(FROZEN), fakebatch.mock(start="2030-01-01T00:00:00Z") as fake:
        assert fake.now == T0


@pytest.mark.source("design: a snapshot's instant under a freezer")
def test_restoring_takes_the_freezer_back() -> None:
    with freeze_time(FROZEN), fakebatch.mock(provision=True) as fake:
        job_id = submit(fake)
        snapshot = fake.snapshot()
        fake.run_until(job_id)
        fake.restore(snapshot)
        assert datetime.now(timezone.utc) == fake.now == T0
        fake.run_until(job_id)


@pytest.mark.source("api §1")
@pytest.mark.parametrize("order", ["freeze outside", "freeze inside"])
def test_as_decorators(order: str) -> None:
    def body(fake: Any) -> None:
        assert fake.now == T0

    decorated = freeze_time(FROZEN)(fakebatch.mock(body)) if order == "freeze outside" else None
    (decorated or fakebatch.mock(freeze_time(FROZEN)(body)))()
