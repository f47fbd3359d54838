"""One thing that an install does, as an inert value."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from pidoctor.install.process import Arrival


@dataclass(frozen=True)
class InstallStep:
    """One thing that an install does: a command line, or something that pidoctor does itself.

    ``variables`` are set for the command in addition to those of the user, of which those in
    ``removes`` are not set for it. ``log`` is a file in
    which it tells more than it prints; ``arrival`` is where a download can be watched.
    """

    title: str
    argv: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    writes: tuple[str, ...] = ()
    at_terminal: bool = False
    log: Path | None = None
    arrival: Arrival | None = None
    removes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The command as one types it into a shell; empty when there is none."""
        assigned = [f"{name}={shlex.quote(value)}" for name, value in self.variables]
        removed = [f"-u {shlex.quote(name)}" for name in self.removes]
        before = ["env", *removed, *assigned] if removed else assigned
        return " ".join([*before, shlex.join(self.argv)]) if self.argv else ""


def set_for(tool: str) -> tuple[str, ...]:
    """The user's own settings of a tool, for a step that gives it every one that it needs.

    A constraint or an override left in the environment would be weighed against the plan, uv
    does not start with UV_CONFIG_FILE beside --no-config, and pip reads its general options
    (PIP_TIMEOUT) in spite of --isolated.
    """
    return tuple(sorted(name for name in os.environ if name.startswith(f"{tool}_")))
