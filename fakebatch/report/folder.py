"""A folder of timelines, a page a test, and its index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakebatch.report import page

if TYPE_CHECKING:
    from fakebatch.report.timeline import Timeline

_LONGEST_NAME = 100
_UNFIT = re.compile(r"[^A-Za-z0-9_.\-]+")


class ReportFolder:
    """Writes timelines into a folder, which it makes.

    Args:
        path: of the folder; what is there already is left, but for files of the same name.

    Raises:
        UsageError: jinja2 is not installed.
        OSError: the folder can't be made.
    """

    def __init__(self, path: str) -> None:
        page.template("index.html.jinja")
        self._path = Path(path).absolute()
        self._path.mkdir(parents=True, exist_ok=True)

    def write(self, test: str, timeline: Timeline) -> dict[str, str]:
        """Write a test's page.

        Returns:
            What `write_index` needs to know of it: the file's name and what it counts.
        """
        name = _file_name(test)
        timeline.html(self._path / name, title=test)
        return {"page": name, "told": timeline.summary}

    def write_index(self, rows: Sequence[dict[str, Any]]) -> Path:
        """Write the list of tests.

        Args:
            rows: test, outcome, page and told of each.

        Returns:
            The path of `index.html`.
        """
        path = self._path / "index.html"
        path.write_text(page.template("index.html.jinja").render(rows=rows), encoding="utf-8")
        return path


def _file_name(test: str) -> str:
    """A name that every file system takes, and that no other test has."""
    digest = sha256(test.encode()).hexdigest()[:8]
    return f"{_UNFIT.sub('-', test).strip('-')[:_LONGEST_NAME]}-{digest}.html"
