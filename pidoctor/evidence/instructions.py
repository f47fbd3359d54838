"""One pass over an ELF file's bytes: marks in its data, and instructions in its code.

No disassembler: only fixed instruction patterns are looked for, at their fixed alignment.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

from pidoctor.evidence import aarch64, numpy_call

_CHUNK = 4 << 20
_OVERLAP = 512  # longer than any mark, and than any instruction sequence looked at

# A check that Google's builds run first: it names every feature the compiler was allowed to use.
_COMPILED_WITH = re.compile(rb"This binary was compiled with ([\w.]{1,16}) enabled, but")
# NumPy 2's header names the NumPy release whose C API was asked for.
_NUMPY_RELEASE = re.compile(rb"C-API version 0x%x \(NumPy (\d{1,2}\.\d{1,3})\)")
_ASKS_FEATURES = (b"getauxval", b"/proc/cpuinfo", b"/proc/self/auxv")


@dataclass
class Marks:
    """What a pass over a file found. ``crc`` is the CRC-32 of all its bytes."""

    crc: int = 0
    compiled_with: set[str] = field(default_factory=set)
    asks_features: bool = False  # looks up at run time which features the processor has
    numpy_capsule: bool = False  # imports NumPy's C API
    numpy_core: bool = False  # knows the module by its NumPy 2 name, numpy._core
    numpy_releases: set[str] = field(default_factory=set)
    numpy_features: set[int] = field(default_factory=set)
    lse: int = 0  # atomic instructions of Armv8.1 outside the guarded helpers
    sve: int = 0  # instructions of the Scalable Vector Extension (Armv8.2)
    code_size: int = 0  # bytes of instructions
    dot_product: int = 0


def scan(stream: IO[bytes], machine: str, code: Iterable[tuple[int, int]]) -> Marks:
    """Reads ``stream`` from start to end; ``code`` are its executable ranges (offset, size)."""
    marks = Marks()
    ranges = [(start, start + size) for start, size in code]
    offset, tail = 0, b""
    stream.seek(0)
    while True:
        fresh = stream.read(_CHUNK)
        if not fresh:
            break
        marks.crc = zlib.crc32(fresh, marks.crc)
        window = tail + fresh
        first = offset - len(tail)
        _data_marks(window, marks)
        for start, end in _clip(ranges, first, first + len(window)):
            # Judged already: what the overlap holds, all but the end, which had no context then.
            done = offset - aarch64.CONTEXT - start
            _code_marks(window[start - first : end - first], machine, done, marks)
            marks.code_size += max(0, end - max(start, offset))
        offset += len(fresh)
        tail = window[-_OVERLAP:]
    return marks


def _clip(ranges: Iterable[tuple[int, int]], first: int, last: int) -> Iterator[tuple[int, int]]:
    for start, end in ranges:
        low, high = max(start, first), min(end, last)
        low += -low % 4  # instructions of the machines looked at are aligned to four bytes
        if low < high:
            yield low, high


def _data_marks(window: bytes, marks: Marks) -> None:
    if b"This binary was compiled with" in window:
        marks.compiled_with.update(
            found.decode("ascii") for found in _COMPILED_WITH.findall(window)
        )
    marks.asks_features = marks.asks_features or any(mark in window for mark in _ASKS_FEATURES)
    marks.numpy_capsule = marks.numpy_capsule or b"_ARRAY_API" in window
    marks.numpy_core = marks.numpy_core or b"numpy._core" in window
    if b"C-API version 0x%x (NumPy " in window:
        marks.numpy_releases.update(
            found.decode("ascii") for found in _NUMPY_RELEASE.findall(window)
        )


def _code_marks(code: bytes, machine: str, done: int, marks: Marks) -> None:
    """Adds what ``code`` holds from offset ``done`` on (below 0: all of it) to ``marks``."""
    marks.numpy_features.update(numpy_call.demanded_features(code, machine))
    if machine == "aarch64":
        last = len(code) - aarch64.CONTEXT
        marks.lse += sum(1 for place in aarch64.unguarded_atomics(code) if done <= place < last)
        marks.sve += aarch64.vector_extension_words(code[max(0, done + aarch64.CONTEXT) :])
        marks.dot_product += sum(1 for place in aarch64.dot_products(code) if done <= place < last)
