"""What UpdateComputeEnvironment changes and refuses."""

import re

import pytest
from botocore.exceptions import ClientError

import fakebatch

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


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        yield world


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


@pytest.mark.source("assumed: Batch fits desiredvCpus to new bounds at once")
@pytest.mark.parametrize(("bounds", "desired"), [({"minvCpus": 20}, 20), ({"maxvCpus": 6}, 6)])
def test_new_bounds_move_desired_vcpus(batch, bounds, desired):
    create(batch, resources=EC2 | {"desiredvCpus": 10})
    batch.update_compute_environment(computeEnvironment="ce", computeResources=bounds)
    assert described(batch)["computeResources"]["desiredvCpus"] == desired


@pytest.mark.source("reference §10.4")
def test_an_infrastructure_update_replaces_what_it_names(batch):
    create(
        batch,
        resources=EC2
        | {"ec2KeyPair": "id_rsa", "launchTemplate": {"launchTemplateId": "lt-1"}, "imageId": "ami-1"},
    )
    batch.update_compute_environment(
        computeEnvironment="ce",
        computeResources={
            "type": "SPOT",
            "allocationStrategy": "SPOT_CAPACITY_OPTIMIZED",
            "instanceTypes": ["r5"],
            "tags": {"a": "b"},
            "securityGroupIds": [],
            "ec2KeyPair": "",
            "imageId": "",
            "launchTemplate": {"launchTemplateName": ""},
            "updateToLatestImageVersion": True,
        },
    )
    assert described(batch)["computeResources"] == {
        **without(EC2, "securityGroupIds"),
        "type": "SPOT",
        "allocationStrategy": "SPOT_CAPACITY_OPTIMIZED",
        "instanceTypes": ["r5"],
        "tags": {"a": "b"},
        "desiredvCpus": 0,
        "bidPercentage": 100,
        "ec2Configuration": [{"imageType": "ECS_AL2023"}],
    }


@pytest.mark.source("reference §10.4")
def test_fargate_takes_new_networks_and_a_new_maximum(batch):
    create(batch, resources=FARGATE)
    batch.update_compute_environment(
        computeEnvironment="ce",
        computeResources={"maxvCpus": 32, "subnets": ["subnet-2"], "securityGroupIds": []},
    )
    assert described(batch)["computeResources"] == FARGATE | {"maxvCpus": 32, "subnets": ["subnet-2"]}


@pytest.mark.needs("CRType=ECS_MANAGED_INSTANCES")
@pytest.mark.source("model")
def test_the_provider_of_managed_instances_is_updated_by_parts(batch):
    network = {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}
    provider = {
        "infrastructureRoleArn": "role-1",
        "instanceLaunchTemplate": {"ec2InstanceProfileArn": "profile-1", "networkConfiguration": network},
    }
    resources = {"type": "ECS_MANAGED_INSTANCES", "maxvCpus": 8, "managedInstancesProvider": provider}
    create(batch, resources=resources)
    update = {"propagateTags": "NONE", "instanceLaunchTemplate": {"monitoring": "DETAILED"}}
    batch.update_compute_environment(
        computeEnvironment="ce", computeResources={"managedInstancesProvider": update}
    )
    template = provider["instanceLaunchTemplate"] | {"monitoring": "DETAILED"}
    assert described(batch)["computeResources"]["managedInstancesProvider"] == {
        "infrastructureRoleArn": "role-1",
        "instanceLaunchTemplate": template,
        "propagateTags": "NONE",
    }


LINKED_ONLY = (
    "Following fields [{}] can be updated only for Non-fargate Compute Environment having a "
    "Batch Service Linked Role"
)
# What the requests of some rows cannot be spelt without.
NEWER = {
    "to managed instances": "CRType=ECS_MANAGED_INSTANCES",
    "EKS settings of an ECS one": "UpdateComputeEnvironmentRequest.eksConfiguration",
}


def newer(name):
    return [pytest.mark.needs(NEWER[name])] if name in NEWER else []


UPDATES = [
    # id, members of creation, request members, text, source
    (
        "desired lowered",
        {"resources": EC2 | {"desiredvCpus": 10}},
        {"computeResources": {"desiredvCpus": 9}},
        (
            "Manually scaling down compute environment is not supported. Disconnecting job queues from "
            "compute environment will cause it to scale-down to minvCpus"
        ),
        "reference §10.4",
    ),
    (
        "desired above max",
        {},
        {"computeResources": {"desiredvCpus": 129}},
        "desiredvCpus should be between minvCpus and maxvCpus.",
        "reference §10.4, inferred",
    ),
    (
        "max below min",
        {"resources": EC2 | {"minvCpus": 4}},
        {"computeResources": {"maxvCpus": 3}},
        "maxvCpus should be greater than or equal to minvCpus.",
        "reference §10.2",
    ),
    (
        "infrastructure without linked role",
        {"serviceRole": OWN_ROLE},
        {"computeResources": {"subnets": ["subnet-2"], "instanceTypes": ["r5"]}},
        LINKED_ONLY.format("instanceTypes, subnets"),
        "ASFHyP3/hyp3#1051; the list's form assumed",
    ),
    (
        "infrastructure of BEST_FIT",
        {"resources": without(EC2, "allocationStrategy")},
        {"computeResources": {"subnets": ["subnet-2"]}},
        "Compute environments with the BEST_FIT allocation strategy do not support infrastructure updates.",
        "reference §10.4; text assumed",
    ),
    (
        "newest image of BEST_FIT",
        {"resources": without(EC2, "allocationStrategy")},
        {"computeResources": {"updateToLatestImageVersion": True}},
        "Compute environments with the BEST_FIT allocation strategy do not support infrastructure updates.",
        "reference §10.4; text assumed",
    ),
    (
        "Fargate with a member of EC2",
        {"resources": FARGATE},
        {"computeResources": {"minvCpus": 1}},
        "minvCpus is not applicable for Fargate.",
        "reference §10.2; that updates say so too assumed",
    ),
    (
        "type of Fargate",
        {"resources": FARGATE},
        {"computeResources": {"type": "FARGATE_SPOT"}},
        LINKED_ONLY.format("type"),
        "reference §10.4; text after ASFHyP3/hyp3#1051",
    ),
    (
        "EC2 to Fargate",
        {},
        {"computeResources": {"type": "FARGATE"}},
        "desiredvCpus is not applicable for Fargate.",
        "assumed: the rules of creation hold",
    ),
    (
        "to managed instances",
        {},
        {"computeResources": {"type": "ECS_MANAGED_INSTANCES"}},
        "Cannot change the type of compute resources to or from ECS_MANAGED_INSTANCES.",
        "reference §10.4; text assumed",
    ),
    (
        "from linked to own role",
        {},
        {"serviceRole": OWN_ROLE},
        "Cannot change between a service linked role and another service role.",
        "reference §10.4; text assumed",
    ),
    (
        "from own to linked role",
        {"serviceRole": OWN_ROLE},
        {"serviceRole": SERVICE_LINKED},
        "Cannot change between a service linked role and another service role.",
        "reference §10.4; text assumed",
    ),
    (
        "unmanagedvCpus",
        {},
        {"unmanagedvCpus": 1},
        "unmanagedvCpus is not applicable for managed Compute Environment.",
        "reference §10.2",
    ),
    (
        "resources of an unmanaged one",
        {"resources": None, "type": "UNMANAGED", "serviceRole": OWN_ROLE},
        {"computeResources": {"maxvCpus": 1}},
        "computeResources is not applicable for unmanaged Compute Environments",
        "assumed",
    ),
    (
        "EKS settings of an ECS one",
        {},
        {"eksConfiguration": {"accessEntry": {"desiredState": "ENABLED"}}},
        "eksConfiguration is only applicable for EKS Compute Environments.",
        "model; text assumed",
    ),
]


@pytest.mark.parametrize(
    ("creation", "update", "text"),
    [
        pytest.param(creation, update, text, id=name, marks=[pytest.mark.source(source), *newer(name)])
        for name, creation, update, text, source in UPDATES
    ],
)
def test_update_refuses(batch, creation, update, text):
    create(batch, **creation)
    before = described(batch)
    assert refusal(batch.update_compute_environment, computeEnvironment="ce", **update) == text
    assert described(batch) == before


@pytest.mark.source("model: changing a value asks for an infrastructure update")
def test_an_unchanged_value_is_no_infrastructure_update(batch):
    create(batch, serviceRole=OWN_ROLE)
    batch.update_compute_environment(
        computeEnvironment="ce", computeResources={"subnets": EC2["subnets"], "maxvCpus": 4}
    )
    assert described(batch)["computeResources"]["maxvCpus"] == 4


@pytest.mark.source("reference §10.4")
def test_one_role_of_ones_own_can_follow_another(batch):
    create(batch, serviceRole=OWN_ROLE)
    batch.update_compute_environment(computeEnvironment="ce", serviceRole="Other")
    assert described(batch)["serviceRole"] == "arn:aws:iam::123456789012:role/Other"
