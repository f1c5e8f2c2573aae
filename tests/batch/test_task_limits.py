"""What ECS refuses of a task: the job is accepted and FAILED when it is placed."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

import fakebatch


@pytest.fixture
def fake():
    with fakebatch.mock(start="2026-01-01T00:00:00Z") as world:
        world.batch.add_job_queue("q")
        yield world


def run(fake: fakebatch.World, **more: Any) -> dict[str, Any]:
    batch = boto3.client("batch")
    job_id = batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d", **more)["jobId"]
    fake.run_until(job_id)
    return batch.describe_jobs(jobs=[job_id])["jobs"][0]


def overrides(characters: int) -> dict[str, Any]:
    empty = '{"environment": [{"name": "N", "value": ""}]}'
    return {"environment": [{"name": "N", "value": "x" * (characters - len(empty))}]}


@pytest.mark.source("reference §1.4; assumed: what is counted")
def test_overrides_that_are_too_long(fake: fakebatch.World) -> None:
    fake.batch.add_job_definition("d", retryStrategy={"attempts": 3})
    job = run(fake, containerOverrides=overrides(8193))
    assert (job["status"], job["statusReason"]) == (
        "FAILED",
        "Container Overrides length must be at most 8192",
    )
    assert job["attempts"] == []
    assert "startedAt" not in job
    assert job["stoppedAt"] - job["createdAt"] == 5_000
    assert [entry.status for entry in fake.batch.job(job["jobId"]).history] == [
        "SUBMITTED",
        "RUNNABLE",
        "FAILED",
    ]


@pytest.mark.source("reference §1.4; assumed: what is counted")
def test_overrides_that_just_fit(fake: fakebatch.World) -> None:
    fake.batch.add_job_definition("d")
    assert run(fake, containerOverrides=overrides(8192))["status"] == "SUCCEEDED"


@pytest.mark.source("model: SubmitJob.propagateTags; assumed: the text")
def test_more_than_fifty_tags_for_the_task(fake: fakebatch.World) -> None:
    fake.batch.add_job_definition("d", tags={f"d{number}": "" for number in range(30)}, propagateTags=True)
    tags = {f"j{number}": "" for number in range(21)}
    job = run(fake, tags=tags)
    assert (job["status"], job["statusReason"]) == ("FAILED", "Tags can have a maximum of 50 elements.")
    assert run(fake, tags=tags, propagateTags=False)["status"] == "SUCCEEDED"
    # Tags of the same name count once.
    assert run(fake, tags={**{f"j{number}": "" for number in range(20)}, "d0": ""})["status"] == "SUCCEEDED"
