"""Every answer from an old wheels index says so, with the command that helps."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from pidoctor.cli.main import main

_LOG = "ERROR: No matching distribution found for ai-edge-litert==9.9\n"


@pytest.fixture(autouse=True)
def years_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "install.log").write_text(_LOG)
    monkeypatch.setattr(time, "strftime", lambda *_: "2030-01-01")


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--target", "pi4/bookworm-64"],
        ["explain", "auto", "--target", "pi4/bookworm-64"],
        ["explain", "tensorflow==99.0", "--target", "pi4/bookworm-64"],
        ["lock", "--target", "pi4/bookworm-64"],
        ["matrix", "--boards", "beaglebone-black"],
        ["triage", "install.log"],
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_the_age_is_told(
    words: list[str], form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([*words, *form])
    said = capsys.readouterr()
    told = " ".join((said.out + said.err).split())
    assert "pidoctor index update" in told
    if form:
        json.loads(said.out)


def test_nothing_is_told_of_a_fresh_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(time, "strftime", lambda *_: "2026-11-26")
    main(["lock", "--target", "pi4/bookworm-64"])
    said = capsys.readouterr()
    assert "index update" not in said.out + said.err
