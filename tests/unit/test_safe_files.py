"""Outputs are whole or not there; inputs are regular files or refused. Planted, run, looked at."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.safe_files import open_regular, write_output

RUN = [sys.executable, "-m", "pidoctor"]


def pidoctor(
    *words: str, cwd: Path, timeout: float = 60, preexec: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "HOME": str(cwd), "XDG_CACHE_HOME": str(cwd / "cache")}
    return subprocess.run(
        [*RUN, *words],
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        preexec_fn=preexec,
        check=False,
    )


def plant(folder: Path, kind: str) -> Path:
    path = folder / "output"
    if kind == "named pipe":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(path))
    elif kind == "link":
        (folder / "precious").write_text("old")
        path.symlink_to("precious")
    elif kind == "dangling link":
        path.symlink_to(folder / "new")
    return path


KINDS = ["named pipe", "directory", "socket", "link", "dangling link"]


@pytest.mark.parametrize("kind", KINDS)
def test_only_regular_files_are_written(tmp_path: Path, kind: str) -> None:
    path = plant(tmp_path, kind)
    before = path.lstat()
    with pytest.raises(CouldNotCheckError, match="not a regular file"):
        write_output(path, "new")
    assert path.lstat().st_ino == before.st_ino
    assert not (tmp_path / "new").exists()
    assert all(item.read_text() == "old" for item in tmp_path.glob("precious"))
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/full"])
def test_a_device_stays_a_device(device: str) -> None:
    with pytest.raises(CouldNotCheckError, match="it is a device"):
        write_output(device, "new")
    assert stat.S_ISCHR(os.stat(device).st_mode)


@pytest.mark.parametrize("name", ["", "a\0b", "-"])
def test_what_no_file_can_be_called(name: str) -> None:
    with pytest.raises(UsageError):
        write_output(name, "new")


@pytest.mark.parametrize("name", [".", "..", "/", "/dev/fd"])
def test_a_directory_is_not_written(name: str) -> None:
    with pytest.raises(CouldNotCheckError):
        write_output(name, "new")


def test_permissions_stay_and_a_new_file_obeys_the_umask(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("old")
    old.chmod(0o640)
    write_output(old, "new")
    assert (old.read_text(), stat.S_IMODE(old.stat().st_mode)) == ("new", 0o640)
    mask = os.umask(0o077)
    try:
        write_output(tmp_path / "fresh", b"\xff")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "fresh").stat().st_mode) == 0o600


def test_a_planted_partial_file_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("old")
    for name in (".out.partial", ".out.tmp", "out.tmp", "out.partial"):
        (tmp_path / name).symlink_to(precious)
    write_output(tmp_path / "out", "new")
    assert (precious.read_text(), (tmp_path / "out").read_text()) == ("old", "new")


def test_on_a_full_disk_the_old_file_stays(tmp_path: Path) -> None:
    """A limit on the size of files is the full disk that needs no root."""
    path = tmp_path / "old"
    path.write_text("old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(CouldNotCheckError, match="cannot be written"):
            write_output(path, "x" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["old"]


def test_a_long_name_is_no_problem(tmp_path: Path) -> None:
    write_output(tmp_path / ("n" * 255), "new")
    assert (tmp_path / ("n" * 255)).read_text() == "new"


@pytest.mark.parametrize("kind", ["named pipe", "directory", "socket", "dangling link"])
def test_only_regular_files_are_read(tmp_path: Path, kind: str) -> None:
    with pytest.raises(UsageError):
        open_regular(plant(tmp_path, kind))
    with pytest.raises(UsageError):
        open_regular("a\0b")
    with pytest.raises(UsageError, match="is a device"):
        open_regular("/dev/zero")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"12345")
    with pytest.raises(UsageError, match="too large"):
        open_regular(tmp_path / "large", limit=4)
    with open_regular(tmp_path / "large", limit=5) as file:
        assert file.read() == b"12345"


WRITERS = [
    ("capture",),
    ("report",),
    ("lock", "--target", "pi4-4gb/bookworm-64"),
]


@pytest.mark.slow  # a process for each
@pytest.mark.parametrize("words", WRITERS, ids=lambda words: words[0])
def test_every_command_writes_so(tmp_path: Path, words: tuple[str, ...]) -> None:
    for kind in ("named pipe", "link"):
        folder = tmp_path / kind
        folder.mkdir()
        ended = pidoctor(*words, "-o", str(plant(folder, kind)), cwd=tmp_path)
        assert ended.returncode == 3, ended.stderr
        assert len(ended.stderr.splitlines()) == 1
        assert "not a regular file" in ended.stderr
    ended = pidoctor(*words, "-o", "", cwd=tmp_path)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    ended = pidoctor(*words, "-o", str(tmp_path / "new"), cwd=tmp_path)
    assert ended.returncode in (0, 1)
    assert (tmp_path / "new").stat().st_size > 100


def test_a_document_on_standard_output_is_the_only_one(tmp_path: Path) -> None:
    words = ("lock", "--target", "pi4-4gb/bookworm-64")
    plain = pidoctor(*words, cwd=tmp_path)
    for name in ("-", "/dev/stdout"):
        assert pidoctor(*words, "-o", name, cwd=tmp_path).stdout == plain.stdout
    envelope = json.loads(pidoctor(*words, "-o", "-", "--json", cwd=tmp_path).stdout)
    assert envelope["document"] == plain.stdout
    assert json.loads(pidoctor("capture", "-o", "-", cwd=tmp_path).stdout)["schema"]
    assert pidoctor("report", "-o", "-", cwd=tmp_path).returncode == 2


READERS = [
    ("triage", "{}"),
    ("check", "--capture", "{}"),
    ("index", "audit", "{}"),
    ("smoke", "-q", "--model", "{}"),
]
WHEEL = "tflite_runtime-2.14.0-cp311-cp311-manylinux_2_34_aarch64.whl"


@pytest.mark.slow  # a process for each
@pytest.mark.parametrize("words", READERS, ids=lambda words: " ".join(words[:2]))
def test_no_command_reads_what_never_ends(tmp_path: Path, words: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / WHEEL).symlink_to("/dev/zero")

    def little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

    for name in ("pipe", "/dev/zero", WHEEL):
        ended = pidoctor(
            *(word.format(name) for word in words), cwd=tmp_path, timeout=30, preexec=little_memory
        )
        assert ended.returncode == 2, ended.stderr
        assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    ["model", "triage", "index audit", "example", "check -r", "check --capture", "smoke --model"],
)
def test_a_socket_is_called_one(words: str, tmp_path: Path) -> None:
    path = plant(tmp_path, "socket")
    done = pidoctor(*words.split(), path.name, cwd=tmp_path)
    assert done.returncode in (2, 3)
    assert "it is a socket" in done.stderr


def test_a_name_that_is_no_utf_8_is_spelled_out(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xfe")
    done = pidoctor("lock", "--target", "pi4/bookworm-64", "-o", name, cwd=tmp_path)
    assert done.stdout.splitlines()[0] == r"written: \xff\xfe"
    assert (tmp_path / name).is_file()
