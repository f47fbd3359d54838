"""The Python environment in question: whose it is, and what is installed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pidoctor.profile.fact import Fact
from pidoctor.records import dataclass


@dataclass(frozen=True)
class Compiled:
    """What the ELF files of an installed distribution need, as far as they were read.

    ``numpy_abi`` is the generation of NumPy's C API that they were compiled for: 1 (does not run
    with NumPy 2), 2 (runs with both), or 0 (they do not use it). ``glibc`` is the newest symbol
    version ("2.34") and ``machine`` the processor family ("aarch64"); empty where not told.
    """

    path: str  # of the file that decides
    numpy_abi: int
    glibc: str
    machine: str


@dataclass(frozen=True)
class InstalledPackage:
    """One installed distribution, as its metadata describes it.

    ``origin`` is what put it there: "pip", "uv", "conda", "apt", or what the INSTALLER file says;
    empty where nothing says. ``tags`` are those of the wheel that it came from.
    """

    name: str  # normalised
    version: str
    folder: str  # the site-packages folder that holds it
    origin: str
    editable: bool
    url: str  # of a direct reference (PEP 610), without credentials
    requires: tuple[str, ...]  # Requires-Dist
    requires_python: str
    tags: tuple[str, ...]
    compiled: tuple[Compiled, ...]  # at most one; none where its files were not read


@dataclass(frozen=True)
class Damage:
    """Something wrong with what is installed: its kind, the path, and what was seen there."""

    # "half-removed", "unreadable-metadata", "metadata-not-seen" (the detail is why it could not be
    # looked at), "two-versions", "files-missing"; "moved" (the detail is the folder before),
    # "shadowed" by PYTHONPATH (the path is its entry, the detail the version); "gone": no
    # environment is where the variable that names the activated one says (the path);
    # "dies-at-start" and "fails-at-start" of its Python: the path is the file that makes it do so
    kind: str
    name: str
    path: str
    detail: str


@dataclass(frozen=True)
class Environment:
    """The environment that a command is about, or the system's own Python."""

    folder: Fact[str]  # absent where the system's own Python is meant
    kind: Fact[str]  # what made it ("venv", "uv", "conda", ...), "yet to be made" or "system"
    reason: Fact[str]  # why it was taken, a sentence
    made_for: Fact[str]  # the Python that it was made for, "3.11.2", as pyvenv.cfg says
    sees_system: Fact[bool]  # the system's packages can be imported in it
    installed: Fact[tuple[InstalledPackage, ...]]  # in the order in which they are imported
    system_packages: Fact[Mapping[str, str]]  # of the Python behind it, seen from here or not
    damages: Fact[tuple[Damage, ...]]
    proven: Fact[str]  # when pidoctor last proved it, ISO 8601

    def by_name(self) -> Mapping[str, InstalledPackage]:
        """The distributions by name; of several versions the one that is imported."""
        found: dict[str, InstalledPackage] = {}
        for item in self.installed.or_else(()):
            found.setdefault(item.name, item)
        return found


def _nothing() -> Environment:
    def absent() -> Fact[Any]:
        return Fact.absent("target", "nothing is installed yet")

    return Environment(*(absent() for _ in fields(Environment)))


UNKNOWN = _nothing()  # of a machine of which only the system is known, like a named target
