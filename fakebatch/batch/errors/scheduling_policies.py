"""What the operations on scheduling policies refuse, and SubmitJob for the sake of fair share."""

from __future__ import annotations

# Source: cdk-preflight (recorded probes), reference §12.2.
POLICY_NAME = "Scheduling policy name should match a valid pattern."
POLICY_BOTH = "A scheduling policy can have either fairsharePolicy or quotaSharePolicy, but not both."
SHARE_NAME = "ShareIdentifier name should match a valid pattern."  # of a policy; in SubmitJob assumed
SHARE_TWICE = "Cannot have two or more identical shareIdentifiers."
SHARES_MAX = "ShareDistribution size cannot be greater than 500."
WEIGHT = "Weight factor should be between 0.0001 and 999.9999."
# Source: boto/boto3#3158.
SHARE_REQUIRED = "shareIdentifier must be specified."
# Source: cdk-preflight, reference §12.4.
IDLE_STRATEGY = "Idle resource assignment strategy must be one of [FIFO]."

# assumed; the limits: API reference
SHARE_DECAY = "Share decay seconds should be between 0 and 604800."
COMPUTE_RESERVATION = "Compute reservation should be between 0 and 99."
POLICY_KIND = "Cannot change the type of a scheduling policy."
# assumed, after compute environments; that it is refused: API reference
POLICY_IN_USE = "Cannot delete, found existing JobQueue relationship"

# assumed; the rules: API reference, SubmitJob
SHARES_ACTIVE = "A job queue can have a maximum of 500 active share identifiers."


def overlapping_shares(identifier: str, other: str) -> str:
    """Source: cdk-preflight (recorded probe)."""
    return f"Share identifier {identifier} matches another share identifier {other}."


def policy_not_found(arn: str) -> str:
    """Source: cdk-preflight (recorded probe) for CreateJobQueue; for updates and deletes assumed."""
    return f"SchedulingPolicy {arn} not found."
