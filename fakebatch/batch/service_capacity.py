"""Room for service jobs in their environment: figures only.

Source: model, CapacityLimit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.batch.outcomes import STUCK_REASONS
from fakebatch.batch.service_state import NUM_INSTANCES

if TYPE_CHECKING:
    from fakebatch.batch.service_state import ServiceEnvironment, ServiceJob

# Instances by type.
Amounts: TypeAlias = Mapping[str, int]

TOO_LARGE = STUCK_REASONS["MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"]


def fits(limits: Amounts, used: Amounts, needed: Amounts) -> bool:
    """Whether there is room for so many more instances of each type."""
    if NUM_INSTANCES in limits:
        return sum(used.values()) + sum(needed.values()) <= limits[NUM_INSTANCES]
    return all(used.get(kind, 0) + count <= limits.get(kind, 0) for kind, count in needed.items())


def has_room(environment: ServiceEnvironment, job: ServiceJob) -> bool:
    """A job could be scheduled now, as far as its environment goes."""
    return environment.usable and fits(environment.limits, environment.used, job.instances)


def blocked(environment: ServiceEnvironment, job: ServiceJob) -> str | None:
    """Why a job will never be scheduled; None for one that only has to wait."""
    return None if fits(environment.limits, {}, job.instances) else TOO_LARGE


def take(used: dict[str, int], instances: Amounts) -> None:
    """Add instances to those that are in use."""
    for kind, count in instances.items():
        used[kind] = used.get(kind, 0) + count


def give_back(used: dict[str, int], instances: Amounts) -> None:
    """Take instances off those that are in use."""
    for kind, count in instances.items():
        used[kind] -= count
