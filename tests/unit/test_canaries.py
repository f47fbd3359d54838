"""Planted secrets, one of every kind, through everything that leaves the machine."""

from __future__ import annotations

import base64
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pidoctor.envelope import Result
from pidoctor.host.privacy import clean_content
from pidoctor.host.recorder import NOT_TEXT, Recorder
from pidoctor.redact import LEFT_OUT, readable, redact, redact_json
from pidoctor.report.bundle import LOG_TAIL, BundleContent, find_logs, write_bundle
from pidoctor.report.jsonout import to_text
from tests.unit.host.fake import fake_host

ROWS: list[dict[str, str]] = json.loads(
    (Path(__file__).parents[1] / "canaries" / "planted.json").read_text(encoding="utf-8")
)
KINDS = [row["kind"] for row in ROWS]

planted = pytest.mark.parametrize("row", ROWS, ids=KINDS)


def test_there_is_a_row_for_every_kind() -> None:
    assert len(set(KINDS)) == len(ROWS) > 200
    assert all(row["secret"] in row["text"] for row in ROWS)


@planted
def test_in_a_text_however_it_is_embedded(row: dict[str, str]) -> None:
    for text in (
        row["text"],
        f"2026-11-20T10:00:00,123   {row['text']}",
        json.dumps(row["text"]),
        f"before\n{row['text']}\nafter",
    ):
        clean = redact(text)
        assert row["secret"] not in clean
        assert redact(clean) == clean


@planted
def test_in_the_json_of_a_result(row: dict[str, str]) -> None:
    found = Result("triage", error=row["text"], verdict=row["text"])
    assert row["secret"] not in json.dumps(redact_json({"a": [row["text"]]}), ensure_ascii=False)
    assert row["secret"] not in to_text(found, ascii_only=False)


def all_of_them() -> str:
    # A key that is cut at its tail takes all that follows with it: it would hide the others.
    whole = [row["text"] for row in ROWS if "cut at the tail" not in row["kind"]]
    return "\n\n".join(whole) + "\n"


def leaked(text: str) -> list[str]:
    return [row["kind"] for row in ROWS if row["secret"] in text]


@pytest.mark.parametrize("broken", [b"", b"caf\xe9\n", b"\x80"], ids=ascii)
def test_in_a_log_in_a_bundle(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "pip.log").write_bytes(broken + all_of_them().encode())
    logs = find_logs({}, tmp_path)
    write_bundle(tmp_path / "bundle.zip", BundleContent(Result("report"), logs=logs))
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        entries = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert {"logs/pip.log", "index.html"} <= set(entries)
    assert {name: leaked(text) for name, text in entries.items() if leaked(text)} == {}


@pytest.mark.parametrize("path", ["/etc/pip.conf", "/proc/cpuinfo", "/etc/os-release"])
@pytest.mark.parametrize("broken", [b"", b"caf\xe9\n", b"\xc3"], ids=ascii)
def test_in_a_file_in_a_capture(path: str, broken: bytes) -> None:
    content = b"[global]\n" + broken + all_of_them().encode() + broken
    recorder = Recorder(fake_host({path: content}))
    assert recorder.read_bytes(path) == content
    text = recorder.to_text()
    assert leaked(text) == []
    encoded = [entry["base64"] for entry in json.loads(text)["files"].values() if "base64" in entry]
    assert leaked(b"".join(map(base64.b64decode, encoded)).decode("utf-8", "replace")) == []


def test_a_pip_configuration_with_one_bad_byte_is_still_understood() -> None:
    content = b"[global]\n# caf\xe9\nindex-url = https://me:c4n4ry@index.example/simple\n"
    assert clean_content("/etc/pip.conf", content) == {
        "text": "[global]\nindex-url = https://index.example/simple\n"
    }


def test_of_a_file_that_is_no_text_the_capture_says_that_it_was_left_out() -> None:
    recorder = Recorder(fake_host({"/etc/pip.conf": "password=c4n4ry".encode("utf-16-le")}))
    recorder.read_bytes("/etc/pip.conf")
    made = json.loads(recorder.to_text())
    assert made["unreadable"] == {"/etc/pip.conf": NOT_TEXT}
    assert made["files"] == {}


def test_the_head_of_a_program_is_kept_as_it_is() -> None:
    head = b"\x7fELF\x02\x01\x01\0\xff\xfe"
    assert clean_content("/usr/bin/python3", head) == {"base64": base64.b64encode(head).decode()}


def test_in_the_arguments_and_the_environment_of_a_capture() -> None:
    command: dict[str, Any] = {
        "argv": ["tool", "--token", "c4n4ry", "curl", "-u", "me:c4n4ry"],
        "returncode": 0,
        "stdout": "password: c4n4ry\n",
        "stderr": "",
        "timed_out": False,
    }
    host = fake_host(commands=[command], can_run=True, environment={"PIP_PASSWORD": "c4n4ry"})
    recorder = Recorder(host)
    recorder.run(tuple(command["argv"]), 1)
    recorder.environ("PIP_PASSWORD")
    assert "c4n4ry" not in recorder.to_text()


def test_a_line_that_is_no_utf8_is_left_out_and_said_so() -> None:
    assert readable(b"one\npass\xffword: c4n4ry\nthree") == f"one\n{LEFT_OUT}\nthree"


def test_the_half_line_at_the_cut_of_a_long_log_is_left_out(tmp_path: Path) -> None:
    secret = b"password: " + b"c4n4ry" * 20 + b"\n"
    for cut in (5, 50, 100):
        rest = b"x" * 99 + b"\n"
        tail = rest * (LOG_TAIL // len(rest))
        tail = tail[: LOG_TAIL - cut]
        (tmp_path / "pip.log").write_bytes(secret + tail)
        (text,) = find_logs({}, tmp_path).values()
        assert "c4n4ry" not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "opencv-python 4.8.0.74, opencv-python==4.8.0.76 and nvidia-curand-cu12 10.3.2.106",
        '{"opencv-python": "4.8.0.74"}',
        "(from versions: 4.8.0.74, 4.8.0.76)",
        "opencv_python-4.8.0.74-cp37-abi3-manylinux_2_17_aarch64.whl",
        "listening on 127.0.0.1:8080 and ::1",
        "std::string, 12:34:56, a::b",
        "C++ and Basic Installation, bearer of news",
        "google-auth: 2.23.0, tokenizers 0.20, cookiecutter==2.6.0",
        "tests pass: 3, auth: ok",
        "-rw-r--r-- 1 root root 12 Nov 20 12:00 x",
        "sha256=" + "0123456789abcdef" * 4,
        "numpy-1.26.4-cp311-cp311-linux_armv7l.whl",
        "threading.local() and ~/.local/lib",
        "npm_config_cache=/tmp/x",
        "python -u script.py",
    ],
)
def test_what_helps_stays(text: str) -> None:
    assert redact(text) == text
    assert redact_json({"installed": [text]}) == {"installed": [text]}


def test_a_four_part_version_in_json_is_no_address() -> None:
    versions = {"opencv-python": "4.8.0.74", "nvidia-curand-cu12": "10.3.2.106"}
    assert redact_json(versions) == versions
    assert redact_json({"gateway": "10.3.2.106"}) == {"gateway": "***"}
