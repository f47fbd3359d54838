"""The catalogue of troubles as a page, and each of them as a page of its own."""

from __future__ import annotations

from pidoctor.catalog.troubles import Trouble, load_troubles
from pidoctor.report.document import Document, Mark, Notice, Section, Table, Text

# How most people call them; triage and check fill in what they have seen.
_USUAL = {"python": "python3", "pip": "python3 -m pip", "venv": ".venv"}
TITLE = "Troubles, and what helps"


def listing() -> Document:
    """Every trouble by its id; the id is what the other pages and messages name it by."""
    rows = tuple((each.id, each.title) for each in load_troubles().values())
    told = "One of them in full: pidoctor help ID. The cause of a failure: pidoctor triage LOG."
    return (Section("", (Text(told), Table(rows))),)


def whole() -> Document:
    """All of them in full."""
    return (Section("", tuple(map(_notice, load_troubles().values()))),)


def one(name: str) -> Document | None:
    """One trouble in full; None where the catalogue has no such id."""
    trouble = load_troubles().get(name)
    return None if trouble is None else (Section("", (_notice(trouble),)),)


def names() -> tuple[str, ...]:
    return tuple(load_troubles())


def _notice(trouble: Trouble) -> Notice:
    general = any(not advice.when for advice in trouble.remedies)
    remedy = trouble.remedy({}, _USUAL) if general else None
    return Notice(
        Mark.NOTE,
        trouble.explanation,
        remedy=remedy.text if remedy else "",
        commands=remedy.commands if remedy else (),
        more=(trouble.source,) if trouble.source else (),
        title=trouble.id,
        aside=trouble.title,
    )
