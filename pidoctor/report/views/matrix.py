"""Boards x systems x Pythons at a glance: a letter for the runtime that fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pidoctor.envelope import Cell, Result
from pidoctor.expressions import expression
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
    Piece,
    Section,
    ShellCommand,
    Table,
    Text,
    Words,
)
from pidoctor.report.matrix_cells import (
    NOTHING,
    UNKNOWN,
    mark,
    marked,
    place,
    runtime_letters,
    strength,
)

Letters = Mapping[str, str]

_MEMORY = expression(r"(.+)-(\d+)([gm]b)")


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """The matrix, boards with the same answers together; with VERBOSE why a cell is empty."""
    cells = result.matrix
    if cells is None:
        return
    letters = runtime_letters(cells)
    for requirement in dict.fromkeys(cell.requirement for cell in cells):
        yield Section(f"{requirement}: what fits which board, by Python", ())
        asked = [cell for cell in cells if cell.requirement == requirement]
        for boards, group in _grouped(asked, letters):
            yield Section("", tuple(_block(boards, group, letters, detail)))
    if result.verdict:
        yield Section("", (Text(result.verdict),))
    yield Section("", tuple(_legend(letters, cells)))


def _grouped(cells: Sequence[Cell], letters: Letters) -> Iterable[tuple[list[str], Sequence[Cell]]]:
    """Boards whose every cell has the same mark share a block."""
    of_board: dict[str, list[Cell]] = {}
    for cell in cells:
        of_board.setdefault(place(cell).board, []).append(cell)
    blocks: dict[tuple[tuple[object, ...], ...], list[str]] = {}
    for board, its in of_board.items():
        key = tuple((*place(cell)[1:], mark(cell, letters), strength(cell)) for cell in its)
        blocks.setdefault(key, []).append(board)
    for boards in blocks.values():
        yield boards, of_board[boards[0]]


def _block(
    boards: Sequence[str], cells: Sequence[Cell], letters: Letters, detail: Detail
) -> Iterator[Block]:
    yield Text([(", ".join(_compact(boards)), STRONG)])
    sizes = sorted({place(cell).bits for cell in cells})
    rows: list[tuple[Words, ...]] = []
    for system in dict.fromkeys(place(cell).system for cell in cells):
        its = [cell for cell in cells if place(cell).system == system]
        marks = (_marks([cell for cell in its if place(cell).bits == b], letters) for b in sizes)
        rows.append((system, *marks))
    header = ("", *(f"{bits}-bit" if bits else "" for bits in sizes))
    yield Table(tuple(rows), header=header)
    if detail is Detail.VERBOSE:
        yield from _reasons(cells)


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
        style = {NOTHING: BAD, UNKNOWN: WARN}.get(letter, GOOD)
        pieces += [("  " if pieces else "", PLAIN), (letter + strength(cell), style)]
        pieces.append((f" {place(cell).python}", FAINT))
    return pieces


def _reasons(cells: Iterable[Cell]) -> Iterator[Block]:
    for cell in cells:
        _, system, bits, python = place(cell)
        where = f"{system}-{bits}, Python {python}: "
        rests_on = f" ({cell.rests_on})" if cell.rests_on else ""
        yield Item(Mark.BLANK, [(where + (cell.summary or "not known") + rests_on, FAINT)])


def _legend(letters: Letters, cells: Sequence[Cell]) -> Iterator[Block]:
    entries = [(letter, runtime) for runtime, letter in letters.items()]
    for letter, meaning in (*entries, (NOTHING, "nothing fits"), (UNKNOWN, "not known")):
        yield Item(letter, meaning)
    for sign, meaning in marked(cells).items():
        yield Item(sign, meaning)
    if cells:
        one = next((cell for cell in cells if cell.status != "plan"), cells[0])
        command = f"pidoctor explain {one.requirement} --target {one.target}"
        yield ShellCommand(command, "Why, for example:")
