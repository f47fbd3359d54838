"""pidoctor installed in a root, the way its users install it."""

from __future__ import annotations

import email.parser
import hashlib
import json
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import cache
from .recipes import Recipe
from .roots import Root

_VENV = "/opt/pidoctor"


@dataclass(frozen=True)
class Installed:
    """A root with pidoctor in a virtual environment of its own."""

    root: Root
    command: tuple[str, ...] = (f"{_VENV}/bin/pidoctor",)

    def prepare(self, requirements: Sequence[str]) -> None:
        """Make the environment, with what pidoctor requires in it, from the index.

        Only wheels are allowed: a dependency that has to be compiled is an error.
        """
        self.root.run(["python3", "-m", "venv", _VENV])
        self._pip(*requirements)

    def install(self, wheel: Path) -> None:
        """Install a wheel of pidoctor with the environment's own pip."""
        guest = f"/tmp/{wheel.name}"
        self._pip(guest, binds=[(wheel, guest)])

    def _pip(self, *words: str, **options: Any) -> None:
        pip = [f"{_VENV}/bin/python", "-m", "pip", "install", "--only-binary=:all:"]
        self.root.run([*pip, *words], **options)

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run pidoctor with these arguments. `options` are those of `Root.run`."""
        return self.root.run([*self.command, *arguments], **options)

    def result(self, *arguments: str, **options: Any) -> dict[str, Any]:
        """The document that pidoctor prints with --json, whatever its exit status."""
        printed = self.run(*arguments, "--json", check=False, **options)
        document = json.loads(printed.stdout)
        assert isinstance(document, dict)
        assert document["exit_code"] == printed.returncode, printed.stderr
        return document


def prepared(recipe: Recipe, wheel: Path) -> Root:
    """A root with all that this wheel of pidoctor requires, kept in the cache for the next run.

    Otherwise each of the workers would install the same packages into it on an emulated CPU.
    """
    requirements = _requirements(wheel)
    digest = hashlib.sha256(repr(requirements).encode()).hexdigest()[:8]
    pristine = recipe.pristine()

    def make(folder: Path) -> None:
        root = Root(recipe)
        Installed(root).prepare(requirements)
        root.keep(folder)

    kept = cache.made_once(pristine.with_name(f"{pristine.name}-with-{digest}"), make)
    return Root(recipe, (kept, pristine))


def _requirements(wheel: Path) -> list[str]:
    """What the metadata of a wheel require, without extras."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = email.parser.Parser().parsestr(archive.read(name).decode())
    named = metadata.get_all("Requires-Dist") or []
    return sorted(each for each in named if "extra ==" not in each)
