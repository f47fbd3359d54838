"""What is answered for a target's name that cannot be read: why, and the nearest that exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from pidoctor.catalog.boards import BoardModel, load_boards
from pidoctor.catalog.systems import SystemRow, load_systems
from pidoctor.errors import UsageError
from pidoctor.expressions import expression
from pidoctor.profile.target_reading import Reading, fitting
from pidoctor.profile.target_words import Said, key_of, known_words, shown

_NUMBERED = expression(r"([a-z]+)(\d{1,4})([a-z]?)")  # a board of a series, as key_of writes it


def what_is_unknown(said: Said) -> str:
    word = shown(said.unknown[0])
    number = re.fullmatch(r"\d+(\.\d+)*", said.unknown[0])
    if said.bits and re.fullmatch(r"(32|64)(bits?)?", said.unknown[0]):
        return f"it says both {said.bits}-bit and {said.unknown[0][:2]}-bit"
    if said.systems and number and (number[1] or not said.release):
        names = {one.id: one.name for one in load_systems().flavours}
        return f"unknown release {word} of {names.get(said.systems[0].flavour, 'it')}"
    if re.fullmatch(r"(python|py|cp)\d.*|[23]\.\d+", said.unknown[0]):
        return f"{word} is no Python that can be asked about; write py3.12"
    board = _unknown_board(said)
    if board and len(said.boards) == 1 and not _series(said):
        return f"{word} says nothing about the {said.boards[0].name} ({_without_board(said)})"
    if board:
        return f"unknown board {shown(board)} ({_without_board(said)})"
    if said.unknown[0].isdigit():
        return f"{word} is no word size; a system has 32 or 64 bits, as in bookworm-64"
    if said.systems:
        return f"unknown word {word}"
    return (
        f"unknown system {word} (on it, `pidoctor check` reads what it is; from elsewhere name its "
        "C library and its Python, as in aarch64/glibc-2.36/py3.11)"
    )


def device_in(said: Said) -> str:
    """The id of the accelerator that the unknown words name; empty for none."""
    if not said.unknown:
        return ""
    from pidoctor.profile.devices import spellings

    for text in (said.text, " ".join(said.unknown)):
        plain = re.sub(r"[^a-z0-9]", "", text)
        known = spellings()
        starts = (key for key in known if len(plain) > 4 and key.startswith(plain))
        key = plain if plain in known else next(starts, "")  # "hailo" is the first of them
        if key:
            return known[key].id
    return ""


def _unknown_board(said: Said) -> str:
    """The name of a board that is not known: "orange pi 5 pro"; empty where something else is."""
    word = said.unknown[0]
    first, slash, _ = said.text.partition("/")
    if not said.boards and _close(word, known_words().systems, 0.8) and not _series(said):
        return ""
    if len(said.boards) != 1 or word not in said.text:
        return word
    if slash:
        return first if word in first else ""
    if said.systems or (_close(word, known_words().systems, 0.6) and not word.isdigit()):
        return ""
    return said.text[: said.text.index(word) + len(word)]


def _series(said: Said) -> tuple[BoardModel, ...]:
    """The boards that differ from an unknown one in a number and a letter behind it alone, the
    nearest first: Raspberry Pi 5 and 4 for "pi 6"."""
    word = said.unknown[0]
    whole = key_of("".join(said.text.partition(word)[:2]))
    own = _NUMBERED.fullmatch(whole if len(said.boards) == 1 else key_of(word))
    near: dict[str, tuple[int, bool]] = {}
    for key, ids in known_words().boards.items() if own else ():
        known = _NUMBERED.fullmatch(key) if len(ids) == 1 else None
        if own and known and known[1] == own[1]:
            away = abs(int(known[2]) - int(own[2])), known[3] not in ("", own[3])
            near[ids[0]] = min(away, near.get(ids[0], away))
    boards = load_boards().boards
    return tuple(boards[name] for name in sorted(near, key=lambda name: near[name]))


def _close(word: str, names: Iterable[str], cutoff: float) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(key_of(word), list(names), n=3, cutoff=cutoff)


class UnknownTargetError(UsageError):
    """A name that stands for no machine; ``near`` are names that do, the nearest first.

    With ``known`` all of its words are known, and leave open which one is meant.
    """

    def __init__(self, what: str, near: Sequence[str], known: bool = False) -> None:
        super().__init__(what + (did_you_mean(near) if near else "; see `pidoctor targets`"))
        self.near, self.known = tuple(near), known and bool(near)


def nearest_names(said: Said) -> list[str]:
    """The nearest three names that exist, with the Python or the image that was said."""
    nearest = _nearest(said)
    python = f"/py{said.python}" if said.python and said.image is None else ""
    if said.image is not None:
        nearest = [f"{one.partition('/')[0]}/{said.image}" for one in nearest]
    return [f"{one}{python}" for one in nearest]


def did_you_mean(names: Sequence[str]) -> str:
    """The end of a sentence that offers one of ``names``."""
    return f"; did you mean {', '.join(names[:-1])}{' or ' if names[1:] else ''}{names[-1]}?"


def _without_board(said: Said) -> str:
    """How to ask about a board that is not listed."""
    architecture = "armv7l" if said.bits == 32 else "aarch64"
    rows = [
        row.id for row in said.systems if row.vendor is None and (said.bits or 64) in row.os_ids
    ]
    python = f"/py{said.python}" if said.python else ""
    name = f"{architecture}/{rows[-1] if rows else 'debian-bookworm'}{python}"
    return f"for one that is not listed, name what `uname -m` prints on it: {name}"


def _nearest(said: Said) -> list[str]:
    boards, systems = load_boards(), load_systems()
    series = _series(said) if said.unknown else ()
    close = series or said.boards
    if not close and said.unknown:
        whole = key_of(re.split("/", said.text)[0])
        found = _close(whole, known_words().boards, 0.7) + _close(
            said.unknown[0], known_words().boards, 0.7
        )
        ids = dict.fromkeys(board for key in found for board in known_words().boards[key])
        close = tuple(boards.boards[board] for board in ids)
    rows = said.systems
    if not rows and said.unknown and not series and not _unknown_board(said):
        found = _close(said.unknown[0], known_words().systems, 0.7)
        ids = dict.fromkeys(row for key in found for row in known_words().systems[key])
        rows = tuple(row for row in systems.rows if row.id in ids)
    if said.unknown and not close and not rows:
        return []
    candidates = close or tuple(boards.boards.values())
    if len(candidates) > 3 and not series:
        near = _close(said.unknown[0], [row.id for row in candidates], 0.7) if said.unknown else []
        usual = sorted(candidates, key=lambda row: (row.id not in near, not row.suggested))
        candidates = tuple(usual)
    return list(islice(_completed(candidates, rows, said.bits or said.usual_bits), 3))


def _completed(
    candidates: Iterable[BoardModel], rows: tuple[SystemRow, ...], bits: int | None
) -> Iterator[str]:
    """A name in full for each board: with one of the rows, else with its usual system."""
    boards, systems = load_boards(), load_systems()
    for board in candidates:
        soc = boards.socs[board.soc]
        usual = systems.usual(board, soc, boards.systems_of(board))
        for row in fitting(rows, board, boards) if rows else [usual]:
            sizes = [bits] if bits else sorted(boards.word_sizes(board), reverse=True)
            fits = [size for size in sizes if row and not row.why_not(board, soc, size)]
            if row is not None and fits:
                named = Reading(board, board.usual_memory, row, fits[0], None)
                yield named.canonical
                break
