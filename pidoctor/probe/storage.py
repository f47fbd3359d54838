"""Where an installation would go and where it unpacks: free space, read-only, tmpfs."""

from __future__ import annotations

import posixpath
import re

from pidoctor.host.base import DiskUsage, Host, HostError, MissingError, read_text
from pidoctor.probe.reading import reading
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Storage

MOUNTS = "/proc/self/mounts"
TEMP_VARIABLES = ("TMPDIR", "TEMP", "TMP")


def probe_storage(host: Host, target: str) -> Storage:
    """The file systems of ``target`` (it need not exist) and of the temporary folder."""
    where = reading("the current folder", lambda: absolute(host, target))
    usage = where.map(lambda path: nearest_existing(host, path))
    temp = reading("the temporary folder", lambda: temp_folder(host))
    disk = reading(f"statvfs {usage.or_else(target)}", lambda: _usage(host, usage))
    temp_disk = reading(f"statvfs {temp.or_else('/tmp')}", lambda: _usage(host, temp))  # noqa: S108
    return Storage(
        target=where,
        target_free=disk.map(lambda found: found.free),
        target_read_only=disk.map(lambda found: found.read_only),
        temp=temp,
        temp_free=temp_disk.map(lambda found: found.free),
        temp_is_tmpfs=reading(MOUNTS, lambda: _is_tmpfs(host, temp)),
    )


def absolute(host: Host, path: str) -> str:
    """``path`` as an absolute one."""
    return posixpath.normpath(posixpath.join(host.working_folder(), path))


def nearest_existing(host: Host, path: str) -> str:
    """The path itself or the nearest folder above it that exists."""
    while path not in ("/", "") and not host.exists(path):
        path = posixpath.dirname(path)
    return path or "/"


def temp_folder(host: Host) -> str:
    """The folder that Python and pip unpack in: TMPDIR or the first usual one that exists."""
    named = [host.environ(name) for name in TEMP_VARIABLES]
    for path in (*named, "/tmp", "/var/tmp", "/usr/tmp"):  # noqa: S108
        if path and host.exists(path):
            return path
    raise MissingError("/tmp")  # noqa: S108


def file_system(mounts: str, path: str) -> str:
    """The kind of file system that holds ``path``, from /proc/self/mounts; the last mount wins."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal.group(1), 8)), fields[1])
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


def _usage(host: Host, path: Fact[str]) -> DiskUsage:
    if path.value is None:
        raise HostError(path.source, path.detail)
    return host.disk_usage(path.value)


def _is_tmpfs(host: Host, temp: Fact[str]) -> bool:
    if temp.value is None:
        raise MissingError("the temporary folder")
    mounts = read_text(host, MOUNTS)
    return file_system(mounts, host.real_path(temp.value)) in ("tmpfs", "ramfs")
