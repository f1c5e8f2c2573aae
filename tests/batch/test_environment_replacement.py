"""Infrastructure updates: what becomes of jobs whose instances are replaced, and how long it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import fakebatch

START = "2026-01-01T00:00:00Z"
EXITED = "Essential container in task exited"
NEW_TYPES = {"instanceTypes": ["r5"]}
AT_ONCE = {"terminateJobsOnUpdate": True}


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_compute_environment("ce")
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        world.batch.when().succeed(after=3600)
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def submit(client: Any, name: str = "j", **members: Any) -> str:
    return str(
        client.submit_job(**{"jobName": name, "jobQueue": "q", "jobDefinition": "d", **members})["jobId"]
    )


def replace(client: Any, resources: dict[str, Any] = NEW_TYPES, **policy: Any) -> None:
    members = {"updatePolicy": policy} if policy else {}
    client.update_compute_environment(computeEnvironment="ce", computeResources=resources, **members)


def status(client: Any) -> str:
    [environment] = client.describe_compute_environments(computeEnvironments=["ce"])["computeEnvironments"]
    return str(environment["status"])


def timeline(fake: fakebatch.World, job_id: str) -> list[tuple[float, str, str | None]]:
    """(seconds since it came into being, status, reason) of each transition from STARTING on."""
    history = fake.batch.job(job_id).history
    entries = [((entry.at - history[0].at).total_seconds(), entry.status, entry.reason) for entry in history]
    return [entry for entry in entries if entry[0] >= 5]


def statuses(fake: fakebatch.World) -> list[tuple[float, str]]:
    """(seconds since the start, status) of the environment's updates."""
    trace = [entry for entry in fake.timeline if entry.kind == "compute_environment"]
    return [((entry.at - trace[0].at).total_seconds(), entry.after) for entry in trace[1:]]


def host_gone(fake: fakebatch.World, job_id: str, attempt: int = 0) -> str:
    return str(fake.batch.job(job_id).attempts[attempt]["statusReason"])


@pytest.mark.source("user guide, Perform infrastructure updates; that the host is gone is assumed")
def test_jobs_are_terminated_at_once_if_the_policy_says_so(fake, client):
    job_id = submit(client)
    fake.tick(100)
    instance = fake.batch.job(job_id).instance
    replace(client, **AT_ONCE, jobExecutionTimeoutMinutes=60)
    fake.run_until_idle()
    gone = f"Host EC2 (instance {instance}) terminated."
    assert timeline(fake, job_id)[2:] == [(100, "FAILED", gone)]
    assert "exitCode" not in client.describe_jobs(jobs=[job_id])["jobs"][0]["container"]
    assert status(client) == "VALID"


@pytest.mark.source("reference §2: retried only if the job has attempts")
def test_a_terminated_job_is_retried_on_the_new_instances(fake, client):
    job_id = submit(client, retryStrategy={"attempts": 2})
    fake.tick(100)
    replace(client, **AT_ONCE)
    fake.run_until_idle()
    assert timeline(fake, job_id)[2:] == [
        (100, "RUNNABLE", None),
        (104, "STARTING", None),
        (109, "RUNNING", None),
        (3709, "SUCCEEDED", EXITED),
    ]
    assert statuses(fake)[-2:] == [(100, "UPDATING"), (100, "VALID")]


@pytest.mark.source("reference §2; that evaluateOnExit sees a lost host is assumed")
def test_evaluate_on_exit_decides_on_terminated_jobs(fake, client):
    entries = [{"onStatusReason": "Host EC2*", "action": "EXIT"}]
    job_id = submit(client, retryStrategy={"attempts": 3, "evaluateOnExit": entries})
    fake.tick(100)
    replace(client, **AT_ONCE)
    fake.run_until_idle()
    assert timeline(fake, job_id)[2:] == [(100, "FAILED", host_gone(fake, job_id))]


@pytest.mark.source("user guide: 30 minutes by default; reference §10.1")
@pytest.mark.parametrize(
    ("policy", "minutes"), [({}, 30), ({"jobExecutionTimeoutMinutes": 5}, 5)], ids=["default", "five"]
)
def test_jobs_may_go_on_until_the_timeout(fake, client, policy, minutes):
    job_id = submit(client)
    fake.tick(100)
    replace(client, **policy)
    fake.tick(minutes * 60 - 1)
    assert (status(client), fake.batch.job(job_id).status) == ("UPDATING", "RUNNING")
    fake.run_until_idle()
    over = 100 + minutes * 60
    assert timeline(fake, job_id)[2:] == [(over, "FAILED", host_gone(fake, job_id))]
    assert statuses(fake)[-2:] == [(100, "UPDATING"), (over, "VALID")]


@pytest.mark.source("model: the policy stays with the environment")
def test_the_policy_of_an_earlier_update_holds(fake, client):
    client.update_compute_environment(computeEnvironment="ce", updatePolicy={"jobExecutionTimeoutMinutes": 2})
    job_id = submit(client)
    fake.tick(100)
    replace(client)
    fake.run_until_idle()
    assert timeline(fake, job_id)[2:] == [(100 + 120, "FAILED", host_gone(fake, job_id))]


@pytest.mark.source("assumed: the update is over when the last job has left")
def test_the_update_ends_with_the_last_old_job(fake, client):
    fake.batch.when(job_name="short").succeed(after=200)
    short, long = submit(client, "short"), submit(client, "long")
    fake.tick(100)
    client.terminate_job(jobId=long, reason="not needed")
    replace(client)
    fake.run_until_idle()
    assert timeline(fake, long)[2:] == [(100, "FAILED", "not needed")]
    assert timeline(fake, short)[2:] == [(210, "SUCCEEDED", EXITED)]
    assert statuses(fake)[-2:] == [(100, "UPDATING"), (210, "VALID")]
    # The eviction that wasn't needed is off the agenda.
    assert (fake.now - fake.batch.job(short).history[-1].at).total_seconds() == 0


@pytest.mark.source("user guide: new jobs are scheduled on the new instances")
def test_new_jobs_are_placed_meanwhile_and_stay(fake, client):
    old = submit(client, "old")
    fake.tick(100)
    replace(client, jobExecutionTimeoutMinutes=10)
    new = submit(client, "new")
    fake.run_until_idle()
    assert timeline(fake, old)[-1][:2] == (700, "FAILED")
    assert timeline(fake, new) == [(5, "STARTING", None), (10, "RUNNING", None), (3610, "SUCCEEDED", EXITED)]


@pytest.mark.source("assumed: a retry runs on the new instances, and no second end comes to it")
def test_a_job_that_is_retried_meanwhile_has_left(fake, client):
    fake.batch.when(job_name="flaky").fail(after=100).succeed(after=3600)
    job_id = submit(client, "flaky", retryStrategy={"attempts": 2})
    other = submit(client, "other")
    fake.tick(50)
    replace(client, jobExecutionTimeoutMinutes=10)
    fake.run_until_idle()
    assert timeline(fake, job_id)[-1] == (110 + 4 + 5 + 3600, "SUCCEEDED", EXITED)
    assert timeline(fake, other)[-1][:2] == (650, "FAILED")


@pytest.mark.source("user guide: children of an array are jobs like others")
def test_children_of_an_array_leave_too(fake, client):
    parent = submit(client, arrayProperties={"size": 3})
    fake.tick(100)
    replace(client, **AT_ONCE)
    fake.run_until_idle()
    assert {timeline(fake, f"{parent}:{index}")[-1][:2] for index in range(3)} == {(99, "FAILED")}
    assert timeline(fake, parent)[-1] == (100, "FAILED", "Array Child Job failed")


@pytest.mark.source("assumed: a job that is in STARTING is on an old instance, too")
def test_starting_jobs_leave_too(fake, client):
    job_id = submit(client)
    fake.tick(7)
    replace(client, **AT_ONCE)
    fake.run_until_idle()
    assert timeline(fake, job_id) == [(5, "STARTING", None), (7, "FAILED", host_gone(fake, job_id))]


@pytest.mark.source("user guide: scaling updates, and Fargate's, replace nothing")
@pytest.mark.parametrize(
    "update",
    [
        {"computeResources": {"minvCpus": 4, "maxvCpus": 8, "desiredvCpus": 4}},
        {"computeResources": {"subnets": ["subnet-0123456789abcdef0"], "instanceTypes": ["optimal"]}},
        {"computeResources": {"ec2Configuration": []}},
        {"computeResources": {"updateToLatestImageVersion": False}},
        {"state": "DISABLED"},
        {"state": "ENABLED"},
    ],
    ids=["vCPUs", "the same values", "the default image", "not the latest image", "disabled", "enabled"],
)
def test_scaling_updates_leave_jobs_alone(fake, client, update):
    job_id = submit(client)
    fake.tick(100)
    client.update_compute_environment(computeEnvironment="ce", updatePolicy=AT_ONCE, **update)
    assert status(client) == "VALID"
    fake.run_until_idle()
    assert timeline(fake, job_id)[-1] == (3610, "SUCCEEDED", EXITED)


@pytest.mark.source("reference §10.4: each of these replaces instances")
@pytest.mark.parametrize(
    "resources",
    [
        {"allocationStrategy": "SPOT_CAPACITY_OPTIMIZED", "type": "SPOT"},
        {"bidPercentage": 50},
        {"ec2Configuration": [{"imageType": "ECS_AL2023_NVIDIA"}]},
        {"ec2KeyPair": "key"},
        {"imageId": "ami-1"},
        {"instanceRole": "other"},
        {"instanceTypes": ["r5"]},
        {"launchTemplate": {"launchTemplateName": "lt"}},
        {"placementGroup": "pg"},
        {"securityGroupIds": ["sg-2"]},
        {"subnets": ["subnet-2"]},
        {"tags": {"a": "b"}},
        {"updateToLatestImageVersion": True},
        {"maxvCpus": 8, "subnets": ["subnet-2"]},
    ],
    ids="+".join,
)
def test_infrastructure_updates_replace_instances(fake, client, resources):
    job_id = submit(client)
    fake.tick(100)
    replace(client, resources, **AT_ONCE)
    fake.run_until_idle()
    assert timeline(fake, job_id)[-1] == (100, "FAILED", host_gone(fake, job_id))


@pytest.mark.source("model, UpdatePolicy: Batch ignores it for Fargate")
def test_fargate_ignores_the_policy(fake, client):
    fake.batch.add_compute_environment("fargate", computeResources={"type": "FARGATE"})
    fake.batch.add_job_queue("f", computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "fargate"}])
    fake.batch.add_job_definition("fd", platformCapabilities=["FARGATE"])
    job_id = submit(client, jobQueue="f", jobDefinition="fd")
    fake.tick(100)
    client.update_compute_environment(
        computeEnvironment="fargate", computeResources={"subnets": ["subnet-2"]}, updatePolicy=AT_ONCE
    )
    fake.run_until_idle()
    assert timeline(fake, job_id)[-1] == (3610, "SUCCEEDED", EXITED)


@pytest.mark.source("assumed: only jobs of the environment itself have to leave")
def test_jobs_elsewhere_are_left_alone(fake, client):
    fake.batch.add_compute_environment("other")
    fake.batch.add_job_queue("o", computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "other"}])
    job_id = submit(client, jobQueue="o")
    fake.tick(100)
    replace(client, **AT_ONCE)
    fake.run_until_idle()
    assert timeline(fake, job_id)[-1] == (3610, "SUCCEEDED", EXITED)


@pytest.mark.source("reference §10.4")
def test_an_environment_under_update_is_left_alone(fake, client):
    submit(client)
    fake.tick(100)
    replace(client)
    with pytest.raises(ClientError) as caught:
        replace(client)
    assert caught.value.response["Error"]["Message"] == "Cannot update, resource is being modified"


@pytest.mark.source("assumed: UPDATING lasts for timing.resource at least")
@pytest.mark.parametrize(("resource", "until"), [(30, 400), (1000, 1100)], ids=["the jobs", "the resource"])
def test_updating_lasts_until_both_are_over(resource, until):
    with fakebatch.mock(start=START, timing=fakebatch.Timing(resource=resource)) as fake:
        client = fake.client("batch")
        fake.batch.add_compute_environment("ce")
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        fake.batch.when().hang()
        submit(client)
        fake.tick(100)
        replace(client, jobExecutionTimeoutMinutes=5)
        fake.run_until_idle()
        assert statuses(fake)[-2:] == [(100, "UPDATING"), (until, "VALID")]


@pytest.mark.source("api §2: a snapshot keeps the whole state")
def test_a_snapshot_keeps_an_update_under_way(fake, client):
    job_id = submit(client)
    fake.tick(100)
    replace(client)
    kept = fake.snapshot()
    for _ in range(2):
        fake.restore(kept)
        assert (status(client), fake.batch.job(job_id).status) == ("UPDATING", "RUNNING")
        fake.run_until_idle()
        assert timeline(fake, job_id)[-1][:2] == (1900, "FAILED")
        assert status(client) == "VALID"
