"""Compute environments: the four operations, their checks and their life."""

import re
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

import fakebatch

ARN = "arn:aws:batch:us-east-1:123456789012:compute-environment/"
SERVICE_LINKED = "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
OWN_ROLE = "arn:aws:iam::123456789012:role/AWSBatchServiceRole"
EC2 = {
    "type": "EC2",
    "allocationStrategy": "BEST_FIT_PROGRESSIVE",
    "minvCpus": 0,
    "maxvCpus": 128,
    "instanceTypes": ["c5.large", "m5"],
    "instanceRole": "ecsInstanceRole",
    "subnets": ["subnet-220c0e0a"],
    "securityGroupIds": ["sg-cf5093b2"],
}
FARGATE = {
    "type": "FARGATE",
    "maxvCpus": 16,
    "subnets": ["subnet-220c0e0a"],
    "securityGroupIds": ["sg-cf5093b2"],
}
EKS = {
    "eksClusterArn": "arn:aws:eks:us-east-1:123456789012:cluster/ClusterForBatch",
    "kubernetesNamespace": "jobs",
}


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        yield world


@pytest.fixture
def slow():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(resource=30)) as world:
        yield world


@pytest.fixture
def batch(fake):
    return fake.client("batch")


def create(batch, name="ce", resources=EC2, **members):
    if resources is not None:
        members["computeResources"] = resources
    return batch.create_compute_environment(**{"computeEnvironmentName": name, "type": "MANAGED", **members})


def without(resources, member):
    return {name: value for name, value in resources.items() if name != member}


def described(batch, name="ce"):
    (environment,) = batch.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]
    return environment


def refusal(call, *args, **kwargs):
    """The text of a ClientException, without the wrapping that Create and Describe put around it."""
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    message = caught.value.response["Error"]["Message"]
    wrapped = re.fullmatch(r"Error executing request, Exception : (.*), RequestId: [0-9a-f-]{36}", message)
    return wrapped[1] if wrapped else message


@pytest.mark.source("model")
def test_create_answers_with_name_and_arn(batch):
    response = create(batch)
    del response["ResponseMetadata"]
    assert response == {"computeEnvironmentName": "ce", "computeEnvironmentArn": ARN + "ce"}


@pytest.mark.source("reference §10.1; uuids assumed")
def test_describe_fills_in_the_defaults_of_a_managed_environment(batch):
    create(batch, resources=without(EC2, "allocationStrategy") | {"minvCpus": 4}, tags={"team": "a"})
    environment = described(batch)
    cluster = environment.pop("ecsClusterArn")
    own_id = environment.pop("uuid")
    assert environment == {
        "computeEnvironmentName": "ce",
        "computeEnvironmentArn": ARN + "ce",
        "tags": {"team": "a"},
        "type": "MANAGED",
        "state": "ENABLED",
        "status": "VALID",
        "statusReason": "ComputeEnvironment Healthy",
        "computeResources": {
            **EC2,
            "minvCpus": 4,
            "desiredvCpus": 4,
            "allocationStrategy": "BEST_FIT",
            "ec2Configuration": [{"imageType": "ECS_AL2023"}],
        },
        "serviceRole": SERVICE_LINKED,
        "updatePolicy": {"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 30},
        "containerOrchestrationType": "ECS",
    }
    name_based = "[0-9a-f]{8}-[0-9a-f]{4}-3[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(rf"arn:aws:ecs:us-east-1:123456789012:cluster/AWSBatch-ce-{name_based}", cluster)
    assert re.fullmatch(name_based, own_id)


@pytest.mark.source("reference §10.1; that updatePolicy is left out assumed")
def test_describe_adds_nothing_to_fargate_resources(batch):
    create(batch, resources=FARGATE)
    environment = described(batch)
    assert environment["computeResources"] == FARGATE
    assert "updatePolicy" not in environment


@pytest.mark.source("reference §10.1; bidPercentage in Describe assumed")
def test_spot_resources_have_a_bid_of_100_percent(batch):
    create(batch, resources=EC2 | {"type": "SPOT"})
    assert described(batch)["computeResources"]["bidPercentage"] == 100


@pytest.mark.source("reference §10.1")
def test_an_unmanaged_environment_has_a_cluster_and_no_resources(batch):
    create(batch, resources=None, type="UNMANAGED", serviceRole=OWN_ROLE, unmanagedvCpus=64)
    environment = described(batch)
    assert environment.pop("ecsClusterArn").startswith(
        "arn:aws:ecs:us-east-1:123456789012:cluster/AWSBatch-ce-"
    )
    del environment["uuid"]
    assert environment == {
        "computeEnvironmentName": "ce",
        "computeEnvironmentArn": ARN + "ce",
        "tags": {},
        "type": "UNMANAGED",
        "state": "ENABLED",
        "status": "VALID",
        "statusReason": "ComputeEnvironment Healthy",
        "serviceRole": OWN_ROLE,
        "unmanagedvCpus": 64,
        "containerOrchestrationType": "ECS",
    }


@pytest.mark.source("reference §10.1; no ecsClusterArn assumed")
def test_an_eks_environment_keeps_its_cluster(batch):
    create(batch, eksConfiguration=EKS)
    environment = described(batch)
    assert environment["eksConfiguration"] == EKS
    assert environment["containerOrchestrationType"] == "EKS"
    assert environment["computeResources"]["ec2Configuration"] == [{"imageType": "EKS_AL2023"}]
    assert "ecsClusterArn" not in environment


@pytest.mark.source("assumed: Describe shows the ARN of a role that was named")
def test_a_named_service_role_is_shown_as_its_arn(batch):
    create(batch, serviceRole="AWSBatchServiceRole")
    assert described(batch)["serviceRole"] == OWN_ROLE


@pytest.mark.source("botocore examples-1.json")
@pytest.mark.parametrize("kind", ["EC2", "SPOT"])
def test_the_worked_examples_of_botocore_are_accepted(batch, kind):
    spot = {"bidPercentage": 20, "spotIamFleetRole": "arn:aws:iam::012345678910:role/aws-ec2-spot-fleet-role"}
    resources = without(EC2, "allocationStrategy") | {"desiredvCpus": 48, "ec2KeyPair": "id_rsa"}
    if kind == "SPOT":
        resources |= spot
    create(batch, resources=resources | {"type": kind}, serviceRole=OWN_ROLE, state="ENABLED")
    assert described(batch)["status"] == "VALID"


@pytest.mark.source("reference §17: Create wraps its texts")
def test_a_refusal_of_create_is_wrapped(batch):
    with pytest.raises(batch.exceptions.ClientException) as caught:
        create(batch, name="a b")
    request_id = caught.value.response["ResponseMetadata"]["RequestId"]
    assert caught.value.response["Error"]["Message"] == (
        "Error executing request, Exception : Compute Environment name should match a valid pattern., "
        f"RequestId: {request_id}"
    )


@pytest.mark.source("assumed: CloudFormation's text for queues holds here too")
def test_a_name_is_taken_once(batch):
    create(batch)
    assert refusal(create, batch) == "Object already exists"


@pytest.mark.source("reference §13; order assumed")
def test_describe_finds_by_name_and_arn_and_drops_the_unknown(batch):
    create(batch, "a")
    create(batch, "b")
    foreign = "arn:aws:batch:eu-west-1:123456789012:compute-environment/a"
    response = batch.describe_compute_environments(computeEnvironments=[ARN + "b", "x", foreign, "a", "b"])
    assert [environment["computeEnvironmentName"] for environment in response["computeEnvironments"]] == [
        "b",
        "a",
    ]
    assert "nextToken" not in response


@pytest.mark.source("reference §13; order assumed")
def test_describe_pages_through_all(batch):
    for name in ("c", "a", "b"):
        create(batch, name)
    pages = batch.get_paginator("describe_compute_environments").paginate(PaginationConfig={"PageSize": 2})
    names = [[ce["computeEnvironmentName"] for ce in page["computeEnvironments"]] for page in pages]
    assert names == [["c", "a"], ["b"]]


@pytest.mark.source("reference §13")
def test_an_empty_list_of_names_stands_for_all(batch):
    create(batch)
    assert len(batch.describe_compute_environments(computeEnvironments=[])["computeEnvironments"]) == 1


@pytest.mark.source("model: 100 when maxResults is left out")
def test_a_page_holds_a_hundred(batch):
    for number in range(101):
        create(batch, f"ce{number}", resources=FARGATE)
    response = batch.describe_compute_environments()
    assert len(response["computeEnvironments"]) == 100
    rest = batch.describe_compute_environments(nextToken=response["nextToken"])
    assert [ce["computeEnvironmentName"] for ce in rest["computeEnvironments"]] == ["ce100"]


@pytest.mark.parametrize(
    ("request_members", "text"),
    [
        pytest.param(
            {"computeEnvironments": ["a"], "maxResults": 1},
            "ComputeEnvironments and MaxResults cannot both be set",
            marks=pytest.mark.source("k1LoW/awspec#563"),
            id="names and maxResults",
        ),
        pytest.param(
            {"computeEnvironments": ["a"] * 101},
            "Maximum number of computeEnvironments supported is  100",
            marks=pytest.mark.source("reference §13; text assumed"),
            id="101 names",
        ),
        pytest.param(
            {"maxResults": 101},
            "maxResults must be between 1 and 100",
            marks=pytest.mark.source("model; text assumed"),
            id="maxResults",
        ),
        pytest.param(
            {"nextToken": "junk"},
            "Invalid nextToken",
            marks=pytest.mark.source("assumed: text"),
            id="token",
        ),
    ],
)
def test_describe_refuses(batch, request_members, text):
    assert refusal(batch.describe_compute_environments, **request_members) == text


@pytest.mark.source("reference §10.4")
def test_update_scales_and_disables(batch):
    create(batch)
    response = batch.update_compute_environment(
        computeEnvironment=ARN + "ce",
        state="DISABLED",
        computeResources={"minvCpus": 2, "maxvCpus": 8, "desiredvCpus": 4},
        updatePolicy={"terminateJobsOnUpdate": True},
    )
    del response["ResponseMetadata"]
    assert response == {"computeEnvironmentName": "ce", "computeEnvironmentArn": ARN + "ce"}
    environment = described(batch)
    resources = environment["computeResources"]
    assert (environment["state"], environment["status"]) == ("DISABLED", "VALID")
    assert (resources["minvCpus"], resources["desiredvCpus"], resources["maxvCpus"]) == (2, 4, 8)
    assert environment["updatePolicy"] == {"terminateJobsOnUpdate": True, "jobExecutionTimeoutMinutes": 30}


@pytest.mark.needs("UpdateComputeEnvironmentRequest.eksConfiguration")
@pytest.mark.source("model")
def test_an_eks_environment_takes_a_new_access_entry(batch):
    create(batch, eksConfiguration=EKS)
    batch.update_compute_environment(
        computeEnvironment="ce", eksConfiguration={"accessEntry": {"desiredState": "ENABLED"}}
    )
    assert described(batch)["eksConfiguration"] == EKS | {"accessEntry": {"desiredState": "ENABLED"}}


@pytest.mark.source("reference §10.4")
def test_update_of_an_unknown_environment(batch):
    text = refusal(batch.update_compute_environment, computeEnvironment="ce", state="DISABLED")
    assert text == ARN + "ce does not exist"


@pytest.mark.source("model")
def test_a_disabled_environment_can_be_deleted(batch):
    create(batch)
    batch.update_compute_environment(computeEnvironment="ce", state="DISABLED")
    response = batch.delete_compute_environment(computeEnvironment="ce")
    assert response.keys() == {"ResponseMetadata"}
    assert batch.describe_compute_environments()["computeEnvironments"] == []


@pytest.mark.source("assumed: text")
def test_an_enabled_environment_cannot_be_deleted(batch):
    create(batch)
    text = refusal(batch.delete_compute_environment, computeEnvironment="ce")
    assert text == "Cannot delete, compute environment must be in DISABLED state"


@pytest.mark.source("assumed: refused, as other calls are")
def test_delete_of_an_unknown_environment(batch):
    text = refusal(batch.delete_compute_environment, computeEnvironment=ARN + "ce")
    assert text == ARN + "ce does not exist"


@pytest.mark.source("reference §10.5")
def test_an_attached_environment_cannot_be_deleted(batch):
    create(batch)
    batch.create_job_queue(
        jobQueueName="q", priority=1, computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "ce"}]
    )
    batch.update_compute_environment(computeEnvironment="ce", state="DISABLED")
    text = refusal(batch.delete_compute_environment, computeEnvironment="ce")
    assert text == "Cannot delete, found existing JobQueue relationship"


@pytest.mark.source("reference §10.5")
def test_an_invalid_environment_stays_invalid_when_disabled_and_can_be_deleted(fake, batch):
    fake.batch.add_compute_environment("ce", status="INVALID", statusReason="CLIENT_ERROR - no")
    batch.update_compute_environment(computeEnvironment="ce", state="DISABLED")
    environment = described(batch)
    assert (environment["state"], environment["status"]) == ("DISABLED", "INVALID")
    assert environment["statusReason"] == "CLIENT_ERROR - no"
    batch.delete_compute_environment(computeEnvironment="ce")
    assert batch.describe_compute_environments()["computeEnvironments"] == []


@pytest.mark.source("reference §10.1; the durations are the author's")
def test_an_environment_is_created_updated_and_deleted_in_time(slow):
    batch = slow.client("batch")
    create(batch)
    environment = described(batch)
    assert environment["status"] == "CREATING"
    assert "ecsClusterArn" not in environment
    assert "statusReason" not in environment
    slow.tick(30)
    assert described(batch)["status"] == "VALID"
    batch.update_compute_environment(computeEnvironment="ce", state="DISABLED")
    environment = described(batch)
    assert (environment["state"], environment["status"]) == ("DISABLED", "UPDATING")
    slow.tick(30)
    batch.delete_compute_environment(computeEnvironment="ce")
    assert described(batch)["status"] == "DELETING"
    slow.tick(timedelta(seconds=29))
    assert described(batch)["status"] == "DELETING"
    slow.tick(1)
    assert batch.describe_compute_environments()["computeEnvironments"] == []


@pytest.mark.source("reference §10.4")
@pytest.mark.parametrize("status", ["CREATING", "UPDATING", "DELETING"])
def test_an_environment_that_is_being_modified_is_left_alone(fake, batch, status):
    fake.batch.add_compute_environment("ce", status=status, state="DISABLED")
    update = refusal(batch.update_compute_environment, computeEnvironment="ce", state="ENABLED")
    assert update == "Cannot update, resource is being modified"
    delete = refusal(batch.delete_compute_environment, computeEnvironment="ce")
    assert delete == "Cannot delete, resource is being modified"
