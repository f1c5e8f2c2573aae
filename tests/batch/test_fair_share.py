"""Fair share: its figures as tables, and the order that they make through boto3."""

from math import exp

import pytest

import fakebatch
from fakebatch.batch.fair_share import Share, faded_mean, in_turn, weights

SECOND = 1_000_000_000
DECAY = 600 * SECOND


# -- The rules


@pytest.mark.source("reference §12.2; how it fades assumed")
@pytest.mark.parametrize(
    ("mean", "vcpus", "elapsed", "expected"),
    [
        (0.0, 0.0, 100, 0.0),
        (0.0, 4.0, 0, 0.0),
        (8.0, 0.0, 0, 8.0),
        (8.0, 0.0, 600, 8 / exp(1)),
        (0.0, 4.0, 600, 4 - 4 / exp(1)),
        (8.0, 4.0, 600, 4 + 4 / exp(1)),
        (4.0, 4.0, 1234, 4.0),
    ],
)
def test_the_mean_of_what_was_held(mean, vcpus, elapsed, expected):
    assert faded_mean(mean, vcpus, elapsed * SECOND, DECAY) == pytest.approx(expected)


@pytest.mark.source("reference §12.2; that what is held now counts in full besides is assumed")
def test_usage_is_what_is_held_now_and_what_was_lately():
    share = Share(settled_ns=0, vcpus=4.0)
    assert share.usage(0, DECAY) == 4.0
    assert share.usage(DECAY, DECAY) == pytest.approx(8 - 4 / exp(1))
    share.settle(DECAY, DECAY)
    share.vcpus = 0.0
    assert share.usage(2 * DECAY, DECAY) == pytest.approx((4 - 4 / exp(1)) / exp(1))


@pytest.mark.source("assumed: the fading of the mean")
def test_asking_for_usage_changes_nothing_and_steps_add_up():
    share = Share(settled_ns=0, vcpus=2.0, mean=5.0)
    before = share.usage(77 * SECOND, DECAY)
    assert (share.mean, share.settled_ns) == (5.0, 0)
    for instant in (3, 40, 77):
        share.settle(instant * SECOND, DECAY)
    assert share.usage(77 * SECOND, DECAY) == pytest.approx(before)


@pytest.mark.source("reference §12.2")
@pytest.mark.parametrize(
    ("live", "left", "now", "active"),
    [(1, 0, 10_000, True), (0, 0, 599, True), (0, 0, 600, False), (0, 100, 699, True), (0, 100, 700, False)],
)
def test_a_share_is_active_while_it_has_jobs_and_for_the_decay(live, left, now, active):
    share = Share(settled_ns=0, live=live, left_ns=left * SECOND)
    assert share.is_active(now * SECOND, DECAY) is active


@pytest.mark.source("reference §12.2; that the prefix counts active shares assumed")
@pytest.mark.parametrize(
    ("distribution", "expected"),
    [
        ([], {"TeamA1": 1.0, "TeamA2": 1.0, "TeamB": 1.0}),
        ([("TeamB", 0.125)], {"TeamA1": 1.0, "TeamA2": 1.0, "TeamB": 0.125}),
        ([("TeamB", None)], {"TeamA1": 1.0, "TeamA2": 1.0, "TeamB": 1.0}),
        ([("TeamA*", 1.0)], {"TeamA1": 2.0, "TeamA2": 2.0, "TeamB": 1.0}),
        ([("TeamA*", 0.5), ("TeamB*", 3.0)], {"TeamA1": 1.0, "TeamA2": 1.0, "TeamB": 3.0}),
        ([("TeamC", 0.5), ("TeamD*", 0.5)], {"TeamA1": 1.0, "TeamA2": 1.0, "TeamB": 1.0}),
    ],
)
def test_weights(distribution, expected):
    entries = [
        {"shareIdentifier": name} | ({} if weight is None else {"weightFactor": weight})
        for name, weight in distribution
    ]
    assert weights(entries, ["TeamA1", "TeamA2", "TeamB"]) == expected


@pytest.mark.source("reference §12.2; ties assumed: the queue's order")
@pytest.mark.parametrize(
    ("lines", "cost", "expected"),
    [
        ({}, {}, ""),
        ({"a": "a1 a2"}, {"a": 1}, "a1 a2"),
        ({"a": "a1 a2 a3", "b": "b1 b2"}, {"a": 1, "b": 1}, "a1 b1 a2 b2 a3"),
        ({"b": "b1 b2", "a": "a1 a2 a3"}, {"a": 1, "b": 1}, "a1 b1 a2 b2 a3"),
        ({"a": "a1 a2 a3", "b": "b1 b2 b3 b4"}, {"a": 4, "b": 1}, "a1 b1 b2 b3 b4 a2 a3"),
        ({"a": "a2 a3", "b": "b1 b4"}, {"a": 0, "b": 0}, "b1 a2 a3 b4"),
    ],
)
def test_the_share_with_the_lowest_ratio_is_next(lines, cost, expected):
    """`cost` is what each job of a share adds to its ratio; a job's rank is its number."""
    taken = dict.fromkeys(lines, 0)
    order = []
    jobs = {share: line.split() for share, line in lines.items()}
    for job in in_turn(jobs, lambda share: taken[share], lambda job: (job[1:], job)):
        taken[job[0]] += cost[job[0]]
        order.append(job)
    assert " ".join(order) == expected


# -- Through boto3


class Scene:
    """A fair-share queue whose environment is closed, so that jobs pile up, until it is opened."""

    def __init__(self, fake):
        self.fake = fake
        self.client = fake.client("batch")
        fake.batch.add_compute_environment("ce")
        fake.batch.add_job_definition("d")

    def queue(self, name="q", shares=None, decay=600, **members):
        distribution = [
            {"shareIdentifier": share, "weightFactor": weight} for share, weight in (shares or {}).items()
        ]
        policy = {"shareDecaySeconds": decay, "shareDistribution": distribution}
        arn = self.fake.batch.add_scheduling_policy(f"{name}-policy", fairsharePolicy=policy)
        self.fake.batch.add_job_queue(name, schedulingPolicyArn=arn, **members)
        return arn

    def submit(self, *names, queue="q", vcpus=None, **members):
        """The first letter of a job's name is its share."""
        if vcpus is not None:
            requirements = [{"type": "VCPU", "value": str(vcpus)}]
            members["containerOverrides"] = {"resourceRequirements": requirements}
        for name in names:
            request = {"jobName": name, "jobQueue": queue, "jobDefinition": "d", **members}
            if queue != "fifo":
                request.setdefault("shareIdentifier", name[0])
            self.client.submit_job(**request)

    def close(self):
        self.client.update_compute_environment(computeEnvironment="ce", state="DISABLED")

    def open(self):
        """Let the waiting jobs in; their names in the order in which they got a place."""
        self.fake.tick(10)
        trace = self.fake.service("batch", "us-east-1", "123456789012").trace
        before = len(trace)
        self.client.update_compute_environment(computeEnvironment="ce", state="ENABLED")
        self.fake.tick(0)
        return " ".join(
            entry.subject.name
            if entry.subject.index is None
            else f"{entry.subject.name}:{entry.subject.index}"
            for entry in trace[before:]
            if entry.after == "STARTING"
        )

    def foreseen(self, queue="q"):
        """The names of the jobs at the front, as the snapshot has them."""
        front = self.client.get_job_queue_snapshot(jobQueue=queue)["frontOfQueue"]["jobs"]
        names = [self.fake.batch.job(entry["jobArn"].rpartition("/")[2]) for entry in front]
        return " ".join(
            view.name if view.array_index is None else f"{view.name}:{view.array_index}" for view in names
        )


@pytest.fixture
def scene():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", seed=7) as world:
        yield Scene(world)


@pytest.fixture
def fargate(scene):
    """The same on Fargate, whose jobs may have parts of a vCPU."""
    scene.queue(jobQueueType="ECS_FARGATE")
    scene.fake.batch.add_job_definition("d", platformCapabilities=["FARGATE"])
    return scene


@pytest.mark.source("reference §12.2; ties assumed")
@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({}, "a1 b1 a2 b2 a3 b3 a4 b4"),
        ({"a": 0.25}, "a1 b1 a2 a3 a4 b2 b3 b4"),
        ({"b": 0.5}, "a1 b1 b2 a2 b3 b4 a3 a4"),
        ({"a": 4.0, "b": 4.0}, "a1 b1 a2 b2 a3 b3 a4 b4"),
    ],
    ids=["equal", "a four times as much", "b twice as much", "the same weight"],
)
def test_waiting_jobs_are_dispatched_by_usage_times_weight(scene, shares, expected):
    scene.queue(shares=shares)
    scene.close()
    scene.submit("a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4")
    scene.fake.tick(10)
    assert scene.foreseen() == expected
    assert scene.open() == expected


@pytest.mark.source("reference §12.2: usage is of vCPUs; order at equal usage assumed")
def test_large_jobs_count_for_more(scene):
    scene.queue()
    scene.close()
    scene.submit("a1", "a2", vcpus=4)
    scene.submit("b1", "b2", "b3", "b4", "b5", "b6")
    scene.fake.tick(10)
    assert scene.foreseen() == "a1 b1 b2 b3 b4 a2 b5 b6"
    assert scene.open() == "a1 b1 b2 b3 b4 a2 b5 b6"


@pytest.mark.source("reference §12.2; without a priority it is 0: assumed")
def test_within_a_share_priority_comes_first_then_the_order_of_submission(scene):
    scene.queue()
    scene.close()
    for name, priority in (("a1", 1), ("a2", 9), ("a3", 1), ("a4", 9999), ("b1", 0), ("b2", 3)):
        scene.submit(name, schedulingPriorityOverride=priority)
    scene.submit("b3")
    scene.fake.tick(10)
    # A priority means nothing to another share: b2 has to wait although a4's is higher than all.
    assert scene.foreseen() == "a4 b2 a2 b1 a1 b3 a3"
    assert scene.open() == "a4 b2 a2 b1 a1 b3 a3"


@pytest.mark.source("reference §12.1; that a retried job is in front of its share's priorities assumed")
def test_a_retried_job_is_in_front_of_its_share(scene):
    scene.queue()
    scene.fake.batch.when(attempt=1, job_name="a1").fail()
    scene.submit("a1", retryStrategy={"attempts": 2})
    scene.fake.tick(10)
    scene.close()
    scene.submit("a2", schedulingPriorityOverride=9)
    scene.submit("a3")
    scene.fake.tick(100)
    assert scene.foreseen() == "a1 a2 a3"
    assert scene.open() == "a1 a2 a3"


@pytest.mark.source("reference §12.2; how usage fades assumed")
def test_a_share_that_has_run_much_lately_stands_back(scene):
    scene.queue()
    scene.fake.batch.when(job_name="a0").succeed(after=1000)
    scene.submit("a0", vcpus=8)
    scene.fake.tick(1100)
    scene.close()
    scene.submit("a1", "a2", "b1", "b2", "b3")
    scene.fake.tick(10)
    assert scene.open() == "b1 b2 b3 a1 a2"


@pytest.mark.source("reference §12.2; how usage fades assumed")
def test_past_usage_fades(scene):
    """Of 8 vCPUs for 1000 seconds, 6.5 are left at once and 1.1 after 18 minutes, when the share lives on."""
    scene.queue()
    scene.fake.batch.when(job_name="a0").succeed(after=1000)
    scene.submit("a0", vcpus=8)
    scene.fake.tick(1100)
    scene.close()
    scene.submit("a1", "a2")
    scene.fake.tick(1000)
    scene.submit("b1", "b2", "b3")
    scene.fake.tick(10)
    assert scene.foreseen() == "b1 b2 a1 b3 a2"
    assert scene.open() == "b1 b2 a1 b3 a2"


@pytest.mark.source("reference §12.2: 0 stands for 600 seconds; that the past is forgotten then assumed")
@pytest.mark.parametrize(
    ("decay", "idle", "expected"),
    [(0, 590, "b1 a1"), (0, 610, "a1 b1"), (3600, 610, "b1 a1"), (100, 110, "a1 b1")],
)
def test_a_share_that_was_idle_for_the_decay_starts_afresh(scene, decay, idle, expected):
    scene.queue(decay=decay)
    scene.submit("a0")
    scene.fake.tick(70)
    scene.close()
    scene.fake.tick(idle)
    scene.submit("a1", "b1")
    assert scene.open() == expected


@pytest.mark.source("reference §12.2: what is in use counts")
def test_jobs_that_run_count_for_their_share(scene):
    scene.queue()
    scene.fake.batch.when(job_name="a0").hang()
    scene.submit("a0", vcpus=2)
    scene.fake.tick(10)
    scene.close()
    scene.submit("a1", "b1", "b2", "b3")
    scene.fake.tick(10)
    assert scene.foreseen() == "b1 b2 b3 a1"
    assert scene.open() == "b1 b2 b3 a1"


@pytest.mark.source("reference §12.2; order of children assumed: their index")
def test_children_of_an_array_are_jobs_of_their_share(scene):
    scene.queue()
    scene.close()
    scene.submit("a", arrayProperties={"size": 3})
    scene.submit("b1", "b2")
    scene.fake.tick(10)
    assert scene.foreseen() == "a:0 b1 a:1 b2 a:2"
    assert scene.open() == "a:0 b1 a:1 b2 a:2"


@pytest.mark.source("reference §12.1; the order of queues of equal priority assumed")
def test_queues_take_turns_by_priority(scene):
    scene.queue("low", priority=1)
    scene.queue("high", priority=9)
    scene.queue("high2", priority=9)
    scene.fake.batch.add_job_queue("fifo", priority=9)
    scene.close()
    scene.submit("a1", "a2", "b1", queue="low")
    scene.submit("c1", "c2", "d1", queue="high2")
    scene.submit("e1", "e2", "f1", queue="high")
    scene.submit("g1", "g2", queue="fifo")
    assert scene.open() == "g1 g2 e1 f1 e2 c1 d1 c2 a1 b1 a2"


@pytest.mark.source(
    "reference §12.1; assumed: the head of a share holds up all shares; model: it holds nothing"
)
def test_a_blocked_job_holds_up_all_shares(scene):
    scene.queue()
    scene.fake.batch.when(job_name="a1").stuck("UNDETERMINED")
    scene.close()
    scene.submit("a1", "a2", "b1", "b2")
    assert scene.open() == ""
    scene.close()
    scene.fake.batch.when(job_name="a1").succeed()
    assert scene.open() == "a1 b1 a2 b2"


@pytest.mark.source("reference §12.2: the policy in force decides")
def test_a_policy_that_is_changed_or_replaced_counts_at_once(scene):
    arn = scene.queue()
    scene.close()
    scene.submit("a1", "a2", "b1", "b2", "b3", "b4")
    scene.fake.tick(10)
    assert scene.foreseen() == "a1 b1 a2 b2 b3 b4"
    quarter = {"shareDistribution": [{"shareIdentifier": "b", "weightFactor": 0.25}]}
    scene.client.update_scheduling_policy(arn=arn, fairsharePolicy=quarter)
    assert scene.foreseen() == "a1 b1 b2 b3 b4 a2"
    other = scene.fake.batch.add_scheduling_policy("other")
    scene.client.update_job_queue(jobQueue="q", schedulingPolicyArn=other)
    assert scene.foreseen() == "a1 b1 a2 b2 b3 b4"


@pytest.mark.source("assumed: what was used before a change of the decay has faded by the old one")
def test_a_new_decay_counts_from_its_change(scene):
    arn = scene.queue(decay=60)
    scene.fake.batch.add_job_queue("fifo")
    scene.fake.batch.when(job_name="a0").hang()
    scene.submit("a0", vcpus=8)
    scene.fake.tick(1000)
    share = scene.fake.service("batch", "us-east-1", "123456789012").job_queues["q"].shares["a"]
    scene.client.update_scheduling_policy(arn=arn, fairsharePolicy={"shareDecaySeconds": 604800})
    now_ns = int(scene.fake.now.timestamp()) * SECOND
    assert share.usage(now_ns, 604800 * SECOND) == pytest.approx(16, abs=0.001)


@pytest.mark.source("assumed: what a share holds is that of its placed jobs, to the last fraction")
def test_nothing_is_left_over_of_fractions(fargate):
    for vcpus in (0.25, 0.5, 1):
        fargate.submit("a", vcpus=vcpus)
    share = fargate.fake.service("batch", "us-east-1", "123456789012").job_queues["q"].shares["a"]
    fargate.fake.tick(10)
    assert (share.live, share.placed, share.vcpus) == (3, 3, 1.75)
    fargate.fake.run_until_idle()
    assert (share.live, share.placed, share.vcpus) == (0, 0, 0.0)


@pytest.mark.source("design: a snapshot keeps everything")
def test_usage_survives_a_snapshot(scene):
    scene.queue()
    scene.submit("a0", vcpus=8)
    scene.fake.tick(100)
    scene.close()
    scene.submit("a1", "b1", "b2")
    scene.fake.tick(10)
    kept = scene.fake.snapshot()
    assert scene.foreseen() == "b1 a1 b2"
    scene.fake.run_until_idle()
    scene.fake.tick(10_000)
    scene.fake.restore(kept)
    assert scene.foreseen() == "b1 a1 b2"
    assert scene.open() == "b1 a1 b2"


@pytest.mark.source("reference §11: deleting a queue ends its jobs")
def test_a_queue_with_shares_can_be_deleted(scene):
    scene.queue()
    scene.submit("a1", "b1")
    scene.fake.tick(12)
    scene.submit("a2")
    scene.client.update_job_queue(jobQueue="q", state="DISABLED")
    scene.client.delete_job_queue(jobQueue="q")
    assert {view.status for view in scene.fake.batch.jobs()} == {"FAILED"}
