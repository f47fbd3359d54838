"""A folder of verified wheels for a machine that has no network, made by pip."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.install import fetch
from pidoctor.install.failure import from_tool
from pidoctor.install.interpreter import ask
from pidoctor.install.process import Arrival, Progress, Task, run_all
from pidoctor.install.tools import Pip, pips
from pidoctor.install.wheelhouse import matches
from pidoctor.progress import Announced
from pidoctor.resolve.plan import Plan
from pidoctor.units import count


def download(plan: Plan, python: str, folder: Path, progress: Progress) -> tuple[Path, ...]:
    """Fetch the plan's wheels for Python ``python`` ("3.11.2") and verify each by its hash.

    Wheels that are there already, and whole, are kept. The index is the one that pip is configured
    for. Raises :class:`CouldNotCheckError` when pip cannot fetch one; what does not match its hash
    is removed.
    """
    _make(folder)
    missing = [wheel for wheel in plan.wheels if not matches(folder / wheel.filename, wheel)]
    if missing:
        with tempfile.TemporaryDirectory() as scratch:
            listed = Path(scratch) / "requirements.txt"
            listed.write_text(fetch.requirements(missing), encoding="utf-8")
            command = fetch.command(_own_pip(), missing, python, listed, folder)
            arrival = Arrival(Path(scratch) / "arriving", sum(wheel.size for wheel in missing))
            arrival.folder.mkdir()
            progress(Announced(f"Download {count(len(missing), 'wheel')}", arrival))
            _run(command, arrival, progress)
            progress("Verify each wheel by its hash")
    for wheel in missing:
        path = folder / wheel.filename
        if not matches(path, wheel):
            path.unlink(missing_ok=True)
            raise CouldNotCheckError(f"{wheel.filename}: what was fetched is not the pinned file")
    return tuple(folder / wheel.filename for wheel in plan.wheels)


def _own_pip() -> Pip:
    """A pip that this Python runs; its age does not matter, as it judges no tags here."""
    found = pips(ask(sys.executable))
    if not found:
        raise CouldNotCheckError("there is no pip here to download with")
    return found[0]


def _run(command: tuple[str, ...], arrival: Arrival, progress: Progress) -> None:
    task = Task(command, {"TMPDIR": str(arrival.folder)}, arrival=arrival)
    with open(os.devnull, "rb") as nothing:
        (ended,) = run_all([task], nothing.fileno(), progress)
    if ended.status != 0:
        finding = from_tool(command, ended.status, ended.output).finding
        raise CouldNotCheckError(f"{finding.message} {finding.evidence}".strip())


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made ({error.strerror})") from error
