"""Boards: what is documented of each, and what a Raspberry Pi's revision code says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pidoctor.catalog.tables import load_table

MIB = 1 << 20
RASPBERRY_PI = "raspberry-pi"


class Mode(NamedTuple):
    """What a system on chip shows under a kernel of one word size."""

    machine: str  # uname -m
    features: tuple[str, ...]  # /proc/cpuinfo, sorted


class Soc(NamedTuple):
    """A system on chip. ``modes`` has an entry per word size (32, 64) whose kernel it can boot."""

    id: str
    core: str
    gpu: str
    compatible: tuple[str, ...]  # device-tree strings
    modes: Mapping[int, Mode]
    runs_32: bool  # whether it can run 32-bit programs
    sources: tuple[str, ...]


class Board(NamedTuple):
    """A board. ``memory`` lists the sizes it is sold with, in bytes, smallest first.

    ``suggested`` marks the ones to name when a newer board would help, cheapest first.
    """

    id: str
    name: str
    vendor: str
    soc: str
    cores: int
    memory: tuple[int, ...]
    compatible: tuple[str, ...]
    aliases: tuple[str, ...]
    suggested: bool
    sources: tuple[str, ...]


class Revision(NamedTuple):
    """The fields of a revision code; those it does not tell, or that we do not know, are None."""

    code: int
    new_style: bool
    board: str | None  # a board's id
    soc: str | None
    memory: int | None  # bytes
    maker: str | None
    revision: str | None  # of the circuit board: "1.4"
    warranty_void: bool


class Boards(NamedTuple):
    """The whole table."""

    boards: Mapping[str, Board]
    socs: Mapping[str, Soc]
    codes: Mapping[str, Any]  # the "revision" part of boards.json
    core_parts: Mapping[str, str]  # "implementer/part" of /proc/cpuinfo, in hex -> core

    def by_compatible(self, strings: tuple[str, ...]) -> Board | None:
        """The board that the first known device-tree compatible string names.

        Where two boards share the string, their chip's own string decides.
        """
        soc = self.soc_by_compatible(strings)
        for string in strings:
            named = [board for board in self.boards.values() if string in board.compatible]
            fitting = [board for board in named if soc is not None and board.soc == soc.id]
            if named:
                return (fitting or named)[0]
        return None

    def soc_by_compatible(self, strings: tuple[str, ...]) -> Soc | None:
        """The system on chip that a device-tree compatible string names."""
        return next((soc for soc in self.socs.values() if {*soc.compatible} & {*strings}), None)

    def decode_revision(self, code: int) -> Revision:
        """What a revision code says; never raises for a 32-bit number.

        Bit fields as documented for the Raspberry Pi (the "sources" of boards.json): the warranty
        and one-time-programming bits above bit 23 say nothing about the board.
        """
        if code >> 23 & 1:
            return self._new_style(code)
        row = self.codes["old_codes"].get(f"{code & 0xFFFF:04x}") if not code & 0x7F0000 else None
        board = self.boards.get(row["board"]) if row else None
        memory = row["memory_mib"] if row else None
        return Revision(
            code=code,
            new_style=False,
            board=board.id if board else None,
            soc=board.soc if board else None,
            memory=memory * MIB if memory else None,
            maker=None,
            revision=row["revision"] if row else None,
            warranty_void=bool(code >> 24 & 1),
        )

    def _new_style(self, code: int) -> Revision:
        memory = self.codes["memory_mib"].get(str(code >> 20 & 7))
        size = memory * MIB if memory else None
        soc = self.codes["socs"].get(str(code >> 12 & 0xF))
        board = self._of_type(code >> 4 & 0xFF, soc, size)
        return Revision(
            code=code,
            new_style=True,
            board=board.id if board else None,
            soc=soc,
            memory=size,
            maker=self.codes["makers"].get(str(code >> 16 & 0xF)),
            revision=f"1.{code & 0xF}",
            warranty_void=bool(code >> 25 & 1),
        )

    def _of_type(self, number: int, soc: str | None, memory: int | None) -> Board | None:
        """The board of a type number; where several share it, by their chip and memory."""
        named = [self.boards[name] for name in self.codes["types"].get(f"{number:02x}", ())]
        fitting = [board for board in named if soc is None or board.soc == soc]
        exact = [board for board in fitting if memory in board.memory]
        return next(iter((*exact, *fitting)), None)


@lru_cache(maxsize=1)
def load_boards() -> Boards:
    """The table of boards.json."""
    table = load_table("boards")
    socs = {row["id"]: _soc(row) for row in table["socs"]}
    boards = {row["id"]: _board(row) for row in table["boards"]}
    return Boards(boards, socs, table["revision"], table["cores"]["parts"])


def decode_revision(code: int) -> Revision:
    """:meth:`Boards.decode_revision` of the shipped table."""
    return load_boards().decode_revision(code)


def _soc(row: Mapping[str, Any]) -> Soc:
    return Soc(
        id=row["id"],
        core=row["core"],
        gpu=row["gpu"],
        compatible=tuple(row["compatible"]),
        modes={
            int(bits): Mode(mode["machine"], tuple(mode["features"]))
            for bits, mode in row["modes"].items()
        },
        runs_32=row["runs_32"],
        sources=tuple(row["sources"]),
    )


def _board(row: Mapping[str, Any]) -> Board:
    return Board(
        id=row["id"],
        name=row["name"],
        vendor=row["vendor"],
        soc=row["soc"],
        cores=row["cores"],
        memory=tuple(size * MIB for size in row["memory_mib"]),
        compatible=tuple(row["compatible"]),
        aliases=tuple(row["aliases"]),
        suggested=row["suggested"],
        sources=tuple(row["sources"]),
    )
