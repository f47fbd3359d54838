"""``python -m tests.benchmarks``: the table of ratios, as Markdown; 1 when a limit is not held."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.ratios import ROWS, Unavailable, known_peer, measure


def main() -> int:
    """Print a line for each row as it is measured."""
    over = 0
    print(f"CPU time of fresh processes, the least of several, in turns. {known_peer()}.\n")
    print("| work | ms | against | ms | ratio | limit | goal |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for row in ROWS:
            try:
                found = measure(row, Path(folder))
            except Unavailable as why:
                print(f"| {row.work} | | {row.peer} | | not measured: {why} | | |", flush=True)
                continue
            over += found.ratio > row.limit
            print(
                f"| {row.work} | {found.ours * 1000:.0f} | {row.peer} | {found.theirs * 1000:.0f} "
                f"| {found.ratio:.2f} | {row.limit} | {row.goal} |",
                flush=True,
            )
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
