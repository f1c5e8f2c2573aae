"""Which kind of room a compute environment has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch.capacity import Capacity, FargateCapacity, Unlimited
from fakebatch.batch.compute_resources import FARGATE
from fakebatch.batch.instance_pool import InstancePool

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Structure


def capacity_of(service: Service, resources: Structure | None) -> Capacity:
    """The room of an environment with these computeResources; None is an unmanaged one.

    Raises:
        UsageError: an instance type is unknown.
    """
    if resources is None:
        return Unlimited()
    return FargateCapacity(resources) if resources["type"] in FARGATE else InstancePool(service, resources)
