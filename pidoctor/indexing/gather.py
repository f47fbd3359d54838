"""Evidence for the wheels of the index: read once per wheel, kept in the journal, shared."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pidoctor.decoding import encode
from pidoctor.errors import CouldNotCheckError, PidoctorError
from pidoctor.evidence.audit import audit_file
from pidoctor.evidence.index_evidence import summary
from pidoctor.indexing.document import Document
from pidoctor.indexing.index_changes import ReadingLog
from pidoctor.indexing.index_folders import Progress, Selection
from pidoctor.indexing.links import Link
from pidoctor.indexing.patient_session import PatientSession
from pidoctor.indexing.remote import download

EVERY_WHEEL = "every wheel"


@dataclass(frozen=True)
class WheelReader:
    """Reads wheels up to ``largest`` bytes; larger ones keep the evidence they have.

    From ``end`` on (of time.monotonic) none is read any more; ``left`` are those of that time.
    """

    session: PatientSession
    journal: ReadingLog
    largest: int
    progress: Progress
    end: float = float("inf")
    left: list[Link] = field(default_factory=list)

    def stored(self, link: Link) -> Mapping[str, Any] | None:
        """The evidence of a wheel that was read before the update was interrupted, or None."""
        audit = self.journal.get("audit", link.sha256)
        return summary(audit) if audit and audit.get("libraries") else None

    def read(self, link: Link, size: int) -> Mapping[str, Any] | None:
        """The evidence of one wheel; None when it is too large, is no sound wheel or is left."""
        if size <= self.largest and self.journal.get("audit", link.sha256) is None:
            if time.monotonic() > self.end:
                self.left.append(link)
                return None
            self.journal.put("audit", link.sha256, self._audit(link))
        return self.stored(link)

    def _audit(self, link: Link) -> Mapping[str, Any]:
        with tempfile.TemporaryFile() as file:
            if download(self.session, link.url, link.filename, file) != link.sha256:
                raise CouldNotCheckError(f"{link.filename}: is not what the index page promised")
            file.seek(0)
            try:
                evidence: Mapping[str, Any] = encode(audit_file(file, link.filename))
                return evidence
            except PidoctorError as error:
                return {"error": str(error)}


@dataclass(frozen=True)
class Gathered:
    """Evidence by sha256, and the sha256 of the wheels that it was really read from."""

    evidence: Mapping[str, Mapping[str, Any]]
    read: frozenset[str]


def gather(
    selection: Selection,
    mode: str,
    sizes: Mapping[str, int],
    old: Document | None,
    reader: WheelReader,
) -> Gathered:
    """Evidence for the wheels of one package that have ELF files.

    A wheel that was not read gets the evidence of one that was, of the same version and platform.
    """
    known = _known(old) if old else {}
    groups = _groups(selection)
    evidence: dict[str, Mapping[str, Any]] = {}
    read: set[str] = set()
    for done, group in enumerate(groups, start=1):
        shared: list[Mapping[str, Any]] = []
        for link in sorted(group, key=lambda link: link.sha256 not in known):
            own = reader.stored(link) or known.get(link.sha256)
            if own is None and (mode == EVERY_WHEEL or not shared):
                own = reader.read(link, sizes[link.sha256])
            if own is not None:
                same = next((item for item in shared if _alike(item, own)), None)
                shared += [] if same else [own]
                evidence[link.sha256] = same or own
                read.add(link.sha256)
        for link in group if shared else ():
            evidence.setdefault(link.sha256, shared[0])
        reader.progress(f"evidence of {selection.name}", done, len(groups))
    return Gathered(evidence, frozenset(read))


def evidence_key(evidence: Mapping[str, Any]) -> str:
    """A short name for a piece of evidence, made from its content."""
    text = json.dumps(evidence, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:10]


def _groups(selection: Selection) -> list[list[Link]]:
    """Wheels that one build made, for several Pythons; newest version and Python first.

    The same version and manylinux or musllinux platform. Plain linux wheels stand alone: piwheels
    builds each Python's on another Debian release, against that release's libraries. Within a
    version ARM comes first: if time runs out, what matters most has been read.
    """
    groups: dict[tuple[Any, str], list[Link]] = {}
    for release in reversed(selection.releases):
        for link in sorted(release.links, key=_arm_then_newest_python):
            python, platform = link.filename[: -len(".whl")].split("-", 2)[2].rsplit("-", 1)
            if platform != "any":
                build = f"{python}-{platform}" if platform.startswith("linux") else platform
                groups.setdefault((release.version, build), []).append(link)
    return list(groups.values())


def _arm_then_newest_python(link: Link) -> tuple[bool, int, str]:
    minors = [int(tag.interpreter[3:] or 0) for tag in link.tags if tag.interpreter[:3] == "cp3"]
    return "x86_64" in link.filename, -max(minors, default=0), link.filename


def _known(old: Document) -> dict[str, Mapping[str, Any]]:
    """What an earlier run read, by sha256; not what it took from a sibling, and not what a reader
    left out that knew less."""
    return {
        wheel["sha256"]: old["evidence"][wheel["evidence"]]
        for release in old["versions"].values()
        for wheel in release["wheels"]
        if "evidence" in wheel
        and not wheel.get("sibling")
        and not _outdated(old["evidence"][wheel["evidence"]])
    }


def _outdated(evidence: Mapping[str, Any]) -> bool:
    """Whether it was read before the levels of 32-bit ARM code were."""
    return any(
        row["machine"].startswith("armv") and "arm" not in row for row in evidence["libraries"]
    )


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    keys: Iterable[str] = ("numpy_api", "libraries")
    return all(_without_python(one[key]) == _without_python(other[key]) for key in keys)


def _without_python(value: Any) -> Any:
    """Rows without their paths, which hold the Python version (x.cpython-311-...so)."""
    if not isinstance(value, list):
        return value
    return [{key: item for key, item in row.items() if key != "path"} for row in value]
