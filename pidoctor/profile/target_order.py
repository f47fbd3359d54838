"""The order of boards and systems where many stand together: those of a kind, the newest first."""

from __future__ import annotations

import re

from pidoctor.catalog.boards import load_boards
from pidoctor.catalog.systems import load_systems
from pidoctor.profile.target_names import find_boards


def newest_board_first(name: str) -> tuple[int, int]:
    """Boards of one maker together; of these the newest first, which have the larger cores:
    Cortex-A76, A72, A53, A7, ARM11."""
    boards = load_boards()
    found = next(iter(find_boards(name)), None)
    if found is None:
        return len(boards.vendors), 0
    number = re.search(r"(?<=cortex-a)\d+", boards.socs[found.soc].core)
    return list(boards.vendors).index(found.vendor), -int(number[0]) if number else 0


def newest_system_first(system: str, bits: int) -> tuple[int, int, int]:
    """Releases of one distribution together, and of these the newest first, 64-bit before 32."""
    rows = load_systems().rows
    at = next((at for at, row in enumerate(rows) if row.id == system), None)
    if at is None:
        return len(rows), 0, -bits
    flavour = next(first for first, row in enumerate(rows) if row.flavour == rows[at].flavour)
    return flavour, -at, -bits
