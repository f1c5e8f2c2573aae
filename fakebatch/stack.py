"""The active worlds, innermost last: one stack for the whole process, all its threads included."""

from __future__ import annotations

from threading import RLock

from fakebatch.world import World

# Held while worlds come and go, so that patches are put on and taken off by one thread at a time.
lock = RLock()
worlds: list[World] = []


def innermost() -> World | None:
    """The world that answers calls now, or None."""
    try:
        return worlds[-1]
    except IndexError:
        return None
