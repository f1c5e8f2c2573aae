"""Sleeps of the code under test that can change nothing: a loop of them would never end."""

from __future__ import annotations

from fakebatch.errors import UsageError

# A month of polling every five minutes.
_MOST = 10_000
NOTHING_LEFT = (
    "nothing is left that could happen by itself, such as when a job hangs. If it waits for a deadline of "
    "time.time() or time.monotonic(), let freezegun freeze those, so that its sleeps move them too; else "
    "give the job an end, or stop polling."
)
POLLING_IN_A_BODY = (
    "they were inside the Python body of a job, where time stands still, so what it polls never comes. Let "
    "the code under test do the polling."
)


class VainSleeps:
    """Counts those in a row."""

    __slots__ = ("_in_a_row",)

    def __init__(self) -> None:
        self._in_a_row = 0

    def count(self, vain: bool, why: str) -> None:
        """Take note of a sleep.

        Raises:
            UsageError: the ten thousandth vain one in a row.
        """
        self._in_a_row = self._in_a_row + 1 if vain else 0
        if self._in_a_row >= _MOST:
            self._in_a_row = 0
            raise UsageError(f"The code under test has slept {_MOST} times in a row in vain: {why}")
