"""What ``pip`` and ``uv pip install --dry-run`` would do to filled environments, beside our plan.

The environments are metadata alone, drawn with ``PIDOCTOR_SEED``. Every difference must be one that
evidence explains: theirs leaves a package with a NumPy that it was not compiled for or without what
it requires, takes a wheel whose files do not load here, or one that our index cannot know yet; or
ours keeps an installed package that theirs replaces for nothing.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from pidoctor import api
from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.resolve.machine import Machine, machine_of
from pidoctor.resolve.present import present_packages
from pidoctor.resolve.world import World
from tests.extent import EVERYTHING

from . import pythons

pytestmark = [pytest.mark.network, pytest.mark.slow]

_SEED = os.environ.get("PIDOCTOR_SEED", "411")
_ENVIRONMENTS = 60 if EVERYTHING else 15
_WITH_PIP = 5  # one environment in so many is asked of pip too, which takes seconds
_RUNTIMES = ("tflite-runtime", "ai-edge-litert", "tensorflow")
_ABI3 = "cp37-abi3-manylinux_2_17_x86_64"

# What projects have beside a runtime, with what the release requires on Python 3.11.
_FILLING: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "numpy": (("1.23.5", ()), ("1.24.4", ()), ("1.26.4", ()), ("2.0.2", ()), ("2.2.6", ())),
    "opencv-python-headless": (
        ("4.8.1.78", ("numpy>=1.23.5",)),
        ("4.12.0.88", ("numpy<2.3.0,>=2",)),
    ),
    "scipy": (("1.10.1", ("numpy<1.27.0,>=1.19.5",)), ("1.15.3", ("numpy<2.5,>=1.23.5",))),
    "pandas": (("2.0.3", ("numpy>=1.21.0",)), ("2.2.3", ("numpy>=1.23.2",))),
    "protobuf": (("3.20.3", ()), ("4.25.8", ()), ("6.33.0", ())),
    "flatbuffers": (("2.0", ()), ("24.3.25", ())),
    "ml-dtypes": (("0.3.2", ("numpy>=1.23.3",)), ("0.5.1", ("numpy>=1.23.3",))),
    "typing-extensions": (("4.5.0", ()), ("4.12.2", ())),
    "tqdm": (("4.60.0", ()),),
    "grpcio-tools": (("1.62.0", ("protobuf<5.0dev,>=4.21.6",)),),
    "tflite-runtime": (("2.14.0", ("numpy>=1.23.2",)),),
    "ai-edge-litert": (("1.4.0", ("numpy>=1.23.2", "flatbuffers")),),
}


class Filled(NamedTuple):
    """An environment: its packages, each with version and requirements, and what is asked for."""

    number: int
    packages: tuple[tuple[str, str, tuple[str, ...]], ...]
    runtime: str


def _drawn() -> list[Filled]:
    draw = random.Random(_SEED)  # noqa: S311 - a sample, not a secret
    found = []
    for number in range(_ENVIRONMENTS):
        names = draw.sample(sorted(_FILLING), draw.randint(1, 6))
        chosen = tuple((name, *draw.choice(_FILLING[name])) for name in sorted(names))
        found.append(Filled(number, chosen, _RUNTIMES[number % len(_RUNTIMES)]))
    return found


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    return replace(open_catalog(WheelsIndex(shipped_index())), today="")


def made(filled: Filled, folder: Path) -> Path:
    """The environment, with the metadata of its packages; its Python."""
    python = pythons.find("3.11")
    pythons.run(folder, [python, "-m", "venv", "--without-pip", str(folder / "env")])
    site = folder / "env/lib/python3.11/site-packages"
    for name, version, requires in filled.packages:
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        needs = "".join(f"Requires-Dist: {text}\n" for text in requires)
        head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (info / "METADATA").write_text(head + needs)
        (info / "INSTALLER").write_text("pip\n")
        (info / "RECORD").write_text(f"{info.name}/METADATA,,\n")
        (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nTag: {_tag(name, version)}\n")
    return folder / "env/bin/python"


def _tag(name: str, version: str) -> str:
    """A tag of the release's wheel for this machine, where the index has one."""
    project = catalog().index.project(name)
    for wheel in project.by_version.get(version, ()) if project else ():
        tags = wheel.filename[: -len(".whl")].split("-", 2)[2]
        if "x86_64" in tags and re.match(r"cp311-|py|cp3\d-abi3", tags):
            return tags.partition(".")[0]
    return _ABI3


def by_uv(filled: Filled, python: Path, folder: Path) -> dict[str, str] | None:
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("no uv beside this Python")
    words = ["pip", "install", "--dry-run", "--python", str(python), "--only-binary", ":all:"]
    ran = pythons.run(folder, [str(uv), *words, filled.runtime], check=False)
    if ran.returncode:
        return None
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^ [+~] (\S+?)==(\S+)", ran.stderr, re.MULTILINE)
    }


def by_pip(filled: Filled, python: Path, folder: Path) -> dict[str, str] | None:
    words = ["install", "--dry-run", "--quiet", "--report", "-", "--only-binary", ":all:"]
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    ran = pythons.run(folder, [*pip, *words, filled.runtime], check=False)
    if ran.returncode:
        return None
    listed = [item["metadata"] for item in json.loads(ran.stdout)["install"]]
    return {canonicalize_name(item["name"]): item["version"] for item in listed}


class Place:
    """What is known of an environment, to judge what an installer would make of it."""

    def __init__(self, filled: Filled, python: Path) -> None:
        profile = api.probe(python=str(python)).profile
        self.runtime = filled.runtime
        self.before = {name: version for name, version, _ in filled.packages}
        self.machine: Machine = machine_of(profile)
        self.present = present_packages(profile, catalog().index)
        self.world = World(self.machine, catalog(), beyond_tags=False, present=self.present)

    def breaks(self, after: Mapping[str, str]) -> list[str]:
        """What packages of an environment need and would not have, and had before; what the runtime
        imports is to work however it was before."""
        whole = {**self.before, **after}
        used = self._used(whole, after)
        return [
            f"{name} {version} needs {need}, there would be {whole.get(need.name)}"
            for name, version in whole.items()
            for need in self._needs(name, version, after)
            if need.name in whole and not _meets(need, whole[need.name])
            if name in after or name in used or self._had(need)
        ]

    def _used(self, whole: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
        """The runtime and what it needs, directly or through others."""
        used, left = set[str](), [self.runtime]
        while left:
            name = left.pop()
            if name not in used and name in whole:
                used.add(name)
                left += (need.name for need in self._needs(name, whole[name], after))
        return used

    def _needs(self, name: str, version: str, after: Mapping[str, str]) -> Iterator[Any]:
        if name not in after and name in self.present:
            choice = self.world.kept(name)
        else:
            known = version in self.world.versions(name)
            choice = self.world.choice(name, version) if known else None
        yield from self.world.needs(choice) if choice else ()

    def does_not_load(self, after: Mapping[str, str]) -> list[str]:
        """The wheels that would be put in and that our evidence refuses here."""
        return [
            f"{name} {version} does not load here"
            for name, version in after.items()
            if version in self.world.versions(name) and self.world.choice(name, version) is None
        ]

    def not_indexed(self, after: Mapping[str, str]) -> list[str]:
        return [
            f"{name} {version} is newer than our index"
            for name, version in after.items()
            if version not in self.world.versions(name)
            and all(Version(version) > Version(known) for known in self.world.versions(name))
        ]

    def _had(self, need: Any) -> bool:
        return need.name in self.before and _meets(need, self.before[need.name])


def _meets(need: Any, version: str) -> bool:
    return bool(need.specifier.contains(version, prereleases=True))


def unexplained(place: Place, ours: dict[str, str] | None, theirs: dict[str, str]) -> list[str]:
    """The differences that no evidence explains."""
    if place.breaks(theirs) or place.does_not_load(theirs):
        return []
    if ours is None:
        return ["ours refuses, and theirs breaks nothing"]
    if any(name in place.before and name not in ours for name in theirs):
        return []  # ours replaces less of what is installed
    newer = [text.split()[0] for text in place.not_indexed(theirs)]
    found = []
    for name in sorted({*ours, *theirs} - {*newer}):
        own, other = ours.get(name), theirs.get(name)
        kept = own is None and name in place.before
        if own == other or kept:
            continue
        found.append(f"{name}: ours {own}, theirs {other}, before {place.before.get(name)}")
    return found


@pytest.mark.parametrize("filled", _drawn(), ids=lambda filled: f"{filled.number}")
def test_every_difference_is_explained(filled: Filled, tmp_path: Path) -> None:
    python = made(filled, tmp_path)
    words = ["install", filled.runtime, "--dry-run", "--json", "--venv", str(tmp_path / "env")]
    ran = pythons.run(tmp_path, [sys.executable, "-m", "pidoctor", *words], check=False)
    resolution = json.loads(ran.stdout)["resolution"]
    ours = None
    if resolution["status"] == "plan":
        changed = [item for item in resolution["packages"] if item["change"] != "="]
        ours = {item["name"]: item["version"] for item in changed}
    place = Place(filled, python)
    told = {"uv": by_uv(filled, python, tmp_path)}
    if filled.number % _WITH_PIP == 0:
        told["pip"] = by_pip(filled, python, tmp_path)
    assert ours is None or place.breaks(ours) == []
    for tool, theirs in told.items():
        if theirs is None:
            assert ours is None or place.does_not_load(ours) == [], tool
            continue
        assert unexplained(place, ours, theirs) == [], (tool, filled, ours, theirs)
