"""How packages relate: what can stand in for what, which names mislead, what they need.

The rows are in ``catalog/data/relations.json``, each with its source.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase

from packaging.specifiers import SpecifierSet

from pidoctor.catalog.runtimes import alternatives, load_runtimes, nightlies
from pidoctor.catalog.systems import load_systems
from pidoctor.catalog.tables import derived, load
from pidoctor.records import NamedTuple
from pidoctor.units import size


class MisleadingName(NamedTuple):
    """A project that is not what its name says, or a name that no project has.

    ``specifier`` are its versions, where what the name promises has others, on another index.
    ``package`` is what is meant, where that is one package.
    """

    name: str
    text: str
    source: str
    specifier: SpecifierSet = SpecifierSet()
    package: str = ""


class SpokenName(NamedTuple):
    """What people call a runtime; ``means`` is "auto" or the distribution that is meant.

    ``kept``: it is a package too, which is wanted beside the runtime. ``versions_of`` is the name
    that is meant where a version is said, if another.
    """

    name: str
    means: str
    text: str
    source: str
    kept: bool = False
    versions_of: str = ""


class MemoryNeed(NamedTuple):
    """Peak resident memory of an inference with a package, in bytes, as measured; ``own`` is the
    part that is not pages of files, which the system cannot drop."""

    name: str
    specifier: SpecifierSet
    peak: int
    own: int
    source: str

    @property
    def told(self) -> str:
        return (
            f"one inference with {self.name} took {size(self.peak)} at its peak when measured, "
            f"about {size(self.own)} of it memory of its own and the rest files that the "
            "system can read again"
        )


class NumpyLevel(NamedTuple):
    """The C API (feature) version that a range of NumPy releases offers."""

    numpy: SpecifierSet
    abi: int
    feature: int
    source: str


class SharedModule(NamedTuple):
    """Distributions that bring the same module, so that one environment takes one of them."""

    module: str
    distributions: tuple[str, ...]
    source: str


class UnsaidNeed(NamedTuple):
    """A package that imports one of some others, though its metadata need not require any."""

    name: str
    any_of: tuple[str, ...]
    source: str


class ForDevices(NamedTuple):
    """Packages that are of use with certain devices only, by patterns of their names, and where
    builds are that do without them ("torch" -> a sentence)."""

    names: tuple[str, ...]
    device: str  # in words: "NVIDIA graphics processors"
    accelerators: tuple[str, ...]  # ids of accelerators.json
    otherwise: Mapping[str, str]
    source: str

    def includes(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.names)


class Prebuilt(NamedTuple):
    """A package without source archives: piwheels has no wheel of it but what its makers gave it,
    and that for ``pythons`` only."""

    name: str
    pythons: tuple[str, ...]
    source: str


class RelationsTable(NamedTuple):
    """relations.json."""

    misleading_names: tuple[MisleadingName, ...]
    spoken_names: tuple[SpokenName, ...]
    numpy_c_api: tuple[NumpyLevel, ...]
    shared_modules: tuple[SharedModule, ...] = ()
    unsaid_needs: tuple[UnsaidNeed, ...] = ()
    for_devices: tuple[ForDevices, ...] = ()
    prebuilt: tuple[Prebuilt, ...] = ()


class DistributionPackage(NamedTuple):
    """A Python package that a Linux release ships compiled for its own interpreter."""

    release: str  # codename
    name: str  # normalised project name
    version: str
    package: str  # "python3-numpy"
    source: str


class Relations(NamedTuple):
    alternatives: dict[str, tuple[str, ...]]  # runtime -> what can stand in for it, best first
    warnings: dict[str, MisleadingName]
    memory: tuple[MemoryNeed, ...]
    numpy_levels: tuple[NumpyLevel, ...]  # ascending
    distribution_packages: tuple[DistributionPackage, ...]
    spoken: dict[str, SpokenName]
    shared: tuple[SharedModule, ...]  # those of the runtimes too
    unsaid: tuple[UnsaidNeed, ...]
    for_devices: tuple[ForDevices, ...]
    prebuilt: dict[str, Prebuilt]

    def warning(self, name: str, version: str = "") -> str:
        """Why nobody should install ``name``; empty where there is nothing to warn of."""
        row = self.warnings.get(name)
        if row is None or (version and not row.specifier.contains(version)):
            return ""
        return row.text

    def may_be_on_piwheels(self, name: str, python: str) -> bool:
        """Whether piwheels may have a wheel of a package for a Python ("3.11")."""
        row = self.prebuilt.get(name)
        return row is None or python in row.pythons

    def memory_need(self, name: str, version: str) -> MemoryNeed | None:
        """What an inference with a version of a package takes, where that was measured."""
        fitting = (n for n in self.memory if n.name == name and n.specifier.contains(version))
        return next(fitting, None)

    def unmet(self, names: Collection[str]) -> Iterator[UnsaidNeed]:
        """What packages of an environment, all given by ``names``, import and do not find."""
        brings = {runtime.distribution: runtime.distributions for runtime in load_runtimes()}
        for need in self.unsaid:
            able = (name for wanted in need.any_of for name in brings.get(wanted, (wanted,)))
            if need.name in names and not any(name in names for name in able):
                yield need

    def numpy_bound(self, abi: int, feature: int) -> SpecifierSet:
        """The NumPy versions that run a wheel compiled against this C API.

        ABI 1 code does not run with NumPy 2; ``feature`` 0 (not told) sets no lower bound.
        """
        bound = "<2" if abi == 1 else ""
        fitting = [level for level in self.numpy_levels if level.feature >= feature]
        if feature and fitting:
            lowest = min(
                (spec for spec in fitting[0].numpy if spec.operator == ">="),
                key=lambda spec: spec.version,
            )
            bound = f"{bound},>={lowest.version}".lstrip(",")
        return SpecifierSet(bound)


@derived
def load_relations() -> Relations:
    """How packages relate: the shipped rows, and the user's own."""
    table = load(RelationsTable)
    return Relations(
        alternatives={
            row.distribution: alternatives(row) for row in (*load_runtimes(), *nightlies())
        },
        warnings={row.name: row for row in table.misleading_names},
        memory=tuple(
            MemoryNeed(
                row.distribution, SpecifierSet(need.specifier), need.peak, need.own, need.source
            )
            for row in load_runtimes()
            for need in row.memory
        ),
        numpy_levels=table.numpy_c_api,
        distribution_packages=tuple(_distribution_packages()),
        spoken={row.name: row for row in table.spoken_names},
        shared=(
            *(SharedModule(r.module, r.distributions, r.source) for r in load_runtimes()),
            *table.shared_modules,
        ),
        unsaid=table.unsaid_needs,
        for_devices=table.for_devices,
        prebuilt={row.name: row for row in table.prebuilt},
    )


def _distribution_packages() -> Iterator[DistributionPackage]:
    """What each release of systems.json ships; flavours of one release ship the same."""
    seen = set()
    for row in load_systems().rows:
        for name, version in row.packages.items():
            if row.codename is not None and (row.codename, name) not in seen:
                seen.add((row.codename, name))
                yield DistributionPackage(
                    row.codename, name, version, f"python3-{name}", row.source
                )
