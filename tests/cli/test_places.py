"""Where the environment cannot lie, check says so first, and names another place."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pidoctor.host import live
from pidoctor.host.base import DiskUsage
from pidoctor.host.trust import why_not_run
from tests.cli.program import pidoctor

ELSEWHERE = "pidoctor install --venv ~/tflite"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: one of a user whose home is beside it."""
    for name in ("home", "project"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def closed(*folders: Path) -> Callable[[str, int], bool]:
    """What os.access says to a user who may change nothing in these folders."""
    return lambda path, _: Path(path) not in folders


def environment(folder: Path) -> None:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to(os.path.realpath(sys.executable))
    (folder / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\n")


def test_a_folder_that_the_user_may_not_write_to(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", closed(project))
    checked = pidoctor("check")
    assert checked.code == 1
    assert checked.out.endswith(f"once 1 problem is solved.\n  Next: {ELSEWHERE}\n")
    refused = pidoctor("install", "--yes")
    assert refused.code == 2
    said = f"ou may not write in {project}; choose another place, as in --venv ~/tflite"
    assert said in refused.err
    assert "".join(said.split()) in "".join(checked.out.split())  # a long path is folded


def test_an_environment_of_somebody_else(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(project / ".venv")
    monkeypatch.setattr(os, "access", closed(project / ".venv"))
    checked = pidoctor("check", "tflite-runtime", "--json").json
    assert [it["id"] for it in checked["findings"] if it["severity"] == "error"] == [
        "environment-place"
    ]
    assert checked["next"] == "pidoctor install tflite-runtime --venv ~/tflite"
    assert "and you may not change it" in pidoctor("install", "--yes").err


def test_a_folder_that_is_no_environment(project: Path) -> None:
    (project / ".venv").mkdir()
    (project / ".venv/notes.txt").touch()
    checked = pidoctor("check", "--json").json
    assert (checked["exit_code"], checked["next"]) == (1, ELSEWHERE)


def test_a_home_that_is_there_already_or_cannot_be_used(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = project.parent / "home"
    (home / "tflite").mkdir()
    monkeypatch.setattr(os, "access", closed(project))
    assert pidoctor("check", "--json").json["next"] == f"{ELSEWHERE}-2"
    shutil.rmtree(home)
    checked = pidoctor("check", "--json").json
    assert (checked["exit_code"], checked["next"]) == (1, None)


@pytest.mark.parametrize("usage", [(0, False), (10**12, True)], ids=["full", "read-only"])
def test_a_disk_that_takes_nothing_and_a_home_on_another(
    project: Path, usage: tuple[int, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_usage(_: live.LiveHost, path: str) -> DiskUsage:
        at_home = path.startswith(str(project.parent / "home"))
        free, read_only = (10**12, False) if at_home else usage
        return DiskUsage(total=10**12, free=free, read_only=read_only)

    monkeypatch.setattr(live.LiveHost, "disk_usage", disk_usage)
    assert pidoctor("check", "--json").json["next"] == ELSEWHERE


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_an_environment_that_root_made_may_be_run_and_another_users_not(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(project / ".venv")
    os.lchown(project / ".venv", 65534, 65534)
    assert "belongs to another user" in why_not_run(str(project / ".venv"))
    assert not live.LiveHost().is_mine(str(project / ".venv"))
    link = project / "link"
    link.symlink_to(project / ".venv")
    assert not live.LiveHost().is_mine(str(link))
    os.lchown(project / ".venv", 0, 0)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert live.LiveHost().is_mine(str(project / ".venv"))


def test_without_network_it_is_said_what_is_not_here(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "cache"))
    checked = pidoctor("check", "--offline", "--json").json
    assert (checked["exit_code"], checked["next"]) == (0, "pidoctor install")
    (lacking,) = (it for it in checked["findings"] if it["id"] == "wheels-missing")
    assert (lacking["severity"], lacking["message"][:15]) == ("warning", "Without network")
    online = pidoctor("check", "--json").json
    assert all(it["id"] != "wheels-missing" for it in online["findings"])
