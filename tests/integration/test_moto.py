"""moto beside a world: it answers for every other service, and neither sees the other's calls."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from moto import mock_aws

import fakebatch

JOB = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d"}


@pytest.fixture(params=["moto outside", "moto inside"])
def both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with ExitStack() as exits:
        if request.param == "moto outside":
            exits.enter_context(mock_aws())
        fake = exits.enter_context(fakebatch.mock(provision=True))
        if request.param == "moto inside":
            exits.enter_context(mock_aws())
        yield fake


@pytest.mark.source("api §1")
def test_each_answers_for_its_own_services(both: fakebatch.World) -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="key", Body=b"body")
    batch = boto3.client("batch", region_name="us-east-1")
    job_id = batch.submit_job(**JOB)["jobId"]
    both.run_until(job_id)
    assert batch.describe_jobs(jobs=[job_id])["jobs"][0]["status"] == "SUCCEEDED"
    assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == b"body"
    assert [call.service for call in both.calls] == ["batch", "batch"]


@pytest.mark.source("api §9")
def test_faults_are_ours_beside_moto(both: fakebatch.World) -> None:
    batch = boto3.client("batch", region_name="us-east-1")
    both.inject("SubmitJob", "TooManyRequestsException")
    assert batch.submit_job(**JOB)["ResponseMetadata"]["RetryAttempts"] == 1
    both.inject("SubmitJob", "AccessDeniedException")
    with pytest.raises(batch.exceptions.ClientError, match="AccessDeniedException"):
        batch.submit_job(**JOB)


@pytest.mark.source("api §1")
def test_everything_is_put_back_whatever_the_order() -> None:
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for first, second in ((mock_aws, fakebatch.mock), (fakebatch.mock, mock_aws)):
        with first(), second():
            boto3.client("s3", region_name="us-east-1").list_buckets()
            boto3.client("batch", region_name="us-east-1").describe_job_queues()
        after = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        assert after == before
