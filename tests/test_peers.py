"""The page about the peers says what asking them says now."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_page_says_what_asking_says() -> None:
    """All of it beside the versions that it names; fakebatch's own behaviour beside any."""
    page = (DOCS / "peers.md").read_text()
    answer = subprocess.run(  # a process of its own, because moto changes botocore
        [sys.executable, str(DOCS / "peers.py")], capture_output=True, text=True, check=False, timeout=100
    )
    assert answer.returncode == 0, answer.stderr
    ours = list(own_answers(answer.stdout))
    assert ours == list(own_answers(page)), "run: python docs/generate.py"
    assert len(ours) > 30
    if all(f"{name} {version(name)}" in page for name in ("moto", "botocore")):
        assert answer.stdout == page, "run: python docs/generate.py"


def own_answers(page: str) -> Iterator[tuple[str, str]]:
    """The rows of the behaviours, and fakebatch's answer to each."""
    _, _, behaviours = page.partition("\n## Behaviours\n")
    for line in behaviours.splitlines():
        if line.startswith("| ") and "[^" in line:
            what, answer, *_ = line.strip("| ").split(" | ")
            yield what, answer
