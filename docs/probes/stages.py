"""How a test uses each of the peers: the same few things, each done in the peer's best documented way.

A peer that has no way to do one of them raises `NotOffered`; a Stubber, which answers what the test has
written down and nothing else, raises `ByHand`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import Any
from unittest.mock import patch

import boto3
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from moto import mock_aws
from moto.core import patch_client
from moto.moto_api import state_manager

import fakebatch

REGION = "us-east-1"
SIMPLE = {"batch": {"use_docker": False}}
CONTAINER = {
    "image": "busybox",
    "command": ["true"],
    "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}],
}
# Making one takes long. It keeps the first credentials that it finds.
SESSION = boto3.Session()
# What the peers' own guides tell every test to set.
DUMMY = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


class NotOffered(Exception):
    """The peer has no way to do this."""


class ByHand(Exception):
    """Whoever writes the test writes the answers: nothing is left to look at."""


class ToTheNetwork(Exception):
    """A request got past the peer and would have left the machine."""


@contextmanager
def unplugged() -> Iterator[None]:
    """No network, nothing of the machine's own AWS configuration, and UTC."""

    def send(_session: object, request: Any) -> None:
        raise ToTheNetwork(request.url)

    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        bare[name] = os.devnull
    bare |= {"AWS_EC2_METADATA_DISABLED": "true", "TZ": "UTC"}
    with patch.dict(os.environ, bare, clear=True), patch.object(URLLib3Session, "send", send):
        time.tzset()
        yield
    time.tzset()


def client(service: str = "batch", region: str = REGION, **settings: Any) -> Any:
    """A client as the code under test makes it: it knows its region and nothing else."""
    return SESSION.client(service, region_name=region, **settings)


def client_without_credentials() -> Any:
    """One of a session that hasn't found any."""
    return boto3.Session().client("batch", region_name=REGION)


class Stage:
    """A Batch with a queue `q` and a job definition `d`, and what a test can have it do."""

    def __init__(self, batch: Any) -> None:
        self.batch = batch

    def submit(self, name: str = "job", **more: Any) -> str:
        """The id of a new job."""
        job = {"jobName": name, "jobQueue": "q", "jobDefinition": "d", **more}
        return str(self.batch.submit_job(**job)["jobId"])

    def job(self, job_id: str) -> dict[str, Any]:
        """The job as DescribeJobs tells of it; empty when it tells nothing."""
        found: list[dict[str, Any]] = self.batch.describe_jobs(jobs=[job_id])["jobs"]
        return found[0] if found else {}

    def reach(self, job_id: str, status: str) -> None:
        """Go on until the job has that status."""
        raise NotOffered

    def settle(self) -> None:
        """Go on until every job that can end has ended."""

    def failing(self, name: str) -> AbstractContextManager[None]:
        """Jobs of that name that are submitted inside fail."""
        raise NotOffered

    def exits(self, name: str, exit_code: int, reason: str) -> None:
        """Jobs of that name exit with that code, their containers with that reason."""
        raise NotOffered

    def fails_at(self, name: str, index: int) -> None:
        """Of an array of that name, one index fails."""
        raise NotOffered

    def hangs(self, name: str, index: int | None = None) -> None:
        """Jobs of that name, or one index of an array, never end by themselves."""
        raise NotOffered

    def prints(self, name: str, line: str) -> None:
        """Jobs of that name log a line."""
        raise NotOffered

    def runs(self, name: str, function: Callable[[], int]) -> None:
        """Jobs of that name are a function in the test, whose result is the exit code."""
        raise NotOffered

    def listen(self) -> Callable[[], list[Any]]:
        """From here on keep the events that EventBridge is told; what is returned tells those so far."""
        raise NotOffered


class Fakebatch:
    """`fakebatch.mock()`."""

    name = "fakebatch"

    def mock(self) -> Any:
        """A context manager, with nothing in it."""
        return fakebatch.mock(region=REGION)

    def decorated(self, test: Callable[..., Any]) -> Any:
        """The function as a decorator leaves it."""
        return fakebatch.mock(region=REGION)(test)

    @contextmanager
    def stage(self, *, logs: bool = False) -> Iterator[Stage]:
        """A mocked Batch, set up; with CloudWatch Logs beside it where a probe reads those."""
        with fakebatch.mock(region=REGION, logs=logs) as fake:
            fake.batch.add_job_queue("q")
            fake.batch.add_job_definition("d")
            yield FakebatchStage(fake)

    def without_set_up(self) -> Any:
        """A mock in which nobody has made a queue."""
        return fakebatch.mock(region=REGION, provision=True)

    def guarded(self) -> Any:
        """A mock that lets nothing out."""
        return fakebatch.mock(region=REGION, others="block")

    def serving(self, _client: Any) -> Any:
        """A mock for a client that is there already; the only queue has been left out."""
        return fakebatch.mock(region=REGION)

    @contextmanager
    def throttling(self, _client: Any) -> Iterator[None]:
        """DescribeJobQueues is throttled once."""
        with fakebatch.mock(region=REGION) as fake:
            fake.inject("DescribeJobQueues", "TooManyRequestsException")
            yield


class FakebatchStage(Stage):
    """Scripted by rules, on a clock that the test turns."""

    def __init__(self, fake: fakebatch.World) -> None:
        super().__init__(client())
        self.fake = fake

    def reach(self, job_id: str, status: str) -> None:
        self.fake.run_until(job_id, status)

    def settle(self) -> None:
        self.fake.run_until_idle()

    @contextmanager
    def failing(self, name: str) -> Iterator[None]:
        self.fake.batch.when(job_name=name).fail()
        yield

    def exits(self, name: str, exit_code: int, reason: str) -> None:
        self.fake.batch.when(job_name=name).fail(exit_code=exit_code, reason=reason)

    def fails_at(self, name: str, index: int) -> None:
        self.fake.batch.when(job_name=name, array_index=index).fail()

    def hangs(self, name: str, index: int | None = None) -> None:
        self.fake.batch.when(job_name=name, array_index=index).hang()

    def prints(self, name: str, line: str) -> None:
        self.fake.batch.when(job_name=name).succeed(logs=[line])

    def runs(self, name: str, function: Callable[[], int]) -> None:
        self.fake.batch.when(job_name=name).run(lambda _job: function())

    def listen(self) -> Callable[[], list[Any]]:
        return lambda: list(self.fake.events)


class Moto:
    """`mock_aws` with `use_docker` off. What needs Docker is not run."""

    name = "moto"

    def mock(self) -> Any:
        """A context manager, with nothing in it."""
        return mock_aws(config=SIMPLE)

    def decorated(self, test: Callable[..., Any]) -> Any:
        """The function as a decorator leaves it."""
        return mock_aws(config=SIMPLE)(test)

    @contextmanager
    def stage(self, *, logs: bool = False) -> Iterator[Stage]:
        """A mocked Batch, set up."""
        with mock_aws(config=SIMPLE):
            batch = client()
            role = client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]
            environment = batch.create_compute_environment(
                computeEnvironmentName="environment", type="UNMANAGED", serviceRole=role["Arn"]
            )
            order = [{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}]
            batch.create_job_queue(
                jobQueueName="q", priority=1, computeEnvironmentOrder=order, state="ENABLED"
            )
            batch.register_job_definition(
                jobDefinitionName="d", type="container", containerProperties=CONTAINER
            )
            yield MotoStage(batch)

    without_set_up = guarded = mock

    @contextmanager
    def serving(self, earlier: Any) -> Iterator[None]:
        """A mock for a client that is there already, which has to be handed over."""
        with mock_aws(config=SIMPLE):
            patch_client(earlier)
            yield

    def throttling(self, _client: Any) -> Any:
        """DescribeJobQueues is throttled once."""
        raise NotOffered


class MotoStage(Stage):
    """Jobs end as they are submitted; one environment variable has them fail instead."""

    def reach(self, job_id: str, status: str) -> None:
        state_manager.set_transition("batch::job", {"progression": "manual", "times": 1})
        try:
            for _ in range(10):
                if self.job(job_id)["status"] == status:
                    return
        finally:
            state_manager.unset_transition("batch::job")
        raise NotOffered

    @contextmanager
    def failing(self, name: str) -> Iterator[None]:
        with patch.dict(os.environ, MOTO_SIMPLE_BATCH_FAIL_AFTER="0"):
            yield

    def listen(self) -> Callable[[], list[Any]]:
        sqs, events = client("sqs"), client("events")
        url = sqs.create_queue(QueueName="events")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name="rule", EventPattern='{"source": ["aws.batch"]}')
        events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": arn}])
        return lambda: sqs.receive_message(QueueUrl=url).get("Messages", [])


class Stubbed:
    """botocore's Stubber: a queue of answers for one client."""

    name = "Stubber"

    def mock(self) -> Any:
        """A context manager, with nothing in it."""
        return Stubber(self.client)

    @cached_property
    def client(self) -> Any:
        """The one that it serves."""
        return client()

    def decorated(self, _test: Callable[..., Any]) -> Any:
        """There is no decorator."""
        raise NotOffered

    def stage(self, **_: Any) -> Any:
        """There is none: no jobs, no queues, only answers."""
        raise ByHand

    without_set_up = stage
    guarded = mock

    @contextmanager
    def serving(self, earlier: Any) -> Iterator[None]:
        """A Stubber for a client that is there already."""
        with Stubber(earlier) as stubber:
            stubber.add_response("describe_job_queues", {"jobQueues": []})
            yield

    @contextmanager
    def throttling(self, throttled: Any) -> Iterator[None]:
        """DescribeJobQueues is throttled once."""
        with Stubber(throttled) as stubber:
            stubber.add_client_error("describe_job_queues", "TooManyRequestsException", http_status_code=429)
            stubber.add_response("describe_job_queues", {"jobQueues": []})
            yield


PEERS = (Fakebatch(), Moto(), Stubbed())
