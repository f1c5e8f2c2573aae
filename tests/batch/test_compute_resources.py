"""What CreateComputeEnvironment refuses, of computeResources above all."""

import re

import pytest
from botocore.exceptions import ClientError

import fakebatch

SERVICE_LINKED = "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
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
PREFLIGHT = "reference §10.2"


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


TEMPLATE = {"launchTemplateName": "lt"}
# What the requests of some rows cannot be spelt without.
NEWER = {
    "bundle with an ordered strategy": "CRAllocationStrategy=BEST_FIT_PROGRESSIVE_ORDERED",
    "ordered strategy on Spot": "CRAllocationStrategy=BEST_FIT_PROGRESSIVE_ORDERED",
    "scale-down delay": "ComputeResource.scalingPolicy",
    "subnets": "CRType=ECS_MANAGED_INSTANCES",  # when subnets stopped to be required by botocore
    "provider elsewhere": "ComputeResource.managedInstancesProvider",
    "no provider": "CRType=ECS_MANAGED_INSTANCES",
}


def newer(name):
    return [pytest.mark.needs(NEWER[name])] if name in NEWER else []


CREATION = [
    # id, request members, changes to EC2 resources (None: no resources), text, source
    ("name", {"name": "a b"}, {}, "Compute Environment name should match a valid pattern.", PREFLIGHT),
    (
        "name length",
        {"name": "a" * 129},
        {},
        "Compute Environment name should match a valid pattern.",
        PREFLIGHT,
    ),
    (
        "disabled",
        {"state": "DISABLED"},
        {},
        "Compute Environment must be created in ENABLED state.",
        PREFLIGHT,
    ),
    (
        "managed without resources",
        {},
        None,
        "computeResources must be provided for a MANAGED compute environment",
        PREFLIGHT,
    ),
    (
        "unmanaged Fargate",
        {"type": "UNMANAGED"},
        {"type": "FARGATE"},
        "Cannot create an UNMANAGED Fargate Compute Environment.",
        PREFLIGHT,
    ),
    ("unmanaged without role", {"type": "UNMANAGED"}, None, "ServiceRole is required.", PREFLIGHT),
    (
        "unmanaged with linked role",
        {"type": "UNMANAGED", "serviceRole": SERVICE_LINKED},
        None,
        "Service Linked Role cannot be used with UNMANAGED Compute Environment.",
        PREFLIGHT,
    ),
    (
        "unmanagedvCpus",
        {"unmanagedvCpus": 4},
        {},
        "unmanagedvCpus is not applicable for managed Compute Environment.",
        PREFLIGHT,
    ),
    ("instance role", {}, {"instanceRole": ...}, "Instance role is required.", PREFLIGHT),
    ("minvCpus", {}, {"minvCpus": ...}, "Resource minvCpus is required.", PREFLIGHT),
    ("instance types", {}, {"instanceTypes": []}, "Resource instanceTypes are required.", PREFLIGHT),
    ("security groups", {}, {"securityGroupIds": []}, "Security group ids are required.", PREFLIGHT),
    ("subnets", {}, {"subnets": ...}, "Subnets are required.", "assumed: text"),
    ("min below 0", {}, {"minvCpus": -1}, "minvCpus should be greater than or equal to 0.", PREFLIGHT),
    (
        "max below min",
        {},
        {"minvCpus": 129},
        "maxvCpus should be greater than or equal to minvCpus.",
        PREFLIGHT,
    ),
    (
        "desired above max",
        {},
        {"desiredvCpus": 129},
        "desiredvCpus should be between minvCpus and maxvCpus.",
        PREFLIGHT,
    ),
    (
        "desired below min",
        {},
        {"minvCpus": 4, "desiredvCpus": 3},
        "desiredvCpus should be between minvCpus and maxvCpus.",
        PREFLIGHT,
    ),
    ("bid", {}, {"bidPercentage": 101}, "Bid percentage must be between 0 to 100.", PREFLIGHT),
    (
        "spot fleet role",
        {},
        {"type": "SPOT", "allocationStrategy": ...},
        "compute resource spotIamFleetRole is required.",
        PREFLIGHT,
    ),
    (
        "x86 and arm",
        {},
        {"instanceTypes": ["c5.large", "c6g.large"]},
        "arm-based instance type cannot be used with other instance types.",
        PREFLIGHT,
    ),
    (
        "image type",
        {},
        {"ec2Configuration": [{"imageType": "EKS_AL2023"}]},
        "Invalid imageType in ComputeResources.ec2Configuration",
        PREFLIGHT,
    ),
    (
        "Amazon Linux 2",
        {},
        {"ec2Configuration": [{"imageType": "ECS_AL2"}]},
        (
            "Amazon Linux 2 is end-of-life. "
            "Please see https://docs.aws.amazon.com/batch/latest/userguide/compute_resource_AMIs.html."
        ),
        PREFLIGHT,
    ),
    (
        "three images",
        {},
        {"ec2Configuration": [{"imageType": "ECS_AL2023"}] * 3},
        "ec2Configuration size cannot be greater than 2",
        "assumed: text",
    ),
    (
        "spot strategy on EC2",
        {},
        {"allocationStrategy": "SPOT_CAPACITY_OPTIMIZED"},
        "Allocation strategy SPOT_CAPACITY_OPTIMIZED requires compute resource type SPOT.",
        "cdk-preflight; for Spot strategies assumed",
    ),
    (
        "ordered strategy on Spot",
        {},
        {"type": "SPOT", "allocationStrategy": "BEST_FIT_PROGRESSIVE_ORDERED"},
        "Allocation strategy BEST_FIT_PROGRESSIVE_ORDERED requires compute resource type EC2.",
        "cdk-preflight",
    ),
    (
        "bundle with an ordered strategy",
        {},
        {"allocationStrategy": "BEST_FIT_PROGRESSIVE_ORDERED", "instanceTypes": ["optimal"]},
        (
            "Instance type bundles (e.g. optimal, default_x86_64) are not allowed for "
            "BEST_FIT_PROGRESSIVE_ORDERED allocation strategy. Specify instance families or types directly."
        ),
        "cdk-preflight",
    ),
    (
        "scale-down delay",
        {},
        {"scalingPolicy": {"minScaleDownDelayMinutes": 19}},
        "minScaleDownDelayMinutes should be 0 or between 20 and 10080.",
        "assumed: text",
    ),
    (
        "template version",
        {},
        {"launchTemplate": TEMPLATE | {"version": "latest"}},
        "LaunchTemplateVersion must be either empty or a number or $Default or $Latest.",
        PREFLIGHT,
    ),
    (
        "template id and name",
        {},
        {"launchTemplate": TEMPLATE | {"launchTemplateId": "lt-1"}},
        "One of LaunchTemplateId and LaunchTemplateName or LaunchTemplate.Overrides is required.",
        "cdk-preflight",
    ),
    (
        "eleven overrides",
        {},
        {"launchTemplate": TEMPLATE | {"overrides": [TEMPLATE] * 11}},
        "LaunchTemplate.overrides size cannot be greater than 10",
        PREFLIGHT,
    ),
    (
        "override without targets",
        {},
        {"launchTemplate": TEMPLATE | {"overrides": [TEMPLATE]}},
        "LaunchTemplate.overrides.targetInstanceTypes[] is required for every override and cannot be empty.",
        PREFLIGHT,
    ),
    (
        "override with id and name",
        {},
        {"launchTemplate": TEMPLATE | {"overrides": [TEMPLATE | {"launchTemplateId": "lt-1"}]}},
        "LaunchTemplate.overrides should have either LaunchTemplateId or LaunchTemplateName but not both.",
        "cdk-preflight",
    ),
    (
        "overrides with one target",
        {},
        {"launchTemplate": TEMPLATE | {"overrides": [TEMPLATE | {"targetInstanceTypes": ["m5.large"]}] * 2}},
        "LaunchTemplate.overrides have duplicate targetInstanceTypes: [m5.large]",
        PREFLIGHT,
    ),
    (
        "override of a foreign type",
        {},
        {"launchTemplate": TEMPLATE | {"overrides": [TEMPLATE | {"targetInstanceTypes": ["r5"]}]}},
        (
            "LaunchTemplate.overrides:[r5] have targetInstanceTypes that do not exist in "
            "computeResource.InstanceTypes."
        ),
        "cdk-preflight",
    ),
    (
        "override of a bundle",
        {},
        {"launchTemplate": TEMPLATE | {"overrides": [TEMPLATE | {"targetInstanceTypes": ["optimal"]}]}},
        (
            "LaunchTemplate.overrides:[optimal] have targetInstanceTypes that do not exist in "
            "computeResource.InstanceTypes."
        ),
        "model; text: cdk-preflight",
    ),
    (
        "EKS type",
        {"eksConfiguration": EKS},
        {"type": "FARGATE"},
        "Supported compute types for EKS compute environments are [EC2, SPOT].",
        PREFLIGHT,
    ),
    (
        "EKS strategy",
        {"eksConfiguration": EKS},
        {"allocationStrategy": ...},
        "allocationStrategy is required for EKS Compute Environments.",
        "cdk-preflight",
    ),
    (
        "EKS cluster",
        {"eksConfiguration": EKS | {"eksClusterArn": "ClusterForBatch"}},
        {},
        "eksClusterArn must be an EKS cluster ARN.",
        "cdk-preflight",
    ),
    (
        "EKS cluster elsewhere",
        {"eksConfiguration": EKS | {"eksClusterArn": EKS["eksClusterArn"].replace("us-east-1", "eu-west-1")}},
        {},
        "eksClusterArn must be in the same AWS region as the compute environment.",
        "cdk-preflight",
    ),
    (
        "template without a name",
        {},
        {"launchTemplate": {"version": "1"}},
        "One of LaunchTemplateId and LaunchTemplateName or LaunchTemplate.Overrides is required.",
        "cdk-preflight, for both names",
    ),
    (
        "overrides with two targets twice",
        {},
        {
            "launchTemplate": TEMPLATE
            | {"overrides": [TEMPLATE | {"targetInstanceTypes": ["m5.large", "m5.xlarge"]}] * 2}
        },
        "LaunchTemplate.overrides have duplicate targetInstanceTypes: [m5.large, m5.xlarge]",
        "cdk-preflight; the list of several assumed",
    ),
    (
        "long namespace",
        {"eksConfiguration": EKS | {"kubernetesNamespace": "n" * 64}},
        {},
        "kubernetesNamespace must less than or equal to 63 characters long.",
        PREFLIGHT,
    ),
    (
        "malformed namespace",
        {"eksConfiguration": EKS | {"kubernetesNamespace": "Jobs"}},
        {},
        "kubernetesNamespace must be a valid Kubernetes namespace.",
        "cdk-preflight",
    ),
    (
        "default namespace",
        {"eksConfiguration": EKS | {"kubernetesNamespace": "default"}},
        {},
        "kubernetesNamespace cannot be the default Kubernetes namespace.",
        "cdk-preflight; the end: reference §9.4",
    ),
    (
        "system namespace",
        {"eksConfiguration": EKS | {"kubernetesNamespace": "kube-system"}},
        {},
        "kubernetesNamespace cannot be a reserved Kubernetes system namespace.",
        "cdk-preflight",
    ),
    (
        "Kubernetes version",
        {"eksConfiguration": EKS},
        {"ec2Configuration": [{"imageType": "EKS_AL2023", "imageKubernetesVersion": "latest"}]},
        "At least one imageKubernetesVersion in EC2Configuration is not supported.",
        "user guide; which versions are supported assumed",
    ),
    (
        "provider elsewhere",
        {},
        {"capacityTags": {"a": "b"}},
        "capacityTags is only applicable for ECS_MANAGED_INSTANCES compute environments.",
        "assumed: text",
    ),
    (
        "no provider",
        {},
        {"type": "ECS_MANAGED_INSTANCES"},
        "managedInstancesProvider is required for ECS_MANAGED_INSTANCES compute environments.",
        "assumed: text",
    ),
    (
        "tag characters",
        {"tags": {"a*": "b"}},
        {},
        (
            "Tags can only contain letters, numbers, spaces, and the following special characters: "
            "_ . : / = + - @"
        ),
        "reference §14",
    ),
]


@pytest.mark.parametrize(
    ("members", "changes", "text"),
    [
        pytest.param(members, changes, text, id=name, marks=[pytest.mark.source(source), *newer(name)])
        for name, members, changes, text, source in CREATION
    ],
)
def test_create_refuses(batch, members, changes, text):
    resources = None
    if changes is not None:
        resources = {k: v for k, v in (EC2 | changes).items() if v is not ...}
    assert refusal(create, batch, resources=resources, **members) == text
    assert batch.describe_compute_environments()["computeEnvironments"] == []


@pytest.mark.source("reference §10.2")
@pytest.mark.parametrize("member", ["desiredvCpus", "minvCpus"])
def test_fargate_refuses_members_of_ec2(batch, member):
    text = refusal(create, batch, resources=FARGATE | {member: 0})
    assert text == f"{member} is not applicable for Fargate."


@pytest.mark.source("reference §10.2; the other members: model")
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("instanceTypes", ["optimal"]),
        ("allocationStrategy", "BEST_FIT"),
        ("instanceRole", "ecsInstanceRole"),
        ("imageId", "ami-1"),
        ("ec2KeyPair", "id_rsa"),
        ("tags", {"a": "b"}),
        ("placementGroup", "group"),
        ("bidPercentage", 100),
        ("spotIamFleetRole", "role"),
        ("launchTemplate", {"launchTemplateName": "lt"}),
        ("ec2Configuration", [{"imageType": "ECS_AL2023"}]),
        pytest.param(
            "scalingPolicy",
            {"minScaleDownDelayMinutes": 20},
            marks=pytest.mark.needs("ComputeResource.scalingPolicy"),
        ),
    ],
)
def test_fargate_refuses_other_members_of_ec2(batch, member, value):
    text = refusal(create, batch, resources=FARGATE | {member: value})
    assert text == f"{member} is not applicable for Fargate."


@pytest.mark.source("reference §10.2")
@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"subnets": [f"subnet-{n}" for n in range(17)]}, "Fargate supports a maximum of 16 subnets."),
        (
            {"securityGroupIds": [f"sg-{n}" for n in range(6)]},
            "Fargate supports a maximum of 5 security groups.",
        ),
        ({"securityGroupIds": []}, "Security group ids are required."),
    ],
)
def test_fargate_networks_are_bounded(batch, changes, text):
    assert refusal(create, batch, resources=FARGATE | changes) == text


@pytest.mark.source("cdk-preflight")
def test_security_groups_may_come_from_the_launch_template(batch):
    create(batch, resources=without(EC2, "securityGroupIds") | {"launchTemplate": TEMPLATE})
    assert described(batch)["computeResources"]["launchTemplate"] == TEMPLATE


@pytest.mark.source("model")
def test_an_override_may_target_a_type_of_a_listed_family(batch):
    override = TEMPLATE | {"targetInstanceTypes": ["m5.2xlarge"], "version": "$Latest"}
    create(batch, resources=EC2 | {"launchTemplate": {"overrides": [override]}})
    assert described(batch)["computeResources"]["launchTemplate"] == {"overrides": [override]}
