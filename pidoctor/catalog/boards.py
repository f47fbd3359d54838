"""Boards: what is documented of each, and what a Raspberry Pi's revision code says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pidoctor.catalog.tables import derived, load
from pidoctor.records import NamedTuple

MIB = 1 << 20
RASPBERRY_PI = "raspberry-pi"


class Mode(NamedTuple):
    """What a system on chip shows under a kernel of one word size."""

    machine: str  # uname -m
    features: tuple[str, ...]  # /proc/cpuinfo, sorted


class Cluster(NamedTuple):
    """Cores of one kind: what they are called, and how many."""

    core: str
    cores: int


class Soc(NamedTuple):
    """A system on chip. ``modes`` has an entry per word size (32, 64) whose kernel it can boot.

    ``beside`` are the cores beside those that are called ``core``, where not all are alike.
    """

    id: str
    core: str
    gpu: str
    compatible: tuple[str, ...]  # device-tree strings
    modes: Mapping[int, Mode]
    runs_32: bool  # whether it can run 32-bit programs
    sources: tuple[str, ...]
    beside: Cluster | None = None

    @property
    def gpu_family(self) -> str:
        """The GPU without its model: "Mali" of "Mali-G610"."""
        return self.gpu.partition(" ")[0].partition("-")[0]


class BoardModel(NamedTuple):
    """A board. ``memory_mib`` lists the sizes it is sold with, smallest first.

    ``suggested`` marks the ones to name when a newer board would help, cheapest first.
    ``systems`` are the ids or flavours of the systems that it is documented to run, the usual one
    first; empty for those of its vendor.
    """

    id: str
    name: str
    vendor: str
    soc: str
    cores: int
    memory_mib: tuple[int, ...]
    compatible: tuple[str, ...]  # of the device tree; none where no kernel has published any
    sources: tuple[str, ...]
    aliases: tuple[str, ...] = ()  # other names, in any spelling
    suggested: bool = False
    systems: tuple[str, ...] = ()
    memory_of: Mapping[str, int] = {}  # other names that say the memory too -> MiB

    @property
    def memory(self) -> tuple[int, ...]:
        """The sizes it is sold with, bytes."""
        return tuple(size * MIB for size in self.memory_mib)

    @property
    def usual_memory(self) -> int:
        """The size to assume where none is named, bytes: 4 GiB, else the nearest below it."""
        small = [size for size in self.memory if size <= 4096 * MIB]
        return max(small, default=self.memory[0])


class Vendor(NamedTuple):
    """A maker of boards. ``spellings`` are what its name is written like before a board's.

    ``mixed_word_sizes``: its 64-bit boards run 32-bit images as well. ``every_memory``: its boards
    are listed with every size of memory and every system; others with the usual memory and the
    first two systems alone.
    """

    id: str
    name: str
    systems: tuple[str, ...]  # ids or flavours that its boards run, the usual one first
    spellings: tuple[str, ...] = ()
    mixed_word_sizes: bool = False
    every_memory: bool = False


class OldCode(NamedTuple):
    """What one of the Raspberry Pi's first revision codes stands for."""

    board: str
    revision: str
    memory_mib: int | None


class RevisionCodes(NamedTuple):
    """The fields of a Raspberry Pi's revision code: number -> meaning; types in hex."""

    sources: tuple[str, ...]
    memory_mib: Mapping[str, int]
    makers: Mapping[str, str]
    socs: Mapping[str, str]
    types: Mapping[str, tuple[str, ...]]
    old_codes: Mapping[str, OldCode]


class Cores(NamedTuple):
    """The cores by "implementer/part" of /proc/cpuinfo, in hex."""

    source: str
    parts: Mapping[str, str]


class BoardsTable(NamedTuple):
    """boards.json."""

    schema: Literal["pidoctor-boards/1"]
    revision: RevisionCodes
    cores: Cores
    vendors: tuple[Vendor, ...]
    socs: tuple[Soc, ...]
    boards: tuple[BoardModel, ...]


class Revision(NamedTuple):
    """The fields of a revision code; those it does not tell, or that we do not know, are None."""

    code: int
    board: str | None  # a board's id
    soc: str | None
    memory: int | None  # bytes
    maker: str | None
    revision: str | None  # of the circuit board: "1.4"


class Boards(NamedTuple):
    """The whole table."""

    boards: Mapping[str, BoardModel]
    socs: Mapping[str, Soc]
    vendors: Mapping[str, Vendor]
    codes: RevisionCodes
    core_parts: Mapping[str, str]  # "implementer/part" of /proc/cpuinfo, in hex -> core

    def systems_of(self, board: BoardModel) -> tuple[str, ...]:
        """The ids and flavours of the systems that a board is documented to run, usual first."""
        return board.systems or self.vendors[board.vendor].systems

    def listed(self, board: BoardModel, *system: str) -> tuple[int, ...]:
        """The sizes of memory, bytes, that a board is listed with under a system.

        The list is what can be looked through: every size under the usual system of a maker whose
        boards are listed in full, the usual size under the others.
        """
        systems = self.systems_of(board)
        if self.vendors[board.vendor].every_memory:
            return board.memory if systems[0] in system else (board.usual_memory,)
        return (board.usual_memory,) if {*systems[:2]} & {*system} else ()

    def word_sizes(self, board: BoardModel) -> tuple[int, ...]:
        """The word sizes of the images that there are for a board."""
        modes = self.socs[board.soc].modes
        mixed = self.vendors[board.vendor].mixed_word_sizes and 64 in modes
        return (32, 64) if mixed else (max(modes),)

    def supports(self, board: BoardModel, *system: str) -> bool:
        """Whether a system (its id and flavour) is documented to run on a board."""
        return any(name in system for name in self.systems_of(board))

    def by_compatible(self, strings: tuple[str, ...]) -> BoardModel | None:
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
        row = self.codes.old_codes.get(f"{code & 0xFFFF:04x}") if not code & 0x7F0000 else None
        board = self.boards.get(row.board) if row else None
        memory = row.memory_mib if row else None
        return Revision(
            code=code,
            board=board.id if board else None,
            soc=board.soc if board else None,
            memory=memory * MIB if memory else None,
            maker=None,
            revision=row.revision if row else None,
        )

    def _new_style(self, code: int) -> Revision:
        memory = self.codes.memory_mib.get(str(code >> 20 & 7))
        size = memory * MIB if memory else None
        soc = self.codes.socs.get(str(code >> 12 & 0xF))
        board = self._of_type(code >> 4 & 0xFF, soc, size)
        return Revision(
            code=code,
            board=board.id if board else None,
            soc=soc,
            memory=size,
            maker=self.codes.makers.get(str(code >> 16 & 0xF)),
            revision=f"1.{code & 0xF}",
        )

    def _of_type(self, number: int, soc: str | None, memory: int | None) -> BoardModel | None:
        """The board of a type number; where several share it, by their chip and memory."""
        named = [self.boards[name] for name in self.codes.types.get(f"{number:02x}", ())]
        fitting = [board for board in named if soc is None or board.soc == soc]
        exact = [board for board in fitting if memory in board.memory]
        return next(iter((*exact, *fitting)), None)


@derived
def load_boards() -> Boards:
    """The boards that ship with pidoctor, and the user's own."""
    table = load(BoardsTable)
    return Boards(
        {board.id: board for board in table.boards},
        {soc.id: soc for soc in table.socs},
        {vendor.id: vendor for vendor in table.vendors},
        table.revision,
        table.cores.parts,
    )
