"""What the operations on service jobs refuse."""

from __future__ import annotations

# assumed: nobody has captured these texts; limits are the model's and the user guide's (reference §12.6).
PAYLOAD_SIZE = "serviceRequestPayload must be at most 10 KiB."
PAYLOAD_JSON = "serviceRequestPayload must be a valid JSON object."
PAYLOAD_INSTANCES = "ResourceConfig in serviceRequestPayload is not valid."
REQUEST_TOO_LARGE = "SubmitServiceJob request must be at most 30 KiB."
EVALUATE_ON_EXIT_ACTION = "EvaluateOnExit must have an action."
EVALUATE_ON_EXIT_CONDITION = "EvaluateOnExit should contain onStatusReason"
QUOTA_SHARE_ON_OTHER_QUEUE = (
    "Job with quotaShareName or preemptionConfiguration can only be submitted to job queue with quota share "
    "scheduling policy."
)
QUOTA_SHARE_REQUIRED = (
    "Job must have a quotaShareName to be submitted to job queue with quota share scheduling policy."
)
PREEMPTION_RETRIES = "preemptionRetriesBeforeTermination must be at least 0."
LIST_QUEUE_REQUIRED = "jobQueue must be specified."


def not_a_service_queue(arn: str, queue_type: str) -> str:
    """Text assumed; the rule: model."""
    return f"JobQueue {arn} of type {queue_type} does not accept service jobs of type SAGEMAKER_TRAINING."


def quota_share_not_found(name: str, queue_arn: str) -> str:
    """Text assumed."""
    return f"QuotaShare {name} not found in JobQueue {queue_arn}."


def quota_share_disabled(arn: str) -> str:
    """Text assumed, after job queues; the rule: model."""
    return f"QuotaShare {arn} is not in ENABLED state."


def quota_share_not_valid(arn: str) -> str:
    """Text and rule assumed, after job queues."""
    return f"QuotaShare {arn} is not in VALID status."


def duplicate_request(client_token: str) -> str:
    """Text assumed; the rule: model."""
    return f"A service job with clientToken {client_token} has already been submitted."


def service_job_not_found(job_id: str) -> str:
    """Text assumed."""
    return f"ServiceJob {job_id} not found."
