"""`mock(provision=True)`: SubmitJob makes the queue and the job definition that it names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakebatch.batch import setup
from fakebatch.batch.job_definitions import find_job_definition
from fakebatch.batch.job_queues import find_job_queue

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import JobDefinition

# The type of a queue for definitions of a platform, and what makes a definition for a queue of a type.
_QUEUE_FOR = {"EC2": "ECS", "MANAGED_INSTANCES": "ECS_MANAGED_INSTANCES", "EKS": "EKS"}
_DEFINITION_FOR: dict[str, dict[str, object]] = {
    "ECS_FARGATE": {"platformCapabilities": ["FARGATE"]},
    "ECS_MANAGED_INSTANCES": {"platformCapabilities": ["MANAGED_INSTANCES"]},
    "EKS": {"eksProperties": {}},
}
# Of queues and definitions alike.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")


def provision(service: Service, queue_name: str, definition_reference: str) -> None:
    """Make what is missing, so that the two fit together: for the platform of the one that is there.

    A definition is made for a name that has never been registered. A name that nothing can have, a revision
    that isn't there, an ARN of another account or region: each stays the error that it is on AWS, and then
    nothing is made.

    Raises:
        ClientException: there is no such definition, and it cannot be made.
    """
    queue = find_job_queue(service, queue_name)
    queue_name = queue_name.removeprefix(service.arn("job-queue/"))
    name, _, revision = definition_reference.removeprefix(service.arn("job-definition/")).partition(":")
    revisions = service.job_definitions.get(name)
    if queue is None and not _NAME.fullmatch(queue_name):
        return
    if revisions or not _NAME.fullmatch(name) or revision not in ("", "1"):
        find_job_definition(service, definition_reference)
    if queue is None:
        setup.add_job_queue(service, queue_name, _queue_for(service, revisions))
        queue = service.job_queues[queue_name]
    if not revisions:
        setup.add_job_definition(service, name, _DEFINITION_FOR.get(queue.type, {}))


def _queue_for(service: Service, revisions: list[JobDefinition] | None) -> dict[str, object]:
    """Overrides of a queue on which the latest of these revisions can run."""
    if not revisions:
        return {}
    if revisions[-1].platform == "FARGATE":
        return _fargate_queue(service)
    return {"jobQueueType": _QUEUE_FOR[revisions[-1].platform]}


def _fargate_queue(service: Service) -> dict[str, object]:
    """An override of the queue that has it on a Fargate environment, made where there is none."""
    for environment in service.compute_environments.values():
        if environment.is_fargate:
            return {"computeEnvironmentOrder": [{"order": 1, "computeEnvironment": environment.arn}]}
    arn = setup.add_compute_environment(service, "fargate", {"computeResources": {"type": "FARGATE"}})
    return {"computeEnvironmentOrder": [{"order": 1, "computeEnvironment": arn}]}
