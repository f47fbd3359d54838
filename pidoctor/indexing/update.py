"""Refreshing the index: read the pages, follow the requirements, write what changed."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pidoctor.catalog.location import cache_folder, open_index
from pidoctor.catalog.wheels import SCHEMA
from pidoctor.errors import CouldNotCheckError
from pidoctor.indexing.cache import load_documents, publish
from pidoctor.indexing.document import Document
from pidoctor.indexing.gather import Gathered, WheelReader, evidence_key, gather
from pidoctor.indexing.index_changes import ReadingLog
from pidoctor.indexing.index_folders import IndexedRelease, Progress, Selection, Tree
from pidoctor.indexing.invariants import check, not_worse, same_hashes
from pidoctor.indexing.links import Link
from pidoctor.indexing.pages import PageReader, side_by_side
from pidoctor.indexing.patient_session import PatientSession
from pidoctor.indexing.remote import remote_size
from pidoctor.indexing.scope import Scope, load_scope
from pidoctor.indexing.sources import open_session, pip_settings
from pidoctor.mutex import Lock, LockedError
from pidoctor.platforms.versions import newest
from pidoctor.probe.pip_settings import PipSettings
from pidoctor.value_rules import Amount

# Larger wheels (tensorflow's) are read only on request: they take minutes each on a slow line.
LARGEST = 100 << 20


@dataclass(frozen=True)
class Options:
    """What an update reads, and from where.

    ``largest`` is the size in bytes up to which wheels are read for evidence; those above it keep
    the evidence that they have. After ``seconds`` no further one is read: the next update goes on.
    """

    settings: PipSettings
    scope: Scope
    largest: int = LARGEST
    today: str = ""
    seconds: float = float("inf")

    @staticmethod
    def usual(largest: int = LARGEST, seconds: float = float("inf")) -> Options:
        """The scope of the shipped index, from the sources of the user's pip configuration."""
        return Options(pip_settings(), load_scope(), largest, seconds=seconds)


@dataclass(frozen=True)
class Refreshed:
    """The index files as the sources have them now, and what that changes, one line each.

    ``left`` is how many wheels there was no time to read.
    """

    documents: Mapping[str, Document]
    changes: tuple[str, ...]
    left: int = 0


@dataclass(frozen=True)
class Updated:
    """A finished update of the user's index."""

    folder: Path
    changes: tuple[str, ...]
    packages: Amount
    left: Amount = 0


def update(
    cache: Path | None = None,
    options: Options | None = None,
    progress: Progress = lambda _what, _done, _total: None,
    shipped: Path | None = None,
) -> Updated:
    """Refreshes the user's own index, starting from the one in use.

    An interrupted update goes on where it stopped; whatever goes wrong, the index in use stays as
    it was. Raises :class:`~pidoctor.errors.CouldNotCheckError` when a source does not answer or
    another update is running, :class:`CatalogError` when what came is no sound index.
    """
    cache = cache_folder() if cache is None else cache
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with Lock(cache / "update.lock", "`pidoctor index update`"):
            index = open_index(cache, shipped)
            journal = ReadingLog(cache / "journal.jsonl")
            fresh = refresh(
                load_documents(index.folder), journal, options or Options.usual(), progress
            )
            folder = publish(cache, fresh.documents)
            if not fresh.left:
                journal.remove()
            return Updated(folder, fresh.changes, len(fresh.documents), fresh.left)
    except LockedError as error:
        raise CouldNotCheckError(str(error)) from None
    except OSError as error:
        raise CouldNotCheckError(f"{cache}: cannot be written ({error.strerror})") from error


def refresh(
    old: Mapping[str, Document],
    journal: ReadingLog,
    options: Options,
    progress: Progress = lambda _what, _done, _total: None,
) -> Refreshed:
    """The index as the configured sources have it now, starting from ``old``.

    Only what ``old`` and ``journal`` do not hold is read; nothing is written. Raises as
    :func:`update` does.
    """
    end = time.monotonic() + options.seconds
    session = open_session(options.settings)
    scope = options.scope
    pages = PageReader(session, options.settings.sources(), scope)
    pages.prefetch(old)
    chosen = Tree(scope, pages, journal, old, progress).grow()
    for name, selection in chosen.items():
        if name not in scope.nightly:  # daily builds are removed again by their makers
            not_worse(name, selection.offered, old.get(name))
    sizes = _sizes(session, journal, chosen.values(), old, progress)
    reader = WheelReader(session, journal, options.largest, progress, end)
    evidence = {
        name: gather(chosen[name], mode, sizes, old.get(name), reader)
        for name, mode in scope.evidence_modes(chosen)
    }
    nothing = Gathered({}, frozenset())
    date = options.today or datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    documents = {
        name: _document(selection, sizes, evidence.get(name, nothing), date)
        for name, selection in sorted(chosen.items())
        if selection.releases
    }
    for name, document in documents.items():
        check(document)
        same_hashes(name, document, old.get(name))
    return Refreshed(documents, tuple(describe_changes(old, documents)), len(reader.left))


def describe_changes(old: Mapping[str, Document], new: Mapping[str, Document]) -> list[str]:
    """What is new, changed or gone, one line per package; empty when nothing is."""
    lines = []
    for name in sorted(set(old) | set(new)):
        before, after = _wheels(old.get(name)), _wheels(new.get(name))
        added, gone = sorted(set(after) - set(before)), sorted(set(before) - set(after))
        changed = [file for file in after if file in before and before[file] != after[file]]
        parts = [
            f"{len(files)} {word} ({', '.join(files[:3])}{', ...' if len(files) > 3 else ''})"
            for files, word in ((added, "new"), (gone, "gone"), (changed, "changed"))
            if files
        ]
        if added and name in old and _glibc(old[name]) != _glibc(new[name]):
            parts.append(f"the newest version needs glibc {_glibc(new[name])}")
        if parts:
            lines.append(f"{name}: {'; '.join(parts)}")
    return lines


def _glibc(document: Document) -> str:
    """The glibc without which the newest version is not imported, as far as it was read."""
    wheels = list(document["versions"].values())[-1]["wheels"]
    keys = {wheel["evidence"] for wheel in wheels if "evidence" in wheel}
    libraries = (row for key in keys for row in document["evidence"][key]["libraries"])
    return newest(*(row["glibc"] for row in libraries if row["required"]))


def _wheels(document: Document | None) -> dict[str, Any]:
    if document is None:
        return {}
    return {
        wheel["file"]: (
            wheel,
            release["requires_python"],
            release["requires_dist"],
            document["evidence"].get(wheel.get("evidence")),
        )
        for release in document["versions"].values()
        for wheel in release["wheels"]
    }


def _sizes(
    session: PatientSession,
    journal: ReadingLog,
    selections: Iterable[Selection],
    old: Mapping[str, Document],
    progress: Progress,
) -> dict[str, int]:
    """The size of every wheel, by sha256; asked from the server only where nothing told it."""
    sizes = {
        wheel["sha256"]: wheel["size"]
        for document in old.values()
        for release in document["versions"].values()
        for wheel in release["wheels"]
    }
    unknown: dict[str, Link] = {}
    for selection in selections:
        for release in selection.releases:
            for link in release.links:
                read = release.metadata.get(link.sha256)
                size = link.size or (read.size if read else 0) or journal.get("size", link.sha256)
                if size:
                    sizes[link.sha256] = size
                elif link.sha256 not in sizes:
                    unknown[link.sha256] = link
    asked = side_by_side(lambda it: remote_size(session, it.url, it.filename), unknown.values())
    for done, (sha256, size) in enumerate(zip(unknown, asked), start=1):
        journal.put("size", sha256, size)
        sizes[sha256] = size
        progress("sizes", done, len(unknown))
    return sizes


def _document(
    selection: Selection, sizes: Mapping[str, int], gathered: Gathered, date: str
) -> Document:
    keys = {sha256: evidence_key(item) for sha256, item in gathered.evidence.items()}
    evidence = {keys[sha256]: item for sha256, item in gathered.evidence.items()}
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "name": selection.name,
        "retrieved": date,
        "selection": {
            "specifiers": sorted(selection.demand.specifiers),
            "extras": sorted(selection.demand.extras),
            "left_out": list(selection.left_out),
            "pythons": list(selection.pythons),
        },
        "evidence": dict(sorted(evidence.items())),
        "versions": {
            str(release.version): {
                "requires_python": release.requires_python,
                "requires_dist": list(release.requires_dist),
                "wheels": [
                    {
                        "file": link.filename,
                        "sha256": link.sha256,
                        "size": sizes[link.sha256],
                        **_evidence(link, keys, gathered.read),
                        **_particulars(link, release),
                    }
                    for link in release.links
                ],
            }
            for release in selection.releases
        },
    }
    others = {
        version: words
        for version, words in selection.published.items()
        if version not in document["versions"]
    }
    if others:
        document["other_versions"] = others
    return document


def _evidence(link: Link, keys: Mapping[str, str], read: Set[str]) -> dict[str, Any]:
    if link.sha256 not in keys:
        return {}
    return {"evidence": keys[link.sha256], **({} if link.sha256 in read else {"sibling": True})}


def _particulars(link: Link, release: IndexedRelease) -> dict[str, Any]:
    """What sets a wheel apart from the others of its release."""
    found: dict[str, Any] = {}
    if link.yanked:
        found["yanked"] = link.yanked
    if link.source != "index":
        found["source"] = link.source
    metadata = release.metadata.get(link.sha256)
    if metadata is not None and metadata.requires_dist != release.requires_dist:
        found["requires_dist"] = list(metadata.requires_dist)
    return found
