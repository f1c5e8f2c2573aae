"""The room of an environment with instances: launched when jobs need them, gone some time after these.

Theory of operation
-------------------
Without `timing.scaling_out` an instance is launched by the very attempt that needs it. With it, waiting jobs
have instances launched for as many of them as there are, and find them when they are up. Instances that do
nothing go after `timing.scaling_in`, but for those that make up minvCpus; desiredvCpus is what is there or on
its way, within its bounds.

Source: model, ComputeResource (reference §10.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fakebatch.batch import allocation
from fakebatch.batch.capacity import MAX_RESOURCE, REQUIREMENT, Capacity, Host, Room, insufficient, units
from fakebatch.batch.compute_resources import INSTANCES
from fakebatch.batch.idle_instances import IdleInstances
from fakebatch.batch.instance_types import expand
from fakebatch.batch.instances import Instance, Instances, slots

if TYPE_CHECKING:
    from fakebatch.batch.instance_types import InstanceType
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Structure
    from fakebatch.batch.waiting_lines import WaitingLine

# Whose jobs instances are launched for.
Order: TypeAlias = "tuple[WaitingLine, Room]"

Choice: TypeAlias = "tuple[InstanceType | None, InstanceType | None]"

# What ECS Managed Instances choose from when nothing is said: all types. That these are enough is assumed.
_ANY_TYPE = ("default_x86_64", "g4dn", "g5", "g6", "p4d", "p5")
_MOST_AHEAD = 1_000
_LEAST: Room = (0, units(1), 1, 1)


class Delivery(NamedTuple):
    """An instance that is on its way.

    Attributes:
        order: whom it was launched for, if for anybody.
        jobs: how many of these it has room for.
    """

    instance: Instance
    order: Order | None
    jobs: int


class InstancePool(Capacity):
    """The room of an environment with instances.

    Attributes:
        up: the instances that have come up, by number.
        vcpus: of all instances, those that are on their way included.
    """

    __slots__ = (
        "_choices",
        "_entries",
        "_idle",
        "_instances",
        "_may_exceed",
        "_ordered",
        "_resources",
        "_service",
        "_strategy",
        "_withheld",
        "up",
        "vcpus",
    )

    def __init__(self, service: Service, resources: Structure) -> None:
        super().__init__()
        self._service = service
        self.up: dict[int, Instance] = {}
        self.vcpus = 0
        self._instances = Instances()
        self._idle = IdleInstances(service, self)
        # For how many jobs of an order there is room on its way.
        self._ordered: dict[Order, int] = {}
        # Types that AWS has no more of; None for all.
        self._withheld: set[str | None] = set()
        self._choices: dict[Room, Choice] = {}
        self._read(resources)

    @property
    def max_vcpus(self) -> float | None:
        """As in computeResources."""
        limit: int = self._resources["maxvCpus"]
        return limit

    @property
    def launches_ahead(self) -> bool:
        """Instances take a while to come up."""
        return self._service.durations.scaling_out_ns > 0

    @property
    def types(self) -> list[str]:
        """The names of the types that it may launch."""
        return [each.name for entry in self._entries for each in entry]

    def describe(self, resources: Structure) -> Structure:
        """The resources with desiredvCpus as Batch has moved it; managed instances have none."""
        if resources["type"] not in INSTANCES:
            return resources
        desired = min(max(self.vcpus, resources["minvCpus"]), resources["maxvCpus"])
        return {**resources, "desiredvCpus": desired}

    def take(self, needs: Room) -> Host | None:
        """Reserve room on an instance."""
        if needs in self.full:
            return None
        instance = self._instances.tightest(needs)
        if instance is None:
            instance = None if self._service.durations.scaling_out_ns else self._new(needs)
            if instance is None:
                self.full.add(needs)
                return None
            self.up[instance.number] = instance
            self._instances.add(instance)
            # For others there was no type that could be launched, but they may have what is left over.
            self._improve()
        elif instance.idle_among is not None:
            del instance.idle_among[instance.number]
            instance.idle_among = None
        instance.has_run = True
        gpus, cpu, memory, tenants = instance.room
        left = gpus - needs[0], cpu - needs[1], memory - needs[2], tenants - needs[3]
        self._instances.move(instance, left)
        return instance

    def give_back(self, host: Host, needs: Room) -> None:
        """Free the room on an instance."""
        assert isinstance(host, Instance)
        if self.full:
            self.full.clear()
        gpus, cpu, memory, tenants = host.room
        room = gpus + needs[0], cpu + needs[1], memory + needs[2], tenants + needs[3]
        if not host.lost:
            self._instances.move(host, room)
            if room == host.whole:
                self._idle.add(host)
        else:
            host.room = room
            if room == host.whole:
                self._remove(host)

    def lose(self, host: Host) -> None:
        """Take an instance away; with attempts on it, it is gone with the last of these."""
        assert isinstance(host, Instance)
        if not host.lost:
            host.lost = True
            self._instances.remove(host)
            if host.idle_among is not None:
                del host.idle_among[host.number]
                host.idle_among = None
                self._remove(host)

    def shortage(self, needs: Room) -> str | None:
        """Too many vCPUs, no type that is large enough, or AWS has none of those that are."""
        if needs[1] > units(self._resources["maxvCpus"]):
            return MAX_RESOURCE
        best, available = self._choice(needs)
        if best is None:
            return REQUIREMENT
        if not self._may_launch(best, in_use=0):
            return MAX_RESOURCE
        is_short = available is None and self._may_launch(best, in_use=self.vcpus)
        return insufficient(best.name) if is_short else None

    def shortage_together(self, needs: Sequence[Room]) -> str | None:
        """The same of attempts that share no instance: there has to be one for each."""
        reason = super().shortage_together(needs)
        vcpus = 0
        for each in needs if reason is None else ():
            best, _ = self._choice(each)
            assert best is not None
            if not self._may_launch(best, in_use=vcpus):
                return MAX_RESOURCE
            vcpus += best.vcpus
        return reason

    def prepare(self, line: WaitingLine, needs: Room, jobs: int) -> int:
        """Have instances launched for waiting jobs, as many as it takes and may be."""
        if not self._service.durations.scaling_out_ns:
            return 0
        order = line, needs
        while self._ordered.get(order, 0) < jobs:
            instance = self._new(needs)
            if instance is None:
                break
            room = slots(instance.type, needs)
            self._ordered[order] = self._ordered.get(order, 0) + room
            self._deliver(Delivery(instance, order, room))
        return self._ordered.get(order, 0)

    def configure(self, resources: Structure) -> None:
        """The environment has these resources from now on; instances beyond them stay while they are used."""
        self._read(resources)
        self._launch_up_to(max(resources.get("minvCpus", 0), resources.get("desiredvCpus", 0)))
        self._idle.configure(resources)

    def replace(self) -> None:
        """The instances that are up take no attempts any more, and go when they have none left."""
        for instance in list(self.up.values()):
            self.lose(instance)

    def withhold(self, instance_type: str | None) -> None:
        """No instance of a type, or of any, is launched any more."""
        self._withheld.add(instance_type)
        self._choices.clear()

    def restore(self, instance_type: str | None) -> None:
        """Instances of a type, or of all, are launched again."""
        if instance_type is None:
            self._withheld.clear()
        self._withheld.discard(instance_type)
        self._choices.clear()
        self._launch_up_to(self._resources.get("minvCpus", 0))

    def arrive(self, delivery: Delivery) -> None:
        """An instance is up: it takes attempts from now on."""
        instance, order, jobs = delivery
        if order is not None:
            left = self._ordered.pop(order) - jobs
            if left:
                self._ordered[order] = left
        self.up[instance.number] = instance
        self._instances.add(instance)
        # Whom it came for looks first: without any delay it is gone at the end of the instant.
        self._improve()
        self._idle.add(instance)

    def _read(self, resources: Structure) -> None:
        self._entries = expand(_names_in(resources), self._service.instance_types)
        self._resources = resources
        self._strategy: str = resources.get("allocationStrategy", "BEST_FIT_PROGRESSIVE")
        self._may_exceed = allocation.may_exceed(self._strategy, resources["type"])
        self._choices.clear()
        self.full.clear()

    def _new(self, needs: Room) -> Instance | None:
        """Launch an instance with room for an attempt."""
        _, instance_type = self._choice(needs)
        if instance_type is None or not self._may_launch(instance_type, in_use=self.vcpus):
            return None
        self._service.instances_launched += 1
        self.vcpus += instance_type.vcpus
        return Instance(self._service.instances_launched, instance_type)

    def _deliver(self, delivery: Delivery) -> None:
        after_ns = self._service.durations.scaling_out_ns
        if after_ns:
            self._service.sim.schedule(after_ns, self.arrive, delivery)
        else:
            self.arrive(delivery)

    def _launch_up_to(self, vcpus: int) -> None:
        """Launch ahead of jobs. Of which type is assumed: the best for a job of one vCPU.

        No more are launched ahead than an account may well have at a time (assumed): others come for jobs.
        """
        for _ in range(len(self.up), _MOST_AHEAD):
            instance = self._new(_LEAST) if self.vcpus < vcpus else None
            if instance is None:
                break
            self._deliver(Delivery(instance, None, 0))

    def _remove(self, instance: Instance) -> None:
        """An instance is gone: there may be another."""
        del self.up[instance.number]
        self.vcpus -= instance.type.vcpus
        self._launch_up_to(self._resources.get("minvCpus", 0))
        self._improve()

    def _improve(self) -> None:
        """There is more room than there was."""
        self.full.clear()
        if self.waiting:
            self._service.dispatcher.freed(self)

    def _choice(self, needs: Room) -> Choice:
        """The best type for an attempt, and the one to launch: the best that AWS has."""
        choice = self._choices.get(needs)
        if choice is None:
            types = allocation.ranked(self._strategy, self._entries, needs)
            # An instance may exceed the maximum, a job may not (reference §11.2).
            may_be = None not in self._withheld and needs[1] <= units(self._resources["maxvCpus"])
            available = allocation.available(self._strategy, types, self._withheld) if may_be else None
            choice = self._choices[needs] = (types[0] if types else None, available)
        return choice

    def _may_launch(self, instance_type: InstanceType, in_use: int) -> bool:
        most: int = self._resources["maxvCpus"]
        return in_use < most if self._may_exceed else in_use + instance_type.vcpus <= most


def _names_in(resources: Structure) -> list[str]:
    """What an environment may launch."""
    if resources["type"] in INSTANCES:
        names: list[str] = resources["instanceTypes"]
        return names
    template = resources["managedInstancesProvider"]["instanceLaunchTemplate"]
    allowed: list[str] = template.get("instanceRequirements", {}).get("allowedInstanceTypes")
    return allowed or list(_ANY_TYPE)
