"""Refreshing the index: read the pages, follow the requirements, write what changed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

from pidoctor.catalog.wheels import SCHEMA
from pidoctor.indexing.document import Document
from pidoctor.indexing.invariants import check, not_worse
from pidoctor.indexing.journal import Journal
from pidoctor.indexing.links import Link
from pidoctor.indexing.pages import PageReader
from pidoctor.indexing.remote import remote_size
from pidoctor.indexing.scope import Scope, load_scope
from pidoctor.indexing.sources import PipSettings, open_session, pip_settings
from pidoctor.indexing.tree import Progress, Release, Selection, Tree

_WORKERS = 8


@dataclass(frozen=True)
class Update:
    """What an update did: the new files, and the names of those that changed or went."""

    documents: Mapping[str, Document]
    changes: tuple[str, ...]  # one plain line each


def refresh(
    old: Mapping[str, Document],
    journal: Journal,
    *,
    settings: PipSettings | None = None,
    scope: Scope | None = None,
    today: str | None = None,
    progress: Progress = lambda _what, _done, _total: None,
) -> Update:
    """The index as the configured sources have it now, starting from ``old``.

    Only what ``old`` and ``journal`` do not hold is read. Raises
    :class:`~pidoctor.errors.CouldNotCheckError` when a source does not answer, and
    :class:`CatalogError` when the result breaks an invariant; nothing is written here.
    """
    settings = settings or pip_settings()
    scope = scope or load_scope()
    session = open_session(settings)
    pages = PageReader(session, settings.sources(), scope)
    chosen = Tree(scope, pages, session, journal, old, progress).grow()
    sizes = _sizes(session, journal, chosen.values(), old, progress)
    date = today or datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    documents = {
        name: _document(selection, sizes, date)
        for name, selection in sorted(chosen.items())
        if selection.releases
    }
    for name, document in documents.items():
        check(document)
        not_worse(document, old.get(name))
    return Update(documents, tuple(describe_changes(old, documents)))


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
        if parts:
            lines.append(f"{name}: {'; '.join(parts)}")
    return lines


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
    session: requests.Session,
    journal: Journal,
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
    with ThreadPoolExecutor(_WORKERS) as pool:
        asked = pool.map(
            lambda link: remote_size(session, link.url, link.filename), unknown.values()
        )
        for done, (sha256, size) in enumerate(zip(unknown, asked), start=1):
            journal.put("size", sha256, size)
            sizes[sha256] = size
            progress("sizes", done, len(unknown))
    return sizes


def _document(selection: Selection, sizes: Mapping[str, int], date: str) -> Document:
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "name": selection.name,
        "retrieved": date,
        "selection": {
            "specifiers": sorted(selection.demand.specifiers),
            "extras": sorted(selection.demand.extras),
            "left_out": list(selection.left_out),
        },
        "evidence": {},
        "versions": {
            str(release.version): _release(release, sizes) for release in selection.releases
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


def _release(release: Release, sizes: Mapping[str, int]) -> dict[str, Any]:
    return {
        "requires_python": release.requires_python,
        "requires_dist": list(release.requires_dist),
        "wheels": [_wheel(link, release, sizes) for link in release.links],
    }


def _wheel(link: Link, release: Release, sizes: Mapping[str, int]) -> dict[str, Any]:
    wheel: dict[str, Any] = {
        "file": link.filename,
        "sha256": link.sha256,
        "size": sizes[link.sha256],
    }
    if link.yanked:
        wheel["yanked"] = link.yanked
    if link.source != "index":
        wheel["source"] = link.source
    read = release.metadata.get(link.sha256)
    if read is not None and read.requires_dist != release.requires_dist:
        wheel["requires_dist"] = list(read.requires_dist)
    return wheel
