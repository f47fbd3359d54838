"""One machine that a target's name stands for, and its name in full."""

from __future__ import annotations

from pidoctor.catalog.boards import MIB, BoardModel, Boards
from pidoctor.catalog.systems import SystemRow
from pidoctor.records import NamedTuple

FORM = "BOARD[-RAM]/OS-BITS[/pyX.Y], for example pi4-4gb/bookworm-64"


class Reading(NamedTuple):
    """One machine that a name stands for. ``assumed`` lists, in words, what it did not say."""

    board: BoardModel | None
    memory: int | None
    row: SystemRow | None
    bits: int
    python: str | None
    image: str | None = None
    architecture: str = ""
    libc: tuple[str, str] | None = None
    assumed: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """How the name was read, in one line; empty where it left nothing open."""
        board = self.board.name if self.board else self.architecture
        told = f"read as {', '.join((board, *self.assumed))}: {self.canonical}"
        return told if self.assumed else ""

    @property
    def canonical(self) -> str:
        """The name as it is written in full."""
        board = board_part(self.board, self.memory) if self.board else self.architecture
        python = [f"py{self.python}"] if self.python and self.image is None else []
        if self.libc is not None:
            return "/".join([board, "-".join(self.libc), *python])
        if self.image is not None:
            return "/".join([board, self.image, *(["32-bit"] if self.bits == 32 else [])])
        return "/".join([board, f"{self.row.id if self.row else ''}-{self.bits}", *python])


def memory_name(size: int) -> str:
    """A memory size as targets write it: "512mb", "4gb"."""
    mib = size // MIB
    return f"{mib}mb" if mib % 1024 else f"{mib // 1024}gb"


def board_part(board: BoardModel, memory: int | None) -> str:
    if memory is None or len(board.memory) == 1:
        return board.id
    return f"{board.id}-{memory_name(memory)}"


def fitting(rows: tuple[SystemRow, ...], board: BoardModel, boards: Boards) -> list[SystemRow]:
    """Of systems that share a name the usual ones of the board, the newest first."""

    order = boards.systems_of(board)

    def rank(row: SystemRow) -> tuple[bool, int]:
        usual = [at for at, name in enumerate(order) if name in (row.id, row.flavour)]
        return row.vendor not in (None, board.vendor), min(usual, default=len(order))

    newest_first = list(reversed(rows))
    best = min(map(rank, newest_first))
    return [row for row in newest_first if rank(row) == best]
