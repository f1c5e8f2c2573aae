"""The trace file is what the viewers of Chrome and Perfetto read."""

import json

import boto3
import pytest

import fakebatch


@pytest.fixture
def document(tmp_path):
    with fakebatch.mock(start="2026-01-01T00:00:00Z", seed=1, region="us-east-1") as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        fake.batch.when().fail(exit_code=3, after=20)
        job = boto3.client("batch").submit_job(jobName="train", jobQueue="q", jobDefinition="d")
        fake.run_until(job)
    fake.timeline.trace(tmp_path / "t.json")
    return json.loads((tmp_path / "t.json").read_text("utf-8")) | {"job": job["jobId"]}


def named(document, what):
    return {
        (event["pid"], event["tid"]): event["args"]["name"]
        for event in document["traceEvents"]
        if event["ph"] == "M" and event["name"] == what
    }


def test_a_service_is_a_process_and_each_subject_a_thread(document):
    assert named(document, "process_name") == {(1, 0): "batch"}
    assert named(document, "thread_name") == {
        (1, 0): "calls",
        (1, 1): "q-environment",
        (1, 2): "q",
        (1, 3): "train",
    }


def test_states_are_slices_in_microseconds(document):
    slices = [event for event in document["traceEvents"] if event["ph"] == "X" and event["tid"] == 3]
    assert [(event["name"], event["ts"], event["dur"]) for event in slices] == [
        ("SUBMITTED", 0, 1_000_000),
        ("RUNNABLE", 1_000_000, 4_000_000),
        ("STARTING", 5_000_000, 5_000_000),
        ("RUNNING", 10_000_000, 20_000_000),
    ]


def test_the_end_is_an_instant_that_says_why(document):
    (end,) = [event for event in document["traceEvents"] if event["ph"] == "i" and event["tid"] == 3]
    assert end == {
        "name": "FAILED",
        "cat": "job",
        "pid": 1,
        "tid": 3,
        "ts": 30_000_000,
        "ph": "i",
        "s": "t",
        "cname": "terrible",
        "args": {
            "id": document["job"],
            "reason": "Essential container in task exited",
            "attempt": 1,
            "exit_code": 3,
        },
    }


def test_calls_are_instants_with_their_parameters(document):
    (call,) = [event for event in document["traceEvents"] if event.get("cat") == "call"]
    assert call == {
        "name": "SubmitJob",
        "cat": "call",
        "ph": "i",
        "s": "t",
        "pid": 1,
        "tid": 0,
        "ts": 0,
        "args": {
            "params": {"jobName": "train", "jobQueue": "q", "jobDefinition": "d"},
            "region": "us-east-1",
            "account_id": "123456789012",
        },
    }


def test_nothing_is_an_empty_trace(tmp_path):
    with fakebatch.mock() as fake:
        fake.timeline.trace(tmp_path / "t.json")
    assert json.loads((tmp_path / "t.json").read_text()) == {
        "displayTimeUnit": "ms",
        "otherData": {"start": None, "clock": "virtual"},
        "traceEvents": [],
    }
