"""A job's view: live, read-only, with two ways to end its attempt."""

import re
from datetime import datetime, timedelta, timezone

import pytest

import fakebatch

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
ARN = "arn:aws:batch:us-east-1:123456789012:"
EXITED = "Essential container in task exited"


@pytest.fixture
def submit(fake):
    batch = fake.client("batch")

    def submit(name="job", **members):
        return fake.batch.job(batch.submit_job(jobName=name, jobQueue="q", jobDefinition="d", **members))

    return submit


def usage_error(text):
    return pytest.raises(fakebatch.UsageError, match=f"^{re.escape(text)}$")


def at(seconds):
    return START + timedelta(seconds=seconds)


@pytest.mark.source("assumed: the view has what a test asks about")
def test_before_anything_has_run(submit):
    view = submit(parameters={"a": "b"})
    assert {
        "name": view.name,
        "status": view.status,
        "status_reason": view.status_reason,
        "queue": view.queue,
        "queue_arn": view.queue_arn,
        "definition_names": view.definition_names,
        "parameters": view.parameters,
        "command": view.command,
        "environment": view.environment,
        "array_index": view.array_index,
        "node_index": view.node_index,
        "exit_code": view.exit_code,
        "attempts": view.attempts,
        "instance": view.instance,
        "history": view.history,
        "log": view.log,
    } == {
        "name": "job",
        "status": "SUBMITTED",
        "status_reason": None,
        "queue": "q",
        "queue_arn": f"{ARN}job-queue/q",
        "definition_names": ("d", "d:1", f"{ARN}job-definition/d:1"),
        "parameters": {"a": "b"},
        "command": ["true"],
        "environment": {"AWS_BATCH_JOB_ID": view.id, "AWS_BATCH_JQ_NAME": "q"},
        "array_index": None,
        "node_index": None,
        "exit_code": None,
        "attempts": [],
        "instance": None,
        "history": [(START, "SUBMITTED", None)],
        "log": [],
    }


@pytest.mark.source("assumed: a view is live")
def test_follows_the_job(fake, submit):
    fake.batch.when().fail(3, reason="bad", after=5, logs=["hello"])
    view = submit()
    seen = []
    for _ in range(16):
        if not seen or seen[-1] != (view.status, view.exit_code):
            seen.append((view.status, view.exit_code))
        fake.tick()
    assert seen == [
        ("SUBMITTED", None),
        ("RUNNABLE", None),
        ("STARTING", None),
        ("RUNNING", None),
        ("FAILED", 3),
    ]
    assert view.status_reason == EXITED
    assert view.history == [
        (at(0), "SUBMITTED", None),
        (at(1), "RUNNABLE", None),
        (at(5), "STARTING", None),
        (at(10), "RUNNING", None),
        (at(15), "FAILED", EXITED),
    ]
    assert (view.history[-1].at, view.history[-1].status, view.history[-1].reason) == (
        at(15),
        "FAILED",
        EXITED,
    )


@pytest.mark.source("model: attempts as DescribeJobs shows them")
def test_attempts_are_those_of_describe_jobs(fake, submit):
    fake.batch.when().fail_to_start("CannotPullContainerError: x").fail(2, after=1).succeed()
    view = submit(retryStrategy={"attempts": 3})
    fake.run_until_idle()
    (described,) = fake.client("batch").describe_jobs(jobs=[view.id])["jobs"]
    assert view.attempts == described["attempts"]
    assert [attempt["container"].get("exitCode") for attempt in view.attempts] == [None, 2, 0]


@pytest.mark.source("reference §8: what the container sees; DescribeJobs hides AWS_BATCH_*")
def test_environment(fake, submit):
    own = [{"name": "STAGE", "value": "prod"}]
    view = submit(containerOverrides={"environment": own})
    fake.tick(20)
    assert view.environment == {
        "STAGE": "prod",
        "AWS_BATCH_JOB_ID": view.id,
        "AWS_BATCH_JQ_NAME": "q",
        "AWS_BATCH_CE_NAME": "q-environment",
        "AWS_BATCH_JOB_ATTEMPT": "1",
    }
    (described,) = fake.client("batch").describe_jobs(jobs=[view.id])["jobs"]
    assert described["container"]["environment"] == own


@pytest.mark.source("assumed: read-only")
def test_changing_what_it_returns_changes_nothing(submit):
    view = submit(parameters={"a": "b"})
    view.parameters.clear()
    view.command.clear()
    view.environment.clear()
    assert (view.parameters, view.command) == ({"a": "b"}, ["true"])
    with pytest.raises(AttributeError):
        view.status = "RUNNING"


@pytest.mark.source("assumed: it follows restore")
def test_follows_restore(fake, submit):
    view = submit()
    kept = fake.snapshot()
    fake.run_until_idle()
    assert view.status == "SUCCEEDED"
    fake.restore(kept)
    assert (view.status, len(view.history)) == ("SUBMITTED", 1)
    fake.run_until_idle()
    assert (view.status, len(view.history)) == ("SUCCEEDED", 5)


@pytest.mark.source("assumed: it says that its job is gone")
def test_after_reset(fake, submit):
    view = submit()
    fake.reset()
    with usage_error(f"Job {view.id} is gone: its retention is over, or the world was reset or restored."):
        _ = view.status
    assert repr(view) == f"<job {view.id}, gone>"


@pytest.mark.source("reference §13: seven days")
def test_after_its_retention(fake, submit):
    view = submit()
    fake.run_until_idle()
    fake.tick(timedelta(days=7) - timedelta(seconds=1))
    assert view.status == "SUCCEEDED"
    fake.tick()
    with pytest.raises(fakebatch.UsageError, match=r"^Job .* is gone"):
        _ = view.log


@pytest.mark.source("assumed: name, id and state")
def test_repr(fake, submit):
    view = submit("train")
    assert repr(view) == f"<job 'train' {view.id} SUBMITTED>"
    assert repr(submit("array", arrayProperties={"size": 2})).endswith(" SUBMITTED>")


class TestFinish:
    @pytest.mark.source("assumed: as if the container had exited")
    def test_success(self, fake, submit):
        view = submit()
        fake.tick(12)
        view.finish()
        assert view.history[-1] == (at(12), "SUCCEEDED", EXITED)
        fake.run_until_idle()
        assert (len(view.history), view.exit_code) == (5, 0)

    @pytest.mark.source("assumed: as if the container had exited")
    def test_failure(self, fake, submit):
        view = submit()
        fake.tick(12)
        view.finish(exit_code=137, reason="OutOfMemoryError")
        assert view.history[-1] == (at(12), "FAILED", EXITED)
        (described,) = fake.client("batch").describe_jobs(jobs=[view.id])["jobs"]
        assert (described["container"]["exitCode"], described["container"]["reason"]) == (
            137,
            "OutOfMemoryError",
        )

    @pytest.mark.source("reference §2: a strategy may retry it")
    def test_a_retry(self, fake, submit):
        view = submit(retryStrategy={"attempts": 2})
        fake.tick(12)
        view.finish(1)
        assert view.status == "RUNNABLE"
        fake.run_until_idle()
        assert view.history[-1] == (at(81), "SUCCEEDED", EXITED)

    @pytest.mark.source("assumed: a child is a job like any other")
    def test_a_child(self, fake, submit):
        fake.batch.when().hang()
        array = submit(arrayProperties={"size": 2})
        fake.tick(12)
        for index in (0, 1):
            fake.batch.job(f"{array.id}:{index}").finish(index)
        assert (array.status, array.status_reason) == ("FAILED", "Array Child Job failed")

    @pytest.mark.source("assumed: misuse")
    def test_too_early(self, fake, submit):
        view = submit()
        for seconds, status in ((0, "SUBMITTED"), (1, "RUNNABLE"), (4, "STARTING")):
            fake.tick(seconds)
            with usage_error(
                f"finish() ends the current attempt of a job that is RUNNING, but job 'job' ({view.id}) is "
                f"{status}. Move time first: fake.run_until('{view.id}', 'RUNNING')."
            ):
                view.finish()

    @pytest.mark.source("assumed: misuse")
    def test_too_late(self, fake, submit):
        view = submit()
        fake.run_until_idle()
        with usage_error(
            f"finish() ends the current attempt of a job that is RUNNING, but job 'job' ({view.id}) is "
            "SUCCEEDED. It has ended already."
        ):
            view.finish()

    @pytest.mark.source("assumed: misuse")
    def test_the_parent_of_an_array(self, fake, submit):
        view = submit(arrayProperties={"size": 2})
        fake.tick(20)
        with usage_error(
            f"finish() ends the current attempt of a job that is RUNNING, but job 'job' ({view.id}) is "
            "PENDING. An array's parent runs nothing itself: take one of its children, such as "
            f"'{view.id}:0'."
        ):
            view.finish()

    @pytest.mark.source("assumed: exit codes are those of a process")
    @pytest.mark.parametrize("code", [-1, 256, "0", None, False], ids=repr)
    def test_no_exit_code(self, fake, submit, code):
        view = submit()
        fake.tick(12)
        with usage_error(f"finish(exit_code={code!r}): an exit code is a whole number from 0 to 255."):
            view.finish(code)
        assert view.status == "RUNNING"


class TestInterrupt:
    @pytest.mark.source("reference §1.4")
    @pytest.mark.parametrize("second", [6, 12])
    def test_takes_the_host(self, fake, submit, second):
        view = submit()
        fake.tick(second)
        instance = view.instance
        view.interrupt()
        assert view.history[-1] == (at(second), "FAILED", f"Host EC2 (instance {instance}) terminated.")
        assert (view.instance, view.exit_code) == (instance, None)

    @pytest.mark.source("reference §2: a strategy may retry it, on another host")
    def test_a_retry(self, fake, submit):
        view = submit(retryStrategy={"attempts": 2})
        fake.tick(12)
        first = view.instance
        view.interrupt()
        fake.run_until(view, "RUNNING")
        assert (view.instance != first, len(view.attempts)) == (True, 1)

    @pytest.mark.source("assumed: misuse")
    def test_too_early(self, submit):
        view = submit()
        with usage_error(
            "interrupt() ends the current attempt of a job that is STARTING or RUNNING, but job 'job' "
            f"({view.id}) is SUBMITTED. Move time first: fake.run_until('{view.id}', 'RUNNING')."
        ):
            view.interrupt()


@pytest.mark.source("assumed: a view of the containers, for assertions about one of several")
def test_the_containers_of_a_job(fake, submit):
    (container,) = submit().containers
    assert container == ("default", None, None, [])
    fake.batch.when(job_name="one").fail(3, "why", logs=["a", "b"])
    one = submit("one")
    fake.run_until(one)
    assert one.containers == [("default", 3, "why", ["a", "b"])]


@pytest.mark.source("assumed: the first essential container stands for the job")
def test_a_job_of_several_containers(fake):
    containers = [
        {"name": "side", "essential": False, "command": ["side"]},
        {"name": "main", "command": ["run"], "environment": [{"name": "A", "value": "1"}]},
        {"name": "other", "command": ["other"]},
    ]
    fake.batch.add_job_definition("several", ecsProperties={"taskProperties": [{"containers": containers}]})
    batch = fake.client("batch")
    view = fake.batch.job(batch.submit_job(jobName="j", jobQueue="q", jobDefinition="several"))
    assert view.command == ["run"]
    assert view.environment == {"A": "1", "AWS_BATCH_JOB_ID": view.id, "AWS_BATCH_JQ_NAME": "q"}
    assert [each.name for each in view.containers] == ["side", "main", "other"]
    fake.run_until(view)
    (attempt,) = view.attempts
    assert [each["name"] for each in attempt["taskProperties"][0]["containers"]] == ["side", "main", "other"]
