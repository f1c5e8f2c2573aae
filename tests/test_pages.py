"""The pages that follow from the code are those that `python docs/generate.py` would write now."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["assumed.md", "states.md"])
def test_page_is_current(generate: ModuleType, name: str) -> None:
    assert (DOCS / name).read_text() == generate.pages()[name], "run: python docs/generate.py"


def test_operations_are_current(generate: ModuleType) -> None:
    """The page tells of the newest botocore; an older one knows some of its rows, word for word."""
    page = (DOCS / "operations.md").read_text()
    here = generate.operations()
    if len(here.splitlines()) == len(page.splitlines()):
        assert here == page, "run: python docs/generate.py"
    rows = [line for line in here.splitlines() if " done | " in line]
    assert rows
    assert [row for row in rows if row not in page] == []


def test_a_diagram_has_every_arrow_of_its_table(generate: ModuleType) -> None:
    table = {None: frozenset({"A"}), "A": frozenset({"B"}), "B": frozenset()}
    arrows = ["    [*] --> A", "    A --> B", "    SUCCEEDED --> [*]", "    FAILED --> [*]"]
    assert list(generate.diagram(table)) == ["stateDiagram-v2", "    direction LR", *arrows]


def test_guesses_are_found_in_docstrings_and_comments(generate: ModuleType, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""Known. That this holds is assumed."""\n'
        "A = 1  # assumed: the first\n"
        "# Assumed, because\n"
        "# nobody said.\n"
        "B = 2\n"
        "def f():\n"
        '    """Do it.\n\n    Certain. The order is\n    assumed.\n    """\n'
    )
    assert list(generate.guesses(module)) == [
        "That this holds is assumed.",
        "`f`: The order is assumed.",
        "`A = 1`: assumed: the first",
        "`B = 2`: Assumed, because nobody said.",
    ]
