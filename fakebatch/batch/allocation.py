"""Which type of instance an environment launches for a job, by its allocation strategy.

Source: API reference, ComputeResource.allocationStrategy. AWS weighs prices, and on Spot how likely a type is
to be interrupted, which nobody can repeat in a test: here the smallest type that is large enough is the best
one, whatever the strategy, and one without GPUs is better than one with (assumed).
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from fakebatch.batch.capacity import Room
from fakebatch.batch.compute_resources import ORDERED
from fakebatch.batch.instance_types import InstanceType
from fakebatch.batch.instances import whole

Entries = Sequence[Sequence[InstanceType]]


def ranked(strategy: str, entries: Entries, needs: Room) -> list[InstanceType]:
    """The types that are large enough for an attempt, the best first.

    The ordered strategies go through the list as it is written, the others look at it as a whole. Which of
    two types of the same size is the better is decided by the list too (assumed).

    Args:
        strategy: an allocation strategy.
        entries: for each entry of instanceTypes what it stands for.
        needs: of the attempt.
    """
    groups = entries if strategy in ORDERED else [[each for entry in entries for each in entry]]
    return [
        each
        for group in groups
        for each in sorted(filter(lambda each: _is_enough(each, needs), group), key=_size)
    ]


def available(
    strategy: str, types: Sequence[InstanceType], withheld: Container[str | None]
) -> InstanceType | None:
    """The best type that AWS has; BEST_FIT waits for the best one. Source: model."""
    if strategy == "BEST_FIT":
        types = types[:1]
    return next((each for each in types if each.name not in withheld), None)


def may_exceed(strategy: str, kind: str) -> bool:
    """Whether the last instance may exceed maxvCpus. Source: model, ComputeResource.maxvCpus."""
    return strategy != "BEST_FIT" or kind == "SPOT"


def _is_enough(instance_type: InstanceType, needs: Room) -> bool:
    return all(there >= needed for there, needed in zip(whole(instance_type), needs, strict=True))


def _size(instance_type: InstanceType) -> Room:
    return whole(instance_type)
