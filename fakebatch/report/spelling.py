"""How reports write times, calls and names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fakebatch.report.transitions import Transition

if TYPE_CHECKING:
    from fakebatch.calls import Call

_LONGEST_VALUE = 60
_SHORT_ID = 8
# Filled in by botocore, and of no interest to anybody.
_UNTOLD = frozenset({"clientToken", "idempotencyToken"})


def instant(moment: datetime) -> str:
    """ISO 8601 with a Z."""
    return moment.replace(tzinfo=None).isoformat() + "Z"


def span(delta: timedelta, digits: int = 0) -> str:
    """`H:MM:SS`, hours as many as it takes, with that many digits of the fraction."""
    seconds, micros = divmod(delta // timedelta(microseconds=1), 1_000_000)
    fraction = f".{micros:06}"[: digits + 1] if digits else ""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 job`, `2 jobs`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def crowd(number: int, like: Transition) -> str:
    """`12 children` or `12 nodes`, of the kind of one of them."""
    return f"{number} {'children' if like.node_index is None else 'nodes'}"


def moments(transitions: Iterable[Transition], calls: Iterable[Call]) -> list[datetime]:
    """When each of them happened."""
    return [each.at for each in transitions] + [each.at for each in calls]


def digits_needed(when: Iterable[datetime], start: datetime) -> int:
    """How many digits of the second tell these moments exactly, counted from `start`: 0, 3 or 6."""
    micros = {(moment - start).microseconds for moment in when}
    if not any(micros):
        return 0
    return 6 if any(micro % 1000 for micro in micros) else 3


class Names:
    """What each subject is called: its name, with the start of its id where several share it."""

    def __init__(self, transitions: Iterable[Transition]) -> None:
        own: dict[str, Transition] = {}
        for each in transitions:
            if each.index is None:
                own.setdefault(each.id, each)
        owners: dict[tuple[str, str], int] = {}
        for each in own.values():
            owners[each.kind, each.name] = owners.get((each.kind, each.name), 0) + 1
        self._labels = {key: _label(each, owners[each.kind, each.name] > 1) for key, each in own.items()}

    def of(self, transition: Transition) -> str:
        """The name of what changed; a child's has its index, `sweep:3`, and so has a node's, `mpi#3`."""
        parent_id = transition.parent_id
        if parent_id is None:
            return self._labels[transition.id]
        name = self._labels.get(parent_id, transition.name)
        return f"{name}{transition.separator}{transition.index}"

    def of_id(self, value: str) -> str:
        """The name behind an id or ARN; what nobody is known by is shortened if it is an ARN."""
        if value in self._labels:
            return self._labels[value]
        for separator in ":#":
            parent_id, _, index = value.rpartition(separator)
            if parent_id in self._labels and index.isdigit():
                return f"{self._labels[parent_id]}{separator}{index}"
        is_arn = value.startswith("arn:") and value.count(":") >= 5
        return value.split(":", 5)[5].rpartition("/")[2] if is_arn else value


def _label(first: Transition, ambiguous: bool) -> str:
    return f"{first.name} {first.id[:_SHORT_ID]}" if ambiguous and first.is_job else first.name


def call(asked: Call, names: Names) -> str:
    """`SubmitJob(jobName=train, jobQueue=spot)`, ids replaced by names and long values cut short."""
    told = {name: value for name, value in asked.params.items() if name not in _UNTOLD}
    return f"{asked.operation}({_members(told, names)})"


def _members(values: Mapping[str, Any], names: Names) -> str:
    return ", ".join(f"{name}={_cut(value(found, names))}" for name, found in values.items())


def value(found: object, names: Names) -> str:
    """A member's value without quotes: for people, not for parsers."""
    if isinstance(found, str):
        return names.of_id(found)
    if isinstance(found, Mapping):
        return "{" + ", ".join(f"{name}: {value(of, names)}" for name, of in found.items()) + "}"
    if isinstance(found, (list, tuple)):
        return "[" + ", ".join(value(of, names) for of in found) + "]"
    return str(found)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def indices(of: Iterable[int]) -> str:
    """Indices as ranges: `0-2,5`."""
    ranges: list[list[int]] = []
    for index in sorted(of):
        if ranges and index == ranges[-1][1] + 1:
            ranges[-1][1] = index
        else:
            ranges.append([index, index])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)
