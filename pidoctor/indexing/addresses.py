"""Where the wheels of a plan can be fetched from: looked up on the user's own sources."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from pidoctor.catalog.wheels import Wheel
from pidoctor.errors import PackageMissingError
from pidoctor.indexing.local_files import LocalFiles
from pidoctor.indexing.pages import PageReader
from pidoctor.indexing.scope import load_scope
from pidoctor.indexing.sources import all_sources, open_session, pip_settings
from pidoctor.profile.wheel_sources import NO_SOURCES, WheelSources


def addresses(wheels: Sequence[Wheel], more: WheelSources = NO_SOURCES) -> dict[str, str]:
    """File name -> address, for those of ``wheels`` that are offered with the same hash.

    ``more`` are sources beside those that pip is configured for. Raises
    :class:`CouldNotCheckError` when one does not answer.
    """
    if find_spec("pypi_simple") is None:
        raise PackageMissingError("looking up addresses", "pypi-simple")
    own = {wheel.filename: more.address_of(wheel.filename) for wheel in wheels}
    settings = pip_settings(more)
    session = open_session(settings)
    session.mount("file://", LocalFiles())
    reader = PageReader(session, all_sources(settings), load_scope())
    return {name: address for name, address in own.items() if address} | {
        wheel.filename: link.url.partition("#")[0]
        for wheel in wheels
        if not own[wheel.filename]
        for link in reader.page(wheel.name).links
        if (link.filename, link.sha256) == (wheel.filename, wheel.sha256)
    }
