"""What the operations on service environments refuse."""

from __future__ import annotations

# Source: cdk-preflight (recorded probes), reference §12.6, §11.1.
SE_NAME = "Service environment name should match a valid pattern."
SE_LIMITS_REQUIRED = "Capacitylimits are required."
SE_LIMITS_MAX = "Number of capacity limits exceeds 5."
SE_MAX_CAPACITY = "Max capacity must be more than 0."
SE_UNITS_MIXED = "Capacity units must specify either number of instances OR instance type, but not both"
SE_NOT_VALID = "Service environments must be created and valid before attaching them to a job queue."

# assumed
SE_UNITS_DUPLICATE = "Duplicate capacity units are not allowed."
SE_DELETE_ENABLED = "Cannot delete, service environment must be in DISABLED state"
SE_DELETE_ATTACHED = "Cannot delete, found existing JobQueue relationship"
# assumed; the rules: user guide, "Create quota management resources"
SE_QUOTA_UNITS = "Quota Management feature requires capacity limits that specify instance types."
SE_QUOTA_ATTACHED = (
    "Service environment of a job queue with quota share scheduling policy cannot be attached to another job "
    "queue."
)


def unknown_capacity_unit(unit: str | None) -> str:
    """Source: cdk-preflight (recorded probe). The list of all types that AWS puts behind isn't known."""
    return f"{unit} is unknown capacity unit"
