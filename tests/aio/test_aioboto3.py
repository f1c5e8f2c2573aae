"""aioboto3's sessions, clients and paginators are served as boto3's are."""

from __future__ import annotations

import asyncio
from typing import Any

import aioboto3
import pytest

import fakebatch

JOB = {"jobQueue": "q", "jobDefinition": "d"}


@pytest.mark.source("api §1")
def test_a_session_made_before_the_mock() -> None:
    session = aioboto3.Session(region_name="eu-west-1")

    @fakebatch.mock(region="eu-west-1", provision=True)
    async def body(fake: Any) -> None:
        async with session.client("batch") as client:
            job_id = (await client.submit_job(jobName="j", **JOB))["jobId"]
            fake.tick(70)
            (job,) = (await client.describe_jobs(jobs=[job_id]))["jobs"]
            assert job["status"] == "SUCCEEDED"
            assert job["jobQueue"] == "arn:aws:batch:eu-west-1:123456789012:job-queue/q"

    asyncio.run(body())


@pytest.mark.source("api §1")
def test_a_paginator() -> None:
    @fakebatch.mock(provision=True)
    async def body(fake: Any) -> None:
        async with aioboto3.Session().client("batch") as client:
            for number in range(5):
                await client.submit_job(jobName=f"j{number}", **JOB)
            pages = client.get_paginator("list_jobs").paginate(
                jobQueue="q", jobStatus="SUBMITTED", PaginationConfig={"PageSize": 2}
            )
            listed = [[job["jobName"] for job in page["jobSummaryList"]] async for page in pages]
            assert listed == [["j4", "j3"], ["j2", "j1"], ["j0"]]

    asyncio.run(body())


@pytest.mark.source("model")
def test_errors_are_modelled() -> None:
    @fakebatch.mock
    async def body() -> None:
        async with aioboto3.Session().client("batch") as client:
            with pytest.raises(client.exceptions.ClientException) as caught:
                await client.submit_job(jobName="j", **JOB)
            assert caught.value.response["Error"] == {
                "Message": "JobQueue q not found.",
                "Code": "ClientException",
            }

    asyncio.run(body())
