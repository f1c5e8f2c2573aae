"""A planned attempt as it is at an instant, and what becomes of its plan when something else ends it.

Pure functions; instants are offsets from the start of STARTING, in ns, as in `tasks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakebatch.batch.outcomes import KILLED
from fakebatch.batch.tasks import Plan, Run, ended_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fakebatch.batch.tasks import Part


def runs_at(plan: Plan, at_ns: int) -> tuple[Run, ...]:
    """The containers' runs as far as they have come while the attempt is under way.

    What ends with the attempt is seen with its end: then look at `plan.runs` of `ended_at`. What starts and
    ends at one instant runs at that instant. So an instant looks the same whenever it is looked at, whatever
    was planned anew by then.
    """
    last = None if plan.decisive is None else plan.runs[plan.decisive]
    ends_it = last is not None and last.stopped_ns == plan.end_ns
    return tuple(
        _run_at(run, at_ns, run.cut or (ends_it and at == plan.decisive)) for at, run in enumerate(plan.runs)
    )


def ended_at(plan: Plan, at_ns: int, exit_code: int | None) -> Plan:
    """The plan of an attempt that is over: what still ran has been killed, what hadn't started never will.

    Args:
        plan: as it was; of an attempt that came to its own end it stays.
        at_ns: the end.
        exit_code: that killed containers leave; None where the host has taken it along.
    """
    if plan.end_ns == at_ns and not plan.host_lost:
        return plan
    runs = tuple(ended_by(run, at_ns, exit_code) for run in plan.runs)
    return plan._replace(runs=runs, up_ns=_up_until(plan, at_ns), end_ns=at_ns)


def stopping_at(plan: Plan, at_ns: int) -> Plan:
    """The plan of an attempt that is told to stop: nothing starts any more, nothing ends by itself."""
    return Plan(runs_at(plan, at_ns), _up_until(plan, at_ns))


def exited_at(plan: Plan, parts: Sequence[Part], at_ns: int, exit_code: int, reason: str | None) -> Plan:
    """The plan of a RUNNING attempt whose container exits now: the first essential one that runs.

    In a pod, where that word means nothing, it is the first that runs.
    """
    killed = ended_at(stopping_at(plan, at_ns), at_ns, KILLED)
    now = runs_at(plan, at_ns)
    running = [at for at, run in enumerate(now) if run.started_ns is not None and run.stopped_ns is None]
    at = min(running, key=lambda at: (not parts[at].essential, at))
    exited = Run(plan.runs[at].started_ns, at_ns, exit_code, reason)
    return killed._replace(runs=(*killed.runs[:at], exited, *killed.runs[at + 1 :]), decisive=at)


def _run_at(run: Run, at_ns: int, with_attempt: bool) -> Run:
    """A run as far as it has come; one that ends with its attempt hasn't ended."""
    begins_ns = run.stopped_ns if run.started_ns is None else run.started_ns
    if begins_ns is None or begins_ns > at_ns:
        return Run()
    stopped_ns = run.stopped_ns
    if stopped_ns is None or stopped_ns > at_ns or with_attempt or run.started_ns == at_ns:
        return Run(run.started_ns)
    return run


def _up_until(plan: Plan, at_ns: int) -> int | None:
    return plan.up_ns if plan.up_ns is not None and plan.up_ns <= at_ns else None
