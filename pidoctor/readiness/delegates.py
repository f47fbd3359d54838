"""Which build of a delegate's library goes with a runtime on a machine, and how it is installed."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import SpecifierSet

from pidoctor.catalog.accelerators import (
    AcceleratorRow,
    DelegateBuild,
    load_accelerators,
    load_builds,
)
from pidoctor.catalog.architectures import kind_of
from pidoctor.profile.profile import Profile


def builds_here(row: AcceleratorRow, profile: Profile) -> tuple[DelegateBuild, ...]:
    """The builds of a device's library that are published for the machine's system."""
    release = profile.system.codename.or_else("")
    architecture = profile.python.architecture.or_else("")
    return tuple(it for it in _builds(row) if architecture in it.systems.get(release, ()))


def is_paired(row: AcceleratorRow) -> bool:
    """Whether the device's library has to be of a build that fits the runtime."""
    return any(_builds(row))


def works_with(build: DelegateBuild, runtime: str, version: str) -> bool:
    """Whether a build is said to work with a version of a runtime."""
    bounds = build.runtimes.get(runtime)
    return bounds is not None and SpecifierSet(bounds).contains(version, prereleases=True)


def fitting(
    row: AcceleratorRow, profile: Profile, runtime: str, version: str
) -> DelegateBuild | None:
    """The build to install beside a runtime; None where none is known."""
    found = (it for it in builds_here(row, profile) if works_with(it, runtime, version))
    return next(found, None)


def goes_with(row: AcceleratorRow, profile: Profile, runtime: str, version: str) -> bool:
    """Whether the library that is there, or else one that can be installed, fits the runtime."""
    there = next((d for d in profile.accelerators.or_else(()) if d.id == row.id), None)
    build = installed_build(row, there.library_version) if there else None
    if build is not None:
        return works_with(build, runtime, version)
    return fitting(row, profile, runtime, version) is not None


def served_operators(profile: Profile, runtime: str, version: str) -> dict[str, str]:
    """The custom operators that the machine's devices run beside a runtime, and what it takes."""
    there = {device.id for device in profile.accelerators.or_else(()) if device.usable}
    found = {}
    for row in load_accelerators():
        paired = not is_paired(row) or goes_with(row, profile, runtime, version)
        if row.id in there and row.operators and paired:
            text = f"the {row.name} has to run it, with {row.needs[0].name} loaded as a delegate"
            found.update(dict.fromkeys(row.operators, f"{text}, in a build that fits this runtime"))
    return found


def installed_build(row: AcceleratorRow, package_version: str) -> DelegateBuild | None:
    """The build that a Debian package of that version holds; None for one that is not known."""
    full = f"{package_version}."  # "16.0tf2.15.1-1", or with ".bookworm" behind it
    return next((it for it in _builds(row) if full.startswith(f"{it.version}.")), None)


def commands(build: DelegateBuild, profile: Profile) -> tuple[str, ...]:
    """What to type to install it."""
    release = profile.system.codename.or_else("")
    debian = kind_of(profile.python.architecture.or_else("")).debian
    filled = (line.replace("{codename}", release) for line in build.commands)
    return tuple(line.replace("{architecture}", debian) for line in filled)


def _builds(row: AcceleratorRow) -> Iterator[DelegateBuild]:
    for need in row.needs:
        if need.library:
            yield from load_builds(need.library)
