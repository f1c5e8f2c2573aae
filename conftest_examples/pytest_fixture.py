"""The fixture `fakebatch`: nothing to import, nothing to configure.

Run it with `pytest pytest_fixture.py`. The fixture is the World, a fresh one for each test. The marker gives
it keywords of `fakebatch.mock()`.
"""

import boto3
import pytest


def submit(name):
    """Stands for the code under test."""
    batch = boto3.client("batch", region_name="us-east-1")
    return batch.submit_job(jobName=name, jobQueue="queue", jobDefinition="definition")["jobId"]


def test_job_succeeds(fakebatch):
    fakebatch.batch.add_job_queue("queue")
    fakebatch.batch.add_job_definition("definition")
    job = fakebatch.batch.job(submit("nightly"))
    assert job.status == "SUBMITTED"
    fakebatch.run_until(job)
    assert (job.status, job.exit_code) == ("SUCCEEDED", 0)


@pytest.mark.fakebatch(start="2026-01-01T00:00:00Z", region="eu-west-1")
def test_marker_sets_the_clock_and_the_region(fakebatch):
    fakebatch.tick(3600)
    assert fakebatch.now.isoformat() == "2026-01-01T01:00:00+00:00"
    assert boto3.client("batch").meta.region_name == "eu-west-1"


def test_calls_are_kept_to_assert_on(fakebatch):
    fakebatch.batch.add_job_queue("queue")
    fakebatch.batch.add_job_definition("definition")
    submit("nightly")
    (call,) = fakebatch.calls.to("SubmitJob")
    assert call.params == {"jobName": "nightly", "jobQueue": "queue", "jobDefinition": "definition"}
