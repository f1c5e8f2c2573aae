"""What the operations on quota shares refuse, and what jobs that no share can run are told."""

from __future__ import annotations

# assumed: nobody has captured these texts; they are worded after those of service environments. The limits
# are the model's and those of CloudFormation's AWS::Batch::QuotaShare.
QS_NAME = "Quota share name should match a valid pattern."
QS_QUEUE_POLICY = "Quota shares can only be created in job queues with quota share scheduling policy."
QS_QUEUE_NOT_VALID = "Job queue must be created and valid before associating quota shares with it."
QS_LIMITS_REQUIRED = "Capacitylimits are required."
QS_LIMITS_MAX = "Number of capacity limits exceeds 5."
QS_MAX_CAPACITY = "Max capacity must be more than 0."
QS_UNITS = "Capacity units of a quota share must specify instance type"
QS_UNITS_DUPLICATE = "Duplicate capacity units are not allowed."
QS_BORROW_LIMIT = "Borrow limit must be -1 or more."
QS_BORROW_STRATEGY = "Borrow limit can only be specified with resource sharing strategy LEND_AND_BORROW."
QS_MAX = "A job queue can have a maximum of 20 quota shares."
QS_DELETE_ENABLED = "Cannot delete, quota share must be in DISABLED state"
