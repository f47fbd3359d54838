"""The one fact that tells the boards that work from those that do not, verified by resolving.

One fact of the machine that does not work is changed to what it is on one that does, and the
question is asked again: only where that gives a plan, and the working machine with the other value
gives none, is it this fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pidoctor.errors import UsageError
from pidoctor.platforms.versions import minor_of
from pidoctor.profile.difference import steps
from pidoctor.profile.profile import Profile
from pidoctor.profile.variation import (
    image_of,
    with_bits,
    with_board,
    with_image,
    with_page_size,
    with_python,
)
from pidoctor.resolve.plan import Plan, Resolution
from pidoctor.units import memory, pages
from pidoctor.value_rules import Amount, Text


class Peer(NamedTuple):
    """A machine of a group that works, and how many boards are in the group."""

    profile: Profile
    boards: int


class FleetTelling(NamedTuple):
    """The fact: its name, its value on the boards that do not work, and on ``boards`` that do.

    ``text`` is what to do, ``result`` what would then be installed.
    """

    fact: Text
    here: str
    there: str
    boards: Amount
    text: str
    result: str


class _Axis(NamedTuple):
    """A fact that can be changed alone: how it is read, and the machine with another's value."""

    name: str
    value: Callable[[Profile], str]
    take: Callable[[Profile, Profile], Profile]  # (machine, whose value)


def telling(
    failing: Profile, peers: Sequence[Peer], answer: Callable[[Profile], Resolution]
) -> FleetTelling | None:
    """The cheapest such fact; None where no single one is it."""
    for axis, peer, changed in _changed(failing, peers):
        resolution = answer(changed)
        if not isinstance(resolution, Plan) or not _decides(axis, failing, peer.profile, answer):
            continue
        same = sum(other.boards for other in peers if _same(axis, other.profile, peer.profile))
        todo = ", and ".join(step.text for step in steps(failing, changed))
        return FleetTelling(
            axis.name,
            axis.value(failing),
            axis.value(peer.profile),
            same,
            todo,
            resolution.summary,
        )
    return None


def _changed(failing: Profile, peers: Sequence[Peer]) -> Iterator[tuple[_Axis, Peer, Profile]]:
    """The failing machine with one fact of a working one, the cheapest fact first."""
    for axis in _AXES:
        tried = {axis.value(failing), ""}
        for peer in sorted(peers, key=lambda peer: -peer.boards):
            value = axis.value(peer.profile)
            if value in tried:
                continue
            tried.add(value)
            try:
                yield axis, peer, axis.take(failing, peer.profile)
            except UsageError:  # that value does not go with this machine
                continue


def _decides(
    axis: _Axis, failing: Profile, working: Profile, answer: Callable[[Profile], Resolution]
) -> bool:
    """Whether the working machine with the failing one's value would not work either.

    Where it cannot have that value nothing speaks against it.
    """
    try:
        return not isinstance(answer(axis.take(working, failing)), Plan)
    except UsageError:
        return True


def _same(axis: _Axis, one: Profile, other: Profile) -> bool:
    return axis.value(one) == axis.value(other)


def _minor(profile: Profile) -> str:
    return minor_of(profile.python.version.or_else(""))


def _release(profile: Profile) -> str:
    return profile.system.name.or_else("")


def _with_release(profile: Profile, other: Profile) -> Profile:
    image = image_of(other)
    own = image_of(profile)
    if image is None:
        raise UsageError("a system that is in no table")
    return with_image(profile, image._replace(bits=own.bits if own else image.bits))


def _board(profile: Profile) -> str:
    name, size = profile.board.model.or_else(""), profile.board.memory.value
    return f"{name}, {memory(size)}" if name and size else name


def _with_board(profile: Profile, other: Profile) -> Profile:
    return with_board(profile, other.board.id.or_else(""), other.board.memory.value)


def _page_size(profile: Profile) -> str:
    size = profile.system.page_size.value
    return pages(size) if size else ""


def _bits(profile: Profile) -> str:
    bits = profile.python.bits.value
    return f"{bits}-bit" if bits else ""


# Cheapest first: an interpreter, a kernel, a new card, new hardware.
_AXES = (
    _Axis("Python", _minor, lambda machine, other: with_python(machine, _minor(other))),
    _Axis(
        "page size",
        _page_size,
        lambda machine, other: with_page_size(machine, other.system.page_size.or_else(4096)),
    ),
    _Axis(
        "word size of the system",
        _bits,
        lambda machine, other: with_bits(machine, other.python.bits.or_else(64)),
    ),
    _Axis("system", _release, _with_release),
    _Axis("board", _board, _with_board),
)
