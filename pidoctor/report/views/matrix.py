"""Boards x systems x Pythons at a glance: a letter for the runtime that fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pidoctor.envelope import Cell
from pidoctor.report.layout import Page, Piece, Words
from pidoctor.report.look import BAD, FAINT, GOOD, PLAIN, STRONG, WARN
from pidoctor.report.matrix_page import NOTHING, UNKNOWN, mark, place, runtime_letters

Letters = Mapping[str, str]

_MEMORY = re.compile(r"(.+)-(\d+)([gm]b)")


def show(page: Page, cells: Sequence[Cell]) -> None:
    """The matrix, boards with the same answers together; with ``verbose`` why a cell is empty."""
    letters = runtime_letters(cells)
    for requirement in dict.fromkeys(cell.requirement for cell in cells):
        page.heading(f"{requirement}: what fits which board, by Python")
        asked = [cell for cell in cells if cell.requirement == requirement]
        for boards, group in _grouped(asked, letters):
            _block(page, boards, group, letters)
    _legend(page, letters)


def _grouped(cells: Sequence[Cell], letters: Letters) -> Iterable[tuple[list[str], Sequence[Cell]]]:
    """Boards whose every cell has the same mark share a block."""
    of_board: dict[str, list[Cell]] = {}
    for cell in cells:
        of_board.setdefault(place(cell).board, []).append(cell)
    blocks: dict[tuple[tuple[object, ...], ...], list[str]] = {}
    for board, its in of_board.items():
        key = tuple((*place(cell)[1:], mark(cell, letters)) for cell in its)
        blocks.setdefault(key, []).append(board)
    for boards in blocks.values():
        yield boards, of_board[boards[0]]


def _block(page: Page, boards: Sequence[str], cells: Sequence[Cell], letters: Letters) -> None:
    page.blank()
    page.paragraph([(", ".join(_compact(boards)), STRONG)], hang=2)
    sizes = sorted({place(cell).bits for cell in cells})
    rows: list[Sequence[Words]] = [
        ("", *([(f"{bits}-bit" if bits else "", FAINT)] for bits in sizes), "")
    ]
    for system in dict.fromkeys(place(cell).system for cell in cells):
        its = [cell for cell in cells if place(cell).system == system]
        marks = [_marks([cell for cell in its if place(cell).bits == b], letters) for b in sizes]
        rows.append((system, *marks, ""))
    page.table(rows)
    if page.look.verbose:
        _reasons(page, cells)


def _compact(boards: Sequence[str]) -> Iterable[str]:
    """Boards that differ in memory only, together: "pi4-{2,4}gb"."""
    sizes: dict[tuple[str, str], list[str]] = {}
    for board in boards:
        found = _MEMORY.fullmatch(board)
        name, memory, unit = found.groups() if found else (board, "", "")
        sizes.setdefault((name, unit), []).append(memory)
    for (name, unit), its in sizes.items():
        if not unit:
            yield name
        else:
            yield f"{name}-{its[0]}{unit}" if len(its) == 1 else f"{name}-{{{','.join(its)}}}{unit}"


def _marks(cells: Sequence[Cell], letters: Letters) -> list[Piece]:
    pieces: list[Piece] = []
    for cell in cells:
        letter = mark(cell, letters)
        pieces += [("  " if pieces else "", PLAIN), (letter, _style(letter))]
        pieces.append((f" {place(cell).python}", FAINT))
    return pieces


def _reasons(page: Page, cells: Iterable[Cell]) -> None:
    for cell in cells:
        _, system, bits, python = place(cell)
        where = f"{system}-{bits}, Python {python}: "
        page.paragraph([(where, FAINT), (cell.summary or "not known", FAINT)], 4, hang=2)


def _style(letter: str) -> str:
    return {NOTHING: BAD, UNKNOWN: WARN}.get(letter, GOOD)


def _legend(page: Page, letters: Letters) -> None:
    page.blank()
    entries = [(letter, runtime) for runtime, letter in letters.items()]
    for letter, meaning in (*entries, (NOTHING, "nothing fits"), (UNKNOWN, "not known")):
        page.item([(f"{letter} ", _style(letter))], meaning, indent=2)
    page.paragraph([("pidoctor explain REQUIREMENT --target TARGET says why.", FAINT)], indent=2)
