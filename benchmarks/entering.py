"""Going into a mock and out again, against moto's, in one process: neither minds the other."""

from __future__ import annotations

from collections.abc import Iterator

from moto import mock_aws

import fakebatch
from benchmarks.measure import again, cpu_ns, ratio
from benchmarks.table import Row

_TIMES = 50


def rows() -> Iterator[Row]:
    def own() -> None:
        with fakebatch.mock():
            pass

    def moto() -> None:
        with mock_aws():
            pass

    figure = ratio(lambda: cpu_ns(again(own, _TIMES)), lambda: cpu_ns(again(moto, _TIMES)))
    yield Row("entering and leaving mock()", "moto.mock_aws()", figure, 0.1)
