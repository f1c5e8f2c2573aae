"""What Batch tells EventBridge: whole events of a plain job, a retry, an array and a blocked job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

START = "2026-01-01T00:00:00.5Z"
START_MS = 1767225600500
BATCH = "arn:aws:batch:us-east-1:123456789012"
ECS = "arn:aws:ecs:us-east-1:123456789012"
# With the seed below.
JOB_ID = "8be174b8-e0be-4c6e-903b-e5f0b6625015"
CLUSTER = "AWSBatch-q-environment-a500e805-134c-38f3-91ec-488bee9efb40"
TASK = "36be52771ca47a22309637597abb9daa"
EXITED = "Essential container in task exited"
DEFINED = {
    "command": ["true"],
    "environment": [],
    "mountPoints": [],
    "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
    "secrets": [],
    "ulimits": [],
    "volumes": [],
    "image": "busybox",
}
PLACED = {**DEFINED, "taskArn": f"{ECS}:task/{CLUSTER}/{TASK}"}
RUN = {
    "taskArn": f"{ECS}:task/{CLUSTER}/{TASK}",
    "containerInstanceArn": f"{ECS}:container-instance/{CLUSTER}/41fcbafe3e4ff952c7d97fb512eb7e6b",
    "logStreamName": f"d/default/{TASK}",
    "networkInterfaces": [],
}


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


def submit(client: Any, name: str = "j", **members: Any) -> str:
    return str(client.submit_job(jobName=name, jobQueue="q", jobDefinition="d", **members)["jobId"])


def state_change(event_id: str, time: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": event_id,
        "detail-type": "Batch Job State Change",
        "source": "aws.batch",
        "account": "123456789012",
        "time": time,
        "region": "us-east-1",
        "resources": [f"{BATCH}:job/{JOB_ID}"],
        "detail": detail,
    }


def detail(status: str, **members: Any) -> dict[str, Any]:
    """Of the job that the tests below submit."""
    return {
        "jobArn": f"{BATCH}:job/{JOB_ID}",
        "jobName": "j",
        "jobId": JOB_ID,
        "jobQueue": f"{BATCH}:job-queue/q",
        "status": status,
        "attempts": [],
        "createdAt": START_MS,
        "dependsOn": [],
        "jobDefinition": f"{BATCH}:job-definition/d:1",
        "parameters": {},
        "tags": {"resourceArn": f"{BATCH}:job/{JOB_ID}"},
        "propagateTags": False,
        "platformCapabilities": [],
        "eksAttempts": [],
        "container": {**DEFINED, "networkInterfaces": []},
        **members,
    }


def statuses(events: Any, *more: str) -> list[tuple[Any, ...]]:
    return [(event["detail"]["status"], *(event["detail"].get(name) for name in more)) for event in events]


@pytest.mark.source("reference §16.1; that eksAttempts is there as in DescribeJobs is assumed")
def test_a_plain_success(fake, client):
    assert submit(client, tags={"team": "blue"}) == JOB_ID
    fake.run_until_idle()
    ended = {**RUN, "exitCode": 0}
    tags = {"resourceArn": f"{BATCH}:job/{JOB_ID}", "team": "blue"}
    started = {"startedAt": START_MS + 10_000}
    attempt = {"container": ended, **started, "stoppedAt": START_MS + 70_000, "statusReason": EXITED}
    assert fake.events == [
        state_change(
            "bffe526c-4f32-3dc0-80c2-bce871140631", "2026-01-01T00:00:01Z", detail("RUNNABLE", tags=tags)
        ),
        state_change(
            "920db0f1-5c5e-3ad6-b245-8669fdc9ead8",
            "2026-01-01T00:00:05Z",
            detail("STARTING", tags=tags, container={**PLACED, "networkInterfaces": []}),
        ),
        state_change(
            "4b3aa963-ee1c-3aac-b9ae-9a9622ccd00c",
            "2026-01-01T00:00:10Z",
            detail("RUNNING", tags=tags, **started, container={**DEFINED, **RUN}),
        ),
        state_change(
            "c8ea0221-89f0-3e43-a03b-8f182503951c",
            "2026-01-01T00:01:10Z",
            detail(
                "SUCCEEDED",
                tags=tags,
                attempts=[attempt],
                statusReason=EXITED,
                **started,
                stoppedAt=START_MS + 70_000,
                container={**DEFINED, **ended},
            ),
        ),
    ]


@pytest.mark.source("reference §16.1: no event for the submission")
def test_none_for_submitted(fake, client):
    submit(client)
    assert fake.events == []


@pytest.mark.source("reference §2, §16.1")
def test_a_retry_shows_the_attempts_that_had_ended(fake, client):
    fake.batch.when().fail(3, "OutOfMemoryError", after=5).succeed(after=6)
    submit(client, retryStrategy={"attempts": 2})
    fake.run_until_idle()
    events = list(fake.events)
    assert [(status, len(attempts)) for status, attempts in statuses(events, "attempts")] == [
        ("RUNNABLE", 0),
        ("STARTING", 0),
        ("RUNNING", 0),
        ("RUNNABLE", 1),
        ("STARTING", 1),
        ("RUNNING", 1),
        ("SUCCEEDED", 2),
    ]
    attempt = {
        "container": {**RUN, "exitCode": 3, "reason": "OutOfMemoryError"},
        "startedAt": START_MS + 10_000,
        "stoppedAt": START_MS + 15_000,
        "statusReason": EXITED,
    }
    strategy = {"attempts": 2, "evaluateOnExit": []}
    assert events[3] == state_change(
        events[3]["id"],
        "2026-01-01T00:00:15Z",
        detail("RUNNABLE", attempts=[attempt], retryStrategy=strategy),
    )
    assert statuses(events[4:6], "startedAt") == [("STARTING", None), ("RUNNING", START_MS + 24_000)]


@pytest.mark.source("reference §7, §16.1")
@pytest.mark.parametrize(
    ("operation", "flag"), [("cancel_job", "isCancelled"), ("terminate_job", "isTerminated")]
)
def test_a_job_that_is_stopped_ends_in_one_event(fake, client, operation, flag):
    job_id = submit(client)
    fake.tick(2)
    getattr(client, operation)(jobId=job_id, reason="not needed")
    [runnable, failed] = fake.events
    assert runnable["detail"] == detail("RUNNABLE")
    assert failed == state_change(
        failed["id"],
        "2026-01-01T00:00:02Z",
        detail("FAILED", statusReason="not needed", stoppedAt=START_MS + 2000, **{flag: True}),
    )


@pytest.mark.source("assumed: a child's coming into being, PENDING, is told of")
def test_an_array(fake, client):
    fake.batch.when(array_index=1).fail(after=1)
    submit(client, arrayProperties={"size": 2})
    fake.run_until_idle()
    assert [
        (event["detail"]["jobId"].removeprefix(JOB_ID), event["detail"]["status"]) for event in fake.events
    ] == [
        ("", "PENDING"),
        (":0", "PENDING"),
        (":1", "PENDING"),
        (":0", "RUNNABLE"),
        (":1", "RUNNABLE"),
        (":0", "STARTING"),
        (":1", "STARTING"),
        (":0", "RUNNING"),
        (":1", "RUNNING"),
        (":1", "FAILED"),
        (":0", "SUCCEEDED"),
        ("", "FAILED"),
    ]


@pytest.mark.source("reference §5, §16.1")
def test_whole_events_of_an_array(fake, client):
    fake.batch.when(array_index=1).fail(after=1)
    submit(client, arrayProperties={"size": 2}, tags={"team": "blue"})
    fake.run_until_idle()
    none = dict.fromkeys(
        ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"), 0
    )
    tags = {"resourceArn": f"{BATCH}:job/{JOB_ID}", "team": "blue"}

    def parent(status: str, updated_ms: int, summary: dict[str, int], **members: Any) -> dict[str, Any]:
        properties = {
            "statusSummary": {**none, **summary},
            "statusSummaryLastUpdatedAt": updated_ms,
            "size": 2,
        }
        return detail(status, tags=tags, arrayProperties=properties, **members)

    first, child, *_, last = fake.events
    assert first == state_change(first["id"], "2026-01-01T00:00:01Z", parent("PENDING", START_MS, {}))
    child_arn = f"{BATCH}:job/{JOB_ID}:0"
    assert child == {
        **state_change(
            child["id"],
            "2026-01-01T00:00:01Z",
            detail(
                "PENDING",
                jobArn=child_arn,
                jobId=f"{JOB_ID}:0",
                createdAt=START_MS + 1000,
                tags={"resourceArn": child_arn},
                arrayProperties={"statusSummary": {}, "index": 0},
            ),
        ),
        "resources": [child_arn],
    }
    ended_ms = START_MS + 70_000
    assert last == state_change(
        last["id"],
        "2026-01-01T00:01:10Z",
        parent(
            "FAILED",
            ended_ms,
            {"SUCCEEDED": 1, "FAILED": 1},
            statusReason="Array Child Job failed",
            stoppedAt=ended_ms,
        ),
    )


@pytest.mark.source("reference §16.2")
def test_a_blocked_job(fake, client):
    fake.batch.when().stuck("UNDETERMINED")
    submit(client, tags={"team": "blue"})
    fake.run_until_idle()
    [runnable, blocked] = fake.events
    assert statuses([runnable], "statusReason") == [("RUNNABLE", None)]
    wanted = detail(
        "RUNNABLE", statusReason="UNDETERMINED - Batch job is blocked, root cause is undetermined."
    )
    del wanted["tags"]
    assert blocked == {
        **state_change(blocked["id"], "2026-01-01T00:00:05Z", wanted),
        "detail-type": "Batch Job Queue Blocked",
        "resources": [f"{BATCH}:job/{JOB_ID}", f"{BATCH}:job-queue/q"],
    }


@pytest.mark.source("assumed: the same reason again is no news")
def test_a_job_that_stays_blocked_is_told_of_once(fake, client):
    fake.batch.when().stuck("UNDETERMINED")
    submit(client)
    fake.tick(10)
    fake.batch.when(job_name="other").hang()  # jobs that wait are looked at again
    fake.tick(10)
    assert len(fake.events) == 2
    fake.batch.when().stuck("ACTION_REQUIRED")
    fake.tick(10)
    assert statuses(fake.events, "statusReason")[1:] == [
        ("RUNNABLE", "UNDETERMINED - Batch job is blocked, root cause is undetermined."),
        ("RUNNABLE", "ACTION_REQUIRED - CE(s) associated with the job queue are invalid."),
    ]


@pytest.mark.source("reference §14, §16.1: the tags are those of that time")
def test_tags_that_changed_later_are_not_shown(fake, client):
    job_id = submit(client, tags={"team": "blue"})
    arn = f"{BATCH}:job/{job_id}"
    fake.tick(2)
    client.tag_resource(resourceArn=arn, tags={"team": "red", "more": "x"})
    fake.tick(4)
    client.untag_resource(resourceArn=arn, tagKeys=["team"])
    fake.run_until_idle()
    assert [event["detail"]["tags"] for event in fake.events] == [
        {"resourceArn": arn, "team": "blue"},
        {"resourceArn": arn, "team": "red", "more": "x"},
        {"resourceArn": arn, "more": "x"},
        {"resourceArn": arn, "more": "x"},
    ]


@pytest.mark.source("reference §15, §16.1")
def test_another_place():
    with fakebatch.mock(region="cn-north-1", account_id="210987654321", provision=True) as inner:
        submit(inner.client("batch"))
        inner.tick(1)
        [event] = inner.events
    assert (event["account"], event["region"]) == ("210987654321", "cn-north-1")
    assert event["resources"] == [f"arn:aws-cn:batch:cn-north-1:210987654321:job/{event['detail']['jobId']}"]


@pytest.mark.source("issue: an event outlives its job's seven days")
def test_events_of_forgotten_jobs_are_still_there(fake, client):
    job_id = submit(client)
    fake.run_until_idle()
    before = list(fake.events)
    fake.tick(8 * 24 * 3600)
    assert client.describe_jobs(jobs=[job_id])["jobs"] == []
    assert fake.events == before
    assert len(before) == 4
