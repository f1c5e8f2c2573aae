"""The nodes of multi-node jobs: how they come into being, run, and end with their main node.

Theory of operation
-------------------
The job waits for its place like a single one, and what it needs is the sum of what its nodes need. Its nodes
run like jobs of their own that nobody retries. The job itself runs nothing: it follows its main node, whose
attempts it shares. When that ends, so do the others, and the job has its result or is tried again as a whole.

Source: user guide, "Multi-node parallel jobs" and "Job lifecycle for MNP jobs"; API reference, NodeProperties
(reference §1.2, §6).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakebatch.batch import fair_share
from fakebatch.batch.capacity import room_for
from fakebatch.batch.container_outcomes import with_containers
from fakebatch.batch.execution import TIMED_OUT, Executor
from fakebatch.batch.kinds import KINDS, needs_of_node
from fakebatch.batch.lifecycle import enter, move
from fakebatch.batch.node_properties import member_of
from fakebatch.batch.node_ranges import ranges_of_nodes
from fakebatch.batch.outcomes import Outcome
from fakebatch.batch.state import Job, JobSpec, Nodes

if TYPE_CHECKING:
    from fakebatch.batch.capacity import Host
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Attempt, ComputeEnvironment, Structure

# assumed: nobody has recorded the statusReason of a node that was stopped because the main one had ended.
MAIN_ENDED = "Main node of the job has exited."


def new_nodes(job: Job) -> Nodes:
    """The nodes of a job that has just been submitted. They come into being later, see `spawn`."""
    properties = job.spec.properties
    ranges = ranges_of_nodes(properties)
    specs = {id(one): _node_spec(job.spec, one) for one in ranges}
    every = [_node(job, index, specs[id(one)]) for index, one in enumerate(ranges)]
    main = every[properties["mainNode"]]
    # What the strategy and the timeout speak of is the whole job: they go by its main node.
    main.spec = replace(main.spec, retry_strategy=job.spec.retry_strategy, timeout_s=job.spec.timeout_s)
    job.attempts = main.attempts
    return Nodes(every, main)


def spawn(service: Service, job: Job) -> None:
    """Bring the nodes of a job into being when it is RUNNABLE for the first time.

    That DescribeJobs knows them from then on, and that this is their createdAt, is assumed.
    """
    assert job.nodes is not None
    if job.nodes.main.id not in service.jobs:
        for node in job.nodes.all:
            node.created_ns = service.sim.now_ns
            enter(service, node)


def can_host(environment: ComputeEnvironment) -> bool:
    """Whether nodes can run in an environment: neither on Spot Instances, nor in an unmanaged one.

    The job stays RUNNABLE there. Source: aws-parallelcluster issue 2098 for Spot; assumed for the other.
    """
    return environment.resource_type == "EC2"


def choose_outcome(service: Service, job: Job) -> Outcome:
    """Decide what happens to each node in the next attempt: the main node's, or the first that is stuck.

    A rule that doesn't name a node is about every one of them.
    """
    nodes = job.nodes
    assert nodes is not None
    number = len(job.attempts) + 1
    nodes.outcomes = [_outcome_of(service, node, number) for node in nodes.all]
    stuck = (outcome for outcome in nodes.outcomes if outcome.stuck is not None)
    return next(stuck, nodes.outcomes[_index(nodes.main)])


def _outcome_of(service: Service, node: Job, attempt: int) -> Outcome:
    outcome = service.rules.choose(node, service.dispatcher.view, attempt)
    return outcome if node.spec.task is None else with_containers(service, node, outcome, attempt)


def take_places(environment: ComputeEnvironment, job: Job) -> Host | None:
    """Reserve an instance for each node, all at once; the main node's, or None while there aren't enough.

    Nodes share no instance. Source: user guide, "Multi-node parallel jobs".
    """
    nodes = job.nodes
    assert nodes is not None
    if not can_host(environment) or shortage(environment, job) is not None:
        return None
    for node in nodes.all:
        host = environment.capacity.take(node.spec.room)
        if host is None:
            _give_back_all(environment, nodes)
            return None
        nodes.hosts[_index(node)] = host
    return nodes.hosts.pop(_index(nodes.main))


def give_back(service: Service, job: Job, environment: ComputeEnvironment) -> None:
    """The nodes that have not been launched won't be: their room is free again."""
    assert job.nodes is not None
    hosts, job.nodes.hosts = job.nodes.hosts, {}
    for index, host in hosts.items():
        _free(service, environment, host, job.nodes.all[index])


def shortage(environment: ComputeEnvironment, job: Job) -> str | None:
    """Why an environment can never hold all nodes of a job, if so it is."""
    assert job.nodes is not None
    return environment.capacity.shortage_together([node.spec.room for node in job.nodes.all])


def node_ended(service: Service, node: Job) -> None:
    """The job ends with its main node; what becomes of another node has no effect on it."""
    job = node.parent
    assert job is not None
    if node is job.runner and not job.ended:
        service.completion.end(job, node.status, node.status_reason)


def end_nodes(service: Service, job: Job) -> None:
    """End the nodes that live, because their job has ended."""
    assert job.nodes is not None
    for node in job.nodes.all:
        if not node.ended and node.id in service.jobs:
            service.node_executor.abort(node, job.stop_reason or MAIN_ENDED)


class NodeExecutor(Executor):
    """Runs nodes, and with them the jobs that they belong to.

    What it is asked to do with a multi-node job it does with the main node or with all nodes.
    """

    __slots__ = ()

    def start(
        self,
        job: Job,
        environment: ComputeEnvironment,
        outcome: Outcome,
        host: Host,
        number: int | None = None,
    ) -> None:
        """Give a RUNNABLE multi-node job its places: the main node is STARTING, and so is the job."""
        super().start(job.runner, environment, outcome, host, number)
        job.attempt = job.runner.attempt
        move(self._service, job, "STARTING")
        if job.spec.share_identifier is not None:
            fair_share.took_place(job, self._service.sim.now_ns)

    def run(self, job: Job, attempt: Attempt) -> None:
        """A node is RUNNING. With the main one the job is, and the other nodes are launched.

        AWS launches them in a random order; here it is that of their indices, at one instant (assumed).
        """
        whole = job.parent
        assert whole is not None
        if job is whole.runner:
            attempt.started_ns = self._service.sim.now_ns
            move(self._service, whole, "RUNNING")
        super().run(job, attempt)
        if job is whole.runner:
            self._launch_others(whole)

    def finish(self, job: Job, exit_code: int, reason: str | None) -> None:
        """The container of a node exits now, by itself."""
        super().finish(job.runner, exit_code, reason)

    def interrupt(self, job: Job) -> None:
        """The host of a node is taken away now."""
        super().interrupt(job.runner)

    def stop(self, job: Job, reason: str) -> None:
        """Tell a node, or all of a job's, to stop.

        That a node can be stopped alone, and the main one takes the job with it, is assumed.
        """
        if job.nodes is None:
            super().stop(job, reason)
            return
        job.stop_reason = reason
        for node in job.nodes.all:
            if node.attempt is not None:
                super().stop(node, reason)

    def abort(self, job: Job, reason: str) -> None:
        """End a node, or a job with all its nodes, now."""
        if job.nodes is not None:
            job.stop_reason = reason
        if job.attempt is None:
            self._service.completion.end(job, "FAILED", reason)
            return
        node = job.runner
        assert node.attempt is not None
        node.attempt.status_reason = node.attempt.status_reason or reason
        self._stopped(node)

    def _launch_others(self, job: Job) -> None:
        nodes, attempt = job.nodes, job.attempt
        assert nodes is not None
        assert attempt is not None
        hosts, nodes.hosts = nodes.hosts, {}
        for index, host in hosts.items():
            super().start(nodes.all[index], attempt.environment, nodes.outcomes[index], host, attempt.number)

    def expire(self, job: Job) -> None:
        """The main node has used up the timeout, which is the whole job's."""
        assert job.parent is not None
        self.stop(job.parent, TIMED_OUT)

    def _conclude(
        self, job: Job, exit_code: int | None, reason: str | None, status_reason: str | None
    ) -> None:
        whole = job.parent
        assert whole is not None
        if job is whole.runner:
            self._leave(whole)
        super()._conclude(job, exit_code, reason, status_reason)

    def _leave(self, job: Job) -> None:
        """The attempt of the whole job is over: it holds nothing any more."""
        service = self._service
        assert job.attempt is not None
        give_back(service, job, job.attempt.environment)
        job.attempt = None
        if job.spec.share_identifier is not None:
            fair_share.gave_back(job, service.sim.now_ns)
        if job.spec.consumable_resources is not None:
            service.locks.release(job)

    def _again(self, job: Job) -> None:
        """The main node has failed and there are tries left: the whole job is RUNNABLE again."""
        whole = job.parent
        assert whole is not None
        assert whole.nodes is not None
        for node in whole.nodes.all:
            self._withdraw(node)
        self._service.scheduler.release(whole)

    def _withdraw(self, node: Job) -> None:
        """Have a node wait for the next attempt of its job, whatever it was doing."""
        if node.attempt is not None:
            self.abort(node, MAIN_ENDED)
        node.stopped_ns = None
        if node.status != "RUNNABLE":
            move(self._service, node, "RUNNABLE")


def _give_back_all(environment: ComputeEnvironment, nodes: Nodes) -> None:
    """Not all of them have found room."""
    for index, host in nodes.hosts.items():
        environment.capacity.give_back(host, nodes.all[index].spec.room)
    nodes.hosts.clear()


def _free(service: Service, environment: ComputeEnvironment, host: Host, node: Job) -> None:
    service.dispatcher.freed(environment.capacity)
    environment.capacity.give_back(host, node.spec.room)


def _node(job: Job, index: int, spec: JobSpec) -> Job:
    return Job(
        id=f"{job.id}#{index}",
        name=job.name,
        spec=spec,
        sequence=index,
        created_ns=job.created_ns,
        status="RUNNABLE",
        parent=job,
        index=index,
    )


def _node_spec(spec: JobSpec, node_range: Structure) -> JobSpec:
    """What the nodes of a range run. What is the whole job's business is not in it."""
    kind, member = member_of(node_range)
    needs = needs_of_node(node_range)
    return replace(
        spec,
        kind=kind,
        properties=node_range[member],
        needs=needs,
        room=room_for(needs, alone=True),
        task=KINDS[kind].task(node_range[member]),
        retry_strategy=None,
        timeout_s=None,
        depends_on=[],
        share_identifier=None,
        scheduling_priority=None,
        consumable_resources=None,
    )


def _index(node: Job) -> int:
    assert node.index is not None
    return node.index
