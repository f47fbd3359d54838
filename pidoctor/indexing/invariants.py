"""What must hold of an index file before it may replace another."""

from __future__ import annotations

from collections.abc import Iterator, Set

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from pidoctor.catalog.wheels import CatalogError, parse_project
from pidoctor.indexing.document import Document

_SHOWN = 3


def check(document: Document) -> None:
    """Raises :class:`CatalogError` naming the first problems of ``document``, if it has any."""
    name = str(document.get("name"))
    parse_project(document, name)
    problems = list(_problems(document))
    if problems:
        more = f" and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise CatalogError(f"index of {name}: {'; '.join(problems[:_SHOWN])}{more}")


def not_worse(name: str, offered: Set[str], old: Document | None) -> None:
    """Raises :class:`CatalogError` when the sources lack most of the wheels that ``old`` holds.

    A package index that loses a version now and then is normal; one that suddenly offers less
    than half of a package's wheels is a broken mirror, and must not replace what works.
    """
    before = _files(old) if old else set()
    if 2 * len(before & offered) < len(before):
        raise CatalogError(
            f"index of {name}: the source offers {len(before & offered)} of the "
            f"{len(before)} wheels known so far; the index is kept as it was"
        )


def same_hashes(name: str, new: Document, old: Document | None) -> None:
    """Raises :class:`CatalogError` when a file that was published has another hash now.

    A published file never changes; where it seems to, someone has replaced it, here or there.
    """
    before = _hashes(old) if old else {}
    for key, sha256 in _hashes(new).items():
        if before.get(key, sha256) != sha256:
            raise CatalogError(
                f"index of {name}: {key[1]} was published with sha256 {before[key]} and is offered "
                f"with {sha256} now; a published file never changes, so the index is kept as it was"
            )


def _hashes(document: Document) -> dict[tuple[str, str], str]:
    return {
        (wheel.get("source", "index"), wheel["file"]): wheel["sha256"]
        for release in document["versions"].values()
        for wheel in release["wheels"]
    }


def _files(document: Document) -> set[str]:
    return {
        wheel["file"] for release in document["versions"].values() for wheel in release["wheels"]
    }


def _problems(document: Document) -> Iterator[str]:
    name = document["name"]
    if canonicalize_name(name) != name:
        yield f"the name {name!r} is not normalised"
    try:
        versions = [Version(text) for text in document["versions"]]
    except InvalidVersion as error:
        yield str(error)
        return
    if versions != sorted(set(versions)):
        yield "versions are not in ascending order"
    if not versions:
        yield "no version"
    files: set[str] = set()
    for text, release in document["versions"].items():
        yield from _requirement_problems(text, release["requires_dist"])
        try:
            SpecifierSet(release["requires_python"])
        except InvalidSpecifier:
            yield f"{text} has the malformed requires_python {release['requires_python']!r}"
        if not release["wheels"]:
            yield f"{text} has no wheel"
        for wheel in release["wheels"]:
            if wheel["file"] in files:
                yield f"{wheel['file']} is there twice"
            files.add(wheel["file"])
            yield from _requirement_problems(text, wheel.get("requires_dist", ()))
            yield from _wheel_problems(name, Version(text), wheel)
    used = {
        wheel.get("evidence")
        for release in document["versions"].values()
        for wheel in release["wheels"]
    }
    for key in document["evidence"]:
        if key not in used:
            yield f"evidence {key} belongs to no wheel"


def _requirement_problems(version: str, requirements: list[str]) -> Iterator[str]:
    for line in requirements:
        try:
            Requirement(line)
        except InvalidRequirement:
            yield f"{version} has the malformed requirement {line!r}"


def _wheel_problems(name: str, version: Version, wheel: Document) -> Iterator[str]:
    try:
        stated_name, stated_version, _, _ = parse_wheel_filename(wheel["file"])
    except (InvalidWheelFilename, ValueError):
        yield f"{wheel['file']!r} is not a wheel's name"
        return
    if stated_name != name or stated_version != version:
        yield f"{wheel['file']} is filed under {name} {version}"
    if not isinstance(wheel["size"], int) or wheel["size"] <= 0:
        yield f"{wheel['file']} has no size"
