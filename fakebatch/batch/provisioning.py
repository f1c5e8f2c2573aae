"""`mock(provision=True)`: SubmitJob makes the queue and the job definition that it names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakebatch.batch import setup
from fakebatch.batch.job_definitions import find_job_definition
from fakebatch.batch.job_queues import find_job_queue

if TYPE_CHECKING:
    from fakebatch.batch.service import Service

# Of queues and definitions alike.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")


def provision(service: Service, queue_name: str, definition_reference: str) -> None:
    """Make what is missing, so that the two fit together: Fargate where one of them already is.

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
        on_fargate = revisions is not None and revisions[-1].platform == "FARGATE"
        setup.add_job_queue(service, queue_name, _fargate_queue(service) if on_fargate else {})
    if not revisions:
        on_fargate = queue is not None and queue.type == "ECS_FARGATE"
        setup.add_job_definition(service, name, {"platformCapabilities": ["FARGATE"]} if on_fargate else {})


def _fargate_queue(service: Service) -> dict[str, object]:
    """An override of the queue that has it on a Fargate environment, made where there is none."""
    for environment in service.compute_environments.values():
        if environment.is_fargate:
            return {"computeEnvironmentOrder": [{"order": 1, "computeEnvironment": environment.arn}]}
    arn = setup.add_compute_environment(service, "fargate", {"computeResources": {"type": "FARGATE"}})
    return {"computeEnvironmentOrder": [{"order": 1, "computeEnvironment": arn}]}
