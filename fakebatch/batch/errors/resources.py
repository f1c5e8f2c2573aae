"""What compute environments, job queues and job definitions refuse alike."""

from __future__ import annotations

# Source: issue threads (reference §10.4, §10.5).
CANNOT_UPDATE_MODIFIED = "Cannot update, resource is being modified"
CANNOT_DELETE_MODIFIED = "Cannot delete, resource is being modified"

# Source: CloudFormation's report of CreateJobQueue (cloudformation-coverage-roadmap#2463); for compute
# environments assumed.
OBJECT_EXISTS = "Object already exists"

# assumed
DESCRIBE_MAX_RESULTS = "maxResults must be between 1 and 100"
DESCRIBE_NEXT_TOKEN = "Invalid nextToken"  # noqa: S105 - a text, no secret


def names_and_max_results(member: str) -> str:
    """Source: k1LoW/awspec#563 for computeEnvironments; for queues it says that they answer alike."""
    return f"{member[0].upper()}{member[1:]} and MaxResults cannot both be set"


def too_many_names(member: str) -> str:
    """Assumed, after DescribeJobs (reference §17)."""
    return f"Maximum number of {member} supported is  100"


def does_not_exist(arn: str) -> str:
    """Source: update of an unknown environment or queue (reference §10.4, §11.1); for tag calls assumed."""
    return f"{arn} does not exist"
