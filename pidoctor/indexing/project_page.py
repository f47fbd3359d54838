"""The page of a package on an index, JSON (PEP 691) or HTML (PEP 503), as pypi-simple reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import requests
    from pypi_simple import DistributionPackage


class OfferedFile(NamedTuple):
    """A file on a page; ``size`` 0 where it is not told, ``yanked`` None where it is not."""

    filename: str
    url: str  # may hold a password: never printed, never stored
    size: int
    digests: Mapping[str, str]
    requires_python: str | None = None
    yanked: str | None = None
    has_metadata: bool = False


def files_of(session: requests.Session, index: str | None, name: str) -> list[OfferedFile]:
    """The files of a package; none where the index does not know it. ``index`` None is the one that
    everybody asks where none is configured.

    Raises what requests raises, and ValueError for a page that cannot be understood.
    """
    from pypi_simple import NoSuchProjectError, PyPISimple

    settings: dict[str, Any] = {"endpoint": index} if index else {}
    try:
        page = PyPISimple(session=session, **settings).get_project_page(name)
    except NoSuchProjectError:
        return []
    return [_offered(item) for item in page.packages]


def of_html(text: str, address: str) -> list[OfferedFile]:
    """The files that a page links to, which was made flat: see :mod:`link_page`."""
    from pypi_simple import ProjectPage

    page = ProjectPage.from_html("of many packages", text, base_url=address)
    return [_offered(item) for item in page.packages]


def _offered(item: DistributionPackage) -> OfferedFile:
    return OfferedFile(
        item.filename,
        item.url,
        item.size or 0,
        item.digests,
        item.requires_python,
        (item.yanked_reason or "") if item.is_yanked else None,
        bool(item.has_metadata),
    )
