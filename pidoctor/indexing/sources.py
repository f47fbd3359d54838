"""Sessions with the indexes of the user's own pip configuration, or pip's default."""

from __future__ import annotations

import sys

import requests

from pidoctor import __version__
from pidoctor.errors import UsageError
from pidoctor.host.live import LiveHost
from pidoctor.indexing.local_files import LocalFiles
from pidoctor.indexing.pages import LINKS
from pidoctor.indexing.patient_session import PatientSession, open_patient_session, trust
from pidoctor.probe.pip_settings import (
    REACHING_KEYS,
    PipSettings,
    PipSettingsError,
    Source,
    is_piwheels,
    read_pip_settings,
)
from pidoctor.profile.wheel_sources import NO_SOURCES, WheelSources

BACKOFF = 0.5  # seconds before the second try; doubles with each further one
_BACKOFF_OF_A_PERSON = 0.1  # who waits


def pip_settings(more: WheelSources = NO_SOURCES, prefix: str = sys.prefix) -> PipSettings:
    """The settings of the pip in ``prefix`` (that beside pidoctor), and ``more`` of a requirements
    file.

    UsageError where pip refuses its configuration.
    """
    try:
        return read_pip_settings(LiveHost(), prefix, REACHING_KEYS).with_sources(more)
    except PipSettingsError as error:
        raise UsageError(f"pip cannot read its configuration, {error.path}: {error}") from None


def open_session(settings: PipSettings, backoff: float | None = None) -> PatientSession:
    """A session for the configured sources, which names this program."""
    agent = f"pidoctor/{__version__} {requests.utils.default_user_agent()}"
    session = open_patient_session(BACKOFF if backoff is None else backoff, agent)
    if settings.cert:
        session.verify = settings.cert
    if settings.proxy:
        session.proxies = {"http": settings.proxy, "https": settings.proxy}
    for host in settings.trusted_hosts:
        trust(session, host)
    return session


def open_users_session(settings: PipSettings) -> PatientSession:
    """A session for a person who waits, which reads folders and files of this machine too."""
    session = open_session(settings, _BACKOFF_OF_A_PERSON)
    session.mount("file://", LocalFiles())
    return session


def all_sources(settings: PipSettings) -> tuple[Source, ...]:
    """Everything that pip would look at: indexes, further ones, and --find-links.

    CouldNotCheckError when pip is told to use none.
    """
    others = [
        Source("index", url)
        for url in settings.extra_index_urls
        if not is_piwheels(url) and url.startswith(("http://", "https://", "file://"))
    ]
    links = [Source(LINKS, address) for address in settings.find_links]
    if settings.no_index and links:
        return tuple(links)
    if (settings.index_url or "").startswith("file://"):
        main: tuple[Source, ...] = (Source("index", settings.index_url),)
    else:
        main = settings.sources()
    return (*main, *others, *links)
