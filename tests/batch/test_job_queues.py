"""Job queues: the four operations, their checks and their life."""

import re

import pytest
from botocore.exceptions import ClientError

import fakebatch

ARN = "arn:aws:batch:us-east-1:123456789012:job-queue/"
ENVIRONMENT = "arn:aws:batch:us-east-1:123456789012:compute-environment/"
POLICY = "arn:aws:batch:us-east-1:123456789012:scheduling-policy/fair"
PREFLIGHT = "reference §11.1"
NOT_VALID = "Compute Environments must be created and valid before attaching them to a job queue"
ACTION = {
    "reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "state": "RUNNABLE",
    "maxTimeSeconds": 600,
    "action": "CANCEL",
}


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        environments = {
            "ec2": {},
            "spot": {"computeResources": {"type": "SPOT"}},
            "own": {"type": "UNMANAGED"},
            "fargate": {"computeResources": {"type": "FARGATE"}},
            "managed": {"computeResources": {"type": "ECS_MANAGED_INSTANCES"}},
            "eks": {"containerOrchestrationType": "EKS"},
            "broken": {"status": "INVALID"},
        }
        for name, overrides in environments.items():
            world.batch.add_compute_environment(name, **overrides)
        yield world


@pytest.fixture
def batch(fake):
    return fake.client("batch")


def order(*names):
    return [{"order": number, "computeEnvironment": name} for number, name in enumerate(names, 1)]


def create(batch, name="q", environments=("ec2",), **members):
    return batch.create_job_queue(
        **{"jobQueueName": name, "priority": 1, "computeEnvironmentOrder": order(*environments), **members}
    )


def described(batch, name="q"):
    (queue,) = batch.describe_job_queues(jobQueues=[name])["jobQueues"]
    return queue


def refusal(call, *args, **kwargs):
    """The text of a ClientException, without the wrapping that Create and Describe put around it."""
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    message = caught.value.response["Error"]["Message"]
    wrapped = re.fullmatch(r"Error executing request, Exception : (.*), RequestId: [0-9a-f-]{36}", message)
    return wrapped[1] if wrapped else message


@pytest.mark.source("model")
def test_create_answers_with_name_and_arn(batch):
    response = create(batch)
    del response["ResponseMetadata"]
    assert response == {"jobQueueName": "q", "jobQueueArn": ARN + "q"}


@pytest.mark.source("reference §11")
def test_describe_shows_arns_in_ascending_order(batch):
    environments = [
        {"order": 7, "computeEnvironment": "ec2"},
        {"order": 3, "computeEnvironment": ENVIRONMENT + "spot"},
    ]
    create(
        batch,
        priority=10,
        computeEnvironmentOrder=environments,
        tags={"team": "a"},
        jobStateTimeLimitActions=[ACTION],
    )
    assert described(batch) == {
        "jobQueueName": "q",
        "jobQueueArn": ARN + "q",
        "state": "ENABLED",
        "status": "VALID",
        "statusReason": "JobQueue Healthy",
        "priority": 10,
        "computeEnvironmentOrder": [
            {"order": 3, "computeEnvironment": ENVIRONMENT + "spot"},
            {"order": 7, "computeEnvironment": ENVIRONMENT + "ec2"},
        ],
        "jobQueueType": "ECS",
        "tags": {"team": "a"},
        "jobStateTimeLimitActions": [ACTION],
    }


@pytest.mark.source("model; that an unmanaged environment makes ECS assumed")
@pytest.mark.parametrize(
    ("environment", "queue_type"),
    [
        ("ec2", "ECS"),
        ("spot", "ECS"),
        ("own", "ECS"),
        ("fargate", "ECS_FARGATE"),
        pytest.param(
            "managed", "ECS_MANAGED_INSTANCES", marks=pytest.mark.needs("CRType=ECS_MANAGED_INSTANCES")
        ),
        ("eks", "EKS"),
    ],
)
def test_the_type_comes_from_the_environments(batch, environment, queue_type):
    create(batch, environments=[environment])
    assert described(batch)["jobQueueType"] == queue_type
    create(batch, "given", environments=[environment], jobQueueType=queue_type)
    assert described(batch, "given")["jobQueueType"] == queue_type


@pytest.mark.source("model")
def test_a_queue_can_be_created_disabled(batch):
    create(batch, state="DISABLED")
    assert described(batch)["state"] == "DISABLED"


CREATION = [
    # id, request members, text, source
    ("name", {"name": "a b"}, "Job Queue name should match a valid pattern.", PREFLIGHT),
    ("name length", {"name": "a" * 129}, "Job Queue name should match a valid pattern.", PREFLIGHT),
    ("no environment", {"environments": []}, "computeEnvironmentOrder is required.", PREFLIGHT),
    (
        "four environments",
        {"environments": ["ec2", "spot", "own", "fargate"]},
        "Only 3 environments are allowed in job queue request.",
        PREFLIGHT,
    ),
    (
        "environment twice",
        {"environments": ["ec2", ENVIRONMENT + "ec2"]},
        "Duplicate ComputeEnvironments within order list.",
        PREFLIGHT,
    ),
    (
        "order twice",
        {
            "computeEnvironmentOrder": [
                {"order": 1, "computeEnvironment": "ec2"},
                {"order": 1, "computeEnvironment": "spot"},
            ]
        },
        "Duplicate ComputeEnvironment order values.",
        PREFLIGHT,
    ),
    (
        "Fargate and EC2",
        {"environments": ["ec2", "fargate"]},
        "Fargate and EC2 compute environments can not be mixed.",
        PREFLIGHT,
    ),
    (
        "EKS and ECS",
        {"environments": ["ec2", "eks"]},
        "ECS and EKS compute environments can not be mixed.",
        "assumed: text",
    ),
    ("unknown environment", {"environments": ["nope"]}, NOT_VALID, PREFLIGHT),
    ("environment that is not valid", {"environments": ["ec2", "broken"]}, NOT_VALID, PREFLIGHT),
    (
        "type EKS",
        {"jobQueueType": "EKS"},
        "EKS job queue type must have EKS compute environment.",
        PREFLIGHT,
    ),
    (
        "type ECS_FARGATE",
        {"jobQueueType": "ECS_FARGATE"},
        "ECS_FARGATE job queue type must have ECS_FARGATE compute environment.",
        "assumed: after EKS",
    ),
    (
        "policy of another kind",
        {"schedulingPolicyArn": ARN + "q"},
        "Only scheduling policy Arn can be allowed.",
        PREFLIGHT,
    ),
    (
        "SageMaker without service environment",
        {"jobQueueType": "SAGEMAKER_TRAINING"},
        "Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder.",
        PREFLIGHT,
    ),
    (
        "service environment on ECS",
        {"jobQueueType": "ECS", "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "s"}]},
        (
            "CreateJobQueue requires either setting computeEnvironmentOrder or setting "
            "serviceEnvironmentOrder along with a supported jobQueueType. The jobQueueType provided is ECS, "
            "which is incompatible with the provided serviceEnvironmentOrder."
        ),
        PREFLIGHT,
    ),
    (
        "two service environments",
        {
            "jobQueueType": "SAGEMAKER_TRAINING",
            "serviceEnvironmentOrder": [
                {"order": 1, "serviceEnvironment": "s"},
                {"order": 2, "serviceEnvironment": "t"},
            ],
        },
        "Job queue can only have 1 service environment.",
        PREFLIGHT,
    ),
    (
        "TERMINATE on compute",
        {"jobStateTimeLimitActions": [ACTION | {"action": "TERMINATE"}]},
        "Invalid job action. Valid job actions: [CANCEL]",
        "reference §11.2",
    ),
    (
        "action twice",
        {"jobStateTimeLimitActions": [ACTION, ACTION | {"maxTimeSeconds": 700}]},
        "Duplicate job state limit actions are not allowed.",
        "reference §11.2",
    ),
    (
        "action too early",
        {"jobStateTimeLimitActions": [ACTION | {"maxTimeSeconds": 599}]},
        "maxTimeSeconds should be between 600 and 86400.",
        "reference §11.2; text assumed",
    ),
    (
        "action too late",
        {"jobStateTimeLimitActions": [ACTION | {"maxTimeSeconds": 86401}]},
        "maxTimeSeconds should be between 600 and 86400.",
        "reference §11.2; text assumed",
    ),
    (
        "reserved tag",
        {"tags": {"aws:a": "b"}},
        "Tag keys cannot start with aws:",
        "reference §14; text assumed",
    ),
]


@pytest.mark.parametrize(
    ("members", "text"),
    [
        pytest.param(members, text, id=name, marks=pytest.mark.source(source))
        for name, members, text, source in CREATION
    ],
)
def test_create_refuses(batch, members, text):
    assert refusal(create, batch, **members) == text
    assert batch.describe_job_queues()["jobQueues"] == []


@pytest.mark.source("reference §11.1: `already exists`; the text: cloudformation-coverage-roadmap#2463")
def test_a_name_is_taken_once(batch):
    create(batch)
    assert refusal(create, batch) == "Object already exists"


@pytest.mark.source("reference §13; order assumed")
def test_describe_finds_by_name_and_arn_and_drops_the_unknown(batch):
    create(batch, "a")
    create(batch, "b")
    queues = batch.describe_job_queues(jobQueues=[ARN + "b", "x", "a", "b"])["jobQueues"]
    assert [queue["jobQueueName"] for queue in queues] == ["b", "a"]


@pytest.mark.source("reference §13; order assumed")
def test_describe_pages_through_all(batch):
    for name in ("c", "a", "b"):
        create(batch, name)
    pages = batch.get_paginator("describe_job_queues").paginate(PaginationConfig={"PageSize": 2})
    assert [[queue["jobQueueName"] for queue in page["jobQueues"]] for page in pages] == [["c", "a"], ["b"]]


@pytest.mark.source("k1LoW/awspec#563 says that queues answer as environments do")
def test_describe_refuses_names_with_a_page_size(batch):
    text = refusal(batch.describe_job_queues, jobQueues=["a"], maxResults=1)
    assert text == "JobQueues and MaxResults cannot both be set"


@pytest.mark.source("model")
def test_update_changes_what_it_names(batch):
    create(batch)
    response = batch.update_job_queue(
        jobQueue=ARN + "q",
        state="DISABLED",
        priority=5,
        computeEnvironmentOrder=order("spot", "own"),
        jobStateTimeLimitActions=[ACTION],
    )
    del response["ResponseMetadata"]
    assert response == {"jobQueueName": "q", "jobQueueArn": ARN + "q"}
    queue = described(batch)
    assert (queue["state"], queue["status"], queue["priority"]) == ("DISABLED", "VALID", 5)
    assert queue["jobStateTimeLimitActions"] == [ACTION]
    assert queue["computeEnvironmentOrder"] == order(ENVIRONMENT + "spot", ENVIRONMENT + "own")


UPDATES = [
    # id, request members, text, source
    ("no environment", {"computeEnvironmentOrder": []}, "computeEnvironmentOrder is required.", PREFLIGHT),
    ("environment not valid", {"computeEnvironmentOrder": order("broken")}, NOT_VALID, PREFLIGHT),
    (
        "environment of another type",
        {"computeEnvironmentOrder": order("fargate")},
        "ECS job queue type must have ECS compute environment.",
        "assumed: after EKS",
    ),
    (
        "policy of another kind",
        {"schedulingPolicyArn": "fair"},
        "Only scheduling policy Arn can be allowed.",
        PREFLIGHT,
    ),
    (
        "policy for a queue without one",
        {"schedulingPolicyArn": POLICY},
        "Cannot add a scheduling policy to a job queue that was created without one.",
        "reference §11; text assumed",
    ),
    (
        "service environment",
        {"serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "s"}]},
        (
            "UpdateJobQueue requires either setting computeEnvironmentOrder or setting "
            "serviceEnvironmentOrder along with a supported jobQueueType. The jobQueueType provided is ECS, "
            "which is incompatible with the provided serviceEnvironmentOrder."
        ),
        "reference §11.1; for updates assumed",
    ),
    (
        "TERMINATE on compute",
        {"jobStateTimeLimitActions": [ACTION | {"action": "TERMINATE"}]},
        "Invalid job action. Valid job actions: [CANCEL]",
        "reference §11.2",
    ),
]


@pytest.mark.parametrize(
    ("members", "text"),
    [
        pytest.param(members, text, id=name, marks=pytest.mark.source(source))
        for name, members, text, source in UPDATES
    ],
)
def test_update_refuses(batch, members, text):
    create(batch)
    before = described(batch)
    assert refusal(batch.update_job_queue, jobQueue="q", priority=9, state="DISABLED", **members) == text
    assert described(batch) == before


@pytest.mark.source("reference §11.1")
def test_update_of_an_unknown_queue(batch):
    assert refusal(batch.update_job_queue, jobQueue="q", priority=1) == ARN + "q does not exist"


@pytest.mark.source("model")
def test_a_disabled_queue_can_be_deleted(batch):
    create(batch)
    batch.update_job_queue(jobQueue="q", state="DISABLED")
    assert batch.delete_job_queue(jobQueue="q").keys() == {"ResponseMetadata"}
    assert batch.describe_job_queues()["jobQueues"] == []


@pytest.mark.source("assumed: text")
def test_an_enabled_queue_cannot_be_deleted(batch):
    create(batch)
    text = refusal(batch.delete_job_queue, jobQueue="q")
    assert text == "Cannot delete, job queue must be in DISABLED state"


@pytest.mark.source("reference §11.1; §11 leaves it open")
def test_delete_of_an_unknown_queue(batch):
    assert refusal(batch.delete_job_queue, jobQueue="q") == ARN + "q does not exist"


@pytest.mark.source("reference §11")
def test_the_jobs_of_a_deleted_queue_fail(fake, batch):
    create(batch)
    fake.batch.add_job_definition("d")
    job = batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
    fake.tick(20)
    batch.update_job_queue(jobQueue="q", state="DISABLED")
    batch.delete_job_queue(jobQueue="q")
    fake.run_until_idle()
    (described_job,) = batch.describe_jobs(jobs=[job])["jobs"]
    assert (described_job["status"], described_job["statusReason"]) == ("FAILED", "JobQueue deleted")


@pytest.mark.source("reference §11; the durations are the author's")
def test_a_queue_is_created_updated_and_deleted_in_time():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(resource=30)) as fake:
        fake.batch.add_compute_environment("ec2")
        batch = fake.client("batch")
        create(batch)
        assert described(batch)["status"] == "CREATING"
        fake.tick(30)
        assert described(batch)["status"] == "VALID"
        batch.update_job_queue(jobQueue="q", state="DISABLED")
        assert (described(batch)["state"], described(batch)["status"]) == ("DISABLED", "UPDATING")
        fake.tick(30)
        batch.delete_job_queue(jobQueue="q")
        assert described(batch)["status"] == "DELETING"
        fake.tick(30)
        assert batch.describe_job_queues()["jobQueues"] == []


@pytest.mark.source("issue threads: a queue that is being deleted still refers to its environments")
def test_a_deleting_queue_still_holds_its_environment():
    with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(resource=30)) as fake:
        fake.batch.add_compute_environment("ec2", state="DISABLED")
        fake.batch.add_job_queue("q", state="DISABLED")
        batch = fake.client("batch")
        batch.delete_job_queue(jobQueue="q")
        text = refusal(batch.delete_compute_environment, computeEnvironment="ec2")
        assert text == "Cannot delete, found existing JobQueue relationship"
        fake.tick(30)
        batch.delete_compute_environment(computeEnvironment="ec2")


@pytest.mark.source("reference §11")
@pytest.mark.parametrize("status", ["CREATING", "UPDATING", "DELETING"])
def test_a_queue_that_is_being_modified_is_left_alone(fake, batch, status):
    fake.batch.add_job_queue("q", status=status, state="DISABLED", jobQueueType="ECS")
    update = refusal(batch.update_job_queue, jobQueue="q", state="ENABLED")
    assert update == "Cannot update, resource is being modified"
    assert refusal(batch.delete_job_queue, jobQueue="q") == "Cannot delete, resource is being modified"


@pytest.mark.source("reference §10.6")
def test_jobs_start_when_their_environment_is_enabled_again(fake, batch):
    fake.batch.add_compute_environment("late", state="DISABLED")
    create(batch, environments=["late"])
    fake.batch.add_job_definition("d")
    job = batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
    fake.tick(3600)
    assert batch.describe_jobs(jobs=[job])["jobs"][0]["status"] == "RUNNABLE"
    batch.update_compute_environment(computeEnvironment="late", state="ENABLED")
    fake.tick(60)
    fake.tick(60)
    assert batch.describe_jobs(jobs=[job])["jobs"][0]["status"] == "SUCCEEDED"


@pytest.mark.source("reference §10.6")
def test_jobs_start_when_their_queue_gets_another_environment(fake, batch):
    fake.batch.add_compute_environment("late", state="DISABLED")
    create(batch, environments=["late"])
    fake.batch.add_job_definition("d")
    job = batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
    fake.tick(3600)
    batch.update_job_queue(jobQueue="q", computeEnvironmentOrder=order("ec2"))
    fake.run_until(job, "SUCCEEDED")
