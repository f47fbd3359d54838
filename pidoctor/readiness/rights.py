"""What an install takes from the system's administrator."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from pidoctor.catalog.troubles import load_troubles
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import NO_RIGHTS, ROOT, SUDO, Profile
from pidoctor.profile.variation import image_of
from pidoctor.resolve.plan import Plan
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import listed

NO_SUDO = "this user is not root, and there is no sudo"
NO_PASSWORD = "sudo asks for a password, and there is no terminal to ask on"  # noqa: S105


_SUDO = re.compile(r"(^|[|&;(] *)sudo (?!-)")


def as_typed(findings: Iterable[Finding], rights: Fact[str]) -> tuple[Finding, ...]:
    """The findings with commands that the user can type: without sudo where there is none, as for
    root in a container."""
    if rights.value not in (ROOT, NO_RIGHTS):
        return tuple(findings)
    return tuple(map(_without_sudo if rights.value == ROOT else _as_root, findings))


def _without_sudo(finding: Finding) -> Finding:
    remedy = finding.remedy
    if remedy is None:
        return finding
    commands = tuple(_SUDO.sub(r"\1", command) for command in remedy.commands)
    return finding._replace(remedy=remedy._replace(commands=commands))


def _as_root(finding: Finding) -> Finding:
    typed = _without_sudo(finding)
    if typed == finding or finding.remedy is None or typed.remedy is None:
        return finding
    who = "There is no sudo here: that is for root, or the person who administers the machine."
    text = f"{finding.remedy.text} {who}"
    return typed._replace(remedy=typed.remedy._replace(text=text, safe=False))


def rights_needed(plan: Plan, profile: Profile) -> Finding | None:
    """What is to be said of a plan that installs packages of the system."""
    packages, rights = plan.missing_system_packages, profile.rights
    if packages and profile.system.has_no_packages:
        return apt_missing(packages, profile.system.package_manager.source)
    if not packages or rights.value == ROOT:
        return None
    if rights.value == NO_RIGHTS:
        return sudo_not_possible(packages, NO_SUDO, rights.source)
    added = f"The install adds the system package {listed(packages)} with apt"
    if rights.value == SUDO:
        said = f"{added}; sudo may ask for your password."
        return Finding("administrator-needed", Severity.NOTE, said, rights.source)
    return Finding(
        "administrator-needed",
        Severity.WARNING,
        f"{added}, and whether sudo allows you that is not known.",
        f"{rights.source}: {rights.detail}",
        Remedy(
            "The command tells; where it refuses, the person who administers the machine runs "
            f"`apt-get install -y {shlex.join(packages)}`.",
            ("sudo -v",),
        ),
    )


def sudo_not_possible(packages: tuple[str, ...], why: str, source: str) -> Finding:
    """The finding where packages of the system are needed and cannot be installed."""
    return Finding(
        "sudo-not-possible",
        Severity.ERROR,
        f"The install needs the system package {listed(packages)} from apt, and it cannot be "
        f"added: {why}.",
        source,
        Remedy(
            "Run this as root, or ask the person who administers the machine to run it. Then run "
            "pidoctor install again; it needs no rights any more.",
            (f"apt-get install -y {shlex.join(packages)}",),
        ),
    )


def apt_missing(packages: tuple[str, ...], source: str) -> Finding:
    """The finding where packages of the system are needed and nothing installs any."""
    needed = f"The install needs the system package {listed(packages)} from apt"
    return Finding(
        "apt-missing",
        Severity.ERROR,
        f"{needed}, and there is no apt here.",
        source,
        load_troubles()["apt-missing"].remedy({}, {}),
    )


def apt_moved(profile: Profile) -> Finding | None:
    """What is to be done before apt finds any package, where the server that the images of the
    release name does not have it any more."""
    image = image_of(profile)
    server = image.row.gone_from if image else None
    if image is None or server is None:
        return None
    shown = {"codename": (image.row.codename or "",), "host": (server,)}
    return Finding(
        "apt-repository-gone",
        Severity.WARNING,
        f"{server} does not have the packages of {image.row.name} any more. Where apt still asks "
        "it, these commands come before every other one with apt.",
        image.row.source,
        load_troubles()["apt-repository-gone"].remedy(shown, {}),
    )
