"""What an ELF header says of an interpreter."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from hypothesis import example, given
from hypothesis import strategies as st

from pidoctor.probe.elf_header import Elf, ElfError, parse_elf, read_elf
from tests.unit.host.fake import fake_host
from tests.unit.probe.elves import AARCH64, ARM, EABI5, HARD, I386, SOFT, X86_64, elf

ARMHF_LOADER = "/lib/ld-linux-armhf.so.3"
MUSL_LOADER = "/lib/ld-musl-aarch64.so.1"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (elf(AARCH64, 64), Elf("aarch64", 64, "", "/lib/ld.so")),
        (elf(ARM, 32, EABI5 | HARD, ARMHF_LOADER), Elf("arm", 32, "hard", ARMHF_LOADER)),
        (elf(ARM, 32, EABI5 | SOFT), Elf("arm", 32, "soft", "/lib/ld.so")),
        (elf(ARM, 32, EABI5), Elf("arm", 32, "soft", "/lib/ld.so")),
        (elf(X86_64, 64), Elf("x86_64", 64, "", "/lib/ld.so")),
        (elf(I386, 32), Elf("i686", 32, "", "/lib/ld.so")),
        (elf(21, 64), Elf("elf-21", 64, "", "/lib/ld.so")),
        (elf(AARCH64, 64, loader=MUSL_LOADER), Elf("aarch64", 64, "", MUSL_LOADER)),
    ],
)
def test_header(content: bytes, expected: Elf) -> None:
    assert parse_elf(content) == expected


def test_a_loader_far_away_is_found() -> None:
    content = elf(AARCH64, 64, loader="/lib/far.so", at=200_000)
    assert read_elf(fake_host({"/python": content}), "/python").loader == "/lib/far.so"


@pytest.mark.parametrize(
    "content",
    [b"", b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF\x09\x01" + bytes(60), elf(ARM, 32)[:60]],
)
def test_what_is_no_program(content: bytes) -> None:
    with pytest.raises(ElfError):
        parse_elf(content)


def loader_of(file: ELFFile) -> str:
    """What pyelftools takes for the loader; empty where a program has none."""
    for segment in file.iter_segments("PT_INTERP"):
        return str(segment.get_interp_name())  # type: ignore[attr-defined]
    return ""


@pytest.mark.parametrize("content", [elf(AARCH64, 64), elf(ARM, 32, EABI5 | HARD), elf(X86_64, 64)])
@example(at=96, value=1)  # the length of the loader's path in 64 bits, cut
@given(at=st.integers(0, 119), value=st.integers(0, 255))
def test_agrees_with_pyelftools(content: bytes, at: int, value: int) -> None:
    """On whole and on damaged headers, wherever both read them."""
    damaged = content[:at] + bytes([value]) + content[at + 1 :]
    try:
        ours = parse_elf(damaged)
        theirs = ELFFile(io.BytesIO(damaged))
        loader = loader_of(theirs)
    except (ElfError, ELFError, UnicodeDecodeError, ValueError, OverflowError):
        return
    assert ours.bits == theirs.elfclass
    if ours.loader and loader:
        assert ours.loader == loader


def test_agrees_with_pyelftools_on_the_running_python() -> None:
    content = Path(sys.executable).read_bytes()
    file = ELFFile(io.BytesIO(content))
    assert parse_elf(content) == Elf(
        {"x64": "x86_64", "AArch64": "aarch64", "ARM": "arm"}[file.get_machine_arch()],
        file.elfclass,
        "hard" if file.get_machine_arch() == "ARM" else "",
        loader_of(file),
    )
