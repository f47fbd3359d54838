"""Certificates are looked at for each server, and read from their file once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from urllib3.util import ssl_

from pidoctor.indexing import patient_connection
from pidoctor.indexing.pages import side_by_side
from pidoctor.indexing.sources import open_session
from pidoctor.probe.pip_settings import PipSettings
from tests.faults.server import Index, serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encrypted")


@pytest.fixture(scope="module")
def servers(folder: Path) -> Iterator[tuple[Index, Index, str]]:
    """Two servers, and the file that vouches for the first only."""
    first, second = Index(folder, "empty"), Index(folder, "empty")
    (folder / "first").mkdir()
    (folder / "second").mkdir()
    certificate = first.use_tls(folder / "first")
    second.use_tls(folder / "second")
    with serving(first), serving(second):
        yield first, second, str(certificate)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_the_file_is_read_once_for_all_connections(
    servers: tuple[Index, Index, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _, certificate = servers
    read: list[object] = []

    def noted() -> object:
        context = ssl_.create_urllib3_context()
        load = context.load_verify_locations

        def note(*places: str | None) -> None:
            read.append(places)
            load(*places)

        monkeypatch.setattr(context, "load_verify_locations", note)
        return context

    monkeypatch.setattr(patient_connection, "create_urllib3_context", noted)
    session = open_session(PipSettings(cert=certificate))
    answers = side_by_side(
        lambda _: session.get(first.url, headers={"Connection": "close"}), "abcd"
    )
    assert [answer.status_code for answer in answers] == [200] * 4
    assert read == [(certificate, None, None)]


def test_another_server_is_not_trusted_for_that(servers: tuple[Index, Index, str]) -> None:
    first, second, certificate = servers
    session = open_session(PipSettings(cert=certificate))
    assert session.get(first.url).ok
    with pytest.raises(requests.exceptions.SSLError):
        session.get(second.url)
    with pytest.raises(requests.exceptions.SSLError):  # the file vouches for an address
        session.get(first.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(requests.exceptions.SSLError):  # nor without that file
        open_session(PipSettings()).get(first.url)


def test_a_host_that_the_user_trusts_is_not_looked_at(servers: tuple[Index, Index, str]) -> None:
    _, second, certificate = servers
    session = open_session(PipSettings(cert=certificate, trusted_hosts=("127.0.0.1",)))
    assert session.get(second.url).ok


def test_a_file_that_is_not_there_is_told_each_time(tmp_path: Path) -> None:
    context = patient_connection._reading_once(ssl_.create_urllib3_context())
    for _ in range(2):
        with pytest.raises(OSError, match="No such file"):
            context.load_verify_locations(str(tmp_path / "none.pem"), None, None)
