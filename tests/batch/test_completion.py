"""The end of jobs: who hears of it, and how long they can be described."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import fakebatch

START = "2026-01-01T00:00:00.000123Z"
WEEK = timedelta(days=7)
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


def submit(client: Any, name: str = "j", **members: Any) -> str:
    request = {"jobName": name, "jobQueue": "q", "jobDefinition": "d", **members}
    return str(client.submit_job(**request)["jobId"])


def status_of(client: Any, job_id: str) -> str | None:
    jobs = client.describe_jobs(jobs=[job_id])["jobs"]
    return str(jobs[0]["status"]) if jobs else None


def listed(client: Any, status: str) -> list[str]:
    return [job["jobId"] for job in client.list_jobs(jobQueue="q", jobStatus=status)["jobSummaryList"]]


# -- Retention


@pytest.mark.source("reference §13: at least seven days; that it is exactly that is assumed")
@pytest.mark.parametrize(("name", "status", "seconds"), [("good", "SUCCEEDED", 70), ("bad", "FAILED", 30)])
def test_an_ended_job_is_there_for_seven_days(fake, client, name, status, seconds):
    fake.batch.when(job_name="bad").fail(after=20)
    job_id = submit(client, name)
    fake.tick(seconds)
    fake.tick(WEEK - MICROSECOND)
    assert status_of(client, job_id) == status
    assert listed(client, status) == [job_id]
    fake.tick(MICROSECOND)
    assert status_of(client, job_id) is None
    assert listed(client, status) == []


@pytest.mark.source("reference §13")
def test_each_job_is_forgotten_at_its_own_time(fake, client):
    fake.batch.when(job_name="slow").succeed(after=3600)
    slow, quick = submit(client, "slow"), submit(client)
    fake.tick(70)
    fake.tick(WEEK)
    assert [status_of(client, job_id) for job_id in (slow, quick)] == ["SUCCEEDED", None]
    fake.tick(3540)
    assert status_of(client, slow) is None
    third = submit(client)
    fake.tick(70)
    fake.tick(WEEK - MICROSECOND)
    assert status_of(client, third) == "SUCCEEDED"
    fake.tick(MICROSECOND)
    assert status_of(client, third) is None


@pytest.mark.source("reference §13")
def test_a_job_that_goes_on_is_never_forgotten(fake, client):
    fake.batch.when(job_name="hang").hang()
    hanging = submit(client, "hang")
    waiting = submit(client, dependsOn=[{"jobId": hanging}])
    fake.tick(timedelta(days=100))
    assert [status_of(client, job_id) for job_id in (hanging, waiting)] == ["RUNNING", "PENDING"]


@pytest.mark.source("reference §13")
def test_the_children_of_an_array_go_with_their_parent(fake, client):
    fake.batch.when(array_index=1).succeed(after=24 * 3600)
    parent = submit(client, arrayProperties={"size": 2})
    fake.run_until(parent)
    fake.tick(WEEK - MICROSECOND)
    everyone = [parent, f"{parent}:0", f"{parent}:1"]
    assert [status_of(client, job_id) for job_id in everyone] == ["SUCCEEDED"] * 3
    fake.tick(MICROSECOND)
    assert [status_of(client, job_id) for job_id in everyone] == [None] * 3


@pytest.mark.needs("TerminateJobs")
@pytest.mark.source("assumed: a forgotten job is an unknown one")
def test_a_forgotten_job_can_neither_be_stopped_nor_depended_on(fake, client):
    job_id = submit(client)
    fake.tick(70)
    fake.tick(WEEK)
    assert client.terminate_jobs(jobs=[job_id], reason="x")["successful"] == [job_id]
    with pytest.raises(client.exceptions.ClientException) as caught:
        submit(client, dependsOn=[{"jobId": job_id}])
    assert caught.value.response["Error"]["Message"] == f"Dependent job {job_id} not found."


@pytest.mark.source("reference §13")
def test_jobs_are_forgotten_in_a_queue_that_is_gone(fake, client):
    job_id = submit(client)
    client.update_job_queue(jobQueue="q", state="DISABLED")
    client.delete_job_queue(jobQueue="q")
    assert status_of(client, job_id) == "FAILED"
    fake.tick(WEEK)
    assert status_of(client, job_id) is None


@pytest.mark.source("api §9: idle means that nothing else will change by itself")
def test_waiting_for_idleness_does_not_wait_for_the_retention(fake, client):
    job_id = submit(client)
    before = fake.now
    fake.run_until_idle()
    assert fake.now - before == timedelta(seconds=70)
    assert status_of(client, job_id) == "SUCCEEDED"


# -- Who hears of an end


@pytest.mark.source("reference §4")
def test_an_end_is_heard_of_by_a_job_that_has_been_forgotten_without_harm(fake, client):
    fake.batch.when(job_name="bad").fail()
    fake.batch.when(job_name="long").succeed(after=10 * 24 * 3600)
    long = submit(client, "long")
    waiting = submit(client, dependsOn=[{"jobId": submit(client, "bad")}, {"jobId": long}])
    fake.tick(100)
    assert status_of(client, waiting) == "FAILED"
    fake.tick(WEEK)
    assert status_of(client, waiting) is None
    fake.run_until(long)
    assert status_of(client, long) == "SUCCEEDED"


@pytest.mark.source("reference §4: transitively")
@pytest.mark.parametrize("name", ["good", "bad"])
def test_a_chain_of_thousands_of_dependents_ends(name):
    with fakebatch.mock(start=START, timing=fakebatch.Timing.instant()) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        fake.batch.when(job_name="head").stuck("UNDETERMINED")
        client = fake.client("batch")
        job_id = submit(client, "head")
        chain = [job_id]
        for _ in range(1500):
            job_id = submit(client, dependsOn=[{"jobId": job_id}])
            chain.append(job_id)
        assert status_of(client, job_id) == "PENDING"
        rule = fake.batch.when(job_name="head")
        rule.succeed() if name == "good" else rule.fail()
        fake.run_until_idle()
        expected = "SUCCEEDED" if name == "good" else "FAILED"
        assert {job.status for job in fake.batch.jobs()} == {expected}
        if name == "bad":
            assert fake.batch.job(chain[-1]).status_reason == "Dependent Job failed"
            assert [entry.status for entry in fake.batch.job(chain[-1]).history] == [
                "SUBMITTED",
                "PENDING",
                "FAILED",
            ]


@pytest.mark.source("assumed: a dependency that has succeeded counts as satisfied")
def test_a_dependency_on_an_ended_job(fake, client):
    fake.batch.when(job_name="bad").fail()
    good, bad = submit(client), submit(client, "bad")
    fake.run_until_idle()
    after_good, after_bad = (submit(client, dependsOn=[{"jobId": job_id}]) for job_id in (good, bad))
    fake.run_until_idle()
    histories = [
        [(entry.status, entry.reason) for entry in fake.batch.job(job_id).history][1:3]
        for job_id in (after_good, after_bad)
    ]
    assert histories == [
        [("RUNNABLE", None), ("STARTING", None)],
        [("PENDING", None), ("FAILED", "Dependent Job failed")],
    ]
