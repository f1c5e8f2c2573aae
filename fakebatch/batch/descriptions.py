"""Jobs as DescribeJobs and ListJobs show them.

Source: reference §1.3 and §1.5 (recorded outputs), §5, and the model's JobDetail and JobSummary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.aws.timestamps import to_ms
from fakebatch.batch import pod_descriptions, runs, task_descriptions

if TYPE_CHECKING:
    from fakebatch.aws.place import Place
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Attempt, Job, Structure


def detail(service: Service, job: Job) -> Structure:
    """A member of DescribeJobs' `jobs`.

    `isCancelled` and `isTerminated` are there only when true, as in the one recorded output; that this
    still holds is assumed.
    """
    spec = job.spec
    definition = spec.definition
    described: Structure = {
        "jobArn": service.arn(f"job/{job.id}"),
        "jobName": job.name,
        "jobId": job.id,
        "jobQueue": spec.queue.arn,
        "status": job.status,
        "attempts": [attempt(service.place, job.runner, ended) for ended in job.attempts],
        "createdAt": to_ms(job.created_ns),
        "dependsOn": spec.depends_on,
        "jobDefinition": definition.arn,
        "parameters": spec.parameters,
        "tags": job.tags,
        "propagateTags": spec.propagate_tags,
        "platformCapabilities": definition.platform_capabilities,
        "eksAttempts": [],
    }
    _add_progress(described, job)
    _add_options(described, job)
    if spec.container is not None:
        described["container"] = _container(service.place, job, described["attempts"])
    elif spec.kind == "ecsProperties":
        described["ecsProperties"] = task_descriptions.ecs_properties(service, job, _shown_attempt(job))
    elif spec.kind == "eksProperties":
        pod_descriptions.add_pod(service, described, job, _shown_attempt(job))
    if job.array is not None:
        described["arrayProperties"] = _parent_properties(job)
    elif job.parent is not None:
        _add_index(described, job)
    elif job.nodes is not None:
        described["nodeProperties"] = spec.properties
        if spec.queue.type == "EKS":
            pod_descriptions.add_attempts(described, _shown_attempt(job))
    return described


def summary(service: Service, job: Job) -> Structure:
    """A member of ListJobs' `jobSummaryList`. A child's and a node's have no definition, as recorded.

    That there is no `container` for a job of several is assumed. `capacityUsage` follows the model; that
    `scheduledAt` is the start of STARTING is assumed. That a multi-node job's nodeProperties have just
    numNodes, a node's just the others, is what ParallelCluster's tool for Batch goes by, and a public listing
    of nodes shows.
    """
    listed: Structure = {
        "jobArn": service.arn(f"job/{job.id}"),
        "jobId": job.id,
        "jobName": job.name,
        "createdAt": to_ms(job.created_ns),
        "status": job.status,
    }
    _add_progress(listed, job)
    last = _shown_attempt(job)
    if last is not None:
        listed["scheduledAt"] = to_ms(last.scheduled_ns)
    on_eks = job.spec.queue.type == "EKS"
    if on_eks and last is not None:
        listed.update(pod_descriptions.times(last))
    if last is not None and job.ended and last.plan is None:
        listed["container"] = _exit_of(last)
    if job.spec.share_identifier is not None:
        listed["shareIdentifier"] = job.spec.share_identifier
    if job.array is None:
        unit = "cpu" if on_eks else "VCPU"
        listed["capacityUsage"] = [{"capacityUnit": unit, "quantity": job.spec.needs.vcpus}]
    else:
        listed["arrayProperties"] = _parent_properties(job)
    if job.parent is None:
        listed["jobDefinition"] = job.spec.definition.arn
        if job.nodes is not None:
            listed["nodeProperties"] = {"numNodes": len(job.nodes.all)}
    elif job.parent.nodes is None:
        listed["arrayProperties"] = {"index": job.index}
    else:
        listed["nodeProperties"] = _node_details(job)
    return listed


def _add_index(described: Structure, job: Job) -> None:
    """Which child of an array it is, or which node."""
    if job.is_node:
        described["nodeDetails"] = _node_details(job)
    else:
        described["arrayProperties"] = {"statusSummary": {}, "index": job.index}


def _node_details(node: Job) -> Structure:
    assert node.parent is not None
    return {"nodeIndex": node.index, "isMainNode": node.index == node.parent.runner.index}


def attempt(place: Place, job: Job, ended: Attempt) -> Structure:
    """A member of `attempts`, or of `eksAttempts`.

    One that failed to start has no startedAt and no log stream.
    """
    described: Structure
    if ended.plan is None:
        described = {"container": _run_of(place, job, ended)}
    elif job.spec.kind == "eksProperties":
        return pod_descriptions.eks_attempt(place, job, ended)
    else:
        described = {"taskProperties": [task_descriptions.attempt_task(place, job, ended)]}
    if ended.started_ns is not None:
        described["startedAt"] = to_ms(ended.started_ns)
    if ended.stopped_ns is not None:
        described["stoppedAt"] = to_ms(ended.stopped_ns)
    if ended.status_reason is not None:
        described["statusReason"] = ended.status_reason
    return described


def _add_progress(described: Structure, job: Job) -> None:
    """What both views show of how far the job has come."""
    last = _shown_attempt(job)
    if job.status_reason is not None:
        described["statusReason"] = job.status_reason
    if last is not None and last.started_ns is not None:
        described["startedAt"] = to_ms(last.started_ns)
    if job.stopped_ns is not None:
        described["stoppedAt"] = to_ms(job.stopped_ns)
    if job.is_cancelled:
        described["isCancelled"] = True
    if job.is_terminated:
        described["isTerminated"] = True


def _add_options(described: Structure, job: Job) -> None:
    """Members that are there only when they were given. Nodes show those of their job (assumed)."""
    spec = job.parent.spec if job.parent is not None else job.spec
    if spec.retry_strategy is not None:
        described["retryStrategy"] = spec.retry_strategy
    if spec.timeout_s is not None:
        described["timeout"] = {"attemptDurationSeconds": spec.timeout_s}
    if spec.share_identifier is not None:
        described["shareIdentifier"] = spec.share_identifier
    if spec.scheduling_priority is not None:
        described["schedulingPriority"] = spec.scheduling_priority
    if job.spec.consumable_resources is not None:
        described["consumableResourceProperties"] = job.spec.consumable_resources


def _container(place: Place, job: Job, attempts: list[Structure]) -> Structure:
    """The container as defined and overridden, with what the current or last attempt adds.

    That an array's parent shows the definition's container, without a run, is assumed.
    """
    assert job.spec.container is not None
    last = _shown_attempt(job)
    if last is None:
        return {**job.spec.container, "networkInterfaces": []}
    run = attempts[-1]["container"] if job.attempt is None else _run_of(place, job, last)
    return {**job.spec.container, **run}


def _shown_attempt(job: Job) -> Attempt | None:
    """A job that waits for its next try shows no trace of the last one outside `attempts`."""
    return None if job.status == "RUNNABLE" else job.last_attempt


def _run_of(place: Place, job: Job, shown: Attempt) -> Structure:
    run: Structure = {"taskArn": runs.task_arn(place, job, shown)}
    # The host is known when the container is up. Source: reference §1.3.
    if shown.started_ns is not None or shown.stopped_ns is not None:
        instance = runs.container_instance_arn(place, job, shown)
        if instance is not None:
            run["containerInstanceArn"] = instance
    if shown.started_ns is not None:
        run["logStreamName"] = runs.log_stream_name(job, shown)
    run["networkInterfaces"] = runs.network_interfaces(job, shown)
    run.update(_exit_of(shown))
    return run


def _exit_of(shown: Attempt) -> Structure:
    left: Structure = {}
    if shown.exit_code is not None:
        left["exitCode"] = shown.exit_code
    if shown.reason is not None:
        left["reason"] = shown.reason
    return left


def _parent_properties(job: Job) -> Structure:
    array = job.array
    assert array is not None
    return {
        "statusSummary": array.summary,
        "statusSummaryLastUpdatedAt": to_ms(array.updated_ns),
        "size": array.size,
    }
