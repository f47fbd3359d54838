"""What is kept of the files in a capture: only what a doctor has to see of them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping

from pidoctor.host import capture_script
from pidoctor.redact import Identity, readable, redact

_ELF = b"\x7fELF"
# Files whose values end with a NUL each: the kernel's.
_NUL_SEPARATED = re.compile(r"/proc/.*|/sys/.*|.*/device-tree/.*")


def _nothing(_text: str) -> str:
    """A file that holds nothing but what names this one machine."""
    return ""


# What is cut out of a file before it is kept, by the file's path or, after a slash, its name.
FILTERS: Mapping[str, Callable[[str], str]] = {
    **capture_script.FILTERS,
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
