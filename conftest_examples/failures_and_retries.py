"""Scripted failures: which job fails, how, on which attempt, and what AWS's retry strategy makes of it.

The verbs of a rule are successive attempts; the last one repeats. `inject` lets a call itself fail, and
botocore's own retries are what heals it.
"""

import boto3
import botocore.exceptions
import pytest

OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"


@pytest.fixture(autouse=True)
def set_up(fakebatch):
    fakebatch.batch.add_job_queue("queue")
    fakebatch.batch.add_job_definition("definition")


@pytest.fixture
def batch():
    return boto3.client("batch", region_name="us-east-1")


def submit(batch, **more):
    return batch.submit_job(jobName="train", jobQueue="queue", jobDefinition="definition", **more)["jobId"]


def test_exit_code_and_reason_are_seen_by_the_code(fakebatch, batch):
    fakebatch.batch.when(job_name="train").fail(exit_code=137, reason=OUT_OF_MEMORY, after=30)
    job_id = submit(batch)
    fakebatch.run_until(job_id)
    job = batch.describe_jobs(jobs=[job_id])["jobs"][0]
    assert job["statusReason"] == "Essential container in task exited"
    assert (job["container"]["exitCode"], job["container"]["reason"]) == (137, OUT_OF_MEMORY)


def test_second_attempt_succeeds(fakebatch, batch):
    fakebatch.batch.when(job_name="train").fail(exit_code=1).succeed()
    job = fakebatch.batch.job(submit(batch, retryStrategy={"attempts": 3}))
    fakebatch.run_until(job)
    assert job.status == "SUCCEEDED"
    assert [attempt["container"]["exitCode"] for attempt in job.attempts] == [1, 0]


@pytest.mark.parametrize(("exit_code", "attempts"), [(75, 3), (1, 1)], ids=["temporary", "permanent"])
def test_evaluate_on_exit_retries_only_what_is_temporary(fakebatch, batch, exit_code, attempts):
    fakebatch.batch.when(job_name="train").fail(exit_code=exit_code)
    strategy = {
        "attempts": 3,
        "evaluateOnExit": [
            {"onExitCode": "75", "action": "RETRY"},
            {"onExitCode": "*", "action": "EXIT"},
        ],
    }
    job = fakebatch.batch.job(submit(batch, retryStrategy=strategy))
    fakebatch.run_until(job)
    assert (job.status, len(job.attempts)) == ("FAILED", attempts)


def test_job_that_hangs_is_ended_by_its_timeout(fakebatch, batch):
    fakebatch.batch.when(job_name="train").hang()
    job = fakebatch.batch.job(submit(batch, timeout={"attemptDurationSeconds": 600}))
    fakebatch.run_until(job)
    assert job.status_reason == "Job attempt duration exceeded timeout"


def test_throttling_is_healed_by_botocores_retries(fakebatch, batch):
    fakebatch.inject("SubmitJob", error="TooManyRequestsException", times=1)
    submit(batch)
    assert len(fakebatch.batch.jobs()) == 1


def test_throttling_that_lasts_reaches_the_code(fakebatch, batch):
    fakebatch.inject("SubmitJob", error="TooManyRequestsException", times=100)
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        submit(batch)
    assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"
