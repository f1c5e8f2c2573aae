"""Register, describe, deregister, find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

import fakebatch
from fakebatch.aws.place import Place
from fakebatch.batch.job_definitions import default_job_definition

ARN = "arn:aws:batch:us-east-1:123456789012:job-definition"


@pytest.fixture
def fake() -> Iterator[Any]:
    with fakebatch.mock() as world:
        yield world


@pytest.fixture(scope="module")
def any_client() -> Any:
    """Made once: a client outlives the mock in which it was made."""
    with fakebatch.mock():
        return boto3.client("batch", region_name="us-east-1")


@pytest.fixture
def client(fake: Any, any_client: Any) -> Any:
    return any_client


def register(client: Any, name: str, **members: Any) -> str:
    return str(client.register_job_definition(**default_job_definition(name, **members))["jobDefinitionArn"])


def listed(client: Any, **selection: Any) -> list[str]:
    found = client.describe_job_definitions(**selection)["jobDefinitions"]
    return [f"{each['jobDefinitionName']}:{each['revision']} {each['status']}" for each in found]


def message_of(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    return str(caught.value.response["Error"]["Message"])


# -- Register


@pytest.mark.source("reference §9.1")
def test_revisions_count_from_one(client):
    response = client.register_job_definition(**default_job_definition("work"))
    del response["ResponseMetadata"]
    assert response == {"jobDefinitionName": "work", "jobDefinitionArn": f"{ARN}/work:1", "revision": 1}
    assert register(client, "work") == f"{ARN}/work:2"
    assert register(client, "other") == f"{ARN}/other:1"


@pytest.mark.source("reference §9.1")
def test_revisions_go_on_after_all_are_inactive(client):
    for _ in range(2):
        client.deregister_job_definition(jobDefinition=register(client, "work"))
    assert register(client, "work") == f"{ARN}/work:3"
    assert listed(client) == ["work:3 ACTIVE", "work:2 INACTIVE", "work:1 INACTIVE"]


@pytest.mark.source("reference §9.1")
def test_a_revision_takes_nothing_from_the_one_before(client):
    register(
        client,
        "work",
        parameters={"size": "1"},
        retryStrategy={"attempts": 3},
        timeout={"attemptDurationSeconds": 60},
        schedulingPriority=7,
        tags={"team": "a"},
        propagateTags=True,
    )
    register(client, "work")
    assert client.describe_job_definitions(jobDefinitions=["work:2"])["jobDefinitions"] == [
        {
            "jobDefinitionName": "work",
            "jobDefinitionArn": f"{ARN}/work:2",
            "revision": 2,
            "status": "ACTIVE",
            "type": "container",
            "parameters": {},
            "containerProperties": {
                "image": "busybox",
                "command": ["true"],
                "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
                "environment": [],
                "mountPoints": [],
                "secrets": [],
                "ulimits": [],
                "volumes": [],
            },
            "tags": {},
            "propagateTags": False,
            "platformCapabilities": [],
            "containerOrchestrationType": "ECS",
        }
    ]


# -- Describe


@pytest.mark.source("reference §9.3")
def test_everything_given_comes_back(client):
    register(
        client,
        "work",
        containerProperties={
            "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": ""}],
            "networkConfiguration": {"assignPublicIp": "ENABLED"},
        },
        platformCapabilities=["FARGATE"],
        parameters={"size": "1"},
        retryStrategy={"attempts": 2, "evaluateOnExit": [{"onReason": "*", "action": "EXIT"}]},
        timeout={"attemptDurationSeconds": 60},
        schedulingPriority=7,
        tags={"team": "a"},
        propagateTags=True,
        consumableResourceProperties={
            "consumableResourceList": [{"consumableResource": "license", "quantity": 2}]
        },
    )
    assert client.describe_job_definitions(jobDefinitionName="work")["jobDefinitions"] == [
        {
            "jobDefinitionName": "work",
            "jobDefinitionArn": f"{ARN}/work:1",
            "revision": 1,
            "status": "ACTIVE",
            "type": "container",
            "schedulingPriority": 7,
            "parameters": {"size": "1"},
            "retryStrategy": {"attempts": 2, "evaluateOnExit": [{"onReason": "*", "action": "exit"}]},
            "containerProperties": {
                "image": "busybox",
                "command": ["true"],
                "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
                "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
                "environment": [{"name": "A", "value": "1"}],
                "networkConfiguration": {"assignPublicIp": "ENABLED"},
                "fargatePlatformConfiguration": {"platformVersion": "LATEST"},
                "mountPoints": [],
                "secrets": [],
                "ulimits": [],
                "volumes": [],
            },
            "timeout": {"attemptDurationSeconds": 60},
            "tags": {"team": "a"},
            "propagateTags": True,
            "platformCapabilities": ["FARGATE"],
            "containerOrchestrationType": "ECS",
            "consumableResourceProperties": {
                "consumableResourceList": [{"consumableResource": "license", "quantity": 2}]
            },
        }
    ]


@pytest.mark.source("model")
def test_a_description_has_no_member_that_the_model_lacks(client):
    register(client, "work")
    described = client.describe_job_definitions()["jobDefinitions"][0]
    assert described.keys() <= client.meta.service_model.shape_for("JobDefinition").members.keys()


@pytest.fixture
def three(client: Any) -> None:
    """work:1 INACTIVE, work:2 ACTIVE, other:1 ACTIVE, in that order."""
    client.deregister_job_definition(jobDefinition=register(client, "work"))
    register(client, "work")
    register(client, "other")


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        ({}, ["other:1 ACTIVE", "work:2 ACTIVE", "work:1 INACTIVE"]),
        ({"status": "ACTIVE"}, ["other:1 ACTIVE", "work:2 ACTIVE"]),
        ({"status": "INACTIVE"}, ["work:1 INACTIVE"]),
        ({"status": "UNHEARD"}, []),
        ({"jobDefinitionName": "work"}, ["work:2 ACTIVE", "work:1 INACTIVE"]),
        ({"jobDefinitionName": "work", "status": "ACTIVE"}, ["work:2 ACTIVE"]),
        ({"jobDefinitionName": "nothing"}, []),
        ({"jobDefinitions": ["work:1", f"{ARN}/other:1"]}, ["work:1 INACTIVE", "other:1 ACTIVE"]),
        ({"jobDefinitions": ["work:1", "work:2"], "status": "ACTIVE"}, ["work:2 ACTIVE"]),
        ({"jobDefinitions": ["other:1", f"{ARN}/other:1"]}, ["other:1 ACTIVE"]),
        ({"jobDefinitions": ["work", "work:9", "nothing:1", "work:x", "work:0", ""]}, []),
        ({"jobDefinitions": [f"{ARN}/work"]}, []),
        ({"jobDefinitions": [f"{ARN}/work:1".replace("us-east-1", "eu-west-1")]}, []),
        ({"jobDefinitions": []}, ["other:1 ACTIVE", "work:2 ACTIVE", "work:1 INACTIVE"]),
    ],
    ids=[
        "all",
        "active",
        "inactive",
        "unknown status",
        "name",
        "name and status",
        "unknown name",
        "references",
        "references and status",
        "one definition twice",
        "what isn't there",
        "an ARN without revision",
        "another region's ARN",
        "no references",
    ],
)
@pytest.mark.source(
    "reference §9.2; bare names and status beside references: recorded, boto3#2908; order: assumed"
)
@pytest.mark.usefixtures("three")
def test_selection(client, selection, found):
    assert listed(client, **selection) == found


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (
            {"jobDefinitions": [f"work:{n}" for n in range(101)]},
            "Maximum number of jobDefinitions supported is  100",
        ),
        (
            {"jobDefinitions": ["work:1"], "jobDefinitionName": "work"},
            "JobDefinitions and JobDefinitionName cannot both be set",
        ),
        ({"jobDefinitions": ["work:1"], "maxResults": 1}, "JobDefinitions and MaxResults cannot both be set"),
        ({"maxResults": 0}, "maxResults must be between 1 and 100"),
        ({"maxResults": 101}, "maxResults must be between 1 and 100"),
        ({"nextToken": "nonsense"}, "Invalid nextToken"),
    ],
    ids=["101 references", "references and name", "references and page", "page of 0", "page of 101", "token"],
)
@pytest.mark.source("assumed: the texts, and that they are wrapped; the limits are reference §9.2")
def test_selection_that_cannot_be(client, request_, text):
    message = message_of(client.describe_job_definitions, **request_)
    wrapped = rf"Error executing request, Exception : {re.escape(text)}, RequestId: [0-9a-f-]{{36}}"
    assert re.fullmatch(wrapped, message), message


@pytest.mark.source("reference §9.2")
def test_pages(client):
    for _ in range(3):
        register(client, "a")
        register(client, "b")
    first = client.describe_job_definitions(maxResults=4)
    assert [each["jobDefinitionArn"] for each in first["jobDefinitions"]] == [
        f"{ARN}/{reference}" for reference in ("b:3", "b:2", "b:1", "a:3")
    ]
    # What comes in between moves nothing.
    register(client, "a")
    register(client, "c")
    last = client.describe_job_definitions(maxResults=4, nextToken=first["nextToken"])
    assert [each["jobDefinitionArn"] for each in last["jobDefinitions"]] == [f"{ARN}/a:2", f"{ARN}/a:1"]
    assert "nextToken" not in last


@pytest.mark.source("reference §9.2")
def test_a_page_has_100_unless_it_says_otherwise(client):
    for _ in range(101):
        register(client, "work")
    pages = list(client.get_paginator("describe_job_definitions").paginate())
    assert [len(each["jobDefinitions"]) for each in pages] == [100, 1]
    assert "nextToken" not in client.describe_job_definitions(nextToken=pages[0]["nextToken"])


@pytest.mark.source("assumed: an empty token is the first page, as in ListJobs")
def test_an_empty_token_is_the_first_page(client):
    register(client, "work")
    assert listed(client, nextToken="") == ["work:1 ACTIVE"]


# -- Deregister


@pytest.mark.parametrize("reference", ["work:1", f"{ARN}/work:1"])
@pytest.mark.source("reference §9.1")
def test_a_deregistered_revision_is_inactive(client, reference):
    register(client, "work")
    register(client, "work")
    response = client.deregister_job_definition(jobDefinition=reference)
    assert response.keys() == {"ResponseMetadata"}
    assert listed(client) == ["work:2 ACTIVE", "work:1 INACTIVE"]


@pytest.mark.source("assumed: the latest ACTIVE revision; that a bare name is taken, botocore's example")
def test_a_bare_name_deregisters_the_latest_active_revision(client):
    for _ in range(3):
        register(client, "work")
    client.deregister_job_definition(jobDefinition="work:3")
    client.deregister_job_definition(jobDefinition="work")
    assert listed(client) == ["work:3 INACTIVE", "work:2 INACTIVE", "work:1 ACTIVE"]


@pytest.mark.source("assumed: deregistering twice does nothing more")
def test_deregistering_twice_does_not_keep_it_longer(fake, client):
    register(client, "work")
    client.deregister_job_definition(jobDefinition="work:1")
    fake.tick(timedelta(days=179))
    client.deregister_job_definition(jobDefinition="work:1")
    fake.tick(timedelta(days=1))
    assert listed(client) == []


@pytest.mark.parametrize("reference", ["nothing", "nothing:1", "work:2", f"{ARN}/work:2", "work:x", "gone"])
@pytest.mark.source("assumed: the text, and that it is refused")
def test_what_is_not_there_cannot_be_deregistered(client, reference):
    register(client, "work")
    client.deregister_job_definition(jobDefinition=register(client, "gone"))
    assert (
        message_of(client.deregister_job_definition, jobDefinition=reference)
        == f"JobDefinition {reference} not found."
    )


@pytest.mark.source("reference §9.1")
def test_an_inactive_revision_is_removed_after_180_days(fake, client):
    register(client, "work")
    register(client, "work")
    client.deregister_job_definition(jobDefinition="work:1")
    fake.tick(timedelta(days=180, seconds=-1))
    assert listed(client) == ["work:2 ACTIVE", "work:1 INACTIVE"]
    fake.tick(1)
    assert listed(client) == ["work:2 ACTIVE"]
    assert listed(client, jobDefinitions=["work:1"]) == []
    assert (
        message_of(client.deregister_job_definition, jobDefinition="work:1")
        == "JobDefinition work:1 not found."
    )
    assert register(client, "work") == f"{ARN}/work:3"


@pytest.mark.source("assumed: a removal half a year ahead keeps nobody waiting")
def test_the_removal_does_not_keep_the_world_busy(fake, client):
    register(client, "work")
    client.deregister_job_definition(jobDefinition="work:1")
    before = fake.now
    fake.run_until_idle()
    assert fake.now == before


# -- Find: what SubmitJob makes of a reference


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("work", "work:2"),
        ("work:1", "work:1"),
        (f"{ARN}/work:2", "work:2"),
        (f"{ARN}/work", "work:2"),
    ],
    ids=["name", "name and revision", "ARN", "ARN without revision"],
)
@pytest.mark.source("reference §8")
def test_a_job_names_its_definition(fake, client, reference, found):
    for _ in range(3):
        register(client, "work")
    client.deregister_job_definition(jobDefinition="work:3")
    fake.batch.add_job_queue("queue")
    job = client.submit_job(jobName="job", jobQueue="queue", jobDefinition=reference)
    described = client.describe_jobs(jobs=[job["jobId"]])["jobs"][0]
    assert described["jobDefinition"] == f"{ARN}/{found}"


@pytest.mark.parametrize(
    "reference",
    [
        "nothing",
        "nothing:1",
        "work:1",
        "work:3",
        "gone",
        f"{ARN}/gone",
        f"{ARN}/work:1",
        "work:x",
        "work:\u0662",
        "work:" + "2" * 5000,
        "",
    ],
)
@pytest.mark.source(
    "recorded for a name: aws-genomics-workflows#84, for an ARN: raster-vision-aws#17; else assumed"
)
def test_a_job_cannot_name_what_is_not_active(fake, client, reference):
    client.deregister_job_definition(jobDefinition=register(client, "work"))
    register(client, "work")
    client.deregister_job_definition(jobDefinition=register(client, "gone"))
    fake.batch.add_job_queue("queue")
    text = message_of(client.submit_job, jobName="job", jobQueue="queue", jobDefinition=reference)
    is_arn = reference.startswith("arn:")
    assert text == (
        f"JobDefinition {reference} not found."
        if is_arn
        else f"JobDefinition name {reference} does not exist or is not in ACTIVE status"
    )


# -- The definition of a test that doesn't care


@pytest.mark.source("assumed: what a test would take")
def test_default_definition():
    assert default_job_definition("work") == {
        "jobDefinitionName": "work",
        "type": "container",
        "containerProperties": {
            "image": "busybox",
            "command": ["true"],
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
        },
    }


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"platformCapabilities": ["FARGATE"]},
        {"containerProperties": {"vcpus": 2}},
        {"containerProperties": {"memory": 4096, "command": ["sh"]}},
        {"containerProperties": {"resourceRequirements": [{"type": "VCPU", "value": "4"}]}},
        {"platformCapabilities": ["FARGATE"], "containerProperties": {"executionRoleArn": "role"}},
    ],
)
@pytest.mark.source("reference §9.4")
def test_default_definition_is_taken_whatever_is_overridden(client, overrides):
    assert client.register_job_definition(**default_job_definition("work", **overrides))["revision"] == 1


@pytest.mark.source("reference §9.4")
def test_default_definition_on_fargate_has_an_execution_role():
    place = Place("cn-north-1", "210987654321")
    request = default_job_definition("work", place, platformCapabilities=["FARGATE"])
    role = request["containerProperties"]["executionRoleArn"]
    assert role == "arn:aws-cn:iam::210987654321:role/ecsTaskExecutionRole"
