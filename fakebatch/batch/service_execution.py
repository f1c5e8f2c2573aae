"""Service jobs from SubmitServiceJob to their end: waiting for capacity, attempts, retries, retention.

Jobs of a queue start in the order of their submission, retried ones first, or as its policy says
(`service_lines`). One that doesn't fit blocks those behind it (reference §12.1, which tells this of container
jobs: assumed for service jobs), with quota shares only those of its share (`quota_sharing`). Queues that have
the same environment get their turn by priority.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch import fair_share, quota_sharing
from fakebatch.batch import service_capacity as capacity
from fakebatch.batch.service_lifecycle import block, enter, move, remark, unblock
from fakebatch.batch.service_lines import Lines
from fakebatch.batch.service_outcomes import (
    NO_CAPACITY,
    blocking_reason,
    check,
    out_of_capacity,
    shortage,
    status_reason,
)
from fakebatch.batch.service_retries import should_retry
from fakebatch.batch.service_state import ServiceAttempt
from fakebatch.batch.service_view import ServiceJobView
from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from fakebatch.batch.outcomes import Outcome
    from fakebatch.batch.service import Service
    from fakebatch.batch.service_state import QuotaShare, ServiceEnvironment, ServiceJob
    from fakebatch.batch.state import JobQueue

# Assumed for service jobs; of container jobs it is known.
TIMED_OUT = "Job attempt duration exceeded timeout"
QUEUE_DELETED = "JobQueue deleted"
# Assumed, after queues; that all jobs are terminated: model, DeleteQuotaShare.
SHARE_DELETED = "QuotaShare deleted"
# Source: user guide, "Service job preemption events".
PREEMPTING = "PREEMPTION_IN_PROGRESS: "
# As long as jobs (reference §13): assumed for service jobs.
_RETENTION_NS = 7 * 24 * 3600 * NS_PER_SECOND


class ServiceScheduler:
    """Takes service jobs through their life. Every method that an event calls takes the job, its one subject.

    Attributes:
        lines: RUNNABLE jobs in line for capacity.
        stuck: RUNNABLE jobs that a rule keeps from being scheduled, by id.
    """

    __slots__ = ("_service", "_woken", "lines", "stuck")

    def __init__(self, service: Service) -> None:
        self._service = service
        self.lines = Lines()
        self.stuck: dict[str, ServiceJob] = {}
        self._woken = False

    def submit(self, job: ServiceJob) -> None:
        """Accept a job: it is SUBMITTED from now on."""
        service = self._service
        enter(service, job)
        if job.share_identifier is not None:
            fair_share.enter(job.queue, job.share_identifier, service.sim.now_ns)
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
                job.attempt.status_reason, job.attempt.preempted = QUEUE_DELETED, False
                self._stopped(job)
            elif not job.ended:
                self._end(job, "FAILED", QUEUE_DELETED)
        self.lines.forget(queue)

    def share_deleted(self, share: QuotaShare) -> None:
        """Stop every job of a quota share that is being deleted."""
        for _, job in list(share.queue.service_jobs.all_newest_first()):
            if job.quota_share is not share:
                continue
            if job.attempt is not None:
                self._stop(job, SHARE_DELETED)
            elif not job.ended:
                self._end(job, "FAILED", SHARE_DELETED)

    def change_priority(self, job: ServiceJob, priority: int) -> None:
        """Give a job another schedulingPriority: who is in front may change, and who is preempted."""
        service = self._service
        job.past_priorities.append((len(service.trace), len(service.remarks), job.scheduling_priority))
        job.scheduling_priority = priority
        if job.id in self.lines.waiting:
            self.lines.enter(job)
        self.wake()

    def wake(self) -> None:
        """Something changed that may let waiting jobs be scheduled: they are looked at again, now."""
        if (self.lines.waiting or self.stuck) and not self._woken:
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
        self.lines.enter(job)
        self._fill(job.queue)

    def _look_again(self, _: None) -> None:
        self._woken = False
        before = list(self.stuck.values())
        for job in before:
            del self.stuck[job.id]
            self.lines.enter(job)
        for queue in sorted(self._service.job_queues.values(), key=lambda queue: -queue.priority):
            self._fill(queue)
        for job in before:
            if job.id in self.lines.waiting and self.lines.first(job.queue, job.share_name) is not job:
                # Its turn hasn't come: it shows what blocks it when it is the first in line.
                self._wait(job, None)

    def _fill(self, queue: JobQueue) -> None:
        """Schedule the jobs of a queue until the next one doesn't fit."""
        if queue.has_quotas:
            self._fill_shares(queue)
            return
        while (job := self.lines.next(queue, self._service.sim.now_ns)) is not None:
            environment = queue.service_environments[0][1]
            if not capacity.has_room(environment, job):
                self._wait(job, capacity.blocked(environment, job))
                return
            self._schedule(job, environment)

    def _fill_shares(self, queue: JobQueue) -> None:
        """Schedule first jobs of shares until none fits, and preempt others for those that are left."""
        while (job := self._sharing(queue).next()) is not None:
            self._schedule(job, queue.service_environments[0][1])
        sharing = self._sharing(queue, soon=True)
        for job in sharing.firsts():
            victims = sharing.victims(job)
            if job.promised and victims is None:
                self.wake()  # others may have what was kept for it
            job.promised = victims is not None
            for victim, reason in victims or ():
                self._preempt(victim, reason)
            self._wait(job, quota_sharing.blocked(queue, job))

    def _sharing(self, queue: JobQueue, soon: bool = False) -> quota_sharing.Sharing:
        return quota_sharing.Sharing(queue, self.lines.firsts(queue), soon=soon)

    def _wait(self, job: ServiceJob, reason: str | None) -> None:
        """Have a job in line show why it will never be scheduled, if so it is.

        That one for which SageMaker had no instances shows this until it is scheduled again is assumed.
        """
        reason = reason or shortage(job)
        if reason is None:
            unblock(self._service, job)
        else:
            block(self._service, job, reason)

    def _schedule(self, job: ServiceJob, environment: ServiceEnvironment) -> None:
        # Until the rules have spoken, so that it isn't lost when one of them is refused.
        self.lines.leave(job)
        self.stuck[job.id] = job
        # A want of capacity is no try, but the verb that said it is used up: else it would never end.
        number = len(job.attempts) - len(job.preemptions) + 1
        outcome = self._service.rules.choose(job, self.view, number)
        check(job, outcome)
        reason = blocking_reason(job, outcome)
        if reason is not None:
            block(self._service, job, reason)
        elif self.stuck.pop(job.id, None) is not None:
            self._start(job, environment, outcome)

    # Attempts

    def _start(self, job: ServiceJob, environment: ServiceEnvironment, outcome: Outcome) -> None:
        service = self._service
        job.attempt = ServiceAttempt(len(job.attempts) + 1, outcome, environment, service.sim.now_ns)
        job.promised = False
        self._take_capacity(job, environment)
        move(service, job, "SCHEDULED")
        scheduled_ns = service.durations.scheduled_ns
        if out_of_capacity(outcome):
            after_ns = scheduled_ns if outcome.after_ns is None else outcome.after_ns
            job.event = service.sim.schedule(after_ns, self._fall_short, job)
        else:
            job.event = service.sim.schedule(scheduled_ns, self._prepare, job)

    def _fall_short(self, job: ServiceJob) -> None:
        """SageMaker has no instances for the training job: it is RUNNABLE again, whatever its strategy says.

        Source: user guide, "Service job retry strategies", "Jobs stuck in RUNNABLE due to capacity"; model,
        LatestServiceJobAttempt. That the strategy isn't asked even for an EXIT is assumed, and that Batch
        tells of a blocked queue, whoever is in front of it.
        """
        attempt = self._close(job)
        attempt.status_reason, attempt.short = status_reason(attempt.outcome), True
        self._release(job)
        block(self._service, job, NO_CAPACITY)
        self.wake()

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
        """Have SageMaker stop the training job; a second stop changes nothing (assumed).

        One that is being preempted just doesn't come back afterwards (assumed).
        """
        attempt = job.attempt
        assert attempt is not None
        if attempt.preempted:
            attempt.preempted = False
            attempt.status_reason, job.status_reason = reason, None
        elif attempt.status_reason is None:
            attempt.status_reason = reason
            self._cancel_events(job)
            service = self._service
            job.event = service.sim.schedule(service.durations.stopping_ns, self._stopped, job)

    def _preempt(self, job: ServiceJob, reason: str) -> None:
        """Stop a job to make room for another one."""
        self._stop(job, reason)
        assert job.attempt is not None
        job.attempt.preempted = True
        remark(self._service, job, PREEMPTING + reason)

    def _stopped(self, job: ServiceJob) -> None:
        """A training job that was told to stop has stopped. That Batch doesn't retry it is assumed.

        It does one that was preempted, as often as preemptionRetriesBeforeTermination says (model). That the
        reason of the job is then that of its attempt is assumed.
        """
        attempt = self._close(job)
        most = (job.preemption_configuration or {}).get("preemptionRetriesBeforeTermination")
        if attempt.preempted and (most is None or len(job.preemptions) <= most):
            self._release(job)
            self.wake()
        else:
            self._end(job, "FAILED", attempt.status_reason)

    def _end_by_outcome(self, job: ServiceJob) -> None:
        """SUCCEEDED, back to RUNNABLE, or FAILED."""
        attempt = self._close(job)
        reason = attempt.status_reason = status_reason(attempt.outcome)
        if attempt.outcome.exit_code == 0:
            self._end(job, "SUCCEEDED", reason)
        elif should_retry(job.retry_strategy, len(job.tries), reason):
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
        self._give_capacity_back(job, attempt.environment)
        return attempt

    def _take_capacity(self, job: ServiceJob, environment: ServiceEnvironment) -> None:
        capacity.take(environment.used, job.instances)
        if job.quota_share is not None:
            capacity.take(job.quota_share.used, job.instances)
        elif job.share_identifier is not None:
            now_ns = self._service.sim.now_ns
            fair_share.take(job.queue, job.share_identifier, sum(job.instances.values()), now_ns)

    def _give_capacity_back(self, job: ServiceJob, environment: ServiceEnvironment) -> None:
        capacity.give_back(environment.used, job.instances)
        if job.quota_share is not None:
            capacity.give_back(job.quota_share.used, job.instances)
        elif job.share_identifier is not None:
            now_ns = self._service.sim.now_ns
            fair_share.give_back(job.queue, job.share_identifier, sum(job.instances.values()), now_ns)

    # The end

    def _end(self, job: ServiceJob, status: str, reason: str | None) -> None:
        service = self._service
        self._cancel_events(job)
        self.lines.leave(job)
        self.stuck.pop(job.id, None)
        job.stopped_ns = service.sim.now_ns
        move(service, job, status, reason)
        if job.share_identifier is not None:
            fair_share.leave(job.queue, job.share_identifier, job.stopped_ns)
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
