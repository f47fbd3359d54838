"""A file on a web server as if it were here."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterator

import pytest

from pidoctor.errors import CouldNotCheckError
from pidoctor.indexing import sources
from pidoctor.indexing.patient_session import PatientSession
from pidoctor.indexing.remote import RemoteFile, download, remote_size
from pidoctor.indexing.sources import open_session
from pidoctor.probe.pip_settings import PipSettings
from tests.unit.indexing.simple_index import SimpleIndex, serving

CONTENT = random.Random(4).randbytes(300_000)  # noqa: S311


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "BACKOFF", 0)


@pytest.fixture
def server() -> Iterator[SimpleIndex]:
    with serving(SimpleIndex(files={"pack": {"big": CONTENT, "small": b"x" * 100}})) as offered:
        yield offered


@pytest.fixture
def session() -> PatientSession:
    return open_session(PipSettings())


def url(server: SimpleIndex, name: str) -> str:
    return f"{server.url.replace('/simple/', '/files/')}pack/{name}#sha256=0"


@pytest.mark.parametrize("ranges", [True, False])
def test_reads_anywhere(server: SimpleIndex, session: PatientSession, ranges: bool) -> None:
    server.ranges = ranges
    chance = random.Random(5)  # noqa: S311
    with io.BufferedReader(RemoteFile(session, url(server, "big"), "big"), 4096) as file:
        assert file.seek(0, io.SEEK_END) == len(CONTENT)
        for _ in range(40):
            start = chance.randrange(len(CONTENT))
            size = chance.choice([1, 500, 20_000])
            file.seek(start)
            assert file.read(size) == CONTENT[start : start + size]
        assert file.seek(len(CONTENT) + 5)
        assert file.read() == b""


def test_the_end_costs_one_request(server: SimpleIndex, session: PatientSession) -> None:
    with io.BufferedReader(RemoteFile(session, url(server, "big"), "big")) as file:
        file.seek(-1000, io.SEEK_END)
        assert file.read() == CONTENT[-1000:]
        file.seek(-40_000, io.SEEK_END)
        file.read(100)
    assert len(server.requests) == 1
    assert server.sent("big") == 48 * 1024


def test_a_file_smaller_than_what_is_asked_for(
    server: SimpleIndex, session: PatientSession
) -> None:
    with io.BufferedReader(RemoteFile(session, url(server, "small"), "small")) as file:
        assert file.read() == b"x" * 100


def test_a_server_without_ranges_has_a_limit(server: SimpleIndex, session: PatientSession) -> None:
    server.ranges = False
    with pytest.raises(CouldNotCheckError, match="larger than"):
        RemoteFile(session, url(server, "big"), "big", limit=1000)


def test_size_and_download(server: SimpleIndex, session: PatientSession) -> None:
    assert remote_size(session, url(server, "big"), "big") == len(CONTENT)
    file = io.BytesIO()
    digest = download(session, url(server, "big"), "big", file)
    assert file.getvalue() == CONTENT
    assert digest == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("status", [403, 404, 503])
def test_an_answer_that_is_none(server: SimpleIndex, session: PatientSession, status: int) -> None:
    server.status["/files"] = status
    for act in (
        lambda: RemoteFile(session, url(server, "big"), "big"),
        lambda: download(session, url(server, "big"), "big", io.BytesIO()),
        lambda: remote_size(session, url(server, "big"), "big"),
    ):
        with pytest.raises(CouldNotCheckError, match="big: ") as error:
            act()
        assert "127.0.0.1" not in str(error.value)


def test_a_connection_that_ends_half_way(server: SimpleIndex, session: PatientSession) -> None:
    server.cut.add("big")
    for act in (
        lambda: RemoteFile(session, url(server, "big"), "big"),
        lambda: download(session, url(server, "big"), "big", io.BytesIO()),
    ):
        with pytest.raises(CouldNotCheckError, match=r"not read \([a-z ]+\)"):
            act()


def test_nobody_there(session: PatientSession) -> None:
    with pytest.raises(CouldNotCheckError, match=r"not read \([a-z ]+\)"):
        RemoteFile(session, "http://127.0.0.1:9/pack", "pack")
