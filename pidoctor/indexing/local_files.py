"""Package indexes and folders of wheels on this machine: file:// addresses and --find-links."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from pidoctor.errors import UsageError
from pidoctor.indexing.links import said_by
from pidoctor.indexing.project_page import OfferedFile
from pidoctor.safe_files import open_regular, sha256_of
from pidoctor.urls import path_of

_MOST_FILES = 20_000  # of a folder of wheels
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class LocalFiles(HTTPAdapter):
    """Answers for file:// addresses as a web server would: pages of folders, and byte ranges."""

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        status, headers, body = _answer(request.url or "", request.headers.get("Range", ""))
        raw = HTTPResponse(body=body, headers=headers, status=status, preload_content=False)
        return self.build_response(request, raw)


def _answer(url: str, wanted: str) -> tuple[int, dict[str, str], BinaryIO | io.BytesIO]:
    path = Path(unquote(urlsplit(url).path))
    path = path / "index.html" if path.is_dir() else path
    kind = "text/html" if path.suffix in (".html", ".htm") else "application/octet-stream"
    try:
        file = open_regular(path)
    except (UsageError, OSError):
        return requests.codes.not_found, {}, io.BytesIO()
    size = os.fstat(file.fileno()).st_size
    bounds = _RANGE.fullmatch(wanted)
    if bounds is None or not size:
        return requests.codes.ok, {"Content-Type": kind}, file
    first, last = bounds.groups()
    start = int(first) if first else max(0, size - int(last or 0))
    end = min(int(last), size - 1) if first and last else size - 1
    with file:
        file.seek(start)
        part = file.read(max(0, end + 1 - start))
    return (
        requests.codes.partial_content,
        {"Content-Type": kind, "Content-Range": f"bytes {start}-{end}/{size}"},
        io.BytesIO(part),
    )


def folder_of(address: str) -> Path | None:
    """The folder that an address of --find-links means; None for a page."""
    path = path_of(address)
    return path if path is not None and path.is_dir() else None


def in_folder(folder: Path, name: str) -> Iterator[OfferedFile]:
    """The files of a package in a folder, which are read for their SHA-256."""
    try:
        entries = sorted(os.listdir(folder))[:_MOST_FILES]
    except OSError:
        return
    for entry in entries:
        said, path = said_by(entry), folder / entry
        if said is None or said[0] != name or not path.is_file():
            continue
        with suppress(UsageError, OSError):  # what cannot be read is not offered
            digests = {"sha256": sha256_of(path)}
            yield OfferedFile(entry, path.absolute().as_uri(), path.stat().st_size, digests)
