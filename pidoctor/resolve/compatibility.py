"""One wheel against one machine: first what its tag claims, then what its ELF files show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, parse_tag

from pidoctor.catalog.architectures import kind_of
from pidoctor.catalog.ledger import ILLEGAL_INSTRUCTION, Ledger
from pidoctor.catalog.processor import in_words, missing_features, needed_features
from pidoctor.catalog.wheels import Evidence, Library, Wheel
from pidoctor.platforms.interpreter import Interpreter
from pidoctor.platforms.manylinux import platform_of
from pidoctor.platforms.tags import architectures, supported_tags
from pidoctor.platforms.versions import Version, dotted, newest, parse_version
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.verdict import Accepted, Reason, Rejected, Verdict, nearest
from pidoctor.units import pages

# Rank of a wheel that its tag refuses and its evidence allows: behind every tagged one.
BEYOND_TAGS_RANK = 1_000_000
_DOUBTFUL_RANK = 2 * BEYOND_TAGS_RANK
_SOURCE_RANK = 4 * BEYOND_TAGS_RANK

# From this glibc on, dlopen refuses a library that asks for an executable stack
# (glibc 2.41 release notes: https://sourceware.org/glibc/wiki/Release/2.41).
_NO_EXEC_STACK = (2, 41)


def judge(
    wheel: Wheel, machine: Machine, beyond_tags: bool = False, ledger: Ledger | None = None
) -> Verdict:
    """Whether ``wheel`` runs on ``machine``, its dependencies aside.

    A run in the ``ledger`` outranks what its ELF files show of the processor, either way.

    With ``beyond_tags`` a wheel whose tag asks for a newer glibc than its ELF files need is
    accepted on the evidence, ranked behind every wheel that the tags accept.
    """
    by_tag: Verdict = Accepted(_SOURCE_RANK)
    if not wheel.is_source:
        by_tag = judge_tag(tag_of(wheel.filename), machine.interpreter)
    if isinstance(by_tag, Rejected):
        need = _content_with(wheel, machine) if by_tag.reason is Reason.GLIBC_TAG else ""
        if not need:
            return by_tag
        if not beyond_tags:
            allowed = f"its ELF files need only {need}: --beyond-tags allows it"
            return Rejected(by_tag.reason, f"{by_tag.detail}; {allowed}")
        by_tag = Accepted(BEYOND_TAGS_RANK, ("accepted on evidence, beyond its tag",))
    if not _python_admitted(wheel.requires_python, machine.python):
        return Rejected(
            Reason.PYTHON, f"needs Python {wheel.requires_python}; this is {machine.python_short}"
        )
    if wheel.yanked:
        return Rejected(Reason.YANKED, f"withdrawn by its authors: {wheel.yanked}")
    rejected = judge_evidence(wheel.evidence, machine, _proven(wheel, machine, ledger))
    rejected = _judge_proofs(wheel, machine, ledger or Ledger(), rejected) or rejected
    if rejected is not None or isinstance(by_tag, Rejected):
        return rejected or by_tag
    noted = by_tag._replace(notes=(*by_tag.notes, *_of_unknown_processor(wheel, machine)))
    return _with_doubts(noted, _doubts(wheel, machine, ledger))


@lru_cache(maxsize=4096)
def _python_admitted(requires_python: str, python: str) -> bool:
    return not requires_python or SpecifierSet(requires_python).contains(python, prereleases=True)


def _with_doubts(accepted: Accepted, doubts: tuple[str, ...]) -> Accepted:
    if not doubts:
        return accepted
    return Accepted(accepted.rank + _DOUBTFUL_RANK, (*accepted.notes, *doubts), doubtful=True)


# --- tags ------------------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def tag_of(filename: str) -> str:
    """The tag in a wheel's file name: ``cp311-cp311-manylinux2014_aarch64``."""
    return "-".join(filename[: -len(".whl")].rsplit("-", 3)[1:])


@lru_cache(maxsize=65536)
def judge_tag(tag: str, machine: Interpreter) -> Verdict:
    """What the tag of a wheel (``cp311-cp311-manylinux2014_aarch64``) claims for the machine."""
    supported = supported_tags(machine)
    tags = parse_tag(tag)
    ranks = [supported[tag] for tag in tags if tag in supported]
    return Accepted(min(ranks)) if ranks else nearest([_tag_miss(tag, machine) for tag in tags])


def _tag_miss(tag: Tag, machine: Interpreter) -> Rejected:
    """Why a tag that the machine does not support is not supported."""
    for check in (_architecture_miss, _python_miss, _libc_miss):
        miss = check(tag, machine)
        if miss is not None:
            return miss
    return Rejected(Reason.ABI, f"its ABI tag {tag.abi} does not fit the Python ({machine.abi})")


def _architecture_miss(tag: Tag, machine: Interpreter) -> Rejected | None:
    platform = platform_of(tag.platform)
    if platform is None:
        if tag.platform == "any":
            return None
        return Rejected(Reason.ARCHITECTURE, f"built for {tag.platform}, not for Linux")
    built_for = platform[2]
    if built_for in architectures(machine):
        return None
    here, wheel = kind_of(machine.architecture).name, kind_of(built_for).name
    if built_for == machine.kernel_machine:
        here = f"the kernel is that, but the Python is {here}"
        return Rejected.built_for(Reason.BITNESS, wheel, here)
    is_other_family = ("ARM" in wheel) is not ("ARM" in here)
    here = f"the Python is {here}"
    return Rejected.built_for(Reason.ARCHITECTURE, wheel, here, int(is_other_family))


def _python_miss(tag: Tag, machine: Interpreter) -> Rejected | None:
    built_for = re.fullmatch(r"(cp|py)(\d)(\d*)", tag.interpreter)
    if built_for is None:
        return Rejected(Reason.PYTHON, f"built for the interpreter {tag.interpreter}")
    kind, major, minor = built_for[1], int(built_for[2]), int(built_for[3] or 0)
    here = machine.python
    if kind == "py" or tag.abi == "abi3":
        fits = major == here[0] and minor <= here[1]
    else:
        fits = (major, minor) == here
    if fits and (kind == "py" or machine.implementation == "cpython"):
        return None
    return Rejected.built_for(
        Reason.PYTHON,
        f"Python {major}.{minor}",
        f"the Python is {machine.python_short}",
        abs(minor - here[1]),
    )


def _libc_miss(tag: Tag, machine: Interpreter) -> Rejected | None:
    platform = platform_of(tag.platform)
    if platform is None:
        return None
    family, level, _ = platform
    if machine.libc is None or machine.libc_version is None:
        return Rejected(Reason.NOT_KNOWN, "the C library of the machine is not known")
    wants = "musl" if family == "musllinux" else "glibc"
    if wants != machine.libc:
        return Rejected(Reason.LIBC, f"built for {wants}; the system has {machine.libc}")
    if machine.float_abi == "soft":
        return Rejected(Reason.ABI, "built for hard-float ARM; the Python is soft-float")
    if family != "manylinux" or level <= machine.libc_version:
        return None
    asked, here = dotted(level), dotted(machine.libc_version)
    return Rejected(Reason.GLIBC_TAG, f"its tag asks for glibc {asked}; the system has {here}")


def _content_with(wheel: Wheel, machine: Machine) -> str:
    """The glibc that the required libraries need, where this machine has it; else empty."""
    need = "" if wheel.evidence is None else needed_glibc(wheel.evidence)
    if not need or machine.libc_version is None:
        return ""
    return need if parse_version(need) <= machine.libc_version else ""


# --- evidence --------------------------------------------------------------------------------


def required_libraries(evidence: Evidence) -> Iterator[Library]:
    """The ELF files without which the package's inference entry point cannot be imported."""
    return (library for library in evidence.libraries if library.required)


def needed_glibc(evidence: Evidence) -> str:
    """The newest glibc version that a required library needs; empty where none names one."""
    return newest(*(library.glibc for library in required_libraries(evidence)))


def needed_glibcxx(evidence: Evidence) -> str:
    """The same of libstdc++: "3.4.30"."""
    return newest(*(library.glibcxx for library in required_libraries(evidence)))


def judge_evidence(
    evidence: Evidence | None, machine: Machine, processor_proven: bool = False
) -> Rejected | None:
    """The first thing that a required library needs and the machine does not have, or None.

    A fact of the machine that is not known rejects nothing here; nor does the processor where a
    run has proven that it serves.
    """
    if evidence is None:
        return None
    for check in _LIBRARY_CHECKS:
        if check is _cpu_features and processor_proven:
            continue
        for library in required_libraries(evidence):
            miss = check(library, machine)
            if miss is not None:
                return miss
    return None


def _wrong_binary(library: Library, machine: Machine) -> Rejected | None:
    if not library.machine or library.machine in architectures(machine.interpreter):
        return None
    return Rejected(
        Reason.WRONG_BINARY,
        f"{_basename(library)} is a file for {library.machine} whatever the tag says",
    )


def _glibc(library: Library, machine: Machine) -> Rejected | None:
    have = machine.libc_version if machine.libc == "glibc" else None
    if not _too_new(library.glibc, have):
        return None
    return Rejected(
        Reason.GLIBC_EVIDENCE,
        f"{_basename(library)} needs GLIBC_{library.glibc} whatever its tag says; "
        f"the system has glibc {dotted(have or ())}",
    )


def _glibcxx(library: Library, machine: Machine) -> Rejected | None:
    if not _too_new(library.glibcxx, machine.glibcxx):
        return None
    return Rejected(
        Reason.GLIBCXX,
        f"{_basename(library)} needs GLIBCXX_{library.glibcxx}; "
        f"the system's libstdc++ goes to {dotted(machine.glibcxx or ())}",
    )


def _too_new(need: str, have: Version | None) -> bool:
    """Whether a symbol version is newer than what the system has, where both are known."""
    return bool(need) and have is not None and parse_version(need) > have


def _missing_library(library: Library, machine: Machine) -> Rejected | None:
    missing = [soname for soname in library.needed if soname in machine.missing_libraries]
    if not missing:
        return None
    return Rejected(
        Reason.MISSING_LIBRARY,
        f"{_basename(library)} needs {', '.join(missing)}, which the system does not have",
    )


def _page_size(library: Library, machine: Machine) -> Rejected | None:
    if not library.align or machine.page_size is None or library.align >= machine.page_size:
        return None
    return Rejected(
        Reason.PAGE_SIZE,
        f"{_basename(library)} is laid out for {pages(library.align)} memory pages; "
        f"the kernel uses {pages(machine.page_size)}",
    )


def _cpu_features(library: Library, machine: Machine) -> Rejected | None:
    missing = missing_features(needed_features(library), machine.cpu_features)
    if not missing:
        return None
    return Rejected(
        Reason.CPU_FEATURE,
        f"{_basename(library)} is compiled for a processor with {in_words(missing)}, "
        "which this one does not have",
    )


def _of_unknown_processor(wheel: Wheel, machine: Machine) -> Iterator[str]:
    """What a wheel asks of a processor of which nothing is known."""
    if machine.cpu_features is not None or wheel.evidence is None:
        return
    needed = {name for part in required_libraries(wheel.evidence) for name in needed_features(part)}
    if needed:
        yield (
            f"{wheel.name} {wheel.version} is compiled for a processor with "
            f"{in_words(sorted(needed))}; what this one has is not known"
        )


def _doubts(wheel: Wheel, machine: Machine, ledger: Ledger | None) -> tuple[str, ...]:
    """What a required library may or may not stumble over, in words."""
    if wheel.evidence is None or _proven(wheel, machine, ledger):
        return ()
    return tuple(
        f"{_basename(library)} holds a few instructions that the processor lacks, "
        f"{in_words(missing)}; they are most likely in code for newer processors that is chosen "
        "at run time, but nobody has tried it on one like this"
        for library in required_libraries(wheel.evidence)
        for missing in [missing_features(library.optional_features, machine.cpu_features)]
        if missing
    )


def _proven(wheel: Wheel, machine: Machine, ledger: Ledger | None) -> bool:
    """Whether the wheel's version ran on a processor that lacks all that this one lacks of it."""
    if ledger is None or wheel.evidence is None:
        return False
    missing = {
        feature
        for library in required_libraries(wheel.evidence)
        for feature in missing_features(
            (*needed_features(library), *library.optional_features), machine.cpu_features
        )
    }
    architecture = machine.architecture
    return bool(missing) and bool(
        ledger.ran_without(wheel.name, wheel.version, architecture, missing)
    )


def _judge_proofs(
    wheel: Wheel, machine: Machine, ledger: Ledger, read: Rejected | None
) -> Rejected | None:
    """Whether the version failed where it was run, or died of an instruction on a processor that
    has all that this one has.

    ``read`` is what its files say of it; where that is the same, the run says it with more weight.
    """
    if read and read.reason is not Reason.CPU_FEATURE:
        return None
    python = machine.python_short
    failed = ledger.failed(wheel.name, wheel.version, machine.architecture, python)
    if failed is not None:
        detail = f"it was run on {failed.where} and failed: {failed.death}"
        return Rejected(Reason.FAILED_RUN, detail, proven=True)
    if machine.cpu_features is None:
        return None
    deaths = ledger.deaths_by_instruction(
        wheel.name, wheel.version, machine.architecture, machine.cpu_features
    )
    if not deaths:
        return None
    run = deaths[0]
    told = (
        f"it was run on a processor with no fewer instructions ({run.core}, {run.on}) and ended "
        f"with an illegal instruction ({ILLEGAL_INSTRUCTION})"
    )
    detail = f"{read.detail}; {told}" if read else told
    return Rejected(Reason.CPU_FEATURE, detail, proven=True)


def _exec_stack(library: Library, machine: Machine) -> Rejected | None:
    if not library.exec_stack or machine.libc != "glibc":
        return None
    if machine.libc_version is None or machine.libc_version < _NO_EXEC_STACK:
        return None
    return Rejected(
        Reason.EXEC_STACK,
        f"{_basename(library)} asks for an executable stack, which glibc 2.41 and later refuse",
    )


def _basename(library: Library) -> str:
    return library.path.rsplit("/", 1)[-1]


_LIBRARY_CHECKS: tuple[Callable[[Library, Machine], Rejected | None], ...] = (
    _wrong_binary,
    _missing_library,
    _glibc,
    _glibcxx,
    _page_size,
    _cpu_features,
    _exec_stack,
)
