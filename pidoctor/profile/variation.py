"""A Profile with one thing changed, and everything that follows from it.

The resolver's counterfactuals: what if the Python, the kernel's pages, the word size of the
system, its release or the board were another one?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pidoctor.catalog.architectures import kind_of
from pidoctor.catalog.boards import BoardModel, load_boards
from pidoctor.catalog.pythons import offered_pythons
from pidoctor.catalog.systems import SystemRow, load_systems
from pidoctor.errors import UsageError
from pidoctor.platforms.versions import minor_of, parse_version
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Profile
from pidoctor.profile.sections import (
    Image,
    accelerators_section,
    architecture,
    board_section,
    contained,
    container_of,
    cpu_section,
    documented,
    indexes_section,
    memory_section,
    page_size_of,
    python_beside,
    python_section,
    system_section,
)

SMALL_PAGE = 4096


def with_python(profile: Profile, version: str) -> Profile:
    """The same machine used through CPython ``version`` ("3.11"), installed beside its own.

    Raises :class:`UsageError` when the machine's architecture is not known.
    """
    image = image_of(profile)
    arch = profile.python.architecture.value or profile.system.architecture.value
    if arch is None:
        raise UsageError("the architecture of the machine is not known")
    if image is not None and image.row.python_minor == version:
        return replace(profile, python=python_section(image, arch, version))
    own = profile.python
    beside = python_beside(version, arch, kind_of(arch).bits, f"if Python {version} is installed")
    python = replace(beside, architecture=own.architecture, bits=own.bits, float_abi=own.float_abi)
    return replace(profile, python=python)


def with_page_size(profile: Profile, size: int) -> Profile:
    """The same machine under a kernel with pages of ``size`` bytes."""
    page_size = Fact.known(size, "if another kernel is booted")
    return replace(profile, system=replace(profile.system, page_size=page_size))


def with_bits(profile: Profile, bits: int) -> Profile:
    """The same board with the 32-bit or 64-bit image of the same release."""
    image = image_of(profile)
    if image is None:
        raise UsageError("the release of the machine's system is in no table")
    return with_image(profile, Image(image.row, bits))


def with_board(profile: Profile, board_id: str, memory: int | None = None) -> Profile:
    """The same system on another board, with ``memory`` bytes or the least it is sold with."""
    image, board = image_of(profile), load_boards().boards.get(board_id)
    if image is None or board is None:
        raise UsageError(f"unknown board {board_id!r} or a system that is in no table")
    changed = _on_board(profile, board, memory or board.memory[0], image)
    version = profile.python.version.value
    if version is None or profile.python.is_system.or_else(False):
        return changed
    return with_python(changed, minor_of(version))


def with_image(profile: Profile, image: Image) -> Profile:
    """The same board with a stock image; UsageError with the reason where that cannot be."""
    board = board_of(profile)
    if image.bits not in image.row.os_ids:
        raise UsageError(f"There is no {image.bits}-bit {image.row.name}.")
    if board is None:
        return _with_image_anywhere(profile, image)
    soc = load_boards().socs[board.soc]
    reason = image.row.why_not(board, soc, image.bits)
    if reason:
        raise UsageError(reason)
    arch = architecture(board, image.bits)
    return replace(
        profile,
        cpu=cpu_section(board, image.row.kernel_for(soc, image.bits)),
        system=system_section(image, arch, page_size_of(image, board)),
        python=python_section(image, arch),
        indexes=indexes_section(image.row),
    )


def _with_image_anywhere(profile: Profile, image: Image) -> Profile:
    """A release on a machine that is in no table: its architecture and kernel stay."""
    arch = profile.system.architecture.value
    if arch is None or image.bits != profile.python.bits.value:
        raise UsageError("the board is not known")
    return replace(
        profile,
        system=system_section(image, arch, profile.system.page_size),
        python=python_section(image, arch),
        indexes=indexes_section(image.row),
    )


def board_of(profile: Profile) -> BoardModel | None:
    """The row of the profile's board."""
    return load_boards().boards.get(profile.board.id.or_else(""))


def image_of(profile: Profile) -> Image | None:
    """The image whose release and word size the profile's system has."""
    system = profile.system
    systems = load_systems()
    for flavour in (system.flavour.or_else(""), systems.flavour_of_id(system.id.or_else(""))):
        row = systems.of_release(flavour, system.codename.or_else(""), system.version.or_else(""))
        if row is not None:
            return Image(row, profile.python.bits.or_else(64))
    return None


def python_of_image(profile: Profile) -> bool:
    """Whether a container's image brings the Python: it need not hold its distribution's, as
    python:3.13-slim does not, and another Python comes with another image."""
    return bool(container_of(profile)) and not profile.python.is_system.or_else(True)


def other_pythons(profile: Profile) -> Iterator[Profile]:
    """Other Pythons on the same system, the nearest versions first."""
    arch = profile.python.architecture.value or profile.system.architecture.value
    version = profile.python.version.value
    if version is None or arch is None or python_of_image(profile):
        return
    now = _minor(version)
    for wanted in _nearest_pythons(profile):
        if _minor(wanted) != now:
            yield with_python(profile, wanted)


def small_pages(profile: Profile) -> Iterator[Profile]:
    """A kernel with 4 KiB pages, where it has larger ones.

    On a Raspberry Pi 5 it is part of Raspberry Pi OS: github.com/raspberrypi/linux/issues/6605.
    """
    if profile.system.page_size.or_else(SMALL_PAGE) <= SMALL_PAGE:
        return
    yield with_page_size(profile, SMALL_PAGE)


def with_libraries(profile: Profile) -> Iterator[Profile]:
    """The same machine with the libraries that it lacks, where its release packages them."""
    image, lacks = image_of(profile), profile.system.lacks.or_else(())
    packaged = load_systems().packages_of(profile.system.package_manager.or_else(""))
    if image is None or not lacks or not all(soname in packaged for soname in lacks):
        return
    source = "if they are installed"
    glibcxx: Fact[str] = documented(image.row.glibcxx, image.row.source)
    complete = replace(profile.system, lacks=Fact.known((), source), glibcxx=glibcxx)
    yield replace(profile, system=complete)


def containers(profile: Profile, anywhere: bool = False) -> Iterator[Profile]:
    """Containers of Debian where the system is not what wheels are built for, or is another
    container; with ``anywhere`` on any system whose Docker runs them."""
    host = None if container_of(profile) else image_of(profile)
    if host is not None and not host.row.hosts_containers:
        return
    system, arch = profile.system, profile.system.architecture.or_else("")
    bits = profile.python.bits.or_else(kind_of(arch).bits)
    apart = system.libc.value == "musl" or system.lacks.or_else(()) or container_of(profile)
    if arch == "armv6l" or not (apart or anywhere):
        return
    rows = {row.id: row for row in load_systems().rows}
    for container, tag, row_id in load_systems().instead:
        image = Image(rows[row_id], bits)
        if not container.brings_python:
            yield contained(profile, image, f"{container.image}:{tag}", None)
            continue
        for version in _nearest_pythons(profile):
            name = f"{container.image}:{version}-{tag}"
            yield contained(profile, image, name, version)


def _nearest_pythons(profile: Profile) -> list[str]:
    now = _minor(profile.python.version.or_else("3.12"))
    return sorted(offered_pythons(), key=lambda version: abs(_minor(version) - now))


def more_bits(profile: Profile) -> Iterator[Profile]:
    """The 64-bit image of a 32-bit system, where the board runs it."""
    yield from _with_bits(profile, 64)


def fewer_bits(profile: Profile) -> Iterator[Profile]:
    """The 32-bit image of a 64-bit system, for what was never built for 64 bits."""
    yield from _with_bits(profile, 32)


def _with_bits(profile: Profile, bits: int) -> Iterator[Profile]:
    image = image_of(profile)
    if image is not None and image.bits != bits and not image.row.ended:
        yield from _images(profile, [Image(image.row, bits)])


def other_releases(profile: Profile) -> Iterator[Profile]:
    """Other releases of the same word size: newer ones, older ones, then another distribution."""
    yield from _other_releases(profile, profile.python.bits.or_else(64))


def other_systems(profile: Profile) -> Iterator[Profile]:
    """Other releases of the other word size, and the same one where its support has ended."""
    image, bits = image_of(profile), 96 - profile.python.bits.or_else(64)
    yield from _other_releases(profile, bits)
    if image is not None and image.row.ended:
        yield from _images(profile, [Image(image.row, bits)])


def _other_releases(profile: Profile, bits: int) -> Iterator[Profile]:
    image = image_of(profile)
    rows = _releases(board_of(profile), image.row if image else None)
    yield from _images(profile, [Image(row, bits) for row in rows])


def boards(profile: Profile) -> Iterator[Profile]:
    """Boards that are sold today: of the same maker with the same system or the nearest release
    that runs there, of another maker with the system that is usual there, the newest first."""
    table, image, now = load_boards(), image_of(profile), board_of(profile)
    if image is None:
        return
    for board in table.boards.values():
        if not board.suggested:
            continue
        same = now is not None and now.vendor == board.vendor
        sizes = table.word_sizes(board)
        first = image.bits if same else max(sizes)
        for bits in sorted(sizes, key=lambda bits: bits != first):
            row = _row_for(board, image.row if same else None, bits)
            for memory in board.memory if row else ():
                if row and not _is_no_better(profile, board, memory):
                    yield _on_board(profile, board, memory, Image(row, bits))


def _row_for(board: BoardModel, row: SystemRow | None, bits: int) -> SystemRow | None:
    """The release to run on a board: ``row``, else the nearest that is made for it; one whose
    support has ended after those that have some."""
    soc = load_boards().socs[board.soc]
    rows = [*((row,) if row else ()), *_releases(board, row)]
    rows.sort(key=lambda row: bool(row.ended))
    return next((row for row in rows if not row.why_not(board, soc, bits)), None)


def _on_board(profile: Profile, board: BoardModel, memory: int, image: Image) -> Profile:
    shown = board_section(board, memory)
    bare = replace(
        profile,
        board=shown,
        memory=memory_section(image.row, shown.memory),
        accelerators=accelerators_section(board),
    )
    return with_image(bare, image)


def _images(profile: Profile, images: list[Image]) -> Iterator[Profile]:
    """The profile with each image that it runs; into a container nothing is installed."""
    board = board_of(profile)
    sizes = load_boards().word_sizes(board) if board else (32, 64)
    for image in () if container_of(profile) else images:
        if image.bits not in sizes:
            continue  # nobody publishes one
        try:
            yield with_image(profile, image)
        except UsageError:
            continue  # that image does not run there, so it is no remedy


def _releases(board: BoardModel | None, row: SystemRow | None) -> list[SystemRow]:
    """Other releases that a board is documented to run: newer of the flavour, older of it, then
    those of the board's usual system, the newest first; after them those whose support has ended.
    """
    table, rows = load_boards(), load_systems().rows
    same = [other for other in rows if row is not None and other.flavour == row.flavour]
    at = same.index(row) if row is not None else 0
    usual = table.systems_of(board)[0] if board is not None else "debian"
    own = [other for other in reversed(rows) if usual in (other.id, other.flavour)]
    ordered = {other.id: other for other in (*same[at + 1 :], *reversed(same[:at]), *own)}
    return [
        other
        for other in sorted(ordered.values(), key=lambda row: bool(row.ended))
        if other is not row and (board is None or table.supports(board, other.id, other.flavour))
    ]


def _is_no_better(profile: Profile, board: BoardModel, memory: int) -> bool:
    """Whether the board has less memory than the profile's, or the same chip and no more."""
    now = profile.board.memory.value or profile.memory.total.value or 0
    return memory < now or (board.soc == profile.board.soc.value and memory == now)


def _minor(version: str) -> int:
    return parse_version(version)[1]
