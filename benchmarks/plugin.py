"""Starting pytest with the plugin there and unused, against an empty plugin in its place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Figure, Side, best_of_rounds, child_cpu_ns
from benchmarks.table import Row

# The plugins of others take longer than all of this, and no two starts alike: they are left out.
_PYTEST = ("-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "no:cacheprovider", "test_empty.py")


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_empty.py").touch()
        Path(folder, "empty_plugin.py").touch()  # naming any makes pytest look through what is installed
        bests = best_of_rounds(
            [_start(folder, "fakebatch.pytest_plugin"), _start(folder, "empty_plugin")], rounds=7, tries=5
        )
    figure = Figure.of(with_it - without for with_it, without in bests)
    yield Row("pytest start with the plugin unused", "with an empty plugin", figure.times(1e-6), 10, "ms")


def _start(folder: str, plugin: str) -> Side:
    return lambda: child_cpu_ns([*_PYTEST, "-p", plugin], folder)
