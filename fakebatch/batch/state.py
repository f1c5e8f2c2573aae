"""The records of Batch: what is kept of environments, queues, definitions and jobs.

Nested structures that Batch only stores are kept as the request spelt them; what the rules work on has a
field of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from fakebatch.batch.fair_share import Share
from fakebatch.batch.index import JobIndex
from fakebatch.batch.outcomes import Outcome
from fakebatch.batch.tasks import Plan, Task
from fakebatch.batch.waiting_lines import WaitingLine, line_for
from fakebatch.sim.agenda import Event
from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from fakebatch.batch.capacity import Capacity, Host, Room
    from fakebatch.batch.environment_replacement import Replacement
    from fakebatch.batch.service_state import QuotaShare, ServiceEnvironment, ServiceJob

# A structure of the model in AWS's spelling.
Structure = dict[str, Any]

# Definition's ARN, share identifier, priority.
SpecKey = tuple[str, str | None, int | None]

# What a shareDecaySeconds of 0 stands for. Source: API reference, FairsharePolicy.
_LEAST_DECAY_S = 600


@dataclass(slots=True)
class ComputeEnvironment:
    """A compute environment. `status` moves by events; `state` is what the user set.

    Attributes:
        capacity: its room.
        replacement: of its instances, while jobs are still on the old ones.
    """

    name: str
    arn: str
    uuid: str
    type: str
    state: str
    status: str
    status_reason: str
    ecs_cluster_arn: str
    orchestration: str
    service_role: str | None
    tags: dict[str, str]
    capacity: Capacity
    compute_resources: Structure | None = None
    unmanaged_vcpus: int | None = None
    update_policy: Structure | None = None
    eks_configuration: Structure | None = None
    ecs_settings: Structure | None = None
    context: str | None = None
    event: Event | None = None
    replacement: Replacement | None = None

    @property
    def usable(self) -> bool:
        """New jobs may be placed here."""
        return self.state == "ENABLED" and self.status in ("VALID", "UPDATING")

    @property
    def resource_type(self) -> str | None:
        """EC2, SPOT, FARGATE, FARGATE_SPOT or ECS_MANAGED_INSTANCES; None for an unmanaged environment."""
        return self.compute_resources["type"] if self.compute_resources else None

    @property
    def is_fargate(self) -> bool:
        """Jobs run on Fargate: no instances."""
        return self.resource_type in ("FARGATE", "FARGATE_SPOT")


@dataclass(slots=True)
class SchedulingPolicy:
    """A scheduling policy of either kind: one of `fairshare` and `quota_share` is there."""

    name: str
    arn: str
    tags: dict[str, str]
    fairshare: Structure | None = None
    quota_share: Structure | None = None

    @property
    def decay_ns(self) -> int:
        """For how long past usage of a share counts."""
        assert self.fairshare is not None
        return (self.fairshare["shareDecaySeconds"] or _LEAST_DECAY_S) * NS_PER_SECOND

    @property
    def share_distribution(self) -> list[Structure]:
        """The weights."""
        assert self.fairshare is not None
        distribution: list[Structure] = self.fairshare["shareDistribution"]
        return distribution


@dataclass(slots=True)
class JobQueue:
    """A job queue, with its jobs in submission order.

    Attributes:
        environments: (order, environment), ascending.
        scheduling_policy: of a fair-share queue; None for first in, first out.
        shares: by identifier, those that are active and maybe some that were.
        quota_shares: by name, of a queue with quota management, in the order in which they were made.
        plain_specs: of jobs that take their definition as it is, by its ARN, and the share and priority
            given to them.
        line: its jobs that wait for room.
    """

    name: str
    arn: str
    state: str
    status: str
    status_reason: str
    priority: int
    type: str
    environments: list[tuple[int, ComputeEnvironment]]
    tags: dict[str, str]
    scheduling_policy: SchedulingPolicy | None = None
    # The same of a queue for service jobs, which has no compute environments.
    service_environments: list[tuple[int, ServiceEnvironment]] = field(default_factory=list)
    time_limit_actions: list[Structure] | None = None
    event: Event | None = None
    jobs: JobIndex[Job] = field(default_factory=JobIndex)
    service_jobs: JobIndex[ServiceJob] = field(default_factory=JobIndex)
    plain_specs: dict[SpecKey, JobSpec] = field(default_factory=dict)
    shares: dict[str, Share] = field(default_factory=dict)
    quota_shares: dict[str, QuotaShare] = field(default_factory=dict)
    line: WaitingLine = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.line = line_for(self)

    @property
    def has_quotas(self) -> bool:
        """Its jobs belong to quota shares."""
        return self.scheduling_policy is not None and self.scheduling_policy.quota_share is not None


@dataclass(slots=True)
class JobDefinition:
    """One revision of a job definition.

    Attributes:
        kind: the member that says what its jobs run, such as `containerProperties`.
        properties: what it says, with Batch's defaults filled in.
    """

    name: str
    revision: int
    arn: str
    status: str
    type: str
    orchestration: str
    parameters: dict[str, str]
    tags: dict[str, str]
    propagate_tags: bool
    platform_capabilities: list[str]
    kind: str
    properties: Structure
    retry_strategy: Structure | None = None
    timeout: Structure | None = None
    scheduling_priority: int | None = None
    consumable_resource_properties: Structure | None = None

    @property
    def platform(self) -> str:
        """The capability that a queue must offer: FARGATE, EC2, MANAGED_INSTANCES or EKS."""
        if self.orchestration == "EKS":
            return "EKS"
        return self.platform_capabilities[0] if self.platform_capabilities else "EC2"


@dataclass(slots=True)
class ConsumableResource:
    """Something that jobs need besides room, counted in units.

    Attributes:
        type: REPLENISHABLE or NON_REPLENISHABLE.
        quantity: how many units there are to be. While more are in use, those are still counted.
        in_use: units that are locked by attempts, or were given away by the test's author.
        updates: (clientToken, operation, quantity) of the updates of the last eight hours, and when each
            was made, in ns.
    """

    name: str
    arn: str
    type: str
    quantity: int
    created_ns: int
    tags: dict[str, str]
    in_use: int = 0
    updates: dict[tuple[str, str, int], int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """What there is: a total that is lowered below what is in use is reached as jobs end.

        Source: user guide, "Update the quantity of a resource while it is in use by jobs".
        """
        return max(self.quantity, self.in_use)

    @property
    def available(self) -> int:
        """Units that an attempt can lock now."""
        return self.total - self.in_use


@dataclass(slots=True)
class Attempt:
    """One try of a job that has left RUNNABLE. Times in ns; ids are derived from the job's id and its number.

    Attributes:
        number: 1 for the first.
        outcome: what the world has decided to do with it.
        environment: where it was placed.
        scheduled_ns: when.
        host: where its room is.
        plan: of its containers, in a job of several; None for one that has just one.
    """

    number: int
    outcome: Outcome
    environment: ComputeEnvironment
    scheduled_ns: int
    host: Host
    started_ns: int | None = None
    stopped_ns: int | None = None
    exit_code: int | None = None
    reason: str | None = None
    status_reason: str | None = None
    plan: Plan | None = None


class Needs(NamedTuple):
    """What an attempt reserves of the place that it gets."""

    vcpus: float
    memory_mib: int
    gpus: int


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What a job was asked to be, after defaults, definition and overrides are merged; never changed.

    Children share it, and so do the jobs of a queue that take their definition as it is.

    Attributes:
        kind: of the properties, as in the table of kinds; of a node that of its range.
        properties: what the job runs, as DescribeJobs shows it, but without what only a run adds.
        retry_strategy: as DescribeJobs shows it, or None for a single try.
        timeout_s: seconds an attempt may run, or None.
        needs: what an attempt reserves.
        room: the same as environments count it.
        overrides_length: characters of its overrides.
        task: the containers of a job of several; None for a job of one.
    """

    queue: JobQueue
    definition: JobDefinition
    kind: str
    properties: Structure
    parameters: dict[str, str]
    retry_strategy: Structure | None
    timeout_s: int | None
    propagate_tags: bool
    depends_on: list[Structure]
    needs: Needs
    room: Room
    overrides_length: int
    task: Task | None = None
    share_identifier: str | None = None
    scheduling_priority: int | None = None
    consumable_resources: Structure | None = None

    @property
    def container(self) -> Structure | None:
        """The container of a job that runs just one on ECS."""
        return self.properties if self.kind == "containerProperties" else None


@dataclass(slots=True)
class Array:
    """What makes a job the parent of an array.

    Attributes:
        summary: how many children are in each of the seven states.
        updated_ns: when a child last moved.
        sequential: child i waits for child i-1.
        live: children that have not ended.
        dependency_failed: what the whole array waited for has failed.
    """

    size: int
    summary: dict[str, int]
    updated_ns: int
    children: list[Job] = field(default_factory=list)
    sequential: bool = False
    live: int = 0
    dependency_failed: bool = False


@dataclass(slots=True)
class Nodes:
    """What makes a job a multi-node one.

    Attributes:
        all: the nodes by index; they come into being when the job is RUNNABLE for the first time.
        main: the one whose fate is the job's. The job has the same attempts.
        outcomes: what the world has decided to do with each in the attempt under way.
        hosts: where those will run, by index, that have a place and have not been launched.
    """

    all: list[Job]
    main: Job
    outcomes: list[Outcome] = field(default_factory=list)
    hosts: dict[int, Host] = field(default_factory=dict)


@dataclass(slots=True)
class Job:
    """A job: single, array parent, array child, multi-node, or one of its nodes. Times in ns.

    Attributes:
        sequence: position in its place's order of submission; a child's or a node's is its index.
        waits: dependencies that have not ended yet.
        dependents: ids of the jobs that wait for this one.
        event: what happens next to it.
        deadline: its attempt's timeout.
        attempts: those that have ended.
        attempt: the one that is starting or running.
        reply: DescribeJobs' packed answer about it alone, until it changes: pollers ask more often than that.
        stop_reason: the reason of a CancelJob or TerminateJob that it has accepted.
        parent: of a child, the array; of a node, the multi-node job.
    """

    id: str
    name: str
    spec: JobSpec
    sequence: int
    created_ns: int
    tags: dict[str, str] = field(default_factory=dict)
    status: str = "SUBMITTED"
    status_reason: str | None = None
    stopped_ns: int | None = None
    waits: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    attempt: Attempt | None = None
    dependents: list[str] | None = None
    event: Event | None = None
    deadline: Event | None = None
    parent: Job | None = None
    index: int | None = None
    array: Array | None = None
    nodes: Nodes | None = None
    reply: bytes | None = None
    stop_reason: str | None = None
    is_cancelled: bool = False
    is_terminated: bool = False

    @property
    def ended(self) -> bool:
        """SUCCEEDED or FAILED: nothing will move it any more."""
        return self.status in ("SUCCEEDED", "FAILED")

    @property
    def is_node(self) -> bool:
        """A node of a multi-node job."""
        return self.parent is not None and self.parent.nodes is not None

    @property
    def runner(self) -> Job:
        """The job that has its container: the main node of a multi-node job, otherwise the job itself."""
        return self if self.nodes is None else self.nodes.main

    @property
    def held_up_by(self) -> Job | None:
        """The job at the head of its queue that blocks it, for a reason that waiting doesn't heal."""
        head = self.spec.queue.line.shown
        if head is None or head is self or self.status != "RUNNABLE" or head.status != "RUNNABLE":
            return None
        return head if head.status_reason is not None else None

    @property
    def last_attempt(self) -> Attempt | None:
        """The attempt under way, or the last that ended."""
        return self.attempt or (self.attempts[-1] if self.attempts else None)
