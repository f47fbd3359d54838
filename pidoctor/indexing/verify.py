"""Checking the index against its sources: the hashes of all wheels, the evidence of some."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pidoctor.catalog.wheels import Evidence, Wheel, WheelsIndex, read_document
from pidoctor.decoding import encode
from pidoctor.errors import UsageError
from pidoctor.evidence.audit import audit_file
from pidoctor.evidence.index_evidence import summary
from pidoctor.indexing.index_folders import Progress
from pidoctor.indexing.links import Link
from pidoctor.indexing.pages import PageReader
from pidoctor.indexing.remote import download
from pidoctor.indexing.scope import load_scope
from pidoctor.indexing.sources import open_session, pip_settings
from pidoctor.probe.pip_settings import PipSettings
from pidoctor.value_rules import Amount

_SOURCES = {"index": "the package index", "piwheels": "piwheels"}


@dataclass(frozen=True)
class Verification:
    """What was compared, and a sentence for each thing that is not as the index says."""

    hashes_checked: Amount
    wheels_read: Amount
    problems: tuple[str, ...]


def verify(
    index: WheelsIndex,
    *,
    sample: int | None = 5,
    seed: int = 0,
    settings: PipSettings | None = None,
    progress: Progress = lambda _what, _done, _total: None,
) -> Verification:
    """Compares every hash with the index pages, and reads ``sample`` wheels (None: all) again.

    The wheels read are those that evidence was read from. Raises
    :class:`~pidoctor.errors.CouldNotCheckError` when a source does not answer.
    """
    settings = settings or pip_settings()
    session = open_session(settings)
    pages = PageReader(session, settings.sources(), load_scope())
    problems: list[str] = []
    links: dict[str, Link] = {}
    wheels: list[Wheel] = []
    names = index.names()
    pages.prefetch(names)
    for done, name in enumerate(names, start=1):
        project = index.project(name)
        offered = {(link.source, link.filename): link for link in pages.page(name).links}
        for wheel in project.wheels if project else ():
            wheels.append(wheel)
            problems += _compare(wheel, offered.get((wheel.source, wheel.filename)))
        links.update({link.filename: link for link in offered.values()})
        progress("pages", done, len(names))
    chosen = _chosen([wheel for wheel in wheels if wheel.filename in links], sample, seed)
    for done, wheel in enumerate(chosen, start=1):
        with tempfile.TemporaryFile() as file:
            link = links[wheel.filename]
            sha256 = download(session, link.url, link.filename, file, wheel.size)
            problems += _reread(wheel, sha256, file)
        progress("wheels", done, len(chosen))
    return Verification(len(wheels), len(chosen), tuple(problems))


def _compare(wheel: Wheel, link: Link | None) -> Iterator[str]:
    if link is None:
        yield f"{wheel.filename}: no longer offered by {_SOURCES[wheel.source]}"
    elif link.sha256 != wheel.sha256:
        yield f"{wheel.filename}: {_SOURCES[wheel.source]} now states another hash"
    elif link.yanked and not wheel.yanked:
        yield f"{wheel.filename}: yanked since the index was made"


def _chosen(wheels: Sequence[Wheel], sample: int | None, seed: int) -> list[Wheel]:
    readable = [
        wheel
        for wheel in wheels
        if wheel.evidence is not None and wheel.evidence.read_from == wheel.filename
    ]
    if sample is None or sample >= len(readable):
        return readable
    return random.Random(seed).sample(readable, sample)  # noqa: S311 - not for secrets


def _reread(wheel: Wheel, sha256: str, file: Any) -> Iterator[str]:
    if sha256 != wheel.sha256:
        yield f"{wheel.filename}: the server sent a file with another hash"
        return
    file.seek(0)
    try:
        found = _evidence(encode(audit_file(file, wheel.filename)))
    except UsageError as error:
        yield str(error)
        return
    if wheel.size != file.seek(0, 2):
        yield f"{wheel.filename}: is {file.tell()} bytes, not {wheel.size}"
    if found != wheel.evidence:
        yield f"{wheel.filename}: its files show other needs than the index says"


def _evidence(audit: Any) -> Evidence:
    return read_document(Evidence, summary(audit), "evidence")
