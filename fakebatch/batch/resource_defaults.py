"""Requests that AWS would accept, for an author who names only what the test is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakebatch.aws.place import Place
from fakebatch.batch.compute_resources import FARGATE, INSTANCES, MANAGED_INSTANCES, ORDERED

if TYPE_CHECKING:
    from fakebatch.batch.state import Structure

_DEFAULT_PLACE = Place("us-east-1", "123456789012")
_SUBNETS = ["subnet-0123456789abcdef0"]
_SECURITY_GROUPS = ["sg-0123456789abcdef0"]
# Whoever has no capacity in mind never meets it.
_MAX_VCPUS = 1_000_000


def default_compute_environment(name: str, place: Place = _DEFAULT_PLACE, **overrides: Any) -> Structure:
    """A CreateComputeEnvironment request that AWS would accept: managed, EC2, a million vCPUs.

    Args:
        name: of the environment.
        place: whose roles and clusters it names.
        **overrides: members of the request. computeResources and eksConfiguration are filled up with
            what they lack for the type they are of.
    """
    request: Structure = {"computeEnvironmentName": name, "type": "MANAGED", **overrides}
    if "eksConfiguration" in overrides:
        cluster = place.arn("eks", "cluster/fakebatch")
        eks = {"eksClusterArn": cluster, "kubernetesNamespace": "fakebatch"}
        request["eksConfiguration"] = {**eks, **overrides["eksConfiguration"]}
    if request["type"] == "UNMANAGED":
        request.setdefault("serviceRole", place.global_arn("iam", "role/AWSBatchServiceRole"))
    else:
        request["computeResources"] = _resources(overrides.get("computeResources", {}), place)
    return request


def default_job_queue(name: str, compute_environment: str, **overrides: Any) -> Structure:
    """A CreateJobQueue request that AWS would accept: priority 1, one environment, by name or ARN."""
    order = [{"order": 1, "computeEnvironment": compute_environment}]
    return {"jobQueueName": name, "priority": 1, "computeEnvironmentOrder": order, **overrides}


def default_service_environment(name: str, **overrides: Any) -> Structure:
    """A CreateServiceEnvironment request that AWS would accept: up to 100 instances of any type."""
    return {
        "serviceEnvironmentName": name,
        "serviceEnvironmentType": "SAGEMAKER_TRAINING",
        "capacityLimits": [{"maxCapacity": 100, "capacityUnit": "NUM_INSTANCES"}],
        **overrides,
    }


def default_quota_share(name: str, job_queue: str, **overrides: Any) -> Structure:
    """A CreateQuotaShare request that AWS would accept: one instance, reserved, nothing preempted."""
    return {
        "quotaShareName": name,
        "jobQueue": job_queue,
        "capacityLimits": [{"maxCapacity": 1, "capacityUnit": "ml.m5.large"}],
        "resourceSharingConfiguration": {"strategy": "RESERVE"},
        "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
        **overrides,
    }


def _resources(overrides: Structure, place: Place) -> Structure:
    kind = overrides.get("type", "EC2")
    most = max(_MAX_VCPUS, overrides.get("minvCpus", 0), overrides.get("desiredvCpus", 0))
    resources: Structure = {"type": kind, "maxvCpus": most}
    if kind in INSTANCES:
        resources |= _instances(kind, overrides.get("allocationStrategy"), place)
    if kind in INSTANCES or kind in FARGATE:
        resources |= {"subnets": list(_SUBNETS), "securityGroupIds": list(_SECURITY_GROUPS)}
    if kind == MANAGED_INSTANCES:
        resources["managedInstancesProvider"] = _provider(place)
    return {**resources, **overrides}


def _instances(kind: str, strategy: str | None, place: Place) -> Structure:
    instances: Structure = {
        "minvCpus": 0,
        "allocationStrategy": "BEST_FIT_PROGRESSIVE",
        # The ordered strategies refuse what stands for many types.
        "instanceTypes": ["m5"] if strategy in ORDERED else ["optimal"],
        "instanceRole": place.global_arn("iam", "instance-profile/ecsInstanceRole"),
    }
    if kind == "SPOT":
        instances["allocationStrategy"] = "SPOT_PRICE_CAPACITY_OPTIMIZED"
        instances["spotIamFleetRole"] = place.global_arn("iam", "role/AmazonEC2SpotFleetTaggingRole")
    return instances


def _provider(place: Place) -> Structure:
    return {
        "infrastructureRoleArn": place.global_arn("iam", "role/ecsInfrastructureRole"),
        "instanceLaunchTemplate": {
            "ec2InstanceProfileArn": place.global_arn("iam", "instance-profile/ecsInstanceRole"),
            "networkConfiguration": {"subnets": list(_SUBNETS), "securityGroups": list(_SECURITY_GROUPS)},
        },
    }
