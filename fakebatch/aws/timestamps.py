"""Instants as services spell them, and as tests do."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_NS_PER_MS = 1_000_000


def to_ms(instant_ns: int) -> int:
    """Batch's times: whole milliseconds since the epoch."""
    return instant_ns // _NS_PER_MS


def to_datetime(instant_ns: int) -> datetime:
    """An aware UTC datetime, cut to the microsecond."""
    return _EPOCH + timedelta(microseconds=instant_ns // 1000)


def from_datetime(moment: datetime) -> int:
    """Ns since the epoch of an aware datetime, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
