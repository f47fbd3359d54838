"""What is read off one ELF file's headers and dynamic tables."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from pidoctor.errors import UsageError
from pidoctor.evidence.elf import ElfFacts, VersionNeed, read_elf
from pidoctor.platforms.versions import newest
from tests.unit.evidence.elfmaker import Elf, arm_attributes


def facts(elf: Elf) -> ElfFacts:
    return read_elf(BytesIO(elf.build()), "made.so")


def test_the_highest_version_of_each_namespace_is_needed() -> None:
    found = facts(
        Elf(
            needed=("libstdc++.so.6", "libc.so.6"),
            needs={
                "libc.so.6": [("GLIBC_2.17", False), ("GLIBC_2.34", False), ("GLIBC_2.9", False)],
                "libstdc++.so.6": [("GLIBCXX_3.4.9", False), ("GLIBCXX_3.4.30", False)],
                "libgcc_s.so.1": [("GCC_3.0", False), ("CXXABI_1.3.13", False)],
            },
        )
    )
    assert found.glibc == VersionNeed("2.34")
    assert found.glibcxx == VersionNeed("3.4.30")
    assert found.cxxabi == VersionNeed("1.3.13")
    assert found.needed == ("libstdc++.so.6", "libc.so.6")


def test_a_need_flagged_weak_is_kept_apart() -> None:
    found = facts(Elf(needs={"libc.so.6": [("GLIBC_2.17", False), ("GLIBC_2.36", True)]}))
    assert found.glibc == VersionNeed(strong="2.17", weak="2.36")


def test_relative_relocations_need_the_glibc_that_knows_them() -> None:
    found = facts(Elf(needs={"libc.so.6": [("GLIBC_2.17", False), ("GLIBC_ABI_DT_RELR", False)]}))
    assert found.glibc.strong == "2.36"


def test_private_versions_are_no_versions() -> None:
    assert facts(Elf(needs={"libc.so.6": [("GLIBC_PRIVATE", False)]})).glibc == VersionNeed()


@pytest.mark.parametrize(("machine", "bits"), [("aarch64", 64), ("x86_64", 64)])
def test_machines(machine: str, bits: int) -> None:
    found = facts(Elf(machine=machine))
    assert (found.machine, found.bits, found.float_abi) == (machine, bits, "")


@pytest.mark.parametrize(
    ("flags", "cpu_arch", "hard_float", "machine", "float_abi"),
    [
        (0x5000400, 10, True, "armv7l", "hard"),
        (0x5000400, 6, True, "armv6l", "hard"),
        (0x5000000, 10, True, "armv7l", "hard"),  # old linkers set no float flag
        (0x5000200, 10, False, "armv7l", "soft"),
    ],
)
def test_the_kinds_of_32_bit_arm(
    flags: int, cpu_arch: int, hard_float: bool, machine: str, float_abi: str
) -> None:
    attributes = arm_attributes(cpu_arch, hard_float=hard_float)
    found = facts(Elf(machine="arm", flags=flags, attributes=attributes))
    assert (found.machine, found.bits, found.float_abi) == (machine, 32, float_abi)


def test_alignment_stack_and_soname() -> None:
    found = facts(Elf(align=0x1000, exec_stack=True, soname="libmade.so.3"))
    assert (found.align, found.exec_stack, found.soname) == (4096, True, "libmade.so.3")
    assert not facts(Elf()).exec_stack


def test_section_headers_may_be_missing() -> None:
    elf = Elf(needs={"libc.so.6": [("GLIBC_2.28", False)]}, sections=False, code=b"\0" * 64)
    found = facts(elf)
    assert found.glibc.strong == "2.28"
    assert found.code == ((0, len(elf.build())),)


def test_versions_are_compared_as_numbers() -> None:
    assert newest("2.9", "2.17") == "2.17"
    assert newest("", "2.4") == "2.4"


@pytest.mark.parametrize(
    ("offset", "form", "value"),
    [
        (56, "<H", 0xFFFF),  # number of segments
        (40, "<Q", 2**63),  # section headers outside the file
        (60, "<H", 0xFFF0),  # number of sections
        (32, "<Q", 2**64 - 1),  # segments outside the file
    ],
)
def test_absurd_headers_are_refused_in_one_line(offset: int, form: str, value: int) -> None:
    content = bytearray(Elf(needs={"libc.so.6": [("GLIBC_2.17", False)]}).build())
    struct.pack_into(form, content, offset, value)
    with pytest.raises(UsageError, match=r"^made\.so: .*malformed ELF file"):
        read_elf(BytesIO(content), "made.so")


def test_a_version_table_that_never_ends_is_refused() -> None:
    content = bytearray(Elf(needs={"libc.so.6": [("GLIBC_2.17", False)]}).build())
    table = content.index(struct.pack("<HHI", 1, 1, 11), 288)  # one file, one version
    struct.pack_into("<H", content, table + 2, 0xFFFF)  # 65,535 versions, each followed by itself
    with pytest.raises(UsageError, match="endless version table"):
        read_elf(BytesIO(content), "made.so")


@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf is not installed")
def test_agrees_with_readelf_about_real_libraries() -> None:
    """An independent reader of the same tables, over the interpreter's own extensions."""
    libraries = sorted(Path(sys.modules["struct"].__file__ or "").parent.glob("lib-dynload/*.so"))
    assert len(libraries) > 10
    for library in libraries:
        shown = subprocess.run(
            ["readelf", "-dVW", str(library)], capture_output=True, text=True, check=True
        ).stdout
        needed = [line.split("[")[1][:-1] for line in shown.splitlines() if "(NEEDED)" in line]
        versions = [
            line.split("Name: ")[1].split()[0]
            for line in shown.splitlines()
            if "Name: GLIBC_2" in line
        ]
        with library.open("rb") as file:
            found = read_elf(file, library.name)
        assert list(found.needed) == needed
        expected = ""
        for version in versions:
            expected = newest(expected, version.partition("_")[2])
        assert found.glibc.strong == expected
