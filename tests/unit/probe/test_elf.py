"""What an ELF header says of an interpreter."""

from __future__ import annotations

import pytest

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
