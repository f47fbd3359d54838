"""What an ELF header says of a program: machine, word size, float ABI, loader.

Only the first bytes are read, so that an interpreter can be judged without running it and without
importing a general ELF library. Field names and numbers: the System V ABI (gABI) and the ELF
supplement for the Arm architecture (EF_ARM_ABI_FLOAT_HARD is 0x400).
"""

from __future__ import annotations

import struct

from pidoctor.host.base import Host
from pidoctor.records import NamedTuple

HEAD = 1024  # the header, the program headers and, nearly always, the loader's path
FAR = 1 << 20  # how far a loader's path may lie (patchelf moves it)
_PT_INTERP = 3
_EM_ARM = 40
_FLOAT_HARD = 0x400

# e_machine -> the name the kernel gives the machine; 32-bit ARM needs more than the header.
_MACHINES = {3: "i686", 62: "x86_64", 183: "aarch64", 243: "riscv64", _EM_ARM: "arm"}


class ElfError(ValueError):
    """The bytes are no ELF file that could be a program here; the text says why."""


class Elf(NamedTuple):
    """``machine`` is "arm" for every 32-bit ARM; ``float_abi`` is empty elsewhere."""

    machine: str
    bits: int
    float_abi: str  # "hard", "soft" or ""
    loader: str  # PT_INTERP: "/lib/ld-linux-aarch64.so.1"; empty in a static program


def read_elf(host: Host, path: str) -> Elf:
    """The header of a program; raises :class:`ElfError` or a host error."""
    content = host.read_bytes(path, HEAD)
    try:
        return parse_elf(content)
    except _TooShortError:
        return parse_elf(host.read_bytes(path, FAR))


class _TooShortError(ElfError):
    """What is asked for lies beyond the bytes at hand."""


class _Layout(NamedTuple):
    order: str  # of struct: "<" or ">"
    wide: bool  # a 64-bit file
    flags: int  # e_flags
    table: int  # e_phoff, e_phentsize and e_phnum: the program headers
    entry_size: int
    entries: int


def parse_elf(content: bytes) -> Elf:
    """The header in the first bytes of a file; raises :class:`ElfError`."""
    if content[:4] != b"\x7fELF":
        raise ElfError("not an ELF program")
    if len(content) < 20 or content[4] not in (1, 2) or content[5] not in (1, 2):
        raise ElfError("a broken ELF header")
    order = "<" if content[5] == 1 else ">"
    try:
        (machine,) = struct.unpack_from(order + "H", content, 18)
        layout = _layout(content, order, wide=content[4] == 2)
        loader = _loader(content, layout)
    except (struct.error, OverflowError) as error:
        raise _TooShortError("a truncated ELF header") from error
    return Elf(
        machine=_MACHINES.get(machine, f"elf-{machine}"),
        bits=64 if layout.wide else 32,
        float_abi=_float_abi(machine, layout.flags),
        loader=loader,
    )


def _layout(content: bytes, order: str, wide: bool) -> _Layout:
    (offset,) = struct.unpack_from(order + ("Q" if wide else "I"), content, 32 if wide else 28)
    at = 48 if wide else 36
    flags, _, size, count = struct.unpack_from(order + "IHHH", content, at)
    return _Layout(order, wide, flags, offset, size, count)


def _loader(content: bytes, layout: _Layout) -> str:
    """The string that the PT_INTERP segment holds; nothing in a static program."""
    word = layout.order + ("Q" if layout.wide else "I")
    places = (8, 32) if layout.wide else (4, 16)  # p_offset and p_filesz
    for index in range(layout.entries):
        at = layout.table + index * layout.entry_size
        if struct.unpack_from(layout.order + "I", content, at)[0] != _PT_INTERP:
            continue
        start, length = (struct.unpack_from(word, content, at + place)[0] for place in places)
        if not 2 <= length <= 4096:
            raise ElfError("an ELF header with an absurd loader")
        if start + length > len(content):
            raise _TooShortError("a truncated ELF header")
        path = content[start : start + length]
        if path[-1]:  # the kernel refuses it: load_elf_binary of fs/binfmt_elf.c
            raise ElfError("an ELF header whose loader's path has no end")
        return path.split(b"\0")[0].decode("ascii", "replace")
    return ""


def _float_abi(machine: int, flags: int) -> str:
    """Soft where nothing is said: that is what pip's tags take an unmarked program for."""
    if machine != _EM_ARM:
        return ""
    return "hard" if flags & _FLOAT_HARD else "soft"
