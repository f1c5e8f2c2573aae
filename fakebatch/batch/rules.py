"""The rules that a test writes: what happens to the attempts that `when(...)` is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, TypeVar

from fakebatch.batch.outcomes import STUCK_REASONS, SUCCESS, Body, Outcome, checked_exit_code
from fakebatch.errors import UsageError
from fakebatch.timing import to_ns

if TYPE_CHECKING:
    from fakebatch.batch.conditions import Conditions
    from fakebatch.batch.service_state import ServiceJob
    from fakebatch.batch.service_view import ServiceJobView
    from fakebatch.batch.state import Job
    from fakebatch.batch.view import JobView

AnyJob = TypeVar("AnyJob", "Job", "ServiceJob")


@dataclass(slots=True)
class Rule:
    """One `when(...)`: which attempts it is about, and what happens to them.

    Chained verbs are successive attempts and the last one repeats. Every verb returns the rule.
    """

    conditions: Conditions
    on_change: Callable[[], None]
    outcomes: list[Outcome] = field(default_factory=list)

    def succeed(self, *, after: float | None = None, logs: Sequence[str] = ()) -> Rule:
        """The container exits with 0 after `after` seconds in RUNNING."""
        return self._then(Outcome(), after, logs)

    def fail(
        self,
        exit_code: int | None = 1,
        reason: str | None = None,
        *,
        after: float | None = None,
        status_reason: str | None = None,
        logs: Sequence[str] = (),
    ) -> Rule:
        """The container exits with `exit_code` after `after` seconds in RUNNING.

        Args:
            exit_code: 1..255, or None for an attempt that leaves none.
            reason: the container's reason, such as ECS gives for an out-of-memory kill; a service job's, such
                as SageMaker gives.
            after: seconds in RUNNING.
            status_reason: the attempt's, instead of `Essential container in task exited`.
            logs: lines that it prints.

        Raises:
            UsageError: the exit code is 0, which Batch takes for success, or none at all.
        """
        if exit_code is not None and checked_exit_code(f"fail(exit_code={exit_code!r})", exit_code) == 0:
            raise UsageError("fail(exit_code=0): a container that exits with 0 has SUCCEEDED; use succeed().")
        return self._then(
            Outcome(exit_code=exit_code, reason=reason, status_reason=status_reason), after, logs
        )

    def host_terminated(self, *, after: float | None = None, logs: Sequence[str] = ()) -> Rule:
        """The job's host is taken away, as in a Spot reclaim, after `after` seconds in RUNNING.

        Raises:
            UsageError: the rule is about a single container.
        """
        self._refuse_container("host_terminated", "takes the host of all containers away")
        return self._then(Outcome(exit_code=None, host_lost=True), after, logs)

    def hang(self, *, after: float | None = None, logs: Sequence[str] = ()) -> Rule:
        """The container never ends by itself.

        Raises:
            UsageError: with `after`, which would be an end.
        """
        if after is not None:
            raise UsageError(
                "hang(after=…): a hanging container never ends; use fail(after=…) or succeed(after=…)."
            )
        return self._then(Outcome(hangs=True), None, logs)

    def fail_to_start(self, reason: str, *, after: float | None = None, logs: Sequence[str] = ()) -> Rule:
        """The container cannot be pulled, created or started: the attempt ends in STARTING.

        Args:
            reason: the container's, such as `CannotPullContainerError: …`.
            after: seconds in STARTING.
            logs: lines, although it never ran.
        """
        return self._then(Outcome(exit_code=None, reason=reason, starts=False), after, logs)

    def stuck(self, reason: str) -> Rule:
        """The job stays RUNNABLE with one of Batch's blocking reasons as its statusReason.

        Args:
            reason: the whole text, or its code, such as `CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY`.

        Raises:
            UsageError: the rule is about a single container.
        """
        self._refuse_container("stuck", "keeps a job from being placed")
        return self._then(Outcome(stuck=STUCK_REASONS.get(reason, reason)), None, ())

    def run(self, body: Body, *, after: float | None = None, logs: Sequence[str] = ()) -> Body:
        """A Python function is the container; usable as a decorator, so it returns the function.

        The exit code is what it returns (None is 0), or 1 when it raises; what it prints is the job's log.
        What it sleeps is how long it runs, unless `after` says so.

        Raises:
            UsageError: it is no plain function.
        """
        if not _is_plain_function(body):
            raise UsageError(f"run({body!r}): give a plain function that takes the job.")
        self._then(Outcome(body=body), after, logs)
        return body

    def outcome_of(self, attempt: int) -> Outcome:
        """The outcome of that attempt, 1 for the first."""
        return self.outcomes[min(attempt, len(self.outcomes)) - 1]

    def _refuse_container(self, verb: str, what: str) -> None:
        if self.conditions.container is not None:
            raise UsageError(f"when(container=…).{verb}() {what}: say it in a rule without container=.")

    def _then(self, outcome: Outcome, after: float | None, logs: Sequence[object]) -> Rule:
        if after is not None and not _is_duration(after):
            raise UsageError(f"after={after!r}: give a number of seconds from 0 on.")
        if isinstance(logs, str) or not all(isinstance(line, str) for line in logs):
            raise UsageError(f"logs={logs!r}: give a list of lines.")
        self.outcomes.append(
            replace(outcome, after_ns=None if after is None else to_ns(after), logs=tuple(map(str, logs)))
        )
        self.on_change()
        return self


def _is_plain_function(body: object) -> bool:
    return callable(body) and not iscoroutinefunction(body)


def _is_duration(after: object) -> bool:
    return isinstance(after, (int, float)) and not isinstance(after, bool) and 0 <= after < float("inf")


class Rules:
    """The rules of one place; the one added last wins."""

    __slots__ = ("_rules",)

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> None:
        """Put a rule in front of those that are there."""
        self._rules.append(rule)

    def choose(
        self,
        job: AnyJob,
        view_of: Callable[[AnyJob], JobView | ServiceJobView],
        attempt: int | None = None,
    ) -> Outcome:
        """What happens to the job's next attempt: success where no rule has anything to say.

        Args:
            job: that gets its turn.
            view_of: as the test's author sees it.
            attempt: its number, where it isn't one more than have ended.
        """
        if not self._rules:
            return SUCCESS
        attempt = attempt or len(job.attempts) + 1
        view = view_of(job)
        for rule in reversed(self._rules):
            if rule.outcomes and rule.conditions.container is None and rule.conditions.hold(view, attempt):
                return rule.outcome_of(attempt)
        return SUCCESS

    def choose_container(
        self, view: JobView, attempt: int, name: str, newer_than: Outcome | None
    ) -> Outcome | None:
        """What a rule about one container says of it, or None where none does.

        Args:
            view: of the job, as this container sees it.
            attempt: 1 for the first.
            name: the container's.
            newer_than: what `choose` has found, if only rules that were added later may overrule it.
        """
        for rule in reversed(self._rules):
            if any(outcome is newer_than for outcome in rule.outcomes):
                return None
            about = rule.conditions.container
            if (
                about is not None
                and about.match(name)
                and rule.outcomes
                and rule.conditions.hold(view, attempt)
            ):
                return rule.outcome_of(attempt)
        return None
