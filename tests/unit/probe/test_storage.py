"""The file systems of the target and of the temporary folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from pidoctor.host.live import LiveHost
from pidoctor.probe.storage import file_system, nearest_existing, probe_storage
from pidoctor.profile.fact import State
from tests.unit.host.fake import fake_host

DISKS = {
    "/": {"total": 100, "free": 40, "read_only": False},
    "/tmp": {"total": 9, "free": 5, "read_only": False},
    "/mnt": {"total": 50, "free": 50, "read_only": True},
}


def test_the_nearest_existing_folder_counts() -> None:
    host = fake_host(
        {"/proc/self/mounts": "- / ext4\n- /tmp tmpfs\n"},
        present=["/", "/tmp", "/mnt"],
        disks=DISKS,
        working_folder="/mnt/projects/new",
    )
    storage = probe_storage(host, ".venv")
    assert storage.target.value == "/mnt/projects/new/.venv"
    assert (storage.target_free.value, storage.target_read_only.value) == (50, True)
    assert (storage.temp.value, storage.temp_free.value) == ("/tmp", 5)
    assert storage.temp_is_tmpfs.value is True


def test_tmpdir_is_honoured() -> None:
    host = fake_host(
        {"/proc/self/mounts": "- / ext4\n- /tmp tmpfs\n"},
        present=["/", "/tmp", "/mnt"],
        environment={"TMPDIR": "/mnt"},
        disks=DISKS,
    )
    storage = probe_storage(host, "/x")
    assert (storage.temp.value, storage.temp_free.value) == ("/mnt", 50)
    assert storage.temp_is_tmpfs.value is False


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/tmp", "tmpfs"), ("/tmp/x", "tmpfs"), ("/tmpx", "ext4"), ("/a b/c", "vfat"), ("/", "ext4")],
)
def test_file_system(path: str, kind: str) -> None:
    mounts = "- / rootfs\n- / ext4\n- /tmp tmpfs\n- /a\\040b vfat\nbroken\n"
    assert file_system(mounts, path) == kind


def test_relative_home_of_a_capture() -> None:
    assert nearest_existing(fake_host(), "~/project/.venv") == "/"


def test_unknown_disk() -> None:
    storage = probe_storage(fake_host(present=["/"]), ".venv")
    assert storage.target_free.state is State.UNREADABLE
    assert storage.temp.state is State.ABSENT


def test_live(tmp_path: Path) -> None:
    storage = probe_storage(LiveHost(), str(tmp_path / "a" / "b"))
    assert storage.target_free.or_else(0) > 0
    assert storage.target_read_only.value is False
