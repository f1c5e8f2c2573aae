"""Jobs on EKS: how their pods run, and what becomes of the jobs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

SIZE = {"limits": {"cpu": "1", "memory": "8Mi"}}


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00.250Z", seed=7) as world:
        world.batch.add_job_queue("q", jobQueueType="EKS")
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def container(name: str, **members: Any) -> dict[str, Any]:
    return {"name": name, "image": "busybox", "resources": SIZE, **members}


def submit(fake: fakebatch.World, *names: str, before: tuple[str, ...] = (), **members: Any) -> Any:
    """A job of a pod with these containers; its view."""
    pod = {"containers": [container(name) for name in names or ("main",)]}
    if before:
        pod["initContainers"] = [container(name) for name in before]
    fake.batch.add_job_definition("d", eksProperties={"podProperties": pod})
    reply = fake.client("batch").submit_job(jobName="j", jobQueue="q", jobDefinition="d", **members)
    return fake.batch.job(reply)


def history(job: Any) -> list[tuple[float, str, str | None]]:
    start = job.history[0].at
    return [((entry.at - start).total_seconds(), entry.status, entry.reason) for entry in job.history]


def left(job: Any) -> list[dict[str, tuple[int | None, str | None]]]:
    """What the containers of each attempt have left."""
    return [
        {
            each["name"]: (each.get("exitCode"), each.get("reason"))
            for each in [*attempt["initContainers"], *attempt["containers"]]
        }
        for attempt in job.attempts
    ]


@pytest.mark.source("reference §1.2: the states of any job; recorded: no statusReason, Completed")
def test_a_pod_of_one_container(fake):
    job = submit(fake)
    fake.run_until(job.id)
    assert history(job) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (5, "STARTING", None),
        (10, "RUNNING", None),
        (70, "SUCCEEDED", None),
    ]
    assert left(job) == [{"main": (0, "Completed")}]


@pytest.mark.source("reference §1.1: init containers run in STARTING; one after the other: Kubernetes")
def test_init_containers_come_first(fake):
    job = submit(fake, before=("fetch", "unpack"))
    fake.batch.when(container="fetch").succeed(after=20)
    fake.batch.when(container="unpack").succeed(after=10)
    fake.run_until(job.id)
    assert history(job)[2:] == [
        (5, "STARTING", None),
        (40, "RUNNING", None),
        (100, "SUCCEEDED", None),
    ]
    assert left(job) == [{"fetch": (0, "Completed"), "unpack": (0, "Completed"), "main": (0, "Completed")}]


@pytest.mark.source("assumed: the statusReason; that the others don't start: Kubernetes")
def test_an_init_container_that_fails_fails_the_pod(fake):
    job = submit(fake, before=("fetch", "unpack"))
    fake.batch.when(container="fetch").fail(exit_code=3, after=20)
    fake.run_until(job.id)
    assert history(job)[2:] == [(5, "STARTING", None), (30, "FAILED", "Pod failed")]
    assert left(job) == [{"fetch": (3, "Error"), "unpack": (None, None), "main": (None, None)}]
    assert job.exit_code == 3


@pytest.mark.source("assumed: a pod has no essential containers, it ends with the last one")
def test_a_pod_ends_with_its_last_container(fake):
    job = submit(fake, "main", "log")
    fake.batch.when(container="main").succeed(after=10)
    fake.batch.when(container="log").succeed(after=30)
    fake.run_until(job.id)
    assert history(job)[3:] == [(10, "RUNNING", None), (40, "SUCCEEDED", None)]


@pytest.mark.source("assumed: the statusReason; that one failure fails the pod: Kubernetes")
def test_one_failed_container_fails_the_pod_at_its_end(fake):
    job = submit(fake, "main", "log")
    fake.batch.when(container="main").succeed(after=30)
    fake.batch.when(container="log").fail(exit_code=137, reason="OOMKilled", after=10)
    fake.run_until(job.id)
    assert history(job)[3:] == [(10, "RUNNING", None), (40, "FAILED", "Pod failed")]
    assert left(job) == [{"main": (0, "Completed"), "log": (137, "OOMKilled")}]
    assert job.exit_code == 137


@pytest.mark.source("assumed: the statusReason")
def test_a_pod_that_cannot_start(fake):
    fake.batch.when().fail_to_start("ErrImagePull")
    job = submit(fake)
    fake.run_until(job.id)
    assert history(job)[2:] == [(5, "STARTING", None), (10, "FAILED", "Pod failed to start")]
    assert left(job) == [{"main": (None, "ErrImagePull")}]
    assert "startedAt" not in job.attempts[0]


@pytest.mark.source("assumed: a node is lost as a host of ECS is")
def test_the_node_is_lost(fake):
    fake.batch.when().host_terminated(after=20).succeed()
    job = submit(fake, "main", "log", retryStrategy={"attempts": 2})
    fake.run_until(job.id)
    first, second = job.attempts
    assert first["statusReason"].startswith("Host EC2 (instance i-")
    assert first["statusReason"].endswith(") terminated.")
    assert left(job)[0] == {"main": (None, None), "log": (None, None)}
    assert first["podName"] != second["podName"]
    assert first["nodeName"] != second["nodeName"]


@pytest.mark.source("assumed: rules speak of Kubernetes' reasons on EKS")
@pytest.mark.parametrize(
    ("rule", "attempts"),
    [
        ({"onReason": "OOMKilled", "action": "EXIT"}, 1),
        ({"onReason": "Error", "action": "EXIT"}, 2),
        ({"onStatusReason": "Pod failed*", "action": "EXIT"}, 1),
        ({"onExitCode": "137", "action": "EXIT"}, 1),
        ({"onExitCode": "1", "action": "EXIT"}, 2),
    ],
    ids=["reason", "other reason", "statusReason", "exit code", "other exit code"],
)
def test_retries(fake, rule, attempts):
    fake.batch.when().fail(exit_code=137, reason="OOMKilled")
    job = submit(fake, retryStrategy={"attempts": 2, "evaluateOnExit": [rule]})
    fake.run_until(job.id)
    assert (job.status, len(job.attempts)) == ("FAILED", attempts)


@pytest.mark.source(
    "assumed: a container without a reason of its own has Error, also for the rules of retries"
)
def test_a_reason_that_kubernetes_gives_counts(fake):
    fake.batch.when().fail(exit_code=1)
    rule = {"onReason": "Error", "action": "EXIT"}
    job = submit(fake, retryStrategy={"attempts": 2, "evaluateOnExit": [rule]})
    fake.run_until(job.id)
    assert left(job) == [{"main": (1, "Error")}]


@pytest.mark.source("reference §3; what the containers leave is assumed")
def test_a_timeout(fake):
    fake.batch.when().hang()
    job = submit(fake, "main", "log", timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 3})
    fake.run_until(job.id)
    assert history(job)[-1][1:] == ("FAILED", "Job attempt duration exceeded timeout")
    assert left(job) == [{"main": (137, "Error"), "log": (137, "Error")}]


@pytest.mark.source("reference §7; what the containers leave is assumed")
def test_a_pod_is_terminated(fake, client):
    job = submit(fake, before=("fetch",))
    fake.run_until(job.id, "STARTING")
    fake.tick(6)
    client.terminate_job(jobId=job.id, reason="enough")
    fake.run_until(job.id)
    assert history(job)[-1][1:] == ("FAILED", "enough")
    assert left(job) == [{"fetch": (137, "Error"), "main": (None, None)}]


@pytest.mark.source("reference §7")
def test_a_job_on_eks_is_cancelled(fake, client):
    job = submit(fake)
    client.cancel_job(jobId=job.id, reason="changed my mind")
    fake.run_until(job.id)
    assert (job.status, job.status_reason, job.attempts) == ("FAILED", "changed my mind", [])


@pytest.mark.source("reference §5")
def test_an_array_of_pods(fake, client):
    parent = submit(fake, arrayProperties={"size": 3})
    fake.batch.when(array_index=1).fail(exit_code=1)
    fake.run_until(parent.id)
    assert (parent.status, parent.status_reason) == ("FAILED", "Array Child Job failed")
    [described] = client.describe_jobs(jobs=[parent.id])["jobs"]
    assert described["eksAttempts"] == described["attempts"] == []
    assert "podName" not in described["eksProperties"]["podProperties"]
    names = {fake.batch.job(f"{parent.id}:{index}").attempts[0]["podName"] for index in range(3)}
    assert len(names) == 3


# -- By hand


@pytest.mark.source("api §4")
def test_a_pod_is_ended_by_hand(fake):
    fake.batch.when().hang()
    job = submit(fake, retryStrategy={"attempts": 2})
    fake.run_until(job.id, "RUNNING")
    job.finish(exit_code=1)
    fake.run_until(job.id, "RUNNING")
    job.finish()
    assert (job.status, left(job)) == ("SUCCEEDED", [{"main": (1, "Error")}, {"main": (0, "Completed")}])
    assert [attempt.get("statusReason") for attempt in job.attempts] == ["Pod failed", None]


@pytest.mark.source("api §4; that a node is an instance: user guide")
def test_a_node_is_reclaimed_by_hand(fake):
    job = submit(fake, retryStrategy={"attempts": 2})
    fake.run_until(job.id, "RUNNING")
    instance = job.instance
    fake.batch.reclaim_spot(instance)
    assert (job.status, job.attempts[0]["statusReason"]) == (
        "RUNNABLE",
        f"Host EC2 (instance {instance}) terminated.",
    )


@pytest.mark.source("api §4; the variables: reference §8, recorded in the user guide's Amazon EKS jobs")
def test_a_body_sees_what_its_container_sees(fake):
    pod = {
        "containers": [
            container("main", command=["run"], args=["Ref::n"], env=[{"name": "A", "value": "1"}]),
            container("log", command=["tail"], env=[{"name": "B"}]),
        ]
    }
    fake.batch.add_job_definition("d", eksProperties={"podProperties": pod}, parameters={"n": "7"})
    seen = {}

    @fake.batch.when(container="log").run
    def log(job):
        seen["log"] = job.command, job.environment
        print("logged")

    @fake.batch.when(container="main").run
    def main(job):
        seen["main"] = job.command, job.environment
        return 5

    job_id = fake.client("batch").submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
    fake.run_until(job_id)
    job = fake.batch.job(job_id)
    uid = seen["main"][1]["AWS_BATCH_JOB_KUBERNETES_NODE_UID"]
    batch = {
        "AWS_BATCH_JOB_ID": job_id,
        "AWS_BATCH_JQ_NAME": "q",
        "AWS_BATCH_CE_NAME": "q-environment",
        "AWS_BATCH_JOB_ATTEMPT": "1",
        "AWS_BATCH_JOB_KUBERNETES_NODE_UID": uid,
    }
    assert seen == {
        "main": (["run", "7"], {"A": "1", **batch}),
        "log": (["tail"], {"B": "", **batch}),
    }
    assert uid[14] == "4"
    assert (job.status, job.exit_code, job.log) == ("FAILED", 5, ["logged"])
    assert (job.command, job.environment) == seen["main"]


@pytest.mark.source("api §4: what a body sleeps is how long it runs; reference §1.1: in STARTING")
def test_an_init_container_with_a_body(fake):
    @fake.batch.when(container="fetch").run
    def fetch(job):
        print("fetching", job.status)
        time.sleep(30)

    job = submit(fake, before=("fetch",))
    fake.run_until(job.id)
    assert history(job)[2:] == [(5, "STARTING", None), (40, "RUNNING", None), (100, "SUCCEEDED", None)]
    assert [tuple(each) for each in job.containers] == [
        ("fetch", 0, "Completed", ["fetching STARTING"]),
        ("main", 0, "Completed", []),
    ]


@pytest.mark.source("api §4: the view; that the reasons are Kubernetes' is assumed")
def test_containers_under_way(fake):
    fake.batch.when(container="log").fail(exit_code=2, after=5)
    job = submit(fake, "main", "log")
    fake.run_until(job.id, "RUNNING")
    fake.tick(10)
    assert [each[:3] for each in job.containers] == [("main", None, None), ("log", 2, "Error")]


@pytest.mark.source("api §4")
def test_rules_look_at_pods_as_at_other_jobs(fake):
    fake.batch.when(command="run 7", environment={"A": "1"}).fail(exit_code=9)
    pod = {"containers": [container("main", command=["run"], args=["7"], env=[{"name": "A", "value": "1"}])]}
    fake.batch.add_job_definition("d", eksProperties={"podProperties": pod})
    job_id = fake.client("batch").submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
    fake.run_until(job_id)
    assert fake.batch.job(job_id).exit_code == 9


@pytest.mark.source("api §2: snapshot")
def test_a_pod_under_way_is_kept_in_a_snapshot(fake):
    job = submit(fake, "main", "log", before=("fetch",))
    fake.run_until(job.id, "STARTING")
    fake.tick(10)
    kept = fake.snapshot()
    fake.run_until(job.id)
    told = history(job), left(job)
    fake.restore(kept)
    assert job.status == "STARTING"
    fake.run_until(job.id)
    assert (history(job), left(job)) == told
