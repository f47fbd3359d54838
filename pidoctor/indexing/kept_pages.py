"""Index pages from the user's own sources, kept for the next question."""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from pidoctor.errors import CouldNotCheckError, PidoctorError
from pidoctor.indexing.links import Link, said_by
from pidoctor.indexing.local_files import folder_of
from pidoctor.indexing.pages import LINKS, IndexPage, PageReader
from pidoctor.indexing.patient_session import PatientSession
from pidoctor.indexing.remote import download, remote_size
from pidoctor.indexing.scope import load_scope
from pidoctor.indexing.sources import all_sources, open_users_session, pip_settings
from pidoctor.indexing.store import FRESH, Store
from pidoctor.probe.pip_settings import PipSettings, Source
from pidoctor.profile.wheel_sources import NO_SOURCES, WheelSources
from pidoctor.units import listed
from pidoctor.urls import clean_url, path_of

_DAY = 86400.0  # seconds
DEFAULT = "pip's default index"
NO_NETWORK = "no package index was asked (--offline)"
Say = Callable[[str, bool], None]  # a step that begins, and whether it takes long


class Pages:
    """The pages of some sources: from the store while they are fresh, else from the network.

    ``reader`` makes the reader of the network when it is first needed; None is never to ask.
    ``addresses`` says where they are, without what is secret.
    """

    def __init__(
        self,
        reader: Callable[[], tuple[PatientSession, PageReader]] | None,
        sources: tuple[Source, ...],
        store: Store,
    ) -> None:
        self._make = reader
        self._made: tuple[PatientSession, PageReader] | None = None
        self._place = _place(sources)
        self.addresses = listed([clean_url(it.url) if it.url else DEFAULT for it in sources])
        self._store = store
        self.failure = "" if reader else NO_NETWORK
        self.say: Say = lambda _step, _long: None

    @property
    def session(self) -> PatientSession:
        """Raises :class:`CouldNotCheckError`, at once when the network failed before."""
        return self._network()[0]

    def session_for(self, url: str) -> PatientSession:
        """The session for an address; a file of this machine can be read without a network."""
        if path_of(url) is None:
            return self.session
        return open_users_session(PipSettings())

    def link_at(self, url: str, filename: str, limit: int) -> Link:
        """A wheel by its address, of a size up to ``limit`` bytes.

        It is read as a whole for its SHA-256, where the address does not say that, once a day.
        """
        path = path_of(url)
        if path is not None and not path.is_file():
            raise CouldNotCheckError(f"{path}: there is no such file")
        session = self.session_for(url)
        size = remote_size(session, url, filename)
        if size > limit:
            raise CouldNotCheckError(f"{filename}: larger than {limit} bytes")
        if not said_by(filename):
            raise CouldNotCheckError(f"{filename}: not a wheel's file name")
        told = re.search(r"[#&]sha256=([0-9a-f]{64})\b", url)
        sha256 = told[1] if told else self._digest(url, filename, size)
        return Link(filename, sha256, None, "", size, "address", url)

    def _digest(self, url: str, filename: str, size: int) -> str:
        """The SHA-256 of a file that is read for it; that of one elsewhere is kept for a day."""
        key = f"{url} {size}"
        is_here = path_of(url) is not None
        kept = None if is_here else self._store.read(str, "file", key, _DAY)
        if kept is not None:
            return kept
        with tempfile.TemporaryFile() as file:
            read = download(self.session_for(url), url, filename, file, size)
        if not is_here:
            self._store.put("file", key, read)
        return read

    def page(self, name: str) -> tuple[IndexPage, str]:
        """The page of a package, and the day on which it was read.

        An old one where the network gives none; raises :class:`CouldNotCheckError` without that.
        """
        younger = float("inf") if self.failure else FRESH
        kept = self._kept(name, younger)
        if kept is None:
            try:
                return self.fetched(name)
            except CouldNotCheckError as error:
                # Nobody is asked any more: the next one would be waited for as long.
                self.failure = self.failure or str(error).partition(f"{name}: ")[2] or str(error)
                kept = self._kept(name, float("inf"))
                if kept is None:
                    raise CouldNotCheckError(self.failure) from None
        return kept

    def fetched(self, name: str) -> tuple[IndexPage, str]:
        """The page as it is now, with addresses, which are never kept: one may hold a password."""
        _, reader = self._network()
        self.say(f"Look up {name}", False)
        page, day = reader.page(name), time.strftime("%Y-%m-%d")
        self._store.put("page", self._key(name), KeptPage(page, day))
        return page, day

    def prefetch(self, names: Iterable[str]) -> None:
        """Fetch the pages of these packages side by side, where the store has none."""
        missing = [name for name in names if not self._store.has("page", self._key(name), FRESH)]
        if len(missing) > 1 and not self.failure:
            self.say(f"Look up {listed(missing)}", False)
            try:
                self._network()[1].prefetch(missing)
            except PidoctorError as error:
                self.failure = str(error)

    def _network(self) -> tuple[PatientSession, PageReader]:
        if self.failure or self._make is None:
            raise CouldNotCheckError(self.failure)
        if self._made is None:
            self._made = self._make()
        return self._made

    def _key(self, name: str) -> str:
        return f"{self._place} {name}"

    def _kept(self, name: str, younger: float) -> KeptPage | None:
        return self._store.read(KeptPage, "page", self._key(name), younger)


def users_pages(store: Store, offline: bool = False, more: WheelSources = NO_SOURCES) -> Pages:
    """The sources of the user's pip configuration, and ``more`` of a requirements file.

    With ``offline`` only what was kept of them.
    """
    settings = pip_settings(more)
    return _pages(all_sources(settings), store, offline, settings)


def piwheels_pages(url: str, store: Store, offline: bool = False) -> Pages:
    """piwheels, for a machine whose pip asks it where that of this machine does not."""
    return _pages((Source("piwheels", url),), store, offline, pip_settings())


def _pages(
    sources: tuple[Source, ...], store: Store, offline: bool, settings: PipSettings
) -> Pages:
    def make() -> tuple[PatientSession, PageReader]:
        session = open_users_session(settings)
        return session, PageReader(session, sources, load_scope())

    return Pages(None if offline else make, sources, store)


def _place(sources: Iterable[Source]) -> str:
    """A name for the sources that tells nothing of their addresses."""
    text = "\n".join(f"{source.name} {source.url}{_state(source)}" for source in sources)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _state(source: Source) -> str:
    """What changes with the files of a folder of wheels, so that an old list is not taken."""
    folder = folder_of(source.url) if source.name == LINKS and source.url else None
    return f" {folder.stat().st_mtime_ns}" if folder else ""


class KeptPage(NamedTuple):
    """A page without addresses; ``day`` is when it was read."""

    page: IndexPage
    day: str
