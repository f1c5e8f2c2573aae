"""Attempts of several containers, step by step along their plan.

A step is an instant at which something happens: the task is up, a container starts or ends, the attempt
ends. A container with a body goes on for ever in the plan until its body has run, at the instant at which it
starts; then the rest is planned anew, and nothing of what has been changes by that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakebatch.batch import bodies
from fakebatch.batch.outcomes import Outcome
from fakebatch.batch.task_moments import ended_at, exited_at, stopping_at
from fakebatch.batch.tasks import Durations, status_reason_of
from fakebatch.timing import NS_PER_SECOND

if TYPE_CHECKING:
    from fakebatch.batch.execution import Executor
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Attempt, Job
    from fakebatch.batch.tasks import Plan, Run


class TaskExecutor:
    """Takes attempts with a plan through it; the `Executor` does the rest for them as for any other."""

    __slots__ = ("_executor", "_service")

    def __init__(self, service: Service, executor: Executor) -> None:
        self._service = service
        self._executor = executor

    def plan(self, job: Job, attempt: Attempt) -> Plan:
        """What becomes of an attempt, as far as the outcomes of its containers are known."""
        assert job.spec.task is not None
        durations = self._service.durations
        lost_after_ns = None
        if attempt.outcome.host_lost:
            after_ns = attempt.outcome.after_ns
            lost_after_ns = durations.running_ns if after_ns is None else after_ns
        return job.spec.task.plan(
            attempt.outcome.containers, Durations(durations.starting_ns, durations.running_ns), lost_after_ns
        )

    def exit(self, job: Job, exit_code: int, reason: str | None) -> None:
        """A container of a RUNNING job exits now."""
        attempt, plan = _planned(job)
        assert job.spec.task is not None
        attempt.plan = exited_at(plan, job.spec.task.parts, self._offset_ns(attempt), exit_code, reason)

    def stop(self, job: Job) -> None:
        """The containers are told to stop: they run on until they are killed, and nothing else happens."""
        attempt, plan = _planned(job)
        attempt.plan = stopping_at(plan, self._offset_ns(attempt))

    def close(self, job: Job, exit_code: int | None) -> None:
        """The attempt ends now; `exit_code` is what containers leave that it takes along."""
        attempt, plan = _planned(job)
        attempt.plan = ended_at(plan, self._offset_ns(attempt), exit_code)

    def _step(self, job: Job) -> None:
        """Do one thing that is due, and schedule the next; another one at this instant has its own event."""
        attempt, plan = _planned(job)
        now_ns = self._offset_ns(attempt)
        beginning = [at for at, begins_ns in _to_begin(attempt, plan) if begins_ns <= now_ns]
        if attempt.started_ns is None and plan.up_ns is not None and plan.up_ns <= now_ns:
            self._run(job, attempt)
        elif beginning:
            if not self._begin(job, attempt, beginning[0]):
                return  # A body has stopped its own job.
        elif plan.end_ns is not None and plan.end_ns <= now_ns:
            self._end(job, attempt, plan)
            return
        self.proceed(job)

    def _run(self, job: Job, attempt: Attempt) -> None:
        """The task is up: RUNNING, and the attempt's timeout starts."""
        self._executor.run(job, attempt)
        if job.spec.timeout_s is not None:
            timeout_ns = job.spec.timeout_s * NS_PER_SECOND
            job.deadline = self._service.sim.schedule(timeout_ns, self._executor.expire, job)

    def _begin(self, job: Job, attempt: Attempt, at: int) -> bool:
        """A container starts: what it prints, and its body. False when the attempt is over by that."""
        assert job.spec.task is not None
        service = self._service
        name = job.spec.task.parts[at].name
        outcomes = attempt.outcome.containers
        outcome = outcomes[at]
        service.log(job, attempt.number, outcome.logs, name)
        slept_ns = None
        if outcome.body is not None:
            job.event = None
            outcome, slept_ns = bodies.run(service, job, outcome, name)
            if job.attempt is not attempt or attempt.status_reason is not None:
                return False
        after_ns = slept_ns if outcome.after_ns is None else outcome.after_ns
        done = replace(outcome, body=None, logs=(), after_ns=after_ns)
        attempt.outcome = replace(attempt.outcome, containers=(*outcomes[:at], done, *outcomes[at + 1 :]))
        attempt.plan = self.plan(job, attempt)
        return True

    def _end(self, job: Job, attempt: Attempt, plan: Plan) -> None:
        """The attempt ends as its plan says: its outcome becomes what the plan has made of it."""
        if plan.decisive is None:
            attempt.outcome = Outcome(exit_code=None, host_lost=plan.host_lost)
        else:
            run = plan.runs[plan.decisive]
            attempt.outcome = Outcome(
                exit_code=run.exit_code, reason=run.reason, status_reason=status_reason_of(plan)
            )
        self._executor.end(job)

    def proceed(self, job: Job) -> None:
        """Enter the next step, and the deadline anew behind it: what needs exactly its timeout makes it."""
        attempt, plan = _planned(job)
        sim = self._service.sim
        now_ns = self._offset_ns(attempt)
        due = [begins_ns for _, begins_ns in _to_begin(attempt, plan)]
        due += [at_ns for run in plan.runs for at_ns in run[:2] if at_ns is not None and at_ns > now_ns]
        if attempt.started_ns is None and plan.up_ns is not None:
            due.append(plan.up_ns)
        if plan.end_ns is not None:
            due.append(plan.end_ns)
        job.event = sim.schedule(max(0, min(due) - now_ns), self._step, job) if due else None
        if job.deadline is not None:
            left_ns = job.deadline.when_ns - sim.now_ns
            sim.cancel(job.deadline)
            job.deadline = sim.schedule(left_ns, self._executor.expire, job)

    def _offset_ns(self, attempt: Attempt) -> int:
        """How far the attempt has come."""
        return self._service.sim.now_ns - attempt.scheduled_ns


def _planned(job: Job) -> tuple[Attempt, Plan]:
    assert job.attempt is not None
    assert job.attempt.plan is not None
    return job.attempt, job.attempt.plan


def _to_begin(attempt: Attempt, plan: Plan) -> list[tuple[int, int]]:
    """The containers that have something to print or a body to run, and when they start, in order."""
    return [
        (at, begins_ns)
        for at, (outcome, run) in enumerate(zip(attempt.outcome.containers, plan.runs, strict=True))
        if (outcome.logs or outcome.body is not None) and (begins_ns := _begins_ns(run)) is not None
    ]


def _begins_ns(run: Run) -> int | None:
    return run.stopped_ns if run.started_ns is None else run.started_ns
