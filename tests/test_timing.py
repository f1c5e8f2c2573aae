"""How long each phase lasts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

import fakebatch
from fakebatch import Timing, UsageError
from fakebatch.timing import Durations, to_ns

PHASES = (
    "submitted",
    "pending",
    "runnable",
    "scheduled",
    "starting",
    "running",
    "stopping",
    "resource",
    "scaling_out",
    "scaling_in",
)


def seconds(timing: Timing) -> tuple[float, ...]:
    return tuple(getattr(timing, phase) for phase in PHASES)


@pytest.mark.source("api §3")
def test_the_defaults():
    assert seconds(Timing()) == (1, 0, 4, 5, 5, 60, 0, 0, 0, 60)
    assert [field.name for field in dataclasses.fields(Timing)] == list(PHASES)


@pytest.mark.source("api §3")
def test_instant_is_nothing_at_all():
    assert seconds(Timing.instant()) == (0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.mark.source("reference §18: orders of magnitude; the figures themselves are assumed")
def test_realistic_is_of_the_order_of_cold_capacity():
    timing = Timing.realistic()
    assert seconds(timing) == (3, 15, 60, 120, 60, 600, 30, 30, 120, 600)
    # The recorded sample has 262 s from createdAt to startedAt.
    assert 120 <= timing.submitted + timing.runnable + timing.scaling_out + timing.starting <= 300


@pytest.mark.source("api §3")
@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Timing(), [0, 1, 5, 10, 70]),
        (Timing.instant(), [0, 0, 0, 0, 0]),
        (Timing.realistic(), [0, 3, 183, 243, 843]),
        (Timing(submitted=2, runnable=3, starting=5, running=7), [0, 2, 5, 10, 17]),
        (Timing(submitted=0.25, runnable=0.5, starting=0, running=1e-6), [0, 0.25, 0.75, 0.75, 0.750001]),
    ],
    ids=["default", "instant", "realistic", "custom", "fractions"],
)
def test_a_job_takes_as_long_as_the_timing_says(timing, expected):
    with fakebatch.mock(start="2026-01-01T00:00:00.000123Z", timing=timing) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        job_id = fake.client("batch").submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
        fake.run_until_idle()
        history = fake.batch.job(job_id).history
        assert [(entry.at - history[0].at).total_seconds() for entry in history] == expected


@pytest.mark.source("assumed: a stop takes `stopping`")
def test_stopping_is_how_long_a_container_takes_to_stop():
    with fakebatch.mock(timing=Timing(stopping=12)) as fake:
        fake.batch.add_job_queue("q")
        fake.batch.add_job_definition("d")
        client = fake.client("batch")
        job_id = client.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
        fake.tick(20)
        client.terminate_job(jobId=job_id, reason="enough")
        fake.tick(11.999)
        assert fake.batch.job(job_id).status == "RUNNING"
        fake.tick(0.001)
        assert fake.batch.job(job_id).status == "FAILED"


MISUSE: list[tuple[str, Any]] = [
    ("submitted", -1),
    ("pending", -0.001),
    ("runnable", float("nan")),
    ("starting", float("inf")),
    ("running", True),
    ("stopping", "30"),
    ("resource", None),
    ("running", Decimal(1)),
]


@pytest.mark.source("api §2: misuse says what was asked and what to do")
@pytest.mark.parametrize(("phase", "value"), MISUSE, ids=[f"{phase}={value!r}" for phase, value in MISUSE])
def test_a_duration_that_is_none_is_refused(phase, value):
    with pytest.raises(UsageError) as caught:
        Timing(**{phase: value})
    assert str(caught.value) == f"Timing({phase}={value!r}): a duration is a number of seconds from 0 on."


@pytest.mark.source("api §3")
@pytest.mark.parametrize(
    "make", [lambda: Timing(60), lambda: Timing(runing=60)], ids=["position", "misspelt"]
)
def test_phases_are_named(make: Callable[[], Timing]):
    with pytest.raises(TypeError):
        make()


@pytest.mark.source("api §3: a value")
def test_a_timing_is_a_value():
    timing = Timing(running=5)
    assert timing == Timing(running=5)
    assert hash(timing) == hash(Timing(running=5))
    with pytest.raises(dataclasses.FrozenInstanceError):
        timing.running = 6  # type: ignore[misc]
    assert seconds(dataclasses.replace(timing, submitted=0)) == (0, 0, 4, 5, 5, 5, 0, 0, 0, 60)


@pytest.mark.source("architecture: int nanoseconds inside; a frozen datetime steps by microseconds")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (0, 0),
        (1, 1_000_000_000),
        (0.1, 100_000_000),
        (1e-6, 1_000),
        (4e-7, 0),
        (6e-7, 1_000),
        (1 / 3, 333_333_000),
        (10**9, 10**18),
    ],
)
def test_seconds_become_whole_microseconds(given, expected):
    assert to_ns(given) == expected
    assert type(to_ns(given)) is int


@pytest.mark.source("api §3")
def test_durations_follow_the_timing_phase_by_phase():
    durations = Durations.of(
        Timing(
            submitted=1,
            pending=2,
            runnable=3,
            scheduled=4,
            starting=5,
            running=6,
            stopping=7,
            resource=8,
            scaling_out=9,
            scaling_in=10,
        )
    )
    assert dataclasses.asdict(durations) == {
        f"{phase}_ns": number * 1_000_000_000 for number, phase in enumerate(PHASES, start=1)
    }
