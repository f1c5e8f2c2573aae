"""All nodes of a multi-node job get their places at once, each an instance that it has for itself."""

from __future__ import annotations

import pytest

import fakebatch

MAX_RESOURCE = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the "
    "CPU requirement of the job."
)
REQUIREMENT = (
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher "
    "than that can be met by the CE(s) attached to the job queue."
)


def world(max_vcpus=8, **timing):
    """A queue on instances of four vCPUs, and definitions of jobs with one vCPU a node."""
    fake = fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(**timing)).start()
    resources = {"instanceTypes": ["m5.xlarge"], "maxvCpus": max_vcpus}
    fake.batch.add_compute_environment("ce", computeResources=resources)
    fake.batch.add_job_queue("q")
    fake.batch.add_job_definition("one")
    fake.batch.add_job_definition("two", type="multinode")
    return fake


@pytest.fixture
def fake():
    fake = world()
    yield fake
    fake.stop()


def submit(fake, definition="two", **members):
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": definition, **members}
    return fake.client("batch").submit_job(**request)["jobId"]


def instances(fake):
    """The instances that are up: (how many more attempts each takes at most, whether nothing is on it)."""
    service = fake.service("batch", "us-east-1", "123456789012")
    up = service.compute_environments["ce"].capacity.up.values()
    return sorted((each.room[3], each.room == each.whole) for each in up)


@pytest.mark.source("reference §6: single tenant; §1.2: RUNNABLE until all capacity is there")
def test_nodes_have_their_instances_for_themselves(fake):
    first, second = submit(fake), submit(fake)
    single = submit(fake, "one")
    fake.tick(20)
    assert [fake.batch.job(each).status for each in (first, second, single)] == [
        "RUNNING",
        "RUNNABLE",
        "RUNNABLE",
    ]
    assert instances(fake) == [(0, False), (0, False)]
    fake.run_until_idle()
    assert fake.batch.job(single).status == "SUCCEEDED"
    assert {is_whole for _, is_whole in instances(fake)} <= {True}


@pytest.mark.source("reference §1.2: RUNNABLE until all of it has a place")
def test_a_gang_waits_for_all_its_places(fake):
    singles = [submit(fake, "one") for _ in range(4)]
    job = submit(fake)
    behind = submit(fake, "one")
    fake.tick(20)
    # The four are on one instance, the other is one node's at most. Nothing is held meanwhile.
    assert {fake.batch.job(each).status for each in singles} == {"RUNNING"}
    assert [fake.batch.job(each).status for each in (job, behind)] == ["RUNNABLE", "RUNNABLE"]
    assert "statusReason" not in fake.client("batch").describe_jobs(jobs=[job])["jobs"][0]
    fake.run_until(job)
    history = [
        (entry.at - fake.batch.job(singles[0]).history[0].at).total_seconds()
        for entry in fake.batch.job(job).history
    ]
    assert history == [0, 1, 70, 75, 135]


@pytest.mark.source("reference §6: single tenant")
def test_nodes_take_instances_that_have_nothing_to_do(fake):
    fake.run_until(submit(fake, "one"))
    job = submit(fake)
    fake.tick(20)
    assert fake.batch.job(job).status == "RUNNING"
    assert fake.batch.job(f"{job}#0").instance != fake.batch.job(f"{job}#1").instance
    assert len(instances(fake)) == 2


@pytest.mark.source("reference §11.2; assumed: for nodes it is the same")
@pytest.mark.parametrize(
    ("nodes", "container", "reason"),
    [
        (9, {}, MAX_RESOURCE),
        (2, {"vcpus": 8}, REQUIREMENT),
        (2, {"memory": 10**6}, REQUIREMENT),
        (3, {}, MAX_RESOURCE),
    ],
)
def test_what_can_never_be_placed_says_so(fake, nodes, container, reason):
    ranges = [{"container": container}]
    fake.batch.add_job_definition("big", nodeProperties={"numNodes": nodes, "nodeRangeProperties": ranges})
    job = submit(fake, "big")
    fake.run_until_idle()
    assert (fake.batch.job(job).status, fake.batch.job(job).status_reason) == ("RUNNABLE", reason)


@pytest.mark.source(
    "reference §10.6; assumed: with no delay an instance goes at the end of its first idle instant"
)
@pytest.mark.parametrize("definition", ["one", "two"])
def test_instances_that_go_at_once_are_there_for_those_they_came_for(definition):
    fake = world(scaling_out=30, scaling_in=0)
    try:
        job, behind = submit(fake, definition), submit(fake, definition)
        fake.run_until_idle()
        history = fake.batch.job(job).history
        assert [(entry.status, (entry.at - history[0].at).total_seconds()) for entry in history] == [
            ("SUBMITTED", 0),
            ("RUNNABLE", 1),
            ("STARTING", 35),
            ("RUNNING", 40),
            ("SUCCEEDED", 100),
        ]
        assert fake.batch.job(behind).status == "SUCCEEDED"
        assert instances(fake) == []
    finally:
        fake.stop()


@pytest.mark.source("reference §10.6: instances take their time")
def test_instances_are_launched_ahead_for_nodes():
    fake = world(scaling_out=120)
    try:
        job = submit(fake)
        fake.run_until(job, "STARTING", timeout=3600)
        assert len(instances(fake)) == 2
        fake.run_until(job)
        assert fake.batch.job(job).status == "SUCCEEDED"
    finally:
        fake.stop()


@pytest.mark.source("reference §6: a main node that fails launches no other; their instances are free again")
def test_reserved_instances_are_given_back(fake):
    fake.batch.when(node_index=0).fail_to_start("CannotPullContainerError: none")
    job = submit(fake, retryStrategy={"attempts": 2})
    fake.tick(7)
    assert instances(fake) == [(0, False), (0, False)]
    fake.run_until(job)
    assert all(is_whole for _, is_whole in instances(fake))


@pytest.mark.source("user guide, infrastructure updates; assumed: nodes leave as other jobs do")
def test_an_infrastructure_update_replaces_the_hosts_of_nodes(fake):
    batch = fake.client("batch")
    job = submit(fake, retryStrategy={"attempts": 2})
    fake.tick(20)
    old = {fake.batch.job(f"{job}#{index}").instance for index in range(2)}
    batch.update_compute_environment(
        computeEnvironment="ce",
        computeResources={"instanceTypes": ["m5.2xlarge"], "maxvCpus": 64},
        updatePolicy={"terminateJobsOnUpdate": True},
    )
    fake.run_until_idle()
    assert fake.batch.job(job).status == "SUCCEEDED"
    assert len(fake.batch.job(job).attempts) == 2
    assert not old & {fake.batch.job(f"{job}#{index}").instance for index in range(2)}
    (environment,) = batch.describe_compute_environments()["computeEnvironments"]
    assert environment["status"] == "VALID"


@pytest.mark.source("model: NodeRangeProperty.ecsProperties")
def test_nodes_of_several_containers(fake):
    task = {"taskProperties": [{"containers": [{"name": "main"}, {"name": "log", "essential": False}]}]}
    ranges = [{"targetNodes": "0:", "ecsProperties": task, "instanceTypes": ["m5.xlarge"]}]
    fake.batch.add_job_definition("tasks", nodeProperties={"numNodes": 2, "nodeRangeProperties": ranges})
    fake.batch.when(node_index=1, container="main").fail(3, after=5)
    batch = fake.client("batch")
    override = {"taskProperties": [{"containers": [{"name": "main", "command": ["x"]}]}]}
    overrides = {"nodePropertyOverrides": [{"targetNodes": "0:", "ecsPropertiesOverride": override}]}
    job = submit(fake, "tasks", nodeOverrides=overrides)
    fake.tick(12)
    assert [fake.batch.job(job + each).status for each in ("", "#0", "#1")] == [
        "RUNNING",
        "RUNNING",
        "STARTING",
    ]
    fake.run_until_idle()
    whole_job, main, other = batch.describe_jobs(jobs=[job, f"{job}#0", f"{job}#1"])["jobs"]
    assert [each["status"] for each in (whole_job, main, other)] == ["SUCCEEDED", "SUCCEEDED", "FAILED"]
    assert "ecsProperties" not in whole_job
    assert whole_job["attempts"] == main["attempts"]
    (shown,) = other["ecsProperties"]["taskProperties"]
    assert [(each["name"], each["exitCode"]) for each in shown["containers"]] == [("main", 3), ("log", 137)]
    assert shown["containers"][0]["command"] == ["x"]
    assert len(shown["containers"][0]["networkInterfaces"]) == 1


@pytest.mark.source("model: NodeRangeProperty.eksProperties; reference §6: eksAttempts of nodes")
def test_nodes_that_are_pods(fake):
    fake.batch.add_job_queue("pods", jobQueueType="EKS")
    ranges = [{"targetNodes": "0:", "eksProperties": {"podProperties": {"containers": [{"name": "a"}]}}}]
    fake.batch.add_job_definition("mnp", nodeProperties={"numNodes": 2, "nodeRangeProperties": ranges})
    batch = fake.client("batch")
    (definition,) = batch.describe_job_definitions(jobDefinitionName="mnp")["jobDefinitions"]
    assert definition["containerOrchestrationType"] == "EKS"
    job = submit(fake, "mnp", jobQueue="pods")
    fake.run_until_idle()
    whole_job, main, other = batch.describe_jobs(jobs=[job, f"{job}#0", f"{job}#1"])["jobs"]
    assert [each["status"] for each in (whole_job, main, other)] == ["SUCCEEDED", "SUCCEEDED", "FAILED"]
    assert whole_job["attempts"] == main["attempts"] == []
    assert whole_job["eksAttempts"] == main["eksAttempts"]
    assert main["eksAttempts"][0]["containers"][0]["exitCode"] == 0
    assert other["eksAttempts"][0]["containers"][0]["exitCode"] == 137
    assert other["nodeDetails"] == {"nodeIndex": 1, "isMainNode": False}


@pytest.mark.source("assumed: the texts; the second rule: model, EksMetadata.namespace")
@pytest.mark.parametrize(
    ("second", "text"),
    [
        ({"container": {}}, "Node Range Properties can not mix Amazon ECS and Amazon EKS properties."),
        (
            {"eksProperties": {"podProperties": {"metadata": {"namespace": "other"}}}},
            "Kubernetes namespace must be the same in all node range properties.",
        ),
    ],
)
def test_ranges_that_do_not_go_together(fake, second, text):
    ranges = [{"targetNodes": "0", "eksProperties": {"podProperties": {}}}, {"targetNodes": "1:", **second}]
    with pytest.raises(fakebatch.UsageError) as caught:
        fake.batch.add_job_definition("mnp", nodeProperties={"nodeRangeProperties": ranges})
    assert str(caught.value) == f"add_job_definition('mnp'): AWS would refuse this with {text!r}."
