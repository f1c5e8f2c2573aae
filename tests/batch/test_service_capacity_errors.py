"""Service jobs for which SageMaker has no instances: tried again without end, and without counting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

START = "2026-01-01T00:00:00.5Z"
SAGEMAKER = "SAGEMAKER_TRAINING"
# As SageMaker's FailureReason reads. Source: github.com/DIAGNijmegen/rse-grand-challenge/issues/2631.
ERROR = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML "
    "instance type."
)
SHORT = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Unable to provision requested compute resources"
RECEIVED = "Received status from SageMaker: "
COMPLETED = f"{RECEIVED}Training job completed"
FAILED = f"{RECEIVED}AlgorithmError: , exit code: 1"


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        limits = [{"maxCapacity": 4, "capacityUnit": "NUM_INSTANCES"}]
        world.batch.add_service_environment("se", capacityLimits=limits)
        world.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def submit(client: Any, name: str = "j", count: int = 1, **members: Any) -> str:
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": count}
    payload = json.dumps({"TrainingJobName": "t", "ResourceConfig": resources})
    request = {"jobQueue": "q", "serviceJobType": SAGEMAKER, "serviceRequestPayload": payload}
    return str(client.submit_service_job(jobName=name, **request, **members)["jobId"])


def timeline(fake: fakebatch.World, job_id: str) -> list[tuple[float, str, str | None]]:
    """(seconds since it came into being, status, reason) of each transition."""
    history = fake.batch.service_job(job_id).history
    return [((entry.at - history[0].at).total_seconds(), entry.status, entry.reason) for entry in history]


def shown(client: Any, job_id: str) -> tuple[str, str | None, int, str]:
    """Status, reason, how many attempts, and SageMaker's last job."""
    job = client.describe_service_job(jobId=job_id)
    last = job["latestAttempt"]["serviceResourceId"]["value"]
    return job["status"], job.get("statusReason"), len(job["attempts"]), last


@pytest.mark.source("user guide, Service job retry strategies; model, LatestServiceJobAttempt")
@pytest.mark.parametrize("retries", [{}, {"retryStrategy": {"attempts": 1}}], ids=["no strategy", "one try"])
@pytest.mark.parametrize("verb", ["fail_to_start", "fail"])
def test_it_is_tried_again_without_counting(fake, client, verb, retries):
    rule = fake.batch.when(job_name="j")
    for after in (None, 20):
        getattr(rule, verb)(reason=ERROR, after=after)
    rule.succeed(after=1)
    job_id = submit(client, **retries)
    fake.run_until_idle()
    assert timeline(fake, job_id) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (5, "SCHEDULED", None),
        (10, "RUNNABLE", None),
        (14, "SCHEDULED", None),
        (34, "RUNNABLE", None),
        (38, "SCHEDULED", None),
        (43, "STARTING", None),
        (48, "RUNNING", None),
        (49, "SUCCEEDED", COMPLETED),
    ]
    told = [(each.after, each.attempt, each.reason) for each in fake.timeline if each.id == job_id]
    assert told[2:6] == [
        ("SCHEDULED", 1, None),
        ("RUNNABLE", 1, RECEIVED + ERROR),
        ("SCHEDULED", 2, None),
        ("RUNNABLE", 2, RECEIVED + ERROR),
    ]
    job = client.describe_service_job(jobId=job_id)
    assert [attempt["statusReason"] for attempt in job["attempts"]] == [COMPLETED]
    assert job["attempts"][0]["serviceResourceId"] == job["latestAttempt"]["serviceResourceId"]
    assert fake.batch.service_job(job_id).attempts == job["attempts"]


@pytest.mark.source("user guide, Jobs stuck in RUNNABLE due to capacity; model: latestAttempt")
def test_what_it_shows_while_it_waits(fake, client):
    fake.batch.when().fail_to_start(ERROR).fail_to_start(ERROR).succeed()
    job_id = submit(client)
    fake.tick(5)
    first = shown(client, job_id)
    assert first[:3] == ("SCHEDULED", None, 0)
    fake.tick(5)
    assert shown(client, job_id) == ("RUNNABLE", SHORT, 0, first[3])
    assert "scheduledAt" not in client.describe_service_job(jobId=job_id)
    fake.tick(4)
    second = shown(client, job_id)
    assert second[:3] == ("SCHEDULED", None, 0)
    fake.tick(5)
    assert shown(client, job_id) == ("RUNNABLE", SHORT, 0, second[3])
    assert first[3] != second[3]


@pytest.mark.source("assumed: the strategy isn't asked, and counts what comes afterwards from one")
def test_the_strategy_is_about_other_failures(fake, client):
    fake.batch.when().fail_to_start(ERROR).fail(after=1).fail_to_start(ERROR).fail(after=1).succeed()
    entries = [
        {"onStatusReason": "*CapacityError*", "action": "EXIT"},
        {"onStatusReason": "*AlgorithmError*", "action": "RETRY"},
    ]
    job_id = submit(client, retryStrategy={"attempts": 2, "evaluateOnExit": entries})
    fake.run_until_idle()
    assert timeline(fake, job_id)[2:] == [
        (5, "SCHEDULED", None),
        (10, "RUNNABLE", None),
        (14, "SCHEDULED", None),
        (19, "STARTING", None),
        (24, "RUNNING", None),
        (25, "RUNNABLE", None),
        (29, "SCHEDULED", None),
        (34, "RUNNABLE", None),
        (38, "SCHEDULED", None),
        (43, "STARTING", None),
        (48, "RUNNING", None),
        (49, "FAILED", FAILED),
    ]
    attempts = client.describe_service_job(jobId=job_id)["attempts"]
    assert [attempt["statusReason"] for attempt in attempts] == [FAILED] * 2


@pytest.mark.source("assumed: what begins otherwise is a failure like any other")
@pytest.mark.parametrize(
    "members",
    [{"reason": "ClientError: CapacityError"}, {"reason": "x", "status_reason": ERROR}],
    ids=["not in front", "not SageMaker's"],
)
def test_only_sagemakers_word_counts(fake, client, members):
    fake.batch.when().fail(after=1, **members)
    job_id = submit(client)
    fake.run_until_idle()
    assert [status for _, status, _ in timeline(fake, job_id)][-2:] == ["RUNNING", "FAILED"]


@pytest.mark.source("assumed: attempt= counts SageMaker's jobs, those without instances too")
def test_rules_may_tell_the_attempts_apart(fake, client):
    fake.batch.when().succeed(after=1)
    fake.batch.when(attempt=1).fail_to_start(ERROR)
    job_id = submit(client)
    fake.run_until_idle()
    assert timeline(fake, job_id)[2:5] == [
        (5, "SCHEDULED", None),
        (10, "RUNNABLE", None),
        (14, "SCHEDULED", None),
    ]
    assert fake.batch.service_job(job_id).status == "SUCCEEDED"


@pytest.mark.source("assumed: a simplification, AWS goes on trying")
@pytest.mark.parametrize("timing", [fakebatch.Timing, fakebatch.Timing.instant], ids=["default", "instant"])
def test_one_that_never_gets_instances_waits_until_the_rules_change(timing):
    with fakebatch.mock(timing=timing()) as fake:
        fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
        client = fake.client("batch")
        fake.batch.when().fail_to_start(ERROR)
        job_id, other = submit(client), submit(client, "other")
        fake.tick(100)
        fake.restore(fake.snapshot())
        fake.batch.when(job_name="other").succeed(after=0)
        fake.run_until_idle()
        statuses = [entry.status for entry in fake.batch.service_job(job_id).history]
        assert statuses == ["SUBMITTED", "RUNNABLE", "SCHEDULED", "RUNNABLE"]
        assert shown(client, job_id)[:3] == ("RUNNABLE", SHORT, 0)
        assert fake.batch.service_job(other).status == "SUCCEEDED"
        with pytest.raises(fakebatch.UsageError) as caught:
            fake.run_until(job_id)
        assert str(caught.value).endswith(f"Job j is RUNNABLE because: {SHORT}.")
        fake.batch.when().succeed(after=0)
        fake.run_until(job_id, "SUCCEEDED")


@pytest.mark.source("reference §12.6: its instances are given back; that it keeps its reason is assumed")
def test_others_get_its_instances_meanwhile(fake, client):
    fake.batch.when(job_name="a").fail_to_start(ERROR).succeed(after=1)
    fake.batch.when(job_name="b").succeed(after=100)
    first, second = submit(client, "a", count=3), submit(client, "b", count=3)
    fake.tick(60)
    assert shown(client, first)[:3] == ("RUNNABLE", SHORT, 0)
    fake.run_until_idle()
    assert timeline(fake, first)[2:] == [
        (5, "SCHEDULED", None),
        (10, "RUNNABLE", None),
        (120, "SCHEDULED", None),
        (125, "STARTING", None),
        (130, "RUNNING", None),
        (131, "SUCCEEDED", COMPLETED),
    ]
    assert timeline(fake, second)[2] == (10, "SCHEDULED", None)


@pytest.mark.source("user guide, Service job queue blocked events; when it is told is assumed")
def test_what_is_told_of_it(fake, client):
    fake.batch.when().fail_to_start(ERROR).succeed()
    job_id = submit(client)
    fake.tick(14)
    last = client.describe_service_job(jobId=job_id)["latestAttempt"]
    told = [
        (
            each["detail-type"].removeprefix("Batch Service Job "),
            each["time"][-3:],
            each["detail"]["status"],
            each["detail"].get("statusReason"),
            each["detail"]["attempts"],
        )
        for each in fake.events
    ]
    assert told == [
        ("State Change", "01Z", "RUNNABLE", None, []),
        ("State Change", "05Z", "SCHEDULED", None, []),
        ("State Change", "10Z", "RUNNABLE", None, []),
        ("Queue Blocked", "10Z", "RUNNABLE", SHORT, []),
        ("State Change", "14Z", "SCHEDULED", None, []),
    ]
    seen = [each["detail"].get("latestAttempt") for each in fake.events]
    assert seen[1] == seen[2] == seen[3] != last
    assert (seen[0], seen[4]) == (None, last)


@pytest.mark.needs("JobStateTimeLimitActionsAction=TERMINATE")
@pytest.mark.source("user guide, Jobs stuck in RUNNABLE due to capacity")
def test_the_time_limit_of_the_queue_ends_it(fake, client):
    action = {"state": "RUNNABLE", "action": "TERMINATE", "maxTimeSeconds": 600}
    action["reason"] = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
    client.update_job_queue(jobQueue="q", jobStateTimeLimitActions=[action])
    fake.batch.when().fail_to_start(ERROR)
    job_id = submit(client)
    fake.run_until_idle()
    reason = f"Terminated by JobStateTimeLimit action due to reason: {action['reason']}"
    assert timeline(fake, job_id)[2:] == [
        (5, "SCHEDULED", None),
        (10, "RUNNABLE", None),
        (610, "FAILED", reason),
    ]
    job = client.describe_service_job(jobId=job_id)
    assert (job["attempts"], "latestAttempt" in job, job["isTerminated"]) == ([], True, True)


@pytest.mark.needs("CreateQuotaShare")
@pytest.mark.source("assumed: neither is a try, and a preempted one isn't used up")
def test_one_that_is_preempted_too(fake, client):
    limits = [{"maxCapacity": 1, "capacityUnit": "ml.m5.large"}]
    other = [{"maxCapacity": 1, "capacityUnit": "ml.p3.2xlarge"}]
    for name, strategy, own in (("a", "LEND_AND_BORROW", other), ("b", "LEND", limits)):
        sharing = {"strategy": strategy}
        fake.batch.add_quota_share(name, capacityLimits=own, resourceSharingConfiguration=sharing)
    client.update_service_environment(serviceEnvironment="a-queue-environment", capacityLimits=limits)
    fake.batch.when(job_name="loser").fail_to_start(ERROR).succeed(after=100).fail()
    fake.batch.when(job_name="owner").succeed(after=1)
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
    request = {
        "jobQueue": "a-queue",
        "serviceJobType": SAGEMAKER,
        "serviceRequestPayload": json.dumps({"ResourceConfig": resources}),
    }
    loser = client.submit_service_job(jobName="loser", quotaShareName="a", **request)["jobId"]
    fake.run_until(loser, "RUNNING")
    client.submit_service_job(jobName="owner", quotaShareName="b", **request)
    fake.run_until(loser)
    view = fake.batch.service_job(loser)
    assert [attempt["statusReason"] for attempt in view.attempts] == [COMPLETED]
    assert [attempt["statusReason"] for attempt in view.preemptions] == [
        "Cross-share preemption triggered to reclaim borrowed capacity"
    ]
    assert [entry.status for entry in view.history][2:6] == ["SCHEDULED", "RUNNABLE", "SCHEDULED", "STARTING"]
