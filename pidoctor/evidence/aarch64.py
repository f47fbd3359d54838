"""Instructions of optional AArch64 features, found in code without disassembling it.

Encodings: Arm Architecture Reference Manual (DDI 0487), C4.1 "A64 instruction set encoding".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

# Bytes on either side of an instruction that its judgement looks at.
CONTEXT = 4

_RET = 0xD65F03C0


def unguarded_atomics(code: bytes) -> Iterator[int]:
    """The offsets of the atomic instructions of FEAT_LSE outside guarded helpers.

    Compilers put guarded ones into small helpers (-moutline-atomics): a byte is loaded that tells
    whether the processor has LSE, ``cbz w16`` branches away if not, the one atomic instruction
    follows, then ``ret``. Anything else was compiled for processors that all have LSE. ``code``
    starts at a multiple of four.
    """
    for tables in _ATOMIC_TABLES:
        for index, word in _words_with(code, tables):
            if _is_atomic(word) and not _in_helper(code, index):
                yield 4 * index


def dot_products(code: bytes) -> Iterator[int]:
    """The offsets of the SDOT and UDOT instructions (FEAT_DotProd)."""
    for index, word in _words_with(code, _DOT_TABLES):
        if word & 0x9FE0FC00 == 0x0E809400 or word & 0x9FC0F400 == 0x0F80E000:
            yield 4 * index


def vector_extension_words(code: bytes) -> int:
    """How many words of ``code`` belong to the encoding group of SVE (bits 28 to 25 are 0010)."""
    return code[3::4].translate(_SVE_GROUP).count(b"\xff")


def _in_helper(code: bytes, index: int) -> bool:
    if not 0 < index < len(code) // 4 - 1:
        return False
    before, _, after = struct.unpack_from("<III", code, 4 * (index - 1))
    tests_w16 = before & 0x7E00001F == 0x34000010  # cbz or cbnz w16/x16
    return bool(tests_w16) and after == _RET


def _is_atomic(word: int) -> bool:
    if word & 0x3FA07C00 == 0x08A07C00 or word & 0xBFA07C00 == 0x08207C00:  # CAS, CASP
        return True
    if word & 0x3F200C00 != 0x38200000:
        return False
    # LDADD, LDCLR, LDEOR, LDSET and the minima and maxima, or SWP; the rest of the group is
    # LDAPR (another feature) and unallocated
    return not word & 0x8000 or word & 0x7000 == 0


# --- finding candidates ------------------------------------------------------------------------
# Python is slow per instruction but fast per byte table: each byte of every word is mapped to 0xff
# where it may belong to the pattern, the three columns are and-ed as one big number, and only the
# few words that are left are looked at one by one.

Tables = tuple[bytes, bytes, bytes]  # for the second, third and fourth byte of a word


def _table(mask: int, value: int) -> bytes:
    return bytes(255 if byte & mask == value else 0 for byte in range(256))


def _tables(mask: int, value: int) -> Tables:
    low, middle, high = (
        _table(mask >> shift & 0xFF, value >> shift & 0xFF) for shift in (8, 16, 24)
    )
    return low, middle, high


_SVE_GROUP = _table(0x1E, 0x04)
_ATOMIC_TABLES = (
    _tables(0x3FA07C00, 0x08A07C00),
    _tables(0xBFA07C00, 0x08207C00),
    _tables(0x3F200C00, 0x38200000),
)
_DOT_TABLES = _tables(0x9EC08000, 0x0E808000)


def _words_with(code: bytes, tables: Tables) -> Iterator[tuple[int, int]]:
    """(index, word) of the words whose bytes fit ``tables``."""
    length = len(code) // 4 * 4
    columns = [
        int.from_bytes(code[place:length:4].translate(table), "little")
        for place, table in zip((1, 2, 3), tables)
    ]
    hits = columns[0] & columns[1] & columns[2]
    if not hits:
        return
    flags = hits.to_bytes(length // 4, "little")
    index = flags.find(b"\xff")
    while index >= 0:
        yield index, int.from_bytes(code[4 * index : 4 * index + 4], "little")
        index = flags.find(b"\xff", index + 1)
