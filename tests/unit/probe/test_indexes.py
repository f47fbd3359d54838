"""pip's sources of wheels, as pip itself would see them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pidoctor.host.live import LiveHost
from pidoctor.probe.indexes import probe_indexes
from pidoctor.probe.pip_settings import config_files
from pidoctor.profile.fact import State
from tests.unit.host.fake import fake_host

A, B, PIWHEELS = (
    "https://a.example/simple",
    "https://b.example/simple",
    "https://www.piwheels.org/simple",
)


def found(
    files: dict[str, Any], environment: dict[str, str] | None = None
) -> list[tuple[str, str]]:
    indexes = probe_indexes(fake_host(files, environment=environment or {}), "/usr")
    return [(index.kind, index.url) for index in indexes.or_else(())]


def test_nothing_configured() -> None:
    indexes = probe_indexes(fake_host(), "/usr")
    assert [(index.kind, index.url) for index in indexes.or_else(())] == [("index", "default")]
    assert indexes.source == "pip's default"


def test_raspberry_pi_os() -> None:
    files = {"/etc/pip.conf": f"[global]\nextra-index-url={PIWHEELS}\n"}
    assert found(files) == [("index", "default"), ("piwheels", PIWHEELS)]


def test_a_later_file_replaces_an_earlier_one() -> None:
    files = {
        "/etc/pip.conf": f"[global]\nindex-url = {A}\nextra-index-url = {PIWHEELS}\n",
        "~/.config/pip/pip.conf": f"[global]\nextra_index_url =\n  {A}\n  {B}\n",
    }
    assert found(files) == [("index", A), ("extra", A), ("extra", B)]


def test_install_replaces_global_and_the_environment_all() -> None:
    files = {"/etc/pip.conf": f"[install]\nindex-url = {B}\n[global]\nindex-url = {A}\n"}
    assert found(files) == [("index", B)]
    assert found(files, {"PIP_INDEX_URL": PIWHEELS}) == [("piwheels", PIWHEELS)]


def test_find_links_and_no_index() -> None:
    environment = {"PIP_FIND_LINKS": "/wheels", "PIP_NO_INDEX": "1"}
    assert found({}, environment) == [("find-links", "/wheels")]


def test_the_file_named_by_the_environment() -> None:
    files = {"/my/pip.conf": f"[global]\nindex-url = {B}\n", "/etc/pip.conf": "[global]\n"}
    assert found(files, {"PIP_CONFIG_FILE": "/my/pip.conf"}) == [("index", B)]
    config = {"/etc/pip.conf": f"[global]\nindex-url = {A}\n"}
    assert found(config, {"PIP_CONFIG_FILE": "/dev/null"}) == [("index", "default")]


def test_credentials_do_not_pass() -> None:
    url = "https://user:secret@a.example/simple?token=secret"
    assert found({}, {"PIP_INDEX_URL": url}) == [("index", A)]


def test_a_host_that_only_looks_like_piwheels() -> None:
    assert found({}, {"PIP_INDEX_URL": "https://piwheels.org.example/simple"})[0][0] == "index"


@pytest.mark.parametrize("text", ["no section\n", "[global\nx", "\x00\xff\xfe"])
def test_a_broken_file(text: str) -> None:
    indexes = probe_indexes(fake_host({"/etc/pip.conf": text}), "/usr")
    assert indexes.state is State.UNPARSABLE
    assert indexes.source == "/etc/pip.conf"


def test_an_unreadable_file() -> None:
    host = fake_host(unreadable={"/etc/pip.conf": "permission denied"})
    assert probe_indexes(host, "/usr").state is State.UNREADABLE


def test_the_files_that_pip_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against `pip config debug`, which lists them in the same order."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_DIRS", "/etc/xdg-b:/etc/xdg-a")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/some/pip.conf")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    debug = subprocess.run(
        [sys.executable, "-m", "pip", "config", "debug"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    lines = (line.strip() for line in debug.stdout.splitlines())
    listed = [line.partition(", exists")[0] for line in lines if ", exists: " in line]
    expected = set(config_files(LiveHost(), sys.prefix))
    assert set(listed) == expected
