"""One resolution, and one folder of wheels, for each kind of board."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pidoctor.errors import CouldNotCheckError, PidoctorError, UsageError
from pidoctor.fleet.asking import Asker
from pidoctor.fleet.documents import Document, reason
from pidoctor.fleet.judging import Probe, bare
from pidoctor.fleet.report import FleetUnread
from pidoctor.profile.fingerprint import Fingerprint, fingerprint
from pidoctor.profile.profile import Profile
from pidoctor.report.text import one_line
from pidoctor.resolve.plan import Plan, Resolution

SCHEMA = "pidoctor-fleet-plan/1"
FILE = "plan.json"
Fetch = Callable[[Plan, str, Path], object]  # plan, version of Python, folder


class BoardKind(NamedTuple):
    """Boards that are the same to a wheel, and the answer for all of them; ``error`` is why not.

    Where there is a plan and an error, its wheels could not be fetched.
    """

    id: str
    fingerprint: Fingerprint
    boards: tuple[str, ...]
    plan: Plan | None
    error: str = ""

    @property
    def status(self) -> str:
        return "impossible" if self.plan is None else "not-fetched" if self.error else "plan"

    @property
    def summary(self) -> str:
        return self.error or (self.plan.summary if self.plan else "")


@dataclass(frozen=True)
class FleetPlan:
    """The kinds, and the documents that could not be read."""

    kinds: tuple[BoardKind, ...]
    unread: tuple[FleetUnread, ...]

    def to_json(self) -> dict[str, Any]:
        """As it is kept in a file: what an engine needs to bring each board its wheels."""
        return {
            "schema": SCHEMA,
            "kinds": {
                kind.id: {
                    "fingerprint": kind.fingerprint._asdict(),
                    "status": kind.status,
                    "summary": kind.summary,
                }
                for kind in self.kinds
            },
            "boards": {board: kind.id for kind in self.kinds for board in kind.boards},
        }


def make_plan(
    documents: Iterable[Document], probe: Probe, asker: Asker, fetch: Fetch, folder: Path
) -> FleetPlan:
    """Group captures by fingerprint, resolve once for each, and fetch its wheels into ``folder``.

    Each kind has a folder of its own there, named by its id. A document that is no capture, or
    wheels that cannot be had, stop nothing.
    """
    boards: dict[Fingerprint, list[str]] = {}
    machines: dict[Fingerprint, Profile] = {}
    unread: list[FleetUnread] = []
    for document in documents:
        try:
            profile = bare(_machine(document, probe))
        except Exception as error:  # of any kind: the other boards are planned for all the same
            unread.append(FleetUnread(document.source, reason(error)))
            continue
        found = fingerprint(profile)
        machines.setdefault(found, profile)
        boards.setdefault(found, []).append(document.board)
    kinds = (_kind(found, tuple(names), machines[found], asker) for found, names in boards.items())
    fetched = tuple(_fetched(kind, machines[kind.fingerprint], fetch, folder) for kind in kinds)
    return FleetPlan(fetched, tuple(unread))


def _fetched(kind: BoardKind, machine: Profile, fetch: Fetch, folder: Path) -> BoardKind:
    if kind.plan is None:
        return kind
    try:
        fetch(kind.plan, machine.python.version.or_else(""), folder / kind.id)
    except CouldNotCheckError as error:
        return kind._replace(error=reason(error))
    return kind


def _machine(document: Document, probe: Probe) -> Profile:
    if document.error:
        raise UsageError(document.error)
    return probe(document)


def _kind(found: Fingerprint, boards: tuple[str, ...], machine: Profile, asker: Asker) -> BoardKind:
    name = hashlib.sha256(json.dumps(list(found)).encode()).hexdigest()[:12]
    try:
        resolution: Resolution = asker.resolve(machine)
    except PidoctorError as error:
        return BoardKind(name, found, boards, None, reason(error))
    if isinstance(resolution, Plan):
        return BoardKind(name, found, boards, resolution)
    return BoardKind(name, found, boards, None, one_line(resolution.message, 300))
