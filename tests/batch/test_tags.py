"""Tags of environments, queues, policies, job definitions and jobs."""

import pytest
from botocore.exceptions import ClientError

import fakebatch

ARN = "arn:aws:batch:us-east-1:123456789012:"


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        yield world


def tags_of(batch, arn):
    return batch.list_tags_for_resource(resourceArn=arn)["tags"]


def refusal(call, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(**kwargs)
    error = caught.value.response["Error"]
    assert error["Code"] == "ClientException"
    return error["Message"]


def submit(batch, **members):
    return batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d", **members)


@pytest.fixture(params=["compute environment", "job queue", "scheduling policy", "job definition", "job"])
def resource(request, fake, batch):
    """The ARN of a resource with the tags `{"Stage": "Alpha"}`."""
    tags = {"Stage": "Alpha"}
    if request.param == "compute environment":
        return fake.batch.add_compute_environment("ce", tags=tags)
    if request.param == "job queue":
        return fake.batch.add_job_queue("q", tags=tags)
    if request.param == "scheduling policy":
        return fake.batch.add_scheduling_policy("p", tags=tags)
    if request.param == "job definition":
        return fake.batch.add_job_definition("d", tags=tags)
    fake.batch.add_job_queue("q")
    fake.batch.add_job_definition("d")
    return submit(batch, tags=tags)["jobArn"]


@pytest.mark.source("reference §14")
def test_tags_are_added_replaced_and_removed(batch, resource):
    assert tags_of(batch, resource) == {"Stage": "Alpha"}
    response = batch.tag_resource(resourceArn=resource, tags={"Stage": "Beta", "User": "JaneDoe"})
    assert response.keys() == {"ResponseMetadata"}
    assert tags_of(batch, resource) == {"Stage": "Beta", "User": "JaneDoe"}
    response = batch.untag_resource(resourceArn=resource, tagKeys=["Stage", "unknown"])
    assert response.keys() == {"ResponseMetadata"}
    assert tags_of(batch, resource) == {"User": "JaneDoe"}


@pytest.mark.source("reference §14")
def test_describe_shows_the_tags_of_now(fake, batch):
    queue = fake.batch.add_job_queue("q")
    environment = fake.batch.add_compute_environment("ce")
    definition = fake.batch.add_job_definition("d")
    job = submit(batch)
    for arn in (queue, environment, definition, job["jobArn"]):
        batch.tag_resource(resourceArn=arn, tags={"a": "b"})
    assert batch.describe_job_queues(jobQueues=["q"])["jobQueues"][0]["tags"] == {"a": "b"}
    environments = batch.describe_compute_environments(computeEnvironments=["ce"])["computeEnvironments"]
    assert environments[0]["tags"] == {"a": "b"}
    assert batch.describe_job_definitions()["jobDefinitions"][0]["tags"] == {"a": "b"}
    assert batch.describe_jobs(jobs=[job["jobId"]])["jobs"][0]["tags"] == {"a": "b"}


@pytest.mark.source("reference §14: tags live on what they were put on")
def test_tags_of_a_job_are_not_those_of_its_definition(fake, batch):
    fake.batch.add_job_queue("q")
    definition = fake.batch.add_job_definition("d", tags={"a": "b"})
    job = submit(batch)
    batch.tag_resource(resourceArn=job["jobArn"], tags={"c": "d"})
    assert tags_of(batch, definition) == {"a": "b"}


@pytest.mark.source("assumed: text")
@pytest.mark.parametrize(
    "resource",
    [
        "compute-environment/nope",
        "job-queue/nope",
        "job-definition/nope:1",
        "job-definition/d:2",
        "job-definition/d:0",
        "job-definition/d:x",
        "job-definition/d:\u0661",
        "job-definition/d:" + "1" * 5000,
        "job/11111111-2222-3333-4444-555555555555",
        "scheduling-policy/nope",
        "nonsense",
    ],
)
def test_an_unknown_arn_is_refused(fake, batch, resource):
    fake.batch.add_job_definition("d")
    text = f"{ARN}{resource} does not exist"
    assert refusal(batch.list_tags_for_resource, resourceArn=ARN + resource) == text
    assert refusal(batch.tag_resource, resourceArn=ARN + resource, tags={"a": "b"}) == text
    assert refusal(batch.untag_resource, resourceArn=ARN + resource, tagKeys=["a"]) == text


@pytest.mark.source("assumed: text")
@pytest.mark.parametrize("place", ["eu-west-1:123456789012", "us-east-1:111122223333"])
def test_an_arn_of_another_place_is_unknown(fake, batch, place):
    fake.batch.add_job_queue("q")
    arn = f"arn:aws:batch:{place}:job-queue/q"
    assert refusal(batch.list_tags_for_resource, resourceArn=arn) == f"{arn} does not exist"


@pytest.mark.source("reference §14; text assumed")
def test_a_definition_is_named_with_its_revision(fake, batch):
    fake.batch.add_job_definition("d")
    text = refusal(batch.list_tags_for_resource, resourceArn=ARN + "job-definition/d")
    assert text == "Job definition ARN must include the revision"


@pytest.mark.source("assumed: reference §14 doesn't say")
def test_an_inactive_definition_keeps_its_tags(fake, batch):
    arn = fake.batch.add_job_definition("d", tags={"a": "b"}, status="INACTIVE")
    assert tags_of(batch, arn) == {"a": "b"}


@pytest.mark.source("reference §14; text assumed")
@pytest.mark.parametrize("child", [":0", "#1"])
def test_children_have_no_tags(fake, batch, child):
    fake.batch.add_job_queue("q")
    fake.batch.add_job_definition("d")
    arn = submit(batch, arrayProperties={"size": 2})["jobArn"] + child
    text = "Child jobs of array and multi-node parallel jobs cannot be tagged"
    assert refusal(batch.list_tags_for_resource, resourceArn=arn) == text
    assert refusal(batch.tag_resource, resourceArn=arn, tags={"a": "b"}) == text


@pytest.mark.parametrize(
    ("tags", "text"),
    [
        pytest.param(
            {"a%": "b"},
            "Tags can only contain letters, numbers, spaces, and the following special characters: "
            "_ . : / = + - @",
            marks=pytest.mark.source("reference §14"),
            id="characters",
        ),
        pytest.param(
            {"aws:a": "b"},
            "Tag keys cannot start with aws:",
            marks=pytest.mark.source("reference §14; text assumed"),
            id="reserved",
        ),
        pytest.param(
            {f"k{n}": "v" for n in range(50)},
            "Resource cannot have more than 50 tags",
            marks=pytest.mark.source("reference §14; text assumed"),
            id="too many",
        ),
    ],
)
def test_tags_have_limits(fake, batch, tags, text):
    arn = fake.batch.add_job_queue("q", tags={"Stage": "Alpha"})
    assert refusal(batch.tag_resource, resourceArn=arn, tags=tags) == text
    assert tags_of(batch, arn) == {"Stage": "Alpha"}
