"""The records of service environments and service jobs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fakebatch.batch.service_lifecycle import STATUSES

if TYPE_CHECKING:
    from fakebatch.batch.outcomes import Outcome
    from fakebatch.batch.state import JobQueue, Structure
    from fakebatch.sim.agenda import Event

NUM_INSTANCES = "NUM_INSTANCES"


@dataclass(slots=True)
class ServiceEnvironment:
    """A service environment. `status` moves by events; `state` is what the user set.

    Attributes:
        capacity_limits: as the request spelt them: instances in all, or of each type.
        used: instances by type of the jobs that were placed here and haven't ended.
    """

    name: str
    arn: str
    type: str
    state: str
    status: str
    status_reason: str
    capacity_limits: list[Structure]
    tags: dict[str, str]
    used: dict[str, int] = field(default_factory=dict)
    event: Event | None = None

    @property
    def usable(self) -> bool:
        """New jobs may be placed here."""
        return self.state == "ENABLED" and self.status in ("VALID", "UPDATING")

    @property
    def limits(self) -> dict[str, int]:
        """The most that there may be of each capacity unit."""
        return {limit["capacityUnit"]: limit["maxCapacity"] for limit in self.capacity_limits}


@dataclass(slots=True)
class QuotaShare:
    """A quota share of a job queue. `status` moves by events; `state` is what the user set.

    Attributes:
        capacity_limits: as the request spelt them: its own instances of each type.
        sharing: its resourceSharingConfiguration.
        preemption: its preemptionConfiguration.
        used: instances by type that its jobs hold.
    """

    name: str
    arn: str
    queue: JobQueue
    state: str
    status: str
    status_reason: str
    capacity_limits: list[Structure]
    sharing: Structure
    preemption: Structure
    tags: dict[str, str]
    used: dict[str, int] = field(default_factory=dict)
    event: Event | None = None

    @property
    def usable(self) -> bool:
        """It counts: its capacity is its own, and its jobs may be scheduled. DISABLED it still does."""
        return self.status in ("VALID", "UPDATING")

    @property
    def limits(self) -> dict[str, int]:
        """What it has of each capacity unit without borrowing."""
        return {limit["capacityUnit"]: limit["maxCapacity"] for limit in self.capacity_limits}


@dataclass(slots=True)
class ServiceAttempt:
    """One try of a service job: a training job of SageMaker. Times in ns.

    Attributes:
        number: 1 for the first.
        outcome: what the world has decided to do with it.
        environment: whose capacity it takes.
        preempted: it was stopped to make room for another job; such a one is no try in the sense of the
            retry strategy.
        short: SageMaker had no instances for it; such a one is no try either.
        scheduled_ns: when it was handed to SageMaker.
        started_ns: when it reached RUNNING.
    """

    number: int
    outcome: Outcome
    environment: ServiceEnvironment
    scheduled_ns: int
    started_ns: int | None = None
    stopped_ns: int | None = None
    status_reason: str | None = None
    preempted: bool = False
    short: bool = False


@dataclass(slots=True)
class ServiceJob:
    """A service job. Times in ns.

    Attributes:
        payload: the request for SageMaker, as it was submitted.
        training_job_name: the name that it gives; the job's own where it gives none.
        instances: how many it needs of each instance type.
        digest: of the whole request, by which a second one is known.
        sequence: position in its queue's order of submission.
        retry_strategy: as DescribeServiceJob shows it, or None for a single try.
        timeout_s: seconds an attempt may run, or None.
        share_identifier: in a queue of fair share.
        quota_share: in a queue with quota management.
        preemption_configuration: as it was submitted, or None.
        past_priorities: how many transitions and remarks had been recorded when it lost a
            schedulingPriority, and which.
        promised: jobs are being stopped, or were, so that it gets its turn.
        event: what happens next to it.
        deadline: its attempt's timeout.
        attempts: those that have ended, also those that are no tries.
        attempt: the one that is scheduled, starting or running.
    """

    id: str
    name: str
    queue: JobQueue
    type: str
    payload: str
    training_job_name: str
    instances: dict[str, int]
    digest: str
    sequence: int
    created_ns: int
    tags: dict[str, str] = field(default_factory=dict)
    retry_strategy: Structure | None = None
    timeout_s: int | None = None
    scheduling_priority: int | None = None
    share_identifier: str | None = None
    quota_share: QuotaShare | None = None
    preemption_configuration: Structure | None = None
    past_priorities: list[tuple[int, int, int | None]] = field(default_factory=list)
    promised: bool = False
    status: str = "SUBMITTED"
    status_reason: str | None = None
    stopped_ns: int | None = None
    attempts: list[ServiceAttempt] = field(default_factory=list)
    attempt: ServiceAttempt | None = None
    event: Event | None = None
    deadline: Event | None = None
    is_terminated: bool = False

    @property
    def statuses(self) -> tuple[str, ...]:
        """The states that a job of this kind can be in."""
        return STATUSES

    @property
    def ended(self) -> bool:
        """SUCCEEDED or FAILED: nothing will move it any more."""
        return self.status in ("SUCCEEDED", "FAILED")

    @property
    def share_name(self) -> str:
        """The line of its queue in which it waits: that of its share of either kind."""
        return self.quota_share.name if self.quota_share else self.share_identifier or ""

    @property
    def priority(self) -> int:
        """For comparing jobs of one share; that one without a schedulingPriority has 0 is assumed."""
        return self.scheduling_priority or 0

    @property
    def tries(self) -> list[ServiceAttempt]:
        """The ended attempts that count for the retry strategy, and that `attempts` shows."""
        return [attempt for attempt in self.attempts if not (attempt.preempted or attempt.short)]

    @property
    def preemptions(self) -> list[ServiceAttempt]:
        """The ended attempts that were preempted."""
        return [attempt for attempt in self.attempts if attempt.preempted]

    @property
    def last_attempt(self) -> ServiceAttempt | None:
        """The attempt under way, or the last that ended."""
        return self.attempt or (self.attempts[-1] if self.attempts else None)
