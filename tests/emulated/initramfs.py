"""An initramfs for a test board: busybox, the modules that reach its disk, and init.sh."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

INIT = Path(__file__).with_name("init.sh")
_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")  # in a module's .modinfo


def build(modules: Path, wanted: Sequence[str], busybox: Path) -> bytes:
    """The compressed archive. `modules` is /lib/modules/VERSION of the kernel, with .ko.xz files.

    The modules that a wanted one depends on come with it, in the order to load them; what is built
    into the kernel is left out.
    """
    loaded = dict(_in_order(modules, wanted))
    archive = _Archive()
    for folder in ("bin", "modules"):
        archive.add(folder, stat.S_IFDIR | 0o755)
    archive.add("bin/busybox", stat.S_IFREG | 0o755, busybox.read_bytes())
    archive.add("bin/sh", stat.S_IFLNK | 0o777, b"busybox")
    archive.add("init", stat.S_IFREG | 0o755, INIT.read_bytes())
    for name, content in loaded.items():
        archive.add(f"modules/{name}.ko", stat.S_IFREG | 0o644, content)
    archive.add("modules/order", stat.S_IFREG | 0o644, "\n".join(loaded).encode())
    return archive.finished()


def _in_order(modules: Path, wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The modules and all they need, each after what it depends on; maybe more than once."""
    files = {_name(file.name): file for file in modules.rglob("*.ko.xz")}
    built_in = {_name(line) for line in (modules / "modules.builtin").read_text().splitlines()}
    for name in wanted:
        if name in built_in:
            continue
        content = lzma.decompress(files[name].read_bytes())
        depends = _DEPENDS.search(content)
        needed = [_name(each) for each in depends[1].decode().split(",") if each] if depends else []
        yield from _in_order(modules, needed)
        yield name, content


def _name(file: str) -> str:
    """A module's name as the kernel writes it, from a path or a name that may have dashes."""
    return Path(file).name.split(".", maxsplit=1)[0].replace("-", "_")


class _Archive:
    """A cpio archive in the "newc" format (Linux: Documentation/driver-api/early-userspace)."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._entries = 0

    def add(self, name: str, mode: int, content: bytes = b"") -> None:
        self._entries += 1
        path = name.encode() + b"\0"
        fields = (self._entries, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields)
        for part in (header + path, content):
            self._bytes.write(part)
            self._bytes.write(bytes(-len(part) % 4))

    def finished(self) -> bytes:
        self.add("TRAILER!!!", 0)
        return gzip.compress(self._bytes.getvalue(), mtime=0)
