"""Is there room for an install? Asked before anything is touched."""

from __future__ import annotations

import os
from pathlib import Path

from pidoctor.host.base import HostError
from pidoctor.host.live import LiveHost
from pidoctor.install.environment_files import remove
from pidoctor.install.failure import InstallError
from pidoctor.install.process import Progress
from pidoctor.install.recipe import Recipe
from pidoctor.install.wheelhouse import kept
from pidoctor.probe.memory import MEMINFO, available_bytes
from pidoctor.probe.storage import nearest_existing
from pidoctor.probe.system import APT
from pidoctor.readiness import rights, space
from pidoctor.result import Finding

_SUDO_LIMIT_S = 20.0


def free_bytes(folder: Path) -> int:
    """What this user may still write on the disk of ``folder``."""
    return LiveHost().disk_usage(os.fspath(folder)).free


def foreseen(recipe: Recipe) -> tuple[Finding, ...]:
    """What :func:`check_space` will refuse over, where it has nothing to remove first."""
    found = None if recipe.place.previous.exists() else _lacking_space(recipe)
    return (found,) if found else ()


def _lacking_space(recipe: Recipe) -> Finding | None:
    place = recipe.place
    there = nearest_existing(LiveHost(), os.fspath(place.venv.parent))
    here = kept(recipe.cache, recipe.found, place.venv)
    return space.no_space_left(recipe.plan, here, free_bytes(Path(there)), there)


def check_space(recipe: Recipe, progress: Progress) -> None:
    """InstallError when the environment's disk has not enough room.

    The state kept for ``undo`` goes first: this install will keep a newer one.
    """
    place, finding = recipe.place, _lacking_space(recipe)
    if finding is not None and place.previous.exists():
        progress("The disk is nearly full: the state kept for undo is given up.")
        remove(place.previous, place.discard)
        finding = _lacking_space(recipe)
    if finding is not None:
        raise InstallError(finding)


def check_memory() -> None:
    """InstallError when there is not enough memory for pip, swap included."""
    available = available_bytes(LiveHost())
    finding = None if available is None else space.out_of_memory(available, MEMINFO)
    if finding is not None:
        raise InstallError(finding)


def check_rights(recipe: Recipe) -> None:
    """InstallError when the install has to add packages of the system and sudo will not do it."""
    packages = recipe.plan.missing_system_packages
    if recipe.system is None:
        return
    if not LiveHost().exists(APT):
        raise InstallError(rights.apt_missing(packages, APT))
    if os.geteuid() == 0:
        return
    try:
        allowed = LiveHost().run(("sudo", "-n", "true"), _SUDO_LIMIT_S).returncode == 0
    except HostError as error:  # with a folder on PATH that may not be looked into it is denied
        looked = f"looked for sudo on PATH: {error.reason}"
        raise InstallError(rights.sudo_not_possible(packages, rights.NO_SUDO, looked)) from None
    if not allowed and not _has_terminal():
        raise InstallError(
            rights.sudo_not_possible(packages, rights.NO_PASSWORD, "tried sudo -n true")
        )


def _has_terminal() -> bool:
    """Whether sudo can ask for a password: it asks on the terminal, whatever its input is."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
