"""The story as text for a terminal or a failure report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from fakebatch.report import spelling
from fakebatch.report.story import Line

_WIDEST_LABEL = 40
# Of a story cut short, this part shows how it began; the rest how it ended.
_BEGINNING = 4


def write(lines: Sequence[Line], heading: str, limit: int | None = None) -> str:
    """A heading and a line each; what is beyond `limit` lines is left out of the middle, and said so."""
    if not lines:
        return f"{heading}\n"
    columns = Columns(lines)
    shown: Iterable[str]
    if limit is None or len(lines) <= limit:
        shown = map(columns.text, lines)
    else:
        shown = _shortened(lines, limit, columns)
    return "\n".join([heading, "", *shown]) + "\n"


def _shortened(lines: Sequence[Line], limit: int, columns: Columns) -> Iterator[str]:
    head = limit // _BEGINNING
    yield from map(columns.text, lines[:head])
    yield f"... {len(lines) - limit} lines left out; timeline.text() has them all ..."
    yield from map(columns.text, lines[len(lines) - (limit - head) :])


class Columns:
    """Where things stand in a line: the time, who changed, from where to where, and the rest.

    Calls stand further left than what they bring about.

    Args:
        lines: those that are to stand below each other; at least one.
        start: from when times count; by default the first line.
    """

    def __init__(self, lines: Sequence[Line], start: datetime | None = None) -> None:
        self._start = lines[0].at if start is None else start
        moments = [line.at for line in lines] + [line.until for line in lines if line.until]
        self._digits = spelling.digits_needed(moments, self._start)
        self._time = max(len(self._since(moment)) for moment in moments)
        changes = [line for line in lines if line.label]
        self._label = min(max((len(line.label) for line in changes), default=0), _WIDEST_LABEL)
        self._text = max((len(line.text) for line in changes), default=0)

    def time(self, line: Line) -> str:
        """How long after the start, right-aligned."""
        return self._since(line.at).rjust(self._time)

    def text(self, line: Line) -> str:
        """The whole line, without trailing blanks."""
        return f"{self.time(line)}  {self.told(line)}".rstrip()

    def told(self, line: Line) -> str:
        """All but the time."""
        if not line.label:
            return f"{line.text}{self.more(line)}{'  failed: ' if line.failed else ''}{line.detail}"
        who, what = line.label.ljust(self._label), line.text.ljust(self._text)
        return f"  {who}  {what}  {line.detail}{self.more(line)}".rstrip()

    def more(self, line: Line) -> str:
        """What is to be said of a line that tells several happenings: how often, and until when."""
        times = f"  {line.count} times" if line.count > 1 and not line.label else ""
        return f"{times} until {self._since(line.until)}" if line.until else times

    def _since(self, moment: datetime) -> str:
        return spelling.span(moment - self._start, self._digits)
