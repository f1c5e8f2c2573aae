"""Measures the groups one after the other and prints one table: `python -m benchmarks [GROUP ...]`."""

from __future__ import annotations

import argparse
import sys
import time

from benchmarks.groups import GROUPS, measured
from benchmarks.table import show


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all when none")
    wanted = parser.parse_args().groups or GROUPS
    for group in wanted:
        if group not in GROUPS:
            parser.error(f"there is no group {group!r}: choose from {', '.join(GROUPS)}")
    rows = []
    for group in wanted:
        print(f"{group} ... ", end="", file=sys.stderr, flush=True)
        start = time.monotonic()
        rows += measured(group)
        print(f"{time.monotonic() - start:.0f} s", file=sys.stderr)
    show(rows)
    aimed = [row for row in rows if row.at_most is not None]
    within = sum(row.met for row in aimed)
    print(f"{within} of {len(aimed)} within their target. Ratios of this machine and this run.")


if __name__ == "__main__":
    main()
