"""``python -m tests.mutation``: change the code a little, many times, and count what tests notice.

Needs the extra "mutation" (cosmic-ray). The tree is copied first; nothing is changed in place. Each
room gets its own sample, drawn with a seed, so that a run can be repeated; every change that no
test noticed is printed as a diff. Exit status 1 below the floor.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FLOOR = 0.80
_TIMEOUT_S = 300.0
#: Changes that alter nothing that a program does: the type annotations `A | B`, and decorators that
#: only remember an answer.
_WITHOUT_EFFECT = ("ReplaceBinaryOperator_BitOr", "RemoveDecorator")


@dataclass(frozen=True)
class Room:
    """A folder of the package, and the tests that should notice a change in it."""

    name: str
    tests: tuple[str, ...]


ROOMS = (
    Room("resolve", ("tests/worlds", "tests/unit/resolve", "tests/unit/profile", "tests/machines",
                     "tests/cli/test_questions.py", "tests/cli/test_explain.py",
                     "tests/cli/test_usage.py")),
    Room("checks", ("tests/unit/checks", "tests/unit/readiness", "tests/machines",
                    "tests/unit/report")),
    Room("triage", ("tests/triage", "tests/cli/test_triage.py")),
    Room("install", ("tests/unit/install", "tests/faults/test_install.py",
                     "tests/faults/test_machine.py")),
)  # fmt: skip


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("rooms", nargs="*", help="default: all of them")
    parser.add_argument("-n", type=int, default=30, help="changes per room (default: 30)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(words)
    rooms = [room for room in ROOMS if room.name in (options.rooms or [r.name for r in ROOMS])]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        _copy(tree)
        os.chdir(tree)
        os.environ["PYTHONPATH"] = str(tree)  # for programs that tests start, as well
        counts = [_measure(room, options.n, options.seed) for room in rooms]
    noticed, all_ = (sum(part) for part in zip(*counts))
    print(f"noticed in all: {noticed} of {all_} ({noticed / all_:.0%})")
    return 0 if noticed >= FLOOR * all_ else 1


def _copy(tree: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def _measure(room: Room, number: int, seed: int) -> tuple[int, int]:
    """How many of the sampled changes of a room were noticed, of how many."""
    from cosmic_ray.mutating import mutate_and_test

    tests = " ".join(path for path in room.tests if Path(path).exists())
    command = f"{sys.executable} -m pytest -q -x -n0 --slow -p no:cacheprovider {tests}"
    subprocess.run(command.split(), check=True, capture_output=True)  # green before any change
    items = _sample(room, number, seed)
    noticed = 0
    for item in items:
        result = mutate_and_test(item.mutations, command, _TIMEOUT_S)
        if result.is_killed:
            noticed += 1
            continue
        print(result.diff, flush=True)
    print(f"{room.name}: {noticed} of {len(items)} noticed", flush=True)
    return noticed, len(items)


def _sample(room: Room, number: int, seed: int) -> list[Any]:
    found = list(_changes(sorted(Path("pidoctor", room.name).rglob("*.py"))))
    return random.Random(seed).sample(found, min(number, len(found)))  # noqa: S311


def _changes(modules: Sequence[Path]) -> Iterator[Any]:
    from cosmic_ray.commands import init
    from cosmic_ray.work_db import WorkDB, use_db

    with use_db(":memory:", WorkDB.Mode.create) as db:
        init(modules, db, {})
        for item in db.work_items:
            names = [mutation.operator_name.split("/")[-1] for mutation in item.mutations]
            if not any(name.startswith(_WITHOUT_EFFECT) for name in names):
                yield item


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
