"""The support bundle: what goes in, what must not, and bundles from people who mean harm."""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from contextlib import suppress
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.profile.codec import from_json
from pidoctor.redact import Identity
from pidoctor.report import bundle
from pidoctor.report.bundle import BundleContent, find_logs, load_bundle, write_bundle
from pidoctor.safe_files import is_zip
from tests.unit.report.samples import SAMPLES, check

CANARY = "c4n4ry"


def content(**more: Any) -> BundleContent:
    return BundleContent(result=check(), **more)


def test_a_bundle_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    receipt = {"schema": "pidoctor-receipt/1", "python": "/home/alice/.venv/bin/python"}
    write_bundle(
        path,
        content(
            installed={"numpy": "1.26.4"},
            receipt=receipt,
            logs={"pip.log": "Collecting numpy\n"},
            capture='{"schema": "pidoctor-capture/1"}',
        ),
    )
    read = load_bundle(path)
    assert sorted(read.files) == [
        "capture.json",
        "index.html",
        "installed.json",
        "logs/pip.log",
        "profile.json",
        "receipt.json",
        "result.json",
    ]
    assert from_json(read.profile).board.model.value == "Raspberry Pi 4 Model B Rev 1.4"
    assert json.loads(read.files["receipt.json"])["python"] == "~/.venv/bin/python"
    assert b"Collecting numpy" in read.files["index.html"]
    assert is_zip(path)
    assert not is_zip(tmp_path / "none")
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.zip"]


def test_the_same_content_gives_the_same_file(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_bundle(tmp_path / name, content())
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_name_of_a_page_gets_the_page_of_the_bundle(tmp_path: Path) -> None:
    bundle, page = tmp_path / "board.zip", tmp_path / "board.html"
    for path in (bundle, page):
        write_bundle(path, content())
    assert page.read_text("utf-8") == zipfile.ZipFile(bundle).read("index.html").decode("utf-8")


def test_no_planted_secret_gets_into_a_bundle(tmp_path: Path) -> None:
    secret = f"https://bob:{CANARY}@index.example.org/simple /home/{CANARY}/x TOKEN={CANARY}"

    def plant(value: Any) -> Any:
        if isinstance(value, Enum):
            return value
        if isinstance(value, tuple):
            parts = [plant(item) for item in value]
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
        if is_dataclass(value) and not isinstance(value, type):
            kept = ("command", "resolution", "asked")
            named = [(f.name, getattr(value, f.name)) for f in fields(value)]
            planted = {name: item if name in kept else plant(item) for name, item in named}
            return type(value)(**planted)
        return f"{value} {secret}" if isinstance(value, str) else value

    planted = plant(SAMPLES["check-sick"])
    assert CANARY in planted.profile.python.version.value
    path = tmp_path / "b.zip"
    capture = json.dumps({"files": {"/etc/pip.conf": {"text": secret}}})
    write_bundle(
        path,
        BundleContent(planted, {"a": "1"}, {"x": secret}, {"pip.log": secret}, capture),
        Identity("/home/alice", "h"),
    )
    for name, data in load_bundle(path).files.items():
        assert CANARY not in data.decode("utf-8"), name


def test_a_bundle_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CouldNotCheckError, match="cannot be written"):
        write_bundle(tmp_path / "missing" / "b.zip", content())
    (tmp_path / "folder.zip").mkdir()
    with pytest.raises(CouldNotCheckError):
        write_bundle(tmp_path / "folder.zip", content())
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.zip"]


def test_logs_are_found_where_pip_writes_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".cache/pip/log").mkdir(parents=True)
    old, named = home / ".cache/pip/log/debug.log", tmp_path / "named.log"
    old.write_text("old")
    named.write_bytes(b"x" * (bundle.LOG_TAIL + 5) + b"end\xff")
    os.utime(old, (1, 1))
    logs = find_logs({"HOME": str(home), "PIP_LOG": str(named)}, tmp_path)
    assert list(logs) == ["named.log", "debug.log"]
    assert len(logs["named.log"]) == bundle.LOG_TAIL
    assert logs["named.log"].endswith("end\ufffd")
    assert find_logs({}, tmp_path / "nowhere") == {}


def archive(entries: dict[str, bytes], change: Any = None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if change:
                change(info)
            made.writestr(info, data)
    return stream.getvalue()


def link(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


GOOD = {"profile.json": b"{}"}
HARM = {
    "traversal": archive({**GOOD, "../../etc/passwd": b"x"}),
    "absolute": archive({**GOOD, "/etc/passwd": b"x"}),
    "backslash": archive({**GOOD, "..\\x": b"x"}),
    "hidden": archive({**GOOD, "logs/.ssh": b"x"}),
    "escape codes": archive({**GOOD, "\x1b[2Jx": b"x"}),
    "deep path": archive({**GOOD, "a/b/c/d": b"x"}),
    "many": archive({f"logs/{i}": b"" for i in range(bundle.MAX_ENTRIES + 1)}),
    "bomb": archive({**GOOD, "logs/zeros": bytes(bundle.MAX_ENTRY + 1)}),
    "bombs": archive({**GOOD, **{f"logs/{i}": bytes(bundle.MAX_ENTRY) for i in range(5)}}),
    "link": archive(GOOD, link),
    "no profile": archive({"x": b""}),
    "nested": archive({"profile.json": b"[" * 100_000}),
    "deep": archive({"profile.json": b"[" * 100 + b"]" * 100}),
    "not json": archive({"profile.json": b"{,}"}),
    "empty": b"",
    "junk": b"PK\x03\x04 junk",
    "cut": archive(GOOD)[:-10],
}


@pytest.mark.parametrize("data", HARM.values(), ids=HARM.keys())
def test_a_harmful_bundle_is_one_clear_error(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        load_bundle(path)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.zip"]


def test_a_file_too_large_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    with path.open("wb") as stream:
        stream.truncate(bundle.MAX_ARCHIVE + 1)
    with pytest.raises(UsageError, match="too large"):
        load_bundle(path)
    with pytest.raises(UsageError, match="cannot be read"):
        load_bundle(tmp_path / "none.zip")
    with pytest.raises(UsageError, match="cannot be read"):
        load_bundle(tmp_path)


@given(st.data())
def test_damage_never_ends_in_a_traceback(data: st.DataObject) -> None:
    good = bytearray(archive({**GOOD, "logs/pip.log": b"Collecting numpy " * 20}))
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"pidoctor-bundle-{os.getpid()}.zip"
    path.write_bytes(bytes(good))
    with suppress(UsageError):
        load_bundle(path)
    path.unlink()
