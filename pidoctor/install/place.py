"""Where an environment and everything about its installation lies: all on one file system."""

from __future__ import annotations

import os
import time
from pathlib import Path

from pidoctor.records import dataclass


@dataclass(frozen=True)
class Place:
    """The paths of one environment's installation.

    ``state`` is a folder beside the environment: being on the same file system, whatever is made
    in it takes its final name by one rename. It exists only while an install runs or is to be
    resumed, and as long as a previous state of the environment is kept.
    """

    venv: Path

    @classmethod
    def of(cls, venv: Path) -> Place:
        """The place of ``venv``; its parent folder is resolved, its own name is not."""
        absolute = Path(os.path.abspath(venv))
        return cls(Path(os.path.realpath(absolute.parent)) / absolute.name)

    @property
    def state(self) -> Path:
        return self.venv.parent / f".{self.venv.name.lstrip('.')}.pidoctor"

    @property
    def lock(self) -> Path:
        return self.state / "lock"

    @property
    def journal(self) -> Path:
        return self.state / "journal.json"

    @property
    def mark(self) -> Path:
        """What ties the state folder to this environment: see :mod:`pidoctor.install.state`."""
        return self.state / "mark.json"

    @property
    def staging(self) -> Path:
        """A new environment before it takes its name; its prompt shows the last part."""
        return self.state / "new" / self.venv.name

    @property
    def work(self) -> Path:
        """Downloads, requirement files and the tools' temporary files."""
        return self.state / "work"

    @property
    def downloads(self) -> Path:
        """Where the wheels lie that this install has fetched."""
        return self.work / "downloads"

    @property
    def backup(self) -> Path:
        """The environment as it was when the install that is running began."""
        return self.state / "backup"

    @property
    def previous(self) -> Path:
        """The environment as it was before the last finished install, for ``undo``."""
        return self.state / "previous"

    @property
    def leaving(self) -> Path:
        """The environment that another one replaces, until what is not pidoctor's is kept aside."""
        return self.state / "leaving"

    @property
    def discard(self) -> Path:
        """What is being removed: moved here first, so that it is gone at once."""
        return self.state / "discard"

    def aside(self, what: Path, word: str) -> Path:
        """A new dated name beside ``what``, for something that is kept: ``.venv.kept-2026-...``."""
        name = f"{what.name}.{word}-{time.strftime('%Y-%m-%d-%H%M%S')}"
        path, number = self.venv.parent / name, 1
        while os.path.lexists(path):
            number += 1
            path = path.with_name(f"{name}-{number}")
        return path

    @property
    def receipt(self) -> Path:
        return self.venv / "pidoctor-receipt.json"

    @property
    def proof(self) -> Path:
        """The last proof of what was installed already."""
        return self.venv / "pidoctor-proof.json"

    @property
    def manifest(self) -> Path:
        """What the environment held when the last install was done."""
        return self.venv / "pidoctor-manifest.json"


def mark_of(environment: Path) -> Path | None:
    """The file that makes a folder an environment: of venv (PEP 405), or of conda."""
    for name in ("pyvenv.cfg", "conda-meta/history"):
        if (environment / name).is_file():
            return environment / name
    return None


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / "bin" / "python"
