"""What Batch tells EventBridge, worked out afterwards from what is recorded.

Nobody writes an event down while a job moves. The trace has each transition, with its instant and reason, and
a job's record has its attempts in order, so the job as it was at any transition can be put together again:
`job_at` does that, and `descriptions.detail` shows it as it shows any job. Of service jobs it is
`service_events` that knows how they look.

Source: user guide, "AWS Batch events" and "Job queue blocked events" (reference §16).
"""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fakebatch.aws.eventbridge import envelope
from fakebatch.batch import service_events
from fakebatch.batch.descriptions import detail
from fakebatch.batch.lifecycle import STATUSES
from fakebatch.batch.service_lifecycle import UNDER_WAY
from fakebatch.batch.service_state import ServiceJob
from fakebatch.batch.state import Array, Attempt, Job
from fakebatch.batch.task_moments import stopping_at

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import JobQueue, Structure
    from fakebatch.sim.trace import Remark, Transition

SOURCE = "aws.batch"
STATE_CHANGE = "Batch Job State Change"
QUEUE_BLOCKED = "Batch Job Queue Blocked"
DETAIL_TYPES = (STATE_CHANGE, QUEUE_BLOCKED, *service_events.DETAIL_TYPES)

AnyJob: TypeAlias = Job | ServiceJob

# A record is copied by its fields in their order: 1 µs instead of the 5 of `copy`.
_job_fields = attrgetter(*(field.name for field in fields(Job)))
_attempt_fields = attrgetter(*(field.name for field in fields(Attempt)))


class Moment(NamedTuple):
    """When an event happened, and what it takes to show its job as it was.

    Attributes:
        detail_type: of the event.
        position: how many transitions had been recorded, its own included.
        at_ns: the instant.
        job: the record as it is now.
        status: that it had.
        reason: its statusReason, or None.
        ended: how many of its attempts had ended.
        remark: which of the remarks it is about, 1 for the first; 0 for a transition.
    """

    detail_type: str
    position: int
    at_ns: int
    job: AnyJob
    status: str
    reason: str | None
    ended: int
    remark: int = 0

    @property
    def queue(self) -> JobQueue:
        """Where the job was submitted to."""
        return self.job.queue if isinstance(self.job, ServiceJob) else self.job.spec.queue


class Moments:
    """The moments of which Batch tells, found in the trace as it grows.

    Attributes:
        found: in the order in which they happened.
    """

    __slots__ = ("_ended", "_read", "_remarked", "_remarks", "_status", "_trace", "found")

    def __init__(self, trace: list[Transition], remarks: list[Remark]) -> None:
        self.found: list[Moment] = []
        self._trace = trace
        self._remarks = remarks
        self._read = 0
        self._remarked = 0
        # By the identity of the record, which the trace keeps alive; only while the job lives.
        self._ended: dict[int, int] = {}
        # The same of service jobs: which state they are in.
        self._status: dict[int, str] = {}

    def catch_up(self) -> None:
        """Read what has been recorded since the last time."""
        for remark in self._remarks[self._remarked :]:
            self._read_to(remark.position)
            self._remarked += 1
            self._remark(remark)
        self._read_to(len(self._trace))

    def _read_to(self, end: int) -> None:
        for position in range(self._read, end):
            record = self._trace[position]
            if type(record.subject) is Job:
                self._moved(position + 1, record)
            elif type(record.subject) is ServiceJob:
                self._service_job_moved(position + 1, record)
        self._read = end

    def _moved(self, position: int, record: Transition) -> None:
        at_ns, job, before, after, reason = record
        # Batch doesn't tell of a submission. That it tells of children as they enter PENDING is assumed.
        if after == "SUBMITTED":
            return
        ended = self._ended.get(id(job), 0)
        if before in ("STARTING", "RUNNING") and after != "RUNNING":
            ended = self._ended[id(job)] = ended + 1
        # A node can be tried again after its end, with its job.
        if after in ("SUCCEEDED", "FAILED") and not job.is_node:
            self._ended.pop(id(job), None)
        self.found.append(Moment(STATE_CHANGE, position, at_ns, job, after, reason, ended))

    def _service_job_moved(self, position: int, record: Transition) -> None:
        at_ns, job, before, after, reason = record
        if after == "SUBMITTED":
            return
        ended = self._ended.get(id(job), 0)
        over = before in UNDER_WAY and after not in UNDER_WAY
        if over:
            ended = self._ended[id(job)] = ended + 1
        self._status[id(job)] = after
        if after in ("SUCCEEDED", "FAILED"):
            self._ended.pop(id(job), None)
            del self._status[id(job)]
        self.found.append(Moment(service_events.STATE_CHANGE, position, at_ns, job, after, reason, ended))
        if over and job.attempts[ended - 1].preempted:
            self.found.append(self.found[-1]._replace(detail_type=service_events.PREEMPTION_COMPLETED))

    def _remark(self, remark: Remark) -> None:
        position, at_ns, job, reason = remark
        ended = self._ended.get(id(job), 0)
        detail_type, status = QUEUE_BLOCKED, "RUNNABLE"
        if type(job) is ServiceJob:
            detail_type, status = service_events.remark_type(reason), self._status[id(job)]
        self.found.append(Moment(detail_type, position, at_ns, job, status, reason, ended, self._remarked))


def event(service: Service, moment: Moment, event_id: str) -> Structure:
    """The event of a moment. It shares structure with the state.

    The detail has all that DescribeJobs shows, also what came after the user guide's sample, such as
    `eksAttempts`: assumed.
    """
    if isinstance(moment.job, ServiceJob):
        described, arn = service_events.describe(service, moment), service.arn(f"service-job/{moment.job.id}")
        return envelope(service.place, event_id, moment.detail_type, SOURCE, moment.at_ns, [arn], described)
    job = job_at(service, moment, moment.job)
    described = detail(service, job)
    resources: list[str] = [described["jobArn"]]
    if moment.detail_type == QUEUE_BLOCKED:
        del described["tags"]
        resources.append(described["jobQueue"])
    else:
        described["tags"] = {"resourceArn": described["jobArn"], **job.tags}
    return envelope(service.place, event_id, moment.detail_type, SOURCE, moment.at_ns, resources, described)


def job_at(service: Service, moment: Moment, job: Job) -> Job:
    """A job as its record was at a moment."""
    status = moment.status
    over = status in ("SUCCEEDED", "FAILED")
    then = Job(*_job_fields(job))
    then.status = status
    then.status_reason = moment.reason
    then.attempts = job.attempts[: moment.ended]
    then.attempt = _under_way(moment, job)
    then.tags = _tags_at(service, moment)
    then.stopped_ns = moment.at_ns if over else None
    if not over:
        # A request to stop it can only have come later: what it reaches moves once more, to its end.
        then.is_cancelled = then.is_terminated = False
        if job.array is not None:
            # The parent becomes PENDING before its children come into being.
            then.array = Array(job.array.size, dict.fromkeys(STATUSES, 0), job.created_ns)
    return then


def _under_way(moment: Moment, job: Job) -> Attempt | None:
    """The attempt that was STARTING or RUNNING."""
    if moment.status not in ("STARTING", "RUNNING"):
        return None
    attempts = job.attempts
    last = attempts[moment.ended] if moment.ended < len(attempts) else job.attempt
    assert last is not None
    then = Attempt(*_attempt_fields(last))
    then.stopped_ns = then.exit_code = then.reason = then.status_reason = None
    if last.plan is not None:
        # STARTING begins with the attempt, before any of its containers.
        offset_ns = moment.at_ns - last.scheduled_ns if moment.status == "RUNNING" else -1
        then.plan = stopping_at(last.plan, offset_ns)
    if moment.status == "STARTING":
        then.started_ns = None
    return then


def _tags_at(service: Service, moment: Moment) -> dict[str, str]:
    for until, tags in service.past_tags.get(moment.job.id, ()):
        if moment.position <= until:
            return tags
    return moment.job.tags
