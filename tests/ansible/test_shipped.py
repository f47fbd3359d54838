"""What ships for Ansible and for a board's first start is well made."""

from __future__ import annotations

import ast
import configparser
import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml

import pidoctor
from pidoctor.ansible.write import PYZ, write_collection, write_first_boot
from pidoctor.errors import CouldNotCheckError, UsageError
from tests.cli.program import pidoctor as program

ROOT = Path(pidoctor.__file__).parent / "ansible"
COLLECTION, FIRST_BOOT = ROOT / "collection", ROOT / "first_boot"
MODULES = sorted((COLLECTION / "plugins/modules").glob("*.py"))
YAML = sorted(COLLECTION.rglob("*.yml"))


@pytest.fixture
def no_build() -> Any:
    """Instead of the single file, which takes a network and half a minute, an empty one."""
    with mock.patch("pidoctor.ansible.write.build", lambda path: path.write_bytes(b"PK")) as build:
        yield build


def constant(path: Path, name: str) -> Any:
    """The YAML text that a module keeps under ``name``, parsed."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return yaml.safe_load(ast.literal_eval(node.value))
    raise AssertionError(f"{path.name} has no {name}")


@pytest.mark.parametrize("path", YAML, ids=lambda path: str(path.relative_to(COLLECTION)))
def test_every_yaml_file_parses(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_collection_has_the_version_of_pidoctor() -> None:
    described = yaml.safe_load((COLLECTION / "galaxy.yml").read_text(encoding="utf-8"))
    assert described["version"] == pidoctor.__version__
    assert (described["namespace"], described["name"]) == ("pidoctor", "tflite")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_documents_exactly_its_parameters(path: Path) -> None:
    documented = set(constant(path, "DOCUMENTATION")["options"])
    source = path.read_text(encoding="utf-8")
    taken = set(re.findall(r"^\s*(?:ARGUMENTS, )?(\w+)=\{\"type\"", source, re.MULTILINE))
    taken |= set(re.findall(r"dict\(ARGUMENTS, (\w+)=", source)) | {"pidoctor"}
    assert documented == taken
    assert constant(path, "EXAMPLES")
    assert constant(path, "RETURN")


def test_only_one_module_changes_a_board() -> None:
    changing = [path.stem for path in MODULES if "changed=False" not in path.read_text()]
    assert changing == ["tflite_install"]


def test_the_rollout_has_a_canary_first() -> None:
    plays = yaml.safe_load((COLLECTION / "playbooks/rollout.yml").read_text(encoding="utf-8"))
    assert plays[-1]["serial"] == [1, 5, "25%"]


def test_the_readme_of_the_collection_names_every_variable() -> None:
    defaults = yaml.safe_load((COLLECTION / "roles/board/defaults/main.yml").read_text())
    named = set(re.findall(r"^\| `(tflite_\w+)` \|", (COLLECTION / "README.md").read_text(), re.M))
    assert set(defaults) <= named


@pytest.mark.usefixtures("no_build")
def test_the_collection_is_written_whole_and_again(tmp_path: Path) -> None:
    folder = write_collection(tmp_path)
    assert folder == tmp_path / "ansible_collections/pidoctor/tflite"
    assert (folder / "roles/board/files" / PYZ).is_file()
    capture = (folder / "roles/board/files/capture.py").read_text(encoding="utf-8")
    assert "QUESTIONS" in capture
    assert not capture.startswith("#!")
    compile(capture, "capture.py", "exec")
    names = {path.relative_to(COLLECTION) for path in COLLECTION.rglob("*.py")}
    assert {path for path in names if not (folder / path).is_file()} == set()
    assert write_collection(tmp_path) == folder
    run = program("fleet", "collection", "--json", "-d", str(tmp_path))
    assert run.json["next"] == f"ansible-galaxy collection install {folder}"


def test_a_folder_of_somebody_else_is_no_place_for_the_collection(tmp_path: Path) -> None:
    mine = tmp_path / "ansible_collections/pidoctor/tflite/mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(UsageError):
        write_collection(tmp_path)
    assert [path.name for path in mine.parent.iterdir()] == ["mine.txt"]


@pytest.mark.usefixtures("no_build")
def test_the_files_for_the_first_boot(tmp_path: Path) -> None:
    names = write_first_boot(tmp_path)
    assert set(names) == {path.name for path in tmp_path.iterdir()}
    text = (tmp_path / "README.txt").read_text(encoding="utf-8")
    assert {name for name in names if name not in text} == {"README.txt"}


@pytest.mark.parametrize("write", [write_collection, write_first_boot])
def test_a_file_in_place_of_the_folder_is_told_before_anything_is_built(
    write: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with (
        mock.patch("pidoctor.ansible.write.build") as build,
        pytest.raises(UsageError, match="cannot be made"),
    ):
        write(tmp_path / "file")
    build.assert_not_called()


def test_cloud_init_reads_the_user_data() -> None:
    text = (FIRST_BOOT / "user-data").read_text(encoding="utf-8")
    assert text.startswith("#cloud-config\n")
    (command,) = yaml.safe_load(text)["runcmd"]
    assert command[-1].rsplit("/", 1)[-1] in {path.name for path in FIRST_BOOT.iterdir()}


def test_the_script_is_plain_shell() -> None:
    subprocess.run(["sh", "-n", str(FIRST_BOOT / "first-boot.sh")], check=True)


@pytest.mark.parametrize(
    ("unit", "section", "key"),
    [("service", "Service", "ExecStart"), ("timer", "Timer", "OnCalendar")],
)
def test_the_units_are_units(unit: str, section: str, key: str) -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((FIRST_BOOT / f"pidoctor-tflite.{unit}").read_text(encoding="utf-8"))
    assert parser[section][key]


def test_a_plan_for_captures(tmp_path: Path) -> None:
    """One resolution for boards of a kind; what nothing fits is said, and stops nothing."""
    machines = Path(__file__).parent.parent / "machines"
    captures = tmp_path / "captures"
    captures.mkdir()
    for board, machine in (
        ("kiosk-1", "pi4-bullseye-64"),
        ("kiosk-2", "pi4-bullseye-64"),
        ("zero", "pi-zero-w-bookworm-32"),
    ):
        text = (machines / machine / "capture.json").read_text(encoding="utf-8")
        (captures / f"{board}.json").write_text(text, encoding="utf-8")
    (captures / "bad.json").write_text("{", encoding="utf-8")
    fetched: list[tuple[str, str]] = []
    broken: list[bool] = []

    def fetch(plan: Any, python: str, folder: Path, _: Any) -> tuple[Path, ...]:
        folder.mkdir(parents=True)
        fetched.append((plan.runtime, python))
        if broken:
            raise CouldNotCheckError("there is no network")
        (folder / "one.whl").write_bytes(b"a wheel")
        return (folder / "one.whl",)

    with mock.patch("pidoctor.lockfiles.wheelhouse_writer.download", fetch):
        run = program("fleet", "plan", str(captures), "-d", str(tmp_path / "wheels"), "--json")
    assert run.code == 1
    assert fetched == [("ai-edge-litert", "3.9.2")]
    plan = json.loads((tmp_path / "wheels/plan.json").read_text(encoding="utf-8"))
    assert plan["boards"]["kiosk-1"] == plan["boards"]["kiosk-2"] != plan["boards"]["zero"]
    assert plan["kinds"][plan["boards"]["zero"]]["status"] == "impossible"
    assert {finding["id"] for finding in run.json["findings"]} == {"nothing-fits", "not-read"}
    assert run.json["verdict"] == (
        f"The wheels for 2 boards of 1 kind are in {tmp_path / 'wheels'}; "
        "there are none for 1 board of 1 kind."
    )
    with zipfile.ZipFile(tmp_path / "wheels" / f"{plan['boards']['kiosk-1']}.zip") as packed:
        assert packed.read("one.whl") == b"a wheel"
    broken.append(True)
    with mock.patch("pidoctor.lockfiles.wheelhouse_writer.download", fetch):
        run = program("fleet", "plan", str(captures), "-d", str(tmp_path / "again"), "--json")
    assert {finding["id"] for finding in run.json["findings"]} >= {"nothing-fits", "not-fetched"}
    assert run.json["verdict"] == "Nothing was fetched; there are none for 3 boards of 2 kinds."
    plan = json.loads((tmp_path / "again/plan.json").read_text(encoding="utf-8"))
    assert plan["kinds"][plan["boards"]["kiosk-1"]]["status"] == "not-fetched"
