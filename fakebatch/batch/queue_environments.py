"""Which compute environments a job queue may have, and what type they make it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch.compute_environments import find_compute_environment
from fakebatch.batch.compute_resources import FARGATE, MANAGED_INSTANCES
from fakebatch.batch.errors import ClientException
from fakebatch.batch.errors import job_queues as errors

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import ComputeEnvironment, Structure


def attachable(
    service: Service, order: list[Structure], *, must_be_valid: bool = True
) -> list[tuple[int, ComputeEnvironment]]:
    """The environments of a computeEnvironmentOrder, ascending.

    Args:
        service: where they are.
        order: of the request.
        must_be_valid: refuse environments that are not VALID, as the service does.

    Raises:
        ClientException: reference §11.1. The order of the rules is assumed.
    """
    if not order:
        raise ClientException(errors.JQ_ORDER_REQUIRED)
    if len(order) > 3:
        raise ClientException(errors.JQ_ORDER_MAX)
    _check_duplicates(order)
    found: list[tuple[int, ComputeEnvironment]] = []
    for entry in order:
        environment = find_compute_environment(service, entry["computeEnvironment"])
        if environment is None or (must_be_valid and environment.status != "VALID"):
            raise ClientException(errors.JQ_ENVIRONMENT_NOT_VALID)
        found.append((entry["order"], environment))
    types = {type_for(environment) for _, environment in found}
    if len(types) > 1:
        raise ClientException(_mixture(types))
    return sorted(found, key=lambda entry: entry[0])


def check_type(queue_type: str, environments: list[tuple[int, ComputeEnvironment]]) -> None:
    """Hold a queue's type against that of its environments, which are of one type.

    Raises:
        ClientException: they differ; the text for types other than EKS is assumed.
    """
    if type_for(environments[0][1]) != queue_type:
        raise ClientException(errors.wrong_environment_type(queue_type))


def type_for(environment: ComputeEnvironment) -> str:
    """The jobQueueType of a queue with this environment; an unmanaged one counts as EC2 (assumed)."""
    if environment.orchestration == "EKS":
        return "EKS"
    if environment.resource_type in FARGATE:
        return "ECS_FARGATE"
    if environment.resource_type == MANAGED_INSTANCES:
        return "ECS_MANAGED_INSTANCES"
    return "ECS"


def _check_duplicates(order: list[Structure]) -> None:
    # The name and the ARN of an environment are the same one.
    named = {entry["computeEnvironment"].rpartition("/")[2] for entry in order}
    if len(named) < len(order):
        raise ClientException(errors.JQ_ORDER_DUPLICATES)
    if len({entry["order"] for entry in order}) < len(order):
        raise ClientException(errors.JQ_ORDER_DUPLICATE_VALUES)


def _mixture(types: set[str]) -> str:
    if types == {"ECS", "ECS_FARGATE"}:
        return errors.JQ_FARGATE_MIXED
    return errors.mixed_environments(sorted(types))
