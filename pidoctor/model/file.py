"""A model file opened: mapped and never copied, and told apart from what only has its name."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from pidoctor.catalog.file_kinds import kind_of_file
from pidoctor.model.flatbuffer import ModelError
from pidoctor.safe_files import open_regular

ZIP = b"PK\x03\x04"
MAGIC = b"TFL3"  # bytes 4 to 8: the file identifier of schema.fbs
_HEAD = 64
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_TEXT_SHOWN = 40
_MOST_ENTRIES, _SHOWN = 1000, 3  # of a folder: entries that are looked at, models that are named
# Control characters that no text has: all but tab, line feed, form feed and carriage return.
_NO_TEXT = frozenset(range(32)) - frozenset(b"\t\n\f\r")


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
        mapped = _mapped(file.fileno(), path)
    view = memoryview(mapped)
    try:
        if view[: len(ZIP)] == ZIP:
            from pidoctor.model.bundle import read_bundle

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


def _mapped(descriptor: int, path: Path) -> mmap.mmap:
    try:
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be mapped into memory ({error})") from error


def check_head(path: str, head: bytes) -> None:
    """Raises :class:`ModelError` for a file that does not begin as a .tflite file does."""
    if head[4:8] == MAGIC:
        return
    raise ModelError(f"{path}: {other_kind(head, os.path.basename(path))}")


def other_kind(head: bytes, name: str, members: Sequence[str] = ()) -> str:
    """What a file or folder is instead, as far as its first bytes, its name and its files tell."""
    for mark in _BOMS:
        if head.startswith(mark):
            head = head[len(mark) :].replace(b"\0", b"")
    # A line feed begins a TensorFlow graph; in a text it stands for nothing.
    text = not any(byte in _NO_TEXT for byte in head)
    begins = head.lstrip() if text else head
    kind = kind_of_file(begins, name, members)
    if kind is not None:
        return f"not a .tflite model but {kind.what}: {kind.as_model}"
    if text:
        shown = begins.decode("utf-8", "replace").splitlines()[:1] or [""]
        said = f"a text, perhaps what a failed download said: {shown[0][:_TEXT_SHOWN]}"
        return f"not a .tflite model but {said}"
    return f"not a .tflite model (bytes 4 to 8 are not {MAGIC.decode()})"


def _folder(path: Path) -> str:
    try:
        with os.scandir(path) as entries:
            names = sorted(it.name for it in islice(entries, _MOST_ENTRIES))
    except OSError as error:
        return f"a folder that cannot be read ({error.strerror})"
    models = [name for name in names if _is_model(name)]
    if models:
        more = ", ..." if len(models) > _SHOWN else ""
        return f"a folder; name one of the models in it: {', '.join(models[:_SHOWN])}{more}"
    if kind_of_file(b"", path.name, names) is None:
        return "a folder without a .tflite file in it"
    return other_kind(b"", path.name, names)


def _is_model(name: str) -> bool:
    return name.lower().endswith((".tflite", ".lite"))
