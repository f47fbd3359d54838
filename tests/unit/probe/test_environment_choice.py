"""One rule says which environment a command is about, and why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pidoctor.host.captured import CaptureHost
from pidoctor.host.directory import DirectoryHost
from pidoctor.host.live import LiveHost
from pidoctor.probe import payload
from pidoctor.probe.environment import probe_environment
from pidoctor.probe.environment_choice import choose, find_python
from pidoctor.probe.machine import probe
from pidoctor.probe.virtual_environment import base_interpreter, kind_of
from pidoctor.profile.fact import Fact, State
from tests.profiles import pi4
from tests.unit.host.fake import fake_host

CFG = "home = /usr/bin\nversion = 3.11.2\n"


def host(*environments: str, here: str = "/home/me/project/src", **variables: str) -> CaptureHost:
    """A machine with virtual environments at these folders, and these variables."""
    files = {f"{folder}/pyvenv.cfg": CFG for folder in environments}
    present = ["/usr/bin/python3", *(f"{folder}/bin/python" for folder in environments)]
    mine = list(environments)
    return fake_host(files, present=present, mine=mine, environment=variables, working_folder=here)


PROJECT, ACTIVE, CONDA = "/home/me/project/.venv", "/home/me/active", "/opt/conda/envs/x"


@pytest.mark.parametrize(
    ("options", "variables", "folder", "reason"),
    [
        (("/srv/env", None), {"VIRTUAL_ENV": ACTIVE}, "/srv/env", "--venv names it"),
        ((None, "/srv/env/bin/python"), {"VIRTUAL_ENV": ACTIVE}, "/srv/env", "--python"),
        ((None, "/srv/env"), {}, "/srv/env", "--python"),
        ((None, None), {"VIRTUAL_ENV": ACTIVE, "CONDA_PREFIX": CONDA}, ACTIVE, "VIRTUAL_ENV"),
        ((None, None), {"CONDA_PREFIX": CONDA}, CONDA, "CONDA_PREFIX"),
        ((None, None), {"CONDA_PREFIX": CONDA, "CONDA_DEFAULT_ENV": "base"}, PROJECT, ".venv"),
        ((None, None), {"VIRTUAL_ENV": "/gone"}, PROJECT, "the .venv of /home/me/project"),
        ((None, None), {}, PROJECT, "the .venv of /home/me/project"),
    ],
)
def test_what_is_named_then_what_is_active_then_what_lies_here_or_above(
    options: tuple[str | None, str | None], variables: dict[str, str], folder: str, reason: str
) -> None:
    machine = host(PROJECT, ACTIVE, CONDA, "/srv/env", **variables)
    choice = choose(machine, *options)
    assert (choice.folder, choice.exists) == (folder, True)
    assert choice.python == f"{folder}/bin/python"
    assert reason in choice.reason


def test_without_any_the_systems_python() -> None:
    choice = choose(host())
    assert (choice.folder, choice.python, choice.exists) == ("", None, False)


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
@pytest.mark.parametrize(
    ("active", "named", "told"),
    [("/gone", False, ["/gone"]), (ACTIVE, False, []), ("/gone", True, [])],
)
def test_an_active_environment_that_is_gone_is_told(
    variable: str, active: str, named: bool, told: list[str]
) -> None:
    machine = host(PROJECT, ACTIVE, **{variable: active})
    choice = choose(machine, PROJECT if named else None)
    folders: Fact[list[str]] = Fact.known([], "x")
    python: Fact[str] = Fact.known("", "x")
    seen = probe_environment(machine, choice, python, folders, Fact.absent("x"), pi4())
    gone = [it.path for it in seen.damages.or_else(()) if it.kind == "gone"]
    assert gone == told


def test_an_environment_that_is_to_be_made_takes_the_named_python() -> None:
    machine = host(PROJECT)
    assert choose(machine, "new").exists is False
    assert choose(machine, "new").folder == "/home/me/project/src/new"
    assert choose(machine, "new", "/usr/bin/python3").python == "/usr/bin/python3"


def test_a_found_environment_of_somebody_else_is_not_run() -> None:
    """A folder that somebody else filled names its Python; a command that looks runs nothing."""
    found = choose(host(PROJECT))
    assert (found.named, found.may_run) == (False, True)
    evil = "/home/me/project/.venv"
    machine = fake_host(
        {f"{evil}/pyvenv.cfg": "home = /tmp/evil\nversion = 3.11.2\n", "/tmp/evil/python3.11": b""},
        present=[f"{evil}/bin/python"],
        commands=[
            {
                "argv": ["/tmp/evil/python3.11", "-I", "-", payload.TAG],
                "returncode": 0,
                "stdout": f"{payload.TAG} {{}}\n",
            }
        ],
        can_run=True,
        working_folder="/home/me/project",
    )
    assert choose(machine).may_run is False
    profile = probe(machine).profile
    assert profile.python.version.value == "3.11"  # from the file's name


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("3.11", "/usr/bin/python3.11"),
        ("3.12", "/home/me/.pyenv/versions/3.12.10/bin/python3.12"),
        ("3.12.1", "/home/me/.pyenv/versions/3.12.1/bin/python3.12"),
        ("3.13", "/home/me/.local/share/uv/python/cpython-3.13.2-linux-aarch64/bin/python3.13"),
        ("3.14", "python3.14"),
        ("python3.11", "python3.11"),
    ],
)
def test_a_version_finds_an_installed_python(wanted: str, found: str) -> None:
    versions, uv = "~/.pyenv/versions", "~/.local/share/uv/python"
    machine = fake_host(
        {},
        folders={
            versions: ["3.12.1", "3.12.10", "3.1.2", "system"],
            uv: ["cpython-3.13.2-linux-aarch64", "cpython-3.13.1-linux-aarch64", "pypy-3.13"],
        },
        present=[
            "/usr/bin/python3.11",
            *(f"{versions}/3.12.{n}/bin/python3.12" for n in (1, 10)),
            *(f"{uv}/cpython-3.13.{n}-linux-aarch64/bin/python3.13" for n in (1, 2)),
        ],
        environment={"PATH": "/usr/local/bin:/usr/bin"},
    )
    assert find_python(machine, wanted) == found.replace("/home/me", "~")


def test_the_python_behind_an_environment_is_asked_and_not_the_one_in_it(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "e")], check=True)
    live = LiveHost()
    base = base_interpreter(live, f"{tmp_path}/e/bin/python")
    assert base is not None
    assert live.real_path(base) == live.real_path(live.interpreter())
    assert kind_of(live, f"{tmp_path}/e") == "venv"
    (tmp_path / "e/bin/python").unlink()
    (tmp_path / "e/bin/python").write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\n")
    (tmp_path / "e/bin/python").chmod(0o755)
    choice = choose(live, f"{tmp_path}/e")
    profile = probe(live, choice=choice).profile
    assert profile.python.version.detail == "is not a working Python: a script, or a damaged file"
    assert profile.environment.folder.value == f"{tmp_path}/e"
    assert not (tmp_path / "ran").exists()


def test_an_environment_whose_python_is_gone() -> None:
    machine = fake_host(
        {f"{PROJECT}/pyvenv.cfg": "home = /opt/gone/bin\nversion = 3.9.2\n"},
        working_folder="/home/me/project",
    )
    profile = probe(machine).profile
    assert profile.python.version.state is State.ABSENT
    assert "is gone" in profile.python.version.detail
    assert profile.environment.made_for.value == "3.9.2"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"pyvenv.cfg": CFG}, "venv"),
        ({"pyvenv.cfg": CFG + "uv = 0.9.1\n"}, "uv"),
        ({"pyvenv.cfg": CFG + "virtualenv = 20.26\n"}, "virtualenv"),
        ({"pyvenv.cfg": CFG + "virtualenv = 20.26\n", "../poetry.lock": ""}, "poetry"),
        ({"pyvenv.cfg": CFG, "pipx_metadata.json": "{}"}, "pipx"),
        ({"pyvenv.cfg": CFG + "virtualenv = 20.26\n", ".tox-info.json": "{}"}, "tox"),
        ({"pyvenv.cfg": CFG, "../.pdm-python": "/project/env/bin/python\n"}, "pdm"),
        ({"pyvenv.cfg": CFG, "../.pdm-python": "/usr/bin/python3"}, "venv"),
        ({"conda-meta/history": ""}, "conda"),
    ],
)
def test_what_made_an_environment(files: dict[str, str], kind: str, tmp_path: Path) -> None:
    for name, content in files.items():
        path = tmp_path / "project/env" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    assert kind_of(DirectoryHost(tmp_path), "/project/env") == kind


def test_an_environment_of_hatch_is_told_by_where_it_lies(tmp_path: Path) -> None:
    own = tmp_path / "hatch/env/virtual/app/Ab1/app/pyvenv.cfg"
    own.parent.mkdir(parents=True)
    own.write_text(CFG + "virtualenv = 20.26\n")
    assert kind_of(DirectoryHost(tmp_path), "/hatch/env/virtual/app/Ab1/app") == "hatch"


def test_a_recorded_choice_is_made_again_from_the_capture(tmp_path: Path, monkeypatch: Any) -> None:
    from pidoctor.host.capture_format import parse_capture
    from pidoctor.host.recorder import Recorder

    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / ".venv")], check=True
    )
    monkeypatch.chdir(tmp_path)
    recorder = Recorder(LiveHost())
    live = probe(recorder).profile
    recorder.answer_for(live.python.executable.or_else(""))
    replayed = probe(CaptureHost(parse_capture(recorder.to_text().encode(), "x"), "x")).profile
    assert replayed.environment == live.environment
    assert replayed.python.version == live.python.version
    assert replayed.python.packages == live.python.packages
