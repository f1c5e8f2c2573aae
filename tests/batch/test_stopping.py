"""CancelJob(s) and TerminateJob(s): what each does to a job in each of the seven states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fakebatch

START = "2026-01-01T00:00:00.000123Z"
START_MS = 1767225600000
EXITED = "Essential container in task exited"
REASON = "no longer wanted; \N{GREEK SMALL LETTER ALPHA} & <b>"
# Where a job is that many seconds after it was submitted.
SECONDS = {"SUBMITTED": 0, "RUNNABLE": 2, "STARTING": 6, "RUNNING": 30, "SUCCEEDED": 100, "FAILED": 100}
EARLY = ("SUBMITTED", "RUNNABLE")


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        world.batch.when(job_name="FAILED").fail()
        world.batch.when(job_name="hang").hang()
        yield world


def submit(client: Any, name: str = "j", **members: Any) -> str:
    request = {"jobName": name, "jobQueue": "q", "jobDefinition": "d", **members}
    return str(client.submit_job(**request)["jobId"])


def described(client: Any, job_id: str) -> dict[str, Any]:
    [job] = client.describe_jobs(jobs=[job_id])["jobs"]
    return dict(job)


def brought_to(fake: fakebatch.World, client: Any, status: str, **members: Any) -> str:
    """A job in that state, with tries left."""
    if status == "PENDING":
        members = {"dependsOn": [{"jobId": submit(client, "hang")}], **members}
    job_id = submit(client, status, retryStrategy={"attempts": 1 if status == "FAILED" else 3}, **members)
    fake.tick(SECONDS.get(status, 10))
    assert described(client, job_id)["status"] == status
    return job_id


def timeline(fake: fakebatch.World, job_id: str) -> list[tuple[float, str, str | None]]:
    """(seconds since it came into being, status, reason) of each transition."""
    history = fake.batch.job(job_id).history
    return [((entry.at - history[0].at).total_seconds(), entry.status, entry.reason) for entry in history]


def stop(client: Any, operation: str, job_id: str, reason: str = REASON) -> None:
    """By the single or the bulk form; both answer that all is well."""
    if operation.endswith("_jobs"):
        response = getattr(client, operation)(jobs=[job_id], reason=reason)
        expected: dict[str, Any] = {"successful": [job_id], "errors": []}
    else:
        response = getattr(client, operation)(jobId=job_id, reason=reason)
        expected = {}
    del response["ResponseMetadata"]
    assert response == expected


CANCEL = ("cancel_job", "cancel_jobs")
TERMINATE = ("terminate_job", "terminate_jobs")


def flag_of(operation: str) -> str:
    return "isCancelled" if operation in CANCEL else "isTerminated"


# -- The table


@pytest.mark.source("reference §7")
@pytest.mark.parametrize("status", EARLY)
@pytest.mark.parametrize("operation", CANCEL + TERMINATE)
def test_a_job_that_waits_for_nothing_but_a_place_fails_at_once(fake, client, operation, status):
    job_id = brought_to(fake, client, status)
    stop(client, operation, job_id)
    job = described(client, job_id)
    assert (job["status"], job["statusReason"], job["attempts"]) == ("FAILED", REASON, [])
    assert job["stoppedAt"] == START_MS + SECONDS[status] * 1000
    assert "startedAt" not in job
    assert {"isCancelled", "isTerminated"} & job.keys() == {flag_of(operation)}
    assert job[flag_of(operation)] is True
    assert not {"taskArn", "exitCode", "reason"} & job["container"].keys()
    fake.run_until_idle()
    assert timeline(fake, job_id)[-1] == (SECONDS[status], "FAILED", REASON)


@pytest.mark.source("reference §7; for TerminateJob assumed: 'cancelled likewise'")
@pytest.mark.parametrize("succeeds", [True, False], ids=["dependency succeeds", "dependency fails"])
@pytest.mark.parametrize("operation", CANCEL + TERMINATE)
def test_a_pending_job_fails_when_its_dependency_has_ended(fake, client, operation, succeeds):
    dependency = submit(client, "hang")
    job_id = brought_to(fake, client, "PENDING", dependsOn=[{"jobId": dependency}])
    stop(client, operation, job_id)
    fake.tick(1000)
    job = described(client, job_id)
    assert (job["status"], job[flag_of(operation)]) == ("PENDING", True)
    assert not {"statusReason", "stoppedAt"} & job.keys()
    fake.batch.job(dependency).finish(exit_code=0 if succeeds else 1)
    fake.run_until_idle()
    assert timeline(fake, job_id) == [
        (0, "SUBMITTED", None),
        (1, "PENDING", None),
        (1010, "FAILED", REASON),
    ]


@pytest.mark.source("reference §7")
@pytest.mark.parametrize("status", ["STARTING", "RUNNING"])
@pytest.mark.parametrize("operation", CANCEL)
def test_cancelling_a_placed_job_succeeds_and_does_nothing(fake, client, operation, status):
    job_id = brought_to(fake, client, status)
    before = described(client, job_id)
    stop(client, operation, job_id)
    assert described(client, job_id) == before
    fake.run_until_idle()
    assert timeline(fake, job_id)[-1] == (70, "SUCCEEDED", EXITED)
    assert "isCancelled" not in described(client, job_id)


@pytest.mark.source("reference §7; the exit codes are assumed: none in STARTING, 137 in RUNNING")
@pytest.mark.parametrize(("status", "exit_code"), [("STARTING", None), ("RUNNING", 137)])
@pytest.mark.parametrize("operation", TERMINATE)
def test_terminating_a_placed_job_fails_it_for_good(fake, client, operation, status, exit_code):
    job_id = brought_to(fake, client, status)
    stop(client, operation, job_id)
    fake.run_until_idle()
    job = described(client, job_id)
    assert timeline(fake, job_id)[-1] == (SECONDS[status], "FAILED", REASON)
    assert (job["status"], job["statusReason"]) == ("FAILED", REASON)
    assert job["isTerminated"] is True
    assert "isCancelled" not in job
    assert ("startedAt" in job) == (status == "RUNNING")
    assert job["container"].get("exitCode") == exit_code
    [attempt] = job["attempts"]
    assert (attempt["statusReason"], attempt["container"].get("exitCode")) == (REASON, exit_code)
    assert "reason" not in attempt["container"]


@pytest.mark.source("reference §7")
@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
@pytest.mark.parametrize("operation", CANCEL + TERMINATE)
def test_stopping_an_ended_job_succeeds_and_does_nothing(fake, client, operation, status):
    job_id = brought_to(fake, client, status)
    before = described(client, job_id)
    stop(client, operation, job_id)
    fake.tick(60)
    assert described(client, job_id) == before


@pytest.mark.source("reference §7: stated for the bulk forms; assumed for the single ones")
@pytest.mark.parametrize("operation", CANCEL + TERMINATE)
def test_stopping_an_unknown_job_succeeds(fake, client, operation):
    stop(client, operation, "4c7599ae-0a82-49aa-ba5a-4727fcce14a8")
    stop(client, operation, "4c7599ae-0a82-49aa-ba5a-4727fcce14a8:3")
    stop(client, operation, "4c7599ae-0a82-49aa-ba5a-4727fcce14a8#0")


@pytest.mark.source("model, JobSummary: only present when true")
@pytest.mark.needs("JobSummary.scheduledAt")
def test_the_listing_has_the_flags_only_when_true(fake, client):
    cancelled, terminated, ended = (submit(client, name) for name in ("a", "b", "c"))
    client.cancel_job(jobId=cancelled, reason="x")
    client.terminate_job(jobId=terminated, reason="x")
    fake.run_until_idle()
    [second, first] = client.list_jobs(jobQueue="q", jobStatus="FAILED")["jobSummaryList"]
    [other] = client.list_jobs(jobQueue="q", jobStatus="SUCCEEDED")["jobSummaryList"]
    flags = [
        {name: job[name] for name in ("isCancelled", "isTerminated") if name in job}
        for job in (first, second, other)
    ]
    assert [first["jobId"], second["jobId"], other["jobId"]] == [cancelled, terminated, ended]
    assert flags == [{"isCancelled": True}, {"isTerminated": True}, {}]


# -- Several requests, and jobs between two tries


@pytest.mark.source("assumed: a job that waits for its next try is cancelled like any other RUNNABLE one")
@pytest.mark.parametrize("operation", CANCEL + TERMINATE)
def test_a_job_between_two_tries_keeps_the_attempt_that_it_had(fake, client, operation):
    fake.batch.when(job_name="again").fail(exit_code=5, after=10)
    job_id = submit(client, "again", retryStrategy={"attempts": 3})
    fake.tick(22)
    stop(client, operation, job_id)
    fake.run_until_idle()
    assert timeline(fake, job_id)[3:] == [
        (10, "RUNNING", None),
        (20, "RUNNABLE", None),
        (22, "FAILED", REASON),
    ]
    job = described(client, job_id)
    assert (job["statusReason"], job["stoppedAt"]) == (REASON, START_MS + 22_000)
    [attempt] = job["attempts"]
    assert (attempt["statusReason"], attempt["container"]["exitCode"]) == (EXITED, 5)
    assert (job["startedAt"], job["container"]["exitCode"]) == (START_MS + 10_000, 5)


@pytest.mark.source("assumed: nothing says which of two reasons stays; here the first that acts")
def test_the_first_termination_of_a_placed_job_counts():
    with fakebatch.mock(start=START, timing=fakebatch.Timing(stopping=30)) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        client = fake.client("batch")
        job_id = submit(client)
        fake.tick(20)
        client.terminate_job(jobId=job_id, reason="first")
        fake.tick(10)
        client.terminate_job(jobId=job_id, reason="second")
        client.cancel_job(jobId=job_id, reason="third")
        assert described(client, job_id)["status"] == "RUNNING"
        fake.run_until_idle()
        assert timeline(fake, job_id)[-1] == (50, "FAILED", "first")


@pytest.mark.source("assumed: a PENDING job that is stopped twice shows the last reason")
def test_the_last_request_to_a_pending_job_counts(fake, client):
    dependency = submit(client, "hang")
    job_id = submit(client, dependsOn=[{"jobId": dependency}])
    fake.tick(20)
    client.cancel_job(jobId=job_id, reason="first")
    client.terminate_job(jobId=job_id, reason="second")
    fake.batch.job(dependency).finish()
    job = described(client, job_id)
    assert (job["status"], job["statusReason"]) == ("FAILED", "second")
    assert (job["isCancelled"], job["isTerminated"]) == (True, True)


@pytest.mark.source("reference §7: never retried, FAILED after the container has stopped")
@pytest.mark.parametrize(("how", "exit_code"), [("exit 0", 0), ("exit 143", 143), ("host lost", None)])
def test_however_the_container_ends_a_terminated_job_has_failed(how, exit_code):
    with fakebatch.mock(start=START, timing=fakebatch.Timing(stopping=30)) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        client = fake.client("batch")
        job_id = submit(client, retryStrategy={"attempts": 3})
        fake.tick(20)
        client.terminate_job(jobId=job_id, reason=REASON)
        fake.tick(5)
        if exit_code is None:
            fake.batch.job(job_id).interrupt()
        else:
            fake.batch.job(job_id).finish(exit_code=exit_code)
        fake.run_until_idle()
        assert timeline(fake, job_id)[3:] == [(10, "RUNNING", None), (25, "FAILED", REASON)]
        assert described(client, job_id)["container"].get("exitCode") == exit_code


@pytest.mark.source("assumed: TerminateJob in STARTING waits until the task has stopped (Appendix D)")
def test_a_terminated_job_in_starting_never_runs():
    with fakebatch.mock(start=START, timing=fakebatch.Timing(stopping=30)) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        client = fake.client("batch")
        job_id = submit(client)
        fake.tick(6)
        client.terminate_job(jobId=job_id, reason=REASON)
        fake.run_until_idle()
        assert timeline(fake, job_id)[2:] == [(5, "STARTING", None), (36, "FAILED", REASON)]


@pytest.mark.source("reference §4, §7")
@pytest.mark.parametrize("operation", ["cancel_job", "terminate_job"])
def test_dependents_of_a_stopped_job_fail(fake, client, operation):
    stopped = submit(client)
    waiting = submit(client, dependsOn=[{"jobId": stopped}])
    fake.tick(2)
    stop(client, operation, stopped)
    assert timeline(fake, waiting)[1:] == [(1, "PENDING", None), (2, "FAILED", "Dependent Job failed")]


# -- The bulk forms


@pytest.mark.source("model: 200 with a result for each job; the message is assumed")
@pytest.mark.parametrize(
    ("operation", "flag"), [("cancel_jobs", "isCancelled"), ("terminate_jobs", "isTerminated")]
)
def test_a_malformed_id_keeps_no_other_from_being_stopped(fake, client, operation, flag):
    first, second = submit(client), submit(client)
    unknown = "4c7599ae-0a82-49aa-ba5a-4727fcce14a8"
    malformed = ["not-an-id", "", "4c7599ae-0a82-49aa-ba5a-4727fcce14a8:", f"x{unknown}"]
    response = getattr(client, operation)(
        jobs=[first, malformed[0], unknown, *malformed[1:], second], reason=REASON
    )
    metadata = response.pop("ResponseMetadata")
    assert metadata["HTTPStatusCode"] == 200
    assert response == {
        "successful": [first, unknown, second],
        "errors": [
            {"job": job, "code": "ValidationException", "message": f"Job identifier {job} is not valid."}
            for job in malformed
        ],
    }
    assert [described(client, job_id)[flag] for job_id in (first, second)] == [True, True]


@pytest.mark.source("reference §7: up to 50")
@pytest.mark.parametrize("operation", ["cancel_jobs", "terminate_jobs"])
def test_fifty_jobs_are_stopped_at_once(fake, client, operation):
    ids = [submit(client) for _ in range(50)]
    assert getattr(client, operation)(jobs=ids, reason=REASON)["successful"] == ids
    assert {job["status"] for job in client.describe_jobs(jobs=ids)["jobs"]} == {"FAILED"}


@pytest.mark.source("reference §7: 1024 characters")
@pytest.mark.parametrize("operation", CANCEL + TERMINATE)
def test_the_longest_reason_is_shown_whole(fake, client, operation):
    job_id = submit(client)
    stop(client, operation, job_id, "r" * 1024)
    assert described(client, job_id)["statusReason"] == "r" * 1024


@pytest.mark.source("reference §7")
def test_another_place_s_job_is_an_unknown_one(fake, client):
    job_id = submit(client)
    elsewhere = fake.client("batch", region_name="eu-west-1")
    elsewhere.terminate_job(jobId=job_id, reason="x")
    assert elsewhere.describe_jobs(jobs=[job_id])["jobs"] == []
    assert described(client, job_id)["status"] == "SUBMITTED"
