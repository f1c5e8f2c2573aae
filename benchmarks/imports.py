"""Importing fakebatch, on top of boto3, which whoever tests code for Batch has imported anyway."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import Figure, printed_by_child
from benchmarks.table import Row

_CODE = """\
from time import process_time_ns as now
start = now()
import boto3
middle = now()
{}
print(middle - start, now() - middle)
"""
# The package loads its names when they are first used, so both are told: the import, and the first use.
_CODES = {
    "import fakebatch": _CODE.format("import fakebatch"),
    "import fakebatch; fakebatch.mock": _CODE.format("import fakebatch; fakebatch.mock"),
}
_AT_MOST = {"import fakebatch": 10}
_ROUNDS = 7
_TRIES = 3


def rows() -> Iterator[Row]:
    for code in _CODES.values():
        printed_by_child(code)  # compiles what isn't yet
    rounds = [_round() for _ in range(_ROUNDS)]
    for name in _CODES:
        figure = Figure.of(each[name] for each in rounds)
        yield Row(name, "import boto3", figure.times(100), _AT_MOST.get(name), "%")


def _round() -> dict[str, float]:
    """For each code, what it takes beside boto3."""
    tries = [{name: printed_by_child(code) for name, code in _CODES.items()} for _ in range(_TRIES)]
    boto3 = min(taken for each in tries for taken, _ in each.values())
    return {name: min(each[name][1] for each in tries) / boto3 for name in _CODES}
