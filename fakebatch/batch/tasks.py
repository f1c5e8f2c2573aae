"""A task or pod of several containers: who starts when, who ends when, and what that makes of the attempt.

Theory of operation
-------------------
`plan` works everything out beforehand, from what each container is going to do. All instants are offsets from
the start of STARTING, in ns. Nothing here knows a job, a clock or a state.

In an ECS task a container starts when the containers that it depends on have come to what it waits for, and
the task is up when each container has been started or given up. The first essential container that ends, ends
the task, and those that run then are killed; what the others leave doesn't matter. In a pod the init
containers run one after the other, then all the others at once; the pod ends with the last of them, or with
the first that cannot be started, and has failed if one of them has.

A dependency that cannot come true any more (SUCCESS of a container that has failed, COMPLETE of one that
never ran, either of one that has used up its startTimeout) gives its container up: it leaves exit code 143
without having run. If it is essential then that ends the task, otherwise the task goes on without it. Where
nothing limits the wait for a container that hangs, and in a circle of dependencies, nothing ever ends: the
attempt stays in STARTING until it is stopped.

Source: API reference, TaskContainerProperties and TaskContainerDependency (reference §1.6);
amazon-ecs-agent pull request 3218 for containers that are given up, 3927 for START of a container that has
ended already. Assumed: images take no time beyond the attempt's own STARTING; of two essential containers
that end at the same instant the failed one counts; what Kubernetes would try again ends a pod at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fakebatch.batch.outcomes import EXITED, FAILED_TO_START, KILLED, Outcome

# What a container leaves that is given up before it ran. Source: amazon-ecs-agent pull request 3218.
GIVEN_UP = 143


class Part(NamedTuple):
    """One container of a task or pod.

    Attributes:
        name: empty for the only container of a task, which may go without.
        essential: its end is the task's; means nothing in a pod.
        depends_on: the container, and START, COMPLETE or SUCCESS; in a task.
        init: runs before the others; in a pod.
        start_timeout_ns: for how long others wait for it to COMPLETE or SUCCEED, from its start on; None is
            for ever. Source: amazon-ecs-agent, the check of its dependency graph.
    """

    name: str
    essential: bool = True
    depends_on: tuple[tuple[str, str], ...] = ()
    init: bool = False
    start_timeout_ns: int | None = None


class Task(NamedTuple):
    """The containers of an ECS task or, with `is_pod`, of a pod."""

    parts: tuple[Part, ...]
    is_pod: bool = False

    def plan(
        self, outcomes: Sequence[Outcome], durations: Durations, host_lost_after_ns: int | None = None
    ) -> Plan:
        """What becomes of an attempt at it; the arguments are those of `plan_task`."""
        make = plan_pod if self.is_pod else plan_task
        return make(self.parts, outcomes, durations, host_lost_after_ns)

    @property
    def leading(self) -> list[int]:
        """The positions of the containers that a job is about; the first of them stands for it.

        In a task they are the essential ones, in a pod all but the init containers.
        """
        parts = enumerate(self.parts)
        return [at for at, part in parts if (not part.init if self.is_pod else part.essential)]


class Run(NamedTuple):
    """What a container does in an attempt.

    Attributes:
        started_ns: None for one that never runs.
        stopped_ns: None for one that nothing ends yet; one that cannot be started has only this.
        exit_code: that it leaves, None for none.
        reason: that it leaves.
        status_reason: the attempt's, if it is this one that ends it.
        cut: it was not its own end, but that of the attempt.
    """

    started_ns: int | None = None
    stopped_ns: int | None = None
    exit_code: int | None = None
    reason: str | None = None
    status_reason: str | None = None
    cut: bool = False


class Plan(NamedTuple):
    """An attempt of several containers from beginning to end, as far as it is known.

    Attributes:
        runs: of the containers, in their order.
        up_ns: all of them have been started; None for a task that ends before, or never gets there.
        end_ns: the attempt is over; None when only something else ends it.
        host_lost: because its host was taken away.
        decisive: the position of the container whose exit is the attempt's; None where there is none.
    """

    runs: tuple[Run, ...]
    up_ns: int | None = None
    end_ns: int | None = None
    host_lost: bool = False
    decisive: int | None = None


class Durations(NamedTuple):
    """What an attempt lasts where its outcomes don't say, in ns: STARTING, and a container's run."""

    starting_ns: int
    running_ns: int


def plan_task(
    parts: Sequence[Part],
    outcomes: Sequence[Outcome],
    durations: Durations,
    host_lost_after_ns: int | None = None,
) -> Plan:
    """The plan of an ECS task.

    A task that an essential container ends before the others have been started was up at that instant: a job
    is RUNNING before it has SUCCEEDED (assumed).

    Args:
        parts: its containers.
        outcomes: of each; one with a body that hasn't run yet goes on for ever.
        durations: where the outcomes are silent.
        host_lost_after_ns: when the host is taken away, from the instant at which the task is up.
    """
    runs = _task_runs(parts, outcomes, durations)
    ends = [at for at, run in enumerate(runs) if parts[at].essential and run.stopped_ns is not None]
    up_ns = _all_started_ns(runs)
    if not ends:
        return _closed(Plan(tuple(runs), up_ns), host_lost_after_ns)
    decisive = min(ends, key=lambda at: _earliest(runs[at]))
    end_ns = runs[decisive].stopped_ns
    assert end_ns is not None
    if runs[decisive].started_ns is None:
        up_ns = None
    elif up_ns is None or up_ns > end_ns:
        up_ns = end_ns
    return _closed(Plan(tuple(runs), up_ns, end_ns, decisive=decisive), host_lost_after_ns)


def plan_pod(
    parts: Sequence[Part],
    outcomes: Sequence[Outcome],
    durations: Durations,
    host_lost_after_ns: int | None = None,
) -> Plan:
    """The plan of a pod, whose arguments are those of a task's.

    The container that counts is the first that has failed; if none has, the last that ended.
    """
    runs = _pod_runs(parts, outcomes, durations)
    ended = [at for at, run in enumerate(runs) if run.stopped_ns is not None]
    failed = sorted((at for at in ended if runs[at].exit_code != 0), key=lambda at: _earliest(runs[at]))
    fatal = next((at for at in failed if parts[at].init or runs[at].started_ns is None), None)
    if fatal is not None:
        return _closed(Plan(tuple(runs), None, runs[fatal].stopped_ns, decisive=fatal), host_lost_after_ns)
    plan = Plan(tuple(runs), _all_started_ns(runs))
    if len(ended) == len(runs):
        last = max(ended, key=lambda at: _earliest(runs[at]))
        plan = plan._replace(end_ns=runs[last].stopped_ns, decisive=failed[0] if failed else last)
    return _closed(plan, host_lost_after_ns)


def status_reason_of(plan: Plan) -> str:
    """The statusReason of an attempt that one of its own containers has ended."""
    assert plan.decisive is not None
    run = plan.runs[plan.decisive]
    return run.status_reason or (FAILED_TO_START if run.started_ns is None else EXITED)


def _earliest(run: Run) -> tuple[int, bool]:
    """For the order in which containers that have ended count: at one instant the failed ones come first."""
    assert run.stopped_ns is not None
    return run.stopped_ns, run.exit_code == 0


def _all_started_ns(runs: Sequence[Run]) -> int | None:
    """When the last container has been started or given up."""
    last_ns = 0
    for run in runs:
        at_ns = run.stopped_ns if run.started_ns is None else run.started_ns
        if at_ns is None:
            return None
        last_ns = max(last_ns, at_ns)
    return last_ns


def _closed(plan: Plan, host_lost_after_ns: int | None) -> Plan:
    """The plan with the loss of its host in it, and nothing that would come after its end."""
    if host_lost_after_ns is not None and plan.up_ns is not None:
        lost_ns = plan.up_ns + host_lost_after_ns
        if plan.end_ns is None or lost_ns < plan.end_ns:
            # What the containers leave then depends on the host: whoever ends the attempt says it.
            return plan._replace(end_ns=lost_ns, host_lost=True, decisive=None)
    if plan.end_ns is None:
        return plan
    return plan._replace(runs=tuple(ended_by(run, plan.end_ns, KILLED) for run in plan.runs))


def ended_by(run: Run, end_ns: int, exit_code: int | None) -> Run:
    """The run of a container whose attempt ends at an instant: if it runs then it is killed.

    Args:
        run: the container's.
        end_ns: of the attempt.
        exit_code: that a killed container leaves.
    """
    begins_ns = run.stopped_ns if run.started_ns is None else run.started_ns
    if begins_ns is None or begins_ns > end_ns:
        return Run()
    if run.started_ns is None or (run.stopped_ns is not None and run.stopped_ns <= end_ns):
        return run
    return Run(run.started_ns, end_ns, exit_code, cut=True)


def _task_runs(parts: Sequence[Part], outcomes: Sequence[Outcome], durations: Durations) -> list[Run]:
    """What each container of a task would do if nothing ended the task: in the order of dependencies."""
    runs: dict[str, tuple[Part, Run]] = {}
    waiting = list(zip(parts, outcomes, strict=True))
    while waiting:
        ready = [entry for entry in waiting if all(name in runs for name, _ in entry[0].depends_on)]
        if not ready:
            break  # They wait for each other.
        for part, outcome in ready:
            runs[part.name] = part, _run_after(part, outcome, runs, durations)
        waiting = [entry for entry in waiting if entry[0].name not in runs]
    return [runs[part.name][1] if part.name in runs else Run() for part in parts]


def _run_after(part: Part, outcome: Outcome, runs: dict[str, tuple[Part, Run]], durations: Durations) -> Run:
    """The run of a container, given those that it depends on."""
    ready_ns: int | None = 0
    given_up: Run | None = None
    for name, condition in part.depends_on:
        met_ns, broken = _met(condition, *runs[name], part.name)
        if broken is not None:
            given_up = broken if given_up is None else min(given_up, broken, key=_earliest)
        elif met_ns is None or ready_ns is None:
            ready_ns = None
        else:
            ready_ns = max(ready_ns, met_ns)
    if given_up is not None:
        return given_up
    return Run() if ready_ns is None else _run_from(outcome, ready_ns, durations)


def _met(condition: str, other: Part, run: Run, name: str) -> tuple[int | None, Run | None]:
    """When a dependency comes true, None for never; and what becomes of a container for which it cannot."""
    if condition == "START":
        return (run.stopped_ns if run.started_ns is None else run.started_ns), None
    if run.started_ns is not None and other.start_timeout_ns is not None:
        latest_ns = run.started_ns + other.start_timeout_ns
        if run.stopped_ns is None or run.stopped_ns > latest_ns:
            return None, _given_up(other, name, latest_ns, "has timed out.")
    if run.stopped_ns is None:
        return None, None
    if run.exit_code is None or (condition == "SUCCESS" and run.exit_code != 0):
        return None, _given_up(other, name, run.stopped_ns, "as dependency did not exit successfully.")
    return run.stopped_ns, None


def _given_up(other: Part, name: str, at_ns: int, why: str) -> Run:
    """A container that will never run. The agent's text names images and states as well: shortened here."""
    text = f"dependency graph: failed to resolve container ordering dependency [{other.name}] for target"
    return Run(None, at_ns, GIVEN_UP, f"CannotStartContainerError: {text} [{name}] {why}")


def _run_from(outcome: Outcome, ready_ns: int, durations: Durations) -> Run:
    """The run of a container that nothing keeps from starting any more."""
    if not outcome.starts:
        after_ns = durations.starting_ns if outcome.after_ns is None else outcome.after_ns
        failed_ns = max(ready_ns, after_ns)
        return Run(None, failed_ns, outcome.exit_code, outcome.reason, outcome.status_reason)
    started_ns = max(ready_ns, durations.starting_ns)
    if outcome.hangs or outcome.body is not None:
        return Run(started_ns)
    after_ns = durations.running_ns if outcome.after_ns is None else outcome.after_ns
    stopped_ns = started_ns + after_ns
    return Run(started_ns, stopped_ns, outcome.exit_code, outcome.reason, outcome.status_reason)


def _pod_runs(parts: Sequence[Part], outcomes: Sequence[Outcome], durations: Durations) -> list[Run]:
    """What each container of a pod does: none starts after an init container that has not succeeded."""
    runs = [Run()] * len(parts)
    ready_ns = 0
    for at, part in enumerate(parts):
        if part.init:
            runs[at] = _run_from(outcomes[at], ready_ns, durations)
            stopped_ns = runs[at].stopped_ns
            if stopped_ns is None or runs[at].exit_code != 0:
                return runs
            ready_ns = stopped_ns
    for at, part in enumerate(parts):
        if not part.init:
            runs[at] = _run_from(outcomes[at], ready_ns, durations)
    return runs
