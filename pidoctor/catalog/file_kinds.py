"""What a file is that is given as a model or a log and is neither: by its first bytes, by its name,
and by the files in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from pidoctor.catalog.tables import load

ZIP = b"PK\x03\x04"
MAGIC = b"TFL3"  # bytes 4 to 8 of a .tflite file: the file identifier of schema.fbs
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_TEXT_SHOWN = 40
# Control characters that no text has: all but tab, line feed, form feed and carriage return.
_NO_TEXT = frozenset(range(32)) - frozenset(b"\t\n\f\r")


class FileKind(NamedTuple):
    """``what`` it is, and ``as_model`` what helps somebody who gave it as a model.

    ``begins`` are bytes in hexadecimal, ``at`` how many bytes after its start, ``names`` patterns
    of which its name fits one, and ``holds`` those of which a file in it fits one, where it is an
    archive or a folder. ``may_be_text``: a log may begin so, too.
    """

    what: str
    as_model: str
    begins: str = ""
    at: int = 0
    names: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    may_be_text: bool = False

    def fits(self, head: bytes, name: str, members: Iterable[str]) -> bool:
        return (
            head.startswith(bytes.fromhex(self.begins), self.at)
            and (not self.names or _one_of((name,), self.names))
            and (not self.holds or _one_of(members, self.holds))
        )


class FileKindsTable(NamedTuple):
    """file_kinds.json; of several that fit the first counts."""

    file_kinds: tuple[FileKind, ...]


def kind_of_file(head: bytes, name: str = "", members: Iterable[str] = ()) -> FileKind | None:
    """What begins with these bytes, is called so and holds ``members``; None: no row fits."""
    rows = load(FileKindsTable).file_kinds
    return next((row for row in rows if row.fits(head, name.lower(), members)), None)


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


def _one_of(names: Iterable[str], patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
