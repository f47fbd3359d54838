"""The power goes after each single write to the disk: a real file system, and its own recovery.

Each scenario runs once on a file system whose writes are recorded. Then, for each write, the disk
is put back to what it held then, mounted as after the power came back, and pidoctor settles what it
finds there. Further crashes leave out some of the writes since the last flush, as a card's cache
may. Moments after which the folders hold the same are settled once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pidoctor.install import transaction
from pidoctor.install.recovery import recover

from .interrupted import SCENARIOS, World, prepare, run_killed
from .recorded_disk import RecordedDisk, file_systems, missing, sync_one
from .test_power_cut import now
from .world import tree

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=f"a disk of our own needs {missing()}"),
]
_MEGABYTES = {"ext4": 400, "f2fs": 400}


@contextmanager
def _disk(tmp_path: Path, kind: str) -> Iterator[RecordedDisk]:
    disk = RecordedDisk(tmp_path / "disk", tmp_path / "mounted", kind, _MEGABYTES[kind])
    try:
        yield disk
    finally:
        disk.take_out()


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("kind", file_systems())
def test_power_goes_after_every_write(
    kind: str,
    scenario: str,
    tmp_path: Path,
    template: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    with _disk(tmp_path, kind) as disk:
        monkeypatch.setenv("PATH", "/usr/bin:/bin")  # without uv
        monkeypatch.setattr(os, "sync", lambda: sync_one(tmp_path / "mounted"))

        def make(*installed: str) -> World:
            world = World(tmp_path / "mounted" / "world", template)
            monkeypatch.setattr(transaction, "run_all", world.run_tools)
            for version in installed:
                world.install(version)
            return world

        world, action = prepare(make, scenario)
        before, start = now(world), disk.brought_down()
        assert run_killed(action, 0)[0] == 0
        after, end = now(world), disk.brought_down()
        disk.take_out()
        crashes, settled = 0, set[str]()
        for name, image in disk.crashes(start, end):
            crashes += 1
            with disk.mounted(image):
                found = _fingerprint(world.folder)
                if found not in settled:
                    settled.add(found)
                    recover(world.venv)
                    assert recover(world.venv) is None, f"once is enough: {name}"
                    assert now(world) in (before, after), name
    record_property("crashes", crashes)
    print(f"{kind}, {scenario}: {crashes} of {crashes} crashes, {len(settled)} different ones")


def _fingerprint(folder: Path) -> str:
    modes = [f"{path.name} {path.lstat().st_mode}" for path in sorted(folder.rglob("*"))]
    return hashlib.sha256(repr((tree(folder), modes)).encode()).hexdigest()


def test_what_was_not_brought_to_the_disk_is_lost(tmp_path: Path) -> None:
    """The recorder tells a file that was brought to the disk from one that was only written."""
    with _disk(tmp_path, "ext4") as disk:
        kept, lost = tmp_path / "mounted" / "kept", tmp_path / "mounted" / "lost"
        start = disk.brought_down()
        for path in (kept, lost):
            path.write_text("content")
            if path == kept:
                with open(path, "rb") as file:
                    os.fsync(file.fileno())
        end = disk.recorded()
        disk.brought_down()
        disk.take_out()
        *_, (_, image) = disk.crashes(start, end)
        with disk.mounted(image):
            assert kept.read_text() == "content"
            assert not lost.exists() or not lost.read_text()


def test_every_moment_is_tried(tmp_path: Path) -> None:
    """Between what was brought to the disk lie the states that only a crash shows.

    One of them ext4 shows now and then: the length is there, and zeros in place of the content.
    """
    with _disk(tmp_path, "ext4") as disk:
        path = tmp_path / "mounted" / "file"
        path.write_text("old")
        start = disk.brought_down()
        path.unlink()
        sync_one(tmp_path / "mounted")
        path.write_text("new")
        end = disk.brought_down()
        disk.take_out()
        found = set()
        for _, image in disk.crashes(start, end):
            with disk.mounted(image):
                found.add(path.read_text() if path.exists() else None)
        assert found - {"", "\0\0\0"} == {"old", None, "new"}
