"""The sources of wheels that pip is configured to use, without their credentials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pidoctor.host.base import Host
from pidoctor.probe.pip_settings import (
    PipSettings,
    PipSettingsError,
    is_piwheels,
    read_pip_settings,
)
from pidoctor.probe.reading import clean
from pidoctor.profile.fact import Fact, State
from pidoctor.profile.profile import Index, Profile
from pidoctor.profile.wheel_sources import WheelSources
from pidoctor.urls import clean_url

MAX_URLS = 64
_OPTIONS = "a requirements file"


def probe_indexes(host: Host, prefix: str) -> Fact[tuple[Index, ...]]:
    """The sources, package index first; ``prefix`` is the interpreter's.

    An index with the URL "default" is the one that pip uses when nothing is configured. What pip
    will not accept in its configuration is the fact's detail.
    """
    try:
        settings = read_pip_settings(host, prefix)
    except PipSettingsError as error:
        return Fact.unparsable(error.path, clean(str(error)))
    if settings.unread:
        return Fact.unreadable(settings.unread[0].path, settings.unread[0].reason)
    places = dict.fromkeys(settings.origins.values())
    source = ", ".join(places) or "pip's default"
    return Fact(tuple(_indexes(settings)), State.KNOWN, source, "; ".join(settings.faults))


def with_sources(profile: Profile, more: WheelSources) -> Profile:
    """The machine whose pip is sent to further sources by the options of a requirements file."""
    if not any(more):
        return profile
    given = PipSettings().with_sources(more)
    origins = dict.fromkeys(("index-url", "extra-index-url", "find-links"), _OPTIONS)
    added = _indexes(given._replace(origins=origins))
    kept = [
        index
        for index in profile.indexes.or_else(())
        if index.kind == "find-links" or not (more.index_url or more.no_index)
    ]
    known = {index.url for index in kept}
    new = (index for index in added if index.url not in {"default", *known})
    source = _OPTIONS if more.index_url or more.no_index else profile.indexes.source
    return replace(profile, indexes=Fact.known((*kept, *new), source))


def _indexes(settings: PipSettings) -> Iterator[Index]:
    if not settings.no_index:
        if settings.index_url is None:
            yield Index("index", "default", "pip's default")
        else:
            yield _index("index", settings.index_url, settings.origins["index-url"])
        for url in settings.extra_index_urls[:MAX_URLS]:
            yield _index("extra", url, settings.origins["extra-index-url"])
    for url in settings.find_links[:MAX_URLS]:
        yield _index("find-links", url, settings.origins["find-links"])


def _index(kind: str, url: str, source: str) -> Index:
    return Index(
        "piwheels" if is_piwheels(url) else kind, clean_url(clean(url, 2000)), clean(source)
    )
