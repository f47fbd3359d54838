"""A directory as a machine: links stay inside, nothing of this machine's kernel shows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pidoctor.errors import UsageError
from pidoctor.host.base import MissingError, SearchPattern, UnreadableError
from pidoctor.host.directory import DirectoryHost


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside").write_text("secret")
    inside = tmp_path / "root"
    (inside / "etc").mkdir(parents=True)
    (inside / "etc" / "os-release").write_text("ID=debian\n")
    return inside


def test_reads_inside(root: Path) -> None:
    host = DirectoryHost(root)
    assert host.read_bytes("/etc/os-release") == b"ID=debian\n"
    assert host.read_bytes("/etc/os-release", 2) == b"ID"
    assert host.list_dir("/etc") == ("os-release",)
    assert host.disk_usage("/etc").total > 0
    assert host.modified("/etc/os-release") > 0


@pytest.mark.parametrize(
    "target",
    ["/etc/os-release", "../etc/os-release", "../../../../etc/os-release", "/../etc/./os-release"],
)
def test_a_link_is_resolved_inside(root: Path, target: str) -> None:
    (root / "usr").mkdir()
    (root / "usr" / "link").symlink_to(target)
    host = DirectoryHost(root)
    assert host.real_path("/usr/link") == "/etc/os-release"
    assert host.read_bytes("/usr/link") == b"ID=debian\n"


def test_a_link_to_outside_leads_nowhere(root: Path) -> None:
    (root / "etc" / "leak").symlink_to(root.parent / "outside")
    (root / "etc" / "up").symlink_to("../../outside")
    host = DirectoryHost(root)
    for path in ("/etc/leak", "/etc/up", "/../outside"):
        assert not host.exists(path)
        with pytest.raises(MissingError):
            host.read_bytes(path)


def test_a_linked_folder_to_outside_leads_nowhere(root: Path) -> None:
    (root / "var").symlink_to(root.parent)
    with pytest.raises(MissingError):
        DirectoryHost(root).read_bytes("/var/outside")


def test_a_loop_of_links(root: Path) -> None:
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    with pytest.raises(UnreadableError, match="symbolic links"):
        DirectoryHost(root).read_bytes("/a")


def test_what_is_no_regular_file(root: Path) -> None:
    os.mkfifo(root / "etc" / "fifo")
    host = DirectoryHost(root)
    for path in ("/etc", "/etc/fifo"):
        with pytest.raises(UnreadableError):
            host.read_bytes(path)


def test_this_machines_kernel_does_not_show(root: Path) -> None:
    host = DirectoryHost(root)
    with pytest.raises(UnreadableError, match="no running kernel"):
        host.read_bytes("/proc/cpuinfo")
    for question in (host.uname, host.page_size, host.now, host.group_ids, host.memory):
        with pytest.raises(UnreadableError):
            question()
    with pytest.raises(UnreadableError):
        host.run(("/bin/true",), 5)
    assert host.environ("HOME") is None


def test_a_mounted_proc_is_not_read() -> None:
    with pytest.raises(UnreadableError, match="no running kernel"):
        DirectoryHost("/").read_bytes("/proc/self/status")


def test_copies_of_kernel_files_are_read(root: Path) -> None:
    (root / "proc").mkdir()
    (root / "proc" / "cpuinfo").write_text("processor : 0\n")
    assert DirectoryHost(root).read_bytes("/proc/cpuinfo") == b"processor : 0\n"


def test_search(root: Path) -> None:
    (root / "etc" / "text").write_bytes(b"v=2 v=1 v=2")
    (root / "etc" / "empty").write_bytes(b"")
    host = DirectoryHost(root)
    assert host.search("/etc/text", SearchPattern("v", rb"v=(\d)")) == (b"1", b"2")
    assert host.search("/etc/empty", SearchPattern("v", rb"v=(\d)")) == ()


def test_no_directory(root: Path) -> None:
    with pytest.raises(UsageError, match="not a directory"):
        DirectoryHost(root / "etc" / "os-release")


def test_interpreter(root: Path) -> None:
    host = DirectoryHost(root)
    with pytest.raises(MissingError):
        host.interpreter()
    (root / "usr" / "bin").mkdir(parents=True)
    (root / "usr" / "bin" / "python3").write_text("")
    assert host.interpreter() == "/usr/bin/python3"
