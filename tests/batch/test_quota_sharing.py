"""Quota shares at work: reserving, lending, borrowing, and who is preempted for whom."""

from __future__ import annotations

import json
from typing import Any

import pytest

import fakebatch

pytestmark = pytest.mark.needs("CreateQuotaShare")

SAGEMAKER = "SAGEMAKER_TRAINING"
QUEUE = "arn:aws:batch:us-east-1:123456789012:job-queue/"
ARN = QUEUE + "q/quota-share/"
SMALL, LARGE = "ml.m5.large", "ml.p3.2xlarge"
CROSS = "Cross-share preemption triggered to reclaim borrowed capacity"
IN = "In-share preemption triggered to run a job with higher scheduling priority"
COMPLETED = "Received status from SageMaker: Training job completed"
USER_GUIDE = "user guide, Quota shares and Preemption"


def limits(most: int, large: int = 0) -> list[dict[str, Any]]:
    found = [{"maxCapacity": most, "capacityUnit": SMALL}]
    return [*found, {"maxCapacity": large, "capacityUnit": LARGE}] if large else found


class Cluster:
    """A queue with quota shares, and what becomes of the jobs in it.

    Args:
        fake: where it is.
        most: instances of the small type that there are.
        large: of the large one.
        shares: strategy, own small instances, and borrowLimit, own large instances or inSharePreemption.
    """

    def __init__(self, fake: fakebatch.World, most: int, large: int = 0, **shares: tuple[Any, ...]) -> None:
        self.fake = fake
        self.client: Any = fake.client("batch")
        self.start = fake.now
        self.ids: dict[str, str] = {}
        fake.batch.add_service_environment("se", capacityLimits=limits(most, large))
        policy = fake.batch.add_scheduling_policy(
            "p", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
        )
        fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER, schedulingPolicyArn=policy)
        for name, (strategy, own, *more) in shares.items():
            self.add(name, strategy, own, **dict(more))

    def add(self, name: str, strategy: str, own: int, **more: Any) -> None:
        sharing = {"strategy": strategy, **({"borrowLimit": more["limit"]} if "limit" in more else {})}
        preemption = {"inSharePreemption": more.get("preempt", "DISABLED")}
        self.fake.batch.add_quota_share(
            name,
            capacityLimits=limits(own, more.get("large", 0)),
            resourceSharingConfiguration=sharing,
            preemptionConfiguration=preemption,
        )

    def submit(self, name: str, count: int = 1, kind: str = SMALL, **members: Any) -> str:
        """Submit a job to the share that its name begins with."""
        resources = {"InstanceType": kind, "InstanceCount": count}
        self.ids[name] = self.client.submit_service_job(
            jobName=name,
            jobQueue="q",
            quotaShareName=name.partition("-")[0],
            serviceJobType=SAGEMAKER,
            serviceRequestPayload=json.dumps({"TrainingJobName": "t", "ResourceConfig": resources}),
            **members,
        )["jobId"]
        return self.ids[name]

    def job(self, name: str) -> Any:
        return self.client.describe_service_job(jobId=self.ids[name])

    def update(self, share: str, **changes: Any) -> None:
        self.client.update_quota_share(quotaShareArn=ARN + share, **changes)

    def active(self) -> list[str]:
        """The jobs that hold capacity."""
        return [name for name in self.ids if self.job(name)["status"] in ("SCHEDULED", "STARTING", "RUNNING")]

    def told(self, *statuses: str) -> list[tuple[float, str, str]]:
        """(second, job, status) of the transitions into these."""
        return [
            ((each.at - self.start).total_seconds(), each.name, each.after)
            for each in self.fake.timeline
            if each.is_job and each.after in statuses
        ]

    def history(self, name: str) -> list[tuple[float, str, str | None]]:
        entries = self.fake.batch.service_job(self.ids[name]).history
        return [((each.at - self.start).total_seconds(), each.status, each.reason) for each in entries]


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", seed=7) as world:
        yield world


# -- What a share may hold

HOLDINGS = [
    ("RESERVE", ("RESERVE", 2), ("LEND", 4), 2),
    ("LEND", ("LEND", 2), ("LEND", 4), 2),
    ("without limit", ("LEND_AND_BORROW", 2), ("LEND", 4), 6),
    ("limit 0", ("LEND_AND_BORROW", 2, ("limit", 0)), ("LEND", 4), 2),
    ("limit 50", ("LEND_AND_BORROW", 2, ("limit", 50)), ("LEND", 4), 3),
    ("limit 99 of parts", ("LEND_AND_BORROW", 2, ("limit", 99)), ("LEND", 4), 3),
    ("limit 200", ("LEND_AND_BORROW", 2, ("limit", 200)), ("LEND", 4), 6),
    ("from one that reserves", ("LEND_AND_BORROW", 2), ("RESERVE", 4), 2),
    ("from one that borrows too", ("LEND_AND_BORROW", 2), ("LEND_AND_BORROW", 4), 6),
    ("from nobody's", ("LEND_AND_BORROW", 2), ("LEND", 1), 3),
]


@pytest.mark.source(USER_GUIDE + "; assumed: what is nobody's own is not lent")
@pytest.mark.parametrize(
    ("share", "other", "held"), [case[1:] for case in HOLDINGS], ids=[case[0] for case in HOLDINGS]
)
def test_what_a_share_may_hold(fake, share, other, held):
    cluster = Cluster(fake, 10, a=share, b=other)
    for number in range(8):
        cluster.submit(f"a-{number}")
    fake.tick(20)
    assert len(cluster.active()) == held


@pytest.mark.source("reference §12.4: in percent of its own, the same for all units")
def test_each_type_of_instance_counts_by_itself(fake):
    borrower = ("LEND_AND_BORROW", 2, ("limit", 100), ("large", 1))
    cluster = Cluster(fake, 10, 10, a=borrower, b=("LEND", 5, ("large", 5)))
    for number in range(4):
        cluster.submit(f"a-{number}", 2, LARGE if number % 2 else SMALL)
    cluster.submit("a-both")
    fake.tick(20)
    assert cluster.active() == ["a-0", "a-1", "a-2"]
    assert cluster.job("a-3")["status"] == "RUNNABLE"


@pytest.mark.source(USER_GUIDE + "; assumed: the front of a share holds up those behind it")
def test_the_front_of_a_share_holds_up_its_own_share_alone(fake):
    cluster = Cluster(fake, 4, a=("RESERVE", 2), b=("RESERVE", 2))
    for name, count in (("a-1", 1), ("a-2", 2), ("a-3", 1), ("b-1", 1), ("b-2", 1)):
        cluster.submit(name, count)
    fake.run_until_idle()
    assert cluster.told("SCHEDULED") == [
        (5, "a-1", "SCHEDULED"),
        (5, "b-1", "SCHEDULED"),
        (5, "b-2", "SCHEDULED"),
        (75, "a-2", "SCHEDULED"),
        (145, "a-3", "SCHEDULED"),
    ]


@pytest.mark.source("model: FIFO is how idle resources are assigned; by submission: assumed")
def test_idle_capacity_goes_to_who_came_first(fake):
    cluster = Cluster(fake, 6, a=("LEND_AND_BORROW", 1), b=("LEND_AND_BORROW", 1), lender=("LEND", 4))
    cluster.submit("lender-1", 4)
    fake.tick(5)
    for name in ("a-1", "b-1", "b-2", "a-2", "b-3", "a-3", "a-4"):
        cluster.submit(name)
    fake.tick(10)
    assert cluster.active() == ["lender-1", "a-1", "b-1"]
    fake.tick(60)
    assert [name for at, name, _ in cluster.told("SCHEDULED") if at == 75] == ["b-2", "a-2", "b-3", "a-3"]


@pytest.mark.source(USER_GUIDE + "; priorities: model, UpdateServiceJob")
def test_a_higher_priority_is_first_in_its_share(fake):
    cluster = Cluster(fake, 1, a=("RESERVE", 1))
    for name, priority in (("a-none", None), ("a-low", 1), ("a-high", 9), ("a-mid", 5)):
        cluster.submit(name, **({} if priority is None else {"schedulingPriority": priority}))
    fake.run_until_idle()
    assert [name for _, name, _ in cluster.told("SCHEDULED")] == ["a-none", "a-high", "a-mid", "a-low"]


@pytest.mark.source("model: jobs that were submitted to a share can finish after it is DISABLED")
def test_the_jobs_of_a_disabled_share_go_on(fake):
    cluster = Cluster(fake, 2, a=("RESERVE", 1))
    for name in ("a-1", "a-2"):
        cluster.submit(name)
    cluster.update("a", state="DISABLED")
    fake.run_until_idle()
    assert [cluster.job(name)["status"] for name in cluster.ids] == ["SUCCEEDED", "SUCCEEDED"]


EXCEEDED = "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - "
TOO_LARGE = (
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with the job "
    "queue cannot meet the capacity requirement of the job."
)
NEVER = [
    ("environment", ("LEND_AND_BORROW", 4), 11, TOO_LARGE),
    ("RESERVE", ("RESERVE", 4), 5, EXCEEDED + "Job requirements exceed quota share capacity limits."),
    ("LEND", ("LEND", 4), 5, EXCEEDED + "Job requirements exceed quota share capacity limits."),
    (
        "borrow limit",
        ("LEND_AND_BORROW", 2, ("limit", 100)),
        5,
        EXCEEDED + "Job requirements exceed quota share capacity limits and borrow limits.",
    ),
    (
        "nobody lends",
        ("LEND_AND_BORROW", 4, ("limit", 200)),
        10,
        EXCEEDED + "Job requires borrowing that exceeds all configured borrowable capacity.",
    ),
]


@pytest.mark.source("user guide, Jobs stuck in RUNNABLE due to misconfiguration")
@pytest.mark.parametrize(
    ("share", "count", "reason"), [case[1:] for case in NEVER], ids=[c[0] for c in NEVER]
)
def test_a_job_that_its_share_can_never_run_says_so(fake, share, count, reason):
    cluster = Cluster(fake, 10, a=share, b=("LEND_AND_BORROW", 4, ("limit", 200)))
    cluster.submit("a-huge", count)
    fake.run_until_idle()
    job = cluster.job("a-huge")
    assert (job["status"], job["statusReason"]) == ("RUNNABLE", reason)
    cluster.client.update_service_environment(serviceEnvironment="se", capacityLimits=limits(99))
    cluster.update("a", capacityLimits=limits(20))
    fake.run_until_idle()
    assert cluster.job("a-huge")["status"] == "SUCCEEDED"


@pytest.mark.source(
    "reference §12.4: RESERVE lends nothing; also where shares have more than there is: assumed"
)
def test_what_is_reserved_stays_free_where_shares_have_too_much(fake):
    cluster = Cluster(fake, 4, a=("RESERVE", 3), b=("LEND", 3), c=("LEND_AND_BORROW", 1))
    for number in range(3):
        cluster.submit(f"c-{number}")
    fake.tick(20)
    assert cluster.active() == ["c-0"]
    cluster.add("d", "LEND_AND_BORROW", 1)
    cluster.submit("d-1", 2)
    fake.tick(20)
    assert cluster.job("d-1")["statusReason"] == (
        EXCEEDED + "Job requires borrowing that exceeds all configured borrowable capacity."
    )


# -- Cross-share preemption


@pytest.mark.source(USER_GUIDE)
def test_an_owner_takes_its_capacity_back(fake):
    cluster = Cluster(fake, 4, a=("LEND_AND_BORROW", 2), b=("LEND", 2))
    for number in range(4):
        cluster.submit(f"a-{number}")
    fake.tick(20)
    cluster.submit("b-1")
    fake.run_until_idle()
    assert cluster.history("a-3") == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (5, "SCHEDULED", None),
        (10, "STARTING", None),
        (15, "RUNNING", None),
        (25, "RUNNABLE", None),
        (75, "SCHEDULED", None),
        (80, "STARTING", None),
        (85, "RUNNING", None),
        (145, "SUCCEEDED", COMPLETED),
    ]
    assert cluster.history("b-1")[2] == (25, "SCHEDULED", None)
    assert [name for name in cluster.ids if "preemptionSummary" in cluster.job(name)] == ["a-3"]


@pytest.mark.source("reference §12.4; that preempted attempts are not among `attempts` is assumed")
def test_a_preempted_job_shows_what_happened(fake):
    cluster = Cluster(fake, 1, a=("LEND_AND_BORROW", 1), b=("LEND", 1))
    cluster.update("a", capacityLimits=[{"maxCapacity": 1, "capacityUnit": LARGE}])
    cluster.submit("a-1")
    fake.tick(20)
    before = cluster.job("a-1")
    cluster.submit("b-1")
    fake.tick(10)
    job = cluster.job("a-1")
    start_ms = int(cluster.start.timestamp() * 1000)
    assert job["preemptionSummary"] == {
        "preemptedAttemptCount": 1,
        "recentPreemptedAttempts": [
            {
                "serviceResourceId": before["latestAttempt"]["serviceResourceId"],
                "startedAt": start_ms + 15_000,
                "stoppedAt": start_ms + 25_000,
                "statusReason": CROSS,
            }
        ],
    }
    assert (job["status"], job["attempts"], "statusReason" in job) == ("RUNNABLE", [], False)
    view = fake.batch.service_job(cluster.ids["a-1"])
    assert view.preemptions == job["preemptionSummary"]["recentPreemptedAttempts"]
    fake.run_until_idle()
    done = cluster.job("a-1")
    assert len(done["attempts"]) == 1
    assert done["attempts"][0]["serviceResourceId"] != before["latestAttempt"]["serviceResourceId"]


@pytest.mark.source("reference §12.4: the reason meanwhile; timing.stopping")
def test_while_a_job_is_being_stopped_it_says_why():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(stopping=30)) as fake:
        cluster = Cluster(fake, 2, a=("LEND_AND_BORROW", 1), b=("LEND", 1))
        for name in ("a-1", "a-2"):
            cluster.submit(name)
        fake.tick(20)
        cluster.submit("b-1")
        fake.tick(20)
        job = cluster.job("a-2")
        assert (job["status"], job["statusReason"]) == ("RUNNING", f"PREEMPTION_IN_PROGRESS: {CROSS}")
        assert cluster.job("b-1")["status"] == "RUNNABLE"
        fake.run_until_idle()
        assert cluster.history("a-2")[5] == (55, "RUNNABLE", None)
        assert cluster.history("b-1")[2] == (55, "SCHEDULED", None)
        assert len(cluster.job("a-2")["preemptionSummary"]["recentPreemptedAttempts"]) == 1


@pytest.mark.source("model: how often; that 0 ends it at the first: user guide; the reason: assumed")
@pytest.mark.parametrize(
    ("most", "status", "count"), [(0, "FAILED", 1), (1, "FAILED", 2), (2, "SUCCEEDED", 2)]
)
def test_a_job_is_preempted_only_so_often(fake, most, status, count):
    cluster = Cluster(fake, 2, a=("LEND_AND_BORROW", 1), b=("LEND", 1))
    cluster.submit("a-hog")
    cluster.submit("a-1", preemptionConfiguration={"preemptionRetriesBeforeTermination": most})
    fake.batch.when(job_name="a-hog").hang()
    for number in range(2):
        fake.tick(20)
        cluster.submit(f"b-{number}")
        fake.tick(80)
    fake.run_until_idle()
    job = cluster.job("a-1")
    assert (job["status"], job["preemptionSummary"]["preemptedAttemptCount"]) == (status, count)
    assert job["statusReason"] == (CROSS if status == "FAILED" else COMPLETED)


@pytest.mark.source("assumed: a sliding window of ten, the oldest first")
def test_the_window_of_preemptions_slides(fake):
    cluster = Cluster(fake, 2, a=("LEND_AND_BORROW", 1), b=("LEND", 1))
    fake.batch.when(job_name="a-*").hang()
    cluster.submit("a-hog")
    cluster.submit("a-1")
    for number in range(12):
        fake.tick(100)
        cluster.submit(f"b-{number}")
    fake.run_until_idle()
    summary = cluster.job("a-1")["preemptionSummary"]
    stops = [attempt["stoppedAt"] for attempt in summary["recentPreemptedAttempts"]]
    start_ms = int(cluster.start.timestamp() * 1000)
    assert summary["preemptedAttemptCount"] == 12
    assert stops == [start_ms + (100 * number + 5) * 1000 for number in range(3, 13)]
    assert len(fake.batch.service_job(cluster.ids["a-1"]).preemptions) == 12


@pytest.mark.source("reference §12.4: preemptions don't consume retry attempts; rules count alike: assumed")
def test_a_preempted_attempt_is_no_retry(fake):
    cluster = Cluster(fake, 2, a=("LEND_AND_BORROW", 1), b=("LEND", 1))
    fake.batch.when(job_name="a-hog").hang()
    fake.batch.when(job_name="a-1").fail(after=30).succeed()
    cluster.submit("a-hog")
    cluster.submit("a-1", retryStrategy={"attempts": 2})
    fake.tick(20)
    cluster.submit("b-1")
    fake.run_until_idle()
    job = cluster.job("a-1")
    assert [attempt["statusReason"] for attempt in job["attempts"]] == [
        "Received status from SageMaker: AlgorithmError: , exit code: 1",
        COMPLETED,
    ]
    assert (job["status"], job["preemptionSummary"]["preemptedAttemptCount"]) == ("SUCCEEDED", 1)
    told = [each.attempt for each in fake.timeline if each.name == "a-1" and each.after == "SCHEDULED"]
    assert told == [1, 2, 3]


@pytest.mark.source("assumed: a job that is terminated while it is preempted doesn't come back")
def test_terminating_a_job_that_is_being_preempted():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(stopping=30)) as fake:
        cluster = Cluster(fake, 2, a=("LEND_AND_BORROW", 1), b=("LEND", 1))
        for name in ("a-1", "a-2"):
            cluster.submit(name)
        fake.tick(20)
        cluster.submit("b-1")
        fake.tick(10)
        cluster.client.terminate_service_job(jobId=cluster.ids["a-2"], reason="enough")
        fake.run_until_idle()
        assert cluster.history("a-2")[-1] == (55, "FAILED", "enough")
        assert "preemptionSummary" not in cluster.job("a-2")


# name, (priority, instances) of a's jobs in the order in which they are scheduled, what b needs, who goes
VICTIMS = [
    ("the lowest priority", [(5, 1), (1, 1), (9, 1), (5, 1)], 1, ["a-1"]),
    ("of these the last", [(5, 1), (5, 1), (9, 1), (9, 1)], 1, ["a-1"]),
    ("as many as it takes", [(1, 1), (2, 1), (3, 1), (4, 1)], 2, ["a-0", "a-1"]),
    ("nobody needlessly", [(1, 1), (2, 3)], 2, ["a-1"]),
    ("a larger one", [(1, 3), (2, 1)], 1, ["a-0"]),
]


@pytest.mark.source("assumed: AWS's heuristic looks at borrowing, priority and duration (user guide)")
@pytest.mark.parametrize(
    ("jobs", "needed", "victims"), [case[1:] for case in VICTIMS], ids=[case[0] for case in VICTIMS]
)
def test_who_is_preempted(fake, jobs, needed, victims):
    cluster = Cluster(fake, 4, a=("LEND_AND_BORROW", 2), b=("LEND", 2))
    for number, (priority, count) in enumerate(jobs):
        cluster.submit(f"a-{number}", count, schedulingPriority=priority)
        fake.tick(6)
    cluster.submit("b-1", needed)
    fake.tick(10)
    assert [name for name in cluster.ids if "preemptionSummary" in cluster.job(name)] == victims
    assert cluster.job("b-1")["status"] in ("SCHEDULED", "STARTING")


@pytest.mark.source("assumed: a share loses no more than it has borrowed, and only of what is missing")
def test_only_who_holds_what_is_missing_goes(fake):
    borrowers = ("LEND_AND_BORROW", 1, ("large", 1))
    cluster = Cluster(fake, 4, 4, a=borrowers, b=borrowers, c=("LEND", 2, ("large", 2)))
    cluster.submit("a-1", 2, SMALL)
    cluster.submit("b-1", 1, SMALL)
    cluster.submit("b-2", 2, LARGE)
    fake.tick(20)
    cluster.submit("c-1", 2, SMALL)
    fake.tick(10)
    assert cluster.active() == ["b-1", "b-2", "c-1"]


@pytest.mark.source(USER_GUIDE + ": lowered limits make jobs eligible, whatever the strategy")
def test_lowered_limits_make_room_for_those_who_need_it(fake):
    cluster = Cluster(fake, 4, a=("RESERVE", 3), b=("RESERVE", 1))
    for number in range(3):
        cluster.submit(f"a-{number}")
    cluster.submit("b-1")
    fake.tick(20)
    cluster.update("a", capacityLimits=limits(1))
    fake.tick(10)
    assert cluster.active() == ["a-0", "a-1", "a-2", "b-1"]
    cluster.update("b", capacityLimits=limits(3))
    cluster.submit("b-2")
    fake.tick(10)
    assert cluster.active() == ["a-0", "a-1", "b-1", "b-2"]
    assert cluster.job("a-2")["preemptionSummary"]["recentPreemptedAttempts"][0]["statusReason"] == CROSS


@pytest.mark.source(USER_GUIDE + ": to restore borrowed capacity")
def test_nobody_goes_for_a_job_that_has_to_borrow_or_wait(fake):
    cluster = Cluster(fake, 4, a=("LEND_AND_BORROW", 2), b=("LEND_AND_BORROW", 2))
    cluster.submit("a-1", 3)
    fake.tick(20)
    cluster.submit("b-1", 3)
    fake.tick(20)
    assert cluster.active() == ["a-1"]
    fake.run_until_idle()
    assert [at for at, name, _ in cluster.told("SCHEDULED") if name == "b-1"] == [75]


@pytest.mark.source("model: a DISABLED environment takes no jobs; that nobody is preempted then is assumed")
def test_in_a_disabled_environment_nothing_changes(fake):
    cluster = Cluster(fake, 2, a=("LEND_AND_BORROW", 1), b=("LEND", 1))
    for name in ("a-1", "a-2"):
        cluster.submit(name)
    fake.tick(20)
    cluster.client.update_service_environment(serviceEnvironment="se", state="DISABLED")
    cluster.submit("b-1")
    fake.tick(20)
    assert cluster.active() == ["a-1", "a-2"]
    cluster.client.update_service_environment(serviceEnvironment="se", state="ENABLED")
    fake.tick(1)
    assert cluster.active() == ["a-1", "b-1"]


# -- In-share preemption


@pytest.mark.source(USER_GUIDE + "; the reason is assumed")
@pytest.mark.parametrize(("preempt", "active"), [("ENABLED", ["a-high"]), ("DISABLED", ["a-low"])])
def test_a_higher_priority_preempts_within_the_share(fake, preempt, active):
    cluster = Cluster(fake, 1, a=("RESERVE", 1, ("preempt", preempt)))
    cluster.submit("a-low", schedulingPriority=1)
    fake.tick(20)
    cluster.submit("a-high", schedulingPriority=2)
    fake.tick(10)
    assert cluster.active() == active
    fake.run_until_idle()
    assert [cluster.job(name)["status"] for name in cluster.ids] == ["SUCCEEDED", "SUCCEEDED"]
    if preempt == "ENABLED":
        (attempt,) = cluster.job("a-low")["preemptionSummary"]["recentPreemptedAttempts"]
        assert attempt["statusReason"] == IN


@pytest.mark.source(USER_GUIDE + ": UpdateServiceJob influences preemption")
@pytest.mark.parametrize(("name", "priority"), [("a-1", 4), ("a-2", 6)], ids=["lowered", "raised"])
def test_a_changed_priority_preempts(fake, name, priority):
    cluster = Cluster(fake, 1, a=("RESERVE", 1, ("preempt", "ENABLED")))
    for each in ("a-1", "a-2"):
        cluster.submit(each, schedulingPriority=5)
    fake.tick(20)
    assert cluster.active() == ["a-1"]
    cluster.client.update_service_job(jobId=cluster.ids[name], schedulingPriority=priority)
    fake.tick(1)
    assert cluster.active() == ["a-2"]


@pytest.mark.source("assumed: in the place of what was borrowed it borrows itself")
def test_it_takes_over_what_was_borrowed(fake):
    cluster = Cluster(fake, 4, a=("LEND_AND_BORROW", 1, ("preempt", "ENABLED")), b=("LEND", 3))
    for number in range(4):
        cluster.submit(f"a-{number}", schedulingPriority=number)
    fake.tick(20)
    cluster.submit("a-high", 2, schedulingPriority=9)
    fake.tick(10)
    assert cluster.active() == ["a-2", "a-3", "a-high"]


@pytest.mark.source("assumed: both kinds together, where one of them alone doesn't make room")
def test_it_makes_do_with_its_own_and_takes_that_back(fake):
    cluster = Cluster(fake, 4, a=("LEND", 3, ("preempt", "ENABLED")), b=("LEND_AND_BORROW", 1))
    cluster.submit("a-low", 1, schedulingPriority=1)
    for number in range(3):
        cluster.submit(f"b-{number}")
    fake.tick(20)
    cluster.submit("a-high", 3, schedulingPriority=2)
    fake.tick(10)
    assert cluster.active() == ["b-0", "a-high"]
    reasons = {
        name: cluster.job(name)["preemptionSummary"]["recentPreemptedAttempts"][0]["statusReason"]
        for name in ("a-low", "b-1", "b-2")
    }
    assert reasons == {"a-low": IN, "b-1": CROSS, "b-2": CROSS}


@pytest.mark.source("assumed: who others have gone for is first, and borrowers leave its place free")
def test_nobody_else_gets_what_was_freed():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(stopping=30)) as fake:
        shares = {"a": ("LEND_AND_BORROW", 1, ("preempt", "ENABLED")), "b": ("LEND_AND_BORROW", 1)}
        cluster = Cluster(fake, 4, **shares, c=("LEND", 2))
        cluster.submit("b-1", 1)
        cluster.submit("a-low", 2, schedulingPriority=1)
        fake.tick(10)
        cluster.submit("a-high", 3, schedulingPriority=2)
        fake.tick(10)
        cluster.submit("b-2", 1)
        fake.run_until_idle()
        assert [(at, name) for at, name, _ in cluster.told("SCHEDULED")] == [
            (5, "b-1"),
            (5, "a-low"),
            (45, "a-high"),
            (75, "b-2"),
            (115, "a-low"),
        ]


@pytest.mark.source("assumed: who others have gone for is first, also before those who have waited longer")
def test_nobody_goes_in_vain_where_shares_have_too_much(fake):
    cluster = Cluster(fake, 2, a=("RESERVE", 2, ("preempt", "ENABLED")), b=("RESERVE", 2))
    cluster.submit("a-low", 2, schedulingPriority=1)
    fake.tick(20)
    cluster.submit("b-1", 1)
    fake.tick(5)
    cluster.submit("a-high", 2, schedulingPriority=2)
    fake.tick(10)
    assert cluster.active() == ["a-high"]


@pytest.mark.source("assumed: what was kept for a job is free again when that can't run any more")
def test_a_promise_can_be_withdrawn():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(stopping=30)) as fake:
        shares = {"a": ("LEND_AND_BORROW", 1, ("preempt", "ENABLED")), "b": ("LEND_AND_BORROW", 1)}
        cluster = Cluster(fake, 4, **shares, c=("LEND", 2))
        cluster.submit("b-1", 1)
        cluster.submit("a-low", 2, schedulingPriority=1)
        fake.tick(10)
        cluster.submit("a-high", 3, schedulingPriority=2)
        fake.tick(5)
        cluster.submit("b-2", 1)
        fake.tick(10)
        assert cluster.job("b-2")["status"] == "RUNNABLE"
        cluster.update("a", resourceSharingConfiguration={"strategy": "LEND"})
        fake.tick(1)
        assert cluster.job("b-2")["status"] == "SCHEDULED"


# -- Deleting a share


@pytest.mark.source("model: all jobs are eventually terminated; the reason is assumed")
def test_deleting_a_share_ends_its_jobs():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(stopping=30)) as fake:
        cluster = Cluster(fake, 2, a=("RESERVE", 1), b=("RESERVE", 1))
        for name in ("a-1", "a-2", "b-1"):
            cluster.submit(name)
        fake.tick(20)
        cluster.submit("a-3")
        cluster.update("a", state="DISABLED")
        cluster.client.delete_quota_share(quotaShareArn=ARN + "a")
        ended = {name: cluster.job(name).get("statusReason") for name in cluster.ids}
        assert ended == {
            "a-1": None,
            "a-2": "QuotaShare deleted",
            "b-1": None,
            "a-3": "QuotaShare deleted",
        }
        cluster.add("a", "RESERVE", 1)
        cluster.submit("a-new")
        fake.run_until_idle()
        assert cluster.told("FAILED") == [(20, "a-3", "FAILED"), (20, "a-2", "FAILED"), (50, "a-1", "FAILED")]
        assert cluster.history("a-1")[-1] == (50, "FAILED", "QuotaShare deleted")
        # Its capacity is free only when the training job has stopped.
        assert cluster.history("a-new")[2] == (50, "SCHEDULED", None)
        assert cluster.job("b-1")["status"] == "SUCCEEDED"


@pytest.mark.source("assumed: the jobs of a share that is gone are not those of one of its name")
def test_a_share_of_the_same_name_has_nothing_of_the_one_before():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(stopping=60)) as fake:
        cluster = Cluster(fake, 3, a=("RESERVE", 1), b=("LEND_AND_BORROW", 1), c=("LEND", 1))
        for name in ("a-1", "b-1", "b-2"):
            cluster.submit(name)
        fake.tick(20)
        cluster.update("a", state="DISABLED")
        cluster.client.delete_quota_share(quotaShareArn=ARN + "a")
        cluster.add("a", "RESERVE", 1)
        cluster.submit("a-new", 2)
        fake.tick(20)
        assert cluster.active() == ["a-1", "b-1", "b-2"]
        assert "statusReason" not in cluster.job("b-2")
