"""How many rows of the ledger of proofs change an answer: ``python -m tests.oracle.ledger_effect``.

Each row is put before the resolver alone, and against no ledger, in the questions it can bear on:
its version of its runtime, with its Python, on every processor and system of its architecture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.ledger import Ledger, LedgerRun, shipped_ledger
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import Profile
from pidoctor.profile.target_names import all_names
from pidoctor.profile.variation import with_python
from pidoctor.resolve.plan import Plan
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve

DECIDES = "decides whether it runs"
WARNS = "adds a warning, or takes one away"
STRENGTHENS = "makes what was read or claimed proven"
NOTHING = "changes no answer"


class Answer(NamedTuple):
    """What a row can change of an answer."""

    files: tuple[str, ...] | None  # None where nothing fits
    notes: tuple[str, ...]
    rests_on: str


def effects(catalog: Catalog, rows: Iterable[LedgerRun]) -> Counter[str]:
    """How many of the rows have which effect; of several effects the greatest counts."""
    return Counter(_effect(catalog, row) for row in rows)


def _effect(catalog: Catalog, row: LedgerRun) -> str:
    found = {_difference(catalog, row, profile) for profile in _machines(row)}
    return next(
        kind for kind in (DECIDES, WARNS, STRENGTHENS, NOTHING) if kind in {*found, NOTHING}
    )


def _difference(catalog: Catalog, row: LedgerRun, profile: Profile) -> str:
    builds = (name for name, one in catalog.runtimes.items() if row.name in one.distributions)
    runtime = row.name if row.name in catalog.named else next(builds)
    text = f"{runtime}=={row.version}"
    without = _answer(replace(catalog, ledger=Ledger()), text, profile)
    given = _answer(replace(catalog, ledger=Ledger([row])), text, profile)
    if given.files != without.files:
        return DECIDES
    if given.notes != without.notes:
        return WARNS
    return STRENGTHENS if given.rests_on != without.rests_on else NOTHING


def _answer(catalog: Catalog, text: str, profile: Profile) -> Answer:
    try:
        answer = resolve(profile, parse_request(text, catalog), catalog)
    except CouldNotCheckError:
        return Answer(None, (), "")
    if not isinstance(answer, Plan):
        return Answer(None, (answer.message,), "")
    files = tuple(pin.wheel.filename if pin.wheel else pin.package for pin in answer.pins)
    return Answer(files, answer.notes, answer.rests_on)


def _machines(row: LedgerRun) -> Iterator[Profile]:
    for profile in _different(row.architecture):
        if f"{profile.python.version.or_else('')}.".startswith(f"{row.python}."):
            yield profile
            continue
        try:
            yield with_python(profile, row.python)
        except UsageError:
            continue


@lru_cache(maxsize=8)
def _different(architecture: str) -> tuple[Profile, ...]:
    """One named target for each processor with each C library."""
    found: dict[tuple[object, ...], Profile] = {}
    for name in all_names():
        profile = target(name)
        if profile.python.architecture.value == architecture:
            key = profile.cpu.features, profile.system.libc, profile.system.libc_version.value
            found.setdefault((*key, profile.cpu.part.value), profile)
    return tuple(found.values())


if __name__ == "__main__":
    rows = list(shipped_ledger())
    counted = effects(open_catalog(WheelsIndex(shipped_index())), rows)
    print(f"{len(rows)} rows of the ledger:")
    for kind, count in counted.most_common():
        print(f"  {count:4} {kind}")
