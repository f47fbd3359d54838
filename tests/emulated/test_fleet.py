"""A rollout over SSH to boards: real ARM userlands, sshd in each, a network of their own.

One board, or all three with ``PIDOCTOR_ALL_ENVIRONMENTS=1`` (a quarter of an hour).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Callable

import pytest

from tests.ansible.fleet import Fleet
from tests.ansible.programs import ansible, collection, installed_collection
from tests.cli.program import pidoctor
from tests.extent import EVERYTHING

from .board_ssh import Board
from .recipes import Recipe
from .roots import Root

__all__ = ["ansible", "collection", "installed_collection"]

pytestmark = [
    pytest.mark.emulated,
    pytest.mark.network,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("ip") is None, reason="there is no ip command (iproute2)"),
    pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no SSH client"),
]

_ALL = {  # what is in the root, and QEMU's core
    "pid-arm64": (Recipe("bookworm", "arm64", ("openssh-server",)), "max"),
    "pid-trixie": (Recipe("trixie", "arm64", ("openssh-server",)), "cortex-a72"),
    "pid-armhf": (Recipe("bookworm", "armhf", ("openssh-server", "python3-numpy")), "max"),
}
KINDS = _ALL if EVERYTHING else {"pid-arm64": _ALL["pid-arm64"]}
VENV = "/opt/tflite"


@pytest.fixture(scope="module")
def boards(
    new_root: Callable[[Recipe], Root], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Board]]:
    """The three, running. A login of bookworm's prints warnings here, as logins do."""
    folder, made = tmp_path_factory.mktemp("ssh"), {}
    try:
        for number, (name, (recipe, cpu)) in enumerate(KINDS.items()):
            made[name] = Board(name, new_root(recipe), 201 + number, folder, cpu)
            made[name].start()
        yield made
    finally:
        for board in made.values():
            board.stop()
            board.root.close()


@pytest.fixture(scope="module")
def fleet(
    boards: Mapping[str, Board],
    ansible: Path,
    installed_collection: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Fleet:
    made = Fleet(tmp_path_factory.mktemp("fleet"), ansible, installed_collection, connect_s=60)
    for name, board in boards.items():
        made.boards[name] = {**board.variables(), "tflite_venv": VENV}
    return made


def test_the_boards_are_installed_and_proven(fleet: Fleet, boards: Mapping[str, Board]) -> None:
    for board in boards.values():
        assert board.asked("ip route show default 2>/dev/null").stdout == ""
    recap = fleet.rollout("pid-arm64", tflite_home="/root/.cache/pidoctor")
    assert recap.with_any("changed") == set(KINDS), recap.text
    assert recap.with_any("failed") | recap.with_any("unreachable") == set()
    plan = json.loads((fleet.folder / "fleet/wheels/plan.json").read_text(encoding="utf-8"))
    assert len(plan["kinds"]) == len(KINDS)
    for name, board in boards.items():
        path = fleet.folder / "fleet/receipts" / name / "receipt.json"
        receipt = json.loads(path.read_text(encoding="utf-8"))
        assert receipt["proof"]["status"] == "passed"
        kept = json.loads(board.asked(f"cat {VENV}/pidoctor-receipt.json").stdout)
        assert kept == receipt
        left = board.asked(
            "ls -d /root/.cache/pidoctor/tflite-wheels-* /root/.ansible/tmp/*"
        ).stdout
        assert left == "", "files of the rollout stay on the board"


def test_a_second_run_changes_nothing(fleet: Fleet, boards: Mapping[str, Board]) -> None:
    digest = f"find {VENV} -name '*.pyc' -prune -o -type f ! -name pidoctor-proof.json -print0 "
    digest += "| sort -z | xargs -0 sha256sum | sha256sum"
    before = {name: board.asked(digest).stdout for name, board in boards.items()}
    recap = fleet.rollout("pid-arm64", tflite_home="/root/.cache/pidoctor")
    assert recap.with_any("changed") == set(), recap.text
    assert recap.with_any("failed") | recap.with_any("unreachable") == set()
    assert {name: board.asked(digest).stdout for name, board in boards.items()} == before


def test_their_receipts_make_a_report(fleet: Fleet) -> None:
    run = pidoctor("fleet", "report", "--json", str(fleet.folder / "fleet/receipts"))
    groups = run.json["fleet"]["groups"]
    assert {group["verdict"] for group in groups} == {"works"}
    assert {name for group in groups for name in group["names"]} == set(KINDS)
