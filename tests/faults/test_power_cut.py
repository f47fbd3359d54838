"""The power goes before each single change that pidoctor makes to the disk.

A model of a file system with an ordered journal, as ext4 has by default and f2fs by its
checkpoints: after the cut the folders are as they were at some moment, and the content of each
file is there only if it was brought to the disk (fsync, sync) by then. What was not is gone: the
file is empty, or has its length and nothing but zeros. Since every moment is tried, it makes no
difference that a file system may bring back a moment before the last one.

This is a model, which runs everywhere and has a name for each step; ``test_power_cut_on_disk.py``
does the same on real file systems, where those can be had.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pidoctor.install.recovery import recover

from .interrupted import DIED, SCENARIOS, Make, Watch, World, prepare, run_killed, sampled

LOST = ("zeros", "empty")  # what becomes of a file that was not brought to the disk
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick")]


class Disk(Watch):
    """Knows which files below ``folder`` are on the disk; ``lost`` is what becomes of others."""

    def __init__(self, folder: Path, lost: str) -> None:
        self._folder, self._lost = folder, lost
        self._safe = set(self._files())
        self._changing: set[int] = set()  # by the change that is told of, when it has been made

    def begin(self) -> None:
        os.fsync, os.sync = self._fsync, self._sync  # type: ignore[assignment]

    def before(self, event: str, arguments: tuple[Any, ...]) -> None:
        self._made()
        if event == "open":
            self._forget(arguments[0], -1)
        elif event == "os.remove":
            self._forget(arguments[0], arguments[1])
        elif event == "os.rename":  # what had the name is gone
            self._forget(arguments[1], arguments[3])

    def cut(self) -> None:
        for inode, path in self._files().items():
            if inode not in self._safe:
                status = path.stat()
                path.chmod(0o600)
                content = b"\0" * status.st_size if self._lost == "zeros" else b""
                path.write_bytes(content)
                os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
                path.chmod(stat.S_IMODE(status.st_mode))

    def _files(self) -> dict[int, Path]:
        def found() -> Iterator[tuple[int, Path]]:
            for root, _, names in os.walk(self._folder):
                for path in (Path(root, name) for name in names):
                    status = path.lstat()
                    if stat.S_ISREG(status.st_mode):
                        yield status.st_ino, path

        return dict(found())

    def _made(self) -> None:
        self._safe -= self._changing
        self._changing.clear()

    def _forget(self, path: Any, folder: int) -> None:
        """The content of a file is about to change, or its number to be given again."""
        where = f"/proc/self/fd/{folder}" if folder >= 0 else ""
        try:
            status = os.lstat(os.path.join(where, path))
        except (OSError, TypeError):
            return
        if stat.S_ISREG(status.st_mode):
            self._changing.add(status.st_ino)

    def _fsync(self, descriptor: int) -> None:
        self._made()
        self._safe.add(os.fstat(descriptor).st_ino)

    def _sync(self) -> None:
        self._made()
        self._safe.update(self._files())


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_power_goes_at_every_step(
    scenario: str, lost: str, make_world: Make, record_property: Callable[[str, object], None]
) -> None:
    world, action = prepare(make_world, scenario)
    before = now(world)
    status, points = run_killed(action, 0, Disk(world.folder, lost))
    assert status == 0
    after = now(world)
    for point in (tried := sampled(points, LOST.index(lost))):
        world, action = prepare(make_world, scenario)
        status, _ = run_killed(action, point, Disk(world.folder, lost))
        assert status == DIED, point
        recover(world.venv)
        assert recover(world.venv) is None, "once is enough"
        assert now(world) in (before, after), point
    record_property("cuts", len(tried))
    print(f"{scenario}, {lost}: {len(tried)} of {points} cuts")


def now(world: World) -> tuple[str | None, dict[str, str]]:
    """What the environment imports and holds; what pidoctor wrote there can be read.

    Files of zeros that an installer wrote are taken for somebody's, and kept beside it: that is
    more than is needed, and loses nothing.
    """
    for name in ("receipt", "manifest"):
        for path in world.home.rglob(f"pidoctor-{name}.json"):
            json.loads(path.read_bytes())
    state = world.state()
    return world.works(), {name: state[name] for name in state if ".venv.kept-" not in name}
