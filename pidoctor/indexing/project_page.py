"""The page of a package on an index: its files, from JSON (PEP 691) or HTML (PEP 503).

JSON has one form, and what has another is refused as a whole. HTML has many, which pypi-simple
knows; it brings compiled packages that not every board can have, so that it is an extra.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urljoin

import requests
from packaging.utils import canonicalize_name

from pidoctor.errors import CouldNotCheckError, PackageMissingError

_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
_SUPPORTED = "1"  # the version of the repository's interface (PEP 629)


class OfferedFile(NamedTuple):
    """A file on a page; ``size`` 0 where it is not told, ``yanked`` None where it is not."""

    filename: str
    url: str  # may hold a password: never printed, never stored
    size: int
    digests: Mapping[str, str]
    requires_python: str | None = None
    yanked: str | None = None
    has_metadata: bool = False


def default_index() -> str:
    """The address of the index that is asked where none is configured: the pip or the pypi-simple
    beside pidoctor knows it."""
    with suppress(ImportError):
        from pip._internal.models.index import PyPI

        return str(PyPI.simple_url)
    with suppress(ImportError):
        from pypi_simple import PYPI_SIMPLE_ENDPOINT

        return str(PYPI_SIMPLE_ENDPOINT)
    raise CouldNotCheckError(
        "no package index is configured, and there is no pip beside pidoctor that names one"
    )


def files_of(session: requests.Session, index: str, name: str) -> list[OfferedFile]:
    """The files of a package; none where the index does not know it.

    Raises what requests raises, and ValueError for a page that cannot be understood.
    """
    address = f"{index.rstrip('/')}/{canonicalize_name(name)}/"
    answer = session.get(address, headers={"Accept": _ACCEPT})
    if answer.status_code == requests.codes.not_found:
        return []
    answer.raise_for_status()
    kind = answer.headers.get("Content-Type", "text/html").partition(";")[0].strip().lower()
    if kind == _JSON:
        return _of_json(answer.json(), answer.url)
    if "html" not in kind:
        raise ValueError("neither a page of links nor JSON")
    return of_html(answer.text, answer.url)


def of_html(text: str, address: str) -> list[OfferedFile]:
    """The files that a page links to, which was made flat: see :mod:`link_page`.

    PackageMissingError without the library that reads the many forms of such pages.
    """
    try:
        from pypi_simple import ProjectPage
    except ModuleNotFoundError as error:
        raise PackageMissingError("an index that answers in HTML alone", "pypi-simple") from error
    page = ProjectPage.from_html("of any package", text, base_url=address)
    return [
        OfferedFile(
            item.filename,
            item.url,
            item.size or 0,
            item.digests,
            item.requires_python,
            (item.yanked_reason or "") if item.is_yanked else None,
            bool(item.has_metadata),
        )
        for item in page.packages
    ]


def _of_json(page: Any, address: str) -> list[OfferedFile]:
    _must_be_supported(_typed(_typed(page, "meta", dict), "api-version", str))
    files: Iterable[Any] = _typed(page, "files", list)
    return [_of_entry(entry, address) for entry in files]


def _of_entry(entry: Any, address: str) -> OfferedFile:
    yanked = _typed(entry, "yanked", (bool, str), False)
    digests = _typed(entry, "hashes", dict)
    if not all(isinstance(digest, str) for digest in digests.values()):
        raise ValueError("a hash that is no text")
    return OfferedFile(
        _typed(entry, "filename", str),
        urljoin(address, _typed(entry, "url", str)),
        _typed(entry, "size", int, 0),
        digests,
        _typed(entry, "requires-python", str, None),
        yanked if isinstance(yanked, str) else "" if yanked else None,
        bool(_typed(entry, "core-metadata", (bool, dict), False)),
    )


_NEEDED = object()


def _typed(entry: Any, key: str, kind: Any, default: Any = _NEEDED) -> Any:
    """The value of a key; ValueError where it is of another kind than it should be."""
    value = entry.get(key) if isinstance(entry, dict) else None
    if value is None and default is not _NEEDED:
        return default
    if not isinstance(value, kind):
        raise ValueError(f"no page of an index: {key}")
    return value


def _must_be_supported(version: str) -> None:
    if version.partition(".")[0] != _SUPPORTED:
        raise ValueError(f"version {version} of the interface of package indexes")
