"""The verbs of `when()`: what happens to the attempts that a rule is about."""

import re

import pytest

import fakebatch

START = 1767225600
EXITED = "Essential container in task exited"


@pytest.fixture
def submit(fake):
    batch = fake.client("batch")

    def submit(name="job", **members):
        members.setdefault("jobQueue", "q")
        return fake.batch.job(batch.submit_job(jobName=name, jobDefinition="d", **members)["jobId"])

    return submit


@pytest.fixture
def run(fake, submit):
    """Submit a job, let it end, and tell its story: (second, status, reason)."""

    def run(name="job", **members):
        view = submit(name, **members)
        fake.run_until_idle()
        return story(view)

    return run


def story(view):
    return [(at.timestamp() - START, status, reason) for at, status, reason in view.history]


def container(fake):
    """The last attempt of the last job, as far as its outcome shows."""
    (described,) = fake.client("batch").describe_jobs(jobs=[fake.batch.jobs()[-1].id])["jobs"]
    attempt = described["attempts"][-1]
    return {
        "exitCode": attempt["container"].get("exitCode"),
        "reason": attempt["container"].get("reason"),
        "statusReason": attempt["statusReason"],
        "startedAt": attempt.get("startedAt", 0) // 1000 - START,
        "stoppedAt": attempt["stoppedAt"] // 1000 - START,
    }


def usage_error(text):
    return pytest.raises(fakebatch.UsageError, match=f"^{re.escape(text)}$")


class TestVerbs:
    @pytest.mark.source("assumed: without a rule a job succeeds after timing.running")
    def test_no_rule(self, run):
        assert run()[-1] == (70, "SUCCEEDED", EXITED)

    @pytest.mark.source("reference §1.4")
    def test_succeed(self, fake, run):
        fake.batch.when().succeed(after=2.5)
        assert run()[-2:] == [(10, "RUNNING", None), (12.5, "SUCCEEDED", EXITED)]

    @pytest.mark.source("reference §1.4")
    def test_fail(self, fake, run):
        fake.batch.when().fail()
        assert run()[-1] == (70, "FAILED", EXITED)
        assert container(fake) == {
            "exitCode": 1,
            "reason": None,
            "statusReason": EXITED,
            "startedAt": 10,
            "stoppedAt": 70,
        }

    @pytest.mark.source("reference §1.4")
    def test_fail_with_all_there_is(self, fake, run):
        fake.batch.when().fail(137, "OutOfMemoryError: killed", after=30, status_reason="Host is on fire")
        assert run()[-1] == (40, "FAILED", "Host is on fire")
        assert container(fake) == {
            "exitCode": 137,
            "reason": "OutOfMemoryError: killed",
            "statusReason": "Host is on fire",
            "startedAt": 10,
            "stoppedAt": 40,
        }

    @pytest.mark.source("reference §1.4: an attempt without an exit code")
    def test_fail_without_an_exit_code(self, fake, run):
        fake.batch.when().fail(exit_code=None, reason="DockerTimeoutError: gone", after=0)
        assert run()[-2:] == [(10, "RUNNING", None), (10, "FAILED", EXITED)]
        assert container(fake)["exitCode"] is None

    @pytest.mark.source("reference §1.4")
    def test_host_terminated(self, fake, run):
        fake.batch.when().host_terminated(after=600)
        reason = run()[-1][2]
        instance = fake.batch.jobs()[0].instance
        assert reason == f"Host EC2 (instance {instance}) terminated."
        assert re.fullmatch("i-[0-9a-f]{17}", instance)
        assert container(fake) == {
            "exitCode": None,
            "reason": None,
            "statusReason": reason,
            "startedAt": 10,
            "stoppedAt": 610,
        }

    @pytest.mark.source("reference §1.4: FARGATE_SPOT; that plain Fargate speaks alike is assumed")
    def test_host_terminated_on_fargate(self, fake):
        fake.batch.add_compute_environment("f", computeResources={"type": "FARGATE_SPOT"})
        fake.batch.add_job_queue("fq", computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "f"}])
        fake.batch.add_job_definition("fd", platformCapabilities=["FARGATE"])
        fake.batch.when(job_queue="fq").host_terminated(after=1)
        job = fake.client("batch").submit_job(jobName="j", jobQueue="fq", jobDefinition="fd")
        fake.run_until_idle()
        view = fake.batch.job(job)
        assert (view.status_reason, view.instance) == ("Your Spot Task was interrupted.", None)

    @pytest.mark.source("assumed: a hanging job never ends by itself")
    def test_hang(self, fake, submit):
        fake.batch.when().hang(logs=["still here"])
        view = submit()
        fake.run_until_idle()
        fake.tick(30 * 24 * 3600)
        assert view.status == "RUNNING"
        assert view.log == ["still here"]

    @pytest.mark.source("reference §3")
    def test_a_timeout_ends_what_hangs(self, fake, run):
        fake.batch.when().hang()
        assert run(timeout={"attemptDurationSeconds": 100})[-1] == (
            110,
            "FAILED",
            "Job attempt duration exceeded timeout",
        )

    @pytest.mark.source("reference §1.4")
    def test_fail_to_start(self, fake, run):
        fake.batch.when().fail_to_start("CannotPullContainerError: no such image")
        assert run() == [
            (0, "SUBMITTED", None),
            (1, "RUNNABLE", None),
            (5, "STARTING", None),
            (10, "FAILED", "Task failed to start"),
        ]
        assert container(fake) == {
            "exitCode": None,
            "reason": "CannotPullContainerError: no such image",
            "statusReason": "Task failed to start",
            "startedAt": -START,
            "stoppedAt": 10,
        }

    @pytest.mark.source("reference §18: DockerTimeout after 4 min")
    def test_fail_to_start_after(self, fake, run):
        fake.batch.when().fail_to_start("DockerTimeoutError: 4m0s", after=240, logs=["pulling"])
        assert run()[-1] == (245, "FAILED", "Task failed to start")
        assert fake.batch.jobs()[0].log == ["pulling"]

    @pytest.mark.source("reference §11.2: the blocking text is the statusReason of the RUNNABLE job")
    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ("UNDETERMINED", "UNDETERMINED - Batch job is blocked, root cause is undetermined."),
            ("My own words", "My own words"),
        ],
    )
    def test_stuck(self, fake, run, given, shown):
        fake.batch.when().stuck(given)
        assert run() == [(0, "SUBMITTED", None), (1, "RUNNABLE", None)]
        (view,) = fake.batch.jobs()
        assert (view.status, view.status_reason) == ("RUNNABLE", shown)

    @pytest.mark.source("assumed: lines come when the container starts, with each attempt")
    def test_logs(self, fake, submit):
        fake.batch.when().fail(after=10, logs=["one", "two"]).succeed(after=10, logs=("three",))
        view = submit(retryStrategy={"attempts": 2})
        fake.tick(9)
        assert view.log == []
        fake.tick(1)
        assert view.log == ["one", "two"]
        fake.run_until_idle()
        assert view.log == ["one", "two", "three"]

    @pytest.mark.source("assumed: to the microsecond")
    def test_after_is_rounded_to_the_microsecond(self, fake, run):
        fake.batch.when().succeed(after=0.1234567)
        assert run()[-1][0] == pytest.approx(10.123457, abs=1e-6)


class TestChains:
    @pytest.mark.source("assumed: successive attempts, the last repeats")
    def test_successive_attempts(self, fake, run):
        fake.batch.when().host_terminated(after=600).fail(after=60).succeed(after=900)
        told = run(retryStrategy={"attempts": 5})
        assert [(at, status) for at, status, _ in told if status in ("RUNNABLE", "RUNNING", "SUCCEEDED")] == [
            (1, "RUNNABLE"),
            (10, "RUNNING"),
            (610, "RUNNABLE"),
            (619, "RUNNING"),
            (679, "RUNNABLE"),
            (688, "RUNNING"),
            (1588, "SUCCEEDED"),
        ]

    @pytest.mark.source("assumed: successive attempts, the last repeats")
    def test_the_last_repeats(self, fake, submit):
        fake.batch.when().fail(2, after=1).fail(3, after=1)
        view = submit(retryStrategy={"attempts": 4})
        fake.run_until_idle()
        assert [attempt["container"]["exitCode"] for attempt in view.attempts] == [2, 3, 3, 3]

    @pytest.mark.source("assumed: each job, and each child, counts its own attempts")
    def test_every_job_begins_with_the_first(self, fake, submit):
        fake.batch.when().fail(after=1).succeed(after=1)
        views = [submit(retryStrategy={"attempts": 2}) for _ in range(3)]
        fake.run_until_idle()
        assert [len(view.attempts) for view in views] == [2, 2, 2]

    @pytest.mark.source("assumed: a job that can't be placed uses up no attempt, so what follows never comes")
    def test_nothing_follows_stuck(self, fake, submit):
        fake.batch.when().stuck("UNDETERMINED").succeed()
        view = submit()
        fake.run_until_idle()
        fake.batch.when(job_name="other").succeed()
        fake.run_until_idle()
        assert view.status == "RUNNABLE"

    @pytest.mark.source("assumed: run() ends a chain, because it returns the function")
    def test_a_body_after_a_failure(self, fake, submit):
        fake.batch.when().fail(after=1).run(lambda job: print(job.environment["AWS_BATCH_JOB_ATTEMPT"]))
        view = submit(retryStrategy={"attempts": 3})
        fake.run_until_idle()
        assert (view.status, view.log) == ("SUCCEEDED", ["2"])


class TestOrder:
    @pytest.mark.source("assumed: the rule added last wins")
    def test_the_last_rule_wins(self, fake, run):
        fake.batch.when(job_name="job").fail(3)
        fake.batch.when().fail(4)
        run()
        assert container(fake)["exitCode"] == 4

    @pytest.mark.source("assumed: the rule added last wins, where it fits")
    def test_an_earlier_rule_where_the_last_doesnt_fit(self, fake, run):
        fake.batch.when(job_name="job").fail(3)
        fake.batch.when(job_name="other").fail(4)
        run()
        assert container(fake)["exitCode"] == 3

    @pytest.mark.source("assumed: a rule without a verb does nothing")
    def test_a_rule_without_a_verb(self, fake, run):
        fake.batch.when().fail(3)
        fake.batch.when()
        run()
        assert container(fake)["exitCode"] == 3

    @pytest.mark.source("assumed: an attempt under way keeps its outcome")
    def test_a_rule_that_comes_later_is_for_the_next_attempt(self, fake, submit):
        fake.batch.when().fail(3, after=10)
        view = submit(retryStrategy={"attempts": 3})
        fake.tick(12)
        fake.batch.when().fail(4, after=10)
        fake.run_until_idle()
        assert [attempt["container"]["exitCode"] for attempt in view.attempts] == [3, 4, 4]

    @pytest.mark.source("assumed: a job is looked at again when a rule comes")
    def test_a_rule_frees_what_is_stuck(self, fake, submit):
        fake.batch.when().stuck("UNDETERMINED")
        view = submit()
        fake.tick(100)
        fake.batch.when().succeed(after=5)
        fake.run_until_idle()
        assert story(view) == [
            (0, "SUBMITTED", None),
            (1, "RUNNABLE", None),
            (100, "STARTING", None),
            (105, "RUNNING", None),
            (110, "SUCCEEDED", EXITED),
        ]

    @pytest.mark.source("reference §1.3: no statusReason once it is placed")
    def test_the_blocking_text_goes_when_the_job_is_placed(self, fake, submit):
        fake.batch.when().stuck("UNDETERMINED")
        view = submit()
        fake.tick(100)
        fake.batch.when().stuck("ACTION_REQUIRED")
        fake.tick(0)
        assert view.status_reason == "ACTION_REQUIRED - CE(s) associated with the job queue are invalid."
        fake.batch.when().succeed()
        fake.tick(0)
        assert (view.status, view.status_reason) == ("STARTING", None)

    @pytest.mark.source("reference §7")
    def test_what_is_stuck_can_be_cancelled(self, fake, submit):
        fake.batch.when().stuck("UNDETERMINED")
        view = submit()
        fake.tick(100)
        fake.client("batch").cancel_job(jobId=view.id, reason="gave up")
        fake.batch.when().succeed()
        fake.run_until_idle()
        assert story(view)[-1] == (100, "FAILED", "gave up")

    @pytest.mark.source("assumed: rules belong to one account and region")
    def test_another_region_has_rules_of_its_own(self, fake, run):
        fake.at(region="eu-west-1").batch.when().fail()
        assert run()[-1][1] == "SUCCEEDED"

    @pytest.mark.source("assumed: a snapshot keeps the rules")
    def test_restore_brings_the_rules_back(self, fake, submit):
        fake.batch.when().fail(3, after=1)
        kept = fake.snapshot()
        fake.batch.when().fail(4, after=1)
        fake.restore(kept)
        view = submit()
        fake.run_until_idle()
        assert view.exit_code == 3

    @pytest.mark.source("assumed: reset drops the rules")
    def test_reset_drops_the_rules(self, fake, submit):
        fake.batch.when().fail()
        fake.reset()
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        view = submit()
        fake.run_until_idle()
        assert view.status == "SUCCEEDED"


class TestMisuse:
    @pytest.mark.source("assumed: 0 is success")
    def test_fail_with_0(self, fake):
        text = "fail(exit_code=0): a container that exits with 0 has SUCCEEDED; use succeed()."
        with usage_error(text):
            fake.batch.when().fail(exit_code=0)

    @pytest.mark.source("assumed: exit codes are those of a process")
    @pytest.mark.parametrize("code", ["137", 256, -9, True], ids=repr)
    def test_fail_with_no_exit_code(self, fake, code):
        with usage_error(f"fail(exit_code={code!r}): an exit code is a whole number from 0 to 255."):
            fake.batch.when().fail(code)

    @pytest.mark.source("assumed: seconds")
    @pytest.mark.parametrize("after", [-1, float("nan"), float("inf"), "30", True], ids=repr)
    def test_after(self, fake, after):
        with usage_error(f"after={after!r}: give a number of seconds from 0 on."):
            fake.batch.when().succeed(after=after)

    @pytest.mark.source("assumed: lines")
    @pytest.mark.parametrize("logs", ["a line", [1], [b"x"]], ids=repr)
    def test_logs(self, fake, logs):
        with usage_error(f"logs={logs!r}: give a list of lines."):
            fake.batch.when().succeed(logs=logs)

    @pytest.mark.source("assumed: what hangs has no end")
    def test_hang_after(self, fake):
        text = "hang(after=…): a hanging container never ends; use fail(after=…) or succeed(after=…)."
        with usage_error(text):
            fake.batch.when().hang(after=5)

    @pytest.mark.source("assumed: a body is called, never awaited")
    def test_run_of_no_function(self, fake):
        with usage_error("run('etl'): give a plain function that takes the job."):
            fake.batch.when().run("etl")

    @pytest.mark.source("assumed: a body is called, never awaited")
    def test_run_of_a_coroutine(self, fake):
        async def etl(job): ...

        with usage_error(f"run({etl!r}): give a plain function that takes the job."):
            fake.batch.when().run(etl)

    @pytest.mark.source("assumed: a refused verb leaves the rule as it was")
    def test_a_refused_verb_adds_nothing(self, fake, run):
        rule = fake.batch.when()
        with pytest.raises(fakebatch.UsageError):
            rule.fail(after=-1)
        assert rule.outcomes == []
        assert run()[-1][1] == "SUCCEEDED"
