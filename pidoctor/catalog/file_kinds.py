"""What a file is that is given as a model or a log and is neither, by its first bytes."""

from __future__ import annotations

from typing import NamedTuple

from pidoctor.catalog.tables import load


class FileKind(NamedTuple):
    """``begins`` are its first bytes in hexadecimal, ``what`` it is, and ``as_model`` what helps
    somebody who gave it as a model. ``may_be_text``: a log may begin so, too."""

    begins: str
    what: str
    as_model: str
    may_be_text: bool = False


class FileKindsTable(NamedTuple):
    """file_kinds.json; of several that fit the first counts."""

    file_kinds: tuple[FileKind, ...]


def kind_of_file(head: bytes) -> FileKind | None:
    """What begins with these bytes; None for what is in no row."""
    rows = load(FileKindsTable).file_kinds
    return next((row for row in rows if head.startswith(bytes.fromhex(row.begins))), None)
