"""ELF files and wheels made byte by byte, after the specifications, for the evidence tests.

System V ABI, "Object files" and "Program loading"; Linux Standard Base, "Symbol versioning".
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

MACHINES = {"aarch64": 183, "arm": 40, "x86_64": 62, "i386": 3}
WIDE = ("aarch64", "x86_64")


@dataclass(frozen=True)
class Elf:
    """What a made shared library says. ``needs`` maps a file to (version, flagged weak) pairs."""

    machine: str = "aarch64"
    needed: Sequence[str] = ("libc.so.6",)
    soname: str = ""
    needs: Mapping[str, Sequence[tuple[str, bool]]] = field(default_factory=dict)
    align: int = 0x10000
    exec_stack: bool = False
    code: bytes = b""
    data: bytes = b""
    flags: int = 0
    attributes: bytes = b""
    sections: bool = True

    def build(self) -> bytes:
        """The file's bytes."""
        return _Builder(self).build()


class _Builder:
    def __init__(self, elf: Elf) -> None:
        self.elf = elf
        self.wide = elf.machine in WIDE
        self.strings = b"\0"
        self.body = bytearray()
        self.base = (64 + 4 * 56) if self.wide else (52 + 4 * 32)

    def build(self) -> bytes:
        tags = [(1, self._string(name)) for name in self.elf.needed]
        if self.elf.soname:
            tags.append((14, self._string(self.elf.soname)))
        needs = self._version_needs()
        strings = self._place(self.strings)
        version_needs = self._place(needs)
        tags += [(5, strings), (10, len(self.strings))]
        if self.elf.needs:
            tags += [(0x6FFFFFFE, version_needs), (0x6FFFFFFF, len(self.elf.needs))]
        form = "<QQ" if self.wide else "<II"
        table = b"".join(struct.pack(form, tag, value) for tag, value in [*tags, (0, 0)])
        dynamic = self._place(table)
        data = self._place(self.elf.data)
        code = self._place(self.elf.code)
        attributes = self._place(self.elf.attributes)
        self._place(b"")
        end = self.base + len(self.body)
        headers = self._sections(code, data, attributes) if self.elf.sections else []
        return (
            self._header(end, len(headers))
            + self._segment(1, 5, 0, end, self.elf.align)
            + self._segment(2, 6, dynamic, len(table), 8)
            + self._segment(0x6474E551, 7 if self.elf.exec_stack else 6, 0, 0, 16)
            + self._segment(0, 0, 0, 0, 0)
            + bytes(self.body)
            + b"".join(headers)
        )

    def _string(self, text: str) -> int:
        offset = len(self.strings)
        self.strings += text.encode() + b"\0"
        return offset

    def _place(self, content: bytes) -> int:
        self.body += b"\0" * (-(self.base + len(self.body)) % 8)
        offset = self.base + len(self.body)
        self.body += content
        return offset

    def _version_needs(self) -> bytes:
        table = b""
        files = list(self.elf.needs.items())
        for number, (name, versions) in enumerate(files):
            size = 16 + 16 * len(versions)
            following = size if number < len(files) - 1 else 0
            table += struct.pack("<HHIII", 1, len(versions), self._string(name), 16, following)
            for place, (version, weak) in enumerate(versions):
                last = place == len(versions) - 1
                flags = 2 if weak else 0
                table += struct.pack(
                    "<IHHII", 0, flags, 2 + place, self._string(version), 0 if last else 16
                )
        return table

    def _header(self, sections: int, count: int) -> bytes:
        ident = b"\x7fELF" + bytes([2 if self.wide else 1, 1, 1]) + b"\0" * 9
        form = "<HHIQQQIHHHHHH" if self.wide else "<HHIIIIIHHHHHH"
        sizes = (64, 56, 64) if self.wide else (52, 32, 40)
        return ident + struct.pack(
            form,
            3,
            MACHINES[self.elf.machine],
            1,
            0,
            sizes[0],
            sections if count else 0,
            self.elf.flags,
            sizes[0],
            sizes[1],
            4,
            sizes[2],
            count,
            0,
        )

    def _segment(self, kind: int, flags: int, offset: int, size: int, align: int) -> bytes:
        if self.wide:
            return struct.pack("<IIQQQQQQ", kind, flags, offset, offset, 0, size, size, align)
        return struct.pack("<IIIIIIII", kind, offset, offset, 0, size, size, flags, align)

    def _sections(self, code: int, data: int, attributes: int) -> list[bytes]:
        rows = [
            (0, 0, 0, 0),
            (1, 6, code, len(self.elf.code)),
            (1, 2, data, len(self.elf.data)),
        ]
        if self.elf.attributes:
            rows.append((0x70000003, 0, attributes, len(self.elf.attributes)))
        form = "<IIQQQQIIQQ" if self.wide else "<IIIIIIIIII"
        return [
            struct.pack(form, 0, kind, flags, offset, offset, size, 0, 0, 4, 0)
            for kind, flags, offset, size in rows
        ]


def arm_attributes(cpu_arch: int, *, hard_float: bool) -> bytes:
    """A ``.ARM.attributes`` section: Tag_CPU_name, Tag_CPU_arch and Tag_ABI_VFP_args."""
    content = b"\x05core\0" + bytes([6, cpu_arch]) + (bytes([28, 1]) if hard_float else b"")
    scope = b"\x01" + struct.pack("<I", 5 + len(content)) + content
    vendor = b"aeabi\0" + scope
    return b"A" + struct.pack("<I", 4 + len(vendor)) + vendor


def wheel(files: Mapping[str, bytes], *, metadata: str = "", name: str = "pack-1.0") -> bytes:
    """A wheel with ``files`` and a METADATA."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
        project, _, version = name.partition("-")
        text = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n{metadata}\n"
        archive.writestr(f"{name}.dist-info/METADATA", text)
    return buffer.getvalue()


def words(*instructions: int) -> bytes:
    """A64 or A32 code."""
    return struct.pack(f"<{len(instructions)}I", *instructions)
