"""Packages from indexes and folders of wheels on this machine, as pip is configured for them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import requests

from pidoctor.indexing.local_files import LocalFiles
from pidoctor.indexing.patient_session import open_patient_session
from pidoctor.resolve.plan import Plan
from tests.unit.evidence.elfmaker import Elf
from tests.unit.indexing.simple_index import SimpleIndex, serving
from tests.unit.indexing.test_own_index import TAG, ask, pins

VERSIONS = (("4.8.1", "numpy>=1.21"), ("4.12.0", "numpy<2.3,>=2"))
WORDS = ("tflite-runtime==2.14.0", "opencv-python")
TOGETHER = {"tflite-runtime": "2.14.0", "numpy": "1.26.4", "opencv-python": "4.8.1"}


def wheels(index: SimpleIndex | None = None) -> dict[str, bytes]:
    """Wheels of opencv-python: names and contents."""
    made = index or SimpleIndex()
    for version, requires in VERSIONS:
        name = f"opencv_python-{version}-{TAG}.whl"
        made.add(name, f"Requires-Dist: {requires}", cv2__cv2=Elf().build())
    return made.files["opencv-python"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, and other things; pip is configured for no index on the network."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / "my wheels"
    place.mkdir()
    for name, content in wheels().items():
        (place / name).write_bytes(content)
    (place / "opencv_python-9-bad.whl").write_text("no name of a wheel")
    (place / "opencv_python-9.0.0-py3-none-any.whl").mkdir()
    return place


@pytest.mark.parametrize("as_url", [False, True])
def test_a_folder_of_find_links(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_url: bool
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", folder.as_uri() if as_url else f"/no/such/{folder.name}")
    if not as_url:  # a name with a blank does not go into the variable, which lists several
        folder = folder.rename(folder.with_name("wheels"))
        monkeypatch.setenv("PIP_FIND_LINKS", f"/not/there {folder}")
    found = ask(tmp_path, *WORDS)
    assert pins(found) == TOGETHER
    assert isinstance(found, Plan)
    (wheel,) = (wheel for wheel in found.wheels if wheel.name == "opencv-python")
    assert wheel.sha256 == hashlib.sha256((folder / wheel.filename).read_bytes()).hexdigest()
    assert wheel.evidence is not None


def test_what_is_put_into_the_folder_is_seen_at_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", folder.as_uri())
    assert pins(ask(tmp_path, *WORDS)) == TOGETHER
    newer = SimpleIndex()
    name = f"opencv_python-4.9.0-{TAG}.whl"
    newer.add(name, "Requires-Dist: numpy>=1.21", cv2__cv2=Elf().build())
    (folder / name).write_bytes(newer.files["opencv-python"][name])
    assert pins(ask(tmp_path, *WORDS))["opencv-python"] == "4.9.0"


def simple(root: Path) -> str:
    """A simple index in files; its address."""
    page = root / "simple/opencv-python"
    (root / "files").mkdir(parents=True)
    page.mkdir(parents=True)
    lines = []
    for name, content in wheels().items():
        (root / "files" / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        lines.append(f'<a href="../../files/{name}#sha256={digest}">{name}</a><br>')
    (page / "index.html").write_text(f"<html><body>{''.join(lines)}</body></html>")
    return (root / "simple").as_uri()


@pytest.mark.usefixtures("folder")
def test_an_index_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", simple(tmp_path / "own"))
    assert pins(ask(tmp_path, *WORDS)) == TOGETHER


@pytest.mark.usefixtures("folder")
def test_a_further_index_in_files_beside_one_on_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", simple(tmp_path / "own"))
    with serving(SimpleIndex()) as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        assert pins(ask(tmp_path, *WORDS)) == TOGETHER


@pytest.mark.usefixtures("folder")
def test_a_page_of_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    simple(tmp_path / "own")
    page = tmp_path / "own/simple/opencv-python/index.html"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", page.as_uri())
    assert pins(ask(tmp_path, *WORDS)) == TOGETHER


def test_the_web_does_not_lead_to_files_of_this_machine(tmp_path: Path) -> None:
    session = open_patient_session(0.0, "test")
    session.mount("file://", LocalFiles())
    answer = requests.Response()
    answer.status_code = 302
    answer.headers["location"] = "/other"
    assert session.get_redirect_target(answer) == "/other"
    answer.headers["location"] = tmp_path.as_uri()
    with pytest.raises(requests.exceptions.InvalidSchema):  # an empty page would say: no such thing
        session.get_redirect_target(answer)


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("", 200, b"0123456789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=2-4", 206, b"234"),
        ("bytes=-99", 206, b"0123456789"),
        ("bytes=x", 200, b"0123456789"),
    ],
)
def test_ranges_are_answered_as_a_server_does(
    tmp_path: Path, asked: str, status: int, body: bytes
) -> None:
    file = tmp_path / "a file"
    file.write_bytes(b"0123456789")
    session = open_patient_session(0.0, "test")
    session.mount("file://", LocalFiles())
    answer = session.get(file.as_uri(), headers={"Range": asked} if asked else {})
    assert (answer.status_code, answer.content) == (status, body)
    assert session.get((tmp_path / "none").as_uri()).status_code == 404
