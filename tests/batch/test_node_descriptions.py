"""Multi-node jobs and their nodes as DescribeJobs, ListJobs, events, containers and timelines show them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

import fakebatch

START_MS = 1767225600000
BATCH = "arn:aws:batch:us-east-1:123456789012:"
ECS = "arn:aws:ecs:us-east-1:123456789012:"
EXITED = "Essential container in task exited"
MAIN_ENDED = "Main node of the job has exited."
DAY = 24 * 3600
# With the seed below.
JOB = "8be174b8-e0be-4c6e-903b-e5f0b6625015"
CLUSTER = "AWSBatch-q-environment-a500e805-134c-38f3-91ec-488bee9efb40"
MAIN_ADDRESS = "10.0.207.36"
CONTAINER: dict[str, Any] = {
    "image": "busybox",
    "command": ["true"],
    "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
    "environment": [],
    "mountPoints": [],
    "secrets": [],
    "ulimits": [],
    "volumes": [],
}
NODE_PROPERTIES = {
    "numNodes": 3,
    "mainNode": 0,
    "nodeRangeProperties": [{"targetNodes": "0:", "container": CONTAINER}],
}


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", seed=7) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("mnp", nodeProperties={"numNodes": 3})
        yield world


@pytest.fixture
def batch(fake):
    return fake.client("batch")


@pytest.fixture
def submit(batch):
    def submit(**members):
        request = {"jobName": "mpi", "jobQueue": "q", "jobDefinition": "mnp", **members}
        return batch.submit_job(**request)["jobId"]

    return submit


def described(batch, job_id):
    (job,) = batch.describe_jobs(jobs=[job_id])["jobs"]
    return job


def ran(task: str, host: str, attachment: str, address: str, **exits: Any) -> dict[str, Any]:
    """What an attempt adds to a container."""
    return {
        "taskArn": f"{ECS}task/{CLUSTER}/{task}",
        "containerInstanceArn": f"{ECS}container-instance/{CLUSTER}/{host}",
        "logStreamName": f"mnp/default/{task}",
        "networkInterfaces": [{"attachmentId": attachment, "privateIpv4Address": address}],
        **exits,
    }


def main_ran(**exits: Any) -> dict[str, Any]:
    task, host = "7d471ea9f94bd6be1f7c5e87dac92c72", "41fcbafe3e4ff952c7d97fb512eb7e6b"
    return ran(task, host, "70ab656c-14da-3f36-a8ef-7e235912d92c", MAIN_ADDRESS, **exits)


def second_ran(**exits: Any) -> dict[str, Any]:
    task, host = "52e645192cb5ecaa4226a36a1c5475f1", "508adeb502da630b5eaf63af6e678f8f"
    return ran(task, host, "fe197c6d-39d5-3449-a6e8-e0b119f38a3c", "10.0.4.178", **exits)


def shown(status: str, suffix: str = "", **members: Any) -> dict[str, Any]:
    """What DescribeJobs shows of every job."""
    return {
        "jobArn": f"{BATCH}job/{JOB}{suffix}",
        "jobName": "mpi",
        "jobId": JOB + suffix,
        "jobQueue": f"{BATCH}job-queue/q",
        "status": status,
        "attempts": [],
        "createdAt": START_MS + (1000 if suffix else 0),
        "dependsOn": [],
        "jobDefinition": f"{BATCH}job-definition/mnp:1",
        "parameters": {},
        "tags": {},
        "propagateTags": False,
        "platformCapabilities": [],
        "eksAttempts": [],
        **members,
    }


# -- DescribeJobs


@pytest.mark.source("reference §1.5: no container, the node properties with their defaults")
def test_the_job_while_it_runs(batch, fake, submit):
    submit(tags={"team": "blue"})
    fake.tick(20)
    assert described(batch, JOB) == shown(
        "RUNNING", tags={"team": "blue"}, startedAt=START_MS + 10_000, nodeProperties=NODE_PROPERTIES
    )


@pytest.mark.source("reference §1.5: attempts are the main node's")
def test_the_job_when_it_has_ended(batch, fake, submit):
    submit()
    fake.run_until_idle()
    times = {"startedAt": START_MS + 10_000, "stoppedAt": START_MS + 70_000, "statusReason": EXITED}
    assert described(batch, JOB) == shown(
        "SUCCEEDED",
        attempts=[{"container": main_ran(exitCode=0), **times}],
        nodeProperties=NODE_PROPERTIES,
        **times,
    )


@pytest.mark.source("model: NodeDetails; assumed: the rest of a node, of which there is no recorded output")
def test_the_main_node(batch, fake, submit):
    submit(tags={"team": "blue"})
    fake.run_until_idle()
    times = {"startedAt": START_MS + 10_000, "stoppedAt": START_MS + 70_000, "statusReason": EXITED}
    run = main_ran(exitCode=0)
    assert described(batch, f"{JOB}#0") == shown(
        "SUCCEEDED",
        "#0",
        attempts=[{"container": run, **times}],
        container={**CONTAINER, **run},
        nodeDetails={"nodeIndex": 0, "isMainNode": True},
        **times,
    )


@pytest.mark.source("model: NodeDetails; assumed: the rest of a node, of which there is no recorded output")
def test_another_node(batch, fake, submit):
    submit()
    node = {"nodeDetails": {"nodeIndex": 1, "isMainNode": False}}
    fake.tick(1)
    container = {**CONTAINER, "networkInterfaces": []}
    assert described(batch, f"{JOB}#1") == shown("RUNNABLE", "#1", container=container, **node)
    fake.run_until_idle()
    times = {"startedAt": START_MS + 15_000, "stoppedAt": START_MS + 70_000, "statusReason": MAIN_ENDED}
    run = second_ran(exitCode=137)
    assert described(batch, f"{JOB}#1") == shown(
        "FAILED",
        "#1",
        attempts=[{"container": run, **times}],
        container={**CONTAINER, **run},
        **node,
        **times,
    )


@pytest.mark.source(
    "reference §13: what isn't there is left out; assumed: nodes are there when the job is RUNNABLE"
)
def test_nodes_that_are_not_there(batch, fake, submit):
    submit()
    ids = [f"{JOB}#{index}" for index in range(4)]
    assert batch.describe_jobs(jobs=ids)["jobs"] == []
    fake.tick(1)
    assert [job["jobId"] for job in batch.describe_jobs(jobs=ids)["jobs"]] == ids[:3]


@pytest.mark.source("model: NodeRangeProperty")
def test_each_node_has_the_container_of_its_range(fake, batch, submit):
    ranges = [
        {"targetNodes": "0:", "container": {"image": "all", "vcpus": 2}},
        {"targetNodes": "1", "container": {"image": "special", "instanceType": "p3.2xlarge"}},
    ]
    fake.batch.add_job_definition("mixed", nodeProperties={"numNodes": 3, "nodeRangeProperties": ranges})
    job = submit(
        jobDefinition="mixed",
        nodeOverrides={
            "nodePropertyOverrides": [{"targetNodes": "1", "containerOverrides": {"command": ["x"]}}]
        },
    )
    fake.tick(1)
    found = [described(batch, f"{job}#{index}")["container"] for index in range(3)]
    assert [container["image"] for container in found] == ["all", "special", "all"]
    assert [container["command"] for container in found] == [["true"], ["x"], ["true"]]
    assert [container.get("vcpus") for container in found] == [2, None, 2]
    assert found[1]["instanceType"] == "p3.2xlarge"


@pytest.mark.source("reference §2, §3: options are the job's; assumed: nodes show them")
def test_nodes_show_the_options_of_their_job(fake, batch, submit):
    fake.batch.add_job_queue("fair", schedulingPolicyArn=fake.batch.add_scheduling_policy("p"))
    options = {
        "retryStrategy": {"attempts": 2, "evaluateOnExit": []},
        "timeout": {"attemptDurationSeconds": 60},
    }
    job = submit(jobQueue="fair", shareIdentifier="a", schedulingPriorityOverride=5, **options)
    fake.tick(1)
    options |= {"shareIdentifier": "a", "schedulingPriority": 5}
    for each in (job, f"{job}#0", f"{job}#2"):
        node = described(batch, each)
        assert {name: node.get(name) for name in options} == options


@pytest.mark.source("reference §14: child ARNs take no tags")
def test_nodes_take_no_tags(batch, fake, submit):
    submit(tags={"team": "blue"})
    fake.tick(1)
    assert described(batch, f"{JOB}#0")["tags"] == {}
    with pytest.raises(ClientError):
        batch.tag_resource(resourceArn=f"{BATCH}job/{JOB}#0", tags={"a": "b"})


@pytest.mark.source("reference §13: retention")
def test_nodes_are_forgotten_with_their_job(batch, fake, submit):
    submit()
    fake.tick(70)
    cancelled = submit()
    batch.cancel_job(jobId=cancelled, reason="never RUNNABLE")
    fake.tick(7 * DAY - 1)
    assert len(fake.batch.jobs()) == 5
    fake.tick(1)
    assert fake.batch.jobs() == []
    assert batch.describe_jobs(jobs=[JOB, f"{JOB}#0", f"{JOB}#2", cancelled])["jobs"] == []


# -- ListJobs


@pytest.mark.needs("JobSummary.scheduledAt")
@pytest.mark.source("a public listing of nodes: nodeIndex and isMainNode, no jobDefinition; reference §13")
def test_listing_nodes(batch, fake, submit):
    submit()
    fake.batch.when(node_index=2).fail(3, "why", after=1)
    fake.tick(20)

    def node(index, status, scheduled_s, started_s, **members):
        return {
            "jobArn": f"{BATCH}job/{JOB}#{index}",
            "jobId": f"{JOB}#{index}",
            "jobName": "mpi",
            "createdAt": START_MS + 1000,
            "status": status,
            "scheduledAt": START_MS + scheduled_s * 1000,
            "startedAt": START_MS + started_s * 1000,
            "capacityUsage": [{"capacityUnit": "VCPU", "quantity": 1.0}],
            "nodeProperties": {"nodeIndex": index, "isMainNode": index == 0},
            **members,
        }

    listed = batch.list_jobs(multiNodeJobId=JOB)["jobSummaryList"]
    assert listed == [node(1, "RUNNING", 10, 15), node(0, "RUNNING", 5, 10)]
    listed = batch.list_jobs(multiNodeJobId=JOB, jobStatus="FAILED")["jobSummaryList"]
    ended = {
        "statusReason": EXITED,
        "stoppedAt": START_MS + 16_000,
        "container": {"exitCode": 3, "reason": "why"},
    }
    assert listed == [node(2, "FAILED", 10, 15, **ended)]


@pytest.mark.needs("JobSummary.scheduledAt")
@pytest.mark.source("ParallelCluster's tool for Batch knows a multi-node job by numNodes; model: JobSummary")
def test_listing_the_job(batch, fake, submit):
    submit()
    fake.tick(20)
    assert batch.list_jobs(jobQueue="q")["jobSummaryList"] == [
        {
            "jobArn": f"{BATCH}job/{JOB}",
            "jobId": JOB,
            "jobName": "mpi",
            "createdAt": START_MS,
            "status": "RUNNING",
            "scheduledAt": START_MS + 5000,
            "startedAt": START_MS + 10_000,
            "capacityUsage": [{"capacityUnit": "VCPU", "quantity": 3.0}],
            "jobDefinition": f"{BATCH}job-definition/mnp:1",
            "nodeProperties": {"numNodes": 3},
        }
    ]
    everything = batch.list_jobs(jobQueue="q", filters=[{"name": "JOB_NAME", "values": ["*"]}])
    assert [job["jobId"] for job in everything["jobSummaryList"]] == [JOB]


@pytest.mark.source("reference §13: pages")
def test_pages_of_nodes(batch, fake, submit):
    submit(nodeOverrides={"numNodes": 5})
    fake.tick(1)
    pages = batch.get_paginator("list_jobs").paginate(
        multiNodeJobId=JOB, jobStatus="RUNNABLE", PaginationConfig={"PageSize": 2}
    )
    found = [[job["jobId"].partition("#")[2] for job in page["jobSummaryList"]] for page in pages]
    assert found == [["4", "3"], ["2", "1"], ["0"]]


@pytest.mark.source("assumed: what is no multi-node job, or hasn't been RUNNABLE yet, has no nodes")
def test_what_has_no_nodes(batch, fake, submit):
    fake.batch.add_job_definition("one")
    job = submit()
    single = submit(jobDefinition="one")
    for each in (job, single, "unknown"):
        assert batch.list_jobs(multiNodeJobId=each, jobStatus="RUNNABLE")["jobSummaryList"] == []
    assert batch.list_jobs(arrayJobId=job, jobStatus="RUNNABLE")["jobSummaryList"] == []


# -- Events


@pytest.mark.source("assumed: a job and each of its nodes are told of")
def test_events(fake, submit):
    submit(nodeOverrides={"numNodes": 2})
    fake.run_until_idle()
    told = [(event["detail"]["jobId"].removeprefix(JOB), event["detail"]["status"]) for event in fake.events]
    assert told == [
        ("", "RUNNABLE"),
        ("#0", "RUNNABLE"),
        ("#1", "RUNNABLE"),
        ("#0", "STARTING"),
        ("", "STARTING"),
        ("", "RUNNING"),
        ("#0", "RUNNING"),
        ("#1", "STARTING"),
        ("#1", "RUNNING"),
        ("#0", "SUCCEEDED"),
        ("", "SUCCEEDED"),
        ("#1", "FAILED"),
    ]


@pytest.mark.source("reference §16.1: the detail resembles DescribeJobs; model: NodeDetails")
def test_whole_events_of_a_node_and_of_the_job(fake, submit):
    fake.batch.when(node_index=0).fail(2, after=30).succeed(after=30)
    submit(retryStrategy={"attempts": 2})
    fake.run_until_idle()
    arn = f"{BATCH}job/{JOB}#1"
    retry = {"retryStrategy": {"attempts": 2, "evaluateOnExit": []}}
    ended = {"startedAt": START_MS + 15_000, "stoppedAt": START_MS + 40_000, "statusReason": MAIN_ENDED}
    _, again = [
        event
        for event in fake.events
        if event["detail"]["jobId"] == f"{JOB}#1" and event["time"] == "2026-01-01T00:00:40Z"
    ]
    assert again == {
        "version": "0",
        "id": again["id"],
        "detail-type": "Batch Job State Change",
        "source": "aws.batch",
        "account": "123456789012",
        "time": "2026-01-01T00:00:40Z",
        "region": "us-east-1",
        "resources": [arn],
        "detail": shown(
            "RUNNABLE",
            "#1",
            attempts=[{"container": second_ran(exitCode=137), **ended}],
            container={**CONTAINER, "networkInterfaces": []},
            nodeDetails={"nodeIndex": 1, "isMainNode": False},
            tags={"resourceArn": arn},
            **retry,
        ),
    }
    last = list(fake.events)[-3]
    assert (last["detail"]["jobId"], last["detail"]["status"]) == (JOB, "SUCCEEDED")
    assert [attempt["container"]["exitCode"] for attempt in last["detail"]["attempts"]] == [2, 0]
    assert last["detail"]["nodeProperties"] == NODE_PROPERTIES
    assert "container" not in last["detail"]


# -- What the containers see, and the author


@pytest.mark.source(
    "user guide, Job environment variables; public scripts for AWS_BATCH_JOB_ID with its index"
)
def test_what_containers_are_told(fake, submit):
    seen = {}
    fake.batch.add_job_definition("second", nodeProperties={"numNodes": 2, "mainNode": 1})

    @fake.batch.when(job_name="mpi").run
    def body(job):
        seen[job.node_index] = job.environment
        print(f"node {job.node_index} of {job.environment['AWS_BATCH_JOB_NUM_NODES']}")

    job = submit(jobDefinition="second")
    fake.run_until_idle()
    everywhere = {
        "AWS_BATCH_JQ_NAME": "q",
        "AWS_BATCH_CE_NAME": "q-environment",
        "AWS_BATCH_JOB_ATTEMPT": "1",
        "AWS_BATCH_JOB_NUM_NODES": "2",
        "AWS_BATCH_JOB_MAIN_NODE_INDEX": "1",
    }
    address = seen[0].pop("AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS")
    assert seen == {
        index: {**everywhere, "AWS_BATCH_JOB_ID": f"{job}#{index}", "AWS_BATCH_JOB_NODE_INDEX": str(index)}
        for index in (0, 1)
    }
    client = fake.client("batch")
    (interface,) = described(client, f"{job}#1")["container"]["networkInterfaces"]
    assert address == interface["privateIpv4Address"]
    assert [fake.batch.job(each).log for each in (job, f"{job}#0", f"{job}#1")] == [
        ["node 1 of 2"],
        ["node 0 of 2"],
        ["node 1 of 2"],
    ]


@pytest.mark.source("api §4: the view of a job")
def test_views(fake, batch, submit):
    ranges = [
        {
            "targetNodes": "0",
            "container": {"command": ["lead"], "environment": [{"name": "A", "value": "1"}]},
        },
        {"targetNodes": "1:", "container": {"command": ["follow"]}},
    ]
    fake.batch.add_job_definition("two", nodeProperties={"numNodes": 2, "nodeRangeProperties": ranges})
    job = submit(jobDefinition="two")
    whole = fake.batch.job(job)
    assert (whole.command, whole.environment["A"], whole.node_index, whole.array_index) == (
        ["lead"],
        "1",
        None,
        None,
    )
    fake.run_until_idle()
    child = fake.batch.job(f"{job}#1")
    assert (child.command, child.node_index, child.array_index) == (["follow"], 1, None)
    assert [view.id for view in fake.batch.jobs(name="mpi")] == [job, f"{job}#0", f"{job}#1"]
    assert whole.attempts == described(batch, job)["attempts"] == fake.batch.job(f"{job}#0").attempts
    assert (whole.exit_code, child.exit_code) == (0, 137)
    assert fake.run_until(f"{job}#1") is None


@pytest.mark.source("assumed: the main node's body may end the job before others are launched")
def test_a_main_body_that_ends_the_job(fake, submit):
    fake.batch.when(node_index=0).run(lambda job: job.finish(4))
    submit()
    fake.run_until_idle()
    assert [view.exit_code for view in fake.batch.jobs()] == [4, 4, None, None]
    assert {view.status for view in fake.batch.jobs()} == {"FAILED"}


@pytest.mark.source("api §2: snapshot and restore")
def test_a_snapshot_keeps_the_nodes(fake, submit):
    fake.batch.when(node_index=0).fail(after=30).succeed(after=30)
    submit(retryStrategy={"attempts": 2})
    fake.tick(20)
    kept = fake.snapshot()
    fake.run_until_idle()
    plain = fake.timeline.text()
    fake.restore(kept)
    fake.run_until_idle()
    assert fake.timeline.text() == plain


# -- The timeline


TIMELINE = """\
1 job, 6 nodes, 26 transitions, 3 calls; from 2026-01-01T00:00:00Z on, 0:00:12 long

0:00:00    q-environment  VALID                 compute environment
0:00:00    q              VALID                 job queue
0:00:00  SubmitJob(jobName=mpi, jobQueue=q, jobDefinition=mnp, nodeOverrides={numNodes: 6})
0:00:00    mpi            SUBMITTED             jobId 8be174b8-e0be-4c6e-903b-e5f0b6625015
0:00:01    mpi            SUBMITTED → RUNNABLE
0:00:01    mpi#0-5        RUNNABLE              6 nodes
0:00:05    mpi#0          RUNNABLE → STARTING   attempt 1
0:00:05    mpi            RUNNABLE → STARTING   attempt 1
0:00:10    mpi            STARTING → RUNNING
0:00:10    mpi#0          STARTING → RUNNING
0:00:10    mpi#1-5        RUNNABLE → STARTING   5 nodes, attempt 1
0:00:12  TerminateJob(jobId=mpi#0, reason=enough)
0:00:12    mpi#0          RUNNING → FAILED      attempt 1, exit code 137: enough
0:00:12    mpi            RUNNING → FAILED      attempt 1, exit code 137: enough
0:00:12    mpi#1-5        STARTING → FAILED     5 nodes, attempt 1: Main node of the job has exited.
0:00:12  DescribeJobs(jobs=[mpi#5, mpi:0])
"""


@pytest.mark.source("api §2: the timeline as text")
def test_the_timeline(fake, batch, submit):
    submit(nodeOverrides={"numNodes": 6})
    fake.tick(12)
    batch.terminate_job(jobId=f"{JOB}#0", reason="enough")
    batch.describe_jobs(jobs=[f"{JOB}#5", f"{JOB}:0"])
    assert fake.timeline.text() == TIMELINE
    last = fake.timeline[-1]
    assert (last.id, last.node_index, last.array_index, last.parent_id) == (f"{JOB}#5", 5, None, JOB)
