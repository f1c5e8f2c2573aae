"""Planned attempts at an instant, and plans that something else ends."""

from __future__ import annotations

import pytest

from fakebatch.batch.outcomes import SUCCESS, Outcome
from fakebatch.batch.task_moments import ended_at, exited_at, runs_at, stopping_at
from fakebatch.batch.tasks import Durations, Part, Plan, Run, plan_task

NEVER = Run()


def killed(started: int, stopped: int, code: int | None = 137) -> Run:
    """A run that the end of its attempt has cut short."""
    return Run(started, stopped, code, cut=True)


# `get` runs from 5 to 15, `a` from 15 to 75, `log` from 5 to 25, and `late` would from 25 on.
PARTS = [
    Part("get", essential=False),
    Part("a", depends_on=(("get", "SUCCESS"),)),
    Part("log", essential=False),
    Part("b"),
]
PLAN = plan_task(PARTS, [Outcome(10), SUCCESS, Outcome(20, 3, "why"), Outcome(hangs=True)], Durations(5, 60))
GET, LOG = Run(5, 15, 0), Run(5, 25, 3, "why")


def test_the_example() -> None:
    assert Plan((GET, Run(15, 75, 0), LOG, killed(5, 75)), 15, 75, decisive=1) == PLAN


MOMENTS = {
    "before any has started": (4, (NEVER, NEVER, NEVER, NEVER)),
    "as they start": (5, (Run(5), NEVER, Run(5), Run(5))),
    "as one ends and another starts": (15, (GET, Run(15), Run(5), Run(5))),
    "while two run": (40, (GET, Run(15), LOG, Run(5))),
    "what ends with the attempt is seen with its end": (75, (GET, Run(15), LOG, Run(5))),
}


@pytest.mark.source("model: exitCode is there upon completion")
@pytest.mark.parametrize(("at", "expected"), MOMENTS.values(), ids=MOMENTS)
def test_runs_under_way(at: int, expected: tuple[Run, ...]) -> None:
    assert runs_at(PLAN, at) == expected


@pytest.mark.source("model: exitCode is there upon completion")
def test_a_container_that_cannot_be_started_shows_it_at_once() -> None:
    parts = [Part("a"), Part("log", essential=False)]
    plan = plan_task(parts, [SUCCESS, Outcome(20, None, "no image", starts=False)], Durations(5, 60))
    assert runs_at(plan, 19) == (Run(5), NEVER)
    assert runs_at(plan, 20) == (Run(5), Run(None, 20, None, "no image"))


ENDS = {
    "in STARTING": (
        10,
        137,
        Plan((killed(5, 10), NEVER, killed(5, 10), killed(5, 10)), None, 10, decisive=1),
    ),
    "in RUNNING": (40, 137, Plan((GET, killed(15, 40), LOG, killed(5, 40)), 15, 40, decisive=1)),
    "by a host that is gone": (
        40,
        None,
        Plan((GET, killed(15, 40, None), LOG, killed(5, 40, None)), 15, 40, decisive=1),
    ),
    "by itself": (75, 137, PLAN),
}


@pytest.mark.source(
    "assumed: what runs when the attempt ends is killed, and a lost host takes the exit code along"
)
@pytest.mark.parametrize(("at", "exit_code", "expected"), ENDS.values(), ids=ENDS)
def test_an_end(at: int, exit_code: int | None, expected: Plan) -> None:
    assert ended_at(PLAN, at, exit_code) == expected


@pytest.mark.source("assumed: a host that a rule takes away leaves what any lost host leaves")
def test_the_end_that_a_lost_host_was_planned_to_be() -> None:
    plan = plan_task([Part("a")], [SUCCESS], Durations(5, 60), 10)
    assert plan == Plan((Run(5, 65, 0),), 5, 15, host_lost=True)
    assert ended_at(plan, 15, None) == Plan((killed(5, 15, None),), 5, 15, host_lost=True)
    assert ended_at(plan, 15, 137) == Plan((killed(5, 15),), 5, 15, host_lost=True)


@pytest.mark.source(
    "assumed: what was told to stop is killed when its time is over, not before, and nothing starts"
)
def test_stopping() -> None:
    told = stopping_at(PLAN, 10)
    assert told == Plan((Run(5), NEVER, Run(5), Run(5)))
    cut = killed(5, 40)
    assert ended_at(told, 40, 137) == Plan((cut, NEVER, cut, cut), None, 40)
    assert stopping_at(PLAN, 30) == Plan((GET, Run(15), LOG, Run(5)), 15)


@pytest.mark.source("assumed: the first essential container is the one that exits")
def test_an_exit_by_hand() -> None:
    exited = Plan((GET, Run(15, 40, 9, "why not"), LOG, killed(5, 40)), 15, 40, decisive=1)
    assert exited_at(PLAN, PARTS, 40, 9, "why not") == exited
    turned = [PARTS[1]._replace(essential=False), PARTS[3]]
    plan = Plan((Run(15, 75, 0), killed(5, 75)), 15, 75, decisive=0)
    assert exited_at(plan, turned, 40, 0, None).runs == (killed(15, 40), Run(5, 40, 0))
