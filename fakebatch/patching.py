"""Putting a wrapper around a method, and taking it off again exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import wrapt

# Of wrapt: the bound method, its instance, and the arguments of the call.
Wrapper = Callable[[Callable[..., Any], Any, tuple[Any, ...], dict[str, Any]], Any]


def wrap(owner: type, name: str, wrapper: Wrapper) -> Callable[[], None]:
    """Wrap a method that a class itself defines.

    Returns:
        How to undo it. Where somebody has patched on top, theirs stays and goes through ours, which has to
        pass everything on while no world is active.
    """
    original = owner.__dict__[name]
    wrapped = wrapt.FunctionWrapper(original, wrapper)
    setattr(owner, name, wrapped)

    def undo() -> None:
        if owner.__dict__.get(name) is wrapped:
            setattr(owner, name, original)

    return undo
