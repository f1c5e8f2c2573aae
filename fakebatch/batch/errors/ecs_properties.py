"""What is refused of an ECS task of several containers, in RegisterJobDefinition and in SubmitJob."""

from __future__ import annotations

# Where no other source stands beside a text it was measured on the real API (reference §9.4).

ONE_TASK = "Exactly 1 taskProperties must be provided."  # assumed; the limit: model
CONTAINER_COUNT = "Number of containers must be between 1 and 10"
CONTAINER_NAMES = "Container names must be unique"
CONTAINER_NAME_REQUIRED = "Container name is required in a multi-container job."  # assumed, and the rule
NONE_ESSENTIAL = "At least one container must be set as essential"
FIRELENS_NEEDS_ROOT = (
    "When a firelensConfiguration object is specified, at least one container has to run as root"
)
PLATFORM_VERSION_ON_EC2 = "platformVersion not applicable for EC2."  # assumed, like networkConfiguration
IPC_MODE_ON_FARGATE = "ipcMode is not applicable for Fargate."  # assumed; the rule: model

DEPENDENCY_OF_ONE = "Container dependency can not be used in a single-container job."
DEPENDENCY_CIRCLE = "Container dependencies can not be circular."  # assumed, and the rule

MANAGED_INSTANCES_FAMILY = (
    "runtimePlatform for MANAGED_INSTANCES only supports LINUX operating system family."
)


def dependency_name(name: str | None) -> str:
    """A dependency on a container that isn't there; without a name it reads `null`: assumed."""
    return f"containerName {name or 'null'} must reference a defined container."


def dependency_condition(condition: str | None) -> str:
    """Neither START nor COMPLETE nor SUCCESS; without any it reads `null`: assumed."""
    given = condition or "null"
    return f"TaskContainer dependency {given} is not valid. Valid values are: [START, COMPLETE, SUCCESS]"


def dependency_on_essential(condition: str | None) -> str:
    """COMPLETE or SUCCESS of an essential container, whose end would be the task's."""
    return (
        f"The container target of a dependency can not have condition {condition} if the target is essential"
    )


def ipc_mode(mode: str | None) -> str:
    """An ipcMode that there isn't."""
    return f"ipcMode {mode} is not valid. Valid values are: [host, task, none]"


def pid_mode(mode: str | None) -> str:
    """A pidMode that there isn't. That it is called a capability is AWS's own."""
    return f"Capability {mode} is not valid. Valid capabilities: [host, task]"


def network_mode(mode: str) -> str:
    """A networkMode that there isn't. Source: assumed, after `ipc_mode`; the rule: model."""
    return f"networkMode {mode} is not valid. Valid values are: [host]"


def network_mode_on(platform: str) -> str:
    """A networkMode where only managed instances have it. Source: assumed; the rule: model."""
    return f"networkMode is not applicable for {'Fargate' if platform == 'FARGATE' else platform}."


def not_on_managed_instances(member: str) -> str:
    """What only Fargate has. Source: assumed; the rule: model."""
    return f"{member} is not applicable for MANAGED_INSTANCES."


def timeout_minimum(member: str, seconds: int) -> str:
    """A startTimeout or stopTimeout of less. Source: assumed; the limit: model."""
    return f"{member} must be at least 2 seconds, got {seconds}."


def timeout_on_fargate(member: str, seconds: int) -> str:
    """The same on Fargate. Source: assumed; the limit: model."""
    return f"{member} for Fargate must be at most 120 seconds, got {seconds}."
