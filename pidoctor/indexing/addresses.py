"""Where the wheels of a plan can be fetched from: looked up on the user's own index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import requests

from pidoctor.catalog.wheels import Wheel
from pidoctor.errors import CouldNotCheckError, PackageMissingError
from pidoctor.indexing.patient_session import PatientSession
from pidoctor.indexing.sources import open_session, pip_settings


def addresses(wheels: Iterable[Wheel]) -> dict[str, str]:
    """File name -> address, for those of ``wheels`` that the index offers with the same hash.

    Raises :class:`CouldNotCheckError` when the index does not answer.
    """
    settings = pip_settings()
    session = open_session(settings)
    urls = {source.name: source.url for source in settings.sources()}
    found: dict[str, str] = {}
    for wheel in wheels:
        page = _page(session, urls.get(wheel.source), wheel.name)
        for package in page:
            digests = package.digests or {}
            if package.filename == wheel.filename and digests.get("sha256") == wheel.sha256:
                found[wheel.filename] = package.url.partition("#")[0]
    return found


def _page(session: PatientSession, url: str | None, name: str) -> list[Any]:
    try:
        from pypi_simple import NoSuchProjectError, PyPISimple
    except ImportError:
        raise PackageMissingError("looking up addresses", "pypi-simple") from None
    settings: dict[str, Any] = {"endpoint": url} if url else {}
    try:
        page = PyPISimple(session=session, **settings).get_project_page(name)
    except NoSuchProjectError:
        return []
    except (requests.RequestException, ValueError, RecursionError) as error:
        raise CouldNotCheckError(
            f"{name}: no answer from the package index ({type(error).__name__})"
        ) from None
    return list(page.packages)
