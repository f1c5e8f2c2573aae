"""ECS tasks of up to ten containers: what Batch refuses of them, what it adds, and how a job overrides them.

Pure functions of `ecsProperties`, in a job definition or anywhere else. A container of a task is checked like
one that stands alone: it is put together with what the task says for all of them.
Source: API reference, EcsTaskProperties and TaskContainerProperties (reference §9.4); the texts were measured
where `errors/ecs_properties.py` doesn't say otherwise. Which of two broken rules is told first is assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch.container_properties import check_settings, complete_container
from fakebatch.batch.container_resources import check_size, needs_of
from fakebatch.batch.errors import ecs_properties as errors
from fakebatch.batch.errors import jobs as job_errors
from fakebatch.batch.errors import refuse_if
from fakebatch.batch.overrides import merge_container
from fakebatch.batch.state import Needs
from fakebatch.batch.task_dependencies import check_dependencies
from fakebatch.batch.tasks import Part, Task
from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from fakebatch.batch.state import Structure

MAX_CONTAINERS = 10
IPC_MODES = ("host", "task", "none")
PID_MODES = ("host", "task")
# What the only container of a task is called that has no name: assumed, after the log streams of
# containerProperties.
DEFAULT_NAME = "default"

# Members of a task that hold for each of its containers, and how a container that stands alone spells them.
_SHARED = {
    "executionRoleArn": "executionRoleArn",
    "taskRoleArn": "jobRoleArn",
    "volumes": "volumes",
    "networkConfiguration": "networkConfiguration",
    "runtimePlatform": "runtimePlatform",
    "ephemeralStorage": "ephemeralStorage",
}


def check_ecs(properties: Structure, platform: str) -> None:
    """Refuse a task that Batch would not take.

    Args:
        properties: `ecsProperties`, overrides already merged.
        platform: EC2, FARGATE or MANAGED_INSTANCES.

    Raises:
        ClientException: with Batch's text.
    """
    refuse_if(len(properties["taskProperties"]) != 1, errors.ONE_TASK)
    task = properties["taskProperties"][0]
    containers = task["containers"]
    refuse_if(not 1 <= len(containers) <= MAX_CONTAINERS, errors.CONTAINER_COUNT)
    _check_names(containers)
    refuse_if(not any(container.get("essential", True) for container in containers), errors.NONE_ESSENTIAL)
    _check_modes(task, platform)
    for container in containers:
        check_settings(_alone(task, container), platform)
        _check_timeouts(container, platform)
    check_size([_alone(task, container) for container in containers], platform)
    check_dependencies(containers)
    _check_firelens(containers)


def complete_ecs(properties: Structure, platform: str) -> Structure:
    """A copy as Batch describes it.

    Source: what Terraform's provider has to overlook when it compares a definition with AWS's answer; model,
    EcsTaskDetails, for networkMode.
    """
    (task,) = properties["taskProperties"]
    complete = {"volumes": [], **task, "containers": [_complete(each) for each in task["containers"]]}
    if platform == "FARGATE":
        complete.setdefault("platformVersion", "LATEST")
    elif platform == "MANAGED_INSTANCES":
        complete.setdefault("networkMode", "host")
    return {**properties, "taskProperties": [complete]}


def override_ecs(
    properties: Structure, overrides: Structure, parameters: dict[str, str], platform: str
) -> Structure:
    """The task of a job, as DescribeJobs shows it: containers are overridden by name.

    Raises:
        ClientException: an override is refused or names no container, or a placeholder has no value.
    """
    (task,) = properties["taskProperties"]
    given = _overrides_by_name(task, overrides)
    containers = [
        merge_container(container, given.get(container.get("name"), {}), parameters)
        for container in task["containers"]
    ]
    merged = {**properties, "taskProperties": [{**task, "containers": containers}]}
    if given:
        check_ecs(merged, platform)
    return merged


def ecs_needs(properties: Structure) -> Needs:
    """What a task reserves: the sum of its containers."""
    (task,) = properties["taskProperties"]
    needs = [needs_of(container) for container in task["containers"]]
    return Needs(*(sum(each) for each in zip(*needs, strict=True)))


def ecs_task(properties: Structure) -> Task:
    """The containers of a task for its planner."""
    (task,) = properties["taskProperties"]
    return Task(tuple(map(_part, task["containers"])))


def _part(container: Structure) -> Part:
    timeout_s = container.get("startTimeout")
    return Part(
        name=container.get("name", DEFAULT_NAME),
        essential=container["essential"],
        depends_on=tuple((each["containerName"], each["condition"]) for each in container["dependsOn"]),
        start_timeout_ns=None if timeout_s is None else timeout_s * NS_PER_SECOND,
    )


def _alone(task: Structure, container: Structure) -> Structure:
    """A container of a task as if it stood alone."""
    shared = {member: task[of] for of, member in _SHARED.items() if of in task}
    if "platformVersion" in task:
        shared["fargatePlatformConfiguration"] = {"platformVersion": task["platformVersion"]}
    return {**container, **shared}


def _complete(container: Structure) -> Structure:
    complete = {"essential": True, "dependsOn": [], **complete_container(container, "EC2")}
    # Those are the task's.
    del complete["volumes"]
    return complete


def _check_names(containers: list[Structure]) -> None:
    names = [container.get("name") for container in containers]
    refuse_if(len(names) > 1 and not all(names), errors.CONTAINER_NAME_REQUIRED)
    refuse_if(len(set(names)) < len(names), errors.CONTAINER_NAMES)


def _check_modes(task: Structure, platform: str) -> None:
    ipc_mode, pid_mode = task.get("ipcMode"), task.get("pidMode")
    refuse_if(ipc_mode is not None and ipc_mode not in IPC_MODES, errors.ipc_mode(ipc_mode))
    refuse_if(pid_mode is not None and pid_mode not in PID_MODES, errors.pid_mode(pid_mode))
    refuse_if(ipc_mode is not None and platform == "FARGATE", errors.IPC_MODE_ON_FARGATE)
    refuse_if("platformVersion" in task and platform == "EC2", errors.PLATFORM_VERSION_ON_EC2)
    if "networkMode" in task:
        refuse_if(platform != "MANAGED_INSTANCES", errors.network_mode_on(platform))
        refuse_if(task["networkMode"] != "host", errors.network_mode(task["networkMode"]))


def _check_timeouts(container: Structure, platform: str) -> None:
    """Source: model, TaskContainerProperties."""
    for member in ("startTimeout", "stopTimeout"):
        seconds = container.get(member)
        if seconds is not None:
            refuse_if(seconds < 2, errors.timeout_minimum(member, seconds))
            refuse_if(platform == "FARGATE" and seconds > 120, errors.timeout_on_fargate(member, seconds))


def _check_firelens(containers: list[Structure]) -> None:
    """One container runs as root where logs are routed; that a group beside it doesn't matter is assumed."""
    if any("firelensConfiguration" in container for container in containers):
        users = [container.get("user", "root").partition(":")[0] for container in containers]
        refuse_if(not {"root", "0"} & set(users), errors.FIRELENS_NEEDS_ROOT)


def _overrides_by_name(task: Structure, overrides: Structure) -> dict[str | None, Structure]:
    """An override without a name is for a container without one: assumed."""
    tasks = overrides.get("taskProperties", [])
    refuse_if(len(tasks) > 1, errors.ONE_TASK)
    given = {each.get("name"): each for one in tasks for each in one.get("containers", ())}
    there = {container.get("name") for container in task["containers"]}
    for name in given:
        refuse_if(name not in there, job_errors.unknown_container(str(name)))
    return given
