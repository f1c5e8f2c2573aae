"""A place: one account in one region, and the ARNs of what lives there."""

from __future__ import annotations

from dataclasses import dataclass, field


def partition_of(region: str) -> str:
    """The ARN partition of a region."""
    if region.startswith("cn-"):
        return "aws-cn"
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws"


@dataclass(frozen=True, slots=True)
class Place:
    """One account in one region."""

    region: str
    account_id: str
    _partition: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # ARNs are written in every reply; the partition is looked up once.
        object.__setattr__(self, "_partition", partition_of(self.region))

    def arn(self, service: str, resource: str) -> str:
        """`arn:<partition>:<service>:<region>:<account>:<resource>`."""
        return f"arn:{self._partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """The ARN of something without a region, such as an IAM role."""
        return f"arn:{self._partition}:{service}::{self.account_id}:{resource}"
