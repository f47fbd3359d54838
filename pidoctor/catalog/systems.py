"""Operating systems: what a stock image of each release holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pidoctor.catalog.boards import MIB, Board, Boards, Soc
from pidoctor.catalog.tables import load_table

DEFAULT = "default"


class SystemRow(NamedTuple):
    """A release. Versions are strings; None is "not documented"; word sizes are 32 and 64.

    ``kernel_bits`` is the word size of the kernel that an image boots and ``page_sizes`` its page
    size in bytes, each by the image's word size and then by chip, with a "default".
    """

    id: str  # "bookworm" (Raspberry Pi OS), "debian-bookworm", "ubuntu-22.04"
    short: str  # what the release may also be called where no other row has that id
    flavour: str
    vendor: str | None  # the only maker whose boards it is for
    name: str
    codename: str | None
    version: str
    os_ids: Mapping[int, str]  # os-release ID by word size; the keys are the images there are
    armv6: bool  # its 32-bit image runs on ARMv6
    libc: str
    libc_version: str
    glibcxx: str | None
    python: str
    pip: str | None
    venv: bool | None
    externally_managed: bool  # has the PEP 668 marker
    package_manager: str
    kernel_bits: Mapping[int, Mapping[str, int]]
    page_sizes: Mapping[int, Mapping[str, int | None]]
    temp_is_tmpfs: bool | None
    zram_cap: int | None  # bytes; zram as large as memory, but no larger than this
    piwheels: str | None  # the extra index that its pip is configured with
    not_for: Mapping[str, str]  # chip -> why it does not run there
    sources: tuple[str, ...]

    @property
    def python_minor(self) -> str:
        return ".".join(self.python.split(".")[:2])

    @property
    def source(self) -> str:
        """What a fact taken from this row names as its source."""
        return f"{self.name}: {self.sources[0]}"

    def kernel_for(self, soc: Soc, bits: int) -> int:
        """The word size of the kernel that the image boots on a chip."""
        if bits == 64:
            return 64
        table = self.kernel_bits[bits]
        wanted = table.get(soc.id, table[DEFAULT])
        return wanted if wanted in soc.modes else next(iter(soc.modes))

    def page_size(self, soc: Soc, bits: int) -> int | None:
        """The page size of that kernel, bytes; None where reports disagree."""
        table = self.page_sizes[bits]
        return table[soc.id] if soc.id in table else table[DEFAULT]

    def why_not(self, board: Board, soc: Soc, bits: int) -> str:
        """Why this system does not run on a board; empty when it does."""
        if self.vendor not in (None, board.vendor):
            return f"{self.name} is for Raspberry Pi boards only."
        if soc.id in self.not_for:
            return self.not_for[soc.id]
        if bits not in self.os_ids:
            return f"There is no {bits}-bit {self.name}."
        if bits == 64 and 64 not in soc.modes:
            return f"The {board.name} has a 32-bit processor ({soc.core})."
        if bits == 32 and not soc.runs_32:
            return f"The {board.name} runs 64-bit programs only."
        if bits == 32 and 32 in soc.modes and soc.modes[32].machine == "armv6l" and not self.armv6:
            return f"The 32-bit {self.name} needs ARMv7; the {board.name} is ARMv6."
        return ""


class Systems(NamedTuple):
    """The whole table, oldest release of each flavour first."""

    rows: tuple[SystemRow, ...]

    def named(self, name: str, vendor: str) -> SystemRow | None:
        """The row called ``name`` for a maker's boards: by id, else by its short name."""
        fitting = [row for row in self.rows if row.vendor in (None, vendor)]
        by_id = [row for row in fitting if row.id == name]
        return next(iter(by_id or [row for row in fitting if row.short == name]), None)

    def of_release(self, flavour: str, codename: str, version: str) -> SystemRow | None:
        """The row of a system that was probed."""
        for row in self.rows:
            same = codename == row.codename if row.codename else version.startswith(row.version)
            if row.flavour == flavour and same:
                return row
        return None


@lru_cache(maxsize=1)
def load_systems() -> Systems:
    """The table of systems.json."""
    return Systems(tuple(_row(row) for row in load_table("systems")["systems"]))


def combinations(boards: Boards, systems: Systems) -> list[tuple[Board, SystemRow, int]]:
    """Every board with every system and word size that runs on it."""
    return [
        (board, row, bits)
        for board in boards.boards.values()
        for row in systems.rows
        for bits in sorted(row.os_ids)
        if systems.named(row.id, board.vendor) is row
        and not row.why_not(board, boards.socs[board.soc], bits)
    ]


def _by_bits(table: Mapping[str, Any]) -> dict[int, Any]:
    return {int(bits): value for bits, value in table.items()}


def _row(row: Mapping[str, Any]) -> SystemRow:
    cap = row["zram_cap_mib"]
    return SystemRow(
        id=row["id"],
        short=row["short"],
        flavour=row["flavour"],
        vendor=row["vendor"],
        name=row["name"],
        codename=row["codename"],
        version=row["version"],
        os_ids={int(bits): userland["os_id"] for bits, userland in row["userlands"].items()},
        armv6=row["armv6"],
        libc=row["libc"],
        libc_version=row["libc_version"],
        glibcxx=row["glibcxx"],
        python=row["python"],
        pip=row["pip"],
        venv=row["venv"],
        externally_managed=row["externally_managed"],
        package_manager=row["package_manager"],
        kernel_bits=_by_bits(row["kernel_bits"]),
        page_sizes=_by_bits(row["page_sizes"]),
        temp_is_tmpfs=row["temp_is_tmpfs"],
        zram_cap=None if cap is None else cap * MIB,
        piwheels=row["piwheels"],
        not_for=row["not_for"],
        sources=tuple(row["sources"]),
    )
