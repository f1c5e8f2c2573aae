"""Rows of the table, and how they are printed: with rich where it is installed, in plain text elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.measure import Figure

_HEADINGS = ("what", "against", "measured", "at most", "")
_FORMATS = {"x": "{:.2f} x", "%": "{:+.1f} %", "ms": "{:+.1f} ms", "KiB": "{:.2f} KiB"}


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: is measured.
        against: which floor.
        figure: in `unit`: "x" (times the floor), "%" (of the floor, on top), "ms" (on top), or "KiB".
        at_most: the target, in the same unit; None for a row that only explains another.
    """

    what: str
    against: str
    figure: Figure
    at_most: float | None
    unit: str = "x"

    @property
    def met(self) -> bool:
        """The median is within the target."""
        return self.at_most is None or self.figure.middle <= self.at_most

    def cells(self) -> tuple[str, ...]:
        """As text, one for each heading."""
        spell = _FORMATS[self.unit].format
        half_spread = (self.figure.high - self.figure.low) / 2
        measured = f"{spell(self.figure.middle)} ±{half_spread:.2f}"
        target = "" if self.at_most is None else spell(self.at_most)
        return self.what, self.against, measured, target, "" if self.met else "OVER"


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    try:
        from rich.console import Console  # noqa: PLC0415 - an extra
        from rich.table import Table  # noqa: PLC0415
    except ImportError:
        print(*_plain([_HEADINGS, *(row.cells() for row in rows)]), sep="\n")
        return
    table = Table(*_HEADINGS)
    for row in rows:
        table.add_row(*row.cells(), style="" if row.met else "bold red")
    Console().print(table)


def _plain(lines: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for cells in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
