"""The one way to the web: a session that gives up on a server that says nothing or never ends.

Every answer is bounded in bytes before it is parsed, and one budget of time holds for the whole
command: so many seconds without news, whatever is asked of whomever, and it ends.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, MaxRetryError
from urllib3.util.retry import Retry

from pidoctor.errors import CouldNotCheckError
from pidoctor.indexing.link_page import flat
from pidoctor.indexing.patient_connection import PatientAdapter, TrustingAdapter
from pidoctor.safe_files import open_regular
from pidoctor.time_limit import timeout_of

LARGEST_PAGE = 16 << 20  # bytes; the largest index pages have 3 MB
_TELL_AFTER = 5.0  # seconds of waiting that a person should know about
_NEWS = 1024  # bytes: a server that sends one at a time tells nothing
_CHUNK = 1 << 16


class Patience:
    """How long a command still waits: ``limit`` seconds from the last news, of any server.

    Only waiting counts: what came may take a slow board minutes to read.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._last = self._idle_since = time.monotonic()
        self._received = 0
        self._waiting = 0
        self._lock = threading.Lock()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """For as long as a server is waited for; several threads may."""
        with self._lock:
            if not self._waiting:
                self._last += time.monotonic() - self._idle_since
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1
                self._idle_since = time.monotonic()

    def left(self) -> float:
        """Seconds; never more than the limit."""
        return self.limit - (time.monotonic() - self._last)

    def news(self, count: int = _NEWS) -> None:
        """``count`` bytes came; a few of them are no news yet."""
        self._received += count
        if self._received >= _NEWS:
            self._received = 0
            self._last = time.monotonic()

    def check(self) -> None:
        """Raises :class:`requests.Timeout` when there is no time left."""
        if self.left() <= 0:
            raise requests.Timeout(f"nothing new in {self.limit:g} seconds")


class PatientSession(requests.Session):
    """A session whose answers are bounded; ``patience`` is shared by all that it asks."""

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self.patience = patience

    def send(self, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        with self.patience.waiting():
            return self._send(request, **settings)

    def _send(self, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        stream = bool(settings.get("stream"))
        self.patience.check()
        # Half of what is left, so that a second try has its share.
        wait = max(self.patience.left() / 2, 0.05)
        settings.update(stream=True, timeout=(min(wait, 20), wait))
        with _told(urlsplit(request.url or "").hostname or "the server"):
            response = super().send(request, **settings)
            try:
                self.patience.news()
                if not stream:
                    # Read here, so that nobody reads without a bound.
                    body = b"".join(self.chunks(response, LARGEST_PAGE))
                    response._content = flat(body) if _is_html(response) else body
                    self.patience.news()
            except BaseException:
                response.close()
                raise
        return response

    def merge_environment_settings(self, *arguments: Any, **settings: Any) -> Any:
        """What the variables add, REQUESTS_CA_BUNDLE among them; UsageError for a bad one of it.

        A proxy of the session's own counts before one of the variables.
        """
        merged = super().merge_environment_settings(*arguments, **settings)
        merged["proxies"].update(self.proxies)
        certificates = merged["verify"]
        if isinstance(certificates, str) and not os.path.isdir(certificates):
            with open_regular(certificates):  # opening a named pipe would wait for ever
                pass
        return merged

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Where an answer sends us to; what it says besides, perhaps without end, is not read.

        Raises :class:`requests.exceptions.InvalidSchema` for a file of this machine.
        """
        target = super().get_redirect_target(resp)
        if target is None:
            return None
        resp._content = b""
        if urlsplit(target).scheme not in ("", "http", "https"):
            raise requests.exceptions.InvalidSchema("sent on to what is no web server")
        return target

    def chunks(self, response: requests.Response, limit: int) -> Iterator[bytes]:
        """The body of an answer piece by piece; :class:`TooLargeError` after ``limit`` bytes."""
        total = 0
        pieces = _as_it_comes(response)
        while chunk := self._waited_for(pieces):
            total += len(chunk)
            if total > limit:
                raise TooLargeError(f"larger than {limit} bytes")
            self.patience.news(len(chunk))
            self.patience.check()
            yield chunk

    def _waited_for(self, pieces: Iterator[bytes]) -> bytes:
        with self.patience.waiting():
            return next(pieces, b"")


def open_patient_session(backoff: float, user_agent: str) -> PatientSession:
    """A session that tries again on a reset, 429 and 5xx as long as its patience lasts."""
    session = PatientSession(Patience(timeout_of(os.environ)))
    session.mount("https://", _adapter(session, backoff))
    session.mount("http://", _adapter(session, backoff))
    session.headers["User-Agent"] = user_agent
    return session


def trust(session: PatientSession, host: str, backoff: float = 0.1) -> None:
    """Take whatever certificate ``host`` has (name, or name:port), as pip's --trusted-host does."""
    end = "/" if ":" in host.rpartition("]")[2] else ""
    for place in (f"https://{host}{end}",) if end else (f"https://{host}/", f"https://{host}:"):
        session.mount(place, _adapter(session, backoff, TrustingAdapter))


def _adapter(
    session: PatientSession, backoff: float, kind: type[PatientAdapter] = PatientAdapter
) -> PatientAdapter:
    retry = _Retry(
        total=5,
        backoff_factor=backoff,
        status_forcelist=(429, 500, 502, 503, 504),
        respect_retry_after_header=True,
    )
    retry.patience = session.patience
    return kind(session.patience, max_retries=retry, pool_maxsize=16)


def _is_html(response: requests.Response) -> bool:
    """Whether it is a page of links; that is what an answer without a type is taken for."""
    kind = response.headers.get("Content-Type", "text/html").lower()
    return response.ok and "html" in kind


def _as_it_comes(response: requests.Response) -> Iterator[bytes]:
    """The body in the pieces that the network gives; ``iter_content`` waits for whole ones."""
    read = getattr(response.raw, "read1", None)
    if read is None:  # urllib3 before 2.1
        yield from response.iter_content(_NEWS)
        return
    try:
        while chunk := read(_CHUNK, decode_content=True):
            yield chunk
    except HTTPError as error:
        raise requests.ConnectionError(error) from error


class TooLargeError(requests.RequestException):
    """An answer that is longer than anything sensible."""


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (requests.exceptions.SSLError, "its certificate is not trusted"),
    (requests.exceptions.ProxyError, "the proxy does not let it through"),
    (requests.Timeout, "time ran out"),
    (requests.ConnectionError, "no connection"),
    (requests.TooManyRedirects, "it sends from address to address"),
    (TooLargeError, "{error}"),
    (requests.HTTPError, "the server answered {status}"),
    (RecursionError, "its page is nested too deeply"),
    (Exception, "what came cannot be read"),
)


@contextmanager
def answered(what: str) -> Iterator[None]:
    """Tell in words why something was not read, where a request or the page that came is the
    reason: :class:`CouldNotCheckError`, "WHAT (why)"."""
    try:
        yield
    except (requests.RequestException, ValueError, RecursionError) as error:
        why = next(words for kind, words in _WORDS if isinstance(error, kind))
        status = getattr(getattr(error, "response", None), "status_code", "")
        raise CouldNotCheckError(f"{what} ({why.format(error=error, status=status)})") from None


class _Retry(Retry):
    """Tries again while there is patience, and never sleeps longer than that."""

    patience: Patience

    def new(self, **settings: Any) -> _Retry:
        made: _Retry = super().new(**settings)
        made.patience = self.patience
        return made

    def increment(self, method: Any = None, url: Any = None, *args: Any, **more: Any) -> Retry:  # type: ignore[override]
        if self.patience.left() <= 0:
            raise MaxRetryError(more["_pool"], url or "", more.get("error"))
        return super().increment(method, url, *args, **more)

    def get_retry_after(self, response: Any) -> float | None:
        asked = super().get_retry_after(response)
        return None if asked is None else min(asked, max(self.patience.left() / 2, 0))

    def get_backoff_time(self) -> float:
        return min(super().get_backoff_time(), max(self.patience.left() / 2, 0))


@contextmanager
def _told(server: str) -> Iterator[None]:
    """Say on stderr what is waited for, when that takes long."""

    def tell() -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"waiting for {server} (Ctrl-C stops)\n")
            sys.stderr.flush()

    timer = threading.Timer(_TELL_AFTER, tell)
    timer.daemon = True
    with suppress(RuntimeError):  # no thread to be had: then it is not told
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
