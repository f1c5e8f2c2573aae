"""How service jobs look: DescribeServiceJob, and a member of ListServiceJobs.

Source: model; user guide, "Getting started with AWS Batch on SageMaker AI", which shows both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.aws.ids import derived_hex
from fakebatch.aws.timestamps import to_ms

if TYPE_CHECKING:
    from fakebatch.aws.place import Place
    from fakebatch.batch.service import Service
    from fakebatch.batch.service_state import ServiceAttempt, ServiceJob
    from fakebatch.batch.state import Structure

_RECENT = 10
# What is left of SageMaker's 63 characters beside `AWSBatch` and the hash.
_NAME_LENGTH = 63 - len("AWSBatch") - 32


def detail(service: Service, job: ServiceJob) -> Structure:
    """The answer to DescribeServiceJob. What isn't there yet is left out, startedAt too, as it is of jobs."""
    optional: Structure = {
        "retryStrategy": job.retry_strategy,
        "timeoutConfig": None if job.timeout_s is None else {"attemptDurationSeconds": job.timeout_s},
        "schedulingPriority": job.scheduling_priority,
        "preemptionConfiguration": job.preemption_configuration,
        "preemptionSummary": preemption_summary(service.place, job) if job.preemptions else None,
    }
    return {
        **summary(service, job),
        "attempts": [attempt(service.place, job, ended) for ended in job.tries],
        "jobQueue": job.queue.arn,
        "serviceRequestPayload": job.payload,
        "tags": job.tags,
        **{member: value for member, value in optional.items() if value is not None},
    }


def summary(service: Service, job: ServiceJob) -> Structure:
    """A member of `jobSummaryList`: what both views have.

    While a job that goes back to RUNNABLE waits, latestAttempt stays and its times go (assumed, after jobs).
    """
    described: Structure = {
        "jobArn": service.arn(f"service-job/{job.id}"),
        "jobId": job.id,
        "jobName": job.name,
        "createdAt": to_ms(job.created_ns),
        "serviceJobType": job.type,
        "status": job.status,
    }
    if job.instances:
        described["capacityUsage"] = [
            {"capacityUnit": kind, "quantity": float(count)} for kind, count in job.instances.items()
        ]
    if job.status_reason is not None:
        described["statusReason"] = job.status_reason
    if job.share_identifier is not None:
        described["shareIdentifier"] = job.share_identifier
    if job.quota_share is not None:
        described["quotaShareName"] = job.quota_share.name
    if job.is_terminated:
        described["isTerminated"] = True
    if job.stopped_ns is not None:
        described["stoppedAt"] = to_ms(job.stopped_ns)
    _add_latest(described, service.place, job)
    return described


def preemption_summary(place: Place, job: ServiceJob) -> Structure:
    """How often it was preempted, and a sliding window of the last times.

    Source: user guide, "Preemption". That the window has room for ten, the oldest first, is assumed.
    """
    preempted = job.preemptions
    return {
        "preemptedAttemptCount": len(preempted),
        "recentPreemptedAttempts": [attempt(place, job, ended) for ended in preempted[-_RECENT:]],
    }


def attempt(place: Place, job: ServiceJob, ended: ServiceAttempt) -> Structure:
    """A member of `attempts`. One that never reached RUNNING has no startedAt (assumed)."""
    described: Structure = {"serviceResourceId": _resource(place, job, ended)}
    if ended.started_ns is not None:
        described["startedAt"] = to_ms(ended.started_ns)
    if ended.stopped_ns is not None:
        described["stoppedAt"] = to_ms(ended.stopped_ns)
    if ended.status_reason is not None:
        described["statusReason"] = ended.status_reason
    return described


def training_job_arn(place: Place, job: ServiceJob, number: int) -> str:
    """`AWSBatch<TrainingJobName><32 hexadecimal digits>`, as the user guide's samples have it.

    That a long name is cut so that the whole stays within SageMaker's 63 characters is assumed.
    """
    digits = derived_hex(f"training-job/{job.id}/{number}")
    return place.arn("sagemaker", f"training-job/AWSBatch{job.training_job_name[:_NAME_LENGTH]}{digits}")


def _resource(place: Place, job: ServiceJob, of: ServiceAttempt) -> Structure:
    return {"name": "TrainingJobArn", "value": training_job_arn(place, job, of.number)}


def _add_latest(described: Structure, place: Place, job: ServiceJob) -> None:
    last = job.last_attempt
    if last is None:
        return
    described["latestAttempt"] = {"serviceResourceId": _resource(place, job, last)}
    if job.attempt is None and not job.ended:
        return
    described["scheduledAt"] = to_ms(last.scheduled_ns)
    if last.started_ns is not None:
        described["startedAt"] = to_ms(last.started_ns)
