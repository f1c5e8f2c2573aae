"""The timeline as one HTML page that needs nothing else: lanes over time above, the story below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fakebatch.errors import UsageError
from fakebatch.report import spelling
from fakebatch.report.lanes import FINAL, Bar, Lane, Step, crowd, lanes
from fakebatch.report.story import Line
from fakebatch.report.text import Columns
from fakebatch.report.transitions import Transition

if TYPE_CHECKING:
    from fakebatch.calls import Call

# An array with more children than this shows its failed and retried ones, and the others as an area.
_CHILDREN_SHOWN = 12
_LANES_SHOWN = 400
_ROWS_SHOWN = 2000
_STEPS_SHOWN = 300
_CALLS_SHOWN = 2000
_TICKS = 8
_LAST_TICK = 96  # percent: a label needs room to its right
_TICK_SECONDS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 3 * 3600, 6 * 3600, 12 * 3600),
    *(86400 * days for days in (1, 2, 7, 14, 28, 56, 112, 365)),
)
# From the first state to the last, as they are stacked and listed in the legend.
_ORDER = ("SUBMITTED", "PENDING", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")


@dataclass(frozen=True, slots=True)
class Mark:
    """Something drawn on a lane, placed in percent of the whole time.

    Attributes:
        css: its class, the state in lower case.
        hover: what is told when the pointer is on it.
        top, height: in percent of the lane, for the layers of an area.
    """

    css: str
    left: float
    width: float
    hover: str
    top: float = 0
    height: float = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A lane of the page: `css` says whether it is a job, a child, a crowd or the calls."""

    css: str
    label: str
    hover: str
    outcome: str
    marks: list[Mark]


class Scale:
    """From instants to percent of the page's width."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start = start
        self.length = max(end - start, timedelta(seconds=1))
        self.digits = 0

    def place(self, moment: datetime) -> float:
        """Percent from the left."""
        return round((moment - self.start) / self.length * 100, 4)

    def span(self, moment: datetime) -> str:
        """How long after the start."""
        return spelling.span(moment - self.start, self.digits)

    def ticks(self) -> list[tuple[float, str]]:
        """Where the axis is labelled, with round times."""
        step = next(
            (s for s in _TICK_SECONDS if self.length <= timedelta(seconds=s * _TICKS)), _TICK_SECONDS[-1]
        )
        count = self.length // timedelta(seconds=step)
        moments = (self.start + timedelta(seconds=step * number) for number in range(count + 1))
        return [
            (self.place(moment), self.span(moment)) for moment in moments if self.place(moment) <= _LAST_TICK
        ]


def render(
    transitions: Sequence[Transition],
    calls: Sequence[Call],
    *,
    lines: Sequence[Line],
    title: str,
    heading: str,
    end: datetime | None,
) -> str:
    """The page as text.

    Raises:
        UsageError: jinja2 is not installed.
    """
    start = lines[0].at if lines else None
    rows: list[Row] = []
    ticks: list[tuple[float, str]] = []
    if start is not None and end is not None:
        scale = Scale(start, end)
        scale.digits = spelling.digits_needed(spelling.moments(transitions, calls), start)
        ticks = scale.ticks()
        rows = _rows(transitions, calls, scale, end)
    return str(
        template("timeline.html.jinja").render(
            title=title,
            heading=heading,
            rows=rows[:_LANES_SHOWN],
            rows_left_out=max(0, len(rows) - _LANES_SHOWN),
            ticks=ticks,
            legend=[state for state in _ORDER if any(each.after == state for each in transitions)],
            lines=_story(lines[:_ROWS_SHOWN]),
            lines_left_out=max(0, len(lines) - _ROWS_SHOWN),
        )
    )


@cache
def template(name: str) -> Any:
    """A template of this package.

    Raises:
        UsageError: jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise UsageError(
            "HTML reports are written with jinja2, which is not installed: pip install 'fakebatch[report]'. "
            "text() and trace() do without."
        ) from None
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    return environment.from_string(files("fakebatch.report").joinpath(name).read_text("utf-8"))


def _story(lines: Sequence[Line]) -> list[dict[str, Any]]:
    columns = Columns(lines) if lines else None
    return [
        {
            "time": columns.time(line) if columns else "",
            "at": spelling.instant(line.at),
            "line": line,
            "more": columns.more(line) if columns else "",
        }
        for line in lines
    ]


# Lanes


def _rows(transitions: Sequence[Transition], calls: Sequence[Call], scale: Scale, end: datetime) -> list[Row]:
    rows = [_calls_row(calls, transitions, scale)] if calls else []
    children: dict[str, list[Lane]] = {}
    top: list[Lane] = []
    for lane in lanes(transitions, end):
        if lane.first.parent_id is not None:
            children.setdefault(lane.first.parent_id, []).append(lane)
        elif lane.first.is_job or len(lane.bars) > 1:
            top.append(lane)  # a resource that was set up and then stayed as it was is no news
    for lane in top:
        rows.append(_lane_row(lane, "job", scale))
        rows += _child_rows(children.get(lane.first.id, []), scale, end)
    return rows


def _child_rows(children: Sequence[Lane], scale: Scale, end: datetime) -> list[Row]:
    if len(children) <= _CHILDREN_SHOWN:
        return [_lane_row(lane, "child", scale) for lane in children]
    shown = [lane for lane in children if lane.remarkable][:_CHILDREN_SHOWN]
    return [_crowd_row(children, scale, end), *(_lane_row(lane, "child", scale) for lane in shown)]


def _lane_row(lane: Lane, css: str, scale: Scale) -> Row:
    marks = [_mark(bar, scale) for bar in lane.bars]
    hover = f"{lane.label}\n{lane.first.id}"
    return Row(css, lane.label, hover, lane.last.after, marks)


def _mark(bar: Bar, scale: Scale) -> Mark:
    left = scale.place(bar.entered.at)
    told = [f"{bar.state}", f"{scale.span(bar.entered.at)} after the start"]
    if bar.state not in FINAL:
        told.append(
            f"for {spelling.span(bar.end - bar.entered.at, scale.digits)}" + ("" if bar.left else ", so far")
        )
    told += _told(bar.entered)
    return Mark(_css(bar.state), left, round(scale.place(bar.end) - left, 4), "\n".join(told))


def _told(of: Transition) -> list[str]:
    return [
        text
        for text, known in (
            (f"attempt {of.attempt}", of.attempt),
            (f"exit code {of.exit_code}", of.exit_code),
            (of.reason or "", of.reason),
            (of.container_reason or "", of.container_reason),
        )
        if known is not None
    ]


def _css(state: str) -> str:
    known = state if state in _ORDER else "FAILED" if state == "INVALID" else "other"
    return known.lower() + (" end" if state in FINAL else "")


def _crowd_row(children: Sequence[Lane], scale: Scale, end: datetime) -> Row:
    steps = crowd(children, _STEPS_SHOWN)
    over = all(lane.last.after in FINAL for lane in children)
    ends = [*(step.at for step in steps[1:]), steps[-1].at if over else end]
    marks = [
        mark
        for step, until in zip(steps, ends, strict=True)
        for mark in _layers(step, until, scale, len(children))
    ]
    first = children[0]
    parent = first.label.rpartition(first.first.separator)[0]
    failed = sum(lane.last.after == "FAILED" for lane in children)
    counted = spelling.crowd(len(children), first.first)
    hover = f"{parent}: how many of its {counted} are in which state"
    return Row("crowd", counted, hover, f"{failed} FAILED" if failed else "", marks)


def _layers(step: Step, until: datetime, scale: Scale, size: int) -> Iterable[Mark]:
    left = scale.place(step.at)
    width = round(scale.place(until) - left, 4)
    counts = [(state, step.counts[state]) for state in reversed(_ORDER) if state in step.counts]
    hover = "\n".join([scale.span(step.at), *(f"{count} {state}" for state, count in reversed(counts))])
    top = 100.0
    for state, count in counts:
        height = round(count / size * 100, 3)
        top -= height
        yield Mark(state.lower(), left, width, hover, round(top, 3), height)


def _calls_row(calls: Sequence[Call], transitions: Sequence[Transition], scale: Scale) -> Row:
    names = spelling.Names(transitions)
    together: dict[datetime, list[Call]] = {}
    for call in calls:
        together.setdefault(call.at, []).append(call)
    marks = [
        Mark(
            "call refused" if any(call.error for call in group) else "call",
            scale.place(at),
            0,
            "\n".join([scale.span(at), *(spelling.call(call, names) for call in group[:_TICKS])]),
        )
        for at, group in list(together.items())[:_CALLS_SHOWN]
    ]
    return Row("calls", "calls", f"{len(calls)} calls of the code under test", "", marks)
