"""What somebody did in an environment since its install is there after an undo or a repair."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from pidoctor.install import transaction
from pidoctor.install.outcome import INSTALLED
from pidoctor.install.place import Place
from pidoctor.install.previous import keeps
from pidoctor.install.process import Ended, Progress, Task, run_all
from pidoctor.install.recipe import Job
from pidoctor.install.recovery import recover, undo
from pidoctor.install.transaction import install
from pidoctor.install.wheelhouse import Cache

from .world import PYTHON, Prover, make_plan, make_wheel, tree

pytestmark = pytest.mark.slow


def job(folder: Path, version: str, venv: Path) -> Job:
    files = {"demo/__init__.py": f"V = '{version}'\n", "demo/helper.py": "H = 1\n"}
    wheel = make_wheel(folder / "wheels", "demo", version, files)
    return Job(make_plan(wheel), venv, PYTHON, True, folder / "wheels", Cache(folder / "cache"))


def installed(folder: Path, *versions: str) -> Path:
    """An environment into which these versions of demo were installed, one after the other."""
    venv = folder / "home" / ".venv"
    for version in versions:
        outcome = install(job(folder, version, venv), Prover("demo", version))
        assert outcome.status == INSTALLED
    return venv


def site(venv: Path) -> Path:
    return next(venv.glob("lib/python*/site-packages"))


def change_by_hand(venv: Path) -> None:
    """A file of the user's, one edited in place, and a package installed with pip."""
    (venv / "notes.txt").write_text("dear to somebody")
    with (site(venv) / "demo" / "helper.py").open("r+") as file:
        file.write("H = 2\n")
    extra = site(venv) / "extra"
    extra.mkdir()
    (extra / "__init__.py").write_text("")
    info = site(venv) / "extra-3.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: extra\nVersion: 3.1\n")


def kept_in(home: Path) -> Path:
    (kept,) = home.glob(".venv.kept-*")
    return kept


def check_kept(kept: Path, venv_site: str) -> None:
    assert (kept / "notes.txt").read_text() == "dear to somebody"
    assert (kept / venv_site / "demo" / "helper.py").read_text() == "H = 2\n"
    assert (kept / venv_site / "extra-3.1.dist-info" / "METADATA").exists()
    assert not (kept / venv_site / "demo" / "__init__.py").exists()


@pytest.mark.parametrize("versions", [("1.0",), ("1.0", "2.0")], ids=["new", "changed"])
def test_undo_keeps_what_was_changed_since(versions: tuple[str, ...], tmp_path: Path) -> None:
    venv = installed(tmp_path, *versions[:-1]) if len(versions) > 1 else None
    before = tree(venv) if venv else {}
    venv = installed(tmp_path, versions[-1])
    relative = str(site(venv).relative_to(venv))
    change_by_hand(venv)

    told = keeps(venv)
    assert told == (
        "extra 3.1, installed since",
        "notes.txt, added since",
        f"{relative}/demo/helper.py, edited since",
    )
    said = undo(venv)
    kept = kept_in(venv.parent)
    assert str(kept) in said
    check_kept(kept, relative)
    assert (tree(venv) if venv.exists() else {}) == before
    assert sorted(path.name for path in venv.parent.iterdir()) == sorted(
        [kept.name, *([".venv"] if before else [])]
    )


def test_an_edit_after_the_install_does_not_reach_the_copy(tmp_path: Path) -> None:
    venv = installed(tmp_path, "1.0", "2.0")
    previous = Place.of(venv).previous
    before = tree(previous)
    for path in venv.rglob("*.py"):
        with path.open("a") as file:
            file.write("# edited in place\n")
    assert tree(previous) == before


def test_undo_of_nothing_changed_leaves_nothing_behind(tmp_path: Path) -> None:
    venv = installed(tmp_path, "1.0")
    subprocess.run([str(venv / "bin" / "python"), "-c", "import demo"], check=True)  # bytecode
    assert keeps(venv) == ()
    assert "kept" not in undo(venv)
    assert list(venv.parent.iterdir()) == []


def test_without_a_manifest_everything_is_kept(tmp_path: Path) -> None:
    venv = installed(tmp_path, "1.0")
    change_by_hand(venv)
    Place.of(venv).manifest.unlink()
    before = tree(venv)
    assert "the whole environment" in keeps(venv)[0]
    undo(venv)
    assert tree(kept_in(venv.parent)) == before


def test_repair_keeps_what_was_changed_since_and_nothing_of_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = installed(tmp_path, "1.0")
    before = tree(venv)

    def run(tasks: list[Task], stdin: int, progress: Progress) -> list[Ended]:
        run_all(tasks, stdin, progress)
        os.kill(os.getpid(), signal.SIGKILL)
        return []

    child = os.fork()
    if child == 0:
        monkeypatch.setattr(transaction, "run_all", run)
        install(job(tmp_path, "2.0", venv), Prover("demo", "2.0"))
        os._exit(1)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL

    change_by_hand(venv)  # days later
    said = recover(venv)
    kept = kept_in(venv.parent)
    assert said is not None
    assert str(kept) in said
    check_kept(kept, str(site(venv).relative_to(venv)))
    assert sorted(p.name for p in kept.rglob("*") if p.is_file()) == [
        "METADATA",
        "__init__.py",
        "helper.py",
        "notes.txt",
    ]
    assert tree(venv) == before
