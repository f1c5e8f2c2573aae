"""The simulation: every event at its own instant, however time is moved."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakebatch.sim.simulation import Simulation


class Recorder:
    """Notes when it is called, and schedules what it is told to."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.seen: list[tuple[int, object]] = []

    def note(self, subject: object) -> None:
        self.seen.append((self.sim.now_ns, subject))

    def chain(self, delays: list[int]) -> None:
        self.note(len(delays))
        if delays:
            self.sim.schedule(delays[0], self.chain, delays[1:])

    def fail(self, subject: object) -> None:
        raise LookupError(subject)


def test_an_event_sees_its_own_instant_as_now() -> None:
    sim = Simulation(100)
    recorder = Recorder(sim)
    sim.schedule(7, recorder.note, "b")
    sim.schedule(3, recorder.note, "a")
    sim.run_until(200)
    assert recorder.seen == [(103, "a"), (107, "b")]
    assert sim.now_ns == 200


@given(
    chains=st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=6),
    stops=st.lists(st.integers(0, 60), max_size=8),
)
def test_many_small_moves_equal_one_large_one(chains: list[list[int]], stops: list[int]) -> None:
    def run(instants: list[int]) -> list[tuple[int, object]]:
        sim = Simulation(0)
        recorder = Recorder(sim)
        for chain in chains:
            sim.schedule(0, recorder.chain, chain)
        for instant in instants:
            sim.run_until(instant)
        return recorder.seen

    assert run([*sorted(stops), 60]) == run([60])


def test_time_never_goes_back() -> None:
    sim = Simulation(50)
    sim.run_until(10)
    assert sim.now_ns == 50


def test_a_cancelled_event_does_not_happen() -> None:
    sim = Simulation(0)
    recorder = Recorder(sim)
    event = sim.schedule(1, recorder.note, "never")
    sim.cancel(event)
    sim.cancel(None)
    sim.run_until(10)
    assert recorder.seen == []


def test_an_event_that_fails_leaves_the_simulation_usable() -> None:
    sim = Simulation(0)
    recorder = Recorder(sim)
    sim.schedule(1, recorder.fail, "broken")
    sim.schedule(2, recorder.note, "after")
    with pytest.raises(LookupError, match="broken"):
        sim.run_until(5)
    assert not sim.firing
    sim.run_until(5)
    assert recorder.seen == [(2, "after")]


def test_a_copy_goes_on_by_itself() -> None:
    sim = Simulation(0)
    recorder = Recorder(sim)
    sim.schedule(1, recorder.chain, [2, 3])
    twin: Recorder = pickle.loads(pickle.dumps(recorder))
    twin.sim.run_until(10)
    assert twin.seen == [(1, 2), (3, 1), (6, 0)]
    assert recorder.seen == []
    sim.run_until(10)
    assert recorder.seen == twin.seen
