"""Cases for the checks: plans, wheels with evidence, and an index of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pidoctor.catalog.wheels import (
    Evidence,
    IndexedProject,
    Library,
    NumpyApi,
    Wheel,
    WheelsIndex,
    newest_first,
)
from pidoctor.checks.case import Case
from pidoctor.checks.registry import run_checks
from pidoctor.profile.profile import Profile
from pidoctor.resolve.plan import Candidate, Change, Impossible, Pin, Plan, Resolution
from pidoctor.resolve.verdict import Reason
from pidoctor.result import Finding
from tests.profiles import MB, changed, known, pi4
from tests.unit.resolve.test_present import package

PLATFORM = "manylinux_2_27_aarch64"


def wheel(
    name: str = "ai-edge-litert",
    version: str = "2.3.0",
    platform: str = PLATFORM,
    size: int = 14 * MB,
    evidence: Evidence | None = None,
) -> Wheel:
    filename = f"{name.replace('-', '_')}-{version}-cp311-cp311-{platform}.whl"
    return Wheel(name, version, filename, "0" * 64, size, "", (), "", "index", evidence)


def evidence(*libraries: Library, numpy: NumpyApi | None = None) -> Evidence:
    return Evidence("itself", 40 * MB, numpy, libraries)


def library(path: str = "a/_x.so", required: bool = True, **facts: Any) -> Library:
    plain = Library(path, required, "aarch64", "2.17", "", "", (), 65536, False, ())
    return plain._replace(**facts)


def plan(*wheels: Wheel, notes: tuple[str, ...] = ()) -> Plan:
    pins = tuple(Pin(w.name, w.version, "index", w, "", False, ()) for w in wheels or (wheel(),))
    return Plan("auto", pins[0].name, "import x", "python3", pins, (), notes)


def impossible(*changes: Change, request: str = "auto") -> Impossible:
    near = Candidate("tflite-runtime", "2.14.0", Reason.PYTHON, "built for Python 3.11")
    return Impossible(request, "3.13", "nothing fits.", (near,), near, changes)


class Shelf(WheelsIndex):
    """An index of the wheels given."""

    def __init__(self, *wheels: Wheel) -> None:
        self._wheels = wheels

    def project(self, name: str) -> Any:
        found = tuple(wheel for wheel in self._wheels if wheel.name == name)
        return IndexedProject(name, "2026-01-01", newest_first(found), {}) if found else None


def findings(
    profile: Profile, resolution: Resolution | None = None, *wheels: Wheel
) -> dict[str, Finding]:
    found = run_checks(Case(profile, resolution, (), Shelf(*wheels)))
    assert "check-crashed" not in {f.id for f in found}, found
    return {finding.id: finding for finding in found}


def only(profile: Profile, resolution: Resolution | None = None, *wheels: Wheel) -> Finding:
    """The one finding."""
    (found,) = findings(profile, resolution, *wheels).values()
    return found


def pi5() -> Profile:
    features = known(("asimd", "asimddp", "atomics", "crc32", "fp"), "/proc/cpuinfo")
    return changed(pi4(), system_page_size=16384, cpu_features=features)


def with_packages(profile: Profile, **packages: str) -> Profile:
    named = {name.replace("_", "-"): version for name, version in packages.items()}
    tags = (f"cp311-cp311-{PLATFORM}",)
    installed = tuple(replace(package(*item), tags=tags) for item in named.items())
    return changed(
        profile, python_packages=known(named, "site-packages"), environment_installed=installed
    )
