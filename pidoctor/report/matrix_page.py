"""The matrix as one page: a table per requirement, boards down, systems across."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pidoctor import __version__, units
from pidoctor.envelope import Cell
from pidoctor.profile.named_targets import newest_board_first, newest_system_first
from pidoctor.profile.target_words import board_spellings, system_spellings
from pidoctor.report.html import file_of_this_package, page, text
from pidoctor.report.matrix_cells import (
    NOTHING,
    UNKNOWN,
    mark,
    marked,
    place,
    runtime_letters,
    runtime_of,
    strength,
)

_WORDS = {"plan": "runs", "impossible": "nothing fits", "unknown": "not known"}


def matrix_page(cells: Sequence[Cell]) -> str:
    """The matrix: a table per requirement, boards down, systems across, reasons on demand."""
    title = "Will TensorFlow Lite run on this board?"
    return page(title, _matrix_body(title, cells), file_of_this_package("matrix.js"))


def _matrix_body(title: str, cells: Sequence[Cell]) -> Iterator[str]:
    letters = runtime_letters(cells)
    fits = sum(cell.status == "plan" for cell in cells)
    yield f"<h1>{text(title)}</h1>"
    yield (
        f"<p>{units.count(len(cells), 'combination')} of board and system; something fits "
        f"{fits} of them. Choose a cell for what would be installed, or for what comes nearest."
        f" <small>Made by pidoctor {text(__version__)} from its wheels index.</small></p>"
    )
    yield from _filter()
    yield from _legend(letters, cells)
    for requirement in dict.fromkeys(cell.requirement for cell in cells):
        asked = [cell for cell in cells if cell.requirement == requirement]
        about = "auto: whatever runs TensorFlow Lite" if requirement == "auto" else requirement
        yield f"<section><h2>{text(about)}</h2>"
        yield from _matrix_table(requirement, asked, letters)
        yield "</section>"


def _filter() -> Iterator[str]:
    yield '<form id="filter" role="search" hidden>'
    yield '<label for="words">Boards and systems<br>'
    yield '<input type="search" id="words" placeholder="pi4 bookworm" autocomplete="off"></label>'
    yield "<fieldset><legend>Show</legend>"
    for value, label in (("all", "all"), *_WORDS.items()):
        checked = " checked" if value == "all" else ""
        yield (
            f'<label><input type="radio" name="status" value="{value}"{checked}> {label}</label>'
        )
    yield "</fieldset>"
    yield '<output id="shown" for="words" class="soft"></output></form>'


def _legend(letters: Mapping[str, str], cells: Sequence[Cell]) -> Iterator[str]:
    entries = [(letter, "plan", runtime) for runtime, letter in letters.items()]
    entries += [(NOTHING, "impossible", "nothing fits"), (UNKNOWN, "unknown", "not known")]
    yield '<ul class="legend" aria-label="Legend">'
    for letter, status, meaning in entries:
        yield f'<li><b class="{status}">{text(letter)}</b>{text(meaning)}</li>'
    for sign, meaning in marked(cells).items():
        yield f'<li><b class="plan">{text(sign)}</b>{text(meaning)}</li>'
    yield '<li class="soft">The number is the Python; the system has the first one.</li></ul>'


def _matrix_table(
    requirement: str, cells: Sequence[Cell], letters: Mapping[str, str]
) -> Iterator[str]:
    places = [place(cell) for cell in cells]
    columns = sorted(
        {(where.system, where.bits) for where in places}, key=lambda it: newest_system_first(*it)
    )
    rows: dict[str, dict[tuple[str, int], list[Cell]]] = {}
    names: dict[str, str] = {}
    for cell, where in zip(cells, places):
        row = rows.setdefault(where.board, {})
        row.setdefault((where.system, where.bits), []).append(cell)
        names.setdefault(where.board, cell.board)
    label = f"{requirement}: boards and systems"
    yield f'<div class="scroll" role="region" tabindex="0" aria-label="{text(label)}">'
    yield '<table class="matrix"><thead><tr><th scope="col">Board</th>'
    for system, bits in columns:
        size = f"<small>{bits}-bit</small>" if bits else ""
        name = text(f"{system} {bits}-bit")
        also = text(" ".join(system_spellings(system)))
        yield f'<th scope="col" data-name="{name}" data-also="{also}">{text(system)}{size}</th>'
    yield "</tr></thead><tbody>"
    for board in sorted(rows, key=newest_board_first):
        row = rows[board]
        named = f"<small>{text(names[board])}</small>" if names[board] not in ("", board) else ""
        also = text(" ".join(board_spellings(board)))
        yield f'<tr data-also="{also}"><th scope="row">{text(board)}{named}</th>'
        for column in columns:
            yield _matrix_cell(row.get(column, []), letters)
        yield "</tr>"
    yield "</tbody></table></div>"


def _matrix_cell(cells: Sequence[Cell], letters: Mapping[str, str]) -> str:
    if not cells:
        return '<td><span class="sr">not offered</span></td>'
    statuses = [cell.status for cell in cells]
    status = next(s for s in ("plan", "unknown", "impossible") if s in statuses)
    answers = "".join(_answer(cell, letters) for cell in cells)
    return f'<td class="{status}" data-status="{status}">{answers}</td>'


def _answer(cell: Cell, letters: Mapping[str, str]) -> str:
    status = cell.status
    python = place(cell).python
    said = runtime_of(cell) or _WORDS[status]
    rests_on = f" <small>({text(cell.rests_on)})</small>" if cell.rests_on else ""
    return (
        f'<details data-cell="{text(f"{cell.requirement} {cell.target}")}">'
        f'<summary><b aria-hidden="true">{text(mark(cell, letters) + strength(cell))}</b>'
        f'<span class="sr">{text(said)}, Python</span> <small>{text(python)}</small></summary>'
        f'<div class="why {status}"><p><strong>{text(cell.target)}</strong>, '
        f"{text(cell.requirement)}, Python {text(python)}</p>"
        f"<p>{text(cell.summary or _WORDS[status])}{rests_on}</p>"
        f'<pre tabindex="0">pidoctor explain {text(cell.requirement)} '
        f"--target {text(cell.target)}</pre>"
        "</div></details>"
    )
