"""The time-freezing libraries in force: what freezegun or time-machine says the time is, and moving it."""

from __future__ import annotations

import sys
import time
from datetime import timedelta, timezone
from typing import Any, Protocol

from fakebatch.aws.timestamps import from_datetime, to_datetime

_NS_PER_US = 1_000


class Freezer(Protocol):
    """A frozen (or ticking) clock that somebody else has put in place of the real one."""

    def read_ns(self) -> int:
        """Its instant, in ns, cut to the microsecond."""
        ...

    def move_to(self, instant_ns: int) -> None:
        """Set it, forwards or back."""

    def last_ns(self) -> int | None:
        """Where it stood when it ended; None for one that ran on by itself."""
        ...


def active() -> object | None:
    """The innermost clock of freezegun, else of time-machine, else None.

    freezegun first: time-machine refuses to start inside it, so with both in force it is the inner one.
    """
    freezegun = sys.modules.get("freezegun.api")
    if freezegun is not None and freezegun.freeze_factories:
        factory: object = freezegun.freeze_factories[-1]
        return factory
    time_machine = sys.modules.get("time_machine")
    if time_machine is not None:
        # 3.x calls it traveller_stack, 2.x coordinates_stack.
        stack = getattr(time_machine, "traveller_stack", None) or getattr(
            time_machine, "coordinates_stack", None
        )
        if stack:
            traveller: object = stack[-1]
            return traveller
    return None


def adapt(clock: object) -> Freezer:
    """One face for what `active` found."""
    return _TimeMachine(clock) if hasattr(clock, "shift") else _Freezegun(clock)


class _Freezegun:
    """A factory of freezegun, asked directly: its `time.time_ns` answers ignored modules with real time."""

    def __init__(self, factory: Any) -> None:
        self._factory = factory
        # Calling a stepping factory would step it; only the ticking one has to be called.
        self._ticking = type(factory).__name__ == "TickingDateTimeFactory"

    def read_ns(self) -> int:
        moment = self._factory() if self._ticking else self._factory.time_to_freeze
        return from_datetime(moment.replace(tzinfo=timezone.utc))

    def move_to(self, instant_ns: int) -> None:
        # A step of zero would be taken for the stepping factory's own width.
        if instant_ns != self.read_ns():
            self._factory.move_to(to_datetime(instant_ns))

    def last_ns(self) -> int | None:
        return None if self._ticking else self.read_ns()


class _TimeMachine:
    """A traveller of time-machine, which patches `time.time_ns` itself for everyone."""

    def __init__(self, traveller: Any) -> None:
        self._traveller = traveller

    def read_ns(self) -> int:
        return time.time_ns() // _NS_PER_US * _NS_PER_US

    def move_to(self, instant_ns: int) -> None:
        self._traveller.shift(timedelta(microseconds=(instant_ns - self.read_ns()) // _NS_PER_US))

    def last_ns(self) -> int | None:
        if getattr(self._traveller, "_tick", True):
            return None
        stood: int = self._traveller._destination_timestamp_ns  # noqa: SLF001 - it tells nobody once it has ended
        return stood // _NS_PER_US * _NS_PER_US
