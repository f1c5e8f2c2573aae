"""Service environments: create, describe, update, delete; and which of them a job queue may have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakebatch.batch import resource_status
from fakebatch.batch.describing import select
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import job_queues as queue_errors
from fakebatch.batch.errors import resources as shared
from fakebatch.batch.errors import service_environments as errors
from fakebatch.batch.service_state import NUM_INSTANCES, ServiceEnvironment
from fakebatch.batch.tag_limits import check_tags

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import JobQueue, SchedulingPolicy, Structure

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_MAX_LIMITS = 5


def create_service_environment(service: Service, request: Structure) -> Structure:
    """Make an environment; it is VALID after `timing.resource`.

    Raises:
        ClientException: a rule of reference §12.6 is broken; the order of the rules is assumed.
    """
    environment = new_service_environment(service, request)
    service.service_environments[environment.name] = environment
    resource_status.create(service, environment)
    return _identity(environment)


def describe_service_environments(service: Service, request: Structure) -> Structure:
    """Environments by name or ARN, or all of them in pages. Source: model, after reference §13."""
    found, token = select(
        "DescribeServiceEnvironments",
        "serviceEnvironments",
        request,
        service.service_environments,
        lambda name: find_service_environment(service, name),
    )
    response: Structure = {"serviceEnvironments": [describe(environment) for environment in found]}
    return {**response, "nextToken": token} if token else response


def update_service_environment(service: Service, request: Structure) -> Structure:
    """Change an environment; it is UPDATING for `timing.resource`, with the new values from the start.

    Jobs that were placed stay where the new limits leave no room for them (assumed).

    Raises:
        ClientException: no such environment, one that is being modified, or limits that aren't valid, also
            not for the quota shares of its queue.
    """
    environment = _get(service, request["serviceEnvironment"])
    refuse_if(environment.status in resource_status.BUSY, shared.CANNOT_UPDATE_MODIFIED)
    if "capacityLimits" in request:
        _check_limits(request["capacityLimits"])
        units = [limit["capacityUnit"] for limit in request["capacityLimits"]]
        quotas = any(queue.has_quotas for queue in _queues_of(service, environment))
        refuse_if(quotas and NUM_INSTANCES in units, errors.SE_QUOTA_UNITS)
    environment.capacity_limits = request.get("capacityLimits", environment.capacity_limits)
    environment.state = request.get("state", environment.state)
    resource_status.update(service, environment)
    return _identity(environment)


def delete_service_environment(service: Service, request: Structure) -> Structure:
    """Delete a DISABLED environment that no queue refers to; it is DELETING for `timing.resource`.

    Source: model. An unknown one is refused, and one that a DELETING queue refers to: both assumed, after
    compute environments.

    Raises:
        ClientException: no such environment, one that is being modified, ENABLED or attached.
    """
    environment = _get(service, request["serviceEnvironment"])
    refuse_if(environment.status in resource_status.BUSY, shared.CANNOT_DELETE_MODIFIED)
    refuse_if(environment.state != "DISABLED", errors.SE_DELETE_ENABLED)
    refuse_if(_queues_of(service, environment), errors.SE_DELETE_ATTACHED)
    resource_status.delete(service, environment)
    return {}


def find_service_environment(service: Service, name_or_arn: str) -> ServiceEnvironment | None:
    """The environment of a name or of a full ARN of this place, or None."""
    environment = service.service_environments.get(name_or_arn.rpartition("/")[2])
    return environment if environment and name_or_arn in (environment.name, environment.arn) else None


def attachable_service_environments(
    service: Service, order: list[Structure], *, must_be_valid: bool = True
) -> list[tuple[int, ServiceEnvironment]]:
    """The environment of a serviceEnvironmentOrder.

    Args:
        service: where it is.
        order: of the request.
        must_be_valid: refuse an environment that is not VALID, as the service does.

    Raises:
        ClientException: reference §11.1. The order of the rules is assumed.
    """
    refuse_if(not order, queue_errors.JQ_SERVICE_ENVIRONMENT_REQUIRED)
    refuse_if(len(order) > 1, queue_errors.JQ_SERVICE_ENVIRONMENTS_MAX)
    environment = find_service_environment(service, order[0]["serviceEnvironment"])
    if environment is None or (must_be_valid and environment.status != "VALID"):
        raise ClientException(errors.SE_NOT_VALID)
    return [(order[0]["order"], environment)]


def check_quota_rules(
    service: Service,
    environments: list[tuple[int, ServiceEnvironment]],
    policy: SchedulingPolicy | None,
    queue: JobQueue | None = None,
) -> None:
    """Hold the environment of a queue against the rules of quota management.

    Its limits are of instance types, and no other queue has it. Source: user guide, "Create quota management
    resources".

    Args:
        service: where they are.
        environments: those of the queue; none of a queue for container jobs.
        policy: the queue's.
        queue: the one that is changed; None for a new one.

    Raises:
        ClientException: a rule is broken; the texts are assumed.
    """
    quotas = policy is not None and policy.quota_share is not None
    for _, environment in environments:
        refuse_if(quotas and NUM_INSTANCES in environment.limits, errors.SE_QUOTA_UNITS)
        others = [other for other in _queues_of(service, environment) if other is not queue]
        refuse_if(others and (quotas or others[0].has_quotas), errors.SE_QUOTA_ATTACHED)


def may_attach(service: Service, environment: ServiceEnvironment, policy: SchedulingPolicy | None) -> bool:
    """Whether a new queue with this policy may have the environment, as far as quota management goes."""
    try:
        check_quota_rules(service, [(1, environment)], policy)
    except ClientException:
        return False
    return True


def describe(environment: ServiceEnvironment) -> Structure:
    """A ServiceEnvironmentDetail; unlike other resources it has no statusReason. Source: model."""
    return {
        "serviceEnvironmentName": environment.name,
        "serviceEnvironmentArn": environment.arn,
        "serviceEnvironmentType": environment.type,
        "state": environment.state,
        "status": environment.status,
        "capacityLimits": environment.capacity_limits,
        "tags": environment.tags,
    }


def new_service_environment(service: Service, request: Structure) -> ServiceEnvironment:
    """A checked environment that is not in the service's table yet.

    Raises:
        ClientException: a rule of reference §12.6 is broken.
    """
    name = request["serviceEnvironmentName"]
    refuse_if(not _NAME.fullmatch(name), errors.SE_NAME)
    _check_limits(request["capacityLimits"])
    check_tags(request.get("tags", {}))
    refuse_if(name in service.service_environments, shared.OBJECT_EXISTS)
    return ServiceEnvironment(
        name=name,
        arn=service.arn(f"service-environment/{name}"),
        type=request["serviceEnvironmentType"],
        state=request.get("state", "ENABLED"),
        status="CREATING",
        status_reason="",
        capacity_limits=request["capacityLimits"],
        tags=request.get("tags", {}),
    )


def _check_limits(limits: list[Structure]) -> None:
    """The order of the rules is assumed, and so is that no unit may come twice."""
    refuse_if(not limits, errors.SE_LIMITS_REQUIRED)
    refuse_if(len(limits) > _MAX_LIMITS, errors.SE_LIMITS_MAX)
    for limit in limits:
        unit = limit.get("capacityUnit")
        known = unit == NUM_INSTANCES or str(unit).startswith("ml.")
        refuse_if(not known, errors.unknown_capacity_unit(unit))
        refuse_if(limit.get("maxCapacity", 0) <= 0, errors.SE_MAX_CAPACITY)
    units = [limit["capacityUnit"] for limit in limits]
    refuse_if(NUM_INSTANCES in units and set(units) != {NUM_INSTANCES}, errors.SE_UNITS_MIXED)
    refuse_if(len(set(units)) < len(units), errors.SE_UNITS_DUPLICATE)


def _queues_of(service: Service, environment: ServiceEnvironment) -> list[JobQueue]:
    return [
        queue
        for queue in service.job_queues.values()
        if any(each is environment for _, each in queue.service_environments)
    ]


def _get(service: Service, name_or_arn: str) -> ServiceEnvironment:
    environment = find_service_environment(service, name_or_arn)
    if environment is None:
        is_arn = name_or_arn.startswith("arn:")
        arn = name_or_arn if is_arn else service.arn(f"service-environment/{name_or_arn}")
        raise ClientException(shared.does_not_exist(arn))
    return environment


def _identity(environment: ServiceEnvironment) -> Structure:
    return {
        "serviceEnvironmentName": environment.name,
        "serviceEnvironmentArn": environment.arn,
    }
