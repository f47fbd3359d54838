"""Named targets: ``BOARD[-RAM]/OS-BITS[/pyX.Y]`` -> Profile, from the tables alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pidoctor.catalog.boards import MIB, Board, Boards, load_boards
from pidoctor.catalog.systems import SystemRow, combinations, load_systems
from pidoctor.errors import UsageError
from pidoctor.profile.profile import Profile
from pidoctor.profile.sections import Image, table_profile

FORM = "BOARD[-RAM]/OS-BITS[/pyX.Y], for example pi4-4gb/bookworm-64"
_RAM = re.compile(r"(?P<board>.+?)-(?P<size>\d{1,5})(?P<unit>[mg])b")
_SYSTEM = re.compile(r"(?P<system>.+)-(?P<bits>32|64)")
_PYTHON = re.compile(r"py(?P<version>3\.\d{1,2})")


def target(name: str) -> Profile:
    """The Profile that ``name`` stands for.

    Raises :class:`UsageError` with close matches for an unknown part, and with the reason for a
    combination that cannot exist.
    """
    parts = name.strip().lower().split("/")
    if len(parts) not in (2, 3) or not all(parts):
        raise UsageError(f"target {_shown(name)}: expected {FORM}")
    board, memory = _board(parts[0])
    row, bits = _system(parts[1], board)
    version = _python(parts[2]) if len(parts) == 3 else None
    reason = row.why_not(board, load_boards().socs[board.soc], bits)
    if reason:
        raise UsageError(f"target {_shown(name)}: {reason}")
    return table_profile(f"target {'/'.join(parts)}", board, memory, Image(row, bits), version)


def all_targets() -> list[str]:
    """The name of every board, memory size, system and word size that go together."""
    boards, systems = load_boards(), load_systems()
    return [
        f"{board_name}/{row.id}-{bits}"
        for board, row, bits in combinations(boards, systems)
        for board_name in _names_with_memory(board)
    ]


def _names_with_memory(board: Board) -> list[str]:
    if len(board.memory) == 1:
        return [board.id]
    return [f"{board.id}-{memory_name(size)}" for size in board.memory]


def memory_name(size: int) -> str:
    """A memory size as targets write it: "512mb", "4gb"."""
    mib = size // MIB
    return f"{mib // 1024}gb" if mib >= 1024 else f"{mib}mb"


def _board(text: str) -> tuple[Board, int | None]:
    boards = load_boards()
    sized = _RAM.fullmatch(text)
    board = find_board(boards, sized.group("board") if sized else text)
    if sized is None:
        return board, None
    size = int(sized.group("size")) * (1024 if sized.group("unit") == "g" else 1) * MIB
    if size not in board.memory:
        sizes = ", ".join(memory_name(option) for option in board.memory)
        raise UsageError(f"target {_shown(text)}: the {board.name} is sold with {sizes}")
    return board, size


def find_board(boards: Boards, name: str) -> Board:
    """The board of that name or alias, hyphens left out or not; UsageError for another one."""
    wanted = name.replace("-", "")
    for board in boards.boards.values():
        if wanted in (known.replace("-", "") for known in (board.id, *board.aliases)):
            return board
    raise UsageError(f"target: unknown board {_shown(name)}{_hint(name, boards.boards)}")


def _system(text: str, board: Board) -> tuple[SystemRow, int]:
    systems = load_systems()
    names = dict.fromkeys(name for row in systems.rows for name in (row.id, *row.aliases))
    parts = _SYSTEM.fullmatch(text)
    if parts is None:
        raise UsageError(
            f"target: {_shown(text)} does not say 32 or 64 bits, as in bookworm-64"
            f"{_hint(text.rpartition('-')[0] or text, names)}"
        )
    name, bits = parts.group("system"), int(parts.group("bits"))
    row = systems.named(name, board.vendor) or next(
        (row for row in systems.rows if name in (row.id, *row.aliases)), None
    )
    if row is None:
        raise UsageError(f"target: unknown system {_shown(name)}{_hint(name, names)}")
    return row, bits


def _python(text: str) -> str:
    found = _PYTHON.fullmatch(text)
    if found is None:
        raise UsageError(f"target: {_shown(text)} is no Python; write py3.12")
    return found.group("version")


def _hint(name: str, known: Iterable[str]) -> str:
    """The close matches, or how to see all."""
    import difflib

    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else "; see `pidoctor targets`"


def _shown(text: str) -> str:
    return repr(text[:60])
