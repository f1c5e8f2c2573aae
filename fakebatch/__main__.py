"""`python -m fakebatch demo` tells a day of jobs; `python -m fakebatch operations` says what is there."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from fakebatch.demo import Told

# Of rich, for each kind of piece.
_STYLES = {
    "title": "bold",
    "said": "italic",
    "time": "dim",
    "call": "cyan",
    "refused": "bold red",
    "SUBMITTED": "bright_black",
    "PENDING": "magenta",
    "RUNNABLE": "yellow",
    "STARTING": "bright_blue",
    "RUNNING": "blue",
    "SUCCEEDED": "green",
    "FAILED": "red",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command of the shell.

    Args:
        arguments: those of the process, when None.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m fakebatch", description="AWS Batch and DRS, faked.")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="a scripted day of jobs, told as a timeline")
    demo.add_argument("--seed", type=int, default=0, help="what ids are derived from")
    demo.add_argument("--plain", action="store_true", help="no colours, also where rich is installed")
    demo.add_argument("--html", metavar="FILE", help="write the timeline as a page, too")
    demo.add_argument("--trace", metavar="FILE", help="write it as a trace for ui.perfetto.dev, too")
    operations = commands.add_parser(
        "operations", help="what is answered, of the installed botocore's operations"
    )
    operations.add_argument("--brief", action="store_true", help="only the counts")
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console that has no arrows shows something else
    try:
        code = _demo(options) if options.command == "demo" else _operations(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads has read enough, like `head`. Python flushes once more at its end: into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _demo(options: argparse.Namespace) -> int:
    from fakebatch.demo import live, tell

    # The one place where real time is read: to say how little of it has passed.
    begun = time.perf_counter()
    fake, chapters = live(seed=options.seed)
    took = time.perf_counter() - begun
    _show(tell(fake, chapters), options.plain)
    virtual = fake.now - chapters[0][0]
    print(f"{_words(virtual)} of virtual time in {took:.2f} s of real time: {fake.timeline.summary}.")
    if options.html:
        fake.timeline.html(options.html, title="A scripted day")
        print(f"The page: {options.html}")
    if options.trace:
        fake.timeline.trace(options.trace)
        print(f"The trace: {options.trace}")
    return 0


def _show(lines: Iterable[Told], plain: bool) -> None:
    console = None if plain else _console()
    if console is None:
        for line in lines:
            print(line)
        return
    from rich.text import Text

    for line in lines:
        styled = Text.assemble(*((text, _STYLES.get(kind, "")) for text, kind in line.pieces))
        styled.rstrip()
        console.print(styled, soft_wrap=True)


def _console() -> Console | None:
    """The terminal as rich sees it; None where rich is not installed."""
    try:
        from rich.console import Console
    except ModuleNotFoundError:
        return None
    return Console(highlight=False)


def _words(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    return f"{minutes // 60} h {minutes % 60} min"


def _operations(options: argparse.Namespace) -> int:
    from fakebatch.coverage import SERVICES, counted, coverage

    for service in SERVICES:
        rows = coverage(service)
        print(f"{service}: {counted(rows)}")
        if not options.brief:
            width = max(len(row.operation) for row in rows)
            for row in rows:
                print(f"  {row.operation:<{width}}  {row.told}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
