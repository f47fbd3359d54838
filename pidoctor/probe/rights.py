"""Whether the user may install packages of the system."""

from __future__ import annotations

import re

from pidoctor.host.base import Host, HostError, UnreadableError, read_text
from pidoctor.probe.reading import reading
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import NO_RIGHTS, ROOT, SUDO

STATUS = "/proc/self/status"
GROUPS = "/etc/group"
SUDO_PROGRAM = "/usr/bin/sudo"
# The groups whose members may use sudo: Debian's, Ubuntu's old one, Fedora's and Alpine's.
_MEMBERS = r"^(?:sudo|admin|wheel):[^:\n]*:(\d{1,9}):"


def probe_rights(host: Host) -> Fact[str]:
    """Root, a member of a group that may use sudo, or one without sudo.

    Who else may use it only root can read. Nothing is run: a sudo that fails is written to the
    system's log.
    """
    user = reading(STATUS, lambda: _user(read_text(host, STATUS)))
    if user.value is None:
        return user.map(str)
    if user.value == 0:
        return Fact.known(ROOT, STATUS)
    if not host.exists(SUDO_PROGRAM):
        return Fact.known(NO_RIGHTS, f"{STATUS}, {SUDO_PROGRAM}")
    return reading(GROUPS, lambda: _by_group(host))


def _user(status: str) -> int:
    """The effective user's number, the second one behind "Uid:"."""
    for line in status.splitlines():
        if line.startswith("Uid:"):
            return int(line.split()[2])
    raise ValueError("no user in it")


def _by_group(host: Host) -> str:
    members = {
        int(number) for number in re.findall(_MEMBERS, read_text(host, GROUPS), re.MULTILINE)
    }
    try:
        if members & set(host.group_ids()):
            return SUDO
    except HostError:
        pass
    raise UnreadableError("/etc/sudoers", "only root may read who else may use sudo")
