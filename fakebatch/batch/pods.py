"""Pods: their containers for the planner of attempts, and what Kubernetes and Batch say of them.

Identifiers are derived from the job's id and the attempt's number, so that nobody has to keep them.
Source: user guide, "Amazon EKS jobs" (reference §1.6); a recorded job in cdk-eks-blueprints,
docs/teams/aws-batch-on-eks-team.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fakebatch.aws.ids import derived_hex, derived_uuid
from fakebatch.batch.eks_properties import MEMBERS, name_of
from fakebatch.batch.outcomes import EXITED, FAILED_TO_START
from fakebatch.batch.tasks import Part, Task
from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from fakebatch.batch.state import Attempt, Job, JobSpec, Structure

# What Kubernetes says of a container that has exited and gives no other reason.
COMPLETED = "Completed"
ERROR = "Error"
# statusReason of attempts that fail; both are assumed.
POD_FAILED = "Pod failed"
POD_FAILED_TO_START = "Pod failed to start"


def pod_task(properties: Structure) -> Task:
    """The containers of a pod in the order in which they start.

    Args:
        properties: `eksProperties`, overrides already merged.
    """
    pod = properties["podProperties"]
    parts = [
        Part(name_of(container), init=member == "initContainers") for member, container in containers_of(pod)
    ]
    return Task(tuple(parts), is_pod=True)


def containers_of(pod: Structure) -> Iterator[tuple[str, Structure]]:
    """All containers in the order of `pod_task`, and the member that each is in."""
    for member in MEMBERS:
        for container in pod.get(member, ()):
            yield member, container


def container_of(spec: JobSpec, name: str | None) -> Structure:
    """The command and the variables of a container, in the spelling of ECS.

    Args:
        spec: of a job on EKS.
        name: the container's; None for the one that stands for the job.
    """
    assert spec.task is not None
    at = next((at for at, part in enumerate(spec.task.parts) if part.name == name), spec.task.leading[0])
    _, container = list(containers_of(spec.properties["podProperties"]))[at]
    return {
        "command": [*container["command"], *container["args"]],
        "environment": [{"value": "", **variable} for variable in container["env"]],
    }


def pod_name(job: Job, attempt: Attempt) -> str:
    """The pod of an attempt: `aws-batch.` and a name-based UUID."""
    return f"aws-batch.{derived_uuid(f'pod/{job.id}/{attempt.number}')}"


def container_id(job: Job, attempt: Attempt, name: str) -> str:
    """The id that containerd gives a container; that Batch shows it with the runtime is assumed."""
    first, second = (derived_hex(f"{half}/{job.id}/{attempt.number}/{name}") for half in ("pod", "container"))
    return f"containerd://{first}{second}"


def reason_of(exit_code: int | None, reason: str | None) -> str | None:
    """A container's reason: what the world gave it, or what Kubernetes says of its exit code.

    Source: recorded for 0, reference §1.4 for others.
    """
    if reason is not None or exit_code is None:
        return reason
    return ERROR if exit_code else COMPLETED


def status_reason_of(exit_code: int | None, status_reason: str | None) -> str | None:
    """The statusReason of an attempt on EKS, given what ECS would say.

    A pod that has succeeded has none: recorded. The texts of failures are assumed, and that what isn't about
    containers reads as it does on ECS.
    """
    if status_reason == EXITED:
        return None if exit_code == 0 else POD_FAILED
    return POD_FAILED_TO_START if status_reason == FAILED_TO_START else status_reason


def whole_seconds_ms(ns: int) -> int:
    """Epoch milliseconds of an instant as Kubernetes knows it, in whole seconds."""
    return ns // NS_PER_SECOND * 1000
