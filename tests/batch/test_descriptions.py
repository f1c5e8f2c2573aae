"""What DescribeJobs and ListJobs show of a job in each of its states, member by member."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

START = "2026-01-01T00:00:00.000123Z"
START_MS = 1767225600000
ARN = "arn:aws:batch:us-east-1:123456789012"
ECS = "arn:aws:ecs:us-east-1:123456789012"
EXITED = "Essential container in task exited"


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_compute_environment("ce")
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def submit(client: Any, **members: Any) -> str:
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d", **members}
    return str(client.submit_job(**request)["jobId"])


def described(client: Any, job_id: str) -> dict[str, Any]:
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    return dict(job)


def summarised(client: Any, status: str) -> dict[str, Any]:
    [job] = client.list_jobs(jobQueue="q", jobStatus=status)["jobSummaryList"]
    return dict(job)


def container(**run: Any) -> dict[str, Any]:
    """The container of a job of definition `d`, with what a run adds."""
    return {
        "image": "busybox",
        "command": ["true"],
        "environment": [],
        "mountPoints": [],
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
        "secrets": [],
        "ulimits": [],
        "volumes": [],
        "networkInterfaces": [],
        **run,
    }


def expected(job_id: str, status: str, **members: Any) -> dict[str, Any]:
    """A job of definition `d` in queue `q`, whole."""
    return {
        "jobArn": f"{ARN}:job/{job_id}",
        "jobName": "j",
        "jobId": job_id,
        "jobQueue": f"{ARN}:job-queue/q",
        "jobDefinition": f"{ARN}:job-definition/d:1",
        "status": status,
        "createdAt": START_MS,
        "attempts": [],
        "dependsOn": [],
        "parameters": {},
        "tags": {},
        "propagateTags": False,
        "platformCapabilities": [],
        "eksAttempts": [],
        "container": container(),
        **members,
    }


def run_of(client: Any, job_id: str) -> dict[str, str]:
    """Task, host and log stream of the first attempt, whose form is checked apart."""
    shown = described(client, job_id)["container"]
    return {
        name: shown[name] for name in ("taskArn", "containerInstanceArn", "logStreamName") if name in shown
    }


# -- One state after the other: reference §1.3


@pytest.mark.source("reference §1.3")
def test_submitted(fake, client):
    job_id = submit(client)
    assert described(client, job_id) == expected(job_id, "SUBMITTED")


@pytest.mark.source("reference §1.3")
def test_pending(fake, client):
    dependency = submit(client)
    job_id = submit(client, dependsOn=[{"jobId": dependency}])
    fake.tick(20)
    assert described(client, job_id) == expected(job_id, "PENDING", dependsOn=[{"jobId": dependency}])


@pytest.mark.source("reference §1.3")
def test_runnable(fake, client):
    job_id = submit(client)
    fake.tick(2)
    assert described(client, job_id) == expected(job_id, "RUNNABLE")


@pytest.mark.source("reference §1.3, §11.2")
def test_runnable_and_blocked(fake, client):
    fake.batch.when().stuck("UNDETERMINED")
    job_id = submit(client)
    fake.tick(20)
    reason = "UNDETERMINED - Batch job is blocked, root cause is undetermined."
    assert described(client, job_id) == expected(job_id, "RUNNABLE", statusReason=reason)


@pytest.mark.source("reference §1.3")
def test_starting(fake, client):
    job_id = submit(client)
    fake.tick(6)
    run = run_of(client, job_id)
    assert list(run) == ["taskArn"]
    assert described(client, job_id) == expected(job_id, "STARTING", container=container(**run))


@pytest.mark.source("reference §1.3: attempts holds those that have ended")
def test_running(fake, client):
    job_id = submit(client)
    fake.tick(20)
    run = run_of(client, job_id)
    assert list(run) == ["taskArn", "containerInstanceArn", "logStreamName"]
    assert described(client, job_id) == expected(
        job_id, "RUNNING", startedAt=START_MS + 10_000, container=container(**run)
    )


@pytest.mark.source("reference §1.3, §1.5")
def test_succeeded(fake, client):
    job_id = submit(client)
    fake.run_until_idle()
    run = run_of(client, job_id)
    ended = {"startedAt": START_MS + 10_000, "stoppedAt": START_MS + 70_000, "statusReason": EXITED}
    assert described(client, job_id) == expected(
        job_id,
        "SUCCEEDED",
        **ended,
        container=container(**run, exitCode=0),
        attempts=[{"container": {**run, "exitCode": 0, "networkInterfaces": []}, **ended}],
    )


@pytest.mark.source("reference §1.3, §1.5")
def test_failed(fake, client):
    fake.batch.when().fail(exit_code=137, reason="OutOfMemoryError: Container killed due to memory usage")
    job_id = submit(client)
    fake.run_until_idle()
    run = run_of(client, job_id)
    left = {"exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"}
    ended = {"startedAt": START_MS + 10_000, "stoppedAt": START_MS + 70_000, "statusReason": EXITED}
    assert described(client, job_id) == expected(
        job_id,
        "FAILED",
        **ended,
        container=container(**run, **left),
        attempts=[{"container": {**run, **left, "networkInterfaces": []}, **ended}],
    )


@pytest.mark.source("reference §1.3; that isCancelled is left out while it is false is assumed (Appendix D)")
def test_failed_without_ever_having_had_a_place(fake, client):
    job_id = submit(client)
    fake.tick(2)
    client.cancel_job(jobId=job_id, reason="unwanted")
    assert described(client, job_id) == expected(
        job_id, "FAILED", stoppedAt=START_MS + 2_000, statusReason="unwanted", isCancelled=True
    )


# -- Identifiers of a run: reference §15


@pytest.mark.source("reference §15")
def test_the_form_of_a_run_s_identifiers(fake, client):
    fake.batch.add_job_definition("n" * 128)
    job_id = submit(client, jobDefinition="n" * 128)
    fake.tick(20)
    shown = described(client, job_id)["container"]
    [environment] = client.describe_compute_environments()["computeEnvironments"]
    cluster = environment["ecsClusterArn"].rpartition("/")[2]
    task, instance = shown["taskArn"].rpartition("/")[2], shown["containerInstanceArn"].rpartition("/")[2]
    assert cluster.startswith("AWSBatch-ce-")
    assert shown["taskArn"] == f"{ECS}:task/{cluster}/{task}"
    assert shown["containerInstanceArn"] == f"{ECS}:container-instance/{cluster}/{instance}"
    for hexadecimal in (task, instance):
        assert len(hexadecimal) == 32
        assert set(hexadecimal) <= set("0123456789abcdef")
    assert task != instance
    assert shown["logStreamName"] == f"{'n' * 128}/default/{task}"


@pytest.mark.source("reference §15: jobId is a UUID of version 4")
def test_job_ids_are_random_uuids_in_lower_case(client):
    ids = [submit(client) for _ in range(50)]
    assert len(set(ids)) == 50
    for job_id in ids:
        groups = job_id.split("-")
        assert [len(group) for group in groups] == [8, 4, 4, 4, 12]
        assert set(job_id) <= set("0123456789abcdef-")
        assert (groups[2][0], groups[3][0] in "89ab") == ("4", True)


@pytest.mark.source("reference §15: partition by region")
@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")]
)
def test_arns_name_the_region_s_partition(region, partition):
    with fakebatch.mock(region=region) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        client = fake.client("batch")
        job_id = submit(client)
        fake.tick(20)
        job = described(client, job_id)
    assert job["jobArn"] == f"arn:{partition}:batch:{region}:123456789012:job/{job_id}"
    assert job["container"]["taskArn"].startswith(f"arn:{partition}:ecs:{region}:123456789012:task/")


# -- What was asked for


@pytest.mark.source("reference §1.3, §8; model")
def test_options_are_shown_when_they_were_given(fake, client):
    fake.batch.add_job_definition(
        "full",
        parameters={"a": "1", "b": "2"},
        schedulingPriority=7,
        propagateTags=True,
        tags={"of": "definition"},
        consumableResourceProperties={
            "consumableResourceList": [{"consumableResource": "gpu", "quantity": 2}]
        },
    )
    job_id = submit(
        client,
        jobDefinition="full",
        parameters={"b": "3", "c": "4"},
        retryStrategy={"attempts": 2, "evaluateOnExit": [{"onReason": "*", "action": "EXIT"}]},
        timeout={"attemptDurationSeconds": 60},
        tags={"of": "job"},
    )
    assert described(client, job_id) == expected(
        job_id,
        "SUBMITTED",
        jobDefinition=f"{ARN}:job-definition/full:1",
        parameters={"a": "1", "b": "3", "c": "4"},
        retryStrategy={"attempts": 2, "evaluateOnExit": [{"onReason": "*", "action": "exit"}]},
        timeout={"attemptDurationSeconds": 60},
        tags={"of": "job"},
        propagateTags=True,
        schedulingPriority=7,
        consumableResourceProperties={
            "consumableResourceList": [{"consumableResource": "gpu", "quantity": 2}]
        },
    )


@pytest.mark.source("reference §8: replace")
def test_the_request_s_propagate_tags_beats_the_definition_s(fake, client):
    fake.batch.add_job_definition("tagged", propagateTags=True)
    assert described(client, submit(client, jobDefinition="tagged"))["propagateTags"] is True
    assert (
        described(client, submit(client, jobDefinition="tagged", propagateTags=False))["propagateTags"]
        is False
    )


@pytest.mark.source("reference §1.3: legacy members are integers, resourceRequirements is empty")
def test_legacy_sizes_stay_what_they_are(fake, client):
    fake.batch.add_job_definition("old", containerProperties={"vcpus": 2, "memory": 12000})
    shown = described(client, submit(client, jobDefinition="old"))["container"]
    assert shown == container(vcpus=2, memory=12000, resourceRequirements=[])


@pytest.mark.source("reference §1.3: AWS_BATCH_* isn't shown")
def test_the_environment_is_the_user_s_alone(fake, client):
    job_id = submit(client, containerOverrides={"environment": [{"name": "A", "value": "1"}]})
    fake.tick(20)
    assert described(client, job_id)["container"]["environment"] == [{"name": "A", "value": "1"}]
    assert fake.batch.job(job_id).environment == {
        "A": "1",
        "AWS_BATCH_JOB_ID": job_id,
        "AWS_BATCH_JQ_NAME": "q",
        "AWS_BATCH_CE_NAME": "ce",
        "AWS_BATCH_JOB_ATTEMPT": "1",
    }


@pytest.mark.source("architecture: an answer is the caller's own")
def test_changing_an_answer_changes_nothing(fake, client):
    job_id = submit(client)
    fake.run_until_idle()
    first = described(client, job_id)
    spoiled = described(client, job_id)
    spoiled["container"]["command"].append("x")
    spoiled["attempts"][0]["container"]["networkInterfaces"].append({})
    spoiled["tags"]["x"] = "y"
    assert described(client, job_id) == first


@pytest.mark.source("reference §19.17: whole milliseconds")
def test_times_are_whole_milliseconds(fake, client):
    fake.batch.when().succeed(after=0.0015)
    job_id = submit(client)
    fake.run_until_idle()
    job = described(client, job_id)
    times = [job["createdAt"], job["startedAt"], job["stoppedAt"], job["attempts"][0]["startedAt"]]
    assert times == [START_MS, START_MS + 10_000, START_MS + 10_001, START_MS + 10_000]
    assert {type(time) for time in times} == {int}


# -- ListJobs


@pytest.mark.source("reference §13, model; scheduledAt and capacityUsage are assumed")
@pytest.mark.parametrize(
    ("seconds", "members"),
    [
        (0, {"status": "SUBMITTED"}),
        (2, {"status": "RUNNABLE"}),
        (6, {"status": "STARTING", "scheduledAt": START_MS + 5_000}),
        (20, {"status": "RUNNING", "scheduledAt": START_MS + 5_000, "startedAt": START_MS + 10_000}),
        (
            80,
            {
                "status": "FAILED",
                "statusReason": EXITED,
                "scheduledAt": START_MS + 5_000,
                "startedAt": START_MS + 10_000,
                "stoppedAt": START_MS + 70_000,
                "container": {"exitCode": 3, "reason": "why"},
            },
        ),
    ],
    ids=["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "FAILED"],
)
@pytest.mark.needs("JobSummary.scheduledAt")
def test_a_summary(fake, client, seconds, members):
    fake.batch.when().fail(exit_code=3, reason="why")
    job_id = submit(client)
    fake.tick(seconds)
    assert summarised(client, members["status"]) == {
        "jobArn": f"{ARN}:job/{job_id}",
        "jobId": job_id,
        "jobName": "j",
        "createdAt": START_MS,
        "jobDefinition": f"{ARN}:job-definition/d:1",
        "capacityUsage": [{"capacityUnit": "VCPU", "quantity": 1.0}],
        **members,
    }


@pytest.mark.source("reference §1.3: stoppedAt without startedAt")
def test_a_summary_of_a_job_that_failed_to_start(fake, client):
    fake.batch.when().fail_to_start("CannotPullContainerError: no")
    submit(client)
    fake.run_until_idle()
    summary = summarised(client, "FAILED")
    assert summary["container"] == {"reason": "CannotPullContainerError: no"}
    assert (summary["statusReason"], summary["stoppedAt"]) == ("Task failed to start", START_MS + 10_000)
    assert "startedAt" not in summary
