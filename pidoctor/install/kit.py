"""An offline kit: a folder of wheels with a manifest of what it holds and for which machine.

``pidoctor download`` makes it; an install without network that lacks a wheel says whose it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from pidoctor.catalog.architectures import kind_of
from pidoctor.decoding import decode
from pidoctor.errors import UsageError
from pidoctor.records import NamedTuple
from pidoctor.resolve.compatibility import tag_of
from pidoctor.safe_files import open_regular
from pidoctor.units import listed

MANIFEST = "pidoctor-kit.json"
SCHEMA = "pidoctor-kit/1"
_LIMIT = 1 << 20  # bytes
_MOST_FILES = 2000


class KitFile(NamedTuple):
    """A file of the kit; ``size`` in bytes."""

    name: str
    sha256: str
    size: int


class Kit(NamedTuple):
    """What a kit was made for, and what is in it.

    ``made_for`` is the machine as it was named, ``machine`` the same in words. ``system_packages``
    are packages of the Linux distribution that are needed besides.
    """

    schema: str
    made: str  # date
    made_for: str
    machine: str
    request: str
    runtime: str
    version: str
    system_packages: tuple[str, ...]
    files: tuple[KitFile, ...]

    def to_text(self) -> str:
        """The manifest as it is written."""
        entries = {**self._asdict(), "files": [file._asdict() for file in self.files]}
        return json.dumps(entries, indent=1) + "\n"


def machine_in_words(architecture: str, python: str, system: str) -> str:
    """ "64-bit ARM (aarch64), Python 3.11, Debian 12"; what is unknown is left out."""
    parts = (architecture and kind_of(architecture).name, python and f"Python {python}")
    return ", ".join(filter(None, (*parts, system)))


def whose(folder: Path) -> str:
    """For which machine the wheels in ``folder`` are, in words; empty where nothing tells."""
    try:
        with open_regular(folder / MANIFEST, _LIMIT) as file:
            kit = decode(Kit, json.loads(file.read(_LIMIT)), MANIFEST)
    except (UsageError, ValueError, RecursionError):
        return _by_names(folder)
    return f"{kit.made_for} ({kit.machine})" if kit.schema == SCHEMA else _by_names(folder)


def _by_names(folder: Path) -> str:
    """What the names of the wheels claim."""
    try:
        names = sorted(path.name for path in folder.glob("*.whl"))[:_MOST_FILES]
    except OSError:
        return ""
    tags = [tag_of(name) for name in names if name.count("-") >= 4]
    platforms = re.compile(r"linux\w*?_(aarch64|armv[678]l|x86_64|i686)")
    machines = _in_order(found for tag in tags for found in platforms.findall(tag))
    pythons = _in_order(
        f"{tag[1]}.{tag[2]}" for tag in (re.match(r"cp(\d)(\d+)-cp", tag) for tag in tags) if tag
    )
    return machine_in_words(
        listed([kind_of(name).name for name in machines], "or"), listed(pythons, "or"), ""
    )


def _in_order(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts))
