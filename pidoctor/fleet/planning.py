"""One resolution, and one folder of wheels, for each kind of board."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pidoctor.errors import PidoctorError, UsageError
from pidoctor.fleet.judging import Answer, Probe, bare
from pidoctor.fleet.reading import Document, reason
from pidoctor.fleet.report import FleetUnread
from pidoctor.profile.fingerprint import Fingerprint, fingerprint, to_json
from pidoctor.profile.profile import Profile
from pidoctor.report.text import one_line
from pidoctor.resolve.plan import Plan, Resolution

SCHEMA = "pidoctor-fleet-plan/1"
FILE = "plan.json"
Fetch = Callable[[Plan, str, Path], object]  # plan, version of Python, folder


class BoardKind(NamedTuple):
    """Boards that are the same to a wheel, and the answer for all of them; ``error`` is why not."""

    id: str
    fingerprint: Fingerprint
    boards: tuple[str, ...]
    plan: Plan | None
    error: str = ""

    @property
    def summary(self) -> str:
        return self.plan.summary if self.plan else self.error


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
                    "fingerprint": to_json(kind.fingerprint),
                    "status": "plan" if kind.plan else "impossible",
                    "summary": kind.summary,
                }
                for kind in self.kinds
            },
            "boards": {board: kind.id for kind in self.kinds for board in kind.boards},
        }


def make_plan(
    documents: Iterable[Document], probe: Probe, answer: Answer, fetch: Fetch, folder: Path
) -> FleetPlan:
    """Group captures by fingerprint, resolve once for each, and fetch its wheels into ``folder``.

    Each kind has a folder of its own there, named by its id. A document that is no capture stops
    nothing; a download that fails does.
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
    kinds = tuple(
        _kind(found, tuple(names), machines[found], answer) for found, names in boards.items()
    )
    for kind in kinds:
        if kind.plan is not None:
            python = machines[kind.fingerprint].python.version.or_else("")
            fetch(kind.plan, python, folder / kind.id)
    return FleetPlan(kinds, tuple(unread))


def _machine(document: Document, probe: Probe) -> Profile:
    if document.error:
        raise UsageError(document.error)
    return probe(document)


def _kind(
    found: Fingerprint, boards: tuple[str, ...], machine: Profile, answer: Answer
) -> BoardKind:
    name = hashlib.sha256(json.dumps(list(found)).encode()).hexdigest()[:12]
    try:
        resolution: Resolution = answer(machine)
    except PidoctorError as error:
        return BoardKind(name, found, boards, None, reason(error))
    if isinstance(resolution, Plan):
        return BoardKind(name, found, boards, resolution)
    return BoardKind(name, found, boards, None, one_line(resolution.message, 300))
