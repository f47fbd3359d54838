"""What is asked for: ``auto``, a runtime, or a runtime with a PEP 440 specifier."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from pidoctor.catalog.catalog import Catalog
from pidoctor.catalog.wheels import WheelsIndex
from pidoctor.errors import UsageError
from pidoctor.platforms.pep440 import LONGEST
from pidoctor.profile.profile import Profile
from pidoctor.profile.wheel_sources import NO_SOURCES, WheelSources, name_at
from pidoctor.records import NamedTuple
from pidoctor.resolve.machine import machine_of
from pidoctor.units import listed

AUTO = "auto"
_NONE = Version("0.dev0")
_TOLD = 3  # requirements of which it is told why they do not count


class Project(NamedTuple):
    """Several requirements that must be satisfied together, markers and all.

    ``bounds`` hold for a package only where something asks for it; ``left`` tells lines of files
    that ask for something which is not judged.
    """

    asked: tuple[Requirement, ...]
    bounds: tuple[Requirement, ...] = ()
    left: tuple[str, ...] = ()
    hashes: Mapping[str, frozenset[str]] = {}  # package -> SHA-256 of the files it may be
    sources: WheelSources = NO_SOURCES  # beside those that pip is configured for
    elsewhere: tuple[Requirement, ...] = ()  # that have an address of their own, told in ``left``
    pythons: SpecifierSet = SpecifierSet()  # that the project is for
    unread: int = 0  # lines without a name, of a folder or an address, of which nothing is known

    def request(
        self, catalog: Catalog, environment: Mapping[str, str], beyond_tags: bool = False
    ) -> Request:
        """The request on a machine where markers see ``environment``.

        The runtime is the first requirement that names one; without any, whichever fits.
        """
        addressed = [item for item in self.elsewhere if _applies(item, environment)]
        known = {item.name: of_index(item, catalog) for item in addressed}
        unread = {
            name: catalog.index.file_unread(name)
            for item in addressed
            for name in [canonicalize_name(item.name)]
            if not known[item.name] and (is_wheel(file_name(item)) or name in catalog.runtimes)
        }
        lost = [name for name in known if not known[name] and canonicalize_name(name) not in unread]
        here = [item for item in self.asked if _applies(item, environment)]
        here += filter(None, known.values())
        names = [canonicalize_name(item.name) for item in here]
        spoken = catalog.relations.spoken
        backends = (spoken[name].means for name in names if name in spoken and spoken[name].kept)
        named = (name for name in names if name in catalog.named)
        runtime = next(named, next(backends, AUTO))
        same = [item for item, name in zip(here, names) if name == runtime]
        specifier = SpecifierSet()
        for item in same:
            specifier &= item.specifier
        return Request(
            runtime,
            specifier,
            beyond_tags,
            together=tuple(item for item in here if item not in same),
            bounds=tuple(item for item in self.bounds if _applies(item, environment)),
            left=(*self.left, *_by_markers(self.asked, environment)),
            extras=tuple(sorted({extra for item in same for extra in item.extras})),
            hashes=self.hashes,
            sources=self.sources.with_files(self.files(environment).values()),
            unread={name: why for name, why in unread.items() if name in catalog.runtimes},
            unchecked={name: why for name, why in unread.items() if name not in catalog.runtimes},
            addressed=tuple(addressed),
            lines=self.unread + len(lost),
            pythons=self.pythons,
        )

    def asked_beyond(self, index: WheelsIndex, environment: Mapping[str, str]) -> tuple[str, ...]:
        """The packages asked for, where ``index`` alone cannot answer for them; else none."""
        here = [item for item in self.asked if _applies(item, environment)]
        files = self.files(environment)
        if all(held(item, index) for item in here) and not files:
            return ()
        return tuple(dict.fromkeys((*(canonicalize_name(item.name) for item in here), *files)))

    def files(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """Package -> address, for those whose wheel has one of its own."""
        return {
            canonicalize_name(item.name): item.url or ""
            for item in self.elsewhere
            if is_wheel(file_name(item)) and _applies(item, environment)
        }

    def __str__(self) -> str:
        """The requirement of a runtime, as the user wrote it, where there is one."""
        return AUTO


def file_name(item: Requirement) -> str:
    """The name of the file at the address of a requirement."""
    return name_at(item.url or "")


def is_wheel(file: str) -> bool:
    """Whether a file's name is that of a wheel."""
    try:
        return bool(parse_wheel_filename(file))
    except (InvalidWheelFilename, ValueError):
        return False


def of_index(item: Requirement, catalog: Catalog) -> Requirement | None:
    """What has an address as the version of the index whose wheel has the same name; None where
    there is none, or the file could not be read."""
    name, file = canonicalize_name(item.name), file_name(item)
    readable = is_wheel(file) and not catalog.index.file_refused(name)
    project = catalog.index.project(name) if readable else None
    extras = f"[{','.join(sorted(item.extras))}]" if item.extras else ""
    wheels = (wheel for wheel in project.wheels if wheel.filename == file) if project else iter(())
    return next((Requirement(f"{name}{extras}=={wheel.version}") for wheel in wheels), None)


def held(item: Requirement, index: WheelsIndex) -> bool:
    """Whether the index can answer for a requirement, extras and all: it has the newest version
    that is asked for, or knows for whom alone one was published."""
    name = canonicalize_name(item.name)
    project = index.project(name)
    if project is None or not all(index.knows_extra(name, extra) for extra in item.extras):
        return False
    left_out = [*map(Version, item.specifier.filter(project.left_out))]
    here = [*map(Version, item.specifier.filter(project.by_version))]
    if not left_out:
        return bool(here) or any(item.specifier.filter(project.other_versions))
    return max(here, default=_NONE) > max(left_out)


def _by_markers(items: tuple[Requirement, ...], environment: Mapping[str, str]) -> tuple[str, ...]:
    """In a line, what is not asked for where markers see ``environment``."""
    elsewhere = [item for item in items if not _applies(item, environment)]
    told = [f"{item.name} ({item.marker})" for item in elsewhere[:_TOLD]]
    if len(elsewhere) > _TOLD:
        told.append(f"{len(elsewhere) - _TOLD} more")
    return (f"left out, as pip does, by markers: {listed(told)}",) if told else ()


def _applies(item: Requirement, environment: Mapping[str, str]) -> bool:
    return item.marker is None or item.marker.evaluate(dict(environment))


class Request(NamedTuple):
    """A requirement as the user wrote it. ``name`` is "auto" or a runtime's normalised name."""

    name: str
    specifier: SpecifierSet
    beyond_tags: bool = False
    replace: bool = False  # what is installed may stop working
    together: tuple[Requirement, ...] = ()  # what must be satisfied with it
    bounds: tuple[Requirement, ...] = ()
    left: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()  # of the runtime
    hashes: Mapping[str, frozenset[str]] = {}
    sources: WheelSources = NO_SOURCES
    preferred: Mapping[str, SpecifierSet] = {}  # package -> the versions that are tried first
    addressed: tuple[Requirement, ...] = ()  # that have an address of their own
    unread: Mapping[str, str] = {}  # a runtime that is not of an index: why nothing is known of it
    unchecked: Mapping[str, str] = {}  # the same for other packages
    pythons: SpecifierSet = SpecifierSet()  # that the project is for
    lines: int = 0  # of files that name a folder or an address, of which nothing is known

    def __str__(self) -> str:
        return f"{self.name}{self.specifier}"

    def without_specifier(self) -> Request:
        return self._replace(specifier=SpecifierSet())

    def for_runtime(self, name: str) -> Request:
        return self._replace(name=name, specifier=SpecifierSet())


def request_on(
    profile: Profile, requirement: str | Project, beyond_tags: bool, catalog: Catalog
) -> Request:
    """What a requirement, or a project of several, asks for on a machine."""
    if isinstance(requirement, str):
        return parse_request(requirement, catalog, beyond_tags)
    return requirement.request(catalog, machine_of(profile).markers(), beyond_tags)


def requirement_of(text: str) -> Requirement:
    """A requirement as it is typed; raises :class:`UsageError` with how one is written."""
    if len(text) > LONGEST:
        raise UsageError(f"{text[:80]!r}... is too long to be a requirement")
    try:
        return Requirement(text)
    except InvalidRequirement:
        raise UsageError(
            f"{text!r} is not a requirement; write one like: auto, tensorflow==2.16.1"
        ) from None


def parse_request(text: str, catalog: Catalog, beyond_tags: bool = False) -> Request:
    """The request that ``text`` means; raises :class:`UsageError` with what may be asked for."""
    requirement = requirement_of(text)
    name = canonicalize_name(requirement.name)
    if requirement.url or requirement.marker or requirement.extras:
        raise UsageError(f"{text!r}: give a name and a version only, like tensorflow==2.16.1")
    if name == AUTO and requirement.specifier:
        raise UsageError(
            f"{text!r}: auto takes no version; ask for one of a runtime, as in "
            f"tflite-runtime{requirement.specifier}"
        )
    bare = name[len("python3-") :] if name.startswith("python3-") else name  # Debian's name
    warning = catalog.relations.warning(bare)
    if warning and name not in catalog.named:
        raise UsageError(f"{bare}: {warning}")
    for release, runtime in catalog.runtimes.items():
        if name in runtime.distributions and name not in catalog.named:
            if catalog.index.project(name) is not None:
                raise UsageError(
                    f"{name} is another build of {release}, which requires it where it is needed: "
                    f"ask for {release}"
                )
            raise UsageError(
                f"{name} is another build of {release}, which the wheels index does not hold, so "
                f"nothing is known of it: ask for {release}; where {name} is installed, "
                "`pidoctor smoke` tells whether it works"
            )
    if name not in (AUTO, *catalog.named):
        known = ", ".join((AUTO, *catalog.runtimes))
        base = next((one for one in catalog.runtimes if bare.startswith(f"{one}-")), AUTO)
        from difflib import get_close_matches  # only what is mistyped needs it

        near = get_close_matches(bare, catalog.named, n=1, cutoff=0.75) if base == AUTO else []
        meant = f"; did you mean {near[0]}?" if near else f"; it answers for: {known}"
        asked = shlex.join(["pidoctor", "check", base, f"{bare}{requirement.specifier}"])
        beside = "" if near else f". For a package beside one: {asked}"
        raise UsageError(f"{name!r} is not a runtime pidoctor knows{meant}{beside}")
    return Request(name, requirement.specifier, beyond_tags)
