"""What the operations on consumable resources refuse."""

from __future__ import annotations

# Source: cdk-preflight (recorded probes), reference §12.5.
CR_NAME = "ConsumableResource name should match a valid pattern."
CR_TOTAL_NEGATIVE = "totalQuantity cannot be a negative number."

# assumed: nobody has captured these texts, some of them after others of Batch.
CR_TYPE = "resourceType should be one of [REPLENISHABLE, NON_REPLENISHABLE]."
CR_TOO_MANY = "Account cannot have more than 50000 consumable resources."
CR_OPERATION = "operation should be one of [SET, ADD, REMOVE]."
CR_QUANTITY_REQUIRED = "quantity is required."
CR_QUANTITY_NEGATIVE = "quantity cannot be a negative number."
CR_REQUIREMENT_NAME = "consumableResource is required in consumableResourceProperties"
CR_REQUIREMENT_QUANTITY = "quantity is required in consumableResourceProperties"
