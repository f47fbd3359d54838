"""pidoctor installed in a root, the way its users install it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .roots import Root

_VENV = "/opt/pidoctor"


@dataclass(frozen=True)
class Installed:
    """A root with pidoctor in a virtual environment of its own."""

    root: Root
    command: tuple[str, ...] = (f"{_VENV}/bin/pidoctor",)

    def install(self, wheel: Path) -> None:
        """Install a wheel of pidoctor with the root's own pip, its dependencies from the index.

        Only wheels are allowed: a dependency that has to be compiled is an error.
        """
        self.root.run(["python3", "-m", "venv", _VENV])
        guest = f"/tmp/{wheel.name}"
        pip = [f"{_VENV}/bin/python", "-m", "pip", "install", "--only-binary=:all:"]
        self.root.run([*pip, guest], binds=[(wheel, guest)], timeout=600)

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
