"""Where a wheel's file name and its ELF files say different things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.tags import Tag

from pidoctor.catalog.manylinux_levels import promised_glibcxx
from pidoctor.evidence.library import LibraryAudit
from pidoctor.platforms.manylinux import platform_of
from pidoctor.platforms.versions import dotted, newest, numbers_of

_MACHINES = ("x86_64", "aarch64", "armv7l", "armv6l", "i686", "ppc64le", "s390x", "riscv64")


def disagreements(tags: Iterable[Tag], libraries: Iterable[LibraryAudit]) -> Iterator[str]:
    """One sentence per disagreement, the required libraries first."""
    platforms = sorted({tag.platform for tag in tags})
    files = sorted(libraries, key=lambda library: not library.required)
    if not files:
        return
    if platforms == ["any"]:
        yield f"tag says any platform; {_leaf(files[0])} is compiled for {files[0].facts.machine}"
        return
    yield from _machine(platforms, files)
    claimed = [level for level in map(_glibc_level, platforms) if level]
    if claimed:
        yield from _glibc(min(claimed, key=numbers_of), platforms, files)
    elif any(platform.startswith("musllinux") for platform in platforms):
        for library in files:
            if library.facts.glibc.strong:
                yield f"tag says musl; {_leaf(library)} needs GLIBC {library.facts.glibc.strong}"


def _machine(platforms: list[str], files: list[LibraryAudit]) -> Iterator[str]:
    claimed = {machine for machine in _MACHINES if any(p.endswith(machine) for p in platforms)}
    for library in files:
        machine = library.facts.machine
        if claimed and machine in _MACHINES and machine not in claimed:
            yield f"tag says {', '.join(sorted(claimed))}; {_leaf(library)} is for {machine}"


def _glibc(level: str, platforms: list[str], files: list[LibraryAudit]) -> Iterator[str]:
    tag = next(platform for platform in platforms if _glibc_level(platform) == level)
    for library in files:
        need = library.facts.glibc.strong
        if need and numbers_of(need) > numbers_of(level):
            kind = "" if library.required else "the optional "
            yield f"tag says {tag}; {kind}{_leaf(library)} needs GLIBC {need}"
    yield from _glibcxx(level, tag, files)
    highest = newest(*(library.facts.glibc.strong for library in files))
    if highest and numbers_of(highest) < numbers_of(level) and numbers_of(level) > (2, 17):
        yield f"tag says {tag}; no file needs more than GLIBC {highest}"


def _glibcxx(level: str, tag: str, files: list[LibraryAudit]) -> Iterator[str]:
    allowed = promised_glibcxx(level)
    for library in files:
        need = library.facts.glibcxx.strong
        if allowed and numbers_of(need) > numbers_of(allowed):
            kind = "" if library.required else "the optional "
            yield (
                f"tag says {tag}, which promises GLIBCXX {allowed}; "
                f"{kind}{_leaf(library)} needs GLIBCXX {need}"
            )


def _glibc_level(platform: str) -> str:
    found = platform_of(platform)
    return dotted(found[1]) if found and found[0] == "manylinux" else ""


def _leaf(library: LibraryAudit) -> str:
    return library.path.rsplit("/", 1)[-1]
