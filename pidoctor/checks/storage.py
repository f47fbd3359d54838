"""Room on the card and in the temporary folder."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator

from pidoctor.checks.case import Case
from pidoctor.readiness.space import bytes_needed, no_space_left
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import size

_PERSISTENT_TEMP = "/var/tmp"  # noqa: S108 - named in a command for the user, not used


def read_only(case: Case) -> Iterator[Finding]:
    """A worn card that the kernel has made read-only, or a protected root."""
    storage = case.profile.storage
    if storage.target_read_only.value is not True:
        return
    target = storage.target.or_else("the target")
    mount = f'"$(findmnt -no TARGET -T {shlex.quote(posixpath.dirname(target) or "/")})"'
    yield Finding(
        "read-only-file-system",
        Severity.ERROR,
        "The place for the installation is read-only.",
        f"{storage.target_read_only.source}: {target}",
        Remedy(
            "Name a folder that can be written with --venv. A card that became read-only by "
            "itself is often worn out: look at dmesg before making it writable again.",
            (f"sudo mount -o remount,rw {mount}",),
        ),
    )


def disk(case: Case) -> Iterator[Finding]:
    """The wheels are downloaded, then unpacked beside them: judged as the install judges it."""
    free = case.profile.storage.target_free
    if case.plan is None or free.value is None or case.satisfied:
        return
    place = case.profile.storage.target.or_else("the target")
    if free.value >= bytes_needed(case.plan, case.plan.wheels):
        return
    kept = case.kept(case.plan)  # reads files, so it is asked only where it may decide
    finding = no_space_left(case.plan, kept, free.value, place)
    if finding is not None:
        yield finding


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
            "pidoctor install downloads beside the environment instead. For pip by hand, use a "
            "temporary folder on the card.",
            (f"export TMPDIR={shlex.quote(_elsewhere(case))}",),
        ),
        "https://github.com/raspberrypi/linux/issues/7159",
    )


def _elsewhere(case: Case) -> str:
    """A folder with room: /var/tmp, or beside the installation where that is the small one."""
    storage = case.profile.storage
    if not storage.temp.or_else("").startswith(_PERSISTENT_TEMP):
        return _PERSISTENT_TEMP
    return posixpath.dirname(storage.target.or_else("./x"))
