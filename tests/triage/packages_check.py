"""Compare the table of packages with the indexes: ``python -m tests.triage.packages_check``.

Prints what differs: a span of Pythons for an architecture, the month of a Python's first wheel for
64-bit ARM, or whether there is a source package.
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
from pypi_simple import DistributionPackage, NoSuchProjectError, PyPISimple

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


def months(files: Iterable[DistributionPackage]) -> dict[Version, Version]:
    """Python -> the year and month of the first wheel for 64-bit ARM."""
    first: dict[Version, Version] = {}
    for file in files:
        if file.upload_time is None or file.is_yanked:
            continue
        month = file.upload_time.year, file.upload_time.month
        for python in _on_64_bit_arm(file.filename):
            first[python] = min(first.get(python, month), month)
    return first


def _on_64_bit_arm(filename: str) -> Iterator[Version]:
    try:
        _, version, _, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return
    for tag in () if version.is_prerelease else tags:
        found = _CPYTHON.match(tag.interpreter)
        if found is not None and "aarch64" in _places(tag):
            yield int(found.group(1)), int(found.group(2))


def _is_source(filename: str) -> bool:
    try:
        return not parse_sdist_filename(filename)[1].is_prerelease
    except InvalidSdistFilename:
        return False


def _words(span: tuple[Version, Version] | None) -> str:
    return f"{dotted(span[0])} to {dotted(span[1])}" if span else "nothing"


def _files(
    session: requests.Session, name: str, endpoint: str | None = None
) -> list[DistributionPackage]:
    client = PyPISimple(endpoint, session=session) if endpoint else PyPISimple(session=session)
    try:
        return client.get_project_page(name).packages
    except NoSuchProjectError:
        return []


def main(names: list[str]) -> int:
    """Compare; 1 if something differs."""
    session = open_session(pip_settings())
    architectures, differs = ARCHITECTURES, 0
    for name in names or published():
        row, packages = published()[name], _files(session, name)
        files = [each.filename for each in packages]
        try:
            if "armv7l" in architectures:
                found = (each.filename for each in _files(session, name, PIWHEELS))
                files += [each for each in found if "armv7l" in each]
        except requests.RequestException:
            print("piwheels does not answer, so armv7l is not compared", file=sys.stderr)
            architectures = ("aarch64", "x86_64")
        for line in differences(row, files, architectures):
            print(line)
            differs = 1
        if row.months and row.months != months(packages):
            print(f"{name}: the months of the first wheels differ: {months(packages)}")
            differs = 1
    return differs


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
