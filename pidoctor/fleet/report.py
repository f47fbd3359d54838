"""Documents of many boards to groups, and what tells those that work from those that do not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Optional, TypeVar

from pidoctor.decoding import encode
from pidoctor.errors import UsageError
from pidoctor.fleet.asking import Asker
from pidoctor.fleet.axes import BoardCase
from pidoctor.fleet.board_store import BoardStore, Count, FleetMoved
from pidoctor.fleet.documents import Document, reason
from pidoctor.fleet.judging import Judge, bare
from pidoctor.fleet.record import ANY, BoardStatus, Record, Software
from pidoctor.fleet.telling import FleetTelling, Peer, telling
from pidoctor.profile import codec
from pidoctor.profile.fingerprint import Fingerprint
from pidoctor.value_rules import Amount, Text

T = TypeVar("T")
EXAMPLES = 20  # names of boards kept for a group
_UNREAD = 20  # files of which it is said why they were not read
_MOVED = 50
_PEERS = 40  # groups that work and are compared with
_TOLD = 100  # groups that do not work and are compared with them, those with most boards


class FleetCause(NamedTuple):
    """A trouble, its sentence, and how many boards of a group have it."""

    id: Text
    text: str
    boards: Amount


@dataclass(frozen=True)
class FleetGroup:
    """Boards that are the same to a wheel and do alike; ``fingerprint`` None: not known."""

    fingerprint: Fingerprint | None
    verdict: BoardStatus
    boards: Amount
    names: tuple[str, ...]  # the first EXAMPLES
    software: tuple[str, ...]  # "tflite-runtime 2.14.0, numpy 1.26.4", the commonest first
    causes: tuple[FleetCause, ...]
    telling: FleetTelling | None = None


class FleetUnread(NamedTuple):
    """A document that was not read, and why."""

    source: str
    error: str


@dataclass(frozen=True)
class FleetDrift:
    """What differs from the report made at ``since``; the first of them by name."""

    since: str
    new: Amount
    gone: Amount
    changed: Amount
    boards: tuple[FleetMoved, ...]


@dataclass(frozen=True)
class Fleet:
    """The report: groups, those with most to do first."""

    boards: Amount
    documents: Amount
    groups: tuple[FleetGroup, ...]
    unread: Amount
    not_read: tuple[FleetUnread, ...]  # the first of them
    drift: FleetDrift | None = None  # None: there is no report before

    def of(self, verdict: str) -> int:
        """How many boards do so."""
        return sum(group.boards for group in self.groups if group.verdict.value == verdict)


def fleet_report(
    documents: Iterable[Document], store: BoardStore, judge: Judge, made: str, compare: bool = False
) -> Fleet:
    """Read ``documents`` into ``store``, and group them.

    ``made`` is now (ISO 8601); ``compare`` with the report before.
    """
    store.begin(made)
    read, unread = 0, 0
    not_read: list[FleetUnread] = []
    seen: set[Fingerprint] = set()
    for document in documents:
        read += 1
        try:
            _keep(document, store, judge, seen)
        except Exception as error:  # of any kind: the other documents are read all the same
            unread += 1
            if len(not_read) < _UNREAD:
                not_read.append(FleetUnread(document.source, reason(error)))
    groups = tuple(_told(*_groups(store), store, judge.asker))
    boards = sum(group.boards for group in groups)
    drift = _drift(store) if compare else None
    return Fleet(boards, read, groups, unread, tuple(not_read), drift)


def _keep(document: Document, store: BoardStore, judge: Judge, seen: set[Fingerprint]) -> None:
    if document.error:
        raise UsageError(document.error)
    for record, profile_of in judge.judge(document):
        found = record.fingerprint
        if found is not None and found not in seen:
            profile = profile_of()
            if profile is not None:
                store.keep_machine(found, json.dumps(codec.to_json(profile)))
                seen.add(found)
        store.add(record)


_ORDER = (
    BoardStatus.FAILS,
    BoardStatus.CANNOT,
    BoardStatus.UNKNOWN,
    BoardStatus.FITS,
    BoardStatus.WORKS,
)


Key = tuple[Optional[Fingerprint], BoardStatus]
Installed = Mapping[Key, list[tuple[Software, int]]]
"""What the boards of a group have, and how many of them, the commonest first."""


def _groups(store: BoardStore) -> tuple[list[FleetGroup], Installed]:
    counted: dict[Key, list[Count]] = {}
    for count in store.counts():
        counted.setdefault((count.fingerprint, count.verdict), []).append(count)
    names: dict[Key, list[str]] = {}
    for found, verdict, name in store.names(EXAMPLES):
        names.setdefault((found, verdict), []).append(name)
    software = {key: _summed(counts, _software) for key, counts in counted.items()}
    groups = [
        FleetGroup(
            found,
            verdict,
            sum(count.boards for count in counts),
            tuple(names[found, verdict]),
            tuple(str(one) for one, _ in software[found, verdict] if one.runtime),
            tuple(_causes(counts)),
        )
        for (found, verdict), counts in counted.items()
    ]
    groups.sort(key=lambda g: (_ORDER.index(g.verdict), -g.boards, g.names))
    return groups, software


def _summed(counts: list[Count], name: Callable[[Count], T]) -> list[tuple[T, int]]:
    """Names and how many boards have each, the commonest first."""
    sums: dict[T, int] = {}
    for count in counts:
        sums[name(count)] = sums.get(name(count), 0) + count.boards
    return sorted(sums.items(), key=lambda item: (-item[1], str(item[0])))


def _software(count: Count) -> Software:
    return Software(count.runtime, count.version, count.numpy)


def _causes(counts: list[Count]) -> Iterator[FleetCause]:
    texts = {count.cause: count.detail for count in counts}
    for cause, boards in _summed(counts, lambda count: count.cause):
        if cause or texts[cause]:
            yield FleetCause(cause or "not-named", texts[cause], boards)


def _told(
    groups: list[FleetGroup], installed: Installed, store: BoardStore, asker: Asker
) -> Iterator[FleetGroup]:
    """The groups, each that does not work with the fact that tells it from those that do."""
    good = [group for group in groups if group.verdict.good and group.fingerprint is not None]
    good.sort(key=lambda group: (group.verdict is not BoardStatus.WORKS, -group.boards))
    peers = [
        Peer(case, boards, group.verdict is BoardStatus.WORKS)
        for group in good[:_PEERS]
        for software, boards in installed[group.fingerprint, group.verdict]
        for case in [_case(group, software, store)]
        if case is not None
    ][: 2 * _PEERS]
    bad = [at for at, group in enumerate(groups) if not group.verdict.good] if peers else []
    compared = {*sorted(bad, key=lambda at: -groups[at].boards)[:_TOLD]}
    for at, group in enumerate(groups):
        found = installed[group.fingerprint, group.verdict]
        software, alike = next((pair for pair in found if pair[0].version), (ANY, group.boards))
        case = _case(group, software, store) if at in compared else None
        if case is None:
            yield group
            continue
        told = _telling(case, peers, asker)
        some = case.software != ANY and alike < group.boards
        yield replace(group, telling=told and told._replace(alike=alike if some else None))


def _telling(case: BoardCase, peers: list[Peer], asker: Asker) -> FleetTelling | None:
    try:
        return telling(case, peers, asker)
    except Exception:  # too little is known of it, or somebody wrote nonsense: the others are told
        return None


def _case(group: FleetGroup, software: Software, store: BoardStore) -> BoardCase | None:
    """The machine of a group with what boards of it have; None where it is not known."""
    data = store.machine(group.fingerprint) if group.fingerprint else None
    if data is None:
        return None
    tried = group.verdict is not BoardStatus.CANNOT
    return BoardCase(bare(codec.from_json(data)), software if tried and software.version else ANY)


def _drift(store: BoardStore) -> FleetDrift | None:
    since = store.before()
    if since is None:
        return None
    new = gone = changed = 0
    first: list[FleetMoved] = []
    for moved in store.moved():
        new += moved.before is None
        gone += moved.after is None
        changed += moved.before is not None and moved.after is not None
        if len(first) < _MOVED:
            first.append(moved)
    return FleetDrift(since, new, gone, changed, tuple(first))


def json_lines(records: Iterable[Record]) -> Iterator[str]:
    """A line of JSON for each board."""
    for record in records:
        yield json.dumps(encode(record), ensure_ascii=False) + "\n"
