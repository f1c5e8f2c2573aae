"""time-machine is the clock while it is active, whichever was entered first."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
import time_machine

import fakebatch

T0 = datetime(2020, 2, 2, 2, 2, 2, 2, tzinfo=timezone.utc)
JOB = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d"}


def submit(fake: fakebatch.World) -> str:
    return str(fake.client("batch").submit_job(**JOB)["jobId"])


def status(fake: fakebatch.World, job_id: str) -> str:
    return str(fake.client("batch").describe_jobs(jobs=[job_id])["jobs"][0]["status"])


@pytest.mark.source("api §1")
def test_travelled_first() -> None:
    with time_machine.travel(T0, tick=False) as traveller, fakebatch.mock(provision=True) as fake:
        assert fake.now == T0
        job_id = submit(fake)
        traveller.shift(30)
        assert (status(fake, job_id), fake.now) == ("RUNNING", T0 + timedelta(seconds=30))
        traveller.move_to(T0 + timedelta(hours=1))
        assert status(fake, job_id) == "SUCCEEDED"


@pytest.mark.source("api §1, §9")
def test_started_inside_while_nothing_has_happened() -> None:
    with fakebatch.mock() as fake, time_machine.travel(T0, tick=False):
        assert fake.now == T0


@pytest.mark.source("api §9")
def test_time_is_virtual_again_from_where_a_travel_ended() -> None:
    with fakebatch.mock(provision=True) as fake:
        with time_machine.travel(T0, tick=False) as traveller:
            job_id = submit(fake)
            traveller.shift(5)
        assert fake.now == T0 + timedelta(seconds=5)
        fake.tick(5)
        assert (fake.now, status(fake, job_id)) == (T0 + timedelta(seconds=10), "RUNNING")


@pytest.mark.source("api §2")
def test_our_ways_to_move_time_move_the_traveller() -> None:
    seen: list[datetime] = []
    with time_machine.travel(T0, tick=False), fakebatch.mock(provision=True) as fake:

        @fake.batch.when().run
        def body(job: object) -> None:
            seen.append(datetime.now(timezone.utc))

        job_id = submit(fake)
        fake.tick(1)
        assert datetime.now(timezone.utc) == T0 + timedelta(seconds=1)
        time.sleep(1.5)
        assert datetime.now(timezone.utc) == T0 + timedelta(seconds=2.5)
        fake.run_until(job_id, "RUNNING")
        assert datetime.now(timezone.utc) == T0 + timedelta(seconds=10)
        fake.move_to(T0 + timedelta(minutes=1))
        assert datetime.now(timezone.utc) == T0 + timedelta(minutes=1)
        assert seen == [T0 + timedelta(seconds=10)]


@pytest.mark.source("design: a traveller may hold nanoseconds")
def test_an_instant_finer_than_a_microsecond() -> None:
    with time_machine.travel(0, tick=False) as traveller, fakebatch.mock() as fake:
        traveller._destination_timestamp_ns += 1_000_000_999
        assert fake.now == datetime(1970, 1, 1, 0, 0, 1, tzinfo=timezone.utc)
        fake.tick(1)
        assert time.time_ns() == 2_000_000_999


@pytest.mark.source("api §1")
def test_a_ticking_traveller() -> None:
    with time_machine.travel(T0, tick=True), fakebatch.mock(provision=True) as fake:
        first = fake.now
        job_id = submit(fake)
        fake.run_until(job_id)
        assert timedelta(seconds=70) <= fake.now - first < timedelta(seconds=100)
        assert timedelta(seconds=70) <= datetime.now(timezone.utc) - first < timedelta(seconds=100)
    # Where a ticking clock stood when it ended, nobody can tell: time stays at the last look.


@pytest.mark.source("api §1")
def test_going_back_holds_still_and_warns_once() -> None:
    with time_machine.travel(T0, tick=False) as traveller, fakebatch.mock(provision=True) as fake:
        job_id = submit(fake)
        traveller.shift(-3600)
        with pytest.warns(
            RuntimeWarning, match=r"^fakebatch: the clock went back from 2020-02-02T02:02:02.000002Z"
        ):
            assert status(fake, job_id) == "SUBMITTED"
        assert (fake.now, status(fake, job_id)) == (T0, "SUBMITTED")
        traveller.shift(3610)
        assert status(fake, job_id) == "RUNNING"
