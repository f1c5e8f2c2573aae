"""From SubmitJob to a place: admission, the wait for dependencies, the wait for room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch import arrays, dependencies, fair_share, task_limits
from fakebatch.batch.lifecycle import block, enter, move, unblock
from fakebatch.batch.queue_order import in_order
from fakebatch.batch.view import JobView

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import ComputeEnvironment, Job, JobQueue


class Scheduler:
    """Takes jobs to STARTING; `Executor` takes them on from there.

    Attributes:
        waiting: jobs that were looked at and found no place, by id.
    """

    __slots__ = ("_service", "_woken", "waiting")

    def __init__(self, service: Service) -> None:
        self._service = service
        self.waiting: dict[str, Job] = {}
        self._woken = False

    def submit(self, job: Job) -> None:
        """Accept a job: it is SUBMITTED from now on."""
        service = self._service
        enter(service, job)
        if job.spec.share_identifier is not None:
            fair_share.joined(job, service.sim.now_ns)
        job.event = service.sim.schedule(service.durations.submitted_ns, self.admit, job)

    def admit(self, job: Job) -> None:
        """Look at a SUBMITTED job: PENDING if it waits for another one, else RUNNABLE.

        An array's parent is PENDING in any case, and its children come into being.
        """
        service = self._service
        job.event = None
        failed = dependencies.register(service, job)
        if job.waits or failed or job.array is not None:
            move(service, job, "PENDING")
        if job.array is not None:
            arrays.spawn(service, job, failed)
        elif failed:
            dependencies.fail(service, job)
        elif not job.waits:
            self.release(job)

    def ready(self, job: Job) -> None:
        """The last dependency of a PENDING job has succeeded.

        A CancelJob that was accepted while it waited takes effect now.
        """
        service = self._service
        if job.array is not None:
            arrays.open_gate(service, job)
        elif job.stop_reason is not None:
            service.completion.end(job, "FAILED", job.stop_reason)
        elif service.durations.pending_ns:
            job.event = service.sim.schedule(service.durations.pending_ns, self.release, job)
        else:
            self.release(job)

    def release(self, job: Job) -> None:
        """Make a job RUNNABLE; the scheduler finds a place for it a moment later."""
        service = self._service
        move(service, job, "RUNNABLE")
        job.event = service.sim.schedule(service.durations.runnable_ns, self.place, job)

    def place(self, job: Job) -> None:
        """Start a RUNNABLE job if there is room and no rule keeps it; otherwise it waits."""
        service = self._service
        job.event = None
        refused = task_limits.refusal(job)
        if refused is not None:
            service.completion.end(job, "FAILED", refused)
            return
        environment = _room_for(job)
        if environment is None:
            unblock(service, job)
            self.waiting[job.id] = job
            return
        outcome = service.rules.choose(job, self.view)
        if outcome.stuck is not None:
            block(service, job, outcome.stuck)
            self.waiting[job.id] = job
            return
        if job.spec.consumable_resources is not None and not service.locks.take(job):
            unblock(service, job)
            self.waiting[job.id] = job
            return
        service.executor.start(job, environment, outcome)

    def wake(self) -> None:
        """Something changed that may give waiting jobs a place: they are looked at again, now."""
        if self.waiting and not self._woken:
            self._woken = True
            self._service.sim.schedule(0, self._look_again, None)

    def forget(self, job: Job) -> None:
        """A job that is being stopped waits for nothing any more."""
        self.waiting.pop(job.id, None)
        self._service.sim.cancel(job.event)
        job.event = None

    def queue_deleted(self, queue: JobQueue) -> None:
        """End every job of a queue that is being deleted.

        Source: user guide and recorded runs (reference §11).
        """
        for _, job in list(queue.jobs.all_newest_first()):
            if job.array is not None:
                arrays.end_children(self._service, job, "JobQueue deleted")
            if not job.ended:
                self._service.executor.abort(job, "JobQueue deleted")

    def view(self, job: Job) -> JobView:
        """The job as the test's author sees it."""
        return JobView(lambda: self._service, job.id)

    def _look_again(self, _: None) -> None:
        self._woken = False
        self._service.locks.look_at_all()
        try:
            for job in in_order(self.waiting.values(), self._service.sim.now_ns):
                # A rule's function may have stopped it meanwhile.
                if self.waiting.pop(job.id, None) is not None:
                    self.place(job)
        except BaseException:
            # A rule's function has raised: those behind are looked at all the same.
            self.wake()
            raise


def _room_for(job: Job) -> ComputeEnvironment | None:
    """The first environment of the queue, in its order, that takes jobs; all are of the job's platform."""
    for _, environment in job.spec.queue.environments:
        if environment.usable:
            return environment
    return None
