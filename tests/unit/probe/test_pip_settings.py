"""pip's settings, read as the real pip reads them, and the same for every command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pidoctor.checks.case import Case
from pidoctor.checks.network import pip_refuses
from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.host.live import LiveHost
from pidoctor.indexing.sources import pip_settings
from pidoctor.probe.indexes import probe_indexes
from pidoctor.probe.machine import probe
from pidoctor.probe.pip_settings import PipSettings, Source, parse_pip_settings, read_pip_settings
from tests.unit.host.fake import fake_host

A, B, C = (f"https://{name}.example/simple" for name in "abc")
PIWHEELS = "https://www.piwheels.org/simple"
ASK_PIP = """
import json, sys
from pip._internal.commands import create_command
options, _ = create_command(sys.argv[1]).parse_args([])
print(json.dumps([options.index_url, options.extra_index_urls, options.find_links, options.no_index,
                  options.cert]))
"""
DEFAULT = json.loads(
    subprocess.run(
        [sys.executable, "-I", "-c", ASK_PIP, "install"],
        capture_output=True,
        check=True,
        env={"PIP_CONFIG_FILE": os.devnull},
    ).stdout
)[0]

# files (in the home folder unless the name begins with "xdg" or "own"), and variables
CONFIGURATIONS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "nothing": ({}, {}),
    "dash": ({".config/pip/pip.conf": f"[global]\nindex-url = {A}\n"}, {}),
    "underscore": ({".config/pip/pip.conf": f"[global]\nindex_url = {A}\n"}, {}),
    "capitals": ({".config/pip/pip.conf": f"[global]\nIndex_URL = {A}\n"}, {}),
    "pypi-url": ({".config/pip/pip.conf": f"[global]\npypi-url = {A}\n"}, {}),
    "no-index": ({".config/pip/pip.conf": "[global]\nno-index = true\nfind-links = /w\n"}, {}),
    "no index at all": ({}, {"PIP_NO_INDEX": "on", "PIP_FIND_LINKS": "/a /b"}),
    "index after all": ({".pip/pip.conf": "[global]\nno-index = 1\n"}, {"PIP_NO_INDEX": "0"}),
    "several extras": (
        {".pip/pip.conf": f"[global]\nextra-index-url =\n  {A}\n  {B}\n  # no\n"},
        {},
    ),
    "user over system": (
        {
            "xdg/pip/pip.conf": f"[global]\nindex-url = {A}\nextra-index-url = {C}\n",
            ".config/pip/pip.conf": f"[global]\nindex-url = {B}\n",
        },
        {},
    ),
    "old user file first": (
        {
            ".pip/pip.conf": f"[global]\nindex-url = {A}\n",
            ".config/pip/pip.conf": f"[global]\nindex-url = {B}\n",
        },
        {},
    ),
    "a section outranks a file": (
        {
            "xdg/pip/pip.conf": f"[install]\nindex-url = {A}\n[download]\nindex-url = {A}\n",
            ".config/pip/pip.conf": f"[global]\nindex-url = {B}\n",
        },
        {},
    ),
    "own file instead of the user's": (
        {
            ".config/pip/pip.conf": f"[global]\nindex-url = {A}\nextra-index-url = {C}\n",
            "own.conf": f"[global]\nindex-url = {B}\n",
        },
        {"PIP_CONFIG_FILE": "own.conf"},
    ),
    "own file that is missing": (
        {".config/pip/pip.conf": f"[global]\nindex-url = {A}\n"},
        {"PIP_CONFIG_FILE": "own.conf"},
    ),
    "no file at all": (
        {".config/pip/pip.conf": f"[global]\nindex-url = {A}\n"},
        {"PIP_CONFIG_FILE": "/dev/null"},
    ),
    "variables over files": (
        {".config/pip/pip.conf": f"[install]\nindex-url = {A}\n[download]\nindex-url = {A}\n"},
        {"PIP_INDEX_URL": B, "PIP_EXTRA_INDEX_URL": f"{C} {PIWHEELS}"},
    ),
    "empty values": (
        {".config/pip/pip.conf": f"[global]\nindex-url = {A}\n[install]\nindex-url =\n"},
        {"PIP_INDEX_URL": "", "PIP_CERT": "/ca.pem"},
    ),
    "other sections": ({".config/pip/pip.conf": f"[list]\nindex-url = {A}\n[wheel]\n"}, {}),
}


@pytest.fixture
def variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A home folder and nothing of this machine's own pip configuration."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "XDG_")):
            monkeypatch.delenv(name)
    ours = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "xdg")}
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    return ours


def written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, str], dict[str, str]]:
    files, given = CONFIGURATIONS[name]
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    for key, value in given.items():
        moved = str(tmp_path / value) if value == "own.conf" else value
        monkeypatch.setenv(key, moved)
    return files, given


@pytest.mark.parametrize("name", CONFIGURATIONS)
@pytest.mark.parametrize("command", ["install", "download"])
@pytest.mark.usefixtures("variables")
def test_as_pip_itself(
    name: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(name, tmp_path, monkeypatch)
    asked = subprocess.run(
        [sys.executable, "-c", ASK_PIP, command], capture_output=True, check=True, text=True
    )
    found = read_pip_settings(LiveHost(), sys.prefix)
    url, extra, links, no_index, cert = json.loads(asked.stdout)
    assert (found.index_url or DEFAULT) == url
    assert list(found.extra_index_urls) == extra
    assert list(found.find_links) == links
    assert found.no_index == bool(no_index)
    assert found.cert == cert


@pytest.mark.parametrize("name", CONFIGURATIONS)
@pytest.mark.usefixtures("variables")
def test_check_shows_what_the_index_commands_ask(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(name, tmp_path, monkeypatch)
    shown = [index.url for index in probe_indexes(LiveHost(), sys.prefix).or_else(())]
    settings = pip_settings()
    if settings.no_index:
        assert not [url for url in shown if url.startswith("http")]
        with pytest.raises(CouldNotCheckError, match="no package index"):
            settings.sources()
    else:
        asked = [source.url or "default" for source in settings.sources()]
        assert asked[0] == shown[0]
        assert set(asked) <= set(shown)


TWICE = f"[global]\nindex-url = {A}\nindex-url = {B}\n"


def test_an_option_twice_is_asked_and_told() -> None:
    """pip refuses such a file; the mirror in it is not bypassed, and check says what is wrong."""
    host = fake_host({"/etc/pip.conf": TWICE})
    assert read_pip_settings(host, "/usr").sources() == (Source("index", B),)
    profile = probe(host).profile
    assert [index.url for index in profile.indexes.or_else(())] == [B]
    (finding,) = pip_refuses(Case(profile))
    assert finding.evidence == "/etc/pip.conf: /etc/pip.conf: the option index-url is there twice"


def test_pip_refuses_an_option_twice(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(TWICE)
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        env={**os.environ, "PIP_CONFIG_FILE": str(tmp_path / "pip.conf")},
        check=False,
    )
    assert asked.returncode != 0


@pytest.mark.parametrize("text", ["no section\n", "[global\nx", "[global]\nno-index = perhaps\n"])
@pytest.mark.usefixtures("variables")
def test_what_pip_refuses_is_one_clear_line(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pip.conf").write_text(text)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    with pytest.raises(UsageError, match=r"pip cannot read its configuration, .*pip\.conf: "):
        pip_settings()
    (finding,) = pip_refuses(Case(probe(LiveHost()).profile))
    assert finding.id == "pip-configuration-broken"


def test_a_file_that_only_root_may_read_is_passed_over_as_pip_does() -> None:
    host = fake_host(
        {"/usr/pip.conf": f"[global]\nindex-url={A}\n"},
        unreadable={"/etc/pip.conf": "permission denied"},
    )
    assert read_pip_settings(host, "/usr").index_url == A
    assert not probe_indexes(host, "/usr").is_known


def test_piwheels_is_the_only_extra_index() -> None:
    extra = ("file:///srv/wheels", PIWHEELS, "https://mirror.example/simple")
    sources = PipSettings(None, extra).sources()
    assert sources == (Source("index", None), Source("piwheels", PIWHEELS))
    lookalike = PipSettings(None, ("https://piwheels.org.example/simple",))
    assert lookalike.sources() == (Source("index", None),)
    assert PipSettings(PIWHEELS).sources() == (Source("piwheels", PIWHEELS),)


def test_an_index_that_is_no_web_address() -> None:
    with pytest.raises(UsageError, match="not a web address"):
        PipSettings("/srv/simple").sources()


def test_secrets_are_not_printed() -> None:
    address = "https://user:s3cret@a.example/simple"
    settings = parse_pip_settings([("/f", f"[global]\nindex-url={address}\n")], {})
    assert settings.index_url == address
    assert "s3cret" not in repr(settings) + repr(settings.sources())
