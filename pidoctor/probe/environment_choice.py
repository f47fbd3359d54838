"""Which environment a command is about: one rule for all commands.

What the user names comes first (``--venv``, ``--python``), then what is activated (VIRTUAL_ENV,
CONDA_PREFIX), then the ``.venv`` of the folder or of one above it, as uv looks for it
(https://docs.astral.sh/uv/pip/environments/), then the system's own Python.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator

from pidoctor.catalog.pythons import offered_pythons
from pidoctor.errors import UsageError
from pidoctor.expressions import expression
from pidoctor.host.base import Host, HostError
from pidoctor.platforms.versions import minor_of, parse_version
from pidoctor.probe.reading import names_in
from pidoctor.probe.storage import absolute
from pidoctor.probe.virtual_environment import (
    folder_of,
    is_environment,
    is_taken,
    python_in,
)
from pidoctor.records import NamedTuple
from pidoctor.units import listed

DEFAULT = ".venv"
_VERSION = expression(r"\d+\.\d+(\.\d+)?")
_CONDA_BASE = ("base", "root")


class EnvironmentChoice(NamedTuple):
    """The environment taken, and why.

    ``folder`` is empty for an interpreter outside every environment; ``exists`` is False for an
    environment that is to be made. ``python`` is None where the host's own interpreter is meant.
    ``named`` tells what the user chose, by an option or by activating it, from what was found.
    ``may_run`` is False for what was found and belongs to somebody else: a command that only looks
    reads its files and runs nothing that they name.
    """

    folder: str
    exists: bool
    python: str | None
    reason: str
    named: bool
    may_run: bool = True


def choose(host: Host, venv: str | None = None, python: str | None = None) -> EnvironmentChoice:
    """The environment that ``venv`` or ``python`` (the options) name, else the one found."""
    if venv:
        return _by_folder(host, venv, python)
    if python:
        return _by_interpreter(host, python)
    for choice in (*_activated(host), *_found(host)):
        return choice
    return EnvironmentChoice(
        "", False, None, "no environment is active, and there is no .venv here", False
    )


def existing(host: Host, venv: str | None = None, python: str | None = None) -> EnvironmentChoice:
    """The same; UsageError for a ``venv`` that holds no environment."""
    choice = choose(host, venv, python)
    if venv and not choice.exists and not python:
        if is_taken(host, choice.folder):
            raise UsageError(f"{venv}: is no virtual environment, so none can be made there either")
        command = shlex.join(["pidoctor", "install", "--venv", venv])
        raise UsageError(f"{venv}: no virtual environment here; make one with `{command}`")
    return choice


def _by_folder(host: Host, venv: str, python: str | None) -> EnvironmentChoice:
    folder = absolute(host, venv)
    exists = is_environment(host, folder)
    interpreter = _named_python(host, python) if python else None
    if exists and interpreter is None:
        interpreter = python_in(host, folder)
    reason = "--venv names it" if exists else "--venv names it; it is yet to be made"
    return EnvironmentChoice(folder, exists, interpreter, reason, True)


def _by_interpreter(host: Host, python: str) -> EnvironmentChoice:
    path = _named_python(host, python)
    folder = folder_of(host, path)
    return EnvironmentChoice(folder, bool(folder), path, f"--python {python} names it", True)


def _activated(host: Host) -> Iterator[EnvironmentChoice]:
    active = host.environ("VIRTUAL_ENV")
    if active and is_environment(host, active):
        yield EnvironmentChoice(
            active, True, python_in(host, active), "it is active (VIRTUAL_ENV)", True
        )
        return
    conda = host.environ("CONDA_PREFIX")
    is_base = host.environ("CONDA_DEFAULT_ENV") in _CONDA_BASE
    if conda and not is_base and is_environment(host, conda):
        yield EnvironmentChoice(
            conda, True, python_in(host, conda), "it is active (CONDA_PREFIX)", True
        )


def _found(host: Host) -> Iterator[EnvironmentChoice]:
    try:
        here = host.working_folder()
    except HostError:
        return
    above = here
    while True:
        folder = posixpath.join(above, DEFAULT)
        if is_environment(host, folder):
            where = "this folder" if above == here else above
            reason, python = f"it is the .venv of {where}", python_in(host, folder)
            yield EnvironmentChoice(folder, True, python, reason, False, host.is_mine(folder))
            return
        if above in ("/", ""):
            return
        above = posixpath.dirname(above)


# --- an interpreter by name, version or path ---------------------------------------------------


def _named_python(host: Host, wanted: str) -> str:
    """The path of the interpreter of ``--python``; UsageError with what there is instead."""
    path = find_python(host, wanted)
    if "/" not in path:
        folders = (f"{folder}/{path}" for folder in _search_path(host))
        path = next((found for found in folders if host.exists(found)), "")
        if not path:
            raise UsageError(f"--python {wanted}: {_missing(host, wanted)}")
    elif not host.exists(path) and not folder_of(host, path):
        raise UsageError(f"--python {wanted}: does not exist{_instead(host)}")
    return path


def _missing(host: Host, wanted: str) -> str:
    version = re.fullmatch(r"(?:python)?(\d+\.\d+)(?:\.\d+)?", wanted)
    minor = version[1] if version else ""
    where = "not found on PATH, nor among the Pythons of pyenv and uv" if minor else "not on PATH"
    pythons = offered_pythons()
    if minor in pythons:
        return f"{where}{_instead(host)}; for Python {minor}: uv python install {minor}"
    known = f"; pidoctor knows Python {pythons[0]} to {pythons[-1]}" if minor else ""
    return f"{where}{_instead(host)}{known}"


def _instead(host: Host) -> str:
    """The Pythons that there are."""
    found = [
        minor
        for minor in offered_pythons()
        if any((*_on_path(host, minor, exact=False), *_managed(host, minor, minor)))
    ]
    return f"; here is {listed([f'--python {minor}' for minor in found], 'or')}" if found else ""


def find_python(host: Host, wanted: str) -> str:
    """The path of an interpreter: a path, an environment's folder, a name on PATH, or a version.

    A version ("3.11") is looked for on PATH, then among the Pythons of pyenv and of uv. What is
    not found is given back as a name to look for on PATH, for which there is an error message.
    """
    if "/" in wanted:
        path = absolute(host, wanted)
        return python_in(host, path) if is_environment(host, path) else path
    if not _VERSION.fullmatch(wanted):
        return wanted
    minor = minor_of(wanted)
    exact = wanted.count(".") == 2
    for path in (*_on_path(host, minor, exact), *_managed(host, wanted, minor)):
        return path
    return f"python{wanted}"


def _on_path(host: Host, minor: str, exact: bool) -> Iterator[str]:
    if exact:  # a file name does not tell the third number
        return
    for folder in _search_path(host):
        path = f"{folder}/python{minor}"
        # pyenv's shims are scripts that may lead to no Python at all; its folder is looked at next.
        if folder.startswith("/") and "/shims" not in folder and host.exists(path):
            yield path


def _search_path(host: Host) -> list[str]:
    return (host.environ("PATH") or "/usr/local/bin:/usr/bin:/bin").split(":")


def _managed(host: Host, wanted: str, minor: str) -> Iterator[str]:
    home = host.home()
    pyenv = host.environ("PYENV_ROOT") or f"{home}/.pyenv"
    data = host.environ("XDG_DATA_HOME") or f"{home}/.local/share"
    uv = host.environ("UV_PYTHON_INSTALL_DIR") or f"{data}/uv/python"
    for folder, prefix in ((f"{pyenv}/versions", ""), (uv, "cpython-")):
        for name in _newest_first(host, folder, prefix, wanted):
            path = f"{folder}/{name}/bin/python{minor}"
            if host.exists(path):
                yield path


def _newest_first(host: Host, folder: str, prefix: str, wanted: str) -> list[str]:
    version = re.compile(rf"{prefix}({re.escape(wanted)}(?:\.\d+)*)(?![\d.])")
    matches = filter(None, map(version.match, names_in(host, folder)))
    found = [(match.group(1), match.string) for match in matches]
    return [name for _, name in sorted(found, key=_by_version, reverse=True)]


def _by_version(found: tuple[str, str]) -> tuple[int, ...]:
    return parse_version(found[0])
