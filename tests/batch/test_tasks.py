"""The planner of tasks and pods: who starts and ends when, and what it makes of the attempt."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakebatch.batch.outcomes import SUCCESS, Outcome
from fakebatch.batch.tasks import Durations, Part, Plan, Run, Task, plan_pod, plan_task, status_reason_of

# Offsets are plain numbers here: STARTING lasts 5, a container runs for 60.
DURATIONS = Durations(5, 60)
NEVER = Run()


def killed(started: int, stopped: int, code: int | None = 137) -> Run:
    """A run that the end of its attempt has cut short."""
    return Run(started, stopped, code, cut=True)


HANGS = Outcome(hangs=True)


def part(name: str, *depends_on: tuple[str, str], **more: object) -> Part:
    return Part(name, depends_on=depends_on, **more)  # type: ignore[arg-type]


def side(name: str, *depends_on: tuple[str, str], **more: object) -> Part:
    return part(name, *depends_on, essential=False, **more)


def init(name: str) -> Part:
    return Part(name, init=True)


def fail(code: int | None = 1, after: int | None = None, **more: object) -> Outcome:
    return Outcome(after, code, **more)  # type: ignore[arg-type]


def unresolved(other: str, name: str, why: str = "as dependency did not exit successfully.") -> str:
    return (
        "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency "
        f"[{other}] for target [{name}] {why}"
    )


class Case(NamedTuple):
    parts: list[Part]
    outcomes: list[Outcome]
    plan: Plan
    status_reason: str | None = None


EXITED = "Essential container in task exited"
NOT_STARTED = "Task failed to start"

TASKS = {
    "one container": Case([part("a")], [SUCCESS], Plan((Run(5, 65, 0),), 5, 65, decisive=0), EXITED),
    "its own duration, exit code, reason and statusReason": Case(
        [part("a")],
        [fail(3, 7, reason="r", status_reason="s")],
        Plan((Run(5, 12, 3, "r", "s"),), 5, 12, decisive=0),
        "s",
    ),
    "the first essential container to end kills the others": Case(
        [side("log"), part("a"), part("b")],
        [HANGS, fail(2, 30), SUCCESS],
        Plan((killed(5, 35), Run(5, 35, 2), killed(5, 35)), 5, 35, decisive=1),
        EXITED,
    ),
    "what ends at that instant is not killed": Case(
        [side("log"), part("a")],
        [fail(4, 60), SUCCESS],
        Plan((Run(5, 65, 4), Run(5, 65, 0)), 5, 65, decisive=1),
        EXITED,
    ),
    "of two essential ones that end together the failed one counts": Case(
        [part("a"), part("b")],
        [SUCCESS, fail(9)],
        Plan((Run(5, 65, 0), Run(5, 65, 9)), 5, 65, decisive=1),
        EXITED,
    ),
    "a container that isn't essential fails for itself": Case(
        [side("log"), part("a")],
        [fail(1, 2), SUCCESS],
        Plan((Run(5, 7, 1), Run(5, 65, 0)), 5, 65, decisive=1),
        EXITED,
    ),
    "SUCCESS lets a container start when the other has ended": Case(
        [side("get"), part("a", ("get", "SUCCESS"))],
        [Outcome(10), SUCCESS],
        Plan((Run(5, 15, 0), Run(15, 75, 0)), 15, 75, decisive=1),
        EXITED,
    ),
    "COMPLETE is content with a failure": Case(
        [side("get"), part("a", ("get", "COMPLETE"))],
        [fail(1, 10), SUCCESS],
        Plan((Run(5, 15, 1), Run(15, 75, 0)), 15, 75, decisive=1),
        EXITED,
    ),
    "START lets both start at once": Case(
        [part("a", ("log", "START")), side("log")],
        [SUCCESS, HANGS],
        Plan((Run(5, 65, 0), killed(5, 65)), 5, 65, decisive=0),
        EXITED,
    ),
    "START of one that cannot be started is given up for, not waited for": Case(
        [part("a", ("log", "START")), side("log")],
        [SUCCESS, Outcome(20, None, "CannotPullContainerError: x", starts=False)],
        Plan((Run(20, 80, 0), Run(None, 20, None, "CannotPullContainerError: x")), 20, 80, decisive=0),
        EXITED,
    ),
    "the last of several dependencies counts": Case(
        [side("x"), side("y"), part("a", ("x", "SUCCESS"), ("y", "COMPLETE"))],
        [Outcome(10), Outcome(20), Outcome(1)],
        Plan((Run(5, 15, 0), Run(5, 25, 0), Run(25, 26, 0)), 25, 26, decisive=2),
        EXITED,
    ),
    "a chain, in any order": Case(
        [part("c", ("b", "SUCCESS")), side("b", ("a", "SUCCESS")), side("a")],
        [Outcome(1), Outcome(2), Outcome(3)],
        Plan((Run(10, 11, 0), Run(8, 10, 0), Run(5, 8, 0)), 10, 11, decisive=0),
        EXITED,
    ),
    "SUCCESS of one that fails: the essential container is given up, and the task with it": Case(
        [side("get"), part("a", ("get", "SUCCESS"))],
        [fail(1, 10), SUCCESS],
        Plan((Run(5, 15, 1), Run(None, 15, 143, unresolved("get", "a"))), None, 15, decisive=1),
        NOT_STARTED,
    ),
    "SUCCESS of one that fails: another container is given up alone": Case(
        [side("get"), side("use", ("get", "SUCCESS")), part("a")],
        [fail(1, 10), SUCCESS, SUCCESS],
        Plan(
            (Run(5, 15, 1), Run(None, 15, 143, unresolved("get", "use")), Run(5, 65, 0)), 15, 65, decisive=2
        ),
        EXITED,
    ),
    "COMPLETE of one that never ran": Case(
        [side("get"), part("a", ("get", "COMPLETE"))],
        [Outcome(None, None, "no image", starts=False), SUCCESS],
        Plan(
            (Run(None, 5, None, "no image"), Run(None, 5, 143, unresolved("get", "a"))), None, 5, decisive=1
        ),
        NOT_STARTED,
    ),
    "COMPLETE of one that was given up is true, for it left an exit code": Case(
        [side("x"), side("y", ("x", "SUCCESS")), part("a", ("y", "COMPLETE"))],
        [fail(1, 10), SUCCESS, SUCCESS],
        Plan((Run(5, 15, 1), Run(None, 15, 143, unresolved("x", "y")), Run(15, 75, 0)), 15, 75, decisive=2),
        EXITED,
    ),
    "COMPLETE of one that hangs: STARTING for ever": Case(
        [side("get"), part("a", ("get", "COMPLETE"))], [HANGS, SUCCESS], Plan((Run(5), NEVER))
    ),
    "COMPLETE of one that hangs, but not longer than its startTimeout": Case(
        [side("get", start_timeout_ns=30), part("a", ("get", "COMPLETE"))],
        [HANGS, SUCCESS],
        Plan(
            (killed(5, 35), Run(None, 35, 143, unresolved("get", "a", "has timed out."))),
            None,
            35,
            decisive=1,
        ),
        NOT_STARTED,
    ),
    "startTimeout, just made": Case(
        [side("get", start_timeout_ns=30), part("a", ("get", "SUCCESS"))],
        [Outcome(30), SUCCESS],
        Plan((Run(5, 35, 0), Run(35, 95, 0)), 35, 95, decisive=1),
        EXITED,
    ),
    "the first dependency that breaks gives a container up": Case(
        [side("x"), side("y"), part("a", ("x", "SUCCESS"), ("y", "SUCCESS"))],
        [fail(1, 20), fail(2, 10), SUCCESS],
        Plan((killed(5, 15), Run(5, 15, 2), Run(None, 15, 143, unresolved("y", "a"))), None, 15, decisive=2),
        NOT_STARTED,
    ),
    "a circle of dependencies": Case(
        [part("a", ("b", "START")), part("b", ("a", "START"))], [SUCCESS, SUCCESS], Plan((NEVER, NEVER))
    ),
    "an essential container that cannot be started": Case(
        [part("a"), side("log")],
        [Outcome(None, None, "no image", starts=False), HANGS],
        Plan((Run(None, 5, None, "no image"), killed(5, 5)), None, 5, decisive=0),
        NOT_STARTED,
    ),
    "it takes its time to fail": Case(
        [part("a"), side("log")],
        [Outcome(240, None, "no image", starts=False), HANGS],
        Plan((Run(None, 240, None, "no image"), killed(5, 240)), None, 240, decisive=0),
        NOT_STARTED,
    ),
    "another one that cannot be started": Case(
        [part("a"), side("log")],
        [SUCCESS, Outcome(None, None, "no image", starts=False)],
        Plan((Run(5, 65, 0), Run(None, 5, None, "no image")), 5, 65, decisive=0),
        EXITED,
    ),
    "an essential container ends before another one starts": Case(
        [part("a"), side("get"), part("b", ("get", "SUCCESS"))],
        [Outcome(10), HANGS, SUCCESS],
        Plan((Run(5, 15, 0), killed(5, 15), NEVER), 15, 15, decisive=0),
        EXITED,
    ),
    "nothing ends": Case([part("a"), side("log")], [HANGS, SUCCESS], Plan((Run(5), Run(5, 65, 0)), 5)),
    "a body that hasn't run yet": Case([part("a")], [Outcome(3, body=lambda _: None)], Plan((Run(5),), 5)),
}


@pytest.mark.source(
    "assumed: several rules of tasks.py that no source tells; essential, dependencies and the containers "
    "that are given up: model, reference §1.6, amazon-ecs-agent pull request 3218"
)
@pytest.mark.parametrize("case", TASKS.values(), ids=TASKS)
def test_a_task(case: Case) -> None:
    plan = plan_task(case.parts, case.outcomes, DURATIONS)
    assert plan == case.plan
    if case.status_reason is not None:
        assert status_reason_of(plan) == case.status_reason


PODS = {
    "one container": Case([part("a")], [SUCCESS], Plan((Run(5, 65, 0),), 5, 65, decisive=0)),
    "it ends with its last container": Case(
        [part("a"), part("b")],
        [Outcome(10), Outcome(20)],
        Plan((Run(5, 15, 0), Run(5, 25, 0)), 5, 25, decisive=1),
    ),
    "one failure is enough, but the others go on": Case(
        [part("a"), part("b"), part("c")],
        [Outcome(30), fail(3, 20), fail(2, 10)],
        Plan((Run(5, 35, 0), Run(5, 25, 3), Run(5, 15, 2)), 5, 35, decisive=2),
    ),
    "init containers run one after the other, before the others": Case(
        [part("a"), init("x"), init("y")],
        [SUCCESS, Outcome(10), Outcome(20)],
        Plan((Run(35, 95, 0), Run(5, 15, 0), Run(15, 35, 0)), 35, 95, decisive=0),
    ),
    "an init container that fails is the end": Case(
        [init("x"), init("y"), part("a")],
        [fail(7, 10), SUCCESS, SUCCESS],
        Plan((Run(5, 15, 7), NEVER, NEVER), None, 15, decisive=0),
    ),
    "an init container that hangs": Case([init("x"), part("a")], [HANGS, SUCCESS], Plan((Run(5), NEVER))),
    "an init container that cannot be started": Case(
        [init("x"), part("a")],
        [Outcome(None, None, "ErrImagePull", starts=False), SUCCESS],
        Plan((Run(None, 5, None, "ErrImagePull"), NEVER), None, 5, decisive=0),
    ),
    "a container that cannot be started ends the pod": Case(
        [part("a"), part("b")],
        [SUCCESS, Outcome(20, None, "ErrImagePull", starts=False)],
        Plan((killed(5, 20), Run(None, 20, None, "ErrImagePull")), None, 20, decisive=1),
    ),
    "one that hangs keeps the pod": Case(
        [part("a"), part("b")], [fail(1, 10), HANGS], Plan((Run(5, 15, 1), Run(5)), 5)
    ),
}


@pytest.mark.source(
    "assumed: what Kubernetes would try again ends a pod, and which container counts; init containers, and "
    "that one failed container makes a failed pod: Kubernetes' documentation of pods"
)
@pytest.mark.parametrize("case", PODS.values(), ids=PODS)
def test_a_pod(case: Case) -> None:
    assert plan_pod(case.parts, case.outcomes, DURATIONS) == case.plan


@pytest.mark.source("assumed: what a rule about a job is about; in a pod no container is less essential")
def test_the_containers_that_a_job_is_about() -> None:
    parts = (side("log"), init("prepare"), part("a"))
    assert Task(parts).leading == [1, 2]
    assert Task(parts, is_pod=True).leading == [0, 2]


@pytest.mark.source("assumed: a task and a pod have planners of their own")
def test_a_task_knows_its_planner() -> None:
    parts, outcomes = (init("x"), part("a")), (Outcome(10), Outcome(20))
    assert Task(parts).plan(outcomes, DURATIONS) == plan_task(parts, outcomes, DURATIONS)
    assert Task(parts, is_pod=True).plan(outcomes, DURATIONS) == plan_pod(parts, outcomes, DURATIONS)


LOST = {
    "while it runs": (10, Plan((Run(15, 75, 0), Run(5, 15, 0)), 15, 25, host_lost=True)),
    "after its end": (61, Plan((Run(15, 75, 0), Run(5, 15, 0)), 15, 75, decisive=0)),
    "at its end, which it comes to": (60, Plan((Run(15, 75, 0), Run(5, 15, 0)), 15, 75, decisive=0)),
}


@pytest.mark.source("assumed: seconds in RUNNING, as for a job of one container")
@pytest.mark.parametrize(("after", "expected"), LOST.values(), ids=LOST)
def test_the_host_is_taken_away(after: int, expected: Plan) -> None:
    parts = [part("a", ("get", "SUCCESS")), side("get")]
    assert plan_task(parts, [SUCCESS, Outcome(10)], DURATIONS, after) == expected
    pod = [part("a"), init("get")]
    assert plan_pod(pod, [SUCCESS, Outcome(10)], DURATIONS, after) == expected


@pytest.mark.source("assumed: a host that is lost in RUNNING is not lost before")
def test_a_task_that_never_runs_keeps_its_host() -> None:
    parts = [part("a", ("get", "SUCCESS")), side("get")]
    assert plan_task(parts, [HANGS, HANGS], DURATIONS, 10) == Plan((NEVER, Run(5)))


@st.composite
def tasks(draw: st.DrawFn) -> tuple[list[Part], list[Outcome]]:
    size = draw(st.integers(1, 6))
    parts, outcomes = [], []
    for at in range(size):
        others = draw(st.lists(st.integers(0, size - 1).filter(lambda other, at=at: other != at), max_size=3))
        conditions = [draw(st.sampled_from(["START", "COMPLETE", "SUCCESS"])) for _ in others]
        depends_on = tuple(
            (f"c{other}", condition) for other, condition in zip(others, conditions, strict=True)
        )
        timeout = draw(st.none() | st.integers(2, 50))
        parts.append(Part(f"c{at}", draw(st.booleans()), depends_on, draw(st.booleans()), timeout))
        starts = draw(st.integers(0, 4)) > 0
        outcomes.append(
            Outcome(
                draw(st.none() | st.integers(0, 99)),
                draw(st.none() | st.integers(0, 2)) if starts else None,
                hangs=draw(st.booleans()),
                starts=starts,
            )
        )
    return parts, outcomes


@pytest.mark.source("assumed: what has to hold of every plan")
@pytest.mark.parametrize("make", [plan_task, plan_pod])
@given(task=tasks())
def test_every_plan(make: object, task: tuple[list[Part], list[Outcome]]) -> None:
    plan = make(*task, DURATIONS)  # type: ignore[operator]
    assert len(plan.runs) == len(task[0])
    assert (plan.end_ns is None) == (plan.decisive is None)
    if plan.up_ns is not None and plan.end_ns is not None:
        assert DURATIONS.starting_ns <= plan.up_ns <= plan.end_ns
    for run in plan.runs:
        if run.started_ns is not None:
            assert run.started_ns >= DURATIONS.starting_ns
            assert run.stopped_ns is None or run.stopped_ns >= run.started_ns
        if plan.end_ns is not None:
            # Nothing outlives the attempt.
            assert run.started_ns is None or run.stopped_ns is not None
            assert run.stopped_ns is None or run.stopped_ns <= plan.end_ns
