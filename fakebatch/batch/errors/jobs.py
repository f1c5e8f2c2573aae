"""What the operations on jobs refuse, and why ECS fails a task."""

from __future__ import annotations

# Source: public reports of refused submissions (reference §8, §17), with the frame:
# opensupplyhub/open-apparel-registry#2007, OpenNeuroOrg/openneuro#100, kislyuk/aegea#49.
JOB_NAME = "Job name should match valid pattern"
TOO_MANY_DEPENDENCIES = "Job cannot have more than 20 dependencies"
EMPTY_COMMAND_WORD = "Command field cannot have empty strings"
# Source: a public report, its misspelling included.
SHARE_ON_FIFO_QUEUE = (
    "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share "
    "scheduling policy."
)
# Source: pegasus-isi/pegasus#2086, the blanks included.
TOO_MANY_JOBS = "Maximum number of jobs supported is  100 ."

# assumed: nobody has captured these texts.
ARRAY_SIZE = "Array size must be between 2 and 10000."
N_TO_N_SIZE = "N_TO_N dependency must be on an array job of the same size."
DEPENDENCY_WITHOUT_ID = "A dependency must have a jobId."
REASON_TOO_LONG = "Reason can be up to 1024 characters long."
TOO_MANY_STOPPED = "Maximum number of jobs supported is 50"
LIST_ONE_OF = "Exactly one of jobQueue, arrayJobId or multiNodeJobId must be specified."
LIST_ONE_FILTER = "Only one filter can be used at a time."
LIST_MAX_RESULTS = "maxResults must be at least 1."
LIST_NEXT_TOKEN = "nextToken is not valid."  # noqa: S105


# Source: reports of real accounts (reference §1.4).
OVERRIDES_TOO_LONG = "Container Overrides length must be at most 8192"
TOO_MANY_TASK_TAGS = "Tags can have a maximum of 50 elements."  # assumed; the limit: API reference


def request_too_large(size: int) -> str:
    """Source: ASFHyP3/hyp3#3041, with the frame; that the size in bytes is rounded down is assumed."""
    return f"Job size must be less than 30 KiB, got {size // 1024} KiB"


def job_queue_not_found(name: str) -> str:
    """Source: a command line log (reference §8)."""
    return f"JobQueue {name} not found."


def job_queue_disabled(arn: str) -> str:
    """Text assumed."""
    return f"JobQueue {arn} is not in ENABLED state."


def job_queue_not_valid(arn: str) -> str:
    """Text assumed."""
    return f"JobQueue {arn} is not in VALID status."


def cannot_run_capability(capability: str) -> str:
    """Source: public reports (reference §8)."""
    return f"Job Queue is attached to Compute Environment that can not run Jobs with capability {capability}."


def no_parameter_for_reference(name: str) -> str:
    """Source: public reports (reference §8)."""
    return f"Unable to substitute value. No parameter found for reference {name}"


def unknown_container(name: str) -> str:
    """An override of a container that the definition doesn't have. Text assumed, after `dependsOn`'s."""
    return f"Container name {name} in ecsPropertiesOverride must reference a defined container."


def dependency_not_found(job_id: str) -> str:
    """The refusal itself is assumed: no source says what AWS does with an unknown dependency."""
    return f"Dependent job {job_id} not found."


def dependency_needs_array(kind: str) -> str:
    """Text assumed."""
    return f"Dependency type {kind} can only be used by array jobs."


def malformed_job_id(job_id: str) -> str:
    """Text assumed; the error's code: model, CancelJobsErrorDetail."""
    return f"Job identifier {job_id} is not valid."


def unknown_filter(name: str) -> str:
    """Text assumed."""
    return f"Filter name {name} is not valid."


def filter_value(name: str, value: object) -> str:
    """Text assumed."""
    return f"Value {value} is not valid for filter {name}."
