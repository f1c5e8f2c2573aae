"""`mock(provision=True)`: what SubmitJob makes that isn't there, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import fakebatch

ARN = "arn:aws:batch:us-east-1:123456789012"
ANOTHER = "arn:aws:batch:us-east-1:999999999999:job-definition/etl"


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00.000123Z", seed=7, provision=True) as world:
        yield world


def submit(client: Any, **members: Any) -> str:
    request = {"jobName": "j", "jobQueue": "work", "jobDefinition": "etl", **members}
    return str(client.submit_job(**request)["jobId"])


def there(client: Any) -> tuple[list[str], list[str], list[str]]:
    """Environments, queues, and definitions with their revisions."""
    environments = client.describe_compute_environments()["computeEnvironments"]
    queues = client.describe_job_queues()["jobQueues"]
    definitions = client.describe_job_definitions()["jobDefinitions"]
    return (
        sorted(each["computeEnvironmentName"] for each in environments),
        sorted(each["jobQueueName"] for each in queues),
        sorted(f"{each['jobDefinitionName']}:{each['revision']}" for each in definitions),
    )


def message_of(client: Any, **members: Any) -> str:
    with pytest.raises(ClientError) as caught:
        submit(client, **members)
    response = caught.value.response
    return str(response["Error"]["Message"]).replace(response["ResponseMetadata"]["RequestId"], "ID")


@pytest.mark.source("api §1: provision")
def test_what_is_missing_is_made(fake, client):
    job_id = submit(client)
    assert there(client) == (["work-environment"], ["work"], ["etl:1"])
    fake.run_until(job_id, "SUCCEEDED")
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    assert (job["jobQueue"], job["jobDefinition"]) == (f"{ARN}:job-queue/work", f"{ARN}:job-definition/etl:1")


@pytest.mark.source("api §1: provision")
def test_it_is_made_once(fake, client):
    for _ in range(3):
        submit(client)
    submit(client, jobQueue="other")
    submit(client, jobDefinition="report")
    assert there(client) == (["work-environment"], ["other", "work"], ["etl:1", "report:1"])


@pytest.mark.source("api §1: provision")
@pytest.mark.parametrize(
    ("queue", "definition"),
    [
        (f"{ARN}:job-queue/work", f"{ARN}:job-definition/etl:1"),
        (f"{ARN}:job-queue/work", f"{ARN}:job-definition/etl"),
        ("work", "etl:1"),
    ],
)
def test_arns_and_the_first_revision_are_names_as_well(client, queue, definition):
    submit(client, jobQueue=queue, jobDefinition=definition)
    assert there(client) == (["work-environment"], ["work"], ["etl:1"])


@pytest.mark.source("api §1: provision")
def test_what_is_there_is_taken(fake, client):
    fake.batch.add_compute_environment("ce")
    fake.batch.add_job_queue("work", priority=5)
    fake.batch.add_job_definition("etl", timeout={"attemptDurationSeconds": 99})
    [job] = client.describe_jobs(jobs=[submit(client)])["jobs"]
    assert there(client) == (["ce"], ["work"], ["etl:1"])
    assert job["timeout"] == {"attemptDurationSeconds": 99}


@pytest.mark.source("api §1: provision; that the two are made to fit is assumed")
def test_a_queue_is_made_to_fit_a_fargate_definition(fake, client):
    fake.batch.add_compute_environment("ce")
    fake.batch.add_job_definition("etl", platformCapabilities=["FARGATE"])
    submit(client)
    assert there(client) == (["ce", "fargate"], ["work"], ["etl:1"])
    [queue] = client.describe_job_queues(jobQueues=["work"])["jobQueues"]
    assert queue["jobQueueType"] == "ECS_FARGATE"
    submit(client, jobQueue="second")
    assert there(client)[0] == ["ce", "fargate"]


@pytest.mark.source("api §1: provision; that the two are made to fit is assumed")
def test_a_definition_is_made_to_fit_a_fargate_queue(fake, client):
    fake.batch.add_job_queue("work", jobQueueType="ECS_FARGATE")
    job_id = submit(client)
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    assert job["platformCapabilities"] == ["FARGATE"]
    fake.run_until(job_id, "SUCCEEDED")


@pytest.mark.source("api §1: provision; that the two are made to fit is assumed")
def test_a_queue_is_made_to_fit_a_pod(fake, client):
    fake.batch.add_compute_environment("ce")
    fake.batch.add_job_definition("etl", eksProperties={})
    job_id = submit(client)
    assert there(client) == (["ce", "work-environment"], ["work"], ["etl:1"])
    [queue] = client.describe_job_queues(jobQueues=["work"])["jobQueues"]
    assert queue["jobQueueType"] == "EKS"
    fake.run_until(job_id, "SUCCEEDED")


@pytest.mark.source("api §1: provision; that the two are made to fit is assumed")
def test_a_pod_is_made_to_fit_its_queue(fake, client):
    fake.batch.add_job_queue("work", jobQueueType="EKS")
    job_id = submit(client)
    [definition] = client.describe_job_definitions()["jobDefinitions"]
    assert definition["containerOrchestrationType"] == "EKS"
    fake.run_until(job_id, "SUCCEEDED")


@pytest.mark.source("api §1: provision; that the two are made to fit is assumed")
def test_both_are_made_to_fit_the_environment_that_is_there(fake, client):
    fake.batch.add_compute_environment("cluster", containerOrchestrationType="EKS")
    fake.run_until(submit(client), "SUCCEEDED")
    assert there(client) == (["cluster"], ["work"], ["etl:1"])


@pytest.mark.needs("PlatformCapability=MANAGED_INSTANCES")
@pytest.mark.source("api §1: provision; that the two are made to fit is assumed")
def test_a_queue_and_a_definition_are_made_to_fit_managed_instances(fake, client):
    fake.batch.add_job_definition("etl", platformCapabilities=["MANAGED_INSTANCES"])
    fake.run_until(submit(client), "SUCCEEDED")
    [queue] = client.describe_job_queues(jobQueues=["work"])["jobQueues"]
    assert queue["jobQueueType"] == "ECS_MANAGED_INSTANCES"
    job_id = submit(client, jobDefinition="other")
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    assert job["platformCapabilities"] == ["MANAGED_INSTANCES"]
    fake.run_until(job_id, "SUCCEEDED")


@pytest.mark.source("assumed: what can only be a mistake stays the error that it is on AWS")
@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (
            {"jobQueue": "arn:aws:batch:eu-west-1:123456789012:job-queue/work"},
            "JobQueue arn:aws:batch:eu-west-1:123456789012:job-queue/work not found.",
        ),
        (
            {"jobDefinition": ANOTHER},
            f"JobDefinition {ANOTHER} not found.",
        ),
        ({"jobDefinition": "etl:2"}, "JobDefinition name etl:2 does not exist or is not in ACTIVE status"),
        (
            {"jobName": "a b"},
            "Error executing request, Exception : Job name should match valid pattern, RequestId: ID",
        ),
        ({"jobQueue": "my queue"}, "JobQueue my queue not found."),
        ({"jobDefinition": "my.job"}, "JobDefinition name my.job does not exist or is not in ACTIVE status"),
    ],
    ids=[
        "queue of another region",
        "definition of another account",
        "later revision",
        "job",
        "queue",
        "definition",
    ],
)
def test_what_cannot_be_made_is_refused(client, members, expected):
    assert message_of(client, **members) == expected
    assert there(client) == ([], [], [])


@pytest.mark.source("assumed: a definition that was deregistered is not made anew")
def test_a_deregistered_definition_stays_so(client):
    submit(client)
    client.deregister_job_definition(jobDefinition="etl:1")
    assert message_of(client) == "JobDefinition name etl does not exist or is not in ACTIVE status"
    assert there(client)[2] == ["etl:1"]


@pytest.mark.source("reference §8")
def test_a_disabled_queue_stays_closed(fake, client):
    fake.batch.add_job_queue("work", state="DISABLED")
    assert message_of(client) == f"JobQueue {ARN}:job-queue/work is not in ENABLED state."


@pytest.mark.source("api §9: set-up is no call")
def test_what_is_made_is_no_call_of_the_code_under_test(fake, client):
    submit(client)
    assert [call.operation for call in fake.calls] == ["SubmitJob"]


@pytest.mark.source("reference §17")
def test_without_the_option_nothing_is_made():
    with fakebatch.mock() as fake:
        client = fake.client("batch")
        assert message_of(client) == "JobQueue work not found."
        assert there(client) == ([], [], [])
