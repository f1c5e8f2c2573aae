"""What the documents show is run: Python blocks as written, tests as tests, commands as far as they can be.

A page is read from the top: its Python blocks are one module, cut into pieces. The tests that it defines are
run by pytest. A block whose first line is a comment with a file name (`# conftest.py`) is that file instead,
beside the module. `<!-- skip: next -->` before a block leaves it out, with `if(...)` behind it where an old
botocore cannot spell what the block shows.
"""

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from unittest import SkipTest

import pytest
from sybil import Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, SkipParser
from sybil.typing import Evaluator

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
METADATA = tomllib.loads((ROOT / "pyproject.toml").read_text())

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FILE_NAME = re.compile(r"# ([\w/]+)\.py\n")
SHELL_BLOCK = re.compile(r"^```(?:console|sh|shell|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def run_blocks(page: Path, evaluator: Evaluator) -> None:
    """Hand each Python block to the evaluator, in the order of the page and but for the skipped ones."""
    parsers = [CodeBlockParser("python", evaluator), SkipParser()]
    for example in Sybil(parsers=parsers, path=str(ROOT)).parse(page).examples():
        with suppress(SkipTest):
            example.evaluate()


def evaluate_unless_file(example: Example) -> None:
    """Run a block at its place in the page; a file has no place, it is imported."""
    if not FILE_NAME.match(example.parsed):
        PythonEvaluator()(example)


def modules(page: Path) -> dict[str, str]:
    """The page as module names and their sources."""
    found = {"test_page": ""}

    def collect(example: Example) -> None:
        name = FILE_NAME.match(example.parsed)
        module = name[1] if name else "test_page"
        found[module] = found.get(module, "") + example.parsed + "\n"

    run_blocks(page, collect)
    return {name: source for name, source in found.items() if source}


def write(sources: dict[str, str], folder: Path) -> None:
    """The page's modules as files, for those that import one another."""
    for name, source in sources.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)


def names_of_tests(source: str) -> list[str]:
    """The names of what pytest would run: test functions, also as methods."""
    tree = ast.parse(source)
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    functions = (node for body in bodies for node in body if isinstance(node, FUNCTIONS))
    return [node.name for node in functions if node.name.startswith("test")]


def commands(page: Path) -> Iterator[list[str]]:
    """Each command of the page's shell blocks; in a session with prompts, what isn't a command is output."""
    for block in SHELL_BLOCK.findall(page.read_text()):
        lines = block.replace("\\\n", " ").splitlines()
        if any(line.startswith("$ ") for line in lines):
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        yield from filter(None, (shlex.split(line, comments=True) for line in lines))


def pages_with(found: dict[Path, object]) -> list[object]:
    pages = (page for page, things in found.items() if things)
    return [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in pages]


MODULES = {page: modules(page) for page in PAGES}
TESTS = {page: [*chain.from_iterable(map(names_of_tests, MODULES[page].values()))] for page in PAGES}
COMMANDS = {page: list(commands(page)) for page in PAGES}


@pytest.mark.parametrize("found", [MODULES, TESTS, COMMANDS], ids=["python", "tests", "shell"])
def test_documents_have_something_to_run(found):
    """Without this, a change of the fences would quietly turn the checks below off."""
    assert any(found.values())


@pytest.mark.parametrize("page", pages_with(MODULES))
def test_python_blocks_run(page, tmp_path, monkeypatch):
    write(MODULES[page], tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    run_blocks(page, evaluate_unless_file)


@pytest.mark.parametrize("page", pages_with(MODULES))
def test_tests_in_blocks_pass(page, pytester):
    write(MODULES[page], pytester.path)
    imports = "\n".join(f"    import {name.replace('/', '.')}" for name in MODULES[page])
    pytester.makepyfile(test_imports=f"def test_every_file_can_be_imported():\n{imports}")
    result = pytester.runpytest_subprocess("-p", "no:randomly")
    assert result.ret == pytest.ExitCode.OK, "\n".join(result.outlines)
    # More, where a test has parameters; fewer, where one hides another of the same name.
    assert result.parseoutcomes()["passed"] > len(TESTS[page])


@pytest.mark.parametrize("page", pages_with(COMMANDS))
def test_shell_commands_are_what_there_is(page, tmp_path):
    for command in COMMANDS[page]:
        program = Path(command[0]).name
        assert program in CHECKS, f"{page.name} shows {shlex.join(command)}: say in CHECKS how to check it"
        CHECKS[program](command, tmp_path)


def check_make(command: list[str], _folder: Path) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    goals = [word for word in command[1:] if "=" not in word]
    assert set(goals) <= targets, f"the Makefile makes {sorted(targets)}"


def check_nox(command: list[str], _folder: Path) -> None:
    sessions = set(
        re.findall(r"^@nox\.session.*\ndef (\w+)", (ROOT / "noxfile.py").read_text(), re.MULTILINE)
    )
    own = command[: command.index("--")] if "--" in command else command
    named = {own[at + 1] for at, word in enumerate(own) if word in {"-s", "--session"}}
    bases = {name.partition("-")[0] for name in named}
    assert bases <= sessions, f"the sessions are {sorted(sessions)}"


def check_pip(command: list[str], _folder: Path) -> None:
    extras = {
        extra for word in command for group in re.findall(r"\[(.+?)\]", word) for extra in group.split(",")
    }
    known = set(METADATA["project"]["optional-dependencies"])
    assert extras <= known, f"the extras are {sorted(known)}"


def check_python(command: list[str], folder: Path) -> None:
    if command[1:3] == ["-m", "pip"]:
        check_pip(command, folder)
    elif command[1:3] == ["-m", "pytest"]:
        check_pytest(command[2:], folder)
    elif command[1:3] != ["-m", "venv"]:
        subprocess.run(
            [sys.executable, *command[1:]], cwd=folder, check=True, capture_output=True, timeout=60
        )


def check_pytest(command: list[str], folder: Path) -> None:
    """The options exist; what they do is for the tests of the plugin."""
    (folder / "test_nothing.py").write_text("def test_nothing(): pass\n")
    options = [word for word in command[1:] if word.startswith("--")]
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", *options],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 0, answer.stderr


def unchecked(command: list[str], folder: Path) -> None:
    """Nothing of ours to be wrong about."""


CHECKS = {
    "cd": unchecked,
    "git": unchecked,
    "make": check_make,
    "nox": check_nox,
    "pip": check_pip,
    "pytest": check_pytest,
    "python": check_python,
    "python3": check_python,
}
