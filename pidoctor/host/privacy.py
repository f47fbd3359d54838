"""What is kept of the files in a capture: only what a doctor has to see of them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping

from pidoctor.redact import Identity, readable, redact

FIRST_USER_ID = 1000  # smaller numbers are the system's users and groups
_ELF = b"\x7fELF"
# Files whose values end with a NUL each: the kernel's.
_NUL_SEPARATED = re.compile(r"/proc/.*|/sys/.*|.*/device-tree/.*")


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


def _nothing(_text: str) -> str:
    """A file that holds nothing but what names this one machine."""
    return ""


# What is cut out of a file before it is kept, by the file's path or, after a slash, its name.
FILTERS: Mapping[str, Callable[[str], str]] = {
    "/proc/self/mounts": _mount_points,
    "/etc/group": _system_groups,
    "/pip.conf": _index_settings,
    "/serial-number": _nothing,
    "/machine-id": _nothing,
    "/hostname": _nothing,
    "/product_serial": _nothing,
    "/product_uuid": _nothing,
}


def clean_file(path: str, text: str, identity: Identity | None = None) -> str:
    """The content of a file as it may be kept in a capture of that user's machine."""
    name = path[path.rfind("/") :]
    keep = FILTERS.get(path) or FILTERS.get(name)
    return redact(keep(text) if keep else text, identity)


def clean_content(
    path: str, content: bytes, identity: Identity | None = None
) -> Mapping[str, str] | None:
    """The entry of a file in a capture: its cleaned text, or the bytes of an ELF file.

    None for what is neither, which is not kept.
    """
    if content.startswith(_ELF):
        return {"base64": base64.b64encode(content).decode("ascii")}
    text = readable(content)
    if "\0" in text and not _NUL_SEPARATED.fullmatch(path):
        return None
    return {"text": clean_file(path, text, identity)}
