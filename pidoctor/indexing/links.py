"""What an index page offers: one value per file, with the platforms and Pythons a wheel fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Annotated

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from pidoctor.decoding import Form
from pidoctor.indexing.scope import Scope
from pidoctor.platforms.manylinux import platform_of
from pidoctor.record_fields import json_form

# (Python, machine, libc) -> lowest libc version, as in PEP 600 and PEP 656. libc is "linux" for
# the plain linux_* tags and for wheels without a platform, which every libc accepts.
Coverage = dict[tuple[str, str, str], tuple[int, int]]


_OLD_ARCHIVE = re.compile(r"\.(?:tar\.bz2|tar\.xz|tgz)$")


@lru_cache(maxsize=16384)
def _said(filename: str) -> tuple[str, Version, frozenset[Tag]]:
    if "/" in filename:  # which a build number may hold, for all that the parser says
        raise ValueError("a path is no file name")
    if filename.endswith(".whl"):
        name, version, _, tags = parse_wheel_filename(filename)
        return name, version, tags
    return (*parse_sdist_filename(_OLD_ARCHIVE.sub(".tar.gz", filename)), frozenset())


def said_by(filename: str) -> tuple[str, Version, frozenset[Tag]] | None:
    """Package, version and tags of a wheel's or, without tags, a source archive's file name."""
    try:
        return _said(filename)
    except ValueError:
        return None


@json_form(names={"url": ""})
@dataclass(frozen=True)
class Link:
    """One wheel or source archive on an index page; ``size`` is 0 where the page does not tell."""

    filename: Annotated[str, Form("the file name of a wheel or a source archive", said_by)]
    sha256: str
    requires_python: str | None
    yanked: str
    size: int
    source: str
    url: str = field(default="", repr=False)  # may hold a password: never printed, never stored
    has_metadata: bool = False

    @cached_property
    def version(self) -> Version:
        return _said(self.filename)[1]

    @cached_property
    def tags(self) -> frozenset[Tag]:
        """Those of a wheel's name; none of a source archive's."""
        return _said(self.filename)[2]

    def coverage(self, scope: Scope) -> Coverage:
        """The environments of ``scope`` that this wheel's tags fit."""
        found: Coverage = {}
        for tag in self.tags:
            for machine, libc, version in platform_level(tag.platform, scope):
                for python in tag_pythons(tag, scope):
                    merge(found, {(python, machine, libc): version})
        return found


def merge(coverage: Coverage, other: Coverage) -> None:
    """Adds ``other`` to ``coverage``; the lower libc version wins."""
    for key, version in other.items():
        coverage[key] = min(version, coverage.get(key, version))


def covers(wide: Coverage, narrow: Coverage) -> bool:
    """Whether every environment of ``narrow`` is in ``wide`` too."""
    return all(_covered(wide, key, version) for key, version in narrow.items())


def _covered(wide: Coverage, key: tuple[str, str, str], version: tuple[int, int]) -> bool:
    python, machine, _ = key
    return (python, machine, "linux") in wide or wide.get(key, (1 << 30, 0)) <= version


def platform_level(platform: str, scope: Scope) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """(machine, libc, lowest libc version) for each machine of the scope that the tag names."""
    if platform == "any":
        for machine in scope.machines:
            yield machine, "linux", (0, 0)
        return
    found = platform_of(platform)
    if found and found[2] in scope.machines:
        family, level, machine = found
        yield machine, family, level


def tag_pythons(tag: Tag, scope: Scope) -> Iterable[str]:
    """The CPython versions of the scope that the interpreter and ABI part of a tag fit."""
    match = re.fullmatch(r"(cp|py)(\d)(\d*)", tag.interpreter)
    if match is None or match[2] != "3":
        return ()
    minor = int(match[3] or 0)
    # Until Python 3.7 the ABI tag of an ordinary build ended in m (PEP 3149).
    if match[1] == "cp" and tag.abi in (tag.interpreter, f"{tag.interpreter}m", "none"):
        return [python for python in scope.pythons if python == f"3.{minor}"]
    if tag.abi == "abi3" or (match[1] == "py" and tag.abi == "none"):
        return [python for python in scope.pythons if int(python.split(".")[1]) >= minor]
    return ()


def accepted_pythons(requires_python: str, scope: Scope, *, every_patch: bool) -> set[str]:
    """Which Pythons ``requires_python`` admits: in every patch release, or in some."""
    try:
        allowed = SpecifierSet(requires_python)
    except InvalidSpecifier:
        return set(scope.pythons)  # installers ignore what they cannot parse
    decide = all if every_patch else any
    return {
        python
        for python in scope.pythons
        if decide(allowed.contains(f"{python}.{patch}") for patch in range(40))
    }
