"""A bundle that holds a model: MediaPipe's .task, an .mltk.zip, any ZIP archive; bounded."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pidoctor.catalog.file_kinds import ZIP, other_kind
from pidoctor.model.flatbuffer import ModelError

_MOST_ENTRIES = 10_000
_LARGEST = 512 << 20  # bytes of a model in a bundle; it is read into memory
_MOST_NAMED = 6
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)


class BundledFile(NamedTuple):
    """A file in a bundle."""

    name: str
    data: bytes


def read_bundle(path: Path) -> BundledFile:
    """The one .tflite model in a ZIP archive.

    Raises :class:`ModelError` where there is none, or more than one, or it is too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entry = _only_model(path, archive.infolist())
            if entry.file_size > _LARGEST:
                raise ModelError(f"{path}: the model in it is larger than {_LARGEST >> 20} MiB")
            with archive.open(entry) as file:
                return BundledFile(entry.filename, file.read())
    except _DAMAGED as error:
        raise ModelError(f"{path}: a damaged ZIP archive") from error


def entry_name(path: Path) -> str:
    """The name of the one model in a bundle; empty for a file that is none."""
    with open(path, "rb") as file:
        begins = file.read(len(ZIP))
    return read_bundle(path).name if begins == ZIP else ""


def _only_model(path: Path, entries: Sequence[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    if len(entries) > _MOST_ENTRIES:
        raise ModelError(f"{path}: a ZIP archive with more than {_MOST_ENTRIES} files")
    models = [entry for entry in entries if entry.filename.lower().endswith(".tflite")]
    if len(models) == 1:
        return models[0]
    if models:
        names = ", ".join(entry.filename for entry in models[:_MOST_NAMED])
        more = ", ..." if len(models) > _MOST_NAMED else ""
        raise ModelError(
            f"{path}: a bundle of {len(models)} models ({names}{more}); unpack it with "
            "`python3 -m zipfile -e FILE FOLDER` and ask about one of them"
        )
    found = [entry.filename.rpartition("/")[2] for entry in entries]
    raise ModelError(f"{path}: {other_kind(ZIP, path.name, found)}")
