"""This machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pidoctor.host.base import LIST_LIMIT, MissingError, SearchPattern, UnreadableError
from pidoctor.host.bounded_files import list_dir
from pidoctor.host.live import LiveHost


def test_reads_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1000)
    assert LiveHost().read_bytes(str(path), 10) == b"x" * 10


def test_errors_are_two() -> None:
    host = LiveHost()
    with pytest.raises(MissingError):
        host.read_bytes("/nonexistent/file")
    with pytest.raises(MissingError):
        host.list_dir("/nonexistent")
    with pytest.raises(UnreadableError, match="not a regular file"):
        host.read_bytes("/dev/zero")
    with pytest.raises(UnreadableError):
        host.read_bytes("/tmp\0")


def test_a_huge_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert LIST_LIMIT > 1000
    monkeypatch.setattr("pidoctor.host.bounded_files.LIST_LIMIT", 3)
    for name in "abcd":
        (tmp_path / name).touch()
    with pytest.raises(UnreadableError, match="more than 3 entries"):
        list_dir("/shown", str(tmp_path))


def test_the_interpreter_is_the_one_behind_the_environment() -> None:
    host = LiveHost()
    path = host.interpreter()
    assert host.runs_here(path)
    assert os.path.realpath(path).startswith(os.path.realpath(sys.base_prefix))
    if sys.prefix != sys.base_prefix:
        assert not host.runs_here(sys.executable)


def test_another_interpreter_does_not_run_here(tmp_path: Path) -> None:
    other = tmp_path / "python3"
    other.write_text("")
    assert not LiveHost().runs_here(str(other))


def test_run_and_search(tmp_path: Path) -> None:
    host = LiveHost()
    assert host.run((sys.executable, "-c", "print(1)"), 30).stdout == b"1\n"
    path = tmp_path / "library"
    path.write_bytes(b"\0GLIBCXX_3.4.9\0GLIBCXX_3.4.30\0")
    pattern = SearchPattern("x", rb"\0GLIBCXX_(3\.4\.\d{1,3})(?=\0)")
    assert host.search(str(path), pattern) == (b"3.4.30", b"3.4.9")


def test_memory_and_distribution_from_the_libraries() -> None:
    pytest.importorskip("psutil")
    assert LiveHost().memory().total > 0
    assert LiveHost().distribution().id


def test_without_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(UnreadableError, match="psutil is not installed"):
        LiveHost().memory()
