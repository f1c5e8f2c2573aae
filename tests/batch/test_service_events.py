"""What Batch tells EventBridge of service jobs: whole events of a plain, a blocked and a preempted job."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

START = "2026-01-01T00:00:00.5Z"
START_MS = 1767225600500
BATCH = "arn:aws:batch:us-east-1:123456789012"
SAGEMAKER = "SAGEMAKER_TRAINING"
# With the seed below.
JOB_ID = "8be174b8-e0be-4c6e-903b-e5f0b6625015"
JOB = f"{BATCH}:service-job/{JOB_ID}"
COMPLETED = "Received status from SageMaker: Training job completed"
CROSS = "Cross-share preemption triggered to reclaim borrowed capacity"


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7, timing=fakebatch.Timing(stopping=20)) as world:
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def submit(client: Any, queue: str, name: str = "j", **members: Any) -> str:
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
    response = client.submit_service_job(
        jobName=name,
        jobQueue=queue,
        serviceJobType=SAGEMAKER,
        serviceRequestPayload=json.dumps({"TrainingJobName": "t", "ResourceConfig": resources}),
        **members,
    )
    return str(response["jobId"])


def event(fake: fakebatch.World, index: int, detail_type: str, time: str, detail: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": fake.events[index]["id"],
        "detail-type": detail_type,
        "source": "aws.batch",
        "account": "123456789012",
        "time": time,
        "region": "us-east-1",
        "resources": [JOB],
        "detail": detail,
    }


def told(fake: fakebatch.World, name: str) -> list[tuple[str, str]]:
    """(type, status) of the events about a job."""
    arns = {each.id: each.name for each in fake.timeline if each.is_job}
    return [
        (each["detail-type"].removeprefix("Batch Service Job "), each["detail"]["status"])
        for each in fake.events
        if arns[each["resources"][0].rpartition("/")[2]] == name
    ]


@pytest.mark.source("user guide, Service job state change events; reference §16.2")
def test_each_transition_but_the_submission_is_told(fake, client):
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
    submit(client, "q", tags={"a": "b"}, schedulingPriority=3, timeoutConfig={"attemptDurationSeconds": 600})
    fake.run_until_idle()
    resource = client.describe_service_job(jobId=JOB_ID)["latestAttempt"]["serviceResourceId"]
    change = "Batch Service Job State Change"
    queued = {
        "attempts": [],
        "capacityUsage": [{"capacityUnit": "ml.m5.large", "quantity": 1.0}],
        "createdAt": START_MS,
        "jobArn": JOB,
        "jobId": JOB_ID,
        "jobName": "j",
        "jobQueue": f"{BATCH}:job-queue/q",
        "schedulingPriority": 3,
        "serviceJobType": SAGEMAKER,
        "timeoutConfig": {"attemptDurationSeconds": 600},
    }
    handed = {**queued, "latestAttempt": {"serviceResourceId": resource}, "scheduledAt": START_MS + 5_000}
    running = {**handed, "startedAt": START_MS + 15_000}
    attempt = {
        "serviceResourceId": resource,
        "startedAt": START_MS + 15_000,
        "stoppedAt": START_MS + 75_000,
        "statusReason": COMPLETED,
    }
    ended = {
        **running,
        "attempts": [attempt],
        "stoppedAt": START_MS + 75_000,
        "status": "SUCCEEDED",
        "statusReason": COMPLETED,
    }
    assert list(fake.events) == [
        event(fake, 0, change, "2026-01-01T00:00:01Z", {**queued, "status": "RUNNABLE"}),
        event(fake, 1, change, "2026-01-01T00:00:05Z", {**handed, "status": "SCHEDULED"}),
        event(fake, 2, change, "2026-01-01T00:00:10Z", {**handed, "status": "STARTING"}),
        event(fake, 3, change, "2026-01-01T00:00:15Z", {**running, "status": "RUNNING"}),
        event(fake, 4, change, "2026-01-01T00:01:15Z", ended),
    ]
    assert len({each["id"] for each in fake.events}) == 5


@pytest.mark.source("user guide, Service job queue blocked events; that it is told once is assumed")
def test_a_blocked_job_is_told_of(fake, client):
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
    fake.batch.when(job_name="j").stuck("because")
    submit(client, "q", tags={"a": "b"})
    fake.run_until_idle()
    client.update_service_environment(serviceEnvironment="q-environment", state="ENABLED")
    fake.run_until_idle()
    detail = {**fake.events[0]["detail"], "statusReason": "because"}
    assert fake.events[1:] == [
        event(fake, 1, "Batch Service Job Queue Blocked", "2026-01-01T00:00:05Z", detail)
    ]


@pytest.mark.needs("CreateQuotaShare")
@pytest.mark.source("user guide, Service job preemption events")
@pytest.mark.parametrize(("most", "status"), [(None, "RUNNABLE"), (0, "FAILED")], ids=["again", "FAILED"])
def test_a_preemption_is_told_when_it_starts_and_when_it_is_over(fake, client, most, status):
    limits = [{"maxCapacity": 1, "capacityUnit": "ml.m5.large"}]
    fake.batch.add_quota_share(
        "a",
        capacityLimits=[{"maxCapacity": 1, "capacityUnit": "ml.p3.2xlarge"}],
        resourceSharingConfiguration={"strategy": "LEND_AND_BORROW"},
    )
    sharing = {"strategy": "LEND"}
    fake.batch.add_quota_share("b", capacityLimits=limits, resourceSharingConfiguration=sharing)
    client.update_service_environment(serviceEnvironment="a-queue-environment", capacityLimits=limits)
    preemption = {} if most is None else {"preemptionRetriesBeforeTermination": most}
    submit(client, "a-queue", "loser", quotaShareName="a", preemptionConfiguration=preemption)
    fake.tick(20)
    resource = client.describe_service_job(jobId=JOB_ID)["latestAttempt"]["serviceResourceId"]
    submit(client, "a-queue", "owner", quotaShareName="b")
    fake.tick(30)
    started, completed = (
        next(index for index, each in enumerate(fake.events) if each["detail-type"].endswith(word))
        for word in ("Preemption Started", "Preemption Completed")
    )
    attempt = {
        "serviceResourceId": resource,
        "startedAt": START_MS + 15_000,
        "stoppedAt": START_MS + 45_000,
        "statusReason": CROSS,
    }
    assert fake.events[started] == event(
        fake,
        started,
        "Batch Service Job Preemption Started",
        "2026-01-01T00:00:25Z",
        {
            "statusReason": f"PREEMPTION_IN_PROGRESS: {CROSS}",
            "preemptedJobArn": JOB,
            "status": "RUNNING",
        },
    )
    assert fake.events[completed] == event(
        fake,
        completed,
        "Batch Service Job Preemption Completed",
        "2026-01-01T00:00:45Z",
        {
            "preemptedJobArn": JOB,
            "preemptionSummary": {"preemptedAttemptCount": 1, "recentPreemptedAttempts": [attempt]},
            "status": status,
        },
    )
    # That the change of state comes before the end of the preemption is assumed.
    assert told(fake, "loser")[4:] == [
        ("Preemption Started", "RUNNING"),
        ("State Change", status),
        ("Preemption Completed", status),
    ]


@pytest.mark.needs("UpdateServiceJob")
@pytest.mark.source("reference §16.2: the detail is DescribeServiceJob's, as it was at that moment")
def test_an_event_shows_the_job_as_it_was(fake, client):
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
    job_id = submit(client, "q", schedulingPriority=1)
    for priority in (2, 3):
        fake.run_until(job_id, "SCHEDULED" if priority == 2 else "RUNNING")
        client.update_service_job(jobId=job_id, schedulingPriority=priority)
    client.terminate_service_job(jobId=job_id, reason="enough")
    fake.run_until_idle()
    seen = [each["detail"] for each in fake.events]
    assert [detail["schedulingPriority"] for detail in seen] == [1, 1, 2, 2, 3]
    assert [detail.get("isTerminated") for detail in seen] == [None, None, None, None, True]
    assert [len(detail["attempts"]) for detail in seen] == [0, 0, 0, 0, 1]


@pytest.mark.needs("CreateQuotaShare")
@pytest.mark.source("api §2: subscribe with a detail type")
def test_subscribers_choose_by_type(fake, client):
    seen: list[Any] = []
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
    fake.events.subscribe(seen.append, "Batch Service Job State Change")
    fake.events.subscribe(seen.append, "Batch Job State Change")
    submit(client, "q")
    fake.run_until_idle()
    assert seen == list(fake.events)
    assert [each["detail"]["status"] for each in seen] == [
        "RUNNABLE",
        "SCHEDULED",
        "STARTING",
        "RUNNING",
        "SUCCEEDED",
    ]
