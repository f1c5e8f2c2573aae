"""Jobs on EKS in DescribeJobs, ListJobs, GetJobQueueSnapshot and in events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

ARN = "arn:aws:batch:us-east-1:123456789012"
CLUSTER = "arn:aws:eks:us-east-1:123456789012:cluster/fakebatch"
SIZE = {"limits": {"cpu": "1", "memory": "1024Mi"}}
POD_NAME = re.compile(r"aws-batch\.[0-9a-f]{8}-[0-9a-f]{4}-3[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# 2026-01-01T00:00:00.250Z
START_MS = 1767225600250
SECONDS_MS = 1767225600000


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00.250Z", seed=7) as world:
        world.batch.add_job_queue("q", jobQueueType="EKS")
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def container(**members: Any) -> dict[str, Any]:
    return {"image": "amazonlinux:2", "command": ["sleep", "60"], "resources": SIZE, **members}


def described(**members: Any) -> dict[str, Any]:
    return {**container(), "args": [], "env": [], "volumeMounts": [], **members}


def submit(client: Any, pod: dict[str, Any], **members: Any) -> str:
    fake = fakebatch.current()
    fake.batch.add_job_definition("d", eksProperties={"podProperties": pod})
    return str(client.submit_job(jobName="j", jobQueue="q", jobDefinition="d", **members)["jobId"])


def look(client: Any, job_id: str) -> Any:
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    return job


def pod_of(client: Any, job_id: str) -> Any:
    return look(client, job_id)["eksProperties"]["podProperties"]


@pytest.mark.source("recorded: cdk-eks-blueprints, docs/teams/aws-batch-on-eks-team.md")
def test_a_job_that_waits(fake, client):
    job_id = submit(client, {"hostNetwork": True, "containers": [container()]})
    fake.run_until(job_id, "RUNNABLE")
    assert look(client, job_id) == {
        "jobArn": f"{ARN}:job/{job_id}",
        "jobName": "j",
        "jobId": job_id,
        "jobQueue": f"{ARN}:job-queue/q",
        "status": "RUNNABLE",
        "attempts": [],
        "createdAt": START_MS,
        "dependsOn": [],
        "jobDefinition": f"{ARN}:job-definition/d:1",
        "parameters": {},
        "tags": {},
        "platformCapabilities": [],
        "eksProperties": {"podProperties": {"hostNetwork": True, "containers": [described()], "volumes": []}},
        "eksAttempts": [],
    }


@pytest.mark.source("reference §1.6; that both names are there in STARTING is assumed")
@pytest.mark.parametrize("status", ["STARTING", "RUNNING"])
def test_a_pod_that_is_placed(fake, client, status):
    job_id = submit(client, {"containers": [container()]})
    fake.run_until(job_id, status)
    pod = pod_of(client, job_id)
    assert POD_NAME.fullmatch(pod.pop("podName"))
    assert re.fullmatch(r"ip-10-0-\d+-\d+\.ec2\.internal", pod.pop("nodeName"))
    assert pod == {"containers": [described()], "volumes": []}
    assert look(client, job_id)["eksAttempts"] == []


@pytest.mark.source(
    "recorded but for what came later (reference §1.6); that times of the job are whole seconds too, "
    "containerID, and that initContainers are listed when there are none: assumed"
)
def test_a_job_that_has_succeeded(fake, client):
    job_id = submit(client, {"containers": [container()]})
    fake.run_until(job_id)
    job = look(client, job_id)
    pod = job["eksProperties"]["podProperties"]
    [attempt] = job["eksAttempts"]
    container_id = attempt["containers"][0].pop("containerID")
    assert re.fullmatch(r"containerd://[0-9a-f]{64}", container_id)
    assert attempt == {
        "containers": [{"exitCode": 0, "reason": "Completed"}],
        "initContainers": [],
        "eksClusterArn": CLUSTER,
        "podName": pod["podName"],
        "podNamespace": "fakebatch",
        "nodeName": pod["nodeName"],
        "startedAt": SECONDS_MS + 10_000,
        "stoppedAt": SECONDS_MS + 70_000,
    }
    assert pod["containers"] == [described(exitCode=0, reason="Completed")]
    assert job["attempts"] == []
    assert (job["startedAt"], job["stoppedAt"]) == (SECONDS_MS + 10_000, SECONDS_MS + 70_000)
    assert not {"statusReason", "container", "propagateTags"} & job.keys()


@pytest.mark.source("recorded: ip-10-0-81-102.us-west-2.compute.internal")
def test_nodes_outside_us_east_1(fake):
    away = fake.at(region="eu-west-1")
    away.batch.add_job_queue("q", jobQueueType="EKS")
    away.batch.add_job_definition("d", eksProperties={})
    client = fake.client("batch", region_name="eu-west-1")
    job_id = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
    fake.tick(20)
    name = pod_of(client, job_id)["nodeName"]
    assert re.fullmatch(r"ip-10-0-\d+-\d+\.eu-west-1\.compute\.internal", name)


@pytest.mark.source("reference §1.6; that a job which waits for its next try shows no pod is assumed")
def test_attempts_that_failed(fake, client):
    fake.batch.when().fail(exit_code=2).fail_to_start("ErrImagePull").hang()
    pod = {
        "initContainers": [container(name="first")],
        "containers": [container(name="main")],
        "metadata": {"namespace": "team"},
    }
    fake.batch.when(container="first").succeed(after=0)
    job_id = submit(client, pod, retryStrategy={"attempts": 3})
    fake.run_until(job_id, "RUNNING")
    fake.run_until(job_id, "RUNNABLE")
    job = look(client, job_id)
    assert job["eksProperties"]["podProperties"] == {
        "initContainers": [described(name="first")],
        "containers": [described(name="main")],
        "metadata": {"namespace": "team"},
        "volumes": [],
    }
    assert not {"startedAt", "stoppedAt"} & job.keys()
    fake.run_until(job_id, "RUNNING")
    fake.tick(1)
    job = look(client, job_id)
    first, second = job["eksAttempts"]
    ids = [each.pop("containerID", None) for each in first["initContainers"] + first["containers"]]
    assert len(set(ids)) == 2
    assert first["initContainers"] == [{"name": "first", "exitCode": 0, "reason": "Completed"}]
    assert first["containers"] == [{"name": "main", "exitCode": 2, "reason": "Error"}]
    assert (first["statusReason"], first["podNamespace"]) == ("Pod failed", "team")
    assert second["containers"] == [{"name": "main", "reason": "ErrImagePull"}]
    assert second["statusReason"] == "Pod failed to start"
    assert "startedAt" not in second
    shown = job["eksProperties"]["podProperties"]
    assert shown["podName"] not in (first["podName"], second["podName"])
    assert shown["initContainers"] == [described(name="first", exitCode=0, reason="Completed")]
    assert shown["containers"] == [described(name="main")]


@pytest.mark.source("assumed: containers are seen to end while the pod goes on")
def test_containers_end_before_their_pod(fake, client):
    fake.batch.when(container="main").succeed(after=10)
    fake.batch.when(container="log").hang()
    job_id = submit(client, {"containers": [container(name="main"), container(name="log")]})
    fake.run_until(job_id, "RUNNING")
    pod_of(client, job_id)
    fake.tick(10)
    assert pod_of(client, job_id)["containers"] == [
        described(name="main", exitCode=0, reason="Completed"),
        described(name="log"),
    ]


@pytest.mark.source("model: JobCapacityUsageSummary; the container is assumed to be the one that counts")
@pytest.mark.needs("JobSummary.capacityUsage")
def test_a_job_on_eks_is_listed(fake, client):
    fake.batch.when().fail(exit_code=3)
    job_id = submit(client, {"containers": [container(), container(name="log")]})
    fake.run_until(job_id)
    [summary] = client.list_jobs(jobQueue="q", jobStatus="FAILED")["jobSummaryList"]
    assert summary == {
        "jobArn": f"{ARN}:job/{job_id}",
        "jobId": job_id,
        "jobName": "j",
        "createdAt": START_MS,
        "status": "FAILED",
        "statusReason": "Pod failed",
        "startedAt": SECONDS_MS + 10_000,
        "stoppedAt": SECONDS_MS + 70_000,
        "scheduledAt": START_MS + 5_000,
        "capacityUsage": [{"capacityUnit": "cpu", "quantity": 2.0}],
        "jobDefinition": f"{ARN}:job-definition/d:1",
    }


@pytest.mark.source("model: QueueSnapshotCapacityUsage")
@pytest.mark.needs("GetJobQueueSnapshotResponse.queueUtilization")
def test_what_pods_hold_of_their_queue(fake, client):
    submit(client, {"containers": [container(), container(name="log")]})
    fake.tick(20)
    utilization = client.get_job_queue_snapshot(jobQueue="q")["queueUtilization"]
    assert utilization["totalCapacityUsage"] == [{"capacityUnit": "cpu", "quantity": 2.0}]


@pytest.mark.source("reference §16.1: the detail is the job as DescribeJobs shows it")
def test_events_show_the_pod_as_it_was(fake, client):
    fake.batch.when(container="first").succeed(after=10)
    pod = {"initContainers": [container(name="first")], "containers": [container(name="main")]}
    job_id = submit(client, pod)
    seen = {}
    for status in ("RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"):
        fake.run_until(job_id, status)
        seen[status] = look(client, job_id)
    details = {event["detail"]["status"]: event["detail"] for event in fake.events}
    assert all(detail.pop("tags") == {"resourceArn": f"{ARN}:job/{job_id}"} for detail in details.values())
    assert details == {status: {k: v for k, v in job.items() if k != "tags"} for status, job in seen.items()}


def two_nodes(fake: Any, client: Any) -> str:
    ranges = [{"targetNodes": "0:", "eksProperties": {"podProperties": {"containers": [container()]}}}]
    fake.batch.add_job_definition("m", nodeProperties={"numNodes": 2, "nodeRangeProperties": ranges})
    return str(client.submit_job(jobName="j", jobQueue="q", jobDefinition="m")["jobId"])


@pytest.mark.source("assumed: a multi-node job shows its main node's attempts, on EKS as on ECS")
def test_a_multi_node_job_on_eks(fake, client):
    job_id = two_nodes(fake, client)
    fake.run_until(job_id)
    job, main = look(client, job_id), look(client, f"{job_id}#0")
    assert job["eksAttempts"] == main["eksAttempts"]
    assert [each["reason"] for each in job["eksAttempts"][0]["containers"]] == ["Completed"]
    times = SECONDS_MS + 10_000, SECONDS_MS + 70_000
    assert (job["startedAt"], job["stoppedAt"]) == (main["startedAt"], main["stoppedAt"]) == times
    assert job["attempts"] == main["attempts"] == []
    assert not {"statusReason", "container", "propagateTags", "eksProperties"} & job.keys()
    [listed] = client.list_jobs(jobQueue="q", jobStatus="SUCCEEDED")["jobSummaryList"]
    assert (listed["startedAt"], listed["stoppedAt"]) == times
    assert "propagateTags" not in client.describe_job_definitions()["jobDefinitions"][0]


@pytest.mark.source("reference §6: a node has a pod of its own; its exit is assumed")
def test_the_nodes_of_a_job_on_eks(fake, client):
    job_id = two_nodes(fake, client)
    fake.run_until(job_id)
    main, other = look(client, f"{job_id}#0"), look(client, f"{job_id}#1")
    assert (main["status"], other["status"]) == ("SUCCEEDED", "FAILED")
    pods = [job["eksProperties"]["podProperties"] for job in (main, other)]
    assert [pod["containers"] for pod in pods] == [
        [described(exitCode=0, reason="Completed")],
        [described(exitCode=137, reason="Error")],
    ]
    assert [job["eksAttempts"][0]["podName"] for job in (main, other)] == [pod["podName"] for pod in pods]
    assert pods[0]["podName"] != pods[1]["podName"]


@pytest.mark.source("assumed: a pod shows no log stream; logs on EKS are the cluster's own")
def test_no_log_stream(fake, client):
    fake.batch.when().succeed(logs=["hello"])
    job_id = submit(client, {"containers": [container()]})
    fake.run_until(job_id)
    assert "logStreamName" not in str(look(client, job_id))
    assert fake.batch.job(job_id).log == ["hello"]
