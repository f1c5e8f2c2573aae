"""The timeline of a world, as a test's author has it."""

import json
import sys
import time
from datetime import datetime, timedelta, timezone

import boto3
import pytest
from botocore.exceptions import ClientError

import fakebatch
from fakebatch.report.transitions import Transition

START = "2026-01-01T00:00:00Z"
AT = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def fake():
    with fakebatch.mock(start=START, seed=1) as world:
        world.batch.add_job_queue("q")
        world.batch.add_job_definition("d")
        yield world


def submit(name="train", **more):
    batch = boto3.client("batch", region_name="us-east-1")
    return batch.submit_job(jobName=name, jobQueue="q", jobDefinition="d", **more)["jobId"]


def poll(job_id):
    batch = boto3.client("batch", region_name="us-east-1")
    while batch.describe_jobs(jobs=[job_id])["jobs"][0]["status"] not in {"SUCCEEDED", "FAILED"}:
        time.sleep(30)


STORY = """\
1 job, 10 transitions, 6 calls; from 2026-01-01T00:00:00Z on, 0:02:00 long

0:00:00    q-environment  VALID                 compute environment
0:00:00    q              VALID                 job queue
0:00:00  SubmitJob(jobName=train, jobQueue=q, jobDefinition=d, retryStrategy={attempts: 2})
0:00:00    train          SUBMITTED             jobId {id}
0:00:00  DescribeJobs(jobs=[train])
0:00:01    train          SUBMITTED → RUNNABLE
0:00:05    train          RUNNABLE → STARTING   attempt 1
0:00:10    train          STARTING → RUNNING
0:00:30  DescribeJobs(jobs=[train])
0:00:40    train          RUNNING → RUNNABLE    attempt 1, exit code 1: Essential container in task exited; Z
0:00:44    train          RUNNABLE → STARTING   attempt 2
0:00:49    train          STARTING → RUNNING
0:01:00  DescribeJobs(jobs=[train])  2 times until 0:01:30
0:01:49    train          RUNNING → SUCCEEDED   attempt 2, exit code 0: Essential container in task exited
0:02:00  DescribeJobs(jobs=[train])
"""


def retried(fake):
    fake.batch.when(job_name="train").fail(exit_code=1, reason="Z", after=30).succeed(after=60)
    job_id = submit(retryStrategy={"attempts": 2})
    poll(job_id)
    return job_id


def test_text_tells_the_whole_story(fake):
    job_id = retried(fake)
    assert fake.timeline.text() == STORY.replace("{id}", job_id)


def test_printing_it_prints_the_text(fake):
    submit()
    assert str(fake.timeline) == fake.timeline.text()


def test_same_seed_and_calls_tell_the_same_story_byte_for_byte():
    texts = []
    for _ in range(2):
        with fakebatch.mock(start=START, seed=1, provision=True) as fake:
            poll(submit(arrayProperties={"size": 5}))
            texts.append(fake.timeline.text())
    assert texts[0] == texts[1]


def test_iterating_gives_transitions(fake):
    job_id = retried(fake)
    timeline = fake.timeline
    assert [each.after for each in timeline if each.name == "train"] == [
        *("SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED")
    ]
    assert timeline[6] == Transition(
        at=AT + timedelta(seconds=40),
        service="batch",
        kind="job",
        id=job_id,
        name="train",
        before="RUNNING",
        after="RUNNABLE",
        reason="Essential container in task exited",
        attempt=1,
        exit_code=1,
        container_reason="Z",
        array_index=None,
    )
    assert len(timeline) == len(list(timeline)) == 10
    assert timeline[-1:] == (timeline[-1],)


def test_set_up_is_told_with_its_arns(fake):
    assert [(each.kind, each.name, each.id) for each in fake.timeline] == [
        (
            "compute_environment",
            "q-environment",
            "arn:aws:batch:us-east-1:123456789012:compute-environment/q-environment",
        ),
        ("job_queue", "q", "arn:aws:batch:us-east-1:123456789012:job-queue/q"),
    ]


def test_children_have_their_index_and_their_parent(fake):
    parent = submit("sweep", arrayProperties={"size": 2})
    fake.run_until(parent)
    children = [each for each in fake.timeline if each.array_index is not None]
    assert {(each.id, each.name, each.array_index, each.parent_id) for each in children} == {
        (f"{parent}:0", "sweep", 0, parent),
        (f"{parent}:1", "sweep", 1, parent),
    }


def test_transitions_cannot_be_changed(fake):
    with pytest.raises(AttributeError):
        fake.timeline[0].after = "GONE"


def test_a_timeline_stands_still(fake):
    job_id = submit()
    before = fake.timeline
    text = before.text()
    fake.run_until(job_id)
    assert (len(before), before.text()) == (3, text)
    assert len(fake.timeline) == 7


def test_it_can_be_read_after_the_world_was_left():
    with fakebatch.mock(start=START, seed=1, provision=True) as fake:
        fake.run_until(submit())
    assert fake.timeline[-1].after == "SUCCEEDED"


def test_an_empty_world_has_an_empty_timeline():
    with fakebatch.mock() as fake:
        timeline = fake.timeline
    assert list(timeline) == []
    assert (timeline.start, timeline.end) == (None, None)
    assert timeline.text() == "Nothing has happened yet: no calls, no transitions.\n"
    assert repr(timeline) == "<fakebatch timeline: 0 jobs, 0 transitions, 0 calls>"


def test_it_counts_children_apart(fake):
    fake.run_until(submit("sweep", arrayProperties={"size": 3}))
    assert repr(fake.timeline) == ("<fakebatch timeline: 1 job, 3 array children, 20 transitions, 1 call>")


def test_it_counts_nodes_apart(fake):
    fake.run_until(submit("sweep", arrayProperties={"size": 2}))
    fake.batch.add_job_definition("d", type="multinode")
    fake.run_until(submit("mpi", nodeOverrides={"numNodes": 1}))
    told = "2 jobs, 2 array children, 1 node, 24 transitions, 2 calls"
    assert repr(fake.timeline) == f"<fakebatch timeline: {told}>"


def test_limit_leaves_out_the_middle(fake):
    retried(fake)
    lines = fake.timeline.text().splitlines()
    assert fake.timeline.text(limit=8).splitlines() == [
        *lines[:4],
        "... 7 lines left out; timeline.text() has them all ...",
        *lines[-6:],
    ]
    assert fake.timeline.text(limit=15) == fake.timeline.text()


def test_a_refused_call_says_so(fake):
    with pytest.raises(Exception, match="JobQueue"):
        boto3.client("batch", region_name="us-east-1").submit_job(
            jobName="x", jobQueue="nowhere", jobDefinition="d"
        )
    error = fake.calls[0].error
    assert fake.timeline.text().splitlines()[-1] == (
        "0:00:00  SubmitJob(jobName=x, jobQueue=nowhere, jobDefinition=d)"
        f"  failed: {error['Code']}: {error['Message']}"
    )


def test_fractions_of_seconds_are_told_where_there_are_any(fake):
    fake.tick(0.25)
    submit()
    assert fake.timeline.text().splitlines()[2:] == [
        "0:00:00.000    q-environment  VALID      compute environment",
        "0:00:00.000    q              VALID      job queue",
        "0:00:00.250  SubmitJob(jobName=train, jobQueue=q, jobDefinition=d)",
        f"0:00:00.250    train          SUBMITTED  jobId {fake.batch.jobs()[0].id}",
    ]


def test_html_is_one_page_that_needs_nothing_else(fake, tmp_path):
    retried(fake)
    fake.timeline.html(tmp_path / "t.html", title="My <day>")
    page = (tmp_path / "t.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "<title>My &lt;day&gt;</title>" in page
    assert "http" not in page.replace("https://", "http://").replace("http-equiv", "")
    assert "src=" not in page


def test_html_without_jinja2_says_what_to_install(fake, tmp_path, monkeypatch):
    from fakebatch.report import page

    page.template.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(fakebatch.UsageError) as refused:
        fake.timeline.html(tmp_path / "t.html")
    assert str(refused.value) == (
        "HTML reports are written with jinja2, which is not installed: pip install 'fakebatch[report]'. "
        "text() and trace() do without."
    )
    assert not (tmp_path / "t.html").exists()


def test_trace_is_json(fake, tmp_path):
    retried(fake)
    fake.timeline.trace(tmp_path / "t.json")
    document = json.loads((tmp_path / "t.json").read_text("utf-8"))
    assert document["otherData"] == {"start": START, "clock": "virtual"}


def test_half_a_surrogate_pair_is_escaped_wherever_it_is_told(fake, tmp_path):
    """JSON can say it, so a refused request can have it; no file can."""
    job_id = submit()
    with pytest.raises(ClientError, match="not valid Unicode"):
        boto3.client("batch", region_name="us-east-1").terminate_job(jobId=job_id, reason="a\ud800b")
    timeline = fake.timeline
    assert "TerminateJob(jobId=train, reason=a\\ud800b)" in timeline.text()
    timeline.html(tmp_path / "t.html")
    assert "a\\ud800b" in (tmp_path / "t.html").read_text("utf-8")
    timeline.trace(tmp_path / "t.json")
    [*_, call] = json.loads((tmp_path / "t.json").read_text("utf-8"))["traceEvents"]
    assert call["args"]["params"]["reason"] == "a\ud800b"
