"""Python functions that stand for containers."""

import asyncio
import re
import sys
import time

import boto3
import pytest

import fakebatch

START = 1767225600
EXITED = "Essential container in task exited"


@pytest.fixture
def submit(fake):
    batch = fake.client("batch")

    def submit(name="job", **members):
        return fake.batch.job(batch.submit_job(jobName=name, jobQueue="q", jobDefinition="d", **members))

    return submit


@pytest.fixture
def run(fake, submit):
    """Run a job with this body to its end."""

    def run(body, **members):
        fake.batch.when().run(body)
        view = submit(**members)
        fake.run_until_idle()
        return view

    return run


def last(view):
    """Second, state and reason of the last entry of its history."""
    at, status, reason = view.history[-1]
    return at.timestamp() - START, status, reason


def leave(code):
    """A body that leaves the interpreter with this code."""
    return lambda job: sys.exit(code)


def usage_error(text):
    return pytest.raises(fakebatch.UsageError, match=f"^{re.escape(text)}$")


class TestExitCodes:
    @pytest.mark.source("assumed: None is 0")
    @pytest.mark.parametrize("returned", [None, 0])
    def test_success(self, run, returned):
        view = run(lambda job: returned)
        assert (view.exit_code, last(view)) == (0, (70, "SUCCEEDED", EXITED))

    @pytest.mark.source("assumed: the exit code is what it returns")
    @pytest.mark.parametrize("returned", [1, 3, 255])
    def test_failure(self, run, returned):
        view = run(lambda job: returned)
        assert (view.exit_code, last(view)) == (returned, (70, "FAILED", EXITED))

    @pytest.mark.source(
        "assumed: 1 if it raises, and the traceback is the log, beginning with the body itself"
    )
    def test_an_exception(self, run):
        def body(job):
            print("before")
            raise ValueError("no such input")

        view = run(body)
        assert (view.exit_code, last(view)) == (1, (70, "FAILED", EXITED))
        line = body.__code__.co_firstlineno + 2
        assert view.log == [
            "before",
            "Traceback (most recent call last):",
            f'  File "{__file__}", line {line}, in body',
            '    raise ValueError("no such input")',
            "ValueError: no such input",
        ]

    @pytest.mark.source("assumed: an exception's causes are told as the interpreter does")
    def test_an_exception_with_a_cause(self, run):
        def body(job):
            try:
                int("x")
            except ValueError as error:
                raise RuntimeError("bad input") from error

        log = run(body).log
        assert log[-1] == "RuntimeError: bad input"
        assert "The above exception was the direct cause of the following exception:" in log

    @pytest.mark.source("assumed: as the interpreter has it")
    @pytest.mark.parametrize(
        ("code", "left", "log"),
        [(None, 0, []), (0, 0, []), (5, 5, []), (-1, 255, []), (256, 0, []), ("boom", 1, ["boom"])],
    )
    def test_sys_exit(self, run, code, left, log):
        view = run(leave(code))
        assert (view.exit_code, view.log) == (left, log)
        assert view.status == ("FAILED" if left else "SUCCEEDED")

    @pytest.mark.source("assumed: misuse")
    @pytest.mark.parametrize("returned", ["done", 1.0, True, 256, -1], ids=repr)
    def test_what_is_no_exit_code(self, fake, submit, returned):
        fake.batch.when().run(lambda job: returned)
        submit("etl")
        text = f"The body of 'etl' returned {returned!r}: an exit code is a whole number from 0 to 255."
        with usage_error(text):
            fake.run_until_idle()

    @pytest.mark.source("assumed: a test that fails inside the body fails, whatever the job does")
    def test_pytest_fail_gets_through(self, fake, submit):
        fake.batch.when().run(lambda job: pytest.fail("here"))
        submit()
        with pytest.raises(pytest.fail.Exception, match=r"^here$"):
            fake.run_until_idle()

    @pytest.mark.source("assumed: misuse inside the body is the test's mistake, not the container's")
    def test_moving_time_inside(self, fake, submit):
        fake.batch.when().run(lambda job: fake.tick(5))
        submit()
        with pytest.raises(fakebatch.UsageError, match=r"^tick\(\): "):
            fake.run_until_idle()

    @pytest.mark.source("reference §2: retries are decided as for any container")
    def test_retries(self, fake, run):
        def body(job):
            attempts.append(job.environment["AWS_BATCH_JOB_ATTEMPT"])
            return 0 if len(attempts) == 3 else 9

        attempts = []
        view = run(body, retryStrategy={"attempts": 5})
        assert attempts == ["1", "2", "3"]
        assert [attempt["container"]["exitCode"] for attempt in view.attempts] == [9, 9, 0]


class TestWaysIn:
    @pytest.mark.source("assumed: run is a decorator and leaves the function as it is")
    def test_decorator(self, fake, submit):
        @fake.batch.when(job_name="etl").run
        def etl(job):
            print(job.environment["INPUT"])

        view = submit(
            "etl", containerOverrides={"environment": [{"name": "INPUT", "value": "s3://bucket/key"}]}
        )
        other = submit("other")
        fake.run_until_idle()
        assert view.log == ["s3://bucket/key"]
        assert other.log == []
        assert etl.__name__ == "etl"
        assert etl(view) is None

    @pytest.mark.source("assumed: all verbs take after and logs")
    def test_call_with_after_and_logs(self, fake, submit):
        def body(job):
            print("working")
            return 2

        assert fake.batch.when().run(body, after=5, logs=["starting"]) is body
        view = submit()
        fake.run_until_idle()
        assert view.log == ["starting", "working"]
        assert last(view) == (15, "FAILED", EXITED)

    @pytest.mark.source("assumed: anything that can be called with the job")
    def test_other_callables(self, fake, submit):
        class Container:
            def __call__(self, job):
                return self.run(job)

            def run(self, job):
                print(job.name)
                return 4

        for body in (Container(), Container().run):
            fake.batch.when().run(body)
            view = submit()
            fake.run_until_idle()
            assert (view.exit_code, view.log) == (4, ["job"])


class TestLog:
    @pytest.mark.source("assumed: a container's log has both streams")
    def test_both_streams(self, run, capsys):
        def body(job):
            print("one")
            print("two", file=sys.stderr)
            sys.stdout.write("three\nfour")

        assert run(body).log == ["one", "two", "three", "four"]
        assert capsys.readouterr() == ("", "")

    @pytest.mark.source("assumed: nothing else is caught")
    def test_output_of_the_test_is_its_own(self, run, capsys):
        run(lambda job: print("inside"))
        print("outside")
        assert capsys.readouterr().out == "outside\n"

    @pytest.mark.source("assumed: each attempt adds its own")
    def test_attempts_add_up(self, run):
        def body(job):
            print("attempt", job.environment["AWS_BATCH_JOB_ATTEMPT"])
            return 1

        assert run(body, retryStrategy={"attempts": 2}).log == ["attempt 1", "attempt 2"]


class TestTime:
    @pytest.mark.source("assumed: what it sleeps is how long it runs")
    def test_sleep_is_how_long_it_runs(self, run):
        def body(job):
            time.sleep(300)
            time.sleep(0.5)

        view = run(body)
        assert last(view) == (310.5, "SUCCEEDED", EXITED)

    @pytest.mark.source("assumed: each run counts its own sleep")
    def test_two_jobs_that_sleep(self, fake, submit):
        fake.batch.when(job_name="a").run(lambda job: time.sleep(100))
        fake.batch.when(job_name="b").run(lambda job: time.sleep(10))
        views = [submit("a"), submit("b")]
        fake.run_until_idle()
        assert [last(view)[0] for view in views] == [110, 20]

    @pytest.mark.source("assumed: the clock stands still inside a body")
    def test_time_stands_still(self, fake, run):
        def body(job):
            seen.append(fake.now)
            time.sleep(60)
            seen.append(fake.now)

        seen = []
        run(body)
        assert [at.timestamp() - START for at in seen] == [10, 10]

    @pytest.mark.source("assumed: asyncio.sleep counts too")
    def test_asyncio_sleep(self, run):
        view = run(lambda job: asyncio.run(asyncio.sleep(30)))
        assert last(view) == (40, "SUCCEEDED", EXITED)

    @pytest.mark.source("reference §3: a timeout ends what sleeps longer")
    def test_a_timeout(self, run):
        def body(job):
            print("done")
            time.sleep(600)

        view = run(body, timeout={"attemptDurationSeconds": 60})
        assert last(view) == (70, "FAILED", "Job attempt duration exceeded timeout")
        assert (view.exit_code, view.log) == (137, ["done"])

    @pytest.mark.source("assumed: after says it better")
    def test_after_beats_sleep(self, fake, submit):
        fake.batch.when().run(lambda job: time.sleep(600), after=5)
        view = submit()
        fake.run_until_idle()
        assert last(view) == (15, "SUCCEEDED", EXITED)


class TestCallsInside:
    @pytest.mark.source("assumed: the body is told from inside RUNNING")
    def test_what_it_sees_of_itself(self, fake, run):
        def body(job):
            (me,) = boto3.client("batch").describe_jobs(jobs=[job.environment["AWS_BATCH_JOB_ID"]])["jobs"]
            seen.append((job.status, me["status"], me["startedAt"] / 1000 - START, job.exit_code))

        seen = []
        run(body)
        assert seen == [("RUNNING", "RUNNING", 10, None)]

    @pytest.mark.source("assumed: a body can submit jobs")
    def test_submitting(self, fake, submit):
        def body(job):
            made = boto3.client("batch").submit_job(
                jobName="next", jobQueue="q", jobDefinition="d", dependsOn=[{"jobId": job.id}]
            )
            print(made["jobName"])

        fake.batch.when(job_name="first").run(body)
        first = submit("first")
        fake.run_until_idle()
        (second,) = fake.batch.jobs("next")
        assert first.log == ["next"]
        assert [(at.timestamp() - START, status) for at, status, _ in second.history] == [
            (10, "SUBMITTED"),
            (11, "PENDING"),
            (70, "RUNNABLE"),
            (74, "STARTING"),
            (79, "RUNNING"),
            (139, "SUCCEEDED"),
        ]

    @pytest.mark.source("assumed: a body can end its own job; what it does then is of no account")
    def test_terminating_itself(self, fake, run):
        def body(job):
            boto3.client("batch").terminate_job(jobId=job.id, reason="I am done")
            print("still printing")
            return 0

        view = run(body, retryStrategy={"attempts": 3})
        assert last(view) == (10, "FAILED", "I am done")
        assert (view.exit_code, view.log, len(view.attempts)) == (137, ["still printing"], 1)

    @pytest.mark.source("assumed: as above")
    def test_terminating_itself_with_time_to_stop(self):
        with fakebatch.mock(start="2026-01-01T00:00:00Z", timing=fakebatch.Timing(stopping=30)) as fake:
            fake.batch.add_job_queue("q")
            fake.batch.add_job_definition("d")
            batch = fake.client("batch")
            fake.batch.when().run(lambda job: batch.terminate_job(jobId=job.id, reason="bye") and None)
            view = fake.batch.job(batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d"))
            fake.run_until_idle()
            assert last(view) == (40, "FAILED", "bye")

    @pytest.mark.source("reference §7: cancelling what runs does nothing")
    def test_cancelling_itself(self, run):
        view = run(lambda job: boto3.client("batch").cancel_job(jobId=job.id, reason="no") and None)
        assert last(view) == (70, "SUCCEEDED", EXITED)

    @pytest.mark.source("assumed: as above")
    @pytest.mark.parametrize(
        ("ends", "end"),
        [
            (lambda job: job.finish(7, "by hand"), (10, "FAILED", EXITED)),
            (lambda job: job.finish(), (10, "SUCCEEDED", EXITED)),
        ],
        ids=["fails", "succeeds"],
    )
    def test_finishing_itself(self, run, ends, end):
        def body(job):
            ends(job)
            print("after the end")

        view = run(body)
        assert (last(view), view.log) == (end, ["after the end"])

    @pytest.mark.source("reference §2: a job whose host goes is retried")
    def test_losing_its_own_host(self, run):
        def body(job):
            print(job.environment["AWS_BATCH_JOB_ATTEMPT"])
            if len(job.attempts) == 0:
                job.interrupt()

        view = run(body, retryStrategy={"attempts": 2})
        # 10, then 4 + 5 + 60.
        assert (last(view), view.log) == ((79, "SUCCEEDED", EXITED), ["1", "2"])

    @pytest.mark.source("assumed: as above")
    def test_deleting_its_own_queue(self, run):
        def body(job):
            batch = boto3.client("batch")
            batch.update_job_queue(jobQueue="q", state="DISABLED")
            batch.delete_job_queue(jobQueue="q")

        assert last(run(body)) == (10, "FAILED", "JobQueue deleted")

    @pytest.mark.source("assumed: an error that the body lets through is the container's")
    def test_an_error_of_aws(self, run):
        def body(job):
            boto3.client("batch").submit_job(jobName="x", jobQueue="nowhere", jobDefinition="d")

        view = run(body)
        assert view.exit_code == 1
        assert view.log[-1] == (
            "botocore.errorfactory.ClientException: An error occurred (ClientException) when calling the "
            "SubmitJob operation: JobQueue nowhere not found."
        )

    @pytest.mark.source("assumed: calls inside a body are calls")
    def test_calls_are_recorded(self, fake, run):
        run(lambda job: boto3.client("batch").list_jobs(jobQueue="q") and None)
        (call,) = fake.calls.to("ListJobs")
        assert call.at.timestamp() - START == 10
        assert [job["status"] for job in call.response["jobSummaryList"]] == ["RUNNING"]
