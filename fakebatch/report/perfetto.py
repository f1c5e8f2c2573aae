"""The trace as Chrome's trace-event JSON, which Perfetto reads.

A process stands for a service, a thread for a job or resource, a slice for a state, and an instant event
for a call or an end. Times are microseconds since the first happening.
Source: "Trace Event Format", the document of the Chrome project.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fakebatch.report.lanes import FINAL, Bar, Lane, lanes
from fakebatch.report.spelling import instant, moments
from fakebatch.report.transitions import Transition

if TYPE_CHECKING:
    from fakebatch.calls import Call

_MICROSECOND = timedelta(microseconds=1)
# The viewers know a few colours by name.
_COLOURS = {"RUNNING": "thread_state_running", "RUNNABLE": "thread_state_runnable", "FAILED": "terrible"}
_CALLS_TRACK = 0

Event = dict[str, Any]


def render(transitions: Sequence[Transition], calls: Sequence[Call], end: datetime | None) -> str:
    """The whole document, one event a line."""
    starts = moments(transitions[:1], calls[:1])
    events = list(_events(transitions, calls, min(starts), end or max(starts))) if starts else []
    told = instant(min(starts)) if starts else None
    rows = ",\n".join(json.dumps(event, ensure_ascii=False) for event in events)
    other = json.dumps({"start": told, "clock": "virtual"})
    return f'{{"displayTimeUnit": "ms", "otherData": {other}, "traceEvents": [\n{rows}\n]}}\n'


def _events(
    transitions: Sequence[Transition], calls: Sequence[Call], start: datetime, end: datetime
) -> Iterator[Event]:
    services = sorted({each.service for each in transitions} | {call.service for call in calls})
    processes = {service: number for number, service in enumerate(services, 1)}
    for service, process in processes.items():
        yield _name("process_name", process, 0, service)
        yield _name("thread_name", process, _CALLS_TRACK, "calls")
    for track, lane in enumerate(lanes(transitions, end), _CALLS_TRACK + 1):
        yield from _track(lane, processes[lane.first.service], track, start)
    for call in calls:
        yield _call(call, processes[call.service], start)


def _track(lane: Lane, process: int, track: int, start: datetime) -> Iterator[Event]:
    yield _name("thread_name", process, track, lane.label)
    order: Event = {"name": "thread_sort_index", "args": {"sort_index": track}}
    yield {"ph": "M", "pid": process, "tid": track, **order}
    for bar in lane.bars:
        yield _bar(bar, process, track, start)


def _bar(bar: Bar, process: int, track: int, start: datetime) -> Event:
    event: Event = {"name": bar.state, "cat": bar.entered.kind, "pid": process, "tid": track}
    event["ts"] = (bar.entered.at - start) // _MICROSECOND
    if bar.state in FINAL:
        event |= {"ph": "i", "s": "t"}
    else:
        event |= {"ph": "X", "dur": (bar.end - bar.entered.at) // _MICROSECOND}
    if bar.state in _COLOURS:
        event["cname"] = _COLOURS[bar.state]
    return {**event, "args": _told(bar.entered)}


def _told(of: Transition) -> dict[str, object]:
    known = {
        "id": of.id,
        "reason": of.reason,
        "attempt": of.attempt,
        "exit_code": of.exit_code,
        "container_reason": of.container_reason,
    }
    return {name: value for name, value in known.items() if value is not None}


def _call(call: Call, process: int, start: datetime) -> Event:
    args: Event = {"params": call.params, "region": call.region, "account_id": call.account_id}
    if call.error:
        args["error"] = call.error
    return {
        "name": call.operation,
        "cat": "call",
        "ph": "i",
        "s": "t",
        "pid": process,
        "tid": _CALLS_TRACK,
        "ts": (call.at - start) // _MICROSECOND,
        "args": args,
    }


def _name(what: str, process: int, track: int, name: str) -> Event:
    return {"ph": "M", "name": what, "pid": process, "tid": track, "args": {"name": name}}
