"""Retry strategies as Batch describes them. What is refused stands in test_registration.py."""

from __future__ import annotations

import pytest

from fakebatch.batch.retry_strategies import check_retry_strategy, check_timeout, complete_retry_strategy


@pytest.mark.source("reference §9.3")
def test_actions_are_in_lower_case():
    entries = [{"onExitCode": "1", "action": "RETRY"}, {"onReason": "*", "action": "Exit"}]
    assert complete_retry_strategy({"attempts": 2, "evaluateOnExit": entries}) == {
        "attempts": 2,
        "evaluateOnExit": [{"onExitCode": "1", "action": "retry"}, {"onReason": "*", "action": "exit"}],
    }


@pytest.mark.source("reference §9.3")
def test_conditions_are_always_there():
    assert complete_retry_strategy({"attempts": 1}) == {"attempts": 1, "evaluateOnExit": []}


@pytest.mark.source("model")
def test_neither_is_required():
    check_retry_strategy(None)
    check_timeout(None)


@pytest.mark.source("assumed: a timeout without a duration is none")
def test_a_timeout_without_a_duration_is_taken():
    check_timeout({})
