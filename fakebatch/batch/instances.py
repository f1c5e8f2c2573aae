"""The instances of one environment: launched when jobs need them, gone some time after the last of these.

Theory of operation
-------------------
An attempt goes to the instance where least is left over: to one without GPUs before one with, then to the one
with the fewest free vCPUs, then the least free memory, and among equal ones to that whose room has been what
it is for longest (assumed). Instances are kept by what is free on them, and so the search is as long as
there are different amounts, not as there are instances.

Without `timing.scaling_out` an instance is launched by the very attempt that needs it. With it, waiting jobs
have instances launched for as many of them as they are, and find them when they are up. Instances that do
nothing go after `timing.scaling_in`, but for those that make up minvCpus; desiredvCpus follows what is there
or on its way, within its bounds.

Source: model, ComputeResource and ComputeScalingPolicy (reference §10.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from fakebatch.batch import allocation
from fakebatch.batch.capacity import MAX_RESOURCE, REQUIREMENT, Capacity, Host, insufficient, units
from fakebatch.batch.compute_resources import INSTANCES
from fakebatch.batch.instance_types import expand
from fakebatch.batch.state import Needs
from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from fakebatch.batch.instance_types import InstanceType
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Structure
    from fakebatch.batch.waiting_lines import WaitingLine

# GPUs, CPU units and MiB: the lowest is the tightest.
Room: TypeAlias = tuple[int, int, int]
# Whose jobs an instance was launched for.
Order: TypeAlias = "tuple[WaitingLine, Needs]"

# What ECS Managed Instances choose from when nothing is said: all types. That these are enough is assumed.
_ANY_TYPE = ("default_x86_64", "g4dn", "g5", "g6", "p4d", "p5")
_LEAST = Needs(1, 4, 0)


class Instance(Host):
    """An EC2 instance.

    Attributes:
        number: in the order of launches of its place; its ids are derived from it.
        type: of the instance.
        room: what is free.
        order: whom it was launched for, and for how many jobs, until it is up.
        has_run: there have been attempts on it.
        idle_ns: since when there are none.
        lost: it takes no attempts any more.
    """

    __slots__ = ("has_run", "idle_ns", "lost", "number", "order", "room", "type")

    def __init__(self, number: int, instance_type: InstanceType, order: tuple[Order, int] | None) -> None:
        self.number = number
        self.type = instance_type
        self.room = _whole(instance_type)
        self.order = order
        self.has_run = False
        self.idle_ns = 0
        self.lost = False


class InstancePool(Capacity):
    """The room of an environment with instances.

    Attributes:
        instances: those that are up, by number.
        vcpus: of all instances, those that are being launched included.
    """

    __slots__ = (
        "_by_room",
        "_choices",
        "_entries",
        "_idle",
        "_ordered",
        "_resources",
        "_service",
        "_sweep_event",
        "_unused",
        "_withheld",
        "instances",
        "vcpus",
    )

    def __init__(self, service: Service, resources: Structure) -> None:
        super().__init__()
        self._service = service
        self.instances: dict[int, Instance] = {}
        self.vcpus = 0
        self._by_room: dict[Room, dict[int, Instance]] = {}
        # How many jobs of an order the instances that are on their way for it have room for.
        self._ordered: dict[Order, int] = {}
        # Those with nothing on them by when it ended, and those that have never had anything.
        self._idle: dict[int, Instance] = {}
        self._unused: dict[int, Instance] = {}
        self._sweep_event: Event | None = None
        # Types that AWS has no more of; None for all.
        self._withheld: set[str | None] = set()
        self._choices: dict[Needs, list[InstanceType]] = {}
        self._resources = resources
        self._entries = expand(type_names(resources), service.instance_types)

    @property
    def max_vcpus(self) -> float | None:
        """MaxvCpus."""
        limit: int = self._resources["maxvCpus"]
        return limit

    @property
    def launches_ahead(self) -> bool:
        """Instances take a while to come up."""
        return self._service.durations.scaling_out_ns > 0

    def take(self, needs: Needs) -> Host | None:
        """Reserve room on an instance."""
        if needs in self.full:
            return None
        instance = self._tightest(needs)
        if instance is None:
            if not self._service.durations.scaling_out_ns:
                instance = self._launch_for(needs)
            if instance is None:
                self.full.add(needs)
                return None
        gpus, cpu, memory = instance.room
        self._set_room(instance, (gpus - needs.gpus, cpu - units(needs.vcpus), memory - needs.memory_mib))
        if instance.has_run:
            self._idle.pop(instance.number, None)
        else:
            self._unused.pop(instance.number, None)
            instance.has_run = True
        return instance

    def give_back(self, host: Host, needs: Needs) -> None:
        """Free the room on an instance."""
        assert isinstance(host, Instance)
        if self.full:
            self.full.clear()
        gpus, cpu, memory = host.room
        room = gpus + needs.gpus, cpu + units(needs.vcpus), memory + needs.memory_mib
        is_idle = room == _whole(host.type)
        if host.lost:
            host.room = room
            if is_idle:
                self._remove(host)
                self._keep_minimum()
            return
        self._set_room(host, room)
        if is_idle:
            self._rest(host, self._idle)

    def lose(self, host: Host) -> None:
        """Take an instance away; with attempts on it, it is gone with the last of these."""
        assert isinstance(host, Instance)
        if not host.lost:
            host.lost = True
            self._leave_room(host)
            self._idle.pop(host.number, None)
            self._unused.pop(host.number, None)
            if host.room == _whole(host.type):
                self._remove(host)
                self._keep_minimum()

    def shortage(self, needs: Needs) -> str | None:
        """Too many vCPUs, no type that is large enough, or AWS has none of those that are."""
        if needs.vcpus > self._resources["maxvCpus"]:
            return MAX_RESOURCE
        types = self._ranked(needs)
        if not types:
            return REQUIREMENT
        if not self._fits(types[0], in_use=0):
            return MAX_RESOURCE
        is_short = self._available(needs) is None and self._fits(types[0], in_use=self.vcpus)
        return insufficient(types[0].name) if is_short else None

    def prepare(self, line: WaitingLine, needs: Needs, jobs: int) -> int:
        """Have instances launched for waiting jobs, as many as it takes and may be."""
        order = line, needs
        coming = self._ordered.get(order, 0)
        instance_type = self._available(needs)
        while coming < jobs and instance_type is not None and self._fits(instance_type, in_use=self.vcpus):
            slots = _slots(instance_type, needs)
            coming += slots
            self._ordered[order] = coming
            self._launch(instance_type, (order, slots))
        return coming

    def configure(self, resources: Structure) -> None:
        """The environment has these resources from now on; instances beyond them stay while they are used."""
        self._entries = expand(type_names(resources), self._service.instance_types)
        self._resources = resources
        self._forget_choices()
        self._launch_up_to(max(resources.get("minvCpus", 0), resources.get("desiredvCpus", 0)))
        self._show_desired()
        self._sweep(None)

    def replace(self) -> None:
        """The instances that are up take no attempts any more, and go when they have none left."""
        for instance in list(self.instances.values()):
            self.lose(instance)

    def withhold(self, instance_type: str | None) -> None:
        """No instance of a type, or of any, is launched any more."""
        self._withheld.add(instance_type)
        self._forget_choices()

    def restore(self, instance_type: str | None) -> None:
        """Instances of a type, or of all, are launched again."""
        if instance_type is None:
            self._withheld.clear()
        self._withheld.discard(instance_type)
        self._forget_choices()
        self._keep_minimum()

    @property
    def types(self) -> list[str]:
        """The names of the types that it may launch."""
        return [each.name for entry in self._entries for each in entry]

    # Instances that come

    def _launch_for(self, needs: Needs, *, alone: bool = False) -> Instance | None:
        """A new instance for an attempt, or for none yet."""
        instance_type = self._available(needs)
        if instance_type is None or not self._fits(instance_type, in_use=self.vcpus):
            return None
        return self._launch(instance_type, None, alone=alone)

    def _launch(
        self, instance_type: InstanceType, order: tuple[Order, int] | None, *, alone: bool = True
    ) -> Instance:
        service = self._service
        service.instances_launched += 1
        instance = Instance(service.instances_launched, instance_type, order)
        self.vcpus += instance_type.vcpus
        self._show_desired()
        after_ns = service.durations.scaling_out_ns
        if after_ns:
            service.sim.schedule(after_ns, self._come_up, instance)
        else:
            self._enter(instance, alone)
        return instance

    def _come_up(self, instance: Instance) -> None:
        """An instance takes attempts from now on."""
        if instance.order is not None:
            order, slots = instance.order
            left = self._ordered.pop(order) - slots
            if left:
                self._ordered[order] = left
            instance.order = None
        self._enter(instance, alone=True)
        self._service.dispatcher.freed(self)

    def _enter(self, instance: Instance, alone: bool) -> None:
        self.full.clear()
        self.instances[instance.number] = instance
        self._by_room.setdefault(instance.room, {})[instance.number] = instance
        if alone:
            self._rest(instance, self._unused)

    def _keep_minimum(self) -> None:
        self._launch_up_to(self._resources.get("minvCpus", 0))

    def _launch_up_to(self, vcpus: int) -> None:
        """Launch ahead of jobs. Of which type is assumed: the best for a job of one vCPU."""
        while self.vcpus < vcpus and self._launch_for(_LEAST, alone=True):
            pass

    # Instances that go

    def _rest(self, instance: Instance, where: dict[int, Instance]) -> None:
        """There is nothing on an instance."""
        instance.idle_ns = self._service.sim.now_ns
        where[instance.number] = instance
        if self._sweep_event is None:
            self._sweep_after(self._patience_ns(where))

    def _patience_ns(self, where: dict[int, Instance]) -> int | None:
        """For how long an instance may do nothing; None for ever.

        The delay of a scalingPolicy is for instances that have run something. Source: model.
        """
        provider = self._resources.get("managedInstancesProvider", {})
        seconds = provider.get("infrastructureOptimization", {}).get("scaleInAfter")
        if seconds is not None:
            return None if seconds < 0 else int(seconds) * NS_PER_SECOND
        after_ns = self._service.durations.scaling_in_ns
        if where is self._unused:
            return after_ns
        minutes: int = self._resources.get("scalingPolicy", {}).get("minScaleDownDelayMinutes", 0)
        return max(after_ns, minutes * 60 * NS_PER_SECOND)

    def _sweep_after(self, after_ns: int | None) -> None:
        if after_ns is not None:
            self._sweep_event = self._service.sim.schedule(after_ns, self._sweep, None, background=True)

    def _sweep(self, _: None) -> None:
        """Send away the instances that have done nothing for long enough; come back for the next."""
        sim = self._service.sim
        sim.cancel(self._sweep_event)
        self._sweep_event = None
        now_ns = sim.now_ns
        next_ns = []
        for where in (self._idle, self._unused):
            patience_ns = self._patience_ns(where)
            for instance in list(where.values()) if patience_ns is not None else ():
                left_ns = instance.idle_ns + (patience_ns or 0) - now_ns
                if left_ns > 0:
                    next_ns.append(left_ns)
                    break
                if self.vcpus - instance.type.vcpus >= self._resources.get("minvCpus", 0):
                    del where[instance.number]
                    self._leave_room(instance)
                    self._remove(instance)
        if next_ns:
            self._sweep_after(min(next_ns))

    def _remove(self, instance: Instance) -> None:
        """An instance is gone: there is room for another."""
        del self.instances[instance.number]
        self.vcpus -= instance.type.vcpus
        self._show_desired()
        self.full.clear()
        self._service.dispatcher.freed(self)

    # Bookkeeping

    def _tightest(self, needs: Needs) -> Instance | None:
        gpus, cpu, memory = needs.gpus, units(needs.vcpus), needs.memory_mib
        best: Room | None = None
        for room in self._by_room:
            if room[1] >= cpu and room[2] >= memory and room[0] >= gpus and (best is None or room < best):
                best = room
        return None if best is None else next(iter(self._by_room[best].values()))

    def _set_room(self, instance: Instance, room: Room) -> None:
        self._leave_room(instance)
        instance.room = room
        alike = self._by_room.get(room)
        if alike is None:
            alike = self._by_room[room] = {}
        alike[instance.number] = instance

    def _leave_room(self, instance: Instance) -> None:
        alike = self._by_room[instance.room]
        del alike[instance.number]
        if not alike:
            del self._by_room[instance.room]

    def _show_desired(self) -> None:
        resources = self._resources
        if resources["type"] in INSTANCES:
            least, most = resources["minvCpus"], resources["maxvCpus"]
            resources["desiredvCpus"] = min(max(self.vcpus, least), most)

    def _ranked(self, needs: Needs) -> list[InstanceType]:
        types = self._choices.get(needs)
        if types is None:
            types = self._choices[needs] = allocation.ranked(self._strategy, self._entries, needs)
        return types

    def _available(self, needs: Needs) -> InstanceType | None:
        if None in self._withheld:
            return None
        return allocation.available(self._strategy, self._ranked(needs), self._withheld)

    def _fits(self, instance_type: InstanceType, in_use: int) -> bool:
        """MaxvCpus lets one more of the type be launched."""
        most: int = self._resources["maxvCpus"]
        if allocation.may_exceed(self._strategy, self._resources["type"]):
            return in_use < most
        return in_use + instance_type.vcpus <= most

    @property
    def _strategy(self) -> str:
        strategy: str = self._resources.get("allocationStrategy", "BEST_FIT_PROGRESSIVE")
        return strategy

    def _forget_choices(self) -> None:
        self._choices.clear()
        self.full.clear()


def type_names(resources: Structure) -> list[str]:
    """The entries of what an environment may launch."""
    if resources["type"] in INSTANCES:
        names: list[str] = resources["instanceTypes"]
        return names
    template = resources["managedInstancesProvider"]["instanceLaunchTemplate"]
    allowed: list[str] = template.get("instanceRequirements", {}).get("allowedInstanceTypes")
    return allowed or list(_ANY_TYPE)


def _whole(instance_type: InstanceType) -> Room:
    return instance_type.gpus, units(instance_type.vcpus), instance_type.memory_mib


def _slots(instance_type: InstanceType, needs: Needs) -> int:
    """How many such attempts an empty instance has room for."""
    gpus, cpu, memory = _whole(instance_type)
    per_kind = [cpu // max(units(needs.vcpus), 1), memory // max(needs.memory_mib, 1)]
    if needs.gpus:
        per_kind.append(gpus // needs.gpus)
    return min(per_kind)
