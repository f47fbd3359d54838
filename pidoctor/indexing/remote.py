"""A file on a web server, read by byte ranges: a wheel's METADATA without the wheel."""

from __future__ import annotations

import hashlib
import re
import tempfile
from contextlib import suppress
from functools import partial
from typing import IO

import requests

from pidoctor.errors import CouldNotCheckError
from pidoctor.evidence.archive import RandomAccess
from pidoctor.indexing.patient_session import PatientSession, TooLargeError, answered

# Wheels keep their .dist-info at the end, before the directory of the zip: one read gets both.
TAIL = 48 * 1024
_SPOOL = 8 * 1024 * 1024
_SMALL = 4 << 20
_LARGEST = 4 << 30  # bytes of a wheel; tensorflow's have 0.6 GB
_LARGEST_UNTOLD = 1 << 30  # where neither the index nor the server says how large it is
_RESUMES = 5  # as often as pip asks for the rest


class RemoteFile(RandomAccess):
    """A seekable read-only file over HTTP range requests.

    A server that ignores ranges sends the whole file, which is then kept in a temporary file
    (in memory when small). Raises :class:`CouldNotCheckError` when the server does not answer;
    messages name the file, never the address, which may hold a password.
    """

    def __init__(
        self, session: PatientSession, url: str, name: str, *, limit: int = 2 << 30
    ) -> None:
        super().__init__()
        self._session = session
        self._url = url.split("#", maxsplit=1)[0]
        self._limit = limit
        self._whole: IO[bytes] | None = None
        self.name = name
        self._tail = b""
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = min(len(buffer), self.size - self._position)
        if count <= 0:
            return 0
        data = self._read(self._position, count)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        if self._whole is not None:
            self._whole.close()
        super().close()

    def _read(self, start: int, count: int) -> bytes:
        if self._whole is not None:
            self._whole.seek(start)
            return self._whole.read(count)
        tail_start = self.size - len(self._tail)
        if start >= tail_start:
            return self._tail[start - tail_start : start - tail_start + count]
        response = self._get(f"bytes={start}-{start + count - 1}")
        with response:
            if response.status_code == requests.codes.partial_content:
                return self._body(response, count)
        raise CouldNotCheckError(f"{self.name}: the server stopped answering range requests")

    def _open(self) -> None:
        response = self._get(f"bytes=-{TAIL}")
        with response:
            total = re.fullmatch(r"bytes \d+-\d+/(\d+)", response.headers.get("Content-Range", ""))
            if response.status_code == requests.codes.partial_content and total:
                self.size = int(total[1])
                if self.size > self._limit:
                    raise CouldNotCheckError(f"{self.name}: larger than {self._limit} bytes")
                self._tail = self._body(response, TAIL)
                return
            if response.status_code == requests.codes.ok:
                self._keep(response)
                return
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            with self._get(None) as whole:
                self._keep(whole)
            return
        raise CouldNotCheckError(f"{self.name}: the server answered {response.status_code}")

    def _keep(self, response: requests.Response) -> None:
        """Takes the whole file: the server does not do ranges."""
        # Closed by close(), which also runs when the constructor fails.
        self._whole = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115
        with answered(f"{self.name}: not read"):
            for chunk in self._session.chunks(response, self._limit):
                self.size += len(chunk)
                self._whole.write(chunk)

    def _body(self, response: requests.Response, count: int) -> bytes:
        with answered(f"{self.name}: not read"):
            # A server that sends more than was asked for is refused, not cut.
            return b"".join(self._session.chunks(response, count))

    def _get(self, byte_range: str | None) -> requests.Response:
        headers = {"Accept-Encoding": "identity"}
        if byte_range:
            headers["Range"] = byte_range
        with answered(f"{self.name}: not read"):
            return self._session.get(self._url, headers=headers, stream=True)


def remote_size(session: PatientSession, url: str, name: str) -> int:
    """The size of a file on a web server in bytes; raises :class:`CouldNotCheckError`."""
    headers = {"Accept-Encoding": "identity"}
    address = url.split("#", maxsplit=1)[0]
    with answered(f"{name}: not read"):
        response = session.head(address, headers=headers, allow_redirects=True)
    length = response.headers.get("Content-Length", "")
    if response.status_code == requests.codes.ok and length.isdigit():
        return int(length)
    with RemoteFile(session, url, name) as remote:
        return remote.size


def download(session: PatientSession, url: str, name: str, file: IO[bytes], size: int = 0) -> str:
    """Writes a file from a web server to the start of ``file``; returns the SHA-256 of what came.

    No more than ``size`` bytes are taken; where the index gives none, what the server announces.
    A server that breaks off is asked for the rest.
    """
    digest, there = hashlib.sha256(), 0
    for resumes_left in reversed(range(_RESUMES + 1)):
        headers = {"Accept-Encoding": "identity"}
        if there:
            headers["Range"] = f"bytes={there}-"
        asked = partial(session.get, url, headers=headers, stream=True)
        with answered(f"{name}: not read"), asked() as response:
            if not _goes_on(response, name, there):
                digest, there = hashlib.sha256(), 0
                file.seek(0)
                file.truncate()
            limit = size or there + _announced(response)
            try:
                for chunk in session.chunks(response, limit - there):
                    digest.update(chunk)
                    file.write(chunk)
                    there += len(chunk)
            except requests.ConnectionError:
                if not resumes_left:
                    raise
            else:
                if there >= size:
                    break
    return digest.hexdigest()


def _goes_on(response: requests.Response, name: str, there: int) -> bool:
    """Whether an answer begins after the first ``there`` bytes, not with the whole again."""
    begins = response.headers.get("Content-Range", "").startswith(f"bytes {there}-")
    if there and begins and response.status_code == requests.codes.partial_content:
        return True
    if response.status_code != requests.codes.ok:
        raise CouldNotCheckError(f"{name}: the server answered {response.status_code}")
    return False


def _announced(response: requests.Response) -> int:
    """The most bytes to take of an answer, by its own header: one without an end would fill the
    disk."""
    length = response.headers.get("Content-Length", "")
    is_told = length.isdigit() and "Content-Encoding" not in response.headers
    return min(int(length), _LARGEST) if is_told else _LARGEST_UNTOLD


def fetch_small(session: PatientSession, url: str, name: str) -> bytes | None:
    """A small file from a web server; None when it is not there or is not small."""
    with answered(f"{name}: not read"), session.get(url, stream=True) as response:
        if response.status_code == requests.codes.ok:
            with suppress(TooLargeError):
                return b"".join(session.chunks(response, _SMALL))
    return None
