"""The test author's side of Batch: `fake.batch`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fakebatch.batch import conditions, hosts, quota_setup, setup
from fakebatch.batch.hosts import listed
from fakebatch.batch.lifecycle import STATUSES
from fakebatch.batch.rules import Rule
from fakebatch.batch.service_view import ServiceJobView
from fakebatch.batch.view import JobView
from fakebatch.errors import UsageError

if TYPE_CHECKING:
    from fakebatch.batch.service import Service


class Control:
    """Batch of one account and region, from the side of the test's author.

    It looks its service up at each access, so that it stays valid through `restore` and `reset`.
    """

    __slots__ = ("_locate",)

    def __init__(self, locate: Callable[[], Service]) -> None:
        self._locate = locate

    def add_compute_environment(self, name: str, **overrides: Any) -> str:
        """Make a compute environment that AWS would accept, managed EC2 unless told otherwise.

        Args:
            name: its computeEnvironmentName.
            overrides: members of CreateComputeEnvironment or of the described structure.

        Returns:
            Its ARN.

        Raises:
            UsageError: an override isn't a member of either, or AWS would refuse the request.
        """
        return setup.add_compute_environment(self._locate(), name, overrides)

    def add_service_environment(self, name: str, **overrides: Any) -> str:
        """Make a service environment that AWS would accept: up to 100 instances unless told otherwise.

        Args:
            name: its serviceEnvironmentName.
            overrides: members of CreateServiceEnvironment or of the described structure.

        Returns:
            Its ARN.

        Raises:
            UsageError: an override isn't a member of either, or AWS would refuse the request.
        """
        return setup.add_service_environment(self._locate(), name, overrides)

    def add_job_queue(self, name: str, **overrides: Any) -> str:
        """Make a job queue, and an environment for it where there is none.

        Args:
            name: its jobQueueName.
            overrides: members of CreateJobQueue or of the described structure.

        Returns:
            Its ARN.

        Raises:
            UsageError: an override isn't a member of either, or AWS would refuse the request.
        """
        return setup.add_job_queue(self._locate(), name, overrides)

    def add_scheduling_policy(self, name: str, **overrides: Any) -> str:
        """Make a scheduling policy: of fair share, every share with the same weight, unless told otherwise.

        A queue gets it with `add_job_queue(..., schedulingPolicyArn=arn)`.

        Args:
            name: its name.
            overrides: members of CreateSchedulingPolicy.

        Returns:
            Its ARN.

        Raises:
            UsageError: an override isn't a member, or AWS would refuse the request.
        """
        return setup.add_scheduling_policy(self._locate(), name, overrides)

    def add_quota_share(self, name: str, **overrides: Any) -> str:
        """Make a quota share, and a queue with quota management for it where there is none.

        Unless told otherwise it has as much as its service environment, and reserves it. A queue that is made
        for it is called `<name>-queue`.

        Args:
            name: its quotaShareName.
            overrides: members of CreateQuotaShare or of the described structure.

        Returns:
            Its ARN.

        Raises:
            UsageError: an override isn't a member of either, or AWS would refuse the request.
        """
        return quota_setup.add_quota_share(self._locate(), name, overrides)

    def add_job_definition(self, name: str, **overrides: Any) -> str:
        """Register a job definition that AWS would accept: one container on EC2 unless told otherwise.

        With `nodeProperties`, or `type="multinode"`, it has nodes; what they lack is filled up too.

        Args:
            name: its jobDefinitionName.
            overrides: members of RegisterJobDefinition or of the described structure.

        Returns:
            Its ARN, with the revision.

        Raises:
            UsageError: an override isn't a member of either, or AWS would refuse the request.
        """
        return setup.add_job_definition(self._locate(), name, overrides)

    def add_consumable_resource(self, name: str, **overrides: Any) -> str:
        """Make a consumable resource that AWS would accept: one unit, REPLENISHABLE, unless told otherwise.

        Args:
            name: its consumableResourceName.
            overrides: members of CreateConsumableResource, and `inUseQuantity` for units that something
                else is using.

        Returns:
            Its ARN.

        Raises:
            UsageError: an override isn't one of these, or AWS would refuse the request.
        """
        return setup.add_consumable_resource(self._locate(), name, overrides)

    def when(
        self,
        *,
        job_name: str | None = None,
        job_queue: str | None = None,
        job_definition: str | None = None,
        parameters: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        command: str | Sequence[str] | None = None,
        array_index: int | None = None,
        node_index: int | None = None,
        attempt: int | None = None,
        matching: Callable[[JobView], bool] | None = None,
        container: str | None = None,
    ) -> Rule:
        """Say what happens to jobs, service jobs too, as from their next attempt. The rule added last wins.

        Names and values are globs; a job must fit all that is given, and without arguments every job does.

        Args:
            job_name: its jobName.
            job_queue: its queue's name or ARN.
            job_definition: its definition's name, `name:revision` or ARN.
            parameters: parameters that it has, after the definition's are merged in.
            environment: variables that its container sees, AWS_BATCH_JOB_ATTEMPT and its like included;
                AWS_BATCH_CE_NAME isn't known yet.
            command: its command after substitution: a glob over the words joined by blanks, or the list.
            array_index: the child's index.
            node_index: the node's index; without it the rule is about every node of a multi-node job.
            attempt: 1 for the first.
            matching: a function of the job's view.
            container: the name of a container in a job of several. The rule says what that container does;
                `command` and `environment` are held against its own. Without it a rule is about the job:
                it says what the essential containers do, in a pod all but the init containers, and the
                others succeed.

        Returns:
            The rule, which does nothing until one of its verbs is called.

        Raises:
            UsageError: an argument that no job could fit.
        """
        given = {
            "job_name": job_name,
            "job_queue": job_queue,
            "job_definition": job_definition,
            "parameters": parameters,
            "environment": environment,
            "command": command,
            "array_index": array_index,
            "node_index": node_index,
            "attempt": attempt,
            "matching": matching,
            "container": container,
        }
        service = self._locate()
        rule = Rule(conditions.read(given), service.wake)
        service.rules.add(rule)
        return rule

    def job(self, job_id: str | Mapping[str, Any]) -> JobView:
        """A live view of a job, an array's child and a node included.

        Args:
            job_id: its jobId, its ARN, or a response that names it.

        Raises:
            UsageError: there is no such job; those that are there are listed.
        """
        return JobView(self._locate, self._known(_id_of(job_id, "job")))

    def service_job(self, job_id: str | Mapping[str, Any]) -> ServiceJobView:
        """A live view of a service job.

        Args:
            job_id: its jobId, its ARN, or a response that names it.

        Raises:
            UsageError: there is no such service job; those that are there are listed.
        """
        wanted = _id_of(job_id, "service_job")
        service = self._locate()
        if wanted in service.service_jobs:
            return ServiceJobView(self._locate, wanted)
        place = service.place
        raise UsageError(
            f"There is no service job {wanted!r} in {place.region} of account {place.account_id}. "
            + listed(
                [f"{job.name} ({job.id}, {job.status})" for job in service.service_jobs.values()],
                none="No service job has been submitted there.",
            )
        )

    def jobs(self, name: str | None = None, status: str | None = None) -> list[JobView]:
        """The jobs of all queues in the order in which they came into being, children and nodes included.

        Args:
            name: a glob over jobName.
            status: only those that are in this state.

        Raises:
            UsageError: there is no such status.
        """
        if status is not None and status not in STATUSES:
            raise UsageError(f"jobs(status={status!r}): no such status; jobs are {', '.join(STATUSES)}.")
        service = self._locate()
        pattern = conditions.glob("jobs(name", "*" if name is None else name)
        return [
            JobView(self._locate, job.id)
            for job in service.jobs.values()
            if pattern.match(job.name) and (status is None or job.status == status)
        ]

    def reclaim_spot(self, job_or_instance: str | Mapping[str, Any] | JobView) -> None:
        """Take the host of a job away, now, as a Spot reclaim does: an instance goes with all that is on it.

        Args:
            job_or_instance: a job id, a response with a jobId, a job's view, or an instance id.

        Raises:
            UsageError: there is no such job or instance, or the job isn't placed.
        """
        wanted = _id_of(job_or_instance, "reclaim_spot")
        service = self._locate()
        if wanted.startswith("i-"):
            hosts.reclaim_instance(service, wanted)
        else:
            hosts.reclaim_host_of(service, self.job(wanted))

    def add_instance_type(self, name: str, *, vcpus: int, memory_mib: int, gpus: int = 0) -> None:
        """Tell what an EC2 instance type has room for that fakebatch doesn't know yet, or knows otherwise.

        Args:
            name: such as `m5.large`; the type belongs to its family as well.
            vcpus: of the instance.
            memory_mib: of the instance, in MiB.
            gpus: of the instance.

        Raises:
            UsageError: that is no name of a type, or no amount.
        """
        hosts.add_instance_type(self._locate(), name, vcpus, memory_mib, gpus)

    def withhold_capacity(self, compute_environment: str, instance_type: str | None = None) -> None:
        """Have AWS run out of an instance type, or of all, from now on: no more of them are launched.

        What runs goes on, and what is up takes jobs. On Fargate nothing is placed any more.

        Args:
            compute_environment: name or ARN of the environment.
            instance_type: one that it may launch; all when None.

        Raises:
            UsageError: there is no such environment, or it launches no such type.
        """
        hosts.withhold(self._locate(), compute_environment, instance_type)

    def restore_capacity(self, compute_environment: str, instance_type: str | None = None) -> None:
        """Have AWS have an instance type again, or all of them; jobs that wait for it are looked at, now.

        Args:
            compute_environment: name or ARN of the environment.
            instance_type: one that it may launch; all when None.

        Raises:
            UsageError: there is no such environment, or it launches no such type.
        """
        hosts.restore(self._locate(), compute_environment, instance_type)

    def _known(self, job_id: str) -> str:
        service = self._locate()
        if job_id in service.jobs:
            return job_id
        place = service.place
        raise UsageError(
            f"There is no job {job_id!r} in {place.region} of account {place.account_id}. "
            + listed(
                [f"{job.name} ({job.id}, {job.status})" for job in service.jobs.values()],
                none="No job has been submitted there.",
            )
        )


def _id_of(named: str | Mapping[str, Any] | JobView, verb: str) -> str:
    """The id of a job or an instance."""
    if isinstance(named, JobView):
        return named.id
    name = named.get("jobId") if isinstance(named, Mapping) else named
    if isinstance(name, str):
        return re.sub(r"^arn:.*:(service-)?job/", "", name)
    raise UsageError(f"{verb}({named!r}): that names no job; give its id or a response with a jobId.")
