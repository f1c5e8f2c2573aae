"""The operations on service jobs: what they take, refuse and show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import fakebatch

START_MS = 1767225600000
SAGEMAKER = "SAGEMAKER_TRAINING"
PLACE = "us-east-1:123456789012"
QUEUE = f"arn:aws:batch:{PLACE}:job-queue/q"
COMPLETED = "Received status from SageMaker: Training job completed"
FAILED = "Received status from SageMaker: InternalServerError: x"
NAME = "my-simple-training-job"
PAYLOAD = json.dumps(
    {"TrainingJobName": NAME, "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2}}
)
TRAINING_JOB = re.compile(rf"arn:aws:sagemaker:{PLACE}:training-job/AWSBatch{NAME}[0-9a-f]{{32}}")


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start="2026-01-01T00:00:00Z", seed=7) as world:
        world.batch.add_job_queue("q", jobQueueType=SAGEMAKER)
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def request(**members: Any) -> dict[str, Any]:
    required = {
        "jobName": "j",
        "jobQueue": "q",
        "serviceJobType": SAGEMAKER,
        "serviceRequestPayload": PAYLOAD,
    }
    return required | members


def submit(client: Any, **members: Any) -> str:
    return str(client.submit_service_job(**request(**members))["jobId"])


def body(response: Any) -> Any:
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def described(client: Any, job_id: str) -> Any:
    return body(client.describe_service_job(jobId=job_id))


def listed(client: Any, **members: Any) -> list[str]:
    """The names of the jobs listed."""
    found = client.list_service_jobs(jobQueue="q", **members)["jobSummaryList"]
    return [job["jobName"] for job in found]


def refusal(call: Callable[..., Any], **members: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**members)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    return str(caught.value.response["Error"]["Message"])


# -- SubmitServiceJob


@pytest.mark.source("model; reference §15")
def test_submit_answers_with_arn_name_and_id(client):
    response = body(client.submit_service_job(**request()))
    job_id = response["jobId"]
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", job_id)
    assert response == {
        "jobArn": f"arn:aws:batch:{PLACE}:service-job/{job_id}",
        "jobName": "j",
        "jobId": job_id,
    }


LIMIT = "reference §12.6, the limit; text assumed"
TEXT = "reference §12.6, the rule; that the text is that of jobs is assumed"
ENTRY = {"onStatusReason": "*", "action": "RETRY"}


def strategy(*entries: Any, attempts: int = 2) -> dict[str, Any]:
    return {"retryStrategy": {"attempts": attempts, "evaluateOnExit": list(entries)}}


def groups(**group: Any) -> str:
    return json.dumps({"ResourceConfig": {"InstanceGroups": [{"InstanceType": "ml.m5.large", **group}]}})


INSTANCES = "ResourceConfig in serviceRequestPayload is not valid."
JSON = "serviceRequestPayload must be a valid JSON object."
PRIORITY = "Scheduling priority must be between 0 and 9999."
REFUSALS = [
    ("name", {"jobName": "a b"}, "Job name should match valid pattern", TEXT),
    ("long name", {"jobName": "a" * 129}, "Job name should match valid pattern", TEXT),
    ("unknown queue", {"jobQueue": "x"}, "JobQueue x not found.", TEXT),
    (
        "queue for containers",
        {"jobQueue": "ecs"},
        (
            f"JobQueue arn:aws:batch:{PLACE}:job-queue/ecs of type ECS does not accept service jobs of type "
            "SAGEMAKER_TRAINING."
        ),
        "model; text assumed",
    ),
    (
        "disabled queue",
        {"jobQueue": "off"},
        f"JobQueue arn:aws:batch:{PLACE}:job-queue/off is not in ENABLED state.",
        "assumed: text and rule are those of jobs",
    ),
    (
        "invalid queue",
        {"jobQueue": "bad"},
        f"JobQueue arn:aws:batch:{PLACE}:job-queue/bad is not in VALID status.",
        "assumed: text and rule are those of jobs",
    ),
    (
        "payload of 10 KiB",
        {"serviceRequestPayload": json.dumps("x" * 10239)},
        "serviceRequestPayload must be at most 10 KiB.",
        LIMIT,
    ),
    ("no JSON", {"serviceRequestPayload": "{"}, JSON, "model: in JSON; text assumed"),
    ("deep", {"serviceRequestPayload": "[" * 10_000}, JSON, "model: in JSON; text assumed"),
    (
        "half a character",
        {"serviceRequestPayload": "\ud800"},
        "Request contains text that is not valid Unicode.",
        "assumed: refused for any operation",
    ),
    ("a list", {"serviceRequestPayload": "[]"}, JSON, "assumed: CreateTrainingJob takes an object"),
    (
        "no resources",
        {"serviceRequestPayload": '{"ResourceConfig": 1}'},
        INSTANCES,
        "assumed: can't be counted",
    ),
    (
        "no instances",
        {"serviceRequestPayload": groups(InstanceCount=0)},
        INSTANCES,
        "assumed: can't be counted",
    ),
    (
        "more instances than there are",
        {"serviceRequestPayload": groups(InstanceCount=10**400)},
        INSTANCES,
        "assumed: can't be counted",
    ),
    (
        "half an instance",
        {"serviceRequestPayload": groups(InstanceCount=0.5)},
        INSTANCES,
        "assumed: can't be counted",
    ),
    ("priority below", {"schedulingPriority": -1}, PRIORITY, TEXT),
    ("priority above", {"schedulingPriority": 10_000}, PRIORITY, TEXT),
    ("no attempts", strategy(attempts=0), "RetryAttempts must be between 1 and 10.", TEXT),
    ("eleven attempts", strategy(attempts=11), "RetryAttempts must be between 1 and 10.", TEXT),
    ("six entries", strategy(*[ENTRY] * 6), "EvaluateOnExit can have at most 5 conditions.", LIMIT),
    ("no action", strategy({"onStatusReason": "*"}), "EvaluateOnExit must have an action.", LIMIT),
    (
        "another action",
        strategy(ENTRY | {"action": "STOP"}),
        "Evaluate on exit action STOP is not valid. Valid actions: [RETRY, EXIT]",
        LIMIT,
    ),
    (
        "no condition",
        strategy({"action": "EXIT"}),
        "EvaluateOnExit should contain onStatusReason",
        LIMIT,
    ),
    (
        "long condition",
        strategy(ENTRY | {"onStatusReason": "x" * 513}),
        "Evaluate on exit condition cannot exceed 512 characters.",
        TEXT,
    ),
    (
        "unprintable condition",
        strategy(ENTRY | {"onStatusReason": "a\tb"}),
        "Evaluate on exit condition contains restricted characters.",
        TEXT,
    ),
    (
        "short timeout",
        {"timeoutConfig": {"attemptDurationSeconds": 59}},
        "AttemptDurationSeconds in Timeout must be at least 60 seconds.",
        "assumed: as for jobs",
    ),
    (
        "reserved tag",
        {"tags": {"aws:a": "b"}},
        "Tag keys cannot start with aws:",
        "reference §14; text assumed",
    ),
    (
        "share",
        {"shareIdentifier": "s"},
        (
            "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair "
            "share scheduling policy."
        ),
        "model, the rule; that the text is SubmitJob's is assumed",
    ),
    (
        "quota share",
        {"quotaShareName": "s"},
        (
            "Job with quotaShareName or preemptionConfiguration can only be submitted to job queue with "
            "quota share scheduling policy."
        ),
        "model, the rule; text assumed",
    ),
]


def newer(members):
    """What an old botocore has no request for."""
    return (
        [pytest.mark.needs("SubmitServiceJobRequest.quotaShareName")] if "quotaShareName" in members else []
    )


@pytest.mark.parametrize(
    ("members", "text"),
    [pytest.param(m, t, id=n, marks=[pytest.mark.source(s), *newer(m)]) for n, m, t, s in REFUSALS],
)
def test_submit_refuses(fake, client, members, text):
    fake.batch.add_job_queue("ecs")
    fake.batch.add_job_queue("off", jobQueueType=SAGEMAKER, state="DISABLED")
    fake.batch.add_job_queue("bad", jobQueueType=SAGEMAKER, status="INVALID")
    assert refusal(client.submit_service_job, **request(**members)) == text
    service = fake.service("batch", "us-east-1", "123456789012")
    assert (service.service_jobs, service.service_requests) == ({}, set())


@pytest.mark.source("reference §12.6: 30 KiB; text assumed")
def test_submit_refuses_a_large_request(client):
    entries = [{"onStatusReason": "x" * 512, "action": "RETRY"}] * 5
    tags = {f"{number:0128}": "x" * 256 for number in range(50)}
    large = request(serviceRequestPayload=json.dumps({"x": "y" * 10_000}), tags=tags, **strategy(*entries))
    assert refusal(client.submit_service_job, **large) == "SubmitServiceJob request must be at most 30 KiB."


@pytest.mark.source("model: identical payloads and clientTokens, the second is rejected; text assumed")
def test_a_request_is_taken_once(client):
    submit(client, clientToken="t")
    text = "A service job with clientToken t has already been submitted."
    assert refusal(client.submit_service_job, **request(clientToken="t")) == text
    submit(client, clientToken="u")
    submit(client, clientToken="t", serviceRequestPayload="{}")
    submit(client)
    submit(client)


# -- DescribeServiceJob


@pytest.mark.source("model; what is left out before there is anything to show is assumed, after jobs")
@pytest.mark.needs("UpdateServiceJob")
def test_a_job_that_has_just_been_submitted(client):
    job_id = submit(client)
    assert described(client, job_id) == {
        "attempts": [],
        "capacityUsage": [{"capacityUnit": "ml.m5.large", "quantity": 2.0}],
        "createdAt": START_MS,
        "jobArn": f"arn:aws:batch:{PLACE}:service-job/{job_id}",
        "jobId": job_id,
        "jobName": "j",
        "jobQueue": QUEUE,
        "serviceRequestPayload": PAYLOAD,
        "serviceJobType": SAGEMAKER,
        "status": "SUBMITTED",
        "tags": {},
    }


@pytest.mark.source("model; user guide, Getting started with AWS Batch on SageMaker AI")
@pytest.mark.needs("UpdateServiceJob")
def test_every_field_of_a_job_that_was_retried(fake, client):
    fake.batch.when(job_name="j").fail(reason="InternalServerError: x", after=10).succeed(after=20)
    retries = {"attempts": 3, "evaluateOnExit": [{"onStatusReason": "*Internal*", "action": "retry"}]}
    job_id = submit(
        client,
        retryStrategy=retries,
        schedulingPriority=5,
        timeoutConfig={"attemptDurationSeconds": 60},
        tags={"team": "a"},
    )
    fake.run_until(job_id)
    job = described(client, job_id)
    arns = [attempt["serviceResourceId"]["value"] for attempt in job["attempts"]]
    assert all(TRAINING_JOB.fullmatch(arn) for arn in arns)
    assert len(set(arns)) == 2
    resources = [{"name": "TrainingJobArn", "value": arn} for arn in arns]
    assert job == {
        "attempts": [
            {
                "serviceResourceId": resources[0],
                "startedAt": START_MS + 15_000,
                "stoppedAt": START_MS + 25_000,
                "statusReason": FAILED,
            },
            {
                "serviceResourceId": resources[1],
                "startedAt": START_MS + 39_000,
                "stoppedAt": START_MS + 59_000,
                "statusReason": COMPLETED,
            },
        ],
        "capacityUsage": [{"capacityUnit": "ml.m5.large", "quantity": 2.0}],
        "createdAt": START_MS,
        "jobArn": f"arn:aws:batch:{PLACE}:service-job/{job_id}",
        "jobId": job_id,
        "jobName": "j",
        "jobQueue": QUEUE,
        "latestAttempt": {"serviceResourceId": resources[1]},
        "retryStrategy": {
            "attempts": 3,
            "evaluateOnExit": [{"onStatusReason": "*Internal*", "action": "RETRY"}],
        },
        "scheduledAt": START_MS + 29_000,
        "schedulingPriority": 5,
        "serviceRequestPayload": PAYLOAD,
        "serviceJobType": SAGEMAKER,
        "startedAt": START_MS + 39_000,
        "status": "SUCCEEDED",
        "statusReason": COMPLETED,
        "stoppedAt": START_MS + 59_000,
        "tags": {"team": "a"},
        "timeoutConfig": {"attemptDurationSeconds": 60},
    }


@pytest.mark.source("model; that times go and the latest attempt stays while it waits again is assumed")
@pytest.mark.needs("UpdateServiceJob")
def test_which_members_are_there_in_which_state(fake, client):
    fake.batch.when().fail(after=1)
    job_id = submit(client, retryStrategy={"attempts": 2})
    always = described(client, job_id).keys()
    seen = {}
    for state, at_s in (("SCHEDULED", 5), ("STARTING", 5), ("RUNNING", 5), ("RUNNABLE", 1)):
        fake.tick(at_s)
        job = described(client, job_id)
        seen[state] = (job["status"], sorted(job.keys() - always))
    assert seen == {
        "SCHEDULED": ("SCHEDULED", ["latestAttempt", "scheduledAt"]),
        "STARTING": ("STARTING", ["latestAttempt", "scheduledAt"]),
        "RUNNING": ("RUNNING", ["latestAttempt", "scheduledAt", "startedAt"]),
        "RUNNABLE": ("RUNNABLE", ["latestAttempt"]),
    }


@pytest.mark.source("assumed: nobody has captured an unknown service job")
@pytest.mark.needs("UpdateServiceJob")
def test_an_unknown_job(client):
    text = "ServiceJob x not found."
    assert refusal(client.describe_service_job, jobId="x") == text
    assert refusal(client.update_service_job, jobId="x", schedulingPriority=1) == text


@pytest.mark.source("model; that a count of 1 is the default is assumed")
@pytest.mark.needs("UpdateServiceJob")
def test_instance_groups_are_added_up(client):
    groups = [
        {"InstanceType": "ml.m5.large", "InstanceCount": 2, "InstanceGroupName": "a"},
        {"InstanceType": "ml.p5.48xlarge", "InstanceGroupName": "b"},
        {"InstanceType": "ml.m5.large", "InstanceCount": 3, "InstanceGroupName": "c"},
    ]
    job_id = submit(client, serviceRequestPayload=json.dumps({"ResourceConfig": {"InstanceGroups": groups}}))
    assert described(client, job_id)["capacityUsage"] == [
        {"capacityUnit": "ml.m5.large", "quantity": 5.0},
        {"capacityUnit": "ml.p5.48xlarge", "quantity": 1.0},
    ]


@pytest.mark.source("assumed: SageMaker's names have at most 63 characters; the job's own stands in")
@pytest.mark.parametrize(
    ("payload", "name"),
    [({"TrainingJobName": "x" * 63}, "x" * 23), ({}, "j"), ({"TrainingJobName": 1}, "j")],
    ids=["long", "none", "no text"],
)
def test_the_name_of_the_training_job(fake, client, payload, name):
    job_id = submit(client, serviceRequestPayload=json.dumps(payload))
    fake.run_until(job_id)
    arn = described(client, job_id)["latestAttempt"]["serviceResourceId"]["value"]
    assert re.fullmatch(rf"arn:aws:sagemaker:{PLACE}:training-job/AWSBatch{name}[0-9a-f]{{32}}", arn)


# -- UpdateServiceJob, TerminateServiceJobs


@pytest.mark.source("model")
@pytest.mark.needs("UpdateServiceJob")
def test_update_changes_the_priority(client):
    job_id = submit(client)
    response = body(client.update_service_job(jobId=job_id, schedulingPriority=9999))
    assert response == {
        "jobArn": f"arn:aws:batch:{PLACE}:service-job/{job_id}",
        "jobName": "j",
        "jobId": job_id,
    }
    assert described(client, job_id)["schedulingPriority"] == 9999
    assert refusal(client.update_service_job, jobId=job_id, schedulingPriority=10_000) == PRIORITY
    assert described(client, job_id)["schedulingPriority"] == 9999


@pytest.mark.source("reference §7; for single ones assumed")
def test_terminating_an_unknown_job_succeeds(client):
    assert body(client.terminate_service_job(jobId="x", reason="enough")) == {}


@pytest.mark.source("model; the message of an error assumed")
@pytest.mark.needs("UpdateServiceJob")
def test_terminating_many(client):
    known, unknown = submit(client), "00000000-0000-4000-8000-000000000000"
    response = body(client.terminate_service_jobs(jobs=[known, unknown, "x"], reason="enough"))
    assert response == {
        "successful": [known, unknown],
        "errors": [
            {
                "job": "x",
                "code": "ValidationException",
                "message": "Job identifier x is not valid.",
            }
        ],
    }
    job = described(client, known)
    assert (job["status"], job["statusReason"], job["isTerminated"]) == ("FAILED", "enough", True)


@pytest.mark.source("model, the limits; texts assumed")
@pytest.mark.needs("UpdateServiceJob")
def test_terminating_has_limits(client):
    job_id = submit(client)
    many = "Maximum number of jobs supported is 50"
    assert refusal(client.terminate_service_jobs, jobs=[job_id] * 51, reason="r") == many
    long = "Reason can be up to 1024 characters long."
    assert refusal(client.terminate_service_job, jobId=job_id, reason="r" * 1025) == long
    assert described(client, job_id)["status"] == "SUBMITTED"


# -- ListServiceJobs


@pytest.mark.source("reference §13: RUNNING only; model for the members")
@pytest.mark.needs("UpdateServiceJob")
def test_list_shows_running_jobs(fake, client):
    job_id = submit(client)
    assert listed(client) == []
    fake.run_until(job_id, "RUNNING")
    submit(client, jobName="later")
    (job,) = client.list_service_jobs(jobQueue=QUEUE)["jobSummaryList"]
    assert job == {
        "latestAttempt": described(client, job_id)["latestAttempt"],
        "capacityUsage": [{"capacityUnit": "ml.m5.large", "quantity": 2.0}],
        "createdAt": START_MS,
        "jobArn": f"arn:aws:batch:{PLACE}:service-job/{job_id}",
        "jobId": job_id,
        "jobName": "j",
        "scheduledAt": START_MS + 5_000,
        "serviceJobType": SAGEMAKER,
        "status": "RUNNING",
        "startedAt": START_MS + 15_000,
    }
    assert listed(client, jobStatus="SUBMITTED") == ["later"]


@pytest.mark.source("model: the filters, and which of them go with a status")
def test_filters(fake, client):
    for name in ("Train-1", "train-2", "other"):
        submit(client, jobName=name)
        fake.tick(10)

    def found(name: str, *values: str, **members: Any) -> list[str]:
        return listed(client, filters=[{"name": name, "values": list(values)}], **members)

    assert found("JOB_NAME", "train-*") == ["train-2", "Train-1"]
    assert found("JOB_NAME", "TRAIN-1", jobStatus="FAILED") == ["Train-1"]
    assert found("BEFORE_CREATED_AT", str(START_MS + 10_000)) == ["Train-1"]
    assert found("AFTER_CREATED_AT", str(START_MS)) == ["other", "train-2"]
    assert found("SHARE_IDENTIFIER", "s", jobStatus="RUNNABLE") == []
    assert found("QUOTA_SHARE_NAME", "s") == []


LISTINGS = [
    ("no queue", {}, "jobQueue must be specified."),
    ("unknown queue", {"jobQueue": "x"}, "JobQueue x not found."),
    ("no results", {"maxResults": 0}, "maxResults must be at least 1."),
    ("token", {"nextToken": "x"}, "nextToken is not valid."),
    (
        "two filters",
        {"filters": [{"name": "JOB_NAME", "values": ["a"]}] * 2},
        "Only one filter can be used at a time.",
    ),
    (
        "unknown filter",
        {"filters": [{"name": "JOB_DEFINITION", "values": ["a"]}]},
        "Filter name JOB_DEFINITION is not valid.",
    ),
    ("no values", {"filters": [{"name": "JOB_NAME"}]}, "Value [] is not valid for filter JOB_NAME."),
    (
        "no instant",
        {"filters": [{"name": "AFTER_CREATED_AT", "values": ["now"]}]},
        "Value now is not valid for filter AFTER_CREATED_AT.",
    ),
]


@pytest.mark.source("assumed: texts are those of ListJobs, which nobody has captured either")
@pytest.mark.parametrize(
    ("members", "text"), [case[1:] for case in LISTINGS], ids=[case[0] for case in LISTINGS]
)
def test_list_refuses(client, members, text):
    queue = {} if text == "jobQueue must be specified." else {"jobQueue": "q"}
    assert refusal(client.list_service_jobs, **(queue | members)) == text


@pytest.mark.source("model: newest first, at most 100 in a page")
def test_pages(client):
    for number in range(130):
        submit(client, jobName=f"j{number}")
    paginator = client.get_paginator("list_service_jobs")
    pages = list(paginator.paginate(jobQueue="q", jobStatus="SUBMITTED"))
    assert [len(page["jobSummaryList"]) for page in pages] == [100, 30]
    names = [job["jobName"] for page in pages for job in page["jobSummaryList"]]
    assert names == [f"j{number}" for number in range(129, -1, -1)]
    assert len(listed(client, jobStatus="SUBMITTED", maxResults=1000)) == 100


@pytest.mark.source("assumed: a service job is no job to the operations on jobs")
def test_the_operations_on_jobs_dont_see_it(fake, client):
    job_id = submit(client)
    assert client.describe_jobs(jobs=[job_id])["jobs"] == []
    client.terminate_job(jobId=job_id, reason="enough")
    assert described(client, job_id)["status"] == "SUBMITTED"
    assert client.list_jobs(jobQueue="q", jobStatus="SUBMITTED")["jobSummaryList"] == []


@pytest.mark.source("reference §14")
def test_a_service_job_can_be_tagged(client):
    arn = client.submit_service_job(**request(tags={"a": "1"}))["jobArn"]
    client.tag_resource(resourceArn=arn, tags={"b": "2"})
    client.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
