"""What a file is that is given as a model or a log and is neither: by its first bytes, by its name,
and by the files in it."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from pidoctor.catalog.tables import load


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


def _one_of(names: Iterable[str], patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
