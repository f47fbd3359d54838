"""The build attributes of a 32-bit ARM file: which core and which float ABI it was built for.

"ELF for the Arm Architecture" and its addenda, section "Build attributes":
https://github.com/ARM-software/abi-aa/blob/main/addenda32/addenda32.rst
"""

from __future__ import annotations

from dataclasses import dataclass

from pidoctor.catalog.wheels import ArmLevels

_TAG_CPU_ARCH, _TAG_FP_ARCH, _TAG_SIMD_ARCH, _TAG_ABI_VFP_ARGS = 6, 10, 12, 28
_STRING_TAGS = {4, 5, 32, 65, 67}  # below 32 only these hold text; from 32 on odd tags do
_ARMV7 = 10  # Tag_CPU_arch: 6 to 9 are the ARMv6 family, 10 and up ARMv7 and later
_MOST = 512


@dataclass(frozen=True)
class ArmAttributes:
    """``machine`` is armv6l or armv7l, as uname spells the oldest core the code is built for."""

    machine: str
    hard_float: bool
    levels: ArmLevels


def arm_attributes(data: bytes) -> ArmAttributes:
    """Reads the content of a ``.ARM.attributes`` section; without one, ARMv7 is assumed."""
    found = _file_attributes(data)
    architecture = found.get(_TAG_CPU_ARCH, _ARMV7)
    return ArmAttributes(
        machine="armv7l" if architecture >= _ARMV7 else "armv6l",
        hard_float=found.get(_TAG_ABI_VFP_ARGS) == 1,
        levels=ArmLevels(
            found.get(_TAG_CPU_ARCH, 0), found.get(_TAG_FP_ARCH, 0), found.get(_TAG_SIMD_ARCH, 0)
        ),
    )


def _file_attributes(data: bytes) -> dict[int, int]:
    """The numeric attributes of the whole file (the "aeabi" vendor, scope Tag_File)."""
    start = data.find(b"aeabi\0\x01")
    if not data.startswith(b"A") or start < 0:
        return {}
    place = start + 7 + 4  # vendor name, scope tag, length of the scope
    found: dict[int, int] = {}
    for _ in range(_MOST):
        if place >= len(data):
            break
        tag, place = _uleb128(data, place)
        if tag in _STRING_TAGS or (tag > 32 and tag % 2):
            if tag == 32:
                _, place = _uleb128(data, place)
            end = data.find(b"\0", place)
            place = end + 1 if end >= 0 else len(data)
        else:
            found[tag], place = _uleb128(data, place)
    return found


def _uleb128(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 35, 7):
        if place >= len(data):
            break
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return value, place
