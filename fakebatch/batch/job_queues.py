"""Job queues: create, describe, update, delete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakebatch.batch import fair_share, resource_status
from fakebatch.batch.describing import select
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import job_queues as errors
from fakebatch.batch.errors import resources as shared
from fakebatch.batch.queue_environments import attachable, check_type, type_for
from fakebatch.batch.scheduling_policies import check_arn, policy_for
from fakebatch.batch.service_environments import attachable_service_environments, check_quota_rules
from fakebatch.batch.state import JobQueue
from fakebatch.batch.tag_limits import check_tags
from fakebatch.batch.time_limit_actions import check_time_limit_actions

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.service_state import ServiceEnvironment
    from fakebatch.batch.state import ComputeEnvironment, SchedulingPolicy, Structure

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")

# The type of a queue for service jobs.
SAGEMAKER = "SAGEMAKER_TRAINING"


def create_job_queue(service: Service, request: Structure) -> Structure:
    """Make a queue; it is VALID after `timing.resource`.

    Raises:
        ClientException: a rule of reference §11.1 or §11.2 is broken; the order of the rules is assumed.
    """
    queue = new_job_queue(service, request)
    service.job_queues[queue.name] = queue
    resource_status.create(service, queue)
    return _identity(queue)


def describe_job_queues(service: Service, request: Structure) -> Structure:
    """Queues by name or ARN, or all of them in pages. Source: reference §13."""
    found, token = select(
        "DescribeJobQueues",
        "jobQueues",
        request,
        service.job_queues,
        lambda name: find_job_queue(service, name),
    )
    response: Structure = {"jobQueues": [describe(queue) for queue in found]}
    return {**response, "nextToken": token} if token else response


def update_job_queue(service: Service, request: Structure) -> Structure:
    """Change a queue; it is UPDATING for `timing.resource`, with the new values from the start.

    Raises:
        ClientException: no such queue, one that is being modified, or a rule of reference §11.
    """
    queue = _get(service, request["jobQueue"])
    if queue.status in resource_status.BUSY:
        raise ClientException(shared.CANNOT_UPDATE_MODIFIED)
    policy = _replacement(service, queue, request)
    environments, service_environments = _updated_environments(service, queue, request)
    check_quota_rules(service, service_environments, policy, queue)
    actions = request.get("jobStateTimeLimitActions", queue.time_limit_actions)
    check_time_limit_actions(actions or [], queue.type)
    if policy is not queue.scheduling_policy:
        fair_share.settle_queue(queue, service.sim.now_ns)
        queue.scheduling_policy = policy
    queue.environments = environments
    queue.service_environments = service_environments
    queue.time_limit_actions = actions
    service.time_limits.review(queue)
    queue.state = request.get("state", queue.state)
    queue.priority = request.get("priority", queue.priority)
    resource_status.update(service, queue)
    return _identity(queue)


def delete_job_queue(service: Service, request: Structure) -> Structure:
    """Delete a DISABLED queue; its unfinished jobs fail at once, it is DELETING for `timing.resource`.

    An unknown one is refused (reference §11.1; §11 leaves it open).

    Raises:
        ClientException: no such queue, one that is being modified, not DISABLED, or with quota shares
            (assumed, after other resources that are in use).
    """
    queue = _get(service, request["jobQueue"])
    if queue.status in resource_status.BUSY:
        raise ClientException(shared.CANNOT_DELETE_MODIFIED)
    if queue.state != "DISABLED":
        raise ClientException(errors.JQ_DELETE_ENABLED)
    refuse_if(queue.quota_shares, errors.JQ_DELETE_SHARES)
    resource_status.delete(service, queue)
    return {}


def find_job_queue(service: Service, name_or_arn: str) -> JobQueue | None:
    """The queue of a name or of a full ARN of this place, or None."""
    queue = service.job_queues.get(name_or_arn)
    if queue is None:
        queue = service.job_queues.get(name_or_arn.rpartition("/")[2])
        return queue if queue and name_or_arn == queue.arn else None
    return queue


def describe(queue: JobQueue) -> Structure:
    """A JobQueueDetail. Source: model, reference §11."""
    optional: Structure = {
        "schedulingPolicyArn": queue.scheduling_policy.arn if queue.scheduling_policy else None,
        "statusReason": queue.status_reason or None,
        "serviceEnvironmentOrder": [
            {"order": order, "serviceEnvironment": environment.arn}
            for order, environment in queue.service_environments
        ]
        or None,
        "jobStateTimeLimitActions": queue.time_limit_actions,
    }
    return {
        "jobQueueName": queue.name,
        "jobQueueArn": queue.arn,
        "state": queue.state,
        "status": queue.status,
        "priority": queue.priority,
        "computeEnvironmentOrder": [
            {"order": order, "computeEnvironment": environment.arn}
            for order, environment in queue.environments
        ],
        "jobQueueType": queue.type,
        "tags": queue.tags,
        **{member: value for member, value in optional.items() if value is not None},
    }


def new_job_queue(service: Service, request: Structure, *, must_be_valid: bool = True) -> JobQueue:
    """A checked queue that is not in the service's table yet.

    Args:
        service: where it will be.
        request: of CreateJobQueue.
        must_be_valid: refuse environments that are not VALID, as the service does.

    Raises:
        ClientException: a rule of reference §11.1 or §11.2 is broken.
    """
    name = request["jobQueueName"]
    if not _NAME.fullmatch(name):
        raise ClientException(errors.JQ_NAME)
    queue_type, environments, service_environments = _environments(service, request, must_be_valid)
    check_time_limit_actions(request.get("jobStateTimeLimitActions", []), queue_type)
    policy_arn = request.get("schedulingPolicyArn")
    policy = None if policy_arn is None else policy_for(service, policy_arn, queue_type)
    check_quota_rules(service, service_environments, policy)
    check_tags(request.get("tags", {}))
    if name in service.job_queues:
        raise ClientException(shared.OBJECT_EXISTS)
    return JobQueue(
        name=name,
        arn=service.arn(f"job-queue/{name}"),
        state=request.get("state", "ENABLED"),
        status="CREATING",
        status_reason="",
        priority=request["priority"],
        type=queue_type,
        environments=environments,
        service_environments=service_environments,
        tags=request.get("tags", {}),
        scheduling_policy=policy,
        time_limit_actions=request.get("jobStateTimeLimitActions"),
    )


def _environments(
    service: Service, request: Structure, must_be_valid: bool
) -> tuple[str, list[tuple[int, ComputeEnvironment]], list[tuple[int, ServiceEnvironment]]]:
    """The type of a new queue, and its compute or its service environments.

    Source: model, reference §11.1. That service environments without a type make one for SageMaker is
    assumed.
    """
    queue_type = request.get("jobQueueType")
    order = request.get("serviceEnvironmentOrder", [])
    if queue_type == SAGEMAKER or order:
        if queue_type not in (None, SAGEMAKER):
            raise ClientException(errors.incompatible_service_environments(queue_type))
        attached = attachable_service_environments(service, order, must_be_valid=must_be_valid)
        refuse_if(request.get("computeEnvironmentOrder"), errors.JQ_BOTH_ORDERS)
        return SAGEMAKER, [], attached
    environments = attachable(
        service, request.get("computeEnvironmentOrder", []), must_be_valid=must_be_valid
    )
    queue_type = queue_type or type_for(environments[0][1])
    check_type(queue_type, environments)
    return queue_type, environments, []


def _updated_environments(
    service: Service, queue: JobQueue, request: Structure
) -> tuple[list[tuple[int, ComputeEnvironment]], list[tuple[int, ServiceEnvironment]]]:
    environments, service_environments = queue.environments, queue.service_environments
    if "serviceEnvironmentOrder" in request:
        text = errors.incompatible_service_environments(queue.type, "UpdateJobQueue")
        refuse_if(queue.type != SAGEMAKER, text)
        service_environments = attachable_service_environments(service, request["serviceEnvironmentOrder"])
    if "computeEnvironmentOrder" in request:
        refuse_if(queue.type == SAGEMAKER, errors.JQ_BOTH_ORDERS)
        environments = attachable(service, request["computeEnvironmentOrder"])
        check_type(queue.type, environments)
    return environments, service_environments


def _replacement(service: Service, queue: JobQueue, request: Structure) -> SchedulingPolicy | None:
    """The policy after an update: one is replaced, but neither removed nor added.

    Source: API reference, CreateJobQueue.schedulingPolicyArn (reference §11); that it stays one of fair share
    or one of quota shares is assumed.
    """
    if "schedulingPolicyArn" not in request:
        return queue.scheduling_policy
    check_arn(request["schedulingPolicyArn"])
    if queue.scheduling_policy is None:
        raise ClientException(errors.JQ_POLICY_ADDED)
    policy = policy_for(service, request["schedulingPolicyArn"], queue.type)
    refuse_if((policy.quota_share is None) == queue.has_quotas, errors.JQ_POLICY_KIND)
    return policy


def _get(service: Service, name_or_arn: str) -> JobQueue:
    queue = find_job_queue(service, name_or_arn)
    if queue is None:
        is_arn = name_or_arn.startswith("arn:")
        arn = name_or_arn if is_arn else service.arn(f"job-queue/{name_or_arn}")
        raise ClientException(shared.does_not_exist(arn))
    return queue


def _identity(queue: JobQueue) -> Structure:
    return {"jobQueueName": queue.name, "jobQueueArn": queue.arn}
