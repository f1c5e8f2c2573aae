"""What the operations on job queues refuse."""

from __future__ import annotations

# Source: cdk-preflight (recorded probes), reference §11.1, §11.2.
JQ_NAME = "Job Queue name should match a valid pattern."
JQ_ORDER_REQUIRED = "computeEnvironmentOrder is required."
JQ_ORDER_MAX = "Only 3 environments are allowed in job queue request."
JQ_ORDER_DUPLICATES = "Duplicate ComputeEnvironments within order list."
JQ_ORDER_DUPLICATE_VALUES = "Duplicate ComputeEnvironment order values."
JQ_FARGATE_MIXED = "Fargate and EC2 compute environments can not be mixed."
JQ_ENVIRONMENT_NOT_VALID = (
    "Compute Environments must be created and valid before attaching them to a job queue"
)
JQ_POLICY_ARN = "Only scheduling policy Arn can be allowed."
JQ_QUOTA_POLICY = "Quota Management feature is only supported for SageMaker Training job queues."
JQ_SERVICE_ENVIRONMENT_REQUIRED = "Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder."
JQ_SERVICE_ENVIRONMENTS_MAX = "Job queue can only have 1 service environment."
JQ_ACTION_DUPLICATES = "Duplicate job state limit actions are not allowed."

# assumed
JQ_ACTION_SECONDS = "maxTimeSeconds should be between 600 and 86400."
JQ_DELETE_ENABLED = "Cannot delete, job queue must be in DISABLED state"
JQ_POLICY_ADDED = "Cannot add a scheduling policy to a job queue that was created without one."
JQ_POLICY_KIND = "Cannot replace the scheduling policy of a job queue with one of another type."
JQ_DELETE_SHARES = "Cannot delete, found existing QuotaShare relationship"
# The rule: model.
JQ_BOTH_ORDERS = "A job queue cannot have both computeEnvironmentOrder and serviceEnvironmentOrder."


def invalid_job_action(valid: str) -> str:
    """Source: cdk-preflight (reference §11.2)."""
    return f"Invalid job action. Valid job actions: [{valid}]"


def incompatible_service_environments(queue_type: str, operation: str = "CreateJobQueue") -> str:
    """Source: cdk-preflight (recorded probe); for updates assumed."""
    return (
        f"{operation} requires either setting computeEnvironmentOrder or setting serviceEnvironmentOrder "
        "along with a supported jobQueueType. "
        f"The jobQueueType provided is {queue_type}, "
        "which is incompatible with the provided serviceEnvironmentOrder."
    )


def wrong_environment_type(queue_type: str) -> str:
    """Source: cdk-preflight for EKS (reference §11.1); for the other types assumed."""
    return f"{queue_type} job queue type must have {queue_type} compute environment."


def mixed_environments(types: list[str]) -> str:
    """Assumed, after Fargate and EC2."""
    return f"{' and '.join(types)} compute environments can not be mixed."
