"""What a program imports of the installed distributions that have compiled modules."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from pidoctor.host.base import Host
from pidoctor.probe.distributions import RECORD_LIMIT
from pidoctor.probe.reading import names_in, text_in
from pidoctor.profile.environment import InstalledPackage

MOST_MODULES = 3  # of one distribution
_NOT_FOR_IMPORT = ("test", "tests", "docs", "examples")


def compiled_modules(
    host: Host, packages: Iterable[InstalledPackage]
) -> Mapping[str, tuple[str, ...]]:
    """The importable modules of each distribution that has compiled ones, by its name.

    Read from its RECORD; a distribution without one (an editable install, a Debian package) is
    left out, for an install changes nothing of its files.
    """
    found: dict[str, tuple[str, ...]] = {}
    for item in packages:
        modules = _modules(_recorded(host, item))
        if modules:
            found.setdefault(item.name, modules)
    return found


def _recorded(host: Host, item: InstalledPackage) -> list[str]:
    end = f"-{item.version}.dist-info"
    for entry in names_in(host, item.folder):
        name = entry[: -len(end)].replace("_", "-").replace(".", "-").lower()
        if entry.endswith(end) and name == item.name:
            lines = text_in(host, f"{item.folder}/{entry}/RECORD", RECORD_LIMIT).splitlines()
            return [line.split(",", 1)[0].strip('"') for line in lines]
    return []


def _modules(files: list[str]) -> tuple[str, ...]:
    """The packages nearest to the root, and the compiled modules beside them."""
    compiled = [file for file in files if ".so" in posixpath.basename(file)]
    if not any(file.endswith(".so") for file in compiled):
        return ()
    packages = [posixpath.dirname(file) for file in files if file.endswith("/__init__.py")]
    depth = min((package.count("/") for package in packages), default=0)
    names = [package.replace("/", ".") for package in packages if package.count("/") == depth]
    names += [file.split(".", 1)[0] for file in compiled if "/" not in file]
    wanted = [
        name
        for name in dict.fromkeys(names)
        if all(part.isidentifier() and part not in _NOT_FOR_IMPORT for part in name.split("."))
        and not name.startswith("_")
    ]
    return tuple(sorted(wanted))[:MOST_MODULES]
