"""freezegun: while it freezes time, its clock is the clock of the jobs.

Needs freezegun. It makes no difference which of the two is entered first.
"""

import datetime as dt

import boto3
import freezegun
import pytest

import fakebatch


def submit():
    batch = boto3.client("batch", region_name="us-east-1")
    return batch.submit_job(jobName="job", jobQueue="queue", jobDefinition="definition")


@freezegun.freeze_time("2026-01-01T00:00:00Z")
@fakebatch.mock(provision=True)
def test_jobs_start_at_the_frozen_time(fake):
    job = submit()
    assert fake.now.isoformat() == "2026-01-01T00:00:00+00:00"
    assert fake.batch.job(job["jobId"]).status == "SUBMITTED"


@pytest.mark.fakebatch(provision=True)
def test_ticking_the_freezer_moves_the_jobs(fakebatch):
    with freezegun.freeze_time("2026-01-01T00:00:00Z") as frozen:
        job = fakebatch.batch.job(submit()["jobId"])
        frozen.tick(10)
        assert job.status == "RUNNING"


@pytest.mark.fakebatch(provision=True)
def test_moving_the_jobs_ticks_the_freezer(fakebatch):
    with freezegun.freeze_time("2026-01-01T00:00:00Z"):
        fakebatch.run_until(submit())
        assert dt.datetime.now(dt.timezone.utc).isoformat() == "2026-01-01T00:01:10+00:00"
