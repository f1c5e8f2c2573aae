"""`python -m fakebatch`."""

import json
import re
import subprocess
import sys
from io import BytesIO, TextIOWrapper

import pytest

from fakebatch.__main__ import main
from fakebatch.demo import live, tell

LAST = (
    r"12 h 2 min of virtual time in \d+\.\d\d s of real time: "
    r"10 jobs, 24 array children, \d+ transitions, \d+ calls\."
)


def test_demo_tells_the_day_and_how_little_time_it_took(capsys):
    assert main(["demo", "--plain", "--seed=5"]) == 0
    *told, last = capsys.readouterr().out.splitlines()
    assert told == [str(line) for line in tell(*live(seed=5))]
    assert re.fullmatch(LAST, last)


def test_demo_says_the_same_with_rich(capsys):
    main(["demo"])
    with_rich = capsys.readouterr().out.splitlines()
    main(["demo", "--plain"])
    assert capsys.readouterr().out.splitlines()[:-1] == with_rich[:-1]


def test_demo_does_without_rich(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert main(["demo"]) == 0
    assert re.fullmatch(LAST, capsys.readouterr().out.splitlines()[-1])


def test_demo_writes_its_page_and_trace(capsys, tmp_path):
    page, trace = tmp_path / "day.html", tmp_path / "day.json"
    main(["demo", "--plain", f"--html={page}", f"--trace={trace}"])
    assert capsys.readouterr().out.splitlines()[-2:] == [f"The page: {page}", f"The trace: {trace}"]
    assert "<h1>A scripted day</h1>" in page.read_text("utf-8")
    assert json.loads(trace.read_text("utf-8"))["otherData"]["start"] == "2026-03-02T06:00:00Z"


def test_demo_survives_a_console_without_arrows(monkeypatch):
    console = TextIOWrapper(BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", console)
    assert main(["demo", "--plain"]) == 0
    console.flush()
    assert b"SUBMITTED ? RUNNABLE" in console.buffer.getvalue()


def test_operations_lists_each_with_its_state(capsys):
    assert main(["operations"]) == 0
    lines = capsys.readouterr().out.splitlines()
    heads = [line for line in lines if not line.startswith(" ")]
    assert re.fullmatch(r"batch: \d+ operations: \d+ done, \d+ partial, \d+ missing", heads[0])
    assert re.fullmatch(r"drs: \d+ operations: \d+ done, \d+ partial, \d+ missing", heads[1])
    assert any(re.fullmatch(r"  SubmitJob +(done|partial, without [\w, ]+)", line) for line in lines)
    assert len(lines) == 2 + sum(int(line.split()[1]) for line in heads)


def test_operations_can_be_brief(capsys):
    main(["operations", "--brief"])
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "python -m fakebatch: error: the following arguments are required: command"),
        (["demo", "--seed=x"], "python -m fakebatch demo: error: argument --seed: invalid int value: 'x'"),
    ],
    ids=["nothing", "seed"],
)
def test_misuse_is_told(capsys, arguments, complaint):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == complaint


def test_it_is_a_program():
    answer = subprocess.run(
        [sys.executable, "-m", "fakebatch", "operations", "--brief"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, len(answer.stdout.splitlines()), answer.stderr) == (0, 2, "")


def test_a_reader_that_has_read_enough_is_no_error():
    command = [sys.executable, "-m", "fakebatch", "operations"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("batch: ")
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode in (0, 1)
