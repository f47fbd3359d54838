"""Why a version cannot be used, in words: the nearest miss of its wheels, or of what it needs.

Three different no's: a version that was never published, one that our index does not hold, and one
that cannot run. What could not be looked at is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pidoctor.catalog.architectures import kind_of
from pidoctor.catalog.import_names import import_name
from pidoctor.catalog.wheels import IndexedProject, WheelsIndex
from pidoctor.platforms.pep440 import version_of
from pidoctor.resolve.plan import Candidate
from pidoctor.resolve.present import Need
from pidoctor.resolve.verdict import Reason, Rejected, nearest
from pidoctor.resolve.world import Choice, World
from pidoctor.units import days_between, listed

OLD_AFTER_DAYS = 30  # wheels are published every few weeks
UPDATE = "`pidoctor index update` reads the package index anew"


def admitted(specifier: SpecifierSet, version: str, nightly: bool = False) -> bool:
    """Whether ``specifier`` asks for ``version``: a pre-release only where it names one, or where
    the package is a ``nightly``, which has no other versions."""
    return specifier.contains(version, prereleases=nightly or bool(specifier.prereleases))


def rejection(world: World, name: str, version: str) -> Candidate:
    """The nearest miss among the wheels of a version."""
    misses = [
        verdict
        for wheel in world.versions(name)[version]
        for verdict in [world.judge(wheel)]
        if isinstance(verdict, Rejected)
    ]
    if not misses:
        source = any(file.is_source for file in world.versions(name)[version])
        only = "published as source only" if source else "no wheel for Linux on ARM or x86"
        return Candidate(name, version, Reason.NOT_PUBLISHED, only)
    best = nearest(misses)
    return Candidate(name, version, best.reason, best.detail, best.proven)


def without_wheels(index: WheelsIndex, name: str, specifier: SpecifierSet) -> Iterator[Candidate]:
    """Versions asked for that the index has no wheel of: why it has none."""
    project = index.project(name)
    if project is None:
        yield Candidate(name, "", Reason.NOT_INDEXED, "not in the wheels index")
        return
    if project.looked_at:
        return
    for version, published in project.other_versions.items():
        if version not in project.by_version and specifier.contains(version):
            yield Candidate(name, version, Reason.NOT_PUBLISHED, f"published only for {published}")
    known = {Version(version) for version in (*project.by_version, *project.other_versions)}
    for version in _pinned(specifier):
        if Version(version) not in known:
            yield _absent(project, name, version, index.lacking(name))
    final = max((one for one in known if not one.is_prerelease), default=Version("0"))
    above = (item.version for item in specifier if item.operator == ">")
    if not project.whole and any(Version(version) >= final for version in above):
        yield Candidate(name, "", Reason.NOT_INDEXED, _beyond(project))


def _beyond(project: IndexedProject) -> str:
    """What is said of versions newer than all that the wheels index has."""
    newest = next(iter(project.by_version), "0")
    made = f"not in the wheels index of {project.retrieved}, which goes to {newest}"
    return f"{made}; if it is newer than that, {UPDATE}"


def _absent(project: IndexedProject, name: str, version: str, unseen: str) -> Candidate:
    """Why there is no wheel of a version: its page in the user's index was read whole just now;
    the wheels index may be older than the version, and tells nothing of source archives."""
    day, newest = project.retrieved, next(iter(project.by_version), "0")
    whole = project.whole
    if unseen and not whole:
        detail = f"not in the wheels index; {unseen}"
    elif Version(version).is_prerelease and (whole or Version(version) <= Version(newest)):
        detail = "of pre-releases only the newest are in the wheels index"
    elif Version(version) > Version(newest) and not whole:
        detail = _beyond(project)
    else:
        known = "there is no such version" if whole else "the package index has no wheel of it"
        detail = f"{known} (as of {day}){_around(project, version)}"
        return Candidate(name, version, Reason.NOT_PUBLISHED, detail)
    return Candidate(name, version, Reason.NOT_INDEXED, detail)


def _around(project: IndexedProject, version: str) -> str:
    """The versions that begin like one that there is not (of 2.16 there is 2.16.1), else those
    before and after it."""
    wheels = (wheel.version for wheel in project.wheels if not wheel.is_source)
    ordered = sorted({Version(text) for text in wheels if admitted(_ANY, text)})
    series = [str(known) for known in ordered if str(known).startswith(f"{version}.")]
    if not series:
        older = [known for known in ordered if known < Version(version)]
        newer = [known for known in ordered if known > Version(version)]
        series = [str(known) for known in (*older[-1:], *newer[:1])]
    are = "are" if len(series) > 1 else "is"
    return f"; next to it there {are} {listed(series[:3])}" if series else ""


def nearest_series(project: IndexedProject | None, specifier: SpecifierSet) -> SpecifierSet | None:
    """Of a version that is pinned, the others that begin most like it and have wheels: "==2.15.*"
    for 2.15.2; None where none do, and for what is no pin."""
    clauses = [*specifier]
    if project is None or len(clauses) != 1 or clauses[0].operator != "==":
        return None
    pinned = clauses[0].version
    release = Version(pinned.removesuffix(".*")).release
    for length in range(len(release), 0, -1):
        series = SpecifierSet(f"=={'.'.join(map(str, release[:length]))}.*")
        others = (text for text in project.by_version if not specifier.contains(text))
        if any(admitted(series, text) for text in others):
            return series & SpecifierSet(f"!={pinned}")
    return None


_ANY = SpecifierSet()


def _pinned(specifier: SpecifierSet) -> list[str]:
    """The exact versions that a specifier names, or the oldest it admits (">=3")."""
    return [
        str(Version(item.version))
        for item in specifier
        if item.operator in ("==", "===", ">=", "~=") and version_of(item.version)
    ]


def unmet(world: World, need: Need) -> Candidate | None:
    """Why no version of a package serves a need; None where one does, or none was published.

    The answer is the package's own reason: "tensorflow-cpu-aws 2.11.0 is compiled for ...".
    """
    if any(need.specifier.contains(c.version, prereleases=True) for c in world.choices(need.name)):
        return None
    misses = [
        rejection(world, need.name, version)
        for version in world.versions(need.name)
        if need.specifier.contains(version, prereleases=True)
    ]
    return max(misses, key=lambda miss: miss.reason.nearness, default=None)


def conflict(world: World, choice: Choice, needs: Iterable[Need]) -> Candidate:
    """Why the tree of an accepted wheel cannot be completed.

    Where one package alone is the matter, its own reason is the reason.
    """
    ordered = sorted(dict.fromkeys(needs), key=lambda need: need.name)
    wanted = "; ".join(_told(ordered))
    name, version = choice.name, str(choice.version)
    misses = [miss for need in ordered for miss in [unmet(world, need)] if miss]
    particular = [miss for miss in misses if miss.reason.nearness > Reason.ABI.nearness]
    if particular:
        miss = max(particular, key=lambda miss: miss.reason.nearness)
        detail = f"needs {wanted}; {miss.name} {miss.version}: {miss.detail}"
        return Candidate(name, version, miss.reason, detail, miss.proven)
    names = sorted({need.name for need in ordered})
    reason = Reason.NUMPY_PAIR if any(need.from_evidence for need in ordered) else Reason.DEPENDENCY
    if any(unread(world, name) for name in names):
        reason = Reason.NOT_KNOWN
    have = "; ".join(available(world, name) for name in names)
    return Candidate(name, version, reason, f"needs {wanted}; {have}")


def _told(needs: Iterable[Need]) -> Iterator[str]:
    """Needs in words; of what versions of one package need of another, that of the newest."""
    groups: dict[tuple[str, ...], list[Need]] = {}
    for need in dict.fromkeys(needs):
        by, _, version = need.origin.rpartition(" ")
        key = (need.name, by) if by.startswith("required by ") else (str(need), version)
        groups.setdefault(key, []).append(need)
    for alike in groups.values():
        if len(alike) == 1:
            yield str(alike[0])
            continue
        newest = max(alike, key=lambda need: Version(need.origin.rpartition(" ")[2]))
        others = len(alike) - 1
        more = "another version of it needs" if others == 1 else f"{others} other versions need"
        yield f"{str(newest).removesuffix(')')}; {more} {newest.name} too)"


def passed_over(world: World, asked: Iterable[tuple[Need, Choice]]) -> Iterator[str]:
    """Why a newer version of what was asked for is not taken, where its files are the reason."""
    for need, chosen in asked:
        versions = world.versions(need.name)
        newest = next((version for version in versions if admitted(need.specifier, version)), "0")
        if chosen.present or Version(newest) <= chosen.version:
            continue
        choice = world.choice(need.name, newest)
        if choice is not None and choice.is_source:
            yield f"{need.name} {newest} is newer and was not taken: it is published as source only"
        if choice is None:
            miss = rejection(world, need.name, newest)
            if miss.reason.nearness > Reason.ABI.nearness:
                yield f"{need.name} {newest} is newer and was not taken: {miss.detail}"


def unknown_extras(world: World, asked: Iterable[tuple[Need, Choice]]) -> Iterator[str]:
    """The extras that were asked for and that the version taken does not offer."""
    for need, chosen in asked:
        offered = world.index.extras_of(chosen.wheel) if chosen.wheel and need.extra else None
        if offered is None or need.extra in offered:
            continue
        from difflib import get_close_matches  # only a mistyped extra needs it

        near = get_close_matches(need.extra, offered, n=1)
        told = f"did you mean {near[0]}?" if near else f"it has {listed(offered) or 'none'}"
        yield (
            f"{chosen.name} {chosen.version} has no extra {need.extra}: pip warns of that and "
            f"installs nothing for it; {told}"
        )


def available(world: World, name: str) -> str:
    """What there is of a package for the machine, and where nobody could look."""
    unseen = unread(world, name)
    unknown = f"; {unseen}" if unseen else ""
    found = [f"{c.version} ({c.package or c.source})" for c in world.choices(name)]
    if found:
        return f"of {name} there is {', '.join(found[:3])}{unknown}"
    project = world.index.project(name)
    if project is not None and project.looked_at:
        told = f"there is no package {name} (looked at {project.looked_at})"
        return "; ".join(filter(None, (told, import_name(name) or unseen)))
    here = kind_of(world.machine.architecture).name
    nothing = f"the index has no {name} for {here} and Python {world.machine.python_short}{unknown}"
    packaged = world.distribution_choices(name)
    if packaged:
        return f"{nothing}, and {packaged[0].package} serves only the system's own Python"
    return nothing


def unread(world: World, name: str) -> str:
    """Who may have a package, and could not be looked at: its system's packages, or piwheels."""
    machine = world.machine
    packaged = any(row.name == name for row in world.relations.distribution_packages)
    if packaged and machine.system_python and not machine.codename:
        return "what the system packages is not known, for its release could not be read"
    return unread_piwheels(world, [name])


def unread_piwheels(world: World, names: Iterable[str]) -> str:
    """What to say where piwheels may have wheels of these packages and our index has not seen it.

    It builds most packages for 32-bit Raspberry Pi OS, from their source archives.
    """
    machine = world.machine
    if not (kind_of(machine.architecture).piwheels and machine.piwheels):
        return ""
    may_be = world.relations.may_be_on_piwheels
    names = [name for name in names if may_be(name, machine.python_short)]
    projects = [world.index.project(name) for name in names]
    seen = (wheel.source == "piwheels" for one in projects if one for wheel in one.wheels)
    if not names or any(seen):
        return ""
    return "piwheels, which the machine's pip also asks, could not be checked"


def age(retrieved: str, today: str) -> str:
    """A sentence on an old index; empty while it is fresh or the clock makes no sense."""
    days = days_between(retrieved, today) or 0
    if days <= OLD_AFTER_DAYS:
        return ""
    return f"the wheels index is {days} days old and knows nothing newer; {UPDATE}"
