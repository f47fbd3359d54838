"""Files, folders and streams to documents, one at a time; nothing that is in one stops the rest."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pidoctor.errors import PidoctorError, UsageError, why_not_json
from pidoctor.report.bundle import CAPTURE, PROFILE, RECEIPT, RESULT, load_bundle, parse_json
from pidoctor.report.text import one_line
from pidoctor.safe_files import open_regular
from pidoctor.units import iso_time

LIMIT = 8 << 20  # bytes of one document: as many as a receipt or a capture may have
_GENERIC = re.compile(
    r"(?:pidoctor-)?(?:receipt|proof|result|capture|profile|report|facts|check|install|smoke|triage|log"
    r"|explain)",
    re.IGNORECASE,
)
_HIDDEN_HOMES = (".pidoctor", ".venv", "venv", "env")  # where a receipt lies inside a board's files
_MANIFEST = "pidoctor-manifest.json"  # of an environment's files: it says nothing of a board
_PACKAGES = ("site-packages", "dist-packages")  # of a board's files: no document is in there


class Document(NamedTuple):
    """A document as it was found. ``data`` is None where ``error`` says why it was not read."""

    board: str
    source: str
    time: str  # when the file was written, ISO 8601
    data: Any = None
    error: str = ""


def documents(sources: Sequence[str]) -> Iterator[Document]:
    """Every document in the files and folders named, and in standard input for "-".

    Raises UsageError where a source is not there.
    """
    for source in sources:
        if source == "-":
            yield from _stream(sys.stdin.buffer, "standard input", "input", iso_time(time.time()))
        elif os.path.isdir(source):
            for path in _files(source):
                yield from _file(path)
        elif os.path.exists(source):
            yield from _file(source)
        else:
            raise UsageError(f"{source}: there is no such file")


def _files(folder: str) -> Iterator[str]:
    """The JSON files and bundles below a folder, in order; links are not followed."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _PACKAGES)
        for name in sorted(files):
            path = os.path.join(root, name)
            wanted = name.endswith((".json", ".jsonl", ".zip")) and name != _MANIFEST
            if wanted and not os.path.islink(path):
                yield path


def _file(path: str) -> Iterator[Document]:
    board = board_name(path)
    try:
        with open_regular(path) as stream:
            written = iso_time(os.fstat(stream.fileno()).st_mtime)
            if stream.peek(4)[:4] == b"PK\x03\x04":  # type: ignore[attr-defined]
                yield _bundled(path, board, written)
            else:
                yield from _stream(stream, path, board, written)
    except (UsageError, OSError) as error:
        yield Document(board, path, "", error=_reason(error, path))


def _bundled(path: str, board: str, written: str) -> Document:
    """What a support bundle says most strongly: a receipt, an answer, or the machine alone."""
    try:
        files = load_bundle(Path(path)).files
        name = next(name for name in (RECEIPT, CAPTURE, RESULT, PROFILE) if name in files)
        return Document(board, path, written, parse_json(files[name], name))
    except UsageError as error:
        return Document(board, path, written, error=_reason(error, path))


def _stream(stream: BinaryIO, source: str, board: str, written: str) -> Iterator[Document]:
    """One document, or one on each line."""
    first = stream.readline(LIMIT + 1)
    try:
        data = _json(first)
    except UsageError:  # its first line is not a document, so all of it is
        yield _whole(first + stream.read(max(0, LIMIT + 1 - len(first))), source, board, written)
        return
    line, number = stream.readline(LIMIT + 1), 1
    several = bool(line.strip())
    yield _named(Document(board, source, written, data), number if several else 0)
    while line:
        number += 1
        if line.strip():
            yield _line(stream, line, Document(board, source, written), number)
        line = stream.readline(LIMIT + 1)


def _line(stream: BinaryIO, line: bytes, place: Document, number: int) -> Document:
    while len(line) > LIMIT and not line.endswith(b"\n"):
        rest = stream.readline(LIMIT)
        if not rest or rest.endswith(b"\n"):
            return _named(place._replace(error=_TOO_LARGE), number)
    try:
        return _named(place._replace(data=_json(line)), number)
    except UsageError as error:
        return _named(place._replace(error=f"line {number}: {error}"), number)


def _named(document: Document, number: int) -> Document:
    """With the name that a line gives its board, else the number of the line."""
    data = document.data
    given = data.get("board") if isinstance(data, dict) else None
    if isinstance(given, str) and given.strip():
        return document._replace(board=clean(given))
    return document._replace(board=f"{document.board}:{number}") if number else document


def _whole(content: bytes, source: str, board: str, written: str) -> Document:
    try:
        return _named(Document(board, source, written, _json(content)), 0)
    except UsageError as error:
        return Document(board, source, written, error=str(error))


_TOO_LARGE = f"is larger than {LIMIT >> 20} MiB"


def _json(content: bytes) -> Any:
    if len(content) > LIMIT:
        raise UsageError(_TOO_LARGE)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        why = why_not_json(error) if content.strip() else "it is empty"
        raise UsageError(f"is not JSON: {why}") from error


def board_name(path: str) -> str:
    """The board that a file is of: by its own name, or by its folder's where it says only what
    it is ("kiosk-7/receipt.json", "kiosk-7.receipt.json", "kiosk-7/.venv/.pidoctor/receipt.json").
    """
    parts = [part for part in os.path.abspath(path).split(os.sep) if part]
    name = parts.pop()
    stem = name.rsplit(".", 1)[0]
    while "." in stem and _GENERIC.fullmatch(stem.rsplit(".", 1)[1]):
        stem = stem.rsplit(".", 1)[0]
    if _GENERIC.fullmatch(stem):
        while parts and parts[-1] in _HIDDEN_HOMES:
            parts.pop()
        stem = parts[-1] if parts else stem
    return clean(stem)


def clean(name: str) -> str:
    """A name as it is shown and kept: one line, no control characters, 120 characters at most."""
    text = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return one_line(text, 120) or "?"


def reason(error: Exception) -> str:
    """Why a document was not read, on one line."""
    text = str(error) if isinstance(error, PidoctorError) else f"{type(error).__name__}: {error}"
    return one_line(text, 300)


def _reason(error: Exception, path: str) -> str:
    if isinstance(error, OSError):
        return f"cannot be read ({error.strerror})"
    return str(error).replace(f"{path}: ", "", 1)
