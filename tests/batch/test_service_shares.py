"""Service jobs in shares: what SubmitServiceJob asks for, how they are shown, and fair share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import fakebatch

QUEUE = "arn:aws:batch:us-east-1:123456789012:job-queue/"
SAGEMAKER = "SAGEMAKER_TRAINING"
LIMITS = [{"maxCapacity": 4, "capacityUnit": "ml.m5.large"}]


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00Z", seed=7) as world:
        world.batch.add_service_environment("se", capacityLimits=LIMITS)
        world.batch.add_job_queue("fifo", jobQueueType=SAGEMAKER)
        policy = world.batch.add_scheduling_policy("fair")
        world.batch.add_job_queue("fair", jobQueueType=SAGEMAKER, schedulingPolicyArn=policy)
        world.batch.add_quota_share("blue", capacityLimits=LIMITS)
        world.batch.add_quota_share("closed", capacityLimits=LIMITS, state="DISABLED")
        world.batch.add_quota_share("broken", capacityLimits=LIMITS, status="INVALID")
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def submit(client: Any, queue: str, name: str = "j", count: int = 1, **members: Any) -> str:
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": count}
    response = client.submit_service_job(
        jobName=name,
        jobQueue=queue,
        serviceJobType=SAGEMAKER,
        serviceRequestPayload=json.dumps({"ResourceConfig": resources}),
        **members,
    )
    return str(response["jobId"])


def scheduled(fake: fakebatch.World) -> list[tuple[float, str]]:
    """(second, name) of each job that got its capacity."""
    start = fake.timeline[0].at
    return [
        ((each.at - start).total_seconds(), each.name) for each in fake.timeline if each.after == "SCHEDULED"
    ]


# -- SubmitServiceJob

FAIR_ONLY = (
    "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share "
    "scheduling policy."
)
QUOTA_ONLY = (
    "Job with quotaShareName or preemptionConfiguration can only be submitted to job queue with quota share "
    "scheduling policy."
)
FAIR_REQUIRED = "shareIdentifier must be specified."
QUOTA_REQUIRED = (
    "Job must have a quotaShareName to be submitted to job queue with quota share scheduling policy."
)
PREEMPTION = {"preemptionRetriesBeforeTermination": 1}
REFUSALS: list[tuple[str, str, dict[str, Any], str]] = [
    ("fifo, share", "fifo", {"shareIdentifier": "s"}, FAIR_ONLY),
    ("fifo, quota share", "fifo", {"quotaShareName": "blue"}, QUOTA_ONLY),
    ("fifo, preemption", "fifo", {"preemptionConfiguration": PREEMPTION}, QUOTA_ONLY),
    ("fair, none", "fair", {}, FAIR_REQUIRED),
    (
        "fair, pattern",
        "fair",
        {"shareIdentifier": "a b"},
        "ShareIdentifier name should match a valid pattern.",
    ),
    ("fair, quota share", "fair", {"shareIdentifier": "s", "quotaShareName": "blue"}, QUOTA_ONLY),
    ("fair, preemption", "fair", {"shareIdentifier": "s", "preemptionConfiguration": {}}, QUOTA_ONLY),
    ("quota, none", "blue-queue", {}, QUOTA_REQUIRED),
    ("quota, share", "blue-queue", {"quotaShareName": "blue", "shareIdentifier": "s"}, FAIR_ONLY),
    (
        "quota, unknown",
        "blue-queue",
        {"quotaShareName": "no"},
        f"QuotaShare no not found in JobQueue {QUEUE}blue-queue.",
    ),
    (
        "quota, disabled",
        "blue-queue",
        {"quotaShareName": "closed"},
        f"QuotaShare {QUEUE}blue-queue/quota-share/closed is not in ENABLED state.",
    ),
    (
        "quota, invalid",
        "blue-queue",
        {"quotaShareName": "broken"},
        f"QuotaShare {QUEUE}blue-queue/quota-share/broken is not in VALID status.",
    ),
    (
        "quota, negative",
        "blue-queue",
        {"quotaShareName": "blue", "preemptionConfiguration": {"preemptionRetriesBeforeTermination": -1}},
        "preemptionRetriesBeforeTermination must be at least 0.",
    ),
]


@pytest.mark.needs("CreateQuotaShare")
@pytest.mark.source("model: required and forbidden; texts assumed, or those of SubmitJob")
@pytest.mark.parametrize(
    ("queue", "members", "text"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_submit_refuses(fake, client, queue, members, text):
    with pytest.raises(ClientError) as caught:
        submit(client, queue, **members)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("ClientException", text)
    service = fake.service("batch", "us-east-1", "123456789012")
    assert (service.service_jobs, service.service_requests) == ({}, set())


@pytest.mark.needs("CreateQuotaShare")
@pytest.mark.source("model, DescribeServiceJob and ServiceJobSummary")
def test_a_job_shows_its_quota_share(client):
    members = {"quotaShareName": "blue", "preemptionConfiguration": PREEMPTION, "schedulingPriority": 3}
    job_id = submit(client, "blue-queue", **members)
    job = client.describe_service_job(jobId=job_id)
    assert {name: job[name] for name in members} == members
    assert {"shareIdentifier", "preemptionSummary"} & job.keys() == set()
    (listed,) = client.list_service_jobs(jobQueue="blue-queue", jobStatus="SUBMITTED")["jobSummaryList"]
    assert (listed["quotaShareName"], "preemptionConfiguration" in listed) == ("blue", False)


@pytest.mark.source("model, DescribeServiceJob and ServiceJobSummary")
def test_a_job_shows_its_share_identifier(client):
    job_id = submit(client, "fair", shareIdentifier="red")
    job = client.describe_service_job(jobId=job_id)
    assert (job["shareIdentifier"], "quotaShareName" in job) == ("red", False)
    (listed,) = client.list_service_jobs(jobQueue="fair", jobStatus="SUBMITTED")["jobSummaryList"]
    assert listed["shareIdentifier"] == "red"


@pytest.mark.needs("CreateQuotaShare")
@pytest.mark.source("model: the filters; that case matters and `*` doesn't is assumed")
def test_jobs_are_listed_by_share(fake, client):
    for name in ("a", "b"):
        submit(client, "fair", name, shareIdentifier=name)
        submit(client, "blue-queue", name, quotaShareName="blue")
    fake.tick(1)

    def found(queue: str, name: str, value: str, **members: Any) -> list[str]:
        filters = [{"name": name, "values": [value]}]
        listed = client.list_service_jobs(jobQueue=queue, filters=filters, **members)["jobSummaryList"]
        return [job["jobName"] for job in listed]

    assert found("fair", "SHARE_IDENTIFIER", "a") == ["a"]
    assert found("fair", "SHARE_IDENTIFIER", "A") == found("fair", "SHARE_IDENTIFIER", "*") == []
    assert found("fair", "QUOTA_SHARE_NAME", "a") == []
    assert found("blue-queue", "QUOTA_SHARE_NAME", "blue") == ["b", "a"]
    assert found("blue-queue", "QUOTA_SHARE_NAME", "blue", jobStatus="RUNNABLE") == ["b", "a"]
    assert found("blue-queue", "QUOTA_SHARE_NAME", "blue", jobStatus="RUNNING") == []
    assert found("blue-queue", "QUOTA_SHARE_NAME", "closed") == []


@pytest.mark.source("reference §12.2: 500 active shares; text assumed, that of SubmitJob")
def test_a_queue_has_up_to_500_active_shares(client):
    for number in range(500):
        submit(client, "fair", shareIdentifier=f"s{number}")
    submit(client, "fair", shareIdentifier="s0")
    with pytest.raises(ClientError) as caught:
        submit(client, "fair", shareIdentifier="new")
    text = "A job queue can have a maximum of 500 active share identifiers."
    assert caught.value.response["Error"]["Message"] == text


# -- Fair share


@pytest.mark.source("reference §12.2; that instances count as vCPUs do is assumed")
def test_the_share_that_has_least_is_next(fake, client):
    for share, names in (("blue", "abcd"), ("red", "efgh")):
        for name in names:
            submit(client, "fair", name, 2, shareIdentifier=share)
    fake.run_until_idle()
    # Two at a time. When a and b have ended blue has used more, so that red is first, and then has more.
    assert [name for _, name in scheduled(fake)] == ["a", "b", "e", "c", "f", "d", "g", "h"]
    service = fake.service("batch", "us-east-1", "123456789012")
    shares = service.job_queues["fair"].shares.values()
    assert [(share.live, share.placed, share.vcpus) for share in shares] == [(0, 0, 0.0)] * 2


@pytest.mark.source("reference §12.2: weights")
def test_a_lower_weight_gives_more(fake, client):
    weights = [
        {"shareIdentifier": "blue", "weightFactor": 1},
        {"shareIdentifier": "red", "weightFactor": 0.3},
    ]
    policy = fake.batch.add_scheduling_policy("p", fairsharePolicy={"shareDistribution": weights})
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER, schedulingPolicyArn=policy)
    client.update_service_environment(serviceEnvironment="se", state="DISABLED")
    for share in ("blue", "red"):
        for number in range(4):
            submit(client, "q", f"{share}-{number}", shareIdentifier=share)
    fake.tick(10)
    client.update_service_environment(serviceEnvironment="se", state="ENABLED")
    fake.tick(1)
    assert [name for _, name in scheduled(fake)] == ["blue-0", "red-0", "red-1", "red-2"]


@pytest.mark.needs("UpdateServiceJob")
@pytest.mark.source("model: a higher priority is scheduled first within a share; UpdateServiceJob changes it")
def test_priorities_order_the_jobs_of_a_share(fake, client):
    client.update_service_environment(serviceEnvironment="se", state="DISABLED")
    ids = {
        name: submit(client, "fair", name, 4, shareIdentifier="s", schedulingPriority=priority)
        for name, priority in (("low", 1), ("mid", 5), ("high", 9), ("raised", 0))
    }
    fake.tick(10)
    client.update_service_job(jobId=ids["raised"], schedulingPriority=7)
    client.update_service_job(jobId=ids["mid"], schedulingPriority=0)
    client.update_service_environment(serviceEnvironment="se", state="ENABLED")
    fake.run_until_idle()
    assert [name for _, name in scheduled(fake)] == ["high", "raised", "low", "mid"]


@pytest.mark.source("assumed: the first in turn holds up those behind it, as in a queue without a policy")
def test_the_next_job_holds_up_those_behind_it(fake, client):
    for share, name, count in (("a", "small", 1), ("b", "large", 4), ("a", "late", 1)):
        submit(client, "fair", name, count, shareIdentifier=share)
    fake.run_until_idle()
    assert scheduled(fake) == [(5, "small"), (75, "large"), (145, "late")]
