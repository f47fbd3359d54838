"""Writes what ships in the package into a folder of the user's, with the single file beside it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pidoctor.errors import UsageError
from pidoctor.probe.capture_questions import script
from pidoctor.pyz import build
from pidoctor.safe_files import make_folder, write_output

_ROLE_FILES = "roles/board/files"
PYZ = "pidoctor.pyz"
_HERE = Path(__file__).parent


def write_collection(folder: Path) -> Path:
    """Write the collection below ``folder``, where Ansible looks for one; its own folder.

    Files of an older version are replaced; what is somebody else's is refused (UsageError).
    """
    target = folder / "ansible_collections" / "pidoctor" / "tflite"
    if os.path.lexists(target) and not (target / "galaxy.yml").is_file():
        raise UsageError(f"{target}: is there already, and is no collection")
    make_folder(folder)
    single_file = _single_file()
    _write(_HERE / "collection", target)
    make_folder(target / _ROLE_FILES)
    # Without its first line, "#!": the role names the interpreter of each board.
    write_output(target / _ROLE_FILES / "capture.py", script().partition("\n")[2])
    write_output(target / _ROLE_FILES / PYZ, single_file)
    return target


def write_first_boot(folder: Path) -> list[str]:
    """Write the files for a board's first start, and the single file; their names."""
    make_folder(folder)  # tells in no time where there can be none
    single_file = _single_file()
    names = _write(_HERE / "first_boot", folder)
    write_output(folder / PYZ, single_file)
    return [*names, PYZ]


def _single_file() -> bytes:
    """The single file's content; made before any file is written, for it may fail."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch, PYZ)
        build(made)
        return made.read_bytes()


def _write(source: Path, target: Path) -> list[str]:
    """Copy a folder of the package; the names of its files below ``target``."""
    written = []
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if path.is_file() and "__pycache__" not in name.parts:
            make_folder((target / name).parent)
            write_output(target / name, path.read_bytes())
            written.append(str(name))
    return written
