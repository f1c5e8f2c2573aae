"""Injected faults go through botocore's own retry loop."""

from __future__ import annotations

import socket
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

import fakebatch
from fakebatch import UsageError

START = "2026-01-01T00:00:00.000123Z"
T0 = datetime(2026, 1, 1, 0, 0, 0, 123, tzinfo=timezone.utc)
JOB = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d"}


@pytest.fixture
def fake() -> Any:
    with fakebatch.mock(start=START, provision=True) as world:
        yield world


def client_of(mode: str = "legacy", attempts: int = 5) -> Any:
    retries = {"mode": mode, "total_max_attempts": attempts}
    return boto3.client("batch", config=Config(retries=retries))


class TestErrors:
    @pytest.mark.source("api §9")
    @pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
    def test_one_retry_heals_one_fault(self, fake: fakebatch.World, mode: str) -> None:
        fake.inject("SubmitJob", error="TooManyRequestsException")
        response = client_of(mode).submit_job(**JOB)
        assert response["ResponseMetadata"]["RetryAttempts"] == 1
        assert [(call.operation, call.error) for call in fake.calls] == [("SubmitJob", None)]
        assert fake.calls[0].response == {key: response[key] for key in ("jobArn", "jobName", "jobId")}
        # The wait before the retry was a virtual one.
        assert T0 <= fake.now < T0 + timedelta(seconds=30)

    @pytest.mark.source("api §9")
    def test_times_counts_attempts_on_the_wire(self, fake: fakebatch.World) -> None:
        fake.inject("SubmitJob", error="TooManyRequestsException", times=4)
        client = client_of(attempts=3)
        with pytest.raises(client.exceptions.ClientError) as raised:
            client.submit_job(**JOB)
        assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 2
        assert client.submit_job(**JOB)["ResponseMetadata"]["RetryAttempts"] == 1
        assert [call.error and call.error["Code"] for call in fake.calls] == [
            "TooManyRequestsException",
            None,
        ]

    @pytest.mark.source("api §9")
    def test_after_counts_calls_let_through(self, fake: fakebatch.World) -> None:
        fake.inject("SubmitJob", error="AccessDeniedException", after=2)
        client = client_of()
        client.describe_job_queues()
        client.submit_job(**JOB)
        client.submit_job(**JOB)
        with pytest.raises(client.exceptions.ClientError):
            client.submit_job(**JOB)
        client.submit_job(**JOB)
        assert [call.error is None for call in fake.calls.to("SubmitJob")] == [True, True, False, True]

    @pytest.mark.source("api §9: a fault that reaches the caller is a call")
    def test_a_whole_error(self, fake: fakebatch.World) -> None:
        fake.inject("SubmitJob", error="AccessDeniedException", status=403, message="Not you.")
        client = client_of()
        with pytest.raises(client.exceptions.ClientError) as raised:
            client.submit_job(**JOB)
        response = raised.value.response
        request_id = response["ResponseMetadata"]["RequestId"]
        assert response == {
            "Error": {"Message": "Not you.", "Code": "AccessDeniedException"},
            "ResponseMetadata": {
                "RequestId": request_id,
                "HTTPStatusCode": 403,
                "HTTPHeaders": {
                    "date": "Thu, 01 Jan 2026 00:00:00 GMT",
                    "content-type": "application/json",
                    "x-amzn-requestid": request_id,
                    "x-amzn-errortype": "AccessDeniedException",
                },
                "RetryAttempts": 0,
            },
        }
        (call,) = fake.calls
        assert (call.params, call.response, call.error, call.at) == (JOB, None, response["Error"], T0)

    @pytest.mark.source("model; assumed for codes that no operation models")
    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("ClientException", 400),
            ("ServerException", 500),
            ("TooManyRequestsException", 429),
            ("ThrottlingException", 429),
            ("Throttling", 429),
            ("RequestLimitExceeded", 429),
            ("InternalFailure", 500),
            ("ServiceUnavailable", 503),
            ("AccessDeniedException", 400),
        ],
    )
    def test_the_status_that_a_code_comes_with(self, fake: fakebatch.World, code: str, status: int) -> None:
        fake.inject("SubmitJob", error=code)
        client = client_of(attempts=1)
        with pytest.raises(client.exceptions.ClientError) as raised:
            client.submit_job(**JOB)
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
        assert raised.value.response["Error"] == {
            "Code": code,
            "Message": f"{code}, injected into batch.SubmitJob",
        }

    @pytest.mark.source("botocore")
    def test_modelled_errors_are_botocores_own_exceptions(self, fake: fakebatch.World) -> None:
        client = client_of(attempts=1)
        for code in ("ServerException", "ClientException"):
            fake.inject("SubmitJob", error=code, message="m")
            with pytest.raises(getattr(client.exceptions, code)) as raised:
                client.submit_job(**JOB)
            assert raised.value.response["message"] == "m"

    @pytest.mark.source("assumed: first injected, first met")
    def test_several_faults(self, fake: fakebatch.World) -> None:
        fake.inject("SubmitJob", error="ThrottlingException")
        fake.inject("SubmitJob", error="AccessDeniedException")
        fake.inject("SubmitJob", error="ServerException", after=1)
        client = client_of()
        with pytest.raises(client.exceptions.ClientError, match="AccessDenied") as raised:
            client.submit_job(**JOB)
        assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 1
        assert client.submit_job(**JOB)["ResponseMetadata"]["RetryAttempts"] == 1

    @pytest.mark.source("api §2")
    def test_faults_of_drs(self, fake: fakebatch.World) -> None:
        fake.inject("DescribeSourceServers", error="UninitializedAccountException", service="drs")
        client = fake.client("drs")
        with pytest.raises(client.exceptions.UninitializedAccountException) as raised:
            client.describe_source_servers()
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400

    @pytest.mark.source("design: what is due by the healed attempt has happened")
    def test_a_healed_call_sees_the_time_that_the_retry_took(self, fake: fakebatch.World) -> None:
        client = client_of()
        job_id = client.submit_job(**JOB)["jobId"]
        fake.inject("DescribeJobs", error="ThrottlingException", times=1)
        fake.tick(69.9999)
        while client.describe_jobs(jobs=[job_id])["jobs"][0]["status"] != "SUCCEEDED":
            fake.inject("DescribeJobs", error="ThrottlingException", times=3)
        assert fake.calls[-1].at == fake.now

    @pytest.mark.source("house rules: three voices")
    def test_misuse_found_when_healed_is_still_misuse(self, fake: fakebatch.World) -> None:
        fake.inject("DescribeSourceServers", error="ThrottlingException", service="drs")
        with pytest.raises(UsageError, match=r"^drs\.DescribeSourceServers isn't there yet"):
            fake.client("drs").describe_source_servers()


class TestAdaptiveMode:
    @pytest.mark.source("design: real waits never happen under a virtual clock")
    def test_waiting_for_tokens_is_virtual(self, fake: fakebatch.World) -> None:
        client = client_of("adaptive")
        began = time.perf_counter()
        fake.inject("SubmitJob", error="TooManyRequestsException", times=3)
        client.submit_job(**JOB)
        fake.inject("SubmitJob", error="TooManyRequestsException", times=3)
        client.submit_job(**JOB)
        assert time.perf_counter() - began < 1
        assert fake.now > T0 + timedelta(seconds=1)


class TestExceptions:
    @pytest.mark.source("api §2")
    @pytest.mark.parametrize(
        "error",
        [
            botocore.exceptions.ConnectTimeoutError,
            botocore.exceptions.ReadTimeoutError,
            botocore.exceptions.EndpointConnectionError,
            botocore.exceptions.ConnectionClosedError,
            botocore.exceptions.SSLError,
            botocore.exceptions.HTTPClientError,
            botocore.exceptions.ProxyConnectionError,
            ConnectionResetError,
            socket.timeout,
        ],
    )
    def test_any_class_reaches_the_caller(self, fake: fakebatch.World, error: type[Exception]) -> None:
        fake.inject("SubmitJob", error=error)
        with pytest.raises(error):
            client_of(attempts=1).submit_job(**JOB)
        (call,) = fake.calls
        assert call.error == {
            "Code": error.__name__,
            "Message": f"{error.__name__}, injected into batch.SubmitJob",
        }

    @pytest.mark.source("botocore")
    def test_the_words(self, fake: fakebatch.World) -> None:
        fake.inject("SubmitJob", error=botocore.exceptions.ConnectTimeoutError)
        with pytest.raises(botocore.exceptions.ConnectTimeoutError) as raised:
            client_of(attempts=1).submit_job(**JOB)
        assert str(raised.value) == (
            'Connect timeout on endpoint URL: "https://batch.us-east-1.amazonaws.com/v1/submitjob"'
        )
        fake.inject("SubmitJob", error=OSError, message="unplugged")
        with pytest.raises(OSError, match=r"^unplugged$"):
            client_of(attempts=1).submit_job(**JOB)

    @pytest.mark.source("api §9")
    def test_a_retry_heals_those_that_botocore_retries(self, fake: fakebatch.World) -> None:
        fake.inject("SubmitJob", error=botocore.exceptions.ReadTimeoutError, times=2)
        assert client_of().submit_job(**JOB)["ResponseMetadata"]["RetryAttempts"] == 2
        assert len(fake.calls) == 1


class TestMisuse:
    @pytest.mark.source("house rules: three voices")
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (
                {"operation": "SubmitJbo"},
                (
                    "inject('SubmitJbo'): batch has no such operation. Did you mean SubmitJob or "
                    "SubmitServiceJob?"
                ),
            ),
            (
                {"operation": "describe_jobs"},
                (
                    "inject('describe_jobs'): batch has no such operation. Did you mean DescribeJobs or "
                    "DescribeJobQueues or DescribeServiceJob?"
                ),
            ),
            ({"operation": "Zzz"}, "inject('Zzz'): batch has no such operation."),
            ({"service": "s3"}, "inject(service='s3'): only 'batch' and 'drs' are faked."),
            ({"times": 0}, "inject(times=0): give a whole number from 1 on."),
            ({"times": True}, "inject(times=True): give a whole number from 1 on."),
            ({"after": -1}, "inject(after=-1): give a whole number from 0 on."),
            ({"status": 200}, "inject(status=200): an error's HTTP status lies from 300 to 599."),
            (
                {"error": botocore.exceptions.ClientError},
                (
                    "inject(error=ClientError): a ClientError is what botocore makes of an error code. Give "
                    "the code, such "
                    'as error="TooManyRequestsException".'
                ),
            ),
            (
                {"error": 5},
                (
                    'inject(error=5): give an AWS error code, such as "TooManyRequestsException", or an '
                    "exception class, "
                    "such as botocore.exceptions.ConnectTimeoutError."
                ),
            ),
        ],
        ids=str,
    )
    def test_refused(self, fake: fakebatch.World, arguments: dict[str, Any], message: str) -> None:
        with pytest.raises(UsageError) as raised:
            fake.inject(**{"operation": "SubmitJob", "error": "ThrottlingException", **arguments})
        assert str(raised.value) == message


@pytest.mark.source("design: a fault that nobody meets changes nothing")
def test_other_operations_don_t_notice(fake: fakebatch.World) -> None:
    fake.inject("SubmitJob", error="ThrottlingException")
    assert fake.client("batch").describe_job_queues()["ResponseMetadata"]["RetryAttempts"] == 0
