"""Pages of an index, read as another reader of them reads them, and refused where they are odd."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
import requests
from pypi_simple import PYPI_SIMPLE_ENDPOINT, ProjectPage

from pidoctor.errors import CouldNotCheckError, PackageMissingError
from pidoctor.indexing.project_page import default_index, files_of, of_html

ADDRESS = "https://index.example/simple/demo/"
JSON = "application/vnd.pypi.simple.v1+json"
ENTRY: dict[str, Any] = {
    "filename": "demo-1.0-py3-none-any.whl",
    "url": "../../files/demo-1.0-py3-none-any.whl",
    "hashes": {"sha256": "ab" * 32},
    "requires-python": ">=3.9",
    "size": 1234,
    "yanked": "broken",
    "core-metadata": {"sha256": "cd" * 32},
}
OLD = {"filename": "demo-0.9.tar.gz", "url": "https://files.example/demo-0.9.tar.gz", "hashes": {}}


class _Answers(requests.Session):
    """A session with one answer for all."""

    def __init__(self, body: bytes, kind: str, status: int = 200) -> None:
        super().__init__()
        self._answer = requests.Response()
        self._answer._content, self._answer.status_code = body, status
        self._answer.headers["Content-Type"] = kind
        self.asked: list[str] = []

    def get(self, url: Any, **_: Any) -> requests.Response:
        self.asked.append(url)
        self._answer.url = url
        return self._answer


def _page(*files: object, version: object = "1.1") -> bytes:
    page = {"meta": {"api-version": version}, "name": "demo", "files": list(files)}
    return json.dumps(page).encode()


def _theirs(page: ProjectPage) -> list[tuple[object, ...]]:
    return [
        (
            *(item.filename, item.url, item.size or 0, item.digests, item.requires_python),
            (item.yanked_reason or "") if item.is_yanked else None,
            bool(item.has_metadata),
        )
        for item in page.packages
    ]


def test_json_as_another_reader_reads_it() -> None:
    body = _page(ENTRY, OLD, {**OLD, "yanked": True, "core-metadata": True, "size": None})
    session = _Answers(body, f"{JSON}; charset=utf-8")
    ours = files_of(session, "https://index.example/simple/", "De_mo")
    assert session.asked == ["https://index.example/simple/de-mo/"]
    theirs = ProjectPage.from_json_data(json.loads(body), session.asked[0])
    assert [tuple(item) for item in ours] == _theirs(theirs)


def test_html_is_read_from_its_links() -> None:
    link = (
        '<a href="/f/demo-1.0-py3-none-any.whl#sha256=ab" data-requires-python="&gt;=3.9" '
        'data-yanked="broken" data-core-metadata="true">demo-1.0-py3-none-any.whl</a>'
    )
    (found,) = of_html(link, ADDRESS)
    address = "https://index.example/f/demo-1.0-py3-none-any.whl"
    hashes = {"sha256": "ab"}
    name = "demo-1.0-py3-none-any.whl"
    assert tuple(found) == (name, address, 0, hashes, ">=3.9", "broken", True)
    assert files_of(_Answers(link.encode(), "text/html"), ADDRESS, "demo") == [found]


def test_html_takes_the_library_and_json_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypi_simple", None)
    assert len(files_of(_Answers(_page(ENTRY), JSON), ADDRESS, "demo")) == 1
    with pytest.raises(PackageMissingError, match="pip install pypi-simple"):
        files_of(_Answers(b"<a></a>", "text/html"), ADDRESS, "demo")


def test_a_package_that_is_not_there_has_no_files() -> None:
    assert files_of(_Answers(b"no", "text/plain", 404), ADDRESS, "demo") == []


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"meta": {}, "files": []}',
        _page(version="2.0"),
        _page(version=1),
        _page("demo"),
        _page({**ENTRY, "filename": None}),
        _page({**ENTRY, "url": 1}),
        _page({**ENTRY, "hashes": {"sha256": 1}}),
        _page({**ENTRY, "hashes": []}),
        _page({**ENTRY, "size": "1234"}),
        _page({**ENTRY, "yanked": 1}),
        b"{",
    ],
)
def test_what_has_another_form_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of any text
        files_of(_Answers(body, JSON), ADDRESS, "demo")


def test_another_kind_of_page_is_refused() -> None:
    with pytest.raises(ValueError, match="neither"):
        files_of(_Answers(b"hello", "text/plain"), ADDRESS, "demo")


def test_the_default_index_is_that_of_the_tools_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_index().startswith("https://")
    monkeypatch.setitem(sys.modules, "pip._internal.models.index", None)
    assert default_index() == PYPI_SIMPLE_ENDPOINT
    monkeypatch.setitem(sys.modules, "pypi_simple", None)
    with pytest.raises(CouldNotCheckError, match="no package index is configured"):
        default_index()
