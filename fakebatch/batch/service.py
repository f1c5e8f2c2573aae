"""Batch in one account and region: its records and what they share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fakebatch.aws.ids import Ids
from fakebatch.aws.place import Place
from fakebatch.batch.completion import Completion
from fakebatch.batch.consumable_resource_locks import Locks
from fakebatch.batch.dispatch import Dispatcher
from fakebatch.batch.execution import Executor
from fakebatch.batch.instance_types import InstanceType
from fakebatch.batch.nodes import NodeExecutor
from fakebatch.batch.rules import Rules
from fakebatch.batch.scheduling import Scheduler
from fakebatch.batch.service_execution import ServiceScheduler
from fakebatch.batch.service_state import ServiceEnvironment, ServiceJob
from fakebatch.batch.state import (
    ComputeEnvironment,
    ConsumableResource,
    Job,
    JobDefinition,
    JobQueue,
    SchedulingPolicy,
)
from fakebatch.batch.time_limits import TimeLimits
from fakebatch.sim.simulation import Simulation
from fakebatch.sim.trace import Remark, Transition
from fakebatch.timing import Durations


class LogLine(NamedTuple):
    """A line that a container printed.

    Attributes:
        at_ns: when, ns since the Unix epoch.
        attempt: the number of the attempt.
        container: the container's name in a job of several, otherwise None.
    """

    at_ns: int
    attempt: int
    text: str
    container: str | None = None


class Service:
    """The state of Batch in one place.

    Attributes:
        compute_environments, service_environments, job_queues, scheduling_policies, consumable_resources: by
            name.
        job_definitions: by name, revision n at position n-1.
        definitions_named: what SubmitJob has found, by the reference that it gave; emptied by every change.
        jobs: by id, array children and nodes too.
        service_jobs: by id.
        service_requests: digests of the SubmitServiceJob requests that they came from.
        instance_types: those that the test's author has added, by name.
        instances_launched: how many instances of compute environments there have been.
        jobs_submitted: how many jobs there have been, array children not counted.
        provision: SubmitJob makes the queue and the job definition that it names.
        trace: the world's record of transitions.
        remarks: its record of jobs that were found to be blocked.
        past_tags: of jobs whose tags were changed, by id: those that they had, and how many transitions had
            been recorded when they lost them.
    """

    def __init__(  # noqa: PLR0917 - what a world hands to every place
        self,
        place: Place,
        sim: Simulation,
        durations: Durations,
        ids: Ids,
        trace: list[Transition],
        provision: bool = False,
        remarks: list[Remark] | None = None,
    ) -> None:
        self.place = place
        self.sim = sim
        self.durations = durations
        self.ids = ids
        self.trace = trace
        self.remarks: list[Remark] = [] if remarks is None else remarks
        self.provision = provision
        self.compute_environments: dict[str, ComputeEnvironment] = {}
        self.service_environments: dict[str, ServiceEnvironment] = {}
        self.job_queues: dict[str, JobQueue] = {}
        self.scheduling_policies: dict[str, SchedulingPolicy] = {}
        self.job_definitions: dict[str, list[JobDefinition]] = {}
        self.definitions_named: dict[str, JobDefinition] = {}
        self.consumable_resources: dict[str, ConsumableResource] = {}
        self.jobs: dict[str, Job] = {}
        self.past_tags: dict[str, list[tuple[int, dict[str, str]]]] = {}
        self.service_jobs: dict[str, ServiceJob] = {}
        self.service_requests: set[str] = set()
        self.rules = Rules()
        self.instance_types: dict[str, InstanceType] = {}
        self.instances_launched = 0
        self.jobs_submitted = 0
        self.scheduler = Scheduler(self)
        self.dispatcher = Dispatcher(self)
        self.service_scheduler = ServiceScheduler(self)
        self.locks = Locks(self)
        self.time_limits = TimeLimits(self)
        self.executor = Executor(self)
        self.node_executor = NodeExecutor(self)
        self.completion = Completion(self)
        self._logs: dict[str, list[LogLine]] = {}

    def arn(self, resource: str) -> str:
        """The ARN of a Batch resource of this place."""
        return self.place.arn("batch", resource)

    def wake(self) -> None:
        """Something changed that may give waiting jobs a place: they are looked at again, now."""
        self.dispatcher.wake()
        self.service_scheduler.wake()

    def executor_of(self, job: Job) -> Executor:
        """The one that runs a job."""
        return self.executor if job.nodes is None and not job.is_node else self.node_executor

    def log(self, job: Job, attempt: int, lines: Iterable[str], container: str | None = None) -> None:
        """Add to the log of an attempt, 1 for the first: the current one, or one that its body has ended."""
        entries = [LogLine(self.sim.now_ns, attempt, line, container) for line in lines]
        if entries:
            self._logs.setdefault(job.id, []).extend(entries)

    def log_of(self, job: Job) -> Sequence[LogLine]:
        """What all attempts of a job printed, in order."""
        return self._logs.get(job.id, ())

    def forget_logs(self, job: Job) -> None:
        """Drop the log of a job that can no longer be described."""
        self._logs.pop(job.id, None)
