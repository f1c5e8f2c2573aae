"""How things are timed: CPU time, in interleaved rounds, as ratios of the best of each round.

CPU time, because nothing here waits for anything, and because it leaves out what the machine does for others.
The best of several tries within a round leaves out caches that were cold and clocks that were low; putting
the two sides next to each other, try by try, gives both the same machine; the median over the rounds leaves
out the round that was disturbed all the same.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

# One try of a side: does its work, and returns what it took in ns, preparations not counted.
Side = Callable[[], float]

_REPOSITORY = Path(__file__).parent.parent


class Figure(NamedTuple):
    """What was measured: the median over the rounds, and the quartiles around it."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Figure:
        """The figure that one value a round comes to."""
        rounds = list(values)
        low, _, high = quantiles(rounds, n=4, method="inclusive") if len(rounds) > 1 else rounds * 3
        return cls(median(rounds), low, high)

    def times(self, factor: float) -> Figure:
        """The same in another unit."""
        return Figure(self.middle * factor, self.low * factor, self.high * factor)


def cpu_ns(work: Callable[[], object]) -> int:
    """CPU time of this process for a piece of work, in ns, without that of the garbage collector.

    It works for whoever happens to be there when its turn comes, and more the more objects there are.
    """
    gc.collect()
    gc.disable()
    try:
        return cpu_ns_with_collector(work)
    finally:
        gc.enable()


def cpu_ns_with_collector(work: Callable[[], object]) -> int:
    """The same with it: what many lasting objects cost in a test."""
    start = time.process_time_ns()
    work()
    return time.process_time_ns() - start


def again(call: Callable[[], object], times: int) -> Callable[[], None]:
    """The work of making a call that many times."""

    def work() -> None:
        for _ in repeat(None, times):
            call()

    return work


def best_of_rounds(sides: Sequence[Side], *, rounds: int, tries: int) -> list[list[float]]:
    """For each round the best try of each side; the sides take turns."""
    for side in sides:
        side()  # whatever is done only once is done now
    gc.collect()
    # Modules, models and clients stay anyway; going through them before each try took most of the run.
    gc.freeze()
    try:
        return [[min(taken) for taken in zip(*_turns(sides, tries), strict=True)] for _ in range(rounds)]
    finally:
        gc.unfreeze()


def _turns(sides: Sequence[Side], tries: int) -> list[list[float]]:
    return [[side() for side in sides] for _ in range(tries)]


def ratio(work: Side, floor: Side, *, rounds: int = 9, tries: int = 5) -> Figure:
    """How many times the floor the work takes."""
    bests = best_of_rounds([work, floor], rounds=rounds, tries=tries)
    return Figure.of(taken / least for taken, least in bests)


def child_cpu_ns(arguments: Sequence[str], folder: str) -> int:
    """CPU time of a fresh Python from its start to its end, in ns.

    Args:
        arguments: of the interpreter.
        folder: where it is run.
    """
    quiet = subprocess.DEVNULL
    child = subprocess.Popen([sys.executable, *arguments], cwd=folder, stdout=quiet, stderr=quiet)
    _, _, used = os.wait4(child.pid, 0)
    child.returncode = 0  # waited for: else Popen would warn that it is still running
    return round((used.ru_utime + used.ru_stime) * 1e9)


def printed_by_child(code: str) -> list[int]:
    """The numbers that a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=_REPOSITORY, capture_output=True, text=True, check=True
    )
    return [int(word) for word in done.stdout.split()]
