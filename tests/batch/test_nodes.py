"""Multi-node jobs: how the job follows its main node, and what becomes of the other nodes."""

import pytest
from botocore.exceptions import ClientError

import fakebatch

START_MS = 1767225600000
ARN = "arn:aws:batch:us-east-1:123456789012:"
EXITED = "Essential container in task exited"
MAIN_ENDED = "Main node of the job has exited."
UNSTARTED = "Task failed to start"
TIMED_OUT = "Job attempt duration exceeded timeout"


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", seed=7) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("mnp", nodeProperties={"numNodes": 3})
        world.batch.add_job_definition("second", nodeProperties={"numNodes": 3, "mainNode": 1})
        world.batch.add_job_definition("one")
        yield world


@pytest.fixture
def batch(fake):
    return fake.client("batch")


@pytest.fixture
def submit(batch):
    def submit(definition="mnp", **members):
        request = {"jobName": "mpi", "jobQueue": "q", "jobDefinition": definition, **members}
        return batch.submit_job(**request)["jobId"]

    return submit


def described(batch, job_id):
    (job,) = batch.describe_jobs(jobs=[job_id])["jobs"]
    return job


def story(fake, job_id):
    """What became of a job: (second, status, reason)."""
    return [
        (at.timestamp() - START_MS / 1000, status, reason)
        for at, status, reason in fake.batch.job(job_id).history
    ]


def stories(fake, job_id, size=3):
    return [story(fake, f"{job_id}#{index}") for index in range(size)]


def statuses(fake, job_id, size=3):
    """Of the job, and of its nodes by index."""
    ids = [job_id, *(f"{job_id}#{index}" for index in range(size))]
    return [fake.batch.job(each).status for each in ids]


def exits(batch, job_id):
    """(attempt's exit code, statusReason) of each attempt that has ended."""
    return [
        (attempt["container"].get("exitCode"), attempt["statusReason"])
        for attempt in described(batch, job_id)["attempts"]
    ]


# -- The plain life


@pytest.mark.source("user guide, Job lifecycle for MNP jobs; assumed: that nodes begin RUNNABLE")
def test_the_main_node_decides(fake, submit):
    job = submit()
    fake.run_until_idle()
    assert story(fake, job) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (5, "STARTING", None),
        (10, "RUNNING", None),
        (70, "SUCCEEDED", EXITED),
    ]
    launched = [(1, "RUNNABLE", None), (10, "STARTING", None), (15, "RUNNING", None)]
    assert stories(fake, job) == [
        story(fake, job)[1:],
        [*launched, (70, "FAILED", MAIN_ENDED)],
        [*launched, (70, "FAILED", MAIN_ENDED)],
    ]


@pytest.mark.source("reference §6: main starts first")
@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (4, ["RUNNABLE", "RUNNABLE", "RUNNABLE", "RUNNABLE"]),
        (5, ["STARTING", "RUNNABLE", "STARTING", "RUNNABLE"]),
        (10, ["RUNNING", "STARTING", "RUNNING", "STARTING"]),
        (15, ["RUNNING", "RUNNING", "RUNNING", "RUNNING"]),
        (70, ["SUCCEEDED", "FAILED", "SUCCEEDED", "FAILED"]),
    ],
)
def test_another_node_than_the_first_can_be_the_main_one(fake, submit, second, expected):
    job = submit("second")
    fake.tick(second)
    assert statuses(fake, job) == expected


@pytest.mark.source("reference §6: each node ends by its own exit code, and no child's end matters")
def test_each_node_ends_by_its_own_exit(fake, batch, submit):
    fake.batch.when(node_index=1).succeed(after=10)
    fake.batch.when(node_index=2).fail(3, "why", after=20)
    job = submit()
    fake.tick(30)
    assert statuses(fake, job) == ["RUNNING", "RUNNING", "SUCCEEDED", "RUNNING"]
    fake.run_until_idle()
    assert statuses(fake, job) == ["SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "FAILED"]
    assert [exits(batch, f"{job}#{index}") for index in range(3)] == [
        [(0, EXITED)],
        [(0, EXITED)],
        [(3, EXITED)],
    ]
    assert described(batch, f"{job}#2")["container"]["reason"] == "why"
    assert described(batch, f"{job}#2")["stoppedAt"] == START_MS + 35_000


@pytest.mark.source("reference §6: the job ends with the main node's result")
def test_the_main_node_s_failure_is_the_job_s(fake, batch, submit):
    fake.batch.when(node_index=0).fail(9, "OutOfMemoryError", after=30)
    fake.batch.when(node_index=1).succeed(after=1)
    job = submit()
    fake.run_until_idle()
    assert statuses(fake, job) == ["FAILED", "FAILED", "SUCCEEDED", "FAILED"]
    assert exits(batch, job) == exits(batch, f"{job}#0") == [(9, EXITED)]
    assert exits(batch, f"{job}#2") == [(137, MAIN_ENDED)]
    shown = described(batch, job)
    assert shown["statusReason"] == EXITED
    assert shown["attempts"][0]["container"]["reason"] == "OutOfMemoryError"
    assert (shown["startedAt"], shown["stoppedAt"]) == (START_MS + 10_000, START_MS + 40_000)


@pytest.mark.source("assumed: a rule that names no node is about each of them")
def test_a_rule_without_an_index_is_about_every_node(fake, batch, submit):
    fake.batch.when(job_name="mpi").fail(4, after=3)
    fake.batch.when(node_index=0).fail(5, after=30)
    job = submit()
    fake.run_until_idle()
    assert [exits(batch, f"{job}#{index}") for index in range(3)] == [
        [(5, EXITED)],
        [(4, EXITED)],
        [(4, EXITED)],
    ]


@pytest.mark.source("reference §6")
def test_an_index_matches_nodes_alone(fake, batch, submit):
    fake.batch.when(node_index=0).fail(5)
    single, nodes = submit("one"), submit()
    array = submit("one", arrayProperties={"size": 2})
    fake.run_until_idle()
    assert [fake.batch.job(each).status for each in (single, array, nodes)] == [
        "SUCCEEDED",
        "SUCCEEDED",
        "FAILED",
    ]


@pytest.mark.source("reference §1.4: failed starts")
def test_a_main_node_that_cannot_start_launches_no_other(fake, batch, submit):
    fake.batch.when(node_index=0).fail_to_start("CannotPullContainerError: none")
    job = submit()
    fake.run_until_idle()
    assert story(fake, job)[2:] == [(5, "STARTING", None), (10, "FAILED", UNSTARTED)]
    assert stories(fake, job)[1] == [(1, "RUNNABLE", None), (10, "FAILED", MAIN_ENDED)]
    child = described(batch, f"{job}#1")
    assert (child["attempts"], "startedAt" in child, child["stoppedAt"]) == ([], False, START_MS + 10_000)


@pytest.mark.source("reference §6: child death has no effect on the others")
def test_a_child_that_cannot_start(fake, batch, submit):
    fake.batch.when(node_index=1).fail_to_start("CannotPullContainerError: none", after=1)
    job = submit()
    fake.run_until_idle()
    assert statuses(fake, job) == ["SUCCEEDED", "SUCCEEDED", "FAILED", "FAILED"]
    assert exits(batch, f"{job}#1") == [(None, UNSTARTED)]


@pytest.mark.source("assumed: a node that is stuck keeps the whole job, which waits for all of its places")
def test_a_stuck_node_keeps_the_job(fake, batch, submit):
    fake.batch.when(node_index=2).stuck("UNDETERMINED")
    job = submit()
    fake.run_until_idle()
    assert statuses(fake, job) == ["RUNNABLE"] * 4
    assert described(batch, job)["statusReason"].startswith("UNDETERMINED - ")
    fake.batch.when(node_index=2).succeed()
    fake.run_until(job)
    assert fake.batch.job(job).status == "SUCCEEDED"


# -- Places


@pytest.mark.source(
    "aws-parallelcluster issue 2098: RUNNABLE for ever on Spot; assumed: so it is in an unmanaged one"
)
@pytest.mark.parametrize(
    "members", [{"computeResources": {"type": "SPOT"}}, {"type": "UNMANAGED"}], ids=["spot", "own"]
)
def test_environments_without_room_for_nodes(fake, submit, members):
    fake.batch.add_compute_environment("other", **members)
    fake.batch.add_job_queue("other")
    job = submit(jobQueue="other")
    single = submit("one", jobQueue="other")
    fake.run_until_idle()
    assert statuses(fake, job) == ["RUNNABLE"] * 4
    # It holds up what is behind it in its queue.
    assert fake.batch.job(single).status == "RUNNABLE"


@pytest.mark.source("reference §6")
def test_the_first_environment_that_can_host_nodes_does(fake, batch, submit):
    spot = fake.batch.add_compute_environment("spot", computeResources={"type": "SPOT"})
    ec2 = fake.batch.add_compute_environment("ec2")
    order = [{"order": 1, "computeEnvironment": spot}, {"order": 2, "computeEnvironment": ec2}]
    fake.batch.add_job_queue("both", computeEnvironmentOrder=order)
    job = submit(jobQueue="both")
    fake.run_until_idle()
    assert "/AWSBatch-ec2-" in described(batch, f"{job}#2")["container"]["taskArn"]


@pytest.mark.source("reference §6: single tenant")
def test_each_node_has_a_host_of_its_own(fake, submit):
    job = submit()
    fake.tick(20)
    hosts = [fake.batch.job(f"{job}#{index}").instance for index in range(3)]
    assert len(set(hosts)) == 3
    assert fake.batch.job(job).instance == hosts[0]


@pytest.mark.needs("GetJobQueueSnapshotResponse.queueUtilization")
@pytest.mark.source("reference §12.2, §12.3: all nodes' vCPUs count")
def test_usage_is_that_of_all_nodes(fake, batch, submit):
    policy = fake.batch.add_scheduling_policy("p")
    fake.batch.add_job_queue("fair", schedulingPolicyArn=policy)
    fake.batch.add_job_definition("big", nodeProperties={"numNodes": 4, "nodeRangeProperties": [
        {"targetNodes": "0", "container": {"vcpus": 2}}, {"targetNodes": "1:", "container": {"vcpus": 8}},
    ]})  # fmt: skip
    big = submit("big", jobQueue="fair", shareIdentifier="a")
    submit("one", jobQueue="fair", shareIdentifier="b")
    waiting = submit("mnp", jobQueue="fair", shareIdentifier="b")
    fake.tick(1)
    snapshot = batch.get_job_queue_snapshot(jobQueue="fair")
    assert len(snapshot["frontOfQueue"]["jobs"]) == 3
    assert {"jobArn": f"{ARN}job/{waiting}", "earliestTimeAtPosition": START_MS + 1000} in (
        snapshot["frontOfQueue"]["jobs"]
    )
    fake.tick(19)
    assert batch.get_job_queue_snapshot(jobQueue="fair")["queueUtilization"] == {
        "totalCapacityUsage": [{"capacityUnit": "VCPU", "quantity": 30.0}],
        "fairshareUtilization": {
            "activeShareCount": 2,
            "topCapacityUtilization": [
                {"shareIdentifier": "a", "capacityUsage": [{"capacityUnit": "VCPU", "quantity": 26.0}]},
                {"shareIdentifier": "b", "capacityUsage": [{"capacityUnit": "VCPU", "quantity": 4.0}]},
            ],
        },
        "lastUpdatedAt": START_MS + 20_000,
    }
    service = fake.service("batch", "us-east-1", "123456789012")
    assert service.job_queues["fair"].shares["a"].vcpus == 26.0
    fake.run_until_idle()
    assert service.job_queues["fair"].shares["a"].vcpus == 0.0
    assert service.job_queues["fair"].shares["a"].live == 0
    assert fake.batch.job(big).status == "SUCCEEDED"


@pytest.mark.source("reference §12.5: MNP jobs too; assumed: all units of all nodes at once")
def test_consumable_resources_of_all_nodes(fake, batch, submit):
    fake.batch.add_consumable_resource("licence", totalQuantity=5)
    fake.batch.add_consumable_resource("seat", totalQuantity=9)

    def wanted(**units):
        entries = [{"consumableResource": name, "quantity": each} for name, each in units.items()]
        return {"consumableResourceList": entries}

    ranges = [
        {"targetNodes": "0", "consumableResourceProperties": wanted(licence=1, seat=1)},
        {"targetNodes": "1:", "consumableResourceProperties": wanted(licence=2)},
    ]
    fake.batch.add_job_definition("units", nodeProperties={"numNodes": 3, "nodeRangeProperties": ranges})
    first = submit("units", consumableResourcePropertiesOverride=wanted(seat=2))
    second = submit("units")
    fake.tick(20)
    assert described(batch, first)["consumableResourceProperties"] == wanted(seat=3, licence=5)
    assert "consumableResourceProperties" not in described(batch, f"{first}#1")
    assert [fake.batch.job(each).status for each in (first, second)] == ["RUNNING", "RUNNABLE"]
    found = batch.describe_consumable_resource(consumableResource="licence")
    assert (found["inUseQuantity"], found["availableQuantity"]) == (5, 0)
    listed = batch.list_jobs_by_consumable_resource(consumableResource="seat")["jobs"]
    assert [(job["jobArn"], job["quantity"]) for job in listed] == [
        (f"{ARN}job/{second}", 1),
        (f"{ARN}job/{first}", 3),
    ]
    fake.run_until(second)
    assert story(fake, second)[-3:] == [
        (70, "STARTING", None),
        (75, "RUNNING", None),
        (135, "SUCCEEDED", EXITED),
    ]
    assert batch.describe_consumable_resource(consumableResource="licence")["inUseQuantity"] == 0


# -- Retries and timeouts


@pytest.mark.source("reference §2, §6: the main node's failure has the whole job tried again")
def test_a_retry_repeats_the_whole_job(fake, batch, submit):
    fake.batch.when(node_index=0).fail(1, after=30).succeed(after=30)
    fake.batch.when(node_index=1).fail(2, after=10).succeed(after=10)
    job = submit(retryStrategy={"attempts": 3})
    fake.run_until_idle()
    again = [(40, "RUNNABLE", None), (44, "STARTING", None), (49, "RUNNING", None), (79, "SUCCEEDED", EXITED)]
    assert story(fake, job)[4:] == again
    assert stories(fake, job) == [
        story(fake, job)[1:],
        [
            (1, "RUNNABLE", None),
            (10, "STARTING", None),
            (15, "RUNNING", None),
            (25, "FAILED", EXITED),
            (40, "RUNNABLE", None),
            (49, "STARTING", None),
            (54, "RUNNING", None),
            (64, "SUCCEEDED", EXITED),
        ],
        [
            (1, "RUNNABLE", None),
            (10, "STARTING", None),
            (15, "RUNNING", None),
            (40, "FAILED", MAIN_ENDED),
            (40, "RUNNABLE", None),
            (49, "STARTING", None),
            (54, "RUNNING", None),
            (79, "FAILED", MAIN_ENDED),
        ],
    ]
    assert exits(batch, job) == exits(batch, f"{job}#0") == [(1, EXITED), (0, EXITED)]
    assert exits(batch, f"{job}#1") == [(2, EXITED), (0, EXITED)]
    assert exits(batch, f"{job}#2") == [(137, MAIN_ENDED), (137, MAIN_ENDED)]
    assert described(batch, f"{job}#1")["stoppedAt"] == START_MS + 64_000


@pytest.mark.source("reference §2, §6: a child's failure is no reason to try again")
def test_a_child_is_not_retried(fake, batch, submit):
    fake.batch.when(node_index=1).fail(after=1)
    job = submit(retryStrategy={"attempts": 5})
    fake.run_until_idle()
    assert (fake.batch.job(job).status, len(fake.batch.job(job).attempts)) == ("SUCCEEDED", 1)
    assert exits(batch, f"{job}#1") == [(1, EXITED)]


@pytest.mark.source("reference §2")
def test_evaluate_on_exit_looks_at_the_main_node(fake, batch, submit):
    strategy = {
        "attempts": 4,
        "evaluateOnExit": [{"onExitCode": "7", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}],
    }
    fake.batch.when(node_index=0).fail(7).fail(8)
    job = submit(retryStrategy=strategy)
    fake.run_until_idle()
    assert exits(batch, job) == [(7, EXITED), (8, EXITED)]


@pytest.mark.source("assumed: attempts of nodes have the job's numbers, also after one without them")
def test_attempts_of_nodes_have_the_job_s_number(fake, batch, submit):
    fake.batch.when(node_index=0).fail_to_start("CannotPullContainerError: none").succeed(after=30)
    fake.batch.when(node_index=1, attempt=1).fail(after=1)
    fake.batch.when(node_index=1, attempt=2).succeed(after=1)
    seen: list[str] = []
    fake.batch.when(node_index=2).run(lambda job: seen.append(job.environment["AWS_BATCH_JOB_ATTEMPT"]))
    job = submit(retryStrategy={"attempts": 2})
    fake.run_until_idle()
    assert exits(batch, job) == [(None, UNSTARTED), (0, EXITED)]
    assert exits(batch, f"{job}#1") == [(0, EXITED)]
    assert seen == ["2"]


@pytest.mark.source("reference §3: the timeout is the whole job's")
def test_the_timeout_is_the_job_s(fake, batch, submit):
    fake.batch.when(job_name="mpi").hang()
    job = submit(timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 3})
    fake.run_until_idle()
    assert statuses(fake, job) == ["FAILED"] * 4
    assert story(fake, job)[-1] == (70, "FAILED", TIMED_OUT)
    assert [exits(batch, f"{job}#{index}") for index in range(3)] == [[(137, TIMED_OUT)]] * 3
    assert described(batch, f"{job}#1")["timeout"] == {"attemptDurationSeconds": 60}


# -- Hosts, cancelling, terminating


@pytest.mark.source("reference §6: a child's death has no effect")
@pytest.mark.parametrize("by", ["id", "instance"])
def test_a_child_loses_its_host(fake, batch, submit, by):
    job = submit(retryStrategy={"attempts": 3})
    fake.tick(20)
    child = fake.batch.job(f"{job}#1")
    instance = child.instance
    fake.batch.reclaim_spot(child.id if by == "id" else instance)
    assert (child.status, child.status_reason) == ("FAILED", f"Host EC2 (instance {instance}) terminated.")
    fake.run_until_idle()
    assert (fake.batch.job(job).status, len(fake.batch.job(job).attempts)) == ("SUCCEEDED", 1)


@pytest.mark.source("reference §2, §6")
@pytest.mark.parametrize("by", ["job", "main node", "instance"])
def test_the_main_node_loses_its_host(fake, batch, submit, by):
    job = submit(retryStrategy={"attempts": 2})
    fake.tick(20)
    instance = fake.batch.job(job).instance
    fake.batch.reclaim_spot({"job": job, "main node": f"{job}#0", "instance": instance}[by])
    assert statuses(fake, job) == ["RUNNABLE"] * 4
    fake.run_until_idle()
    assert exits(batch, job) == [(None, f"Host EC2 (instance {instance}) terminated."), (0, EXITED)]
    assert exits(batch, f"{job}#1") == [(137, MAIN_ENDED)] * 2


@pytest.mark.source("api §4: finish ends the current attempt")
def test_finishing_by_hand(fake, batch, submit):
    job = submit()
    fake.tick(20)
    fake.batch.job(f"{job}#2").finish(6)
    assert statuses(fake, job) == ["RUNNING", "RUNNING", "RUNNING", "FAILED"]
    fake.batch.job(job).finish()
    assert statuses(fake, job) == ["SUCCEEDED", "SUCCEEDED", "FAILED", "FAILED"]
    assert exits(batch, f"{job}#2") == [(6, EXITED)]


@pytest.mark.source("reference §7; assumed: nodes have the same reason")
@pytest.mark.parametrize(
    ("operation", "flag"), [("cancel_job", "isCancelled"), ("terminate_job", "isTerminated")]
)
@pytest.mark.parametrize("second", [0, 3], ids=["SUBMITTED", "RUNNABLE"])
def test_stopping_a_job_that_waits(fake, batch, submit, operation, flag, second):
    job = submit()
    fake.tick(second)
    getattr(batch, operation)(jobId=job, reason="enough")
    fake.run_until_idle()
    shown = described(batch, job)
    assert (shown["status"], shown["statusReason"], shown[flag]) == ("FAILED", "enough", True)
    nodes = batch.describe_jobs(jobs=[f"{job}#{index}" for index in range(3)])["jobs"]
    assert [(node["status"], node["statusReason"], flag in node) for node in nodes] == (
        [("FAILED", "enough", False)] * 3 if second else []
    )


@pytest.mark.source("reference §7: cancelling what runs has no effect")
def test_cancelling_a_job_that_runs(fake, batch, submit):
    job = submit()
    fake.tick(20)
    for each in (job, f"{job}#0", f"{job}#1"):
        batch.cancel_job(jobId=each, reason="enough")
    fake.run_until_idle()
    assert fake.batch.job(job).status == "SUCCEEDED"


@pytest.mark.source("reference §7: all nodes are stopped, none is retried")
@pytest.mark.parametrize(("second", "codes"), [(7, [None]), (12, [137, None, None]), (20, [137, 137, 137])])
def test_terminating_a_job_that_runs(second, codes):
    timing = fakebatch.Timing(stopping=3)
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=timing) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("mnp", nodeProperties={"numNodes": 3})
        batch = fake.client("batch")
        members = {"jobName": "mpi", "jobQueue": "q", "retryStrategy": {"attempts": 2}}
        job = batch.submit_job(jobDefinition="mnp", **members)["jobId"]
        fake.tick(second)
        before = statuses(fake, job)
        batch.terminate_job(jobId=job, reason="enough")
        fake.tick(2)
        assert statuses(fake, job) == before
        fake.run_until_idle()
        last = {tuple(entry) for entry in (story(fake, job)[-1], *(each[-1] for each in stories(fake, job)))}
        assert last == {(second + 3, "FAILED", "enough")}
        assert [exits(batch, f"{job}#{index}") for index in range(len(codes))] == [
            [(code, "enough")] for code in codes
        ]
        assert described(batch, job)["isTerminated"] is True


@pytest.mark.source("assumed: TerminateJob stops a child alone, and with the main node the job")
def test_terminating_single_nodes(fake, batch, submit):
    job = submit(retryStrategy={"attempts": 2})
    fake.tick(20)
    batch.terminate_job(jobId=f"{job}#1", reason="this one")
    assert statuses(fake, job) == ["RUNNING", "RUNNING", "FAILED", "RUNNING"]
    assert exits(batch, f"{job}#1") == [(137, "this one")]
    assert "isTerminated" not in described(batch, f"{job}#1")
    batch.terminate_job(jobId=f"{job}#0", reason="all")
    fake.run_until_idle()
    assert [story(fake, each)[-1] for each in (job, f"{job}#0", f"{job}#2")] == [
        (20, "FAILED", "all"),
        (20, "FAILED", "all"),
        (20, "FAILED", MAIN_ENDED),
    ]
    assert exits(batch, job) == [(137, "all")]


@pytest.mark.source("assumed: a node that waits for its place can't be taken out of its job")
@pytest.mark.parametrize("operation", ["cancel_job", "terminate_job"])
def test_nodes_that_wait_cannot_be_stopped(fake, batch, submit, operation):
    job = submit()
    fake.tick(6)
    getattr(batch, operation)(jobId=f"{job}#1", reason="this one")
    assert statuses(fake, job) == ["STARTING", "STARTING", "RUNNABLE", "RUNNABLE"]
    fake.tick(14)
    assert statuses(fake, job) == ["RUNNING"] * 4


@pytest.mark.source("reference §19: a deleted queue fails its jobs")
@pytest.mark.parametrize("second", [0, 3, 7, 20])
def test_a_deleted_queue(fake, batch, submit, second):
    job = submit(retryStrategy={"attempts": 2})
    fake.tick(second)
    batch.update_job_queue(jobQueue="q", state="DISABLED")
    batch.delete_job_queue(jobQueue="q")
    jobs = [fake.batch.job(job), *(view for view in fake.batch.jobs() if "#" in view.id)]
    assert {(view.status, view.status_reason) for view in jobs} == {("FAILED", "JobQueue deleted")}
    assert len(jobs) == (4 if second else 1)


# -- Dependencies


@pytest.mark.source("reference §4")
def test_a_job_that_waits_for_another(fake, batch, submit):
    first = submit("one")
    job = submit(dependsOn=[{"jobId": first}])
    fake.tick(30)
    assert fake.batch.job(job).status == "PENDING"
    assert len(fake.batch.jobs()) == 2
    fake.run_until_idle()
    assert [entry[:2] for entry in story(fake, job)] == [
        (0, "SUBMITTED"),
        (1, "PENDING"),
        (70, "RUNNABLE"),
        (74, "STARTING"),
        (79, "RUNNING"),
        (139, "SUCCEEDED"),
    ]


@pytest.mark.source("reference §4")
@pytest.mark.parametrize(("code", "status"), [(0, "SUCCEEDED"), (1, "FAILED")])
def test_a_job_that_is_waited_for(fake, submit, code, status):
    job = submit()
    waiting = submit("mnp", dependsOn=[{"jobId": job}])
    fake.tick(20)
    fake.batch.job(f"{job}#1").finish(1)
    assert fake.batch.job(waiting).status == "PENDING"
    fake.batch.job(job).finish(code)
    fake.run_until_idle()
    assert fake.batch.job(waiting).status == status
    assert fake.batch.job(waiting).status_reason == (
        EXITED if status == "SUCCEEDED" else "Dependent Job failed"
    )


@pytest.mark.source("assumed: nobody can wait for a node")
def test_nodes_are_no_dependencies(fake, submit):
    job = submit()
    fake.tick(2)
    with pytest.raises(ClientError) as caught:
        submit("one", dependsOn=[{"jobId": f"{job}#1"}])
    assert caught.value.response["Error"]["Message"] == f"Dependent job {job}#1 not found."
