"""What a target's name means, in the many ways that people write it.

A name is a sequence of words. Each word or run of words is the longest known thing that it can be:
a board, a system, a Python, a memory size, a word size. What is not said is assumed where one
answer is usual, and :attr:`Reading.assumed` says so. All names are data: ids, aliases and spellings
of the tables of boards and systems.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pidoctor.catalog.architectures import kind_of
from pidoctor.catalog.boards import MIB, BoardModel, Boards, load_boards
from pidoctor.catalog.pythons import indexed_pythons
from pidoctor.catalog.systems import (
    Container,
    SystemRow,
    combinations,
    load_systems,
    wrong_word_size,
)
from pidoctor.errors import UsageError
from pidoctor.expressions import expression
from pidoctor.profile.target_reading import FORM, Reading, board_part, fitting, memory_name
from pidoctor.profile.target_suggestions import (
    UnknownTargetError,
    device_in,
    did_you_mean,
    nearest_names,
    what_is_unknown,
)
from pidoctor.profile.target_words import Said, say, shown

_MAX_LENGTH = 200
_IN_FULL = expression(r"([a-z\d.-]+)/([a-z\d.-]+)-(32|64)(?:/py(3\.\d+))?")


def read_name(name: str) -> Reading:
    """The machine that ``name`` stands for; :class:`UsageError` with the nearest that exist."""
    if len(name) > _MAX_LENGTH or not name.strip(" /"):
        raise UsageError(f"target {shown(name)}: expected {FORM}")
    in_full = _read_in_full(name)
    if in_full is not None:
        return in_full
    said = say(name)
    other = said.elsewhere
    if other is not None and not (other.unless and said.boards and getattr(said, other.unless)):
        raise UsageError(f"target {shown(name)}: {other.text}")
    device = device_in(said)
    if device:
        board = said.boards[0].id if said.boards else "pi4"
        raise UsageError(
            f"target {shown(name)}: a device has an option of its own, "
            f"as in --target {board} --with {device}"
        )
    if said.unknown:
        what = f"target {shown(name)}: {what_is_unknown(said)}"
        raise UnknownTargetError(what, nearest_names(said))
    if said.architecture is not None and not said.boards:
        return _anywhere(name, said)
    if len(said.boards) != 1:
        what = "names several boards" if said.boards else "names no board"
        named = bool(said.boards or said.systems)
        raise UnknownTargetError(f"target {shown(name)}: {what}", nearest_names(said), named)
    return _on_board(name, said, said.boards[0])


def _read_in_full(name: str) -> Reading | None:
    """The machine of a name that is written in full; None for any other one.

    Most names are, and they need none of the other words that are known.
    """
    found = _IN_FULL.fullmatch(name)
    if found is None:
        return None
    tables = load_boards()
    board = tables.boards.get(found[1]) or tables.boards.get(found[1].rpartition("-")[0])
    row = next((row for row in load_systems().rows if row.id == found[2]), None)
    if board is None or row is None or found[4] not in (None, *indexed_pythons()):
        return None
    bits = int(found[3])
    readings = (Reading(board, size, row, bits, found[4]) for size in (None, *board.memory))
    reading = next((one for one in readings if one.canonical == name), None)
    fits = reading and not row.why_not(board, tables.socs[board.soc], bits)
    return reading if fits else None


def find_boards(name: str) -> tuple[BoardModel, ...]:
    """The boards of that name or family; none for an unknown one."""
    said = say(name)
    return () if said.unknown or said.systems or said.python else said.boards


def board_names(boards: Iterable[BoardModel], name: str) -> list[str]:
    """The boards' parts of full names, with the memory that ``name`` says or every size."""
    memory = say(name).memory
    return [
        board_part(board, size)
        for board in boards
        for size in board.memory
        if memory in (None, size)
    ]


def _anywhere(name: str, said: Said) -> Reading:
    """A machine without a board: its architecture with a C library or a system."""
    architecture = said.architecture or ""
    bits = kind_of(architecture).bits
    if said.image is not None:
        row, python = _contained(said.image)
        return Reading(None, said.memory, row, bits, python or said.python, said.image,
                       architecture)  # fmt: skip
    rows = [row for row in said.systems if bits in row.os_ids and row.vendor is None]
    generic = Reading(None, said.memory, None, bits, said.python, None, architecture)
    if said.libc is not None and said.python is not None:
        return generic._replace(libc=said.libc)
    if rows and said.libc is None:
        row = rows[-1]
        return generic._replace(row=row, assumed=() if said.release else (row.name,))
    if said.systems and all(row.vendor for row in said.systems):
        raise UnknownTargetError(f"target {shown(name)}: names no board", nearest_names(said))
    # Debian for ARM needs ARMv7, and so do its derivatives.
    usual = ["debian-trixie", "ubuntu-24.04" if bits == 64 else "debian-bookworm"]
    systems = [f"{row}-{bits}" for row in usual if architecture != "armv6l"]
    python = f"/py{said.python}" if said.python else ""
    names = [*(f"{architecture}/{row}{python}" for row in systems),
             f"{architecture}/glibc-2.36{python or '/py3.11'}"]  # fmt: skip
    raise UnknownTargetError(
        f"target {shown(name)}: an architecture needs a system, or a C library and a Python", names
    )


def _on_board(name: str, said: Said, board: BoardModel) -> Reading:
    if said.libc is not None:
        architecture = "armv7l" if said.bits == 32 else "aarch64"
        libc = f"{'-'.join(said.libc)}/py{said.python or '3.11'}"
        raise UsageError(
            f"target {shown(name)}: a C library goes with an architecture instead of a board; did "
            f"you mean {architecture}/{libc}?"
        )
    if said.memory is not None and said.memory not in board.memory:
        sizes = ", ".join(memory_name(option) for option in board.memory)
        raise UsageError(f"target {shown(name)}: the {board.name} is sold with {sizes}")
    row, bits = _image_on(name, said, board)
    complete = said.release and said.bits is not None
    memory = said.memory if complete or said.image else said.memory or board.usual_memory
    assumed = []
    if said.memory is None and memory is not None and len(board.memory) > 1:
        assumed.append(f"{memory // MIB // 1024} GB" if memory >= 1024 * MIB else "least memory")
    if not said.release and not said.image:
        assumed.append(row.name)
    if said.bits is None and not said.image:
        assumed.append(f"{bits}-bit")
    python = _contained(said.image)[1] if said.image is not None else None
    return Reading(board, memory, row, bits, python or said.python, said.image,
                   assumed=tuple(assumed))  # fmt: skip


def _contained(image: str) -> tuple[SystemRow, str | None]:
    """The system of a container image, and the Python that it brings besides the system's own."""
    systems = load_systems()
    name, _, tag = image.partition(":")
    of_name = [container for container in systems.containers if container.image == name]
    python = None
    if any(container.brings_python for container in of_name):
        version = re.match(r"3\.\d{1,2}(?=\.|-|$)", tag)
        python = version.group() if version else indexed_pythons()[-1]
        tag = re.sub(r"^(latest|3(\.\d{1,2}){0,2})(-|$)", "", tag)
    of_python = (c for c in of_name if not c.pythons or python in c.pythons)
    container = next(of_python, None)
    if container is None:
        examples = "python:3.12-slim, python:3.11-slim-bookworm, debian:12 or ubuntu:24.04"
        raise UsageError(f"target {shown(image)}: unknown image; write one such as {examples}")
    if tag not in container.variants:
        raise UsageError(f"target {shown(image)}: unknown tag{_near_tags(container, tag, python)}")
    return next(row for row in systems.rows if row.id == container.variants[tag]), python


def _near_tags(container: Container, tag: str, python: str | None) -> str:
    """The nearest three tags that there are, as the end of a sentence."""
    from difflib import get_close_matches

    near = get_close_matches(tag, container.variants, n=3, cutoff=0.0)
    tags = ("-".join(part for part in (python, one) if part) for one in near)
    return did_you_mean([f"{container.image}:{one}" for one in tags])


def _image_on(name: str, said: Said, board: BoardModel) -> tuple[SystemRow, int]:
    """The system and word size, as said or the usual ones of the board."""
    boards, systems = load_boards(), load_systems()
    soc = boards.socs[board.soc]
    if said.image is not None:
        bits = said.bits or max(boards.word_sizes(board))
        wrong = wrong_word_size(board, soc, bits)
        if wrong:
            raise UsageError(f"target {shown(name)}: {wrong}")
        return _contained(said.image)[0], bits
    if not said.systems:
        row = systems.usual(board, soc, boards.systems_of(board))
        rows = [row] if row is not None else list(systems.rows[-1:])
    else:
        rows = fitting(said.systems, board, boards)
    sizes = _sizes(said, board, boards)
    reasons = [(row, bits, row.why_not(board, soc, bits)) for row in rows for bits in sizes]
    possible = [(row, bits) for row, bits, reason in reasons if not reason]
    if possible:
        return possible[0]
    row, bits, reason = reasons[0]
    raise UsageError(f"target {shown(name)}: {reason}{_instead(said, board, row, bits)}")


def _instead(said: Said, board: BoardModel, row: SystemRow, bits: int) -> str:
    """What to ask about in place of a system that the board does not run, as sentences."""
    boards, systems = load_boards(), load_systems()
    soc = boards.socs[board.soc]
    # Raspberry Pi OS calls itself Debian where it is 64-bit.
    own = [
        other
        for other in systems.rows
        if other.vendor == board.vendor
        and other.codename == row.codename != ""
        and not other.why_not(board, soc, bits)
    ]
    text = ""
    if own and row.vendor is None:
        there = Reading(board, said.memory or board.usual_memory, own[0], bits, said.python)
        text += f" {own[0].name} does: {there.canonical}."
    image = _image_of(row) if bits in soc.modes else ""
    if image:
        contained = Reading(board, said.memory, row, bits, None, image)
        text += f" In a container it runs: {contained.canonical}."
    usual = systems.usual(board, soc, boards.systems_of(board))
    if not text and usual is not None and usual is not row:
        sizes = [size for size in boards.word_sizes(board) if not usual.why_not(board, soc, size)]
        if sizes:
            there = Reading(board, said.memory or board.usual_memory, usual, max(sizes), None)
            text = f" What it runs: {there.canonical}."
    return text


def _image_of(row: SystemRow) -> str:
    """A container image of a system, where there is one."""
    for container in load_systems().containers:
        for variant, row_id in container.variants.items():
            if row_id == row.id and not container.brings_python:
                return f"{container.image}:{variant}"
    return ""


def _sizes(said: Said, board: BoardModel, boards: Boards) -> list[int]:
    """The word sizes to try: what was said, else what the system's name implies, else 64 first."""
    if said.bits is not None:
        return [said.bits]
    sizes = sorted(boards.word_sizes(board), reverse=True)
    return sorted(sizes, key=lambda size: size != said.usual_bits) if said.usual_bits else sizes


def all_names(every_memory: bool = False) -> list[str]:
    """The name of every board, memory size, system and word size that go together.

    Without ``every_memory`` those that tell something new: see :meth:`Boards.listed`.
    """
    boards = load_boards()
    return [
        Reading(board, memory, row, bits, None).canonical
        for board, row, bits in combinations(boards, load_systems())
        for memory in (board.memory if every_memory else boards.listed(board, row.id, row.flavour))
    ]
