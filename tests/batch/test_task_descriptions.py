"""What DescribeJobs, ListJobs and EventBridge show of jobs of several containers, member by member."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

START_MS = 1767225600000
ECS = "arn:aws:ecs:us-east-1:123456789012"
EXITED = "Essential container in task exited"
SIZE = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]

GET = {"name": "get", "essential": False}
MAIN = {"name": "main", "dependsOn": [{"containerName": "get", "condition": "SUCCESS"}]}


def task(*containers: dict[str, Any]) -> dict[str, Any]:
    return {"ecsProperties": {"taskProperties": [{"containers": list(containers)}]}}


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00Z", seed=7) as world:
        world.batch.add_compute_environment("ce")
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d", **task(GET, MAIN))
        world.batch.when(container="get").succeed(after=10)
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


def task_of(job: dict[str, Any]) -> dict[str, Any]:
    [shown] = job["ecsProperties"]["taskProperties"]
    return dict(shown)


def container(given: dict[str, Any], **run: Any) -> dict[str, Any]:
    """A container as its definition is described, with what a run adds."""
    lists = ("command", "dependsOn", "environment", "mountPoints", "secrets", "ulimits", "networkInterfaces")
    filled = {"essential": True, **{member: [] for member in lists}, "image": "busybox", **given}
    return {**filled, "command": ["true"], "resourceRequirements": SIZE, **run}


def identifiers(fake: fakebatch.World, client: Any) -> tuple[str, str, str]:
    """The ids of the only attempt: its task's, and the ARNs of its task and host."""
    [attempt] = fake.batch.jobs()[0].attempts
    [shown] = attempt["taskProperties"]
    [environment] = client.describe_compute_environments()["computeEnvironments"]
    cluster = environment["ecsClusterArn"].rpartition("/")[2]
    task_id = shown["taskArn"].removeprefix(f"{ECS}:task/{cluster}/")
    assert len(task_id) == 32
    instance = shown.get("containerInstanceArn", "")
    assert instance.startswith(f"{ECS}:container-instance/{cluster}/")
    return task_id, shown["taskArn"], instance


def through(fake: fakebatch.World, client: Any, *instants: int) -> list[dict[str, Any]]:
    """The task of a job that is submitted now, at these seconds."""
    job_id = submit(client)
    tasks = []
    for at, before in zip(instants, (0, *instants), strict=False):
        fake.tick(at - before)
        tasks.append(task_of(described(client, job_id)))
    return tasks


@pytest.mark.source(
    "model, EcsTaskDetails and TaskContainerDetails; assumed: log streams are named after containers"
)
def test_a_task_from_its_submission_to_its_end(fake: fakebatch.World, client: Any) -> None:
    shown = through(fake, client, 0, 5, 12, 20, 80)
    task_id, task_arn, instance = identifiers(fake, client)
    logs = {name: {"logStreamName": f"d/{name}/{task_id}"} for name in ("get", "main")}
    expected: list[dict[str, Any]] = [
        {"containers": [container(GET), container(MAIN)]},
        {"containers": [container(GET), container(MAIN)], "taskArn": task_arn},
        {"containers": [container(GET, **logs["get"]), container(MAIN)], "taskArn": task_arn},
        {
            "containers": [container(GET, **logs["get"], exitCode=0), container(MAIN, **logs["main"])],
            "taskArn": task_arn,
            "containerInstanceArn": instance,
        },
        {
            "containers": [
                container(GET, **logs["get"], exitCode=0),
                container(MAIN, **logs["main"], exitCode=0),
            ],
            "taskArn": task_arn,
            "containerInstanceArn": instance,
        },
    ]
    assert shown == [{"volumes": [], **each} for each in expected]


@pytest.mark.source("model, JobDetail: container is for jobs of one; reference §1.6")
def test_a_job_that_has_ended(fake: fakebatch.World, client: Any) -> None:
    fake.batch.when(container="main").fail(3, "why", after=7)
    job_id = submit(client)
    fake.run_until(job_id)
    task_id, task_arn, instance = identifiers(fake, client)
    job = described(client, job_id)
    assert "container" not in job
    assert (job["startedAt"], job["stoppedAt"]) == (START_MS + 20_000, START_MS + 27_000)
    assert (job["status"], job["statusReason"], job["eksAttempts"]) == ("FAILED", EXITED, [])
    get = {"name": "get", "exitCode": 0, "logStreamName": f"d/get/{task_id}", "networkInterfaces": []}
    main = {"name": "main", "exitCode": 3, "reason": "why", "logStreamName": f"d/main/{task_id}"}
    assert job["attempts"] == [
        {
            "taskProperties": [
                {
                    "taskArn": task_arn,
                    "containerInstanceArn": instance,
                    "containers": [get, {**main, "networkInterfaces": []}],
                }
            ],
            "startedAt": START_MS + 20_000,
            "stoppedAt": START_MS + 27_000,
            "statusReason": EXITED,
        }
    ]


@pytest.mark.source("assumed: a container that never ran has neither log stream nor exit code")
def test_a_container_that_never_ran(fake: fakebatch.World, client: Any) -> None:
    job_id = submit(client)
    fake.tick(12)
    client.terminate_job(jobId=job_id, reason="enough")
    fake.run_until(job_id)
    task_id, *_ = identifiers(fake, client)
    job = described(client, job_id)
    killed = {"logStreamName": f"d/get/{task_id}", "exitCode": 137}
    assert task_of(job)["containers"] == [container(GET, **killed), container(MAIN)]
    assert "startedAt" not in job["attempts"][0]


@pytest.mark.source("reference §1.3: nothing of the attempt before, as for a job of one")
def test_a_job_that_waits_for_its_next_attempt(fake: fakebatch.World, client: Any) -> None:
    fake.batch.when(container="main").fail(1)
    job_id = submit(client, retryStrategy={"attempts": 2})
    fake.run_until(job_id, "RUNNING")
    fake.run_until(job_id, "RUNNABLE")
    job = described(client, job_id)
    assert task_of(job) == {"containers": [container(GET), container(MAIN)], "volumes": []}
    assert len(job["attempts"]) == 1


@pytest.mark.source("model, JobSummary; assumed: its container is for jobs of one")
def test_a_summary(fake: fakebatch.World, client: Any) -> None:
    job_id = submit(client)
    fake.run_until(job_id)
    [summary] = client.list_jobs(jobQueue="q", jobStatus="SUCCEEDED")["jobSummaryList"]
    assert summary == {
        "jobArn": f"arn:aws:batch:us-east-1:123456789012:job/{job_id}",
        "jobId": job_id,
        "jobName": "j",
        "createdAt": START_MS,
        "status": "SUCCEEDED",
        "statusReason": EXITED,
        "startedAt": START_MS + 20_000,
        "stoppedAt": START_MS + 80_000,
        "jobDefinition": "arn:aws:batch:us-east-1:123456789012:job-definition/d:1",
    } | {member: summary[member] for member in ("capacityUsage", "scheduledAt") if member in summary}


@pytest.mark.source(
    "model: no instances, but interfaces, on Fargate; that each container shows them is assumed"
)
def test_a_task_on_fargate(fake: fakebatch.World, client: Any) -> None:
    fake.batch.add_job_queue("fargate", jobQueueType="ECS_FARGATE")
    fake.batch.add_job_definition("f", platformCapabilities=["FARGATE"], **task({}, {"essential": False}))
    job_id = submit(client, jobQueue="fargate", jobDefinition="f")
    fake.run_until(job_id)
    job = described(client, job_id)
    shown = task_of(job)
    assert shown["platformVersion"] == "LATEST"
    assert "containerInstanceArn" not in shown
    first, second = shown["containers"]
    assert (first["name"], second["name"]) == ("container-1", "container-2")
    assert [set(interface) for interface in first["networkInterfaces"]] == [
        {"attachmentId", "privateIpv4Address"}
    ]
    assert first["networkInterfaces"] == second["networkInterfaces"]
    [attempt] = job["attempts"][0]["taskProperties"]
    assert set(attempt) == {"taskArn", "containers"}
    assert attempt["containers"][0]["networkInterfaces"] == first["networkInterfaces"]


@pytest.mark.needs("PlatformCapability=MANAGED_INSTANCES", "EcsTaskDetails.networkMode")
@pytest.mark.source("model, EcsTaskDetails; that managed instances are container instances is assumed")
def test_a_task_on_managed_instances(fake: fakebatch.World, client: Any) -> None:
    fake.batch.add_job_queue("managed", jobQueueType="ECS_MANAGED_INSTANCES")
    fake.batch.add_job_definition("m", platformCapabilities=["MANAGED_INSTANCES"])
    job_id = submit(client, jobQueue="managed", jobDefinition="m")
    fake.run_until(job_id, "SUCCEEDED")
    job = described(client, job_id)
    shown = task_of(job)
    assert (job["platformCapabilities"], shown["networkMode"]) == (["MANAGED_INSTANCES"], "host")
    assert shown["containerInstanceArn"].startswith(f"{ECS}:container-instance/")
    assert shown["containers"][0]["networkInterfaces"] == []
    [instance] = [fake.batch.job(job_id).instance]
    assert instance.startswith("i-")


@pytest.mark.needs("PlatformCapability=MANAGED_INSTANCES")
@pytest.mark.source("reference §8: the platform must be the queue's")
def test_managed_instances_are_a_platform_of_their_own(fake: fakebatch.World, client: Any) -> None:
    fake.batch.add_job_queue("managed", jobQueueType="ECS_MANAGED_INSTANCES")
    fake.batch.add_job_definition("m", platformCapabilities=["MANAGED_INSTANCES"])
    text = "Job Queue is attached to Compute Environment that can not run Jobs with capability {}."
    for queue, definition, capability in (("q", "m", "MANAGED_INSTANCES"), ("managed", "d", "EC2")):
        with pytest.raises(client.exceptions.ClientException) as caught:
            submit(client, jobQueue=queue, jobDefinition=definition)
        assert caught.value.response["Error"]["Message"] == text.format(capability)


@pytest.mark.source("assumed: log streams as of a job of one container")
def test_the_only_container_needs_no_name(fake: fakebatch.World, client: Any) -> None:
    client.register_job_definition(
        jobDefinitionName="single",
        type="container",
        **task({"image": "busybox", "resourceRequirements": SIZE}),
    )
    job_id = submit(client, jobDefinition="single")
    fake.run_until(job_id)
    task_id, *_ = identifiers(fake, client)
    [shown] = task_of(described(client, job_id))["containers"]
    assert shown["logStreamName"] == f"single/default/{task_id}"
    assert "name" not in shown
    [attempt] = described(client, job_id)["attempts"][0]["taskProperties"]
    assert "name" not in attempt["containers"][0]
    assert [each.name for each in fake.batch.job(job_id).containers] == ["default"]


@pytest.mark.source(
    "reference §5; that the parent shows its definition's containers without a run is assumed"
)
def test_an_array(fake: fakebatch.World, client: Any) -> None:
    job_id = submit(client, arrayProperties={"size": 2})
    fake.run_until(job_id)
    parent = task_of(described(client, job_id))
    assert parent == {"containers": [container(GET), container(MAIN)], "volumes": []}
    child = described(client, f"{job_id}:1")
    assert [each["exitCode"] for each in task_of(child)["containers"]] == [0, 0]


@pytest.mark.source("reference §16.1: the detail is the job as it was at that moment")
def test_events_show_containers_as_they_were(fake: fakebatch.World, client: Any) -> None:
    fake.batch.when(container="main").fail(5).succeed(after=1)
    job_id = submit(client, retryStrategy={"attempts": 2})
    fake.run_until(job_id)
    seen = [
        (
            event["detail"]["status"],
            len(event["detail"]["attempts"]),
            [each.get("exitCode") for each in task_of(event["detail"])["containers"]],
            ["logStreamName" in each for each in task_of(event["detail"])["containers"]],
        )
        for event in fake.events
    ]
    assert seen == [
        ("RUNNABLE", 0, [None, None], [False, False]),
        ("STARTING", 0, [None, None], [False, False]),
        ("RUNNING", 0, [0, None], [True, True]),
        ("RUNNABLE", 1, [None, None], [False, False]),
        ("STARTING", 1, [None, None], [False, False]),
        ("RUNNING", 1, [0, None], [True, True]),
        ("SUCCEEDED", 2, [0, 0], [True, True]),
    ]


@pytest.mark.source("api §2: events as they happen are those that are worked out later")
def test_a_subscriber_sees_the_same(fake: fakebatch.World, client: Any) -> None:
    told: list[dict[str, Any]] = []
    fake.events.subscribe(told.append)
    job_id = submit(client)
    fake.run_until(job_id)
    assert told == list(fake.events)
