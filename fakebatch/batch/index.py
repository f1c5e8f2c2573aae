"""The jobs of a queue by status, listed newest first however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class InOrder(Protocol):
    """What has a place in its queue's order of submission."""

    sequence: int


T = TypeVar("T", bound=InOrder)

# Jobs are kept in blocks of this many consecutive sequence numbers: a move touches one block, a listing
# sorts one block at a time.
_BLOCK_BITS = 8


class JobIndex(Generic[T]):
    """Jobs by status, in order of submission.

    Adding and removing cost O(1); a page costs O(page + blocks), not O(jobs).
    """

    __slots__ = ("_blocks", "_taken")

    def __init__(self) -> None:
        self._blocks: dict[str, dict[int, dict[int, T]]] = {}
        self._taken = 0

    def take_sequence(self) -> int:
        """The place in the order of submission of the next job."""
        self._taken = sequence = self._taken + 1
        return sequence

    def add(self, status: str, job: T) -> None:
        """Enter a job under a status."""
        blocks = self._blocks.get(status)
        if blocks is None:
            blocks = self._blocks[status] = {}
        sequence = job.sequence
        block = blocks.get(sequence >> _BLOCK_BITS)
        if block is None:
            block = blocks[sequence >> _BLOCK_BITS] = {}
        block[sequence] = job

    def remove(self, status: str, job: T) -> None:
        """Take a job out from under a status."""
        blocks = self._blocks[status]
        number = job.sequence >> _BLOCK_BITS
        block = blocks[number]
        del block[job.sequence]
        if not block:
            del blocks[number]

    def newest_first(self, status: str, below: int | None = None) -> Iterator[tuple[int, T]]:
        """(sequence, job) under a status, newest first, from `below` (inclusive) down."""
        blocks = self._blocks.get(status, {})
        for number in sorted(blocks, reverse=True):
            if below is not None and number > below >> _BLOCK_BITS:
                continue
            for sequence in sorted(blocks[number], reverse=True):
                if below is None or sequence <= below:
                    yield sequence, blocks[number][sequence]

    def all_newest_first(self, below: int | None = None) -> Iterator[tuple[int, T]]:
        """(sequence, job) of every status, newest first, from `below` (inclusive) down."""
        numbers = {number for blocks in self._blocks.values() for number in blocks}
        for number in sorted(numbers, reverse=True):
            if below is not None and number > below >> _BLOCK_BITS:
                continue
            block = {s: job for blocks in self._blocks.values() for s, job in blocks.get(number, {}).items()}
            for sequence in sorted(block, reverse=True):
                if below is None or sequence <= below:
                    yield sequence, block[sequence]
