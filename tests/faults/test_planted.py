"""Attacks: something planted beside an environment, a command run, nothing lost or run by it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from pidoctor.errors import PidoctorError
from pidoctor.install.journal import PHASES
from pidoctor.install.outcome import INSTALLED
from pidoctor.install.place import Place
from pidoctor.install.recipe import Job
from pidoctor.install.recovery import recover, undo
from pidoctor.install.situation import StuckError
from pidoctor.install.state import ForeignStateError
from pidoctor.install.stuck import set_aside
from pidoctor.install.transaction import install
from pidoctor.install.wheelhouse import Cache

from .world import PYTHON, Prover, make_plan, make_wheel, tree

pytestmark = pytest.mark.slow

LOOKING = (
    ("check", "-q"),
    ("explain", "auto"),
    ("install", "--dry-run"),
    ("report", "-o", "../bundle.zip"),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def job(tmp_path: Path, version: str = "1.0") -> Job:
    wheels = tmp_path / "wheels"
    files = {"demo/__init__.py": f"V = '{version}'\n"}
    wheel = make_wheel(wheels, "demo", version, files)
    cache = Cache(tmp_path / "cache")
    return Job(make_plan(wheel), tmp_path / "home" / ".venv", PYTHON, True, wheels, cache)


def plant_environment(folder: Path) -> None:
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (folder / "thesis.txt").write_text("dear to somebody")


def pidoctor(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pidoctor", *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def plant_journal(folder: Path, phase: str) -> None:
    """What an earlier pidoctor wrote, and what somebody who read the source would write."""
    (folder / "journal.json").write_text(
        json.dumps(
            {
                "schema": "pidoctor-journal/2",
                "id": "",
                "phase": phase,
                "folders": {"venv": "1:1", "new": "", "backup": "", "previous": ""},
                "kept": ".venv.kept-1",
            }
        )
    )


def plant_state(home: Path, phase: str) -> Path:
    """A state folder as a checkout brings it, with an environment of somebody's choice in it."""
    state = Place.of(home / ".venv").state
    for part in ("new/.venv", "backup", "previous"):
        plant_environment(state / part)
    plant_journal(state, phase)
    return state


def test_a_link_is_not_followed(home: Path, tmp_path: Path) -> None:
    dear = tmp_path / "dear"
    for name in ("work", "backup", "new", "previous"):
        plant_environment(dear / name)
    (dear / "thesis.txt").write_text("dear to somebody")
    Place.of(home / ".venv").state.symlink_to(dear)
    prepared = job(tmp_path)
    before = tree(tmp_path)
    for attempt in (
        lambda: install(prepared, Prover("demo", "1.0")),
        lambda: recover(prepared.venv),
        lambda: undo(prepared.venv),
    ):
        with pytest.raises(ForeignStateError, match=r"is a link to .*dear"):
            attempt()
    assert tree(tmp_path) == before
    for words in LOOKING:
        pidoctor(home, *words)
        assert tree(dear) == {k[5:]: v for k, v in before.items() if k.startswith("dear/")}


@pytest.mark.parametrize("phase", [*PHASES, "nonsense"])
def test_a_planted_journal_moves_and_removes_nothing(
    phase: str, home: Path, tmp_path: Path
) -> None:
    plant_environment(home / ".venv")
    plant_state(home, phase)
    prepared = job(tmp_path)
    before = tree(home)
    for attempt in (
        lambda: install(prepared, Prover("demo", "1.0")),
        lambda: recover(prepared.venv),
        lambda: undo(prepared.venv),
    ):
        with pytest.raises(ForeignStateError, match="was not made by pidoctor"):
            attempt()
    assert tree(home) == before


@pytest.mark.parametrize("words", LOOKING, ids=lambda words: words[0])
def test_looking_changes_nothing_and_names_the_way_out(words: tuple[str, ...], home: Path) -> None:
    plant_environment(home / ".venv")
    plant_state(home, "removing")
    before = tree(home)
    said = pidoctor(home, *words)
    assert tree(home) == before
    assert said.returncode in (0, 1, 2, 3), said.stderr
    if words[0] in ("check", "explain"):
        assert "pidoctor recover" in said.stdout + said.stderr
    assert "Traceback" not in said.stderr


def marked_state(tmp_path: Path) -> Place:
    """An environment with demo 2.0, and a state folder of pidoctor's own that keeps demo 1.0."""
    for version in ("1.0", "2.0"):
        outcome = install(job(tmp_path, version), Prover("demo", version))
        assert outcome.status == INSTALLED, outcome
    return Place.of(tmp_path / "home" / ".venv")


@pytest.mark.parametrize("phase", PHASES)
def test_a_journal_that_comes_into_a_folder_of_ours_is_not_believed(
    phase: str, home: Path, tmp_path: Path
) -> None:
    """A pull adds files to a folder that is there; the mark it cannot read has the id."""
    place = marked_state(tmp_path)
    plant_journal(place.state, phase)
    plant_environment(place.staging)
    before = tree(home)
    with pytest.raises(StuckError, match="cannot be read"):
        recover(place.venv)
    assert tree(home) == before
    aside = set_aside(place.venv)
    assert aside.parent == home
    assert recover(place.venv) is None


def test_a_copied_folder_is_not_believed(home: Path, tmp_path: Path) -> None:
    place = marked_state(tmp_path)
    shutil.copytree(place.state, tmp_path / "copied", symlinks=True)
    shutil.rmtree(place.state)
    shutil.move(str(tmp_path / "copied"), place.state)
    before = tree(home)
    with pytest.raises(ForeignStateError, match="it is a copy"):
        undo(place.venv)
    assert tree(home) == before


@pytest.mark.parametrize("what", ["mark.json", "journal.json", "lock"])
def test_a_pipe_does_not_hang(what: str, home: Path, tmp_path: Path) -> None:
    place = marked_state(tmp_path)
    (place.state / what).unlink(missing_ok=True)
    os.mkfifo(place.state / what)
    assert pidoctor(home, "check", "-q").returncode in (0, 1)
    said = pidoctor(home, "undo", "--yes")
    assert said.returncode == (0 if what == "lock" else 1), said.stderr
    assert place.venv.is_dir()


def test_pipes_in_an_environment_do_not_hang(home: Path, tmp_path: Path) -> None:
    place = marked_state(tmp_path)
    for path in (place.venv / "pyvenv.cfg", place.receipt, place.manifest):
        path.unlink()
        os.mkfifo(path)
    for words in (("check", "-q"), ("install", "--dry-run"), ("install", "--yes"), ("undo",)):
        assert pidoctor(home, *words).returncode in (0, 1, 2, 3), words


@pytest.mark.usefixtures("home")
def test_a_folder_that_others_may_write_is_refused(tmp_path: Path) -> None:
    place = marked_state(tmp_path)
    place.state.chmod(0o777)
    with pytest.raises(ForeignStateError, match="written by other users"):
        undo(place.venv)


@pytest.mark.usefixtures("home")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    place = marked_state(tmp_path)
    os.chown(place.state, 4711, 4711)
    with pytest.raises(ForeignStateError, match="belongs to another user"):
        undo(place.venv)


@pytest.mark.parametrize("leads", ["work", "new", "backup", "discard"])
def test_links_inside_the_folder_are_removed_themselves(
    leads: str, home: Path, tmp_path: Path
) -> None:
    place = marked_state(tmp_path)
    dear = tmp_path / "dear"
    plant_environment(dear)
    (place.state / leads).symlink_to(dear)
    before = tree(dear)
    with suppress(PidoctorError):
        install(job(tmp_path, "3.0"), Prover("demo", "3.0"))
    assert tree(dear) == before
    assert (home / ".venv" / "bin" / "python").exists()


@pytest.mark.parametrize("planted", ["script", "executable", "home", "link"])
@pytest.mark.parametrize(
    "words", [("check", "-q"), ("install", "--dry-run"), ("smoke",)], ids=lambda words: words[0]
)
def test_a_program_that_came_with_a_folder_is_not_run(
    words: tuple[str, ...], planted: str, home: Path
) -> None:
    venv = home / ".venv"
    plant_environment(venv)
    evil = home / "tools" / "python3"
    evil.parent.mkdir()
    evil.write_text(f"#!/bin/sh\ntouch {home}/pwned\n")
    evil.chmod(0o755)
    python = venv / "bin" / "python"
    if planted == "script":
        shutil.copy(evil, python)
    elif planted == "link":
        python.symlink_to("../../tools/python3")
    else:
        python.symlink_to(sys.executable)
        value = evil if planted == "executable" else evil.parent
        (venv / "pyvenv.cfg").write_text(f"{planted} = {value}\nversion = 3\n")
    said = pidoctor(home, *words)
    assert not (home / "pwned").exists()
    if words[0] != "check" and planted in ("script", "link"):  # else the link's own Python is used
        assert said.returncode == 2
        assert f"name it: --venv {venv}" in said.stderr


def test_an_environment_made_by_hand_is_used_unnamed(home: Path) -> None:
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(home / ".venv")], check=True)
    said = pidoctor(home, "install", "--dry-run")
    assert "not looked into" not in said.stderr
