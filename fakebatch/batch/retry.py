"""Whether a failed attempt is tried again: retryStrategy and evaluateOnExit, as a pure function.

Source: API reference, RetryStrategy and EvaluateOnExit; user guide, "Automated job retries".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# The condition's name, and the part of the attempt that it looks at.
_CONDITIONS = ("onStatusReason", "onReason", "onExitCode")


def should_retry(
    retry_strategy: Mapping[str, Any] | None,
    attempt: int,
    *,
    exit_code: int | None,
    reason: str | None,
    status_reason: str | None,
) -> bool:
    """Decide on an attempt that failed by itself.

    Attempts that were cancelled, terminated or timed out are never asked about: Batch doesn't retry them.

    Args:
        retry_strategy: `{"attempts": 1..10, "evaluateOnExit": [...]}`, or None for a single try.
        attempt: the number of the attempt that failed, 1 for the first.
        exit_code: of its container; None when there is none.
        reason: of its container.
        status_reason: of the attempt.
    """
    if retry_strategy is None or attempt >= retry_strategy["attempts"]:
        return False
    observed = (status_reason, reason, None if exit_code is None else str(exit_code))
    for entry in retry_strategy.get("evaluateOnExit", ()):
        if _matches(entry, observed):
            return bool(entry["action"].upper() == "RETRY")
    # No entry matches: the job is retried, so a strategy that only lists RETRY rules stops nothing.
    return True


def _matches(entry: Mapping[str, Any], observed: Sequence[str | None]) -> bool:
    """All conditions that the entry gives must hold; it gives at least one."""
    return all(
        _glob(entry[condition], value)
        for condition, value in zip(_CONDITIONS, observed, strict=True)
        if entry.get(condition)
    )


def _glob(pattern: str, value: str | None) -> bool:
    """Exact, or a prefix when the pattern ends with `*`; case matters.

    An absent value matches `*` alone: the user guide's catch-all `{"onReason": "*", "action": "EXIT"}` is
    meant to catch failures that have no reason. That an exact pattern never matches it is assumed.
    """
    if pattern.endswith("*"):
        return (value or "").startswith(pattern[:-1])
    return value == pattern
