"""The jobs of one queue that wait for room, in the order of their dispatch.

Jobs mostly come in the order in which they are to go, so a line is a deque, and a heap for those that come
out of turn. One that is stopped stays where it is until it would be its turn. What a job costs doesn't depend on
how many there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.batch import fair_share
from fakebatch.batch.queue_order import rank, turn

if TYPE_CHECKING:
    from fakebatch.batch.queue_order import Turn
    from fakebatch.batch.state import Job, JobQueue, Needs

Entry: TypeAlias = "tuple[Turn, Job]"


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


class WaitingLine:
    """The waiting jobs of a queue that is first in, first out.

    Attributes:
        queue: whose line this is.
        needs: how many jobs wait with the same needs.
        shown: the job that shows why it blocks the queue, or did so last.
    """

    __slots__ = ("_line", "needs", "queue", "shown")

    def __init__(self, queue: JobQueue) -> None:
        self.queue = queue
        self.needs: dict[Needs, int] = {}
        self.shown: Job | None = None
        self._line = Line()

    def join(self, job: Job) -> None:
        """A job waits for room from now on."""
        needs = job.spec.needs
        self.needs[needs] = self.needs.get(needs, 0) + 1
        self._line_of(job).join(job)

    def leave(self, job: Job) -> None:
        """Take out a job whose turn it is."""
        self._line_of(job).leave(job)
        self.drop(job)

    def drop(self, job: Job) -> None:
        """A job that is being stopped doesn't count any more."""
        needs = job.spec.needs
        left = self.needs[needs] - 1
        if left:
            self.needs[needs] = left
        else:
            del self.needs[needs]

    def in_turn(self, now_ns: int) -> Iterator[Job]:  # noqa: ARG002 - of shares it changes with time
        """The jobs in the order of their dispatch: whoever iterates takes out each one before the next."""
        line = self._line
        while (job := line.head()) is not None:
            yield job

    def turn(self) -> tuple[int, str, bool, int, int, str]:
        """When it is this queue's turn among others: the lowest is first. It has jobs.

        Queues of a higher priority come first. Those of equal priority that are first in, first out take
        turns as if they were one; each with a policy comes after them, in the order of names (assumed).
        """
        queue = self.queue
        job = self._line.head()
        assert job is not None
        first_in_queue = job if job.parent is None else job.parent
        return -queue.priority, "", not job.attempts, first_in_queue.created_ns, job.sequence, queue.name

    def _line_of(self, job: Job) -> Line:  # noqa: ARG002 - one for all
        return self._line


class SharesLine(WaitingLine):
    """The waiting jobs of a queue with a fair-share policy: a line for each share."""

    __slots__ = ("_lines",)

    def __init__(self, queue: JobQueue) -> None:
        super().__init__(queue)
        self._lines: dict[str, Line] = {}

    def in_turn(self, now_ns: int) -> Iterator[Job]:
        """The jobs in the order of their dispatch, as what is placed meanwhile changes it."""
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

    def turn(self) -> tuple[int, str, bool, int, int, str]:
        """When it is this queue's turn among others."""
        return -self.queue.priority, self.queue.name, False, 0, 0, ""

    def _line_of(self, job: Job) -> Line:
        share = job.spec.share_identifier or ""
        line = self._lines.get(share)
        if line is None:
            line = self._lines[share] = Line()
        return line


def line_for(queue: JobQueue) -> WaitingLine:
    """An empty line of the kind that a queue has."""
    return WaitingLine(queue) if queue.scheduling_policy is None else SharesLine(queue)
