"""Requests, made from the installed botocore's input shapes: what botocore lets through, good and bad.

One generator serves every operation. It asks for nothing but choices, so that hypothesis can make them, and
make them smaller, or a plain random generator, ten times as fast. A request is made from nothing, or is a
good one with a few of its members changed; how many of its values make no sense is a choice too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from tests.properties.vocabulary import (
    OF_ANY_TYPE,
    PLAIN_INTEGERS,
    PLAIN_TEXTS,
    SAME_KIND,
    WILD_FLOATS,
    WILD_INTEGERS,
    WILD_LENGTHS,
    WILD_TEXTS,
)

T = TypeVar("T")

# One in so many values makes no sense: none, few, many.
_WILDNESS = (0, 0, 12, 3)
_LONGEST_PLAIN_LIST = 3
_DEEPEST = 9


class Choose(Protocol):
    """Picks one of several."""

    def __call__(self, options: Sequence[T], /) -> T: ...


class Requests:
    """Makes requests.

    Args:
        good: requests that succeed, by operation.
        names: the texts that members of requests and answers have had.
    """

    def __init__(self, good: dict[str, list[dict[str, Any]]], names: dict[str, list[str]]) -> None:
        self.good = good
        self.names = names
        self._all_names = sorted({text for texts in names.values() for text in texts})

    def one(self, choose: Choose, model: Any, wildness: int | None = None) -> dict[str, Any]:
        """A request that botocore sends.

        Args:
            choose: makes the choices.
            model: botocore's model of the operation.
            wildness: one in so many values makes no sense, 0 for none; by default chosen too.
        """
        shape = model.input_shape
        maker = _Maker(self, choose, choose(_WILDNESS) if wildness is None else wildness)
        good = self.good.get(model.name)
        request: dict[str, Any]
        if good and choose((True, True, False)):
            request = maker.varied(shape, choose(good), "")
        else:
            request = maker.structure(shape)
        return request

    def texts(self, member: str) -> Sequence[str]:
        """What makes sense as the text of a member."""
        kinds = SAME_KIND.get(member)
        found = [text for kind in kinds or (member,) for text in self.names.get(kind, ())]
        new = ("new", "new-2") if member.lower().endswith("name") else ()
        return [*PLAIN_TEXTS.get(member, ()), *new, *found] or ("a", "web-1")

    def any_name(self, choose: Choose) -> str:
        """A text from any place."""
        return choose(self._all_names)


class _Maker:
    """Makes one request."""

    def __init__(self, requests: Requests, choose: Choose, wildness: int) -> None:
        self._requests = requests
        self._choose = choose
        self._wildness = wildness
        self._depth = 0
        self._may_be_long = True

    def value(self, shape: Any, member: str) -> Any:
        """Any value of a shape that botocore takes."""
        make: Callable[[Any, str], Any] = getattr(self, f"_{shape.type_name}")
        return make(shape, member)

    def structure(self, shape: Any) -> dict[str, Any]:
        """The required members, and some of the others."""
        self._depth += 1
        optional = [name for name in shape.members if name not in shape.required_members]
        # About three of the others, and the fewer the deeper.
        one_in = max(2, (len(optional) + 2) // 3, self._depth)
        chosen = [
            *shape.required_members,
            *(name for name in optional if self._depth < _DEEPEST and self._one_in(one_in)),
        ]
        made = {name: self._member(shape.members[name], name) for name in chosen}
        self._depth -= 1
        return made

    def varied(self, shape: Any, value: Any, member: str) -> Any:
        """A good value, here and there changed."""
        kind = shape.type_name
        if kind == "structure":
            return self._varied_structure(shape, value)
        if self._one_in(10):
            return self.value(shape, member)
        if kind == "list" and value:
            items = [self.varied(shape.member, item, member) for item in value]
            return [*items, self._choose(items)] if self._one_in(10) else items
        return value

    def _varied_structure(self, shape: Any, value: dict[str, Any]) -> dict[str, Any]:
        kept = {
            name: self.varied(shape.members[name], item, name)
            for name, item in value.items()
            if name in shape.members and (name in shape.required_members or not self._one_in(12))
        }
        if self._one_in(4):
            name = self._choose(list(shape.members))
            kept[name] = self._member(shape.members[name], name)
        return {name: self._in_address(shape.members[name], item) for name, item in kept.items()}

    def _member(self, shape: Any, name: str) -> Any:
        return self._in_address(shape, self.value(shape, name))

    def _in_address(self, shape: Any, value: Any) -> Any:
        """What travels in the address has to be UTF-8, and in the path not empty."""
        if "location" not in shape.serialization:
            return value
        if isinstance(value, list):
            return [self._in_address(shape, item) for item in value]
        return value.encode(errors="replace").decode() or "x"

    def _structure(self, shape: Any, _: str) -> dict[str, Any]:
        return self.structure(shape)

    def _list(self, shape: Any, member: str) -> list[Any]:
        least = shape.metadata.get("min", 0)
        if self._is_wild():
            length = max(self._wild_length(), least)
            few = [self.value(shape.member, member) for _ in range(min(length, 3))]
            return [few[number % 3] for number in range(length)]
        length = max(self._choose((0, 1, 1, 2, _LONGEST_PLAIN_LIST)), least)
        return [self.value(shape.member, member) for _ in range(length)]

    def _map(self, shape: Any, _: str) -> dict[str, Any]:
        if self._is_wild():
            length = self._wild_length()
            value = self.value(shape.value, "")
            return {f"key-{number}": value for number in range(length)}
        length = self._choose((0, 1, 2))
        keys = [self.value(shape.key, self._choose(("", "what", "cpu", "memory"))) for _ in range(length)]
        return {key: self.value(shape.value, key) for key in keys}

    def _string(self, shape: Any, member: str) -> str:
        least = shape.metadata.get("min", 0)
        if self._is_wild():
            text = self._choose((self._requests.any_name, _wild_text))(self._choose)
        elif shape.metadata.get("enum"):
            text = self._choose(shape.metadata["enum"])
        else:
            text = self._choose(self._requests.texts(member))
        return text.ljust(least, "x")

    def _integer(self, shape: Any, member: str) -> int:
        options = WILD_INTEGERS if self._is_wild() else PLAIN_INTEGERS.get(member, (1, 2, 5))
        return max(self._choose(options), shape.metadata.get("min", -(10**400)))

    _long = _integer

    def _float(self, _: Any, member: str) -> float:
        return self._choose(WILD_FLOATS if self._is_wild() else (1.0, 0.5, 2))

    _double = _float

    def _boolean(self, _: Any, member: str) -> bool:
        return self._choose((True, False))

    def _wild_length(self) -> int:
        """Long once in a request: lists of lists would take the time of the other requests."""
        length = self._choose(WILD_LENGTHS if self._may_be_long else WILD_LENGTHS[:3])
        self._may_be_long = self._may_be_long and length < 3
        return length

    def _is_wild(self) -> bool:
        return self._wildness > 0 and self._one_in(self._wildness)

    def _one_in(self, many: int) -> bool:
        # Smaller is False: what hypothesis makes smaller has fewer members and changes.
        return self._choose(range(many)) == many - 1


def confused(choose: Choose, value: Any) -> Any:
    """A request with values of any type, without members, with unheard-of ones: nothing has looked at it."""
    if choose(range(12)) == 11:
        return choose(OF_ANY_TYPE)
    if isinstance(value, list):
        return [confused(choose, item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {name: confused(choose, item) for name, item in value.items() if choose(range(20)) < 19}
    return {**kept, "unheardOf": 1} if choose(range(20)) == 19 else kept


def _wild_text(choose: Choose) -> str:
    return choose(WILD_TEXTS)


def spelt(request: dict[str, Any]) -> str:
    """A request on one line, long texts and lists cut short."""
    text = re.sub(r"(.)\1{40,}", r"\1...\1", json.dumps(request))
    return text if len(text) < 2000 else f"{text[:1000]} ... {text[-500:]}"
