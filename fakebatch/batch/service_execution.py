"""Service jobs from SubmitServiceJob to their end: waiting for capacity, attempts, retries, retention.

Jobs of a queue start in the order of their submission, retried ones first, and one that doesn't fit blocks
those behind it (reference §12.1, which tells this of container jobs: assumed for service jobs). Queues that
share an environment get their turn by priority.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from fakebatch.batch.outcomes import STUCK_REASONS
from fakebatch.batch.service_lifecycle import block, enter, move, unblock
from fakebatch.batch.service_outcomes import blocking_reason, check, status_reason
from fakebatch.batch.service_retries import should_retry
from fakebatch.batch.service_state import NUM_INSTANCES, ServiceAttempt
from fakebatch.batch.service_view import ServiceJobView
from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakebatch.batch.outcomes import Outcome
    from fakebatch.batch.service import Service
    from fakebatch.batch.service_state import ServiceEnvironment, ServiceJob
    from fakebatch.batch.state import JobQueue

# Assumed for service jobs; of container jobs it is known.
TIMED_OUT = "Job attempt duration exceeded timeout"
QUEUE_DELETED = "JobQueue deleted"
TOO_LARGE = STUCK_REASONS["MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"]
# As long as jobs (reference §13): assumed for service jobs.
_RETENTION_NS = 7 * 24 * 3600 * NS_PER_SECOND


class ServiceScheduler:
    """Takes service jobs through their life. Every method that an event calls takes the job, its one subject.

    Attributes:
        waiting: RUNNABLE jobs in line for capacity, by id.
        stuck: RUNNABLE jobs that a rule keeps from being scheduled, by id.
    """

    __slots__ = ("_lines", "_service", "_woken", "stuck", "waiting")

    def __init__(self, service: Service) -> None:
        self._service = service
        self.waiting: dict[str, ServiceJob] = {}
        self.stuck: dict[str, ServiceJob] = {}
        # By queue: (not retried, sequence, id), the next one first. Jobs that have left stay until they are.
        self._lines: dict[str, list[tuple[bool, int, str]]] = {}
        self._woken = False

    def submit(self, job: ServiceJob) -> None:
        """Accept a job: it is SUBMITTED from now on."""
        service = self._service
        enter(service, job)
        job.event = service.sim.schedule(service.durations.submitted_ns, self._release, job)

    def terminate(self, job: ServiceJob, reason: str) -> None:
        """End a job that hasn't been scheduled; stop the training job of one that has.

        Source: API reference, TerminateServiceJob; the training job takes `timing.stopping` to end.
        """
        if not job.ended:
            job.is_terminated = True
            if job.attempt is None:
                self._end(job, "FAILED", reason)
            else:
                self._stop(job, reason)

    def queue_deleted(self, queue: JobQueue) -> None:
        """End every job of a queue that is being deleted."""
        for _, job in list(queue.service_jobs.all_newest_first()):
            if job.attempt is not None:
                job.attempt.status_reason = QUEUE_DELETED
                self._stopped(job)
            elif not job.ended:
                self._end(job, "FAILED", QUEUE_DELETED)
        self._lines.pop(queue.arn, None)

    def wake(self) -> None:
        """Something changed that may let waiting jobs be scheduled: they are looked at again, now."""
        if (self.waiting or self.stuck) and not self._woken:
            self._woken = True
            self._service.sim.schedule(0, self._look_again, None)

    def view(self, job: ServiceJob) -> ServiceJobView:
        """The job as the test's author sees it."""
        return ServiceJobView(lambda: self._service, job.id)

    # Waiting

    def _release(self, job: ServiceJob) -> None:
        service = self._service
        move(service, job, "RUNNABLE")
        job.event = service.sim.schedule(service.durations.runnable_ns, self._queue_up, job)

    def _queue_up(self, job: ServiceJob) -> None:
        job.event = None
        self._enter_line(job)
        self._fill(job.queue)

    def _enter_line(self, job: ServiceJob) -> None:
        self.waiting[job.id] = job
        line = self._lines.setdefault(job.queue.arn, [])
        heappush(line, (not job.attempts, job.sequence, job.id))

    def _look_again(self, _: None) -> None:
        self._woken = False
        before = list(self.stuck.values())
        for job in before:
            del self.stuck[job.id]
            self._enter_line(job)
        for queue in sorted(self._service.job_queues.values(), key=lambda queue: -queue.priority):
            self._fill(queue)
        for job in before:
            if job.id in self.waiting and self._lines[job.queue.arn][0][2] != job.id:
                # Its turn hasn't come: it shows what blocks it when it is the first in line.
                unblock(self._service, job)

    def _fill(self, queue: JobQueue) -> None:
        """Schedule the jobs of a queue until the next one doesn't fit."""
        line = self._lines.get(queue.arn, [])
        while line:
            job = self.waiting.get(line[0][2])
            if job is None:
                heappop(line)  # it was terminated while it waited
                continue
            environment = queue.service_environments[0][1]
            if not _has_room(environment, job):
                self._wait(job, _blocked(environment, job))
                return
            heappop(line)
            del self.waiting[job.id]
            self._schedule(job, environment)

    def _wait(self, job: ServiceJob, reason: str | None) -> None:
        """Have the first in line show why it will never be scheduled, if so it is."""
        if reason is None:
            unblock(self._service, job)
        else:
            block(self._service, job, reason)

    def _schedule(self, job: ServiceJob, environment: ServiceEnvironment) -> None:
        # Until the rules have spoken, so that it isn't lost when one of them is refused.
        self.stuck[job.id] = job
        outcome = self._service.rules.choose(job, self.view)
        check(job, outcome)
        if outcome.stuck is not None:
            block(self._service, job, blocking_reason(outcome.stuck))
        elif self.stuck.pop(job.id, None) is not None:
            self._start(job, environment, outcome)

    # Attempts

    def _start(self, job: ServiceJob, environment: ServiceEnvironment, outcome: Outcome) -> None:
        service = self._service
        job.attempt = ServiceAttempt(len(job.attempts) + 1, outcome, environment, service.sim.now_ns)
        for kind, count in job.instances.items():
            environment.used[kind] = environment.used.get(kind, 0) + count
        move(service, job, "SCHEDULED")
        job.event = service.sim.schedule(service.durations.scheduled_ns, self._prepare, job)

    def _prepare(self, job: ServiceJob) -> None:
        """The training job has its instances: STARTING."""
        service = self._service
        assert job.attempt is not None
        outcome = job.attempt.outcome
        move(service, job, "STARTING")
        if outcome.starts:
            job.event = service.sim.schedule(service.durations.starting_ns, self._begin, job)
        else:
            after_ns = service.durations.starting_ns if outcome.after_ns is None else outcome.after_ns
            job.event = service.sim.schedule(after_ns, self._end_by_outcome, job)

    def _begin(self, job: ServiceJob) -> None:
        """It trains: RUNNING, and the attempt's timeout starts (assumed, after jobs)."""
        service = self._service
        attempt = job.attempt
        assert attempt is not None
        attempt.started_ns = service.sim.now_ns
        move(service, job, "RUNNING")
        job.event = None
        # The end is entered before the deadline: an attempt that needs exactly its timeout makes it.
        if not attempt.outcome.hangs:
            after_ns = attempt.outcome.after_ns
            running_ns = service.durations.running_ns if after_ns is None else after_ns
            job.event = service.sim.schedule(running_ns, self._end_by_outcome, job)
        if job.timeout_s is not None:
            job.deadline = service.sim.schedule(job.timeout_s * NS_PER_SECOND, self._expire, job)

    def _expire(self, job: ServiceJob) -> None:
        """The attempt has used up its timeout."""
        self._stop(job, TIMED_OUT)

    def _stop(self, job: ServiceJob, reason: str) -> None:
        """Have SageMaker stop the training job; a second stop changes nothing (assumed)."""
        assert job.attempt is not None
        if job.attempt.status_reason is None:
            job.attempt.status_reason = reason
            self._cancel_events(job)
            service = self._service
            job.event = service.sim.schedule(service.durations.stopping_ns, self._stopped, job)

    def _stopped(self, job: ServiceJob) -> None:
        """A training job that was told to stop has stopped. That Batch doesn't retry it is assumed."""
        attempt = self._close(job)
        self._end(job, "FAILED", attempt.status_reason)

    def _end_by_outcome(self, job: ServiceJob) -> None:
        """SUCCEEDED, back to RUNNABLE, or FAILED."""
        attempt = self._close(job)
        reason = attempt.status_reason = status_reason(attempt.outcome)
        if attempt.outcome.exit_code == 0:
            self._end(job, "SUCCEEDED", reason)
        elif should_retry(job.retry_strategy, attempt.number, reason):
            self._release(job)
            self.wake()
        else:
            self._end(job, "FAILED", reason)

    def _close(self, job: ServiceJob) -> ServiceAttempt:
        """Close the attempt and give its capacity back."""
        attempt = job.attempt
        assert attempt is not None
        self._cancel_events(job)
        attempt.stopped_ns = self._service.sim.now_ns
        job.attempts.append(attempt)
        job.attempt = None
        for kind, count in job.instances.items():
            attempt.environment.used[kind] -= count
        return attempt

    # The end

    def _end(self, job: ServiceJob, status: str, reason: str | None) -> None:
        service = self._service
        self._cancel_events(job)
        self.waiting.pop(job.id, None)
        self.stuck.pop(job.id, None)
        move(service, job, status, reason)
        job.stopped_ns = service.sim.now_ns
        service.sim.schedule(_RETENTION_NS, self._forget, job, background=True)
        self.wake()

    def _forget(self, job: ServiceJob) -> None:
        """Its retention is over."""
        job.queue.service_jobs.remove(job.status, job)
        del self._service.service_jobs[job.id]
        self._service.service_requests.discard(job.digest)

    def _cancel_events(self, job: ServiceJob) -> None:
        sim = self._service.sim
        sim.cancel(job.event)
        sim.cancel(job.deadline)
        job.event = job.deadline = None


def _has_room(environment: ServiceEnvironment, job: ServiceJob) -> bool:
    return environment.usable and _fits(environment.limits, environment.used, job.instances)


def _blocked(environment: ServiceEnvironment, job: ServiceJob) -> str | None:
    """Why the first in line will never be scheduled; None for one that only has to wait."""
    return None if _fits(environment.limits, {}, job.instances) else TOO_LARGE


def _fits(limits: Mapping[str, int], used: Mapping[str, int], needed: Mapping[str, int]) -> bool:
    """Whether there is room for so many more instances of each type. Source: model, CapacityLimit."""
    if NUM_INSTANCES in limits:
        return sum(used.values()) + sum(needed.values()) <= limits[NUM_INSTANCES]
    return all(used.get(kind, 0) + count <= limits.get(kind, 0) for kind, count in needed.items())
