"""Asynchronous code: boto3 in a thread, `asyncio.sleep` between looks.

Needs pytest-asyncio. `asyncio.sleep` moves the virtual clock as `time.sleep` does, so an hour of polling
takes no time, and a thread sees the same world as the test.
"""

import asyncio

import boto3
import pytest


async def finished(job_id):
    """Stands for the code under test."""
    batch = boto3.client("batch", region_name="us-east-1")
    while True:
        answer = await asyncio.to_thread(batch.describe_jobs, jobs=[job_id])
        job = answer["jobs"][0]
        if job["status"] in {"SUCCEEDED", "FAILED"}:
            return job
        await asyncio.sleep(60)


@pytest.mark.asyncio
@pytest.mark.fakebatch(provision=True)
async def test_waits_for_a_job_of_an_hour(fakebatch):
    fakebatch.batch.when(job_name="long").succeed(after=3600)
    begun = fakebatch.now
    batch = boto3.client("batch", region_name="us-east-1")
    job = batch.submit_job(jobName="long", jobQueue="queue", jobDefinition="definition")
    assert (await finished(job["jobId"]))["status"] == "SUCCEEDED"
    assert (fakebatch.now - begun).total_seconds() == 3660
