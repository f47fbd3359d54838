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


def answer(
    profile: Profile, text: str, beyond_tags: bool, known: Catalog, replacing: bool = False
) -> Resolution:
    """The plan for the requirement ``text``, or Impossible with the changes that would help.

    ``replacing`` accepts that what is installed may stop working.
    """
    request = parse_request(text, known, beyond_tags)._replace(replace=replacing)
    resolution = resolve(profile, request, known)
    if isinstance(resolution, Impossible):
        from pidoctor.resolve.changes import changes
        from pidoctor.resolve.ways_out import ways_out

        found = (*changes(profile, request, known), *ways_out(profile, request, known, resolution))
        return replace(resolution, changes=tuple(sorted(found, key=lambda change: change.cost)))
    return resolution
