"""Servers that never end, never answer, or answer nonsense: bounded in bytes, depth and time."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.indexing import patient_session, sources
from pidoctor.indexing.addresses import addresses
from pidoctor.indexing.pages import PageReader, side_by_side
from pidoctor.indexing.patient_connection import TrustingAdapter
from pidoctor.indexing.patient_session import PatientSession
from pidoctor.indexing.remote import RemoteFile, download, fetch_small
from pidoctor.indexing.scope import load_scope
from pidoctor.indexing.sources import open_session
from pidoctor.probe.pip_settings import PipSettings, Source
from pidoctor.time_limit import timeout_of

Answer = Callable[[socket.socket], None]
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.pypi.simple.v1+json\r\n\r\n"
FILE = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n"
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
ZIPPED = PAGE.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
MUCH = b" " * (1 << 25)  # eight times what is read of a page here
PART = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 900-999/1000\r\n\r\n"


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """A server on this machine that gives every connection to ``answer``."""
    stopped = threading.Event()

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            answer(connection)

    def listen(listener: socket.socket) -> None:
        while not stopped.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        thread = threading.Thread(target=listen, args=(listener,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/simple/"
        stopped.set()
        thread.join(2)


def endless(head: bytes, piece: bytes = b"x" * 65_536, pause: float = 0) -> Answer:
    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return answer


def silent(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.recv(1)


def always(content: bytes) -> Answer:
    return lambda connection: connection.sendall(content)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "BACKOFF", 0)
    monkeypatch.setattr(patient_session, "LARGEST_PAGE", 4 << 20)
    monkeypatch.setenv("PIDOCTOR_TIMEOUT", "2")


@pytest.fixture
def session() -> Iterator[PatientSession]:
    with open_session(PipSettings()) as opened:
        yield opened


def page(session: PatientSession, url: str) -> None:
    PageReader(session, (Source("index", url),), load_scope()).page("numpy")


@pytest.mark.parametrize(
    "answer",
    [
        endless(PAGE),
        endless(PAGE, b"x", 0.05),
        silent,
        always(PAGE + b'{"a":' + b"[" * 200_000),
        always(PAGE + b"not JSON"),
        always(b"HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"),
        always(b""),
        endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 0.2),
        endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 60_000 + b"\r\n"),
        endless(b"HTTP/1.1 2", b"0", 0.2),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        always(b"HTTP/1.1 302 Found\r\nLocation: /simple/next\r\nContent-Length: 0\r\n\r\n"),
        endless(b"HTTP/1.1 302 Found\r\nLocation: /simple/next\r\n\r\n"),
        always(b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n"),
        endless(ZIPPED, gzip.compress(b" " * (1 << 20))),
        always(ZIPPED.replace(b"gzip", b"gzip, gzip") + gzip.compress(gzip.compress(MUCH))),
        always(HTML + b"<a href=x>" * 200_000),
    ],
    ids=[
        "endless",
        "one byte at a time",
        "silent",
        "deep",
        "nonsense",
        "come back later",
        "closed",
        "a header now and then",
        "long headers",
        "a long first line",
        "continue for ever",
        "sent on for ever",
        "sent on with an endless answer",
        "sent to a file",
        "gzip without end",
        "gzip in gzip",
        "more links than there can be",
    ],
)
def test_a_page_that_is_none(answer: Answer, session: PatientSession) -> None:
    started = time.monotonic()
    in_words = r"numpy: no answer from the index \((?!.*Error)[a-z][^:]+\)$"
    with serving(answer) as url, pytest.raises(CouldNotCheckError, match=in_words):
        page(session, url)
    assert time.monotonic() - started < 8


def test_one_budget_holds_for_all_that_is_asked(session: PatientSession) -> None:
    started = time.monotonic()
    with serving(silent) as url:
        for _ in range(20):
            with pytest.raises(CouldNotCheckError):
                page(session, url)
    assert time.monotonic() - started < 8


def test_looking_up_addresses_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from pidoctor.catalog.wheels import WheelsIndex, shipped_index

    project = WheelsIndex(shipped_index()).project("numpy")
    assert project is not None
    started = time.monotonic()
    with serving(silent) as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        with pytest.raises(CouldNotCheckError):
            addresses(project.wheels[:3])
    assert time.monotonic() - started < 8


def test_a_range_or_a_wheel_without_end(session: PatientSession) -> None:
    with serving(endless(PART)) as url, pytest.raises(CouldNotCheckError):
        RemoteFile(session, url, "w.whl")
    with serving(endless(FILE)) as url, pytest.raises(CouldNotCheckError):
        RemoteFile(session, url, "w.whl", limit=1 << 20)
    taken = io.BytesIO()
    with serving(endless(FILE)) as url, pytest.raises(CouldNotCheckError):
        download(session, url, "w.whl", taken, size=1 << 20)
    assert len(taken.getvalue()) <= 1 << 20
    with serving(endless(FILE)) as url:
        assert fetch_small(session, url, "w.whl") is None


def test_a_wheel_without_end_of_which_no_size_is_told(
    session: PatientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pidoctor.indexing.remote._LARGEST_UNTOLD", 1 << 20)
    taken = io.BytesIO()
    with serving(endless(FILE)) as url, pytest.raises(CouldNotCheckError):
        download(session, url, "w.whl", taken)
    assert len(taken.getvalue()) <= 1 << 20


def test_a_size_that_no_wheel_has(session: PatientSession) -> None:
    head = (
        b"HTTP/1.1 206 P\r\nContent-Range: bytes 1-2/99999999999999\r\nContent-Length: 2\r\n\r\nxx"
    )
    with serving(always(head)) as url, pytest.raises(CouldNotCheckError, match="larger than"):
        RemoteFile(session, url, "w.whl")


def test_a_slow_server_that_keeps_sending_is_waited_for(session: PatientSession) -> None:
    body = b"x" * 2_000

    def slowly(connection: socket.socket) -> None:
        connection.sendall(FILE.replace(b"\r\n\r\n", b"\r\nContent-Length: 12000\r\n\r\n"))
        for _ in range(6):
            time.sleep(0.6)
            connection.sendall(body)

    taken = io.BytesIO()
    with serving(slowly) as url:
        sha256 = download(session, url, "w.whl", taken)
    assert sha256 == hashlib.sha256(body * 6).hexdigest()


def test_work_between_two_requests_is_no_waiting(session: PatientSession) -> None:
    """A large wheel takes a slow board longer to read than any server is waited for."""
    answer = always(FILE.replace(b"\r\n\r\n", b"\r\nContent-Length: 2000\r\n\r\n") + b"x" * 2_000)

    class Slow(io.BytesIO):
        def write(self, content: object) -> int:
            time.sleep(2.5)
            return super().write(content)  # type: ignore[arg-type]

    with serving(answer) as url:
        for _ in range(2):
            taken = Slow()
            download(session, url, "w.whl", taken)
            assert len(taken.getvalue()) == 2_000


def test_certificates_that_are_a_pipe(
    session: PatientSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with pytest.raises(UsageError, match="named pipe"):
        session.get("https://127.0.0.1:9/")
    session.verify = str(tmp_path / "ca.pem")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with pytest.raises(UsageError, match="named pipe"):
        session.get("https://127.0.0.1:9/")


def test_what_is_waited_for_is_said(
    session: PatientSession,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patient_session, "_TELL_AFTER", 0.2)
    with serving(silent) as url, pytest.raises(requests.RequestException):
        session.get(url)
    assert "waiting for 127.0.0.1" in capsys.readouterr().err


def test_the_time_can_be_set() -> None:
    assert timeout_of({}) == 60
    assert timeout_of({"PIDOCTOR_TIMEOUT": "5"}) == 5
    for wrong in ("x", "0", "-1", "nan", "inf", "1e9"):
        with pytest.raises(UsageError, match="PIDOCTOR_TIMEOUT"):
            timeout_of({"PIDOCTOR_TIMEOUT": wrong})


def test_a_host_that_pip_trusts_is_taken_with_any_certificate() -> None:
    session = open_session(PipSettings(trusted_hosts=("index.example", "other.example:8443")))

    def trusted(url: str) -> bool:
        return isinstance(session.get_adapter(url), TrustingAdapter)

    assert trusted("https://index.example/simple/x/")
    assert trusted("https://index.example:8000/simple/x/")
    assert trusted("https://other.example:8443/")
    assert not trusted("https://other.example/")
    assert not trusted("https://index.example.evil.example/")


def test_ctrl_c_between_two_answers_waits_for_no_third() -> None:
    answered = threading.Event()

    def work(number: int) -> int:
        if number:
            answered.wait(20)
        return number

    started = time.monotonic()
    with suppress(KeyboardInterrupt):
        for _ in side_by_side(work, range(3)):
            raise KeyboardInterrupt
    assert time.monotonic() - started < 10
    answered.set()
