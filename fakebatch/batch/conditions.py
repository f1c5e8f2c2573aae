"""Which attempts a rule is about: what `when()` was given, read and held against a job."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from typing import TYPE_CHECKING, Any, TypeAlias

from fakebatch.errors import UsageError

if TYPE_CHECKING:
    from fakebatch.batch.service_view import ServiceJobView
    from fakebatch.batch.view import JobView

    AnyView: TypeAlias = JobView | ServiceJobView

Glob = re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What `when()` was given; None is "any".

    `container` is not a condition of the job: it makes the rule one about that container of it.
    """

    job_name: Glob | None = None
    job_queue: Glob | None = None
    job_definition: Glob | None = None
    parameters: dict[str, Glob] | None = None
    environment: dict[str, Glob] | None = None
    command: Glob | list[str] | None = None
    array_index: int | None = None
    node_index: int | None = None
    attempt: int | None = None
    matching: Callable[[Any], bool] | None = None
    container: Glob | None = None

    def hold(self, view: AnyView, attempt: int) -> bool:
        """Whether they all hold for this attempt, 1 for the first; the cheap ones are asked first."""
        return (
            (self.attempt is None or self.attempt == attempt)
            and (self.array_index is None or self.array_index == view.array_index)
            and (self.node_index is None or self.node_index == view.node_index)
            and _any_matches(self.job_name, view.name)
            and _any_matches(self.job_queue, view.queue, view.queue_arn)
            and _any_matches(self.job_definition, *view.definition_names)
            and (self.parameters is None or _all_match(self.parameters, view.parameters))
            and (self.environment is None or _all_match(self.environment, _environment(view, attempt)))
            and (self.command is None or _command_matches(self.command, view.command))
            and (self.matching is None or bool(self.matching(view)))
        )


def read(given: Mapping[str, object]) -> Conditions:
    """The conditions that `when()` was given by these names; None stands for "any".

    Raises:
        UsageError: a value that no job could fit.
    """
    return Conditions(
        **{name: _READERS[name](f"when({name}", value) for name, value in given.items() if value is not None}
    )


def glob(asked: str, pattern: object) -> Glob:
    """A shell pattern, compiled; case matters.

    Args:
        asked: the call and the argument that gave it, for the message.
        pattern: what it gave.

    Raises:
        UsageError: it is no text.
    """
    if isinstance(pattern, str):
        return re.compile(translate(pattern))
    raise UsageError(f"{asked}={pattern!r}): give a name or a glob, such as 'train-*'.")


def _globs(asked: str, patterns: object) -> dict[str, Glob]:
    if isinstance(patterns, Mapping) and all(isinstance(pattern, str) for pattern in patterns.values()):
        return {name: glob(asked, pattern) for name, pattern in patterns.items()}
    raise UsageError(
        f"{asked}={patterns!r}): give a mapping of names to globs, such as {{'STAGE': 'prod-*'}}."
    )


def _command(asked: str, value: object) -> Glob | list[str]:
    if isinstance(value, str):
        return glob(asked, value)
    if isinstance(value, (list, tuple)) and all(isinstance(word, str) for word in value):
        return list(value)
    raise UsageError(
        f"{asked}={value!r}): give the list of its words, or a glob over them, such as 'python *.py'."
    )


def _index(asked: str, value: object) -> int:
    return _number(asked, value, least=0)


def _attempt(asked: str, value: object) -> int:
    return _number(asked, value, least=1)


def _number(asked: str, value: object, least: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= least:
        return value
    raise UsageError(f"{asked}={value!r}): give a whole number from {least} on.")


def _function(asked: str, value: object) -> object:
    if callable(value):
        return value
    raise UsageError(f"{asked}={value!r}): give a function that takes the job and says whether it fits.")


_READERS: Mapping[str, Callable[[str, object], Any]] = {
    "job_name": glob,
    "job_queue": glob,
    "job_definition": glob,
    "parameters": _globs,
    "environment": _globs,
    "command": _command,
    "array_index": _index,
    "node_index": _index,
    "attempt": _attempt,
    "matching": _function,
    "container": glob,
}


def _environment(view: AnyView, attempt: int) -> dict[str, str]:
    """What the container of this attempt is going to see; the view has that of the one before."""
    return {**view.environment, "AWS_BATCH_JOB_ATTEMPT": str(attempt)}


def _any_matches(pattern: Glob | None, *names: str) -> bool:
    return pattern is None or any(pattern.match(name) for name in names)


def _all_match(patterns: Mapping[str, Glob], there: Mapping[str, str]) -> bool:
    return all(name in there and pattern.match(there[name]) for name, pattern in patterns.items())


def _command_matches(expected: Glob | list[str], command: list[str]) -> bool:
    """A list must equal the command; a glob is held against its words, joined by blanks."""
    if isinstance(expected, list):
        return command == expected
    return expected.match(" ".join(command)) is not None
