"""Whether the wheels that are not here can be had at all."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from pidoctor.catalog.wheels import Wheel
from pidoctor.install.kit import whose
from pidoctor.install.wheelhouse import find
from pidoctor.profile.profile import Profile
from pidoctor.readiness.sources import no_index
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import count, listed
from pidoctor.urls import path_of

_CAPTURE = "board.json"
_NAMED = 2  # wheels


def missing_offline(missing: Sequence[Wheel], folder: Path | None, request: str) -> Finding:
    """That wheels for ``request`` are not here, where nothing may be downloaded."""
    names = [wheel.filename for wheel in missing]
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED + 1 else []
    owner = whose(folder) if folder else ""
    others = f" {folder} does not have {'it' if len(names) == 1 else 'them'}." if folder else ""
    others = f" Those in {folder} are for {owner}." if owner else others
    wanted = shlex.quote(request) if " " not in request else "(the same requirements)"
    return Finding(
        "wheels-missing",
        Severity.ERROR,
        f"Without network {count(len(names), 'wheel')} cannot be had: "
        f"{listed([*names[:_NAMED], *more] if more else names)}.{others}",
        "looked in the folders given with --wheels and in pidoctor's cache",
        Remedy(
            "Write down what this machine is, and on one with network run `pidoctor download "
            f"{wanted} --capture {_CAPTURE} -d wheels`; copy the folder here, and give it with "
            "--wheels. Where this machine has network, do without --offline.",
            (f"pidoctor capture -o {_CAPTURE}",),
        ),
    )


def packages_offline(packages: Sequence[str], folder: Path | None) -> Finding:
    """That packages of the system are not there, where nothing may be downloaded."""
    named = shlex.join(packages)
    text = (
        "On a board with network and the same system, on which it is not installed either, run "
        f"`sudo apt-get clean && sudo apt-get install --yes --download-only {named}`; copy the "
        ".deb files of /var/cache/apt/archives here, and install them with `sudo dpkg --install "
        "./*.deb`."
    )
    commands: tuple[str, ...] = ()
    if folder is not None and any(folder.glob("*.deb")):
        text = "Install the .deb files of the folder, and run the same command again."
        commands = (f"sudo dpkg --install {shlex.quote(os.fspath(folder))}/*.deb",)
    return Finding(
        "packages-missing-offline",
        Severity.ERROR,
        f"The system package {listed(packages)} is needed, and without network apt cannot add it.",
        "asked dpkg what is installed",
        Remedy(text, commands),
    )


def nowhere(missing: Sequence[Wheel], profile: Profile) -> Finding | None:
    """That pip may ask no index for the wheels that are not here, and no folder of its has them.

    None also where that cannot be told: its configuration was not read, or names a page.
    """
    if not missing or no_index(profile) is None:
        return None
    paths = [path_of(source.url) for source in profile.indexes.or_else(())]
    folders = [path for path in paths if path is not None and not path.is_file()]
    if len(folders) < len(paths):
        return None
    here = find(missing, folders, None)
    lacking = [wheel.filename for wheel in missing if wheel.sha256 not in here]
    return no_index(profile, lacking) if lacking else None
