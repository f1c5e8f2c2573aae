"""Putting a mock around functions of every kind, and around the tests of a class.

`contextlib.ContextDecorator` would leave before a coroutine or a generator has begun, so the kinds are
written out.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any, TypeVar, cast
from unittest import TestCase

from fakebatch.errors import UsageError
from fakebatch.world import World

T = TypeVar("T", bound=Callable[..., Any])
Enter = Callable[[], AbstractContextManager[World]]

# A test that names this parameter is given its World.
_ASKED = "fake"


def decorated(target: T, enter: Enter, current: Callable[[], World]) -> T:
    """The target inside a mock.

    Args:
        target: a function, coroutine function, generator or async generator function, or a class.
        enter: makes a fresh mock to enter.
        current: the innermost World.

    Raises:
        UsageError: it is none of these.
    """
    if inspect.isclass(target):
        if issubclass(target, TestCase):
            _decorate_test_case(target, enter, current)
        else:
            _decorate_class(target, enter, current)
        return cast("T", target)
    if not callable(target):
        raise UsageError(f"mock: {target!r} is no function or class; nothing of it can run inside.")
    wrapped: T = _decorated_function(target, enter)
    return wrapped


def _decorated_function(target: Any, enter: Enter) -> Any:
    wrap = next(wrap for fits, wrap in _KINDS if fits(target))
    if not _asks(target):
        return functools.wraps(target)(wrap(target, enter, lambda _, kwargs: kwargs))
    wrapper = wrap(target, enter, lambda world, kwargs: {_ASKED: world, **kwargs})
    return _hiding_asked(functools.wraps(target)(wrapper), target)


# From a World and the caller's keywords to those of the function.
_Keywords = Callable[[World, dict[str, Any]], dict[str, Any]]


def _coroutine(target: Any, enter: Enter, keywords: _Keywords) -> Any:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        with enter() as world:
            return await target(*args, **keywords(world, kwargs))

    return wrapper


def _generator(target: Any, enter: Enter, keywords: _Keywords) -> Any:
    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with enter() as world:
            return (yield from target(*args, **keywords(world, kwargs)))

    return wrapper


def _async_generator(target: Any, enter: Enter, keywords: _Keywords) -> Any:
    async def wrapper(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        with enter() as world:
            inner = target(*args, **keywords(world, kwargs))
            # `yield from`, which Python doesn't have for these.
            try:
                value = await inner.__anext__()
                while True:
                    try:
                        sent = yield value
                    except GeneratorExit:
                        await inner.aclose()
                        raise
                    except BaseException as error:  # noqa: BLE001 - it is the inner generator's to handle
                        value = await inner.athrow(error)
                    else:
                        value = await inner.asend(sent)
            except StopAsyncIteration:
                return

    return wrapper


def _function(target: Any, enter: Enter, keywords: _Keywords) -> Any:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with enter() as world:
            return target(*args, **keywords(world, kwargs))

    return wrapper


_KINDS: tuple[tuple[Callable[[Any], bool], Callable[[Any, Enter, _Keywords], Any]], ...] = (
    (inspect.iscoroutinefunction, _coroutine),
    (inspect.isasyncgenfunction, _async_generator),
    (inspect.isgeneratorfunction, _generator),
    (callable, _function),
)


def _asks(target: Any) -> bool:
    try:
        return _ASKED in inspect.signature(target).parameters
    except (TypeError, ValueError):
        return False


def _hiding_asked(wrapper: Any, target: Any) -> Any:
    """Without the parameter in the signature: pytest would look for a fixture of its name."""
    signature = inspect.signature(target)
    kept = [parameter for name, parameter in signature.parameters.items() if name != _ASKED]
    wrapper.__signature__ = signature.replace(parameters=kept)
    return wrapper


def _decorate_test_case(cls: Any, enter: Enter, current: Callable[[], World]) -> None:
    """Each test runs in a World of its own, with its setUp, tearDown and cleanups.

    Going round `run` and `debug` has all of them inside, of IsolatedAsyncioTestCase too.
    """

    def inside(original: Any) -> Any:
        @functools.wraps(original)
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            with enter():
                return original(self, *args, **kwargs)

        return wrapper

    cls.run = inside(cls.run)
    cls.debug = inside(cls.debug)
    for name, function in _tests(cls):
        if _asks(function):
            setattr(cls, name, _decorated_function(function, _already(current)))


def _decorate_class(cls: Any, enter: Enter, current: Callable[[], World]) -> None:
    """Each test_* method runs in a World of its own; pytest's setup_method and teardown_method do too."""
    if hasattr(cls, "setup_method") or hasattr(cls, "teardown_method"):
        _decorate_setup(cls, enter)
        enter = _already(current)
    for name, function in _tests(cls):
        kind = type(inspect.getattr_static(cls, name))
        made = _decorated_function(function, enter)
        setattr(cls, name, kind(made) if kind in (staticmethod, classmethod) else made)


def _decorate_setup(cls: Any, enter: Enter) -> None:
    setup, teardown = getattr(cls, "setup_method", None), getattr(cls, "teardown_method", None)
    entered: dict[int, ExitStack] = {}

    def setup_method(self: Any, method: Any) -> None:
        with ExitStack() as exits:
            exits.enter_context(enter())
            _call_xunit(setup, self, method)
            entered[id(self)] = exits.pop_all()

    def teardown_method(self: Any, method: Any) -> None:
        with entered.pop(id(self)):
            _call_xunit(teardown, self, method)

    cls.setup_method = setup_method
    cls.teardown_method = teardown_method


def _call_xunit(function: Any, self: Any, method: Any) -> None:
    """As pytest calls them: the argument is optional."""
    if function is not None:
        function(*(self, method)[: len(inspect.signature(function).parameters)])


def _already(current: Callable[[], World]) -> Enter:
    """Enters nothing: the World is there."""
    return lambda: nullcontext(current())


def _tests(cls: Any) -> list[tuple[str, Any]]:
    """The test methods of a class as plain functions, inherited ones too."""
    found = []
    for name in dir(cls):
        if name.startswith("test"):
            method = inspect.getattr_static(cls, name)
            function = getattr(method, "__func__", method)
            if inspect.isfunction(function):
                found.append((name, function))
    return found
