"""What a target's name means, in the many ways that people write it.

A name is a sequence of words. Each word or run of words is the longest known thing that it can be:
a board, a system, a Python, a memory size, a word size. What is not said is assumed where one
answer is usual, and :attr:`Reading.assumed` says so. All names are data: ids, aliases and spellings
of the tables of boards and systems.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from pidoctor.catalog.boards import MIB, BoardModel, Boards, load_boards
from pidoctor.catalog.systems import SystemRow, Systems, combinations, load_systems
from pidoctor.catalog.tables import derived_from
from pidoctor.errors import UsageError

FORM = "BOARD[-RAM]/OS-BITS[/pyX.Y], for example pi4-4gb/bookworm-64"
ARCHITECTURES = {
    "aarch64": "aarch64",
    "arm64": "aarch64",
    "armv7l": "armv7l",
    "armv7": "armv7l",
    "armhf": "armv7l",
    "armv6l": "armv6l",
    "armv6": "armv6l",
    "arm64v8": "aarch64",
    "arm32v7": "armv7l",
    "arm32v6": "armv6l",
    "x8664": "x86_64",
    "amd64": "x86_64",
}
_MAX_LENGTH, _MAX_WORDS = 200, 24
_MEMORY = re.compile(r"(\d{1,5})([gm])(i?b)?(ram)?")
_BITS = re.compile(r"(32|64)(bits?)?(os)?")
_PYTHON = re.compile(r"(?:python|py|cp|cpython)?3\.?(\d{1,2})(?:\.\d{1,2})?")
_DOTTED_PYTHON = re.compile(r"(?:python|py|cpython)?3\.(\d{1,2})(?:\.\d{1,2})?")
_LIBC = re.compile(r"(glibc|musl)-?(\d{1,2}\.\d{1,3})")
# Words of a model's full name that no short name has.
_NOISE = re.compile(
    r"model|developerkit|devkit|rev(ision)?\d?(\.\d)?$"
    r"|^(on|with|and|the|lts|lite|desktop|server|linux|gnu|os|image|docker|board|sbc)$"
)


class Words(NamedTuple):
    """Every known name, without its hyphens, spaces and dots."""

    boards: Mapping[str, tuple[str, ...]]  # -> ids; several for the name of a family
    systems: Mapping[str, tuple[str, ...]]  # -> ids, oldest first
    flavours: frozenset[str]  # those of systems that name no release


class Said(NamedTuple):
    """What the words of a name say; None and empty for what they leave out."""

    boards: tuple[BoardModel, ...] = ()
    memory: int | None = None  # bytes
    systems: tuple[SystemRow, ...] = ()
    release: bool = False  # whether a release was named, not a flavour alone
    bits: int | None = None
    usual_bits: int | None = None  # what the name of the system implies
    python: str | None = None  # "3.12"
    image: str | None = None  # a container image: "python:3.12-slim"
    architecture: str | None = None
    libc: tuple[str, str] | None = None  # ("glibc", "2.36")
    unknown: tuple[str, ...] = ()
    text: str = ""  # all of it


class Reading(NamedTuple):
    """One machine that a name stands for. ``assumed`` lists, in words, what it did not say."""

    board: BoardModel | None
    memory: int | None
    row: SystemRow | None
    bits: int
    python: str | None
    image: str | None = None
    architecture: str = ""
    libc: tuple[str, str] | None = None
    assumed: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """How the name was read, in one line; empty where it left nothing open."""
        if not self.assumed or self.board is None:
            return ""
        return f"read as {', '.join((self.board.name, *self.assumed))}: {self.canonical}"

    @property
    def canonical(self) -> str:
        """The name as it is written in full."""
        board = _board_part(self.board, self.memory) if self.board else self.architecture
        python = [f"py{self.python}"] if self.python and self.image is None else []
        if self.libc is not None:
            return "/".join([board, "-".join(self.libc), *python])
        if self.image is not None:
            return "/".join([board, self.image, *(["32-bit"] if self.bits == 32 else [])])
        return "/".join([board, f"{self.row.id if self.row else ''}-{self.bits}", *python])


def memory_name(size: int) -> str:
    """A memory size as targets write it: "512mb", "4gb"."""
    mib = size // MIB
    return f"{mib}mb" if mib % 1024 else f"{mib // 1024}gb"


def read_name(name: str) -> Reading:
    """The machine that ``name`` stands for; :class:`UsageError` with the nearest that exist."""
    if len(name) > _MAX_LENGTH or not name.strip(" /"):
        raise UsageError(f"target {shown(name)}: expected {FORM}")
    said = say(name)
    if said.unknown:
        raise UsageError(f"target {shown(name)}: {_what_is_unknown(said)}{_suggestions(said)}")
    if said.architecture is not None and not said.boards:
        return _anywhere(name, said)
    if len(said.boards) != 1:
        what = "names several boards" if said.boards else "names no board"
        raise UsageError(f"target {shown(name)}: {what}{_suggestions(said)}")
    return _on_board(name, said, said.boards[0])


def find_boards(name: str) -> tuple[BoardModel, ...]:
    """The boards of that name or family; none for an unknown one."""
    said = say(name)
    return () if said.unknown or said.systems or said.python else said.boards


def board_names(boards: Iterable[BoardModel], name: str) -> list[str]:
    """The boards' parts of full names, with the memory that ``name`` says or every size."""
    memory = say(name).memory
    return [
        _board_part(board, size)
        for board in boards
        for size in board.memory
        if memory in (None, size)
    ]


def _board_part(board: BoardModel, memory: int | None) -> str:
    if memory is None or len(board.memory) == 1:
        return board.id
    return f"{board.id}-{memory_name(memory)}"


def say(name: str) -> Said:
    """What the words of ``name`` say."""
    text = name.lower().strip()
    image = _image_in(text)
    if image:
        text = text.replace(image, " ")
    words = re.findall(r"[^\s/\-_,()]+", text)[:_MAX_WORDS]
    said, table, last, at = Said(text=text), _words(), "", 0
    if image:
        said = said._replace(image=re.sub(r"^.*/", "", image))
    while at < len(words):
        end, more = next(
            (
                (end, more)
                for end in range(len(words), at, -1)
                if (more := _with_word(said, words[at:end], table)) is not None
            ),
            (at + 1, None),
        )
        if more is None:
            # "pi-9": the rest of a board's name, whose maker alone is known
            family = last if len(said.boards) > 1 and not said.unknown else ""
            unknown = f"{family}-{words[at]}" if family else words[at]
            more = said._replace(unknown=(*said.unknown, unknown))
        said, last, at = more, "-".join(words[at:end]), end
    return said


def _image_in(text: str) -> str:
    images = "|".join(re.escape(row.image) for row in load_systems().containers)
    found = re.search(rf"(?:docker\.io/)?(?:library/)?\b(?:{images}):[\w.-]+", text)
    return found.group() if found else ""


def _with_word(said: Said, words: list[str], table: Words) -> Said | None:
    """``said`` and what these words say together; None where that is nothing that is known."""
    dotted = "".join(words)
    key = key_of(dotted)
    if not key:
        return said if len(words) == 1 else None
    if not said.boards and key in table.boards:
        boards = load_boards().boards
        return said._replace(boards=tuple(boards[board] for board in table.boards[key]))
    if said.systems:
        closer = _narrowed(said, words, key, table)
        if closer is not None:
            return closer
    elif key in table.systems:
        rows = {row.id: row for row in load_systems().rows}
        found = tuple(rows[row] for row in table.systems[key])
        bits_of = _bits_of_flavour(key, found)
        release = key not in table.flavours or len(found) == 1
        return said._replace(systems=found, usual_bits=bits_of, release=release)
    if said.architecture is None and key in ARCHITECTURES:
        size = 64 if "64" in ARCHITECTURES[key] else 32
        return said._replace(architecture=ARCHITECTURES[key], bits=said.bits or size)
    libc = _LIBC.fullmatch(dotted)
    if said.libc is None and libc:
        return said._replace(libc=(libc.group(1), libc.group(2)))
    memory = _MEMORY.fullmatch(dotted)
    if said.memory is None and memory:
        unit = 1024 * MIB if memory.group(2) == "g" else MIB
        return said._replace(memory=int(memory.group(1)) * unit)
    bits = _BITS.fullmatch(dotted)
    if bits and said.bits in (None, int(bits.group(1))):
        return said._replace(bits=int(bits.group(1)))
    python = _DOTTED_PYTHON.fullmatch(dotted) or (
        _PYTHON.fullmatch(dotted) if dotted.startswith(("py", "cp")) else None
    )
    if said.python is None and python and not _is_a_release(said, dotted):
        return said._replace(python=f"3.{int(python.group(1))}")
    return None


def _narrowed(said: Said, words: list[str], key: str, table: Words) -> Said | None:
    """What more is said of a system that was named: "Debian GNU/Linux 12 (bookworm)",
    "Ubuntu 22.04.3 LTS"; None where the words say nothing of it."""
    ids = table.systems.get(key, ())
    release = re.sub(r"^(\d+\.\d+)\.\d+$", r"\1", "".join(words))
    rows = tuple(
        row
        for row in said.systems
        if row.id in ids or release == row.version or (row.codename and key == key_of(row.codename))
    )
    if not rows:
        return None
    return said._replace(systems=rows, release=said.release or key not in table.flavours)


def _is_a_release(said: Said, dotted: str) -> bool:
    """Whether "3.20" is the release in "alpine-3.20", whose releases look like Pythons."""
    alike = said.systems and all(row.version.startswith("3.") for row in said.systems)
    return bool(alike and re.search(rf"[a-z][- ]?{re.escape(dotted)}", said.text))


def _bits_of_flavour(key: str, rows: tuple[SystemRow, ...]) -> int | None:
    """The word size that a distribution's own name implies: Raspbian is the 32-bit one."""
    sizes = {
        bits for row in rows for bits, os_id in row.os_ids.items() if key.startswith(key_of(os_id))
    }
    others = {bits for row in rows for bits in row.os_ids}
    return sizes.pop() if len(sizes) == 1 and len(others) > 1 else None


@lru_cache(maxsize=2048)
def key_of(text: str) -> str:
    """A name without case, hyphens, spaces and dots; "+" is read as "plus"."""
    bare = re.sub(r"[^a-z0-9.]", "", text.lower().replace("+", "plus"))
    return _NOISE.sub("", bare).replace(".", "")


def _words() -> Words:
    return derived_from(_make_words)


def _make_words() -> Words:
    boards, systems = load_boards(), load_systems()
    exact: dict[str, list[str]] = {}
    families: dict[str, list[str]] = {}
    for board in boards.boards.values():
        for name in _names_of(board, boards):
            exact.setdefault(name, []).append(board.id)
        vendor = boards.vendors[board.vendor]
        for family in (vendor.id, vendor.name, *vendor.spellings):
            families.setdefault(key_of(family), []).append(board.id)
        families.setdefault(key_of(board.soc), []).append(board.id)
    named: dict[str, list[str]] = {}
    for row in systems.rows:
        for name in _names_of_system(row, systems):
            named.setdefault(name, []).append(row.id)
    return Words(
        {**{key: tuple(dict.fromkeys(ids)) for key, ids in families.items()},
         **{key: (ids[0],) for key, ids in exact.items()}},
        {key: tuple(dict.fromkeys(ids)) for key, ids in named.items()},
        frozenset(
            key_of(name) for one in systems.flavours for name in (one.id, one.name, *one.spellings)
        ),
    )  # fmt: skip


def _names_of(board: BoardModel, boards: Boards) -> Iterator[str]:
    """A board's names with its maker's name before them in every spelling, and without it."""
    vendor = boards.vendors[board.vendor]
    makers = sorted(map(key_of, {vendor.name, *vendor.spellings}), key=len)
    for name in (board.id, *board.aliases, re.sub(r"\(.*\)", "", board.name)):
        key = key_of(name)
        yield key
        short = next((key[len(maker) :] for maker in reversed(makers) if key.startswith(maker)), "")
        yield from (maker + (short or key) for maker in makers)


def _names_of_system(row: SystemRow, systems: Systems) -> Iterator[str]:
    flavour = next((one for one in systems.flavours if one.id == row.flavour), None)
    spellings = (row.flavour, *((flavour.name, *flavour.spellings) if flavour else ()))
    yield from (key_of(name) for name in (row.id, *row.aliases))
    for spelling in spellings:
        head = key_of(spelling)
        yield head
        yield head + key_of(row.version)
        if row.codename:
            yield head + key_of(row.codename)


def _anywhere(name: str, said: Said) -> Reading:
    """A machine without a board: its architecture with a C library or a system."""
    architecture = said.architecture or ""
    bits = 64 if "64" in architecture else 32
    if said.image is not None:
        row, python = _contained(said.image)
        return Reading(None, said.memory, row, bits, python or said.python, said.image,
                       architecture)  # fmt: skip
    fitting = [row for row in said.systems if bits in row.os_ids and row.vendor is None]
    if said.libc is not None and said.python is not None:
        return Reading(None, said.memory, None, bits, said.python, None, architecture,
                       said.libc)  # fmt: skip
    if fitting and said.libc is None:
        return Reading(None, said.memory, fitting[-1], bits, said.python, None, architecture)
    example = f"{architecture}/glibc-2.36/py3.11 or {architecture}/debian-12"
    raise UsageError(
        f"target {shown(name)}: an architecture needs a C library and a Python, or a system, "
        f"as in {example}"
    )


def _on_board(name: str, said: Said, board: BoardModel) -> Reading:
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
    for container in systems.containers:
        if container.image != name:
            continue
        version = re.match(r"3\.(\d{1,2})(\.\d{1,2})?(-|$)", tag)
        if container.brings_python and version is None:
            break
        variant = tag[version.end() :] if container.brings_python and version else tag
        for known, row_id in container.variants.items():
            if variant == known:
                row = next(row for row in systems.rows if row.id == row_id)
                return row, f"3.{version.group(1)}" if container.brings_python and version else None
    examples = "python:3.12-slim, python:3.11-slim-bookworm, debian:12 or ubuntu:24.04"
    raise UsageError(f"target {shown(image)}: unknown image; write one such as {examples}")


def _image_on(name: str, said: Said, board: BoardModel) -> tuple[SystemRow, int]:
    """The system and word size, as said or the usual ones of the board."""
    boards, systems = load_boards(), load_systems()
    soc = boards.socs[board.soc]
    if said.image is not None:
        return _contained(said.image)[0], said.bits or max(boards.word_sizes(board))
    if not said.systems:
        row = systems.usual(board, soc, boards.systems_of(board))
        rows = [row] if row is not None else list(systems.rows[-1:])
    else:
        rows = _fitting(said.systems, board, boards)
    sizes = _sizes(said, board, boards)
    reasons = [(row, bits, row.why_not(board, soc, bits)) for row in rows for bits in sizes]
    possible = [(row, bits) for row, bits, reason in reasons if not reason]
    if possible:
        return possible[0]
    row, bits, reason = reasons[0]
    image = _image_of(row) if bits in boards.socs[board.soc].modes else ""
    contained = Reading(board, said.memory, row, bits, None, image).canonical
    others = f" In a container it runs: {contained}." if image else ""
    raise UsageError(f"target {shown(name)}: {reason}{others}")


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


def _fitting(rows: tuple[SystemRow, ...], board: BoardModel, boards: Boards) -> list[SystemRow]:
    """Of systems that share a name the usual ones of the board, the newest first."""

    order = boards.systems_of(board)

    def rank(row: SystemRow) -> tuple[bool, int]:
        usual = [at for at, name in enumerate(order) if name in (row.id, row.flavour)]
        return row.vendor not in (None, board.vendor), min(usual, default=len(order))

    newest_first = list(reversed(rows))
    best = min(map(rank, newest_first))
    return [row for row in newest_first if rank(row) == best]


def _what_is_unknown(said: Said) -> str:
    word = shown(said.unknown[0])
    if re.fullmatch(r"py\d.*|2\.\d", said.unknown[0]):
        return f"{word} is no Python that can be asked about; write py3.12"
    if _unknown_board(said):
        return f"unknown board {shown(_unknown_board(said))} ({_without_board(said)})"
    if said.unknown[0].isdigit():
        return f"{word} is no word size; a system has 32 or 64 bits, as in bookworm-64"
    return f"unknown word {word}" if said.systems else f"unknown system {word}"


def _unknown_board(said: Said) -> str:
    """The name of a board that is not known: "orange pi 5 pro"; empty where something else is."""
    word = said.unknown[0]
    first, slash, _ = said.text.partition("/")
    if len(said.boards) != 1 or word not in said.text:
        return word
    if slash:
        return first if word in first else ""
    if said.systems or _close(word, _words().systems, 0.6):
        return ""
    return said.text[: said.text.index(word) + len(word)]


def _close(word: str, names: Iterable[str], cutoff: float) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(key_of(word), list(names), n=3, cutoff=cutoff)


def _suggestions(said: Said) -> str:
    """The nearest three names that exist, as the end of a sentence."""
    nearest = _nearest(said)
    if not nearest:
        return "; see `pidoctor targets`"
    python = f"/py{said.python}" if said.python and said.image is None else ""
    if said.image is not None:
        nearest = [f"{one.partition('/')[0]}/{said.image}" for one in nearest]
    names = [f"{one}{python}" for one in nearest]
    return f"; did you mean {', '.join(names[:-1])}{' or ' if names[1:] else ''}{names[-1]}?"


def _without_board(said: Said) -> str:
    """How to ask about a board that is not listed."""
    architecture = "armv7l" if said.bits == 32 else "aarch64"
    rows = [
        row.id for row in said.systems if row.vendor is None and (said.bits or 64) in row.os_ids
    ]
    python = f"/py{said.python}" if said.python else ""
    name = f"{architecture}/{rows[-1] if rows else 'debian-bookworm'}{python}"
    return f"for one that is not listed, name its architecture: {name}"


def _nearest(said: Said) -> list[str]:
    boards, systems = load_boards(), load_systems()
    close = said.boards
    if not close and said.unknown:
        whole = key_of(re.split("/", said.text)[0])
        found = _close(whole, _words().boards, 0.7) + _close(said.unknown[0], _words().boards, 0.7)
        ids = dict.fromkeys(board for key in found for board in _words().boards[key])
        close = tuple(boards.boards[board] for board in ids)
    rows = said.systems
    if not rows and said.boards and said.unknown:
        found = _close(said.unknown[0], _words().systems, 0.6)
        ids = dict.fromkeys(row for key in found for row in _words().systems[key])
        rows = tuple(row for row in systems.rows if row.id in ids)
    if said.unknown and not close and not rows:
        return []
    candidates = close or tuple(boards.boards.values())
    if len(candidates) > 3:
        near = _close(said.unknown[0], [row.id for row in candidates], 0.7) if said.unknown else []
        usual = sorted(candidates, key=lambda row: (row.id not in near, not row.suggested))
        candidates = tuple(usual)
    return list(_first(_completed(candidates, rows, said.bits or said.usual_bits), 3))


def _completed(
    candidates: Iterable[BoardModel], rows: tuple[SystemRow, ...], bits: int | None
) -> Iterator[str]:
    """A name in full for each board: with one of the rows, else with its usual system."""
    boards, systems = load_boards(), load_systems()
    for board in candidates:
        soc = boards.socs[board.soc]
        usual = systems.usual(board, soc, boards.systems_of(board))
        for row in _fitting(rows, board, boards) if rows else [usual]:
            sizes = [bits] if bits else sorted(boards.word_sizes(board), reverse=True)
            fits = [size for size in sizes if row and not row.why_not(board, soc, size)]
            if row is not None and fits:
                named = Reading(board, board.usual_memory, row, fits[0], None)
                yield named.canonical
                break


def _first(names: Iterator[str], count: int) -> Iterator[str]:
    for _, name in zip(range(count), names):
        yield name


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


def shown(text: str) -> str:
    """A part of a name in a message: short, on one line."""
    return repr(text[:60])
