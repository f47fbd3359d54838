"""Names that mean a runtime: what people call TensorFlow Lite when they ask for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.utils import canonicalize_name

from pidoctor.catalog.relations import SpokenName, load_relations
from pidoctor.catalog.runtimes import load_runtimes, nightlies, runtime_names
from pidoctor.expressions import expression

_LONGEST_NAME = 4  # words: "ai edge lite rt"
_BARE = expression(r"[A-Za-z][\w.-]*")
_NAME = expression(r"\s*([A-Za-z0-9][\w. -]*?)\s*((?:[\[<>=!~;@].*)?)", re.DOTALL)


def understood(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The requirements that ``words`` mean, and for each that was taken as another name, why.

    "tflite runtime" is one name, whether the shell passes one word or two.
    """
    meant: dict[str, None] = {}
    told = []
    for word in _joined(words):
        requirements, line = _meant(word)
        named = {re.split(r"[<>=~!\[;]", requirement)[0] for requirement in meant}
        new = [requirement for requirement in requirements if requirement not in named]
        meant.update(dict.fromkeys(new))
        told += [line] if line and new != [word] else []
    return list(meant), told


def _joined(words: Sequence[str]) -> list[str]:
    """``words`` with the longest runs that are one name put together."""
    found, at = [], 0
    while at < len(words):
        run = next(
            (
                size
                for size in range(min(len(words) - at, _LONGEST_NAME), 1, -1)
                if all(_BARE.fullmatch(word) for word in words[at : at + size - 1])
                and is_runtime(" ".join(words[at : at + size]))
            ),
            1,
        )
        found.append(" ".join(words[at : at + run]))
        at += run
    return found


def is_runtime(word: str) -> bool:
    """Whether ``word``, without its version, is what people call a runtime: "TF Lite"."""
    match = _NAME.fullmatch(word)
    if match is None:
        return False
    name = _names().get(_key(match[1]))
    row = load_relations().spoken.get(name or "")
    return name is not None and not (row and row.kept)


def _key(name: str) -> str:
    """A name without case and hyphens: "TF Lite", "tf-lite" and "tflite" are one."""
    return canonicalize_name(re.sub(r"\s+", "-", name)).replace("-", "")


def _names() -> dict[str, str]:
    """Every name of a runtime and every one that people have for it, by its key."""
    builds = (runtime.distribution for runtime in nightlies())
    names = (*load_relations().spoken, *builds, *sorted(runtime_names()))
    return {_key(name): name for name in names}


def stands_for_runtime(name: str) -> SpokenName | None:
    """The row of a package that is a build of a runtime under another name: tensorflow-cpu."""
    row = load_relations().spoken.get(name)
    builds = {other for runtime in load_runtimes() for other in runtime.distributions}
    return row if row is not None and name in builds else None


def runtime_beside(word: str) -> str:
    """The runtime, or auto, that a package is asked for beside; empty for a runtime's own name and
    one that is mistyped, for what nobody should install, and for what is no name with a version."""
    match = _NAME.fullmatch(word)
    if match is None or " " in match[1] or match[2][:1] in ("@", ";"):
        return ""
    name, runtimes = canonicalize_name(match[1]), load_runtimes()
    relations = load_relations()
    known = {"auto", *(other for runtime in runtimes for other in runtime.distributions)}
    if name in known or name.startswith("python3-") or relations.warning(name):
        return ""
    imported = (need.any_of[0] for need in relations.unsaid if need.name == name)
    named = (one for one in runtime_names() if name.startswith(f"{one}-"))
    base = [*imported, *named, "auto"][0]
    from difflib import get_close_matches  # only what is mistyped needs it

    near = base == "auto" and get_close_matches(name, known, n=1, cutoff=0.75)
    return "" if near or name in relations.spoken else base


def _meant(word: str) -> tuple[list[str], str]:
    match = _NAME.fullmatch(word)
    if match is None:
        return [word], ""
    name, rest = match[1], match[2]
    relations, plain = load_relations(), canonicalize_name(re.sub(r"\s+", "-", name))
    spoken, other = relations.spoken, relations.warnings.get(plain)
    if other is not None and other.package:
        return [other.package + rest], other.text
    extra = re.match(r"\[([\w.-]+)\]", rest)
    row = spoken.get(f"{plain}[{canonicalize_name(extra[1])}]") if extra else None
    if row is not None and extra is not None:
        name, rest = name + extra[0], rest[extra.end() :]
    known = _names().get(_key(name), "")
    row = row or spoken.get(known)
    if row is None:
        return [known + rest if known and (" " in name or plain != known) else word], ""
    if rest and row.versions_of:
        return _meant(row.versions_of + rest)
    bare = re.split(r"[<>=~!]", row.means)[0]  # "tf2" names a version, unless another is said
    taken = row.means if row.kept or not rest else bare + rest
    return [taken, word] if row.kept else [taken], row.text
