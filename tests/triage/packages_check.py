"""Compare the table of packages with the indexes: ``python -m tests.triage.packages_check``.

Prints what differs: a span of Pythons for an architecture, or whether there is a source package.
Names of packages limit it to them. armv7l is looked for on piwheels too, which builds for it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence

import requests
from packaging.tags import Tag
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from pypi_simple import NoSuchProjectError, PyPISimple

from pidoctor.catalog.pythons import offered_pythons
from pidoctor.indexing.sources import open_session, pip_settings
from pidoctor.platforms.versions import Version, dotted, numbers_of
from pidoctor.triage.published import Published, published

ARCHITECTURES: Sequence[str] = ("aarch64", "armv7l", "x86_64")
PIWHEELS = "https://www.piwheels.org/simple/"
_LINUX = re.compile(r"(?:manylinux\w*?|linux)_(aarch64|armv7l|x86_64)$")
_CPYTHON = re.compile(r"cp([23])(\d{1,2})$")


def spans(filenames: Iterable[str]) -> dict[str, tuple[Version, Version]]:
    """Architecture, or ``any``, -> the first and the last Python that wheels are for."""
    pythons: dict[str, set[Version]] = {}
    for filename in filenames:
        try:
            _, version, _, tags = parse_wheel_filename(filename)
        except InvalidWheelFilename:
            continue
        for tag in () if version.is_prerelease else tags:
            for place in _places(tag):
                pythons.setdefault(place, set()).update(_pythons(tag))
    return {place: (min(found), max(found)) for place, found in pythons.items() if found}


def _places(tag: Tag) -> Iterator[str]:
    found = _LINUX.match(tag.platform)
    if tag.platform == "any":
        yield "any"
    elif found:
        yield found.group(1)


def _pythons(tag: Tag) -> Iterator[Version]:
    """The Pythons that a tag is for; one of the stable ABI is for all later ones."""
    newest = max(map(numbers_of, offered_pythons()))
    found = _CPYTHON.match(tag.interpreter)
    if found is not None:
        yield int(found.group(1)), int(found.group(2))
        if tag.abi == "abi3":
            yield newest
    elif tag.interpreter.startswith("py3"):
        yield newest


def differences(
    row: Published, filenames: Iterable[str], architectures: Sequence[str] = ARCHITECTURES
) -> Iterator[str]:
    """What the table says otherwise than the files of the indexes, in words."""
    files = list(filenames)
    there = spans(name for name in files if name.endswith(".whl"))
    source = any(map(_is_source, files))
    if "any" not in there and "any" not in row.arches:
        for arch in architectures:
            table, index = row.arches.get(arch), there.get(arch)
            if table != index:
                yield f"{row.name}: {arch}: {_words(table)} here, {_words(index)} on the index"
    elif ("any" in there) != ("any" in row.arches):
        yield f"{row.name}: only one of table and index has a wheel for any processor"
    if source != row.source:
        yield f"{row.name}: source package: the table says {row.source}, the index {source}"


def _is_source(filename: str) -> bool:
    try:
        return not parse_sdist_filename(filename)[1].is_prerelease
    except InvalidSdistFilename:
        return False


def _words(span: tuple[Version, Version] | None) -> str:
    return f"{dotted(span[0])} to {dotted(span[1])}" if span else "nothing"


def _files(session: requests.Session, name: str, endpoint: str | None = None) -> list[str]:
    client = PyPISimple(endpoint, session=session) if endpoint else PyPISimple(session=session)
    try:
        return [package.filename for package in client.get_project_page(name).packages]
    except NoSuchProjectError:
        return []


def main(names: list[str]) -> int:
    """Compare; 1 if something differs."""
    session = open_session(pip_settings())
    architectures, differs = ARCHITECTURES, 0
    for name in names or published():
        files = _files(session, name)
        try:
            if "armv7l" in architectures:
                files += [each for each in _files(session, name, PIWHEELS) if "armv7l" in each]
        except requests.RequestException:
            print("piwheels does not answer, so armv7l is not compared", file=sys.stderr)
            architectures = ("aarch64", "x86_64")
        for line in differences(published()[name], files, architectures):
            print(line)
            differs = 1
    return differs


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
