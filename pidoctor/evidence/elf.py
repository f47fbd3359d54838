"""One ELF file: what its headers and dynamic tables say it needs from the machine.

Everything that the dynamic loader would look at is found the way it finds it, through the program
headers; section headers may be missing. All reads are bounded: the file may be hostile.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from pidoctor.catalog.wheels import ArmLevels
from pidoctor.errors import UsageError
from pidoctor.evidence.attributes import arm_attributes
from pidoctor.platforms.versions import newest

# Table sizes beyond these are no real library's (libtensorflow_cc.so: 300,000 symbols).
_MOST_SEGMENTS = 512
_MOST_SECTIONS = 20_000
_MOST_NEEDS = 4096
_LONGEST_NAME = 4096
_TABLE = 1 << 20

_PF_X = 1
_SHT_PROGBITS, _SHT_ARM_ATTRIBUTES = 1, 0x70000003
_SHF_EXECINSTR = 4
_EF_ARM_SOFT, _EF_ARM_HARD = 0x200, 0x400
_VER_FLG_WEAK = 2
_DT_NEEDED, _DT_STRTAB, _DT_SONAME = 1, 5, 14
_DT_VERNEED, _DT_VERNEEDNUM = 0x6FFFFFFE, 0x6FFFFFFF

_MACHINES = {
    "EM_AARCH64": "aarch64",
    "EM_ARM": "arm",
    "EM_X86_64": "x86_64",
    "EM_386": "i686",
    "EM_PPC64": "ppc64le",
    "EM_S390": "s390x",
    "EM_RISCV": "riscv64",
}
_VERSIONED = {"GLIBC": "glibc", "GLIBCXX": "glibcxx", "CXXABI": "cxxabi"}
# The symbol version by which a file with relative relocations asks for a loader that knows them:
# glibc 2.36 (https://sourceware.org/pipermail/libc-alpha/2022-August/141193.html).
_IMPLIED = {"GLIBC_ABI_DT_RELR": "GLIBC_2.36"}


@dataclass(frozen=True)
class VersionNeed:
    """Highest version of one symbol namespace that is needed ("" if none).

    ``weak`` are needs flagged VER_FLG_WEAK: the loader warns and goes on without them. Weak symbols
    alone do not make a need weak: the loader refuses a missing version that is not flagged.
    """

    strong: str = ""
    weak: str = ""


@dataclass(frozen=True)
class ElfFacts:
    """What an ELF file says about itself and its surroundings.

    ``align`` is the smallest alignment of a LOAD segment in bytes, 0 when there is none;
    ``float_abi`` is "hard" or "soft" for 32-bit ARM, else ""; ``arm`` the levels of its build
    attributes, None for other machines. ``code`` are the file ranges (offset, size) that hold
    instructions.
    """

    machine: str
    bits: int
    float_abi: str
    soname: str
    needed: tuple[str, ...]
    glibc: VersionNeed
    glibcxx: VersionNeed
    cxxabi: VersionNeed
    align: int
    exec_stack: bool
    code: tuple[tuple[int, int], ...]
    arm: ArmLevels | None = None


def read_elf(stream: IO[bytes], name: str) -> ElfFacts:
    """The facts of the ELF file ``stream``; raises :class:`UsageError` when it is malformed."""
    from elftools.common.exceptions import ELFError

    try:
        return _ElfReader(stream, name).facts()
    except UsageError:
        raise
    except (
        ELFError,
        ArithmeticError,
        AttributeError,
        LookupError,
        OSError,
        TypeError,
        ValueError,
        struct.error,
    ) as error:
        raise UsageError(f"{name}: malformed ELF file") from error


class _ElfReader:
    def __init__(self, stream: IO[bytes], name: str) -> None:
        from elftools.elf.elffile import ELFFile

        self._stream = stream
        self._name = name
        self._size = stream.seek(0, 2)
        stream.seek(0)
        self._elf = ELFFile(stream)
        self._order = "<" if self._elf.little_endian else ">"
        self._wide = self._elf.elfclass == 64
        if self._elf.header["e_phnum"] > _MOST_SEGMENTS:
            raise UsageError(f"{name}: malformed ELF file (absurd number of segments)")
        if self._elf.num_sections() > _MOST_SECTIONS:
            raise UsageError(f"{name}: malformed ELF file (absurd number of sections)")
        self._segments = [self._elf.get_segment(n) for n in range(self._elf.num_segments())]

    def facts(self) -> ElfFacts:
        loads = [segment for segment in self._segments if segment["p_type"] == "PT_LOAD"]
        stacks = [segment for segment in self._segments if segment["p_type"] == "PT_GNU_STACK"]
        dynamic = self._dynamic()
        needs = self._version_needs(dynamic)
        machine, float_abi, arm = self._machine()
        return ElfFacts(
            machine=machine,
            bits=self._elf.elfclass,
            float_abi=float_abi,
            soname=next(iter(self._strings(dynamic, _DT_SONAME)), ""),
            needed=tuple(self._strings(dynamic, _DT_NEEDED)),
            glibc=needs["glibc"],
            glibcxx=needs["glibcxx"],
            cxxabi=needs["cxxabi"],
            align=min((int(segment["p_align"]) for segment in loads), default=0),
            exec_stack=any(segment["p_flags"] & _PF_X for segment in stacks),
            code=self._code(),
            arm=arm,
        )

    def _machine(self) -> tuple[str, str, ArmLevels | None]:
        code = self._elf.header["e_machine"]
        machine = _MACHINES.get(code, str(code).lower().replace("em_", ""))
        if machine != "arm":
            return machine, "", None
        flags = self._elf.header["e_flags"]
        places = (place for kind, _, *place in self._sections() if kind == _SHT_ARM_ATTRIBUTES)
        offset, size = next(places, (0, 0))
        attributes = arm_attributes(self._bytes(offset, min(size, _TABLE)))
        hard = bool(flags & _EF_ARM_HARD) or attributes.hard_float
        soft = bool(flags & _EF_ARM_SOFT) and not hard
        return attributes.machine, "soft" if soft or not hard else "hard", attributes.levels

    def _code(self) -> tuple[tuple[int, int], ...]:
        """The sections with instructions; executable segments, which old linkers fill up with
        read-only data, only where there are no sections."""
        sections = tuple(
            (offset, size)
            for kind, flags, offset, size in self._sections()
            if flags & _SHF_EXECINSTR and kind == _SHT_PROGBITS
        )
        return sections or tuple(
            (int(segment["p_offset"]), int(segment["p_filesz"]))
            for segment in self._segments
            if segment["p_type"] == "PT_LOAD" and segment["p_flags"] & _PF_X
        )

    def _sections(self) -> Iterator[tuple[int, int, int, int]]:
        """Type, flags, offset and size of each section."""
        form = "IIQQQQIIQQ" if self._wide else "10I"
        size = self._elf.num_sections() * self._elf.header["e_shentsize"]
        for _, kind, flags, _, offset, length, *_ in self._unpack(
            form, self._bytes(self._elf.header["e_shoff"], size)
        ):
            yield kind, flags, offset, length

    def _bytes(self, offset: int, size: int) -> bytes:
        if offset < 0 or offset >= self._size:
            return b""
        self._stream.seek(offset)
        return self._stream.read(min(size, self._size - offset))

    def _offset(self, address: int) -> int:
        for segment in self._segments:
            if segment["p_type"] == "PT_LOAD":
                start = segment["p_vaddr"]
                if start <= address < start + segment["p_filesz"]:
                    return int(segment["p_offset"] + address - start)
        raise UsageError(f"{self._name}: malformed ELF file (a table lies outside it)")

    def _dynamic(self) -> list[tuple[int, int]]:
        """The dynamic table as (tag, value), up to its end mark."""
        for segment in self._segments:
            if segment["p_type"] == "PT_DYNAMIC":
                data = self._bytes(segment["p_offset"], min(segment["p_filesz"], _TABLE))
                entries = []
                for tag, value in self._unpack("QQ" if self._wide else "II", data):
                    if tag == 0:
                        break
                    entries.append((tag, value))
                return entries
        return []

    def _unpack(self, form: str, data: bytes) -> Iterator[tuple[Any, ...]]:
        layout = struct.Struct(self._order + form)
        return layout.iter_unpack(data[: len(data) // layout.size * layout.size])

    def _strings(self, dynamic: Iterable[tuple[int, int]], wanted: int) -> Iterator[str]:
        table = dict(dynamic).get(_DT_STRTAB)
        offsets = [value for tag, value in dynamic if tag == wanted]
        if table is None or not offsets:
            return
        start = self._offset(table)
        for offset in offsets[:_MOST_NEEDS]:
            yield self._string(start + offset)

    def _string(self, offset: int) -> str:
        data = self._bytes(offset, _LONGEST_NAME)
        end = data.find(b"\0")
        if end < 0:
            raise UsageError(f"{self._name}: malformed ELF file (a name has no end)")
        return data[:end].decode("utf-8", "replace")

    def _version_needs(self, dynamic: list[tuple[int, int]]) -> dict[str, VersionNeed]:
        needs = {field: VersionNeed() for field in _VERSIONED.values()}
        for text, weak in self._wanted_versions(dict(dynamic)):
            namespace, _, version = _IMPLIED.get(text, text).partition("_")
            field = _VERSIONED.get(namespace)
            if field is None or not version.replace(".", "").isdigit():
                continue
            known = needs[field]
            if weak:
                needs[field] = VersionNeed(known.strong, newest(known.weak, version))
            else:
                needs[field] = VersionNeed(newest(known.strong, version), known.weak)
        return needs

    def _wanted_versions(self, tags: dict[int, int]) -> Iterator[tuple[str, bool]]:
        """(version name, whether it is flagged weak) of the version needs table."""
        if _DT_VERNEED not in tags or _DT_STRTAB not in tags:
            return
        strings = self._offset(tags[_DT_STRTAB])
        place = self._offset(tags[_DT_VERNEED])
        budget = _MOST_NEEDS
        for _ in range(min(tags.get(_DT_VERNEEDNUM, 0), _MOST_NEEDS)):
            _, count, _, auxiliary, following = struct.unpack(
                f"{self._order}HHIII", self._bytes(place, 16)
            )
            entry = place + auxiliary
            for _ in range(count):
                budget -= 1
                if budget < 0:
                    raise UsageError(f"{self._name}: malformed ELF file (endless version table)")
                _, flags, _, name, next_entry = struct.unpack(
                    f"{self._order}IHHII", self._bytes(entry, 16)
                )
                yield self._string(strings + name), bool(flags & _VER_FLG_WEAK)
                entry += next_entry
            place += following
