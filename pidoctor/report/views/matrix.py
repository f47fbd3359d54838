"""Boards x systems x Pythons at a glance: a letter for the runtime that fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pidoctor.report.layout import Page, Piece
from pidoctor.report.look import BAD, FAINT, GOOD, STRONG, WARN

Cell = Mapping[str, Any]

UNKNOWN = "?"
NOTHING = "-"


def show(page: Page, cells: Sequence[Cell]) -> None:
    """The matrix, boards with the same answers together; with ``verbose`` why a cell is empty."""
    letters = runtime_letters(cells)
    for requirement in dict.fromkeys(cell["requirement"] for cell in cells):
        page.heading(f"{requirement}: what fits which board")
        asked = [cell for cell in cells if cell["requirement"] == requirement]
        pythons = sorted({place(cell)[2] for cell in asked}, key=_version)
        for boards, rows in _grouped(asked, letters):
            _board(page, boards, rows, pythons, letters)
    _legend(page, letters)


def runtime_letters(cells: Iterable[Cell]) -> dict[str, str]:
    """A letter for each runtime that some cell's plan has: the initial of its last word."""
    letters: dict[str, str] = {}
    for cell in cells:
        runtime = runtime_of(cell)
        if runtime and runtime not in letters:
            initials = [word[0].upper() for word in reversed(runtime.split("-")) if word]
            spare = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
            taken = set(letters.values())
            letters[runtime] = next(c for c in (*initials, *spare) if c not in taken)
    return letters


def runtime_of(cell: Cell) -> str:
    """The runtime of a plan: the first word of its summary ("ai-edge-litert 2.1.0, numpy ...")."""
    return str(cell["summary"]).split(" ", 1)[0] if cell["status"] == "plan" else ""


def mark(cell: Cell, letters: Mapping[str, str]) -> str:
    """The one character of a cell."""
    if cell["status"] == "plan":
        return letters[runtime_of(cell)]
    return NOTHING if cell["status"] == "impossible" else UNKNOWN


def place(cell: Cell) -> tuple[str, str, str]:
    """The board, system and Python of a cell, as the names of targets have them."""
    board, _, rest = str(cell["target"]).partition("/")
    system = rest.partition("/")[0]
    return board, system, ".".join(str(cell["python"]).split(".")[:2])


def _grouped(
    cells: Sequence[Cell], letters: Mapping[str, str]
) -> Iterable[tuple[list[str], dict[str, dict[str, Cell]]]]:
    """Boards whose every cell has the same mark share a block."""
    blocks: dict[tuple[tuple[str, str, str], ...], list[str]] = {}
    rows: dict[str, dict[str, dict[str, Cell]]] = {}
    for cell in cells:
        board, system, python = place(cell)
        rows.setdefault(board, {}).setdefault(system, {})[python] = cell
    for board, systems in rows.items():
        key = tuple(
            (system, python, mark(cell, letters))
            for system, pythons in systems.items()
            for python, cell in pythons.items()
        )
        blocks.setdefault(key, []).append(board)
    for boards in blocks.values():
        yield boards, rows[boards[0]]


def _board(
    page: Page,
    boards: Sequence[str],
    rows: Mapping[str, Mapping[str, Cell]],
    pythons: Sequence[str],
    letters: Mapping[str, str],
) -> None:
    page.blank()
    page.paragraph([(", ".join(boards), STRONG)], hang=2)
    width = max(len(system) for system in rows)
    names = list(pythons)
    column = max(len(name) for name in names) + 2
    label = "Python"
    if width + 4 + column * len(names) > page.look.width and len({p[:2] for p in names}) == 1:
        label, names = f"Python {names[0][:2]}", [name[2:] for name in names]
        column = max(len(name) for name in names) + 2
    header = label.ljust(width) + "".join(name.rjust(column) for name in names)
    page.item([(f"  {header}", FAINT)], "")
    for system, cells in rows.items():
        line: list[Piece] = [(f"  {system.ljust(width)}", "")]
        for python in pythons:
            cell = cells.get(python)
            text = " " if cell is None else mark(cell, letters)
            line += [(" " * (column - 2), ""), (text, _style(text)), (" ", "")]
        page.item(line, "")
        if page.look.verbose:
            _reasons(page, cells.values())


def _reasons(page: Page, cells: Iterable[Cell]) -> None:
    for cell in cells:
        reason = cell["summary"] or "not known"
        page.item([(f"{place(cell)[2]}: ", FAINT)], [(reason, FAINT)], indent=6)


def _style(text: str) -> str:
    return {NOTHING: BAD, UNKNOWN: WARN}.get(text, GOOD)


def _legend(page: Page, letters: Mapping[str, str]) -> None:
    page.blank()
    entries = [(letter, runtime) for runtime, letter in letters.items()]
    for letter, meaning in (*entries, (NOTHING, "nothing fits"), (UNKNOWN, "not known")):
        page.item([(f"{letter} ", _style(letter))], meaning, indent=2)
    page.paragraph([("pidoctor explain REQUIREMENT --target TARGET says why.", FAINT)], indent=2)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())
