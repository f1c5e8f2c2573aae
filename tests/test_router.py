"""From a boto3 call to an operation's function and back."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config

import fakebatch
from fakebatch import InternalError, UsageError
from fakebatch.aws.operations import operation
from fakebatch.batch.errors import ClientException
from fakebatch.batch.operations import OPERATIONS

START = "2026-01-01T00:00:00.000123Z"
REQUEST_ID = "5b968d97-d193-4fa8-ac79-9e3779b97f4b"


@pytest.fixture
def fake() -> Any:
    with fakebatch.mock(start=START) as world:
        yield world


def answering(
    monkeypatch: pytest.MonkeyPatch, name: str, function: Any, members: str, wraps: bool = False
) -> None:
    monkeypatch.setitem(OPERATIONS, name, operation(function, members, wraps=wraps))


class TestReply:
    @pytest.mark.source("botocore's parser")
    def test_a_whole_response(self, fake: fakebatch.World) -> None:
        assert fake.client("batch").describe_job_queues() == {
            "jobQueues": [],
            "ResponseMetadata": {
                "RequestId": REQUEST_ID,
                "HTTPStatusCode": 200,
                "HTTPHeaders": {
                    "date": "Thu, 01 Jan 2026 00:00:00 GMT",
                    "content-type": "application/json",
                    "x-amzn-requestid": REQUEST_ID,
                },
                "RetryAttempts": 0,
            },
        }

    @pytest.mark.source("botocore's parser")
    def test_a_whole_error(self, fake: fakebatch.World, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(service: Any, request: Any) -> Any:
            raise ClientException("no.")

        answering(monkeypatch, "DescribeJobQueues", refuse, "")
        client = fake.client("batch")
        with pytest.raises(client.exceptions.ClientException) as raised:
            client.describe_job_queues()
        assert raised.value.response == {
            "Error": {"Message": "no.", "Code": "ClientException"},
            "ResponseMetadata": {
                "RequestId": REQUEST_ID,
                "HTTPStatusCode": 400,
                "HTTPHeaders": {
                    "date": "Thu, 01 Jan 2026 00:00:00 GMT",
                    "content-type": "application/json",
                    "x-amzn-requestid": REQUEST_ID,
                    "x-amzn-errortype": "ClientException",
                },
                "RetryAttempts": 0,
            },
            "message": "no.",
        }
        assert str(raised.value) == (
            "An error occurred (ClientException) when calling the DescribeJobQueues operation: no."
        )

    @pytest.mark.source("botocore's parser")
    def test_what_comes_directly_is_what_would_come_over_the_wire(self, fake: fakebatch.World) -> None:
        """The same call answered at before-call and, healed from a fault, as HTTP."""
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        client = fake.client("batch")
        job_id = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
        fake.run_until(job_id)
        direct = client.describe_jobs(jobs=[job_id])
        fake.inject("DescribeJobs", "TooManyRequestsException")
        wire = client.describe_jobs(jobs=[job_id])
        assert direct["jobs"] == wire["jobs"]
        assert direct["ResponseMetadata"].keys() == wire["ResponseMetadata"].keys()
        assert (
            wire["ResponseMetadata"]["HTTPHeaders"].keys() == direct["ResponseMetadata"]["HTTPHeaders"].keys()
        )
        fake.inject("SubmitJob", "TooManyRequestsException", after=1)
        errors = []
        for _ in range(2):
            with pytest.raises(client.exceptions.ClientException) as raised:
                client.submit_job(jobName="j", jobQueue="nowhere", jobDefinition="d")
            errors.append(raised.value.response)
        for response in errors:
            response.pop("ResponseMetadata")
        assert errors[0] == errors[1]

    @pytest.mark.source("reference §9.4")
    def test_register_and_create_wrap_their_refusals(
        self, fake: fakebatch.World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(service: Any, request: Any) -> Any:
            raise ClientException("no.")

        answering(monkeypatch, "DescribeJobQueues", refuse, "", wraps=True)
        client = fake.client("batch")
        with pytest.raises(client.exceptions.ClientException) as raised:
            client.describe_job_queues()
        assert raised.value.response["Error"]["Message"] == (
            f"Error executing request, Exception : no., RequestId: {REQUEST_ID}"
        )

    @pytest.mark.source("design: responses may share structure with the state")
    @pytest.mark.needs("JobSummary.scheduledAt")
    def test_a_reply_shares_nothing(self, fake: fakebatch.World, monkeypatch: pytest.MonkeyPatch) -> None:
        kept = {"a": [1]}
        answering(monkeypatch, "DescribeJobQueues", lambda service, request: {"x": kept, "y": kept}, "")
        response = fake.client("batch").describe_job_queues()
        assert (response["x"], response["y"]) == (kept, kept)
        assert response["x"] is not kept
        assert response["x"]["a"] is not response["y"]["a"]
        assert kept == {"a": [1]}


class TestRequest:
    @pytest.fixture
    def seen(self, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
        seen: list[Any] = []

        def echo(service: Any, request: Any) -> Any:
            seen.append(request)
            return {}

        for name in ("SubmitJob", "ListTagsForResource", "TagResource", "UntagResource"):
            answering(
                monkeypatch, name, echo, "jobName jobQueue jobDefinition parameters resourceArn tags tagKeys"
            )
        return seen

    @pytest.mark.source("model")
    def test_a_body(self, fake: fakebatch.World, seen: list[Any]) -> None:
        request = {"jobName": "ä€😀", "jobQueue": 'q"\\', "jobDefinition": "d", "parameters": {"a b": "\n"}}
        fake.client("batch").submit_job(**request)
        assert seen == [request]

    @pytest.mark.source("model")
    def test_members_in_the_address(self, fake: fakebatch.World, seen: list[Any]) -> None:
        arn = "arn:aws:batch:us-east-1:123456789012:job-queue/ä b/c%2F?&="
        client = fake.client("batch")
        client.list_tags_for_resource(resourceArn=arn)
        client.tag_resource(resourceArn=arn, tags={"k": "v"})
        client.untag_resource(resourceArn=arn, tagKeys=["a", "b&c"])
        client.untag_resource(resourceArn=arn, tagKeys=["a"])
        assert seen == [
            {"resourceArn": arn},
            {"resourceArn": arn, "tags": {"k": "v"}},
            {"resourceArn": arn, "tagKeys": ["a", "b&c"]},
            {"resourceArn": arn, "tagKeys": ["a"]},
        ]
        assert [call.params for call in fake.calls] == seen

    @pytest.mark.source("architecture §3: read from what botocore serialised")
    def test_handlers_that_change_the_parameters_are_heard(
        self, fake: fakebatch.World, seen: list[Any]
    ) -> None:
        client = fake.client("batch")

        def rename(params: dict[str, Any], **_: Any) -> None:
            params["jobName"] = "other"

        client.meta.events.register("provide-client-params.batch.SubmitJob", rename)
        client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")
        assert seen[0]["jobName"] == "other"

    @pytest.mark.source("design: the request is the function's own")
    def test_a_function_may_change_its_request(
        self, fake: fakebatch.World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answering(
            monkeypatch, "DescribeJobQueues", lambda service, request: request.clear() or {}, "jobQueues"
        )
        queues = ["q"]
        fake.client("batch").describe_job_queues(jobQueues=queues)
        assert (queues, fake.calls[0].params) == (["q"], {"jobQueues": ["q"]})

    @pytest.mark.source("assumed: AWS's wording of a broken enumeration")
    def test_what_botocore_leaves_to_the_server(self, fake: fakebatch.World) -> None:
        client = fake.client("batch")
        with pytest.raises(client.exceptions.ClientException) as raised:
            client.list_jobs(jobQueue="q", jobStatus="JUNK")
        assert raised.value.response["Error"]["Message"] == (
            "1 validation error detected: Value 'JUNK' at 'jobStatus' failed to satisfy constraint: Member "
            "must "
            "satisfy enum value set: [SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED]"
        )
        assert fake.calls[0].error == raised.value.response["Error"]

    @pytest.mark.source("assumed: AWS's wording for clients that don't validate")
    def test_a_client_that_does_not_validate(self, fake: fakebatch.World) -> None:
        client = boto3.client("batch", config=Config(parameter_validation=False))
        with pytest.raises(client.exceptions.ClientException) as raised:
            client.submit_job(jobName=5, jobQueue="q")
        assert raised.value.response["Error"]["Message"] == (
            "2 validation errors detected: Value '{'jobName': 5, 'jobQueue': 'q'}' at '' failed to satisfy "
            "constraint: Member must not be null: jobDefinition; Value '5' at 'jobName' failed to satisfy "
            "constraint: Member must be of type string"
        )

    @pytest.mark.source("assumed: half a surrogate pair reaches AWS as an escape, and is refused")
    @pytest.mark.parametrize(
        ("operation", "request_"),
        [
            ("submit_job", {"jobName": "j", "jobQueue": "q", "jobDefinition": "d", "tags": {"k": "\ud800"}}),
            (
                "submit_job",
                {"jobName": "j", "jobQueue": "q", "jobDefinition": "d", "parameters": {"\udc00": "v"}},
            ),
            ("cancel_job", {"jobId": "x", "reason": "why\ud83d"}),
            ("list_jobs", {"jobQueue": "\ud800"}),
            ("describe_jobs", {"jobs": ["\ud800"]}),
            ("tag_resource", {"resourceArn": "arn", "tags": {"k": "\ud800"}}),
            ("create_scheduling_policy", {"name": "\ud800"}),
            (
                "register_job_definition",
                {
                    "jobDefinitionName": "d",
                    "type": "container",
                    "containerProperties": {"image": "busybox", "command": ["\ud800"]},
                },
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_text_that_is_none(self, fake: fakebatch.World, operation: str, request_: dict[str, Any]) -> None:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        client = fake.client("batch")
        with pytest.raises(client.exceptions.ClientException) as raised:
            getattr(client, operation)(**request_)
        text = "Request contains text that is not valid Unicode."
        assert raised.value.response["Error"]["Message"] in {
            text,
            f"Error executing request, Exception : {text}, RequestId: {REQUEST_ID}",
        }
        assert fake.calls[0].params == request_
        assert len(fake.batch.jobs()) == 0

    @pytest.mark.source("botocore: an address is percent-encoded UTF-8")
    @pytest.mark.parametrize(
        ("operation", "request_"),
        [
            ("list_tags_for_resource", {"resourceArn": "\ud800"}),
            ("untag_resource", {"resourceArn": "arn", "tagKeys": ["\ud800"]}),
        ],
        ids=["path", "query"],
    )
    def test_text_that_is_none_in_the_address(
        self, fake: fakebatch.World, operation: str, request_: dict[str, Any]
    ) -> None:
        with pytest.raises(UnicodeEncodeError):
            getattr(fake.client("batch"), operation)(**request_)
        assert fake.calls == []


class TestWhatIsNotThere:
    @pytest.mark.source("api §2: three voices")
    def test_an_operation(self, fake: fakebatch.World, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in list(OPERATIONS):
            monkeypatch.delitem(OPERATIONS, name)
        answering(monkeypatch, "SubmitJob", dict, "")
        answering(monkeypatch, "ListJobs", dict, "")
        with pytest.raises(UsageError) as raised:
            fake.client("batch").describe_job_queues()
        assert str(raised.value) == (
            "batch.DescribeJobQueues isn't there yet. Of batch there are ListJobs, SubmitJob. Answer the "
            "call with "
            "botocore's Stubber, or leave it out."
        )
        assert fake.calls == []

    @pytest.mark.source("api §2: three voices")
    def test_a_service(self, fake: fakebatch.World) -> None:
        with pytest.raises(UsageError) as raised:
            fake.client("drs").describe_source_servers()
        assert str(raised.value) == (
            "drs.DescribeSourceServers isn't there yet. None of its are. Answer the call with botocore's "
            "Stubber, or "
            "leave it out."
        )

    @pytest.mark.source("users §2.21: refusal instead of silence")
    def test_a_member(self, fake: fakebatch.World, monkeypatch: pytest.MonkeyPatch) -> None:
        answering(monkeypatch, "DescribeJobQueues", dict, "jobQueues maxResults")
        with pytest.raises(UsageError) as raised:
            fake.client("batch").describe_job_queues(nextToken="t")
        assert str(raised.value) == (
            "batch.DescribeJobQueues: fakebatch doesn't act on nextToken, and leaving it out could make a "
            "test pass "
            "for the wrong reason. It understands jobQueues, maxResults."
        )


class TestDefects:
    @pytest.mark.source("api §2: three voices")
    @pytest.mark.parametrize(
        ("function", "what"),
        [
            (lambda service, request: {}["gone"], "KeyError: 'gone'"),
            (lambda service, request: {"a": object()}, "ValueError: unmarshallable object"),
        ],
        ids=["raises", "no wire type"],
    )
    def test_a_failing_function(
        self, fake: fakebatch.World, monkeypatch: pytest.MonkeyPatch, function: Any, what: str
    ) -> None:
        answering(monkeypatch, "DescribeJobQueues", function, "jobQueues")
        with pytest.raises(InternalError) as raised:
            fake.client("batch").describe_job_queues(jobQueues=["q"])
        assert str(raised.value) == (
            f"batch.DescribeJobQueues failed with {what}. This is a defect of fakebatch, please report it. "
            "The request "
            "was {'jobQueues': ['q']}."
        )
        assert raised.value.__cause__ is not None

    @pytest.mark.source("api §2: three voices")
    def test_misuse_found_by_a_function_stays_misuse(
        self, fake: fakebatch.World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def misuse(service: Any, request: Any) -> Any:
            raise UsageError("misuse")

        answering(monkeypatch, "DescribeJobQueues", misuse, "")
        with pytest.raises(UsageError, match=r"^misuse$"):
            fake.client("batch").describe_job_queues()
