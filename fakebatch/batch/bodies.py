"""Python functions that stand for containers: `when(...).run(body)`."""

from __future__ import annotations

import contextlib
import io
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING

from fakebatch.batch.outcomes import checked_exit_code
from fakebatch.errors import InternalError, UsageError

if TYPE_CHECKING:
    from fakebatch.batch.outcomes import Outcome
    from fakebatch.batch.service import Service
    from fakebatch.batch.state import Job


def run(
    service: Service, job: Job, outcome: Outcome, container: str | None = None
) -> tuple[Outcome, int | None]:
    """Run the body at the instant at which its container starts.

    What it prints, also to stderr, becomes the job's log. Virtual time stands still meanwhile; what it sleeps
    is counted. The body may have ended its own attempt by the time this returns.

    Args:
        service: of the job's place.
        job: the one whose container it is.
        outcome: with the body.
        container: which one it is in a job of several.

    Returns:
        The outcome with the body's exit code, and how long it slept in ns, None if it didn't.

    Raises:
        UsageError: the body misused fakebatch, or returned what is no exit code.
    """
    assert outcome.body is not None
    assert job.attempt is not None
    attempt = job.attempt
    output = io.StringIO()
    service.sim.slept_ns = 0
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            exit_code = _exit_code(outcome.body(service.dispatcher.view(job, container)), job)
    except (UsageError, InternalError):
        # Misuse by the body is the test's mistake, not the container's: it must not look like a failed job.
        raise
    except SystemExit as stop:
        exit_code = _exit_code_of(stop, output)
    except Exception as error:  # noqa: BLE001 - the container's own failure, whatever it is
        exit_code = 1
        # Without the frame above: where the body was called from is no part of its log.
        beneath = error.__traceback__.tb_next if error.__traceback__ else None
        traceback.print_exception(type(error), error, beneath, file=output)
    service.log(job, attempt.number, output.getvalue().splitlines(), container)
    return replace(outcome, exit_code=exit_code), service.sim.slept_ns or None


def _exit_code(result: object, job: Job) -> int:
    return 0 if result is None else checked_exit_code(f"The body of {job.name!r} returned {result!r}", result)


def _exit_code_of(stop: SystemExit, output: io.StringIO) -> int:
    """As the interpreter has it: None is 0, a number its lowest byte, and anything else is printed and 1."""
    if stop.code is None:
        return 0
    if isinstance(stop.code, int):
        return stop.code & 0xFF
    output.write(f"{stop.code}\n")
    return 1
