"""retryStrategy and evaluateOnExit: every rule of `should_retry`, as a table."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakebatch.batch.retry import should_retry

EXITED = "Essential container in task exited"
HOST = "Host EC2 (instance i-04b17daec78ef4a0b) terminated."


def strategy(*entries: dict[str, str], attempts: int = 3) -> dict[str, Any]:
    return {"attempts": attempts, "evaluateOnExit": list(entries)}


def entry(action: str, **conditions: str) -> dict[str, str]:
    return {"action": action, **conditions}


def ask(
    given_strategy: dict[str, Any] | None,
    attempt: int = 1,
    exit_code: int | None = 1,
    reason: str | None = None,
    status_reason: str | None = EXITED,
) -> bool:
    return should_retry(
        given_strategy, attempt, exit_code=exit_code, reason=reason, status_reason=status_reason
    )


@pytest.mark.source("reference §2")
@pytest.mark.parametrize(
    ("attempts", "attempt", "expected"),
    [
        (attempts, attempt, attempt < attempts)
        for attempts in (1, 2, 3, 10)
        for attempt in range(1, attempts + 1)
    ],
)
def test_attempts_count_the_first_try_too(attempts: int, attempt: int, expected: bool) -> None:
    assert ask({"attempts": attempts}, attempt) is expected
    assert ask(strategy(attempts=attempts), attempt) is expected


@pytest.mark.source("reference §2")
def test_no_strategy_is_a_single_try() -> None:
    assert ask(None) is False


@pytest.mark.source("reference §2")
def test_the_last_attempt_is_not_retried_whatever_the_rules_say() -> None:
    assert ask(strategy(entry("RETRY", onExitCode="*"), attempts=2), attempt=2) is False


CASES = {
    "no entry matches: retried": ([entry("EXIT", onExitCode="3")], {}, True),
    "an EXIT entry matches": ([entry("EXIT", onExitCode="1")], {}, False),
    "a RETRY entry matches": ([entry("RETRY", onExitCode="1")], {}, True),
    "actions in lower case": ([entry("exit", onExitCode="1")], {}, False),
    "the first match decides: RETRY": (
        [entry("RETRY", onStatusReason="Host EC2*"), entry("EXIT", onReason="*")],
        {"status_reason": HOST, "exit_code": None},
        True,
    ),
    "the first match decides: EXIT": (
        [entry("EXIT", onExitCode="1"), entry("RETRY", onExitCode="1")],
        {},
        False,
    ),
    "entries before the match are passed over": (
        [entry("RETRY", onExitCode="137"), entry("RETRY", onExitCode="139"), entry("EXIT", onExitCode="1")],
        {},
        False,
    ),
    "all conditions of an entry must hold: they do": (
        [entry("EXIT", onExitCode="1", onStatusReason="Essential*", onReason="Out*")],
        {"reason": "OutOfMemoryError: Container killed due to memory usage"},
        False,
    ),
    "all conditions of an entry must hold: the exit code doesn't": (
        [entry("EXIT", onExitCode="2", onStatusReason="Essential*")],
        {},
        True,
    ),
    "all conditions of an entry must hold: the reason doesn't": (
        [entry("EXIT", onExitCode="1", onReason="CannotPullContainerError*")],
        {},
        True,
    ),
    "an exact pattern is the whole text": ([entry("EXIT", onStatusReason="Essential container")], {}, True),
    "an exact pattern that is the whole text": ([entry("EXIT", onStatusReason=EXITED)], {}, False),
    "a trailing asterisk is a prefix": ([entry("EXIT", onStatusReason="Essential*")], {}, False),
    "an asterisk stands for nothing too": ([entry("EXIT", onStatusReason=EXITED + "*")], {}, False),
    "a prefix of the exit code": ([entry("EXIT", onExitCode="13*")], {"exit_code": 137}, False),
    "an exit code is not a prefix by itself": ([entry("EXIT", onExitCode="13")], {"exit_code": 137}, True),
    "a dot is a dot": (
        [entry("EXIT", onStatusReason="Host EC2 .instance*")],
        {"status_reason": HOST},
        True,
    ),
    "timed pull failure by both texts": (
        [entry("EXIT", onReason="DockerTimeoutError*", onStatusReason="Task failed to start")],
        {
            "exit_code": None,
            "reason": "DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s",
            "status_reason": "Task failed to start",
        },
        False,
    ),
    "an empty condition is none": ([entry("EXIT", onExitCode="1", onReason="")], {}, False),
}


@pytest.mark.source("reference §2")
@pytest.mark.parametrize(("entries", "observed", "expected"), CASES.values(), ids=CASES.keys())
def test_evaluate_on_exit(entries: list[dict[str, str]], observed: dict[str, Any], expected: bool) -> None:
    assert ask(strategy(*entries), **observed) is expected


@pytest.mark.source("reference §2: the user guide's catch-all on a reason that is absent")
@pytest.mark.parametrize("condition", ["onReason", "onExitCode", "onStatusReason"])
def test_an_absent_value_matches_the_asterisk(condition: str) -> None:
    rules = strategy(entry("EXIT", **{condition: "*"}))
    assert ask(rules, exit_code=None, reason=None, status_reason=None) is False


@pytest.mark.source("assumed: an absent value matches no exact pattern, and no prefix")
@pytest.mark.parametrize("condition", ["onReason", "onExitCode", "onStatusReason"])
@pytest.mark.parametrize("pattern", ["1", "1*"])
def test_an_absent_value_matches_nothing_else(condition: str, pattern: str) -> None:
    rules = strategy(entry("EXIT", **{condition: pattern}))
    assert ask(rules, exit_code=None, reason=None, status_reason=None) is True


@pytest.mark.source("assumed: the reference infers that patterns are case-sensitive")
def test_patterns_are_case_sensitive() -> None:
    assert ask(strategy(entry("EXIT", onStatusReason="essential*"))) is True


entries_strategy = st.lists(
    st.fixed_dictionaries(
        {"action": st.sampled_from(["RETRY", "EXIT"])},
        optional={
            "onExitCode": st.sampled_from(["1", "2", "1*", "*"]),
            "onReason": st.sampled_from(["Out*", "*", "Other"]),
            "onStatusReason": st.sampled_from(["Essential*", "Host*", "*"]),
        },
    ),
    max_size=5,
)


@pytest.mark.source("reference §2")
@given(
    entries=entries_strategy,
    exit_code=st.sampled_from([None, 1, 2, 12]),
    reason=st.sampled_from([None, "OutOfMemoryError", "Other"]),
    status_reason=st.sampled_from([EXITED, HOST]),
)
def test_it_agrees_with_the_rule_spelt_out(
    entries: list[dict[str, str]], exit_code: int | None, reason: str | None, status_reason: str
) -> None:
    def holds(pattern: str | None, value: object) -> bool:
        text = "" if value is None else str(value)
        if pattern is None or pattern == "*":
            return True
        return (
            text.startswith(pattern[:-1]) if pattern.endswith("*") else value is not None and text == pattern
        )

    expected = True
    for item in entries:
        pairs = [("onExitCode", exit_code), ("onReason", reason), ("onStatusReason", status_reason)]
        if all(holds(item.get(name), value) for name, value in pairs):
            expected = item["action"] == "RETRY"
            break
    observed = {"exit_code": exit_code, "reason": reason, "status_reason": status_reason}
    assert ask(strategy(*entries), **observed) is expected
