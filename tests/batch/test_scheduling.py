"""From SubmitJob to a place: order, blocked jobs, queues and environments that close and open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import fakebatch
from fakebatch.batch.outcomes import STUCK_REASONS

START = "2026-01-01T00:00:00.000123Z"
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


def submit(client: Any, name: str = "j", **members: Any) -> str:
    request = {"jobName": name, "jobQueue": "q", "jobDefinition": "d", **members}
    return str(client.submit_job(**request)["jobId"])


def described(client: Any, job_id: str) -> dict[str, Any]:
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    return dict(job)


def timeline(fake: fakebatch.World, job_id: str) -> list[tuple[float, str, str | None]]:
    """(seconds since it came into being, status, reason) of each transition."""
    history = fake.batch.job(job_id).history
    return [((entry.at - history[0].at).total_seconds(), entry.status, entry.reason) for entry in history]


def started(fake: fakebatch.World) -> list[str]:
    """The names of jobs in the order in which they got a place."""
    jobs = fake.service("batch", "us-east-1", "123456789012").trace
    return [entry.subject.name for entry in jobs if entry.after == "STARTING"]


def switch(client: Any, environment: str, state: str) -> None:
    client.update_compute_environment(computeEnvironment=environment, state=state)


# -- Blocked jobs


@pytest.mark.source("reference §11.2")
@pytest.mark.parametrize("code", sorted(STUCK_REASONS))
def test_a_stuck_job_stays_runnable_and_says_why(fake, client, code):
    fake.batch.when().stuck(code)
    job_id = submit(client)
    fake.run_until_idle()
    fake.tick(24 * 3600)
    job = described(client, job_id)
    assert (job["status"], job["statusReason"], job["attempts"]) == ("RUNNABLE", STUCK_REASONS[code], [])
    assert timeline(fake, job_id) == [(0, "SUBMITTED", None), (1, "RUNNABLE", None)]


@pytest.mark.source("reference §11.2")
def test_the_texts_of_stuck_jobs_are_those_of_the_user_guide():
    assert STUCK_REASONS == {
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY": (
            "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for "
            "instance type [instanceTypeName]"
        ),
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE": (
            "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot "
            "meet the CPU requirement of the job."
        ),
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT": (
            "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is "
            "higher than that can be met by the CE(s) attached to the job queue."
        ),
        "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE": (
            "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with the "
            "job queue cannot meet the capacity requirement of the job."
        ),
        "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED": (
            "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - Job requirements exceed quota share capacity "
            "limits."
        ),
        "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS": (
            "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS \N{EN DASH} Batch service role has a permission issue."
        ),
        "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED": (
            "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - Your compute environment associated "
            "with this job queue has an unsupported instance type configuration."
        ),
        "ACTION_REQUIRED": "ACTION_REQUIRED - CE(s) associated with the job queue are invalid.",
        "UNDETERMINED": "UNDETERMINED - Batch job is blocked, root cause is undetermined.",
    }


@pytest.mark.source("api §4: stuck")
def test_a_text_of_the_author_s_own_is_shown_as_it_is(fake, client):
    fake.batch.when().stuck("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - no p5.48xlarge")
    job_id = submit(client)
    fake.run_until_idle()
    assert (
        described(client, job_id)["statusReason"]
        == "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - no p5.48xlarge"
    )


@pytest.mark.source("api §4: the rule added last wins")
def test_a_later_rule_releases_a_stuck_job(fake, client):
    fake.batch.when(job_name="big").stuck("UNDETERMINED")
    job_id = submit(client, "big")
    fake.tick(100)
    fake.batch.when(job_name="big").succeed(after=20)
    fake.tick(1)
    job = described(client, job_id)
    assert job["status"] == "STARTING"
    assert "statusReason" not in job
    fake.run_until_idle()
    assert timeline(fake, job_id) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (100, "STARTING", None),
        (105, "RUNNING", None),
        (125, "SUCCEEDED", EXITED),
    ]


@pytest.mark.source("api §4: stuck")
def test_a_later_rule_may_find_another_reason(fake, client):
    fake.batch.when().stuck("UNDETERMINED")
    job_id = submit(client)
    fake.tick(100)
    fake.batch.when().stuck("ACTION_REQUIRED")
    assert described(client, job_id)["statusReason"] == STUCK_REASONS["ACTION_REQUIRED"]


@pytest.mark.source("reference §7")
def test_a_stuck_job_can_be_cancelled(fake, client):
    fake.batch.when().stuck("UNDETERMINED")
    job_id = submit(client)
    fake.tick(100)
    client.cancel_job(jobId=job_id, reason="enough")
    fake.batch.when().succeed()
    fake.run_until_idle()
    assert timeline(fake, job_id)[1:] == [(1, "RUNNABLE", None), (100, "FAILED", "enough")]


@pytest.mark.source("reference §12.1, §11.2: the head of the queue blocks it")
def test_a_stuck_job_holds_up_those_behind_it_and_no_other_queue(fake, client):
    fake.batch.when(job_name="big").stuck("UNDETERMINED")
    fake.batch.add_job_queue("other")
    big = submit(client, "big")
    behind = submit(client, "behind")
    elsewhere = submit(client, jobQueue="other")
    fake.run_until_idle()
    jobs = [described(client, each) for each in (big, behind, elsewhere)]
    assert [job["status"] for job in jobs] == ["RUNNABLE", "RUNNABLE", "SUCCEEDED"]
    assert "statusReason" not in jobs[1]
    client.cancel_job(jobId=big, reason="enough")
    fake.run_until_idle()
    assert timeline(fake, behind) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (70, "STARTING", None),
        (75, "RUNNING", None),
        (135, "SUCCEEDED", EXITED),
    ]


@pytest.mark.source("api §4: chained verbs are attempts; that stuck() is none is assumed")
def test_the_second_try_of_a_job_may_be_stuck(fake, client):
    fake.batch.when().fail(after=10).stuck("UNDETERMINED")
    job_id = submit(client, retryStrategy={"attempts": 3})
    fake.run_until_idle()
    job = described(client, job_id)
    assert (job["status"], job["statusReason"]) == ("RUNNABLE", STUCK_REASONS["UNDETERMINED"])
    assert len(job["attempts"]) == 1
    assert not {"startedAt", "stoppedAt"} & job.keys()


# -- Queues


@pytest.mark.source("reference §8; assumed: text")
def test_a_disabled_queue_refuses_new_jobs_and_finishes_the_old(fake, client):
    fake.batch.when().fail(after=10).succeed(after=20)
    running = submit(client, retryStrategy={"attempts": 2})
    fake.tick(12)
    submitted = submit(client)
    client.update_job_queue(jobQueue="q", state="DISABLED")
    with pytest.raises(ClientError) as caught:
        submit(client)
    assert caught.value.response["Error"] == {
        "Code": "ClientException",
        "Message": "JobQueue arn:aws:batch:us-east-1:123456789012:job-queue/q is not in ENABLED state.",
    }
    fake.run_until_idle()
    assert [described(client, job_id)["status"] for job_id in (running, submitted)] == ["SUCCEEDED", "FAILED"]
    assert timeline(fake, running)[3:] == [
        (10, "RUNNING", None),
        (20, "RUNNABLE", None),
        (24, "STARTING", None),
        (29, "RUNNING", None),
        (49, "SUCCEEDED", EXITED),
    ]
    client.update_job_queue(jobQueue="q", state="ENABLED")
    assert described(client, submit(client))["status"] == "SUBMITTED"


@pytest.mark.source("reference §11, §1.4; the exit code 137 is assumed")
def test_deleting_a_queue_ends_its_jobs(fake, client):
    fake.batch.add_job_queue("other")
    fake.batch.when(job_name="hang").hang()
    hanging = submit(client, "hang", retryStrategy={"attempts": 5})
    waiting = submit(client, dependsOn=[{"jobId": hanging}])
    elsewhere = submit(client, jobQueue="other", dependsOn=[{"jobId": hanging}])
    ended = submit(client)
    fake.tick(90)
    starting = submit(client)
    fake.tick(5)
    runnable = submit(client)
    fake.tick(2)
    submitted = submit(client)
    deleted = [hanging, waiting, starting, runnable, submitted]
    expected = ["RUNNING", "PENDING", "STARTING", "RUNNABLE", "SUBMITTED"]
    assert [described(client, job_id)["status"] for job_id in deleted] == expected
    client.update_job_queue(jobQueue="q", state="DISABLED")
    client.delete_job_queue(jobQueue="q")
    jobs = [described(client, job_id) for job_id in deleted]
    assert {(job["status"], job["statusReason"]) for job in jobs} == {("FAILED", "JobQueue deleted")}
    assert [len(job["attempts"]) for job in jobs] == [1, 0, 1, 0, 0]
    assert [job["container"].get("exitCode") for job in jobs] == [137, None, None, None, None]
    assert ["startedAt" in job for job in jobs] == [True, False, False, False, False]
    assert len({job["stoppedAt"] for job in jobs}) == 1
    assert described(client, elsewhere)["statusReason"] == "Dependent Job failed"
    assert described(client, ended)["status"] == "SUCCEEDED"
    assert client.describe_job_queues()["jobQueues"][0]["jobQueueName"] == "other"
    fake.run_until_idle()
    assert [described(client, job_id) for job_id in deleted] == jobs


@pytest.mark.source("assumed: a queue's end doesn't wait for containers that are being stopped")
def test_a_job_that_is_being_stopped_ends_with_its_queue():
    with fakebatch.mock(start=START, timing=fakebatch.Timing(stopping=30)) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        client = fake.client("batch")
        job_id = submit(client)
        fake.tick(20)
        client.terminate_job(jobId=job_id, reason="x")
        fake.tick(5)
        client.update_job_queue(jobQueue="q", state="DISABLED")
        client.delete_job_queue(jobQueue="q")
        fake.run_until_idle()
        assert timeline(fake, job_id)[3:] == [(10, "RUNNING", None), (25, "FAILED", "JobQueue deleted")]


@pytest.mark.source("reference §11")
def test_a_new_queue_of_the_same_name_knows_nothing_of_the_old_one_s_jobs(fake, client):
    old = submit(client)
    client.update_job_queue(jobQueue="q", state="DISABLED")
    client.delete_job_queue(jobQueue="q")
    fake.batch.add_job_queue("q")
    new = submit(client)
    [listed] = client.list_jobs(jobQueue="q", jobStatus="SUBMITTED")["jobSummaryList"]
    assert listed["jobId"] == new
    assert client.list_jobs(jobQueue="q", jobStatus="FAILED")["jobSummaryList"] == []
    assert described(client, old)["statusReason"] == "JobQueue deleted"


# -- Environments


@pytest.mark.source("reference §10.6")
def test_a_disabled_environment_takes_no_new_jobs_and_finishes_the_old(fake, client):
    running = submit(client)
    fake.tick(20)
    switch(client, "ce", "DISABLED")
    waiting = submit(client)
    fake.run_until_idle()
    fake.tick(3600)
    assert timeline(fake, running)[-1] == (70, "SUCCEEDED", EXITED)
    assert timeline(fake, waiting) == [(0, "SUBMITTED", None), (1, "RUNNABLE", None)]
    # That Batch says nothing of a queue without an open environment is assumed.
    assert "statusReason" not in described(client, waiting)


@pytest.mark.source("reference §2, §10.6")
def test_waiting_jobs_start_when_the_environment_opens_the_retried_first(fake, client):
    fake.batch.when(job_name="again").fail(after=10).succeed()
    fake.batch.add_job_queue("urgent", priority=9)
    fake.batch.when(job_name="b").stuck("UNDETERMINED")
    submit(client, "again", retryStrategy={"attempts": 2})
    submit(client, "b")
    fake.tick(15)
    switch(client, "ce", "DISABLED")
    fake.batch.when(job_name="b").succeed()
    submit(client, "a")
    submit(client, "first", jobQueue="urgent")
    fake.tick(1000)
    switch(client, "ce", "ENABLED")
    fake.tick(0)
    assert started(fake) == ["again", "first", "again", "b", "a"]
    fake.run_until_idle()
    assert {job.status for job in fake.batch.jobs()} == {"SUCCEEDED"}


@pytest.mark.source("reference §10.6: ascending order, the next when the first can't")
def test_jobs_go_to_the_first_environment_of_the_queue_that_is_open(fake, client):
    fake.batch.add_compute_environment("spare")
    order = [{"order": 2, "computeEnvironment": "spare"}, {"order": 1, "computeEnvironment": "ce"}]
    fake.batch.add_job_queue("two", computeEnvironmentOrder=order)
    first = submit(client, jobQueue="two")
    fake.tick(6)
    switch(client, "ce", "DISABLED")
    second = submit(client, jobQueue="two")
    fake.tick(6)
    clusters = [described(client, job_id)["container"]["taskArn"].split("/")[1] for job_id in (first, second)]
    assert [cluster.rsplit("-", 5)[0] for cluster in clusters] == ["AWSBatch-ce", "AWSBatch-spare"]


@pytest.mark.source("reference §10.6")
def test_a_retry_waits_for_an_open_environment_too(fake, client):
    fake.batch.when().fail(after=10).succeed(after=10)
    job_id = submit(client, retryStrategy={"attempts": 2})
    fake.tick(15)
    switch(client, "ce", "DISABLED")
    fake.tick(985)
    switch(client, "ce", "ENABLED")
    fake.run_until_idle()
    assert timeline(fake, job_id)[3:] == [
        (10, "RUNNING", None),
        (20, "RUNNABLE", None),
        (1000, "STARTING", None),
        (1005, "RUNNING", None),
        (1015, "SUCCEEDED", EXITED),
    ]


@pytest.mark.source("reference §10.6")
def test_a_job_may_wait_for_an_environment_that_is_being_made():
    with fakebatch.mock(start=START, timing=fakebatch.Timing(resource=30)) as fake:
        fake.batch.add_compute_environment("ce", status="CREATING")
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        job_id = submit(fake.client("batch"))
        fake.run_until_idle()
        assert timeline(fake, job_id)[1:3] == [(1, "RUNNABLE", None), (30, "STARTING", None)]


# -- Order


@pytest.mark.source("reference §12.1")
def test_jobs_start_in_the_order_of_submission(fake, client):
    names = ["z", "m", "a", "q"]
    for name in names:
        submit(client, name)
    fake.run_until_idle()
    assert started(fake) == names


@pytest.mark.source("reference §4")
def test_the_last_dependency_s_success_makes_a_job_runnable(fake, client):
    fake.batch.when(job_name="slow").succeed(after=100)
    dependencies = [{"jobId": submit(client, name)} for name in ("slow", "quick")]
    job_id = submit(client, dependsOn=dependencies)
    fake.run_until_idle()
    assert timeline(fake, job_id) == [
        (0, "SUBMITTED", None),
        (1, "PENDING", None),
        (110, "RUNNABLE", None),
        (114, "STARTING", None),
        (119, "RUNNING", None),
        (179, "SUCCEEDED", EXITED),
    ]
    assert described(client, job_id)["dependsOn"] == dependencies


@pytest.mark.source("api §3: Timing.pending")
def test_a_released_job_may_stay_pending_for_a_while():
    with fakebatch.mock(start=START, timing=fakebatch.Timing(pending=15)) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        client = fake.client("batch")
        job_id = submit(client, dependsOn=[{"jobId": submit(client)}])
        late = submit(client, dependsOn=[{"jobId": job_id}])
        fake.run_until(job_id, "RUNNABLE")
        assert timeline(fake, job_id)[1:] == [(1, "PENDING", None), (85, "RUNNABLE", None)]
        fake.run_until(job_id)
        # Its dependency has ended, so a cancellation has nothing to wait for.
        client.cancel_job(jobId=late, reason="x")
        fake.run_until_idle()
        assert timeline(fake, late)[1:] == [(1, "PENDING", None), (154, "FAILED", "x")]
