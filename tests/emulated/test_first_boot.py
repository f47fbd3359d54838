"""A board's first start, in the userland of the release whose images read cloud-init's files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Callable

import pytest

from tests.cli.program import pidoctor

from .recipes import Recipe
from .roots import Root

pytestmark = [pytest.mark.emulated, pytest.mark.network, pytest.mark.slow]

BOOT = "/boot/firmware"  # where Raspberry Pi OS has the boot partition since bookworm


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A boot partition as the README of the files describes it."""
    written, boot = tmp_path_factory.mktemp("first-boot"), tmp_path_factory.mktemp("bootfs")
    pidoctor("fleet", "first-boot", "-d", str(written))
    target = "pi4-4gb/trixie-64"
    lines = (written / "README.txt").read_text(encoding="utf-8")
    assert f"pidoctor download --target {target} -d wheels" in lines
    pidoctor("download", "--target", target, "-d", str(written / "wheels"))
    shutil.move(str(written / "user-data"), boot)
    shutil.move(str(written), boot / "pidoctor")
    return boot


@pytest.fixture(scope="module")
def board(new_root: Callable[[Recipe], Root]) -> Iterator[Root]:
    root = new_root(Recipe("trixie", "arm64", ("cloud-init", "systemd")))
    yield root
    root.close()


def test_cloud_init_accepts_the_user_data(board: Root, card: Path) -> None:
    words = ["cloud-init", "schema", "--config-file", f"{BOOT}/user-data"]
    run = board.run(words, binds=[(card, BOOT)], online=False)
    assert "Valid schema" in run.stdout


def test_systemd_accepts_the_units(board: Root, card: Path) -> None:
    units = [f"{BOOT}/pidoctor/pidoctor-tflite.{kind}" for kind in ("service", "timer")]
    run = board.run(["systemd-analyze", "verify", *units], binds=[(card, BOOT)], online=False)
    assert "pidoctor" not in run.stdout + run.stderr


def test_the_first_start_installs_offline_and_the_next_changes_nothing(
    board: Root, card: Path
) -> None:
    first = start(board, card)
    assert first["result"]["install"]["status"] == "installed"
    assert first["receipt"]["proof"]["status"] == "passed"
    units = "/etc/systemd/system"
    # Without a running systemd its own program makes the links that `enable` makes.
    board.run(["systemctl", "--root=/", "enable", "pidoctor-tflite.timer"], online=False)
    board.run(["test", "-L", f"{units}/timers.target.wants/pidoctor-tflite.timer"], online=False)
    again = start(board, card)
    assert again["result"]["install"]["status"] == "already"
    assert again["receipt"] == first["receipt"]


def test_without_wheels_the_answer_says_so(new_root: Callable[[Recipe], Root], card: Path) -> None:
    root = new_root(Recipe("trixie", "arm64", ("cloud-init", "systemd")))
    try:
        empty = [(card, BOOT), (card / "nothing", f"{BOOT}/pidoctor/wheels")]
        (card / "nothing").mkdir()
        run = root.run(
            ["sh", f"{BOOT}/pidoctor/first-boot.sh"], binds=empty, online=False, check=False
        )
        assert run.returncode == 1
        kept = root.run(["cat", "/var/lib/pidoctor/result.json"], online=False).stdout
        assert json.loads(kept)["exit_code"] == 1
        assert root.run(["ls", "/var/lib/pidoctor"], online=False).stdout == "result.json\n"
    finally:
        root.close()


def start(board: Root, card: Path) -> Mapping[str, Any]:
    """Run what cloud-init runs, without a network; what it leaves."""
    script = f"{BOOT}/pidoctor/first-boot.sh"
    board.run(["sh", script], binds=[(card, BOOT)], online=False, timeout=600)
    kept = {}
    for name in ("result", "receipt"):
        text = board.run(["cat", f"/var/lib/pidoctor/{name}.json"], online=False).stdout
        kept[name] = json.loads(text)
    return kept
