"""The collection on a fleet of local boards: real Ansible, real wheels, real proofs.

``FLEET_BOARDS=40`` makes the fleet as large as that, of every Python of this machine; the four
boards that fail are always among them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pidoctor.ansible.write import write_first_boot
from pidoctor.help import page_text
from tests.ansible.fleet import Fleet, content
from tests.ansible.programs import ansible, collection, installed_collection
from tests.cli.program import pidoctor
from tests.emulated import network
from tests.native.pythons import find

pytestmark = [
    pytest.mark.slow,
    pytest.mark.network,
    pytest.mark.skipif(sys.version_info < (3, 10), reason="ansible-core needs Python 3.10"),
]
__all__ = ["ansible", "collection", "installed_collection"]

SIZE = int(os.environ.get("FLEET_BOARDS", "6"))


def python_of(version: str) -> str | None:
    """An interpreter of that version, where this machine has one."""
    try:
        return find(version)
    except pytest.skip.Exception:
        return None


@pytest.fixture(scope="module")
def fleet(
    ansible: Path, installed_collection: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    """Sound boards of as many Pythons as there are, and four that fail, each in its own way."""
    folder = tmp_path_factory.mktemp("fleet")
    made = Fleet(folder, ansible, installed_collection)
    pythons = [path for version in VERSIONS if (path := python_of(version))]
    for number in range(SIZE - 4):
        made.add(f"board-{number}", pythons[number % len(pythons)])
    made.add("no-proof", pythons[0])
    made.block_runtime("no-proof")
    made.add(
        "unreachable",
        pythons[0],
        ansible_connection="ssh",
        ansible_host="127.0.0.1",
        ansible_port="9",
    )
    if old := python_of("3.8"):
        made.add("old-python", old)
    disk = made.add("full-disk", pythons[0]).parent
    small = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "small", str(disk)], check=False
    )
    if small.returncode:
        del made.boards["full-disk"]
    yield made
    if not small.returncode:
        subprocess.run(["umount", str(disk)], check=True)


VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13")


def test_a_canary_that_fails_stops_the_rollout(fleet: Fleet) -> None:
    folder = Path(fleet.boards["no-proof"]["tflite_venv"])
    before = content(folder)
    recap = fleet.rollout("no-proof")
    assert "no-proof" in recap.with_any("failed"), recap.text
    assert content(folder) == before
    others = [Path(v["tflite_venv"]) for name, v in fleet.boards.items() if name != "no-proof"]
    assert [venv for venv in others if venv.exists()] == []
    result = json.loads((fleet.folder / "fleet/receipts/no-proof/result.json").read_text())
    assert result["install"]["status"] == "rolled-back"


def test_a_look_ahead_changes_nothing_and_says_what_would(fleet: Fleet) -> None:
    recap = fleet.rollout("board-0", "--check", "--diff", tflite_max_fail_percentage="100")
    sound = {name for name in fleet.boards if name.startswith("board-")}
    assert recap.with_any("changed") == sound | {"no-proof"}, recap.text
    assert re.search(r"^\+ai-edge-litert \d", recap.text, re.MULTILINE)
    assert [v["tflite_venv"] for n, v in fleet.boards.items() if _made(n, v)] == []
    assert not list((fleet.folder / "fleet/receipts").glob("board-*"))


def _made(name: str, variables: Mapping[str, str]) -> bool:
    return name != "no-proof" and Path(variables["tflite_venv"]).exists()


def test_only_sound_boards_are_changed(fleet: Fleet) -> None:
    folder = Path(fleet.boards["no-proof"]["tflite_venv"])
    before = content(folder)
    receipts = fleet.folder / "fleet/receipts"
    (receipts / "board-0").mkdir()
    for stale in ("board-0/result.json", "no-proof/receipt.json"):  # of a run before
        (receipts / stale).write_text("{}", encoding="utf-8")
    recap = fleet.rollout("board-0", tflite_max_fail_percentage="60")
    assert [path.name for path in (receipts / "board-0").iterdir()] == ["receipt.json"]
    assert [path.name for path in (receipts / "no-proof").iterdir()] == ["result.json"]
    sound = {name for name in fleet.boards if name.startswith("board-")}
    assert recap.with_any("changed") == sound, recap.text
    assert recap.with_any("unreachable") == {"unreachable"}
    assert recap.with_any("failed") == fleet.boards.keys() - sound - {"unreachable"}
    assert content(folder) == before
    for name, variables in fleet.boards.items():
        python = Path(variables["tflite_venv"]) / "bin/python"
        assert python.exists() == (name in sound | {"no-proof"})
    if "full-disk" in fleet.boards:
        assert content(Path(fleet.boards["full-disk"]["tflite_venv"]).parent) == []


def test_each_kind_is_resolved_once(fleet: Fleet) -> None:
    plan = json.loads((fleet.folder / "fleet/wheels/plan.json").read_text(encoding="utf-8"))
    kinds = {v["ansible_python_interpreter"] for n, v in fleet.boards.items() if n != "unreachable"}
    assert len(plan["kinds"]) == len(kinds)
    folders = [path for path in (fleet.folder / "fleet/wheels").iterdir() if path.is_dir()]
    assert len(folders) == len(kinds)


def test_a_second_run_changes_nothing(fleet: Fleet) -> None:
    before = {name: content(Path(v["tflite_venv"])) for name, v in fleet.boards.items()}
    recap = fleet.rollout("board-0", tflite_max_fail_percentage="60")
    assert recap.with_any("changed") == set(), recap.text
    after = {name: content(Path(v["tflite_venv"])) for name, v in fleet.boards.items()}
    assert [name for name in before if before[name] != after[name]] == []


def test_the_receipts_make_a_report(fleet: Fleet) -> None:
    kept = [str(fleet.folder / "fleet" / name) for name in ("receipts", "captures")]
    groups = pidoctor("fleet", "report", "--json", *kept).json["fleet"]["groups"]
    assert {n for g in groups for n in g["names"]} == fleet.boards.keys() - {"unreachable"}
    works = {name for group in groups if group["verdict"] == "works" for name in group["names"]}
    assert works == {name for name in fleet.boards if name.startswith("board-")}
    assert {n for g in groups if g["verdict"] == "fails" for n in g["names"]} >= {"no-proof"}
    full = {n for g in groups if g["verdict"] == "cannot" for n in g["names"]}
    assert "full-disk" in full or "full-disk" not in fleet.boards


def test_the_commands_of_the_page(
    ansible: Path, installed_collection: Path, tmp_path: Path
) -> None:
    """They are those that this fleet was rolled out with, and Ansible understands the inventory."""
    lines = re.findall(r"^(?:    (?=\S)|(?=kiosk-))(.*)$", page_text("many-boards"), re.MULTILINE)
    (collection,) = (line for line in lines if line.startswith("pidoctor fleet collection"))
    folder = f"{collection.split()[-1]}/ansible_collections/pidoctor/tflite"
    assert f"ansible-galaxy collection install {folder}" in lines
    boards = [line for line in lines if line.startswith("kiosk-")]
    (tmp_path / "inventory.ini").write_text("\n".join(boards) + "\n", encoding="utf-8")
    (command,) = (line for line in lines if line.endswith("-i inventory.ini"))
    home = {**os.environ, "ANSIBLE_HOME": str(tmp_path)}
    done = subprocess.run(
        [str(ansible / command.split()[0]), *command.split()[1:], "--list-hosts"],
        cwd=tmp_path,
        env={**home, "ANSIBLE_COLLECTIONS_PATH": str(installed_collection)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [name for name in ("kiosk-1", "kiosk-2", "kiosk-3") if name not in done.stdout] == []
    assert {board.split()[0] for board in boards} == {"kiosk-1", "kiosk-2", "kiosk-3"}


# Instead of Ansible's own script, where its server cannot be reached: it makes pip where none is.
BOOTSTRAP = """
import ensurepip, os, subprocess, sys
ensurepip.bootstrap(default_pip=True)
del os.environ["PIP_CONFIG_FILE"]  # ensurepip turned the settings off
words = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
subprocess.run([sys.executable, "-m", "pip", "install", *words], check=True)
"""


def test_the_sanity_tests_of_ansible(ansible: Path, collection: Path, tmp_path: Path) -> None:
    """All of them."""
    root, home = tmp_path / "ansible_collections/pidoctor/tflite", tmp_path / "home"
    shutil.copytree(collection, root)
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
    # ansible-test hands no variables on to pip; a file of settings in its home is read.
    settings = {"cert": str(network.certificates()[0])}
    if index := network.package_index().get("PIP_INDEX_URL"):
        settings["index-url"] = index
    (home / ".config/pip").mkdir(parents=True)
    lines = ["[global]", *(f"{key} = {value}" for key, value in settings.items())]
    (home / ".config/pip/pip.conf").write_text("\n".join(lines) + "\n")
    version = "{}.{}".format(*sys.version_info)
    command = [str(ansible / "ansible-test"), "sanity", "--python", version, "--color", "no"]

    def sanity() -> tuple[int, str]:
        done = subprocess.run(
            [*command, "--requirements"],
            cwd=root,
            env={**os.environ, "HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    code, said = sanity()
    if place := re.search(r"manually downloaded and saved to: (\S+)", said):
        Path(place[1]).write_text(BOOTSTRAP, encoding="utf-8")
        code, said = sanity()
    assert code == 0, said
    assert {"validate-modules", "pylint", "yamllint"} <= set(
        re.findall(r'sanity test "(.+)"', said)
    )


def test_the_first_boot_script(tmp_path: Path, fleet: Fleet) -> None:
    """It installs offline from the folder beside it, proves, and leaves the receipt."""
    boot, state = tmp_path / "boot", tmp_path / "state"
    write_first_boot(boot)
    python = fleet.boards["board-0"]["ansible_python_interpreter"]
    plan = json.loads((fleet.folder / "fleet/wheels/plan.json").read_text(encoding="utf-8"))
    wheels = fleet.folder / "fleet/wheels" / plan["boards"]["board-0"]
    shutil.copytree(wheels, boot / "wheels")
    environment = {
        **os.environ,
        "PATH": f"{Path(python).parent}:{os.environ['PATH']}",
        "TFLITE_VENV": str(tmp_path / "venv"),
        "TFLITE_STATE": str(state),
        "TFLITE_UNITS": str(tmp_path / "nowhere"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    subprocess.run(["sh", str(boot / "first-boot.sh")], env=environment, check=True)
    receipt = json.loads((state / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["proof"]["status"] == "passed"
    assert json.loads((state / "result.json").read_text())["install"]["status"] == "installed"
