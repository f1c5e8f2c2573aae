"""States as bars on lanes, and crowds as counts."""

from datetime import datetime, timedelta, timezone

from fakebatch.report.lanes import Step, crowd, lanes
from fakebatch.report.transitions import Transition

AT = datetime(2026, 1, 1, tzinfo=timezone.utc)


def at(seconds):
    return AT + timedelta(seconds=seconds)


def moves(job_id, *states, **more):
    """The transitions of one subject: (seconds, state) each."""
    before = [None, *(state for _, state in states)]
    return [
        Transition(at(seconds), "batch", "job", job_id, job_id.partition(":")[0], previous, state, **more)
        for (seconds, state), previous in zip(states, before, strict=False)
    ]


def shown(lane):
    return lane.label, [(bar.state, bar.entered.at, bar.end) for bar in lane.bars]


def test_each_state_is_a_bar_up_to_the_next():
    (lane,) = lanes(moves("a", (0, "SUBMITTED"), (1, "RUNNABLE"), (9, "FAILED")), at(100))
    assert shown(lane) == (
        "a",
        [("SUBMITTED", at(0), at(1)), ("RUNNABLE", at(1), at(9)), ("FAILED", at(9), at(9))],
    )


def test_a_state_that_lasts_goes_on_to_the_end():
    (lane,) = lanes(moves("a", (0, "SUBMITTED"), (10, "RUNNING")), at(100))
    assert shown(lane)[1][-1] == ("RUNNING", at(10), at(100))
    assert lane.bars[-1].left is None


def test_children_stand_below_their_parent_by_index():
    history = [
        *moves("sweep", (0, "SUBMITTED")),
        *moves("other", (0, "SUBMITTED")),
        *moves("sweep:1", (1, "PENDING"), array_index=1),
        *moves("sweep:0", (2, "PENDING"), array_index=0),
    ]
    assert [lane.label for lane in lanes(history, at(9))] == ["sweep", "sweep:0", "sweep:1", "other"]


def test_what_failed_or_was_retried_is_remarkable():
    states = ((0, "RUNNABLE"), (1, "STARTING"))
    history = [
        *moves("once", *states, attempt=1),
        *moves("twice", *states, attempt=2),
        *moves("failed", *states, (2, "FAILED"), attempt=1),
    ]
    assert [lane.label for lane in lanes(history, at(9)) if lane.remarkable] == ["twice", "failed"]


def test_a_crowd_is_counted_at_each_instant():
    history = [
        *moves("s:0", (0, "PENDING"), (5, "RUNNABLE"), array_index=0),
        *moves("s:1", (0, "PENDING"), (7, "FAILED"), array_index=1),
    ]
    assert crowd(lanes(history, at(9)), 100) == [
        Step(at(0), {"PENDING": 2}),
        Step(at(5), {"PENDING": 1, "RUNNABLE": 1}),
        Step(at(7), {"RUNNABLE": 1, "FAILED": 1}),
    ]


def test_a_long_crowd_is_thinned_out_and_keeps_its_end():
    history = []
    for index in range(1_000):
        history += moves(f"s:{index}", (index, "PENDING"), array_index=index)
    steps = crowd(lanes(history, at(2_000)), 100)
    assert len(steps) <= 101
    assert steps[-1] == Step(at(999), {"PENDING": 1_000})
