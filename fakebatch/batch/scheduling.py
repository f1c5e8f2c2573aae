"""From SubmitJob to the wait for room: admission, the wait for dependencies, RUNNABLE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch import arrays, dependencies, fair_share, nodes, task_limits
from fakebatch.batch.lifecycle import enter, move

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Job, JobQueue
    from fakebatch.sim.agenda import Event


class Arrivals:
    """Jobs that have become RUNNABLE at the same instant, and share the event of their arrival.

    Attributes:
        left: how many of them have not been stopped.
    """

    __slots__ = ("event", "jobs", "left")

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.left = 0
        self.event: Event | None = None


class Scheduler:
    """Takes jobs to where they wait for room; `Dispatcher` takes them on from there."""

    __slots__ = ("_coming", "_service")

    def __init__(self, service: Service) -> None:
        self._service = service
        # Those that became RUNNABLE last.
        self._coming = Arrivals()

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
        """Make a job RUNNABLE; the scheduler comes to it a moment later."""
        service = self._service
        move(service, job, "RUNNABLE")
        if job.nodes is not None:
            nodes.spawn(service, job)
        sim, after_ns = service.sim, service.durations.runnable_ns
        coming = self._coming
        # An event that has happened counts as cancelled.
        if coming.event is None or coming.event.cancelled or coming.event.when_ns != sim.now_ns + after_ns:
            coming = self._coming = Arrivals()
            coming.event = sim.schedule(after_ns, self.arrive, coming)
        coming.jobs.append(job)
        coming.left += 1
        job.event = coming.event

    def arrive(self, arrivals: Arrivals) -> None:
        """The scheduler comes to RUNNABLE jobs: they wait for room from now on."""
        service = self._service
        for job in arrivals.jobs:
            if job.event is not arrivals.event:
                continue  # It has been stopped meanwhile.
            refused = task_limits.refusal(job)
            if refused is not None:
                service.completion.end(job, "FAILED", refused)
            else:
                job.event = None
                service.dispatcher.join(job)

    def forget(self, job: Job) -> None:
        """A job that is being stopped waits for nothing any more."""
        event, job.event = job.event, None
        if event is not None:
            coming = event.subject
            if isinstance(coming, Arrivals):
                coming.left -= 1
                if coming.left:
                    return  # The others still arrive.
            self._service.sim.cancel(event)
        elif job.status == "RUNNABLE" and not job.is_node:
            self._service.dispatcher.leave(job)

    def queue_deleted(self, queue: JobQueue) -> None:
        """End every job of a queue that is being deleted.

        Source: user guide and recorded runs (reference §11).
        """
        for _, job in list(queue.jobs.all_newest_first()):
            if job.array is not None:
                arrays.end_children(self._service, job, "JobQueue deleted")
            if not job.ended:
                self._service.executor_of(job).abort(job, "JobQueue deleted")
