"""Operating systems: what a stock image of each release holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeVar

from pidoctor.catalog.boards import MIB, BoardModel, Boards, Soc
from pidoctor.catalog.tables import derived, load
from pidoctor.catalog.values import Dotted as Version
from pidoctor.platforms.versions import minor_of
from pidoctor.record_fields import json_form
from pidoctor.records import NamedTuple

Value = TypeVar("Value")

DEFAULT = "default"
SMALL_PAGE = 4096  # bytes


class SystemRow(NamedTuple):
    """A release. Versions are strings; None is "not documented"; word sizes are 32 and 64.

    ``kernel_bits`` is the word size of the kernel that an image boots and ``page_sizes`` its page
    size in bytes, each by the image's word size and then by chip, with a "default"; where nothing
    is said, the image's own word size and 4096.
    """

    id: str  # "bookworm" (Raspberry Pi OS), "debian-bookworm", "ubuntu-22.04"
    flavour: str
    name: str
    version: str
    os_ids: Mapping[int, str]  # os-release ID by word size: the images there are
    libc_version: Version
    python: Version  # of its own interpreter
    sources: tuple[str, ...]
    aliases: tuple[str, ...] = ()  # other names, in any spelling; rows may share one
    vendor: str | None = None  # the only maker whose boards it is for
    codename: str | None = None
    armv6: bool = False  # its 32-bit image runs on ARMv6
    libc: Literal["glibc", "musl"] = "glibc"
    glibcxx: Version | None = None
    pip: Version | None = None
    venv: bool | None = None
    externally_managed: bool = False  # has the PEP 668 marker
    package_manager: str = "apt"
    first_user: Literal["root", "sudo"] = "sudo"  # what the user that an image begins with may do
    packages: Mapping[str, Version] = {}  # Python projects that it ships as python3-NAME
    kernel_bits: Mapping[int, Mapping[str, int]] = {}
    page_sizes: Mapping[int, Mapping[str, int | None]] = {}
    temp_is_tmpfs: bool | None = None
    zram_cap_mib: int | None = None  # zram as large as memory, but no larger than this
    piwheels: str | None = None  # the extra index that its pip is configured with
    lacks: tuple[str, ...] = ()  # shared libraries that wheels need and that are not in its image
    not_for: Mapping[str, str] = {}  # chip -> why it does not run there
    ended: str | None = None  # the day on which its standard support ended: "2024-06-30"
    gone_from: str | None = None  # the server that its apt asks, where it no longer is
    hosts_containers: bool = True  # its Docker and libseccomp run the images of today
    containers_as: str = ""  # what a container has to be there, where it has no others

    @property
    def zram_cap(self) -> int | None:
        """The largest zram, bytes."""
        return None if self.zram_cap_mib is None else self.zram_cap_mib * MIB

    @property
    def python_minor(self) -> str:
        return minor_of(self.python)

    @property
    def source(self) -> str:
        """What a fact taken from this row names as its source."""
        return f"{self.name}: {self.sources[0]}"

    def kernel_for(self, soc: Soc, bits: int) -> int:
        """The word size of the kernel that the image boots on a chip."""
        if bits == 64:
            return 64
        table = _of(self.kernel_bits, bits)
        wanted = table.get(soc.id, table.get(DEFAULT, bits))
        return wanted if wanted in soc.modes else next(iter(soc.modes))

    def page_size(self, soc: Soc, bits: int) -> int | None:
        """The page size of that kernel, bytes; None where reports disagree."""
        table = _of(self.page_sizes, bits)
        return table[soc.id] if soc.id in table else table.get(DEFAULT, SMALL_PAGE)

    def why_not(self, board: BoardModel, soc: Soc, bits: int) -> str:
        """Why this system does not run on a board; empty when it does."""
        if self.vendor not in (None, board.vendor):
            return f"{self.name} is not made for the {board.name}."
        if soc.id in self.not_for:
            return self.not_for[soc.id]
        if bits not in self.os_ids:
            return f"There is no {bits}-bit {self.name}."
        if bits == 32 and 32 in soc.modes and soc.modes[32].machine == "armv6l" and not self.armv6:
            return f"The 32-bit {self.name} needs ARMv7; the {board.name} is ARMv6."
        return wrong_word_size(board, soc, bits)


def wrong_word_size(board: BoardModel, soc: Soc, bits: int) -> str:
    """Why no program of this word size runs on a board's processor; empty when one does."""
    if bits == 64 and 64 not in soc.modes:
        return f"The {board.name} has a 32-bit processor ({soc.core})."
    if bits == 32 and not soc.runs_32:
        return f"The {board.name} runs 64-bit programs only."
    return ""


class Release(NamedTuple):
    """A release of a distribution, as a log names it."""

    codename: str
    flavour: str
    version: str
    libc_version: str


@json_form(names={"rows": "systems"})
class Systems(NamedTuple):
    """systems.json, oldest release of each flavour first."""

    schema: Literal["pidoctor-systems/1"]
    flavours: tuple[Flavour, ...]  # in the order in which signs are looked for
    containers: tuple[Container, ...]
    rows: tuple[SystemRow, ...]
    libraries: tuple[Packaged, ...] = ()
    other_libraries: tuple[str, ...] = ()  # sonames that packages beside a runtime need
    elsewhere: tuple[Unanswered, ...] = ()
    other_ways: tuple[OtherWay, ...] = ()

    @property
    def instead(self) -> Iterator[tuple[Container, str, str]]:
        """The images that serve where a system does not: image, variant, id of its system."""
        for image in self.containers:
            yield from ((image, variant, image.variants[variant]) for variant in image.instead)

    def lacking_in(self, name: str) -> tuple[str, ...]:
        """Which of the other libraries an image, as ``python:3.12-slim``, lacks for certain."""
        image, _, tag = name.partition(":")
        rows = (row for row in self.containers if row.image == image)
        bare = any(fnmatchcase(tag, pattern) for row in rows for pattern in row.bare)
        return self.other_libraries if bare else ()

    def packages_of(self, package_manager: str) -> Mapping[str, str]:
        """The package of each library that wheels need; empty where nothing is known."""
        rows = (row for row in self.libraries if row.package_manager == package_manager)
        return next((row.packages for row in rows), {})

    def python_command(self, package_manager: str) -> str:
        """The command that installs a Python; empty where nothing is known."""
        rows = (row for row in self.libraries if row.package_manager == package_manager)
        return next((row.python for row in rows), "")

    def flavour_of_id(self, os_id: str) -> str:
        """The flavour that an os-release ID means where no sign tells another; else the ID."""
        return next((one.id for one in self.flavours if os_id in one.os_ids), os_id)

    def releases(self, flavours: Collection[str]) -> tuple[Release, ...]:
        """The releases of distributions whose codenames and versions others go by."""
        return tuple(
            Release(row.codename, row.flavour, row.version, row.libc_version)
            for row in self.rows
            if row.flavour in flavours and row.codename is not None
        )

    def usual(self, board: BoardModel, soc: Soc, supported: tuple[str, ...]) -> SystemRow | None:
        """The newest release of the first of the ``supported`` flavours that runs on a board."""
        for name in supported:
            rows = [row for row in self.rows if name in (row.id, row.flavour)]
            for row in reversed(rows):
                if any(not row.why_not(board, soc, bits) for bits in row.os_ids):
                    return row
        return None

    def named(self, name: str, vendor: str) -> SystemRow | None:
        """The row called ``name`` for a maker's boards: by id, else by another of its names."""
        fitting = [row for row in self.rows if row.vendor in (None, vendor)]
        by_id = [row for row in fitting if row.id == name]
        return next(iter(by_id or [row for row in fitting if name in row.aliases]), None)

    def of_release(self, flavour: str, codename: str, version: str) -> SystemRow | None:
        """The row of a system that was probed."""
        for row in self.rows:
            same = codename == row.codename if row.codename else version.startswith(row.version)
            if row.flavour == flavour and same:
                return row
        return None


class Flavour(NamedTuple):
    """A family of systems: how it is told from the distribution whose os-release it keeps.

    ``signs``: files that only it has. ``os_ids``: the IDs of os-release that mean it where no
    sign of another is there. ``spellings``: what else it is called before a release.
    """

    id: str
    name: str
    source: str
    signs: tuple[str, ...] = ()
    os_ids: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()


class Container(NamedTuple):
    """A container image: ``python:3.12-slim`` has the variant "slim", made from that system.

    ``brings_python``: it has a Python of its own, whose version stands before the variant.
    ``pythons``: the versions whose images these are, with none all others; the first row serves.
    ``instead``: the variants that serve where a system is not what wheels are built for.
    ``bare``: patterns of the variants that bring none of the table's ``other_libraries``.
    """

    image: str
    variants: Mapping[str, str]  # -> a system's id
    sources: tuple[str, ...]
    brings_python: bool = False
    pythons: tuple[Version, ...] = ()
    instead: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()


class Packaged(NamedTuple):
    """The packages in which the systems of a package manager have the libraries of wheels, and the
    command that installs their Python."""

    package_manager: str
    packages: Mapping[str, str]  # soname -> package
    python: str
    sources: tuple[str, ...]


class Unanswered(NamedTuple):
    """What people ask about and pidoctor does not answer for, with what to do instead."""

    names: tuple[str, ...]  # in any spelling
    text: str  # follows "target NAME: "
    sources: tuple[str, ...]
    unless: Literal["", "release", "python"] = ""  # what, said too, leaves nothing to ask


class OtherWay(NamedTuple):
    """Something else than a runtime that runs .tflite files, through the own Python of a release.

    ``proven`` says what was run, and on what.
    """

    name: str
    codename: str  # of the release
    architectures: tuple[str, ...]
    packages: tuple[str, ...]
    proven: str
    sources: tuple[str, ...]


@derived
def load_systems() -> Systems:
    """The systems that ship with pidoctor, and the user's own."""
    return load(Systems)


def _of(by_bits: Mapping[Any, Mapping[str, Value]], bits: int) -> Mapping[str, Value]:
    return by_bits.get(bits, {})


def combinations(boards: Boards, systems: Systems) -> list[tuple[BoardModel, SystemRow, int]]:
    """Every board with every system that it is documented to run, in every word size."""
    return [
        (board, row, bits)
        for board in boards.boards.values()
        for row in systems.rows
        if boards.supports(board, row.id, row.flavour)
        for bits in sorted(row.os_ids)
        if bits in boards.word_sizes(board)
        if systems.named(row.id, board.vendor) is row
        and not row.why_not(board, boards.socs[board.soc], bits)
    ]
