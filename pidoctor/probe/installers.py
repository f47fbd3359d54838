"""What a Python has to make environments and to fill them: venv, ensurepip, pip, uv."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from pidoctor.host.base import Host, HostError, MissingError, read_text
from pidoctor.probe.reading import clean, names_in
from pidoctor.readiness.tools import lacking, runs_on
from pidoctor.records import NamedTuple

_TIME_LIMIT = 60.0  # seconds, for uv to look at an interpreter
# Where Debian and Fedora keep the wheels of ensurepip.
DISTRIBUTION_WHEELS = "/usr/share/python-wheels"
_VERSION = r"(?m)^__version__ *= *[\"']([^\"'\n]{1,40})[\"']"


class Installers(NamedTuple):
    """``pip`` is the version that the interpreter imports, empty for none; ``wheels`` those of pip
    that came with it, without which ``ensurepip`` is of no use."""

    stdlib: str
    venv: bool
    ensurepip: bool
    wheels: tuple[str, ...]
    pip: str


def probe_installers(host: Host, stdlib: str, site_folders: Iterable[str]) -> Installers:
    """Look at the files of an interpreter; ``stdlib`` is the folder of its standard library.

    Debian takes ensurepip out of the standard library (python3-venv brings it back) and keeps
    pip's wheel elsewhere; upstream has it in ensurepip/_bundled.
    """
    wheels = tuple(_pip_wheels(host, stdlib))
    return Installers(
        stdlib=stdlib,
        venv=host.exists(f"{stdlib}/venv/__init__.py"),
        ensurepip=bool(wheels) and _has_ensurepip(host, stdlib),
        wheels=wheels,
        pip=_importable_pip(host, site_folders),
    )


def can_make_environments(
    host: Host, executable: str, version: str, found: Installers, may_run: bool
) -> bool:
    """Whether an environment can be made for an interpreter and filled with packages.

    HostError where what is missing may be in a folder that could not be looked into.

    That takes less than ``python -m venv`` does: a pip can fill it from outside.
    """

    def pips() -> Iterator[str]:
        yield found.pip
        try:
            own = host.own_pip()
        except HostError:
            return
        if runs_on(own.requires_python, version):
            yield own.version

    def uv() -> bool:
        return may_run and uv_for(host, executable) is not None

    if lacking(found.venv, found.ensurepip, pips(), uv) is None:
        return True
    wants_a_wheel = found.venv and not found.wheels and _has_ensurepip(host, found.stdlib)
    denied = _denied(host, found.stdlib) if wants_a_wheel else None
    if denied:
        raise denied
    return False


def uv_for(host: Host, executable: str) -> str | None:
    """uv, when it is on PATH and knows the interpreter (it has no 32-bit ARM platform)."""
    for folder in (host.environ("PATH") or "").split(":"):
        uv = posixpath.join(folder, "uv")
        if not folder or not host.exists(uv):
            continue
        command = (uv, "--no-config", "--offline", "pip", "freeze", "--python", executable)
        try:
            ended = host.run((*command, "--no-cache"), _TIME_LIMIT)
        except HostError:
            return None
        return uv if ended.returncode == 0 else None
    return None


def _pip_wheels(host: Host, stdlib: str) -> Iterator[str]:
    for folder in _wheel_folders(stdlib):
        for name in names_in(host, folder):
            if name.startswith("pip-") and name.endswith("-none-any.whl"):
                yield f"{folder}/{name}"


def _has_ensurepip(host: Host, stdlib: str) -> bool:
    return host.exists(f"{stdlib}/ensurepip/__init__.py")


def _wheel_folders(stdlib: str) -> tuple[str, str]:
    return f"{stdlib}/ensurepip/_bundled", DISTRIBUTION_WHEELS


def _denied(host: Host, stdlib: str) -> HostError | None:
    """Why one of the folders that may hold pip's wheel could not be looked into."""
    for folder in _wheel_folders(stdlib):
        try:
            host.list_dir(folder)
        except MissingError:
            continue
        except HostError as error:
            return error
    return None


def _importable_pip(host: Host, folders: Iterable[str]) -> str:
    """The version of the pip that ``python -I -m pip`` runs: not the user's own folder's.

    Read from the module, as a folder of metadata may be all that is left of one that was removed.
    """
    for folder in folders:
        if folder.startswith(f"{host.home()}/.local/"):
            continue
        try:
            found = re.search(_VERSION, read_text(host, f"{folder}/pip/__init__.py", 64 << 10))
        except MissingError:
            continue
        except HostError:  # a capture that was made before this was looked at
            return _by_metadata(host, folder)
        if found:
            return clean(found.group(1))
    return ""


def _by_metadata(host: Host, folder: str) -> str:
    pattern = r"pip-([^-]+)\.(?:dist|egg)-info"
    named = (re.fullmatch(pattern, name) for name in names_in(host, folder))
    return next((clean(match.group(1)) for match in named if match), "")
