"""What happened when: the object behind `fake.timeline`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, overload

from fakebatch.aws.timestamps import to_datetime
from fakebatch.report import perfetto, spelling, story, text
from fakebatch.report.transitions import Transition, read
from fakebatch.sim import trace

if TYPE_CHECKING:
    from fakebatch.calls import Call

# What UTF-8 cannot say, half of a surrogate pair in a reason, is written as Python writes it.
_UNSPEAKABLE = "backslashreplace"


class Timeline(Sequence[Transition]):
    """Every transition up to now, in the order in which they happened, and the calls made meanwhile.

    A sequence of transitions that stands still: ask `fake.timeline` again after time has moved. Printing
    it prints `text()`.

    Args:
        transitions: the world's trace.
        calls: what the code under test has called.
        now_ns: the world's instant, ns since the Unix epoch; by default that of the last happening.
    """

    def __init__(
        self, transitions: Iterable[trace.Transition], calls: Iterable[Call], now_ns: int | None = None
    ) -> None:
        self._transitions = tuple(read(transitions))
        self._calls = tuple(calls)
        self._now = None if now_ns is None else to_datetime(now_ns)

    @property
    def calls(self) -> Sequence[Call]:
        """The calls told between the transitions."""
        return self._calls

    @property
    def start(self) -> datetime | None:
        """The instant of the first happening, from which the reports count; None when there is none."""
        return min(spelling.moments(self._transitions[:1], self._calls[:1]), default=None)

    @property
    def end(self) -> datetime | None:
        """The instant up to which it tells; None when nothing has happened."""
        ends = spelling.moments(self._transitions[-1:], self._calls[-1:])
        if ends and self._now is not None:
            ends.append(self._now)
        return max(ends, default=None)

    @property
    def summary(self) -> str:
        """How much there is: `1 job, 5 transitions, 3 calls`."""
        jobs = {each.id: each for each in self._transitions if each.is_job}
        children = sum(each.array_index is not None for each in jobs.values())
        nodes = sum(each.node_index is not None for each in jobs.values())
        counts = [spelling.count(len(jobs) - children - nodes, "job")]
        if children:
            counts.append(spelling.count(children, "array child", "array children"))
        if nodes:
            counts.append(spelling.count(nodes, "node"))
        counts += [spelling.count(len(self), "transition"), spelling.count(len(self._calls), "call")]
        return ", ".join(counts)

    def text(self, *, limit: int | None = None) -> str:
        """The story for a person to read, a line an event, the same for the same seed and calls.

        Times count from the first happening, whose instant the heading names. Ids that a transition shows
        are replaced by names. Repeated polling, and what happens to many children of an array alike, is
        told in one line.

        Args:
            limit: how many lines to show at most besides the heading; the middle is left out.
        """
        told = text.write(story.tell(self._transitions, self._calls), self._heading(), limit)
        return told.encode(errors=_UNSPEAKABLE).decode()

    def html(self, path: str | PathLike[str], *, title: str = "fakebatch timeline") -> None:
        """Write one self-contained page: the jobs as lanes over time, and the story as a table.

        Args:
            path: the file to write; its folder has to be there.
            title: the page's heading.

        Raises:
            UsageError: jinja2 is not installed.
        """
        from fakebatch.report import page  # noqa: PLC0415 - brings jinja2, which is an extra

        lines = story.tell(self._transitions, self._calls)
        document = page.render(
            self._transitions, self._calls, lines=lines, title=title, heading=self._heading(), end=self.end
        )
        Path(path).write_text(document, encoding="utf-8", errors=_UNSPEAKABLE)

    def trace(self, path: str | PathLike[str]) -> None:
        """Write Chrome's trace-event JSON, for ui.perfetto.dev or chrome://tracing.

        Args:
            path: the file to write; its folder has to be there.
        """
        document = perfetto.render(self._transitions, self._calls, self.end)
        Path(path).write_text(document, encoding="utf-8", errors=_UNSPEAKABLE)

    def __len__(self) -> int:
        return len(self._transitions)

    def __iter__(self) -> Iterator[Transition]:
        return iter(self._transitions)

    @overload
    def __getitem__(self, index: int) -> Transition: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Transition]: ...
    def __getitem__(self, index: int | slice) -> Transition | Sequence[Transition]:
        return self._transitions[index]

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<fakebatch timeline: {self.summary}>"

    def _heading(self) -> str:
        start, end = self.start, self.end
        if start is None or end is None:
            return "Nothing has happened yet: no calls, no transitions."
        return f"{self.summary}; from {spelling.instant(start)} on, {spelling.span(end - start)} long"
