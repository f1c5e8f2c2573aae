"""What Batch tells EventBridge of service jobs, worked out afterwards as `events` does for jobs.

Source: user guide, "Service job state change events", "Service job preemption events", "Service job queue
blocked events" (reference §16.2).
"""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING

from fakebatch.batch.service_execution import PREEMPTING
from fakebatch.batch.service_job_descriptions import detail, preemption_summary
from fakebatch.batch.service_lifecycle import UNDER_WAY
from fakebatch.batch.service_state import ServiceAttempt, ServiceJob

if TYPE_CHECKING:
    from fakebatch.batch.events import Moment
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Structure

STATE_CHANGE = "Batch Service Job State Change"
QUEUE_BLOCKED = "Batch Service Job Queue Blocked"
PREEMPTION_STARTED = "Batch Service Job Preemption Started"
PREEMPTION_COMPLETED = "Batch Service Job Preemption Completed"
DETAIL_TYPES = (STATE_CHANGE, QUEUE_BLOCKED, PREEMPTION_STARTED, PREEMPTION_COMPLETED)

_job_fields = attrgetter(*(field.name for field in fields(ServiceJob)))
_attempt_fields = attrgetter(*(field.name for field in fields(ServiceAttempt)))


def remark_type(text: str) -> str:
    """The detail type of what was remarked about a service job."""
    return PREEMPTION_STARTED if text.startswith(PREEMPTING) else QUEUE_BLOCKED


def describe(service: Service, moment: Moment) -> Structure:
    """The detail of a moment's event. It shares structure with the state."""
    assert isinstance(moment.job, ServiceJob)
    job = job_at(moment, moment.job)
    arn = service.arn(f"service-job/{job.id}")
    if moment.detail_type == PREEMPTION_STARTED:
        return {"statusReason": moment.reason, "preemptedJobArn": arn, "status": job.status}
    if moment.detail_type == PREEMPTION_COMPLETED:
        summary = preemption_summary(service.place, job)
        return {"preemptedJobArn": arn, "preemptionSummary": summary, "status": job.status}
    described = detail(service, job)
    del described["tags"], described["serviceRequestPayload"]
    return described


def job_at(moment: Moment, job: ServiceJob) -> ServiceJob:
    """A service job as its record was at a moment."""
    then = ServiceJob(*_job_fields(job))
    then.status = moment.status
    then.status_reason = moment.reason
    then.attempts = job.attempts[: moment.ended]
    then.attempt = _under_way(moment, job)
    then.scheduling_priority = _priority_at(moment, job)
    if not then.ended:
        then.stopped_ns = None
        # A request to stop it can only have come later: what it reaches moves once more, to its end.
        then.is_terminated = False
    return then


def _under_way(moment: Moment, job: ServiceJob) -> ServiceAttempt | None:
    if moment.status not in UNDER_WAY:
        return None
    last = job.attempts[moment.ended] if moment.ended < len(job.attempts) else job.attempt
    then = ServiceAttempt(*_attempt_fields(last))
    then.stopped_ns = then.status_reason = None
    then.preempted = then.short = False
    if moment.status != "RUNNING":
        then.started_ns = None
    return then


def _priority_at(moment: Moment, job: ServiceJob) -> int | None:
    for transitions, remarks, priority in job.past_priorities:
        if moment.remark <= remarks if moment.remark else moment.position <= transitions:
            return priority
    return job.scheduling_priority
