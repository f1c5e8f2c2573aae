"""ECS tasks of several containers as DescribeJobs shows them.

Source: model, EcsTaskDetails, TaskContainerDetails, AttemptEcsTaskDetails, AttemptTaskContainerDetails
(reference §1.5, §1.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch import runs
from fakebatch.batch.task_moments import runs_at
from fakebatch.batch.tasks import Run

if TYPE_CHECKING:
    from fakebatch.aws.place import Place
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Attempt, Job, JobSpec, Structure


def ecs_properties(service: Service, job: Job, shown: Attempt | None) -> Structure:
    """`ecsProperties` as defined and overridden, with what an attempt adds.

    Args:
        service: of the job's place.
        job: one of this kind.
        shown: its current or last attempt; None before the first, while it waits for the next, and for an
            array's parent.
    """
    (task,) = job.spec.properties["taskProperties"]
    left = [Run()] * len(task["containers"]) if shown is None else runs_of(service, shown)
    described = {
        **task,
        "containers": [
            {**container, **_run_of(job, shown, container.get("name"), run)}
            for container, run in zip(task["containers"], left, strict=True)
        ],
    }
    if shown is not None:
        described.update(_place_of(service.place, job, shown))
    return {"taskProperties": [described]}


def attempt_task(place: Place, job: Job, ended: Attempt) -> Structure:
    """The only member of `taskProperties` in an attempt that has ended."""
    (task,) = job.spec.properties["taskProperties"]
    assert ended.plan is not None
    containers = []
    for container, run in zip(task["containers"], ended.plan.runs, strict=True):
        name = container.get("name")
        containers.append({"name": name} if name else {})
        containers[-1].update(_run_of(job, ended, name, run))
    return {**_place_of(place, job, ended), "containers": containers}


def runs_of(service: Service, attempt: Attempt) -> tuple[Run, ...]:
    """What the containers of an attempt have come to by now: to nothing at the instant of its placing."""
    assert attempt.plan is not None
    if attempt.stopped_ns is not None:
        return attempt.plan.runs
    offset_ns = service.sim.now_ns - attempt.scheduled_ns
    if not offset_ns and attempt.started_ns is None:
        return (Run(),) * len(attempt.plan.runs)
    return runs_at(attempt.plan, offset_ns)


def _place_of(place: Place, job: Job, shown: Attempt) -> Structure:
    """The task's ARN, and its host's once it is up."""
    described: Structure = {"taskArn": runs.task_arn(place, job, shown)}
    if shown.started_ns is not None or shown.stopped_ns is not None:
        instance = runs.container_instance_arn(place, job, shown)
        if instance is not None:
            described["containerInstanceArn"] = instance
    return described


def _run_of(job: Job, shown: Attempt | None, name: str | None, run: Run) -> Structure:
    """What a run adds to its container.

    Every container of a task shows the task's network interfaces, and has a log stream once it has started:
    assumed.
    """
    if shown is None:
        return {"networkInterfaces": []}
    described: Structure = {"networkInterfaces": runs.network_interfaces(job, shown)}
    if run.started_ns is not None:
        described["logStreamName"] = runs.log_stream_name(job, shown, name)
    if run.stopped_ns is not None and run.exit_code is not None:
        described["exitCode"] = run.exit_code
    if run.stopped_ns is not None and run.reason is not None:
        described["reason"] = run.reason
    return described


def container_of(spec: JobSpec, name: str | None) -> Structure:
    """The container of that name among several; without a name the one that stands for the job."""
    assert spec.task is not None
    (task,) = spec.properties["taskProperties"]
    at = next((at for at, part in enumerate(spec.task.parts) if part.name == name), spec.task.leading[0])
    container: Structure = task["containers"][at]
    return container
