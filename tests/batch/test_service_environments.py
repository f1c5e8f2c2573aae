"""Service environments: the four operations, their checks and their life, and the queues that have one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import fakebatch

ARN = "arn:aws:batch:us-east-1:123456789012:service-environment/"
QUEUE = "arn:aws:batch:us-east-1:123456789012:job-queue/"
INSTANCES = [{"maxCapacity": 5, "capacityUnit": "NUM_INSTANCES"}]
PREFLIGHT = "reference §12.6"
SAGEMAKER = "SAGEMAKER_TRAINING"


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        yield world


@pytest.fixture
def batch(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def create(batch: Any, name: str = "se", **members: Any) -> Any:
    request = {"serviceEnvironmentType": SAGEMAKER, "capacityLimits": INSTANCES, **members}
    return batch.create_service_environment(serviceEnvironmentName=name, **request)


def create_queue(batch: Any, name: str = "q", *environments: str, **members: Any) -> Any:
    order = [{"order": n, "serviceEnvironment": each} for n, each in enumerate(environments, 1)]
    request = {"jobQueueType": SAGEMAKER, "serviceEnvironmentOrder": order, **members}
    return batch.create_job_queue(jobQueueName=name, priority=1, **request)


def described(batch: Any, name: str = "se") -> Any:
    (environment,) = batch.describe_service_environments(serviceEnvironments=[name])["serviceEnvironments"]
    return environment


def body(response: Any) -> Any:
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def refusal(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The text of a ClientException, without the wrapping that Create and Describe put around it."""
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    message = caught.value.response["Error"]["Message"]
    wrapped = re.fullmatch(r"Error executing request, Exception : (.*), RequestId: [0-9a-f-]{36}", message)
    return wrapped[1] if wrapped else message


# -- Operations


@pytest.mark.source("model")
def test_create_answers_with_name_and_arn(batch):
    assert body(create(batch)) == {
        "serviceEnvironmentName": "se",
        "serviceEnvironmentArn": ARN + "se",
    }


@pytest.mark.source("user guide, Getting started with AWS Batch on SageMaker AI")
def test_describe_shows_the_environment(batch):
    create(batch)
    assert described(batch) == {
        "serviceEnvironmentName": "se",
        "serviceEnvironmentArn": ARN + "se",
        "serviceEnvironmentType": SAGEMAKER,
        "state": "ENABLED",
        "status": "VALID",
        "capacityLimits": INSTANCES,
        "tags": {},
    }


CREATION = [
    ("name", {"serviceEnvironmentName": "a b"}, "Service environment name should match a valid pattern."),
    ("no limits", {"capacityLimits": []}, "Capacitylimits are required."),
    (
        "six limits",
        {"capacityLimits": [{"maxCapacity": 1, "capacityUnit": f"ml.m{n}.large"} for n in range(6)]},
        "Number of capacity limits exceeds 5.",
    ),
    (
        "no capacity",
        {"capacityLimits": [{"maxCapacity": 0, "capacityUnit": "NUM_INSTANCES"}]},
        "Max capacity must be more than 0.",
    ),
    (
        "mixed units",
        {"capacityLimits": [*INSTANCES, {"maxCapacity": 1, "capacityUnit": "ml.m5.large"}]},
        "Capacity units must specify either number of instances OR instance type, but not both",
    ),
]
ASSUMED_CREATION = [
    (
        "unit",
        {"capacityLimits": [{"maxCapacity": 1, "capacityUnit": "m5.large"}]},
        "m5.large is unknown capacity unit",
    ),
    ("no unit", {"capacityLimits": [{"maxCapacity": 1}]}, "None is unknown capacity unit"),
    (
        "unit twice",
        {"capacityLimits": [*INSTANCES, *INSTANCES]},
        "Duplicate capacity units are not allowed.",
    ),
    ("reserved tag", {"tags": {"aws:a": "b"}}, "Tag keys cannot start with aws:"),
]


@pytest.mark.parametrize(
    ("members", "text"),
    [pytest.param(m, t, id=n, marks=pytest.mark.source(PREFLIGHT)) for n, m, t in CREATION]
    + [
        pytest.param(m, t, id=n, marks=pytest.mark.source("assumed: nobody has captured the whole text"))
        for n, m, t in ASSUMED_CREATION
    ],
)
def test_create_refuses(batch, members, text):
    request = {
        "serviceEnvironmentName": "se",
        "serviceEnvironmentType": SAGEMAKER,
        "capacityLimits": INSTANCES,
    }
    assert refusal(batch.create_service_environment, **(request | members)) == text
    assert batch.describe_service_environments()["serviceEnvironments"] == []


@pytest.mark.source("assumed: as for compute environments")
def test_a_name_is_taken_once(batch):
    create(batch)
    assert refusal(create, batch) == "Object already exists"


@pytest.mark.source("model")
def test_describe_pages_through_all(batch):
    for name in "abc":
        create(batch, name)
    first = batch.describe_service_environments(maxResults=2)
    second = batch.describe_service_environments(maxResults=2, nextToken=first["nextToken"])
    names = [
        [each["serviceEnvironmentName"] for each in page["serviceEnvironments"]] for page in (first, second)
    ]
    assert names == [["a", "b"], ["c"]]
    assert "nextToken" not in second


@pytest.mark.source("model")
def test_update_changes_state_and_limits(batch):
    create(batch)
    limits = [{"maxCapacity": 9, "capacityUnit": "ml.m5.large"}]
    response = batch.update_service_environment(
        serviceEnvironment=ARN + "se", state="DISABLED", capacityLimits=limits
    )
    assert body(response) == {"serviceEnvironmentName": "se", "serviceEnvironmentArn": ARN + "se"}
    environment = described(batch)
    assert (environment["state"], environment["status"]) == ("DISABLED", "VALID")
    assert environment["capacityLimits"] == limits


@pytest.mark.source("reference §12.6, §10.4; that updates are checked alike is assumed")
def test_update_refuses(batch):
    update = batch.update_service_environment
    assert refusal(update, serviceEnvironment="se") == f"{ARN}se does not exist"
    create(batch)
    assert refusal(update, serviceEnvironment="se", capacityLimits=[]) == "Capacitylimits are required."
    assert described(batch)["capacityLimits"] == INSTANCES


@pytest.mark.source("model; texts assumed")
def test_delete_wants_it_disabled_and_detached(batch):
    create(batch)
    create_queue(batch, "q", "se")
    delete = batch.delete_service_environment
    enabled = "Cannot delete, service environment must be in DISABLED state"
    assert refusal(delete, serviceEnvironment="se") == enabled
    batch.update_service_environment(serviceEnvironment="se", state="DISABLED")
    attached = "Cannot delete, found existing JobQueue relationship"
    assert refusal(delete, serviceEnvironment="se") == attached
    batch.update_job_queue(jobQueue="q", state="DISABLED")
    batch.delete_job_queue(jobQueue="q")
    assert body(delete(serviceEnvironment="se")) == {}
    assert batch.describe_service_environments()["serviceEnvironments"] == []
    assert refusal(delete, serviceEnvironment="se") == f"{ARN}se does not exist"


@pytest.mark.source("model: CREATING, UPDATING and DELETING; that each is refused meanwhile: reference §10.4")
def test_each_change_takes_its_time():
    with fakebatch.mock(timing=fakebatch.Timing(resource=30)) as fake:
        batch = fake.client("batch")
        create(batch)
        seen = [described(batch)["status"]]
        modified = "Cannot update, resource is being modified"
        assert refusal(batch.update_service_environment, serviceEnvironment="se") == modified
        order = [{"order": 1, "serviceEnvironment": "se"}]
        not_valid = "Service environments must be created and valid before attaching them to a job queue."
        assert refusal(create_queue, batch, serviceEnvironmentOrder=order) == not_valid
        fake.tick(30)
        batch.update_service_environment(serviceEnvironment="se", state="DISABLED")
        seen.append(described(batch)["status"])
        gone = "Cannot delete, resource is being modified"
        assert refusal(batch.delete_service_environment, serviceEnvironment="se") == gone
        fake.tick(30)
        batch.delete_service_environment(serviceEnvironment="se")
        seen.append(described(batch)["status"])
        fake.tick(30)
        assert seen == ["CREATING", "UPDATING", "DELETING"]
        assert batch.describe_service_environments()["serviceEnvironments"] == []
        told = [(each.kind, each.before, each.after, each.reason) for each in fake.timeline]
        assert told == [
            ("service_environment", None, "CREATING", None),
            ("service_environment", "CREATING", "VALID", None),
            ("service_environment", "VALID", "UPDATING", None),
            ("service_environment", "UPDATING", "VALID", None),
            ("service_environment", "VALID", "DELETING", None),
            ("service_environment", "DELETING", "DELETED", None),
        ]


@pytest.mark.source("reference §14, §15")
def test_it_can_be_tagged(batch):
    create(batch, tags={"a": "1"})
    batch.tag_resource(resourceArn=ARN + "se", tags={"b": "2"})
    batch.untag_resource(resourceArn=ARN + "se", tagKeys=["a"])
    assert batch.list_tags_for_resource(resourceArn=ARN + "se")["tags"] == {"b": "2"}
    assert refusal(batch.list_tags_for_resource, resourceArn=ARN + "x") == f"{ARN}x does not exist"


# -- Queues


@pytest.mark.source("user guide, Getting started with AWS Batch on SageMaker AI")
def test_a_queue_for_service_jobs(batch):
    create(batch)
    assert body(create_queue(batch, "q", "se")) == {"jobQueueName": "q", "jobQueueArn": QUEUE + "q"}
    assert batch.describe_job_queues()["jobQueues"] == [
        {
            "jobQueueName": "q",
            "jobQueueArn": QUEUE + "q",
            "state": "ENABLED",
            "status": "VALID",
            "statusReason": "JobQueue Healthy",
            "priority": 1,
            "computeEnvironmentOrder": [],
            "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": ARN + "se"}],
            "jobQueueType": SAGEMAKER,
            "tags": {},
        }
    ]


def order(*names: str) -> list[dict[str, Any]]:
    return [{"order": n, "serviceEnvironment": name} for n, name in enumerate(names, 1)]


BOTH = "A job queue cannot have both computeEnvironmentOrder and serviceEnvironmentOrder."
QUEUES = [
    (
        "none",
        {"serviceEnvironmentOrder": []},
        "Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder.",
        "reference §11.1",
    ),
    (
        "two",
        {"serviceEnvironmentOrder": order("se", "other")},
        "Job queue can only have 1 service environment.",
        "reference §11.1",
    ),
    (
        "unknown",
        {"serviceEnvironmentOrder": order("nothing")},
        "Service environments must be created and valid before attaching them to a job queue.",
        "reference §11.1",
    ),
    (
        "both kinds",
        {"computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "ce"}]},
        BOTH,
        "model; text assumed",
    ),
    (
        "another type",
        {"jobQueueType": "ECS"},
        (
            "CreateJobQueue requires either setting computeEnvironmentOrder or setting "
            "serviceEnvironmentOrder along with a supported jobQueueType. The jobQueueType provided is ECS, "
            "which is incompatible with the provided serviceEnvironmentOrder."
        ),
        "reference §11.1",
    ),
    (
        "CANCEL",
        {
            "jobStateTimeLimitActions": [
                {
                    "reason": "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
                    "state": "RUNNABLE",
                    "maxTimeSeconds": 600,
                    "action": "CANCEL",
                }
            ]
        },
        "Invalid job action. Valid job actions: [TERMINATE]",
        "reference §11.2",
    ),
]


@pytest.mark.parametrize(
    ("members", "text"),
    [pytest.param(m, t, id=n, marks=pytest.mark.source(s)) for n, m, t, s in QUEUES],
)
def test_create_job_queue_refuses(fake, batch, members, text):
    create(batch)
    fake.batch.add_compute_environment("ce")
    assert refusal(create_queue, batch, "q", "se", **members) == text
    assert batch.describe_job_queues()["jobQueues"] == []


TYPES = [{"maxCapacity": 5, "capacityUnit": "ml.m5.large"}]
UNITS = "Quota Management feature requires capacity limits that specify instance types."
ATTACHED = (
    "Service environment of a job queue with quota share scheduling policy cannot be attached to another job "
    "queue."
)


def quota_policy(fake: fakebatch.World) -> str:
    policy = {"idleResourceAssignmentStrategy": "FIFO"}
    return fake.batch.add_scheduling_policy("quota", quotaSharePolicy=policy)


@pytest.mark.source("user guide, Create quota management resources; text assumed")
def test_quota_management_counts_instances_of_each_type(fake, batch):
    policy = quota_policy(fake)
    create(batch, "instances")
    create(batch, "types", capacityLimits=TYPES)
    assert refusal(create_queue, batch, "q", "instances", schedulingPolicyArn=policy) == UNITS
    create_queue(batch, "q", "types", schedulingPolicyArn=policy)
    change = {"serviceEnvironmentOrder": order("instances")}
    assert refusal(batch.update_job_queue, jobQueue="q", **change) == UNITS
    limits = {"serviceEnvironment": "types", "capacityLimits": INSTANCES}
    assert refusal(batch.update_service_environment, **limits) == UNITS
    assert described(batch, "types")["capacityLimits"] == TYPES


@pytest.mark.source("user guide, Create quota management resources; text assumed")
def test_an_environment_with_quota_management_has_one_queue(fake, batch):
    policy = quota_policy(fake)
    for name in ("shared", "alone"):
        create(batch, name, capacityLimits=TYPES)
    create_queue(batch, "plain", "shared")
    assert refusal(create_queue, batch, "q", "shared", schedulingPolicyArn=policy) == ATTACHED
    create_queue(batch, "q", "alone", schedulingPolicyArn=policy)
    assert refusal(create_queue, batch, "other", "alone") == ATTACHED
    for name, environment in (("plain", "alone"), ("q", "shared")):
        change = {"serviceEnvironmentOrder": order(environment)}
        assert refusal(batch.update_job_queue, jobQueue=name, **change) == ATTACHED
    batch.update_job_queue(jobQueue="q", serviceEnvironmentOrder=order("alone"))


@pytest.mark.source("model; the text for both kinds assumed")
def test_a_queue_changes_to_another_service_environment(fake, batch):
    create(batch)
    create(batch, "other")
    create_queue(batch, "q", "se")
    batch.update_job_queue(jobQueue="q", serviceEnvironmentOrder=order("other"))
    (queue,) = batch.describe_job_queues()["jobQueues"]
    assert queue["serviceEnvironmentOrder"] == [{"order": 1, "serviceEnvironment": ARN + "other"}]
    fake.batch.add_compute_environment("ce")
    compute = [{"order": 1, "computeEnvironment": "ce"}]
    assert refusal(batch.update_job_queue, jobQueue="q", computeEnvironmentOrder=compute) == BOTH
    nothing = "Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder."
    assert refusal(batch.update_job_queue, jobQueue="q", serviceEnvironmentOrder=[]) == nothing


@pytest.mark.source("assumed: the order says which kind of queue it is")
def test_the_type_follows_from_the_order(batch):
    create(batch)
    batch.create_job_queue(jobQueueName="q", priority=1, serviceEnvironmentOrder=order("se"))
    assert batch.describe_job_queues()["jobQueues"][0]["jobQueueType"] == SAGEMAKER


@pytest.mark.source("reference §8: a capability that the queue doesn't offer")
def test_it_takes_no_container_jobs(fake, batch):
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
    fake.batch.add_job_definition("d")
    assert refusal(batch.submit_job, jobName="j", jobQueue="q", jobDefinition="d") == (
        "Job Queue is attached to Compute Environment that can not run Jobs with capability EC2."
    )


# -- The author's side


@pytest.mark.source("api §4: in one line, returning the ARN, with defaults that AWS would accept")
def test_set_up_in_one_line(fake, batch):
    arn = fake.batch.add_service_environment("se", state="DISABLED", status="INVALID", tags={"a": "b"})
    assert arn == ARN + "se"
    assert described(batch) == {
        "serviceEnvironmentName": "se",
        "serviceEnvironmentArn": ARN + "se",
        "serviceEnvironmentType": SAGEMAKER,
        "state": "DISABLED",
        "status": "INVALID",
        "capacityLimits": [{"maxCapacity": 100, "capacityUnit": "NUM_INSTANCES"}],
        "tags": {"a": "b"},
    }


@pytest.mark.source("api §4: makes an environment when there is none")
def test_a_queue_brings_its_service_environment(fake, batch):
    fake.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
    fake.batch.add_job_queue("r", jobQueueType=SAGEMAKER)
    fake.batch.add_service_environment("se")
    fake.batch.add_job_queue("s", serviceEnvironmentOrder=order("se"))
    attached = {
        queue["jobQueueName"]: queue["serviceEnvironmentOrder"][0]["serviceEnvironment"]
        for queue in batch.describe_job_queues()["jobQueues"]
    }
    assert attached == {"q": ARN + "q-environment", "r": ARN + "q-environment", "s": ARN + "se"}


@pytest.mark.source("api §4: makes an environment when there is none; the rules of quota management")
def test_a_queue_with_quota_management_brings_its_own(fake, batch):
    fake.batch.add_service_environment("se")
    policy = quota_policy(fake)
    for name in ("q", "r"):
        fake.batch.add_job_queue(name, jobQueueType=SAGEMAKER, schedulingPolicyArn=policy)
    fake.batch.add_job_queue("plain", jobQueueType=SAGEMAKER)
    attached = {
        queue["jobQueueName"]: queue["serviceEnvironmentOrder"][0]["serviceEnvironment"]
        for queue in batch.describe_job_queues()["jobQueues"]
    }
    assert attached == {"q": ARN + "q-environment", "r": ARN + "r-environment", "plain": ARN + "se"}
    assert described(batch, "q-environment")["capacityLimits"] == [
        {"maxCapacity": 100, "capacityUnit": "ml.m5.large"}
    ]
