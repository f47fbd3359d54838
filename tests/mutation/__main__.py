"""``python -m tests.mutation``: change the code a little, many times, and count what tests notice.

Needs the extra "mutation" (cosmic-ray, coverage) and Python 3.11 or later. Nothing is changed on
the disk: the tests of a room run once as they are, then each change is made in a process of its
own and held against those tests alone that reach its line (``trying.py``): a room takes minutes.
Each room gets its own sample, drawn with a seed, so that a run can be repeated; every change that
no test noticed is printed. Exit status 1 below the floor.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOOR = 0.80


@dataclass(frozen=True)
class Room:
    """A folder of the package, and the tests (for pytest) that should notice a change in it.

    The slow ones of triage measure, and those of resolve ask once more: what they would notice
    is not worth the minutes.
    """

    name: str
    tests: tuple[str, ...]


ROOMS = (
    Room("resolve", ("tests/worlds", "tests/unit/resolve", "tests/unit/profile", "tests/machines",
                     "tests/cli/test_questions.py", "tests/cli/test_explain.py",
                     "tests/cli/test_usage.py")),
    Room("checks", ("tests/unit/checks", "tests/unit/readiness", "tests/machines",
                    "tests/unit/report")),
    Room("triage", ("tests/triage", "tests/cli/test_triage.py")),
    Room("install", ("--slow", "tests/unit/install", "tests/faults/test_install.py",
                     "tests/faults/test_machine.py", "tests/lock/test_kit.py")),
)  # fmt: skip


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("rooms", nargs="*", help="default: all of them")
    parser.add_argument("-n", type=int, default=30, help="changes per room (default: 30)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(words)
    rooms = [room for room in ROOMS if room.name in (options.rooms or [r.name for r in ROOMS])]
    counts = [_measure(room, options.n, options.seed) for room in rooms]
    noticed, all_ = (sum(part) for part in zip(*counts))
    print(f"noticed in all: {noticed} of {all_} ({noticed / all_:.0%})")
    return 0 if noticed >= FLOOR * all_ else 1


def _measure(room: Room, number: int, seed: int) -> tuple[int, int]:
    """How many of the sampled changes of a room were noticed, of how many."""
    pytest = (sys.executable, "-m", "pytest", "-q", "-s", "-n0", "-p", "no:cacheprovider")
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder, "counts.json")
        said = {"ROOM": room.name, "NUMBER": number, "SEED": seed, "COUNTS": counts}
        subprocess.run(
            [*pytest, "-p", "tests.mutation.trying", *room.tests],
            cwd=ROOT,
            env={**os.environ, **{f"MUTATION_{name}": str(value) for name, value in said.items()}},
            check=False,  # tests that fail as they are count for nothing
        )
        noticed, all_ = json.loads(counts.read_text())
    return noticed, all_


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
