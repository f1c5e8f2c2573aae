"""Instants and spans as tests give them, and the kinds of clock."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest

import fakebatch
from fakebatch import UsageError
from fakebatch.clocks import instant_of, span_of, spell

START = "2026-01-01T00:00:00.000123Z"
S = 1_000_000_000


@pytest.mark.source("api §1")
@pytest.mark.parametrize(
    ("moment", "ns"),
    [
        ("1970-01-01T00:00:01Z", S),
        ("1970-01-01T00:00:01z", S),
        ("1970-01-01T02:00:01+02:00", S),
        ("1970-01-01 00:00:01.000001+00:00", S + 1000),
        ("1970-01-01T00:00:01.5Z", S + S // 2),
        ("1970-01-01T00:00:01.0000019Z", S + 1000),
        (datetime(1970, 1, 1, 0, 0, 1, tzinfo=timezone.utc), S),
        (datetime(1970, 1, 1, 5, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))), 0),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=timezone.utc), -S),
    ],
    ids=str,
)
def test_instants(moment: datetime | str, ns: int) -> None:
    assert instant_of(moment, "start") == ns


@pytest.mark.source("api §1")
def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(UsageError) as raised:
        instant_of(datetime(2026, 1, 1), "move_to()")  # noqa: DTZ001
    assert str(raised.value) == (
        "move_to(): datetime.datetime(2026, 1, 1, 0, 0) doesn't say in which timezone. Append Z or an "
        "offset to a "
        "text; give a datetime a tzinfo, such as datetime.timezone.utc."
    )


@pytest.mark.source("api §2")
@pytest.mark.parametrize(
    ("delta", "ns"),
    [
        (0, 0),
        (1, S),
        (1.5, S * 3 // 2),
        (timedelta(microseconds=1), 1000),
        (0.0000014, 1000),
        (0.1 + 0.2, 300_000_000),
    ],
    ids=str,
)
def test_spans(delta: float | timedelta, ns: int) -> None:
    assert span_of(delta, "tick()") == ns


@pytest.mark.source("api §9")
@pytest.mark.parametrize("delta", [-1, -0.5, timedelta(seconds=-1)], ids=str)
def test_a_negative_span_is_misuse(delta: float | timedelta) -> None:
    with pytest.raises(UsageError) as raised:
        span_of(delta, "tick()")
    assert (
        str(raised.value)
        == f"tick(): time only goes forward, and {delta!r} is negative. restore() comes back."
    )


@pytest.mark.source("house rules: three voices")
@pytest.mark.parametrize("delta", ["1", None, True, float("nan"), float("inf")], ids=str)
def test_no_span(delta: object) -> None:
    with pytest.raises(UsageError) as raised:
        span_of(delta, "tick()")
    assert (
        str(raised.value) == f"tick(): {delta!r} is no span of time. Give a number of seconds or a timedelta."
    )


@pytest.mark.source("api §1")
def test_spelling_an_instant() -> None:
    assert spell(instant_of(START, "start")) == START


class TestVirtual:
    @pytest.mark.source("api §1")
    def test_starts_now_to_the_microsecond(self) -> None:
        before = time.time_ns() // 1000
        with fakebatch.mock() as fake:
            now = fake.now
        assert before <= instant_of(now, "now") // 1000 <= time.time_ns() // 1000

    @pytest.mark.source("api §1")
    def test_moves_only_when_told(self) -> None:
        with fakebatch.mock(start=START) as fake:
            assert fake.now == fake.now == datetime(2026, 1, 1, 0, 0, 0, 123, tzinfo=timezone.utc)
            fake.tick()
            fake.tick(timedelta(minutes=1))
            assert fake.now == datetime(2026, 1, 1, 0, 1, 1, 123, tzinfo=timezone.utc)


class TestSystem:
    @pytest.mark.source("api §1")
    def test_follows_the_real_clock(self) -> None:
        with fakebatch.mock(clock="system") as fake:
            before = time.time_ns() // 1000
            assert before <= instant_of(fake.now, "now") // 1000 <= time.time_ns() // 1000

    @pytest.mark.source("house rules: three voices")
    def test_nobody_moves_the_real_clock(self) -> None:
        text = (
            "this world follows the real clock, which nobody can move. Freeze time with freezegun or "
            "time-machine, "
            'or leave out clock="system".'
        )
        with fakebatch.mock(clock="system") as fake:
            with pytest.raises(UsageError) as raised:
                fake.tick()
            assert str(raised.value) == f"tick(): {text}"
            with pytest.raises(UsageError) as raised:
                fake.move_to("2100-01-01T00:00:00Z")
            assert str(raised.value) == f"move_to(): {text}"
            with pytest.raises(UsageError) as raised:
                fake.run_until_idle()
            assert str(raised.value) == f"run_until_idle(): {text}"

    @pytest.mark.source("api §1")
    def test_a_sleep_is_a_real_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from fakebatch import sleeping

        slept: list[float] = []
        monkeypatch.setattr(sleeping, "_time_sleep", slept.append)
        with fakebatch.mock(clock="system"):
            time.sleep(0.25)
        assert slept == [0.25]

    @pytest.mark.source("api §1")
    def test_auto_tick_leaves_the_real_clock(self) -> None:
        with fakebatch.mock(clock="system", auto_tick=1000) as fake:
            before = time.time()
            fake.client("batch").describe_job_queues()
            assert fake.now.timestamp() < before + 900

    @pytest.mark.source("api §1")
    def test_going_back_holds_still_and_warns_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = [1_800_000_000 * S]
        monkeypatch.setattr(time, "time_ns", lambda: now[0])
        with fakebatch.mock(clock="system") as fake:
            fake.batch.add_job_queue("q")
            held = fake.now
            now[0] -= 3600 * S
            with pytest.warns(RuntimeWarning) as warned:
                assert fake.now == held
            assert [str(each.message) for each in warned] == [
                (
                    "fakebatch: the clock went back from 2027-01-15T08:00:00Z to "
                    "2027-01-15T07:00:00Z; nothing "
                    "happens "
                    "in this world until 2027-01-15T08:00:00Z is passed again."
                )
            ]
            assert fake.now == held
            now[0] += 7200 * S
            assert fake.now == held + timedelta(hours=1)
