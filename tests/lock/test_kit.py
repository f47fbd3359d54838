"""The offline kit: what is beside the wheels, and whose wheels a folder holds."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Callable

import pytest

from pidoctor import api
from pidoctor.errors import CouldNotCheckError
from pidoctor.install.failure import InstallError
from pidoctor.install.kit import MANIFEST, whose
from pidoctor.install.recipe import Job, make_recipe
from pidoctor.install.wheelhouse import Cache
from pidoctor.lockfiles.kit_writer import write_kit
from pidoctor.lockfiles.wheelhouse_writer import pack
from pidoctor.resolve.plan import Plan

PI_32, PI_64 = "pi4-4gb/bookworm-32", "pi4-4gb/bookworm-64"


def cannot(_: Path) -> None:
    raise CouldNotCheckError("pip wheel failed: no network")


def made(target: Path) -> None:
    target.write_bytes(b"made")


def kit(
    folder: Path,
    target: str = PI_32,
    program: str = "/usr/bin/pidoctor",
    make: Callable[[Path], None] = cannot,
) -> tuple[str, ...]:
    """A kit for a target, with files in place of the wheels."""
    profile = api.probe(target=target).profile
    plan = api.resolve(profile)
    assert isinstance(plan, Plan)
    for wheel in plan.wheels:
        (folder / wheel.filename).write_bytes(wheel.filename.encode())
    return write_kit(plan, profile, target, folder, program, make)


def test_what_is_beside_the_wheels(tmp_path: Path) -> None:
    names = kit(tmp_path)
    assert names == ("requirements.txt", MANIFEST, "SHA256SUMS", "HOWTO.txt")
    made = json.loads((tmp_path / MANIFEST).read_text())
    assert made["made_for"] == PI_32
    assert made["system_packages"] == ["python3-numpy"]
    listed = {file["name"] for file in made["files"]}
    assert "requirements.txt" in listed
    assert {path.name for path in tmp_path.glob("*.whl")} < listed


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_the_hashes_are_checked_by_the_systems_own_tool(tmp_path: Path) -> None:
    kit(tmp_path)
    check = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    next(tmp_path.glob("*.whl")).write_bytes(b"damaged")
    assert subprocess.run(check, cwd=tmp_path, check=False, capture_output=True).returncode == 1


def test_the_how_to_names_the_debian_packages_where_there_are_any(tmp_path: Path) -> None:
    kit(tmp_path)
    text = (tmp_path / "HOWTO.txt").read_text()
    assert "--download-only python3-numpy" in text
    assert "python3 -m venv --system-site-packages ~/tflite" in text
    kit(tmp_path, PI_64)
    text = (tmp_path / "HOWTO.txt").read_text()
    assert "dpkg" not in text
    assert "--system-site-packages" not in text


def test_the_single_file_goes_along_where_it_is_what_runs(tmp_path: Path) -> None:
    program = tmp_path / "mine.pyz"
    with zipfile.ZipFile(program, "w") as archive:
        archive.writestr("BUILD", "0" * 32)
    folder = tmp_path / "kit"
    folder.mkdir()
    assert "pidoctor.pyz" in kit(folder, program=str(program))
    assert (folder / "pidoctor.pyz").read_bytes() == program.read_bytes()
    assert "python3 pidoctor.pyz install --offline" in (folder / "HOWTO.txt").read_text()
    # and again, by the copy in the kit itself
    assert "pidoctor.pyz" in kit(folder, program=str(folder / "pidoctor.pyz"))
    assert (folder / "pidoctor.pyz").read_bytes() == program.read_bytes()


def test_the_single_file_is_made_where_pidoctor_was_installed_by_pip(tmp_path: Path) -> None:
    assert "pidoctor.pyz" in kit(tmp_path, make=made)
    assert (tmp_path / "pidoctor.pyz").read_bytes() == b"made"
    assert "python3 pidoctor.pyz install --offline" in (tmp_path / "HOWTO.txt").read_text()
    listed = json.loads((tmp_path / MANIFEST).read_text())["files"]
    assert "pidoctor.pyz" in {file["name"] for file in listed}


def test_where_it_cannot_be_made_the_how_to_says_why(tmp_path: Path) -> None:
    kit(tmp_path)
    text = (tmp_path / "HOWTO.txt").read_text()
    assert "pidoctor is not in this folder (pip wheel failed: no network)." in text
    assert "pip install --no-index" in text


def test_whose_wheels_a_folder_holds(tmp_path: Path) -> None:
    kit(tmp_path)
    told = "32-bit ARM (armv7l), Python 3.11, Raspberry Pi OS 12 (bookworm)"
    assert whose(tmp_path) == f"{PI_32} ({told})"
    (tmp_path / MANIFEST).unlink()
    assert whose(tmp_path) == "32-bit ARM (armv7l), Python 3.11"


@pytest.mark.parametrize("content", ["", "{}", "[", '{"schema": 1}', "[" * 5000, "\0", "null"])
def test_a_manifest_that_is_none_is_not_believed(tmp_path: Path, content: str) -> None:
    kit(tmp_path)
    (tmp_path / MANIFEST).write_text(content)
    assert whose(tmp_path) == "32-bit ARM (armv7l), Python 3.11"


def test_an_empty_folder_is_nobodys(tmp_path: Path) -> None:
    assert whose(tmp_path) == ""
    assert whose(tmp_path / "none") == ""


def test_an_install_without_network_says_whose_the_wheels_are(tmp_path: Path) -> None:
    folder = tmp_path / "kit"
    folder.mkdir()
    kit(folder)
    plan = api.resolve(api.probe(target=PI_64).profile)
    assert isinstance(plan, Plan)
    job = Job(plan, tmp_path / ".venv", "python3", True, folder, cache=Cache(tmp_path / "cache"))
    with pytest.raises(InstallError) as error:
        make_recipe(job)
    said = error.value.finding.message
    assert said.startswith("Without network ")
    assert f" Those in {folder} are for {PI_32} (32-bit ARM" in said


def test_all_wheels_in_one_file_that_follows_no_link(tmp_path: Path) -> None:
    wheel, precious, target = (tmp_path / name for name in ("a.whl", "precious", "kind.zip"))
    wheel.write_bytes(b"wheel")
    precious.write_text("old")
    target.symlink_to(precious)
    with pytest.raises(CouldNotCheckError, match="symbolic link, not a regular file"):
        pack([wheel], target)
    assert (target.is_symlink(), precious.read_text()) == (True, "old")
    target.unlink()
    pack([wheel], target)
    with zipfile.ZipFile(target) as archive:
        assert archive.read("a.whl") == b"wheel"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.whl", "kind.zip", "precious"]
