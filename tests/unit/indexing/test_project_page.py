"""What an index offers of a package, from pages in JSON and HTML."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
import requests

from pidoctor.indexing.project_page import OfferedFile, files_of, of_html

ADDRESS = "https://index.example/simple/demo/"
JSON = "application/vnd.pypi.simple.v1+json"
WHEEL: dict[str, Any] = {
    "filename": "demo-1.0-py3-none-any.whl",
    "url": "https://files.example/demo-1.0-py3-none-any.whl",
    "hashes": {"sha256": "ab" * 32},
    "requires-python": ">=3.9",
    "size": 1234,
    "yanked": "broken",
    "core-metadata": {"sha256": "cd" * 32},
}
LINK = (
    f'<a href="{WHEEL["url"]}#sha256={"ab" * 32}" data-requires-python="&gt;=3.9" '
    f'data-yanked="broken" data-core-metadata="true">demo-1.0-py3-none-any.whl</a>'
)


class Answers(requests.Session):
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


def test_json_and_html_say_the_same() -> None:
    body = json.dumps({"meta": {"api-version": "1.1"}, "name": "demo", "files": [WHEEL]}).encode()
    session = Answers(body, JSON)
    (found,) = files_of(session, "https://index.example/simple/", "demo")
    assert session.asked == [ADDRESS]
    assert found == OfferedFile(
        *(WHEEL["filename"], WHEEL["url"], 1234, WHEEL["hashes"]),
        *(">=3.9", "broken", True),
    )
    linked = found._replace(size=0)  # which a link does not say
    assert files_of(Answers(LINK.encode(), "text/html"), ADDRESS, "demo") == [linked]
    assert of_html(LINK, ADDRESS) == [linked]


def test_a_package_that_is_not_there_has_no_files() -> None:
    assert files_of(Answers(b"no", "text/plain", 404), ADDRESS, "demo") == []


def test_where_the_library_is_missing_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypi_simple", None)
    with pytest.raises(ModuleNotFoundError):
        files_of(Answers(b"", JSON), ADDRESS, "demo")
