"""What a retryStrategy and a timeout may say, in a job definition and in SubmitJob alike.

Source: API reference, RetryStrategy, EvaluateOnExit and JobTimeout; the texts were measured.
"""

from __future__ import annotations

import re

from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import job_definitions as errors
from fakebatch.batch.state import Structure

MAX_ATTEMPTS = 10
MAX_CONDITIONS = 5
MAX_PATTERN = 512
MIN_TIMEOUT_S = 60

# A prefix and an asterisk, or the whole value. A leading asterisk is refused unless it stands alone.
_TEXT = re.compile(r"[A-Za-z0-9.:\s]*\*?")
_NUMBER = re.compile(r"[0-9]*\*?")
_PATTERNS = {"onStatusReason": _TEXT, "onReason": _TEXT, "onExitCode": _NUMBER}


def check_retry_strategy(strategy: Structure | None) -> None:
    """Refuse what Batch would not take; None is no strategy.

    An empty strategy is refused: once there is one it has to say how many attempts.

    Raises:
        ClientException: with Batch's text.
    """
    if strategy is None:
        return
    attempts = strategy.get("attempts")
    if attempts is None:
        raise ClientException(errors.ATTEMPTS_REQUIRED)
    refuse_if(not 1 <= attempts <= MAX_ATTEMPTS, errors.ATTEMPTS_RANGE)
    entries = strategy.get("evaluateOnExit", ())
    refuse_if(len(entries) > MAX_CONDITIONS, errors.EVALUATE_ON_EXIT_COUNT)
    for entry in entries:
        _check_entry(entry)


def complete_retry_strategy(strategy: Structure) -> Structure:
    """The strategy as Batch describes it: `evaluateOnExit` is always there, actions are in lower case."""
    entries = [{**entry, "action": entry["action"].lower()} for entry in strategy.get("evaluateOnExit", ())]
    return {"attempts": strategy["attempts"], "evaluateOnExit": entries}


def check_timeout(timeout: Structure | None) -> None:
    """Refuse an attempt's timeout of less than a minute; None, and one without a duration (assumed), is none.

    Raises:
        ClientException: with Batch's text.
    """
    duration_s = timeout.get("attemptDurationSeconds") if timeout else None
    refuse_if(duration_s is not None and duration_s < MIN_TIMEOUT_S, errors.TIMEOUT_MINIMUM)


def _check_entry(entry: Structure) -> None:
    """Conditions and an action. The order of these checks is assumed."""
    action = entry["action"]
    refuse_if(action.upper() not in ("RETRY", "EXIT"), errors.evaluate_on_exit_action(action))
    conditions = {member: entry[member] for member in _PATTERNS if entry.get(member)}
    refuse_if(not conditions, errors.EVALUATE_ON_EXIT_CONDITION)
    for member, pattern in conditions.items():
        refuse_if(len(pattern) > MAX_PATTERN, errors.EVALUATE_ON_EXIT_LENGTH)
        refuse_if(not _PATTERNS[member].fullmatch(pattern), errors.EVALUATE_ON_EXIT_CHARACTERS)
