"""Which nodes a range of a multi-node job means: `0:3`, `:3`, `4:`, `:` or `2`.

Source: API reference, NodeRangeProperty and NodeOverrides (reference §6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from fakebatch.batch.errors import ClientException, refuse_if
from fakebatch.batch.errors import nodes as errors

if TYPE_CHECKING:
    from fakebatch.batch.state import Structure

_ONE = re.compile(r"[0-9]+")
_RANGE = re.compile(r"([0-9]*):([0-9]*)")


class Targets(NamedTuple):
    """The nodes of a range; `last` is None where it is open to the end."""

    first: int
    last: int | None

    def within(self, size: int) -> range:
        """The indices that it means in a job of so many nodes."""
        return range(self.first, size if self.last is None else self.last + 1)


def read_targets(text: str) -> Targets:
    """What `targetNodes` says.

    Raises:
        ClientException: it is no range.
    """
    if _ONE.fullmatch(text):
        return Targets(int(text), int(text))
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ClientException(errors.TARGET_NODES)
    first, last = match.groups()
    return Targets(int(first or 0), int(last) if last else None)


def check_ranges(targets: Iterable[str], size: int) -> None:
    """Refuse ranges that reach beyond the nodes of a job, or that leave some of them out.

    Raises:
        ClientException: with Batch's text.
    """
    missing = set(range(size))
    for text in targets:
        found = read_targets(text)
        refuse_if(found.first >= size or (found.last or 0) >= size, errors.range_error(text))
        refuse_if(not found.within(size), errors.range_order(text))
        missing.difference_update(found.within(size))
    refuse_if(missing, errors.MISSING_RANGES)


def ranges_of_nodes(properties: Structure) -> list[Structure]:
    """For each node the range that it belongs to: of several the narrowest.

    Of two that are as narrow the one that stands later: assumed.
    """
    size = properties["numNodes"]
    found: list[Structure] = [{}] * size
    ranges = [
        (read_targets(one["targetNodes"]).within(size), one) for one in properties["nodeRangeProperties"]
    ]
    for nodes, one in sorted(ranges, key=lambda entry: -len(entry[0])):
        found[nodes.start : nodes.stop] = [one] * len(nodes)
    return found
