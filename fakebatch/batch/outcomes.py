"""The outcome of an attempt: what the world does to it once it has a place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakebatch.errors import UsageError

if TYPE_CHECKING:
    from fakebatch.batch.view import JobView

# A Python function that stands for the container; what it returns is the exit code, None is 0.
Body = Callable[["JobView"], "int | None"]

# The statusReason of an attempt that its containers have ended. Source: recorded jobs (reference §1.4).
EXITED = "Essential container in task exited"
FAILED_TO_START = "Task failed to start"
# What a container leaves that was told to stop and had to be killed. Source: reports of timeouts
# (reference §1.4); the same for TerminateJob, and for the other containers of a task that ends, is assumed.
KILLED = 137


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens to one attempt.

    Attributes:
        after_ns: ns in RUNNING, or in STARTING for an attempt that fails to start; None is the timing's.
        exit_code: of the container; None for an attempt that leaves none.
        reason: the container's.
        status_reason: the attempt's, where it isn't Batch's own text.
        hangs: runs until something stops it.
        host_lost: the host is taken away.
        starts: False for an attempt that fails in STARTING.
        stuck: the text that keeps the job RUNNABLE, or None.
        body: a Python function that is the container.
        logs: lines that it prints when it starts.
        containers: what each of several containers does, in the order of the definition.
    """

    after_ns: int | None = None
    exit_code: int | None = 0
    reason: str | None = None
    status_reason: str | None = None
    hangs: bool = False
    host_lost: bool = False
    starts: bool = True
    stuck: str | None = None
    body: Body | None = None
    logs: tuple[str, ...] = ()
    containers: tuple[Outcome, ...] = ()


SUCCESS = Outcome()


def checked_exit_code(asked: str, exit_code: object) -> int:
    """An exit code that a container can leave.

    Args:
        asked: what gave it, for the message.
        exit_code: what it gave.

    Raises:
        UsageError: it is none.
    """
    if isinstance(exit_code, int) and not isinstance(exit_code, bool) and 0 <= exit_code <= 255:
        return exit_code
    raise UsageError(f"{asked}: an exit code is a whole number from 0 to 255.")


# What Batch shows as statusReason of a job that cannot be placed.
# Source: user guide, "Jobs stuck in RUNNABLE" (reference §11.2); the one long dash is its own.
_STUCK_TEXTS = (
    (
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for "
        "instance type [instanceTypeName]"
    ),
    (
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet "
        "the CPU requirement of the job."
    ),
    (
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is "
        "higher than that can be met by the CE(s) attached to the job queue."
    ),
    (
        "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with the job "
        "queue cannot meet the capacity requirement of the job."
    ),
    "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - Job requirements exceed quota share capacity limits.",
    "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS \N{EN DASH} Batch service role has a permission issue.",
    (
        "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - Your compute environment associated with "
        "this job queue has an unsupported instance type configuration."
    ),
    "ACTION_REQUIRED - CE(s) associated with the job queue are invalid.",
    "UNDETERMINED - Batch job is blocked, root cause is undetermined.",
)
# The whole text, by the code that it begins with.
STUCK_REASONS = {text.partition(" ")[0]: text for text in _STUCK_TEXTS}
