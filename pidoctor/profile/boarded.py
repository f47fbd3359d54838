"""A mounted card or a capture on a board that is named: what its files do not tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from pidoctor.catalog.architectures import kind_of
from pidoctor.catalog.boards import BoardModel as BoardRow
from pidoctor.catalog.boards import load_boards
from pidoctor.catalog.systems import SystemRow, load_systems
from pidoctor.errors import UsageError
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Profile
from pidoctor.profile.sections import (
    Image,
    architecture,
    board_section,
    cpu_section,
    documented,
    page_size_of,
)
from pidoctor.profile.target_names import find_boards
from pidoctor.profile.target_words import say, shown

S = TypeVar("S")


def on_board(profile: Profile, name: str) -> Profile:
    """``profile`` with what the board says where the machine's own files say nothing.

    ``name`` is a board's, with its memory where it is known: "pi4-4gb". UsageError for one that is
    not known, and for a board that cannot run the system.
    """
    found = find_boards(name)
    if len(found) != 1:
        what = "names several boards" if found else "no such board"
        raise UsageError(f"--board {shown(name)}: {what} (see `pidoctor targets`)")
    board = found[0]
    here = profile.python.architecture.or_else(profile.system.architecture.or_else(""))
    bits = profile.python.bits.or_else(kind_of(here).bits if here else 0)
    if not bits:  # whose system it is decides what the processor shows of itself
        section = board_section(board, say(name).memory)
        total = _first(profile.memory.total, section.memory)
        memory = replace(profile.memory, total=total)
        return replace(profile, board=_known(profile.board, section), memory=memory)
    soc = load_boards().socs[board.soc]
    if bits == 64 and 64 not in soc.modes:
        raise UsageError(f"--board {shown(name)}: the {board.name} runs no 64-bit system like this")
    return _filled(profile, board, bits, say(name).memory)


def _filled(profile: Profile, board: BoardRow, bits: int, memory: int | None) -> Profile:
    soc, section = load_boards().socs[board.soc], board_section(board, memory)
    row = _row(profile)
    kernel_bits = row.kernel_for(soc, bits) if row else max(b for b in soc.modes if b >= bits)
    machine = Fact.known(architecture(board, bits), board.sources[0])
    pages: Fact[int] = documented(None, board.sources[0])
    if row is not None and bits in row.os_ids:
        pages = page_size_of(Image(row, bits), board)
    return replace(
        profile,
        board=_known(profile.board, section),
        cpu=_known(profile.cpu, cpu_section(board, kernel_bits)),
        system=replace(
            profile.system,
            architecture=_first(profile.system.architecture, machine),
            page_size=_first(profile.system.page_size, pages),
        ),
        python=replace(profile.python, architecture=_first(profile.python.architecture, machine)),
        memory=replace(profile.memory, total=_first(profile.memory.total, section.memory)),
    )


def _row(profile: Profile) -> SystemRow | None:
    system = profile.system
    return load_systems().of_release(
        system.flavour.or_else(""), system.codename.or_else(""), system.version.or_else("")
    )


def _known(read: S, supposed: S) -> S:
    """A section whose unknown facts are those that the board supposes."""
    facts: dict[str, Any] = {
        name: _first(fact, getattr(supposed, name)) for name, fact in vars(read).items()
    }
    return replace(read, **facts)  # type: ignore[type-var]


def _first(read: Fact[Any], supposed: Fact[Any]) -> Fact[Any]:
    return read if read.is_known or not supposed.is_known else supposed
