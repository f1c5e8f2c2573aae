"""The life of service jobs: timelines, capacity, retries, timeouts, stopping, retention, rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch
from fakebatch.batch.service_lifecycle import SERVICE_JOB, STATUSES, move
from fakebatch.errors import InternalError

START = "2026-01-01T00:00:00.000123Z"
SAGEMAKER = "SAGEMAKER_TRAINING"
COMPLETED = "Received status from SageMaker: Training job completed"
FAILED = "Received status from SageMaker: AlgorithmError: , exit code: 1"
TIMED_OUT = "Job attempt duration exceeded timeout"
TOO_LARGE = (
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with the job "
    "queue cannot meet the capacity requirement of the job."
)


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        limit(world, 4)
        world.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def limit(world: fakebatch.World, most: int, unit: str = "NUM_INSTANCES", name: str = "se") -> None:
    limits = [{"maxCapacity": most, "capacityUnit": unit}]
    world.batch.add_service_environment(name, capacityLimits=limits)


def payload(count: int = 1, kind: str = "ml.m5.large") -> str:
    resources = {"InstanceType": kind, "InstanceCount": count}
    return json.dumps({"TrainingJobName": "t", "ResourceConfig": resources})


def submit(client: Any, name: str = "j", count: int = 1, **members: Any) -> str:
    request = {"jobQueue": "q", "serviceJobType": SAGEMAKER, "serviceRequestPayload": payload(count)}
    return str(client.submit_service_job(jobName=name, **(request | members))["jobId"])


def timeline(fake: fakebatch.World, job_id: str) -> list[tuple[float, str, str | None]]:
    """(seconds since it came into being, status, reason) of each transition."""
    history = fake.batch.service_job(job_id).history
    return [((entry.at - history[0].at).total_seconds(), entry.status, entry.reason) for entry in history]


def scheduled(fake: fakebatch.World) -> list[tuple[float, str]]:
    """(second, name) of each job that got its capacity."""
    start = fake.timeline[0].at
    return [
        ((each.at - start).total_seconds(), each.name) for each in fake.timeline if each.after == "SCHEDULED"
    ]


# -- The table

# Reference §1.2 and §12.6, written down a second time.
EXPECTED = {
    None: {"SUBMITTED"},
    "SUBMITTED": {"RUNNABLE", "FAILED"},
    "RUNNABLE": {"SCHEDULED", "FAILED"},
    "SCHEDULED": {"STARTING", "RUNNABLE", "FAILED"},
    "STARTING": {"RUNNING", "RUNNABLE", "FAILED"},
    "RUNNING": {"SUCCEEDED", "RUNNABLE", "FAILED"},
    "SUCCEEDED": set(),
    "FAILED": set(),
}


@pytest.mark.source("reference §1.2, §12.6")
def test_the_table_is_that_of_the_reference():
    assert {before: set(after) for before, after in SERVICE_JOB.items()} == EXPECTED
    assert tuple(state for state in SERVICE_JOB if state) == STATUSES


@pytest.mark.source("reference §1.2")
def test_no_other_transition_can_happen(fake, client):
    job_id = submit(client)
    service = fake.service("batch", "us-east-1", "123456789012")
    with pytest.raises(InternalError) as caught:
        move(service, service.service_jobs[job_id], "RUNNING")
    assert str(caught.value) == f"service job {job_id} cannot go from SUBMITTED to RUNNING"


# -- Timelines


@pytest.mark.source("reference §12.6; durations assumed")
def test_a_job_goes_through_all_states(fake, client):
    job_id = submit(client)
    fake.run_until_idle()
    assert timeline(fake, job_id) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (5, "SCHEDULED", None),
        (10, "STARTING", None),
        (15, "RUNNING", None),
        (75, "SUCCEEDED", COMPLETED),
    ]


@pytest.mark.source("api §3: instant, over at the first look")
def test_with_instant_timing_it_is_over_at_the_first_look():
    with fakebatch.mock(timing=fakebatch.Timing.instant()) as fake:
        fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
        client = fake.client("batch")
        assert client.describe_service_job(jobId=submit(client))["status"] == "SUCCEEDED"


REASONS = [
    ({"status_reason": "why not"}, "why not"),
    ({"reason": "ResourceLimitExceeded: no"}, "Received status from SageMaker: ResourceLimitExceeded: no"),
    ({"exit_code": 3}, "Received status from SageMaker: AlgorithmError: , exit code: 3"),
    (
        {"exit_code": None},
        (
            "Received status from SageMaker: InternalServerError: We encountered an internal error. "
            "Please try again."
        ),
    ),
]


@pytest.mark.source("reference §12.6: the prefix; what follows without a reason is assumed")
@pytest.mark.parametrize(("members", "reason"), REASONS, ids=["own", "SageMaker's", "exit code", "no code"])
def test_a_failure_says_why(fake, client, members, reason):
    fake.batch.when(job_name="j").fail(after=30, **members)
    job_id = submit(client)
    fake.run_until_idle()
    assert timeline(fake, job_id)[-2:] == [(15, "RUNNING", None), (45, "FAILED", reason)]


@pytest.mark.source("reference §12.6: STARTING is the download of data and images")
def test_a_job_that_cannot_start_fails_in_starting(fake, client):
    fake.batch.when(job_queue="q").fail_to_start("ClientError: Data download failed", after=2)
    job_id = submit(client)
    fake.run_until_idle()
    reason = "Received status from SageMaker: ClientError: Data download failed"
    assert timeline(fake, job_id)[-2:] == [(10, "STARTING", None), (12, "FAILED", reason)]
    job = client.describe_service_job(jobId=job_id)
    assert "startedAt" not in job
    assert "startedAt" not in job["attempts"][0]


@pytest.mark.source("api §4")
def test_a_hanging_job_is_running_for_ever(fake, client):
    fake.batch.when().hang()
    job_id = submit(client)
    fake.run_until_idle()
    fake.tick(24 * 3600)
    assert timeline(fake, job_id)[-1] == (15, "RUNNING", None)


@pytest.mark.source("reference §11.2")
def test_a_stuck_job_waits_until_the_rule_changes(fake, client):
    fake.batch.when(job_name="j").stuck("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY")
    job_id = submit(client)
    fake.tick(100)
    job = client.describe_service_job(jobId=job_id)
    assert (job["status"], job["statusReason"]) == (
        "RUNNABLE",
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Unable to provision requested compute resources",
    )
    fake.batch.when(job_name="j").succeed(after=1)
    fake.run_until_idle()
    assert timeline(fake, job_id)[2:] == [
        (100, "SCHEDULED", None),
        (105, "STARTING", None),
        (110, "RUNNING", None),
        (111, "SUCCEEDED", COMPLETED),
    ]


VERBS = [
    (lambda rule: rule.host_terminated(), "host_terminated() takes a host of Batch away"),
    (lambda rule: rule.run(lambda job: 0), "run() gives a container a Python body"),
    (lambda rule: rule.succeed(logs=["x"]), "logs= are what a container prints"),
]


@pytest.mark.source("assumed: SageMaker runs the job, and Batch has neither its host nor its container")
@pytest.mark.parametrize(("verb", "what"), VERBS, ids=["host_terminated", "run", "logs"])
def test_verbs_about_containers_are_refused(fake, client, verb, what):
    verb(fake.batch.when(job_name="j"))
    job_id = submit(client)
    with pytest.raises(fakebatch.UsageError) as caught:
        fake.tick(5)
    assert str(caught.value) == (
        f"when(...): {what}, but 'j' ({job_id}) is a service job, which SageMaker runs. Use succeed(), "
        "fail(), fail_to_start(), hang() or stuck(), or let the rule not apply to it."
    )
    fake.batch.when(job_name="j").succeed()
    fake.run_until(job_id, "SUCCEEDED")


@pytest.mark.source("api §4: what a rule is about")
def test_rules_find_service_jobs_by_name_queue_attempt_and_function(fake, client):
    fake.batch.when(job_definition="*").fail()
    fake.batch.when(job_name="by-*").fail(status_reason="name")
    fake.batch.when(job_name="f", matching=lambda job: "ml.m5" in job.payload).fail(status_reason="function")
    fake.batch.when(job_queue="r").fail(status_reason="queue")
    fake.batch.add_job_queue("r", jobQueueType=SAGEMAKER)
    ids = [submit(client, name) for name in ("by-name", "f", "plain")] + [submit(client, jobQueue="r")]
    fake.run_until_idle()
    assert [fake.batch.service_job(job_id).status_reason for job_id in ids] == [
        "name",
        "function",
        COMPLETED,
        "queue",
    ]


# -- Retries

RETRIES = [
    ("no strategy", None, [FAILED]),
    ("attempts alone", {"attempts": 3}, [FAILED] * 3),
    (
        "EXIT",
        {"attempts": 3, "evaluateOnExit": [{"onStatusReason": "*AlgorithmError*", "action": "EXIT"}]},
        [FAILED],
    ),
    (
        "RETRY before EXIT",
        {
            "attempts": 2,
            "evaluateOnExit": [
                {"onStatusReason": "Received status from SageMaker: Algorithm*", "action": "Retry"},
                {"onStatusReason": "*", "action": "EXIT"},
            ],
        },
        [FAILED] * 2,
    ),
    (
        "exact",
        {
            "attempts": 2,
            "evaluateOnExit": [
                {"onStatusReason": FAILED[:-1], "action": "RETRY"},
                {"onStatusReason": FAILED, "action": "EXIT"},
            ],
        },
        [FAILED],
    ),
    (
        "case",
        {"attempts": 2, "evaluateOnExit": [{"onStatusReason": "received*", "action": "EXIT"}]},
        [FAILED] * 2,
    ),
]


@pytest.mark.source("reference §12.6, Appendix C; that no match means retry is assumed")
@pytest.mark.parametrize(
    ("strategy", "reasons"), [case[1:] for case in RETRIES], ids=[case[0] for case in RETRIES]
)
def test_a_failed_attempt_is_tried_again_as_the_strategy_says(fake, client, strategy, reasons):
    fake.batch.when().fail(after=1)
    job_id = submit(client, **({"retryStrategy": strategy} if strategy else {}))
    fake.run_until_idle()
    job = client.describe_service_job(jobId=job_id)
    assert [attempt["statusReason"] for attempt in job["attempts"]] == reasons
    assert (job["status"], job["statusReason"]) == ("FAILED", FAILED)


@pytest.mark.source("reference §12.6, §1.1: back to RUNNABLE")
def test_a_retried_job_goes_back_to_runnable(fake, client):
    fake.batch.when().fail(after=1).succeed(after=1)
    job_id = submit(client, retryStrategy={"attempts": 2})
    fake.run_until_idle()
    assert timeline(fake, job_id)[4:] == [
        (15, "RUNNING", None),
        (16, "RUNNABLE", None),
        (20, "SCHEDULED", None),
        (25, "STARTING", None),
        (30, "RUNNING", None),
        (31, "SUCCEEDED", COMPLETED),
    ]
    told = [(each.after, each.attempt, each.reason) for each in fake.timeline if each.id == job_id]
    assert told[2:6] == [
        ("SCHEDULED", 1, None),
        ("STARTING", None, None),
        ("RUNNING", None, None),
        ("RUNNABLE", 1, FAILED),
    ]


# -- Timeouts and stopping


@pytest.mark.source("model; that the text is that of jobs, and that it counts from startedAt, is assumed")
def test_an_attempt_that_takes_too_long_is_failed_and_not_retried(fake, client):
    fake.batch.when().hang()
    job_id = submit(client, timeoutConfig={"attemptDurationSeconds": 120}, retryStrategy={"attempts": 3})
    fake.run_until_idle()
    assert timeline(fake, job_id)[-2:] == [(15, "RUNNING", None), (135, "FAILED", TIMED_OUT)]


STOPS = [
    ("SUBMITTED", 0, [(0, "SUBMITTED", None), (0, "FAILED", "enough")], 0),
    ("RUNNABLE", 1, [(1, "RUNNABLE", None), (1, "FAILED", "enough")], 0),
    ("SCHEDULED", 5, [(5, "SCHEDULED", None), (35, "FAILED", "enough")], 1),
    ("STARTING", 10, [(10, "STARTING", None), (40, "FAILED", "enough")], 1),
    ("RUNNING", 20, [(15, "RUNNING", None), (50, "FAILED", "enough")], 1),
]


@pytest.mark.source("reference §7, §12.6")
@pytest.mark.parametrize(
    ("at_s", "expected", "attempts"), [case[1:] for case in STOPS], ids=[case[0] for case in STOPS]
)
def test_terminating(at_s, expected, attempts):
    with fakebatch.mock(start=START, timing=fakebatch.Timing(stopping=30)) as fake:
        fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
        client = fake.client("batch")
        job_id = submit(client, retryStrategy={"attempts": 3})
        fake.tick(at_s)
        client.terminate_service_job(jobId=job_id, reason="enough")
        client.terminate_service_job(jobId=job_id, reason="again")
        fake.run_until_idle()
        assert timeline(fake, job_id)[-2:] == expected
        job = client.describe_service_job(jobId=job_id)
        assert job["isTerminated"] is True
        assert [attempt["statusReason"] for attempt in job["attempts"]] == ["enough"] * attempts


@pytest.mark.source("reference §7: without effect")
def test_a_job_that_has_ended_isnt_terminated(fake, client):
    job_id = submit(client)
    fake.run_until_idle()
    before = client.describe_service_job(jobId=job_id)
    client.terminate_service_job(jobId=job_id, reason="enough")
    after = client.describe_service_job(jobId=job_id)
    del before["ResponseMetadata"], after["ResponseMetadata"]
    assert before == after


@pytest.mark.source("reference §11")
def test_deleting_the_queue_fails_its_jobs(fake, client):
    ids = [submit(client, count=3), submit(client, count=3)]
    fake.tick(20)
    client.update_job_queue(jobQueue="q", state="DISABLED")
    client.delete_job_queue(jobQueue="q")
    assert [timeline(fake, job_id)[-1] for job_id in ids] == [(20, "FAILED", "JobQueue deleted")] * 2
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
    fake.run_until(submit(client, count=4), "SUCCEEDED")


# -- Capacity


@pytest.mark.source("model, CapacityLimit: the fifth job waits until there is room")
def test_jobs_beyond_the_limit_wait_in_order_of_submission(fake, client):
    for name in ("a", "b", "c", "d"):
        submit(client, name, count=2)
    fake.run_until_idle()
    assert scheduled(fake) == [(5, "a"), (5, "b"), (75, "c"), (75, "d")]


@pytest.mark.source("reference §12.1; that it holds for service jobs is assumed")
def test_a_job_that_doesnt_fit_blocks_those_behind_it(fake, client):
    for name, count in (("a", 3), ("b", 2), ("c", 1)):
        submit(client, name, count=count)
    fake.run_until_idle()
    assert scheduled(fake) == [(5, "a"), (75, "b"), (75, "c")]


@pytest.mark.source("reference §1.1: retried jobs go to the front")
def test_a_retried_job_goes_to_the_front(fake, client):
    fake.batch.when(job_name="a").fail(after=10).succeed()
    submit(client, "a", count=4, retryStrategy={"attempts": 2})
    submit(client, "b", count=4)
    submit(client, "c", count=4)
    # b is started while a is between RUNNABLE and its place; c comes after both.
    fake.run_until_idle()
    assert scheduled(fake) == [(5, "a"), (25, "b"), (95, "a"), (165, "c")]


@pytest.mark.source("user guide, Jobs stuck in RUNNABLE due to misconfiguration")
def test_a_job_that_can_never_fit_says_so(fake, client):
    large, behind = submit(client, "large", count=5), submit(client, "behind")
    fake.tick(100)
    described = [client.describe_service_job(jobId=job_id) for job_id in (large, behind)]
    assert [(job["status"], job.get("statusReason")) for job in described] == [
        ("RUNNABLE", TOO_LARGE),
        ("RUNNABLE", None),
    ]
    limits = [{"maxCapacity": 6, "capacityUnit": "NUM_INSTANCES"}]
    client.update_service_environment(serviceEnvironment="se", capacityLimits=limits)
    fake.run_until_idle()
    assert scheduled(fake) == [(100, "large"), (100, "behind")]


@pytest.mark.source("reference §7: a RUNNABLE job ends at once")
def test_terminating_the_first_in_line_lets_the_next_one_go(fake, client):
    large, _ = submit(client, "large", count=5), submit(client, "behind")
    fake.tick(100)
    client.terminate_service_job(jobId=large, reason="too large")
    fake.run_until_idle()
    assert scheduled(fake) == [(100, "behind")]


@pytest.mark.source("model: UpdateServiceEnvironment, to prevent new service jobs from being placed")
def test_a_disabled_environment_places_nothing(fake, client):
    submit(client, "a")
    fake.tick(20)
    client.update_service_environment(serviceEnvironment="se", state="DISABLED")
    waiting = submit(client, "b")
    fake.tick(100)
    assert fake.batch.service_job(waiting).status == "RUNNABLE"
    client.update_service_environment(serviceEnvironment="se", state="ENABLED")
    fake.run_until_idle()
    assert scheduled(fake) == [(5, "a"), (120, "b")]


@pytest.mark.source("model, CapacityLimit: limits of instance types are counted apart")
def test_instance_types_are_counted_apart():
    with fakebatch.mock() as fake:
        limits = [
            {"maxCapacity": 1, "capacityUnit": "ml.m5.large"},
            {"maxCapacity": 2, "capacityUnit": "ml.c5.xlarge"},
        ]
        fake.batch.add_service_environment("se", capacityLimits=limits)
        client = fake.client("batch")
        for name, kind, count in (("a", "m5.large", 1), ("b", "c5.xlarge", 2), ("c", "m5.large", 1)):
            fake.batch.add_job_queue(name, jobQueueType=SAGEMAKER)
            submit(client, name, jobQueue=name, serviceRequestPayload=payload(count, f"ml.{kind}"))
        other = submit(client, "d", jobQueue="b", serviceRequestPayload=payload(1, "ml.p5.48xlarge"))
        fake.run_until_idle()
        assert scheduled(fake) == [(5, "a"), (5, "b"), (75, "c")]
        assert fake.batch.service_job(other).status_reason == TOO_LARGE


@pytest.mark.source("model, JobQueueDetail.priority: higher first where queues share an environment")
def test_the_queue_with_the_higher_priority_is_served_first(fake, client):
    fake.batch.add_job_queue("high", jobQueueType=SAGEMAKER, priority=9)
    submit(client, "first", count=4)
    submit(client, "low", count=4)
    submit(client, "high", count=4, jobQueue="high")
    fake.run_until_idle()
    assert scheduled(fake) == [(5, "first"), (75, "high"), (145, "low")]


@pytest.mark.source("assumed: what has no instances takes no capacity")
def test_a_payload_without_instances_takes_no_capacity(fake, client):
    submit(client, "a", count=4)
    job_id = submit(client, "b", serviceRequestPayload="{}")
    fake.run_until_idle()
    assert scheduled(fake) == [(5, "a"), (5, "b")]
    assert "capacityUsage" not in client.describe_service_job(jobId=job_id)


@pytest.mark.source("properties: capacity is never exceeded and every job ends")
def test_many_jobs_all_end_within_the_limit(fake, client):
    for number in range(120):
        submit(client, f"j{number}", count=number % 4 + 1)
    environment = fake.service("batch", "us-east-1", "123456789012").service_environments["se"]
    service = fake.service("batch", "us-east-1", "123456789012")
    while any(not job.ended for job in service.service_jobs.values()):
        fake.tick(5)
        assert 0 <= sum(environment.used.values()) <= 4
    assert [name for _, name in scheduled(fake)] == [f"j{number}" for number in range(120)]
    assert environment.used == {"ml.m5.large": 0}


# -- The rest


@pytest.mark.source("reference §13; that it holds for service jobs is assumed")
def test_a_job_is_forgotten_after_seven_days(fake, client):
    job_id = submit(client, clientToken="once")
    fake.run_until(job_id)
    view = fake.batch.service_job(job_id)
    fake.tick(7 * 24 * 3600 - 1)
    assert view.status == "SUCCEEDED"
    fake.tick(1)
    assert repr(view) == f"<service job {job_id}, gone>"
    with pytest.raises(fakebatch.UsageError) as caught:
        _ = view.status
    assert str(caught.value) == (
        f"Service job {job_id} is gone: its retention is over, or the world was reset or restored."
    )
    assert client.list_service_jobs(jobQueue="q", jobStatus="SUCCEEDED")["jobSummaryList"] == []
    submit(client, clientToken="once")


@pytest.mark.source("api §2: run_until")
def test_run_until_knows_service_jobs(fake, client):
    response = client.submit_service_job(
        jobName="j", jobQueue="q", serviceJobType=SAGEMAKER, serviceRequestPayload=payload()
    )
    for status in ("RUNNABLE", "SCHEDULED", "RUNNING"):
        fake.run_until(response, status)
        assert client.describe_service_job(jobId=response["jobId"])["status"] == status
    fake.run_until(response["jobArn"])
    with pytest.raises(fakebatch.UsageError) as caught:
        fake.run_until(response, "PENDING")
    assert str(caught.value) == (
        "run_until(status='PENDING'): no such status. Jobs know SUBMITTED, RUNNABLE, SCHEDULED, STARTING, "
        "RUNNING, SUCCEEDED, FAILED."
    )


@pytest.mark.source("api §2: a snapshot, restored as often as wanted")
def test_a_snapshot_goes_on_alike(fake, client):
    fake.batch.when(job_name="a").fail(after=3).succeed()
    submit(client, "a", count=4, retryStrategy={"attempts": 2})
    submit(client, "b", count=4)
    fake.tick(12)
    snapshot = fake.snapshot()
    fake.run_until_idle()
    told = [(each.at, each.name, each.after) for each in fake.timeline]
    fake.restore(snapshot)
    fake.run_until_idle()
    assert [(each.at, each.name, each.after) for each in fake.timeline] == told


@pytest.mark.source("api §4: a live view")
def test_the_view_of_a_service_job(fake, client):
    job_id = submit(client)
    fake.run_until(job_id)
    view = fake.batch.service_job({"jobId": job_id})
    assert (view.name, view.status, view.queue) == ("j", "SUCCEEDED", "q")
    assert view.attempts == client.describe_service_job(jobId=job_id)["attempts"]
    assert repr(view) == f"<service job 'j' {job_id} SUCCEEDED>"
    with pytest.raises(fakebatch.UsageError) as caught:
        fake.batch.service_job("x")
    assert str(caught.value) == (
        "There is no service job 'x' in us-east-1 of account 123456789012. "
        f"There are: j ({job_id}, SUCCEEDED)."
    )
