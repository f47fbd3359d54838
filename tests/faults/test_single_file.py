"""pidoctor.pyz, built and run for real on Pythons that have nothing installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pidoctor.pyz import build

pytestmark = [pytest.mark.network, pytest.mark.slow]


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("pyz") / "pidoctor.pyz")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python without pip and without any package."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return str(folder / "bin" / "python")


def run(
    pyz: Path, python: str, home: Path, *words: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "XDG_", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        [python, str(pyz), *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "HOME": str(home)},
    )


def test_is_pure_and_the_same_each_time(pyz: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(pyz) as archive:
        names = archive.namelist()
    assert not [name for name in names if ".so" in Path(name).suffixes]
    assert "pidoctor/wheels-index/numpy.json" in names
    assert build(tmp_path / "again.pyz").read_bytes() == pyz.read_bytes()


def test_check_and_triage_need_nothing(pyz: Path, bare: str, tmp_path: Path) -> None:
    checked = run(pyz, bare, tmp_path, "check", "--json")
    assert checked.returncode in (0, 1), checked.stderr
    assert json.loads(checked.stdout)["resolution"]["status"] in ("plan", "impossible")
    (unpacked,) = (tmp_path / ".cache" / "pidoctor").glob("pyz-*")

    log = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    diagnosed = run(pyz, bare, tmp_path, "triage", "-", "--json", stdin=log)
    assert json.loads(diagnosed.stdout)["diagnoses"][0]["cause"] == "no-space-left"
    assert list((tmp_path / ".cache" / "pidoctor").glob("pyz-*")) == [unpacked]


def test_installs_with_a_python_that_has_no_pip(pyz: Path, bare: str, tmp_path: Path) -> None:
    venv = tmp_path / "env"
    installed = run(pyz, bare, tmp_path, "install", "--venv", str(venv), "--yes", "--json")
    assert installed.returncode == 0, installed.stderr
    assert json.loads(installed.stdout)["proof"]["status"] == "passed"
    assert run(pyz, bare, tmp_path, "smoke", "--venv", str(venv)).returncode == 0


def test_without_a_home_it_leaves_nothing(
    pyz: Path, bare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    home = Path("/dev/null/home")
    assert run(pyz, bare, home, "--version").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_cache_that_others_can_change_is_not_run(pyz: Path, bare: str, tmp_path: Path) -> None:
    cache = tmp_path / ".cache" / "pidoctor"
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    assert run(pyz, bare, tmp_path, "--version").returncode == 0
    assert list(cache.iterdir()) == []


def test_too_old_a_python_is_told_and_leaves_a_capture(pyz: Path, tmp_path: Path) -> None:
    pretended = tmp_path / "pidoctor.pyz"
    with zipfile.ZipFile(pyz) as archive, zipfile.ZipFile(pretended, "w") as changed:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "__main__.py":
                content = content.replace(b"OLDEST = (3, 9)", b"OLDEST = (99, 0)")
            changed.writestr(name, content)
    ended = subprocess.run(
        [sys.executable, str(pretended), "check"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr.startswith("pidoctor: needs Python 3.9")
    assert "pidoctor check --capture pidoctor-capture.json" in ended.stderr
    assert json.loads((tmp_path / "pidoctor-capture.json").read_text("utf-8"))["schema"]
