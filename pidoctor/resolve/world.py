"""Everything that can be chosen for one machine: installed packages, wheels, the distribution's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pidoctor.catalog.catalog import Catalog
from pidoctor.catalog.wheels import SOURCE_ONLY, Wheel
from pidoctor.platforms.pep440 import LONGEST
from pidoctor.profile.environment import InstalledPackage
from pidoctor.records import dataclass
from pidoctor.resolve.compatibility import judge, judge_evidence
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.present import Need, Present, keyed
from pidoctor.resolve.verdict import Accepted, Reason, Rejected, Verdict

_NO_WHEEL_FITS = "no wheel of it fits, and pip would have to compile its source"
_THEIRS = ("conda", "system")


def is_theirs(item: InstalledPackage) -> bool:
    """Whether others look after a package, who do not know what pip does to it."""
    return item.editable or item.origin in _THEIRS


@dataclass(frozen=True, eq=False)
class Choice:
    """One way to have a package: what is installed already, a wheel, or the distribution's build.

    Compared by identity: a World makes each choice once, and hashing a wheel's evidence is slow.
    """

    name: str
    version: Version
    wheel: Wheel | None
    package: str = ""
    installed: bool = False
    notes: tuple[str, ...] = ()
    doubtful: bool = False  # may or may not run: what is certain comes first
    present: Present | None = None  # installed in the environment, and kept
    extra: str = ""  # what this extra asks for, beside the package itself

    @property
    def key(self) -> str:
        return keyed(self.name, self.extra)

    def satisfies(self, need: Need) -> bool:
        return need.specifier.contains(self.version, prereleases=True)

    @property
    def is_source(self) -> bool:
        """Whether it has to be built before anybody can say that it runs."""
        return self.wheel is not None and self.present is None and self.wheel.is_source

    @property
    def source(self) -> str:
        if self.present is not None:
            return "installed"
        return self.wheel.source if self.wheel else "debian"


class World:
    """Everything that can be chosen for one machine; judged lazily, each version once."""

    def __init__(
        self,
        machine: Machine,
        catalog: Catalog,
        beyond_tags: bool,
        present: Mapping[str, Present] | None = None,
    ) -> None:
        self.machine = machine
        self.index = catalog.index
        self.relations = catalog.relations
        self.ledger = catalog.ledger
        self.runtimes = catalog.named
        self.beyond_tags = beyond_tags
        self.present = present or {}
        self.theirs_stay = True  # what conda or an editable install looks after is not replaced
        self.staying: Collection[str] = ()  # installed packages that are not replaced
        self.bounds: dict[str, SpecifierSet] = {}
        self.hashes: Mapping[str, frozenset[str]] = {}  # package -> the only files that may be it
        self.preferred: Mapping[str, SpecifierSet] = {}  # package -> the versions tried first
        self._extras: dict[tuple[Choice, str], Choice] = {}
        self._unknown: dict[Choice, dict[str, str]] = {}
        self._kept: dict[str, Choice | None] = {}
        self._choices: dict[tuple[str, str], Choice | None] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._distribution: dict[str, tuple[Choice, ...]] = {}
        self._held: dict[str, tuple[Need, ...]] = {}
        self._needs: dict[Choice, tuple[Need, ...]] = {}

    def versions(self, name: str) -> Mapping[str, tuple[Wheel, ...]]:
        """The wheels of a package by version, newest version first."""
        project = self.index.project(name)
        return {} if project is None else project.by_version

    def in_order(self, name: str) -> Iterable[str]:
        """The versions of a package as they are tried: those preferred, then newest first."""
        first = self.preferred.get(name)
        if first is None:
            return self.versions(name)
        return sorted(self.versions(name), key=lambda it: not first.contains(it, prereleases=True))

    def choices_with(self, name: str, extra: str) -> Iterator[Choice]:
        """The choices for a package, or for what one of its extras adds to each of them."""
        for choice in self.choices(name):
            if not extra:
                yield choice
                continue
            made = self._extras.get((choice, extra))
            if made is None:
                made = self._extras[choice, extra] = replace(choice, extra=extra)
            yield made

    def choices(self, name: str) -> Iterator[Choice]:
        """The usable choices for a package: the installed one, wheels newest first, then the
        distribution's; wheels that may or may not run come last, and behind them source archives.

        What others look after (conda, an editable install) is not replaced while ``theirs_stay``.
        """
        doubtful, sources = [], []
        kept = self.kept(name)
        if kept is not None:
            yield kept
            theirs = kept.present is not None and is_theirs(kept.present.item)
            if name in self.staying or (self.theirs_stay and theirs):
                return
        for version in self.in_order(name):
            if kept is not None and Version(version) == kept.version:
                continue
            choice = self.choice(name, version)
            if choice is not None and choice.doubtful:
                doubtful.append(choice)
            elif choice is not None and choice.is_source:
                sources.append(choice)
            elif choice is not None:
                yield choice
        if self.machine.system_python:
            yield from self.distribution_choices(name)
        yield from (*doubtful, *sources)

    def kept(self, name: str) -> Choice | None:
        """The installed package, unless its files do not load on this machine."""
        if name not in self._kept:
            found = self.present.get(name)
            evidence = found.wheel.evidence if found and found.wheel else None
            loads = found is not None and judge_evidence(evidence, self.machine) is None
            self._kept[name] = (
                Choice(name, found.version, found.wheel, present=found) if found and loads else None
            )
        return self._kept[name]

    def choice(self, name: str, version: str) -> Choice | None:
        """The best accepted wheel of a version, or None."""
        key = (name, version)
        if key not in self._choices:
            self._choices[key] = self._best(name, version)
        return self._choices[key]

    def judge(self, wheel: Wheel) -> Verdict:
        """Whether a wheel runs on the machine, its dependencies aside."""
        if wheel.filename not in self._verdicts:
            self._verdicts[wheel.filename] = self._judged(wheel)
        return self._verdicts[wheel.filename]

    def _judged(self, wheel: Wheel) -> Verdict:
        verdict = judge(wheel, self.machine, self.beyond_tags, self.ledger)
        wanted = self.hashes.get(wheel.name)
        if isinstance(verdict, Rejected) or wanted is None or wheel.sha256 in wanted:
            return verdict
        told = ", ".join(sorted(wanted)[:2]) + (", ..." if len(wanted) > 2 else "")
        return Rejected(
            Reason.HASH, f"{wheel.filename} has the SHA-256 {wheel.sha256}; asked for is {told}"
        )

    def _best(self, name: str, version: str) -> Choice | None:
        best: tuple[Accepted, Wheel] | None = None
        for wheel in self.versions(name)[version]:
            if wheel.source == "piwheels" and not self.machine.piwheels:
                continue
            verdict = self.judge(wheel)
            if isinstance(verdict, Accepted) and (best is None or verdict.rank < best[0].rank):
                best = (verdict, wheel)
        if best is None:
            return None
        verdict, wheel = best
        return Choice(name, Version(version), wheel, notes=verdict.notes, doubtful=verdict.doubtful)

    def distribution_choices(self, name: str) -> tuple[Choice, ...]:
        """What the distribution packages, for its own Python only."""
        if name not in self._distribution:
            installed = dict(self.machine.packages).get(name)
            self._distribution[name] = tuple(
                Choice(
                    name,
                    Version(installed or row.version),
                    None,
                    row.package,
                    installed is not None,
                )
                for row in self.relations.distribution_packages
                if row.name == name
                and row.release == self.machine.codename
                and (installed is not None or self.machine.adds_packages)
            )
        return self._distribution[name]

    def needs(self, choice: Choice) -> tuple[Need, ...]:
        """What a choice requires: its metadata, and the NumPy it was compiled for."""
        if choice not in self._needs:
            self._needs[choice] = tuple(self._read_needs(choice))
        return self._needs[choice]

    def _read_needs(self, choice: Choice) -> Iterator[Need]:
        wheel, present = choice.wheel, choice.present
        if present is not None:
            requires, api = present.item.requires, present.numpy_api
        elif wheel is not None:
            requires = self.index.described(wheel).requires_dist
            api = wheel.evidence.numpy_api if wheel.evidence else None
        else:
            return
        origin = f"required by {keyed(choice.name, choice.extra)} {choice.version}"
        if choice.extra:
            version = SpecifierSet(f"==={choice.version}")
            yield Need(choice.name, version, origin)
        asked = (it for it in map(_requirement, requires) if it and self._is_needed(it, choice))
        needs = [need for requirement in asked for need in needs_of(requirement, origin)]
        self.read_ahead(needs)
        for need in needs:
            why = self.why_unknown(need)
            if why:
                self._unknown.setdefault(choice, {})[need.key] = why
            if why and need.extra and not self.why_unknown(need.plain):
                yield need.plain
            elif not why:
                yield need
        if api is not None and not choice.extra:
            bound = self.relations.numpy_bound(api.abi, api.feature)
            yield Need("numpy", bound, f"compiled into {choice.name} {choice.version}")

    def read_ahead(self, needs: Collection[Need]) -> None:
        """Have the index read together what a search would ask it for one after the other."""

        def first(name: str) -> Wheel | None:
            about = [need for need in needs if need.name == name]
            fitting = (it for it in self.choices(name) if all(map(it.satisfies, about)))
            return next((choice.wheel for choice in fitting), None)

        self.index.read_ahead((need.name for need in needs), first)

    def _is_needed(self, requirement: Requirement, choice: Choice) -> bool:
        """Whether a requirement of a package holds on the machine: for the extra of the choice
        those that it adds, else the others and what its files are linked with."""
        marker = requirement.marker
        if marker is None or marker.evaluate(self.environment):
            return not choice.extra

        def adds(extra: str) -> bool:
            return bool(extra) and marker.evaluate({**self.environment, "extra": extra})

        return adds(choice.extra) or (adds(requirement.name) and self._loads(choice, requirement))

    def _loads(self, choice: Choice, other: Requirement) -> bool:
        """Whether the files of a package, in any version that was read, load a library of another:
        what its extra of that name asks for is then needed always (tensorflow-io 0.37 was linked
        with TensorFlow 2.16, and names it for an extra only)."""
        prefix = f"lib{other.name.replace('-', '_')}"
        wheels = (wheel for files in self.versions(choice.name).values() for wheel in files)
        libraries = (part for it in wheels if it.evidence for part in it.evidence.libraries)
        return any(soname.startswith(prefix) for part in libraries for soname in part.needed)

    def not_checked(self, choice: Choice) -> Iterator[tuple[str, str]]:
        """Of what a choice needs, the packages that nothing is known of, and why."""
        if choice.present is not None:
            return
        self.needs(choice)
        extras = [made for (base, _), made in self._extras.items() if base is choice]
        for one in (choice, *extras):
            for name, why in self._unknown.get(one, {}).items():
                yield name, f"{why}; needed by {choice.name} {choice.version}"
        told = [self._unbuilt(choice)] if choice.is_source else []
        told += [self.index.doubt(choice.wheel)] if choice.wheel else []
        if any(told):
            yield choice.name, "; ".join(filter(None, told))

    def _unbuilt(self, choice: Choice) -> str:
        files = (file for version in self.versions(choice.name).values() for file in version)
        plain = all(file.is_source or file.filename.endswith("-any.whl") for file in files)
        if plain:
            return SOURCE_ONLY
        others = self.choices(choice.name)
        built = next((it for it in others if it.wheel and not (it.doubtful or it.is_source)), None)
        return f"{_NO_WHEEL_FITS}; {built.version} has one that fits" if built else _NO_WHEEL_FITS

    def held(self, name: str) -> tuple[Need, ...]:
        """What an installed package requires and has: an install must not take it away."""
        found = self.present[name]
        if name not in self._held:
            self._held[name] = tuple(
                need
                for need in self.needs(Choice(name, found.version, found.wheel, present=found))
                if need.name in self.present
                and need.specifier.contains(self.present[need.name].version, prereleases=True)
            )
        return self._held[name]

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment that markers (PEP 508) see on the machine."""
        return self.machine.markers()

    def is_known(self, name: str) -> bool:
        """Whether anything can be said of a package: the index holds it, or it is installed."""
        return (
            name in self.present
            or self.index.project(name) is not None
            or bool(self.distribution_choices(name))
        )

    def why_unknown(self, need: Need) -> str:
        """Why nothing can be said of what is needed; empty where something can."""
        if not self.is_known(need.name):
            return self.index.unread(need.name)
        if need.extra and not self.index.knows_extra(need.name, need.extra):
            return f"the wheels index does not hold what its extra {need.extra} asks for"
        lacking = self.index.lacking(need.name)
        if lacking and not any(
            choice.satisfies(need) and not choice.is_source for choice in self.choices(need.name)
        ):
            return lacking
        return ""

    def is_within(self, choice: Choice) -> bool:
        bound = self.bounds.get(choice.name)
        return bound is None or bound.contains(choice.version, prereleases=True)


def needs_of(requirement: Requirement, origin: str) -> Iterator[Need]:
    """The needs of a requirement: one, or one for each of its extras, which bring the package."""
    name = canonicalize_name(requirement.name)
    for extra in sorted(str(canonicalize_name(extra)) for extra in requirement.extras) or [""]:
        yield Need(name, requirement.specifier, origin, extra)


@lru_cache(maxsize=4096)
def _requirement(text: str) -> Requirement | None:
    """The requirement; None for a text that is none, as old metadata has them."""
    try:
        return Requirement(text) if len(text) <= LONGEST else None
    except InvalidRequirement:
        return None
