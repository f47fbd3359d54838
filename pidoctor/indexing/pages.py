"""Index pages as lists of links, for the wheels that fit a machine of the scope."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any, TypeVar

from packaging.version import Version

from pidoctor.errors import CouldNotCheckError
from pidoctor.indexing.links import Link, said_by
from pidoctor.indexing.local_files import folder_of, in_folder
from pidoctor.indexing.patient_session import PatientSession, answered
from pidoctor.indexing.project_page import OfferedFile, default_index, files_of, of_html
from pidoctor.indexing.scope import Scope
from pidoctor.probe.pip_settings import Source
from pidoctor.urls import split_address

T = TypeVar("T")
R = TypeVar("R")
_LONGEST_REASON = 200
LINKS = "links"  # the name of a Source that is an address of --find-links
_LINUX = re.compile(r"(?:manylinux\d+|(?:many|musl)linux_\d+_\d+|linux)_([a-z0-9_]{1,12})")


@dataclass(frozen=True)
class IndexPage:
    """What one index says about one package."""

    links: tuple[Link, ...]  # wheels that fit some machine and Python of the scope
    published: Mapping[str, str]  # version -> platforms and Pythons in words
    exists: bool = True
    sources: tuple[Link, ...] = ()  # archives that pip can build
    unhashed: bool = False  # it has files without a SHA-256, which are left out


class PageReader:
    """Reads the pages of the configured sources; one page is fetched once."""

    def __init__(self, session: PatientSession, sources: tuple[Source, ...], scope: Scope) -> None:
        self.session = session
        self._sources = sources
        self._scope = scope
        self._pages: dict[str, IndexPage] = {}

    def prefetch(self, names: Iterable[str]) -> None:
        """Fetches the pages of ``names`` side by side; what fails is asked for again when used."""
        for _ in side_by_side(self._tried, names):
            pass

    def _tried(self, name: str) -> None:
        with suppress(CouldNotCheckError):
            self.page(name)

    def page(self, name: str) -> IndexPage:
        """The links of ``name`` over all sources; raises :class:`CouldNotCheckError`."""
        if name not in self._pages:
            # Of two files with one name the first source's is the one, as for pip.
            by_name: dict[str, Link] = {}
            every: list[OfferedFile] = []
            for source in self._sources:
                found = offered(self.session, source, name)
                every += found
                for link in filter(None, (_link(item, _told(source)) for item in found)):
                    by_name.setdefault(link.filename, link)
            wheels = [link for link in by_name.values() if link.tags]
            fitting = tuple(link for link in wheels if link.coverage(self._scope))
            self._pages[name] = IndexPage(
                fitting,
                publications(wheels),
                exists=bool(every),
                sources=tuple(link for link in by_name.values() if not link.tags),
                unhashed=any(not item.digests.get("sha256") for item in every),
            )
        return self._pages[name]


def offered(session: PatientSession, source: Source, name: str) -> list[OfferedFile]:
    """The files that one source has of a package; raises :class:`CouldNotCheckError`."""
    if source.name == LINKS:
        return _linked(session, source.url or "", name)
    index = source.url or default_index()
    with answered(f"{name}: no answer from the {source.name}"):
        found = files_of(session, index, name)
    return [item for item in found if _is_local(index) or not _is_local(item.url)]


def _linked(session: PatientSession, address: str, name: str) -> list[OfferedFile]:
    """The files of a package in a folder of wheels, or on a page of links (--find-links)."""
    if address.partition("#")[0].endswith(".whl"):
        return []  # a file that was named, which is read by itself
    folder = folder_of(address)
    if folder is not None:
        return list(in_folder(folder, name))
    if not _is_local(address) and split_address(address).scheme not in ("http", "https"):
        return []  # a folder that is not there; pip passes over it too
    with answered(f"{name}: no answer from a page of links"):
        answer = session.get(address)
        found = of_html(answer.text, address) if answer.ok else []
    return [
        item
        for item in found
        if (said_by(item.filename) or ("",))[0] == name
        if _is_local(address) or not _is_local(item.url)
    ]


def _is_local(url: str) -> bool:
    return split_address(url).scheme.lower() == "file"


def publications(links: list[Link]) -> dict[str, str]:
    """For each final version, in words, the platforms and CPythons that it has wheels for."""
    seen: dict[Version, dict[str, set[int]]] = {}
    for link in links:
        for tag in () if link.version.is_prerelease else link.tags:
            minor = _minor(tag.interpreter)
            if minor is not None:
                places = seen.setdefault(link.version, {})
                places.setdefault(_place(tag.platform), set()).add(minor)
    return {str(version): _in_words(places) for version, places in sorted(seen.items())}


def _in_words(places: dict[str, set[int]]) -> str:
    """Linux first, with its Pythons: "Linux x86-64 with Python 3.5-3.8, Windows"."""
    linux = sorted(place for place in places if place.startswith("Linux"))
    others = sorted(place for place in places if not place.startswith("Linux"))
    return ", ".join([f"{place} with Python {_span(places[place])}" for place in linux] + others)


def _span(minors: set[int]) -> str:
    first, last = min(minors), max(minors)
    return f"3.{first}" if first == last else f"3.{first}-3.{last}"


def _minor(interpreter: str) -> int | None:
    digits = interpreter[3:]
    return int(digits) if interpreter.startswith("cp3") and digits.isdigit() else None


def _place(platform: str) -> str:
    if platform.startswith("win"):
        return "Windows"
    if platform.startswith("macosx"):
        return "macOS"
    machine = _LINUX.fullmatch(platform)
    return f"Linux {machine[1].replace('x86_64', 'x86-64')}" if machine else "other systems"


def _told(source: Source) -> str:
    """Where a plan says that a wheel is from: a page of links is the user's own index too."""
    return "index" if source.name == LINKS else source.name


def _link(package: OfferedFile, source: str) -> Link | None:
    sha256 = package.digests.get("sha256")
    if not sha256 or not said_by(package.filename):
        return None
    yanked = "" if package.yanked is None else _printable(package.yanked or "yanked")
    return Link(
        package.filename,
        sha256=sha256,
        requires_python=package.requires_python,
        yanked=yanked,
        size=package.size,
        source=source,
        url=package.url,
        has_metadata=package.has_metadata,
    )


def _printable(reason: str) -> str:
    """A reason that someone wrote, as one line of bounded length."""
    kept = "".join(letter if letter.isprintable() else " " for letter in reason[:_LONGEST_REASON])
    return " ".join(kept.split()) or "yanked"


def _cancel(made: Iterable[tuple[Future[Any], Any]]) -> None:
    for future, _ in made:
        future.cancel()


def side_by_side(work: Callable[[T], R], items: Iterable[T], count: int = 8) -> Iterator[R]:
    """What ``work`` makes of each item, in their order, by so many threads.

    After an error what is under way is waited for, the rest is left. Ctrl-C waits for nothing,
    wherever it comes: also in the body of the loop, which then closes this.
    """
    made: list[tuple[Future[R], T]] = [(Future(), item) for item in items]
    left = iter(made)

    def serve() -> None:
        for future, item in left:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work(item))
                except BaseException as error:
                    future.set_exception(error)

    threads = [Thread(target=serve, daemon=True) for _ in made[:count]]
    try:
        for thread in threads:
            thread.start()
        for future, _ in made:
            yield future.result()
    except Exception:
        _cancel(made)
        for thread in threads:
            thread.join()
        raise
    finally:
        _cancel(made)
