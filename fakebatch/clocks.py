"""Where a world's time comes from: told (virtual), followed (system), or whichever is in force (auto).

Time inside is whole nanoseconds since the Unix epoch, cut to the microsecond wherever it comes in, because
that is all that a datetime, and so freezegun, can hold.
"""

from __future__ import annotations

import re
import time
import warnings
from datetime import datetime, timedelta
from math import isfinite

from fakebatch import freezers
from fakebatch.aws.timestamps import from_datetime, to_datetime
from fakebatch.errors import UsageError
from fakebatch.timing import to_ns

_NS_PER_US = 1_000
_FRACTION = re.compile(r"\.(\d+)")
KINDS = ("auto", "virtual", "system")


class Clock:
    """Says what instant a world should be at, and moves the clock that it follows.

    Args:
        kind: "virtual", "system" or "auto", which is system while freezegun or time-machine is active.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._followed: object | None = None
        self._freezer: freezers.Freezer | None = None
        self._warned = False

    def freezer(self) -> freezers.Freezer | None:
        """The active freezer that this clock follows, or None."""
        if self.kind == "virtual":
            return None
        active = freezers.active()
        if active is not self._followed:
            self._followed = active
            self._freezer = None if active is None else freezers.adapt(active)
        return self._freezer

    @property
    def told(self) -> bool:
        """Time moves only when told, or by moving a freezer; not by itself."""
        return self.kind != "system" or self.freezer() is not None

    def first_ns(self) -> int:
        """Now, by an active freezer if there is one, whatever the kind of clock."""
        active = freezers.active()
        return _system_ns() if active is None else freezers.adapt(active).read_ns()

    def present_ns(self, now_ns: int) -> int:
        """What the clock says, which may be before `now_ns` where somebody has set it back.

        A freeze that has ended since the last look counts up to where it ended, and in "auto" time stands
        there from then on.
        """
        if self.kind == "virtual" or (self.kind == "auto" and freezers.active() is self._followed is None):
            return now_ns
        before = self._freezer
        freezer = self.freezer()
        if freezer is not None:
            return freezer.read_ns()
        if self.kind == "system":
            return _system_ns()
        ended_at = before.last_ns() if before is not None else None
        return now_ns if ended_at is None else max(ended_at, now_ns)

    def warn_of_going_back(self, now_ns: int, present_ns: int) -> None:
        """Say once that time has been set back and that the world waits."""
        if self._warned:
            return
        self._warned = True
        warnings.warn(
            f"fakebatch: the clock went back from {spell(now_ns)} to {spell(present_ns)}; nothing happens in "
            f"this world until {spell(now_ns)} is passed again.",
            RuntimeWarning,
            stacklevel=2,
        )


def _system_ns() -> int:
    return time.time_ns() // _NS_PER_US * _NS_PER_US


def spell(instant_ns: int) -> str:
    """An instant as messages write it: ISO 8601 with a Z."""
    return to_datetime(instant_ns).replace(tzinfo=None).isoformat() + "Z"


def instant_of(moment: datetime | str, asked: str) -> int:
    """Ns since the epoch of an aware datetime or an ISO 8601 text with an offset or a Z.

    Args:
        moment: what the test's author gave.
        asked: the call or option it was given to, for the message.

    Raises:
        UsageError: no such value, not parsable, or without a timezone.
    """
    parsed = _parsed(moment, asked)
    if parsed.tzinfo is None or parsed.utcoffset() is None:
        raise UsageError(
            f"{asked}: {moment!r} doesn't say in which timezone. Append Z or an offset to a text; give a "
            "datetime a tzinfo, such as datetime.timezone.utc."
        )
    return from_datetime(parsed)


def _parsed(moment: object, asked: str) -> datetime:
    if isinstance(moment, datetime):
        return moment
    if not isinstance(moment, str):
        raise UsageError(f"{asked}: {moment!r} is no instant. Give an aware datetime or an ISO 8601 text.")
    # Python 3.10 knows offsets but no Z, and fractions of three or six digits only.
    text = moment[:-1] + "+00:00" if moment[-1:] in ("Z", "z") else moment
    text = _FRACTION.sub(lambda digits: f".{digits[1]:0<6.6}", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{asked}: {moment!r} is no ISO 8601 instant. Write it like 2026-01-01T00:00:00Z."
        ) from None


def span_of(delta: object, asked: str) -> int:
    """Ns of a number of seconds or a timedelta, cut to the microsecond.

    Raises:
        UsageError: it is negative, or neither.
    """
    if isinstance(delta, timedelta):
        span_ns = delta // timedelta(microseconds=1) * _NS_PER_US
    elif isinstance(delta, (int, float)) and not isinstance(delta, bool) and isfinite(delta):
        span_ns = to_ns(delta)
    else:
        raise UsageError(f"{asked}: {delta!r} is no span of time. Give a number of seconds or a timedelta.")
    if span_ns < 0:
        raise UsageError(f"{asked}: time only goes forward, and {delta!r} is negative. restore() comes back.")
    return span_ns
