"""Builds pidoctor.pyz: pidoctor, what it needs and pip in one file, for any board.

    python -m pidoctor.pyz [-o pidoctor.pyz]

It is made from the checkout, or from what is installed. Everything in the file is pure Python, in
versions that run on Python 3.9 and on all later ones.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pidoctor.errors import CouldNotCheckError, PidoctorError, UsageError
from pidoctor.platforms.interpreter import marker_environment
from pidoctor.probe.capture_questions import script
from pidoctor.pyz_start import CAPTURE
from pidoctor.safe_files import make_folder, write_output

PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
_PIP_TIMEOUT_S = 300.0  # for a slow board, where pidoctor is built from a checkout
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date of a zip entry: the same input, the same file


def build(output: Path) -> Path:
    """Write the single file to ``output``; the same sources and dependencies give the same bytes.

    UsageError where pidoctor itself runs from a single file, CouldNotCheckError when pip cannot
    get what goes into it.
    """
    checkout = Path(__file__).resolve().parent.parent
    installed = not (checkout / "pyproject.toml").is_file()
    with tempfile.TemporaryDirectory() as scratch:
        wheels, library = Path(scratch) / "wheels", Path(scratch) / "library"
        if installed:
            _copy_installed(library)
            wanted = [text for text in metadata.requires("pidoctor") or () if _needs([text])]
        else:
            _pip("wheel", "--no-deps", "--wheel-dir", str(wheels), str(checkout))
            wanted = [str(wheel) for wheel in wheels.glob("*.whl")]
        _fetch(library, *wanted, "pip")
        for name in sorted(_absent(library)):  # what only an older Python than this one needs
            _fetch(library, name)
        _check(library)
        start = Path(__file__).with_name("pyz_start.py").read_bytes()
        _write(output, {"__main__.py": start, CAPTURE: script().encode("utf-8")}, library)
    return output


def _copy_installed(library: Path) -> None:
    """The files of the installed pidoctor, as its own record lists them."""
    listed = metadata.distribution("pidoctor").files
    if not listed:
        raise UsageError("this pidoctor is a single file already; copy it instead of building one")
    for name in listed:
        if ".." not in name.parts and "__pycache__" not in name.parts:
            path = library / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(Path(str(name.locate())).read_bytes())


def _fetch(library: Path, *wanted: str) -> None:
    """Put what is wanted, and what that needs here, into ``library``: pure Python only."""
    _pip(
        *("install", "--target", str(library), "--no-compile", "--only-binary=:all:"),
        *("--platform", "any", "--implementation", "py", "--abi", "none"),
        *("--python-version", PYTHONS[0]),
        *wanted,
    )


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    try:
        ended = subprocess.run(command, capture_output=True, check=False, timeout=_PIP_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise CouldNotCheckError(
            f"pip {arguments[0]} did not end in {_PIP_TIMEOUT_S:.0f} seconds"
        ) from error
    if ended.returncode:
        lines = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CouldNotCheckError(f"pip {arguments[0]} failed: {(lines or ['it said nothing'])[-1]}")


def _check(library: Path) -> None:
    """CouldNotCheckError unless all is pure Python, and whole on every Python that it is for."""
    native = [path.name for path in library.rglob("*.so*")]
    absent = _absent(library)
    if native or absent:
        raise CouldNotCheckError(
            f"the single file would hold compiled code ({', '.join(native) or 'none'}) "
            f"or lack packages ({', '.join(sorted(absent)) or 'none'})"
        )


def _absent(library: Path) -> set[str]:
    """The packages that those in ``library`` need on one of PYTHONS, and that are not there."""
    distributions = list(metadata.distributions(path=[str(library)]))
    present = {canonicalize_name(str(item.metadata["Name"])) for item in distributions}
    return {name for item in distributions for name in _needs(item.requires or ())} - present


def _needs(requirements: Iterable[str]) -> set[str]:
    """The names that ``requirements`` ask for on any of PYTHONS, on Linux, without extras."""
    machines = [marker_environment(f"{version}.0") for version in PYTHONS]
    parsed = [Requirement(text) for text in requirements]
    return {
        canonicalize_name(item.name)
        for item in parsed
        if item.marker is None or any(item.marker.evaluate(machine) for machine in machines)
    }


def _write(output: Path, own: Mapping[str, bytes], library: Path) -> None:
    """An archive that Python runs: its ``own`` files, the hash of this build, the library."""
    files = sorted(path for path in library.rglob("*") if path.is_file() and _belongs(path))
    content = [(str(path.relative_to(library)), path.read_bytes()) for path in files]
    digest = hashlib.sha256()
    for name, data in content:
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    entries = [*own.items(), ("BUILD", digest.hexdigest()[:32].encode()), *content]
    make_folder(output.parent)
    made = io.BytesIO(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(made, "a") as archive:
        for name, data in entries:
            archive.writestr(_entry(name), data, zipfile.ZIP_DEFLATED, 9)
    write_output(output, made.getvalue())
    output.chmod(0o755)


def _belongs(path: Path) -> bool:
    """Leaves out what is for Windows, for a shell, or about the installation into a folder."""
    useless = path.suffix == ".exe" or path.name in ("RECORD", "direct_url.json", ".lock")
    return not useless and not {"__pycache__", "bin"} & set(path.parts[-2:])


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr = 0o644 << 16
    return entry


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pidoctor.pyz", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=Path("pidoctor.pyz"))
    try:
        output = build(parser.parse_args(argv).output)
    except PidoctorError as error:
        print(f"pidoctor: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{output} ({output.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
