"""A fleet in groups: how many boards, which machine, how they do, and what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pidoctor.envelope import Result
from pidoctor.report.document import (
    BAD,
    FAINT,
    GOOD,
    PLAIN,
    STRONG,
    WARN,
    Block,
    Detail,
    Item,
    Mark,
    Section,
    Table,
    Text,
)
from pidoctor.units import count, listed

if TYPE_CHECKING:
    from pidoctor.fleet.report import Fleet, FleetDrift, FleetGroup

WORDS = {
    "works": ("works, proven by an inference", Mark.GOOD, GOOD),
    "fits": ("can be installed, not tried yet", Mark.NOTE, PLAIN),
    "fails": ("failed", Mark.BAD, BAD),
    "cannot": ("cannot be installed as it is", Mark.BAD, BAD),
    "unknown": ("not known", Mark.UNKNOWN, WARN),
}
_GROUPS = 25
_NAMES = 5
_CAUSES = 3
_MOVED = 10


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """The groups, those with most to do first; drift; what was not read."""
    fleet = result.fleet
    if fleet is None:
        return
    shown = fleet.groups if detail is Detail.VERBOSE else fleet.groups[:_GROUPS]
    for group in shown:
        yield Section("", tuple(_group(group, detail)))
    left = fleet.groups[len(shown) :]
    if left:
        yield Section("", (Text(left_out(left, "-v")),))
    if fleet.drift:
        yield Section(f"Since the report of {fleet.drift.since}", tuple(_drift(fleet.drift)))
    if fleet.unread:
        yield Section("Not read", tuple(_unread(fleet)))


def title(group: FleetGroup) -> str:
    """The machine of a group, in words."""
    return group.fingerprint.label if group.fingerprint else "machine not known"


def told(group: FleetGroup) -> str:
    """What tells the group from boards that work, as a sentence; empty where nothing does."""
    telling = group.telling
    if telling is None:
        return ""
    fact = f"the {telling.fact}" + (f" of {telling.alike} of them" if telling.alike else "")
    if not telling.verified:
        boards = count(telling.boards, "board that works", "boards that work")
        return (
            f"Only {fact} differs from {boards}: {telling.here} here, {telling.there} there. "
            "Resolving sees nothing wrong with it."
        )
    where = count(telling.boards, "board that can run it", "boards that can run it")
    named = telling.result in telling.text  # what to do is to install just that
    then = "" if named else f", and {telling.result} can be installed"
    return (
        f"What differs is {fact}: {telling.here} here, {telling.there} on {where}. "
        f"Verified by resolving: {telling.text}{then}."
    )


def left_out(groups: Sequence[FleetGroup], option: str) -> str:
    """How many groups are not shown, and which option shows them."""
    boards = count(sum(group.boards for group in groups), "board")
    return f"{count(len(groups), 'more group')} of {boards}; {option} shows them all."


def _group(group: FleetGroup, detail: Detail) -> Iterator[Block]:
    words, mark, style = WORDS[group.verdict.value]
    yield Item(mark, [(count(group.boards, "board"), STRONG), (": ", PLAIN), (words, style)])
    yield Item(Mark.BLANK, title(group))
    if group.software:
        yield Item(Mark.BLANK, [("; ".join(group.software[:_CAUSES]), FAINT)])
    for cause in group.causes[:_CAUSES]:
        said = f"{cause.id} ({count(cause.boards, 'board')}): {cause.text}"
        yield Item(Mark.BLANK, said.rstrip(": "))
    if told(group):
        yield Item(Mark.THEN, told(group))
    limit = len(group.names) if detail is Detail.VERBOSE else _NAMES
    names = list(group.names[:limit])
    more = group.boards - len(names)
    yield Item(Mark.BLANK, [(listed([*names, f"{more} more"] if more else names), FAINT)])


def _drift(drift: FleetDrift) -> Iterator[Block]:
    if not (drift.new or drift.gone or drift.changed):
        yield Text("Nothing has changed.")
        return
    yield Text(f"{drift.changed} changed, {drift.new} new, {drift.gone} not in it any more.")
    rows = tuple(
        (moved.board, moved.before or "-", "→", moved.after or "-")
        for moved in drift.boards[:_MOVED]
    )
    yield Table(rows)


def _unread(fleet: Fleet) -> Iterator[Block]:
    for one in fleet.not_read[:_MOVED]:
        yield Item(Mark.WARN, f"{one.source}: {one.error}")
    if fleet.unread > _MOVED:
        yield Text([(f"and {fleet.unread - _MOVED} more", FAINT)])
