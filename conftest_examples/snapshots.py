"""snapshot() and restore(): one expensive set-up, several endings.

A snapshot keeps everything, the instant too, and can be come back to as often as wanted.
"""

import boto3
import pytest


@pytest.fixture
def running(fakebatch):
    """Two jobs in mid-flight."""
    fakebatch.batch.add_job_queue("queue")
    fakebatch.batch.add_job_definition("definition")
    batch = boto3.client("batch", region_name="us-east-1")
    ids = [
        batch.submit_job(jobName=name, jobQueue="queue", jobDefinition="definition")["jobId"]
        for name in ("left", "right")
    ]
    fakebatch.run_until(ids[1], "RUNNING")
    return ids


def test_every_ending_starts_from_the_same_middle(fakebatch, running):
    middle = fakebatch.snapshot()
    left, right = map(fakebatch.batch.job, running)
    then = fakebatch.now
    endings = []
    for exit_codes in [(0, 0), (1, 0), (1, 1)]:
        fakebatch.restore(middle)
        assert fakebatch.now == then
        left.finish(exit_codes[0])
        right.finish(exit_codes[1])
        endings.append((left.status, right.status))
    assert endings == [("SUCCEEDED", "SUCCEEDED"), ("FAILED", "SUCCEEDED"), ("FAILED", "FAILED")]
