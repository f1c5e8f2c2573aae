"""The log of calls, as a sequence of records."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

import fakebatch
from fakebatch import Call

START = datetime(2026, 1, 1, 0, 0, 0, 123456, tzinfo=timezone.utc)


@pytest.mark.source("api §2, §9")
def test_a_call_holds_what_boto3_was_given_and_gave() -> None:
    with fakebatch.mock(start=START, region="eu-west-1") as fake:
        client = fake.client("batch")
        response = client.describe_job_queues(jobQueues=["q"])
        response.pop("ResponseMetadata")
        assert response == {"jobQueues": []}
        assert fake.calls == [
            Call(
                service="batch",
                operation="DescribeJobQueues",
                params={"jobQueues": ["q"]},
                response={"jobQueues": []},
                error=None,
                at=START,
                region="eu-west-1",
                account_id="123456789012",
            )
        ]


@pytest.mark.source("api §2, §9")
def test_a_failed_call_holds_the_error() -> None:
    with fakebatch.mock(start=START) as fake:
        client = fake.client("batch")
        with pytest.raises(client.exceptions.ClientException) as raised:
            client.submit_job(jobName="j", jobQueue="nowhere", jobDefinition="d")
        (call,) = fake.calls
        assert call == Call(
            service="batch",
            operation="SubmitJob",
            params={"jobName": "j", "jobQueue": "nowhere", "jobDefinition": "d"},
            response=None,
            error={"Code": "ClientException", "Message": "JobQueue nowhere not found."},
            at=START,
            region="us-east-1",
            account_id="123456789012",
        )
        assert call.error == raised.value.response["Error"]


@pytest.mark.source("api §9")
def test_set_up_from_the_authors_side_is_no_call() -> None:
    with fakebatch.mock() as fake:
        fake.batch.add_job_queue("q")
        assert fake.calls == []


@pytest.mark.source("api §2")
def test_nobody_changes_history() -> None:
    with fakebatch.mock() as fake:
        client = fake.client("batch")
        queues = ["q"]
        response = client.describe_job_queues(jobQueues=queues)
        queues.append("other")
        response["jobQueues"].append("mine")
        fake.calls[0].params["jobQueues"].append("more")
        assert fake.calls[0].params == {"jobQueues": ["q"]}
        assert fake.calls[0].response == {"jobQueues": []}


@pytest.mark.source("api §2")
def test_calls_are_a_live_sequence() -> None:
    with fakebatch.mock() as fake:
        client = fake.client("batch")
        calls = fake.calls
        assert (len(calls), list(calls), repr(calls)) == (0, [], "[]")
        client.describe_job_queues()
        part = calls[:]
        client.describe_compute_environments()
        client.describe_job_queues(jobQueues=["q"])
        assert [call.operation for call in calls] == [
            "DescribeJobQueues",
            "DescribeComputeEnvironments",
            "DescribeJobQueues",
        ]
        assert calls[-1].params == {"jobQueues": ["q"]}
        assert [call.params for call in calls.to("DescribeJobQueues")] == [{}, {"jobQueues": ["q"]}]
        assert calls.to("SubmitJob") == []
        assert calls.to("DescribeJobQueues", service="drs") == []
        assert calls[1:] == [calls[1], calls[2]]
        assert len(part) == 1
        assert calls != "calls"
        with pytest.raises(IndexError):
            calls[3]


@pytest.mark.source("api §2")
def test_calls_read_well_in_a_failure_message() -> None:
    with fakebatch.mock() as fake:
        client = fake.client("batch")
        client.describe_job_queues()
        with pytest.raises(client.exceptions.ClientException):
            client.submit_job(jobName="j", jobQueue="nowhere", jobDefinition="d")
        assert (
            repr(fake.calls) == "[<batch.DescribeJobQueues>, <batch.SubmitJob failed with ClientException>]"
        )


@pytest.mark.source("api §2")
def test_a_token_that_botocore_makes_up_is_no_parameter() -> None:
    with fakebatch.mock() as fake:
        client = fake.client("batch")
        for given in ({}, {"clientToken": "mine"}):
            with pytest.raises((client.exceptions.ClientException, fakebatch.UsageError)):
                client.update_consumable_resource(
                    consumableResource="c", operation="ADD", quantity=1, **given
                )
        fake.inject("UpdateConsumableResource", "AccessDeniedException")
        with pytest.raises(client.exceptions.ClientError):
            client.update_consumable_resource(consumableResource="c", operation="ADD", quantity=1)
        plain = {"consumableResource": "c", "operation": "ADD", "quantity": 1}
        assert [call.params for call in fake.calls][-1] == plain
