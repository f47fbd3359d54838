"""Wheels fetched in this process: whole and right, or not there at all, whatever a server does."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

import pytest

from pidoctor.catalog.wheels import Wheel
from pidoctor.install import fetching
from pidoctor.install.fetching import Fetching
from pidoctor.profile.wheel_sources import NO_SOURCES, WheelSources

DEMO = "demo-1.0-py3-none-any.whl"
CONTENT = os.urandom(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
Answer = Callable[["Asked"], None]


class Asked(BaseHTTPRequestHandler):
    """One request; what is answered is the server's own table of paths."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.server.answers.get(self.path, nothing)(self)

    def answer(
        self, body: bytes, status: int = 200, length: int | None = None, **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server on loopback with an answer for each path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are what is tested here."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def page(self, address: str, name: str = DEMO, index: str = "simple") -> None:
        """Offer a file of ``demo`` on the page of an index."""
        body = f'<!DOCTYPE html><a href="{address}">{name}</a>'.encode()
        self.answers[f"/{index}/demo/"] = lambda asked: asked.answer(body, Content_Type="text/html")

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


def nothing(asked: Asked) -> None:
    asked.answer(b"no", 404)


def whole(asked: Asked) -> None:
    asked.answer(CONTENT)


def _first(answer: Answer) -> Answer:
    """This answer, and the whole file from then on."""
    answers = iter([answer])

    def one(asked: Asked) -> None:
        next(answers, whole)(asked)

    return one


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that is the user's index, and has the wheel."""
    for name in list(os.environ):
        if name.startswith("PIP_") or name.lower().endswith(("_proxy", "_ca_bundle")):
            monkeypatch.delenv(name)
    with _served() as made:
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"{made.url}/simple/")
        monkeypatch.setenv("PIDOCTOR_TIMEOUT", "6")
        made.page(f"/files/{DEMO}#sha256={SHA256}")
        made.answers[f"/files/{DEMO}"] = whole
        yield made


class _served:
    """A server that runs until the end of the block."""

    def __enter__(self) -> Server:
        self._server = Server()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self._server

    def __exit__(self, *_: object) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _wheel(size: int = len(CONTENT), name: str = DEMO, sha256: str = SHA256) -> Wheel:
    return Wheel(name.partition("-")[0], "1.0", name, sha256, size, "", (), "", "index", None)


def _fetch(folder: Path, *wheels: Wheel, sources: WheelSources = NO_SOURCES) -> list[str]:
    """The names of what was got; only that may be in the folder afterwards."""
    with Fetching(wheels or [_wheel()], sources, "/nowhere", folder) as under_way:
        got = sorted(wheel.filename for wheel in under_way.wait(lambda _: None))
    assert sorted(os.listdir(folder)) == got
    if DEMO in got:
        assert (folder / DEMO).read_bytes() == CONTENT
    return got


def test_wheels_are_whole(server: Server, tmp_path: Path) -> None:
    assert _fetch(tmp_path) == [DEMO]
    assert server.paths() == ["/simple/demo/", f"/files/{DEMO}"]
    (_, headers) = server.asked[1]
    assert headers["Accept-Encoding"] == "identity"


def test_the_hash_of_the_plan_is_enough(server: Server, tmp_path: Path) -> None:
    """For an index whose pages tell none, and where nothing tells a size."""
    server.page(f"/files/{DEMO}")
    assert _fetch(tmp_path, _wheel(size=0)) == [DEMO]


def test_an_index_that_lacks_it_or_fails_is_passed_over(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.page(f"/files/{DEMO}#sha256={'0' * 64}")  # another file of that name
    server.answers["/broken/demo/"] = lambda asked: asked.answer(b"?", Content_Type="a/b")
    server.page(f"/files/{DEMO}#sha256={SHA256}", index="more")
    more = f"{server.url}/none/ {server.url}/broken/ {server.url}/more/"
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", more)
    assert _fetch(tmp_path) == [DEMO]
    assert server.paths().count(f"/files/{DEMO}") == 1


def test_a_folder_is_looked_into_before_the_network(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (links := tmp_path / "links").mkdir()
    (links / DEMO).write_bytes(CONTENT)
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    (into := tmp_path / "into").mkdir()
    assert _fetch(into) == [DEMO]
    assert server.asked == []


def test_a_wheel_by_its_own_address(server: Server, tmp_path: Path) -> None:
    named = WheelSources().with_files([f"{server.url}/files/{DEMO}"])
    del server.answers["/simple/demo/"]
    assert _fetch(tmp_path, sources=named) == [DEMO]


def test_unavailable_for_a_moment(server: Server, tmp_path: Path) -> None:
    server.answers[f"/files/{DEMO}"] = _first(lambda asked: asked.answer(b"busy", 503))
    assert _fetch(tmp_path) == [DEMO]


def test_what_breaks_off_is_gone_on_with(server: Server, tmp_path: Path) -> None:
    def part(asked: Asked) -> None:
        at = int(asked.headers.get("Range", "bytes=0-")[6:-1])
        end = min(at + 120_000, len(CONTENT))
        told = {"Content_Range": f"bytes {at}-{len(CONTENT) - 1}/{len(CONTENT)}"} if at else {}
        asked.answer(CONTENT[at:end], 206 if at else 200, len(CONTENT) - at, **told)
        asked.close_connection = True

    server.answers[f"/files/{DEMO}"] = part
    assert _fetch(tmp_path) == [DEMO]
    ranges = [headers.get("Range") for path, headers in server.asked if path.endswith(".whl")]
    assert ranges == [None, "bytes=120000-", "bytes=240000-"]


def test_a_server_that_begins_anew_instead_of_going_on(server: Server, tmp_path: Path) -> None:
    half = len(CONTENT) // 2
    part = _first(lambda asked: asked.answer(CONTENT[:half], 200, len(CONTENT)))
    server.answers[f"/files/{DEMO}"] = part
    assert _fetch(tmp_path) == [DEMO]


def test_a_server_that_never_comes_to_the_end(server: Server, tmp_path: Path) -> None:
    server.answers[f"/files/{DEMO}"] = lambda asked: asked.answer(b"x", 200, len(CONTENT))
    assert _fetch(tmp_path) == []
    assert server.paths().count(f"/files/{DEMO}") == 6


def _other(asked: Asked) -> None:
    asked.answer(CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))


def _endless(asked: Asked) -> None:
    asked.send_response(200)
    asked.end_headers()
    while not asked.server.closing.is_set():
        asked.wfile.write(CONTENT)


def _drips(asked: Asked) -> None:
    asked.send_response(200)
    asked.end_headers()
    while not asked.server.closing.wait(0.1):
        asked.wfile.write(b"x")


def _stalls(asked: Asked) -> None:
    asked.answer(CONTENT[:1000], 200, len(CONTENT))
    asked.server.closing.wait()


def _sends_to_a_file(asked: Asked) -> None:
    asked.answer(b"", 302, Location=f"file:///{DEMO}")


@pytest.mark.parametrize(
    "bad",
    [_other, _endless, _drips, _stalls, _sends_to_a_file, nothing],
    ids=lambda bad: bad.__name__,
)
@pytest.mark.parametrize("told", [True, False], ids=["size told", "size not told"])
def test_nothing_is_left_of_what_is_wrong(
    bad: Answer, told: bool, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pidoctor.indexing.remote._LARGEST_UNTOLD", 1 << 20)
    monkeypatch.setenv("PIDOCTOR_TIMEOUT", "3")
    server.answers[f"/files/{DEMO}"] = bad
    assert _fetch(tmp_path, _wheel(size=len(CONTENT) if told else 0)) == []


@pytest.mark.usefixtures("server")
def test_a_size_that_is_not_true(tmp_path: Path) -> None:
    for size in (1, len(CONTENT) - 1):
        assert _fetch(tmp_path, _wheel(size)) == []


def test_a_file_of_this_machine_that_a_server_links_to(server: Server, tmp_path: Path) -> None:
    (local := tmp_path / "local").mkdir()
    (local / DEMO).write_bytes(CONTENT)
    server.page(f"{(local / DEMO).as_uri()}#sha256={SHA256}")
    (into := tmp_path / "into").mkdir()
    assert _fetch(into) == []


@pytest.mark.parametrize("place", ["the address", "netrc"])
def test_a_password_goes_to_no_other_server(
    place: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (netrc := tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    (tmp_path / "into").mkdir()
    if place == "netrc":
        monkeypatch.setenv("NETRC", str(netrc))
    else:
        named = f"{server.url}/simple/".replace("//", "//ada:secret@", 1)
        monkeypatch.setenv("PIP_INDEX_URL", named)
    with _served() as other:
        other.answers[f"/files/{DEMO}"] = whole
        there = f"{other.url.replace('127.0.0.1', 'localhost')}/files/{DEMO}"
        server.page(f"../../files/{DEMO}#sha256={SHA256}")
        server.answers[f"/files/{DEMO}"] = lambda asked: asked.answer(b"", 302, Location=there)
        assert _fetch(tmp_path / "into") == [DEMO]
    assert all("Authorization" in headers for _, headers in server.asked)
    assert [headers.get("Authorization") for _, headers in other.asked] == [None]


def test_the_proxy_of_pips_configuration_is_asked(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://index.example/simple/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")  # pip's own counts before it
    monkeypatch.setenv("PIP_PROXY", server.url)
    for path in ("/simple/demo/", f"/files/{DEMO}"):
        server.answers[f"http://index.example{path}"] = server.answers.pop(path)
    assert _fetch(tmp_path) == [DEMO]


def test_what_only_pip_can_decide_is_left_to_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_UPLOADED_PRIOR_TO", "2020-01-01")
    assert _fetch(tmp_path) == []
    assert server.asked == []


@pytest.mark.usefixtures("server")
def test_a_planted_link_is_not_written_through(tmp_path: Path) -> None:
    (mine := tmp_path / "mine").write_text("precious")
    (into := tmp_path / "into").mkdir()
    (into / DEMO).symlink_to(mine)
    assert _fetch(into) == [DEMO]
    assert not (into / DEMO).is_symlink()
    (into / DEMO).unlink()
    (into / f"{DEMO}.part").symlink_to(mine)
    with pytest.raises(FileExistsError):
        _fetch(into)
    assert mine.read_text() == "precious"


@pytest.mark.usefixtures("server")
def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, file: BinaryIO) -> None:
            self._file = file

        def write(self, data: bytes) -> int:
            if self._file.tell() > 100_000:
                raise OSError(errno.ENOSPC, "No space left on device")
            return self._file.write(data)

        def close(self) -> None:
            self._file.close()
            raise OSError(errno.ENOSPC, "No space left on device")

        def __getattr__(self, name: str) -> object:
            return getattr(self._file, name)

    new = fetching._new
    monkeypatch.setattr(fetching, "_new", lambda path: Full(new(path)))
    assert _fetch(tmp_path) == []


def test_after_ctrl_c_nothing_is_written(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_TOLD_EVERY", 0.01)
    server.answers[f"/files/{DEMO}"] = _endless

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with Fetching([_wheel(size=1 << 40)], NO_SOURCES, "/nowhere", tmp_path) as under_way:
        while not (tmp_path / f"{DEMO}.part").stat().st_size:
            time.sleep(0.01)
        with pytest.raises(KeyboardInterrupt):
            under_way.wait(interrupt)
    under_way._thread.join(10)
    assert not under_way._thread.is_alive()
    assert os.listdir(tmp_path) == [f"{DEMO}.part"], "with its folder it is removed"


@pytest.mark.usefixtures("server")
def test_no_thread_to_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    assert _fetch(tmp_path) == []


def test_several_at_once(server: Server, tmp_path: Path) -> None:
    """Each answer waits until all have been asked for."""
    names = [f"demo{number}-1.0-py3-none-any.whl" for number in range(4)]
    together = threading.Barrier(len(names), timeout=5)

    def answer(asked: Asked) -> None:
        together.wait()
        whole(asked)

    for name in names:
        body = f'<a href="/files/{name}">{name}</a>'.encode()
        server.answers[f"/simple/{name.split('-')[0]}/"] = lambda asked, body=body: asked.answer(
            body
        )  # type: ignore[misc]
        server.answers[f"/files/{name}"] = answer
    assert _fetch(tmp_path, *(_wheel(name=name) for name in names)) == names
