"""Secrets, removed where they are read: credentials, serial numbers, MAC addresses, user names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s\"'<>]+")
_MAC = re.compile(r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b")
_USER_FOLDERS = re.compile(r"(?<![\w.])/home/[^/\s:;,\"'<>|]+")
_USER_MOUNTS = re.compile(r"(?<![\w.])(/(?:run/)?media)/[^/\s:;,\"'<>|]+")

# A path segment that is a long mix of letters and digits is a token, not a name: hosted indexes
# put theirs into the path.
_TOKEN = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_=~-]{20,}")

FIRST_USER_ID = 1000  # smaller numbers are the system's users and groups


def clean_url(url: str) -> str:
    """A URL without user, password, query, fragment and tokens in its path."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    rest = re.split(r"[?#]", rest, maxsplit=1)[0]
    authority, slash, path = rest.partition("/")
    if scheme.lower() != "file":
        path = "/".join("***" if _TOKEN.fullmatch(part) else part for part in path.split("/"))
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


def redact(text: str, home: str = "") -> str:
    """Text without credentials in URLs, MAC addresses and user names in paths.

    ``home`` is the user's home folder; it and every folder under /home become ``~``.
    """
    if len(home) > 1:
        text = re.sub(r"(?<![\w.-])" + re.escape(home) + r"(?![\w.-])", "~", text)
    text = _USER_FOLDERS.sub("~", text)
    text = _USER_MOUNTS.sub(r"\1/user", text)
    text = _URL.sub(lambda match: clean_url(match.group(0)), text)
    return _MAC.sub("00:00:00:00:00:00", text)


def _without_serial(cpuinfo: str) -> str:
    return re.sub(r"^(Serial\s*:\s*)\S+", r"\g<1>0000000000000000", cpuinfo, flags=re.MULTILINE)


def _system_groups(groups: str) -> str:
    """/etc/group without members and without the users' own groups."""
    kept = []
    for line in groups.splitlines():
        fields = line.split(":")
        if len(fields) == 4 and fields[2].isdigit() and int(fields[2]) < FIRST_USER_ID:
            kept.append(":".join((*fields[:3], "")))
    return "\n".join(kept) + "\n"


def _mount_points(mounts: str) -> str:
    """/proc/self/mounts without devices and options: network mounts name servers and users."""
    lines = (line.split() for line in mounts.splitlines())
    return "".join(f"- {fields[1]} {fields[2]} - 0 0\n" for fields in lines if len(fields) > 2)


def _index_settings(configuration: str) -> str:
    """A pip configuration with nothing but sections and the settings that name sources."""
    kept, keeping = [], False
    for line in configuration.splitlines():
        if line[:1].isspace():
            if keeping:
                kept.append(line)
            continue
        name = re.split(r"[=:]", line, maxsplit=1)[0].strip().lower().replace("_", "-")
        keeping = name in ("index-url", "extra-index-url", "find-links", "no-index")
        if keeping or line.startswith("["):
            kept.append(line)
    return "\n".join(kept) + "\n"


# What is cut out of a file before it is kept, by the file's path or, after a slash, its name.
FILTERS: Mapping[str, Callable[[str], str]] = {
    "/proc/cpuinfo": _without_serial,
    "/proc/self/mounts": _mount_points,
    "/etc/group": _system_groups,
    "/pip.conf": _index_settings,
}


def clean_file(path: str, text: str, home: str = "") -> str:
    """The content of a file as it may be kept in a capture."""
    name = path[path.rfind("/") :]
    keep = FILTERS.get(path) or FILTERS.get(name)
    return redact(keep(text) if keep else text, home)
