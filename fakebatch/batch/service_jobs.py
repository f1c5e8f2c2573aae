"""Service jobs: SubmitServiceJob, DescribeServiceJob, UpdateServiceJob, TerminateServiceJob(s)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from fakebatch.aws.ids import derived_hex
from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import job_definitions as definition_errors
from fakebatch.batch.errors import jobs as job_errors
from fakebatch.batch.errors import service_jobs as errors
from fakebatch.batch.job_queues import SAGEMAKER, find_job_queue
from fakebatch.batch.retry_strategies import check_timeout
from fakebatch.batch.service_job_descriptions import detail
from fakebatch.batch.service_retries import check_service_retries, complete_service_retries
from fakebatch.batch.service_shares import share_of
from fakebatch.batch.service_state import ServiceJob
from fakebatch.batch.tag_limits import check_tags

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import JobQueue, Structure

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_JOB_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PRIORITIES = range(10_000)
_MAX_PAYLOAD = 10 * 1024
_MAX_REQUEST = 30 * 1024
_MAX_STOPPED = 50
_MAX_COUNT = 2**31 - 1  # of CreateTrainingJob's integers
_MAX_REASON = 1024


def submit_service_job(service: Service, request: Structure) -> Structure:
    """Check the request, and accept the job as SUBMITTED.

    Source: API reference, SubmitServiceJob; reference §12.6. The order of the rules is assumed, and that a
    job may have a schedulingPriority in any queue.

    Raises:
        ClientException: the job is refused; nothing has changed then.
    """
    refuse_if(not _NAME.fullmatch(request["jobName"]), job_errors.JOB_NAME)
    queue = _open_queue(service, request["jobQueue"])
    _check_sizes(request)
    training_job = _payload(request["serviceRequestPayload"])
    _check_priority(request.get("schedulingPriority", 0))
    strategy = request.get("retryStrategy")
    check_service_retries(strategy)
    timeout = request.get("timeoutConfig")
    check_timeout(timeout)
    check_tags(request.get("tags", {}))
    quota_share = share_of(service, queue, request)
    digest = _digest(service, request)
    name = training_job.get("TrainingJobName")
    job = ServiceJob(
        id=service.ids.uuid4(),
        name=request["jobName"],
        queue=queue,
        type=request["serviceJobType"],
        payload=request["serviceRequestPayload"],
        training_job_name=name if isinstance(name, str) else request["jobName"],
        instances=_instances(training_job),
        digest=digest,
        sequence=queue.service_jobs.take_sequence(),
        created_ns=service.sim.now_ns,
        tags=request.get("tags", {}),
        retry_strategy=None if strategy is None else complete_service_retries(strategy),
        timeout_s=timeout.get("attemptDurationSeconds") if timeout else None,
        scheduling_priority=request.get("schedulingPriority"),
        share_identifier=request.get("shareIdentifier"),
        quota_share=quota_share,
        preemption_configuration=request.get("preemptionConfiguration"),
    )
    service.service_requests.add(digest)
    service.service_scheduler.submit(job)
    return _identity(service, job)


def describe_service_job(service: Service, request: Structure) -> Structure:
    """One job by id.

    Raises:
        ClientException: there is no such job (assumed).
    """
    return detail(service, _get(service, request["jobId"]))


def update_service_job(service: Service, request: Structure) -> Structure:
    """Change the schedulingPriority, which matters in queues with a policy only. Source: model.

    It may let a job in front, or have one preempted, at once. That a job which has ended takes it too is
    assumed.

    Raises:
        ClientException: no such job (assumed), or a priority out of range.
    """
    job = _get(service, request["jobId"])
    _check_priority(request["schedulingPriority"])
    service.service_scheduler.change_priority(job, request["schedulingPriority"])
    return _identity(service, job)


def terminate_service_job(service: Service, request: Structure) -> Structure:
    """Stop a job; one that has ended, and an unknown one, succeed without effect (assumed, after jobs)."""
    _check_reason(request)
    _terminate(service, request["jobId"], request["reason"])
    return {}


def terminate_service_jobs(service: Service, request: Structure) -> Structure:
    """TerminateServiceJob for up to 50 jobs; unknown ones count as successful. Source: model."""
    _check_reason(request)
    refuse_if(len(request["jobs"]) > _MAX_STOPPED, job_errors.TOO_MANY_STOPPED)
    successful, refused = [], []
    for job_id in request["jobs"]:
        if _JOB_ID.fullmatch(job_id):
            _terminate(service, job_id, request["reason"])
            successful.append(job_id)
        else:
            message = job_errors.malformed_job_id(job_id)
            refused.append({"job": job_id, "code": "ValidationException", "message": message})
    return {"successful": successful, "errors": refused}


def _open_queue(service: Service, name: str) -> JobQueue:
    """The queue, if it takes service jobs. The texts are those of SubmitJob: assumed."""
    queue = find_job_queue(service, name)
    if queue is None:
        raise ClientException(job_errors.job_queue_not_found(name))
    refuse_if(queue.type != SAGEMAKER, errors.not_a_service_queue(queue.arn, queue.type))
    refuse_if(queue.state != "ENABLED", job_errors.job_queue_disabled(queue.arn))
    refuse_if(queue.status not in ("VALID", "UPDATING"), job_errors.job_queue_not_valid(queue.arn))
    return queue


def _check_sizes(request: Structure) -> None:
    """Source: API reference (reference §12.6)."""
    refuse_if(len(request["serviceRequestPayload"].encode()) > _MAX_PAYLOAD, errors.PAYLOAD_SIZE)
    refuse_if(len(json.dumps(request)) > _MAX_REQUEST, errors.REQUEST_TOO_LARGE)


def _payload(text: str) -> Structure:
    """A CreateTrainingJob request.

    That SubmitServiceJob refuses what is no JSON object, and leaves everything but the instances to
    SageMaker, is assumed.
    """
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):
        raise ClientException(errors.PAYLOAD_JSON) from None
    refuse_if(not isinstance(payload, dict), errors.PAYLOAD_JSON)
    found: Structure = payload
    refuse_if(not _are_countable(found), errors.PAYLOAD_INSTANCES)
    return found


def _groups(training_job: Structure) -> Any:
    """The groups of instances: those that it lists, or its only one."""
    resources = training_job.get("ResourceConfig", {})
    if isinstance(resources, dict) and "InstanceType" in resources:
        return [resources]
    return resources.get("InstanceGroups", []) if isinstance(resources, dict) else None


def _are_countable(training_job: Structure) -> bool:
    groups = _groups(training_job)
    return isinstance(groups, list) and all(
        isinstance(group, dict)
        and isinstance(group.get("InstanceType"), str)
        and type(group.get("InstanceCount", 1)) is int
        and 0 < group.get("InstanceCount", 1) <= _MAX_COUNT
        for group in groups
    )


def _instances(training_job: Structure) -> dict[str, int]:
    """How many of each type: InstanceCount of the ResourceConfig, 1 without one (assumed).

    A payload without instances takes no capacity (assumed).
    """
    instances: dict[str, int] = {}
    for group in _groups(training_job):
        kind = group["InstanceType"]
        instances[kind] = instances.get(kind, 0) + group.get("InstanceCount", 1)
    return instances


def _check_priority(priority: int) -> None:
    """The range: model; that the text is that of job definitions is assumed."""
    refuse_if(priority not in _PRIORITIES, definition_errors.SCHEDULING_PRIORITY)


def _digest(service: Service, request: Structure) -> str:
    """What a second request with the same payload and clientToken is known by.

    Raises:
        ClientException: this is one. Source: model; that it stays one as long as the job can be described
            is assumed.
    """
    digest = derived_hex(json.dumps(request, sort_keys=True))
    refuse_if(
        "clientToken" in request and digest in service.service_requests,
        errors.duplicate_request(request.get("clientToken", "")),
    )
    return digest


def _check_reason(request: Structure) -> None:
    refuse_if(len(request["reason"]) > _MAX_REASON, job_errors.REASON_TOO_LONG)


def _terminate(service: Service, job_id: str, reason: str) -> None:
    job = service.service_jobs.get(job_id)
    if job is not None:
        service.service_scheduler.terminate(job, reason)


def _get(service: Service, job_id: str) -> ServiceJob:
    job = service.service_jobs.get(job_id)
    if job is None:
        raise ClientException(errors.service_job_not_found(job_id))
    return job


def _identity(service: Service, job: ServiceJob) -> Structure:
    return {"jobArn": service.arn(f"service-job/{job.id}"), "jobName": job.name, "jobId": job.id}
