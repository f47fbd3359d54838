"""Which NumPy C API version a module demands, read off the comparison in its import code.

NumPy's header puts into every module that calls import_array() a call of slot 211 of the API table
(PyArray_GetNDArrayCFeatureVersion) and a comparison of its result with the version the module was
compiled for; the slot's number is part of the ABI
(https://github.com/numpy/numpy/blob/main/numpy/_core/code_generators/numpy_api.py). So the code is
searched for: load or call at offset 211 * pointer size, compare with a small number, conditional
branch. The kind of branch tells whether the number itself or the next one is demanded.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator

_SLOT = 211
_REACH = 12  # instructions between the load of the slot and the branch
_PLAUSIBLE = range(5, 0x40)  # feature versions: 5 was NumPy 1.5, 0x16 is NumPy 2.5


def demanded_features(code: bytes, machine: str) -> Iterator[int]:
    """The feature versions that ``code`` compares slot 211's answer with."""
    find = _FINDERS.get(machine)
    if find is not None:
        yield from (feature for feature in find(code) if feature in _PLAUSIBLE)


# Condition codes of both ARM instruction sets (unsigned and signed comparisons): after
# "compare running, n" a branch on higher/lower-or-same means that n + 1 is demanded, a branch on
# lower/higher-or-same that n is.
_DEMANDS_NEXT = {0x8, 0x9, 0xC, 0xD}
_DEMANDS_THIS = {0x2, 0x3, 0xA, 0xB}


def _demanded(condition: int, number: int) -> int:
    if condition in _DEMANDS_NEXT:
        return number + 1
    return number if condition in _DEMANDS_THIS else 0


def _aarch64(code: bytes) -> Iterator[int]:
    for match in re.finditer(rb"[\x4c-\x4f]\x43\xf9", code):  # ldr xT, [xN, #1688]
        words = _words(code, match.start() - 1)
        call = 0xD63F0000 | words[0] % 32 << 5
        called = next((n for n, word in enumerate(words) if word == call), -1)
        if 0 < called <= _CALL_REACH:  # blr xT
            yield from _compared(
                words[called + 1 :],
                lambda word: word >> 10 & 0xFFF if word & 0xFFC003FF == 0x7100001F else -1,
                lambda word: word & 0xF if word & 0xFF000010 == 0x54000000 else -1,
            )


def _arm(code: bytes) -> Iterator[int]:
    for match in re.finditer(rb"\x4c" + _REGISTER_AND_3 + rb"[\x90-\x9f]\xe5", code):
        words = _words(code, match.start())  # ldr rT, [rN, #844]
        called = next(
            (n for n, word in enumerate(words) if word == 0xE12FFF30 | words[0] >> 12 & 0xF), -1
        )
        if 0 < called <= _CALL_REACH:  # blx rT
            yield from _compared(
                words[called + 1 :],
                lambda word: word & 0xFF if word & 0xFFFFFF00 == 0xE3500000 else -1,
                lambda word: word >> 28 if word >> 28 < 0xE else -1,
            )
    for match in _THUMB.finditer(code):
        condition = match["narrow"] or match["wide"]
        if match["narrow"]:
            yield _demanded(condition[1] & 0xF, match["number"][0])
        else:
            yield _demanded(condition[1] << 2 & 0xC | condition[0] >> 6, match["number"][0])


def _compared(
    words: tuple[int, ...],
    comparison: Callable[[int], int],
    condition: Callable[[int], int],
) -> Iterator[int]:
    """What the first comparison and the branch after it demand of the call's result."""
    number = -1
    for word in words:
        if number < 0:
            number = comparison(word)
        elif condition(word) >= 0:
            yield _demanded(condition(word), number)
            return


_CALL_REACH = 3
_REGISTER_AND_3 = rb"[\x03\x13\x23\x33\x43\x53\x63\x73\x83\x93\xa3\xb3\xc3\xd3\xe3\xf3]"
# Thumb-2, in halfwords: ldr.w rT, [rN, #844]; blx; cmp r0, #number; b<condition>, narrow or wide.
_THUMB = re.compile(
    rb"[\xd0-\xdf]\xf8\x4c"
    + _REGISTER_AND_3
    + rb"(?:..){0,2}?[\x80-\xff]\x47(?:..){0,4}?(?P<number>.)\x28(?:..){0,2}?"
    rb"(?:(?P<narrow>.[\xd2\xd3\xd8-\xdb])|(?P<wide>.[\xf0\xf2\xf4\xf6]))",
    re.DOTALL,
)


def _words(code: bytes, start: int) -> tuple[int, ...]:
    """The instructions from ``start`` on, as far as the comparison can be away."""
    if start < 0 or start % 4:
        return (0,)
    count = min(_REACH, (len(code) - start) // 4)
    return struct.unpack_from(f"<{count}I", code, start) or (0,)


def _x86_64(code: bytes) -> Iterator[int]:
    for match in re.finditer(rb"\x98\x06\x00\x00", code):  # ... [register + 1688]
        found = _X86_CHECK.match(code, match.start() - 2) if match.start() >= 2 else None
        if found:
            jump = found["jump"][-1] & 0xF
            yield found["number"][0] + (1 if jump in _X86_NEXT else 0)


# call [register + 1688], or its load and a call; moves; cmp eax with an 8-bit number; perhaps a
# load; a conditional jump: below 2, not below 3, not above 6, above 7, and the signed C to F.
_X86_CHECK = re.compile(
    rb"(?:\xff[\x90-\x97]\x98\x06\x00\x00|\x8b[\x80-\xbf]\x98\x06\x00\x00.{0,4}?\xff[\xd0-\xd7])"
    rb".{0,9}?\x83\xf8(?P<number>.)(?:[\x48-\x4f]\x8b.{5}|.{0,4}?)"
    rb"(?P<jump>[\x72\x73\x76\x77\x7c-\x7f]|\x0f[\x82\x83\x86\x87\x8c-\x8f])",
    re.DOTALL,
)
_X86_NEXT = {0x6, 0x7, 0xE, 0xF}

_FINDERS: dict[str, Callable[[bytes], Iterator[int]]] = {
    "aarch64": _aarch64,
    "armv7l": _arm,
    "armv6l": _arm,
    "x86_64": _x86_64,
}
