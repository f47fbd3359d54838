"""The one fact that tells the boards that work from those that do not, verified by resolving.

One fact of the case that does not work is changed to what it is in one that does, and the question
is asked again: only where that gives a plan, and the working case with the other value gives none,
is it this fact. The question is what the board was asked about; where something was installed on
it, exactly that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.fleet.asking import Asker
from pidoctor.fleet.axes import MACHINE, SOFTWARE, Axis, BoardCase
from pidoctor.fleet.record import ANY
from pidoctor.profile.fingerprint import TITLES, UNKNOWN, fingerprint
from pidoctor.resolve.plan import Plan
from pidoctor.value_rules import Amount, Text


class Peer(NamedTuple):
    """The case of a group that works, how many boards are in it, and whether they were tried."""

    case: BoardCase
    boards: int
    tried: bool = True


class FleetTelling(NamedTuple):
    """The fact: its name, its value on the boards that do not work, and on ``boards`` that do.

    ``alike`` boards of the group have the software that it was found with; None where that is all
    of them. ``text`` is what to do, ``result`` what would then be installed. Where it is not
    ``verified`` it is the only fact that differs, resolving sees nothing wrong with it, and both
    are empty.
    """

    fact: Text
    here: str
    there: str
    boards: Amount
    text: str = ""
    result: str = ""
    verified: bool = True
    alike: Amount | None = None


def telling(failing: BoardCase, peers: Sequence[Peer], asker: Asker) -> FleetTelling | None:
    """The cheapest such fact; None where no single one is it.

    Raises CouldNotCheckError where too little is known of the failing machine.
    """
    if any(_is_alike(failing, peer) for peer in peers):
        return None  # whatever it is, it is none of the facts that are known
    if _plan(failing, asker) is not None:
        return _only_difference(failing, peers)
    for axis, peer, changed in _changed(failing, peers):
        try:
            plan = _plan(changed, asker)
            if plan is None or not _decides(axis, failing, peer.case, asker):
                continue
        except CouldNotCheckError:
            continue
        there = axis.value(peer.case)
        same = sum(other.boards for other in peers if axis.value(other.case) == there)
        todo = axis.todo(failing, changed)
        return FleetTelling(axis.name, axis.value(failing), there, same, todo, plan.summary)
    return None


def _plan(case: BoardCase, asker: Asker) -> Plan | None:
    return asker.plan(case.profile, case.software)


def _is_alike(failing: BoardCase, peer: Peer) -> bool:
    """Whether boards with the same facts were tried, and work."""
    machine = fingerprint(failing.profile) == fingerprint(peer.case.profile)
    return peer.tried and machine and failing.software in (ANY, peer.case.software)


def _changed(failing: BoardCase, peers: Sequence[Peer]) -> Iterator[tuple[Axis, Peer, BoardCase]]:
    """The failing case with one fact of a working one, the cheapest fact first."""
    for axis in (*SOFTWARE, *MACHINE):
        here = axis.value(failing)
        if not here:  # not known, or nothing was installed
            continue
        tried = {here, ""}
        for peer in sorted(peers, key=lambda peer: -peer.boards):
            value = axis.value(peer.case)
            if value in tried:
                continue
            tried.add(value)
            try:
                yield axis, peer, axis.take(failing, peer.case)
            except UsageError:  # that value does not go with this machine
                continue


def _decides(axis: Axis, failing: BoardCase, working: BoardCase, asker: Asker) -> bool:
    """Whether the working case with the failing one's value would not work either.

    Where it cannot have that value nothing speaks against it. Of machines the question is what the
    failing one was asked about.
    """
    if axis in MACHINE:
        working = working._replace(software=failing.software)
    try:
        return _plan(axis.take(working, failing), asker) is None
    except UsageError:
        return True


def _only_difference(failing: BoardCase, peers: Sequence[Peer]) -> FleetTelling | None:
    """The one fact in which boards that were tried and work differ, though resolving sees nothing
    wrong; None where there are more, others have the same value and work, or nothing was
    installed."""
    if failing.software == ANY:
        return None
    here = _facts(failing)
    tried = [(peer, _facts(peer.case)) for peer in peers if peer.tried]
    for peer, there in sorted(tried, key=lambda pair: -pair[0].boards):
        differing = [name for name, value in here.items() if there[name] != value]
        if len(differing) != 1:
            continue
        (name,) = differing
        if all(facts[name] != here[name] for _, facts in tried):
            return FleetTelling(name, here[name], there[name], peer.boards, verified=False)
    return None


def _facts(case: BoardCase) -> dict[str, str]:
    """Everything that boards are told apart by, under names for people."""
    found = fingerprint(case.profile)._asdict()
    software = {axis.name: axis.value(case) or UNKNOWN for axis in SOFTWARE[:2]}
    return {**software, **{TITLES[name]: value for name, value in found.items()}}
