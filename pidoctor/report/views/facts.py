"""Every fact of a machine with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from pidoctor.envelope import Result
from pidoctor.profile.environment import Damage, Environment
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Accelerator, Index, Profile
from pidoctor.report.document import FAINT, PLAIN, Detail, Piece, Section, Table, Words
from pidoctor.units import count, memory, moment, pages, size

_SIZES = {"memory", "total", "available", "swap", "zram", "target_free", "temp_free"}
_SENTENCES = ("accelerators", "indexes", "damages")
_TITLES = {"cpu": "Processor"}


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """With VERBOSE, the facts section by section."""
    if result.profile is not None and detail is Detail.VERBOSE:
        yield from every_fact(result.profile)


def every_fact(profile: Profile) -> Iterator[Section]:
    """A section for each part of the profile, and one for the facts that stand alone."""
    alone: list[tuple[str, Fact[object]]] = []
    for field in fields(profile):
        part = getattr(profile, field.name)
        if isinstance(part, Fact):
            alone.append((field.name, part))
        elif is_dataclass(part) and _looked_at(part):
            title = _TITLES.get(field.name, field.name.capitalize())
            facts = [(f.name, getattr(part, f.name)) for f in fields(part)]
            rows = tuple(_row(name, fact) for name, fact in facts if isinstance(fact, Fact))
            if rows:
                yield Section(title, (Table(rows),))
    rows = tuple(_row(name, fact) for name, fact in alone)
    yield Section("Accelerators and indexes", (Table(rows),))


def _looked_at(part: object) -> bool:
    """A machine of which only the system is known has no environment to tell about."""
    return not isinstance(part, Environment) or part.folder.is_known


def _row(name: str, fact: Fact[object]) -> tuple[Words, ...]:
    return [(name.replace("_", " "), FAINT)], list(_spelled_out(name, fact))


def _spelled_out(name: str, fact: Fact[object]) -> Iterator[Piece]:
    if fact.value is None:
        reason = f": {fact.detail}" if fact.detail else ""
        yield (f"{fact.state.value}{reason}", FAINT)
    else:
        yield (spelled(name, fact.value), PLAIN)
    if fact.source:
        yield (f"  [{fact.source}]", FAINT)


def spelled(name: str, value: object) -> str:
    """The value of the fact ``name`` in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return _number(name, value)
    if isinstance(value, float):
        return moment(value)  # the only ones are those of the clock
    if isinstance(value, tuple):
        return _several(name, value)
    if isinstance(value, dict):
        return count(len(value), "package")  # each by name in the JSON
    return str(value)


def _number(name: str, value: int) -> str:
    if name in _SIZES:
        return memory(value) if name in ("memory", "total") else size(value)
    if name == "page_size":
        return pages(value)
    return f"{value:04x}" if name == "revision" else str(value)


def _several(name: str, values: tuple[object, ...]) -> str:
    if name == "installed":
        return count(len(values), "package")  # each by name in the JSON
    if not values:
        return {"accelerators": "none seen", "indexes": "none configured"}.get(name, "none")
    between = "; " if name in _SENTENCES else " "
    return between.join(map(_one, values))


def _one(value: object) -> str:
    if isinstance(value, Damage):
        return f"{value.name}: {value.detail}"
    if isinstance(value, Accelerator):
        lacks = f" Missing: {', '.join(value.missing)}." if value.seen and value.missing else ""
        return f"{value.name}: {value.note}{lacks}"
    return value.url if isinstance(value, Index) else str(value)
