"""The capture that a script makes, where Python is too old for pidoctor."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pidoctor import pyz_start
from pidoctor.host import capture_script
from pidoctor.host.captured import load_capture
from pidoctor.host.live import LiveHost
from pidoctor.host.recorder import Recorder
from pidoctor.probe.capture_questions import script
from pidoctor.probe.environment_choice import find_python
from pidoctor.probe.machine import probe
from pidoctor.profile.codec import to_json

_CHANGING = ("clock.now", "memory.available", "storage.target_free", "storage.temp_free")


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Facts by their dotted path."""
    if isinstance(value, dict) and "state" not in value:
        return {k: v for name in value for k, v in flat(value[name], f"{path}.{name}").items()}
    return {path.lstrip("."): value}


def profile(capture: str, folder: Path) -> dict[str, Any]:
    """The facts that a capture gives, without those that change from one second to the next."""
    file = folder / "capture.json"
    file.write_text(capture)
    facts = flat(to_json(probe(load_capture(file), origin="a capture").profile))
    installed = facts.pop("environment.installed")["value"]  # the script searches no library
    names = [(item["name"], item["version"], item["requires"]) for item in installed or ()]
    kept = {name: fact for name, fact in facts.items() if name not in _CHANGING}
    return {**kept, "installed": names}


def printed(python: str, folder: Path, **environment: str) -> str:
    """What the script prints under an interpreter."""
    file = folder / "capture.py"
    file.write_text(script())
    ended = subprocess.run(
        [python, str(file)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_the_probes_see_what_they_saw_on_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a probe asks, the table of questions holds it."""
    monkeypatch.chdir(tmp_path)
    python = LiveHost().interpreter()
    recorder = Recorder(LiveHost())
    probe(recorder, python=python)
    recorder.answer_for(python)
    recorded = profile(recorder.to_text(), tmp_path)
    by_script = profile(printed(python, tmp_path), tmp_path)
    assert recorded["python.version"]["state"] == "known"
    assert by_script == recorded


@pytest.mark.parametrize("version", ["3.6", "3.7", "3.8"])
def test_a_python_that_is_too_old_for_pidoctor_can_be_asked(tmp_path: Path, version: str) -> None:
    python = find_python(LiveHost(), version)
    if "/" not in python:
        pytest.skip(f"no Python {version} here")
    facts = profile(printed(python, tmp_path), tmp_path)
    assert facts["python.version"]["value"].startswith(f"{version}.")


def test_the_single_file_leaves_a_capture_on_an_old_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "pidoctor.pyz"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(pyz_start.CAPTURE, script())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["pidoctor.pyz", "check"])
    assert pyz_start.too_old(str(archive)) == 3
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "pidoctor check --capture pidoctor-capture.json" in told
    assert load_capture(tmp_path / "pidoctor-capture.json").interpreter()
    monkeypatch.setattr(sys, "argv", ["pidoctor.pyz", "capture"])
    assert pyz_start.too_old(str(archive)) == 0


def test_its_syntax_is_that_of_python_3_5() -> None:
    """No f-string, no annotated variable, no later keyword; names of later Pythons aside."""
    ast.parse(script(), feature_version=(3, 5))
    nodes = {type(node).__name__ for node in ast.walk(ast.parse(script()))}
    assert not nodes & {"JoinedStr", "AnnAssign", "NamedExpr", "Match"}


def test_it_keeps_no_secret(tmp_path: Path) -> None:
    home = tmp_path / "annika"
    (home / ".config/pip").mkdir(parents=True)
    (home / ".config/pip/pip.conf").write_text(
        "[global]\nindex-url = https://me:hunter2@index.example/simple\nproxy = http://a:hunter2@b\n"
    )
    text = printed(
        sys.executable,
        tmp_path,
        HOME=str(home),
        PIP_EXTRA_INDEX_URL="https://u:hunter2@more.example/?token=hunter2",
    )
    assert "index.example" in text
    assert "more.example" in text
    assert "hunter2" not in text
    assert "annika" not in text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/home/anna/x", "~/x"),
        ("/home/annabel/x", "/home/annabel/x"),
        ("by anna, for", "by [user], for"),
        ("https://anna:p@h/s", "https://h/s"),
        ("https://token@h/s", "https://h/s"),
        ("a?key=1&b=2", "a?key=[removed]&b=2"),
        ("\udcff", "?"),
    ],
)
def test_what_is_masked(text: str, kept: str) -> None:
    assert capture_script.Mask("/home/anna")(text) == kept


def test_a_serial_number_is_left_out() -> None:
    said = "Revision\t: c03111\nSerial\t\t: 10000000abcdef\nModel\t\t: Raspberry Pi 4\n"
    kept = "Revision\t: c03111\nSerial\t\t: ***\nModel\t\t: Raspberry Pi 4\n"
    assert capture_script.without_serial(said) == kept


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    look = capture_script.Looker(str(tmp_path))
    assert look.file(str(tmp_path / "pipe")) is None
    assert list(look.data["unreadable"]) == ["~/pipe"]


def test_what_is_not_there_is_told_from_what_could_not_be_read(tmp_path: Path) -> None:
    look = capture_script.Looker("/home/x")
    look.file(str(tmp_path / "nothing"))
    look.file(str(tmp_path))
    data = json.loads(json.dumps(look.data))
    assert data["missing"] == [str(tmp_path / "nothing")]
    assert list(data["unreadable"]) == [str(tmp_path)]
