"""The ways in and out: decorator, context manager, coroutine, generator, class, start and stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, TypeVar, overload

from fakebatch import decorating, environment, hook, sessions, sleeping, stack
from fakebatch.errors import UsageError
from fakebatch.options import Options, options_of
from fakebatch.timing import Timing
from fakebatch.world import World

T = TypeVar("T", bound=Callable[..., Any])

_DEFAULT_REGION = "us-east-1"


class Mock:
    """What `mock()` returns: to enter, decorate with, or start and stop. Each entry makes a new World."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._entered: list[World] = []

    def start(self) -> World:
        """Enter, until `stop()` of this or of the World that it returns."""
        world = enter(self._options)
        self._entered.append(world)
        return world

    def stop(self) -> None:
        """Leave the World that was entered last.

        Raises:
            UsageError: none has been entered.
        """
        if not self._entered:
            raise UsageError(
                "mock().stop(): it hasn't been started. start() it first, or use it as a context manager."
            )
        self._entered.pop().stop()

    def __enter__(self) -> World:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> World:
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __call__(self, decorated: T) -> T:
        """Decorate a function of any kind, or a class of tests."""
        return decorating.decorated(decorated, lambda: Mock(self._options), current)


@overload
def mock(function: T, /) -> T: ...
@overload
def mock(
    *,
    start: datetime | str | None = None,
    clock: str = "auto",
    sleep: bool = True,
    auto_tick: float | timedelta = 0,
    seed: object = 0,
    region: str | None = None,
    account_id: str = "123456789012",
    accounts: Mapping[str, str] = ...,
    timing: Timing = ...,
    provision: bool = False,
    others: str = "pass",
    logs: bool = False,
) -> Mock: ...
def mock(function: Any = None, /, **options: Any) -> Any:
    """Fake AWS Batch and Elastic Disaster Recovery: as a decorator, a context manager, or by start and stop.

    Args:
        function: what to decorate, when used without parentheses.
        options: start, the first instant of the virtual clock, an aware datetime or ISO 8601 text.
            clock, "virtual" (time moves when told), "system" (it follows time.time()) or "auto" (system while
            freezegun or time-machine is active, otherwise virtual).
            sleep, whether time.sleep and asyncio.sleep move the virtual clock and return at once.
            auto_tick, virtual seconds that pass at each faked call.
            seed, what ids are derived from.
            region and account_id, of clients that configure none; the region is that of the environment, else
            us-east-1.
            accounts, access key id to account id.
            timing, how long each phase lasts.
            provision, whether SubmitJob makes the queue and job definition that it names.
            others, "pass" or "block": what becomes of calls to services that aren't faked.
            logs, whether CloudWatch Logs reads are answered.

    Raises:
        UsageError: an option that there isn't, or a value that cannot be.
    """
    made = Mock(options_of(options))
    if function is None:
        return made
    if not callable(function):
        raise UsageError(f"mock({function!r}): its options are keywords, such as mock(start={function!r}).")
    return made(function)


def current() -> World:
    """The innermost active World.

    Raises:
        UsageError: none is active.
    """
    world = stack.innermost()
    if world is None:
        raise UsageError("current(): no world is active. Enter fakebatch.mock(), or use the fixture, first.")
    return world


_overlays: dict[World, environment.Overlay] = {}


def enter(options: Options) -> World:
    """Make a World and let it answer, on top of those that are active."""
    with stack.lock:
        region = options.region or environment.region_of_user() or _DEFAULT_REGION
        world = World(options, region, _leave)
        hook.install()
        sessions.install()
        _overlays[world] = environment.Overlay(region)
        stack.worlds.append(world)
        _match_sleeping()
        return world


def _leave(world: World) -> None:
    """Take a World off, wherever in the stack it is; with the last one everything goes back."""
    with stack.lock:
        stack.worlds.remove(world)
        _overlays.pop(world).remove()
        _match_sleeping()
        if not stack.worlds:
            sessions.uninstall()
            hook.uninstall()


def _match_sleeping() -> None:
    if any(world.options.sleep for world in stack.worlds):
        sleeping.install()
    else:
        sleeping.uninstall()
