"""Which package brings a module: an import name is not a package name."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from pidoctor.catalog.tables import load
from pidoctor.records import NamedTuple


class ImportName(NamedTuple):
    """What brings a module: ``package`` of the package index, ``apt`` of Debian; "" if none.

    ``archive`` is the flavour whose archive has the latter, where not every Debian has it.
    """

    package: str = ""
    apt: str = ""
    archive: str = ""


class ImportNamesTable(NamedTuple):
    """symptoms/modules.json: the name of a module -> what brings it."""

    about: str
    modules: Mapping[str, ImportName]


def brought_by(module: str) -> ImportName:
    """What brings a module or the longest known part of its name; nothing is guessed."""
    parts = module.split(".")
    known = load(ImportNamesTable).modules
    return known.get(".".join(parts[:2])) or known.get(parts[0]) or ImportName()


def is_package(name: str) -> bool:
    """Whether a table has a package of this name that programs import."""
    from packaging.utils import canonicalize_name as plain

    modules = load(ImportNamesTable).modules.values()
    return any(plain(row.package) == plain(name) for row in modules)


def imported_as(name: str) -> tuple[str, ImportName]:
    """The module of a package's ``name`` that another package brings, and which; empty texts where
    there is none."""
    from packaging.utils import canonicalize_name  # a log is read sooner than this is imported

    for module, row in load(ImportNamesTable).modules.items():
        if canonicalize_name(module) == name and canonicalize_name(row.package) != name:
            return module, row
    return "", ImportName()


def import_name(name: str) -> str:
    """What to ask for instead of a package ``name``, where that is the name of a module which
    another package brings; empty where it is not."""
    module, row = imported_as(name)
    if module:
        ways = [f"the package {row.package}"] if row.package else []
        ways += [f"the apt package {row.apt}"] if row.apt else []
        return f"programs import {module}, which comes with {' or '.join(ways)}"
    if name.replace("-", "_") in getattr(sys, "stdlib_module_names", ()):  # since Python 3.10
        return "it is a part of Python itself and needs no package: take the line out"
    return ""
