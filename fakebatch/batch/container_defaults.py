"""Containers that AWS would accept, for an author who names only what the test is about."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from fakebatch.batch.container_resources import LEGACY, needs_of, requested
from fakebatch.batch.fargate import SIZES

if TYPE_CHECKING:
    from fakebatch.aws.place import Place
    from fakebatch.batch.state import Structure

_DEFAULT_SIZE = {"VCPU": "1", "MEMORY": "2048"}
# What a container on Fargate gets at least; the whole task gets the default size at least.
_SMALL = {"VCPU": "0.25", "MEMORY": "512"}


def default_container(container: Structure) -> Structure:
    """A container with an image, a command and a size."""
    return _sized({"image": "busybox", "command": ["true"], **container}, _DEFAULT_SIZE)


def default_task(properties: Structure, platform: str, place: Place) -> Structure:
    """`ecsProperties` filled up: one container unless there are some, each with a name, `container-1` and on.

    On Fargate the first container that says nothing of its size gets what makes the task one of Fargate's.
    """
    tasks = properties.get("taskProperties", [{}])
    return {**properties, "taskProperties": [_task(task, platform, place) for task in tasks]}


def _task(task: Structure, platform: str, place: Place) -> Structure:
    given = [
        {"name": f"container-{number}", **container}
        for number, container in enumerate(task.get("containers", [{}]), 1)
    ]
    if platform != "FARGATE":
        return {**task, "containers": [default_container(container) for container in given]}
    # A size that is no number stays, and is refused.
    with suppress(ValueError):
        given = _fitted(given)
    role = place.global_arn("iam", "role/ecsTaskExecutionRole")
    return {
        "executionRoleArn": role,
        **task,
        "containers": [default_container(container) for container in given],
    }


def _fitted(containers: list[Structure]) -> list[Structure]:
    """Sizes for the containers that lack one, so that the sum is the least that is in Fargate's table."""
    lacking = [
        at for at, each in enumerate(containers) if not _has(each, "VCPU") and not _has(each, "MEMORY")
    ]
    sized = [_sized(container, _SMALL) for container in containers]
    if not lacking:
        return sized
    first = lacking[0]
    others = [needs_of(container) for at, container in enumerate(sized) if at != first]
    vcpus, memory_mib = sum(each.vcpus for each in others), sum(each.memory_mib for each in others)
    for size, memories in SIZES.items():
        for most in memories:
            if size >= max(1, vcpus + 0.25) and most >= max(2048, memory_mib + 512):
                rest = {"VCPU": f"{size - vcpus:g}", "MEMORY": str(most - memory_mib)}
                return [*sized[:first], _sized(containers[first], rest), *sized[first + 1 :]]
    return sized


def _has(container: Structure, kind: str) -> bool:
    return requested(container, kind) is not None


def _sized(container: Structure, size: dict[str, str]) -> Structure:
    """A container that asks for these quantities where it doesn't ask for others."""
    requirements = list(container.get("resourceRequirements", ()))
    kinds = {requirement["type"] for requirement in requirements}
    for kind, value in size.items():
        if kind not in kinds and LEGACY[kind] not in container:
            requirements.append({"type": kind, "value": value})
    return {**container, "resourceRequirements": requirements}
