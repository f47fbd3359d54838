"""Lock files: what is in them, and that pip and uv install from them without pidoctor."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.pylock import Pylock

from tests.cli.program import pidoctor

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TARGET = ("--target", "pi4-4gb/bookworm-64")


def test_requirements_pin_every_package_with_its_hash() -> None:
    run = pidoctor("lock", *TARGET)
    assert run.code == 0
    pins = [line for line in run.out.splitlines() if not line.startswith("#")]
    assert pins[0].startswith("ai-edge-litert==")
    for line in pins:
        assert re.fullmatch(r"[a-z0-9-]+==\S+ --hash=sha256:[0-9a-f]{64}", line)


def test_what_no_lock_can_install_is_said() -> None:
    run = pidoctor("lock", "--target", "pi4-4gb/bookworm-32")
    assert "# needs the system package python3-numpy" in run.out
    assert "numpy==" not in run.out


def test_a_lock_in_a_file_ends_with_what_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    where = ("--target", "pi4-4gb/bookworm-32", "-o", "lock.txt")
    told = re.sub(r"\s*\\\n\s*", " ", pidoctor("lock", *where).out)
    assert told.startswith("written: lock.txt\n")
    assert told.endswith(
        "sudo apt-get install -y python3-numpy && /usr/bin/python3 -m venv --system-site-packages "
        ".venv && .venv/bin/python -m pip install --require-hashes --no-deps -r lock.txt\n"
    )
    assert pidoctor("lock", *where, "--quiet").out == "written: lock.txt\n"


def test_what_a_device_needs_is_told_beside_the_file(tmp_path: Path) -> None:
    run = pidoctor("lock", *TARGET, "--with", "coral-usb", "-o", str(tmp_path / "lock.txt"))
    assert "! Coral USB Accelerator needs libedgetpu.so.1." in run.out


def test_a_lock_of_the_impossible_is_no_lock(tmp_path: Path) -> None:
    file = tmp_path / "lock.txt"
    run = pidoctor("lock", "--target", "pi4-4gb/trixie-32", "-o", str(file))
    assert run.code == 1
    assert "No TensorFlow Lite runtime has a wheel for 32-bit ARM" in " ".join(run.out.split())
    assert not file.exists()


def test_pylock_from_a_folder_is_valid(tmp_path: Path) -> None:
    plan = pidoctor("lock", *TARGET, "--json").json["resolution"]
    for package in plan["packages"]:
        (tmp_path / package["filename"]).touch()
    run = pidoctor("lock", *TARGET, "--format", "pylock", "--wheels", str(tmp_path))
    lock = Pylock.from_dict(tomllib.loads(run.out))
    lock.validate()
    locked = {package.name: str(package.version) for package in lock.packages}
    assert locked == {package["name"]: package["version"] for package in plan["packages"]}
    for package, planned in zip(lock.packages, plan["packages"]):
        assert package.wheels is not None
        assert package.wheels[0].hashes == {"sha256": planned["sha256"]}


def test_the_name_of_the_file_decides_its_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for package in pidoctor("lock", *TARGET, "--json").json["resolution"]["packages"]:
        (tmp_path / package["filename"]).touch()
    for name in ("pylock.toml", "pylock.pi4.toml"):
        assert pidoctor("lock", *TARGET, "--wheels", ".", "-o", name).code == 0
        Pylock.from_dict(tomllib.loads(Path(name).read_text())).validate()
    assert pidoctor("lock", *TARGET, "-o", "lock.txt").code == 0
    assert Path("lock.txt").read_text().count("--hash=sha256:") >= 2
    assert pidoctor("lock", *TARGET, "-o", ".").code == 0
    assert Path("requirements.txt").read_text() == Path("lock.txt").read_text()
    run = pidoctor("lock", *TARGET, "--format", "requirements", "-o", "pylock.toml")
    assert run.code == 2
    assert "PEP 751" in run.err


def test_pylock_from_a_folder_without_the_wheels_says_how_to_get_them(tmp_path: Path) -> None:
    run = pidoctor("lock", *TARGET, "--format", "pylock", "--wheels", str(tmp_path))
    assert run.code == 2
    assert "pidoctor download" in run.err


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lock") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


def imports(venv: Path) -> None:
    """The locked runtime loads."""
    line = "from ai_edge_litert.interpreter import Interpreter"
    subprocess.run([venv / "bin" / "python", "-c", line], check=True)


@pytest.mark.network
@pytest.mark.slow
def test_pip_installs_the_requirements(tmp_path: Path, venv: Path) -> None:
    file = tmp_path / "requirements.txt"
    assert pidoctor("lock", "ai-edge-litert", "-o", str(file)).code == 0
    pip = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"), "install"]
    subprocess.run([*pip, "--quiet", "--require-hashes", "--no-deps", "-r", str(file)], check=True)
    imports(venv)


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("form", ["requirements", "pylock"])
def test_uv_installs_both_forms(tmp_path: Path, venv: Path, form: str) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not installed")
    file = tmp_path / ("pylock.toml" if form == "pylock" else "requirements.txt")
    assert pidoctor("lock", "ai-edge-litert", "--format", form, "-o", str(file)).code == 0
    install = [uv, "pip", "install", "--quiet", "--python", str(venv / "bin" / "python")]
    options = [] if form == "pylock" else ["--require-hashes", "--no-deps"]
    subprocess.run([*install, *options, "-r", str(file)], check=True, cwd=tmp_path)
    imports(venv)


@pytest.mark.network
@pytest.mark.slow
def test_a_wheelhouse_is_verified_and_complete(tmp_path: Path) -> None:
    target = ("--target", "pi-3b/bookworm-32")
    run = pidoctor("download", *target, "-d", str(tmp_path), "--json")
    assert run.code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(run.json["files"])
    (wheel,) = tmp_path.glob("tflite_runtime-*armv7l.whl")
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[:-1])
    again = pidoctor("download", *target, "-d", str(tmp_path), "--json")
    assert again.code == 0
    assert wheel.read_bytes() == whole


def test_lines_that_are_not_in_the_lock_are_told_in_it(tmp_path: Path) -> None:
    listed = tmp_path / "r.txt"
    listed.write_text("tflite-runtime\n-e ./app\n")
    run = pidoctor("lock", "-r", str(listed), *TARGET, "--offline")
    assert f"# ./app is installed as editable: not checked ({listed}, line 2)" in run.out
