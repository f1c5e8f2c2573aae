"""From the wait for room to a place: whose turn it is, and who holds up whom.

Theory of operation
-------------------
Whatever may let a job start (it has come to wait, room was given back, an environment or a rule has changed)
names the queues that it concerns, and they are looked at together at the end of the instant. In one such pass
the queues come in the order of their turns, and each dispatches its jobs until one finds no place. That one
holds up all behind it, also those of other shares (assumed), and is found again when one of the queue's
environments has room. Queues that nothing has happened to are not looked at.

A job that lacks units of consumable resources holds up nobody: it goes to wait for these, and comes back.

Source: user guide, "Job queue priority", "Jobs stuck in a RUNNABLE status"; API reference,
JobQueueDetail.priority (reference §12.1).
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from fakebatch.batch import nodes
from fakebatch.batch.blocking import blocking_reason, is_reserved
from fakebatch.batch.capacity import TENANTS
from fakebatch.batch.container_outcomes import with_containers
from fakebatch.batch.lifecycle import block, unblock
from fakebatch.batch.view import JobView

if TYPE_CHECKING:
    from fakebatch.batch.capacity import Capacity, Host
    from fakebatch.batch.outcomes import Outcome
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import ComputeEnvironment, Job, JobQueue
    from fakebatch.batch.waiting_lines import QueueTurn, WaitingLine


class Dispatcher:
    """Takes jobs that wait to STARTING.

    Attributes:
        away: jobs that are RUNNABLE and stand in no line here, by id: they lack units of consumable
            resources, or a condition of the test's author has raised.
    """

    __slots__ = ("_is_due", "_service", "_touched", "away")

    def __init__(self, service: Service) -> None:
        self._service = service
        self.away: dict[str, Job] = {}
        # The lines to be looked at; False for those that have only been given room.
        self._touched: dict[WaitingLine, bool] = {}
        self._is_due = False

    def join(self, job: Job) -> None:
        """A job waits for room from now on."""
        line = job.spec.queue.line
        line.join(job)
        self._touched[line] = True
        if not self._is_due:
            self._come_back()

    def rejoin(self, job: Job) -> None:
        """A job that was away is back."""
        del self.away[job.id]
        self.join(job)

    def leave(self, job: Job) -> None:
        """A job that waits is being stopped; the one behind it may be the first now."""
        if self.away.pop(job.id, None) is None:
            job.spec.queue.line.drop(job)
            self.touch(job.spec.queue)

    def touch(self, queue: JobQueue) -> None:
        """Something has happened to a queue."""
        if queue.line.needs:
            self._touched[queue.line] = True
            self._come_back()

    def freed(self, capacity: Capacity) -> None:
        """An environment may have room again."""
        if capacity.waiting:
            for line in capacity.waiting:
                self._touched.setdefault(line, False)
            capacity.waiting.clear()
            self._come_back()

    def wake(self) -> None:
        """Something has changed that may concern all that wait."""
        self._service.locks.clear()
        for job in list(self.away.values()):
            self.rejoin(job)
        for environment in self._service.compute_environments.values():
            environment.capacity.full.clear()
        for queue in self._service.job_queues.values():
            self.touch(queue)

    def view(self, job: Job, container: str | None = None) -> JobView:
        """The job as the test's author sees it, or as one of its several containers does."""
        return JobView(lambda: self._service, job.id, container)

    def _come_back(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._service.sim.schedule(0, self._look, None)

    def _look(self, _: None) -> None:
        self._is_due = False
        touched, self._touched = self._touched, {}
        turns = [(line.turn(), line, is_new) for line, is_new in touched.items() if line.needs]
        heapify(turns)
        line: WaitingLine | None = None
        try:
            while turns:
                _turn, line, is_new = heappop(turns)
                if not is_new and _is_hopeless(line):
                    _wait(line)
                elif self._serve(line, turns[0][0] if turns else None):
                    heappush(turns, (line.turn(), line, is_new))
        except BaseException:
            # A rule's function has raised: all others are looked at all the same.
            self._touched.update(dict.fromkeys([each for _, each, _ in turns], True))
            if line is not None:
                self._touched[line] = True
            self._come_back()
            raise

    def _serve(self, line: WaitingLine, next_turn: QueueTurn | None) -> bool:
        """Dispatch jobs of a queue until one finds no place; True when it is another queue's turn first."""
        service = self._service
        for job in line.in_turn(service.sim.now_ns):
            if next_turn is not None and line.turn() > next_turn:
                return True
            spec = job.spec
            outcome = self._outcome_for(line, job)
            if outcome is None:
                continue
            if outcome.stuck is not None:
                self._hold_up(line, job, outcome.stuck)
                break
            if spec.share_identifier is not None and is_reserved(job, service.sim.now_ns):
                self._hold_up(line, job, None)
                break
            place = take_place(job)
            if place is None:
                self._prepare(line)
                self._hold_up(line, job, blocking_reason(job))
                break
            line.leave(job)
            if spec.consumable_resources is not None:
                service.locks.lock(job)
            executor = service.executor if job.nodes is None else service.node_executor
            executor.start(job, place[0], outcome, place[1])
        else:
            return False
        _wait(line)
        return False

    def _outcome_for(self, line: WaitingLine, job: Job) -> Outcome | None:
        """What happens to the first job of a line when it has a place; None when it needs none for now."""
        try:
            if job.nodes is None:
                outcome = self._service.rules.choose(job, self.view)
                if job.spec.task is not None:
                    outcome = with_containers(self._service, job, outcome, len(job.attempts) + 1)
            else:
                outcome = nodes.choose_outcome(self._service, job)
        except BaseException:
            if job.status == "RUNNABLE":
                self._send_away(line, job)
            raise
        if job.status != "RUNNABLE":
            return None  # A rule's function has stopped it.
        lacks = job.spec.consumable_resources is not None and outcome.stuck is None
        if lacks and not self._service.locks.has_units(job):
            self._send_away(line, job)
            return None
        return outcome

    def _prepare(self, line: WaitingLine) -> None:
        """Have room made ready for all that wait in a line, by the first environments that can."""
        environments = [each for _, each in line.queue.environments if each.usable]
        for needs, jobs in line.needs.items():
            left = jobs
            for environment in environments:
                if needs[3] == TENANTS and not nodes.can_host(environment):
                    continue
                left -= environment.capacity.prepare(line, needs, left)
                if left <= 0:
                    break

    def _hold_up(self, line: WaitingLine, job: Job, reason: str | None) -> None:
        """A job waits at the head of its queue; why is shown there and nowhere else (user guide)."""
        shown = line.shown
        if shown is not None and shown is not job and shown.status == "RUNNABLE":
            unblock(self._service, shown)
        line.shown = job
        if reason is None:
            unblock(self._service, job)
        else:
            block(self._service, job, reason)

    def _send_away(self, line: WaitingLine, job: Job) -> None:
        line.leave(job)
        unblock(self._service, job)
        self.away[job.id] = job


def take_place(job: Job) -> tuple[ComputeEnvironment, Host] | None:
    """Reserve room in the first environment of the job's queue, in its order, that has some."""
    for _, environment in job.spec.queue.environments:
        if environment.usable:
            take = environment.capacity.take
            host = take(job.spec.room) if job.nodes is None else nodes.take_places(environment, job)
            if host is not None:
                return environment, host
    return None


def _wait(line: WaitingLine) -> None:
    """The queue is looked at again when one of its environments has room."""
    for _, environment in line.queue.environments:
        environment.capacity.waiting[line] = None


def _is_hopeless(line: WaitingLine) -> bool:
    """None of its jobs could have room, whoever is the first; so much is known since room was last free."""
    for _, environment in line.queue.environments:
        capacity = environment.capacity
        if capacity.launches_ahead or not capacity.full.issuperset(line.needs):
            return False
    return True
