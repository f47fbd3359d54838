"""The words of a target's name: what each, or a run of them, is known to mean.

All names are data: ids, aliases and spellings of the tables of boards and systems.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pidoctor.catalog.architectures import called
from pidoctor.catalog.boards import MIB, BoardModel, Boards, load_boards
from pidoctor.catalog.pythons import indexed_pythons
from pidoctor.catalog.systems import SystemRow, Systems, Unanswered, load_systems
from pidoctor.catalog.tables import derived
from pidoctor.expressions import expression
from pidoctor.records import NamedTuple

_MAX_WORDS = 24
_MEMORY = expression(r"(\d{1,5})([gm])(i?b)?(ram)?")
_BITS = expression(r"(32|64)(bits?)?(os)?")
_PYTHON = expression(r"(?:python|py|cp|cpython)?3\.?(\d{1,2})(?:\.\d{1,2})?m?")
_DOTTED_PYTHON = expression(r"(?:python|py|cpython)?3\.(\d{1,2})(?:\.\d{1,2})?")
_LIBC = expression(r"(glibc|musl)-?(\d{1,2}\.\d{1,3})")
# Words of a model's full name that no short name has.
_NOISE = expression(
    r"model|developerkit|devkit|rev(ision)?\d?(\.\d)?$"
    r"|^(on|with|of|and|the|my|a|lts|lite|desktop|server|headless|minimal|fresh|latest|version"
    r"|linux|gnu|os|image|docker|podman|qemu|vm|chroot|board|sbc|w|ram|running|using|hardware|in"
    r"|container|full|mate|beta|io|iot|v\d(\.\d)?)$"
)
# What is said in several words and means nothing here, or has a shorter form: sizes of a card, the
# kernel's word size (the programs' decides), what a wheel's name begins with.
_PHRASES = tuple(
    (expression(pattern), instead)
    for pattern, instead in (
        (
            r"\d+ ?[gt]i?b?(?: of)? (?:emmc|e?mmc|(?:micro)? ?sd(?: ?card)?|ssd|nvme|storage|disk)",
            " ",
        ),
        (r"\b(\d+) ?(?:gig(?:a?bytes?|s)?|go)\b", r"\1gb"),
        (r"\b64[- ]?bit kernel\b|\b16k (?:kernel|pages?)\b|\bgithub actions\b", " "),
        (
            r"\b(?:operating|base) system\b|(?:-compatible)? processor(?: rev \d+)?\b"
            r"|\bkernel \d[\w.+-]*|-preinstalled-(?:server|desktop)"
            # what stands before the values of /etc/os-release and of lsb_release
            r"|\b(?:(?:pretty_|code)?name|version(?:_id|_codename)?|id|distributor id|description"
            r"|release|codename)\s*[=:]",
            " ",
        ),
        (r"\bras(?:p?i|b|pb|bp)(?:ai?|ia)n\b", "raspbian"),
        (r"\b32[- ]?bits? arm\b|\barm 32[- ]?bits?\b", "armhf"),
        (r"\b64[- ]?bits? arm\b|\barm 64[- ]?bits?\b", "arm64"),
        (r"\b(?:l4t[-_: ]*)?r(?=3\d(?:\.\d+)*\b)", "l4t "),
        (r"(?<=armbian )v?\d\d\.\d{1,2}(?:\.\d+)?\b", " "),  # of Armbian's own, for every system
        (r"\bmanylinux(?:\d{4}|_\d+_\d+)_", " "),
        (r"\brk3588s2?\b", "rk3588"),  # the same chip with fewer lines, and no other wheel
        (r"\b\d\d \((?=(?:buster|bullseye|bookworm|trixie)\))", " ("),  # said twice
        (r"(?<=2 model b) rev 1\.2\b", " v1.2"),
        (r"(?<=-\d\d\.\d\d)-arm\b", " arm64"),
        (
            r"\blegacy\b(?=.*\b(?:buster|bullseye)\b)|(?<=buster )legacy\b|(?<=bullseye )legacy\b",
            " ",
        ),
    )
)
# A server's size: what of it no row says the memory of.
_INSTANCE = expression(r"\b([a-z]\d[a-z]+)\.(?:nano|micro|small|medium|metal|\d*x?large)\b")
_NUMBERS = expression(r"\d+(\.\d+)*")
_SIZED = expression(r"([a-z]+)(32|64)")  # "bookworm64"
_KERNEL = expression(r"\blinux \S+ \d+\.\d+\.\d+\S*")  # what uname -a prints
_FILE = expression(r"\d{4}-\d\d-\d\d-?|(\.(img|iso|xz|zip|gz|7z))+$")  # of an image's file name


class Words(NamedTuple):
    """Every known name, without its hyphens, spaces and dots."""

    boards: Mapping[str, tuple[str, ...]]  # -> ids; several for the name of a family
    systems: Mapping[str, tuple[str, ...]]  # -> ids, oldest first
    flavours: frozenset[str]  # those of systems that name no release
    elsewhere: Mapping[str, Unanswered]  # what is not answered for
    memory: Mapping[str, int]  # of the boards' names that say it, bytes


class Said(NamedTuple):
    """What the words of a name say; None and empty for what they leave out."""

    boards: tuple[BoardModel, ...] = ()
    memory: int | None = None  # bytes
    usual_memory: int | None = None  # what the name of the board implies, bytes
    systems: tuple[SystemRow, ...] = ()
    release: bool = False  # whether a release was named, not a flavour alone
    bits: int | None = None
    usual_bits: int | None = None  # what the name of the system implies
    python: str | None = None  # "3.12"
    image: str | None = None  # a container image: "python:3.12-slim"
    architecture: str | None = None
    libc: tuple[str, str] | None = None  # ("glibc", "2.36")
    elsewhere: Unanswered | None = None  # why it is no machine that is answered for
    unknown: tuple[str, ...] = ()
    text: str = ""  # all of it


def say(name: str) -> Said:
    """What the words of ``name`` say."""
    text = _FILE.sub("", name.lower().strip())
    for pattern, instead in _PHRASES:
        text = pattern.sub(instead, text)
    image = _image_in(text)
    if image:
        text = text.replace(image, " ")
    table = known_words()
    text = _INSTANCE.sub(lambda found: found[key_of(found[0]) not in table.memory], text)
    bare = re.sub(r"\s[+&:]+(?=\s)", " ", text)
    parts = re.findall(r"[^\s/\-_,;|@()\[\]{}\"']+", bare)[:_MAX_WORDS]
    words = [word for part in parts for word in _without_size(part, table)]
    said, last, at = Said(text=text), "", 0
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
    return said._replace(memory=said.memory or said.usual_memory)


def _without_size(word: str, table: Words) -> tuple[str, ...]:
    """A system and the word size written onto it; any other word as it is."""
    sized = _SIZED.fullmatch(word)
    if sized is None or sized[1] not in table.systems or word in table.systems:
        return (word,)
    return sized[1], sized[2]


def _image_in(text: str) -> str:
    images = "|".join(re.escape(row.image) for row in load_systems().containers)
    where = r"(?:docker\.io/|public\.ecr\.aws/docker/)?(?:library/)?"
    found = re.search(rf"{where}\b(?:{images}):[\w.-]+", text)
    return found.group() if found else ""


def _with_word(said: Said, words: list[str], table: Words) -> Said | None:
    """``said`` and what these words say together; None where that is nothing that is known."""
    dotted = "".join(words)
    key = key_of(dotted)
    if not key:
        return said if len(words) == 1 else None
    other = _elsewhere(said, dotted, table)
    if other is not None and not said.unknown and key not in table.systems:
        return said._replace(elsewhere=other)
    boards = _closer(said, key, table)
    if boards:
        return said._replace(boards=boards, usual_memory=table.memory.get(key))
    code = _revision(said, dotted)
    if code is not None:
        return code
    key = _release_key(dotted, key, table)
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
    kind = called(key)
    if kind is not None and said.architecture in (None, kind.id):
        return said._replace(architecture=kind.id, bits=said.bits or kind.bits)
    libc = _LIBC.fullmatch(dotted)
    if said.libc is None and libc:
        return said._replace(libc=(libc.group(1), libc.group(2)))
    memory = _MEMORY.fullmatch(dotted)
    if said.memory is None and memory and sum(word[0].isdigit() for word in words) == 1:
        unit = 1024 * MIB if memory.group(2) == "g" else MIB
        return said._replace(memory=int(memory.group(1)) * unit)
    bits = _BITS.fullmatch(dotted)
    if bits and said.bits in (None, int(bits.group(1))):
        return said._replace(bits=int(bits.group(1)))
    python = _DOTTED_PYTHON.fullmatch(dotted) or (
        _PYTHON.fullmatch(dotted) if dotted.startswith(("py", "cp")) else None
    )
    if (
        python
        and said.python in (None, f"3.{python.group(1)}")
        and _is_a_python(said, dotted, int(python.group(1)))
    ):
        return said._replace(python=f"3.{int(python.group(1))}")
    return None


def _elsewhere(said: Said, dotted: str, table: Words) -> Unanswered | None:
    """What a word names that is not answered for; a line of uname names a kernel."""
    name = "kernel release" if _KERNEL.search(said.text) else dotted.partition(":")[0]
    return table.elsewhere.get(key_of(name))


def _closer(said: Said, key: str, table: Words) -> tuple[BoardModel, ...]:
    """The boards that a name means; of two names the closer one: "Rock 5B (RK3588)",
    "Jetson - Orin Nano"."""
    boards = load_boards().boards
    named = [boards[board] for board in table.boards.get(key, ())]
    return tuple(board for board in named if not said.boards or board in said.boards)


def _narrowed(said: Said, words: list[str], key: str, table: Words) -> Said | None:
    """What more is said of a system that was named: "Debian GNU/Linux 12 (bookworm)",
    "Ubuntu 22.04.3 LTS"; None where the words say nothing of it."""
    release = "".join(words)
    if release.startswith("debian") and all(row.flavour != "debian" for row in said.systems):
        # "Raspberry Pi OS (Debian 12)": what it is made of
        key, release = key_of(release[len("debian") :]), release[len("debian") :]
        if not key:
            return said
    ids = table.systems.get(key, ())
    rows = tuple(
        row
        for row in said.systems
        if row.id in ids
        or (_NUMBERS.fullmatch(release) and f"{release}.".startswith(f"{row.version}."))
        or (row.codename and key == key_of(row.codename))
    )
    if not rows:
        return None
    return said._replace(systems=rows, release=said.release or key not in table.flavours)


def _release_key(dotted: str, key: str, table: Words) -> str:
    """The known name of a system whose point release is named: "jp4.6.1" is JetPack 4."""
    release = re.fullmatch(r"([a-z](?:\w*[a-z])?)(\d+(?:\.\d{1,2})+)", dotted)
    if release is None or key in table.systems:
        return key
    numbers = release[2].split(".")
    heads = [".".join(numbers[:size]) for size in range(len(numbers) - 1, 0, -1)]
    keys = (key_of(release[1] + head) for head in heads)
    return next((found for found in keys if found in table.systems), key)


def _revision(said: Said, word: str) -> Said | None:
    """What a Raspberry Pi's revision code says ("a03111"); None for what is none."""
    if not re.fullmatch(r"[0-9a-f]*\d[0-9a-f]*", word) or not 4 <= len(word) <= 8:
        return None
    tables = load_boards()
    code = tables.decode_revision(int(word, 16))
    board = tables.boards.get(code.board or "")
    if board is None or (said.boards and board not in said.boards):
        return None
    memory = code.memory if code.memory in board.memory else None
    return said._replace(boards=(board,), memory=said.memory or memory)


def _is_a_python(said: Said, dotted: str, minor: int) -> bool:
    """Whether "3.12" is a Python: one that there is, and not the release in "alpine-3.20"."""
    newest = int(indexed_pythons()[-1].partition(".")[2])
    alike = said.systems and all(row.version.startswith("3.") for row in said.systems)
    release = alike and re.search(rf"[a-z][- ]?{re.escape(dotted)}", said.text)
    return minor <= newest + 1 and not release


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
    bare = text.lower()
    if not (bare.isascii() and bare.isalnum()):  # those of most names are
        bare = re.sub(r"[^\w.]|_", "", bare.replace("+", "plus"))
    return _NOISE.sub("", bare).replace(".", "")


@derived
def known_words() -> Words:
    boards, systems = load_boards(), load_systems()
    exact: dict[str, list[str]] = {}
    families: dict[str, list[str]] = {}
    for board in boards.boards.values():
        for name in _names_of(board, boards):
            exact.setdefault(name, []).append(board.id)
        vendor = boards.vendors[board.vendor]
        for family in (vendor.id, vendor.name, *vendor.spellings):
            families.setdefault(key_of(family), []).append(board.id)
        makers = (name.partition(",")[0] for name in boards.socs[board.soc].compatible)
        for family in (board.soc, boards.socs[board.soc].core, *makers):
            families.setdefault(key_of(family), []).append(board.id)
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
        {key_of(name): row for row in systems.elsewhere for name in row.names},
        {key: board.memory_of[name] * MIB
         for board in boards.boards.values()
         for name in board.memory_of
         for key in _spelled(name, board, boards)},
    )  # fmt: skip


def _names_of(board: BoardModel, boards: Boards) -> Iterator[str]:
    for name in (board.id, *board.aliases, *board.memory_of, re.sub(r"\(.*\)", "", board.name)):
        yield from _spelled(name, board, boards)


def _spelled(name: str, board: BoardModel, boards: Boards) -> Iterator[str]:
    """A board's name with its maker's name before it in every spelling, and without it."""
    vendor = boards.vendors[board.vendor]
    makers = sorted(map(key_of, {vendor.name, *vendor.spellings}), key=len)
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


def board_spellings(name: str) -> list[str]:
    """The other names of the board that ``name`` means, as :func:`key_of` writes them."""
    boards = say(name).boards
    return sorted(
        {key for board in boards[:1] for key in _names_of(board, load_boards())} - {key_of(name)}
    )


def system_spellings(system: str) -> list[str]:
    """The other names of a system, as :func:`key_of` writes them."""
    return sorted(key for key, rows in known_words().systems.items() if system in rows)


def shown(text: str) -> str:
    """A part of a name in a message: short, on one line."""
    return repr(text[:60])
