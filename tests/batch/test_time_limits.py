"""jobStateTimeLimitActions: blocked jobs are cancelled or terminated when their time is over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch
from fakebatch.batch.outcomes import STUCK_REASONS

START = "2026-01-01T00:00:00Z"
CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
REQUIREMENT = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
TOO_LARGE = "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"
CANCELED = "Canceled by JobStateTimeLimit action due to reason: "
TERMINATED = "Terminated by JobStateTimeLimit action due to reason: "
NEEDS_TERMINATE = pytest.mark.needs("JobStateTimeLimitActionsAction=TERMINATE")
# A job is RUNNABLE at 1 s and finds out at 5 s that it is blocked.
BLOCKED_AT = 5


def action(reason: str = CAPACITY, seconds: int = 600, verb: str = "CANCEL") -> dict[str, Any]:
    return {"reason": reason, "state": "RUNNABLE", "maxTimeSeconds": seconds, "action": verb}


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_compute_environment("ce")
        world.batch.add_job_queue("q", jobStateTimeLimitActions=[action()])
        world.batch.add_job_definition("d")
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


@pytest.fixture
def trainer() -> Iterator[fakebatch.World]:
    """A world with a queue for service jobs, of up to four instances."""
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_service_environment(
            "se", capacityLimits=[{"maxCapacity": 4, "capacityUnit": "NUM_INSTANCES"}]
        )
        actions = [action(CAPACITY, 600, "TERMINATE"), action(TOO_LARGE, 900, "TERMINATE")]
        world.batch.add_job_queue("q", jobQueueType="SAGEMAKER_TRAINING", jobStateTimeLimitActions=actions)
        yield world


def submit(client: Any, name: str = "j", **members: Any) -> str:
    return str(
        client.submit_job(**{"jobName": name, "jobQueue": "q", "jobDefinition": "d", **members})["jobId"]
    )


def submit_service(client: Any, name: str = "j", count: int = 1) -> str:
    payload = {"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": count}}
    response = client.submit_service_job(
        jobName=name,
        jobQueue="q",
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps(payload),
    )
    return str(response["jobId"])


def timeline(job: Any) -> list[tuple[float, str, str | None]]:
    """(seconds since the job came into being, status, reason) of each transition."""
    history = job.history
    return [((entry.at - history[0].at).total_seconds(), entry.status, entry.reason) for entry in history]


def last(fake: fakebatch.World, job_id: str) -> tuple[float, str, str | None]:
    return timeline(fake.batch.job(job_id))[-1]


# -- Container jobs


@pytest.mark.source("reference §11.2; the user guide names the code alone as the action's reason")
def test_a_job_that_is_blocked_for_too_long_is_cancelled(fake, client):
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.tick(BLOCKED_AT + 600 - 1)
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    assert (job["status"], job["statusReason"]) == ("RUNNABLE", STUCK_REASONS[CAPACITY])
    fake.run_until_idle()
    assert timeline(fake.batch.job(job_id)) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (605, "FAILED", CANCELED + CAPACITY),
    ]


@pytest.mark.source("assumed: a job that the action cancels is described as after CancelJob")
def test_it_is_described_as_a_cancelled_job(fake, client):
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.run_until_idle()
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    assert (job["isCancelled"], job["attempts"], job["statusReason"]) == (True, [], CANCELED + CAPACITY)
    assert job["stoppedAt"] - job["createdAt"] == 605_000
    assert job.keys().isdisjoint({"startedAt", "isTerminated"})


@pytest.mark.source("reference §11.2")
@pytest.mark.parametrize(
    "code",
    [
        CAPACITY,
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
        REQUIREMENT,
        "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED",
    ],
)
def test_reasons_that_have_a_remedy(fake, client, code):
    client.update_job_queue(jobQueue="q", jobStateTimeLimitActions=[action(code, 3600)])
    fake.batch.when().stuck(code)
    job_id = submit(client)
    fake.run_until_idle()
    assert last(fake, job_id) == (BLOCKED_AT + 3600, "FAILED", CANCELED + code)


@pytest.mark.source("user guide: these need manual investigation; that the queue takes them is assumed")
@pytest.mark.parametrize(
    "code", ["MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS", "ACTION_REQUIRED", "UNDETERMINED"]
)
def test_reasons_that_have_none(fake, client, code):
    client.update_job_queue(jobQueue="q", jobStateTimeLimitActions=[action(code)])
    fake.batch.when().stuck(code)
    job_id = submit(client)
    fake.run_until_idle()
    fake.tick(86400)
    assert last(fake, job_id) == (1, "RUNNABLE", None)


@pytest.mark.source("user guide: the action's reason is the code")
@pytest.mark.parametrize(
    "reason", [REQUIREMENT, STUCK_REASONS[CAPACITY], CAPACITY.lower(), "CAPACITY", "too long in RUNNABLE"]
)
def test_an_action_for_another_reason_isnt_taken(fake, client, reason):
    client.update_job_queue(jobQueue="q", jobStateTimeLimitActions=[action(reason)])
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.tick(86400)
    assert last(fake, job_id) == (1, "RUNNABLE", None)


@pytest.mark.source("reference §11.2: an action for each reason")
def test_the_action_of_the_jobs_own_reason_is_taken(fake, client):
    client.update_job_queue(
        jobQueue="q", jobStateTimeLimitActions=[action(CAPACITY, 7200), action(REQUIREMENT, 900)]
    )
    fake.batch.when(job_name="odd").stuck(REQUIREMENT)
    odd = submit(client, "odd")
    fake.run_until_idle()
    assert last(fake, odd) == (905, "FAILED", CANCELED + REQUIREMENT)


@pytest.mark.source("assumed: the time counts from when the job began to show the reason")
def test_a_new_reason_starts_the_time_anew(fake, client):
    client.update_job_queue(jobQueue="q", jobStateTimeLimitActions=[action(), action(REQUIREMENT, 900)])
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.tick(500)
    fake.batch.when().stuck(REQUIREMENT)
    fake.run_until_idle()
    assert last(fake, job_id) == (500 + 900, "FAILED", CANCELED + REQUIREMENT)


@pytest.mark.source("assumed: an explanation that changes isn't another reason")
def test_another_explanation_of_the_same_reason_doesnt(fake, client):
    fake.batch.when().stuck(f"{CAPACITY} - no p5.48xlarge")
    job_id = submit(client)
    fake.tick(500)
    fake.batch.when().stuck(f"{CAPACITY} - no p5.4xlarge")
    fake.run_until_idle()
    assert last(fake, job_id) == (605, "FAILED", CANCELED + CAPACITY)


@pytest.mark.source("assumed: a job that is looked at again and still blocked has been so all the time")
def test_looking_again_doesnt_start_the_time_anew(fake, client):
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.tick(300)
    fake.batch.when(job_name="other").hang()
    fake.run_until_idle()
    assert last(fake, job_id) == (605, "FAILED", CANCELED + CAPACITY)


@pytest.mark.source("assumed: a job that isn't blocked any more is left alone, and so is the agenda")
def test_a_job_that_gets_its_place_is_left_alone(fake, client):
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.tick(604)
    fake.batch.when().succeed(after=10)
    fake.run_until_idle()
    assert timeline(fake.batch.job(job_id))[2:] == [
        (604, "STARTING", None),
        (609, "RUNNING", None),
        (619, "SUCCEEDED", "Essential container in task exited"),
    ]
    # Nothing was left to wait for.
    assert (fake.now - fake.batch.job(job_id).history[-1].at).total_seconds() == 0


@pytest.mark.source("assumed: what takes the reason away stops the time")
def test_a_reason_that_goes_away_stops_the_time(fake, client):
    fake.batch.add_consumable_resource("licence", totalQuantity=0)
    needed = {"consumableResourceList": [{"consumableResource": "licence", "quantity": 1}]}
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client, consumableResourcePropertiesOverride=needed)
    fake.tick(500)
    # It could be placed now, but for the licence, of which a job that waits says nothing.
    fake.batch.when().succeed()
    fake.run_until_idle()
    assert "statusReason" not in client.describe_jobs(jobs=[job_id])["jobs"][0]
    fake.tick(500)
    fake.batch.when().stuck(CAPACITY)
    fake.run_until_idle()
    assert last(fake, job_id) == (1000 + 600, "FAILED", CANCELED + CAPACITY)


@pytest.mark.source("reference §7: cancelling ends a RUNNABLE job at once")
def test_a_job_that_is_stopped_first_keeps_that_reason(fake, client):
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.tick(100)
    client.cancel_job(jobId=job_id, reason="enough")
    fake.run_until_idle()
    assert last(fake, job_id) == (100, "FAILED", "enough")
    assert (fake.now - fake.batch.job(job_id).history[0].at).total_seconds() == 100


@pytest.mark.source("reference §2: a cancelled job is not retried")
def test_it_is_never_retried(fake, client):
    fake.batch.when().fail(after=10).stuck(CAPACITY)
    job_id = submit(client, retryStrategy={"attempts": 5})
    fake.run_until_idle()
    assert timeline(fake.batch.job(job_id))[-3:] == [
        (10, "RUNNING", None),
        (20, "RUNNABLE", None),
        (24 + 600, "FAILED", CANCELED + CAPACITY),
    ]
    assert len(fake.batch.job(job_id).attempts) == 1


@pytest.mark.source("reference §4")
def test_what_depends_on_it_fails(fake, client):
    fake.batch.when(job_name="first").stuck(CAPACITY)
    first = submit(client, "first")
    second = submit(client, "second", dependsOn=[{"jobId": first}])
    fake.run_until_idle()
    assert last(fake, second) == (605, "FAILED", "Dependent Job failed")


@pytest.mark.source("reference §5: one child's failure fails the parent when all have ended")
def test_a_child_of_an_array_is_cancelled_by_itself(fake, client):
    fake.batch.when(array_index=1).stuck(CAPACITY)
    parent = submit(client, arrayProperties={"size": 2})
    fake.run_until_idle()
    assert last(fake, f"{parent}:0")[1:] == ("SUCCEEDED", "Essential container in task exited")
    assert last(fake, f"{parent}:1") == (604, "FAILED", CANCELED + CAPACITY)
    assert last(fake, parent) == (605, "FAILED", "Array Child Job failed")


@pytest.mark.source("reference §16.2, §16.1")
def test_eventbridge_is_told_of_both(fake, client):
    fake.batch.when().stuck(CAPACITY)
    submit(client)
    fake.run_until_idle()
    told = [(event["detail-type"], event["detail"].get("statusReason")) for event in fake.events]
    assert told == [
        ("Batch Job State Change", None),
        ("Batch Job Queue Blocked", STUCK_REASONS[CAPACITY]),
        ("Batch Job State Change", CANCELED + CAPACITY),
    ]


# -- Changes of the queue


@pytest.mark.source("assumed: an update holds for jobs that are blocked already, and their time counts")
@pytest.mark.parametrize(
    ("before", "after", "ends_at"),
    [
        pytest.param([], [action()], BLOCKED_AT + 600, id="added"),
        pytest.param([action(seconds=900)], [action(seconds=700)], BLOCKED_AT + 700, id="earlier"),
        pytest.param([action()], [action(seconds=1200)], BLOCKED_AT + 1200, id="later"),
        pytest.param([action()], [], None, id="removed"),
        pytest.param([action()], [action(REQUIREMENT)], None, id="for another reason"),
    ],
)
def test_an_update_of_the_queue_holds_for_blocked_jobs(fake, client, before, after, ends_at):
    client.update_job_queue(jobQueue="q", jobStateTimeLimitActions=before)
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.tick(100)
    client.update_job_queue(jobQueue="q", jobStateTimeLimitActions=after)
    fake.run_until_idle()
    fake.tick(86400)
    expected = (1, "RUNNABLE", None) if ends_at is None else (ends_at, "FAILED", CANCELED + CAPACITY)
    assert last(fake, job_id) == expected


@pytest.mark.source("assumed: a limit that has passed already is over at once")
def test_an_action_that_is_overdue_is_taken_at_once(fake, client):
    client.update_job_queue(jobQueue="q", jobStateTimeLimitActions=[])
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.tick(10_000)
    client.update_job_queue(jobQueue="q", jobStateTimeLimitActions=[action()])
    fake.run_until_idle()
    assert last(fake, job_id) == (10_000, "FAILED", CANCELED + CAPACITY)


@pytest.mark.source("assumed: other updates and other queues change nothing")
def test_other_updates_leave_the_time_alone(fake, client):
    fake.batch.add_job_queue("other")
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.tick(100)
    client.update_job_queue(jobQueue="other", jobStateTimeLimitActions=[action(seconds=86400)])
    client.update_job_queue(jobQueue="q", priority=9)
    fake.run_until_idle()
    assert last(fake, job_id) == (605, "FAILED", CANCELED + CAPACITY)


@pytest.mark.source("reference §11: a deleted queue fails its jobs")
def test_a_deleted_queue_leaves_nothing_behind(fake, client):
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.tick(100)
    client.update_job_queue(jobQueue="q", state="DISABLED")
    client.delete_job_queue(jobQueue="q")
    fake.run_until_idle()
    assert last(fake, job_id) == (100, "FAILED", "JobQueue deleted")
    assert (fake.now - fake.batch.job(job_id).history[0].at).total_seconds() == 100


@pytest.mark.source("api §2: a snapshot keeps the whole state")
def test_a_snapshot_keeps_the_time_that_is_left(fake, client):
    fake.batch.when().stuck(CAPACITY)
    job_id = submit(client)
    fake.tick(300)
    kept = fake.snapshot()
    fake.run_until_idle()
    fake.restore(kept)
    assert last(fake, job_id) == (1, "RUNNABLE", None)
    fake.run_until(job_id)
    assert last(fake, job_id) == (605, "FAILED", CANCELED + CAPACITY)


# -- Service jobs


@NEEDS_TERMINATE
@pytest.mark.source("user guide, Jobs stuck in RUNNABLE due to misconfiguration, service jobs")
def test_a_service_job_that_can_never_fit_is_terminated(trainer):
    client = trainer.client("batch")
    large, behind = submit_service(client, "large", count=5), submit_service(client, "behind")
    trainer.run_until_idle()
    assert timeline(trainer.batch.service_job(large))[-1] == (905, "FAILED", TERMINATED + TOO_LARGE)
    assert timeline(trainer.batch.service_job(behind))[2] == (905, "SCHEDULED", None)


@NEEDS_TERMINATE
@pytest.mark.source("assumed: the job is described as after TerminateServiceJob")
def test_a_service_job_is_described_as_terminated(trainer):
    client = trainer.client("batch")
    job_id = submit_service(client, count=5)
    trainer.run_until_idle()
    job = client.describe_service_job(jobId=job_id)
    assert (job["isTerminated"], job["statusReason"]) == (True, TERMINATED + TOO_LARGE)


@NEEDS_TERMINATE
@pytest.mark.source("user guide, Jobs stuck in RUNNABLE, service jobs")
@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (CAPACITY, f"{CAPACITY} - Unable to provision requested compute resources"),
        (
            "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
            (
                "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - Job requirements exceed quota share "
                "capacity limits."
            ),
        ),
    ],
    ids=["capacity", "quota share"],
)
def test_reasons_of_service_jobs(trainer, code, shown):
    client = trainer.client("batch")
    client.update_job_queue(jobQueue="q", jobStateTimeLimitActions=[action(code, 600, "TERMINATE")])
    trainer.batch.when().stuck(code)
    job_id = submit_service(client)
    trainer.tick(100)
    assert client.describe_service_job(jobId=job_id)["statusReason"] == shown
    trainer.run_until_idle()
    assert timeline(trainer.batch.service_job(job_id))[-1] == (605, "FAILED", TERMINATED + code)


@NEEDS_TERMINATE
@pytest.mark.source("assumed: a service job that is looked at again has been blocked all the time")
def test_looking_again_at_service_jobs_doesnt_start_the_time_anew(trainer):
    client = trainer.client("batch")
    trainer.batch.when(job_name="stuck").stuck(CAPACITY)
    stuck = submit_service(client, "stuck")
    trainer.tick(300)
    submit_service(client, "other")
    trainer.run_until_idle()
    assert timeline(trainer.batch.service_job(stuck))[-1] == (605, "FAILED", TERMINATED + CAPACITY)


@NEEDS_TERMINATE
@pytest.mark.source("assumed: only the first in line shows a reason")
def test_a_service_job_behind_another_shows_no_reason_and_has_time(trainer):
    client = trainer.client("batch")
    trainer.batch.when(job_name="stuck").stuck(CAPACITY)
    retried = client.submit_service_job(
        jobName="first",
        jobQueue="q",
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps({"ResourceConfig": {"InstanceType": "a", "InstanceCount": 3}}),
        retryStrategy={"attempts": 2, "evaluateOnExit": [{"onStatusReason": "*", "action": "RETRY"}]},
    )["jobId"]
    trainer.batch.when(job_name="first").fail(after=100).hang()
    trainer.tick(10)
    stuck = submit_service(client, "stuck")
    trainer.tick(50)
    assert client.describe_service_job(jobId=stuck)["statusReason"].startswith(CAPACITY)
    # The retried job goes to the front, and doesn't fit any more.
    limits = [{"maxCapacity": 2, "capacityUnit": "NUM_INSTANCES"}]
    client.update_service_environment(serviceEnvironment="se", capacityLimits=limits)
    trainer.run_until(retried, "RUNNABLE")
    trainer.tick(10)
    trainer.batch.when(job_name="nobody").succeed()
    trainer.tick(10)
    assert client.describe_service_job(jobId=retried)["statusReason"] == STUCK_REASONS[TOO_LARGE]
    assert "statusReason" not in client.describe_service_job(jobId=stuck)


@NEEDS_TERMINATE
@pytest.mark.source("assumed: a job that isn't blocked any more is left alone")
def test_a_service_job_that_is_scheduled_is_left_alone(trainer):
    client = trainer.client("batch")
    trainer.batch.when().stuck(CAPACITY)
    job_id = submit_service(client)
    trainer.tick(604)
    trainer.batch.when().succeed(after=1000)
    trainer.run_until_idle()
    assert timeline(trainer.batch.service_job(job_id))[-1][:2] == (1614, "SUCCEEDED")
