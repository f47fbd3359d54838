"""The dependency tree of the packages asked for: which versions and wheels the index holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pidoctor.decoding import encode
from pidoctor.indexing.index_changes import ReadingLog
from pidoctor.indexing.links import Coverage, Link, accepted_pythons, merge
from pidoctor.indexing.metadata import WheelMetadata, fetch_metadata
from pidoctor.indexing.pages import PageReader, side_by_side
from pidoctor.indexing.pruning import Prunable, admits, prune
from pidoctor.indexing.scope import Scope
from pidoctor.platforms.pep440 import valid_bound

Progress = Callable[[str, int, int], None]  # what is read, how much is done, how much there is


@dataclass
class Demand:
    """What the tree asks of one package."""

    specifiers: set[str] = field(default_factory=set)
    extras: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class IndexedRelease:
    """One version that the index holds: its wheels, each with its metadata where it was read."""

    version: Version
    requires_python: str
    requires_dist: tuple[str, ...]  # those that can apply within the scope
    links: tuple[Link, ...]
    metadata: Mapping[str, WheelMetadata]  # by sha256


@dataclass(frozen=True)
class Selection:
    """The releases of one package, and what decided that the others are left out.

    ``offered`` are the names of all wheels that the sources have for a machine of the scope.
    """

    name: str
    releases: tuple[IndexedRelease, ...]
    left_out: tuple[str, ...]
    pythons: tuple[str, ...]  # for which nothing is left out that matters
    demand: Demand
    published: Mapping[str, str]
    offered: frozenset[str]


class Tree:
    """Follows requirements from the packages of the scope until nothing new turns up."""

    def __init__(
        self,
        scope: Scope,
        pages: PageReader,
        journal: ReadingLog,
        old: Mapping[str, Mapping[str, Any]],
        progress: Progress,
    ) -> None:
        self._scope = scope
        self._pages = pages
        self._journal = journal
        self._old = old
        self._progress = progress
        self._remembered: dict[str, Mapping[str, WheelMetadata]] = {}

    def grow(self) -> dict[str, Selection]:
        """Every package of the tree with the versions that matter."""
        demands = {name: Demand({""}) for name in self._scope.requested}
        chosen: dict[str, Selection] = {}
        waiting = list(demands)
        while waiting:
            name = waiting.pop(0)
            chosen[name] = self._select(name, demands[name])
            for changed in self._spread(chosen[name], demands):
                if changed not in waiting:
                    waiting.append(changed)
        return chosen

    def _spread(self, selection: Selection, demands: dict[str, Demand]) -> Iterable[str]:
        """Adds what the selection requires to ``demands``; yields the packages it concerns."""
        lines = {
            line
            for release in selection.releases
            for line in (
                *release.requires_dist,
                *(item for read in release.metadata.values() for item in read.requires_dist),
            )
        }
        for line in sorted(lines):
            if not self._scope.active(line, frozenset(selection.demand.extras)):
                continue
            requirement = Requirement(line)
            name = canonicalize_name(requirement.name)
            demand = demands.setdefault(name, Demand())
            before = (len(demand.specifiers), len(demand.extras))
            demand.specifiers.add(str(requirement.specifier))
            demand.extras.update(requirement.extras)
            if before != (len(demand.specifiers), len(demand.extras)):
                yield name

    def _select(self, name: str, demand: Demand) -> Selection:
        page = self._pages.page(name)
        requested = name in self._scope.requested
        versions: dict[Version, list[Link]] = {}
        wanted = [SpecifierSet(text) for text in sorted(demand.specifiers)]
        nightly = name in self._scope.nightly
        newest = _newest(page.links, nightly) if name in self._scope.prereleases else None
        for link in page.links:
            if (requested and _wanted_release(link.version, newest)) or (
                not requested
                and not link.yanked
                and any(admits(item, link.version) for item in wanted)
            ):
                versions.setdefault(link.version, []).append(link)
        known_losers = self._known_losers(name, demand, versions)
        releases = self._read(name, versions, demand, skip=known_losers)
        if requested or name in self._scope.unpruned:
            kept = set(releases)
        else:
            kept = prune((_candidate(item, self._scope) for item in releases.values()), wanted)
        return Selection(
            name=name,
            releases=tuple(releases[version] for version in sorted(kept)),
            left_out=tuple(str(version) for version in sorted(set(versions) - kept)),
            pythons=self._scope.pythons,
            demand=demand,
            published=page.published if requested else {},
            offered=frozenset(link.filename for link in page.links),
        )

    def _known_losers(
        self, name: str, demand: Demand, versions: Mapping[Version, Any]
    ) -> set[Version]:
        """Versions that an earlier run left out for reasons that still hold: not read again.

        With another Python in the scope they do not: an older version may be the newest for it.
        """
        old = self._old.get(name, {})
        selection = old.get("selection")
        if not selection or name in self._scope.requested:
            return set()
        if not (
            set(self._scope.pythons) <= set(selection.get("pythons", ()))
            and demand.specifiers <= set(selection["specifiers"])
            and demand.extras <= set(selection["extras"])
            and {Version(text) for text in old["versions"]} <= set(versions)
        ):
            return set()
        return {Version(text) for text in selection["left_out"]}

    def _read(
        self,
        name: str,
        versions: Mapping[Version, list[Link]],
        demand: Demand,
        skip: set[Version],
    ) -> dict[Version, IndexedRelease]:
        every = name in self._scope.requested
        wanted = [
            link
            for version, links in versions.items()
            if version not in skip
            for link in (links if every else sorted(links, key=lambda item: item.filename)[:1])
        ]
        reads: dict[str, WheelMetadata] = {}
        read = side_by_side(lambda link: self._metadata(name, link, demand), wanted)
        for done, (link, metadata) in enumerate(zip(wanted, read), start=1):
            reads[link.sha256] = metadata
            self._progress(name, done, len(wanted))
        return {
            version: self._release(version, links, reads, demand)
            for version, links in versions.items()
            if version not in skip
        }

    def _metadata(self, name: str, link: Link, demand: Demand) -> WheelMetadata:
        stored = self._journal.read(WheelMetadata, "metadata", link.sha256)
        if stored is not None:
            return stored
        known = self._known(name, demand).get(link.sha256)
        if known is not None:
            return known
        read = fetch_metadata(self._pages.session, link)
        self._journal.put("metadata", link.sha256, encode(read))
        return read

    def _known(self, name: str, demand: Demand) -> Mapping[str, WheelMetadata]:
        """What the old index file tells of each wheel; nothing when new extras are asked for."""
        old = self._old.get(name)
        if old is None or not demand.extras <= set(old["selection"]["extras"]):
            return {}
        if name not in self._remembered:
            self._remembered[name] = _metadata_of(old)
        return self._remembered[name]

    def _release(
        self,
        version: Version,
        links: list[Link],
        reads: Mapping[str, WheelMetadata],
        demand: Demand,
    ) -> IndexedRelease:
        extras = frozenset(demand.extras)
        own = {link.sha256: reads[link.sha256] for link in links if link.sha256 in reads}
        active = {
            key: WheelMetadata(
                read.size,
                read.requires_python,
                tuple(line for line in read.requires_dist if self._scope.active(line, extras)),
            )
            for key, read in own.items()
        }
        first = next(iter(active.values()))
        stated_needs = [read.requires_dist for read in active.values()]
        stated: str | None = next((link.requires_python for link in links), None)
        return IndexedRelease(
            version=version,
            requires_python=valid_bound(first.requires_python or stated or ""),
            requires_dist=max(sorted(set(stated_needs)), key=stated_needs.count),
            links=tuple(sorted(links, key=lambda link: link.filename)),
            metadata=active,
        )


def _newest(links: Iterable[Link], nightly: bool) -> Version | None:
    """The newest final release; of daily builds, which have none, the newest for Linux on ARM."""
    return max(
        (
            link.version
            for link in links
            if ("_aarch64" in link.filename if nightly else not link.version.is_prerelease)
        ),
        default=None,
    )


def _wanted_release(version: Version, newest: Version | None) -> bool:
    """Every final release; pre-releases of the ``newest`` one and of what comes after it.

    Of daily builds ``newest`` alone.
    """
    if not version.is_prerelease:
        return True
    if newest is not None and newest.is_prerelease:
        return version == newest
    return newest is not None and Version(version.base_version) >= newest


def _metadata_of(document: Mapping[str, Any]) -> dict[str, WheelMetadata]:
    return {
        wheel["sha256"]: WheelMetadata(
            wheel["size"],
            release["requires_python"],
            tuple(wheel.get("requires_dist", release["requires_dist"])),
        )
        for release in document["versions"].values()
        for wheel in release["wheels"]
    }


def _candidate(release: IndexedRelease, scope: Scope) -> Prunable:
    coverage: Coverage = {}
    for link in release.links:
        merge(coverage, link.coverage(scope))
    certain = accepted_pythons(release.requires_python, scope, every_patch=True)
    possible = accepted_pythons(release.requires_python, scope, every_patch=False)
    return Prunable(
        version=release.version,
        certain={key: level for key, level in coverage.items() if key[0] in certain},
        possible={key: level for key, level in coverage.items() if key[0] in possible},
        requires=frozenset(release.requires_dist),
    )
