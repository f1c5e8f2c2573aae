"""Compute environments: create, describe, update, delete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakebatch.aws.ids import derived_uuid
from fakebatch.batch import environment_replacement, resource_status
from fakebatch.batch.capacity_kinds import capacity_of
from fakebatch.batch.compute_resource_updates import replaces_instances, updated_resources
from fakebatch.batch.compute_resources import FARGATE, check_resources, with_defaults
from fakebatch.batch.describing import select
from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import compute_environments as errors
from fakebatch.batch.errors import resources as shared
from fakebatch.batch.state import ComputeEnvironment
from fakebatch.batch.tag_limits import check_tags

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Structure

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_EKS_CLUSTER = re.compile(r"arn:[a-z0-9-]+:eks:(?P<region>[a-z0-9-]+):[0-9]{12}:cluster/.+")
_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")

# Source: reference §10.1.
_SERVICE_LINKED_PATH = "aws-service-role/batch.amazonaws.com/"
_SERVICE_LINKED_NAME = "AWSServiceRoleForBatch"
_UPDATE_POLICY = {"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 30}


def create_compute_environment(service: Service, request: Structure) -> Structure:
    """Make an environment; it is VALID after `timing.resource`.

    Raises:
        ClientException: a rule of reference §10.2 is broken; the order of the rules is assumed.
        UsageError: an instance type is unknown, which AWS refuses here too (amazon-genomics-cli #209).
    """
    environment = new_compute_environment(service, request)
    register(service, environment)
    resource_status.create(service, environment)
    return _identity(environment)


def describe_compute_environments(service: Service, request: Structure) -> Structure:
    """Environments by name or ARN, or all of them in pages. Source: reference §13."""
    found, token = select(
        "DescribeComputeEnvironments",
        "computeEnvironments",
        request,
        service.compute_environments,
        lambda name: find_compute_environment(service, name),
    )
    response: Structure = {"computeEnvironments": [describe(environment) for environment in found]}
    return {**response, "nextToken": token} if token else response


def update_compute_environment(service: Service, request: Structure) -> Structure:
    """Change an environment; it is UPDATING for `timing.resource`, with the new values from the start.

    It is so for longer when its instances are replaced and jobs are on the old ones.

    Raises:
        ClientException: no such environment, one that is being modified, or a rule of reference §10.4.
        UsageError: an instance type is unknown.
    """
    environment = _get(service, request["computeEnvironment"])
    if environment.status in resource_status.BUSY:
        raise ClientException(shared.CANNOT_UPDATE_MODIFIED)
    role = _updated_role(service, environment, request)
    _check_update_members(environment, request)
    before = resources = environment.compute_resources
    update = request.get("computeResources")
    if update is not None:
        linked = _is_service_linked(role or "")
        resources = updated_resources(environment, update, service_linked=linked)
    if resources is not None and resources is not before:
        # First, for it may find an instance type that isn't known.
        environment.capacity.configure(resources)
    environment.compute_resources = resources
    environment.service_role = role
    _apply_update(environment, request)
    if before and resources and update and replaces_instances(before, resources, update):
        environment_replacement.update(service, environment)
    else:
        resource_status.update(service, environment)
    return _identity(environment)


def delete_compute_environment(service: Service, request: Structure) -> Structure:
    """Delete a DISABLED environment that no queue refers to; it is DELETING for `timing.resource`.

    An unknown one is refused (assumed: reference §10.5 leaves it open). A queue that is DELETING still
    refers to its environments (issue threads).

    Raises:
        ClientException: reference §10.5. That the state is looked at before the queues is assumed.
    """
    environment = _get(service, request["computeEnvironment"])
    if environment.status in resource_status.BUSY:
        raise ClientException(shared.CANNOT_DELETE_MODIFIED)
    if environment.state != "DISABLED":
        raise ClientException(errors.CE_DELETE_ENABLED)
    for queue in service.job_queues.values():
        if any(attached is environment for _, attached in queue.environments):
            raise ClientException(errors.CE_DELETE_ATTACHED)
    resource_status.delete(service, environment)
    return {}


def find_compute_environment(service: Service, name_or_arn: str) -> ComputeEnvironment | None:
    """The environment of a name or of a full ARN of this place, or None."""
    environment = service.compute_environments.get(name_or_arn.rpartition("/")[2])
    return environment if environment and name_or_arn in (environment.name, environment.arn) else None


def describe(environment: ComputeEnvironment) -> Structure:
    """A ComputeEnvironmentDetail. Source: model, reference §10.1."""
    resources = environment.compute_resources
    optional: Structure = {
        "unmanagedvCpus": environment.unmanaged_vcpus,
        "ecsClusterArn": _visible_cluster(environment),
        "statusReason": environment.status_reason or None,
        "computeResources": resources and environment.capacity.describe(resources),
        "serviceRole": environment.service_role,
        "updatePolicy": environment.update_policy,
        "eksConfiguration": environment.eks_configuration,
        "ecsSettings": environment.ecs_settings,
        "context": environment.context,
    }
    return {
        "computeEnvironmentName": environment.name,
        "computeEnvironmentArn": environment.arn,
        "tags": environment.tags,
        "type": environment.type,
        "state": environment.state,
        "status": environment.status,
        "containerOrchestrationType": environment.orchestration,
        "uuid": environment.uuid,
        **{member: value for member, value in optional.items() if value is not None},
    }


def new_compute_environment(service: Service, request: Structure) -> ComputeEnvironment:
    """A checked environment that is not in the service's table yet.

    Raises:
        ClientException: a rule of reference §10.2 is broken.
        UsageError: an instance type is unknown.
    """
    name = request["computeEnvironmentName"]
    is_managed = request["type"] == "MANAGED"
    orchestration = "EKS" if "eksConfiguration" in request else "ECS"
    _check_creation(service, request, orchestration)
    arn = service.arn(f"compute-environment/{name}")
    cluster = derived_uuid(f"cluster/{arn}")
    resources = with_defaults(request["computeResources"], orchestration) if is_managed else None
    # The policy doesn't apply to Fargate; that Describe leaves it out there is assumed.
    has_policy = resources is not None and resources["type"] not in FARGATE
    return ComputeEnvironment(
        name=name,
        arn=arn,
        uuid=derived_uuid(f"compute-environment/{arn}"),
        type=request["type"],
        state="ENABLED",
        status="CREATING",
        status_reason="",
        ecs_cluster_arn=service.place.arn("ecs", f"cluster/AWSBatch-{name}-{cluster}"),
        orchestration=orchestration,
        service_role=_role_arn(service, request.get("serviceRole") or _SERVICE_LINKED_NAME),
        tags=request.get("tags", {}),
        capacity=capacity_of(service, resources),
        compute_resources=resources,
        unmanaged_vcpus=request.get("unmanagedvCpus"),
        update_policy=dict(_UPDATE_POLICY) if has_policy else None,
        eks_configuration=request.get("eksConfiguration"),
        ecs_settings=request.get("ecsSettings"),
        context=request.get("context"),
    )


def register(service: Service, environment: ComputeEnvironment) -> None:
    """Put a new environment into the service's table; its first instances are launched."""
    service.compute_environments[environment.name] = environment
    if environment.compute_resources is not None:
        environment.capacity.configure(environment.compute_resources)


def _check_creation(service: Service, request: Structure, orchestration: str) -> None:
    name = request["computeEnvironmentName"]
    if not _NAME.fullmatch(name):
        raise ClientException(errors.CE_NAME)
    if request.get("state", "ENABLED") != "ENABLED":
        raise ClientException(errors.CE_CREATED_DISABLED)
    if orchestration == "EKS":
        _check_eks(request["eksConfiguration"], service.place.region)
    if request["type"] == "MANAGED":
        _check_managed(request, orchestration)
    else:
        _check_unmanaged(request)
    check_tags(request.get("tags", {}))
    if name in service.compute_environments:
        raise ClientException(shared.OBJECT_EXISTS)


def _check_managed(request: Structure, orchestration: str) -> None:
    if "computeResources" not in request:
        raise ClientException(errors.CE_RESOURCES_REQUIRED)
    if "unmanagedvCpus" in request:
        raise ClientException(errors.CE_UNMANAGED_VCPUS)
    check_resources(request["computeResources"], orchestration)


def _check_unmanaged(request: Structure) -> None:
    # Other computeResources of an unmanaged environment are not kept; that they are let pass is assumed.
    if request.get("computeResources", {}).get("type") in FARGATE:
        raise ClientException(errors.CE_UNMANAGED_FARGATE)
    role = request.get("serviceRole")
    if not role:
        raise ClientException(errors.CE_SERVICE_ROLE_REQUIRED)
    if _is_service_linked(role):
        raise ClientException(errors.CE_UNMANAGED_SERVICE_LINKED)


def _check_eks(configuration: Structure, region: str) -> None:
    namespace = configuration["kubernetesNamespace"]
    cluster = _EKS_CLUSTER.fullmatch(configuration["eksClusterArn"])
    if cluster is None:
        raise ClientException(errors.CE_EKS_CLUSTER)
    if cluster["region"] != region:
        raise ClientException(errors.CE_EKS_CLUSTER_REGION)
    if len(namespace) > 63:
        raise ClientException(errors.CE_NAMESPACE_LENGTH)
    if not _NAMESPACE.fullmatch(namespace):
        raise ClientException(errors.CE_NAMESPACE)
    if namespace == "default":
        raise ClientException(errors.CE_NAMESPACE_DEFAULT)
    if namespace.startswith("kube-"):
        raise ClientException(errors.CE_NAMESPACE_RESERVED)


def _check_update_members(environment: ComputeEnvironment, request: Structure) -> None:
    is_managed = environment.compute_resources is not None
    if "unmanagedvCpus" in request and is_managed:
        raise ClientException(errors.CE_UNMANAGED_VCPUS)
    if "computeResources" in request and not is_managed:
        raise ClientException(errors.CE_UNMANAGED_RESOURCES)
    if "eksConfiguration" in request and environment.eks_configuration is None:
        raise ClientException(errors.CE_NOT_EKS)


def _updated_role(service: Service, environment: ComputeEnvironment, request: Structure) -> str | None:
    if not request.get("serviceRole"):
        return environment.service_role
    role = _role_arn(service, request["serviceRole"])
    if _is_service_linked(role) != _is_service_linked(environment.service_role or ""):
        raise ClientException(errors.CE_ROLE_SWITCH)
    return role


def _apply_update(environment: ComputeEnvironment, request: Structure) -> None:
    environment.state = request.get("state", environment.state)
    environment.unmanaged_vcpus = request.get("unmanagedvCpus", environment.unmanaged_vcpus)
    environment.ecs_settings = request.get("ecsSettings", environment.ecs_settings)
    environment.context = request.get("context", environment.context)
    # Fargate and unmanaged environments have no policy: it is ignored (reference §10.1).
    if environment.update_policy is not None:
        environment.update_policy = {**environment.update_policy, **request.get("updatePolicy", {})}
    entry = request.get("eksConfiguration", {}).get("accessEntry")
    if environment.eks_configuration is not None and entry is not None:
        environment.eks_configuration = {**environment.eks_configuration, "accessEntry": entry}


def _get(service: Service, name_or_arn: str) -> ComputeEnvironment:
    environment = find_compute_environment(service, name_or_arn)
    if environment is None:
        is_arn = name_or_arn.startswith("arn:")
        arn = name_or_arn if is_arn else service.arn(f"compute-environment/{name_or_arn}")
        raise ClientException(shared.does_not_exist(arn))
    return environment


def _identity(environment: ComputeEnvironment) -> Structure:
    return {"computeEnvironmentName": environment.name, "computeEnvironmentArn": environment.arn}


def _visible_cluster(environment: ComputeEnvironment) -> str | None:
    # Shown once it has been created (reference §10.1); an EKS environment has none (assumed).
    if environment.status == "CREATING" or environment.orchestration == "EKS":
        return None
    return environment.ecs_cluster_arn


def _role_arn(service: Service, role: str) -> str:
    # Batch takes a bare name for a role without a path (model); that Describe shows the ARN is assumed.
    if role.startswith("arn:"):
        return role
    path = _SERVICE_LINKED_PATH if role == _SERVICE_LINKED_NAME else ""
    return service.place.global_arn("iam", f"role/{path}{role.lstrip('/')}")


def _is_service_linked(role: str) -> bool:
    return _SERVICE_LINKED_PATH in role or role.endswith(_SERVICE_LINKED_NAME)
