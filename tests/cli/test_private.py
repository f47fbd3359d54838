"""What a command says of this machine as JSON is fit to be posted: no name in it is the user's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.program import pidoctor

CANARY = "c4n4ry"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in the home folder of a user whose every name is the canary."""
    home = tmp_path / f"{CANARY}-home"
    folder = home / "project"
    (home / ".config/pip").mkdir(parents=True)
    (home / ".config/pip/pip.conf").write_text(
        f"[global]\nextra-index-url = https://me:{CANARY}@extra.example.org/simple\n"
    )
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name, value in {
        "HOME": str(home),
        "USER": CANARY,
        "LOGNAME": CANARY,
        "TMPDIR": str(home),
        "PIP_INDEX_URL": f"https://{CANARY}:{CANARY}@index.example.org/simple?key={CANARY}",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("XDG_CONFIG_HOME", "PIP_CONFIG_FILE", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    real = os.uname()
    named = os.uname_result(
        (real.sysname, f"{CANARY}-pi", real.release, real.version, real.machine)
    )
    monkeypatch.setattr(os, "uname", lambda: named)
    return folder


@pytest.mark.usefixtures("project")
def test_check_names_neither_user_nor_host() -> None:
    run = pidoctor("check", "--json")
    assert CANARY not in run.out
    profile = run.json["profile"]
    assert profile["storage"]["target"]["value"] == "~/project/.venv"
    assert [index["url"] for index in profile["indexes"]["value"]] == [
        "https://index.example.org/simple",
        "https://extra.example.org/simple",
    ]


def test_a_capture_names_neither_user_nor_host(project: Path) -> None:
    assert pidoctor("capture", "-o", "my.json").code == 0
    text = (project / "my.json").read_text()
    assert CANARY not in text
    assert "https://extra.example.org/simple" in text


def test_a_finding_about_the_users_interpreter_does_not_name_the_user(project: Path) -> None:
    python = project / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    run = pidoctor("check", "--json", "--python", str(python))
    assert run.json["profile"]["python"]["executable"]["value"] == "~/project/python"
    assert CANARY not in run.out
