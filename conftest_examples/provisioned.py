"""`provision=True`: SubmitJob makes the queue and the job definition that it names.

For code under test that only submits, and takes what it submits to for granted.
"""

import boto3
import pytest

pytestmark = pytest.mark.fakebatch(provision=True)


def submit(queue, definition):
    batch = boto3.client("batch", region_name="us-east-1")
    return batch.submit_job(jobName="job", jobQueue=queue, jobDefinition=definition)


def test_nothing_has_to_be_set_up(fakebatch):
    job = submit("somewhere", "something")
    fakebatch.run_until(job)
    assert fakebatch.batch.job(job["jobId"]).status == "SUCCEEDED"


def test_what_was_made_can_be_described(fakebatch):
    submit("somewhere", "something")
    queues = boto3.client("batch", region_name="us-east-1").describe_job_queues()["jobQueues"]
    assert [queue["jobQueueName"] for queue in queues] == ["somewhere"]
