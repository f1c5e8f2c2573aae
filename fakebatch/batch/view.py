"""A job as the test's author sees it: live, read-only, with two ways to end its attempt.

A multi-node job is seen through its main node: that one's command, environment, instance and log are its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from fakebatch.aws.timestamps import to_datetime
from fakebatch.batch import descriptions, pods, task_descriptions
from fakebatch.batch.outcomes import checked_exit_code
from fakebatch.batch.runs import batch_environment, instance_id
from fakebatch.batch.tasks import Run
from fakebatch.errors import UsageError

if TYPE_CHECKING:
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Job, Structure


class ContainerView(NamedTuple):
    """One container of a job, as it was when it was looked at.

    Attributes:
        name: `default` for the only container of a job.
        exit_code: that it left in the current or last attempt; None while there is none.
        reason: that it left.
        log: the lines that it has printed in all attempts.
    """

    name: str
    exit_code: int | None
    reason: str | None
    log: list[str]


class Entry(NamedTuple):
    """One line of a job's history."""

    at: datetime
    status: str
    reason: str | None


class JobView:
    """One job, looked up anew at each access, so that it follows the world through time and `restore`.

    A function that stands for one of several containers gets the job as that container sees it: `command`
    and `environment` are its own.

    Raises:
        UsageError: on any access once the job is gone: forgotten after its retention, or by `reset`. Its repr
            still says so.
    """

    __slots__ = ("_container", "_locate", "id")

    def __init__(self, locate: Callable[[], Service], job_id: str, container: str | None = None) -> None:
        self._locate = locate
        self._container = container
        self.id = job_id

    def __repr__(self) -> str:
        job = self._locate().jobs.get(self.id)
        return f"<job {self.id}, gone>" if job is None else f"<job {job.name!r} {job.id} {job.status}>"

    @property
    def name(self) -> str:
        """Its jobName."""
        return self._job.name

    @property
    def status(self) -> str:
        """SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED or FAILED."""
        return self._job.status

    @property
    def status_reason(self) -> str | None:
        """As DescribeJobs has it."""
        return self._job.status_reason

    @property
    def queue(self) -> str:
        """The name of its queue."""
        return self._job.spec.queue.name

    @property
    def queue_arn(self) -> str:
        """The ARN of its queue."""
        return self._job.spec.queue.arn

    @property
    def definition_names(self) -> tuple[str, str, str]:
        """Its definition as `name`, `name:revision` and ARN."""
        definition = self._job.spec.definition
        return definition.name, f"{definition.name}:{definition.revision}", definition.arn

    @property
    def parameters(self) -> dict[str, str]:
        """The definition's parameters with SubmitJob's merged in."""
        return dict(self._job.spec.parameters)

    @property
    def command(self) -> list[str]:
        """The container's command, parameters substituted; of several the first essential one's."""
        return list(self._properties["command"])

    @property
    def environment(self) -> dict[str, str]:
        """What the container sees: its own variables and the AWS_BATCH_* ones, which DescribeJobs hides.

        Of several containers it is the first essential one.
        """
        job = self._job.runner
        own = {item["name"]: item["value"] for item in self._properties["environment"]}
        return own | batch_environment(job, job.last_attempt)

    @property
    def containers(self) -> list[ContainerView]:
        """All its containers, in the order of the definition; of a pod the init containers first."""
        service, job = self._locate(), self._job.runner
        if job.spec.task is None:
            attempt = job.last_attempt
            left = (attempt.exit_code, attempt.reason) if attempt else (None, None)
            return [ContainerView("default", *left, self.log)]
        parts = job.spec.task.parts
        last = job.last_attempt
        runs = [Run()] * len(parts) if last is None else task_descriptions.runs_of(service, last)
        return [
            ContainerView(
                part.name,
                run.exit_code,
                pods.reason_of(run.exit_code, run.reason) if job.spec.task.is_pod else run.reason,
                [line.text for line in service.log_of(job) if line.container == part.name],
            )
            for part, run in zip(parts, runs, strict=True)
        ]

    @property
    def array_index(self) -> int | None:
        """Its index when it is the child of an array."""
        return None if self._job.is_node else self._job.index

    @property
    def node_index(self) -> int | None:
        """Its index when it is a node of a multi-node job."""
        return self._job.index if self._job.is_node else None

    @property
    def exit_code(self) -> int | None:
        """Of the last attempt; None while there is none."""
        attempt = self._job.last_attempt
        return attempt.exit_code if attempt else None

    @property
    def attempts(self) -> list[dict[str, Any]]:
        """The attempts that have ended, as DescribeJobs shows them."""
        place, job = self._locate().place, self._job.runner
        return [descriptions.attempt(place, job, attempt) for attempt in job.attempts]

    @property
    def instance(self) -> str | None:
        """The id of the EC2 instance that hosts its attempt, or hosted the last one; None on Fargate."""
        attempt = self._job.last_attempt
        if attempt is None or attempt.environment.is_fargate:
            return None
        return instance_id(self._job.runner, attempt)

    @property
    def history(self) -> list[Entry]:
        """Every state that it has entered, with the instant and the reason."""
        job = self._job
        trace = self._locate().trace
        return [Entry(to_datetime(t.at_ns), t.after, t.reason) for t in trace if t.subject is job]

    @property
    def log(self) -> list[str]:
        """The lines that all its attempts have printed; of a multi-node job, its main node's."""
        return [line.text for line in self._locate().log_of(self._job.runner)]

    def finish(self, exit_code: int = 0, reason: str | None = None) -> None:
        """End the current attempt now, as if its container had exited; a strategy may retry it.

        Args:
            exit_code: of the container.
            reason: the container's.

        Raises:
            UsageError: it isn't RUNNING, or that is no exit code.
        """
        checked_exit_code(f"finish(exit_code={exit_code!r})", exit_code)
        job = self._in("RUNNING", verb="finish")
        service = self._locate()
        service.executor_of(job).finish(job, exit_code, reason)
        service.sim.settle()

    def interrupt(self) -> None:
        """Take its host away now, for this job; a strategy may retry it.

        Other jobs on the instance go on; `reclaim_spot` takes them with it.

        Raises:
            UsageError: it is neither STARTING nor RUNNING.
        """
        job = self._in("STARTING", "RUNNING", verb="interrupt")
        service = self._locate()
        service.executor_of(job).interrupt(job)
        service.sim.settle()

    def _in(self, *statuses: str, verb: str) -> Job:
        job = self._job
        if job.status in statuses:
            return job
        if job.ended:
            advice = "It has ended already."
        elif job.array is not None:
            advice = f"An array's parent runs nothing itself: take one of its children, such as '{job.id}:0'."
        else:
            advice = f"Move time first: fake.run_until({job.id!r}, {statuses[-1]!r})."
        raise UsageError(
            f"{verb}() ends the current attempt of a job that is {' or '.join(statuses)}, "
            f"but job {job.name!r} ({job.id}) is {job.status}. {advice}"
        )

    @property
    def _properties(self) -> Structure:
        """The container that it is about."""
        spec = self._job.runner.spec
        if spec.task is None:
            return spec.properties
        find = pods.container_of if spec.task.is_pod else task_descriptions.container_of
        return find(spec, self._container)

    @property
    def _job(self) -> Job:
        job = self._locate().jobs.get(self.id)
        if job is None:
            raise UsageError(
                f"Job {self.id} is gone: its retention is over, or the world was reset or restored."
            )
        return job
