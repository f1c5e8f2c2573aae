"""Sleeps of the code under test: `time.sleep` and `asyncio.sleep` move the virtual clock and return at once.

Code that did `from time import sleep` has a name of its own for the function. Those names are found by
looking at each module once; only modules that are new since the last look cost anything.
"""

from __future__ import annotations

import asyncio
import sys
import time
from math import isfinite
from types import BuiltinFunctionType, FrameType, ModuleType
from typing import Any
from weakref import ref

from fakebatch import stack

# Their waiting is for something real (a child process, a worker, a debugger), or is time itself.
_WAITERS = frozenset(
    {
        *("multiprocessing", "subprocess"),
        *("_pytest", "coverage", "execnet", "pytest_timeout", "xdist"),
        *("_pydevd_bundle", "debugpy", "pydevd"),
        *("freezegun", "time_machine"),
    }
)
# Where names are left as they are: how these work inside is nobody's business but theirs.
_UNTOUCHED = _WAITERS | {
    "asyncio",
    "concurrent",
    "fakebatch",
    "queue",
    "selectors",
    "socketserver",
    "threading",
}


def _genuine_sleep() -> Any:
    """`time.sleep`, also for a first world inside `patch("time.sleep")`: somebody has another name for it."""
    found: Any = time.sleep
    if not hasattr(found, "assert_called"):
        return found
    names = (value for module in list(sys.modules.values()) for value in list(_names_of(module).values()))
    return next(
        (value for value in names if type(value) is BuiltinFunctionType and value.__qualname__ == "sleep"),
        found,
    )


def _names_of(module: object) -> dict[str, Any]:
    """What a module defines, without waking one that loads itself when it is looked at."""
    try:
        names: Any = object.__getattribute__(module, "__dict__")
    except AttributeError:
        return {}
    return names if type(names) is dict else {}


_time_sleep = _genuine_sleep()
_asyncio_sleep = asyncio.sleep


def _sleep(seconds: float, /) -> None:
    """`time.sleep`, which fakebatch has moved to the virtual clock."""
    world = stack.innermost()
    wanted = world is not None and world.options.sleep and _is_span(seconds)
    if not wanted or _is_of(_WAITERS, _caller().f_globals):
        _time_sleep(seconds)  # which says, in its own words, what is wrong with no span of time
    elif world is not None and not world.sleep(seconds):
        _time_sleep(seconds)


async def _async_sleep(delay: float, result: Any = None) -> Any:
    """`asyncio.sleep`, which fakebatch has moved to the virtual clock."""
    world = stack.innermost()
    if world is None or not world.options.sleep or not isfinite(delay):
        return await _asyncio_sleep(delay, result)
    if delay > 0 and not world.sleep(delay):
        return await _asyncio_sleep(delay, result)
    # Other tasks have their turn, as after any sleep.
    return await _asyncio_sleep(0, result)


_sleep.__name__ = _sleep.__qualname__ = "sleep"
_async_sleep.__name__ = _async_sleep.__qualname__ = "sleep"

_REPLACEMENTS: dict[int, Any] = {id(_time_sleep): _sleep, id(_asyncio_sleep): _async_sleep}
_ORIGINALS: dict[int, Any] = {id(_sleep): _time_sleep, id(_async_sleep): _asyncio_sleep}
_SOUGHT = frozenset({*_REPLACEMENTS, *_ORIGINALS})


class _Names:
    """The names by which modules know the two functions."""

    def __init__(self) -> None:
        self._sites: list[tuple[ref[ModuleType], str]] = []
        self._seen: dict[str, int] = {}
        self._mark: tuple[int, str, int] = (0, "", 0)

    def swap(self, substitutes: dict[int, Any]) -> None:
        """Put a substitute wherever one of the functions stands now."""
        self._look()
        for module_ref, name in self._sites:
            module = module_ref()
            if module is not None:
                names = _names_of(module)
                substitute = substitutes.get(id(names.get(name)))
                if substitute is not None:
                    names[name] = substitute

    def _look(self) -> None:
        modules = sys.modules
        last = next(reversed(modules))
        mark = (len(modules), last, id(modules[last]))
        if mark != self._mark:
            self._mark = mark
            self._sites = [site for site in self._sites if site[0]() is not None]
            for name, module in list(modules.items()):
                if self._seen.get(name) != id(module):
                    self._look_at(name, module)
        # A session at a prompt, or a script, goes on adding names to its module.
        self._look_at("__main__", modules["__main__"])

    def _look_at(self, module_name: str, module: ModuleType) -> None:
        names = _names_of(module)
        if module_name in ("time", "asyncio", "asyncio.tasks"):
            found = ["sleep"]
        elif _is_of(_UNTOUCHED, names):
            found = []
        else:
            found = [name for name, value in list(names.items()) if id(value) in _SOUGHT]
        known = {name for module_ref, name in self._sites if module_ref() is module} if found else set()
        self._sites += [(ref(module), name) for name in found if name not in known]
        if not getattr(names.get("__spec__"), "_initializing", False):
            self._seen[module_name] = id(module)


_names = _Names()


def install() -> None:
    """Put the replacements in place, by every name."""
    _names.swap(_REPLACEMENTS)


def uninstall() -> None:
    """Put the real functions back, also in modules that were imported meanwhile."""
    _names.swap(_ORIGINALS)


def _caller() -> FrameType:
    """The frame that called the function that calls this one."""
    return sys._getframe(2)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def _is_span(seconds: object) -> bool:
    return isinstance(seconds, (int, float)) and isfinite(seconds) and seconds >= 0


def _is_of(packages: frozenset[str], names: dict[str, Any]) -> bool:
    """The module with these names belongs to one of the packages."""
    return str(names.get("__name__")).partition(".")[0] in packages
