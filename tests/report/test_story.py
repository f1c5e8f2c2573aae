"""In which order things are told, and what is told in one line."""

from datetime import datetime, timedelta, timezone

import pytest

from fakebatch.calls import Call
from fakebatch.report.story import interleave, tell
from fakebatch.report.transitions import Transition

AT = datetime(2026, 1, 1, tzinfo=timezone.utc)


def job(after_s, before, after, job_id="a", **more):
    name = job_id.partition(":")[0]
    return Transition(AT + timedelta(seconds=after_s), "batch", "job", job_id, name, before, after, **more)


def child(after_s, before, after, index, **more):
    return job(after_s, before, after, f"sweep:{index}", array_index=index, **more)


def call(after_s, operation, response=None, error=None, **params):
    at = AT + timedelta(seconds=after_s)
    return Call("batch", operation, params, response, error, at, "us-east-1", "123456789012")


def told(transitions, calls=()):
    return [
        (line.label or line.text, line.text if line.label else "", line.detail, line.count)
        for line in tell(transitions, list(calls))
    ]


SUBMIT = call(0, "SubmitJob", {"jobId": "a", "jobName": "a"}, jobName="a")
LOOK = call(10, "DescribeJobs", {"jobs": [{"jobId": "a"}]}, jobs=["a"])
CAME = job(0, None, "SUBMITTED")
RAN = job(10, "STARTING", "RUNNING")
END = job(10, "RUNNING", "FAILED")
TERMINATE = call(10, "TerminateJob", {}, jobId="a", reason="no")


@pytest.mark.parametrize(
    ("transitions", "calls", "order"),
    [
        ([CAME], [SUBMIT], [SUBMIT, CAME]),
        ([RAN], [LOOK], [RAN, LOOK]),
        ([RAN, END], [LOOK, TERMINATE, LOOK], [RAN, LOOK, TERMINATE, END, LOOK]),
        ([CAME, job(0, None, "SUBMITTED", "b")], [SUBMIT], [SUBMIT, CAME, job(0, None, "SUBMITTED", "b")]),
        ([CAME, RAN], [], [CAME, RAN]),
        ([], [SUBMIT, LOOK], [SUBMIT, LOOK]),
        ([END], [call(10, "TerminateJob", None, {"Code": "X", "Message": "y"}, jobId="a")], None),
    ],
    ids=["submit", "look", "terminate", "two", "no-calls", "only-calls", "refused"],
)
def test_a_call_comes_after_what_was_due_and_before_what_it_brings_about(transitions, calls, order):
    assert interleave(transitions, calls) == (order or [*transitions, *calls])


def test_a_queue_that_submit_job_made_comes_before_it():
    queue = Transition(AT, "batch", "job_queue", "arn", "q", None, "VALID")
    submit = call(0, "SubmitJob", {"jobId": "a", "jobName": "a"}, jobName="a", jobQueue="q")
    assert interleave([queue, CAME], [submit]) == [queue, submit, CAME]


def test_a_child_is_terminated_by_naming_its_parent():
    end = child(10, "RUNNING", "FAILED", 0)
    terminate = call(10, "TerminateJob", {}, jobId="sweep", reason="no")
    assert interleave([end], [terminate]) == [terminate, end]


def test_repeated_polling_is_one_line():
    again = call(20, "DescribeJobs", {}, jobs=["a"])
    lines = tell([CAME], [SUBMIT, LOOK, again])
    assert [(line.text, line.count, line.until) for line in lines] == [
        ("SubmitJob(jobName=a)", 1, None),
        ("SUBMITTED", 1, None),
        ("DescribeJobs(jobs=[a])", 2, AT + timedelta(seconds=20)),
    ]


def test_a_call_that_failed_is_another_than_one_that_went_well():
    error = {"Code": "ServerException", "Message": "Try again."}
    assert told([], [LOOK, call(10, "DescribeJobs", None, error, jobs=["a"]), LOOK]) == [
        ("DescribeJobs(jobs=[a])", "", "", 1),
        ("DescribeJobs(jobs=[a])", "", "ServerException: Try again.", 1),
        ("DescribeJobs(jobs=[a])", "", "", 1),
    ]


def test_what_children_do_alike_at_one_instant_is_one_line():
    ends = [child(70, "RUNNING", "SUCCEEDED", index, exit_code=0, attempt=1) for index in (0, 1, 2, 4)]
    ends.insert(3, child(70, "RUNNING", "FAILED", 3, exit_code=2, attempt=1, reason="exited"))
    assert told([job(0, None, "SUBMITTED", "sweep"), *ends]) == [
        ("sweep", "SUBMITTED", "jobId sweep", 1),
        ("sweep:0-2,4", "RUNNING → SUCCEEDED", "4 children, attempt 1, exit code 0", 4),
        ("sweep:3", "RUNNING → FAILED", "attempt 1, exit code 2: exited", 1),
    ]


def test_three_children_are_told_one_by_one():
    starts = [child(5, "RUNNABLE", "STARTING", index, attempt=1) for index in range(3)]
    assert [line[0] for line in told(starts)] == ["sweep:0", "sweep:1", "sweep:2"]


def test_thousands_of_children_that_trickle_through_fit_in_a_few_lines():
    size = 2_000
    moves = [job(0, None, "SUBMITTED", "sweep")]
    for index in range(size):
        moves.append(child(index, None, "PENDING", index))
        moves.append(child(index, "PENDING", "RUNNABLE", index))
        moves.append(child(index, "RUNNABLE", "FAILED", index, reason="stop" if index == 1_000 else None))
    assert told(moves) == [
        ("sweep", "SUBMITTED", "jobId sweep", 1),
        ("sweep:0-1999", "PENDING", "2000 children", 2_000),
        ("sweep:0-1999", "PENDING → RUNNABLE", "2000 children", 2_000),
        ("sweep:0-1999", "RUNNABLE → FAILED", "2000 children", 2_000),
    ]


@pytest.mark.parametrize(
    ("count", "label", "detail"),
    [
        (5, "sweep:0,2,4,6,8", "5 children, attempt 1"),
        (12, "sweep:*", "12 children (0,2,4,6,8,10,12,14,16,18,20,22), attempt 1"),
        (90, "sweep:*", "90 children, attempt 1"),
    ],
)
def test_a_long_list_of_indices_moves_to_the_detail_and_then_out(count, label, detail):
    evens = [child(5, "RUNNABLE", "STARTING", index, attempt=1) for index in range(0, 2 * count, 2)]
    assert told(evens) == [(label, "RUNNABLE → STARTING", detail, count)]


@pytest.mark.parametrize(
    ("transition", "detail"),
    [
        (job(0, None, "SUBMITTED"), "jobId a"),
        (job(0, "PENDING", "FAILED", reason="Dependent Job failed"), "Dependent Job failed"),
        (
            job(0, "RUNNING", "FAILED", attempt=2, exit_code=137, reason="exited", container_reason="OOM"),
            "attempt 2, exit code 137: exited; OOM",
        ),
        (Transition(AT, "batch", "job_queue", "arn", "q", None, "VALID", "JobQueue Healthy"), "job queue"),
        (Transition(AT, "batch", "job_queue", "arn", "q", "VALID", "INVALID", "why"), "job queue: why"),
    ],
    ids=["new", "reason", "attempt", "valid", "invalid"],
)
def test_details_say_why(transition, detail):
    assert tell([transition], [])[0].detail == detail


def test_a_second_job_of_the_name_does_not_share_its_label():
    twins = [
        Transition(AT, "batch", "job", job_id, "x", None, "SUBMITTED")
        for job_id in ("11111111-a", "22222222-b")
    ]
    assert [line.label for line in tell(twins, [])] == ["x 11111111", "x 22222222"]
