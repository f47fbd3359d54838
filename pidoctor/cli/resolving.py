"""A requirement and a Profile to the resolver's answer, changes included."""

from __future__ import annotations

import sys
from dataclasses import replace

from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.location import open_index
from pidoctor.profile.profile import Profile
from pidoctor.report import console
from pidoctor.resolve.plan import Impossible, Resolution
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve


def catalog() -> Catalog:
    """The catalog around the newest usable index: the user's own, else the shipped one.

    Why the user's own is not used, where it is not, is said on stderr.
    """
    index = open_index()
    if index.note:
        note = console.error_line(index.note, console.encodes(sys.stderr))
        console.write(sys.stderr, note)
    return open_catalog(index)


def answer(profile: Profile, text: str, beyond_tags: bool, known: Catalog) -> Resolution:
    """The plan for the requirement ``text``, or Impossible with the changes that would help."""
    request = parse_request(text, known, beyond_tags)
    resolution = resolve(profile, request, known)
    if isinstance(resolution, Impossible):
        from pidoctor.resolve.changes import changes

        return replace(resolution, changes=changes(profile, request, known))
    return resolution
