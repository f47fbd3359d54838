"""The facts in which boards differ, each as something that can be changed alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from pidoctor.errors import UsageError
from pidoctor.fleet.own_facts import with_own_facts
from pidoctor.fleet.record import ANY, Software
from pidoctor.platforms.versions import minor_numbers, minor_of
from pidoctor.profile.difference import steps
from pidoctor.profile.fingerprint import UNKNOWN, fingerprint
from pidoctor.profile.profile import Profile
from pidoctor.profile.variation import (
    image_of,
    with_bits,
    with_board,
    with_image,
    with_libraries,
    with_page_size,
    with_python,
)
from pidoctor.units import memory


class BoardCase(NamedTuple):
    """A machine, and what was installed on it: nothing where it was only looked at."""

    profile: Profile
    software: Software = ANY


class Axis(NamedTuple):
    """A fact: its name, its value in a case (empty: not known), and how it is changed alone.

    ``take`` gives a case the value of another, and raises UsageError where that cannot be.
    ``todo`` says what to do about it, from the case before and after.
    """

    name: str
    value: Callable[[BoardCase], str]
    take: Callable[[BoardCase, BoardCase], BoardCase]
    todo: Callable[[BoardCase, BoardCase], str]


# --- what is installed -------------------------------------------------------------------------


def _installing(_: BoardCase, after: BoardCase) -> str:
    runtime, version, numpy = after.software
    words = f"{runtime}=={version}" + (f" numpy=={numpy}" if numpy else "")
    return f"install {after.software}: pidoctor install {words}"


def _software(
    name: str, value: Callable[[Software], str], take: Callable[[Software, Software], Software]
) -> Axis:
    def taken(case: BoardCase, other: BoardCase) -> BoardCase:
        return case._replace(software=take(case.software, other.software))

    return Axis(name, lambda case: value(case.software), taken, _installing)


def _other_version(own: Software, other: Software) -> Software:
    if own.runtime != other.runtime:
        raise UsageError("it is another runtime")
    return own._replace(version=other.version)


def _release(software: Software) -> str:
    return f"{software.runtime} {software.version}".strip()


SOFTWARE = (
    _software(
        "NumPy",
        lambda software: software.numpy,
        lambda own, other: own._replace(numpy=other.numpy),
    ),
    _software("runtime version", _release, _other_version),
    _software("installed software", str, lambda _, other: other),
)
"""For boards on which something was installed."""


# --- the machine -------------------------------------------------------------------------------


def _doing(before: BoardCase, after: BoardCase) -> str:
    return ", and ".join(step.text for step in steps(before.profile, after.profile))


def _machine(
    name: str,
    value: Callable[[Profile], str],
    take: Callable[[Profile, Profile], Profile],
    todo: Callable[[BoardCase, BoardCase], str] = _doing,
) -> Axis:
    def taken(case: BoardCase, other: BoardCase) -> BoardCase:
        return case._replace(profile=take(case.profile, other.profile))

    return Axis(name, lambda case: value(case.profile), taken, todo)


def _printed(name: str) -> Callable[[Profile], str]:
    """A fact as the fingerprint has it; empty where it is not known."""

    def value(profile: Profile) -> str:
        text = str(getattr(fingerprint(profile), name))
        return "" if text.endswith(UNKNOWN) else text

    return value


def _in(name: str, *fields: str) -> Callable[[Profile, Profile], Profile]:
    """Take facts of one section as they are."""

    def take(machine: Profile, other: Profile) -> Profile:
        section = getattr(machine, name)
        facts = {field: getattr(getattr(other, name), field) for field in fields}
        return replace(machine, **{name: replace(section, **facts)})

    return take


def _using(text: str, value: Callable[[Profile], str]) -> Callable[[BoardCase, BoardCase], str]:
    return lambda _, after: text.format(value(after.profile))


def _minor(profile: Profile) -> str:
    version = profile.python.version.or_else("")
    return minor_of(version) if minor_numbers(version) else ""


def _whose(profile: Profile) -> str:
    """Whose Python it is, where that decides: for 32-bit ARM the system's sees more packages."""
    own = profile.python.is_system.value
    return "" if own is None else "the system's own" if own else "not the system's own"


def _with_whose(machine: Profile, other: Profile) -> Profile:
    if not other.python.is_system.or_else(False):
        return _in("python", "is_system", "packages")(machine, other)
    changed = with_python(machine, _minor(machine))
    if not changed.python.is_system.or_else(False):
        raise UsageError("the system's own Python is another version")
    return changed


def _with_libraries(machine: Profile, other: Profile) -> Profile:
    """With the packages of its system, where those are all that it lacks; else as the other."""
    complete = next(with_libraries(machine), None)
    if complete is None or other.system.lacks.or_else(()):
        complete = _in("system", "lacks", "glibcxx")(machine, other)
    known = machine.system.glibcxx.is_known
    return _in("system", "glibcxx")(complete, machine) if known else complete


def _with_bits(machine: Profile, other: Profile) -> Profile:
    if image_of(machine) is not None:
        return with_own_facts(machine, with_bits(machine, other.python.bits.or_else(64)))
    python = _in("python", "architecture", "bits", "float_abi")(machine, other)
    return _in("system", "architecture")(python, other)


def _with_release(machine: Profile, other: Profile) -> Profile:
    image, own = image_of(other), image_of(machine)
    if image is not None:
        stock = with_image(machine, image._replace(bits=own.bits if own else image.bits))
        return with_own_facts(machine, stock)
    if machine.python.bits.value != other.python.bits.value:
        raise UsageError("a system that is in no table, of another word size")
    system = replace(other.system, page_size=machine.system.page_size)
    return replace(machine, system=system, python=other.python, indexes=other.indexes)


def _board(profile: Profile) -> str:
    name, size = profile.board.model.or_else(""), profile.board.memory.value
    return f"{name}, {memory(size)}" if name and size else name


def _with_board(machine: Profile, other: Profile) -> Profile:
    """With another model; that the same model has other memory is a fact of its own."""
    name = other.board.id.or_else("")
    if name == machine.board.id.value:
        raise UsageError("it is the same board")
    changed = with_board(machine, name, other.board.memory.value)
    return with_own_facts(machine, changed, processor=False)


def _with_memory(machine: Profile, other: Profile) -> Profile:
    return _in("memory", "total", "swap", "zram")(_in("board", "memory")(machine, other), other)


def _bits(profile: Profile) -> str:
    bits = profile.python.bits.value
    return f"{bits}-bit" if bits else ""


def _system(profile: Profile) -> str:
    """By our own name for it: images of one release call themselves differently."""
    image = image_of(profile)
    return image.row.name if image else profile.system.name.or_else("")


_ON_32_BIT = "let it have packages from the package index and {}"

# Cheapest first: an interpreter, a package, a kernel, a new card, new hardware. A library of the
# system comes before the system: it says more exactly what it is about the system.
MACHINE = (
    _machine("Python", _minor, lambda machine, other: with_python(machine, _minor(other))),
    _machine("Python in use", _whose, _with_whose),
    _machine(
        "sources of packages",
        _printed("sources"),
        lambda machine, other: replace(machine, indexes=other.indexes),
        _using(_ON_32_BIT, _printed("sources")),
    ),
    _machine(
        "missing libraries",
        _printed("libraries"),
        _with_libraries,
        lambda before, after: _doing(before, after) or "install the libraries that are missing",
    ),
    _machine(
        "page size",
        _printed("pages"),
        lambda machine, other: with_page_size(machine, other.system.page_size.or_else(4096)),
    ),
    _machine(
        "libstdc++",
        _printed("libstdcxx"),
        _in("system", "glibcxx"),
        _using("use a system whose libstdc++ has GLIBCXX_{}", _printed("libstdcxx")),
    ),
    _machine(
        "C library",
        _printed("libc"),
        _in("system", "libc", "libc_version"),
        _using("use a system with {}", _printed("libc")),
    ),
    _machine("word size of the system", _bits, _with_bits),
    _machine("system", _system, _with_release),
    _machine(
        "memory",
        _printed("memory"),
        _with_memory,
        _using("use a board with {} of memory", _printed("memory")),
    ),
    _machine(
        "processor core",
        _printed("core"),
        _in("cpu", "part", "features"),
        _using("use a board with a {}", _printed("core")),
    ),
    _machine(
        "processor features",
        _printed("features"),
        _in("cpu", "features"),
        _using("use a processor with: {}", _printed("features")),
    ),
    _machine("board", _board, _with_board),
)
