"""What is found in code and data: NumPy's API check, atomic instructions, lists of features."""

from __future__ import annotations

from io import BytesIO

import pytest

from pidoctor.evidence.features import used_features
from pidoctor.evidence.instructions import Marks, scan
from pidoctor.evidence.numpy_api import NumpyUse, numpy_use
from pidoctor.evidence.numpy_call import demanded_features
from tests.unit.evidence.elfmaker import words

NOP = 0xD503201F
RET = 0xD65F03C0
LDADDAL = 0xB8E00020  # ldaddal w0, w0, [x1]
CASA = 0x88E07C41  # casa w0, w1, [x2]
SWPAL = 0xF8E18062  # swpal x1, x2, [x3]
LDAPR = 0xF8BFC020  # ldapr x0, [x1]: another feature
CBZ_W16 = 0x34000050  # cbz w16, +8
SDOT = 0x4E829420  # sdot v0.4s, v1.16b, v2.16b
UDOT_ELEMENT = 0x6F82E020  # udot v0.4s, v1.16b, v2.4b[0]


def found_in(code: bytes, data: bytes = b"", machine: str = "aarch64") -> Marks:
    return scan(BytesIO(code + data), machine, [(0, len(code))])


def padded(*instructions: int) -> bytes:
    return words(*[NOP] * 8, *instructions, *[NOP] * 8)


# Disassembled from the import code of tflite-runtime 2.14.0 (cp39): API version 0x10.
AARCH64_CHECK = words(
    0xF9400280,  # ldr x0, [x20]
    0xF9434C00,  # ldr x0, [x0, #1688]
    0xD63F0000,  # blr x0
    0x71003C1F,  # cmp w0, #15
    0x54000689,  # b.ls
    0xF9400280,
)
ARM_CHECK = words(0xE593334C, 0xE12FFF33, 0xE350000F, 0x9A000036, 0xE5963000)
THUMB_CHECK = bytes.fromhex("d3f84c33984700bf0c28d2d9")
X86_CHECK = bytes.fromhex("ff909806000083f80f0f86bc020000")
X86_CHECK_WITH_LOAD = bytes.fromhex("ff909806000083f80c488b0595f900000f86bc020000")


@pytest.mark.parametrize(
    ("machine", "code", "feature"),
    [
        ("aarch64", AARCH64_CHECK, 0x10),
        ("armv7l", ARM_CHECK, 0x10),
        ("armv7l", THUMB_CHECK, 0xD),
        ("x86_64", X86_CHECK, 0x10),
        ("x86_64", X86_CHECK_WITH_LOAD, 0xD),
        ("aarch64", AARCH64_CHECK[:-8] + words(0x54000683), 0xF),  # b.lo: 15 itself is enough
        ("aarch64", AARCH64_CHECK.replace(words(0xD63F0000), words(NOP)), None),  # no call
        ("aarch64", AARCH64_CHECK.replace(words(0xF9434C00), words(0xF9434800)), None),  # slot 210
        ("riscv64", AARCH64_CHECK, None),
    ],
)
def test_the_api_version_that_import_code_compares_with(
    machine: str, code: bytes, feature: int | None
) -> None:
    expected = set() if feature is None else {feature}
    assert set(demanded_features(b"\0" * 16 + code + b"\0" * 64, machine)) == expected


@pytest.mark.parametrize(
    ("data", "use"),
    [
        (b"nothing", None),
        (b"_ARRAY_API\0numpy.core._multiarray_umath\0", NumpyUse(1, 0x10)),
        (
            b"_ARRAY_API\0numpy._core._multiarray_umath\0module was compiled against NumPy "
            b"C-API version 0x%x (NumPy 1.20) but the running NumPy has\0",
            NumpyUse(2, 0xE),
        ),
        (b"_ARRAY_API\0numpy._core._multiarray_umath\0", NumpyUse(2, 0x10)),
    ],
)
def test_the_generation_of_the_numpy_api(data: bytes, use: NumpyUse | None) -> None:
    assert numpy_use(found_in(AARCH64_CHECK, data)) == use


@pytest.mark.parametrize(
    ("instructions", "count"),
    [
        ((LDADDAL,), 1),
        ((CASA, SWPAL), 2),
        ((LDAPR,), 0),
        ((CBZ_W16, LDADDAL, RET), 0),  # the helper of -moutline-atomics
        ((CBZ_W16, CASA, NOP), 1),
        ((0x34000040, CASA, RET), 1),  # tests another register
    ],
)
def test_atomic_instructions_are_counted_unless_a_helper_guards_them(
    instructions: tuple[int, ...], count: int
) -> None:
    marks = found_in(padded(*instructions))
    assert marks.lse == count
    assert used_features(marks, "aarch64").always == (("atomics",) if count else ())


def test_data_outside_the_code_is_not_taken_for_instructions() -> None:
    assert found_in(padded(NOP), padded(LDADDAL, CASA)).lse == 0


@pytest.mark.parametrize(
    ("data", "features"), [(b"", ("asimddp",)), (b"getauxval\0", ()), (b"/proc/cpuinfo\0", ())]
)
def test_dot_products_count_where_nothing_asks_for_them(
    data: bytes, features: tuple[str, ...]
) -> None:
    marks = found_in(padded(SDOT, UDOT_ELEMENT), data)
    assert marks.dot_product == 2
    assert used_features(marks, "aarch64").always == features


def test_a_library_may_list_what_it_was_compiled_with() -> None:
    data = b"".join(
        b"FATAL ERROR: This binary was compiled with %s enabled, but this feature is not "
        b"available on this processor (go/sigill-fail-fast).\n\0" % name
        for name in (b"lse", b"dotprod", b"fp16", b"unheard-of")
    )
    expected = ("asimddp", "asimdhp", "atomics", "fphp")
    assert used_features(found_in(padded(NOP), data), "aarch64").always == expected


def test_counts_do_not_depend_on_where_chunks_end() -> None:
    """Instructions around the 4 MB boundary are judged once, with their surroundings."""
    chunk = 4 << 20
    for shift in range(-24, 25, 4):
        code = bytearray(words(NOP) * ((chunk + 4096) // 4))
        at = chunk + shift
        code[at : at + 12] = words(CBZ_W16, LDADDAL, RET)
        code[at + 20 : at + 24] = words(LDADDAL)
        assert found_in(bytes(code)).lse == 1, shift


def test_marks_that_a_chunk_boundary_cuts_are_found() -> None:
    text = b"This binary was compiled with lse enabled, but"
    data = bytearray(5 << 20)
    at = (4 << 20) - 20
    data[at : at + len(text)] = text
    assert found_in(b"", bytes(data)).compiled_with == {"lse"}
