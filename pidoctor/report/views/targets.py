"""The names that ``--target`` takes, one line per board."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pidoctor.envelope import Result
from pidoctor.report.document import STRONG, Block, Detail, Item, Mark, Section, Text


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """Boards with the systems that each can run; every name in full where that is wanted."""
    names = result.targets
    if names is None:
        return
    if detail is not Detail.USUAL:
        yield Section("", tuple(Text(name) for name in names))
        return
    systems: dict[tuple[str, ...], list[str]] = {}
    for board, its in _by_board(names).items():
        systems.setdefault(its, []).append(board)
    for its, boards in systems.items():
        described: tuple[Block, ...] = (
            Text([("  ".join(boards), STRONG)]),
            Item(Mark.BLANK, "  ".join(f"/{system}" for system in its)),
        )
        yield Section("", described)


def _by_board(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in names:
        board, _, system = name.partition("/")
        found.setdefault(board, []).append(system)
    return {board: tuple(its) for board, its in found.items()}
