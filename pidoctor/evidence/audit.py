"""What a wheel needs, library by library, and where its tag says something else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from pidoctor.errors import UsageError
from pidoctor.evidence.archive import Archive
from pidoctor.evidence.disagreements import disagreements
from pidoctor.evidence.elf import read_elf
from pidoctor.evidence.features import used_features
from pidoctor.evidence.instructions import scan
from pidoctor.evidence.library import LibraryAudit
from pidoctor.evidence.numpy_api import NumpyUse, numpy_use
from pidoctor.evidence.reach import entry_extensions, reached
from pidoctor.record_fields import json_form
from pidoctor.safe_files import open_regular
from pidoctor.value_rules import Amount

_IN_MEMORY = 8 << 20  # bytes of a library


@json_form(names={"filename": "file"})
@dataclass(frozen=True)
class WheelAudit:
    """What was read off one wheel. Sizes are in bytes.

    ``numpy_api`` is what the required libraries demand together; None when they do not use NumPy's
    C API, and for NumPy itself. ``disagreements`` are sentences, one for each way in which the
    file name says something else than the files.
    """

    filename: str
    size: Amount
    unpacked_size: Amount
    numpy_api: NumpyUse | None
    libraries: tuple[LibraryAudit, ...]
    disagreements: tuple[str, ...] = field(default=())

    @property
    def required(self) -> tuple[LibraryAudit, ...]:
        """The libraries without which the package cannot be imported."""
        return tuple(library for library in self.libraries if library.required)


def audit(path: Path) -> WheelAudit:
    """Reads the wheel at ``path`` without executing anything in it.

    Large libraries are streamed: memory stays far below their size. Raises
    :class:`~pidoctor.errors.UsageError` when the file is no sound wheel.
    """
    try:
        with open_regular(path) as file:
            return audit_file(file, path.name)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error


def audit_file(file: IO[bytes], filename: str, instructions: bool = True) -> WheelAudit:
    """The same for an open file (a seekable one, perhaps remote).

    Without ``instructions`` the code is not looked through, which takes most of the time: which
    features of the processor it uses stays untold, and a NumPy C API only where it names itself.
    """
    try:
        name, _, _, tags = parse_wheel_filename(filename)
    except (InvalidWheelFilename, ValueError) as error:
        raise UsageError(f"{filename}: not a wheel's file name") from error
    archive = Archive(file, filename)
    libraries = _with_surroundings(
        name, [_library(archive, member, instructions) for member in archive.elf_members()]
    )
    return WheelAudit(
        filename=filename,
        size=archive.size,
        unpacked_size=archive.unpacked_size,
        numpy_api=None if name == "numpy" else _together(libraries),
        libraries=libraries,
        disagreements=tuple(disagreements(tags, libraries)),
    )


def _library(archive: Archive, member: zipfile.ZipInfo, instructions: bool) -> LibraryAudit:
    name = f"{archive.name}: {member.filename}"
    with archive.open(member) as unpacking:
        # What is small is unpacked once: a seek in what is not costs up to 8 MB of unpacking.
        small = member.file_size <= _IN_MEMORY
        stream = io.BytesIO(unpacking.read()) if small else unpacking
        # From start to end first, where that does not depend on the headers: what they name lies
        # all over the file, and going back to the start would fetch a remote one once more.
        whole = None if instructions else scan(stream, "", ())
        facts = read_elf(stream, name)
        marks = whole or scan(stream, facts.machine, facts.code)
        if marks.crc != member.CRC:
            raise UsageError(f"{name} is damaged (its checksum does not match)")
    return LibraryAudit(
        path=_installed_path(member.filename),
        required=True,
        facts=facts,
        bundled=(),
        features=used_features(marks, facts.machine),
        numpy=numpy_use(marks),
    )


def _installed_path(member: str) -> str:
    """Where a member goes in site-packages: "x-1.0.data/purelib/x/a.so" becomes "x/a.so"."""
    folder, _, rest = member.partition("/")
    kind, _, path = rest.partition("/")
    return path if folder.endswith(".data") and kind in ("purelib", "platlib") else member


def _with_surroundings(name: str, libraries: list[LibraryAudit]) -> tuple[LibraryAudit, ...]:
    """Fills in what only the whole wheel shows: who brings what, and what is required."""
    brought = {
        soname
        for library in libraries
        for soname in (library.facts.soname, library.path.rsplit("/", 1)[-1])
    }
    entries = entry_extensions(name, [library.path for library in libraries])
    required = reached(
        entries,
        {library.path: (library.facts.soname, library.facts.needed) for library in libraries},
    )
    return tuple(
        replace(
            library,
            required=library.path in required,
            bundled=tuple(soname for soname in library.facts.needed if soname in brought),
        )
        for library in sorted(libraries, key=lambda item: item.path)
    )


def _together(libraries: Iterable[LibraryAudit]) -> NumpyUse | None:
    uses = [item.numpy for item in libraries if item.required and item.numpy is not None]
    if not uses:
        return None
    return NumpyUse(min(use.abi for use in uses), max(use.feature for use in uses))
