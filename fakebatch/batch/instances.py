"""EC2 instances, found by what is free on them.

Instances are kept by the room that they have left, so a search is as long as there are different rooms, not
as there are instances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch.capacity import TENANTS, Host, Room, units

if TYPE_CHECKING:
    from fakebatch.batch.instance_types import InstanceType


class Instance(Host):
    """An EC2 instance.

    Attributes:
        number: in the order of launches of its place; its ids are derived from it.
        type: of the instance.
        whole: the room of it with nothing on it.
        room: what is free.
        has_run: there have been attempts on it.
        idle_ns: since when there are none.
        idle_among: those with which it waits for its end, when it has nothing to do.
        lost: it takes no attempts any more.
    """

    __slots__ = ("has_run", "idle_among", "idle_ns", "lost", "number", "room", "type", "whole")

    def __init__(self, number: int, instance_type: InstanceType) -> None:
        self.number = number
        self.type = instance_type
        self.room = self.whole = whole(instance_type)
        self.has_run = False
        self.idle_ns = 0
        self.idle_among: dict[int, Instance] | None = None
        self.lost = False


class Instances:
    """Instances that take attempts."""

    __slots__ = ("_by_room",)

    def __init__(self) -> None:
        self._by_room: dict[Room, dict[int, Instance]] = {}

    def tightest(self, needs: Room) -> Instance | None:
        """Where least is left over: no GPUs, the fewest vCPUs, the least memory, in this order (assumed).

        Among equals it is the instance that has had this room for longest (assumed).
        """
        gpus, cpu, memory, tenants = needs
        best: Room | None = None
        for room in self._by_room:
            is_enough = room[1] >= cpu and room[2] >= memory and room[0] >= gpus and room[3] >= tenants
            if is_enough and (best is None or room < best):
                best = room
        return None if best is None else next(iter(self._by_room[best].values()))

    def add(self, instance: Instance) -> None:
        """An instance takes attempts."""
        alike = self._by_room.get(instance.room)
        if alike is None:
            alike = self._by_room[instance.room] = {}
        alike[instance.number] = instance

    def remove(self, instance: Instance) -> None:
        """It takes none any more."""
        alike = self._by_room[instance.room]
        del alike[instance.number]
        if not alike:
            del self._by_room[instance.room]

    def move(self, instance: Instance, room: Room) -> None:
        """Its room is another from now on."""
        by_room, number = self._by_room, instance.number
        alike = by_room[instance.room]
        if len(alike) > 1:
            del alike[number]
        else:
            del by_room[instance.room]
        instance.room = room
        others = by_room.get(room)
        if others is None:
            by_room[room] = {number: instance}
        else:
            others[number] = instance


def whole(instance_type: InstanceType) -> Room:
    """The room of an instance with nothing on it."""
    return instance_type.gpus, units(instance_type.vcpus), instance_type.memory_mib, TENANTS


def slots(instance_type: InstanceType, needs: Room) -> int:
    """How many such attempts an instance with nothing on it has room for; one needs something."""
    return min(there // needed for there, needed in zip(whole(instance_type), needs, strict=True) if needed)
