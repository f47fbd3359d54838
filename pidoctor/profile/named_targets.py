"""Named targets: ``BOARD[-RAM]/OS-BITS[/pyX.Y]`` -> Profile, from the tables alone.

Also without a board (``aarch64/glibc-2.36/py3.11``) and in a container (``pi5/python:3.12-slim``).
"""

from __future__ import annotations

import re

from pidoctor.catalog.boards import load_boards
from pidoctor.catalog.systems import load_systems
from pidoctor.profile.profile import Profile
from pidoctor.profile.sections import (
    Contained,
    Image,
    boardless_profile,
    container_profile,
    table_profile,
)
from pidoctor.profile.target_names import find_boards, read_name
from pidoctor.profile.target_reading import Reading


def target(name: str) -> Profile:
    """The Profile that ``name`` stands for.

    Raises :class:`UsageError` with the nearest names for one that is unknown or means several
    machines, and with the reason for a combination that cannot exist.
    """
    return profile_of(read_name(name))


def profile_of(reading: Reading) -> Profile:
    """The Profile of a name that was read."""
    origin = f"target {reading.canonical}"
    image = None if reading.row is None else Image(reading.row, reading.bits)
    if reading.board is None or image is None:
        return boardless_profile(
            origin, reading.architecture, image or reading.libc, reading.python
        )
    if reading.image is not None:
        container = Contained(image, reading.image, reading.python)
        return container_profile(origin, reading.board, reading.memory, container)
    return table_profile(origin, reading.board, reading.memory, image, reading.python)


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
