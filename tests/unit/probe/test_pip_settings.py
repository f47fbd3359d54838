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
# Of each environment in a list: what the commands of pip take from it.
ASK_PIP = """
import json, os, sys
from pip._internal.commands import create_command

def asked(command):
    options, _ = create_command(command).parse_args([])
    return [options.index_url, options.extra_index_urls, options.find_links, options.no_index,
            options.cert]

def answers(variables):
    os.environ.clear()
    os.environ.update(variables)
    return [asked("install"), asked("download")]

print(json.dumps([answers(variables) for variables in json.load(sys.stdin)]))
"""

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


def variables_in(name: str, home: Path) -> dict[str, str]:
    """The variables of a configuration, whose files are written into a home folder."""
    files, given = CONFIGURATIONS[name]
    for path, text in files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)
    moved = {
        key: str(home / value) if value == "own.conf" else value for key, value in given.items()
    }
    return {"HOME": str(home), "XDG_CONFIG_DIRS": str(home / "xdg"), **moved}


@pytest.mark.usefixtures("variables")
def test_as_pip_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One pip is asked about all of them: to start one for each takes half a minute."""
    environments = {name: variables_in(name, tmp_path / name) for name in CONFIGURATIONS}
    environments["pip's own"] = {"PIP_CONFIG_FILE": os.devnull}
    asked = subprocess.run(
        [sys.executable, "-c", ASK_PIP],
        input=json.dumps([{**os.environ, **given} for given in environments.values()]),
        capture_output=True,
        check=True,
        text=True,
    )
    answers = dict(zip(environments, json.loads(asked.stdout)))
    for name, given in environments.items():
        with monkeypatch.context() as patched:
            for key, value in given.items():
                patched.setenv(key, value)
            found = read_pip_settings(LiveHost(), sys.prefix)
        ours = [
            found.index_url or answers["pip's own"][0][0],
            list(found.extra_index_urls),
            list(found.find_links),
            found.no_index,
            found.cert,
        ]
        for answer in answers[name]:
            assert ours == [*answer[:3], bool(answer[3]), answer[4]], name


@pytest.mark.parametrize("name", CONFIGURATIONS)
@pytest.mark.usefixtures("variables")
def test_check_shows_what_the_index_commands_ask(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in variables_in(name, tmp_path).items():
        monkeypatch.setenv(key, value)
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
