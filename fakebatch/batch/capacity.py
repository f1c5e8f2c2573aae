"""The room of one compute environment: what it takes, what it gives back, what it can never provide.

Whoever asks for room asks the environment's `capacity`; of which kind it is depends on the environment. Here
are the two without instances: Fargate, a number of vCPUs, and an unmanaged environment, whose user registers
as much as he likes. Environments with instances are in `instance_pool.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.batch.outcomes import STUCK_REASONS

if TYPE_CHECKING:
    from fakebatch.batch.state import Needs, Structure
    from fakebatch.batch.waiting_lines import WaitingLine

# GPUs, CPU units, MiB and tenants: what an attempt needs, or what is free. The lowest is the tightest.
Room: TypeAlias = tuple[int, int, int, int]

# Attempts that an instance has room for if it comes to nothing else; one that has it alone takes them all.
TENANTS = 1 << 20

# Why an environment cannot provide for a job, whoever else goes. Source: user guide (reference §11.2).
MAX_RESOURCE = STUCK_REASONS["MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"]
REQUIREMENT = STUCK_REASONS["MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"]
_INSUFFICIENT = STUCK_REASONS["CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"]

# What ECS counts in: whole numbers, of which nothing is left over. Source: ECS, "CPU units".
UNITS_PER_VCPU = 1024


def units(vcpus: float) -> int:
    """CPU units of vCPUs; a fraction of a unit counts for nothing (assumed)."""
    return int(vcpus * UNITS_PER_VCPU)


def room_for(needs: Needs, *, alone: bool = False) -> Room:
    """The room that an attempt takes, on a host of its own if it has to be alone there."""
    return needs.gpus, units(needs.vcpus), needs.memory_mib, TENANTS if alone else 1


def insufficient(instance_type: str) -> str:
    """What blocks a job when AWS has none of a type left. That the brackets stay is assumed."""
    return _INSUFFICIENT.replace("[instanceTypeName]", f"[{instance_type}]")


class Host:
    """Where an attempt runs. This one is nothing that Batch has a name for: Fargate, or a user's machine."""

    __slots__ = ()


class Capacity:
    """The room of an environment.

    Attributes:
        waiting: lines whose first job waits for room here; a set in the order of entry.
        full: needs for which there is no room now; emptied by whatever makes room.
    """

    __slots__ = ("full", "waiting")

    def __init__(self) -> None:
        self.waiting: dict[WaitingLine, None] = {}
        self.full: set[Room] = set()

    @property
    def max_vcpus(self) -> float | None:
        """VCPUs that may be in use at a time; None for no limit."""
        return None

    @property
    def launches_ahead(self) -> bool:
        """Room has to be prepared, for it takes time."""
        return False

    def take(self, needs: Room) -> Host | None:
        """Reserve room for an attempt, and say where; None while there is none."""
        raise NotImplementedError

    def give_back(self, host: Host, needs: Room) -> None:
        """An attempt has ended: its room is free again."""

    def lose(self, host: Host) -> None:
        """AWS takes a host away: it gets no attempts any more, and is gone when it has none left."""

    def shortage(self, needs: Room) -> str | None:  # noqa: ARG002 - of those that have a limit
        """Why there cannot be room for such an attempt, or None when it has only to wait for others."""
        return None

    def shortage_together(self, needs: Sequence[Room]) -> str | None:
        """Why there cannot be room for such attempts all at once."""
        return next((reason for each in dict.fromkeys(needs) if (reason := self.shortage(each))), None)

    def prepare(self, line: WaitingLine, needs: Room, jobs: int) -> int:  # noqa: ARG002 - of those that have a limit
        """Get room ready for jobs that wait in a line; for how many of them some is on its way then."""
        return 0

    def describe(self, resources: Structure) -> Structure:
        """The computeResources with what Batch itself has changed."""
        return resources

    def configure(self, resources: Structure) -> None:
        """The environment has these computeResources from now on."""

    def replace(self) -> None:
        """What is there takes no attempts any more, and new hosts are launched instead."""

    def withhold(self, instance_type: str | None) -> None:
        """AWS has no more of a type, or of anything, until told otherwise."""

    def restore(self, instance_type: str | None) -> None:
        """AWS has it again."""


class Unlimited(Capacity):
    """An unmanaged environment: what its user has registered is unknown, so room there is (assumed)."""

    __slots__ = ("_host",)

    def __init__(self) -> None:
        super().__init__()
        self._host = Host()

    def take(self, needs: Room) -> Host | None:  # noqa: ARG002 - whatever it is
        """There is always room."""
        return self._host


class FargateCapacity(Capacity):
    """At most maxvCpus at a time, and nothing else. Source: reference §10.6."""

    __slots__ = ("_host", "_kind", "_limit", "_used", "_withheld")

    def __init__(self, resources: Structure) -> None:
        super().__init__()
        self._host = Host()
        self._used = 0
        self._withheld = False
        self.configure(resources)

    @property
    def max_vcpus(self) -> float | None:
        """MaxvCpus."""
        return self._limit / UNITS_PER_VCPU

    def take(self, needs: Room) -> Host | None:
        """Reserve vCPUs."""
        used = self._used + needs[1]
        if used > self._limit or self._withheld:
            self.full.add(needs)
            return None
        self._used = used
        return self._host

    def give_back(self, host: Host, needs: Room) -> None:  # noqa: ARG002 - there is only one
        """Free vCPUs."""
        self._used -= needs[1]
        self.full.clear()

    def shortage(self, needs: Room) -> str | None:
        """More vCPUs than there can be, or AWS has nothing left; that this names FARGATE is assumed."""
        if needs[1] > self._limit:
            return MAX_RESOURCE
        is_short = self._withheld and self._used + needs[1] <= self._limit
        return insufficient(self._kind) if is_short else None

    def configure(self, resources: Structure) -> None:
        """Take another maxvCpus; what runs goes on."""
        self._kind: str = resources["type"]
        self._limit = units(resources["maxvCpus"])

    def withhold(self, instance_type: str | None) -> None:  # noqa: ARG002 - there are none
        """Place nothing any more."""
        self._withheld = True

    def restore(self, instance_type: str | None) -> None:  # noqa: ARG002 - there are none
        """Place attempts again."""
        self._withheld = False
