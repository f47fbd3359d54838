"""The names that ``--target`` takes, one line per board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

from pidoctor.report.layout import Page
from pidoctor.report.look import FAINT, STRONG

Target = Union[str, Mapping[str, Any]]


def show(page: Page, targets: Sequence[Target]) -> None:
    """Boards with the systems that each can run; with ``verbose`` every name in full."""
    names = [target if isinstance(target, str) else str(target["target"]) for target in targets]
    if page.look.verbose or page.look.quiet:
        for name in names:
            page.paragraph(name)
        return
    if not names:
        page.paragraph("No target has that in its name.")
        return
    systems: dict[tuple[str, ...], list[str]] = {}
    for board, its in _by_board(names).items():
        systems.setdefault(its, []).append(board)
    for its, boards in systems.items():
        page.blank()
        page.paragraph([("  ".join(boards), STRONG)])
        page.paragraph([(f"/{system}  ", "") for system in its], indent=4)
    page.blank()
    example = names[0]
    page.paragraph([(f"For example: pidoctor check --target {example}", FAINT)])


def _by_board(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in names:
        board, _, system = name.partition("/")
        found.setdefault(board, []).append(system)
    return {board: tuple(its) for board, its in found.items()}
