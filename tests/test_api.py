"""The ways in and out of a world."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
import unittest
from collections.abc import AsyncIterator, Iterator
from typing import Any

import boto3
import botocore.client
import pytest

import fakebatch
from fakebatch import UsageError, World, hook, stack


@pytest.fixture(autouse=True)
def nothing_stays(bare_environment: None) -> Iterator[None]:
    from botocore.session import Session

    patched = [(botocore.client.BaseClient, "__init__"), (botocore.client.BaseClient, "_make_api_call")]
    patched += [(Session, "get_scoped_config"), (Session, "get_credentials")]
    before = [vars(owner)[name] for owner, name in patched]
    yield
    assert stack.worlds == []
    assert [vars(owner)[name] for owner, name in patched] == before
    assert hook._attached == {}


def queues(client: Any) -> list[str]:
    return [queue["jobQueueName"] for queue in client.describe_job_queues()["jobQueues"]]


class TestContextManager:
    @pytest.mark.source("api §1")
    def test_each_entry_is_a_fresh_world(self) -> None:
        mocked = fakebatch.mock()
        with mocked as first:
            first.batch.add_job_queue("q")
            assert isinstance(first, World)
            assert fakebatch.current() is first
        with mocked as second:
            assert second is not first
            assert queues(second.client("batch")) == []

    @pytest.mark.source("api §1")
    def test_async_with(self) -> None:
        async def body() -> None:
            async with fakebatch.mock() as fake:
                assert fakebatch.current() is fake

        asyncio.run(body())
        assert stack.worlds == []

    @pytest.mark.source("api §1")
    def test_leaving_restores_although_the_body_raised(self) -> None:
        with pytest.raises(KeyError), fakebatch.mock():
            raise KeyError

    @pytest.mark.source("api §1")
    def test_contexts_nest_and_the_outer_comes_back_untouched(self) -> None:
        with fakebatch.mock() as outer:
            client = outer.client("batch")
            outer.batch.add_job_queue("outer")
            with fakebatch.mock() as inner:
                assert fakebatch.current() is inner
                assert queues(client) == []
                inner.batch.add_job_queue("inner")
                assert queues(client) == ["inner"]
            assert fakebatch.current() is outer
            assert queues(client) == ["outer"]
            assert len(outer.calls) == 1

    @pytest.mark.source("assumed: an inner entry of the same object is a world of its own, too")
    def test_one_object_entered_twice(self) -> None:
        mocked = fakebatch.mock()
        with mocked as outer, mocked as inner:
            assert stack.worlds == [outer, inner]


class TestStartAndStop:
    @pytest.mark.source("api §1")
    def test_by_hand(self) -> None:
        fake = fakebatch.mock().start()
        assert fakebatch.current() is fake
        fake.stop()
        assert stack.worlds == []

    @pytest.mark.source(
        "assumed: as unittest.mock's patchers, so that a tearDown and a cleanup can both stop"
    )
    def test_stopping_twice_does_nothing(self) -> None:
        fake = fakebatch.mock().start()
        fake.stop()
        fake.stop()

    @pytest.mark.source("api §9")
    def test_stopping_in_the_wrong_order_is_done_right(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import os

        monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
        first, second = fakebatch.mock(region="eu-west-1").start(), fakebatch.mock(region="eu-west-2").start()
        client = boto3.client("batch")
        first.stop()
        assert fakebatch.current() is second
        assert queues(client) == []
        assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-2"
        second.stop()
        assert os.environ["AWS_DEFAULT_REGION"] == "sa-east-1"
        assert "AWS_ACCESS_KEY_ID" not in os.environ

    @pytest.mark.source("api §1")
    def test_stop_of_the_mock_leaves_the_last(self) -> None:
        mocked = fakebatch.mock()
        world = mocked.start()
        mocked.stop()
        assert not world.active
        with pytest.raises(UsageError) as raised:
            mocked.stop()
        assert str(raised.value) == (
            "mock().stop(): it hasn't been started. start() it first, or use it as a context manager."
        )

    @pytest.mark.source("api §2")
    def test_a_stopped_world_can_still_be_read(self) -> None:
        with fakebatch.mock(start="2026-01-01T00:00:00.000001Z") as fake:
            fake.client("batch").describe_job_queues()
        assert fake.calls[0].operation == "DescribeJobQueues"
        assert fake.now.isoformat() == "2026-01-01T00:00:00.000001+00:00"
        with pytest.raises(UsageError) as raised:
            fake.client("batch")
        assert (
            str(raised.value) == "client('batch'): this world has been stopped, its clients would call AWS."
        )


class TestDecorator:
    @pytest.mark.source("api §1")
    def test_without_parentheses(self) -> None:
        @fakebatch.mock
        def body(a: int, *, b: int = 2) -> tuple[int, int, World]:
            """Doc."""
            return a, b, fakebatch.current()

        a, b, world = body(1)
        assert (a, b, world.active, body.__name__, body.__doc__) == (1, 2, False, "body", "Doc.")

    @pytest.mark.source("api §1")
    def test_with_options(self) -> None:
        @fakebatch.mock(region="eu-west-1")
        def body() -> str:
            return fakebatch.current().region

        assert body() == "eu-west-1"

    @pytest.mark.source("api §1")
    def test_the_world_by_a_parameter_named_fake(self) -> None:
        @fakebatch.mock
        def body(first: int, fake: World, other: int = 3) -> tuple[int, World, int]:
            return first, fake, other

        assert body(1)[1].active is False
        assert str(inspect.signature(body)) == "(first: 'int', other: 'int' = 3) -> 'tuple[int, World, int]'"
        assert body(1, fake=None) == (1, None, 3)

    @pytest.mark.source("api §1")
    def test_coroutines(self) -> None:
        @fakebatch.mock
        async def body(fake: World) -> World:
            await asyncio.sleep(0)
            assert fakebatch.current() is fake
            return fake

        assert inspect.iscoroutinefunction(body)
        assert asyncio.run(body()).active is False  # type: ignore[call-arg]

    @pytest.mark.source("api §1")
    def test_generators(self) -> None:
        @fakebatch.mock
        def body(fake: World) -> Iterator[Any]:
            assert fakebatch.current() is fake
            got = yield 1
            assert fakebatch.current() is fake
            try:
                yield got
            except KeyError:
                yield "caught"
            return "end"

        assert inspect.isgeneratorfunction(body)
        running = body()
        assert (next(running), running.send("sent"), running.throw(KeyError())) == (1, "sent", "caught")
        with pytest.raises(StopIteration) as raised:
            next(running)
        assert raised.value.value == "end"
        assert stack.worlds == []

    @pytest.mark.source("api §1")
    def test_a_generator_that_is_closed_early_leaves(self) -> None:
        @fakebatch.mock
        def body() -> Iterator[int]:
            yield 1

        running = body()
        next(running)
        assert len(stack.worlds) == 1
        running.close()
        assert stack.worlds == []

    @pytest.mark.source("api §1")
    def test_async_generators(self) -> None:
        seen: list[str] = []

        @fakebatch.mock
        async def body(fake: World) -> AsyncIterator[Any]:
            try:
                got = yield 1
                assert fakebatch.current() is fake
                try:
                    yield got
                except KeyError:
                    yield "caught"
            finally:
                seen.append("closed" if fake.active else "too late")

        async def drive() -> None:
            running: Any = body()
            assert await running.__anext__() == 1
            assert await running.asend("sent") == "sent"
            assert await running.athrow(KeyError()) == "caught"
            with pytest.raises(StopAsyncIteration):
                await running.__anext__()
            early: Any = body()
            await early.__anext__()
            await early.aclose()
            assert [item async for item in body()] == [1, None]  # type: ignore[call-arg]

        assert inspect.isasyncgenfunction(body)
        asyncio.run(drive())
        assert seen == ["closed"] * 3

    @pytest.mark.source("api §1")
    def test_a_method(self) -> None:
        class Thing:
            @fakebatch.mock
            def method(self, fake: World) -> tuple[Thing, World]:
                return self, fake

        thing = Thing()
        assert thing.method()[0] is thing  # type: ignore[call-arg]

    @pytest.mark.source("api §1")
    def test_each_call_has_a_world_of_its_own(self) -> None:
        @fakebatch.mock
        def body(fake: World) -> World:
            return fake

        assert body() is not body()  # type: ignore[call-arg]


class TestClasses:
    @pytest.mark.source("api §1")
    def test_a_test_case_has_set_up_test_tear_down_and_cleanups_in_one_world(self) -> None:
        seen: list[tuple[str, World]] = []

        @fakebatch.mock(region="eu-west-1")
        class Case(unittest.TestCase):
            def setUp(self) -> None:
                self.addCleanup(lambda: seen.append(("cleanup", fakebatch.current())))
                seen.append(("setUp", fakebatch.current()))

            def tearDown(self) -> None:
                seen.append(("tearDown", fakebatch.current()))

            def test_one(self, fake: World) -> None:
                seen.append(("test", fake))

            def test_two(self) -> None:
                assert fakebatch.current().region == "eu-west-1"

        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
        assert (result.testsRun, result.errors, result.failures) == (2, [], [])
        names = [name for name, _ in seen]
        assert names == ["setUp", "test", "tearDown", "cleanup", "setUp", "tearDown", "cleanup"]
        worlds = [world for _, world in seen]
        assert len(set(worlds[:4])) == len(set(worlds[4:])) == 1
        assert worlds[0] is not worlds[-1]

    @pytest.mark.source("api §1")
    def test_an_async_test_case(self) -> None:
        seen: list[World] = []

        @fakebatch.mock
        class Case(unittest.IsolatedAsyncioTestCase):
            async def asyncSetUp(self) -> None:
                seen.append(fakebatch.current())

            async def test_one(self, fake: World) -> None:
                seen.append(fake)

        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
        assert (result.testsRun, result.errors) == (1, [])
        assert seen[0] is seen[1]

    @pytest.mark.source("api §1")
    def test_debug_runs_inside_too(self) -> None:
        @fakebatch.mock
        class Case(unittest.TestCase):
            def test_one(self) -> None:
                seen.append(fakebatch.current())

        seen: list[World] = []
        Case("test_one").debug()
        assert len(seen) == 1

    @pytest.mark.source("api §1")
    def test_every_test_method_of_a_plain_class(self) -> None:
        class Base:
            def test_inherited(self) -> World:
                return fakebatch.current()

        @fakebatch.mock
        class Plain(Base):
            def test_own(self, fake: World) -> World:
                return fake

            @staticmethod
            def test_static(fake: World) -> World:
                return fake

            @classmethod
            def test_class(cls, fake: World) -> tuple[type, World]:
                return cls, fake

            def helper(self) -> None:
                fakebatch.current()

        plain: Any = Plain()
        assert isinstance(plain.test_inherited(), World)
        assert isinstance(plain.test_own(), World)
        assert isinstance(plain.test_static(), World)
        assert plain.test_class()[0] is Plain
        with pytest.raises(UsageError):
            plain.helper()
        with pytest.raises(UsageError):
            Base().test_inherited()

    @pytest.mark.source("api §1")
    def test_setup_method_and_teardown_method_run_inside(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            """
            import fakebatch

            @fakebatch.mock
            class TestThing:
                def setup_method(self, method):
                    fakebatch.current().batch.add_job_queue(method.__name__)

                def teardown_method(self):
                    assert len(fakebatch.current().calls) == 1

                def test_one(self, fake):
                    queues = fake.client("batch").describe_job_queues()["jobQueues"]
                    assert [queue["jobQueueName"] for queue in queues] == ["test_one"]

                def test_two(self):
                    fakebatch.current().client("batch").describe_job_queues()
            """
        )
        pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:asyncio").assert_outcomes(passed=2)


class TestUnderPytest:
    @pytest.mark.source("api §1")
    def test_fixtures_are_injected_and_fake_is_not_taken_for_one(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            """
            import pytest
            from unittest.mock import patch
            import fakebatch

            @pytest.fixture
            @fakebatch.mock
            def world(tmp_path, fake):
                yield fake
                assert fake.active

            def test_fixture(world):
                assert fakebatch.current() is world

            @pytest.mark.parametrize("number", [1, 2])
            @fakebatch.mock(region="eu-west-1")
            def test_parametrized(tmp_path, fake, number):
                assert (fake.region, number in (1, 2), tmp_path.exists()) == ("eu-west-1", True, True)

            @fakebatch.mock
            @patch("os.getcwd", return_value="here")
            def test_with_patch(getcwd, tmp_path):
                import os
                assert os.getcwd() == "here"
            """
        )
        pytester.runpytest_inprocess("-p", "no:asyncio").assert_outcomes(passed=4)


class TestMisuse:
    @pytest.mark.source("house rules: three voices")
    def test_no_world_is_active(self) -> None:
        with pytest.raises(UsageError) as raised:
            fakebatch.current()
        assert str(raised.value) == (
            "current(): no world is active. Enter fakebatch.mock(), or use the fixture, first."
        )

    @pytest.mark.source("house rules: three voices")
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (
                {"regoin": "eu-west-1"},
                (
                    "mock() has no option 'regoin'. Did you mean region? It knows start, clock, sleep, "
                    "auto_tick, seed, "
                    "region, account_id, accounts, timing, provision, others, logs."
                ),
            ),
            (
                {"zzz": 1},
                (
                    "mock() has no option 'zzz'. It knows start, clock, sleep, auto_tick, seed, region, "
                    "account_id, "
                    "accounts, timing, provision, others, logs."
                ),
            ),
            ({"clock": "real"}, "mock(clock='real'): choose one of 'auto', 'virtual', 'system'."),
            ({"others": "drop"}, "mock(others='drop'): choose one of 'pass', 'block'."),
            ({"sleep": 1}, "mock(sleep=1): True or False."),
            ({"provision": None}, "mock(provision=None): True or False."),
            ({"region": ""}, "mock(region=''): give a region's name, such as 'eu-west-1'."),
            (
                {"account_id": 123456789012},
                "mock(account_id=...): 123456789012 is no account id, which is a text of 12 digits.",
            ),
            (
                {"accounts": {"AKIA": "12"}},
                "mock(accounts=...): '12' is no account id, which is a text of 12 digits.",
            ),
            ({"accounts": 7}, "mock(accounts=7): give a mapping of access key ids to account ids."),
            ({"timing": 5}, "mock(timing=5): give a fakebatch.Timing."),
            ({"logs": True}, "mock(logs=True): reading CloudWatch Logs isn't there yet."),
            (
                {"auto_tick": -1},
                "mock(auto_tick=...): time only goes forward, and -1 is negative. restore() comes back.",
            ),
            (
                {"start": "2026-01-01T00:00:00"},
                (
                    "mock(start=...): '2026-01-01T00:00:00' doesn't say in which timezone. Append Z or an "
                    "offset to a "
                    "text; give a datetime a tzinfo, such as datetime.timezone.utc."
                ),
            ),
            (
                {"start": "yesterday"},
                "mock(start=...): 'yesterday' is no ISO 8601 instant. Write it like 2026-01-01T00:00:00Z.",
            ),
            ({"start": 5}, "mock(start=...): 5 is no instant. Give an aware datetime or an ISO 8601 text."),
            (
                {"start": "2026-01-01T00:00:00Z", "clock": "system"},
                (
                    'mock(start=..., clock="system"): a system clock starts at what time.time() says. Leave '
                    "one of the "
                    "two out, or freeze time with freezegun or time-machine."
                ),
            ),
        ],
        ids=str,
    )
    def test_options(self, options: dict[str, Any], message: str) -> None:
        with pytest.raises(UsageError) as raised:
            fakebatch.mock(**options)
        assert str(raised.value) == message

    @pytest.mark.source("house rules: three voices")
    def test_a_positional_option(self) -> None:
        with pytest.raises(UsageError) as raised:
            fakebatch.mock("2026-01-01T00:00:00Z")  # type: ignore[call-overload]
        assert str(raised.value) == (
            "mock('2026-01-01T00:00:00Z'): its options are keywords, such as "
            "mock(start='2026-01-01T00:00:00Z')."
        )


class TestPackage:
    @pytest.mark.source("api §7")
    def test_importing_the_package_imports_neither_botocore_nor_any_of_its_own_modules(self) -> None:
        code = (
            "import sys; before = set(sys.modules); import fakebatch; "
            "print(sorted(name for name in set(sys.modules) - before if not name.startswith('_')))"
        )
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert found.stdout.strip() == "['fakebatch']"

    @pytest.mark.source("api §1, §2")
    def test_public_names(self) -> None:
        assert sorted(fakebatch.__all__) == [
            *("Call", "InternalError", "Timing", "UsageError", "World", "__version__", "current", "mock"),
        ]
        assert all(
            getattr(fakebatch, name) is not None for name in fakebatch.__all__ if name != "__version__"
        )
        assert set(fakebatch.__all__) <= set(dir(fakebatch))
        with pytest.raises(AttributeError, match="module 'fakebatch' has no attribute 'nothing'"):
            fakebatch.nothing  # noqa: B018
