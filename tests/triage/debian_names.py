"""Which of the packages that remedies name the releases of Debian have.

``debian_names.json`` holds what their package indexes say; ``python -m tests.triage.debian_names
FOLDER`` makes it from the files RELEASE-ARCHITECTURE.xz in a folder, each a Packages.xz of Debian's
main archive.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections.abc import Iterable
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path

from pidoctor.catalog.import_names import ImportNamesTable
from pidoctor.catalog.tables import load
from pidoctor.catalog.troubles import load_troubles

FILE = Path(__file__).with_name("debian_names.json")
ARCHITECTURES = ("arm64", "armhf")
_INSTALL = re.compile(r"\bapt(?:-get)? install (.*)")


def installs(command: str) -> frozenset[str]:
    """The packages that a command has apt install."""
    found = _INSTALL.search(command)
    words = found.group(1).split() if found else []
    return frozenset(word for word in words if not word.startswith(("-", "{")))


def named() -> frozenset[str]:
    """Every package of apt's that a remedy can name."""
    advice = (each for trouble in load_troubles().values() for each in trouble.remedies)
    commands = (command for each in advice for command in each.commands)
    modules = load(ImportNamesTable).modules.values()
    return frozenset().union(*map(installs, commands), {row.apt for row in modules if row.apt})


@lru_cache(maxsize=1)
def lacking() -> dict[str, frozenset[str]]:
    """Release -> the packages that its index lacks on one of the architectures, or on both."""
    table = json.loads(FILE.read_text(encoding="utf-8"))
    return {release: frozenset(names) for release, names in table["lacking"].items()}


def known() -> frozenset[str]:
    """The packages that the file tells of."""
    return frozenset(json.loads(FILE.read_text(encoding="utf-8"))["names"])


def _in_index(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(line[9:].strip() for line in lines if line.startswith("Package: "))


def main(folder: str) -> None:
    """Write the file."""
    names = named()
    lacks: dict[str, list[str]] = {}
    for path in sorted(Path(folder).glob("*-*.xz")):
        release, _, architecture = path.stem.partition("-")
        if architecture not in ARCHITECTURES:
            continue
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            missing = names - _in_index(lines)
        lacks[release] = sorted({*lacks.get(release, ()), *missing})
    table = {
        "about": "Made by tests/triage/debian_names.py from the package indexes of Debian's main "
        "archive (dists/RELEASE/main/binary-ARCHITECTURE/Packages.xz).",
        "date": datetime.now(timezone.utc).date().isoformat(),
        "names": sorted(names),
        "lacking": lacks,
    }
    FILE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
