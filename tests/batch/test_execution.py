"""Attempts: how they end, what they leave, and when there is another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

START = "2026-01-01T00:00:00.000123Z"
START_MS = 1767225600000
ECS = "arn:aws:ecs:us-east-1:123456789012"
# With the seed below; the last part depends on the environment's ARN alone.
CLUSTER = "AWSBatch-q-environment-a500e805-134c-38f3-91ec-488bee9efb40"
HOSTS = f"{ECS}:container-instance/{CLUSTER}"
SERVERLESS = "AWSBatch-serverless-e9baa5d8-3d9b-3a8e-baa5-7133f3c0c441"
EXITED = "Essential container in task exited"
SPOT = "Your Spot Task was interrupted."
OOM = "OutOfMemoryError: Container killed due to memory usage"


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
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


def timeline(fake: fakebatch.World, job_id: str) -> list[tuple[float, str, str | None]]:
    """(seconds since it came into being, status, reason) of each transition."""
    history = fake.batch.job(job_id).history
    return [((entry.at - history[0].at).total_seconds(), entry.status, entry.reason) for entry in history]


def ran(fake: fakebatch.World, client: Any, **members: Any) -> tuple[str, dict[str, Any]]:
    """Submit, let everything happen, describe."""
    job_id = submit(client, **members)
    fake.run_until_idle()
    return job_id, described(client, job_id)


def attempts(tries: int, *entries: dict[str, str]) -> dict[str, Any]:
    strategy: dict[str, Any] = {"attempts": tries}
    return {"retryStrategy": {**strategy, "evaluateOnExit": list(entries)} if entries else strategy}


# -- One attempt


@pytest.mark.source("reference §1.4")
def test_a_container_that_fails(fake, client):
    fake.batch.when().fail(exit_code=3, after=30)
    job_id, job = ran(fake, client)
    assert timeline(fake, job_id) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (5, "STARTING", None),
        (10, "RUNNING", None),
        (40, "FAILED", EXITED),
    ]
    assert job["container"]["exitCode"] == 3
    assert "reason" not in job["container"]


@pytest.mark.source("reference §1.4")
def test_a_container_killed_for_its_memory_has_a_reason_of_its_own(fake, client):
    fake.batch.when().fail(exit_code=137, reason=OOM, after=30)
    job_id, job = ran(fake, client)
    assert timeline(fake, job_id)[-1] == (40, "FAILED", EXITED)
    assert job["statusReason"] == EXITED
    assert (job["container"]["exitCode"], job["container"]["reason"]) == (137, OOM)
    [attempt] = job["attempts"]
    assert attempt["statusReason"] == EXITED
    assert (attempt["container"]["exitCode"], attempt["container"]["reason"]) == (137, OOM)


@pytest.mark.source("api §4: status_reason=, exit_code=None")
def test_a_failure_may_have_its_own_status_reason_and_no_exit_code(fake, client):
    fake.batch.when().fail(exit_code=None, status_reason="Timeout waiting for network interface.")
    _, job = ran(fake, client)
    assert job["statusReason"] == "Timeout waiting for network interface."
    assert "exitCode" not in job["container"]


@pytest.mark.source("reference §1.3, §1.4")
def test_a_job_that_fails_to_start(fake, client):
    reason = "CannotPullContainerError: pull access denied for nowhere"
    fake.batch.when().fail_to_start(reason)
    job_id, job = ran(fake, client)
    assert timeline(fake, job_id) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (5, "STARTING", None),
        (10, "FAILED", "Task failed to start"),
    ]
    assert "startedAt" not in job
    assert job["stoppedAt"] == START_MS + 10_000
    assert job["statusReason"] == "Task failed to start"
    assert job["container"]["reason"] == reason
    assert not {"exitCode", "logStreamName"} & job["container"].keys()
    [attempt] = job["attempts"]
    assert attempt == {
        "container": {
            "taskArn": job["container"]["taskArn"],
            "containerInstanceArn": job["container"]["containerInstanceArn"],
            "networkInterfaces": [],
            "reason": reason,
        },
        "stoppedAt": START_MS + 10_000,
        "statusReason": "Task failed to start",
    }


@pytest.mark.source("api §4: after= of an attempt that fails to start counts in STARTING (assumed)")
def test_the_delay_of_a_failed_start_is_spent_in_starting(fake, client):
    reason = "DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s"
    fake.batch.when().fail_to_start(reason, after=240)
    job_id, _ = ran(fake, client)
    assert timeline(fake, job_id)[2:] == [(5, "STARTING", None), (245, "FAILED", "Task failed to start")]


@pytest.mark.source("reference §1.4")
def test_a_lost_ec2_host_leaves_no_exit_code(fake, client):
    fake.batch.when().host_terminated(after=20)
    job_id, job = ran(fake, client)
    reason = f"Host EC2 (instance {fake.batch.job(job_id).instance}) terminated."
    assert reason == "Host EC2 (instance i-b6e7be215bf79d7c2) terminated."
    assert timeline(fake, job_id)[3:] == [(10, "RUNNING", None), (30, "FAILED", reason)]
    assert job["statusReason"] == job["attempts"][0]["statusReason"] == reason
    assert not {"exitCode", "reason"} & job["container"].keys()
    assert job["container"]["logStreamName"]


@pytest.mark.source("reference §1.4; for FARGATE without _SPOT assumed")
@pytest.mark.parametrize("kind", ["FARGATE_SPOT", "FARGATE"])
def test_a_lost_fargate_task_was_interrupted(fake, client, kind):
    fake.batch.add_compute_environment("serverless", computeResources={"type": kind})
    fake.batch.add_job_queue("f", jobQueueType="ECS_FARGATE")
    fake.batch.add_job_definition("fd", platformCapabilities=["FARGATE"])
    fake.batch.when().host_terminated(after=20)
    job_id, job = ran(fake, client, jobQueue="f", jobDefinition="fd")
    assert timeline(fake, job_id)[3:] == [(10, "RUNNING", None), (30, "FAILED", SPOT)]
    assert job["container"]["exitCode"] == job["attempts"][0]["container"]["exitCode"] == 137
    assert job["statusReason"] == job["attempts"][0]["statusReason"] == SPOT


@pytest.mark.source("api §4")
def test_a_hanging_job_runs_for_ever_without_a_timeout(fake, client):
    fake.batch.when().hang()
    job_id = submit(client)
    fake.run_until_idle()
    fake.tick(400 * 24 * 3600)
    job = described(client, job_id)
    assert (job["status"], job["attempts"], "stoppedAt" in job) == ("RUNNING", [], False)


@pytest.mark.source("api §4: finish, interrupt")
def test_ending_an_attempt_by_hand(fake, client):
    fake.batch.when().hang()
    finished, failed, lost = (submit(client, jobName=name) for name in ("a", "b", "c"))
    fake.tick(33)
    fake.batch.job(finished).finish()
    fake.batch.job(failed).finish(exit_code=9, reason="by hand")
    fake.batch.job(lost).interrupt()
    ends = [timeline(fake, job_id)[-1] for job_id in (finished, failed, lost)]
    host = f"Host EC2 (instance {fake.batch.job(lost).instance}) terminated."
    assert ends == [(33, "SUCCEEDED", EXITED), (33, "FAILED", EXITED), (33, "FAILED", host)]
    assert described(client, failed)["container"]["reason"] == "by hand"
    fake.run_until_idle()
    assert [len(fake.batch.job(job_id).attempts) for job_id in (finished, failed, lost)] == [1, 1, 1]


@pytest.mark.source("assumed: a host can also be lost while the container is being made ready")
def test_a_host_lost_in_starting_leaves_no_start(fake, client):
    job_id = submit(client)
    fake.run_until(job_id, "STARTING")
    fake.batch.job(job_id).interrupt()
    job = described(client, job_id)
    assert job["status"] == "FAILED"
    assert "startedAt" not in job
    assert job["stoppedAt"] == START_MS + 5_000


# -- The next attempt


@pytest.mark.source("reference §1.1, §2")
def test_a_retry_that_succeeds(fake, client):
    fake.batch.when().fail(exit_code=1, after=10).host_terminated(after=20).succeed(after=30)
    job_id, job = ran(fake, client, **attempts(5))
    host = f"Host EC2 (instance {job['attempts'][1]['statusReason'].split()[3].rstrip(')')}) terminated."
    assert timeline(fake, job_id) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (5, "STARTING", None),
        (10, "RUNNING", None),
        (20, "RUNNABLE", None),
        (24, "STARTING", None),
        (29, "RUNNING", None),
        (49, "RUNNABLE", None),
        (53, "STARTING", None),
        (58, "RUNNING", None),
        (88, "SUCCEEDED", EXITED),
    ]
    assert host == job["attempts"][1]["statusReason"]
    assert job["attempts"] == [
        {
            "container": {
                "taskArn": f"{ECS}:task/{CLUSTER}/36be52771ca47a22309637597abb9daa",
                "containerInstanceArn": f"{HOSTS}/41fcbafe3e4ff952c7d97fb512eb7e6b",
                "logStreamName": "d/default/36be52771ca47a22309637597abb9daa",
                "networkInterfaces": [],
                "exitCode": 1,
            },
            "startedAt": 1767225610000,
            "stoppedAt": 1767225620000,
            "statusReason": "Essential container in task exited",
        },
        {
            "container": {
                "taskArn": f"{ECS}:task/{CLUSTER}/bc4afc74848c0d94bc59cda6a6e2eaf2",
                "containerInstanceArn": f"{HOSTS}/41fcbafe3e4ff952c7d97fb512eb7e6b",
                "logStreamName": "d/default/bc4afc74848c0d94bc59cda6a6e2eaf2",
                "networkInterfaces": [],
            },
            "startedAt": 1767225629000,
            "stoppedAt": 1767225649000,
            "statusReason": "Host EC2 (instance i-b6e7be215bf79d7c2) terminated.",
        },
        {
            "container": {
                "taskArn": f"{ECS}:task/{CLUSTER}/5852e105e6ad392107fe9082f1bfcf0d",
                "containerInstanceArn": f"{HOSTS}/508adeb502da630b5eaf63af6e678f8f",
                "logStreamName": "d/default/5852e105e6ad392107fe9082f1bfcf0d",
                "networkInterfaces": [],
                "exitCode": 0,
            },
            "startedAt": 1767225658000,
            "stoppedAt": 1767225688000,
            "statusReason": "Essential container in task exited",
        },
    ]
    assert (job["startedAt"], job["stoppedAt"]) == (START_MS + 58_000, START_MS + 88_000)
    last = job["attempts"][-1]["container"]
    assert {name: job["container"][name] for name in last} == last


@pytest.mark.source("reference §2; that an instance is used again: reference §10.6")
def test_each_attempt_has_a_task_and_a_log_stream_of_its_own(fake, client):
    fake.batch.when().fail()
    _, job = ran(fake, client, **attempts(10))
    assert len(job["attempts"]) == 10
    for member, different in (("taskArn", 10), ("containerInstanceArn", 1), ("logStreamName", 10)):
        assert len({attempt["container"][member] for attempt in job["attempts"]}) == different


@pytest.mark.source("reference §1.3")
def test_what_a_job_shows_while_it_waits_for_its_next_try(fake, client):
    fake.batch.when().fail(exit_code=7, reason="first", after=10).succeed()
    job_id = submit(client, **attempts(2))
    fake.tick(5)
    first = described(client, job_id)["container"]["taskArn"]
    fake.tick(15)
    job = described(client, job_id)
    assert job["status"] == "RUNNABLE"
    assert len(job["attempts"]) == 1
    assert not {"startedAt", "stoppedAt", "statusReason"} & job.keys()
    gone = {"exitCode", "reason", "taskArn", "containerInstanceArn", "logStreamName"}
    assert not gone & job["container"].keys()
    fake.tick(4)
    job = described(client, job_id)
    assert job["status"] == "STARTING"
    assert job["container"]["taskArn"] != first
    assert not {"startedAt", "stoppedAt", "statusReason"} & job.keys()
    assert not (gone - {"taskArn"}) & job["container"].keys()
    assert len(job["attempts"]) == 1


@pytest.mark.source("reference §2")
def test_used_up_attempts_fail_for_the_last_reason(fake, client):
    fake.batch.when().fail(exit_code=1, after=1).fail(exit_code=2, after=1).fail_to_start("last")
    job_id, job = ran(fake, client, **attempts(3))
    assert [(at, status) for at, status, _ in timeline(fake, job_id)] == [
        (0, "SUBMITTED"),
        (1, "RUNNABLE"),
        (5, "STARTING"),
        (10, "RUNNING"),
        (11, "RUNNABLE"),
        (15, "STARTING"),
        (20, "RUNNING"),
        (21, "RUNNABLE"),
        (25, "STARTING"),
        (30, "FAILED"),
    ]
    assert [attempt["statusReason"] for attempt in job["attempts"]] == [
        EXITED,
        EXITED,
        "Task failed to start",
    ]
    assert [attempt["container"].get("exitCode") for attempt in job["attempts"]] == [1, 2, None]
    assert job["statusReason"] == "Task failed to start"
    # Job-level times are those of the last attempt (reference §1.3), and that one never ran.
    assert "startedAt" not in job
    assert job["stoppedAt"] == START_MS + 30_000


@pytest.mark.source("reference §2")
def test_evaluate_on_exit_stops_at_exit_and_goes_on_at_retry(fake, client):
    rules = (
        {"onStatusReason": "Host EC2*", "action": "RETRY"},
        {"onReason": "*", "action": "EXIT"},
    )
    fake.batch.when().host_terminated(after=5).fail(exit_code=1, after=5).succeed()
    job_id, job = ran(fake, client, **attempts(10, *rules))
    assert [(at, status) for at, status, _ in timeline(fake, job_id)][3:] == [
        (10, "RUNNING"),
        (15, "RUNNABLE"),
        (19, "STARTING"),
        (24, "RUNNING"),
        (29, "FAILED"),
    ]
    assert len(job["attempts"]) == 2
    assert job["statusReason"] == EXITED


@pytest.mark.source("reference §2")
def test_a_condition_reads_the_container_s_reason_of_a_failed_start(fake, client):
    fake.batch.when().fail_to_start("CannotPullContainerError: no").fail_to_start(
        "ResourceInitializationError: no"
    )
    rules = (
        {"onReason": "CannotPullContainerError:*", "action": "retry"},
        {"onStatusReason": "Task failed to start", "action": "exit"},
    )
    _, job = ran(fake, client, **attempts(9, *rules))
    assert [attempt["container"]["reason"] for attempt in job["attempts"]] == [
        "CannotPullContainerError: no",
        "ResourceInitializationError: no",
    ]


@pytest.mark.source("reference §2, §19.27")
def test_exit_zero_succeeds_whatever_the_strategy_says_of_it(fake, client):
    _, job = ran(fake, client, **attempts(3, {"onExitCode": "0", "action": "RETRY"}))
    assert (job["status"], len(job["attempts"])) == ("SUCCEEDED", 1)


@pytest.mark.source("reference §2")
def test_the_strategy_of_the_request_replaces_the_definition_s(fake, client):
    exit_on_any = {"attempts": 4, "evaluateOnExit": [{"onReason": "*", "action": "EXIT"}]}
    fake.batch.add_job_definition("strict", retryStrategy=exit_on_any)
    fake.batch.when().fail()
    _, by_definition = ran(fake, client, jobDefinition="strict")
    _, by_request = ran(fake, client, jobDefinition="strict", **attempts(2))
    assert [len(job["attempts"]) for job in (by_definition, by_request)] == [1, 2]
    assert by_request["retryStrategy"] == {"attempts": 2, "evaluateOnExit": []}


@pytest.mark.source("reference §2")
def test_an_attempt_ended_by_hand_is_retried_too(fake, client):
    fake.batch.when().hang()
    job_id = submit(client, **attempts(3))
    fake.run_until(job_id, "RUNNING")
    fake.batch.job(job_id).finish(exit_code=1)
    assert fake.batch.job(job_id).status == "RUNNABLE"
    fake.run_until(job_id, "RUNNING")
    fake.batch.reclaim_spot(job_id)
    assert fake.batch.job(job_id).status == "RUNNABLE"
    fake.run_until(job_id, "RUNNING")
    fake.batch.job(job_id).finish(exit_code=1)
    assert fake.batch.job(job_id).status == "FAILED"


@pytest.mark.source("reference §2")
def test_the_container_is_told_which_attempt_it_is(fake, client):
    seen: list[str] = []

    @fake.batch.when().run
    def body(job: Any) -> int:
        seen.append(job.environment["AWS_BATCH_JOB_ATTEMPT"])
        return 1

    ran(fake, client, **attempts(3))
    assert seen == ["1", "2", "3"]


@pytest.mark.source("assumed: a container that stops its own job is given the same time as any other")
def test_a_body_may_stop_its_own_job():
    with fakebatch.mock(start=START, timing=fakebatch.Timing(stopping=30)) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        client = fake.client("batch")

        def body(job: Any) -> None:
            client.terminate_job(jobId=job.id, reason="that will do")

        fake.batch.when().run(body, after=5)
        job_id, job = ran(fake, client, **attempts(3))
        assert timeline(fake, job_id)[3:] == [(10, "RUNNING", None), (40, "FAILED", "that will do")]
        assert job["container"]["exitCode"] == 137


@pytest.mark.source("api §4: finish, interrupt")
def test_a_body_may_end_its_own_attempt(fake, client):
    def body(job: Any) -> None:
        if len(job.attempts) == 0:
            job.interrupt()
        else:
            job.finish(exit_code=4)

    fake.batch.when().run(body)
    job_id, job = ran(fake, client, **attempts(2))
    assert [(at, status) for at, status, _ in timeline(fake, job_id)][3:] == [
        (10, "RUNNING"),
        (10, "RUNNABLE"),
        (14, "STARTING"),
        (19, "RUNNING"),
        (19, "FAILED"),
    ]
    assert [attempt["container"].get("exitCode") for attempt in job["attempts"]] == [None, 4]


# -- Fargate


@pytest.mark.source("reference §1.6")
def test_a_fargate_job_has_an_interface_and_no_instance(fake, client):
    fake.batch.add_compute_environment("serverless", computeResources={"type": "FARGATE"})
    fake.batch.add_job_queue("f", jobQueueType="ECS_FARGATE")
    fake.batch.add_job_definition("fd", platformCapabilities=["FARGATE"])
    job_id, job = ran(fake, client, jobQueue="f", jobDefinition="fd")
    assert job["platformCapabilities"] == ["FARGATE"]
    assert fake.batch.job(job_id).instance is None
    assert job["container"] == {
        "command": ["true"],
        "environment": [],
        "mountPoints": [],
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
        "secrets": [],
        "ulimits": [],
        "volumes": [],
        "image": "busybox",
        "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
        "fargatePlatformConfiguration": {"platformVersion": "LATEST"},
        "taskArn": f"{ECS}:task/{SERVERLESS}/36be52771ca47a22309637597abb9daa",
        "logStreamName": "fd/default/36be52771ca47a22309637597abb9daa",
        "networkInterfaces": [
            {"attachmentId": "ac3fefe8-d673-3565-8293-fbe7701631d5", "privateIpv4Address": "10.0.28.1"}
        ],
        "exitCode": 0,
    }
    assert job["attempts"] == [
        {
            "container": {
                "taskArn": f"{ECS}:task/{SERVERLESS}/36be52771ca47a22309637597abb9daa",
                "logStreamName": "fd/default/36be52771ca47a22309637597abb9daa",
                "networkInterfaces": [
                    {
                        "attachmentId": "ac3fefe8-d673-3565-8293-fbe7701631d5",
                        "privateIpv4Address": "10.0.28.1",
                    }
                ],
                "exitCode": 0,
            },
            "startedAt": 1767225610000,
            "stoppedAt": 1767225670000,
            "statusReason": "Essential container in task exited",
        }
    ]
