"""What boards have in common for which the same wheels fit: a kind of machine, in few words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pidoctor.catalog.architectures import kind_of
from pidoctor.catalog.processor import decisive
from pidoctor.catalog.relations import load_relations
from pidoctor.platforms.versions import minor_of
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import NO_RIGHTS, Profile

_LONGEST = 60  # characters of a fact that somebody else wrote


class Fingerprint(NamedTuple):
    """The facts that decide which wheels run; boards with the same ones get the same answer.

    What differs from board to board and decides nothing (names, free space, patch releases) is
    left out; a fact that is not known is "?".
    """

    machine: str  # of the interpreter, "aarch64"; "armv7l on an aarch64 kernel"
    libc: str  # "glibc 2.36"
    libstdcxx: str  # the newest symbol version, "3.4.30"
    python: str  # "3.11 (cp311)"
    system: str  # "raspberry-pi-os bookworm"
    core: str  # "cortex-a72"
    features: str  # of the processor, those that a library may ask for: "asimd crc32"
    pages: str  # "4 KiB"
    memory: str  # the class of the memory's size: "4 GB"
    libraries: str  # shared libraries that wheels need and that are missing: "libatomic.so.1"
    sources: str  # of compiled packages beside the package index: "piwheels and the system"

    @property
    def label(self) -> str:
        """The fingerprint as a line of a table."""
        python = f"Python {self.python}"
        parts = [self.machine, self.libc, python, self.system, self.core, self.memory]
        if self.libraries not in (UNKNOWN, ALL_THERE):
            parts.append(f"without {self.libraries}")
        if self.sources not in (UNKNOWN, _INDEX):
            parts.append(f"packages also from {self.sources}")
        return ", ".join(part for part in parts if not part.endswith("?"))


TITLES: Mapping[str, str] = {
    "machine": "architecture",
    "libc": "C library",
    "libstdcxx": "libstdc++",
    "python": "Python",
    "system": "system",
    "core": "processor core",
    "features": "processor features",
    "pages": "page size",
    "memory": "memory",
    "libraries": "missing libraries",
    "sources": "sources of packages",
}
OF_A_RUN = ("machine", "libc", "libstdcxx", "python", "core", "features", "pages")
"""What a run that passed says nothing of where it is another: the processor, the kernel's pages,
the libraries that wheels are linked to, and the interpreter. Not the single board: two of one kind
run the same wheels alike."""
UNKNOWN = "?"
ALL_THERE = "none"
_INDEX = "no other"


def fingerprint(profile: Profile) -> Fingerprint:
    """The fingerprint of a machine."""
    python, system, cpu = profile.python, profile.system, profile.cpu
    version = minor_of(python.version.or_else(UNKNOWN))
    release = system.codename.or_else(system.version.or_else(""))
    features = cpu.features.map(lambda found: " ".join(sorted(decisive(frozenset(found)))))
    return _bounded(
        Fingerprint(
            machine=_machine(profile),
            libc=f"{system.libc.or_else('libc')} {system.libc_version.or_else(UNKNOWN)}",
            libstdcxx=system.glibcxx.or_else(UNKNOWN),
            python=f"{version} ({python.abi.or_else(UNKNOWN)})",
            system=f"{system.flavour.or_else(system.id.or_else(UNKNOWN))} {release}".strip(),
            core=cpu.part.or_else(UNKNOWN),
            features=features.or_else(UNKNOWN),
            pages=system.page_size.map(lambda size: f"{size >> 10} KiB").or_else(UNKNOWN),
            memory=_memory_class(profile.board.memory, profile.memory.total),
            libraries=system.lacks.map(lambda names: " ".join(sorted(names)) or ALL_THERE).or_else(
                UNKNOWN
            ),
            sources=_sources(profile),
        )
    )


def from_json(data: Any) -> Fingerprint | None:
    """The fingerprint that somebody else wrote down; None where it is none."""
    if not isinstance(data, Mapping) or not isinstance(data.get("machine"), str):
        return None
    facts = (data.get(name, UNKNOWN) for name in Fingerprint._fields)
    return _bounded(Fingerprint(*(fact if isinstance(fact, str) else UNKNOWN for fact in facts)))


def _bounded(found: Fingerprint) -> Fingerprint:
    """Every fact short and on one line; features, of which there are many, four times as long."""

    def short(name: str, text: str) -> str:
        limit = _LONGEST * 4 if name == "features" else _LONGEST
        text = text[:limit]
        return text if text.isprintable() else "".join(filter(str.isprintable, text))

    return Fingerprint(*(short(name, text) for name, text in zip(found._fields, found)))


def _machine(profile: Profile) -> str:
    own = profile.python.architecture.or_else(profile.system.architecture.or_else(UNKNOWN))
    kernel = profile.cpu.machine.or_else(own)
    soft = " soft-float" if profile.python.float_abi.value == "soft" else ""
    return f"{own}{soft}" if kernel == own else f"{own}{soft} on an {kernel} kernel"


def _sources(profile: Profile) -> str:
    """Where compiled packages may come from, the package index aside.

    For 32-bit ARM it has hardly any: piwheels and the packages of the distribution, which its own
    Python alone sees, decide what can be installed.
    """
    found = []
    if not kind_of(profile.python.architecture.or_else("")).piwheels:
        return _INDEX
    if any(index.kind == "piwheels" for index in profile.indexes.or_else(())):
        found.append("piwheels")
    if profile.python.is_system.or_else(False):
        there = profile.environment.system_packages
        packages = (there if there.is_known else profile.python.packages).or_else({})
        own = [f"{name} {packages[name]}" for name in _packaged() if name in packages]
        if own:
            found.append(f"the system, which has {' and '.join(own)}")
        elif profile.rights.value != NO_RIGHTS:
            found.append("the system")
    return " and ".join(found) or _INDEX


@lru_cache(maxsize=1)
def _packaged() -> list[str]:
    """The packages that a distribution may have for its own Python."""
    return sorted({row.name for row in load_relations().distribution_packages})


def _memory_class(nominal: Fact[int], total: Fact[int]) -> str:
    """The size that boards are sold with: the kernel sees a little less of it."""
    seen = nominal.value or total.value
    if not seen:
        return UNKNOWN
    size = 1 << 28
    while size < seen:
        size *= 2
    return f"{size >> 30} GB" if size >> 30 else f"{size >> 20} MB"
