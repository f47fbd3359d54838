"""How packages relate: what can stand in for what, which names mislead, what they need.

The rows are in ``catalog/data/relations.json``, each with its source.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from packaging.specifiers import SpecifierSet

from pidoctor.catalog.tables import load_table


class MemoryNeed(NamedTuple):
    """Peak resident memory of an inference with a package, in bytes, as measured."""

    name: str
    specifier: SpecifierSet
    peak: int
    source: str

    @property
    def told(self) -> str:
        return f"one inference with {self.name} took {self.peak // 2**20} MB when measured"


class NumpyLevel(NamedTuple):
    """The C API (feature) version that a range of NumPy releases offers."""

    numpy: SpecifierSet
    abi: int
    feature: int


class DistributionPackage(NamedTuple):
    """A Python package that a Linux release ships compiled for its own interpreter."""

    release: str  # codename
    name: str  # normalised project name
    version: str
    package: str  # "python3-numpy"
    source: str


class Relations(NamedTuple):
    alternatives: dict[str, tuple[str, ...]]  # runtime -> what can stand in for it, best first
    warnings: dict[str, str]
    memory: tuple[MemoryNeed, ...]
    numpy_levels: tuple[NumpyLevel, ...]  # ascending
    distribution_packages: tuple[DistributionPackage, ...]

    def warning(self, name: str) -> str:
        """Why nobody should install ``name``; empty where there is nothing to warn of."""
        return self.warnings.get(name, "")

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


def load_relations() -> Relations:
    """The shipped relations."""
    data = load_table("relations")
    return Relations(
        alternatives={row["name"]: tuple(row["alternatives"]) for row in data["alternatives"]},
        warnings={row["name"]: row["text"] for row in data["misleading_names"]},
        memory=tuple(_memory(row) for row in data["memory"]),
        numpy_levels=tuple(
            NumpyLevel(SpecifierSet(row["numpy"]), row["abi"], row["feature"])
            for row in data["numpy_c_api"]
        ),
        distribution_packages=tuple(
            DistributionPackage(**row) for row in data["distribution_packages"]
        ),
    )


def _memory(row: dict[str, Any]) -> MemoryNeed:
    return MemoryNeed(row["name"], SpecifierSet(row["specifier"]), row["peak"], row["source"])
