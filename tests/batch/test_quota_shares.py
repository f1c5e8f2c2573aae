"""Quota shares: the five operations, their checks and their life, and set-up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import fakebatch

pytestmark = pytest.mark.needs("CreateQuotaShare")

QUEUE = "arn:aws:batch:us-east-1:123456789012:job-queue/"
ARN = QUEUE + "q/quota-share/"
LIMITS = [{"maxCapacity": 4, "capacityUnit": "ml.m5.large"}]
RESERVE = {"strategy": "RESERVE"}
DISABLED = {"inSharePreemption": "DISABLED"}
POLICY = {"idleResourceAssignmentStrategy": "FIFO"}
SAGEMAKER = "SAGEMAKER_TRAINING"


def add_queue(world: fakebatch.World) -> None:
    limits = [{"maxCapacity": 10, "capacityUnit": "ml.m5.large"}]
    world.batch.add_service_environment("se", capacityLimits=limits)
    policy = world.batch.add_scheduling_policy("p", quotaSharePolicy=POLICY)
    world.batch.add_job_queue("q", jobQueueType=SAGEMAKER, schedulingPolicyArn=policy)


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        add_queue(world)
        yield world


@pytest.fixture
def batch(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def create(batch: Any, name: str = "s", **members: Any) -> Any:
    request = {
        "jobQueue": "q",
        "capacityLimits": LIMITS,
        "resourceSharingConfiguration": RESERVE,
        "preemptionConfiguration": DISABLED,
    }
    return batch.create_quota_share(quotaShareName=name, **(request | members))


def body(response: Any) -> Any:
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def described(batch: Any, name: str = "s") -> Any:
    return body(batch.describe_quota_share(quotaShareArn=ARN + name))


def listed(batch: Any, **members: Any) -> list[str]:
    return [
        share["quotaShareName"] for share in batch.list_quota_shares(jobQueue="q", **members)["quotaShares"]
    ]


def refusal(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The text of a ClientException, without the wrapping that Create and Describe put around it."""
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    message = caught.value.response["Error"]["Message"]
    wrapped = re.fullmatch(r"Error executing request, Exception : (.*), RequestId: [0-9a-f-]{36}", message)
    return wrapped[1] if wrapped else message


# -- Create, describe, list


@pytest.mark.source("model; reference §12.4: the ARN")
def test_create_answers_with_name_and_arn(batch):
    assert body(create(batch)) == {"quotaShareName": "s", "quotaShareArn": ARN + "s"}


@pytest.mark.source("model")
def test_describe_shows_the_share(batch):
    create(batch, tags={"team": "blue"}, jobQueue=QUEUE + "q")
    detail = {
        "quotaShareName": "s",
        "quotaShareArn": ARN + "s",
        "jobQueueArn": QUEUE + "q",
        "capacityLimits": LIMITS,
        "resourceSharingConfiguration": RESERVE,
        "preemptionConfiguration": DISABLED,
        "state": "ENABLED",
        "status": "VALID",
    }
    assert described(batch) == {**detail, "tags": {"team": "blue"}}
    assert body(batch.list_quota_shares(jobQueue=QUEUE + "q")) == {"quotaShares": [detail]}


SHARING = [
    ({"strategy": "LEND"}, {"strategy": "LEND"}),
    ({"strategy": "LEND_AND_BORROW"}, {"strategy": "LEND_AND_BORROW", "borrowLimit": -1}),
    ({"strategy": "LEND_AND_BORROW", "borrowLimit": 0}, {"strategy": "LEND_AND_BORROW", "borrowLimit": 0}),
]


@pytest.mark.source("model: the default is -1; assumed: only a share that borrows shows it")
@pytest.mark.parametrize(("given", "shown"), SHARING, ids=["lends", "default", "none"])
def test_the_borrow_limit_has_a_default(batch, given, shown):
    create(batch, resourceSharingConfiguration=given)
    assert described(batch)["resourceSharingConfiguration"] == shown
    create(batch, "other")
    batch.update_quota_share(quotaShareArn=ARN + "other", resourceSharingConfiguration=given)
    assert described(batch, "other")["resourceSharingConfiguration"] == shown


@pytest.mark.source("model: pages; the order is assumed")
def test_shares_are_listed_in_pages(fake, batch):
    for name in "cab":
        create(batch, name)
    assert listed(batch) == ["c", "a", "b"]
    page = batch.list_quota_shares(jobQueue="q", maxResults=2)
    assert listed(batch, maxResults=2, nextToken=page["nextToken"]) == ["b"]
    fake.batch.add_job_queue("plain", jobQueueType=SAGEMAKER)
    assert batch.list_quota_shares(jobQueue="plain")["quotaShares"] == []


LISTS = [
    ("unknown queue", {"jobQueue": "no"}, f"{QUEUE}no does not exist"),
    ("maxResults 0", {"maxResults": 0}, "maxResults must be between 1 and 100"),
    ("maxResults 101", {"maxResults": 101}, "maxResults must be between 1 and 100"),
    ("token", {"nextToken": "x"}, "Invalid nextToken"),
]


@pytest.mark.source("model: 1 to 100; texts assumed")
@pytest.mark.parametrize(("members", "text"), [case[1:] for case in LISTS], ids=[case[0] for case in LISTS])
def test_list_refuses(batch, members, text):
    assert refusal(batch.list_quota_shares, **({"jobQueue": "q"} | members)) == text


UNITS = "Capacity units of a quota share must specify instance type"
UNKNOWN = "TPU is unknown capacity unit"
BORROWER = {"strategy": "LEND_AND_BORROW"}


def limit(most: int = 1, unit: str = "ml.m5.large") -> dict[str, Any]:
    return {"maxCapacity": most, "capacityUnit": unit}


# What both CreateQuotaShare and UpdateQuotaShare refuse.
VALUES = [
    ("no limit", {"capacityLimits": []}, "Capacitylimits are required."),
    (
        "six limits",
        {"capacityLimits": [limit(1, f"ml.m{n}.large") for n in range(6)]},
        "Number of capacity limits exceeds 5.",
    ),
    ("instances", {"capacityLimits": [limit(1, "NUM_INSTANCES")]}, UNITS),
    ("unit", {"capacityLimits": [limit(1, "TPU")]}, UNKNOWN),
    ("zero", {"capacityLimits": [limit(0)]}, "Max capacity must be more than 0."),
    ("twice", {"capacityLimits": [limit(1), limit(2)]}, "Duplicate capacity units are not allowed."),
    (
        "borrows less than nothing",
        {"resourceSharingConfiguration": {**BORROWER, "borrowLimit": -2}},
        "Borrow limit must be -1 or more.",
    ),
    (
        "lends only",
        {"resourceSharingConfiguration": {"strategy": "LEND", "borrowLimit": -1}},
        "Borrow limit can only be specified with resource sharing strategy LEND_AND_BORROW.",
    ),
]


@pytest.mark.source("model and user guide, Quota shares: the limits; texts assumed")
@pytest.mark.parametrize(("members", "text"), [case[1:] for case in VALUES], ids=[case[0] for case in VALUES])
def test_values_that_no_share_can_have(batch, members, text):
    assert refusal(create, batch, **members) == text
    assert listed(batch) == []
    create(batch)
    assert refusal(batch.update_quota_share, quotaShareArn=ARN + "s", state="DISABLED", **members) == text
    assert described(batch)["state"] == "ENABLED"


NO_POLICY = "Quota shares can only be created in job queues with quota share scheduling policy."
NOT_VALID = "Job queue must be created and valid before associating quota shares with it."
CREATES = [
    ("name", {"quotaShareName": "a b"}, "Quota share name should match a valid pattern."),
    ("long name", {"quotaShareName": "a" * 129}, "Quota share name should match a valid pattern."),
    ("queue", {"jobQueue": "no"}, f"{QUEUE}no does not exist"),
    ("queue's ARN", {"jobQueue": QUEUE + "no"}, f"{QUEUE}no does not exist"),
    ("plain queue", {"jobQueue": "plain"}, NO_POLICY),
    ("fair queue", {"jobQueue": "fair"}, NO_POLICY),
    ("invalid queue", {"jobQueue": "bad"}, NOT_VALID),
    ("tags", {"tags": {"aws:x": "y"}}, "Tag keys cannot start with aws:"),
    ("there already", {"quotaShareName": "there"}, "Object already exists"),
]


@pytest.mark.source("model: the rules; texts assumed")
@pytest.mark.parametrize(
    ("members", "text"), [case[1:] for case in CREATES], ids=[case[0] for case in CREATES]
)
def test_create_refuses(fake, batch, members, text):
    policy = fake.batch.add_scheduling_policy("quota", quotaSharePolicy=POLICY)
    fair = fake.batch.add_scheduling_policy("fair")
    fake.batch.add_job_queue("plain", jobQueueType=SAGEMAKER)
    fake.batch.add_job_queue("fair", jobQueueType=SAGEMAKER, schedulingPolicyArn=fair)
    fake.batch.add_job_queue("bad", jobQueueType=SAGEMAKER, schedulingPolicyArn=policy, status="INVALID")
    create(batch, "there")
    request = {"quotaShareName": "s", "jobQueue": "q"} | members
    assert refusal(create, batch, request.pop("quotaShareName"), **request) == text
    assert listed(batch) == ["there"]


@pytest.mark.source("user guide, Quota shares: 20; text assumed")
def test_a_queue_has_up_to_20_shares(batch):
    for number in range(20):
        create(batch, f"s{number}")
    assert refusal(create, batch) == "A job queue can have a maximum of 20 quota shares."


@pytest.mark.source("model: enumerations; reference §17: the service checks them")
def test_enumerations_are_checked(batch):
    assert refusal(create, batch, resourceSharingConfiguration={"strategy": "STEAL"}) == (
        "1 validation error detected: Value 'STEAL' at 'resourceSharingConfiguration.strategy' failed to "
        "satisfy constraint: Member must satisfy enum value set: [RESERVE, LEND, LEND_AND_BORROW]"
    )
    assert listed(batch) == []


# -- Update, delete, and their life in time


@pytest.mark.source("model")
def test_update_changes_what_is_given(batch):
    create(batch)
    before = described(batch)
    assert body(batch.update_quota_share(quotaShareArn=ARN + "s", state="DISABLED")) == {
        "quotaShareName": "s",
        "quotaShareArn": ARN + "s",
    }
    assert described(batch) == {**before, "state": "DISABLED"}
    changes = {
        "capacityLimits": [limit(2, "ml.p3.2xlarge")],
        "resourceSharingConfiguration": {**BORROWER, "borrowLimit": 50},
        "preemptionConfiguration": {"inSharePreemption": "ENABLED"},
    }
    batch.update_quota_share(quotaShareArn=ARN + "s", **changes)
    assert described(batch) == {**before, **changes, "state": "DISABLED"}


@pytest.mark.source("model: DISABLED first; text assumed")
def test_only_a_disabled_share_is_deleted(batch):
    create(batch)
    text = "Cannot delete, quota share must be in DISABLED state"
    assert refusal(batch.delete_quota_share, quotaShareArn=ARN + "s") == text
    batch.update_quota_share(quotaShareArn=ARN + "s", state="DISABLED")
    assert body(batch.delete_quota_share(quotaShareArn=ARN + "s")) == {}
    assert listed(batch) == []
    create(batch)


UNKNOWN_ARNS = [ARN + "no", "s", "q/quota-share/s", QUEUE + "no/quota-share/s", QUEUE + "q"]


@pytest.mark.source("model: they take the ARN alone; text assumed, after other resources")
@pytest.mark.parametrize("operation", ["describe_quota_share", "update_quota_share", "delete_quota_share"])
@pytest.mark.parametrize("arn", UNKNOWN_ARNS)
def test_an_unknown_share_is_refused(batch, operation, arn):
    create(batch)
    assert refusal(getattr(batch, operation), quotaShareArn=arn) == f"{arn} does not exist"


@pytest.mark.source("model: the statuses; that a share that is being modified is refused is assumed")
def test_it_takes_its_time():
    with fakebatch.mock(timing=fakebatch.Timing(resource=10)) as fake:
        add_queue(fake)
        batch = fake.client("batch")
        arn = {"quotaShareArn": ARN + "s"}
        create(batch)
        assert described(batch)["status"] == "CREATING"
        assert refusal(batch.update_quota_share, **arn, state="DISABLED") == (
            "Cannot update, resource is being modified"
        )
        fake.tick(10)
        batch.update_quota_share(**arn, state="DISABLED")
        assert (described(batch)["status"], described(batch)["state"]) == ("UPDATING", "DISABLED")
        assert refusal(batch.delete_quota_share, **arn) == "Cannot delete, resource is being modified"
        fake.tick(10)
        batch.delete_quota_share(**arn)
        assert described(batch)["status"] == "DELETING"
        fake.tick(10)
        assert listed(batch) == []
        told = [(each.kind, each.name, each.after) for each in fake.timeline if each.kind == "quota_share"]
        assert told == [
            ("quota_share", "s", status)
            for status in ("CREATING", "VALID", "UPDATING", "VALID", "DELETING", "DELETED")
        ]


@pytest.mark.source("assumed: as other resources that something else needs")
def test_a_queue_with_shares_is_not_deleted(batch):
    create(batch)
    batch.update_job_queue(jobQueue="q", state="DISABLED")
    text = "Cannot delete, found existing QuotaShare relationship"
    assert refusal(batch.delete_job_queue, jobQueue="q") == text
    batch.update_quota_share(quotaShareArn=ARN + "s", state="DISABLED")
    batch.delete_quota_share(quotaShareArn=ARN + "s")
    batch.delete_job_queue(jobQueue="q")
    assert batch.describe_job_queues()["jobQueues"] == []


@pytest.mark.source("reference §14: the Service Authorization Reference lists quota shares")
def test_tags(batch):
    create(batch, tags={"a": "1"})
    batch.tag_resource(resourceArn=ARN + "s", tags={"b": "2"})
    batch.untag_resource(resourceArn=ARN + "s", tagKeys=["a"])
    assert batch.list_tags_for_resource(resourceArn=ARN + "s")["tags"] == {"b": "2"}
    assert batch.list_tags_for_resource(resourceArn=QUEUE + "q")["tags"] == {}
    text = f"{ARN}no does not exist"
    assert refusal(batch.list_tags_for_resource, resourceArn=ARN + "no") == text


# -- The author's side


@pytest.mark.source("api §4: in one line, returning the ARN, with defaults that AWS would accept")
def test_set_up_brings_all_that_a_share_needs():
    with fakebatch.mock() as fake:
        arn = fake.batch.add_quota_share("blue")
        batch = fake.client("batch")
        assert arn == f"{QUEUE}blue-queue/quota-share/blue"
        assert body(batch.describe_quota_share(quotaShareArn=arn)) == {
            "quotaShareName": "blue",
            "quotaShareArn": arn,
            "jobQueueArn": f"{QUEUE}blue-queue",
            "capacityLimits": [{"maxCapacity": 100, "capacityUnit": "ml.m5.large"}],
            "resourceSharingConfiguration": {"strategy": "RESERVE"},
            "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
            "state": "ENABLED",
            "status": "VALID",
            "tags": {},
        }
        (queue,) = batch.describe_job_queues()["jobQueues"]
        assert (queue["jobQueueType"], queue["status"]) == (SAGEMAKER, "VALID")


@pytest.mark.source("api §4: overrides are members of the request or of the described structure")
def test_set_up_takes_the_queue_that_is_there(fake, batch):
    fake.batch.add_job_queue("plain", jobQueueType=SAGEMAKER)
    fake.batch.add_quota_share("a")
    fake.batch.add_quota_share(
        "b", capacityLimits=LIMITS, state="DISABLED", status="INVALID", tags={"x": "y"}
    )
    assert described(batch, "a")["capacityLimits"] == [{"maxCapacity": 10, "capacityUnit": "ml.m5.large"}]
    shown = described(batch, "b")
    assert [shown[name] for name in ("capacityLimits", "state", "status", "tags")] == [
        LIMITS,
        "DISABLED",
        "INVALID",
        {"x": "y"},
    ]
