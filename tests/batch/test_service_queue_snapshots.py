"""GetJobQueueSnapshot of queues for service jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

ARN = "arn:aws:batch:us-east-1:123456789012:service-job/"
START_MS = 1_767_225_600_000
SAGEMAKER = "SAGEMAKER_TRAINING"
SMALL, LARGE = "ml.m5.large", "ml.p3.2xlarge"


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def submit(
    client: Any, name: str, queue: str = "q", count: int = 1, kind: str = SMALL, **members: Any
) -> str:
    resources = {"InstanceType": kind, "InstanceCount": count}
    response = client.submit_service_job(
        jobName=name,
        jobQueue=queue,
        serviceJobType=SAGEMAKER,
        serviceRequestPayload=json.dumps({"ResourceConfig": resources}),
        **members,
    )
    return str(response["jobId"])


def snapshot(client: Any, queue: str = "q") -> Any:
    response = client.get_job_queue_snapshot(jobQueue=queue)
    del response["ResponseMetadata"]
    return response


def front(fake: fakebatch.World, client: Any) -> list[tuple[str, float]]:
    """(name, second since which it is at its position) of the jobs at the front."""
    return [
        (
            fake.batch.service_job(entry["jobArn"].removeprefix(ARN)).name,
            (entry["earliestTimeAtPosition"] - START_MS) / 1000,
        )
        for entry in snapshot(client)["frontOfQueue"]["jobs"]
    ]


def usage(unit: str, quantity: float) -> dict[str, Any]:
    return {"capacityUnit": unit, "quantity": quantity}


@pytest.mark.needs("GetJobQueueSnapshotResponse.queueUtilization")
@pytest.mark.source("model; reference §12.3; that nothing is shown as 0 is assumed")
def test_a_queue_without_jobs(fake, client):
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
    fake.tick(3)
    updated = {"lastUpdatedAt": START_MS + 3000}
    assert snapshot(client) == {
        "frontOfQueue": {"jobs": [], **updated},
        "queueUtilization": {"totalCapacityUsage": [usage("NUM_INSTANCES", 0.0)], **updated},
    }


@pytest.mark.needs("GetJobQueueSnapshotResponse.queueUtilization")
@pytest.mark.source("reference §12.3; since when is assumed")
def test_the_front_of_a_queue_without_a_policy(fake, client):
    limits = [{"maxCapacity": 2, "capacityUnit": "NUM_INSTANCES"}]
    fake.batch.add_service_environment("se", capacityLimits=limits)
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
    for name, count in (("a", 1), ("b", 1), ("c", 2), ("d", 1)):
        submit(client, name, count=count)
        fake.tick(2)
    assert front(fake, client) == [("c", 7), ("d", 7)]
    fake.tick(10)
    assert front(fake, client) == [("c", 7), ("d", 7)]
    assert snapshot(client)["queueUtilization"]["totalCapacityUsage"] == [usage("NUM_INSTANCES", 2.0)]
    fake.tick(60)
    assert front(fake, client) == [("d", 77)]


@pytest.mark.needs("GetJobQueueSnapshotResponse.queueUtilization")
@pytest.mark.source("reference §12.3: fair share")
def test_a_queue_with_fair_share(fake, client):
    limits = [{"maxCapacity": 3, "capacityUnit": SMALL}, {"maxCapacity": 2, "capacityUnit": LARGE}]
    fake.batch.add_service_environment("se", capacityLimits=limits)
    policy = fake.batch.add_scheduling_policy("p")
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER, schedulingPolicyArn=policy)
    submit(client, "a-1", shareIdentifier="a")
    submit(client, "b-1", count=2, shareIdentifier="b")
    fake.tick(20)
    for name in ("b-2", "a-2", "a-3", "b-3"):
        submit(client, name, shareIdentifier=name[0])
    fake.tick(10)
    assert front(fake, client) == [("a-2", 21), ("a-3", 21), ("b-2", 21), ("b-3", 21)]
    assert snapshot(client)["queueUtilization"] == {
        "totalCapacityUsage": [usage(SMALL, 3.0), usage(LARGE, 0.0)],
        "fairshareUtilization": {
            "activeShareCount": 2,
            "topCapacityUtilization": [
                {"shareIdentifier": "b", "capacityUsage": [usage(SMALL, 2.0), usage(LARGE, 0.0)]},
                {"shareIdentifier": "a", "capacityUsage": [usage(SMALL, 1.0), usage(LARGE, 0.0)]},
            ],
        },
        "lastUpdatedAt": START_MS + 30_000,
    }


@pytest.mark.needs("CreateQuotaShare")
@pytest.mark.source("reference §12.3: quota shares; the order between shares is assumed")
def test_a_queue_with_quota_shares(fake, client):
    limits = [{"maxCapacity": 4, "capacityUnit": SMALL}]
    fake.batch.add_service_environment("se", capacityLimits=limits)
    policy = fake.batch.add_scheduling_policy(
        "p", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
    )
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER, schedulingPolicyArn=policy)
    own = [{"maxCapacity": 1, "capacityUnit": SMALL}]
    for name in ("a", "b", "none"):
        sharing = {"strategy": "LEND_AND_BORROW"} if name == "b" else {"strategy": "LEND"}
        fake.batch.add_quota_share(name, capacityLimits=own, resourceSharingConfiguration=sharing)
    ids = {}
    for name in ("a-1", "b-1", "b-2"):
        ids[name] = submit(client, name, quotaShareName=name[0])
    fake.tick(20)
    for name, priority in (("b-low", 1), ("a-2", 1), ("b-high", 2)):
        ids[name] = submit(client, name, count=2, quotaShareName=name[0], schedulingPriority=priority)
    fake.tick(10)
    updated = {"lastUpdatedAt": START_MS + 30_000}

    def entry(name: str) -> dict[str, Any]:
        return {"jobArn": ARN + ids[name], "earliestTimeAtPosition": START_MS + 21_000}

    assert snapshot(client) == {
        "frontOfQueue": {"jobs": [entry("a-2"), entry("b-high"), entry("b-low")], **updated},
        "frontOfQuotaShares": {
            "quotaShares": {"a": [entry("a-2")], "b": [entry("b-high")], "none": []},
            **updated,
        },
        "queueUtilization": {
            "totalCapacityUsage": [usage(SMALL, 3.0)],
            "quotaShareUtilization": {
                "topCapacityUtilization": [
                    {"quotaShareName": "b", "capacityUsage": [usage(SMALL, 2.0)]},
                    {"quotaShareName": "a", "capacityUsage": [usage(SMALL, 1.0)]},
                    {"quotaShareName": "none", "capacityUsage": [usage(SMALL, 0.0)]},
                ]
            },
            **updated,
        },
    }


@pytest.mark.needs("CreateQuotaShare")
@pytest.mark.source("reference §12.3; since when is assumed")
def test_the_front_of_a_share_is_there_since_the_one_before_went(fake, client):
    own = [{"maxCapacity": 1, "capacityUnit": SMALL}]
    for name in ("a", "b"):
        fake.batch.add_quota_share(name, capacityLimits=own)
    for name in ("a-1", "a-2", "a-3", "b-1"):
        submit(client, name, "a-queue", quotaShareName=name[0])
        fake.tick(1)
    fake.tick(80)
    (first,) = snapshot(client, "a-queue")["frontOfQuotaShares"]["quotaShares"]["a"]
    assert fake.batch.service_job(first["jobArn"].removeprefix(ARN)).name == "a-3"
    assert first["earliestTimeAtPosition"] == START_MS + 75_000


@pytest.mark.source("reference §12.3: 100 jobs")
def test_the_front_has_up_to_100_jobs(fake, client):
    fake.batch.add_service_environment("se", state="DISABLED")
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
    for number in range(101):
        submit(client, f"j{number}")
    fake.tick(10)
    assert front(fake, client) == [(f"j{number}", 1) for number in range(100)]


@pytest.mark.source("assumed: a job of another share that was scheduled meanwhile has been before it")
def test_with_fair_share_a_job_moves_up_when_another_share_was_served(fake, client):
    limits = [{"maxCapacity": 1, "capacityUnit": "NUM_INSTANCES"}]
    fake.batch.add_service_environment("se", capacityLimits=limits)
    policy = fake.batch.add_scheduling_policy("p")
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER, schedulingPolicyArn=policy)
    submit(client, "a-1", shareIdentifier="a")
    fake.tick(20)
    for name in ("a-2", "b-1", "a-3"):
        submit(client, name, shareIdentifier=name[0])
    fake.tick(10)
    assert front(fake, client) == [("b-1", 21), ("a-2", 21), ("a-3", 21)]
    fake.tick(50)
    assert front(fake, client) == [("a-2", 75), ("a-3", 75)]


@pytest.mark.needs("CreateQuotaShare")
@pytest.mark.source("assumed: between quota shares the order is that of submission")
def test_with_quota_shares_a_job_moves_up_when_an_older_one_goes(fake, client):
    own = [{"maxCapacity": 1, "capacityUnit": SMALL}]
    for name in ("a", "b"):
        fake.batch.add_quota_share(name, capacityLimits=own)
    fake.batch.when(job_name="a-1").succeed(after=10)
    ids = [
        submit(client, name, "a-queue", quotaShareName=name[0])
        for name in ("a-1", "b-1", "a-2", "b-2", "a-3")
    ]
    fake.tick(30)
    shown = snapshot(client, "a-queue")
    entries = [
        {"jobArn": ARN + ids[3], "earliestTimeAtPosition": START_MS + 25_000},
        {"jobArn": ARN + ids[4], "earliestTimeAtPosition": START_MS + 25_000},
    ]
    assert shown["frontOfQueue"]["jobs"] == entries
    # In its own share nobody was before it but b-1.
    first = {**entries[0], "earliestTimeAtPosition": START_MS + 5_000}
    assert shown["frontOfQuotaShares"]["quotaShares"] == {"a": [entries[1]], "b": [first]}
