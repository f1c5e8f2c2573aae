"""The story of a world, a line an event: transitions and calls in one order, repetition told once.

Three things are told in one line: a call repeated while nothing else happened (a polling loop), what
happens to several children of an array or nodes of a job at one instant, and, in an array or a job whose
children or nodes still fill too many lines, each kind of transition over the whole time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from fakebatch.report import spelling
from fakebatch.report.transitions import Transition

if TYPE_CHECKING:
    from fakebatch.calls import Call

Happening: TypeAlias = "Transition | Call"

# Fewer children than this at one instant are told one by one.
_TOGETHER_FROM = 4
# An array with more lines than this is told by kinds of transition.
_LINES_PER_ARRAY = 60
# Indices are shown in the label up to this length, in the detail up to that, and else not at all.
_LABEL_INDICES = 24
_DETAIL_INDICES = 80
_READS = ("Describe", "List", "Get")
# What the calls that stop, change or remove something take it to at once.
_BROUGHT_ABOUT = frozenset({"FAILED", "UPDATING", "DELETING"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story.

    Attributes:
        at: when, aware UTC; of several happenings the first.
        until: when the last of several happened; None for one.
        label: who changed; empty for a call.
        text: `before → after`, or the call.
        detail: the rest: reason, attempt, exit code; a call's error.
        state: the state entered; None for a call.
        failed: a call that was refused, or a state of failure.
        count: how many happenings it tells.
    """

    at: datetime
    until: datetime | None
    label: str
    text: str
    detail: str
    state: str | None
    failed: bool
    count: int = 1


def tell(transitions: Sequence[Transition], calls: Sequence[Call]) -> list[Line]:
    """The whole story."""
    names = spelling.Names(transitions)
    grouped = _group(interleave(transitions, calls))
    lines = [_line(group, names) for group in grouped]
    return _fold_repeats(lines)


def interleave(transitions: Sequence[Transition], calls: Sequence[Call]) -> list[Happening]:
    """Both in one order, each keeping its own.

    What happens at the instant of a call happened before it, unless a call of that instant is what brought
    it about: one that names what came into being, failed, or began to change or go.
    """
    told: list[Happening] = []
    next_call = 0
    cause: Call | None = None
    for transition in transitions:
        while next_call < len(calls) and calls[next_call].at < transition.at:
            told.append(calls[next_call])
            next_call += 1
        if cause is None or cause.at != transition.at or not _causes(cause, transition):
            position = _cause_among(calls, next_call, transition)
            if position is not None:
                told += calls[next_call : position + 1]
                next_call = position + 1
                cause = calls[position]
        told.append(transition)
    return [*told, *calls[next_call:]]


def _cause_among(calls: Sequence[Call], first: int, transition: Transition) -> int | None:
    """The position of the call, from `first` on, that brought a transition about at its own instant."""
    if transition.before is not None and transition.after not in _BROUGHT_ABOUT:
        return None
    for position in range(first, len(calls)):
        if calls[position].at != transition.at:
            return None
        if _causes(calls[position], transition):
            return position
    return None


def _changes(call: Call) -> bool:
    return not call.operation.startswith(_READS) and call.error is None


def _texts(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        yield from _texts(list(found.values()))
    elif isinstance(found, list):
        for each in found:
            yield from _texts(each)


def _causes(call: Call, transition: Transition) -> bool:
    """Whether a call names what changed: in its response what has come into being, else in its request."""
    if not _changes(call):
        return False
    named = set(_texts(call.response if transition.before is None else call.params))
    if transition.id in named or transition.parent_id in named:
        return True
    return not transition.is_job and transition.name in named


# Grouping


def _group(happenings: Sequence[Happening]) -> list[list[Happening]]:
    """Happenings that one line tells, at the place of the first."""
    groups = _gather(happenings, _same_instant, _TOGETHER_FROM)
    lines = Counter(key for group in groups if (key := _array(group[0])) is not None)
    crowded = {key for key, count in lines.items() if count > _LINES_PER_ARRAY}
    if not crowded:
        return groups

    def key_of(each: Happening) -> Hashable | None:
        return _same_kind(each) if _array(each) in crowded else _same_instant(each)

    return _gather(happenings, key_of, _TOGETHER_FROM)


def _gather(
    happenings: Iterable[Happening], key_of: Callable[[Happening], Hashable | None], smallest: int
) -> list[list[Happening]]:
    """Put those with the same key together, unless they are too few; without a key each stays alone."""
    listed = [(each, key_of(each)) for each in happenings]
    sizes = Counter(key for _, key in listed if key is not None)
    groups: list[list[Happening]] = []
    of_key: dict[Hashable, list[Happening]] = {}
    for each, key in listed:
        if key is None or sizes[key] < smallest:
            groups.append([each])
        elif key in of_key:
            of_key[key].append(each)
        else:
            groups.append(of_key.setdefault(key, [each]))
    return groups


def _array(happening: Happening) -> str | None:
    return happening.parent_id if isinstance(happening, Transition) else None


def _same_kind(happening: Happening) -> Hashable | None:
    assert isinstance(happening, Transition)
    each = happening
    return each.parent_id, each.before, each.after, each.attempt, each.exit_code


def _same_instant(happening: Happening) -> Hashable | None:
    if not isinstance(happening, Transition) or happening.index is None:
        return None
    each = happening
    return each.parent_id, each.at, each.before, each.after, each.attempt, each.exit_code, _detail(each)


# Lines


def _line(group: list[Happening], names: spelling.Names) -> Line:
    first = group[0]
    if not isinstance(first, Transition):
        return _call_line(first, names)
    line = _transition_line(first, names)
    if len(group) == 1:
        return line
    children = [each for each in group if isinstance(each, Transition)]
    which = spelling.indices({each.index for each in children if each.index is not None})
    label = line.label.rpartition(first.separator)[0] + first.separator
    last = children[-1].at
    details = {_detail(each) for each in children}
    return replace(
        line,
        until=None if last == first.at else last,
        label=label + (which if len(which) <= _LABEL_INDICES else "*"),
        detail=_joined(
            _which(spelling.crowd(len(children), first), which), line.detail if len(details) == 1 else ""
        ),
        count=len(children),
    )


def _which(count: str, which: str) -> str:
    listed = _LABEL_INDICES < len(which) <= _DETAIL_INDICES
    return count + (f" ({which})" if listed else "")


def _transition_line(of: Transition, names: spelling.Names) -> Line:
    text = of.after if of.before is None else f"{of.before} → {of.after}"
    failed = of.after in ("FAILED", "INVALID")
    return Line(of.at, None, names.of(of), text, _detail(of), of.after, failed)


def _detail(of: Transition) -> str:
    if of.before is None and of.is_job and of.index is None:
        return f"jobId {of.id}" if of.service == "batch" else of.id
    parts = [] if of.kind == "job" else [of.kind.replace("_", " ")]
    if of.after == "VALID":  # with a reason that says only this
        return parts[0]
    if of.attempt is not None:
        parts.append(f"attempt {of.attempt}")
    if of.exit_code is not None:
        parts.append(f"exit code {of.exit_code}")
    reasons = _joined(of.reason or "", of.container_reason or "", between="; ")
    return _joined(", ".join(parts), reasons, between=": ")


def _joined(*parts: str, between: str = ", ") -> str:
    return between.join(filter(None, parts))


def _call_line(of: Call, names: spelling.Names) -> Line:
    error = f"{of.error['Code']}: {of.error['Message']}" if of.error else ""
    return Line(of.at, None, "", spelling.call(of, names), error, None, of.error is not None)


def _fold_repeats(lines: Iterable[Line]) -> list[Line]:
    """A call that is made again with nothing in between is counted, not told again."""
    told: list[Line] = []
    for line in lines:
        last = told[-1] if told else None
        if (
            last is not None
            and not line.label
            and (last.label, last.text, last.detail) == ("", line.text, line.detail)
        ):
            told[-1] = replace(last, until=line.at, count=last.count + 1)
        else:
            told.append(line)
    return told
