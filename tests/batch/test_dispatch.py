"""Whose turn it is: queues that share environments, shares, retried jobs, what waits for something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

START = "2026-01-01T00:00:00Z"
START_S = 1_767_225_600


class Scene:
    """One Fargate environment of few vCPUs, and jobs of one vCPU that run for a minute."""

    def __init__(self, fake: fakebatch.World) -> None:
        self.fake = fake
        self.batch = fake.client("batch")
        fake.batch.add_job_definition("d", platformCapabilities=["FARGATE"])

    def environment(self, vcpus: int, name: str = "ce") -> None:
        self.fake.batch.add_compute_environment(name, computeResources={"type": "FARGATE", "maxvCpus": vcpus})

    def queue(self, name: str = "q", *environments: str, **members: Any) -> None:
        order = [
            {"order": number, "computeEnvironment": each}
            for number, each in enumerate(environments or ["ce"])
        ]
        self.fake.batch.add_job_queue(name, computeEnvironmentOrder=order, **members)

    def fair(self, name: str = "q", reservation: int = 0, **members: Any) -> None:
        policy = self.fake.batch.add_scheduling_policy(
            f"policy-{name}", fairsharePolicy={"shareDecaySeconds": 600, "computeReservation": reservation}
        )
        self.queue(name, schedulingPolicyArn=policy, **members)

    def submit(self, names: str, queue: str = "q", **members: Any) -> list[str]:
        """Jobs by those names; in a queue with shares the first letter is the share."""
        [found] = self.batch.describe_job_queues(jobQueues=[queue])["jobQueues"]
        ids = []
        for name in names.split():
            share = {"shareIdentifier": name[0]} if "schedulingPolicyArn" in found else {}
            request = {"jobName": name, "jobQueue": queue, "jobDefinition": "d", **share, **members}
            ids.append(str(self.batch.submit_job(**request)["jobId"]))
        return ids

    def started(self) -> str:
        """`seconds: names` of the jobs that got a place at each instant."""
        trace = self.fake.service("batch", "us-east-1", "123456789012").trace
        at: dict[float, list[str]] = {}
        for entry in trace:
            if entry.after == "STARTING":
                at.setdefault(entry.at_ns / 10**9 - START_S, []).append(entry.subject.name)
        return ", ".join(f"{seconds:g}: {' '.join(names)}" for seconds, names in at.items())


@pytest.fixture
def scene() -> Iterator[Scene]:
    with fakebatch.mock(start=START, seed=7) as fake:
        yield Scene(fake)


# -- Queues


@pytest.mark.source("model, JobQueueDetail.priority: in descending order")
def test_the_queue_of_higher_priority_goes_first(scene):
    scene.environment(2)
    scene.queue("low", priority=1)
    scene.queue("high", priority=2)
    scene.submit("a b c", queue="low")
    scene.submit("x y z", queue="high")
    scene.fake.run_until_idle()
    assert scene.started() == "5: x y, 70: z a, 135: b c"


@pytest.mark.source("assumed: queues of equal priority take turns by the submission of their first jobs")
def test_queues_of_equal_priority_take_turns(scene):
    scene.environment(1)
    scene.queue("one")
    scene.queue("two")
    for name, queue in (("a", "one"), ("b", "two"), ("c", "two"), ("d", "one")):
        scene.submit(name, queue=queue)
        scene.fake.tick(1)
    scene.fake.run_until_idle()
    assert scene.started() == "5: a, 70: b, 135: c, 200: d"


@pytest.mark.source("model, JobQueueDetail.priority: without room for its head the next queue has its turn")
def test_a_queue_that_is_blocked_lets_others_go(scene):
    scene.environment(1)
    scene.queue("high", priority=2)
    scene.queue("low", priority=1)
    scene.fake.batch.when(job_name="big").stuck("UNDETERMINED")
    [big] = scene.submit("big", queue="high")
    scene.submit("x", queue="high")
    scene.submit("a b", queue="low")
    scene.fake.tick(100)
    assert scene.started() == "5: a, 70: b"
    scene.batch.cancel_job(jobId=big, reason="enough")
    scene.fake.run_until_idle()
    assert scene.started() == "5: a, 70: b, 135: x"


@pytest.mark.source("reference §10.6: only what concerns an environment is of interest to its queues")
def test_queues_on_different_environments_do_not_mind_each_other(scene):
    scene.environment(1)
    scene.environment(1, "other")
    scene.queue("q")
    scene.queue("both", "ce", "other")
    scene.submit("a b c")
    scene.submit("x y z", queue="both")
    scene.fake.run_until_idle()
    # Of the three first ones b finds no room any more, x overflows into the other environment.
    assert scene.started() == "5: a x, 70: b y, 135: c z"


@pytest.mark.source("reference §11: a queue that is changed is looked at")
def test_a_queue_that_gets_another_environment(scene):
    scene.environment(1)
    scene.environment(2, "other")
    scene.queue()
    scene.submit("a b c d")
    scene.fake.tick(20)
    order = [{"order": 1, "computeEnvironment": "other"}]
    scene.batch.update_job_queue(jobQueue="q", computeEnvironmentOrder=order)
    scene.fake.run_until_idle()
    assert scene.started() == "5: a, 20: b c, 85: d"


@pytest.mark.source("api §2: run_until says why it never will")
def test_run_until_says_who_holds_up_the_queue(scene):
    scene.environment(1)
    scene.queue()
    scene.fake.batch.when(job_name="big").stuck("UNDETERMINED")
    job = scene.submit("big small")[1]
    with pytest.raises(fakebatch.UsageError) as caught:
        scene.fake.run_until(job)
    assert str(caught.value) == (
        f"run_until('{job}', None): nothing is left to happen that would make it SUCCEEDED or FAILED. "
        "Job small is RUNNABLE. It is held up by the head of its queue. Job big is RUNNABLE because: "
        "UNDETERMINED - Batch job is blocked, root cause is undetermined."
    )


# -- In a queue


@pytest.mark.source("reference §2, §12.1: retried jobs go to the front")
def test_a_retried_job_is_in_front(scene):
    scene.environment(1)
    scene.queue()
    scene.fake.batch.when(job_name="again").fail(after=10).succeed()
    scene.submit("again", retryStrategy={"attempts": 2})
    scene.submit("a b c")
    scene.fake.run_until_idle()
    # It isn't looked at again at once, so the one behind it gets the place first.
    assert scene.started() == "5: again, 20: a, 85: again, 150: b, 215: c"


@pytest.mark.source("reference §5: children are dispatched in the order of their index")
def test_children_take_turns_with_other_jobs(scene):
    scene.environment(2)
    scene.queue()
    scene.submit("a")
    scene.submit("array", arrayProperties={"size": 3})
    scene.submit("z")
    scene.fake.run_until_idle()
    assert scene.started() == "5: a array, 70: array array, 135: z"


@pytest.mark.source("reference §7, §3, §11: whatever ends a job gives its room back")
@pytest.mark.parametrize("end", ["terminate", "timeout", "delete"])
def test_whatever_ends_a_job_gives_its_room_back(scene, end):
    scene.environment(1)
    scene.queue()
    scene.queue("other")
    scene.fake.batch.when(job_name="a").hang()
    [first] = scene.submit("a", timeout={"attemptDurationSeconds": 60})
    scene.submit("b", queue="other")
    scene.fake.tick(20)
    if end == "terminate":
        scene.batch.terminate_job(jobId=first, reason="x")
    if end == "delete":
        scene.batch.update_job_queue(jobQueue="q", state="DISABLED")
        scene.batch.delete_job_queue(jobQueue="q")
    scene.fake.run_until_idle()
    assert scene.started() == f"5: a, {70 if end == 'timeout' else 20}: b"


@pytest.mark.source("reference §7: FAILED at once; design: jobs that arrive together are cancelled apart")
def test_a_job_that_is_cancelled_before_its_turn(scene):
    scene.environment(1)
    scene.queue()
    jobs = scene.submit("a b c d e")
    scene.fake.tick(2)
    scene.batch.cancel_job(jobId=jobs[0], reason="x")
    scene.fake.tick(8)
    scene.batch.cancel_job(jobId=jobs[2], reason="x")
    scene.fake.run_until_idle()
    assert scene.started() == "5: b, 70: d, 135: e"


@pytest.mark.source("design: nothing is left to happen when all that were to arrive are cancelled")
def test_time_stands_still_when_nobody_arrives(scene):
    scene.environment(1)
    scene.queue()
    jobs = scene.submit("a b")
    scene.fake.tick(2)
    for job in jobs:
        scene.batch.cancel_job(jobId=job, reason="x")
    scene.fake.run_until_idle()
    assert scene.fake.now.timestamp() == START_S + 2


# -- Shares


@pytest.mark.source("reference §12.2: the lowest usage times weight, counted as jobs are placed")
def test_shares_take_turns_in_what_becomes_free(scene):
    scene.environment(2)
    scene.fair()
    scene.submit("a1 a2 a3 a4 b1 b2")
    scene.fake.run_until_idle()
    assert scene.started() == "5: a1 b1, 70: a2 b2, 135: a3 a4"


@pytest.mark.source("model, FairsharePolicy.computeReservation; that a queue with nothing may start: assumed")
def test_a_reservation_keeps_room_for_new_shares(scene):
    scene.environment(4)
    scene.fair(reservation=50)
    scene.submit("a1 a2 a3 a4")
    scene.fake.tick(10)
    # One share may have half of four vCPUs, two may have three quarters.
    assert scene.started() == "5: a1 a2"
    scene.submit("b1 b2")
    scene.fake.tick(10)
    assert scene.started() == "5: a1 a2, 15: b1"
    scene.fake.run_until_idle()
    assert scene.started() == "5: a1 a2, 15: b1, 70: a3 b2, 80: a4"


@pytest.mark.source("model: unmanagedvCpus are what is reserved of; without them nothing is")
@pytest.mark.parametrize(("members", "placed"), [({"unmanagedvCpus": 4}, 2), ({}, 4)])
def test_a_reservation_in_an_unmanaged_environment(scene, members, placed):
    scene.fake.batch.add_compute_environment("ce", type="UNMANAGED", **members)
    scene.fake.batch.add_job_definition("d")
    scene.fair(reservation=50)
    scene.submit("a1 a2 a3 a4")
    scene.fake.tick(20)
    assert len(scene.fake.batch.jobs(status="RUNNING")) == placed


@pytest.mark.source("assumed: or nothing would ever start")
def test_a_reservation_lets_one_job_start(scene):
    scene.environment(1)
    scene.fair(reservation=99)
    scene.submit("a1 a2")
    scene.fake.run_until_idle()
    assert scene.started() == "5: a1, 70: a2"


# -- Consumable resources


@pytest.mark.source("assumed: who lacks units holds up nobody; design: units that find no room go to others")
def test_units_that_find_no_room_go_to_those_behind(scene):
    scene.environment(1)
    scene.environment(4, "wide")
    scene.queue()
    scene.queue("other", "wide", priority=0)
    scene.fake.batch.add_consumable_resource("token", totalQuantity=1)
    scene.fake.batch.when(job_name="long").succeed(after=500)
    needed = {"consumableResourceList": [{"consumableResource": "token", "quantity": 1}]}
    scene.submit("holder", queue="other", consumableResourcePropertiesOverride=needed)
    scene.fake.tick(6)
    scene.submit("long")
    scene.fake.tick(1)
    scene.submit("first", consumableResourcePropertiesOverride=needed)
    scene.submit("second", queue="other", consumableResourcePropertiesOverride=needed)
    scene.fake.run_until_idle()
    # When the holder ends, the first is in line for the environment that the long one fills.
    assert scene.started() == "5: holder, 11: long, 70: second, 516: first"
