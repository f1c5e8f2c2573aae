"""Arrays: one child fails, the parent follows, and the code finds out which.

The rule names the child by its index; a Python body sees it in its environment.
"""

import boto3
import pytest


@pytest.fixture
def batch(fakebatch):
    fakebatch.batch.add_job_queue("queue")
    fakebatch.batch.add_job_definition("definition")
    return boto3.client("batch", region_name="us-east-1")


def submit(batch, size, **more):
    return batch.submit_job(
        jobName="sweep", jobQueue="queue", jobDefinition="definition", arrayProperties={"size": size}, **more
    )["jobId"]


def failed_children(batch, parent):
    """Stands for the code under test."""
    pages = batch.get_paginator("list_jobs").paginate(arrayJobId=parent, jobStatus="FAILED")
    return sorted(job["arrayProperties"]["index"] for page in pages for job in page["jobSummaryList"])


def test_failed_children_are_found_over_all_pages(fakebatch, batch):
    fakebatch.batch.when(job_name="sweep", matching=lambda job: job.array_index % 2).fail(exit_code=1)
    parent = submit(batch, size=500)
    fakebatch.run_until(parent)
    assert fakebatch.batch.job(parent).status == "FAILED"
    assert failed_children(batch, parent) == list(range(1, 500, 2))


def test_sequential_children_stop_after_the_one_that_failed(fakebatch, batch):
    fakebatch.batch.when(array_index=2).fail(exit_code=1)
    parent = submit(batch, size=5, dependsOn=[{"type": "SEQUENTIAL"}])
    fakebatch.run_until(parent)
    children = [fakebatch.batch.job(f"{parent}:{index}") for index in range(5)]
    assert [child.status for child in children] == ["SUCCEEDED", "SUCCEEDED", "FAILED", "FAILED", "FAILED"]
    assert children[3].status_reason == "Dependent Job failed"


def test_each_child_sees_its_index(fakebatch, batch):
    seen = []

    @fakebatch.batch.when(job_name="sweep").run
    def body(job):
        seen.append(int(job.environment["AWS_BATCH_JOB_ARRAY_INDEX"]))

    fakebatch.run_until(submit(batch, size=4))
    assert sorted(seen) == [0, 1, 2, 3]
