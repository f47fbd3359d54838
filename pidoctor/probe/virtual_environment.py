"""Virtual environments, read from their files: pyvenv.cfg (PEP 405) and what lies beside it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from pidoctor.host.base import Host, HostError, MissingError
from pidoctor.platforms.versions import minor_of
from pidoctor.probe.reading import text_in

CONFIGURATION = "pyvenv.cfg"
_LIMIT = 64 << 10
# What tools leave in the environments that they make, and where they keep them.
_OWN_FILES = {"pipx": "pipx_metadata.json", "tox": ".tox-info.json"}
_FOLDERS = {"poetry": "/pypoetry/", "hatch": "/hatch/env/virtual/"}


def is_environment(host: Host, folder: str) -> bool:
    """Whether ``folder`` is a virtual environment, or one of conda's."""
    return any(host.exists(f"{folder}/{mark}") for mark in (CONFIGURATION, "conda-meta/history"))


def is_taken(host: Host, folder: str) -> bool:
    """Whether something lies there that is neither an environment nor an empty folder: none can be
    made in its place."""
    if not host.exists(folder) or is_environment(host, folder):
        return False
    try:
        return bool(host.list_dir(folder))
    except HostError:  # no folder
        return True


def folder_of(host: Host, python: str) -> str:
    """The environment that an interpreter belongs to; empty where it belongs to none."""
    folder = posixpath.dirname(posixpath.dirname(python))
    return folder if folder not in ("", "/") and is_environment(host, folder) else ""


def python_in(host: Host, folder: str) -> str:
    """The interpreter of an environment; it may be gone."""
    for name in ("python", "python3"):
        if host.exists(f"{folder}/bin/{name}"):
            return f"{folder}/bin/{name}"
    return f"{folder}/bin/python"


def settings(host: Host, folder: str) -> Mapping[str, str]:
    """The settings of ``pyvenv.cfg``, names in lower case; empty where there is no such file."""
    lines = text_in(host, f"{folder}/{CONFIGURATION}", _LIMIT).splitlines()
    pairs = (line.partition("=") for line in lines)
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}


def made_for(found: Mapping[str, str]) -> str:
    """The Python version that an environment was made for ("3.11.2"); empty where not told."""
    text = found.get("version") or found.get("version_info", "")
    return ".".join(text.split(".")[:3])


def sees_system(found: Mapping[str, str]) -> bool:
    """Whether the packages of the Python behind it can be imported in an environment."""
    return found.get("include-system-site-packages", "").lower() == "true"


def base_interpreter(host: Host, python: str) -> str | None:
    """The interpreter behind that of an environment; None where ``python`` is in no such one.

    The environment's ``bin/python`` is most often a link to it; where it is a copy, ``home`` in
    pyvenv.cfg says where it came from. So nothing that lies in the environment has to be run.
    Raises :class:`MissingError` where it is gone.
    """
    folder = folder_of(host, python)
    found = settings(host, folder) if folder else {}
    if not found:
        return None
    real = host.real_path(python)
    if not real.startswith(host.real_path(folder) + "/") and host.exists(real):
        return real
    home, version = found.get("home", ""), minor_of(made_for(found))
    candidates = (found.get("executable", ""), f"{home}/python{version}", f"{home}/python3")
    for candidate in candidates if posixpath.isabs(home) else ():
        if posixpath.isabs(candidate) and host.exists(candidate):
            return candidate
    raise MissingError(real, f"the Python that {folder} was made with is gone")


def kind_of(host: Host, folder: str) -> str:
    """What made an environment, or looks after it: "venv", "virtualenv", "uv", "conda", "poetry",
    "pdm", "hatch", "tox" or "pipx"."""
    found = settings(host, folder)
    if not found and not host.exists(f"{folder}/{CONFIGURATION}"):
        return "conda"
    for kind in ("pipx", "tox"):
        if host.exists(f"{folder}/{_OWN_FILES[kind]}"):
            return kind
    if "uv" in found:
        return "uv"
    if _pdms_interpreter(host, folder).startswith(f"{folder}/"):
        return "pdm"
    if "virtualenv" not in found:
        return "venv"
    lies_in = next((kind for kind, within in _FOLDERS.items() if within in f"{folder}/"), "")
    locked = host.exists(f"{posixpath.dirname(folder)}/poetry.lock")
    return lies_in or ("poetry" if locked else "virtualenv")


def _pdms_interpreter(host: Host, folder: str) -> str:
    """The interpreter that PDM uses for the project around an environment; empty where none."""
    return text_in(host, f"{posixpath.dirname(folder)}/.pdm-python", _LIMIT).strip()
