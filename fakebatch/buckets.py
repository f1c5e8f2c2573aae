"""Botocore's adaptive retry mode, which waits for tokens on a condition variable instead of sleeping."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakebatch import stack


def waiting_virtually(ask: Callable[..., float], bucket: Any, args: Any, kwargs: Any) -> float:
    """Around a token bucket's `_sleep_amount(amount)`, which says how long to wait for tokens.

    The bucket goes by `time.time()`, which stands still under freezegun: it would wait for ever. Where sleeps
    are virtual so is this wait, and the tokens are there after it.
    """
    seconds = ask(*args, **kwargs)
    world = stack.innermost()
    if seconds <= 0 or world is None or not world.options.sleep or not world.sleep(seconds):
        return seconds
    bucket._current_capacity = args[0]  # noqa: SLF001 - what it takes `amount` from next
    return 0
