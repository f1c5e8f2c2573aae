"""Set-up from the author's side: resources and definitions in one line each.

What a test doesn't name is filled in with what AWS would accept. Overrides are members of the request or
of the described structure. A resource is VALID at once, however long `timing.resource` is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fakebatch.batch import resource_status, setup_members
from fakebatch.batch.compute_environments import new_compute_environment, register
from fakebatch.batch.consumable_resources import new_consumable_resource
from fakebatch.batch.errors import ClientException
from fakebatch.batch.job_definitions import (
    default_job_definition,
    deregister_job_definition,
    register_job_definition,
)
from fakebatch.batch.job_queues import SAGEMAKER, new_job_queue
from fakebatch.batch.queue_environments import type_for
from fakebatch.batch.resource_defaults import (
    default_compute_environment,
    default_job_queue,
    default_service_environment,
)
from fakebatch.batch.scheduling_policies import create_scheduling_policy, find_scheduling_policy
from fakebatch.batch.service_environments import may_attach, new_service_environment
from fakebatch.errors import UsageError

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import ComputeEnvironment, Structure

# What an environment needs to make a queue of this type.
_ENVIRONMENT_FOR: dict[str, Structure] = {
    "ECS": {},
    "ECS_FARGATE": {"computeResources": {"type": "FARGATE"}},
    "ECS_MANAGED_INSTANCES": {"computeResources": {"type": "ECS_MANAGED_INSTANCES"}},
    "EKS": {"containerOrchestrationType": "EKS"},
}

# Source: user guide (reference §10.3). Which of its reasons an author means is unknown: this is assumed.
_INVALID_REASON = (
    "Your compute environment has been INVALIDATED and scaled down because none of the instances joined the "
    "underlying ECS Cluster. Common issues preventing instances joining are the following: VPC/Subnet "
    "configuration preventing communication to ECS, incorrect Instance Profile policy preventing "
    "authorization to ECS, or customized AMI or LaunchTemplate configurations affecting ECS agent."
)


def add_compute_environment(service: Service, name: str, overrides: Mapping[str, Any]) -> str:
    """Make a compute environment and return its ARN.

    An INVALID one gets a reason of the user guide when none is given.

    Raises:
        UsageError: an unknown member, or a request that AWS would refuse.
    """
    call = f"add_compute_environment({name!r})"
    setup_members.ENVIRONMENT.check(call, overrides)
    setup_members.COMPUTE_RESOURCES.check(f"{call}: computeResources", overrides.get("computeResources", {}))
    with refusals(call):
        environment = _new_environment(service, name, deepcopy(dict(overrides)))
    _register_environment(service, environment, overrides)
    return environment.arn


def add_service_environment(service: Service, name: str, overrides: Mapping[str, Any]) -> str:
    """Make a service environment and return its ARN.

    Raises:
        UsageError: an unknown member, or a request that AWS would refuse.
    """
    call = f"add_service_environment({name!r})"
    setup_members.SERVICE_ENVIRONMENT.check(call, overrides)
    members = deepcopy(dict(overrides))
    status = members.pop("status", "VALID")
    with refusals(call):
        environment = new_service_environment(service, default_service_environment(name, **members))
    service.service_environments[name] = environment
    resource_status.place(service, environment, status, "")
    return environment.arn


def add_job_queue(service: Service, name: str, overrides: Mapping[str, Any]) -> str:
    """Make a job queue and return its ARN.

    Without an order of environments it gets the environment of its jobQueueType that was added last, and a
    new one if there is none. On this side environments need not be VALID.

    Raises:
        UsageError: an unknown member, or a request that AWS would refuse.
    """
    call = f"add_job_queue({name!r})"
    setup_members.JOB_QUEUE.check(call, overrides)
    members = deepcopy(dict(overrides))
    status, reason = members.pop("status", "VALID"), members.pop("statusReason", None)
    if not {"computeEnvironmentOrder", "serviceEnvironmentOrder"} & members.keys():
        if members.get("jobQueueType") == SAGEMAKER:
            policy_arn = members.get("schedulingPolicyArn", "")
            members["serviceEnvironmentOrder"] = _service_order_for(service, name, policy_arn)
        else:
            members["computeEnvironmentOrder"] = _order_for(service, name, members.get("jobQueueType"))
    members.setdefault("computeEnvironmentOrder", [])
    with refusals(call):
        queue = new_job_queue(service, {**default_job_queue(name, ""), **members}, must_be_valid=False)
    service.job_queues[name] = queue
    if reason is None:
        reason = resource_status.HEALTHY[type(queue)] if status == "VALID" else ""
    resource_status.place(service, queue, status, reason)
    return queue.arn


def add_job_definition(service: Service, name: str, overrides: Mapping[str, Any]) -> str:
    """Register a job definition and return its ARN, with the revision.

    Raises:
        UsageError: an unknown member, or a request that AWS would refuse.
    """
    call = f"add_job_definition({name!r})"
    setup_members.JOB_DEFINITION.check(call, overrides)
    members = deepcopy(dict(overrides))
    status = members.pop("status", "ACTIVE")
    with refusals(call):
        request = default_job_definition(name, service.place, **members)
        arn: str = register_job_definition(service, request)["jobDefinitionArn"]
    if status == "INACTIVE":
        deregister_job_definition(service, {"jobDefinition": arn})
    return arn


def add_scheduling_policy(service: Service, name: str, overrides: Mapping[str, Any]) -> str:
    """Make a scheduling policy and return its ARN: of fair share, with equal weights, unless told otherwise.

    Raises:
        UsageError: an unknown member, or a request that AWS would refuse.
    """
    call = f"add_scheduling_policy({name!r})"
    setup_members.SCHEDULING_POLICY.check(call, overrides)
    with refusals(call):
        request = {"name": name, **deepcopy(dict(overrides))}
        arn: str = create_scheduling_policy(service, request)["arn"]
    return arn


def add_consumable_resource(service: Service, name: str, overrides: Mapping[str, Any]) -> str:
    """Make a consumable resource and return its ARN; there is one unit of it unless told otherwise.

    Units that are in use from the start are nobody's: nothing gives them back.

    Raises:
        UsageError: an unknown member, a number that isn't one, more in use than there is, or a request that
            AWS would refuse.
    """
    call = f"add_consumable_resource({name!r})"
    setup_members.CONSUMABLE_RESOURCE.check(call, overrides)
    members = {"totalQuantity": 1, "inUseQuantity": 0, **deepcopy(dict(overrides))}
    for member in ("totalQuantity", "inUseQuantity"):
        if not isinstance(members[member], int) or isinstance(members[member], bool):
            raise UsageError(f"{call}: {member}={members[member]!r} is no whole number.")
    in_use, total = members.pop("inUseQuantity"), members["totalQuantity"]
    with refusals(call):
        resource = new_consumable_resource(service, {"consumableResourceName": name, **members})
    if not 0 <= in_use <= total:
        raise UsageError(f"{call}: inUseQuantity={in_use} is not between 0 and totalQuantity={total}.")
    resource.in_use = in_use
    service.consumable_resources[name] = resource
    service.locks.wake(resource)
    return resource.arn


def _new_environment(service: Service, name: str, overrides: Structure) -> ComputeEnvironment:
    """A checked environment with the described members that a request doesn't have set by hand."""
    if overrides.get("containerOrchestrationType") == "EKS":
        overrides.setdefault("eksConfiguration", {})
    known = setup_members.ENVIRONMENT_REQUEST.names
    requested = {member: value for member, value in overrides.items() if member in known}
    environment = new_compute_environment(
        service, default_compute_environment(name, service.place, **requested)
    )
    # AWS lets none be created DISABLED; here it stands for one that was disabled later.
    environment.state = overrides.get("state", "ENABLED")
    environment.uuid = overrides.get("uuid", environment.uuid)
    environment.ecs_cluster_arn = overrides.get("ecsClusterArn", environment.ecs_cluster_arn)
    if "updatePolicy" in overrides:
        environment.update_policy = {**(environment.update_policy or {}), **overrides["updatePolicy"]}
    return environment


def _register_environment(
    service: Service, environment: ComputeEnvironment, overrides: Mapping[str, Any]
) -> None:
    register(service, environment)
    status = overrides.get("status", "VALID")
    reasons = {"VALID": resource_status.HEALTHY[type(environment)], "INVALID": _INVALID_REASON}
    reason = overrides.get("statusReason", reasons.get(status, ""))
    resource_status.place(service, environment, status, reason)


def _order_for(service: Service, name: str, queue_type: str | None) -> list[Structure]:
    """The order of a queue that names no environment."""
    for environment in reversed(service.compute_environments.values()):
        if environment.status != "DELETING" and queue_type in (None, type_for(environment)):
            return [{"order": 1, "computeEnvironment": environment.arn}]
    environment_name = f"{name[:116]}-environment"
    arn = add_compute_environment(service, environment_name, _ENVIRONMENT_FOR[queue_type or "ECS"])
    return [{"order": 1, "computeEnvironment": arn}]


def _service_order_for(service: Service, name: str, policy_arn: str) -> list[Structure]:
    """The same of a queue for service jobs; one with quota management has rules of its own."""
    policy = find_scheduling_policy(service, policy_arn)
    for environment in reversed(service.service_environments.values()):
        if environment.status != "DELETING" and may_attach(service, environment, policy):
            return [{"order": 1, "serviceEnvironment": environment.arn}]
    quotas = policy is not None and policy.quota_share is not None
    members = {"capacityLimits": [{"maxCapacity": 100, "capacityUnit": "ml.m5.large"}]} if quotas else {}
    arn = add_service_environment(service, f"{name[:116]}-environment", members)
    return [{"order": 1, "serviceEnvironment": arn}]


@contextmanager
def refusals(call: str) -> Iterator[None]:
    """What AWS would refuse is a mistake in the test's set-up."""
    try:
        yield
    except ClientException as refusal:
        raise UsageError(f"{call}: AWS would refuse this with {refusal.message!r}.") from None
