"""What each subject was when: its states as bars on a lane, and crowds of children as counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fakebatch.report.spelling import Names
from fakebatch.report.transitions import Transition

# States that nothing leaves: they have no length, they are an end.
FINAL = frozenset({"SUCCEEDED", "FAILED", "DELETED"})


@dataclass(frozen=True, slots=True)
class Bar:
    """One state of one subject.

    Attributes:
        entered: the transition into it.
        end: when it was left, or up to when anything is known.
        left: the transition out of it; None while it lasts.
    """

    entered: Transition
    end: datetime
    left: Transition | None

    @property
    def state(self) -> str:
        """The state's name."""
        return self.entered.after


@dataclass(slots=True)
class Lane:
    """One subject over time."""

    label: str
    first: Transition
    bars: list[Bar] = field(default_factory=list)

    @property
    def last(self) -> Transition:
        """The transition into its last state."""
        return self.bars[-1].entered

    @property
    def remarkable(self) -> bool:
        """It failed, or was tried more than once."""
        return self.last.after == "FAILED" or any((bar.entered.attempt or 0) > 1 for bar in self.bars)


def lanes(transitions: Sequence[Transition], end: datetime) -> list[Lane]:
    """A lane for each subject: in order of appearance, children and nodes below their job."""
    names = Names(transitions)
    histories: dict[str, list[Transition]] = {}
    for each in transitions:
        histories.setdefault(each.id, []).append(each)
    found = [_lane(names.of(history[0]), history, end) for history in histories.values()]
    position = {lane.first.id: place for place, lane in enumerate(found)}
    return sorted(found, key=lambda lane: _order(lane, position))


def _order(lane: Lane, position: dict[str, int]) -> tuple[int, int]:
    own = position[lane.first.id]
    if lane.first.index is None or lane.first.parent_id is None:
        return own, -1
    return position.get(lane.first.parent_id, own), lane.first.index


def _lane(label: str, history: Sequence[Transition], end: datetime) -> Lane:
    following: list[Transition | None] = [*history[1:], None]
    bars = [
        Bar(entered, left.at if left else entered.at if entered.after in FINAL else end, left)
        for entered, left in zip(history, following, strict=True)
    ]
    return Lane(label, history[0], bars)


@dataclass(frozen=True, slots=True)
class Step:
    """How many of a crowd are in each state, from an instant on."""

    at: datetime
    counts: dict[str, int]


def crowd(children: Iterable[Lane], most_steps: int) -> list[Step]:
    """The counts of a crowd over time, thinned out to about `most_steps` instants; the last is kept."""
    moves = sorted(
        (bar.entered.at, bar.entered.before or "", bar.entered.after)
        for lane in children
        for bar in lane.bars
    )
    counts: Counter[str] = Counter()
    steps: list[Step] = []
    for position, (at, before, after) in enumerate(moves):
        counts[after] += 1
        counts[before] -= 1
        if position + 1 == len(moves) or moves[position + 1][0] != at:
            steps.append(Step(at, {state: count for state, count in counts.items() if state and count > 0}))
    stride = max(1, len(steps) // most_steps)
    return steps[:-1:stride] + steps[-1:]
