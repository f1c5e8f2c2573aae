"""The test author's side of Batch: finding jobs, listing them, taking hosts away."""

import re

import pytest

import fakebatch

UNKNOWN = "4c7599ae-0a82-49aa-ba5a-4727fcce14a8"


@pytest.fixture
def submit(fake):
    batch = fake.client("batch")

    def submit(name="job", **members):
        return batch.submit_job(**{"jobName": name, "jobQueue": "q", "jobDefinition": "d", **members})

    return submit


def usage_error(text):
    return pytest.raises(fakebatch.UsageError, match=f"^{re.escape(text)}$")


class TestJob:
    @pytest.mark.source("assumed: an id, an ARN, or a response that names it")
    def test_by_whatever_names_it(self, fake, submit):
        response = submit("train")
        (described,) = fake.client("batch").describe_jobs(jobs=[response["jobId"]])["jobs"]
        for named in (response["jobId"], response["jobArn"], response, described):
            assert fake.batch.job(named).name == "train"

    @pytest.mark.source("reference §15: a child's id")
    def test_a_child(self, fake, submit):
        response = submit(arrayProperties={"size": 2})
        fake.tick(2)
        assert fake.batch.job(response["jobId"] + ":1").array_index == 1

    @pytest.mark.source("assumed: misuse")
    def test_none_there(self, fake):
        with usage_error(
            f"There is no job '{UNKNOWN}' in us-east-1 of account 123456789012. "
            "No job has been submitted there."
        ):
            fake.batch.job(UNKNOWN)

    @pytest.mark.source("assumed: misuse; those that are there are listed")
    def test_another_one_there(self, fake, submit):
        job = submit("train")["jobId"]
        with usage_error(
            "There is no job 'train' in us-east-1 of account 123456789012. "
            f"There are: train ({job}, SUBMITTED)."
        ):
            fake.batch.job("train")

    @pytest.mark.source("assumed: misuse; the last ten are listed")
    def test_many_there(self, fake, submit):
        jobs = [submit(f"job-{number}")["jobId"] for number in range(12)]
        listed = ", ".join(f"job-{number} ({jobs[number]}, SUBMITTED)" for number in range(2, 12))
        with usage_error(
            f"There is no job 'x' in us-east-1 of account 123456789012. There are: 2 more and {listed}."
        ):
            fake.batch.job("x")

    @pytest.mark.source("assumed: misuse; each region has jobs of its own")
    def test_in_another_region(self, fake, submit):
        job = submit()["jobId"]
        with usage_error(
            f"There is no job '{job}' in eu-west-1 of account 123456789012. No job has been submitted there."
        ):
            fake.at(region="eu-west-1").batch.job(job)

    @pytest.mark.source("assumed: misuse")
    @pytest.mark.parametrize("named", [{}, {"jobName": "x"}, None, 5], ids=repr)
    def test_what_names_no_job(self, fake, named):
        with usage_error(f"job({named!r}): that names no job; give its id or a response with a jobId."):
            fake.batch.job(named)


class TestJobs:
    @pytest.mark.source("assumed: in the order in which they came into being, children too")
    def test_all(self, fake, submit):
        fake.batch.add_job_queue("other")
        submit("a", jobQueue="other")
        array = submit("array", arrayProperties={"size": 2})["jobId"]
        submit("b")
        fake.tick(2)
        submit("c")
        assert [(view.name, view.array_index) for view in fake.batch.jobs()] == [
            ("a", None),
            ("array", None),
            ("b", None),
            ("array", 0),
            ("array", 1),
            ("c", None),
        ]
        assert fake.batch.jobs()[1].id == array

    @pytest.mark.source("assumed: a glob over the name, case matters")
    @pytest.mark.parametrize(
        ("pattern", "found"),
        [
            ("train", ["train"]),
            ("train*", ["train", "train-2"]),
            ("*", ["train", "train-2", "Train"]),
            ("x", []),
        ],
    )
    def test_by_name(self, fake, submit, pattern, found):
        for name in ("train", "train-2", "Train"):
            submit(name)
        assert [view.name for view in fake.batch.jobs(pattern)] == found
        assert [view.name for view in fake.batch.jobs(name=pattern)] == found

    @pytest.mark.source("assumed: by state, and by both")
    def test_by_status(self, fake, submit):
        fake.batch.when(job_name="bad").fail(after=1)
        submit("bad")
        submit("good")
        fake.tick(20)
        submit("good")
        assert [view.name for view in fake.batch.jobs(status="FAILED")] == ["bad"]
        assert [view.name for view in fake.batch.jobs("good", "RUNNING")] == ["good"]
        assert fake.batch.jobs("bad", status="RUNNING") == []

    @pytest.mark.source("assumed: misuse")
    def test_no_such_status(self, fake):
        with usage_error(
            "jobs(status='running'): no such status; jobs are SUBMITTED, PENDING, RUNNABLE, STARTING, "
            "RUNNING, SUCCEEDED, FAILED."
        ):
            fake.batch.jobs(status="running")

    @pytest.mark.source("assumed: misuse")
    def test_no_name(self, fake):
        with usage_error("jobs(name=5): give a name or a glob, such as 'train-*'."):
            fake.batch.jobs(name=5)


class TestReclaimSpot:
    @pytest.mark.source("reference §1.4, §2")
    @pytest.mark.parametrize(
        "names",
        [
            lambda response, view: response,
            lambda response, view: view.id,
            lambda response, view: view,
            lambda response, view: view.instance,
            lambda response, view: response["jobArn"],
        ],
        ids=["response", "id", "view", "instance", "arn"],
    )
    def test_takes_the_host_away(self, fake, submit, names):
        response = submit(retryStrategy={"attempts": 2})
        # There is room for two of these jobs on an instance.
        beside, other = submit("beside"), submit("other")
        view = fake.batch.job(response)
        fake.tick(20)
        instance = view.instance
        fake.batch.reclaim_spot(names(response, view))
        assert view.status == "RUNNABLE"
        assert view.attempts[0]["statusReason"] == f"Host EC2 (instance {instance}) terminated."
        assert [fake.batch.job(each).status for each in (beside, other)] == ["FAILED", "RUNNING"]
        fake.run_until_idle()
        assert view.status == "SUCCEEDED"

    @pytest.mark.source("assumed: misuse")
    def test_nothing_is_placed(self, fake, submit):
        job = submit()["jobId"]
        with usage_error("There is no instance 'i-0123'. No instance is up."):
            fake.batch.reclaim_spot("i-0123")
        with usage_error(
            "interrupt() ends the current attempt of a job that is STARTING or RUNNING, but job 'job' "
            f"({job}) is SUBMITTED. Move time first: fake.run_until('{job}', 'RUNNING')."
        ):
            fake.batch.reclaim_spot(job)

    @pytest.mark.source("assumed: misuse; the instances that are there are listed, and Fargate has none")
    def test_another_instance(self, fake, submit):
        fake.batch.add_compute_environment("f", computeResources={"type": "FARGATE"})
        fake.batch.add_job_queue("fq", computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "f"}])
        fake.batch.add_job_definition("fd", platformCapabilities=["FARGATE"])
        submit("fargate", jobQueue="fq", jobDefinition="fd")
        first, _, last = [fake.batch.job(submit()) for _ in range(3)]
        fake.tick(20)
        with usage_error(f"There is no instance 'i-0123'. There are: {first.instance}, {last.instance}."):
            fake.batch.reclaim_spot("i-0123")

    @pytest.mark.source("assumed: misuse")
    def test_an_instance_that_is_gone(self, fake, submit):
        view = fake.batch.job(submit())
        fake.run_until_idle()
        fake.tick(60)
        with usage_error(f"There is no instance '{view.instance}'. No instance is up."):
            fake.batch.reclaim_spot(view.instance)

    @pytest.mark.source("assumed: misuse")
    def test_no_job(self, fake):
        with usage_error(
            f"There is no job '{UNKNOWN}' in us-east-1 of account 123456789012. "
            "No job has been submitted there."
        ):
            fake.batch.reclaim_spot(UNKNOWN)
        with usage_error("reclaim_spot({}): that names no job; give its id or a response with a jobId."):
            fake.batch.reclaim_spot({})


@pytest.mark.source("assumed: a side stays valid through reset and restore")
def test_a_control_that_is_kept(fake, submit):
    control = fake.batch
    kept = fake.snapshot()
    submit()
    assert len(control.jobs()) == 1
    fake.reset()
    assert control.jobs() == []
    fake.restore(kept)
    submit()
    assert len(control.jobs()) == 1


@pytest.mark.source("assumed: matchers are given by name")
def test_when_takes_no_positional_argument(fake):
    with pytest.raises(TypeError):
        fake.batch.when("train-*")
