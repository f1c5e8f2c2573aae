"""The state tables, what applies them, and the plain timelines that come of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import fakebatch
from fakebatch.batch.lifecycle import STATUSES, TABLES, move
from fakebatch.errors import InternalError

START = "2026-01-01T00:00:00.000123Z"
EXITED = "Essential container in task exited"


@pytest.fixture
def fake() -> Iterator[fakebatch.World]:
    with fakebatch.mock(start=START, seed=7) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


def submit(client: Any, **members: Any) -> str:
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "d", **members}
    return str(client.submit_job(**request)["jobId"])


def timeline(fake: fakebatch.World, job_id: str) -> list[tuple[float, str, str | None]]:
    """(seconds since it came into being, status, reason) of each transition."""
    history = fake.batch.job(job_id).history
    return [((entry.at - history[0].at).total_seconds(), entry.status, entry.reason) for entry in history]


# -- The tables

# Reference §1.1 and §1.2, written down a second time: from -> to.
SINGLE = {
    "SUBMITTED": "PENDING RUNNABLE FAILED",
    "PENDING": "RUNNABLE FAILED",
    "RUNNABLE": "STARTING FAILED",
    "STARTING": "RUNNING RUNNABLE FAILED",
    "RUNNING": "SUCCEEDED RUNNABLE FAILED",
    "SUCCEEDED": "",
    "FAILED": "",
}
EXPECTED = {
    "single": {None: "SUBMITTED", **SINGLE},
    "array parent": {
        None: "SUBMITTED",
        "SUBMITTED": "PENDING FAILED",
        "PENDING": "SUCCEEDED FAILED",
        "SUCCEEDED": "",
        "FAILED": "",
    },
    "array child": {
        None: "PENDING",
        **{status: to for status, to in SINGLE.items() if status != "SUBMITTED"},
    },
    "multi-node": {None: "SUBMITTED", **SINGLE},
    "node": {
        None: "RUNNABLE",
        **{status: to for status, to in SINGLE.items() if status not in ("SUBMITTED", "PENDING")},
        "SUCCEEDED": "RUNNABLE",
        "FAILED": "RUNNABLE",
    },
}


@pytest.mark.source("reference §1.1, §1.2")
def test_the_tables_are_those_of_the_user_guide():
    found = {name: {before: set(to) for before, to in table.items()} for name, table in TABLES.items()}
    assert found == {
        name: {before: set(to.split()) for before, to in table.items()} for name, table in EXPECTED.items()
    }


FORBIDDEN = [
    (before, after) for before in SINGLE for after in STATUSES if after not in SINGLE[before].split()
]


@pytest.mark.source("reference §1.1")
@pytest.mark.parametrize(("before", "after"), FORBIDDEN, ids=lambda status: status)
def test_a_transition_that_no_table_lists_is_a_defect(fake, client, before, after):
    job_id = submit(client)
    service = fake.service("batch", "us-east-1", "123456789012")
    job = service.jobs[job_id]
    job.status = before
    with pytest.raises(InternalError) as caught:
        move(service, job, after)
    assert str(caught.value) == f"single job {job_id} cannot go from {before} to {after}"
    assert job.status == before


@pytest.mark.source("reference §1.2")
@pytest.mark.parametrize("index", [None, 0], ids=["array parent", "array child"])
def test_the_other_kinds_are_named_in_the_defect(fake, client, index):
    parent = submit(client, arrayProperties={"size": 2})
    fake.tick(1)
    service = fake.service("batch", "us-east-1", "123456789012")
    job = service.jobs[parent if index is None else f"{parent}:{index}"]
    kind, before = ("array parent", "PENDING") if index is None else ("array child", "RUNNABLE")
    with pytest.raises(InternalError) as caught:
        move(service, job, "SUBMITTED")
    assert str(caught.value) == f"{kind} job {job.id} cannot go from {before} to SUBMITTED"


@pytest.mark.source("assumed: what a node is before it is launched, and that it has a next attempt")
@pytest.mark.parametrize("suffix", ["", "#1"], ids=["multi-node", "node"])
def test_jobs_of_many_nodes_and_their_nodes_are_named_in_the_defect(fake, client, suffix):
    fake.batch.add_job_definition("nodes", type="multinode")
    job_id = submit(client, jobDefinition="nodes")
    fake.tick(1)
    service = fake.service("batch", "us-east-1", "123456789012")
    job = service.jobs[job_id + suffix]
    with pytest.raises(InternalError) as caught:
        move(service, job, "PENDING")
    named = "node" if suffix else "multi-node"
    assert str(caught.value) == f"{named} job {job.id} cannot go from RUNNABLE to PENDING"


# -- Timelines


@pytest.mark.source("reference §1.1; the durations are Timing's")
def test_success(fake, client):
    job_id = submit(client)
    fake.run_until_idle()
    assert timeline(fake, job_id) == [
        (0, "SUBMITTED", None),
        (1, "RUNNABLE", None),
        (5, "STARTING", None),
        (10, "RUNNING", None),
        (70, "SUCCEEDED", EXITED),
    ]


@pytest.mark.source("reference §1.1; the durations are Timing's")
def test_a_poller_sees_each_state_from_its_first_instant_on(fake, client):
    job_id = submit(client)
    seen: list[tuple[int, str]] = []
    for second in range(72):
        status = client.describe_jobs(jobs=[job_id])["jobs"][0]["status"]
        if not seen or seen[-1][1] != status:
            seen.append((second, status))
        fake.tick(1)
    assert seen == [(0, "SUBMITTED"), (1, "RUNNABLE"), (5, "STARTING"), (10, "RUNNING"), (70, "SUCCEEDED")]


@pytest.mark.source("reference §1.1")
@pytest.mark.parametrize("early", [timedelta(microseconds=1), timedelta(0)], ids=["just before", "at"])
@pytest.mark.parametrize(
    ("second", "before", "after"),
    [
        (1, "SUBMITTED", "RUNNABLE"),
        (5, "RUNNABLE", "STARTING"),
        (10, "STARTING", "RUNNING"),
        (70, "RUNNING", "SUCCEEDED"),
    ],
)
def test_a_state_begins_at_its_instant_and_not_before(fake, client, early, second, before, after):
    job_id = submit(client)
    fake.tick(timedelta(seconds=second) - early)
    assert client.describe_jobs(jobs=[job_id])["jobs"][0]["status"] == (before if early else after)


@pytest.mark.source("reference §1.1")
def test_many_small_steps_end_where_one_large_one_does():
    def history(*steps: float) -> list[tuple[datetime, str, str | None]]:
        with fakebatch.mock(start=START, seed=7) as fake:
            fake.batch.add_job_queue("q")
            fake.batch.add_job_definition("d")
            job_id = submit(fake.client("batch"))
            for step in steps:
                fake.tick(step)
            return [tuple(entry) for entry in fake.batch.job(job_id).history]

    one = history(100)
    assert one == history(*[0.37] * 300)
    assert one[0] == (datetime(2026, 1, 1, microsecond=123, tzinfo=timezone.utc), "SUBMITTED", None)


@pytest.mark.source("reference §1.1")
def test_nothing_leaves_an_end(fake, client):
    fake.batch.when(job_name="bad").fail()
    ended = [submit(client), submit(client, jobName="bad")]
    fake.run_until_idle()
    before = client.describe_jobs(jobs=ended)["jobs"]
    for job_id in ended:
        client.terminate_job(jobId=job_id, reason="too late")
        client.cancel_job(jobId=job_id, reason="too late")
    fake.tick(24 * 3600)
    assert client.describe_jobs(jobs=ended)["jobs"] == before
    assert [job["status"] for job in before] == ["SUCCEEDED", "FAILED"]


@pytest.mark.source("reference §1.1")
def test_reading_moves_nothing(fake, client):
    job_id = submit(client)
    first = client.describe_jobs(jobs=[job_id])["jobs"]
    for _ in range(20):
        assert client.describe_jobs(jobs=[job_id])["jobs"] == first
        assert client.list_jobs(jobQueue="q", jobStatus="SUBMITTED")["jobSummaryList"][0]["jobId"] == job_id
    assert first[0]["status"] == "SUBMITTED"


@pytest.mark.source("reference §1.1")
def test_each_job_is_listed_under_its_status_alone(fake, client):
    job_id = submit(client)
    for second in range(71):
        status = client.describe_jobs(jobs=[job_id])["jobs"][0]["status"]
        listed = [
            (each, [job["jobId"] for job in client.list_jobs(jobQueue="q", jobStatus=each)["jobSummaryList"]])
            for each in STATUSES
        ]
        assert listed == [(each, [job_id] if each == status else []) for each in STATUSES], second
        fake.tick(1)


@pytest.mark.source("reference §1.1; Timing.instant()")
def test_an_instant_world_has_ended_a_job_at_the_first_look():
    with fakebatch.mock(start=START, timing=fakebatch.Timing.instant()) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        client = fake.client("batch")
        job_id = submit(client)
        assert client.describe_jobs(jobs=[job_id])["jobs"][0]["status"] == "SUCCEEDED"
        assert [entry[1:] for entry in timeline(fake, job_id)] == [
            ("SUBMITTED", None),
            ("RUNNABLE", None),
            ("STARTING", None),
            ("RUNNING", None),
            ("SUCCEEDED", EXITED),
        ]
        assert {entry[0] for entry in timeline(fake, job_id)} == {0}
