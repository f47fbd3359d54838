"""The Python to install for: the probe's reading of it, which has to have run it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pidoctor.errors import UsageError
from pidoctor.host.live import LiveHost
from pidoctor.platforms.versions import minor_of
from pidoctor.probe.installers import probe_installers
from pidoctor.probe.python import examine, installed_packages, site_packages
from pidoctor.report.text import one_line


@dataclass(frozen=True)
class WorkingPython:
    """A Python that runs: its version, whether it can make environments, what it has installed.

    ``pip`` is the version of its pip, empty when it has none; ``pip_wheels`` the wheels of pip for
    its ensurepip; ``installed`` maps normalised names to versions, as it would import them (an
    environment made with --system-site-packages sees the system's too). Without ``ssl`` neither its
    pip nor its programs can talk to a server.
    """

    executable: str
    version: str  # "3.11.2"
    prefix: str
    base_prefix: str
    pip: str
    venv: bool
    ensurepip: bool
    pip_wheels: tuple[Path, ...]
    installed: Mapping[str, str]
    ssl: bool = True

    @property
    def minor(self) -> str:
        """``"3.11"``."""
        return minor_of(self.version)


def ask(python: str) -> WorkingPython:
    """The interpreter ``python`` (a path, or a name on PATH); UsageError when it does not run."""
    host = LiveHost()
    found = examine(host, python, itself=True)
    executable, answers = found.executable.value, found.answers.value
    if executable is None:
        raise UsageError(f"{one_line(python)}: there is no such Python interpreter")
    if answers is None:
        raise UsageError(f"{one_line(executable)}: {found.answers.detail}")
    folders = site_packages(host, found)
    tools = probe_installers(host, str(answers["stdlib"]), folders.or_else([]))
    return WorkingPython(
        executable=executable,
        version=str(answers["version"]),
        prefix=str(answers["prefix"]),
        base_prefix=str(answers["base_prefix"]),
        pip=tools.pip,
        venv=tools.venv,
        ensurepip=tools.ensurepip,
        pip_wheels=tuple(map(Path, tools.wheels)),
        installed=installed_packages(host, folders).or_else({}),
        ssl=bool(answers["ssl"]),
    )
