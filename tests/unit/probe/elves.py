"""Small ELF programs for tests: a header, one program header, the loader's path."""

from __future__ import annotations

import struct

ARM, X86_64, AARCH64, I386 = 40, 62, 183, 3
#: A machine that neither this processor nor an emulator runs programs of.
NONE_HAS_IT = 0xFFFE
HARD, SOFT, EABI5 = 0x400, 0x200, 0x05000000


def elf(machine: int, bits: int, flags: int = 0, loader: str = "/lib/ld.so", at: int = 0) -> bytes:
    """The first bytes of a little-endian program; ``at`` moves the loader's path away."""
    text = loader.encode() + b"\0"
    ident = b"\x7fELF" + bytes([bits // 32, 1, 1]) + bytes(9)
    if bits == 64:
        header = struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, flags, 64, 56, 1, 0, 0, 0)
        start = max(120, at)
        segment = struct.pack("<IIQQQQQQ", 3, 4, start, start, start, len(text), len(text), 1)
    else:
        header = struct.pack("<HHIIIIIHHHHHH", 3, machine, 1, 0, 52, 0, flags, 52, 32, 1, 0, 0, 0)
        start = max(84, at)
        segment = struct.pack("<IIIIIIII", 3, start, start, start, len(text), len(text), 4, 1)
    head = ident + header + segment
    return head + bytes(start - len(head)) + text
