"""A scripted day of jobs: ordinary boto3 code, and what the fake makes of it.

The functions on top are what a user's own program might hold; they know nothing of fakebatch. Below them
stands what a test would script, and at the end how the day is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import boto3

from fakebatch.api import mock
from fakebatch.batch.view import JobView
from fakebatch.report import story
from fakebatch.report.text import Columns
from fakebatch.world import World

START = "2026-03-02T06:00:00Z"
_MIDNIGHT = timedelta(hours=6)  # before START

# The program


def submit(batch: Any, name: str, definition: str, queue: str = "on-demand", **more: Any) -> str:
    """Submit a job and return its id."""
    job = batch.submit_job(jobName=name, jobQueue=queue, jobDefinition=definition, **more)
    return str(job["jobId"])


def wait(batch: Any, job_id: str, every: float = 30) -> dict[str, Any]:
    """Poll until a job is over, as everybody does: Batch has no waiters."""
    while True:
        job: dict[str, Any] = batch.describe_jobs(jobs=[job_id])["jobs"][0]
        if job["status"] in ("SUCCEEDED", "FAILED"):
            return job
        time.sleep(every)


def end_of(job: dict[str, Any]) -> str:
    """How a job ended, in a line."""
    attempts = job["attempts"]
    tries = f"{len(attempts)} attempt{'s' * (len(attempts) != 1)}"
    return f"{job['jobName']} {job['status']} after {tries}: {job.get('statusReason', 'no reason')}"


def nightly_report(batch: Any) -> list[str]:
    """Submit one job and wait for it."""
    return [end_of(wait(batch, submit(batch, "report", "render")))]


def training_on_spot(batch: Any) -> list[str]:
    """Come back after each reclaim, but not after a failure of the program itself."""
    strategy = {
        "attempts": 5,
        "evaluateOnExit": [
            {"onStatusReason": "Host EC2*", "action": "RETRY"},
            {"onReason": "*", "action": "EXIT"},
        ],
    }
    job = wait(batch, submit(batch, "train", "model", queue="spot", retryStrategy=strategy), every=120)
    return [end_of(job), *(f"attempt: {attempt['statusReason']}" for attempt in job["attempts"])]


def pipeline(batch: Any) -> list[str]:
    """Three steps, each waiting for the one before."""
    extract = submit(batch, "extract", "etl")
    transform = submit(batch, "transform", "etl", dependsOn=[{"jobId": extract}])
    load = submit(batch, "load", "etl", dependsOn=[{"jobId": transform}])
    return [end_of(wait(batch, job_id)) for job_id in (extract, transform, load)]


def sweep(batch: Any) -> list[str]:
    """Ten thousand would do as well: an array, and its children that failed, from all pages."""
    parent = submit(batch, "sweep", "model", arrayProperties={"size": 24})
    told = [end_of(wait(batch, parent))]
    pages = batch.get_paginator("list_jobs").paginate(
        arrayJobId=parent, jobStatus="FAILED", PaginationConfig={"PageSize": 10}
    )
    failed = [job["arrayProperties"]["index"] for page in pages for job in page["jobSummaryList"]]
    return [*told, f"children that failed: {sorted(failed)}"]


def timeout(batch: Any) -> list[str]:
    """A job that hangs is ended by its timeout."""
    job_id = submit(batch, "simulate", "model", timeout={"attemptDurationSeconds": 600})
    return [end_of(wait(batch, job_id, every=60))]


def change_of_mind(batch: Any) -> list[str]:
    """Cancel what hasn't begun, terminate what has."""
    backfill = submit(batch, "backfill", "etl")
    publish = submit(batch, "publish", "render", dependsOn=[{"jobId": backfill}])
    time.sleep(300)
    batch.cancel_job(jobId=publish, reason="Tomorrow will do")
    batch.terminate_job(jobId=backfill, reason="Wrong month")
    return [end_of(wait(batch, job_id)) for job_id in (publish, backfill)]


def invoice(batch: Any) -> list[str]:
    """A job whose container is a Python function of the test."""
    overrides = {"environment": [{"name": "MONTH", "value": "2026-02"}]}
    return [end_of(wait(batch, submit(batch, "invoice", "render", containerOverrides=overrides)))]


# The test's side


def set_up(fake: World) -> None:
    """Queues and definitions in a line each, and what is to become of the jobs."""
    batch = fake.batch
    for queue in ("on-demand", "spot"):
        batch.add_compute_environment(
            f"{queue}-machines", computeResources={"type": "SPOT" if queue == "spot" else "EC2"}
        )
        batch.add_job_queue(queue)
    for definition in ("render", "model", "etl"):
        batch.add_job_definition(definition)
    batch.when(job_name="report").succeed(after=420)
    batch.when(job_name="train").host_terminated(after=1500).host_terminated(after=600).succeed(after=2400)
    batch.when(job_name="extract").fail(exit_code=3, after=45)
    batch.when(job_name="sweep", array_index=17).fail(
        exit_code=137, reason="OutOfMemoryError: Container killed due to memory usage", after=20
    )
    batch.when(job_name="simulate").hang()
    batch.when(job_name="backfill").hang()
    batch.when(job_name="invoice").run(write_invoice)


def write_invoice(job: JobView) -> None:
    """The body of a job: sees its environment; what it prints is the job's log."""
    print("writing the invoices of", job.environment["MONTH"])  # noqa: T201 - a job's output
    time.sleep(75)
    print("12 invoices written")  # noqa: T201


Chapter = tuple[float, str, Callable[[Any], list[str]]]

# Hours of the day, in order.
DAY: tuple[Chapter, ...] = (
    (6, "A report, polled until it is there", nightly_report),
    (8, "Training on Spot: two reclaims, retried by evaluateOnExit", training_on_spot),
    (10, "A pipeline whose first step fails", pipeline),
    (12, "An array, one child of which runs out of memory", sweep),
    (14, "A job that hangs, and its timeout", timeout),
    (16, "One job cancelled, one terminated", change_of_mind),
    (18, "A Python function as the container", invoice),
)


# How it is told


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the output in pieces: text and what it is, for those who show colours."""

    pieces: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return "".join(text for text, _ in self.pieces).rstrip()


def live(start: str = START, seed: int = 0) -> tuple[World, list[tuple[datetime, str, list[str]]]]:
    """Go through the day.

    Returns:
        The world, which has been left, and of each chapter when it began, its title, and what the program
        said.
    """
    chapters = []
    with mock(start=start, seed=seed) as fake:
        set_up(fake)
        first = fake.now
        client = boto3.client("batch")
        for hour, title, chapter in DAY:
            fake.move_to(first + timedelta(hours=hour) - _MIDNIGHT)
            chapters.append((fake.now, title, chapter(client)))
        log = [line for job in fake.batch.jobs(name="invoice") for line in job.log]
        chapters[-1][2].extend(f"log: {line}" for line in log)
    return fake, chapters


def tell(fake: World, chapters: list[tuple[datetime, str, list[str]]]) -> Iterator[Told]:
    """The day as lines: each chapter's title, what the program said, and what happened."""
    timeline = fake.timeline
    lines = story.tell(timeline, timeline.calls)
    columns = Columns(lines, chapters[0][0] - _MIDNIGHT)
    ends = [*(begun for begun, _, _ in chapters[1:]), None]
    for (begun, title, said), end in zip(chapters, ends, strict=True):
        yield Told([(f"{begun:%H:%M}  {title}", "title")])
        yield from (Told([("       ", ""), (line, "said")]) for line in said)
        yield Told()
        for line in lines:
            if begun <= line.at and (end is None or line.at < end):
                yield _told(line, columns)
        yield Told()


def _told(line: story.Line, columns: Columns) -> Told:
    kind = "call" if not line.label else (line.state or "")
    return Told(
        [
            (f"{columns.time(line)}  ", "time"),
            (columns.told(line), "refused" if line.failed and not line.label else kind),
        ]
    )
