"""Room on the card and in the temporary folder."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator

from pidoctor.checks.case import Case
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import size

_PERSISTENT_TEMP = "/var/tmp"  # noqa: S108 - named in a command for the user, not used


def read_only(case: Case) -> Iterator[Finding]:
    """A worn card that the kernel has made read-only, or a protected root."""
    storage = case.profile.storage
    if storage.target_read_only.value is not True:
        return
    yield Finding(
        "read-only-file-system",
        Severity.ERROR,
        "The place for the installation is read-only.",
        f"{storage.target_read_only.source}: {storage.target.or_else('the target')}",
        Remedy(
            "Name a folder that can be written with --venv. A card that became read-only by "
            "itself is often worn out: look at dmesg before making it writable again.",
            ("sudo mount -o remount,rw /",),
        ),
    )


def disk(case: Case) -> Iterator[Finding]:
    """The wheels are downloaded, then unpacked beside them."""
    free = case.profile.storage.target_free
    if case.plan is None or free.value is None:
        return
    need = case.plan.download_size + case.plan.unpacked_size
    if need <= free.value:
        return
    yield Finding(
        "no-space-left",
        Severity.ERROR,
        f"There is not enough room: the installation needs {size(need)}, "
        f"and {size(free.value)} are free.",
        f"{free.source}: {size(free.value)} free",
        Remedy(
            "Free some room, or install on another disk with --venv.",
            ("sudo apt-get clean", "python3 -m pip cache purge"),
        ),
    )


def temp(case: Case) -> Iterator[Finding]:
    """pip downloads to the temporary folder, which is often half of the memory in size.

    https://github.com/raspberrypi/linux/issues/7159
    """
    storage = case.profile.storage
    free, tmpfs = storage.temp_free.value, storage.temp_is_tmpfs.value
    if case.plan is None or free is None or case.plan.download_size <= free:
        return
    place = storage.temp.or_else("the temporary folder")
    kind = " is held in memory and" if tmpfs else ""
    yield Finding(
        "temp-is-small-tmpfs" if tmpfs else "temp-too-small",
        Severity.WARNING,
        f"The temporary folder{kind} is too small for the downloads: they take "
        f"{size(case.plan.download_size)}, and {size(free)} are free.",
        f"{storage.temp_is_tmpfs.source}: {place}, {size(free)} free",
        Remedy(
            "Use a temporary folder on the card.",
            (f"TMPDIR={shlex.quote(_elsewhere(case))} pidoctor install",),
        ),
        "https://github.com/raspberrypi/linux/issues/7159",
    )


def _elsewhere(case: Case) -> str:
    """A folder with room: /var/tmp, or beside the installation where that is the small one."""
    storage = case.profile.storage
    if not storage.temp.or_else("").startswith(_PERSISTENT_TEMP):
        return _PERSISTENT_TEMP
    return posixpath.dirname(storage.target.or_else("./x"))
