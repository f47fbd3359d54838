"""Sections of a Profile made from the tables of boards and systems instead of from a machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from pidoctor.catalog.accelerators import load_accelerators, seen_at, without_general
from pidoctor.catalog.architectures import kind_of
from pidoctor.catalog.boards import MIB, load_boards
from pidoctor.catalog.boards import BoardModel as BoardRow
from pidoctor.catalog.systems import SystemRow, load_systems
from pidoctor.platforms.interpreter import abi_tag
from pidoctor.platforms.versions import parse_version
from pidoctor.profile.devices import supposed
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import (
    ROOT,
    Accelerator,
    Board,
    Clock,
    Cpu,
    Index,
    Memory,
    Profile,
    Python,
    Storage,
    System,
)
from pidoctor.records import NamedTuple

T = TypeVar("T")


class Image(NamedTuple):
    """A stock image: a release and its word size."""

    row: SystemRow
    bits: int


class Contained(NamedTuple):
    """A container: the system that its image is made from, its name, and the Python it brings."""

    image: Image
    name: str
    version: str | None


_CONTAINER = "the container image"  # begins the source of what an image says
TARGET = "target"  # the source of what a named target does not say


def unsaid(detail: str = "a named target does not say") -> Fact[T]:
    """A fact that no table can know."""
    return Fact.absent(TARGET, detail)


def unlisted(version: str | None, source: str) -> Fact[str]:
    """The version of what is there or not, as the image was made: None is not "none"."""
    return (
        Fact.unreadable(source, "not documented")
        if version is None
        else Fact.known(version, source)
    )


def documented(value: T | None, source: str) -> Fact[T]:
    """A fact of a table; None is "not documented"."""
    return Fact.absent(source, "not documented") if value is None else Fact.known(value, source)


def architecture(board: BoardRow, bits: int) -> str:
    """The architecture of a board's 64-bit or 32-bit userland."""
    soc = load_boards().socs[board.soc]
    if bits == 64:
        return soc.modes[64].machine
    return soc.modes[32].machine if 32 in soc.modes else "armv7l"


def board_section(board: BoardRow, memory: int | None) -> Board:
    """The board, with the memory that was named or the only size it is sold with."""
    source = board.sources[0]
    size = memory or (board.memory[0] if len(board.memory) == 1 else None)
    sizes = ", ".join(f"{option // MIB} MiB" for option in board.memory)
    return Board(
        model=Fact.known(board.name, source),
        revision=unsaid(),
        id=Fact.known(board.id, source),
        soc=Fact.known(board.soc, source),
        memory=unsaid(f"sold with {sizes}") if size is None else Fact.known(size, source),
    )


def cpu_section(board: BoardRow, kernel_bits: int) -> Cpu:
    """The processor as a kernel of that word size shows it."""
    soc = load_boards().socs[board.soc]
    mode, source = soc.modes[kernel_bits], soc.sources[-1]
    beside = {soc.beside.core: soc.beside.cores} if soc.beside else {}
    return Cpu(
        machine=Fact.known(mode.machine, source),
        part=Fact.known(soc.core, source),
        cores=Fact.known(board.cores, source),
        features=documented(mode.features or None, source),
        kinds=Fact.known({soc.core: board.cores - sum(beside.values()), **beside}, source),
    )


def system_section(image: Image, arch: str, page_size: Fact[int]) -> System:
    """A stock image of a release for an architecture."""
    row, bits = image
    source = row.source
    return System(
        # An image of a word size for which no board has a release (32-bit Ubuntu 24.04) is alike.
        id=Fact.known(row.os_ids.get(bits) or next(iter(row.os_ids.values())), source),
        flavour=Fact.known(row.flavour, source),
        codename=documented(row.codename, source),
        version=Fact.known(row.version, source),
        name=Fact.known(row.name, source),
        kernel=unsaid(),
        page_size=page_size,
        architecture=Fact.known(arch, source),
        libc=Fact.known(row.libc, source),
        libc_version=Fact.known(row.libc_version, source),
        glibcxx=documented(row.glibcxx, source),
        package_manager=Fact.known(row.package_manager, source),
        lacks=documented(row.lacks or None, source),
        lacks_other=unsaid(),
    )


def page_size_of(image: Image, board: BoardRow) -> Fact[int]:
    """The page size of the kernel that the image boots on a board."""
    soc = load_boards().socs[board.soc]
    return documented(image.row.page_size(soc, image.bits), image.row.source)


def python_section(image: Image, arch: str, version: str | None = None) -> Python:
    """The release's own interpreter, or another ``version`` ("3.12") beside it."""
    row, bits = image
    source = row.source
    minor = version or row.python_minor
    beside = python_beside(minor, arch, bits, source)
    if minor != row.python_minor:
        return replace(beside, version=Fact.known(minor, TARGET))
    marker, marked = f"/usr/lib/python{minor}/EXTERNALLY-MANAGED", row.externally_managed
    return replace(
        beside,
        executable=Fact.known("/usr/bin/python3", source),
        version=Fact.known(row.python, source),
        pip=unlisted(row.pip, source),
        venv=documented(row.venv, source),
        ssl=Fact.known(True, source),
        externally_managed=Fact.known(marker, source) if marked else Fact.absent(source),
        is_system=Fact.known(True, source),
    )


def python_beside(minor: str, arch: str, bits: int, source: str) -> Python:
    """A CPython ("3.12") that is not the system's own; of its tools nothing is known."""
    absent: Fact[str] = Fact.absent(source)
    return Python(
        executable=Fact.known(f"python{minor}", source),
        version=Fact.known(minor, source),
        implementation=Fact.known("cpython", source),
        abi=Fact.known(abi_tag(minor), source),
        architecture=Fact.known(arch, source),
        bits=Fact.known(bits, source),
        float_abi=Fact.known("hard", source) if arch.startswith("armv") else absent,
        pip=unlisted(None, source),
        venv=unsaid(),
        ssl=unsaid(),
        externally_managed=absent,
        is_system=Fact.known(False, source),
        packages=unsaid(),
    )


def memory_section(row: SystemRow, memory: Fact[int]) -> Memory:
    """Nominal memory; the part that the GPU and the kernel keep is not taken off."""
    zram: Fact[int] = unsaid()
    if row.zram_cap is not None and memory.value is not None:
        zram = Fact.known(min(memory.value, row.zram_cap), row.source)
    return Memory(total=memory, available=unsaid(), swap=zram, zram=zram)


def accelerators_section(board: BoardRow) -> Fact[tuple[Accelerator, ...]]:
    """What the board's chip has; what may be plugged in no table can know."""
    soc = load_boards().socs[board.soc]
    source = soc.sources[0]
    shown = {
        "device_tree": dict.fromkeys((*board.compatible, *soc.compatible), source),
        "gpu": {soc.gpu_family: source},
    }
    rows = [row for row in load_accelerators() if seen_at(row, shown) is not None]
    devices = tuple(supposed(row, source) for row in without_general(rows))
    return Fact.known(devices, source) if devices else unsaid()


def storage_section(row: SystemRow) -> Storage:
    return Storage(
        target=unsaid(),
        target_free=unsaid(),
        target_read_only=unsaid(),
        temp=Fact.known("/tmp", row.source),  # noqa: S108 (the name of the folder, not a use of it)
        temp_free=unsaid(),
        temp_is_tmpfs=documented(row.temp_is_tmpfs, row.source),
    )


def indexes_section(row: SystemRow) -> Fact[tuple[Index, ...]]:
    """What the image's pip is configured with."""
    default = (Index("index", "default", "pip's default"),)
    extra = (Index("piwheels", row.piwheels, "/etc/pip.conf"),) if row.piwheels else ()
    return Fact.known(default + extra, row.source)


def table_profile(
    origin: str, board: BoardRow, memory: int | None, image: Image, version: str | None = None
) -> Profile:
    """The Profile of a board with a stock image and the image's or another Python."""
    row, bits = image
    shown = board_section(board, memory)
    arch = architecture(board, bits)
    soc = load_boards().socs[board.soc]
    return Profile(
        origin=origin,
        board=shown,
        cpu=cpu_section(board, row.kernel_for(soc, bits)),
        system=system_section(image, arch, page_size_of(image, board)),
        python=python_section(image, arch, version),
        memory=memory_section(row, shown.memory),
        storage=storage_section(row),
        accelerators=accelerators_section(board),
        indexes=indexes_section(row),
        clock=Clock(now=unsaid(), lower_bound=unsaid()),
        rights=Fact.known(row.first_user, f"the first user of {row.name}"),
    )


def container_profile(
    origin: str, board: BoardRow, memory: int | None, container: Contained
) -> Profile:
    """The Profile inside a container, on the board's usual system.

    The kernel and its pages are that system's, everything else is the image's.
    """
    image, name, version = container
    boards, systems = load_boards(), load_systems()
    soc = boards.socs[board.soc]
    below = systems.usual(board, soc, boards.systems_of(board)) or image.row
    pages = page_size_of(Image(below, max(boards.word_sizes(board))), board)
    outside = table_profile(origin, board, memory, image)
    kernel = cpu_section(board, below.kernel_for(soc, max(boards.word_sizes(board))))
    under = replace(outside, cpu=kernel, system=replace(outside.system, page_size=pages))
    return contained(under, image, name, version)


def contained(profile: Profile, image: Image, name: str, version: str | None) -> Profile:
    """A container of that image on the machine: its kernel, and everything else of the image.

    ``version`` is the Python that the image brings besides its system's own.
    """
    source = f"{_CONTAINER} {name}"
    arch = profile.system.architecture.or_else("")
    system = system_section(image, arch, profile.system.page_size)
    python = python_section(image, arch, version)
    lacks = load_systems().lacking_in(name)
    return replace(
        profile,
        system=replace(
            system,
            name=Fact.known(f"{name} ({image.row.name})", source),
            lacks_other=Fact.known(lacks, source) if lacks else unsaid(),
        ),
        python=_python_in_image(python, version, source) if version else python,
        indexes=Fact.known((Index("index", "default", "pip's default"),), source),
        rights=Fact.known(ROOT, source),
    )


def container_of(profile: Profile) -> str:
    """The image that :func:`contained` put the machine into; empty where it is in none."""
    name = profile.system.name
    return name.source[len(_CONTAINER) :].strip() if name.source.startswith(_CONTAINER) else ""


def _python_in_image(python: Python, version: str, source: str) -> Python:
    """The Python that an image brings: in /usr/local, blind to its distribution's packages."""
    return replace(
        python,
        executable=Fact.known("/usr/local/bin/python3", source),
        version=Fact.known(version, source),
        pip=unlisted(None, source),
        venv=Fact.known(True, source),
        ssl=Fact.known(True, source),
        externally_managed=Fact.absent(source),
        is_system=Fact.known(False, source),
    )


def boardless_profile(
    origin: str, arch: str, system: Image | tuple[str, str] | None, version: str | None
) -> Profile:
    """The Profile of a machine of which an architecture and a system, or a C library, are known."""
    nothing: Fact[Any] = unsaid("no board was named")
    image = system if isinstance(system, Image) else None
    libc = ("", "") if system is None or isinstance(system, Image) else system
    kind = image.row if image else None
    return Profile(
        origin=origin,
        board=Board(nothing, nothing, nothing, nothing, nothing),
        cpu=Cpu(Fact.known(arch, TARGET), nothing, nothing, nothing, nothing),
        system=system_section(image, arch, nothing) if image else _any_system(arch, *libc),
        python=python_section(image, arch, version)
        if image
        else python_beside(version or "", arch, kind_of(arch).bits, TARGET),
        memory=Memory(nothing, nothing, nothing, nothing),
        storage=Storage(unsaid(), unsaid(), unsaid(), unsaid(), unsaid(), unsaid()),
        accelerators=unsaid(),
        indexes=indexes_section(kind)
        if kind
        else Fact.known((Index("index", "default", "pip's default"),), TARGET),
        clock=Clock(now=unsaid(), lower_bound=unsaid()),
        rights=Fact.known(image.row.first_user, image.row.source) if image else unsaid(),
    )


def _any_system(arch: str, libc: str, version: str) -> System:
    """A system of which only the C library is known."""
    nothing: Fact[Any] = unsaid()
    return System(
        id=nothing,
        flavour=nothing,
        codename=nothing,
        version=nothing,
        name=Fact.known(f"a system with {libc} {version}", TARGET),
        kernel=nothing,
        page_size=nothing,
        architecture=Fact.known(arch, TARGET),
        libc=Fact.known(libc, TARGET),
        libc_version=Fact.known(version, TARGET),
        glibcxx=_usual_glibcxx(libc, version),
        package_manager=nothing,
        lacks=nothing,
        lacks_other=nothing,
    )


def _usual_glibcxx(libc: str, version: str) -> Fact[str]:
    """The lowest libstdc++ of the known releases with that C library, else with the next older."""

    rows = [row for row in load_systems().rows if row.libc == libc and row.glibcxx is not None]
    older = [row for row in rows if parse_version(row.libc_version) <= parse_version(version)]
    if not older:
        return unsaid()
    row = max(
        older,
        key=lambda row: (
            parse_version(row.libc_version),
            [-part for part in parse_version(row.glibcxx or "0")],
        ),
    )
    return documented(row.glibcxx, f"as in {row.name}, {libc} {row.libc_version}")
