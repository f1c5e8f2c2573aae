"""The end of jobs: who is told, and how long they can still be described."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from fakebatch.batch import arrays, dependencies, fair_share, nodes
from fakebatch.batch.lifecycle import move

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Job

# Finished jobs stay visible for at least seven days. Source: user guide, "Job states" (reference §13).
RETENTION_NS = 7 * 24 * 3600 * 1_000_000_000


class Completion:
    """Ends jobs, tells those that wait for them, and forgets them after their retention."""

    __slots__ = ("_finished", "_service", "_telling", "_to_tell")

    def __init__(self, service: Service) -> None:
        self._service = service
        self._to_tell: deque[Job] = deque()
        self._telling = False
        self._finished: deque[Job] = deque()

    def end(self, job: Job, status: str, reason: str | None) -> None:
        """Take a job to SUCCEEDED or FAILED, now.

        The jobs that hear of it may end in their turn; they are told one after the other, never one inside
        the other, so that a chain of thousands of dependants is no deeper than one.
        """
        service = self._service
        service.scheduler.forget(job)
        job.stopped_ns = service.sim.now_ns
        move(service, job, status, reason)
        if job.spec.share_identifier is not None and job.parent is None:
            fair_share.left(job, job.stopped_ns)
        self._to_tell.append(job)
        if self._telling:
            return
        self._telling = True
        try:
            while self._to_tell:
                self._tell(self._to_tell.popleft())
        finally:
            self._telling = False

    def _tell(self, job: Job) -> None:
        service = self._service
        if job.dependents:
            succeeded = job.status == "SUCCEEDED"
            for waiting_id in job.dependents:
                waiting = service.jobs.get(waiting_id)
                # One that has failed for another reason may have been forgotten before this one ended.
                if waiting is not None:
                    dependencies.notify(service, waiting, succeeded)
            job.dependents = None
        if job.parent is None:
            if job.nodes is not None:
                nodes.end_nodes(service, job)
            self._keep(job)
        elif job.parent.nodes is None:
            arrays.child_ended(service, job)
        else:
            nodes.node_ended(service, job)

    def _keep(self, job: Job) -> None:
        if not self._finished:
            self._service.sim.schedule(RETENTION_NS, self._expire, None, background=True)
        self._finished.append(job)

    def _expire(self, _: None) -> None:
        """Forget the jobs whose retention is over, and come back for the next."""
        sim = self._service.sim
        finished = self._finished
        while finished:
            assert finished[0].stopped_ns is not None
            left_ns = finished[0].stopped_ns + RETENTION_NS - sim.now_ns
            if left_ns > 0:
                sim.schedule(left_ns, self._expire, None, background=True)
                return
            self._forget(finished.popleft())

    def _forget(self, job: Job) -> None:
        jobs = self._service.jobs
        job.spec.queue.jobs.remove(job.status, job)
        del jobs[job.id]
        children = job.array.children if job.array else job.nodes.all if job.nodes else ()
        for child in children:
            # A job that was never RUNNABLE has had no nodes.
            if jobs.pop(child.id, None) is not None:
                self._service.forget_logs(child)
        self._service.forget_logs(job)
