"""Writes the pages that follow from the code: `python docs/generate.py`. A test keeps them current.

operations.md  the rows of each service against the installed model
assumed.md     every sentence of the package and every test that rests on an assumption
states.md      the state tables as diagrams
peers.md       what others answer to the same calls, as `peers.py` finds it
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from fakebatch.batch.lifecycle import TABLES, Table
from fakebatch.batch.operations import OPERATIONS
from fakebatch.batch.service_lifecycle import SERVICE_JOB
from fakebatch.coverage import SERVICES, counted, coverage

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "fakebatch"
NOTE = "<!-- Written by docs/generate.py; edit the code instead. -->\n"
TITLES = {"batch": "AWS Batch", "drs": "AWS Elastic Disaster Recovery"}
INITIAL, FINAL = "[*]", ("SUCCEEDED", "FAILED")


def pages() -> dict[str, str]:
    """The pages by file name."""
    return {"operations.md": operations(), "assumed.md": assumed(), "states.md": states()}


def operations() -> str:
    """What there is of each service, and where it is answered."""
    lines = [
        "# Operations",
        "",
        NOTE,
        "What each operation of the installed botocore is answered with; `python -m fakebatch operations`",
        "prints the same. One that is missing raises `fakebatch.UsageError`, and so does a member that isn't",
        "acted on.",
    ]
    for service in SERVICES:
        rows = coverage(service)
        lines += ["", f"## {TITLES[service]}", "", f"{counted(rows)}.", ""]
        lines += ["| operation | | module | assumed |", "|---|---|---|---|"]
        lines += [
            f"| {row.operation} | {row.told} | {_module_cell(service, row.operation)} |" for row in rows
        ]
    return "\n".join(lines) + "\n"


def _module_cell(service: str, operation: str) -> str:
    row = OPERATIONS.get(operation) if service == "batch" else None
    if row is None:
        return " | "
    module = inspect.getmodule(row.function)
    assert module is not None
    assert module.__file__ is not None
    path = Path(module.__file__)
    count = len(list(guesses(path)))
    anchor = path.relative_to(ROOT).as_posix().translate(str.maketrans("", "", "/."))
    return f"`{path.stem}` | " + (f"[{count}](assumed.md#{anchor})" if count else "0")


def assumed() -> str:
    """The guesses, module by module, and how many tests rest on one."""
    by_module = {path: list(guesses(path)) for path in sorted(PACKAGE.rglob("*.py"))}
    total = sum(map(len, by_module.values()))
    tests = sum(1 for path in sorted((ROOT / "tests").rglob("*.py")) for _ in assuming(path))
    lines = [
        "# Assumed",
        "",
        NOTE,
        "What no documentation, model or recording of AWS says, so that fakebatch had to guess. Each guess",
        f"is marked where it is made. There are **{total}** of them in the code, and **{tests}**",
        "expectations in tests that rest on one. If you know better, say so: a recorded answer of AWS beats",
        "all of them.",
    ]
    for path, found in by_module.items():
        if found:
            lines += ["", f"## {path.relative_to(ROOT).as_posix()}", ""]
            lines += [f"- {sentence}" for sentence in found]
    return "\n".join(lines) + "\n"


def guesses(path: Path) -> Iterator[str]:
    """The sentences of a module's docstrings and comments that say that something is assumed."""
    source = path.read_text()
    for name, text in [*_docstrings(source), *_comments(source)]:
        for sentence in re.split(r"(?<=[.:;])\s+(?=[A-Z`])", " ".join(text.split())):
            if re.search(r"\bassumed\b", sentence, re.IGNORECASE):
                yield f"`{name}`: {sentence}" if name else sentence


def _docstrings(source: str) -> Iterator[tuple[str | None, str]]:
    """The paragraphs of each docstring, with the name of what it documents."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, documented):
            docstring = ast.get_docstring(node) or ""
            for paragraph in docstring.split("\n\n"):
                yield getattr(node, "name", None), paragraph


def _comments(source: str) -> Iterator[tuple[str | None, str]]:
    """Comments, those on following lines joined, with the code that they are about."""
    lines = [*source.splitlines(), ""]
    block: list[str] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        code = token.line[: token.start[1]].strip()
        text = re.sub(r"#\s*noqa[^#]*|#\s*type:[^#]*", "", token.string).lstrip("# ")
        if code:
            yield code, text
        elif token.start[0] == last + 1:
            block.append(text)
        else:
            yield lines[last].strip(), " ".join(block)
            block = [text]
        last = token.start[0]
    yield lines[last].strip(), " ".join(block)


def assuming(path: Path) -> Iterator[str]:
    """The sources of expectations in a test module that are assumptions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.startswith("assumed")
        ):
            yield node.value


def states() -> str:
    """The state tables, one diagram a kind of job."""
    lines = [
        "# States",
        "",
        NOTE,
        "Drawn from the tables in `fakebatch/batch/lifecycle.py` and `service_lifecycle.py`: what isn't an",
        "arrow here cannot happen.",
    ]
    for kind, table in {**TABLES, "service job": SERVICE_JOB}.items():
        lines += ["", f"## {kind.capitalize()}", "", "```mermaid", *diagram(table), "```"]
    return "\n".join(lines) + "\n"


def diagram(table: Table) -> Iterator[str]:
    """A table as a Mermaid state diagram."""
    yield "stateDiagram-v2"
    yield "    direction LR"
    for before, afters in table.items():
        for after in sorted(afters, key=list(table).index):
            yield f"    {before or INITIAL} --> {after}"
    for final in FINAL:
        yield f"    {final} --> {INITIAL}"


def peers() -> str:
    """What `peers.py` prints, as a process of its own: moto, which it needs, changes botocore."""
    asked = [sys.executable, str(ROOT / "docs" / "peers.py")]
    return subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    for name, page in {**pages(), "peers.md": peers()}.items():
        (ROOT / "docs" / name).write_text(page)
