"""The jobs of one queue that wait for room, in the order of their dispatch.

Jobs mostly come in the order in which they are to go, so a line is a deque, and a heap for those that come
out of turn. One that is stopped stays where it is until it would be its turn. What a job costs doesn't depend
on how many there are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.batch import fair_share
from fakebatch.batch.queue_order import rank, turn

if TYPE_CHECKING:
    from fakebatch.batch.capacity import Room
    from fakebatch.batch.queue_order import Turn
    from fakebatch.batch.state import Job, JobQueue

Entry: TypeAlias = "tuple[Turn, Job]"
# When it is a queue's turn among others: the lowest is first, and no two are the same.
QueueTurn: TypeAlias = tuple[int, str, bool, int]


class Line:
    """Jobs in the order of their turns."""

    __slots__ = ("_in_order", "_others")

    def __init__(self) -> None:
        self._in_order: deque[Entry] = deque()
        self._others: list[Entry] = []

    def join(self, job: Job) -> None:
        """Add a job."""
        entry = turn(job), job
        in_order = self._in_order
        if not in_order or in_order[-1][0] < entry[0]:
            in_order.append(entry)
        else:
            heappush(self._others, entry)

    def head(self) -> Job | None:
        """The first job; those that have been stopped are dropped."""
        in_order, others = self._in_order, self._others
        while in_order and in_order[0][1].status != "RUNNABLE":
            in_order.popleft()
        while others and others[0][1].status != "RUNNABLE":
            heappop(others)
        if others and (not in_order or others[0][0] < in_order[0][0]):
            return others[0][1]
        return in_order[0][1] if in_order else None

    def leave(self, job: Job) -> None:
        """Take the first job out."""
        in_order = self._in_order
        if in_order and in_order[0][1] is job:
            in_order.popleft()
        else:
            heappop(self._others)


class WaitingLine(ABC):
    """The waiting jobs of a queue.

    Attributes:
        queue: whose line this is.
        needs: how many jobs, or nodes of jobs, wait with the same needs.
        shown: the job that shows why it blocks the queue, or did so last.
    """

    __slots__ = ("needs", "queue", "shown")

    def __init__(self, queue: JobQueue) -> None:
        self.queue = queue
        self.needs: dict[Room, int] = {}
        self.shown: Job | None = None

    @abstractmethod
    def join(self, job: Job) -> None:
        """A job waits for room from now on."""

    @abstractmethod
    def leave(self, job: Job) -> None:
        """Take out a job whose turn it is."""

    def drop(self, job: Job) -> None:
        """A job that waits doesn't count any more: it is being stopped."""
        needs = self.needs
        for room in _rooms(job):
            if needs[room] > 1:
                needs[room] -= 1
            else:
                del needs[room]

    @abstractmethod
    def in_turn(self, now_ns: int) -> Iterator[Job]:
        """The jobs in the order of their dispatch: whoever iterates takes out each one before the next."""

    @abstractmethod
    def turn(self) -> QueueTurn:
        """When it is this queue's turn among others, while it has jobs.

        Queues of a higher priority come first. Those of equal priority that are first in, first out take
        turns as if they were one, by when their first jobs were submitted; each with a policy comes after
        them, in the order of names (assumed).
        """

    def _count(self, job: Job) -> None:
        needs = self.needs
        for room in _rooms(job):
            needs[room] = needs.get(room, 0) + 1


class OrderedLine(WaitingLine):
    """The line of a queue that is first in, first out."""

    __slots__ = ("_line",)

    def __init__(self, queue: JobQueue) -> None:
        super().__init__(queue)
        self._line = Line()

    def join(self, job: Job) -> None:
        """A job waits for room from now on."""
        self._count(job)
        self._line.join(job)

    def leave(self, job: Job) -> None:
        """Take out a job whose turn it is."""
        self._line.leave(job)
        self.drop(job)

    def in_turn(self, now_ns: int) -> Iterator[Job]:  # noqa: ARG002 - the order stays what it is
        """The jobs by their turns."""
        head = self._line.head
        while (job := head()) is not None:
            yield job

    def turn(self) -> QueueTurn:
        """By the first job."""
        queue, job = self.queue, self._line.head()
        assert job is not None
        submitted = job if job.parent is None else job.parent
        return -queue.priority, "", not job.attempts, submitted.sequence


class SharesLine(WaitingLine):
    """The line of a queue with a fair-share policy: one for each share."""

    __slots__ = ("_lines",)

    def __init__(self, queue: JobQueue) -> None:
        super().__init__(queue)
        self._lines: dict[str, Line] = {}

    def join(self, job: Job) -> None:
        """A job waits for room from now on."""
        self._count(job)
        share = job.spec.share_identifier or ""
        line = self._lines.get(share)
        if line is None:
            line = self._lines[share] = Line()
        line.join(job)

    def leave(self, job: Job) -> None:
        """Take out a job whose turn it is."""
        self._lines[job.spec.share_identifier or ""].leave(job)
        self.drop(job)

    def in_turn(self, now_ns: int) -> Iterator[Job]:
        """The jobs by the usage of their shares, to which what is placed meanwhile is added."""
        ratio = fair_share.ratios(self.queue, now_ns)
        heap = []
        for share, line in list(self._lines.items()):
            job = line.head()
            if job is None:
                del self._lines[share]
            else:
                heap.append((ratio(share, 0.0), rank(job), share, line))
        heapify(heap)
        while heap:
            _, _, share, line = heappop(heap)
            job = line.head()
            if job is not None:
                yield job
                job = line.head()
                if job is not None:
                    heappush(heap, (ratio(share, 0.0), rank(job), share, line))

    def turn(self) -> QueueTurn:
        """By its name."""
        return -self.queue.priority, self.queue.name, False, 0


def line_for(queue: JobQueue) -> WaitingLine:
    """An empty line of the kind that a queue has."""
    return OrderedLine(queue) if queue.scheduling_policy is None else SharesLine(queue)


def _rooms(job: Job) -> Iterable[Room]:
    """What a job needs: each node of one that has some needs room of its own."""
    return (job.spec.room,) if job.nodes is None else [node.spec.room for node in job.nodes.all]
