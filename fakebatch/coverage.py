"""How much of the installed botocore is answered: each operation done, partial or missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import NamedTuple

from fakebatch.aws.operations import Operation
from fakebatch.clients import make_client

SERVICES = ("batch", "drs")
_STATES = ("done", "partial", "missing")


class Row(NamedTuple):
    """One operation.

    Attributes:
        state: "done"; "partial", when members of its request are refused; or "missing".
        refused: those members.
    """

    operation: str
    state: str
    refused: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The state, and what keeps it from being done."""
        return f"{self.state}, without {', '.join(self.refused)}" if self.refused else self.state


def coverage(service: str) -> list[Row]:
    """Every operation of a service's model, by name."""
    model = make_client(service, "us-east-1", {}).meta.service_model
    answered = _table(service)
    rows = []
    for name in sorted(model.operation_names):
        shape = model.operation_model(name).input_shape
        members = list(shape.members) if shape is not None else []
        rows.append(_row(name, members, answered.get(name)))
    return rows


def counted(rows: Sequence[Row]) -> str:
    """`48 operations: 40 done, 5 partial, 3 missing`."""
    counts = Counter(row.state for row in rows)
    return f"{len(rows)} operations: " + ", ".join(f"{counts[state]} {state}" for state in _STATES)


def _row(name: str, members: Sequence[str], answered: Operation | None) -> Row:
    if answered is None:
        return Row(name, "missing")
    refused = tuple(member for member in members if member not in answered.members)
    return Row(name, "partial" if refused else "done", refused)


def _table(service: str) -> Mapping[str, Operation]:
    """The service's table of operations; an empty one while it has no package."""
    home = f"fakebatch.{service}"
    try:
        table: Mapping[str, Operation] = import_module(f"{home}.operations").OPERATIONS
    except ModuleNotFoundError as error:
        if error.name not in (home, f"{home}.operations"):
            raise
        return {}
    return table
