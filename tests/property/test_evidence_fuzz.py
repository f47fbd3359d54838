"""Damaged wheels and ELF files: one clear error or an answer, never anything else, in good time."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pidoctor.catalog.wheels import IndexedProject, parse_project
from pidoctor.decoding import encode
from pidoctor.errors import PidoctorError
from pidoctor.evidence.attributes import arm_attributes
from pidoctor.evidence.audit import audit_file
from pidoctor.evidence.elf import read_elf
from pidoctor.evidence.index_evidence import summary
from pidoctor.platforms.versions import newest
from tests.unit.evidence.elfmaker import Elf, wheel
from tests.unit.evidence.elfmaker import arm_attributes as made_attributes

BOUNDED = settings(
    max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAME = "pack-1.0-cp311-cp311-manylinux2014_aarch64.whl"


@lru_cache(maxsize=1)
def elves() -> tuple[bytes, ...]:
    needs = {
        "libc.so.6": [("GLIBC_2.17", False), ("GLIBC_2.34", True)],
        "libstdc++.so.6": [("GLIBCXX_3.4.29", False)],
    }
    common: dict[str, Any] = {"needs": needs, "code": bytes(64), "soname": "x.so"}
    attributes = made_attributes(10, hard_float=True)
    return (
        Elf(**common).build(),
        Elf(machine="arm", attributes=attributes, **common).build(),
        Elf(machine="x86_64", sections=False, **common).build(),
    )


edits = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)), max_size=6
)


def edited(content: bytes, changes: list[tuple[float, bytes]], keep: float) -> bytes:
    data = bytearray(content)
    for place, new in changes:
        at = int(place * len(data))
        data[at : at + len(new)] = new[: len(data) - at]
    return bytes(data[: max(1, int(len(data) * keep))])


def refusal(act: Callable[[], object]) -> str | None:
    """What ``act`` is refused with, one printable line; None when it is not refused."""
    try:
        act()
    except PidoctorError as error:
        said = str(error)
    else:
        return None
    assert len(said) < 400
    assert said.isprintable()
    return said


@BOUNDED
@given(st.integers(0, 2), edits, st.sampled_from([1.0, 1.0, 0.9, 0.3]))
def test_elf_files(which: int, changes: list[tuple[float, bytes]], keep: float) -> None:
    content = edited(elves()[which], changes, keep)
    said = refusal(lambda: read_elf(io.BytesIO(content), "x.so"))
    assert said is None or "x.so" in said


@BOUNDED
@given(st.integers(0, 2), edits, st.sampled_from([1.0, 1.0, 0.97, 0.5]))
def test_wheels(which: int, changes: list[tuple[float, bytes]], keep: float) -> None:
    content = edited(wheel({"pack/x.so": elves()[which], "pack/y.py": b"y"}), changes, keep)
    said = refusal(lambda: json.dumps(summary(encode(audit_file(io.BytesIO(content), NAME)))))
    assert said is None or NAME in said


@BOUNDED
@given(st.binary(max_size=3000))
def test_arbitrary_bytes(content: bytes) -> None:
    arm_attributes(b"A" + content)
    for prefix in (b"", b"\x7fELF\x02\x01\x01", b"\x7fELF\x01\x02\x01"):
        refusal(partial(read_elf, io.BytesIO(prefix + content), "x.so"))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
places = st.lists(
    st.sampled_from(
        ["schema", "name", "evidence", "versions", "1.0", "wheels", "requires_dist", "e", "file",
         "libraries", "numpy_api", "needed"]
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


@BOUNDED
@given(places, values)
def test_index_files(place: list[str], value: Any) -> None:
    library = {
        "path": "a.so", "required": True, "machine": "aarch64", "glibc": "2.17", "glibcxx": "",
        "cxxabi": "", "needed": [], "align": 65536, "exec_stack": False, "cpu_features": [],
    }  # fmt: skip
    evidence = {"read_from": "", "unpacked_size": 1, "numpy_api": None, "libraries": [library]}
    entry = {"file": NAME, "sha256": "0" * 64, "size": 1, "evidence": "e"}
    document: Any = {
        "schema": "pidoctor-index/1",
        "name": "pack",
        "retrieved": "2026-01-01",
        "evidence": {"e": evidence},
        "versions": {
            "1.0": {"requires_python": "", "requires_dist": [], "wheels": [entry]},
        },
    }
    _put(document, place, value)
    said = refusal(lambda: _used(parse_project(document, "pack.json")))
    assert said is None or "pack.json" in said


def _used(project: IndexedProject) -> None:
    """Does with a project what the resolver does with it."""
    assert sum(entry.size for entries in project.by_version.values() for entry in entries) >= -1e99
    for entry in project.wheels:
        entry.filename.rsplit("-", 3)[1].lower()
        for library in entry.evidence.libraries if entry.evidence else ():
            newest(library.glibc, library.glibcxx)


def _put(node: Any, place: list[str], value: Any) -> None:
    """Sets the first key of ``place`` found anywhere on the way down to ``value``."""
    for key in place[:-1]:
        if isinstance(node, dict) and key in node:
            node = node[key]
        if isinstance(node, list) and node:
            node = node[0]
    if isinstance(node, dict):
        node[place[-1]] = value
