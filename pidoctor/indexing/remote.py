"""A file on a web server, read by byte ranges: a wheel's METADATA without the wheel."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from typing import IO

import requests

from pidoctor.errors import CouldNotCheckError

# Wheels keep their .dist-info at the end, before the directory of the zip: one read gets both.
TAIL = 48 * 1024
_SPOOL = 8 * 1024 * 1024
_SMALL = 4 << 20
_TIMEOUT = (20, 120)  # seconds to connect, seconds without a byte


class RemoteFile(io.RawIOBase):
    """A seekable read-only file over HTTP range requests.

    A server that ignores ranges sends the whole file, which is then kept in a temporary file
    (in memory when small). Raises :class:`CouldNotCheckError` when the server does not answer;
    messages name the file, never the address, which may hold a password.
    """

    def __init__(
        self, session: requests.Session, url: str, name: str, *, limit: int = 2 << 30
    ) -> None:
        super().__init__()
        self._session = session
        self._url = url.split("#", maxsplit=1)[0]
        self._position = 0
        self._limit = limit
        self._whole: IO[bytes] | None = None
        self.name = name
        self.size = 0
        self._tail = b""
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

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
        try:
            for chunk in response.iter_content(1 << 18):
                self.size += len(chunk)
                if self.size > self._limit:
                    raise CouldNotCheckError(f"{self.name}: larger than {self._limit} bytes")
                self._whole.write(chunk)
        except requests.RequestException as error:
            raise self._failure(error) from None

    def _body(self, response: requests.Response, count: int) -> bytes:
        try:
            data = b"".join(response.iter_content(1 << 18))
        except requests.RequestException as error:
            raise self._failure(error) from None
        return data[:count]

    def _get(self, byte_range: str | None) -> requests.Response:
        headers = {"Accept-Encoding": "identity"}
        if byte_range:
            headers["Range"] = byte_range
        try:
            return self._session.get(self._url, headers=headers, stream=True, timeout=_TIMEOUT)
        except requests.RequestException as error:
            raise self._failure(error) from None

    def _failure(self, error: Exception) -> CouldNotCheckError:
        return CouldNotCheckError(f"{self.name}: could not be read ({type(error).__name__})")


def remote_size(session: requests.Session, url: str, name: str) -> int:
    """The size of a file on a web server in bytes; raises :class:`CouldNotCheckError`."""
    headers = {"Accept-Encoding": "identity"}
    try:
        response = session.head(
            url.split("#", maxsplit=1)[0], headers=headers, allow_redirects=True, timeout=_TIMEOUT
        )
    except requests.RequestException as error:
        raise CouldNotCheckError(f"{name}: no answer ({type(error).__name__})") from None
    length = response.headers.get("Content-Length", "")
    if response.status_code == requests.codes.ok and length.isdigit():
        return int(length)
    with RemoteFile(session, url, name) as remote:
        return remote.size


def download(session: requests.Session, url: str, name: str, file: IO[bytes]) -> str:
    """Writes a file from a web server to ``file``; returns the SHA-256 of what came."""
    digest = hashlib.sha256()
    try:
        with session.get(url, stream=True, timeout=_TIMEOUT) as response:
            if response.status_code != requests.codes.ok:
                raise CouldNotCheckError(f"{name}: the server answered {response.status_code}")
            for chunk in response.iter_content(1 << 20):
                digest.update(chunk)
                file.write(chunk)
    except requests.RequestException as error:
        raise CouldNotCheckError(f"{name}: could not be read ({type(error).__name__})") from None
    return digest.hexdigest()


def fetch_small(session: requests.Session, url: str, name: str) -> bytes | None:
    """A small file from a web server; None when it is not there or is not small."""
    try:
        with session.get(url, stream=True, timeout=_TIMEOUT) as response:
            if response.status_code != requests.codes.ok:
                return None
            content = b""
            for chunk in response.iter_content(1 << 16):
                content += chunk
                if len(content) > _SMALL:
                    return None
    except requests.RequestException as error:
        raise CouldNotCheckError(f"{name}: could not be read ({type(error).__name__})") from None
    return content
