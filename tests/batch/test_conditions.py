"""The matchers of `when()`: which attempts a rule is about."""

import re

import pytest

import fakebatch

ARN = "arn:aws:batch:us-east-1:123456789012:"


@pytest.fixture
def failed(fake):
    """The names, or ids of children, of the jobs that a rule with these matchers makes fail."""
    batch = fake.client("batch")

    def failed(*jobs, **matchers):
        fake.batch.when(**matchers).fail()
        for job in jobs:
            batch.submit_job(**{"jobQueue": "q", "jobDefinition": "d", **job})
        fake.run_until_idle()
        return [
            view.name if view.array_index is None else view.array_index
            for view in fake.batch.jobs(status="FAILED")
            if ":" in view.id or view.attempts
        ]

    return failed


def named(*names):
    return [{"jobName": name} for name in names]


@pytest.mark.source("assumed: no argument means every job")
def test_nothing_given(failed):
    assert failed(*named("a", "b")) == ["a", "b"]


@pytest.mark.source("assumed: shell globs, and case matters")
@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("train", ["train"]),
        ("train*", ["train", "train-1", "train-12"]),
        ("train-?", ["train-1"]),
        ("*-1", ["train-1"]),
        ("[tT]rain", ["train", "Train"]),
        ("", []),
        ("rain", []),
    ],
)
def test_job_name(failed, pattern, found):
    assert failed(*named("train", "train-1", "train-12", "Train"), job_name=pattern) == found


@pytest.mark.source("assumed: a queue's name or ARN")
@pytest.mark.parametrize("pattern", ["spot", "sp*", f"{ARN}job-queue/spot", "*/spot"])
def test_job_queue(fake, failed, pattern):
    fake.batch.add_job_queue("spot")
    assert failed({"jobName": "a", "jobQueue": "spot"}, {"jobName": "b"}, job_queue=pattern) == ["a"]


@pytest.mark.source("assumed: a definition's name, name:revision or ARN")
@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("etl", ["a", "b"]),
        ("etl:2", ["b"]),
        ("etl:*", ["a", "b"]),
        (f"{ARN}job-definition/etl:1", ["a"]),
        ("e*", ["a", "b"]),
        ("etl:3", []),
    ],
)
def test_job_definition(fake, failed, pattern, found):
    fake.batch.add_job_definition("etl")
    fake.batch.add_job_definition("etl")
    jobs = [
        {"jobName": "a", "jobDefinition": "etl:1"},
        {"jobName": "b", "jobDefinition": "etl"},
        {"jobName": "c"},
    ]
    assert failed(*jobs, job_definition=pattern) == found


@pytest.mark.source("assumed: parameters after the definition's are merged in")
def test_parameters(fake, failed):
    fake.batch.add_job_definition("p", parameters={"stage": "test", "size": "1"})
    jobs = [
        {"jobName": "a", "jobDefinition": "p"},
        {"jobName": "b", "jobDefinition": "p", "parameters": {"stage": "prod-eu"}},
        {"jobName": "c"},
    ]
    assert failed(*jobs, parameters={"stage": "prod-*", "size": "1"}) == ["b"]


@pytest.mark.source("assumed: what the container sees")
def test_environment(fake, failed):
    jobs = [
        {"jobName": "a", "containerOverrides": {"environment": [{"name": "STAGE", "value": "prod"}]}},
        {"jobName": "b", "containerOverrides": {"environment": [{"name": "STAGE", "value": "test"}]}},
        {"jobName": "c"},
    ]
    assert failed(*jobs, environment={"STAGE": "p*", "AWS_BATCH_JQ_NAME": "q"}) == ["a"]


@pytest.mark.source("assumed: AWS_BATCH_JOB_ATTEMPT is that of the attempt in question")
@pytest.mark.parametrize(("number", "attempts"), [("1", 2), ("2", 1), ("3", 1)])
def test_environment_has_the_attempt(fake, number, attempts):
    """The rule makes the attempt it is about succeed; all others fail."""
    fake.batch.when().fail()
    fake.batch.when(environment={"AWS_BATCH_JOB_ATTEMPT": number}).succeed()
    job = fake.client("batch").submit_job(
        jobName="j", jobQueue="q", jobDefinition="d", retryStrategy={"attempts": 3}
    )
    fake.run_until_idle()
    view = fake.batch.job(job)
    assert (view.status, len(view.attempts)) == ("SUCCEEDED", int(number))


@pytest.mark.source("assumed: the words joined by blanks, or the list itself")
@pytest.mark.parametrize(
    "pattern", ["python train.py --epochs 3", "python *", ["python", "train.py", "--epochs", "3"]]
)
def test_command(fake, failed, pattern):
    command = ["python", "train.py", "--epochs", "Ref::n"]
    fake.batch.add_job_definition("t", containerProperties={"command": command}, parameters={"n": "3"})
    jobs = [
        {"jobName": "a", "jobDefinition": "t"},
        {"jobName": "b", "jobDefinition": "t", "containerOverrides": {"command": ["true"]}},
    ]
    assert failed(*jobs, command=pattern) == ["a"]


@pytest.mark.source("assumed: a list must be the whole command")
@pytest.mark.parametrize("pattern", [["python"], [], ["python*", "*"], ("python", "x")])
def test_another_command(fake, failed, pattern):
    fake.batch.add_job_definition("t", containerProperties={"command": ["python", "train.py"]})
    assert failed({"jobName": "a", "jobDefinition": "t"}, command=pattern) == []


@pytest.mark.source("assumed: children by index; other jobs have none")
def test_array_index(failed):
    array = {"jobName": "array", "arrayProperties": {"size": 3}}
    assert failed(array, *named("plain"), array_index=1) == [1]


@pytest.mark.source("assumed: no job is a node yet")
def test_node_index(failed):
    assert failed(*named("plain"), node_index=0) == []


@pytest.mark.source("assumed: 1 for the first")
@pytest.mark.parametrize(("attempt", "statuses"), [(1, 2), (2, 1)])
def test_attempt(fake, attempt, statuses):
    fake.batch.when(attempt=attempt).fail()
    job = fake.client("batch").submit_job(
        jobName="j", jobQueue="q", jobDefinition="d", retryStrategy={"attempts": 2}
    )
    fake.run_until_idle()
    assert len(fake.batch.job(job).attempts) == statuses
    assert fake.batch.job(job).status == "SUCCEEDED"


@pytest.mark.source("assumed: a function of the job's view")
def test_matching(failed):
    assert failed(*named("short", "much-longer"), matching=lambda job: len(job.name) > 5) == ["much-longer"]


@pytest.mark.source("assumed: all that is given must hold")
def test_all_must_hold(failed):
    array = {"jobName": "array", "arrayProperties": {"size": 2}}
    assert failed(array, array_index=1, job_name="array", matching=lambda job: False) == []
    assert failed(array, array_index=1, job_name="other") == []
    assert failed(array, array_index=0, job_name="arr*", attempt=1) == [0]


@pytest.mark.source("assumed: misuse is told at once")
@pytest.mark.parametrize(
    ("matchers", "text"),
    [
        ({"job_name": 5}, "when(job_name=5): give a name or a glob, such as 'train-*'."),
        ({"job_queue": ["q"]}, "when(job_queue=['q']): give a name or a glob, such as 'train-*'."),
        ({"job_definition": b"d"}, "when(job_definition=b'd'): give a name or a glob, such as 'train-*'."),
        (
            {"parameters": "stage=prod"},
            "when(parameters='stage=prod'): give a mapping of names to globs, such as {'STAGE': 'prod-*'}.",
        ),
        (
            {"environment": {"N": 3}},
            "when(environment={'N': 3}): give a mapping of names to globs, such as {'STAGE': 'prod-*'}.",
        ),
        (
            {"command": [1]},
            "when(command=[1]): give the list of its words, or a glob over them, such as 'python *.py'.",
        ),
        ({"container": 1}, "when(container=1): give a name or a glob, such as 'train-*'."),
        ({"array_index": "3"}, "when(array_index='3'): give a whole number from 0 on."),
        ({"array_index": -1}, "when(array_index=-1): give a whole number from 0 on."),
        ({"node_index": True}, "when(node_index=True): give a whole number from 0 on."),
        ({"attempt": 0}, "when(attempt=0): give a whole number from 1 on."),
        (
            {"matching": "etl"},
            "when(matching='etl'): give a function that takes the job and says whether it fits.",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_misuse(fake, matchers, text):
    with pytest.raises(fakebatch.UsageError, match=f"^{re.escape(text)}$"):
        fake.batch.when(**matchers)
    assert fake.batch.when(job_name="x").conditions is not None


@pytest.mark.source("assumed: an error of the function is the test's own")
def test_a_matcher_that_raises(fake):
    fake.batch.when(matching=lambda job: job.nothing).fail()
    fake.client("batch").submit_job(jobName="j", jobQueue="q", jobDefinition="d")
    with pytest.raises(AttributeError):
        fake.run_until_idle()
