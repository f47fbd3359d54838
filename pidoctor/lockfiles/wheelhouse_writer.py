"""A folder of verified wheels for a machine that has no network."""

from __future__ import annotations

import os
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from pidoctor.catalog.wheels import Wheel
from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.install import fetch
from pidoctor.install.base_python import ask
from pidoctor.install.checks import free_bytes
from pidoctor.install.failure import InstallError, from_tool
from pidoctor.install.fetching import Fetching
from pidoctor.install.pip_or_uv import Pip, pips
from pidoctor.install.process import Arrival, Progress, Task, run_all
from pidoctor.install.wheelhouse import matches
from pidoctor.progress import Announced
from pidoctor.readiness.space import bytes_to_download
from pidoctor.resolve.plan import Plan
from pidoctor.safe_files import fill_output, make_folder
from pidoctor.units import count, size


def download(plan: Plan, python: str, folder: Path, progress: Progress) -> tuple[Path, ...]:
    """Fetch the plan's wheels for Python ``python`` ("3.11.2") and verify each by its hash.

    Wheels that are there already, and whole, are kept. The index is the one that pip is configured
    for. Raises :class:`CouldNotCheckError` when pip cannot fetch one either; what does not match
    its hash is removed.
    """
    make_folder(folder)
    missing = [wheel for wheel in plan.wheels if not matches(folder / wheel.filename, wheel)]
    for wheel in missing:
        _must_be_free(folder / wheel.filename)
    if missing:
        _must_have_room(folder, bytes_to_download(missing))
        # Not in /tmp: it may be a part of the memory, and full long before the folder is.
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=folder) as scratch:
            left = _fetched(missing, plan, Path(scratch), folder, progress)
            if left:
                _fetch_by_pip(left, plan, python, Path(scratch), folder, progress)
    for wheel in missing:
        path = folder / wheel.filename
        if not matches(path, wheel):
            path.unlink(missing_ok=True)
            raise CouldNotCheckError(f"{wheel.filename}: what was fetched is not the pinned file")
    return tuple(folder / wheel.filename for wheel in plan.wheels)


def _fetched(
    wheels: list[Wheel], plan: Plan, scratch: Path, folder: Path, progress: Progress
) -> list[Wheel]:
    """Fetch wheels in this process; those that could not be had so."""
    with Fetching(wheels, plan.sources, sys.prefix, scratch) as fetching:
        title = f"Download {count(len(wheels), 'wheel')}"
        progress(Announced(title, fetching.arrival, fetching.parts))
        got = fetching.wait(progress)
    for wheel in got:
        os.replace(scratch / wheel.filename, folder / wheel.filename)
    return [wheel for wheel in wheels if wheel not in got]


def _fetch_by_pip(  # noqa: PLR0913, PLR0917 - what pip is told
    wheels: list[Wheel], plan: Plan, python: str, scratch: Path, folder: Path, progress: Progress
) -> None:
    listed = scratch / "requirements.txt"
    listed.write_text(plan.sources.lines + fetch.requirements(wheels), encoding="utf-8")
    command = fetch.command(_own_pip(), wheels, python, listed, folder)
    arrival = Arrival(scratch / "arriving", tuple(wheel.size for wheel in wheels))
    arrival.folder.mkdir()
    progress(Announced(f"Download {count(len(wheels), 'wheel')} by pip", arrival))
    _run(command, arrival, progress)


def pack(files: Iterable[Path], target: Path) -> None:
    """All files in one, as they are: wheels are compressed already, and one file is copied to a
    board faster than ten."""

    def fill(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w") as archive:
            for path in files:
                archive.write(path, path.name)

    fill_output(target, fill)


def _own_pip() -> Pip:
    """A pip that this Python runs; its age does not matter, as it judges no tags here."""
    found = pips(ask(sys.executable))
    if not found:
        raise CouldNotCheckError("there is no pip here to download with")
    return found[0]


def _run(command: tuple[str, ...], arrival: Arrival, progress: Progress) -> None:
    task = Task(command, {"TMPDIR": str(arrival.folder)}, arrival=arrival)
    with open(os.devnull, "rb") as nothing:
        try:
            (ended,) = run_all([task], nothing.fileno(), progress)
            if ended.status != 0:
                raise from_tool(command, ended.status, ended.output)
        except InstallError as error:
            finding = error.finding
            raise CouldNotCheckError(f"{finding.message} {finding.evidence}".strip()) from None


def _must_have_room(folder: Path, needed: int) -> None:
    free = free_bytes(folder)
    if free < needed:
        told = f"fetching the wheels takes {size(needed)}, and {size(free)} are free there"
        raise CouldNotCheckError(f"{folder}: {told}; name another folder with -d")


def _must_be_free(path: Path) -> None:
    """pip writes through a link, so what has the name of a wheel must be a file, or nothing."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise UsageError(f"{path}: is no regular file, so no wheel is written there; remove it")
