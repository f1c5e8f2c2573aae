"""How times, names and calls are written."""

from datetime import datetime, timedelta, timezone

import pytest

from fakebatch.calls import Call
from fakebatch.report import spelling
from fakebatch.report.transitions import Transition

AT = datetime(2026, 1, 1, tzinfo=timezone.utc)
ARN = "arn:aws:batch:us-east-1:123456789012:job-queue/spot"


def came(job_id, name, **more):
    return Transition(AT, "batch", more.pop("kind", "job"), job_id, name, None, "SUBMITTED", **more)


def call(operation, **params):
    return Call("batch", operation, params, {}, None, AT, "us-east-1", "123456789012")


NAMES = spelling.Names([came("id-1", "train"), came(ARN, "spot", kind="job_queue")])


@pytest.mark.parametrize(
    ("delta", "digits", "text"),
    [
        (timedelta(0), 0, "0:00:00"),
        (timedelta(minutes=1, seconds=10), 0, "0:01:10"),
        (timedelta(days=2, hours=3), 0, "51:00:00"),
        (timedelta(milliseconds=1500), 3, "0:00:01.500"),
        (timedelta(microseconds=7), 6, "0:00:00.000007"),
    ],
)
def test_spans_are_hours_minutes_and_seconds(delta, digits, text):
    assert spelling.span(delta, digits) == text


@pytest.mark.parametrize(("micros", "digits"), [(0, 0), (1_000_000, 0), (500_000, 3), (1_000, 3), (1, 6)])
def test_as_many_digits_as_it_takes(micros, digits):
    assert spelling.digits_needed([AT, AT + timedelta(microseconds=micros)], AT) == digits


def test_instants_are_iso_8601_with_a_z():
    assert spelling.instant(AT) == "2026-01-01T00:00:00Z"


def test_a_child_is_called_by_its_index():
    child = came("id-1:3", "train", array_index=3)
    assert NAMES.of(child) == "train:3"
    assert NAMES.of_id("id-1:3") == "train:3"


def test_a_node_is_called_by_its_index():
    node = came("id-1#3", "train", node_index=3)
    assert NAMES.of(node) == "train#3"
    assert NAMES.of_id("id-1#3") == "train#3"
    assert (node.index, node.parent_id) == (3, "id-1")


def test_names_that_are_not_unique_get_the_start_of_the_id():
    twins = [came("12345678-1", "train"), came("abcdefgh-2", "train"), came("id-3", "other")]
    names = spelling.Names(twins)
    assert [names.of(twin) for twin in twins] == ["train 12345678", "train abcdefgh", "other"]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (call("DescribeJobs", jobs=["id-1", "id-9"]), "DescribeJobs(jobs=[train, id-9])"),
        (call("ListJobs", jobQueue=ARN, maxResults=5), "ListJobs(jobQueue=spot, maxResults=5)"),
        (call("CancelJob", jobId="x", reason="two\nlines"), "CancelJob(jobId=x, reason=two lines)"),
        (call("SubmitJob", clientToken="a", tags={"a": {"b": [1]}}), "SubmitJob(tags={a: {b: [1]}})"),
        (call("DeleteJobQueue", jobQueue="arn:aws:batch:::job-queue/gone"), "DeleteJobQueue(jobQueue=gone)"),
        (call("DeleteJobQueue", jobQueue="arn:aws"), "DeleteJobQueue(jobQueue=arn:aws)"),
        (call("SubmitJob", jobName="n" * 61), f"SubmitJob(jobName={'n' * 59}…)"),
    ],
    ids=["ids", "arn", "one-line", "nested", "unknown-arn", "no-arn", "long"],
)
def test_calls_are_told_with_their_parameters(asked, text):
    assert spelling.call(asked, NAMES) == text


@pytest.mark.parametrize(
    ("given", "text"), [([3], "3"), ([0, 1, 2], "0-2"), ([5, 0, 1, 9, 8], "0-1,5,8-9")], ids=str
)
def test_indices_are_told_as_ranges(given, text):
    assert spelling.indices(given) == text


def test_counts_know_their_plural():
    counts = [
        spelling.count(1, "job"),
        spelling.count(0, "job"),
        spelling.count(2, "array child", "array children"),
    ]
    assert counts == ["1 job", "0 jobs", "2 array children"]
