"""Which libraries of a wheel its entry point loads: the extensions it imports, and their NEEDED."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from pidoctor.catalog.runtimes import runtime_wheels
from pidoctor.catalog.tables import load


def entry_extensions(name: str, paths: Iterable[str]) -> set[str]:
    """The files that importing the package's entry point loads.

    They are in data/runtimes.json, and in data/entry_points.json for other packages.
    All of them for a package that is not in the table, or whose files have other names by now:
    too strict a verdict can be seen and corrected, a library missed cannot.
    """
    known = list(paths)
    patterns = _extensions().get(name, ())
    found = {path for path in known for pattern in patterns if fnmatchcase(path, pattern)}
    return found or set(known)


class EntryPoint(NamedTuple):
    """The extensions that importing a package loads; no runtime of TensorFlow Lite."""

    name: str
    module: str
    extensions: tuple[str, ...]
    source: str


class EntryPointsTable(NamedTuple):
    """entry_points.json."""

    entry_points: tuple[EntryPoint, ...]


def _extensions() -> Mapping[str, tuple[str, ...]]:
    """The extensions that each known package's import loads: the runtimes', and other packages'."""
    others = {row.name: row.extensions for row in load(EntryPointsTable).entry_points}
    return {**others, **{wheels.name: wheels.extensions for wheels in runtime_wheels()}}


def reached(entries: set[str], libraries: Mapping[str, tuple[str, tuple[str, ...]]]) -> set[str]:
    """``entries`` and all that they need, directly or through others.

    ``libraries`` maps a path to its soname and its NEEDED names.
    """
    by_name: dict[str, str] = {}
    for path, (soname, _) in libraries.items():
        by_name.setdefault(path.rsplit("/", 1)[-1], path)
        if soname:
            by_name.setdefault(soname, path)
    found: set[str] = set()
    waiting = sorted(entries)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(by_name[name] for name in libraries[path][1] if name in by_name)
    return found
