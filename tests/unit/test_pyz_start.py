"""The copies of the single file in the user's cache: one, whole, and none that is in use."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pidoctor import pyz_start

CODE = (
    f"import sys; sys.path.insert(0, {os.path.dirname(pyz_start.__file__)!r}); import pyz_start; "
    "print(pyz_start.unpacked(sys.argv[1]), flush=True); input()"
)
A, B, C, D, E = ("pyz-" + version * 32 for version in "abcde")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pidoctor"


def built(folder: Path, name: str) -> str:
    """A single file that is unpacked into a folder of this name."""
    path = folder / f"{name}.pyz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("BUILD", name[4:])
        archive.writestr("pidoctor/__init__.py", "")
    return str(path)


class Running:
    """Another process that runs a single file until ``end``."""

    def __init__(self, archive: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CODE, archive],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.folder = Path(self.process.stdout.readline().strip())

    def end(self) -> Path:
        self.process.communicate("\n")
        assert self.process.returncode == 0
        return self.folder


def test_a_new_version_removes_the_old_copies(tmp_path: Path, cache: Path) -> None:
    for name in (A, B, C):
        folder = Running(built(tmp_path, name)).end()
        (folder / "pidoctor" / "__pycache__").mkdir()
    (cache / f"{D}-x1y2").mkdir()  # an unpacking that was ended
    assert Running(built(tmp_path, E)).end() == cache / E
    assert list(cache.iterdir()) == [cache / E]


def test_a_copy_that_runs_stays_until_it_has_ended(tmp_path: Path, cache: Path) -> None:
    old = Running(built(tmp_path, A))
    Running(built(tmp_path, B)).end()
    assert sorted(cache.iterdir()) == [cache / A, cache / B]
    assert (old.end() / "pidoctor" / "__init__.py").exists()
    Running(built(tmp_path, C)).end()
    assert list(cache.iterdir()) == [cache / C]


def test_only_copies_are_removed(tmp_path: Path, cache: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine").write_text("")
    cache.mkdir(parents=True, mode=0o700)
    (cache / "wheels").mkdir()
    (cache / "pyz-notes").mkdir()
    (cache / A).symlink_to(outside)
    (cache / B).write_text("a file")
    Running(built(tmp_path, E)).end()
    assert len(list(cache.iterdir())) == 5
    assert list(outside.iterdir()) == [outside / "mine"]


def test_a_copy_that_is_removed_at_its_start_is_unpacked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Running(built(tmp_path, A)).end()
    lock, moved = fcntl.flock, tmp_path / "moved"

    def removed_meanwhile(held: int, kind: int) -> None:
        if not moved.exists():
            os.rename(folder, moved)
        lock(held, kind)

    monkeypatch.setattr(fcntl, "flock", removed_meanwhile)
    assert pyz_start.unpacked(built(tmp_path, A)) == str(folder)
    assert (folder / "pidoctor" / "__init__.py").exists()


def test_without_locks_nothing_is_removed(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        raise OSError(37, "No locks available")

    Running(built(tmp_path, A)).end()
    monkeypatch.setattr(fcntl, "flock", refuse)
    pyz_start.unpacked(built(tmp_path, B))
    assert sorted(cache.iterdir()) == [cache / A, cache / B]


def test_a_python_that_leaves_no_capture_is_told_which_to_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (2, 7, 18))
    assert pyz_start.too_old("unread.pyz") == 2
    told = "pidoctor: needs Python 3.9 or newer, this is 2.7; start it with python3\n"
    assert capsys.readouterr().err == told


def test_ctrl_c_while_it_starts_ends_with_a_word(tmp_path: Path) -> None:
    path = built(tmp_path, A)
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(pyz_start.__file__, "__main__.py")
        archive.writestr("pidoctor/__main__.py", "import os; os.kill(os.getpid(), 2); os.sync()")
    ended = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "pidoctor: interrupted\n")
