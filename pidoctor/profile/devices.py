"""Devices that a machine is supposed to have: those of its chip, and those of ``--with NAME``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pidoctor.catalog.accelerators import AcceleratorRow, load_accelerators
from pidoctor.errors import UsageError
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Accelerator, Profile

WITH = "--with"  # the source of a device that was named on the command line
_NEAR = 3  # names that are suggested


def supposed(row: AcceleratorRow, source: str) -> Accelerator:
    """The device on a machine where nobody looked for what it needs."""
    needs = tuple(need.name for need in row.needs)
    return Accelerator(row.id, row.name, source, row.usable, row.note, needs, seen=False)


def with_devices(profile: Profile, names: Iterable[str]) -> Profile:
    """The same machine with devices plugged in; UsageError for a name that no device has."""
    rows = {row.id: row for row in map(named, names)}
    if not rows:
        return profile
    there = {device.id: device for device in profile.accelerators.or_else(())}
    for row in rows.values():
        seen = there.get(row.id)
        source = f"{seen.source}, {WITH}" if seen else WITH
        there[row.id] = replace(seen or _plugged_in(row, profile, {*there}), source=source)
    source = ", ".join(filter(None, (profile.accelerators.source, WITH)))
    return replace(profile, accelerators=Fact.known(tuple(there.values()), source))


def _plugged_in(row: AcceleratorRow, profile: Profile, there: set[str]) -> Accelerator:
    """The device, or why that board cannot have it: ``there`` are the ids of what it has."""
    board, device = profile.board, supposed(row, WITH)
    soc, other = board.soc.value, {it.id for it in load_accelerators() if it.general == row.id}
    if soc and row.is_of_chip and other.union({row.general}).isdisjoint(there):
        note = f"It is a part of other chips than the {soc} of this board, and cannot be added."
    elif {soc, board.id.value} & {*row.no_slot_on}:
        note = "It takes a PCI Express slot, and this board has none."
    else:
        return device
    return replace(device, usable=False, note=note, missing=())


def is_named(device: Accelerator) -> bool:
    """Whether the question names it: then the whole answer is shown."""
    return device.source.endswith(WITH)


def named(name: str) -> AcceleratorRow:
    """The device that a name in any spelling means."""
    known, wanted = spellings(), _plain(name)
    if wanted in known:
        return known[wanted]
    inside = {row.id: row for text, row in known.items() if wanted and wanted in text}
    if len(inside) == 1:
        return next(iter(inside.values()))
    raise UsageError(
        f"{WITH} {name!r} is not a device that pidoctor knows; {_near(inside, wanted)}"
    )


def spellings() -> dict[str, AcceleratorRow]:
    """Every name of a device, in lower case and without what is no letter or digit."""
    found: dict[str, AcceleratorRow] = {}
    for row in load_accelerators():
        for text in (row.id, row.name, *row.aliases):
            found.setdefault(_plain(text), row)
    return found


def _near(inside: Iterable[str], wanted: str) -> str:
    from difflib import get_close_matches

    known = {_plain(row.id): row.id for row in load_accelerators()}
    close = [known[text] for text in get_close_matches(wanted, known, n=_NEAR)]
    names = list(inside)[:_NEAR] or close
    if names:
        return f"did you mean {' or '.join(names)}?"
    return f"it knows {', '.join(known.values())}"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
