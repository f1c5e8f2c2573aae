"""What the model says of a request that botocore leaves to the server: enumerations, maxima, patterns, sizes.

botocore checks types, required members and minima before it sends, unless a client is told not to
(`parameter_validation=False`); then they are checked here too. Shapes are botocore's, by attribute only.

A compiled check is a predicate that answers fast for a good request; only a bad one is walked a second time,
by `explain`, to say what is wrong.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Collection, Iterator
from typing import Any

Check = Callable[[Any], bool]

_NUMBERS = frozenset({"integer", "long", "float", "double"})
# What a number of each kind can be. Source: Smithy's simple types.
_RANGES: dict[str, tuple[float, float]] = {
    "integer": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
    "float": (-sys.float_info.max, sys.float_info.max),
    "double": (-sys.float_info.max, sys.float_info.max),
}
_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
}


class Rules:
    """Which constraints to hold a request to.

    Args:
        strict: types, required members and minima too, for clients that don't check them.
        except_enums: names of enumeration shapes that the service reads in its own way.
    """

    def __init__(self, strict: bool = False, except_enums: Collection[str] = ()) -> None:
        self.strict = strict
        self.except_enums = frozenset(except_enums)

    def compile(self, shape: Any) -> Check | None:
        """A predicate over values of a shape, or None when nothing constrains them."""
        checks = [check for check in (self._own(shape), self._inner(shape)) if check is not None]
        if len(checks) < 2:
            return checks[0] if checks else None
        own, inner = checks
        return lambda value: own(value) and inner(value)

    def explain(self, shape: Any, value: Any, path: str = "") -> Iterator[str]:
        """One sentence for each constraint that a value breaks, in the order of the request."""
        wrong = next(self._broken(shape, value), None)
        if wrong is not None:
            yield f"Value '{value}' at '{path}' failed to satisfy constraint: {wrong}"
        if wrong is None or not wrong.startswith("Member must be of type"):
            for inner, item, step in self._parts(shape, value):
                yield from self.explain(
                    inner, item, step if not path else path + (step if step[0] in "[{" else "." + step)
                )

    def _own(self, shape: Any) -> Check | None:
        """What a shape itself asks of a value, its parts aside."""
        if self.strict and shape.type_name in _TYPES:
            return lambda value: next(self._broken(shape, value), None) is None
        metadata = shape.metadata
        enum = self._enum(shape)
        if enum:
            return frozenset(enum).__contains__
        if shape.type_name in _NUMBERS:
            return _is_between(*_range(shape))
        checks: list[Check] = []
        if "max" in metadata:
            checks.append(_is_no_longer_than(metadata["max"]))
        if "pattern" in metadata:
            checks.append(re.compile(metadata["pattern"]).fullmatch)  # type: ignore[arg-type] # a match is true
        if len(checks) < 2:
            return checks[0] if checks else None
        first, second = checks
        return lambda value: first(value) and bool(second(value))

    def _inner(self, shape: Any) -> Check | None:
        kind = shape.type_name
        if kind == "structure":
            return self._structure(shape)
        if kind == "list":
            member = self.compile(shape.member)
            return None if member is None else lambda value: all(map(member, value))
        if kind == "map":
            return self._map(shape)
        return None

    def _structure(self, shape: Any) -> Check | None:
        compiled = ((name, self.compile(member)) for name, member in shape.members.items())
        checks = {name: check for name, check in compiled if check is not None}
        if not checks:
            return None
        find = checks.get

        def check(value: dict[str, Any]) -> bool:
            for name, item in value.items():
                constrained = find(name)
                if constrained is not None and not constrained(item):
                    return False
            return True

        return check

    def _map(self, shape: Any) -> Check | None:
        key, value = self.compile(shape.key), self.compile(shape.value)
        if key is None and value is None:
            return None
        return lambda items: all(
            (key is None or key(k)) and (value is None or value(v)) for k, v in items.items()
        )

    def _enum(self, shape: Any) -> list[str]:
        enum: list[str] = shape.metadata.get("enum", [])
        return [] if shape.name in self.except_enums else enum

    def _broken(self, shape: Any, value: Any) -> Iterator[str]:
        kind, metadata = shape.type_name, shape.metadata
        if self.strict and not _fits(kind, value):
            yield f"Member must be of type {kind}"
            return
        enum = self._enum(shape)
        if enum and value not in enum:
            yield f"Member must satisfy enum value set: [{', '.join(enum)}]"
        if kind in _NUMBERS:
            yield from self._out_of_range(shape, value)
        else:
            yield from self._of_other_length(kind, metadata, value)
        if "pattern" in metadata and not re.fullmatch(metadata["pattern"], value):
            yield f"Member must satisfy regular expression pattern: {metadata['pattern']}"
        if self.strict and kind == "structure":
            missing = [name for name in metadata.get("required", ()) if name not in value]
            if missing:
                yield f"Member must not be null: {', '.join(missing)}"

    def _out_of_range(self, shape: Any, value: Any) -> Iterator[str]:
        """That numbers past what their type holds are refused as those past a maximum are is assumed."""
        least, most = _range(shape)
        if self.strict:
            least = shape.metadata.get("min", least)
        # NaN, also where it travels as a text, and the infinities that do.
        if isinstance(value, str) or (isinstance(value, float) and math.isnan(value)):
            yield "Member must be a finite number"
        elif value < least:
            yield f"Member must have value greater than or equal to {least}"
        elif value > most:
            yield f"Member must have value less than or equal to {most}"

    def _of_other_length(self, kind: str, metadata: dict[str, Any], value: Any) -> Iterator[str]:
        length = _length(value)
        # A map's minimum isn't checked by botocore either: an empty map passes (reference, Appendix B).
        if self.strict and kind != "map" and length < metadata.get("min", length):
            yield f"Member must have length greater than or equal to {metadata['min']}"
        if length > metadata.get("max", length):
            yield f"Member must have length less than or equal to {metadata['max']}"

    def _parts(self, shape: Any, value: Any) -> Iterator[tuple[Any, Any, str]]:
        """(shape, value, step of the path) of everything one level down."""
        kind = shape.type_name
        if kind == "structure":
            for name, item in value.items():
                if name in shape.members:
                    yield shape.members[name], item, name
        elif kind == "list":
            for number, item in enumerate(value, 1):
                yield shape.member, item, f"[{number}]"
        elif kind == "map":
            for key, item in value.items():
                yield shape.key, key, f"{{{key}}}"
                yield shape.value, item, f"{{{key}}}"


def summary(problems: Iterator[str]) -> str:
    """All that is wrong with a request, as one message.

    The frame and the sentences are those of AWS services in general; Batch's own for these cases have not
    been captured: assumed.
    """
    found = list(problems)
    plural = "" if len(found) == 1 else "s"
    return f"{len(found)} validation error{plural} detected: {'; '.join(found)}"


def _fits(kind: str, value: object) -> bool:
    types = _TYPES.get(kind)
    # A bool is an int to Python, not to the wire.
    return types is None or (isinstance(value, types) and (type(value) is not bool or bool in types))


def _range(shape: Any) -> tuple[float, float]:
    """The least and the most that a number's type holds, and its maximum if that is less."""
    least, most = _RANGES[shape.type_name]
    return least, min(most, shape.metadata.get("max", most))


def _is_between(least: float, most: float) -> Check:
    # A text where a number should be: NaN and the infinities travel so.
    return lambda value: type(value) is not str and least <= value <= most


def _is_no_longer_than(most: int) -> Check:
    return lambda value: len(value) <= most


def _length(value: Any) -> int:
    return len(value) if hasattr(value, "__len__") else 0


def known_part(shape: Any, value: Any) -> Any:
    """A reply without the members that the model doesn't have: an old botocore's parser would drop them."""
    kind = shape.type_name
    if kind == "structure":
        members = shape.members
        return {name: known_part(members[name], item) for name, item in value.items() if name in members}
    if kind == "list":
        return [known_part(shape.member, item) for item in value]
    if kind == "map":
        return {key: known_part(shape.value, item) for key, item in value.items()}
    return value
