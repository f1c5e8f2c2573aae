"""SubmitJob, DescribeJobs, CancelJob(s), TerminateJob(s): what is accepted, what is refused and how."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

import fakebatch

START = "2026-01-01T00:00:00.000123Z"
ARN = "arn:aws:batch:us-east-1:123456789012"
UNKNOWN = "4c7599ae-0a82-49aa-ba5a-4727fcce14a8"


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


@pytest.fixture
def client(fake: fakebatch.World) -> Any:
    return fake.client("batch")


def submit(client: Any, **members: Any) -> str:
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d", **members}
    return str(client.submit_job(**request)["jobId"])


def refusal(call: Callable[..., Any], **request: Any) -> str:
    """The message of a ClientException, the only kind of error that there is; `ID` is for the request's."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    response = caught.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (
        "ClientException",
        400,
    )
    return str(response["Error"]["Message"]).replace(response["ResponseMetadata"]["RequestId"], "ID")


def definition_of(client: Any, **members: Any) -> str:
    [job] = client.describe_jobs(jobs=[submit(client, **members)])["jobs"]
    return str(job["jobDefinition"])


# -- SubmitJob


@pytest.mark.source("reference §8")
def test_the_answer_names_the_job(client):
    response = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")
    assert response.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    job_id = response["jobId"]
    assert response == {"jobArn": f"{ARN}:job/{job_id}", "jobName": "j", "jobId": job_id}


@pytest.mark.source("reference §8")
@pytest.mark.parametrize("name", ["a", "0", "A-b_c-9", "a" * 128, "1_", "z-"])
def test_names_that_are_taken(client, name):
    assert client.submit_job(jobName=name, jobQueue="q", jobDefinition="d")["jobName"] == name


@pytest.mark.source("reference §8: names needn't be unique, there is no client token")
def test_the_same_request_twice_is_two_jobs(client):
    ids = [submit(client), submit(client)]
    assert [job["jobId"] for job in client.describe_jobs(jobs=ids)["jobs"]] == ids
    assert ids[0] != ids[1]


@pytest.mark.source("reference §8")
def test_a_queue_goes_by_its_name_or_arn(client):
    for queue in ("q", f"{ARN}:job-queue/q"):
        [job] = client.describe_jobs(jobs=[submit(client, jobQueue=queue)])["jobs"]
        assert job["jobQueue"] == f"{ARN}:job-queue/q"


@pytest.mark.source("reference §8, §19.9: the latest ACTIVE revision at submit time")
def test_a_definition_goes_by_name_revision_or_arn(fake, client):
    for _ in range(3):
        fake.batch.add_job_definition("many")
    client.deregister_job_definition(jobDefinition="many:3")
    found = {
        reference: definition_of(client, jobDefinition=reference).rpartition("/")[2]
        for reference in (
            "many",
            "many:1",
            "many:2",
            f"{ARN}:job-definition/many",
            f"{ARN}:job-definition/many:1",
        )
    }
    assert found == {
        "many": "many:2",
        "many:1": "many:1",
        "many:2": "many:2",
        f"{ARN}:job-definition/many": "many:2",
        f"{ARN}:job-definition/many:1": "many:1",
    }


@pytest.mark.source("reference §8: at submit time")
def test_a_job_keeps_the_revision_that_it_was_submitted_with(fake, client):
    job_id = submit(client)
    fake.batch.add_job_definition("d", containerProperties={"command": ["new"]})
    client.deregister_job_definition(jobDefinition="d:1")
    fake.run_until_idle()
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    assert (job["status"], job["jobDefinition"]) == ("SUCCEEDED", f"{ARN}:job-definition/d:1")
    assert job["container"]["command"] == ["true"]
    assert definition_of(client) == f"{ARN}:job-definition/d:2"


@pytest.mark.source("reference §4, §5, §8: the limits themselves are accepted")
@pytest.mark.parametrize(
    "members",
    [
        {"arrayProperties": {"size": 2}},
        {"arrayProperties": {"size": 10_000}},
        {"arrayProperties": {}},
        {"timeout": {"attemptDurationSeconds": 60}},
        {"timeout": {}},
        {"retryStrategy": {"attempts": 10, "evaluateOnExit": [{"onExitCode": "1", "action": "retry"}] * 5}},
        {"tags": {f"key{number}": "v" * 256 for number in range(50)}},
        {"tags": {"k" * 128: "_ .:/=+-@9"}},
        {"dependsOn": []},
        {"arrayProperties": {"size": 2}, "dependsOn": [{"type": "SEQUENTIAL"}]},
    ],
    ids=lambda members: str(members)[:50],
)
def test_requests_at_the_limits(client, members):
    assert submit(client, **members)


@pytest.mark.source("reference §4")
def test_twenty_dependencies(client):
    dependencies = [{"jobId": submit(client)} for _ in range(20)]
    [job] = client.describe_jobs(jobs=[submit(client, dependsOn=dependencies)])["jobs"]
    assert job["dependsOn"] == dependencies


# -- Refusals of SubmitJob

FRAMED = "Error executing request, Exception : {}, RequestId: ID"
NAME = FRAMED.format("Job name should match valid pattern")
ONLY_FAIR_SHARE = (
    "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share "
    "scheduling policy."
)
INACTIVE = "JobDefinition name {} does not exist or is not in ACTIVE status"
NO_QUEUE = "JobQueue {} not found."
CANNOT_RUN = "Job Queue is attached to Compute Environment that can not run Jobs with capability {}."
RESTRICTED = "Evaluate on exit condition contains restricted characters."
TAG_CHARACTERS = (
    "Tags can only contain letters, numbers, spaces, and the following special characters: _ . : / = + - @"
)
ELSEWHERE = "arn:aws:batch:eu-west-1:123456789012"


def retry(**members: Any) -> dict[str, Any]:
    return {"retryStrategy": members}


def consumable(*names: str) -> list[dict[str, Any]]:
    return [{"consumableResource": name, "quantity": 1} for name in names]


def on_exit(**conditions: str) -> dict[str, Any]:
    return retry(attempts=2, evaluateOnExit=[conditions])


# What of the request is changed, the whole message, where it comes from.
REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"jobName": ""}, NAME, "reference §8"),
    ({"jobName": "-a"}, NAME, "reference §8"),
    ({"jobName": "_a"}, NAME, "reference §8"),
    ({"jobName": "a.b"}, NAME, "reference §8"),
    ({"jobName": "a:b"}, NAME, "reference §8"),
    ({"jobName": "a b"}, NAME, "reference §8"),
    ({"jobName": "a\n"}, NAME, "reference §8"),
    ({"jobName": "\N{LATIN SMALL LETTER E WITH ACUTE}"}, NAME, "reference §8"),
    ({"jobName": "a" * 129}, NAME, "reference §8"),
    ({"jobQueue": "nowhere"}, NO_QUEUE.format("nowhere"), "reference §17"),
    ({"jobQueue": ""}, NO_QUEUE.format(""), "assumed: as for an unknown one"),
    (
        {"jobQueue": f"{ARN}:job-queue/nowhere"},
        NO_QUEUE.format(f"{ARN}:job-queue/nowhere"),
        "assumed: an ARN is repeated as it is",
    ),
    (
        {"jobQueue": f"{ELSEWHERE}:job-queue/q"},
        NO_QUEUE.format(f"{ELSEWHERE}:job-queue/q"),
        "assumed: an ARN is repeated as it is",
    ),
    (
        {"jobQueue": "closed"},
        f"JobQueue {ARN}:job-queue/closed is not in ENABLED state.",
        "reference §8; assumed: text",
    ),
    (
        {"jobQueue": "broken"},
        f"JobQueue {ARN}:job-queue/broken is not in VALID status.",
        "reference §8; assumed: text",
    ),
    ({"jobDefinition": "nothing"}, INACTIVE.format("nothing"), "issue threads, see errors.py"),
    ({"jobDefinition": "d:2"}, INACTIVE.format("d:2"), "assumed: reads as for a bare name"),
    ({"jobDefinition": "d:0"}, INACTIVE.format("d:0"), "assumed: reads as for a bare name"),
    ({"jobDefinition": "d:x"}, INACTIVE.format("d:x"), "assumed: reads as for a bare name"),
    ({"jobDefinition": ""}, INACTIVE.format(""), "assumed: reads as for a bare name"),
    ({"jobDefinition": "gone"}, INACTIVE.format("gone"), "issue threads, see errors.py"),
    ({"jobDefinition": "gone:1"}, INACTIVE.format("gone:1"), "assumed: reads as for a bare name"),
    (
        {"jobDefinition": f"{ELSEWHERE}:job-definition/d:1"},
        f"JobDefinition {ELSEWHERE}:job-definition/d:1 not found.",
        "azavea/raster-vision-aws#17",
    ),
    ({"jobDefinition": "serverless"}, CANNOT_RUN.format("FARGATE"), "reference §8, §17"),
    ({"jobQueue": "fargate"}, CANNOT_RUN.format("EC2"), "reference §8, §17"),
    ({"jobQueue": "managed"}, CANNOT_RUN.format("EC2"), "assumed: as between EC2 and Fargate"),
    ({"jobQueue": "eks"}, CANNOT_RUN.format("EC2"), "assumed: as between EC2 and Fargate"),
    ({"shareIdentifier": "team"}, ONLY_FAIR_SHARE, "reference §17"),
    ({"schedulingPriorityOverride": 1}, ONLY_FAIR_SHARE, "reference §17"),
    ({"schedulingPriorityOverride": 0}, ONLY_FAIR_SHARE, "reference §17"),
    (retry(), "RetryAttempts must be provided with retry strategy.", "reference §9.4"),
    (
        retry(evaluateOnExit=[{"onReason": "*", "action": "EXIT"}]),
        "RetryAttempts must be provided with retry strategy.",
        "reference §2, §9.4",
    ),
    (retry(attempts=0), "RetryAttempts must be between 1 and 10.", "reference §9.4"),
    (retry(attempts=11), "RetryAttempts must be between 1 and 10.", "reference §9.4"),
    (
        on_exit(action="RETRY"),
        "EvaluateOnExit should contain at least one of onExitCode, onReason or onStatusReason",
        "reference §9.4",
    ),
    (
        retry(attempts=2, evaluateOnExit=[{"onReason": "*", "action": "EXIT"}] * 6),
        "EvaluateOnExit can have at most 5 conditions.",
        "reference §2: at most 5; assumed: text",
    ),
    (on_exit(onReason="*x", action="EXIT"), RESTRICTED, "reference §9.4"),
    (on_exit(onExitCode="1x", action="EXIT"), RESTRICTED, "reference §9.4"),
    (on_exit(onStatusReason="a,b", action="EXIT"), RESTRICTED, "reference §9.4"),
    (
        on_exit(onReason="r" * 513, action="EXIT"),
        "Evaluate on exit condition cannot exceed 512 characters.",
        "reference §9.4",
    ),
    (
        {"timeout": {"attemptDurationSeconds": 59}},
        "AttemptDurationSeconds in Timeout must be at least 60 seconds.",
        "reference §9.4",
    ),
    (
        {"timeout": {"attemptDurationSeconds": 0}},
        "AttemptDurationSeconds in Timeout must be at least 60 seconds.",
        "reference §9.4",
    ),
    (
        {"containerOverrides": {"command": ["Ref::nowhere"]}},
        "Unable to substitute value. No parameter found for reference nowhere",
        "reference §8",
    ),
    (
        {"jobDefinition": "open"},
        "Unable to substitute value. No parameter found for reference nowhere",
        "reference §8",
    ),
    (
        {"containerOverrides": {"environment": [{"value": "x"}]}},
        "Environment variable name is required.",
        "reference §9.4",
    ),
    (
        {"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "0"}]}},
        "vCPU must be at least 1, got 0.",
        "reference §9.4",
    ),
    (
        {"containerOverrides": {"environment": [{"name": "AWS_BATCH_X", "value": "x"}]}},
        "Environment variables cannot start with AWS_BATCH.",
        "reference §8; assumed: text",
    ),
    (
        {"containerOverrides": {"command": ["echo", ""]}},
        FRAMED.format("Command field cannot have empty strings"),
        "kislyuk/aegea#49",
    ),
    (
        {"containerOverrides": {"resourceRequirements": [{"type": "MEMORY", "value": "3"}]}},
        "Memory must be at least 4 Mib, got 3 Mib.",
        "reference §9.4",
    ),
    (
        {"containerOverrides": {"resourceRequirements": [{"type": "GPU", "value": "0.5"}]}},
        "Value 0.5 for type GPU in resourceRequirement is not valid. Please provide a numeric value.",
        "reference §9.4",
    ),
    (
        {"consumableResourcePropertiesOverride": {"consumableResourceList": consumable(*"abcdef")}},
        "Each ConsumableResourceProperty can have at most 5 consumableResources",
        "reference §9.4; that it holds for overrides assumed",
    ),
    (
        {"consumableResourcePropertiesOverride": {"consumableResourceList": consumable("a", "a")}},
        "Cannot have duplicate consumableResource in consumableResourceProperties",
        "reference §9.4; that it holds for overrides assumed",
    ),
    (
        {"parameters": {"long": "x" * 30 * 1024}},
        FRAMED.format("Job size must be less than 30 KiB, got 30 KiB"),
        "ASFHyP3/hyp3#3041; assumed: rounded down",
    ),
    ({"arrayProperties": {"size": 1}}, "Array size must be between 2 and 10000.", "assumed: text"),
    ({"arrayProperties": {"size": 0}}, "Array size must be between 2 and 10000.", "assumed: text"),
    ({"arrayProperties": {"size": -2}}, "Array size must be between 2 and 10000.", "assumed: text"),
    ({"arrayProperties": {"size": 10_001}}, "Array size must be between 2 and 10000.", "assumed: text"),
    (
        {"dependsOn": [{"jobId": UNKNOWN}] * 21},
        FRAMED.format("Job cannot have more than 20 dependencies"),
        "OpenNeuroOrg/openneuro#100",
    ),
    (
        {"dependsOn": [{"jobId": UNKNOWN}]},
        f"Dependent job {UNKNOWN} not found.",
        "assumed: that an unknown dependency is refused at all",
    ),
    ({"dependsOn": [{}]}, "A dependency must have a jobId.", "assumed"),
    ({"dependsOn": [{"jobId": ""}]}, "A dependency must have a jobId.", "assumed"),
    (
        {"dependsOn": [{"type": "N_TO_N"}], "arrayProperties": {"size": 2}},
        "A dependency must have a jobId.",
        "assumed",
    ),
    (
        {"dependsOn": [{"type": "SEQUENTIAL"}]},
        "Dependency type SEQUENTIAL can only be used by array jobs.",
        "assumed: text",
    ),
    (
        {"dependsOn": [{"jobId": UNKNOWN, "type": "N_TO_N"}]},
        "Dependency type N_TO_N can only be used by array jobs.",
        "assumed: text",
    ),
    ({"tags": {"a": "\N{EURO SIGN}"}}, TAG_CHARACTERS, "reference §14"),
    ({"tags": {"a#b": "x"}}, TAG_CHARACTERS, "reference §14"),
    ({"tags": {"aws:a": "x"}}, "Tag keys cannot start with aws:", "assumed: text"),
]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param(members, expected, marks=pytest.mark.source(source), id=str(members)[:60])
        for members, expected, source in REFUSALS
    ],
)
def test_a_submission_that_is_refused_changes_nothing(fake, client, members, expected):
    fake.batch.add_job_queue("closed", state="DISABLED")
    fake.batch.add_job_queue("broken", status="INVALID")
    fake.batch.add_job_queue("fargate", jobQueueType="ECS_FARGATE")
    fake.batch.add_job_queue("managed", jobQueueType="ECS_MANAGED_INSTANCES")
    fake.batch.add_job_queue("eks", jobQueueType="EKS")
    fake.batch.add_job_definition("serverless", platformCapabilities=["FARGATE"])
    fake.batch.add_job_definition("gone", status="INACTIVE")
    fake.batch.add_job_definition("open", containerProperties={"command": ["Ref::nowhere"]})
    untouched = fake.snapshot()
    following = submit(client)
    fake.restore(untouched)
    assert refusal(submit, client=client, **members) == expected
    assert fake.batch.jobs() == []
    # Not even an id is used up.
    assert submit(client) == following


@pytest.mark.source("reference §4; assumed: text")
@pytest.mark.parametrize("other", [None, 2, 4], ids=["single", "smaller", "larger"])
def test_n_to_n_needs_an_array_of_the_same_size(client, other):
    dependency = submit(client, **({} if other is None else {"arrayProperties": {"size": other}}))
    members = {"arrayProperties": {"size": 3}, "dependsOn": [{"jobId": dependency, "type": "N_TO_N"}]}
    assert (
        refusal(submit, client=client, **members)
        == "N_TO_N dependency must be on an array job of the same size."
    )


@pytest.mark.source("assumed: which of two broken rules is told first")
def test_the_name_is_looked_at_before_the_queue_and_that_before_the_definition(client):
    wrong = {"jobName": "a.b", "jobQueue": "nowhere", "jobDefinition": "nothing"}
    assert refusal(client.submit_job, **wrong) == NAME
    assert refusal(client.submit_job, **{**wrong, "jobName": "a"}) == NO_QUEUE.format("nowhere")
    assert refusal(client.submit_job, **{**wrong, "jobName": "a", "jobQueue": "q"}) == INACTIVE.format(
        "nothing"
    )


@pytest.mark.source("model: required members")
@pytest.mark.parametrize("missing", ["jobName", "jobQueue", "jobDefinition"])
def test_botocore_itself_asks_for_the_required_members(client, missing):
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d"}
    del request[missing]
    with pytest.raises(ParamValidationError, match=missing):
        client.submit_job(**request)


@pytest.mark.source("model: JobDependency.type")
def test_an_enumeration_is_held_against_the_model(client):
    assert refusal(submit, client=client, dependsOn=[{"jobId": UNKNOWN, "type": "AFTER"}]) == (
        "1 validation error detected: Value 'AFTER' at 'dependsOn[1].type' failed to satisfy constraint: "
        "Member must satisfy enum value set: [N_TO_N, SEQUENTIAL]"
    )


# -- DescribeJobs


@pytest.mark.source("reference §13; that the request's order is kept, and an id told once, is assumed")
def test_unknown_ids_are_left_out(client):
    first, second = submit(client), submit(client)
    asked = [second, UNKNOWN, "nonsense", "", f"{first}:0", f"{first}#0", first, second]
    assert [job["jobId"] for job in client.describe_jobs(jobs=asked)["jobs"]] == [second, first]


@pytest.mark.source("reference §13; that an ARN is no id is assumed")
def test_nothing_known_is_an_empty_list(client):
    job_id = submit(client)
    for asked in ([], [UNKNOWN], [f"{ARN}:job/{job_id}"], [job_id.upper()]):
        response = client.describe_jobs(jobs=asked)
        del response["ResponseMetadata"]
        assert response == {"jobs": []}


@pytest.mark.source("reference §13, §17: both blanks, and the wrapper")
def test_more_than_a_hundred_ids_are_refused(client):
    ids = [submit(client) for _ in range(101)]
    assert len(client.describe_jobs(jobs=ids[:100])["jobs"]) == 100
    with pytest.raises(ClientError) as caught:
        client.describe_jobs(jobs=ids)
    response = caught.value.response
    request_id = response["ResponseMetadata"]["RequestId"]
    assert response["Error"] == {
        "Code": "ClientException",
        "Message": "Error executing request, Exception : Maximum number of jobs supported is  100 ., "
        f"RequestId: {request_id}",
    }


@pytest.mark.source("reference §13: found at once by its id")
def test_a_job_can_be_described_right_after_its_submission(client):
    assert client.describe_jobs(jobs=[submit(client)])["jobs"][0]["status"] == "SUBMITTED"


# -- Refusals of the stopping operations

STOPS: list[tuple[str, dict[str, Any], str, str]] = [
    *(
        (
            operation,
            {ids: one, "reason": "r" * 1025},
            "Reason can be up to 1024 characters long.",
            "assumed: text",
        )
        for operation, ids, one in (
            ("cancel_job", "jobId", UNKNOWN),
            ("terminate_job", "jobId", UNKNOWN),
            ("cancel_jobs", "jobs", [UNKNOWN]),
            ("terminate_jobs", "jobs", [UNKNOWN]),
        )
    ),
    *(
        (
            operation,
            {"jobs": [UNKNOWN] * 51, "reason": "r"},
            "Maximum number of jobs supported is 50",
            "assumed: text",
        )
        for operation in ("cancel_jobs", "terminate_jobs")
    ),
]


@pytest.mark.parametrize(
    ("operation", "request_", "expected"),
    [
        pytest.param(
            operation, request, expected, marks=pytest.mark.source(source), id=f"{operation}-{expected}"
        )
        for operation, request, expected, source in STOPS
    ],
)
def test_a_stop_that_is_refused(client, operation, request_, expected):
    assert refusal(getattr(client, operation), **request_) == expected


@pytest.mark.source("reference §7: at most 50")
@pytest.mark.parametrize("operation", ["cancel_jobs", "terminate_jobs"])
def test_too_many_at_once_stop_none(client, operation):
    ids = [submit(client) for _ in range(51)]
    refusal(getattr(client, operation), jobs=ids, reason="x")
    assert {job["status"] for job in client.describe_jobs(jobs=ids)["jobs"]} == {"SUBMITTED"}


@pytest.mark.source("model: required members")
@pytest.mark.parametrize("operation", ["cancel_job", "terminate_job", "cancel_jobs", "terminate_jobs"])
def test_botocore_itself_asks_for_id_and_reason(client, operation):
    ids = {"jobs": [UNKNOWN]} if operation.endswith("s") else {"jobId": UNKNOWN}
    for request in (ids, {"reason": "x"}):
        with pytest.raises(ParamValidationError):
            getattr(client, operation)(**request)


# -- Determinism


def day(start: str = START, seed: int = 7) -> tuple[list[str], bytes]:
    """The ids of a busy world, and all that was answered in it as one string of bytes."""
    with fakebatch.mock(start=start, seed=seed) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        fake.batch.when(job_name="bad").fail(after=20).host_terminated(after=5)
        client = fake.client("batch")
        ids = [
            submit(client, jobName=name, retryStrategy={"attempts": 3}) for name in ("good", "bad", "ugly")
        ]
        ids.append(submit(client, dependsOn=[{"jobId": ids[1]}]))
        answers = []
        for _ in range(30):
            answers.append(client.describe_jobs(jobs=ids))
            answers.append(client.list_jobs(jobQueue="q"))
            fake.tick(7)
        answers.append(client.terminate_jobs(jobs=ids, reason="end of day"))
        with pytest.raises(ClientError) as caught:
            client.describe_jobs(jobs=ids * 30)
        answers.append(caught.value.response)
        return ids, json.dumps(answers).encode()


@pytest.mark.needs("TerminateJobs")
@pytest.mark.source("api §1: seed")
def test_the_same_seed_and_calls_give_the_same_answers_byte_for_byte():
    assert day() == day()


@pytest.mark.needs("TerminateJobs")
@pytest.mark.source("api §9: ids depend on seed and calls, never on start")
def test_another_start_gives_the_same_ids():
    here, there = day(), day(start="2031-07-09T12:34:56Z")
    assert here[0] == there[0]
    assert here[1] != there[1]
    moved = [json.loads(answers) for answers in (here[1], there[1])]
    tasks = [
        [[attempt["container"] for attempt in job["attempts"]] for job in answers[58]["jobs"]]
        for answers in moved
    ]
    assert tasks[0] == tasks[1]
    assert [len(attempts) for attempts in tasks[0]] == [1, 3, 1, 0]


@pytest.mark.needs("TerminateJobs")
@pytest.mark.source("api §1: seed")
def test_another_seed_gives_other_ids():
    assert not set(day()[0]) & set(day(seed=8)[0])


@pytest.mark.source("api §9: reading doesn't change later ids")
def test_reading_uses_up_no_id(fake, client):
    untouched = fake.snapshot()
    expected = submit(client)
    fake.restore(untouched)
    client.describe_jobs(jobs=[UNKNOWN])
    client.list_jobs(jobQueue="q")
    client.terminate_job(jobId=UNKNOWN, reason="x")
    assert submit(client) == expected
