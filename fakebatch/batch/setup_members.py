"""What the author's set-up may name, and the word for what it may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from fakebatch.errors import UsageError


@dataclass(frozen=True, slots=True)
class Members:
    """The members of a structure, and the values of those that have only a few."""

    names: frozenset[str]
    choices: Mapping[str, Sequence[str]]

    def check(self, call: str, overrides: Mapping[str, Any]) -> None:
        """Hold overrides against the members.

        Raises:
            UsageError: one is unknown, or has a value that it cannot have.
        """
        for member, value in overrides.items():
            if member not in self.names:
                raise UsageError(f"{call}: there is no member {member!r}. {self._near(member)}")
            if member in self.choices and value not in self.choices[member]:
                raise UsageError(f"{call}: {member}={value!r} is none of {', '.join(self.choices[member])}.")

    def _near(self, member: str) -> str:
        by_lower = {name.lower(): name for name in sorted(self.names)}
        # The wrong case is the commonest slip: maxvcpus for maxvCpus.
        if member.lower() in by_lower:
            return f"Did you mean {by_lower[member.lower()]}?"
        near = [by_lower[name] for name in get_close_matches(member.lower(), by_lower)]
        return f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(by_lower.values())}."


def _members(names: str, **choices: str) -> Members:
    return Members(frozenset(names.split()), {member: values.split() for member, values in choices.items()})


_STATE = "ENABLED DISABLED"
_STATUS = "CREATING UPDATING DELETING VALID INVALID"

# Of CreateComputeEnvironment, but for its name and state.
ENVIRONMENT_REQUEST = _members(
    "type unmanagedvCpus computeResources serviceRole tags eksConfiguration context ecsSettings"
)
# Of CreateComputeEnvironment and ComputeEnvironmentDetail.
ENVIRONMENT = _members(
    " ".join(ENVIRONMENT_REQUEST.names)
    + " state status statusReason updatePolicy uuid ecsClusterArn containerOrchestrationType",
    type="MANAGED UNMANAGED",
    state=_STATE,
    status=_STATUS,
    containerOrchestrationType="ECS EKS",
)
# Of ComputeResource.
COMPUTE_RESOURCES = _members(
    "type allocationStrategy minvCpus maxvCpus desiredvCpus instanceTypes imageId subnets securityGroupIds"
    " ec2KeyPair instanceRole tags placementGroup bidPercentage spotIamFleetRole launchTemplate"
    " ec2Configuration scalingPolicy managedInstancesProvider capacityTags",
    type="EC2 SPOT FARGATE FARGATE_SPOT ECS_MANAGED_INSTANCES",
)
# Of CreateServiceEnvironment and ServiceEnvironmentDetail.
SERVICE_ENVIRONMENT = _members(
    "serviceEnvironmentType state capacityLimits tags status",
    serviceEnvironmentType="SAGEMAKER_TRAINING",
    state=_STATE,
    status=_STATUS,
)
# Of CreateJobQueue and JobQueueDetail.
JOB_QUEUE = _members(
    "state schedulingPolicyArn priority computeEnvironmentOrder serviceEnvironmentOrder jobQueueType tags"
    " jobStateTimeLimitActions status statusReason",
    state=_STATE,
    status=_STATUS,
    jobQueueType="EKS ECS ECS_FARGATE SAGEMAKER_TRAINING ECS_MANAGED_INSTANCES",
)
# Of CreateSchedulingPolicy and SchedulingPolicyDetail.
SCHEDULING_POLICY = _members("fairsharePolicy quotaSharePolicy tags")
# Of CreateQuotaShare and QuotaShareDetail.
QUOTA_SHARE = _members(
    "jobQueue capacityLimits resourceSharingConfiguration preemptionConfiguration state tags status",
    state=_STATE,
    status=_STATUS,
)

# Of CreateConsumableResource and DescribeConsumableResource.
CONSUMABLE_RESOURCE = _members(
    "totalQuantity resourceType tags inUseQuantity", resourceType="REPLENISHABLE NON_REPLENISHABLE"
)
# Of RegisterJobDefinition and JobDefinition.
JOB_DEFINITION = _members(
    "type parameters schedulingPriority containerProperties nodeProperties retryStrategy propagateTags"
    " timeout tags platformCapabilities eksProperties ecsProperties consumableResourceProperties status",
    type="container multinode",
    status="ACTIVE INACTIVE",
)
