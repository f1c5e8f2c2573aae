"""The trace: every transition of every subject, in the order in which they happened."""

from __future__ import annotations

from typing import Any, NamedTuple


class Transition(NamedTuple):
    """One change of state.

    Attributes:
        at_ns: the instant, ns since the Unix epoch.
        subject: the record that changed.
        before: the state it left; None for one that has just come into being.
        after: the state it entered.
        reason: why, in the service's words, or None.
    """

    at_ns: int
    subject: Any
    before: str | None
    after: str
    reason: str | None


class Remark(NamedTuple):
    """Something that happened to a subject without changing its state.

    Attributes:
        position: how many transitions had been recorded by then.
        at_ns: the instant, ns since the Unix epoch.
        subject: the record that it happened to.
        text: what it was, in the service's words.
    """

    position: int
    at_ns: int
    subject: Any
    text: str
