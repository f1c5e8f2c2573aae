"""Spot: the host goes away under a job, scripted or at the instant that the test chooses.

Such an attempt leaves no exit code, and its statusReason is what a retry strategy looks for.
"""

import boto3
import pytest

STRATEGY = {
    "attempts": 5,
    "evaluateOnExit": [
        {"onStatusReason": "Host EC2*", "action": "RETRY"},
        {"onReason": "*", "action": "EXIT"},
    ],
}


@pytest.fixture
def job(fakebatch):
    fakebatch.batch.add_compute_environment("spot", computeResources={"type": "SPOT"})
    fakebatch.batch.add_job_queue("spot")
    fakebatch.batch.add_job_definition("definition")
    batch = boto3.client("batch", region_name="us-east-1")
    answer = batch.submit_job(
        jobName="train", jobQueue="spot", jobDefinition="definition", retryStrategy=STRATEGY
    )
    return fakebatch.batch.job(answer["jobId"])


def test_two_scripted_reclaims_are_survived(fakebatch, job):
    fakebatch.batch.when(job_queue="spot").host_terminated(after=600).host_terminated(after=60).succeed()
    fakebatch.run_until(job)
    assert job.status == "SUCCEEDED"
    assert ["exitCode" in attempt["container"] for attempt in job.attempts] == [False, False, True]


def test_reclaim_at_an_instant_of_ones_own(fakebatch, job):
    fakebatch.run_until(job, "RUNNING")
    instance = job.instance
    fakebatch.batch.reclaim_spot(job.id)
    assert job.status == "RUNNABLE"
    assert job.attempts[0]["statusReason"] == f"Host EC2 (instance {instance}) terminated."


def test_failure_of_the_program_is_not_retried(fakebatch, job):
    fakebatch.batch.when(job_queue="spot").host_terminated().fail(exit_code=1)
    fakebatch.run_until(job)
    assert (job.status, len(job.attempts)) == ("FAILED", 2)
