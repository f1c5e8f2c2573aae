"""Units of consumable resources: locked by attempts, waited for by jobs.

An attempt locks all units that it needs at once when it becomes STARTING, and gives them back when it ends.
A job that lacks some is RUNNABLE and waits in the line of the first resource that hasn't enough; when that
has units again, its line is served in the scheduler's order until it has none left.

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

# Whose turn it is, by the queue's priority and in the queue, the number of the entry, the job.
Entry: TypeAlias = "tuple[tuple[int, Turn], int, Job]"


class Locks:
    """Who has locked what, and who waits for which resource. Jobs that wait are the scheduler's as well."""

    __slots__ = ("_entered", "_held", "_lines", "_service", "_woken")

    def __init__(self, service: Service) -> None:
        self._service = service
        self._held: dict[str, list[tuple[ConsumableResource, int]]] = {}
        self._lines: dict[str, list[Entry]] = {}
        self._woken: set[str] = set()
        self._entered = 0

    def take(self, job: Job) -> bool:
        """Lock all units that the next attempt of a job needs; False, and none, if one lacks.

        What doesn't exist, or no longer, is waited for until it does. Source: user guide, "Delete a
        consumable resource". That SubmitJob takes a resource which never existed, and the job waits for it,
        is assumed.
        """
        needed = []
        for name_or_arn, quantity in requirements_of(job.spec):
            resource = find_consumable_resource(self._service, name_or_arn)
            name = name_of(name_or_arn)
            # Units that have just become available are for those that stand in line for them.
            others_first = quantity > 0 and name in self._woken
            if resource is None or resource.available < quantity or others_first:
                self._line_up(name, job)
                return False
            needed.append((resource, quantity))
        self._lock(job, needed)
        return True

    def release(self, job: Job) -> None:
        """Give back what an attempt has locked; units that aren't replenishable are gone.

        Units of a resource that was deleted meanwhile go with it, also when another has its name now.
        Source: user guide, "Delete a consumable resource".
        """
        for resource, quantity in self._held.pop(job.id, ()):
            resource.in_use -= quantity
            self.wake(resource)

    def wake(self, resource: ConsumableResource) -> None:
        """A resource may have units again: the jobs in its line are looked at, now."""
        if resource.name in self._lines:
            self._wake_line(resource.name)

    def look_at_all(self) -> None:
        """The scheduler is about to look at every job that waits: those that lack units line up again."""
        self._lines.clear()

    def _lock(self, job: Job, needed: list[tuple[ConsumableResource, int]]) -> None:
        held = []
        for resource, quantity in needed:
            if resource.type == "REPLENISHABLE":
                resource.in_use += quantity
                held.append((resource, quantity))
            else:
                # They leave the total too. Source: user guide; that none of them is ever in use is assumed.
                resource.quantity -= quantity
        if held:
            self._held[job.id] = held

    def _line_up(self, name: str, job: Job) -> None:
        self._entered += 1
        heappush(
            self._lines.setdefault(name, []), ((-job.spec.queue.priority, turn(job)), self._entered, job)
        )

    def _wake_line(self, name: str) -> None:
        if name not in self._woken:
            self._woken.add(name)
            self._service.sim.schedule(0, self._serve, name)

    def _serve(self, name: str) -> None:
        self._woken.discard(name)
        line = self._lines.pop(name, [])
        scheduler = self._service.scheduler
        try:
            while line and self._has_units(name):
                job = heappop(line)[-1]
                # One that has been stopped meanwhile doesn't wait any more.
                if scheduler.waiting.pop(job.id, None) is not None:
                    scheduler.place(job)
        finally:
            self._put_back(name, line)

    def _put_back(self, name: str, line: list[Entry]) -> None:
        """What is left of a line that was served; those that still lack units have lined up again."""
        # Only when a condition of the test's author has raised: those behind get their turn all the same.
        unserved = bool(line) and self._has_units(name)
        for entry in self._lines.pop(name, ()):
            heappush(line, entry)
        if line:
            self._lines[name] = line
        if unserved:
            self._wake_line(name)

    def _has_units(self, name: str) -> bool:
        resource = self._service.consumable_resources.get(name)
        return resource is not None and resource.available > 0
