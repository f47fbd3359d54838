"""Captures: recorded without secrets, replayed exactly, refused when they are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pidoctor.errors import UsageError
from pidoctor.host.base import MissingError, SearchPattern, UnreadableError
from pidoctor.host.capture_format import MAX_BYTES, MAX_DEPTH, MAX_ENTRIES, SCHEMA
from pidoctor.host.captured import load_capture
from pidoctor.host.live import LiveHost
from pidoctor.host.recorder import Recorder
from pidoctor.probe.machine import probe
from pidoctor.profile.codec import to_json
from pidoctor.redact import Identity, redact_json
from tests.unit.host.fake import fake_host


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """This machine's profile, and that of a capture of it."""
    recorder = Recorder(LiveHost())
    live = probe(recorder).profile
    path = tmp_path_factory.mktemp("capture") / "capture.json"
    path.write_text(recorder.to_text())
    without_names = redact_json(to_json(live), Identity(LiveHost().home()))
    return without_names, to_json(probe(load_capture(path.parent)).profile)


@pytest.mark.parametrize("section", ["board", "cpu", "system", "memory", "accelerators", "clock"])
def test_a_capture_answers_as_the_machine_did(recorded: tuple[Any, Any], section: str) -> None:
    live, replayed = recorded
    assert replayed[section] == live[section]


def test_a_capture_knows_the_interpreter(recorded: tuple[Any, Any]) -> None:
    live, replayed = recorded
    for name in ("version", "abi", "bits", "architecture", "pip", "venv", "packages"):
        assert replayed["python"][name]["value"] == live["python"][name]["value"]


def write(folder: Path, content: Any) -> Path:
    path = folder / "capture.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "not a capture.*: not JSON: line 1, column 1$"),
        ("\x00\x01", "not JSON"),
        ("[" * 100_000, "not JSON: it is nested too deeply"),
        ("[]", "not a capture"),
        ({"schema": "pidoctor-capture/99"}, "not a capture"),
        ({"schema": SCHEMA, "files": []}, "files: expected an object"),
        ({"schema": SCHEMA, "commands": {}}, "commands: expected a list"),
        ({"schema": SCHEMA, "missing": ["/x"] * (MAX_ENTRIES + 1)}, "entries"),
        (f'{{"schema": "{SCHEMA}", "now": {"9" * 50}}}', "not JSON"),
        (f'{{"schema": "{SCHEMA}", "now": NaN}}', "not JSON"),
        (f'{{"schema": "{SCHEMA}", "now": 1e999}}', "not JSON"),
    ],
)
def test_what_is_no_capture(tmp_path: Path, content: Any, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        load_capture(write(tmp_path, content))
    assert "\n" not in str(caught.value)


def test_too_deep(tmp_path: Path) -> None:
    nested: Any = "x"
    for _ in range(MAX_DEPTH + 1):
        nested = {"a": nested}
    with pytest.raises(UsageError, match="deep"):
        load_capture(write(tmp_path, {"schema": SCHEMA, "files": nested}))


def test_too_large(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(UsageError, match="larger than"):
        load_capture(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        load_capture(tmp_path / "none.json")


def test_what_nobody_looked_at_is_not_absent() -> None:
    open_ended = fake_host({"/a": "1"}, complete=False, missing=["/b"])
    assert open_ended.read_bytes("/a") == b"1"
    with pytest.raises(MissingError):
        open_ended.read_bytes("/b")
    with pytest.raises(UnreadableError, match="not captured"):
        open_ended.read_bytes("/c")
    with pytest.raises(MissingError):
        fake_host().read_bytes("/c")
    listed = fake_host(folders={"/site": ["pip-1.dist-info"]})
    with pytest.raises(UnreadableError, match="not captured"):
        listed.read_bytes("/site/pip-1.dist-info/METADATA")
    with pytest.raises(MissingError):
        listed.read_bytes("/site/other/METADATA")


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"files": {"/proc/cpuinfo": 3}}, "files./proc/cpuinfo: expected an object"),
        ({"files": {"/a": {"text": []}}}, "files./a.text: expected a text"),
        ({"files": {"/a": {"modified": True}}}, "files./a.modified: expected a number"),
        ({"uname": []}, "uname: expected an object"),
        ({"uname": {"machine": 3}}, "uname.machine: expected a text"),
        ({"page_size": "x"}, "page_size: expected a whole number"),
        ({"page_size": True}, "page_size: expected a whole number"),
        ({"group_ids": [None]}, r"group_ids\[0\]: expected a whole number, not null"),
        ({"commands": [{"argv": "x"}]}, r"commands\[0\].argv: expected a list"),
        ({"searches": [1]}, r"searches\[0\]: expected an object"),
        ({"disks": {"/": {"total": 1.5}}}, "disks./.total: expected a whole number"),
        ({"environment": {"A\x1b[31m": 5}}, r"environment\.A.\[31m: expected a text"),
    ],
)
def test_a_malformed_part_is_named(tmp_path: Path, parts: dict[str, Any], where: str) -> None:
    with pytest.raises(UsageError, match=where) as caught:
        load_capture(write(tmp_path, {"schema": SCHEMA, **parts}))
    assert str(caught.value).isprintable()


def test_content_that_is_not_base64() -> None:
    with pytest.raises(UnreadableError, match="broken"):
        fake_host({"/a": {"base64": "?"}}).read_bytes("/a")


def test_null_is_left_out() -> None:
    host = fake_host(page_size=None, folders=None, interpreter=None)
    assert probe(host).failures == ()
    with pytest.raises(UnreadableError):
        host.page_size()


CANARY = "c4naryS3cret"


def test_no_secret_is_recorded() -> None:
    home = f"/home/{CANARY}"
    secret = f"https://{CANARY}:{CANARY}@piwheels.org/simple?token={CANARY}"
    host = fake_host(
        {
            "/proc/cpuinfo": f"processor : 0\nSerial\t\t: {CANARY}\n",
            "/etc/group": f"plugdev:x:46:{CANARY}\n{CANARY}:x:1000:\n",
            "/proc/self/mounts": f"//srv/{CANARY} /media/{CANARY} cifs user={CANARY} 0 0\n",
            "/etc/pip.conf": f"[global]\nproxy = http://{CANARY}@x\nextra-index-url = {secret}\n",
            f"{home}/.config/pip/pip.conf": f"[global]\n# {CANARY}\npassword: {CANARY}\n",
            "/proc/device-tree/serial-number": CANARY,
            "/etc/wpa_supplicant/wpa_supplicant.conf": f'ssid="{CANARY}"',
        },
        environment={"PIP_INDEX_URL": secret, "TMPDIR": f"{home}/tmp"},
        present=[f"{home}/tmp", "/"],
        working_folder=f"{home}/project",
        interpreter=f"{home}/venv/bin/python",
        folders={"/sys/bus/usb/devices": ["1-1"]},
    )
    host.home = lambda: home  # type: ignore[method-assign]
    recorder = Recorder(host)
    profile = probe(recorder).profile
    assert CANARY not in recorder.to_text()
    assert CANARY not in json.dumps(to_json(profile)["indexes"])
    assert "piwheels" in recorder.to_text()


def test_a_segment_in_a_path_and_a_mac_address() -> None:
    segment = "4f9a0c1b2d3e4f5a6b7c8d9e"
    host = fake_host({"/a": f"https://dl.example.org/{segment}/simple and dc:a6:32:01:02:03\n"})
    recorder = Recorder(host)
    recorder.read_bytes("/a")
    text = recorder.to_text()
    assert segment not in text
    assert "dc:a6:32" not in text
    assert "https://dl.example.org/***/simple" in text


def test_the_recorder_keeps_failures() -> None:
    recorder = Recorder(fake_host(unreadable={"/b": "permission denied"}))
    with pytest.raises(MissingError):
        recorder.read_bytes("/a")
    with pytest.raises(UnreadableError):
        recorder.search("/b", SearchPattern("x", b"(x)"))
    kept = json.loads(recorder.to_text())
    assert kept["missing"] == ["/a"]
    assert kept["unreadable"] == {"/b": "permission denied"}
