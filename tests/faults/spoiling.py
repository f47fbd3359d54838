"""Files that somebody prepared: a good one, spoiled in one place or in many."""

from __future__ import annotations

import json
import os
import random
from copy import deepcopy
from pathlib import Path
from typing import Any

_NAMES = (
    *("file", "a b", "größe", "-rf", "--json", "$(touch pwned)", "`touch pwned`", "a'b\"c", "%s%n"),
    *("new\nline", "\x1b[2J\x1b]0;title\x07", "n" * 250, "byte\udcff", "..", ".", "-", "", "{0}"),
    *("a/../../b", "nothing/here", "*", "~", "~root/x", "//", "con:x", "http://[", "\u202egnp"),
)
_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        0,
        10**30,
        1e308,
        float("nan"),
        float("inf"),
        "",
        [],
        {},
        [[]],
        "\0",
        "\ud800",
    ),
    *("\x1b[2J", "x" * 100_000, "../../etc/passwd", "/dev/zero", "9" * 5_000, "1.0\n--index-url=x"),
    *("<script>", "[red]x[/red]", "%s", "${HOME}", ["x"] * 1_000, {"x": {"x": "x"}}, b"".decode()),
)
_PIECES = (
    *(
        b"\0",
        b"\xff\xfe",
        b"\x1b[2J",
        b"\x1b]8;;x\x07",
        b"\r",
        b"\n" * 3,
        b"[" * 5_000,
        b"{" * 5_000,
    ),
    *(
        b"9" * 5_000,
        b"(" * 500,
        b"\xe2\x80\xae",
        b"'\"`$(x)",
        b"%n%s",
        b"-r /dev/zero\n",
        b"=" * 99,
    ),
)


def name(chance: random.Random) -> str:
    """A word for a name of a file, a machine, a version: most are none."""
    return chance.choice(_NAMES)


def word(chance: random.Random, good: str) -> str:
    """A good word, or one that somebody made of it."""
    kind = chance.randrange(10)
    if kind == 0:
        return name(chance)
    if kind == 1:
        at = chance.randrange(len(good) + 1)
        return good[:at] + name(chance) + good[at:]
    if kind > 2:
        return good
    return os.fsdecode(spoiled(chance, good.encode())).replace("\0", "")[:50_000]


def spoiled(chance: random.Random, good: bytes) -> bytes:
    """The content of a file, spoiled: as JSON where it is some, else byte by byte."""
    if chance.random() < 0.1:
        return chance.choice((good, b"", b"\0" * 10_000, chance.randbytes(2_000), b"[" * 100_000))
    if good.startswith(b"{") and chance.random() < 0.8:
        return _spoiled_json(chance, json.loads(good))
    content = bytearray(good)
    for _ in range(chance.choice((0, 1, 1, 2, 20))):
        at = chance.randrange(len(content) + 1)
        kind = chance.randrange(5)
        if kind == 0:
            content[at:at] = chance.choice(_PIECES)
        elif kind == 1 and content:
            content[at : at + 1] = chance.randbytes(1)
        elif kind == 2:
            del content[at : at + chance.randrange(1, 200)]
        elif kind == 3:
            content[at:at] = content[max(0, at - 500) : at]
        else:
            content[at : at + 4] = chance.choice((b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f"))
    return bytes(content)


def _spoiled_json(chance: random.Random, document: Any) -> bytes:
    for _ in range(chance.choice((1, 1, 1, 1, 3))):
        places = list(_places(document))
        if not places:
            break
        holder, key = chance.choice(places)
        kind = chance.randrange(4)
        if kind == 0:
            del holder[key]
        elif kind == 1 and isinstance(holder, dict):
            holder[name(chance)] = holder.pop(key)
        elif kind == 2 and isinstance(holder[key], str):
            holder[key] += chance.choice([value for value in _VALUES if isinstance(value, str)])
        else:
            holder[key] = deepcopy(chance.choice(_VALUES))
    return json.dumps(document).encode()


def _places(document: Any) -> Any:
    """Each value below ``document``: the list or object that holds it, and its key there."""
    pairs: Any = ()
    if isinstance(document, dict):
        pairs = list(document.items())
    elif isinstance(document, list):
        pairs = list(enumerate(document[:50]))
    for key, value in pairs:
        yield document, key
        yield from _places(value)


def plant(chance: random.Random, path: Path, content: bytes) -> None:
    """Make ``path`` a file with that content or, now and then, something else of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = chance.randrange(80)
    if kind == 0:
        os.mkfifo(path)
    elif kind == 1:
        path.mkdir()
    elif kind == 2:
        path.symlink_to("/dev/zero")
    elif kind == 3:
        path.symlink_to(path.name)
    elif kind == 4:
        path.symlink_to("/nowhere")
    elif kind == 5:
        path.symlink_to("/proc/self/mem")
    else:
        path.write_bytes(content)
