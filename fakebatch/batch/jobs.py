"""Jobs: SubmitJob, DescribeJobs, CancelJob(s), TerminateJob(s)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from fakebatch.aws.packing import pack
from fakebatch.batch import stopping
from fakebatch.batch.capacity import room_for
from fakebatch.batch.consumable_resources import override_consumable_resources
from fakebatch.batch.dependencies import is_known, is_n_to_n, is_sequential
from fakebatch.batch.descriptions import detail
from fakebatch.batch.errors import ClientException, InvalidRequest, refuse_if
from fakebatch.batch.errors import jobs as errors
from fakebatch.batch.errors import nodes as node_errors
from fakebatch.batch.errors import scheduling_policies as share_errors
from fakebatch.batch.errors.job_definitions import SCHEDULING_PRIORITY
from fakebatch.batch.fair_share import has_room
from fakebatch.batch.job_definitions import find_job_definition
from fakebatch.batch.job_queues import find_job_queue
from fakebatch.batch.kinds import KINDS, check_overrides
from fakebatch.batch.lifecycle import STATUSES
from fakebatch.batch.node_properties import total_resources
from fakebatch.batch.nodes import new_nodes
from fakebatch.batch.provisioning import provision
from fakebatch.batch.retry_strategies import check_retry_strategy, check_timeout, complete_retry_strategy
from fakebatch.batch.scheduling_policies import check_share_identifier
from fakebatch.batch.state import Array, Job, JobSpec
from fakebatch.batch.tag_limits import check_tags

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import JobDefinition, JobQueue, Structure

# What a definition must be made for to run on a queue of a type.
_CAPABILITIES = {
    "ECS": "EC2",
    "ECS_FARGATE": "FARGATE",
    "ECS_MANAGED_INSTANCES": "MANAGED_INSTANCES",
    "EKS": "EKS",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
# A job, a child of an array (`:n`), or a node (`#n`).
_JOB_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}([:#][0-9]+)?")
_MAX_DEPENDENCIES = 20
# Members that change nothing of what the definition says, but for the share and the priority in it.
_PLAIN = frozenset(
    {
        "jobName",
        "jobQueue",
        "jobDefinition",
        "arrayProperties",
        "tags",
        "shareIdentifier",
        "schedulingPriorityOverride",
    }
)
_ARRAY_SIZES = range(2, 10_001)
_MAX_REQUEST = 30 * 1024
_MAX_PRIORITY = 9999
_MAX_DESCRIBED = 100
_MAX_STOPPED = 50
_MAX_REASON = 1024


def submit_job(service: Service, request: Structure) -> Structure:
    """Check the request, merge it with its definition, and accept the job as SUBMITTED.

    Source: API reference, SubmitJob; reference §8.

    Raises:
        ClientException: the job is refused; nothing has changed then.
    """
    if not _NAME.fullmatch(request["jobName"]):
        raise InvalidRequest(errors.JOB_NAME)
    if service.provision:
        provision(service, request["jobQueue"], request["jobDefinition"])
    queue = _open_queue(service, request["jobQueue"])
    definition = find_job_definition(service, request["jobDefinition"])
    _check_share(service, queue, request)
    spec = _spec(queue, definition, request)
    if "dependsOn" in request:
        _check_dependencies(service, request)
    if "tags" in request:
        check_tags(request["tags"])
    array = _array(service, spec, request) if "arrayProperties" in request else None
    service.jobs_submitted += 1
    job = Job(
        id=service.ids.uuid4(),
        name=request["jobName"],
        spec=spec,
        sequence=service.jobs_submitted,
        created_ns=service.sim.now_ns,
        tags=request.get("tags", {}),
        array=array,
    )
    if spec.kind == "nodeProperties":
        job.nodes = new_nodes(job)
    service.scheduler.submit(job)
    return {"jobArn": service.arn(f"job/{job.id}"), "jobName": job.name, "jobId": job.id}


def describe_jobs(service: Service, request: Structure) -> Structure | bytes:
    """Up to 100 jobs by id; unknown ones are left out.

    AWS promises no order. The order of the request is kept, which is one of those it may answer with.
    """
    ids = request["jobs"]
    jobs = service.jobs
    if len(ids) == 1 and ids[0] in jobs:
        return _reply_about(service, jobs[ids[0]])
    refuse_if(len(ids) > _MAX_DESCRIBED, errors.TOO_MANY_JOBS)
    return {"jobs": [detail(service, jobs[job_id]) for job_id in dict.fromkeys(ids) if job_id in jobs]}


def cancel_job(service: Service, request: Structure) -> Structure:
    """Cancel a job that hasn't been placed; for any other, and for none at all, succeed without effect."""
    _check_stop(request)
    _stop(service, request["jobId"], request["reason"], stopping.cancel)
    return {}


def cancel_jobs(service: Service, request: Structure) -> Structure:
    """CancelJob for up to 50 jobs; unknown ones count as successful."""
    return _stop_all(service, request, stopping.cancel)


def terminate_job(service: Service, request: Structure) -> Structure:
    """Stop a job that has been placed, cancel one that hasn't, succeed without effect otherwise."""
    _check_stop(request)
    _stop(service, request["jobId"], request["reason"], stopping.terminate)
    return {}


def terminate_jobs(service: Service, request: Structure) -> Structure:
    """TerminateJob for up to 50 jobs; unknown ones count as successful."""
    return _stop_all(service, request, stopping.terminate)


def _reply_about(service: Service, job: Job) -> bytes:
    if job.reply is None:
        reply: bytes = pack({"jobs": [detail(service, job)]})
        if job.attempt is not None and job.attempt.plan is not None:
            return reply  # Its containers come and go without the job's moving.
        job.reply = reply
    return job.reply


def _open_queue(service: Service, name: str) -> JobQueue:
    queue = find_job_queue(service, name)
    if queue is None:
        raise ClientException(errors.job_queue_not_found(name))
    if queue.state != "ENABLED":
        raise ClientException(errors.job_queue_disabled(queue.arn))
    if queue.status not in ("VALID", "UPDATING"):
        raise ClientException(errors.job_queue_not_valid(queue.arn))
    return queue


def _check_platform(queue: JobQueue, definition: JobDefinition) -> None:
    """The definition's capability must be the one that the queue's environments offer.

    Recorded for EC2 and FARGATE; that other types of queues answer alike, and EKS queues, is assumed.
    """
    if _CAPABILITIES.get(queue.type) != definition.platform:
        raise ClientException(errors.cannot_run_capability(definition.platform))


def _check_share(service: Service, queue: JobQueue, request: Structure) -> None:
    """A fair-share queue needs to know the share, and no other wants to hear of it.

    Source: API reference, SubmitJob.shareIdentifier (reference §8, §12.2); the order of the rules is assumed.
    """
    identifier, priority = request.get("shareIdentifier"), request.get("schedulingPriorityOverride")
    if queue.scheduling_policy is None:
        refuse_if(identifier is not None or priority is not None, errors.SHARE_ON_FIFO_QUEUE)
        return
    if identifier is None:
        raise ClientException(share_errors.SHARE_REQUIRED)
    check_share_identifier(identifier)
    refuse_if(priority is not None and not 0 <= priority <= _MAX_PRIORITY, SCHEDULING_PRIORITY)
    refuse_if(not has_room(queue, identifier, service.sim.now_ns), share_errors.SHARES_ACTIVE)


def _spec(queue: JobQueue, definition: JobDefinition, request: Structure) -> JobSpec:
    """What the job is asked to be; made once for all that take the definition as it is."""
    if not request.keys() <= _PLAIN:
        _check_platform(queue, definition)
        return _merge(queue, definition, request)
    key = (definition.arn, request.get("shareIdentifier"), request.get("schedulingPriorityOverride"))
    spec = queue.plain_specs.get(key)
    if spec is None:
        _check_platform(queue, definition)
        spec = queue.plain_specs[key] = _merge(queue, definition, request)
    return spec


def _merge(queue: JobQueue, definition: JobDefinition, request: Structure) -> JobSpec:
    """What SubmitJob gives replaces the definition's; parameters and the container are merged."""
    size = len(json.dumps(request))
    if size > _MAX_REQUEST:
        raise InvalidRequest(errors.request_too_large(size))
    parameters = {**definition.parameters, **request.get("parameters", {})}
    retry_strategy = definition.retry_strategy
    if "retryStrategy" in request:
        check_retry_strategy(request["retryStrategy"])
        retry_strategy = complete_retry_strategy(request["retryStrategy"])
    timeout = request.get("timeout", definition.timeout)
    check_timeout(timeout)
    kind = KINDS[definition.kind]
    check_overrides(definition.kind, request)
    overrides = request.get(kind.overrides, {})
    properties = kind.override(definition.properties, overrides, parameters, definition.platform)
    needs = kind.needs(properties)
    resources = override_consumable_resources(
        definition.consumable_resource_properties, request.get("consumableResourcePropertiesOverride")
    )
    if definition.kind == "nodeProperties":
        resources = total_resources(properties, resources)
    return JobSpec(
        queue=queue,
        definition=definition,
        kind=definition.kind,
        properties=properties,
        parameters=parameters,
        retry_strategy=retry_strategy,
        timeout_s=timeout.get("attemptDurationSeconds") if timeout else None,
        propagate_tags=request.get("propagateTags", definition.propagate_tags),
        depends_on=request.get("dependsOn", []),
        needs=needs,
        room=room_for(needs),
        task=kind.task(properties),
        # The limit is that of ECS.
        overrides_length=len(json.dumps(overrides)) if kind.orchestration == "ECS" else 0,
        share_identifier=request.get("shareIdentifier"),
        scheduling_priority=request.get("schedulingPriorityOverride", definition.scheduling_priority),
        consumable_resources=resources,
    )


def _check_dependencies(service: Service, request: Structure) -> None:
    """At most 20, each on a job that is there; typed ones are for arrays.

    Source: API reference, SubmitJob.dependsOn; the refusals' texts are assumed, that of an unknown job
    altogether.
    """
    given = request.get("dependsOn", ())
    if len(given) > _MAX_DEPENDENCIES:
        raise InvalidRequest(errors.TOO_MANY_DEPENDENCIES)
    size = request.get("arrayProperties", {}).get("size")
    for dependency in given:
        if "type" in dependency:
            refuse_if(size is None, errors.dependency_needs_array(dependency["type"]))
        if is_sequential(dependency) and "jobId" not in dependency:
            continue
        job_id = dependency.get("jobId")
        if not job_id:
            raise ClientException(errors.DEPENDENCY_WITHOUT_ID)
        refuse_if(not is_known(service, job_id), errors.dependency_not_found(job_id))
        if is_n_to_n(dependency):
            other = service.jobs.get(job_id)
            refuse_if(other is None or other.array is None or other.array.size != size, errors.N_TO_N_SIZE)


def _array(service: Service, spec: JobSpec, request: Structure) -> Array | None:
    size = request["arrayProperties"].get("size")
    if size is None:
        return None
    refuse_if(spec.kind == "nodeProperties", node_errors.NODES_AND_ARRAY)
    refuse_if(size not in _ARRAY_SIZES, errors.ARRAY_SIZE)
    return Array(
        size=size,
        summary=dict.fromkeys(STATUSES, 0),
        updated_ns=service.sim.now_ns,
        sequential=any(is_sequential(dependency) for dependency in request.get("dependsOn", ())),
    )


def _check_stop(request: Structure) -> None:
    refuse_if(len(request["reason"]) > _MAX_REASON, errors.REASON_TOO_LONG)


def _stop(service: Service, job_id: str, reason: str, stop: stopping.Stop) -> None:
    """Unknown ids succeed: stated for the bulk operations, assumed for the single ones."""
    job = service.jobs.get(job_id)
    if job is not None:
        stop(service, job, reason)


def _stop_all(service: Service, request: Structure, stop: stopping.Stop) -> Structure:
    """Job by job: a malformed id is an error of its own and doesn't keep the others from being stopped."""
    _check_stop(request)
    refuse_if(len(request["jobs"]) > _MAX_STOPPED, errors.TOO_MANY_STOPPED)
    successful, refused = [], []
    for job_id in request["jobs"]:
        if _JOB_ID.fullmatch(job_id):
            _stop(service, job_id, request["reason"], stop)
            successful.append(job_id)
        else:
            refused.append(
                {
                    "job": job_id,
                    "code": "ValidationException",
                    "message": errors.malformed_job_id(job_id),
                }
            )
    return {"successful": successful, "errors": refused}
