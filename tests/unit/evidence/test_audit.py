"""Whole wheels: what is required, what is bundled, where the tag and the files disagree."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from pidoctor.decoding import encode
from pidoctor.errors import UsageError
from pidoctor.evidence.audit import audit, audit_file
from pidoctor.evidence.index_evidence import summary
from tests.unit.evidence.elfmaker import Elf, wheel

RUNTIME = "ai_edge_litert-9.0-cp311-cp311-manylinux_2_27_aarch64.whl"
FAIL_FAST = b"This binary was compiled with lse enabled, but this feature is not available\0"


def needs(glibc: str, *needed: str, **more: object) -> bytes:
    elf = Elf(
        needed=("libc.so.6", *needed),
        needs={"libc.so.6": [(f"GLIBC_{glibc}", False)]},
        **more,  # type: ignore[arg-type]
    )
    return elf.build()


@pytest.fixture
def runtime() -> bytes:
    """Laid out like ai-edge-litert's: a thin extension, a common library, an optional one."""
    return wheel(
        {
            "ai_edge_litert/__init__.py": b"",
            "ai_edge_litert/_pywrap_litert_interpreter_wrapper.so": needs(
                "2.17", "libpywrap_common.so"
            ),
            "ai_edge_litert/libpywrap_common.so": needs(
                "2.34", "libm.so.6", data=b"_ARRAY_API\0numpy.core._multiarray_umath"
            ),
            "ai_edge_litert/libLiteRtWebGpuAccelerator.so": needs("2.18", data=FAIL_FAST),
        }
    )


def test_required_is_what_the_entry_point_reaches(runtime: bytes) -> None:
    found = audit_file(io.BytesIO(runtime), RUNTIME)
    by_name = {library.path.rsplit("/", 1)[-1]: library for library in found.libraries}
    assert {name for name, library in by_name.items() if library.required} == {
        "_pywrap_litert_interpreter_wrapper.so",
        "libpywrap_common.so",
    }
    wrapper = by_name["_pywrap_litert_interpreter_wrapper.so"]
    assert wrapper.bundled == ("libpywrap_common.so",)
    assert wrapper.external == ("libc.so.6",)
    accelerator = by_name["libLiteRtWebGpuAccelerator.so"]
    assert not accelerator.required
    assert accelerator.features.always == ("atomics",)
    assert found.numpy_api is not None
    assert found.numpy_api.abi == 1


def test_what_the_index_keeps_of_it(runtime: bytes) -> None:
    found = audit_file(io.BytesIO(runtime), RUNTIME)
    kept = summary(encode(found))
    assert kept["read_from"] == RUNTIME
    assert kept["unpacked_size"] == found.unpacked_size
    rows = {row["path"].rsplit("/", 1)[-1]: row for row in kept["libraries"]}
    assert set(rows) == {"libpywrap_common.so", "libLiteRtWebGpuAccelerator.so"}
    assert rows["libpywrap_common.so"]["glibc"] == "2.34"
    assert rows["libpywrap_common.so"]["needed"] == ["libc.so.6", "libm.so.6"]


@pytest.mark.parametrize(
    ("filename", "content", "said"),
    [
        (
            "pack-1.0-cp311-cp311-manylinux_2_27_aarch64.whl",
            needs("2.34"),
            ["tag says manylinux_2_27_aarch64; a.so needs GLIBC 2.34"],
        ),
        (
            "pack-1.0-cp311-cp311-manylinux2014_aarch64.whl",
            needs("2.29"),
            ["tag says manylinux2014_aarch64; a.so needs GLIBC 2.29"],
        ),
        (
            "pack-1.0-cp311-cp311-manylinux_2_34_aarch64.whl",
            needs("2.27"),
            ["tag says manylinux_2_34_aarch64; no file needs more than GLIBC 2.27"],
        ),
        ("pack-1.0-cp311-cp311-manylinux_2_27_aarch64.whl", needs("2.27"), []),
        (
            "pack-1.0-cp311-cp311-manylinux_2_27_aarch64.whl",
            Elf(
                needs={
                    "libc.so.6": [("GLIBC_2.27", False)],
                    "libstdc++.so.6": [("GLIBCXX_3.4.30", False)],
                }
            ).build(),
            [
                "tag says manylinux_2_27_aarch64, which promises GLIBCXX 3.4.24; "
                "a.so needs GLIBCXX 3.4.30"
            ],
        ),
        ("pack-1.0-cp311-cp311-manylinux2014_aarch64.whl", needs("2.4"), []),
        (
            "pack-1.0-cp311-cp311-manylinux2014_armv7l.whl",
            needs("2.17"),
            ["tag says armv7l; a.so is for aarch64"],
        ),
        (
            "pack-1.0-py3-none-any.whl",
            needs("2.17"),
            ["tag says any platform; a.so is compiled for aarch64"],
        ),
        (
            "pack-1.0-cp311-cp311-musllinux_1_2_aarch64.whl",
            needs("2.17"),
            ["tag says musl; a.so needs GLIBC 2.17"],
        ),
        ("pack-1.0-cp311-cp311-linux_aarch64.whl", needs("2.38"), []),
    ],
)
def test_disagreements(filename: str, content: bytes, said: list[str]) -> None:
    found = audit_file(io.BytesIO(wheel({"pack/a.so": content})), filename)
    assert list(found.disagreements) == said


def test_files_are_judged_by_where_they_are_installed() -> None:
    member = "ai_edge_litert-9.0.data/purelib/ai_edge_litert/_pywrap_litert_interpreter_wrapper.so"
    found = audit_file(io.BytesIO(wheel({member: needs("2.17")})), RUNTIME)
    [library] = found.libraries
    assert library.path == "ai_edge_litert/_pywrap_litert_interpreter_wrapper.so"
    assert library.required


def test_a_pure_wheel_has_nothing_to_read() -> None:
    found = audit_file(io.BytesIO(wheel({"pack/a.py": b"1"})), "pack-1.0-py3-none-any.whl")
    assert found.libraries == ()
    assert found.disagreements == ()


PACK = "pack-1.0-cp311-cp311-manylinux2014_aarch64.whl"


def refusal(content: bytes, filename: str = PACK) -> str:
    with pytest.raises(UsageError) as error:
        audit_file(io.BytesIO(content), filename)
    text = str(error.value)
    assert "\n" not in text
    assert len(text) < 300
    return text


def test_no_wheel_at_all() -> None:
    assert "not a wheel" in refusal(b"")
    assert "not a wheel" in refusal(os.urandom(4096))
    assert "not a wheel's file name" in refusal(b"", "pack.zip")


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_wheel(keep: float, runtime: bytes) -> None:
    assert refusal(runtime[: int(len(runtime) * keep)], RUNTIME)


def test_a_damaged_member_is_told_by_its_checksum() -> None:
    content = bytearray(wheel({"pack/a.so": Elf(data=bytes(range(256)) * 8).build()}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.getinfo("pack/a.so").header_offset
    chance = random.Random(1)  # noqa: S311
    places = chance.sample(range(start + 60, start + 200), 20)
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        assert "damaged" in refusal(bytes(damaged)) or "malformed" in refusal(bytes(damaged))


@pytest.mark.parametrize(
    "name", ["../../etc/evil.so", "/etc/evil.so", "a/../../b.so", "a\\b.so", "a\x1b[31m.so"]
)
def test_unsafe_member_names(name: str) -> None:
    text = refusal(wheel({name: b"x"}))
    assert "unsafe name" in text
    assert "\x1b" not in text


def test_two_members_of_one_name() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("pack/a.so", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("pack/a.so", b"two")
    assert "two members" in refusal(buffer.getvalue())


def test_a_bomb_is_not_unpacked() -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("pack/a.so", "w") as member,
    ):
        member.write(b"\x7fELF")
        for _ in range(300):
            member.write(bytes(1 << 20))
    tracemalloc.start()
    try:
        assert "would unpack to 315 MB" in refusal(buffer.getvalue())
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_members_compressed_in_other_ways_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("pack/a.so", Elf().build())
    assert "in a way no wheel is" in refusal(buffer.getvalue())


@pytest.mark.slow
def test_large_libraries_are_streamed(tmp_path: Path) -> None:
    """A library of 600 MB (random enough not to be a bomb) is read in far less memory."""
    block = random.Random(2).randbytes(1 << 20)  # noqa: S311
    path = tmp_path / PACK
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("pack/big.so", "w", force_zip64=True) as member,
    ):
        member.write(Elf(needs={"libc.so.6": [("GLIBC_2.28", False)]}).build())
        for _ in range(150):
            member.write(block)
            member.write(bytes(3 << 20))
    program = (
        "import sys; from pathlib import Path; from pidoctor.evidence.audit import audit;"
        "print(audit(Path(sys.argv[1])).libraries[0].facts.glibc.strong);"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    glibc, kilobytes = done.stdout.split()
    assert glibc == "2.28"
    assert int(kilobytes) < 120_000


def test_an_unreadable_path() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        audit(Path("/nowhere") / PACK)
