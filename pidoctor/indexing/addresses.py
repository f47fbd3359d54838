"""Where the wheels of a plan can be fetched from: looked up on the user's own sources."""

from __future__ import annotations

from collections.abc import Sequence

from pidoctor.catalog.wheels import Wheel
from pidoctor.indexing.kept_pages import users_pages
from pidoctor.indexing.store import Store
from pidoctor.profile.wheel_sources import NO_SOURCES, WheelSources


def addresses(wheels: Sequence[Wheel], more: WheelSources = NO_SOURCES) -> dict[str, str]:
    """File name -> address, for those of ``wheels`` that are offered with the same hash.

    ``more`` are sources beside those that pip is configured for. Raises
    :class:`CouldNotCheckError` when one does not answer.
    """
    pages = users_pages(Store(None), more=more)
    own = {wheel.filename: more.address_of(wheel.filename) for wheel in wheels}
    return {name: address for name, address in own.items() if address} | {
        wheel.filename: link.url.partition("#")[0]
        for wheel in wheels
        if not own[wheel.filename]
        for link in pages.fetched(wheel.name)[0].links
        if (link.filename, link.sha256) == (wheel.filename, wheel.sha256)
    }
