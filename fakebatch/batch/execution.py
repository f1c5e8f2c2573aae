"""Attempts: from STARTING to their end, and what becomes of the job then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch import bodies, environment_replacement, fair_share, pods
from fakebatch.batch.lifecycle import move
from fakebatch.batch.outcomes import EXITED, FAILED_TO_START, KILLED
from fakebatch.batch.retry import should_retry
from fakebatch.batch.runs import host_lost_reason
from fakebatch.batch.state import Attempt
from fakebatch.batch.task_execution import TaskExecutor
from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from fakebatch.batch.capacity import Host
    from fakebatch.batch.outcomes import Outcome
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import ComputeEnvironment, Job

TIMED_OUT = "Job attempt duration exceeded timeout"


class Executor:
    """Runs attempts. Every method that an event calls takes the job, its one subject."""

    __slots__ = ("_service", "_tasks")

    def __init__(self, service: Service) -> None:
        self._service = service
        self._tasks = TaskExecutor(service, self)

    def start(
        self,
        job: Job,
        environment: ComputeEnvironment,
        outcome: Outcome,
        host: Host,
        number: int | None = None,
    ) -> None:
        """Give a RUNNABLE job a place: its next attempt, or that of this number, is STARTING."""
        service = self._service
        attempt = Attempt(number or len(job.attempts) + 1, outcome, environment, service.sim.now_ns, host)
        if job.spec.task is not None:
            attempt.plan = self._tasks.plan(job, attempt)
        job.attempt = attempt
        move(service, job, "STARTING")
        if job.spec.share_identifier is not None:
            fair_share.took_place(job, service.sim.now_ns)
        if attempt.plan is not None:
            self._tasks.proceed(job)
            return
        if outcome.starts:
            job.event = service.sim.schedule(service.durations.starting_ns, self.begin, job)
            return
        after_ns = service.durations.starting_ns if outcome.after_ns is None else outcome.after_ns
        service.log(job, attempt.number, outcome.logs)
        job.event = service.sim.schedule(after_ns, self.end, job)

    def begin(self, job: Job) -> None:
        """The container is up: RUNNING, and the attempt's timeout starts."""
        service = self._service
        attempt = job.attempt
        assert attempt is not None
        self.run(job, attempt)
        outcome = attempt.outcome
        if outcome.logs:
            service.log(job, attempt.number, outcome.logs)
        after_ns = outcome.after_ns
        if outcome.body is not None:
            attempt.outcome, slept_ns = bodies.run(service, job, outcome)
            if job.attempt is not attempt or attempt.status_reason is not None:
                return  # The body has stopped its own job.
            after_ns = slept_ns if after_ns is None else after_ns
        # The end is entered before the deadline: an attempt that needs exactly its timeout makes it.
        if not outcome.hangs:
            running_ns = service.durations.running_ns if after_ns is None else after_ns
            job.event = service.sim.schedule(running_ns, self.end, job)
        else:
            job.event = None
        if job.spec.timeout_s is not None:
            job.deadline = service.sim.schedule(job.spec.timeout_s * NS_PER_SECOND, self.expire, job)

    def run(self, job: Job, attempt: Attempt) -> None:
        """All containers of a job are up."""
        attempt.started_ns = self._service.sim.now_ns
        move(self._service, job, "RUNNING")

    def finish(self, job: Job, exit_code: int, reason: str | None) -> None:
        """The container of a RUNNING job exits now, by itself; of several the first essential one."""
        assert job.attempt is not None
        if job.attempt.plan is not None:
            self._tasks.exit(job, exit_code, reason)
        self._conclude(job, exit_code, reason, EXITED)

    def interrupt(self, job: Job) -> None:
        """The host of a STARTING or RUNNING job is taken away now, for this job.

        It gets no other jobs, but those that are on it too go on: an author's rule speaks of the attempts
        that it is about, and of no others.

        An interrupted Fargate task has mostly been killed, an EC2 host takes the exit code with it.
        Source: reports of both (reference §1.4).
        """
        attempt = job.attempt
        assert attempt is not None
        attempt.environment.capacity.lose(attempt.host)
        exit_code = _killed(attempt) if attempt.environment.is_fargate else None
        if attempt.plan is not None:
            self._tasks.close(job, KILLED if attempt.environment.is_fargate else None)
        self._conclude(job, exit_code, None, host_lost_reason(job, attempt))

    def reclaim(self, host: Host) -> None:
        """Take a host away now, with everything that is on it."""
        for job in list(self._service.jobs.values()):
            if job.attempt is not None and job.attempt.host is host:
                self._service.executor_of(job).interrupt(job)

    def stop(self, job: Job, reason: str) -> None:
        """Tell the container of a STARTING or RUNNING job to stop; it is given time to.

        Whatever ends the attempt then, the job is FAILED for this reason; a second stop changes nothing.
        Source: user guide, "Automated job retries"; that the first reason stays is assumed.
        """
        service = self._service
        attempt = job.attempt
        assert attempt is not None
        if attempt.status_reason is None:
            attempt.status_reason = reason
            self._cancel_events(job)
            if attempt.plan is not None:
                self._tasks.stop(job)
            job.event = service.sim.schedule(service.durations.stopping_ns, self._stopped, job)

    def abort(self, job: Job, reason: str) -> None:
        """End a job now, whatever it is doing."""
        if job.attempt is None:
            self._service.completion.end(job, "FAILED", reason)
        else:
            job.attempt.status_reason = reason
            self._stopped(job)

    def end(self, job: Job) -> None:
        """The attempt has come to the end that its outcome says."""
        assert job.attempt is not None
        outcome = job.attempt.outcome
        if outcome.host_lost:
            self.interrupt(job)
            return
        status_reason = outcome.status_reason or (EXITED if outcome.starts else FAILED_TO_START)
        self._conclude(job, outcome.exit_code, outcome.reason, status_reason)

    def expire(self, job: Job) -> None:
        """The attempt has used up its timeout."""
        self.stop(job, TIMED_OUT)

    def _stopped(self, job: Job) -> None:
        """A container that was told to stop has been killed."""
        attempt = job.attempt
        assert attempt is not None
        assert attempt.status_reason is not None
        self._conclude(job, _killed(attempt), None, attempt.status_reason)

    def _conclude(
        self, job: Job, exit_code: int | None, reason: str | None, status_reason: str | None
    ) -> None:
        """Close the attempt; then SUCCEEDED, back to RUNNABLE, or FAILED."""
        service = self._service
        attempt = job.attempt
        assert attempt is not None
        self._cancel_events(job)
        if job.spec.share_identifier is not None:
            fair_share.gave_back(job, service.sim.now_ns)
        if attempt.plan is not None:
            self._tasks.close(job, KILLED)
            if attempt.environment.orchestration == "EKS":
                reason = pods.reason_of(exit_code, reason)
                status_reason = pods.status_reason_of(exit_code, status_reason)
        attempt.stopped_ns = service.sim.now_ns
        attempt.exit_code = exit_code
        attempt.reason = reason
        job.attempts.append(attempt)
        job.attempt = None
        capacity = attempt.environment.capacity
        if capacity.waiting:
            service.dispatcher.freed(capacity)
        # After that, so that those who wait look first: without any delay an idle instance goes at once.
        capacity.give_back(attempt.host, job.spec.room)
        if attempt.environment.replacement is not None:
            environment_replacement.left(attempt.environment, job, attempt)
        if job.spec.consumable_resources is not None:
            service.locks.release(job)
        if attempt.status_reason is not None:
            # It was being stopped: Batch never retries that.
            service.completion.end(job, "FAILED", attempt.status_reason)
            return
        attempt.status_reason = status_reason
        if exit_code == 0:
            service.completion.end(job, "SUCCEEDED", status_reason)
        elif should_retry(
            job.spec.retry_strategy,
            attempt.number,
            exit_code=exit_code,
            reason=reason,
            status_reason=status_reason,
        ):
            self._again(job)
        else:
            service.completion.end(job, "FAILED", status_reason)

    def _again(self, job: Job) -> None:
        """A failed attempt is to be followed by another."""
        self._service.scheduler.release(job)

    def _cancel_events(self, job: Job) -> None:
        sim = self._service.sim
        sim.cancel(job.event)
        sim.cancel(job.deadline)
        job.event = job.deadline = None


def _killed(attempt: Attempt) -> int | None:
    """The exit code of a container that is killed; one that never ran leaves none."""
    return None if attempt.started_ns is None else KILLED
