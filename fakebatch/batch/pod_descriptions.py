"""Jobs on EKS as DescribeJobs shows them: the pod, and the attempts at it.

Source: model, EksPropertiesDetail and EksAttemptDetail; a recorded job in cdk-eks-blueprints,
docs/teams/aws-batch-on-eks-team.md (reference §1.6). That the members which Batch added to attempts after
that recording are always there is assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch import pods, runs, task_descriptions
from fakebatch.batch.eks_properties import MEMBERS, name_of

if TYPE_CHECKING:
    from fakebatch.aws.place import Place
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Attempt, Job, Structure
    from fakebatch.batch.tasks import Run


def add_pod(service: Service, described: Structure, job: Job, shown: Attempt | None) -> None:
    """Turn what all jobs show into what a job of one pod shows.

    Args:
        service: of the job's place.
        described: the job, with its attempts on EKS as `attempts`.
        job: one of this kind.
        shown: its current or last attempt; None before the first, while it waits for the next, and for an
            array's parent.
    """
    add_attempts(described, shown)
    pod = job.spec.properties if shown is None else _shown_pod(service, job, shown)
    described["eksProperties"] = pod


def add_attempts(described: Structure, shown: Attempt | None) -> None:
    """Turn what all jobs show into what all jobs on EKS show; of a multi-node job the main node's attempts.

    `attempts` are of ECS, and stay empty (assumed); there is no propagateTags (recorded). The times are those
    of the attempt, in whole seconds (recorded of attempts, assumed of jobs).
    """
    del described["propagateTags"]
    described["eksAttempts"] = described["attempts"]
    described["attempts"] = []
    if shown is not None:
        described.update(times(shown))


def eks_attempt(place: Place, job: Job, ended: Attempt) -> Structure:
    """A member of `eksAttempts`."""
    pod = job.spec.properties["podProperties"]
    configuration = ended.environment.eks_configuration
    assert configuration is not None
    assert ended.plan is not None
    left: dict[str, list[Structure]] = {"containers": [], "initContainers": []}
    for (member, container), run in zip(pods.containers_of(pod), ended.plan.runs, strict=True):
        left[member].append(_left_by(job, ended, container, run))
    described: Structure = {
        **left,
        "eksClusterArn": configuration["eksClusterArn"],
        "podName": pods.pod_name(job, ended),
        "podNamespace": pod.get("metadata", {}).get("namespace", configuration["kubernetesNamespace"]),
        "nodeName": runs.node_name(place, job, ended),
        **times(ended),
    }
    if ended.status_reason is not None:
        described["statusReason"] = ended.status_reason
    return described


def times(attempt: Attempt) -> Structure:
    """When an attempt started and stopped, as far as it has: in whole seconds, as Kubernetes tells them."""
    described: Structure = {}
    if attempt.started_ns is not None:
        described["startedAt"] = pods.whole_seconds_ms(attempt.started_ns)
    if attempt.stopped_ns is not None:
        described["stoppedAt"] = pods.whole_seconds_ms(attempt.stopped_ns)
    return described


def _shown_pod(service: Service, job: Job, shown: Attempt) -> Structure:
    """The pod as defined and overridden, with what an attempt adds."""
    pod = {**job.spec.properties["podProperties"]}
    lists: dict[str, list[Structure]] = {member: [] for member in MEMBERS if member in pod}
    seen = task_descriptions.runs_of(service, shown)
    for (member, container), run in zip(pods.containers_of(pod), seen, strict=True):
        lists[member].append({**container, **_exit_of(run)})
    pod.update(lists)
    pod["podName"] = pods.pod_name(job, shown)
    pod["nodeName"] = runs.node_name(service.place, job, shown)
    return {**job.spec.properties, "podProperties": pod}


def _left_by(job: Job, ended: Attempt, container: Structure, run: Run) -> Structure:
    """A container of an attempt. One that never started has no id, one without a name stays so (recorded)."""
    described: Structure = {}
    if "name" in container:
        described["name"] = container["name"]
    if run.started_ns is not None:
        described["containerID"] = pods.container_id(job, ended, name_of(container))
    return {**described, **_exit_of(run)}


def _exit_of(run: Run) -> Structure:
    """Nothing while it runs."""
    left: Structure = {}
    if run.stopped_ns is not None:
        reason = pods.reason_of(run.exit_code, run.reason)
        if run.exit_code is not None:
            left["exitCode"] = run.exit_code
        if reason is not None:
            left["reason"] = reason
    return left
