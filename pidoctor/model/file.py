"""A model file opened: mapped and never copied, and told apart from what only has its name."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from pidoctor.catalog.file_kinds import MAGIC, ZIP, kind_of_file, other_kind
from pidoctor.model.flatbuffer import ModelError
from pidoctor.safe_files import open_regular

_HEAD = 64
_MOST_ENTRIES, _SHOWN = 1000, 3  # of a folder: entries that are looked at, models that are named


@contextmanager
def open_model(path: Path) -> Iterator[memoryview]:
    """The bytes of a .tflite file, mapped into memory; of the one in a bundle (.task, .zip), read.

    Raises :class:`UsageError` in one line for a file that cannot be read, :class:`ModelError` for
    one that is something else.
    """
    if path.is_dir():
        raise ModelError(f"{path}: {_folder(path)}")
    with open_regular(path) as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise ModelError(f"{path}: the file is empty")
        try:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise ModelError(f"{path}: cannot be mapped into memory ({error})") from error
    view = memoryview(mapped)
    try:
        if view[: len(ZIP)] == ZIP:
            from pidoctor.model.model_archive import read_bundle

            entry = read_bundle(path)
            check_head(f"{path}: {entry.name}", entry.data[:_HEAD])
            yield memoryview(entry.data)
        else:
            check_head(str(path), bytes(view[:_HEAD]))
            yield view
    finally:
        view.release()
        mapped.close()


@contextmanager
def named_model(path: Path) -> Iterator[memoryview]:
    """As :func:`open_model`; what is found wrong while the bytes are read is said of the file."""
    try:
        with open_model(path) as data:
            yield data
    except ModelError as error:
        text = str(error)
        if not text.startswith(str(path)):
            text = f"{path}: damaged or incomplete ({text}); copy or download it again"
        raise ModelError(text) from error


def check_head(path: str, head: bytes) -> None:
    """Raises :class:`ModelError` for a file that does not begin as a .tflite file does."""
    if head[4:8] != MAGIC:
        raise ModelError(f"{path}: {other_kind(head, os.path.basename(path))}")


def _folder(path: Path) -> str:
    try:
        with os.scandir(path) as entries:
            names = sorted(it.name for it in islice(entries, _MOST_ENTRIES))
    except OSError as error:
        return f"a folder that cannot be read ({error.strerror})"
    models = [name for name in names if name.lower().endswith((".tflite", ".lite"))]
    if models:
        more = ", ..." if len(models) > _SHOWN else ""
        return f"a folder; name one of the models in it: {', '.join(models[:_SHOWN])}{more}"
    if kind_of_file(b"", path.name, names) is None:
        return "a folder without a .tflite file in it"
    return other_kind(b"", path.name, names)
