"""The retryStrategy of a service job: what it may say, and what it decides.

Source: API reference, ServiceJobRetryStrategy, ServiceJobEvaluateOnExit; user guide, "Service job retry
strategies".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakebatch.batch.errors import job_definitions as definition_errors
from fakebatch.batch.errors import refuse_if
from fakebatch.batch.errors import service_jobs as errors

if TYPE_CHECKING:
    from fakebatch.batch.state import Structure

_MAX_ATTEMPTS = 10
_MAX_ENTRIES = 5
_MAX_PATTERN = 512


def check_service_retries(strategy: Structure | None) -> None:
    """Refuse what Batch would not take; None is no strategy.

    The limits are the model's; that the texts are those of job definitions is assumed, and the order too.
    Unlike those of jobs, patterns may have any printable character, and `*` anywhere (user guide).

    Raises:
        ClientException: a limit is passed.
    """
    if strategy is None:
        return
    refuse_if(not 1 <= strategy["attempts"] <= _MAX_ATTEMPTS, definition_errors.ATTEMPTS_RANGE)
    entries = strategy.get("evaluateOnExit", ())
    refuse_if(len(entries) > _MAX_ENTRIES, definition_errors.EVALUATE_ON_EXIT_COUNT)
    for entry in entries:
        action = entry.get("action")
        refuse_if(action is None, errors.EVALUATE_ON_EXIT_ACTION)
        refuse_if(
            str(action).upper() not in ("RETRY", "EXIT"), definition_errors.evaluate_on_exit_action(action)
        )
        pattern = entry.get("onStatusReason")
        refuse_if(not pattern, errors.EVALUATE_ON_EXIT_CONDITION)
        refuse_if(len(pattern) > _MAX_PATTERN, definition_errors.EVALUATE_ON_EXIT_LENGTH)
        refuse_if(not pattern.isprintable(), definition_errors.EVALUATE_ON_EXIT_CHARACTERS)


def complete_service_retries(strategy: Structure) -> Structure:
    """The strategy as Batch describes it: with `evaluateOnExit`; actions in upper case (assumed)."""
    entries = [{**entry, "action": entry["action"].upper()} for entry in strategy.get("evaluateOnExit", ())]
    return {"attempts": strategy["attempts"], "evaluateOnExit": entries}


def should_retry(strategy: Mapping[str, Any] | None, attempt: int, status_reason: str) -> bool:
    """Decide on an attempt that failed by itself: the first entry that matches does.

    That the job is retried when none matches is assumed, after jobs.

    Args:
        strategy: as it is described, or None for a single try.
        attempt: the number of the attempt that failed, 1 for the first.
        status_reason: of that attempt.
    """
    if strategy is None or attempt >= strategy["attempts"]:
        return False
    for entry in strategy["evaluateOnExit"]:
        if _matches(entry["onStatusReason"], status_reason):
            return bool(entry["action"] == "RETRY")
    return True


def _matches(pattern: str, text: str) -> bool:
    """Case matters; `*` stands for anything, wherever it is."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None
