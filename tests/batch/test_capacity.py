"""The room of environments: who gets some, where, when instances come and go, and what is never enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import fakebatch
from fakebatch import Timing, UsageError

START = "2026-01-01T00:00:00Z"
START_S = 1_767_225_600
MAX_RESOURCE = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the "
    "CPU requirement of the job."
)
REQUIREMENT = (
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher "
    "than that can be met by the CE(s) attached to the job queue."
)
INVALID = "ACTION_REQUIRED - CE(s) associated with the job queue are invalid."


def insufficient(instance_type: str) -> str:
    return (
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for "
        f"instance type [{instance_type}]"
    )


class Scene:
    """A world with environments and queues, told about by names."""

    def __init__(self, fake: fakebatch.World) -> None:
        self.fake = fake
        self.batch = fake.client("batch")

    def environment(self, name: str = "ce", **resources: Any) -> None:
        state = resources.pop("state", "ENABLED")
        status = resources.pop("status", "VALID")
        self.fake.batch.add_compute_environment(name, computeResources=resources, state=state, status=status)

    def queue(self, name: str = "q", *environments: str, **members: Any) -> None:
        order = [
            {"order": number, "computeEnvironment": each}
            for number, each in enumerate(environments or ["ce"])
        ]
        self.fake.batch.add_job_queue(name, computeEnvironmentOrder=order, **members)

    def submit(
        self, name: str, vcpus: float = 1, memory: int = 512, gpus: int = 0, queue: str = "q", **members: Any
    ) -> str:
        """A job by that name; a definition for each kind of need."""
        kind = self.batch.describe_job_queues(jobQueues=[queue])["jobQueues"][0]["jobQueueType"]
        needs = [{"type": "VCPU", "value": str(vcpus)}, {"type": "MEMORY", "value": str(memory)}]
        if gpus:
            needs.append({"type": "GPU", "value": str(gpus)})
        platform = ["FARGATE"] if kind == "ECS_FARGATE" else ["EC2"]
        definition = self.fake.batch.add_job_definition(
            name,
            containerProperties={"resourceRequirements": needs},
            platformCapabilities=platform,
        )
        return str(
            self.batch.submit_job(jobName=name, jobQueue=queue, jobDefinition=definition, **members)["jobId"]
        )

    def started(self) -> list[tuple[float, str]]:
        """(seconds, name) of each job in the order in which they got a place."""
        trace = self.fake.service("batch", "us-east-1", "123456789012").trace
        return [
            (entry.at_ns / 10**9 - START_S, entry.subject.name)
            for entry in trace
            if entry.after == "STARTING"
        ]

    def at(self, job_id: str) -> str:
        """The environment of a job."""
        environment: str = self.fake.batch.job(job_id).environment["AWS_BATCH_CE_NAME"]
        return environment

    def reason(self, job_id: str) -> str | None:
        [job] = self.batch.describe_jobs(jobs=[job_id])["jobs"]
        assert job["status"] == "RUNNABLE"
        found: str | None = job.get("statusReason")
        return found

    def desired(self, name: str = "ce") -> int:
        [found] = self.batch.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]
        desired: int = found["computeResources"]["desiredvCpus"]
        return desired

    def update(self, name: str = "ce", state: str | None = None, **resources: Any) -> None:
        members: dict[str, Any] = {"computeResources": resources} if resources else {}
        if state is not None:
            members["state"] = state
        self.batch.update_compute_environment(computeEnvironment=name, **members)


@pytest.fixture
def scene() -> Iterator[Scene]:
    with fakebatch.mock(start=START, seed=7) as fake:
        yield Scene(fake)


@pytest.fixture
def cold() -> Iterator[Scene]:
    """Instances take 100 s to come up, and go 300 s after their last job."""
    with fakebatch.mock(start=START, seed=7, timing=Timing(scaling_out=100, scaling_in=300)) as fake:
        yield Scene(fake)


# -- Fargate: a number of vCPUs


@pytest.mark.source("reference §10.6: maxvCpus is a hard cap of vCPUs")
def test_fargate_runs_as_many_vcpus_as_there_may_be(scene):
    scene.environment(type="FARGATE", maxvCpus=2)
    scene.queue()
    for name, vcpus in (("a", 1), ("b", 0.5), ("c", 0.5), ("d", 0.25), ("e", 2)):
        scene.submit(name, vcpus, memory=4096 if vcpus == 2 else 2048 if vcpus > 0.25 else 512)
    scene.fake.run_until_idle()
    assert scene.started() == [(5, "a"), (5, "b"), (5, "c"), (70, "d"), (135, "e")]


@pytest.mark.source("reference §11.2")
def test_a_job_that_no_fargate_environment_can_hold_says_so(scene):
    scene.environment(type="FARGATE", maxvCpus=1)
    scene.environment("ce2", type="FARGATE", maxvCpus=2)
    scene.queue("q", "ce", "ce2")
    job = scene.submit("big", 4, memory=8192)
    behind = scene.submit("behind", 1, memory=2048)
    scene.fake.tick(10)
    assert scene.reason(job) == MAX_RESOURCE
    assert scene.reason(behind) is None
    scene.update("ce2", maxvCpus=4)
    scene.fake.run_until_idle()
    assert scene.started() == [(10, "big"), (10, "behind")]


@pytest.mark.source(
    "assumed: without capacity Fargate speaks like EC2; reference §10.6: the next environment"
)
def test_capacity_may_be_withheld_on_fargate(scene):
    scene.environment("spot", type="FARGATE_SPOT", maxvCpus=4)
    scene.environment("plain", type="FARGATE", maxvCpus=1)
    scene.queue("q", "spot", "plain")
    scene.fake.batch.withhold_capacity("spot")
    first = scene.submit("a", 1, memory=2048)
    second = scene.submit("b", 1, memory=2048)
    scene.fake.tick(10)
    assert scene.at(first) == "plain"
    # The other environment has only to wait for others, so nothing is said.
    assert scene.reason(second) is None
    scene.fake.batch.withhold_capacity("plain")
    scene.fake.tick(60)
    assert scene.reason(second) == insufficient("FARGATE_SPOT")
    scene.fake.batch.restore_capacity("spot")
    scene.fake.tick(0)
    assert scene.at(second) == "spot"


# -- Instances


@pytest.mark.source("assumed: the smallest type that is large enough; those on an instance share its ids")
def test_jobs_share_instances(scene):
    scene.environment(instanceTypes=["m5.large", "m5.xlarge"])
    scene.queue()
    jobs = [scene.submit(name) for name in "abc"]
    jobs.append(scene.submit("d", 3))
    scene.fake.tick(10)
    views = [scene.fake.batch.job(job) for job in jobs]
    assert views[0].instance == views[1].instance
    assert len({view.instance for view in views}) == 3
    arns = [
        scene.batch.describe_jobs(jobs=[job])["jobs"][0]["container"]["containerInstanceArn"] for job in jobs
    ]
    assert arns[0] == arns[1]
    assert len(set(arns)) == 3
    assert scene.desired() == 2 + 2 + 4


@pytest.mark.source("assumed: the tightest instance, an instance without GPUs first")
def test_a_job_goes_where_least_is_left_over(scene):
    scene.environment(instanceTypes=["m5.large", "m5.xlarge", "g4dn.xlarge"])
    scene.queue()
    scene.fake.batch.when(job_name="short*").succeed(after=5)
    scene.submit("short-gpu", 4, gpus=1)
    scene.submit("short-large", 4)
    small = scene.submit("small")
    scene.fake.tick(15)
    later = [scene.submit(name, vcpus) for name, vcpus in (("x", 1), ("y", 1), ("z", 4), ("w", 4))]
    scene.fake.tick(10)
    views = [scene.fake.batch.job(job) for job in later]
    assert views[0].instance == scene.fake.batch.job(small).instance
    # There is only the larger one left, then the one with the GPU, which is too full for the last.
    assert scene.desired() == 4 + 4 + 2 + 4
    assert len({view.instance for view in views}) == 4


@pytest.mark.source("reference §12.1: the head of the queue blocks it; §10.6")
def test_a_head_that_finds_no_room_holds_up_those_behind_it(scene):
    scene.environment(instanceTypes=["m5.xlarge"], maxvCpus=4, allocationStrategy="BEST_FIT")
    scene.queue()
    jobs = [scene.submit(name, vcpus) for name, vcpus in (("a", 3), ("b", 2), ("c", 1))]
    scene.fake.tick(10)
    assert scene.started() == [(5, "a")]
    assert [scene.reason(job) for job in jobs[1:]] == [None, None]
    scene.fake.run_until_idle()
    assert scene.started() == [(5, "a"), (70, "b"), (70, "c")]


@pytest.mark.source("model, ComputeResource.maxvCpus: exceeded by one instance at most, never by BEST_FIT")
@pytest.mark.parametrize(
    ("kind", "strategy", "running"),
    [
        ("EC2", "BEST_FIT", 4),
        ("EC2", "BEST_FIT_PROGRESSIVE", 8),
        ("SPOT", "BEST_FIT", 8),
        ("SPOT", "SPOT_CAPACITY_OPTIMIZED", 8),
    ],
)
def test_the_last_instance_may_exceed_the_maximum(scene, kind, strategy, running):
    scene.environment(type=kind, instanceTypes=["m5.xlarge"], maxvCpus=6, allocationStrategy=strategy)
    scene.queue()
    for number in range(12):
        scene.submit(f"j{number}")
    scene.fake.tick(20)
    assert len(scene.fake.batch.jobs(status="RUNNING")) == running
    assert scene.desired() == min(running, 6)


@pytest.mark.source("reference §11.2")
@pytest.mark.parametrize(
    ("resources", "needs", "reason"),
    [
        pytest.param({"maxvCpus": 8}, (16, 512, 0), MAX_RESOURCE, id="more vCPUs than may be"),
        pytest.param({"instanceTypes": ["m5.large"]}, (4, 512, 0), REQUIREMENT, id="vCPUs"),
        pytest.param({"instanceTypes": ["m5.large"]}, (1, 8193, 0), REQUIREMENT, id="memory"),
        pytest.param({"instanceTypes": ["m5"]}, (1, 512, 1), REQUIREMENT, id="GPU"),
        pytest.param({"instanceTypes": ["g5.xlarge"]}, (1, 512, 2), REQUIREMENT, id="GPUs"),
        pytest.param(
            {"instanceTypes": ["m5.4xlarge"], "maxvCpus": 8, "allocationStrategy": "BEST_FIT"},
            (1, 512, 0),
            MAX_RESOURCE,
            id="no instance may be launched",
        ),
    ],
)
def test_what_waiting_does_not_heal_is_said(scene, resources, needs, reason):
    scene.environment(**resources)
    scene.queue()
    job = scene.submit("big", *needs)
    scene.fake.run_until_idle()
    assert scene.reason(job) == reason
    scene.batch.cancel_job(jobId=job, reason="enough")
    assert scene.fake.batch.job(job).status_reason == "enough"


@pytest.mark.source("reference §11.2: all environments lack it; which of two reasons is assumed")
def test_an_environment_that_has_only_to_be_waited_for_says_nothing(scene):
    scene.environment(instanceTypes=["m5.large"], maxvCpus=64)
    scene.environment("large", instanceTypes=["m5.xlarge"], maxvCpus=4)
    scene.queue("q", "ce", "large")
    scene.queue("small", "ce")
    scene.submit("a", 4)
    waits = scene.submit("b", 4)
    never = scene.submit("c", 4, queue="small")
    scene.fake.tick(10)
    assert (scene.reason(waits), scene.reason(never)) == (None, REQUIREMENT)


@pytest.mark.source("reference §11.2; assumed: nothing is said of environments that are DISABLED")
@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"status": "INVALID"}, {"status": "INVALID"}, INVALID),
        ({"status": "INVALID"}, {"state": "DISABLED"}, INVALID),
        ({"state": "DISABLED"}, {"state": "DISABLED"}, None),
    ],
    ids=["invalid", "one invalid", "disabled"],
)
def test_invalid_environments_block_their_queue(scene, first, second, reason):
    scene.environment("one", **first)
    scene.environment("two", **second)
    scene.queue("q", "one", "two")
    job = scene.submit("a")
    scene.fake.tick(10)
    assert scene.reason(job) == reason


@pytest.mark.source("reference §11.2: at the head of the queue; assumed: it is shown nowhere else")
def test_a_reason_is_shown_only_at_the_head(scene):
    scene.environment()
    scene.queue()
    scene.fake.batch.when(job_name="again").fail(after=20).stuck("UNDETERMINED")
    scene.fake.batch.when(job_name="big").stuck("ACTION_REQUIRED")
    again = scene.submit("again", retryStrategy={"attempts": 2})
    big = scene.submit("big")
    scene.fake.tick(20)
    assert scene.reason(big) == INVALID
    scene.fake.tick(20)
    # The retried job is in front now.
    assert scene.reason(again) == "UNDETERMINED - Batch job is blocked, root cause is undetermined."
    assert scene.reason(big) is None
    blocked = [event for event in scene.fake.events if event["detail-type"] == "Batch Job Queue Blocked"]
    assert [event["detail"]["jobName"] for event in blocked] == ["big", "again"]


@pytest.mark.source("reference §10.6: the next environment when the first cannot provide; ascending order")
def test_jobs_overflow_into_the_next_environment(scene):
    scene.environment("one", instanceTypes=["m5.large"], maxvCpus=2)
    scene.environment("two", instanceTypes=["m5.large"], maxvCpus=4)
    scene.queue("q", "one", "two")
    jobs = [scene.submit(name) for name in "abcdefg"]
    scene.fake.tick(10)
    assert [scene.at(job) for job in jobs[:6]] == ["one", "one", "two", "two", "two", "two"]
    assert scene.started() == [(5, name) for name in "abcdef"]
    scene.fake.run_until_idle()
    assert scene.started()[6:] == [(70, "g")]
    assert scene.at(jobs[6]) == "one"


@pytest.mark.source("reference §10.6: no new placements, running jobs go on")
def test_a_disabled_environment_lets_its_jobs_run_and_its_instances_go(scene):
    scene.environment(instanceTypes=["m5.large"], minvCpus=2)
    scene.queue()
    for name in "abcd":
        scene.submit(name)
    scene.fake.tick(10)
    scene.update(state="DISABLED")
    scene.submit("e")
    scene.fake.run_until_idle()
    assert {job.status for job in scene.fake.batch.jobs()} == {"SUCCEEDED", "RUNNABLE"}
    assert scene.desired() == 4
    scene.fake.tick(60)
    assert scene.desired() == 2
    scene.update(state="ENABLED")
    scene.fake.tick(0)
    assert scene.started()[4:] == [(130, "e")]


@pytest.mark.source("assumed: what runs beyond a lowered maximum goes on")
def test_a_maximum_below_what_is_used_ends_nothing(scene):
    scene.environment(instanceTypes=["m5.large"], maxvCpus=8)
    scene.queue()
    for name in "abcdefghij":
        scene.submit(name)
    scene.fake.tick(10)
    scene.update(maxvCpus=2)
    scene.fake.tick(20)
    assert len(scene.fake.batch.jobs(status="RUNNING")) == 8
    assert scene.desired() == 2
    scene.fake.run_until_idle()
    assert scene.started()[8:] == [(70, "i"), (70, "j")]


@pytest.mark.source("model: more jobs as the maximum is raised")
def test_a_raised_maximum_lets_jobs_start(scene):
    scene.environment(instanceTypes=["m5.large"], maxvCpus=2)
    scene.queue()
    for name in "abcd":
        scene.submit(name)
    scene.fake.tick(30)
    scene.update(maxvCpus=4)
    scene.fake.tick(0)
    assert scene.started() == [(5, "a"), (5, "b"), (30, "c"), (30, "d")]


@pytest.mark.source("assumed: what a user has registered is unknown, so there is room")
def test_an_unmanaged_environment_has_room_for_all(scene):
    scene.fake.batch.add_compute_environment("ce", type="UNMANAGED")
    scene.queue()
    jobs = [scene.submit(f"j{number}", 64, 500_000) for number in range(50)]
    scene.fake.tick(10)
    assert len(scene.fake.batch.jobs(status="RUNNING")) == 50
    # Each has a host of its own there, which can be taken away.
    views = [scene.fake.batch.job(job) for job in jobs]
    assert len({view.instance for view in views}) == 50
    scene.fake.batch.reclaim_spot(views[0].instance)
    scene.fake.batch.reclaim_spot(jobs[1])
    assert [view.status for view in views[:3]] == ["FAILED", "FAILED", "RUNNING"]


@pytest.mark.source("design: who has no capacity in mind never meets it")
def test_the_author_s_environments_have_room_for_a_million_vcpus(scene):
    scene.fake.batch.add_job_queue("q")
    [found] = scene.batch.describe_compute_environments()["computeEnvironments"]
    assert found["computeResources"]["maxvCpus"] == 1_000_000


# -- Instances that come and go


@pytest.mark.source("model, ComputeResource: minvCpus are maintained, desiredvCpus follows demand")
def test_desired_vcpus_follow_the_jobs(scene):
    scene.environment(instanceTypes=["m5.large"], minvCpus=3, maxvCpus=16)
    scene.queue()
    seen = [(0, scene.desired())]
    for name in "abcdef":
        scene.submit(name)
    for second in range(1, 200):
        scene.fake.tick(1)
        if scene.desired() != seen[-1][1]:
            seen.append((second, scene.desired()))
    # Two instances are four vCPUs; they stay, the third goes a minute after its jobs.
    assert seen == [(0, 4), (5, 6), (130, 4)]


@pytest.mark.source("reference §10.4: desiredvCpus only grows; instances are launched ahead")
def test_raising_desired_vcpus_launches_ahead(scene):
    scene.environment(instanceTypes=["m5.large"], maxvCpus=16)
    scene.update(desiredvCpus=6)
    assert scene.desired() == 6
    with pytest.raises(ClientError, match="Manually scaling down compute environment is not supported"):
        scene.update(desiredvCpus=4)
    scene.fake.tick(60)
    assert scene.desired() == 0


@pytest.mark.source(
    "model, ComputeScalingPolicy: counted from the last job, not for those that never had one"
)
def test_the_scale_down_delay_keeps_instances(scene):
    scene.environment(
        instanceTypes=["m5.large"], scalingPolicy={"minScaleDownDelayMinutes": 20}, desiredvCpus=4
    )
    scene.queue()
    scene.submit("a")
    seen = []
    for _ in range(40):
        seen.append(scene.desired())
        scene.fake.tick(60)
    # The unused one goes after a minute, the other 20 minutes after the job's end at 70 s.
    assert seen == [4] + [2] * 21 + [0] * 18


@pytest.mark.source("model, InfrastructureOptimization.scaleInAfter: -1 is never")
@pytest.mark.needs("InfrastructureOptimization.scaleInAfter")
@pytest.mark.parametrize(("seconds", "gone"), [(0, True), (3600, False), (-1, False)])
def test_managed_instances_have_a_delay_of_their_own(scene, seconds, gone):
    provider = {
        "infrastructureRoleArn": "arn:aws:iam::123456789012:role/r",
        "instanceLaunchTemplate": {
            "ec2InstanceProfileArn": "arn:aws:iam::123456789012:instance-profile/p",
            "networkConfiguration": {"subnets": ["subnet-1"]},
            "instanceRequirements": {"allowedInstanceTypes": ["m5.large"]},
        },
        "infrastructureOptimization": {"scaleInAfter": seconds},
    }
    scene.environment(type="ECS_MANAGED_INSTANCES", managedInstancesProvider=provider, maxvCpus=2)
    # Jobs for them cannot be registered yet.
    service = scene.fake.service("batch", "us-east-1", "123456789012")
    pool = service.compute_environments["ce"].capacity
    pool.give_back(pool.take((0, 1024, 512, 1)), (0, 1024, 512, 1))
    scene.fake.tick(1000)
    assert pool.vcpus == (0 if gone else 2)


@pytest.mark.source("api §3: Timing.scaling_out; reference §10.6")
def test_jobs_wait_for_instances_to_come_up(cold):
    cold.environment(instanceTypes=["m5.large"], maxvCpus=4)
    cold.queue()
    jobs = [cold.submit(name) for name in "abcde"]
    cold.fake.tick(10)
    # For five jobs there would be three instances, but there may be only two.
    assert (cold.desired(), cold.started(), cold.reason(jobs[0])) == (4, [], None)
    cold.fake.run_until_idle()
    assert cold.started() == [*[(105, name) for name in "abcd"], (170, "e")]
    assert cold.desired() == 4
    # The one has run its last job at 170 s, the other at 235 s.
    cold.fake.tick(235)
    assert cold.desired() == 2
    cold.fake.tick(65)
    assert cold.desired() == 0


@pytest.mark.source("api §3: Timing.scaling_out; assumed: as many instances as all that wait need")
def test_as_many_instances_are_launched_as_waiting_jobs_need(cold):
    cold.environment(instanceTypes=["m5.xlarge"], maxvCpus=64)
    cold.queue()
    for number in range(9):
        cold.submit(f"small{number}")
    cold.submit("large", 4)
    cold.fake.tick(10)
    # Three for the small ones, one for the large.
    assert cold.desired() == 16
    cold.submit("late")
    cold.fake.tick(10)
    assert cold.desired() == 16
    cold.fake.run_until_idle()
    assert {at for at, _ in cold.started()} == {105}


@pytest.mark.source(
    "api §3: Timing.scaling_out; reference §10.6: the first environment that can, then the next"
)
def test_instances_are_launched_by_the_next_environment_for_what_the_first_cannot_hold(cold):
    cold.environment("one", instanceTypes=["m5.large"], maxvCpus=2)
    cold.environment("two", instanceTypes=["m5.large"], maxvCpus=20)
    cold.queue("q", "one", "two")
    jobs = [cold.submit(name) for name in "abcde"]
    cold.fake.tick(10)
    assert (cold.desired("one"), cold.desired("two")) == (2, 4)
    cold.fake.run_until_idle()
    assert [cold.at(job) for job in jobs] == ["one", "one", "two", "two", "two"]


@pytest.mark.source("api §2: run_until_idle; design: scale-in goes on by itself")
def test_run_until_idle_waits_for_instances_that_come_and_not_for_those_that_go(cold):
    cold.environment(instanceTypes=["m5.large"])
    cold.queue()
    cold.submit("a")
    cold.fake.run_until_idle()
    assert cold.fake.now.timestamp() - START_S == 170


@pytest.mark.source("api §2: snapshot, restore")
def test_a_snapshot_keeps_instances_and_lines(cold):
    cold.environment(instanceTypes=["m5.large"], maxvCpus=2)
    cold.queue()
    for name in "abcd":
        cold.submit(name)
    for seconds in (50, 120):
        cold.fake.tick(seconds)
        kept = cold.fake.snapshot()
        cold.fake.run_until_idle()
        expected = [(105, "a"), (105, "b"), (170, "c"), (170, "d")]
        assert cold.started() == expected
        cold.fake.restore(kept)
    cold.fake.run_until_idle()
    assert cold.started() == expected


# -- Instances that AWS takes away, or doesn't have


@pytest.mark.source("reference §1.4: a reclaim takes the instance with all that is on it")
@pytest.mark.parametrize("by", ["job", "instance"])
def test_a_reclaim_takes_all_jobs_of_the_instance(scene, by):
    scene.environment(type="SPOT", instanceTypes=["m5.xlarge"], maxvCpus=4)
    scene.queue()
    jobs = [scene.submit(name, retryStrategy={"attempts": 2}) for name in "abcde"]
    scene.fake.tick(20)
    views = [scene.fake.batch.job(job) for job in jobs]
    lost = views[0].instance
    scene.fake.batch.reclaim_spot(jobs[0] if by == "job" else lost)
    # The fifth takes the place at once: the retried ones are looked at in four seconds.
    assert [view.status for view in views] == ["RUNNABLE"] * 4 + ["STARTING"]
    assert {view.attempts[0]["statusReason"] for view in views[:4]} == {
        f"Host EC2 (instance {lost}) terminated."
    }
    assert scene.desired() == 4
    assert scene.started()[4:] == [(20, "e")]
    scene.fake.run_until_idle()
    assert scene.started()[5:] == [(24, "a"), (24, "b"), (24, "c"), (85, "d")]
    assert lost not in {view.instance for view in views}


@pytest.mark.source("design: a rule speaks of the attempts that it is about; the instance gets no more jobs")
def test_a_rule_that_takes_the_host_leaves_the_neighbours_alone(scene):
    scene.environment(instanceTypes=["m5.large"], maxvCpus=2)
    scene.queue()
    scene.fake.batch.when(job_name="a").host_terminated(after=10)
    for name in "abc":
        scene.submit(name)
    scene.fake.run_until_idle()
    # The instance is gone with its last job only: until then there may be no other.
    assert scene.started() == [(5, "a"), (5, "b"), (70, "c")]
    assert [job.status for job in scene.fake.batch.jobs()] == ["FAILED", "SUCCEEDED", "SUCCEEDED"]
    instances = [job.instance for job in scene.fake.batch.jobs()]
    assert instances[0] == instances[1] != instances[2]


@pytest.mark.source("model: minvCpus are maintained")
def test_a_lost_instance_of_the_minimum_is_replaced(scene):
    scene.environment(type="SPOT", instanceTypes=["m5.large"], minvCpus=2)
    scene.queue()
    job = scene.submit("a")
    scene.fake.tick(20)
    first = scene.fake.batch.job(job).instance
    scene.fake.batch.reclaim_spot(job)
    assert scene.desired() == 2
    second = scene.submit("b")
    scene.fake.tick(10)
    assert scene.fake.batch.job(second).instance != first
    assert scene.desired() == 2


@pytest.mark.source("reference §11.2: all environments lack it; that the brackets stay is assumed")
def test_a_type_that_aws_has_no_more_of(scene):
    scene.environment(instanceTypes=["m5.large", "c5.xlarge"])
    scene.queue()
    scene.fake.batch.withhold_capacity("ce", "m5.large")
    first = scene.submit("a")
    scene.fake.tick(10)
    assert scene.desired() == 4
    scene.fake.batch.withhold_capacity("ce")
    big = scene.submit("b", 4)
    scene.submit("c")
    scene.fake.tick(10)
    assert scene.reason(big) == insufficient("c5.xlarge")
    scene.fake.run_until(first)
    # Its instance has room now, so it was only a matter of time.
    scene.fake.tick(0)
    assert scene.started() == [(5, "a"), (70, "b")]
    scene.fake.batch.restore_capacity("ce")
    scene.fake.tick(0)
    assert scene.started()[2:] == [(70, "c")]
    assert scene.desired() == 6


@pytest.mark.source("model, BEST_FIT: waits for the best fitting type")
def test_best_fit_waits_for_its_type(scene):
    scene.environment(instanceTypes=["m5.large", "m5.xlarge"], allocationStrategy="BEST_FIT")
    scene.queue()
    scene.fake.batch.withhold_capacity("ce", "m5.large")
    job = scene.submit("a")
    scene.fake.tick(10)
    assert scene.reason(job) == insufficient("m5.large")
    scene.fake.batch.restore_capacity("ce", "m5.large")
    scene.fake.tick(0)
    assert scene.started() == [(10, "a")]


@pytest.mark.source("model, BEST_FIT_PROGRESSIVE_ORDERED: as listed, within a family the best fit")
@pytest.mark.needs("CRAllocationStrategy=BEST_FIT_PROGRESSIVE_ORDERED")
def test_the_ordered_strategy_goes_by_the_list(scene):
    types = ["m5.4xlarge", "m5", "c5.large"]
    scene.environment(instanceTypes=types, allocationStrategy="BEST_FIT_PROGRESSIVE_ORDERED")
    scene.queue()
    scene.submit("a")
    scene.fake.tick(10)
    assert scene.desired() == 16
    scene.fake.batch.withhold_capacity("ce", "m5.4xlarge")
    scene.submit("b", 16)
    scene.fake.tick(10)
    # Excluded from its family by name, the next of that size is larger.
    assert scene.desired() == 16 + 32


@pytest.mark.source("assumed: misuse")
def test_capacity_that_cannot_be_withheld(scene):
    scene.environment(instanceTypes=["m5.large"])
    scene.fake.batch.add_compute_environment("own", type="UNMANAGED")
    for name, instance_type, text in (
        ("c", None, "withhold_capacity('c'): there is no such compute environment. There are: ce, own."),
        (
            "own",
            None,
            "withhold_capacity('own'): the environment is unmanaged, so AWS launches nothing in it.",
        ),
        (
            "ce",
            "m5.larg_",
            "withhold_capacity('ce'): the environment launches no 'm5.larg_'. Did you mean m5.large?",
        ),
        (
            "ce",
            "c5.large",
            "withhold_capacity('ce'): the environment launches no 'c5.large'. Did you mean m5.large?",
        ),
    ):
        with pytest.raises(UsageError) as caught:
            scene.fake.batch.withhold_capacity(name, instance_type)
        assert str(caught.value) == text
    with pytest.raises(UsageError, match="restore_capacity"):
        scene.fake.batch.restore_capacity("c")


@pytest.mark.source("assumed: no more than a thousand instances are launched ahead of jobs")
def test_the_largest_minimum_is_no_endless_launch():
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as fake:
        most = 2**31 - 1
        resources = {"instanceTypes": ["m5.large"], "minvCpus": most, "maxvCpus": most}
        fake.batch.add_compute_environment("ce", computeResources=resources)
        batch = fake.client("batch")
        [environment] = batch.describe_compute_environments()["computeEnvironments"]
        assert environment["computeResources"]["desiredvCpus"] == most
        service = fake.service("batch", "us-east-1", "123456789012")
        assert len(service.compute_environments["ce"].capacity.up) == 1_000
