"""The agenda: order, cancelling, and what counts as idle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fakebatch.sim.agenda import Agenda


def nothing(_: object) -> None:
    """An action that leaves no mark."""


def drain(agenda: Agenda, until_ns: int) -> list[object]:
    subjects = []
    while (event := agenda.pop_due(until_ns)) is not None:
        subjects.append(event.subject)
    return subjects


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans())))
def test_live_events_come_in_order_of_instant_then_of_entry(entries: list[tuple[int, bool]]) -> None:
    agenda = Agenda()
    events = [agenda.add(when, nothing, number) for number, (when, _) in enumerate(entries)]
    for event, (_, cancelled) in zip(events, entries, strict=True):
        if cancelled:
            agenda.cancel(event)
    live = [(when, number) for number, (when, cancelled) in enumerate(entries) if not cancelled]
    assert len(agenda) == len(live)
    assert agenda.next_at() == min((when for when, _ in live), default=None)
    assert drain(agenda, 20) == [number for _, number in sorted(live)]
    assert agenda.idle
    assert len(agenda) == 0


def test_events_after_the_horizon_stay() -> None:
    agenda = Agenda()
    agenda.add(5, nothing, "at five")
    agenda.add(6, nothing, "at six")
    assert drain(agenda, 5) == ["at five"]
    assert agenda.next_at() == 6


def test_cancelling_twice_or_after_the_event_changes_nothing() -> None:
    agenda = Agenda()
    first, second = agenda.add(1, nothing, "first"), agenda.add(2, nothing, "second")
    agenda.cancel(first)
    agenda.cancel(first)
    assert len(agenda) == 1
    assert agenda.pop_due(2) is second
    agenda.cancel(second)
    assert len(agenda) == 0
    assert agenda.idle


def test_background_events_do_not_keep_it_busy() -> None:
    agenda = Agenda()
    sweep = agenda.add(1, nothing, "sweep", background=True)
    assert agenda.idle
    job = agenda.add(2, nothing, "job")
    assert not agenda.idle
    agenda.cancel(sweep)
    assert not agenda.idle
    agenda.cancel(job)
    assert agenda.idle


def test_cancelled_entries_are_swept_out_when_they_outnumber_the_live() -> None:
    agenda = Agenda()
    events = [agenda.add(when, nothing, when) for when in range(1000)]
    for event in events[:900]:
        agenda.cancel(event)
    assert len(agenda) == 100
    assert len(agenda._heap) < 300
    assert drain(agenda, 1000) == list(range(900, 1000))
