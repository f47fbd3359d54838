"""The matrix as rows and columns: what the terminal and the page both show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pidoctor.envelope import Cell
from pidoctor.platforms.versions import minor_of

NOTHING = "-"
UNKNOWN = "?"


class CellPosition(NamedTuple):
    """Where a cell belongs, in the words of target names: pi4-4gb, bookworm, 64, 3.11."""

    board: str
    system: str
    bits: int
    python: str


def place(cell: Cell) -> CellPosition:
    """The place of a cell, from its target's name and its Python."""
    board, _, rest = cell.target.partition("/")
    system = rest.partition("/")[0]
    name, _, bits = system.rpartition("-")
    python = minor_of(cell.python)
    if not bits.isdecimal():
        return CellPosition(board, system, 0, python)
    return CellPosition(board, name, int(bits), python)


def runtime_of(cell: Cell) -> str:
    """The runtime of a plan: the first word of its summary ("ai-edge-litert 2.1.0, numpy ...")."""
    return cell.summary.split(" ", 1)[0] if cell.status == "plan" else ""


def runtime_letters(cells: Iterable[Cell]) -> dict[str, str]:
    """A letter for each runtime that some cell's plan has: the initial of its last word."""
    letters: dict[str, str] = {}
    for runtime in dict.fromkeys(filter(None, map(runtime_of, cells))):
        initials = [word[0].upper() for word in reversed(runtime.split("-")) if word]
        spare = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
        taken = set(letters.values())
        letters[runtime] = next(c for c in (*initials, *spare, UNKNOWN) if c not in taken)
    return letters


# After a cell's letter: a run has proven it, or nothing but a name claims it.
STRENGTHS = {"proven": "+", "read": "", "claimed": "~"}
MEANINGS = {
    "+": "proven by a run on such a processor",
    "~": "claimed by a file's name alone; what has no mark was read off the files",
}


def strength(cell: Cell) -> str:
    """The mark of what a cell rests on; for a no only that a run has proven it."""
    found = STRENGTHS.get(cell.rests_on, "")
    return found if cell.status == "plan" or found == STRENGTHS["proven"] else ""


def marked(cells: Iterable[Cell]) -> dict[str, str]:
    """The marks that some cell has, with their meaning."""
    found = {strength(cell) for cell in cells}
    return {sign: meaning for sign, meaning in MEANINGS.items() if sign in found}


def mark(cell: Cell, letters: Mapping[str, str]) -> str:
    """The one character of a cell."""
    if cell.status == "plan":
        return letters[runtime_of(cell)]
    return NOTHING if cell.status == "impossible" else UNKNOWN
