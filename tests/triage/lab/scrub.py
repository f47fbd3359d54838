"""Takes out of a log what says where it was made."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache

INDEX, FILES, MIRROR = "index.example", "files.example", "mirror.example"
HOME = "/home/pi"


@lru_cache(maxsize=1)
def hosts() -> Mapping[str, str]:
    """The hosts the tools use by default here, as the tools themselves give them."""
    code = (
        "from pip._internal.models.index import PyPI as i; print(i.netloc, i.file_storage_domain)"
    )
    index, files = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    found = {index: INDEX, files: FILES}
    sites = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    for site in set(re.findall(r"//([\w.-]+)", sites)):
        found[site] = MIRROR
    return found


def scrub(text: str, folders: Mapping[str, str]) -> str:
    """`text` without host names and without the paths in `folders` (real -> shown)."""
    for host, shown in hosts().items():
        text = text.replace(host, shown)
    for real in sorted(folders, key=len, reverse=True):
        text = text.replace(real, folders[real])
    text = re.sub(r"(Looking in indexes: \S+?),? file:\S+.*", r"\1", text)
    text = re.sub(r"^Looking in links: .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"/tmp/(?!pip-|tmpfs)[\w.-]*", "/tmp/x", text)
    return re.sub(r"0x[0-9a-f]{8,16}", "0x7f0000", text)


def shortened(text: str, limit: int = 12_000) -> str:
    """A log that is too long, with a gap in its middle."""
    if len(text) <= limit:
        return text
    head, tail = text[: limit // 2], text[-limit // 2 :]
    return head.rsplit("\n", 1)[0] + "\n[...]\n" + tail.split("\n", 1)[1]
