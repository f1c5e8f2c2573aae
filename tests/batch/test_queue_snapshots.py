"""GetJobQueueSnapshot: the front of the queue, and what it uses."""

import pytest
from botocore.exceptions import ClientError

import fakebatch

ARN = "arn:aws:batch:us-east-1:123456789012:"
START_MS = 1_767_225_600_000


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        world.batch.add_compute_environment("ce")
        world.batch.add_job_queue("fifo")
        world.batch.add_job_queue("fair", schedulingPolicyArn=world.batch.add_scheduling_policy("p"))
        world.batch.add_job_definition("d")
        yield world


def submit(batch, name="j", queue="fifo", vcpus=None, **members):
    """In the queue `fair` the first letter of a job's name is its share."""
    if queue == "fair":
        members.setdefault("shareIdentifier", name[0])
    if vcpus is not None:
        requirements = [{"type": "VCPU", "value": str(vcpus)}]
        members["containerOverrides"] = {"resourceRequirements": requirements}
    return batch.submit_job(jobName=name, jobQueue=queue, jobDefinition="d", **members)["jobId"]


def snapshot(batch, queue="fifo"):
    response = batch.get_job_queue_snapshot(jobQueue=queue)
    del response["ResponseMetadata"]
    return response


def front(fake, batch, queue="fifo"):
    """(name, seconds since the start at which it came to its position) of the jobs at the front."""
    return [
        (
            fake.batch.job(entry["jobArn"].rpartition("/")[2]).name,
            (entry["earliestTimeAtPosition"] - START_MS) / 1000,
        )
        for entry in snapshot(batch, queue)["frontOfQueue"]["jobs"]
    ]


def switch(batch, state):
    batch.update_compute_environment(computeEnvironment="ce", state=state)


def capacity(vcpus):
    return [{"capacityUnit": "VCPU", "quantity": vcpus}]


@pytest.mark.source("model; that nothing in use is 0 assumed")
@pytest.mark.needs("GetJobQueueSnapshotResponse.queueUtilization")
def test_an_empty_queue(fake, batch):
    fake.tick(5)
    now = START_MS + 5000
    assert snapshot(batch) == {
        "frontOfQueue": {"jobs": [], "lastUpdatedAt": now},
        "queueUtilization": {"totalCapacityUsage": capacity(0.0), "lastUpdatedAt": now},
    }
    assert snapshot(batch, "fair") == {
        "frontOfQueue": {"jobs": [], "lastUpdatedAt": now},
        "queueUtilization": {
            "totalCapacityUsage": capacity(0.0),
            "fairshareUtilization": {"activeShareCount": 0, "topCapacityUtilization": []},
            "lastUpdatedAt": now,
        },
    }


@pytest.mark.source("model; FIFO without share blocks: reference §12.3")
@pytest.mark.needs("GetJobQueueSnapshotResponse.queueUtilization")
def test_a_queue_without_a_policy(fake, batch):
    for vcpus in (1, 2):
        submit(batch, vcpus=vcpus)
    fake.tick(8)
    submit(batch, "array", vcpus=3, arrayProperties={"size": 2})
    fake.tick(5)
    switch(batch, "DISABLED")
    first, array = submit(batch), submit(batch, arrayProperties={"size": 2})
    fake.tick(2)
    now = START_MS + 15_000
    assert snapshot(batch, ARN + "job-queue/fifo") == {
        "frontOfQueue": {
            "jobs": [
                {"jobArn": f"{ARN}job/{job}", "earliestTimeAtPosition": START_MS + 14_000}
                for job in (first, f"{array}:0", f"{array}:1")
            ],
            "lastUpdatedAt": now,
        },
        # One is RUNNING, one too, and both children are STARTING.
        "queueUtilization": {"totalCapacityUsage": capacity(9.0), "lastUpdatedAt": now},
    }


@pytest.mark.source("model; which of equal shares is first assumed")
@pytest.mark.needs("GetJobQueueSnapshotResponse.queueUtilization")
def test_a_fair_share_queue_tells_what_each_share_uses(fake, batch):
    for name, vcpus in (("a1", 1), ("b1", 4), ("c1", 1), ("b2", 2)):
        submit(batch, name, "fair", vcpus)
    fake.tick(10)
    switch(batch, "DISABLED")
    waiting = submit(batch, "d1", "fair")
    fake.tick(10)
    now = START_MS + 20_000
    assert snapshot(batch, "fair") == {
        "frontOfQueue": {
            "jobs": [{"jobArn": f"{ARN}job/{waiting}", "earliestTimeAtPosition": START_MS + 11_000}],
            "lastUpdatedAt": now,
        },
        "queueUtilization": {
            "totalCapacityUsage": capacity(8.0),
            "fairshareUtilization": {
                "activeShareCount": 3,
                "topCapacityUtilization": [
                    {"shareIdentifier": "b", "capacityUsage": capacity(6.0)},
                    {"shareIdentifier": "a", "capacityUsage": capacity(1.0)},
                    {"shareIdentifier": "c", "capacityUsage": capacity(1.0)},
                ],
            },
            "lastUpdatedAt": now,
        },
    }


@pytest.mark.source("model: cpu for EKS")
@pytest.mark.needs("GetJobQueueSnapshotResponse.queueUtilization")
def test_the_unit_of_an_eks_queue(fake, batch):
    fake.batch.add_job_queue("pods", jobQueueType="EKS")
    usage = snapshot(batch, "pods")["queueUtilization"]["totalCapacityUsage"]
    assert usage == [{"capacityUnit": "cpu", "quantity": 0.0}]


@pytest.mark.source("model: the first 100, the top 20")
@pytest.mark.needs("GetJobQueueSnapshotResponse.queueUtilization")
def test_a_hundred_jobs_and_twenty_shares_are_shown(fake, batch):
    for number in range(25):
        submit(batch, "x", "fair", number + 1, shareIdentifier=f"s{number}")
    fake.tick(10)
    switch(batch, "DISABLED")
    for number in range(101):
        submit(batch, f"x{number}", "fair")
    fake.tick(10)
    found = snapshot(batch, "fair")
    assert len(found["frontOfQueue"]["jobs"]) == 100
    shares = found["queueUtilization"]["fairshareUtilization"]
    assert shares["activeShareCount"] == 25
    assert [entry["shareIdentifier"] for entry in shares["topCapacityUtilization"]] == [
        f"s{number}" for number in range(24, 4, -1)
    ]
    assert [name for name, _ in front(fake, batch, "fair")] == [f"x{number}" for number in range(100)]


@pytest.mark.source("assumed: the text is SubmitJob's")
def test_an_unknown_queue(batch):
    with pytest.raises(ClientError) as caught:
        batch.get_job_queue_snapshot(jobQueue="x")
    assert caught.value.response["Error"]["Code"] == "ClientException"
    assert caught.value.response["Error"]["Message"] == "JobQueue x not found."


# -- earliestTimeAtPosition


@pytest.mark.source("model: when the job came to its current position")
def test_a_job_moves_up_when_one_before_it_goes(fake, batch):
    switch(batch, "DISABLED")
    ids = {}
    for name in ("one", "two", "three"):
        ids[name] = submit(batch, name)
        fake.tick(10)
    assert front(fake, batch) == [("one", 1), ("two", 11), ("three", 21)]
    batch.cancel_job(jobId=ids["two"], reason="x")
    assert front(fake, batch) == [("one", 1), ("three", 30)]
    fake.tick(5)
    batch.cancel_job(jobId=ids["one"], reason="x")
    assert front(fake, batch) == [("three", 35)]


@pytest.mark.source("reference §12.1: retried jobs go to the front")
def test_a_retried_job_moves_the_others_back(fake, batch):
    fake.batch.when(job_name="retried", attempt=1).fail(after=30)
    submit(batch, "retried", retryStrategy={"attempts": 2})
    fake.tick(10)
    switch(batch, "DISABLED")
    submit(batch, "one")
    submit(batch, "elsewhere", "fair")
    fake.tick(25)
    assert front(fake, batch) == [("one", 11)]
    fake.tick(25)
    assert front(fake, batch) == [("retried", 40), ("one", 40)]


@pytest.mark.source("reference §12.1, §12.3; model")
def test_those_behind_a_blocked_job_keep_their_time(fake, batch):
    fake.batch.when(job_name="blocked").stuck("UNDETERMINED")
    for queue in ("fifo", "fair"):
        submit(batch, "blocked", queue)
        fake.tick(10)
        submit(batch, "other", queue)
        fake.tick(90)
    assert front(fake, batch) == [("blocked", 1), ("other", 11)]
    assert front(fake, batch, "fair") == [("blocked", 101), ("other", 111)]


@pytest.mark.source("assumed: between shares, who is before whom follows from the order now")
def test_positions_between_shares(fake, batch):
    switch(batch, "DISABLED")
    first = submit(batch, "a1", "fair")
    submit(batch, "a2", "fair")
    fake.tick(10)
    submit(batch, "b1", "fair")
    submit(batch, "a3", "fair", schedulingPriorityOverride=9)
    fake.tick(10)
    # b1 is before those of the other share that came earlier, a3 before them in their own.
    assert front(fake, batch, "fair") == [("b1", 11), ("a3", 11), ("a1", 11), ("a2", 11)]
    batch.cancel_job(jobId=first, reason="x")
    assert front(fake, batch, "fair") == [("b1", 11), ("a3", 11), ("a2", 20)]


@pytest.mark.source("assumed: who is dispatched was before those of other shares that are not blocked")
def test_a_job_moves_up_when_one_of_another_share_is_dispatched(fake, batch):
    submit(batch, "a1", "fair")
    fake.tick(2)
    for name in ("b1", "c1"):
        submit(batch, name, "fair")
    fake.tick(2)
    assert front(fake, batch, "fair") == [("a1", 1), ("b1", 3), ("c1", 3)]
    fake.tick(2)
    assert front(fake, batch, "fair") == [("b1", 5), ("c1", 5)]


@pytest.mark.source("design: reading changes nothing")
def test_a_snapshot_changes_nothing(fake, batch):
    switch(batch, "DISABLED")
    for name in ("a1", "a2", "b1"):
        submit(batch, name, "fair")
    fake.tick(10)
    assert snapshot(batch, "fair") == snapshot(batch, "fair")
    service = fake.service("batch", "us-east-1", "123456789012")
    assert {name: share.vcpus for name, share in service.job_queues["fair"].shares.items()} == {
        "a": 0.0,
        "b": 0.0,
    }
