"""attemptDurationSeconds: when an attempt has run too long, and what then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

START = "2026-01-01T00:00:00.000123Z"
EXITED = "Essential container in task exited"
TIMED_OUT = "Job attempt duration exceeded timeout"


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


def submit(client: Any, **members: Any) -> str:
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d", **members}
    return str(client.submit_job(**request)["jobId"])


def described(client: Any, job_id: str) -> dict[str, Any]:
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    return dict(job)


def timeline(fake: fakebatch.World, job_id: str) -> list[tuple[float, str, str | None]]:
    """(seconds since it came into being, status, reason) of each transition."""
    history = fake.batch.job(job_id).history
    return [((entry.at - history[0].at).total_seconds(), entry.status, entry.reason) for entry in history]


def after(seconds: int) -> dict[str, Any]:
    return {"timeout": {"attemptDurationSeconds": seconds}}


@pytest.mark.source("reference §3; the exit code 137 is typical, Appendix C")
def test_a_hanging_attempt_is_killed_when_its_time_is_over(fake, client):
    fake.batch.when().hang()
    job_id = submit(client, **after(90))
    fake.run_until_idle()
    assert timeline(fake, job_id) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (5, "STARTING", None),
        (10, "RUNNING", None),
        (100, "FAILED", TIMED_OUT),
    ]
    job = described(client, job_id)
    assert (job["statusReason"], job["container"]["exitCode"]) == (TIMED_OUT, 137)
    assert "reason" not in job["container"]
    assert job["timeout"] == {"attemptDurationSeconds": 90}
    [attempt] = job["attempts"]
    assert (attempt["statusReason"], attempt["container"]["exitCode"]) == (TIMED_OUT, 137)
    assert attempt["stoppedAt"] - attempt["startedAt"] == 90_000


@pytest.mark.source("reference §3")
def test_a_timed_out_job_is_never_retried(fake, client):
    fake.batch.when().hang()
    retry_all = {"attempts": 10, "evaluateOnExit": [{"onStatusReason": "*", "action": "RETRY"}]}
    job_id = submit(client, retryStrategy=retry_all, **after(60))
    fake.run_until_idle()
    job = described(client, job_id)
    assert (job["status"], job["statusReason"], len(job["attempts"])) == ("FAILED", TIMED_OUT, 1)


@pytest.mark.source("reference §3")
def test_the_clock_starts_again_with_each_attempt(fake, client):
    fake.batch.when().fail(after=59).fail(after=59).hang()
    job_id = submit(client, retryStrategy={"attempts": 5}, **after(60))
    fake.run_until_idle()
    assert timeline(fake, job_id)[3:] == [
        (10, "RUNNING", None),
        (69, "RUNNABLE", None),
        (73, "STARTING", None),
        (78, "RUNNING", None),
        (137, "RUNNABLE", None),
        (141, "STARTING", None),
        (146, "RUNNING", None),
        (206, "FAILED", TIMED_OUT),
    ]


@pytest.mark.source("reference §3")
def test_time_before_running_does_not_count(fake, client):
    fake.batch.when().stuck("UNDETERMINED")
    job_id = submit(client, **after(60))
    fake.tick(3600)
    fake.batch.when().hang()
    fake.run_until_idle()
    assert timeline(fake, job_id)[2:] == [
        (3600, "STARTING", None),
        (3605, "RUNNING", None),
        (3665, "FAILED", TIMED_OUT),
    ]


@pytest.mark.source("reference §8")
@pytest.mark.parametrize(
    ("definition", "request_s", "expected"),
    [(60, None, 60), (60, 120, 120), (120, 60, 60), (None, 60, 60)],
    ids=["definition", "longer", "shorter", "request"],
)
def test_the_request_s_timeout_beats_the_definition_s(fake, client, definition, request_s, expected):
    fake.batch.when().hang()
    fake.batch.add_job_definition("timed", **({} if definition is None else after(definition)))
    job_id = submit(client, jobDefinition="timed", **({} if request_s is None else after(request_s)))
    fake.run_until_idle()
    assert timeline(fake, job_id)[-1] == (10 + expected, "FAILED", TIMED_OUT)
    assert described(client, job_id)["timeout"] == {"attemptDurationSeconds": expected}


@pytest.mark.source("assumed: an attempt that needs exactly its timeout makes it")
@pytest.mark.parametrize(
    ("running", "expected"),
    [
        (59.999, (69.999, "SUCCEEDED", EXITED)),
        (60, (70, "SUCCEEDED", EXITED)),
        (60.001, (70, "FAILED", TIMED_OUT)),
    ],
    ids=["shorter", "equal", "longer"],
)
def test_a_run_of_about_its_timeout(fake, client, running, expected):
    fake.batch.when().succeed(after=running)
    job_id = submit(client, **after(60))
    fake.run_until_idle()
    assert timeline(fake, job_id)[-1] == expected


@pytest.mark.source("reference §3")
def test_a_timeout_that_is_not_reached_leaves_nothing_behind(fake, client):
    fake.batch.when().fail(after=10).succeed(after=55)
    job_id = submit(client, retryStrategy={"attempts": 2}, **after(60))
    fake.run_until(job_id)
    assert timeline(fake, job_id)[-1] == (84, "SUCCEEDED", EXITED)
    fake.tick(3600)
    assert described(client, job_id)["status"] == "SUCCEEDED"


@pytest.mark.source("reference §3: SIGTERM, 30 s, SIGKILL")
def test_the_container_is_given_time_to_stop():
    with fakebatch.mock(start=START, timing=fakebatch.Timing(stopping=30)) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        fake.batch.when().hang()
        client = fake.client("batch")
        job_id = submit(client, **after(60))
        fake.tick(99.9)
        assert described(client, job_id)["status"] == "RUNNING"
        fake.run_until_idle()
        assert timeline(fake, job_id)[-1] == (100, "FAILED", TIMED_OUT)


@pytest.mark.source("reference §3: never retried; that the first reason stays is assumed")
@pytest.mark.parametrize("how", ["finish 0", "finish 1", "interrupt", "terminate"])
def test_whatever_ends_it_meanwhile_it_has_timed_out(how):
    with fakebatch.mock(start=START, timing=fakebatch.Timing(stopping=30)) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        fake.batch.when().hang()
        client = fake.client("batch")
        job_id = submit(client, retryStrategy={"attempts": 5}, **after(60))
        fake.tick(80)
        view = fake.batch.job(job_id)
        if how == "interrupt":
            view.interrupt()
        elif how == "terminate":
            client.terminate_job(jobId=job_id, reason="impatient")
        else:
            view.finish(exit_code=int(how[-1]))
        fake.run_until_idle()
        ended = 100 if how == "terminate" else 80
        assert timeline(fake, job_id)[-1] == (ended, "FAILED", TIMED_OUT)
        expected = {"finish 0": 0, "finish 1": 1, "interrupt": None, "terminate": 137}[how]
        assert described(client, job_id)["container"].get("exitCode") == expected
        assert len(described(client, job_id)["attempts"]) == 1
