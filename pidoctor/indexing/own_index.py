"""The wheels index, and beside it what the user's own package index says about other packages.

What the wheels index does not hold is looked up when the resolver asks for it: the page of a
package, the METADATA of the versions that are tried, and the ELF files of the wheels of a plan.
All of it within one budget of time and bytes, kept for the next question.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from packaging.version import Version

from pidoctor.catalog.wheels import (
    Evidence,
    IndexedProject,
    Wheel,
    WheelsIndex,
    newest_first,
    read_document,
)
from pidoctor.decoding import encode
from pidoctor.errors import CouldNotCheckError, PidoctorError
from pidoctor.evidence.audit import audit_file
from pidoctor.evidence.index_evidence import summary
from pidoctor.indexing.kept_pages import Pages, Say, piwheels_pages, users_pages
from pidoctor.indexing.links import Link
from pidoctor.indexing.metadata import WheelMetadata, fetch_metadata
from pidoctor.indexing.pages import IndexPage, side_by_side
from pidoctor.indexing.remote import RemoteFile
from pidoctor.indexing.store import Store
from pidoctor.platforms.pep440 import valid_bound
from pidoctor.profile.wheel_sources import NO_SOURCES, WheelSources, name_at
from pidoctor.urls import path_of

_SECONDS = 240.0  # for the files of wheels, all of a question's together
_BYTES = 400 << 20
_LARGEST_WHEEL = 150 << 20
_AT_ONCE = 3  # wheels; each takes some 20 MB of memory
_BUFFER = 4 << 20  # bytes asked for at once


class Sources(NamedTuple):
    """Where is looked: the user's index, piwheels for a machine that asks it, and what was kept."""

    pages: Pages
    piwheels: Pages | None
    store: Store

    @classmethod
    def of_user(
        cls, piwheels: str = "", offline: bool = False, more: WheelSources = NO_SOURCES
    ) -> Sources:
        """Those of the user's pip, and ``more`` of a requirements file; ``piwheels`` is its
        address, where it is to be asked too."""
        store = Store.of_user()
        further = piwheels_pages(piwheels, store, offline) if piwheels else None
        return cls(users_pages(store, offline, more), further, store)


class Wanted(NamedTuple):
    """Of the packages that were asked for: those whose versions the wheels index does not hold, and
    those of which pre-releases are wanted; ``newer`` those of which releases are wanted that came
    after the wheels index, if their files can be read; ``files`` are the addresses of those whose
    wheel was named by its address; ``own_sources`` says that the question names places to look."""

    narrow: frozenset[str] = frozenset()
    prereleases: frozenset[str] = frozenset()
    newer: frozenset[str] = frozenset()
    files: Mapping[str, str] = {}
    own_sources: bool = False


_NOTHING = Wanted()


class OwnIndex(WheelsIndex):
    """See the module."""

    def __init__(
        self,
        base: WheelsIndex,
        sources: Sources,
        say: Say = lambda _step, _long: None,
        wanted: Wanted = _NOTHING,
    ) -> None:
        super().__init__(base.folder, base.note)
        self._base = base
        self._pages, self._piwheels, self._store = sources
        self._say = self._pages.say = say
        self._wanted = wanted
        self._whole: set[str] = set()  # whose METADATA can be read, all of it
        self._lacking: dict[str, str] = {}  # a source of wheels that did not answer
        self._links: dict[str, Link] = {}  # by SHA-256
        self._metadata: dict[str, WheelMetadata] = {}
        self._unread: dict[str, str] = {}
        self._files_unread: dict[str, str] = {}
        self._evidence: dict[str, Evidence | None] = {}
        self._wide = False
        self._until = 0.0  # when reading files ends; set by the first
        self._bytes_left = _BYTES

    def project(self, name: str) -> IndexedProject | None:
        """The package from the wheels index, else from the user's own."""
        if name not in self._projects:
            held = self._base.project(name)
            of_file = self._of_file(name, held) if name in self._wanted.files else None
            if of_file is not None:
                self._projects[name] = of_file
            elif held is None or self._to_be_widened(name, held):
                self._projects[name] = self._looked_up(name, held)
            else:
                self._projects[name] = held
        return self._projects[name]

    def known(self, name: str) -> IndexedProject | None:
        return self._projects[name] if name in self._projects else self._base.project(name)

    def file_refused(self, name: str) -> str:
        self.project(name)
        return self._files_unread.get(name, "")

    def unread(self, name: str) -> str:
        return "" if self.project(name) else self._unread[name]

    def _to_be_widened(self, name: str, held: IndexedProject) -> bool:
        wanted = self._wanted
        narrow = name in wanted.narrow
        if name in wanted.newer or (narrow and wanted.own_sources):
            return True
        return bool(held.left_out) and (self._wide or narrow)

    def knows_extra(self, name: str, extra: str) -> bool:
        if not self.project(name) or name in self._whole or self._base.knows_extra(name, extra):
            return True
        with suppress(PidoctorError):  # then it is not known
            self._links.update({it.sha256: it for it in self._pages.page(name)[0].links})
            self._whole.add(name)
        return name in self._whole

    def extras_of(self, wheel: Wheel) -> tuple[str, ...] | None:
        self.described(wheel)
        found = self._metadata.get(wheel.sha256)
        return found.extras if found else None

    def lacking(self, name: str) -> str:
        return self._lacking.get(name, "")

    def doubt(self, wheel: Wheel) -> str:
        found = self._metadata.get(wheel.sha256)
        return found.doubt if found else ""

    def described(self, wheel: Wheel) -> Wheel:
        """The wheel with what its METADATA requires."""
        link = self._links.get(wheel.sha256)
        if link is None:
            return wheel
        if wheel.sha256 not in self._metadata:
            self._metadata[wheel.sha256] = self._read_metadata(wheel, link)
        found = self._metadata[wheel.sha256]
        return wheel._replace(requires_dist=found.requires_dist, size=wheel.size or found.size)

    def widen(self) -> bool:
        """Look for the versions that the wheels index leaves out."""
        if self._wide or self._pages.failure:
            return False
        self._wide = True
        held = [name for name, project in self._projects.items() if project and project.left_out]
        for name in held:
            del self._projects[name]
        return bool(held)

    def look_closer(self, wheels: Iterable[Wheel]) -> bool:
        """Read the ELF files of these wheels: those of other packages, while the budget lasts."""
        unread = [
            wheel
            for wheel in wheels
            if wheel.sha256 in self._links
            and wheel.sha256 not in self._evidence
            and wheel.evidence is None
            and not wheel.filename.endswith("-any.whl")
        ]
        for wheel, found in zip(unread, self._read_together(unread)):
            self._evidence[wheel.sha256] = found
            project = self._projects.get(wheel.name)
            if project is None:
                continue
            if found is None and wheel.name in self._wanted.newer:
                self._say(f"Left out {wheel.filename}: its files could not be read", True)
                self._projects[wheel.name] = _with(project, wheel.sha256, None)
            elif found is not None:
                read = wheel._replace(evidence=found)
                self._projects[wheel.name] = _with(project, wheel.sha256, read)
        return any(
            self._evidence[wheel.sha256] is not None or wheel.name in self._wanted.newer
            for wheel in unread
        )

    def read_ahead(self, names: Iterable[str], first: Callable[[str], Wheel | None]) -> None:
        """Only what is read is kept of it: answers are the same without."""
        foreign = [
            name
            for name in dict.fromkeys(names)
            for held in [self._base.project(name)]
            if name not in self._wanted.files and name not in self._projects
            if held is None or self._to_be_widened(name, held)
        ]
        self._pages.prefetch(foreign)
        tried = [wheel for wheel in map(first, foreign) if wheel and wheel.sha256 in self._links]
        for _ in side_by_side(self.described, tried):
            pass

    # --- files ---------------------------------------------------------------------------------

    def _of_file(self, name: str, held: IndexedProject | None) -> IndexedProject | None:
        """The package as the wheel that was named by its address; None where it was not read."""
        url = self._wanted.files[name]
        file = name_at(url)
        same = [wheel for wheel in held.wheels if wheel.filename == file] if held else []
        if held is not None and same and path_of(url) is None:
            return replace(held, by_version=newest_first(same))
        try:
            self._say(f"Read {file}", True)
            link = self._pages.link_at(url, file, _LARGEST_WHEEL)
            same = [wheel for wheel in same if wheel.sha256 == link.sha256]
            if held is not None and same:
                return replace(held, by_version=newest_first(same))
            found = fetch_metadata(self._pages.session_for(link.url), link)
        except (PidoctorError, OSError) as error:
            self._files_unread[name] = f"from an address of its own, {error}"
            return None
        self._whole.add(name)
        self._links[link.sha256], self._metadata[link.sha256] = link, found
        bound = valid_bound(found.requires_python)
        wheel = self._wheel(name, link)._replace(requires_python=bound)
        return IndexedProject(name, time.strftime("%Y-%m-%d"), newest_first([wheel]), {})

    # --- pages ---------------------------------------------------------------------------------

    def _looked_up(self, name: str, held: IndexedProject | None) -> IndexedProject | None:
        try:
            page, day = self._pages.page(name)
        except PidoctorError as error:
            self._unread[name] = str(error)
            if name in self._wanted.narrow and self._wanted.own_sources:
                self._lacking[name] = f"your package index may have it: {error}"
            return held
        own = {wheel.sha256 for wheel in held.wheels} if held else set()
        found = (*page.links, *page.sources, *self._on_piwheels(name))
        links = [link for link in found if link.sha256 not in own]
        finals = [link for link in links if not link.version.is_prerelease]
        if finals and name not in self._wanted.prereleases:
            links = finals
        if held is not None and name in self._wanted.newer:
            newest = max(map(Version, held.by_version), default=Version("0"))
            links = [link for link in links if link.version > newest]
        if not page.exists and held is None:
            return IndexedProject(name, day, {}, {}, whole=True, looked_at=self._pages.addresses)
        if not links and held is None and not (page.published and not page.unhashed):
            self._unread[name] = _why_nothing(page)
            return None
        if held is None:
            self._whole.add(name)
        self._links.update({link.sha256: link for link in links})
        both = (*(held.wheels if held else ()), *(self._wheel(name, link) for link in links))
        by_version = newest_first(both)
        if held is not None:
            whole = name in self._wanted.narrow
            return replace(held, by_version=by_version, left_out=frozenset(), whole=whole)
        return IndexedProject(name, day, by_version, page.published, whole=True)

    def _on_piwheels(self, name: str) -> tuple[Link, ...]:
        if self._piwheels is None:
            return ()
        try:
            return self._piwheels.page(name)[0].links
        except PidoctorError:
            self._lacking[name] = "piwheels, which this machine's pip also asks, did not answer"
            return ()

    def _wheel(self, name: str, link: Link) -> Wheel:
        return Wheel(
            name=name,
            version=str(link.version),
            filename=link.filename,
            sha256=link.sha256,
            size=link.size,
            requires_python=valid_bound(link.requires_python or ""),
            requires_dist=(),
            yanked=link.yanked,
            source=link.source,
            evidence=self._kept_evidence(link.sha256),
        )

    # --- wheels --------------------------------------------------------------------------------

    def _addressed(self, wheel: Wheel) -> Link:
        """The link with its address, which is never kept: it may hold a password."""
        link = self._links[wheel.sha256]
        if not link.url:
            from_piwheels = link.source == "piwheels" and self._piwheels
            page, _ = (from_piwheels or self._pages).fetched(wheel.name)
            self._links.update({found.sha256: found for found in (*page.links, *page.sources)})
            link = self._links[wheel.sha256]
            if not link.url:
                raise CouldNotCheckError(f"{wheel.filename}: not on the package index any more")
        return link

    def _read_metadata(self, wheel: Wheel, link: Link) -> WheelMetadata:
        kept = self._store.read(WheelMetadata, "metadata", wheel.sha256)
        if kept is not None:
            return kept
        try:
            session = self._pages.session
            self._say(f"Read what {wheel.name} {wheel.version} requires", False)
            found = fetch_metadata(session, self._addressed(wheel))
        except CouldNotCheckError as error:
            doubt = f"what it requires could not be read: {error}"
            return WheelMetadata(link.size, "", (), doubt=doubt)
        self._store.put("metadata", wheel.sha256, found)
        return found

    def _kept_evidence(self, sha256: str) -> Evidence | None:
        if sha256 not in self._evidence:
            found = self._store.read(Evidence, "evidence", sha256)
            if found is not None:
                self._evidence[sha256] = found
        return self._evidence.get(sha256)

    def _read_together(self, wheels: Sequence[Wheel]) -> list[Evidence | None]:
        if not wheels:
            return []
        self._until = self._until or time.monotonic() + _SECONDS
        names = ", ".join(f"{wheel.name} {wheel.version}" for wheel in wheels)
        self._say(f"Read the files of {names}", True)
        return list(side_by_side(self._read_files, wheels, _AT_ONCE))

    def _read_files(self, wheel: Wheel) -> Evidence | None:
        if wheel.size > min(self._bytes_left, _LARGEST_WHEEL) or time.monotonic() > self._until:
            return None
        try:
            link = self._addressed(wheel)
            session = self._pages.session_for(link.url)
            with RemoteFile(session, link.url, link.filename, limit=_LARGEST_WHEEL) as remote:
                self._bytes_left -= remote.size
                audit = audit_file(io.BufferedReader(remote, _BUFFER), link.filename, False)
        except PidoctorError:
            return None  # it stays claimed by its tag, which the plan says
        found = summary(encode(audit))
        self._store.put("evidence", wheel.sha256, found)
        return read_document(Evidence, found, wheel.filename)


def _why_nothing(page: IndexPage) -> str:
    if page.unhashed:
        return "your package index gives no SHA-256 for its files, so they are not trusted"
    return "your package index has no file of it that can be installed"


def _with(project: IndexedProject, sha256: str, instead: Wheel | None) -> IndexedProject:
    """The package with another wheel in the place of the one that has this hash, or with none."""
    changed = (instead if wheel.sha256 == sha256 else wheel for wheel in project.wheels)
    return replace(project, by_version=newest_first(filter(None, changed)))
