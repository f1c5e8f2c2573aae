"""Units of consumable resources: locked by attempts, waited for by jobs.

An attempt locks all units that it needs at once when it becomes STARTING, and gives them back when it ends.
A job whose turn it is but that lacks some is RUNNABLE and waits in the line of the first resource that hasn't
enough. When that has units again, as many of its line as they are enough for go back to wait for room, in the
dispatcher's order; while some of these find no room and units are left, those behind them follow.

Source: user guide, "Specify the resources needed to run a job", "Check how many resources are in-use and
available". That units are given back between two attempts is assumed (reference §2), and so is that each
attempt uses up units of its own that aren't replenishable. That a job which lacks units holds up none that
doesn't lack any, not even one that needs fewer of the same units, is assumed.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.batch.consumable_resources import find_consumable_resource, name_of, requirements_of
from fakebatch.batch.queue_order import Turn, turn

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import ConsumableResource, Job

# Whose turn it is, by the queue's priority and in the queue, the number of the entry, units, the job.
Entry: TypeAlias = "tuple[tuple[int, Turn], int, int, Job]"


class Locks:
    """Who has locked what, and who waits for which resource."""

    __slots__ = ("_entered", "_held", "_lines", "_service", "_woken")

    def __init__(self, service: Service) -> None:
        self._service = service
        self._held: dict[str, list[tuple[ConsumableResource, int]]] = {}
        self._lines: dict[str, list[Entry]] = {}
        self._woken: set[str] = set()
        self._entered = 0

    def has_units(self, job: Job) -> bool:
        """All units that the next attempt of a job needs are there; if not, it stands in line for them.

        What doesn't exist, or no longer, is waited for until it does. Source: user guide, "Delete a
        consumable resource". That SubmitJob takes a resource which never existed, and the job waits for it,
        is assumed.
        """
        for name_or_arn, quantity in requirements_of(job.spec):
            resource = find_consumable_resource(self._service, name_or_arn)
            name = name_of(name_or_arn)
            # Units that have just become available are for those that stand in line for them.
            others_first = quantity > 0 and name in self._woken
            if resource is None or resource.available < quantity or others_first:
                self._line_up(name, quantity, job)
                return False
        return True

    def lock(self, job: Job) -> None:
        """Lock the units that the next attempt of a job needs; they are there."""
        held = []
        for name_or_arn, quantity in requirements_of(job.spec):
            resource = find_consumable_resource(self._service, name_or_arn)
            assert resource is not None
            if resource.type == "REPLENISHABLE":
                resource.in_use += quantity
                held.append((resource, quantity))
            else:
                # They leave the total too. Source: user guide; that none of them is ever in use is assumed.
                resource.quantity -= quantity
        if held:
            self._held[job.id] = held

    def release(self, job: Job) -> None:
        """Give back what an attempt has locked; units that aren't replenishable are gone.

        Units of a resource that was deleted meanwhile go with it, also when another has its name now.
        Source: user guide, "Delete a consumable resource".
        """
        for resource, quantity in self._held.pop(job.id, ()):
            resource.in_use -= quantity
            self.wake(resource)

    def wake(self, resource: ConsumableResource) -> None:
        """A resource may have units again: its line is served, now."""
        name = resource.name
        if name in self._lines and name not in self._woken:
            self._woken.add(name)
            self._service.sim.schedule(0, self._serve, name)

    def clear(self) -> None:
        """All jobs go back to wait for room; those that still lack units line up again."""
        self._lines.clear()

    def _line_up(self, name: str, quantity: int, job: Job) -> None:
        self._entered += 1
        entry = (-job.spec.queue.priority, turn(job)), self._entered, quantity, job
        heappush(self._lines.setdefault(name, []), entry)

    def _serve(self, name: str) -> None:
        """Let jobs go back to wait for room, and look behind them whether units are left."""
        self._woken.discard(name)
        line = self._lines.pop(name, [])
        dispatcher = self._service.dispatcher
        left = self._available(name)
        too_many: list[Entry] = []
        gone = False
        while line and left > 0:
            entry = heappop(line)
            _, _, quantity, job = entry
            if job.id not in dispatcher.away:
                continue  # It has been stopped meanwhile.
            if quantity > left:
                too_many.append(entry)
                continue
            left -= quantity
            gone = True
            dispatcher.rejoin(job)
        for entry in too_many:
            heappush(line, entry)
        if line:
            self._lines[name] = line
            if gone:
                self._service.sim.schedule(0, self._serve, name)

    def _available(self, name: str) -> int:
        resource = self._service.consumable_resources.get(name)
        return 0 if resource is None else resource.available
