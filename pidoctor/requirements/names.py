"""Names that mean a runtime: what people call TensorFlow Lite when they ask for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.utils import canonicalize_name

from pidoctor.catalog.relations import SpokenName, load_relations
from pidoctor.catalog.runtimes import load_runtimes

_NAME = re.compile(r"\s*([A-Za-z0-9][\w. -]*?)\s*((?:[\[<>=!~;@].*)?)", re.DOTALL)


def understood(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The requirements that ``words`` mean, and a line for each that was taken as another name.

    "tflite runtime" is one name, whether the shell passes one word or two.
    """
    joined = canonicalize_name("-".join(words))
    if len(words) > 1 and (joined in load_relations().spoken or joined in _runtimes()):
        words = [" ".join(words)]
    meant, told = [], []
    for word in words:
        requirements, line = _meant(word)
        meant += requirements
        told += [line] if line else []
    return meant, told


def stands_for_runtime(name: str) -> SpokenName | None:
    """The row of a package that is a build of a runtime under another name: tensorflow-cpu."""
    row = load_relations().spoken.get(name)
    builds = {other for runtime in load_runtimes() for other in runtime.distributions}
    return row if row is not None and name in builds else None


def _meant(word: str) -> tuple[list[str], str]:
    match = _NAME.fullmatch(word)
    if match is None:
        return [word], ""
    name, rest = match[1], match[2]
    plain = canonicalize_name(re.sub(r"\s+", "-", name))
    row = load_relations().spoken.get(plain)
    if row is None:
        return [plain + rest if " " in name and plain in _runtimes() else word], ""
    taken = row.means if row.kept else row.means + rest
    line = f"{name} was taken as {row.means}: {row.text}"
    return [taken, word] if row.kept else [taken], line


def _runtimes() -> set[str]:
    return {runtime.distribution for runtime in load_runtimes()}
