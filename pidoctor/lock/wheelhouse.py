"""A folder of verified wheels for a machine that has no network, made by pip."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pidoctor.catalog.wheels import Wheel
from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.install.requirements import requirements_text
from pidoctor.report.text import one_line
from pidoctor.resolve.judge import tags_of
from pidoctor.resolve.plan import Plan


def download(plan: Plan, folder: Path) -> tuple[Path, ...]:
    """Fetch the plan's wheels into ``folder`` and verify each against its pinned hash.

    Wheels that are there already, and whole, are kept. The index is the one that pip is configured
    for. Raises :class:`CouldNotCheckError` when pip cannot fetch one, and removes what does not
    match its hash.
    """
    _make(folder)
    missing = [wheel for wheel in plan.wheels if not _is_whole(folder / wheel.filename, wheel)]
    if missing:
        with tempfile.TemporaryDirectory() as scratch:
            pins = Path(scratch) / "requirements.txt"
            pins.write_text(requirements_text(plan), encoding="utf-8")
            _pip_download(missing, pins, folder)
    for wheel in plan.wheels:
        path = folder / wheel.filename
        if not _is_whole(path, wheel):
            path.unlink(missing_ok=True)
            raise CouldNotCheckError(f"{wheel.filename}: what was fetched is not the pinned file")
    return tuple(folder / wheel.filename for wheel in plan.wheels)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made ({error.strerror})") from error


def _pip_download(wheels: list[Wheel], pins: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "-r", str(pins), "-d", str(folder)]
    command += list(_platform_options(wheels))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = one_line(said[0] if said else done.stderr[-300:])
        raise CouldNotCheckError(f"pip could not fetch the wheels: {reason}")


def _platform_options(wheels: list[Wheel]) -> Iterator[str]:
    """pip's view of the other machine: exactly the tags that the plan's wheels carry."""
    tags = [tags_of(wheel.filename) for wheel in wheels]
    interpreters = {name for python, _, _ in tags for name in python.split(".")}
    pythons = [name[2:] for name in interpreters if name.startswith("cp")]
    # abi3 wheels carry an older Python's tag; the newest one named is the machine's own.
    newest = max(pythons, key=lambda text: int(text[1:]), default="")
    if newest:
        yield from ("--implementation", "cp", "--python-version", f"{newest[0]}.{newest[1:]}")
    abis = {name for _, abi, _ in tags for name in abi.split(".")} | {"abi3", "none"}
    platforms = {name for _, _, platform in tags for name in platform.split(".")}
    for abi in sorted(abis):
        yield from ("--abi", abi)
    for platform in sorted(platforms):
        yield from ("--platform", platform)


def _is_whole(path: Path, wheel: Wheel) -> bool:
    if not path.is_file():
        return False
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest() == wheel.sha256
