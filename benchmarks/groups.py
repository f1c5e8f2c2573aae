"""The groups of rows, in the order of the table; each is a module with a function `rows`."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module

from benchmarks.table import Row

GROUPS = (
    "calls",
    "moto_calls",
    "entering",
    "imports",
    "plugin",
    "simulation",
    "contention",
    "scale",
    "memory",
)


def measured(group: str) -> list[Row]:
    """The rows of a group, from a fresh process: what one has imported or left behind is nobody else's."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_rows_here, group).result()


def _rows_here(group: str) -> list[Row]:
    return list(import_module(f"benchmarks.{group}").rows())
