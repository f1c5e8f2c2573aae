"""aiobotocore's clients are served as boto3's are."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import aiobotocore.client
import aiobotocore.session
import botocore.exceptions
import pytest
from aiobotocore.config import AioConfig

import fakebatch
from fakebatch import UsageError

START = "2026-01-01T00:00:00.000123Z"
T0 = datetime(2026, 1, 1, 0, 0, 0, 123, tzinfo=timezone.utc)
JOB = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d"}


@asynccontextmanager
async def client_of(**options: Any) -> AsyncIterator[Any]:
    session = aiobotocore.session.get_session()
    async with session.create_client("batch", region_name="us-east-1", **options) as client:
        yield client


@pytest.mark.source("aiobotocore")
def test_what_we_lean_on() -> None:
    method = vars(aiobotocore.client.AioBaseClient)["_make_api_call"]
    assert inspect.iscoroutinefunction(method)
    assert list(inspect.signature(method).parameters) == ["self", "operation_name", "api_params"]
    from aiobotocore.awsrequest import AioAWSResponse
    from aiobotocore.retries.bucket import AsyncTokenBucket

    assert inspect.iscoroutinefunction(AioAWSResponse._content_prop)
    assert "_sleep_amount" in vars(AsyncTokenBucket)


@pytest.mark.source("api §1")
def test_a_client_made_inside() -> None:
    @fakebatch.mock(start=START, provision=True)
    async def body(fake: Any) -> None:
        async with client_of() as client:
            job_id = (await client.submit_job(**JOB))["jobId"]
            while (await client.describe_jobs(jobs=[job_id]))["jobs"][0]["status"] != "SUCCEEDED":  # noqa: ASYNC110
                await asyncio.sleep(10)
        assert fake.now == T0 + timedelta(seconds=70)
        assert len(fake.calls) == 9

    asyncio.run(body())


@pytest.mark.source("api §1")
def test_a_client_made_before_is_served_and_back_after() -> None:
    async def body() -> None:
        config = AioConfig(retries={"max_attempts": 0})
        async with client_of(aws_access_key_id="a", aws_secret_access_key="b", config=config) as client:
            for _ in range(2):
                async with fakebatch.mock() as fake:
                    fake.batch.add_job_queue("q")
                    assert len((await client.describe_job_queues())["jobQueues"]) == 1
            assert "fakebatch" not in str(
                client.meta.events._emitter._handlers.prefix_search("before-call.batch.X")
            )
            client._endpoint.http_session.send = unplugged
            with pytest.raises(OSError, match="unplugged"):
                await client.describe_job_queues()

    async def unplugged(request: object) -> None:
        raise OSError("unplugged")

    asyncio.run(body())


@pytest.mark.source("api §1")
def test_errors_are_botocores_own() -> None:
    @fakebatch.mock
    async def body() -> None:
        async with client_of() as client:
            with pytest.raises(client.exceptions.ClientException) as raised:
                await client.submit_job(**JOB)
            assert raised.value.response["Error"] == {
                "Message": "JobQueue q not found.",
                "Code": "ClientException",
            }

    asyncio.run(body())


@pytest.mark.source("api §2: three voices")
def test_misuse_reaches_the_caller() -> None:
    @fakebatch.mock(others="block")
    async def body() -> None:
        session = aiobotocore.session.get_session()
        for service, operation in (("drs", "describe_source_servers"), ("sts", "get_caller_identity")):
            async with session.create_client(service, region_name="us-east-1") as client:
                with pytest.raises(UsageError):
                    await getattr(client, operation)()

    asyncio.run(body())


@pytest.mark.source("api §1")
def test_a_paginator() -> None:
    @fakebatch.mock
    async def body(fake: Any) -> None:
        for number in range(5):
            fake.batch.add_job_queue(f"q{number}")
        async with client_of() as client:
            pages = client.get_paginator("describe_job_queues").paginate(PaginationConfig={"PageSize": 2})
            assert [len(page["jobQueues"]) async for page in pages] == [2, 2, 1]

    asyncio.run(body())


@pytest.mark.source("api §9")
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_faults(mode: str) -> None:
    @fakebatch.mock(start=START, provision=True)
    async def body(fake: Any) -> None:
        config = AioConfig(retries={"mode": mode, "total_max_attempts": 4})
        async with client_of(config=config) as client:
            fake.inject("SubmitJob", "TooManyRequestsException", times=3)
            healed = await client.submit_job(**JOB)
            assert healed["ResponseMetadata"]["RetryAttempts"] == 3
            fake.inject("SubmitJob", "AccessDeniedException", status=403, message="Not you.")
            with pytest.raises(client.exceptions.ClientError) as raised:
                await client.submit_job(**JOB)
            assert raised.value.response["Error"] == {"Message": "Not you.", "Code": "AccessDeniedException"}
            fake.inject("SubmitJob", botocore.exceptions.ReadTimeoutError)
            assert (await client.submit_job(**JOB))["ResponseMetadata"]["RetryAttempts"] == 1
        assert [call.error for call in fake.calls] == [None, raised.value.response["Error"], None]

    began = time.perf_counter()
    asyncio.run(body())
    assert time.perf_counter() - began < 5


@pytest.mark.source("api §1")
def test_many_tasks() -> None:
    @fakebatch.mock(provision=True)
    async def body(fake: Any) -> None:
        async with client_of() as client:
            responses = await asyncio.gather(*(client.submit_job(**JOB) for _ in range(20)))
        assert len({response["jobId"] for response in responses}) == 20
        assert len(fake.calls) == 20

    asyncio.run(body())


@pytest.mark.source("api §9")
def test_imported_for_the_first_time_inside_the_mock() -> None:
    code = """if True:
        import asyncio, sys, fakebatch
        mocked = fakebatch.mock(region="us-east-1")
        fake = mocked.start()
        assert "aiobotocore" not in sys.modules
        import aiobotocore.session
        original = aiobotocore.client.AioBaseClient._make_api_call

        async def main():
            session = aiobotocore.session.get_session()
            async with session.create_client("batch", region_name="us-east-1") as client:
                assert (await client.describe_job_queues())["jobQueues"] == []
                fake.inject("DescribeJobQueues", "ThrottlingException")
                assert (await client.describe_job_queues())["ResponseMetadata"]["RetryAttempts"] == 1
                fake.stop()
                assert aiobotocore.client.AioBaseClient._make_api_call is original
                with fakebatch.mock(region="us-east-1"):
                    assert (await client.describe_job_queues())["jobQueues"] == []

        asyncio.run(main())
        print("served")
    """
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == ("served\n", "")


@pytest.mark.source("api §1")
def test_accounts() -> None:
    @fakebatch.mock(accounts={"AKIAOTHER": "210987654321"})
    async def body(fake: Any) -> None:
        async with client_of(aws_access_key_id="AKIAOTHER", aws_secret_access_key="b") as client:
            await client.describe_job_queues()
        assert fake.calls[0].account_id == "210987654321"

    asyncio.run(body())
