"""time-machine: while somebody travels, theirs is the clock of the jobs.

Needs time-machine. `tick=False` makes its clock stand still between moves.
"""

import datetime as dt

import boto3
import pytest
import time_machine

START = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)


def submit():
    batch = boto3.client("batch", region_name="us-east-1")
    return batch.submit_job(jobName="job", jobQueue="queue", jobDefinition="definition")


@pytest.mark.fakebatch(provision=True)
def test_shifting_the_traveller_moves_the_jobs(fakebatch):
    with time_machine.travel(START, tick=False) as traveller:
        job = fakebatch.batch.job(submit()["jobId"])
        traveller.shift(10)
        assert job.status == "RUNNING"


@pytest.mark.fakebatch(provision=True)
def test_moving_the_jobs_shifts_the_traveller(fakebatch):
    with time_machine.travel(START, tick=False):
        fakebatch.run_until(submit())
        assert dt.datetime.now(dt.timezone.utc) == START + dt.timedelta(seconds=70)
