"""What is installed beside the interpreter already, and how it goes together."""

from __future__ import annotations

import re
import shlex
from collections.abc import Container, Iterable, Iterator

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from pidoctor.catalog.relations import load_relations
from pidoctor.catalog.runtimes import load_runtimes, runtime_names
from pidoctor.catalog.troubles import load_machine_signs, load_troubles
from pidoctor.catalog.wheels import Library, Wheel, WheelsIndex
from pidoctor.checks.case import Case
from pidoctor.checks.installed_state import incomplete
from pidoctor.checks.resolution_findings import misleading_names, not_checked
from pidoctor.checks.system import other_libraries
from pidoctor.platforms.pep440 import version_of
from pidoctor.profile.profile import Profile
from pidoctor.resolve.compatibility import judge
from pidoctor.resolve.machine import machine_of, undecidable
from pidoctor.resolve.plan import Plan
from pidoctor.resolve.present import uses_numpy
from pidoctor.resolve.request import Request
from pidoctor.resolve.resolver import resolve
from pidoctor.resolve.standing import OtherInterface, compiled_model
from pidoctor.resolve.verdict import Reason, Rejected
from pidoctor.resolve.world import World
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import listed

_BY_EVIDENCE = (
    Reason.GLIBC_EVIDENCE,
    Reason.GLIBCXX,
    Reason.PAGE_SIZE,
    Reason.CPU_FEATURE,
    Reason.EXEC_STACK,
    Reason.WRONG_BINARY,
)
_NUMPY_2 = "https://numpy.org/doc/stable/user/troubleshooting-importerror.html"


def numpy_pair(case: Case) -> Iterator[Finding]:
    """A package compiled against one NumPy C API, with a NumPy that offers another."""
    numpy = version_of(case.installed("numpy"))
    if numpy is None:
        return
    relations, runtimes = load_relations(), runtime_names()
    for present in case.present.values():
        api = present.numpy_api if uses_numpy(present.item) else None
        if api is None:
            continue
        name, version = present.name, present.item.version
        path = present.wheel.filename if present.wheel else present.item.compiled[0].path
        bound = relations.numpy_bound(api.abi, api.feature)
        bound_to_1 = api.abi == 1 and numpy.major >= 2
        if not bound.contains(numpy, prereleases=True):
            yield Finding(
                "numpy2-abi-mismatch" if bound_to_1 else "numpy-api-version-mismatch",
                Severity.ERROR if name in runtimes else Severity.WARNING,
                f"{name} {version} was compiled for numpy{bound}, and numpy {numpy} is installed: "
                "it crashes when it is first used.",
                f"{case.profile.python.packages.source}; the ELF files of {path}",
                _pairing(case, name, version, str(bound)),
                _NUMPY_2,
            )


def without_numpy(case: Case) -> Iterator[Finding]:
    """An installed runtime that imports NumPy, where there is none."""
    if case.installed("numpy") is not None or not case.profile.environment.folder.is_known:
        return
    for name in runtime_names():
        present = case.present.get(name)
        if present is not None and present.numpy_api is not None:
            version = present.item.version
            yield Finding(
                "module-not-installed",
                Severity.ERROR,
                f"{name} {version} needs numpy, and the environment has none: it dies when it is "
                "imported.",
                case.profile.python.packages.source,
                _pairing(case, name, version, ""),
            )


def _pairing(case: Case, name: str, version: str, bound: str) -> Remedy:
    """The command that mends the pair; it was resolved before it is named."""
    pip = Remedy("Install a NumPy that fits.", (f"{case.python} -m pip install 'numpy{bound}'",))
    folder = case.profile.environment.folder.value
    if folder is None or name not in case.catalog.named:
        return pip
    request = Request(name, SpecifierSet(f"=={version}"))
    command = f"pidoctor install {name}=={version}{case.venv_option}"
    answer = resolve(case.profile, request, case.catalog)
    if isinstance(answer, Plan):
        pins = ", ".join(
            f"{pin.name} {pin.was} -> {pin.version}" if pin.was else f"{pin.name} {pin.version}"
            for pin in answer.pins
            if not pin.kept
        )
        return Remedy(f"Install a NumPy that fits ({pins}), and prove it.", (command,))
    numpy = case.present.get("numpy")
    if numpy is not None and numpy.item.origin == "conda":
        words = ["conda", "install", "-y", "-p", folder, f"numpy{bound}"]
        return Remedy(
            "Let conda bring a NumPy that fits: this one is conda's.", (shlex.join(words),)
        )
    return Remedy(
        "No NumPy fits everything that is installed; see the ways out.",
        (f"pidoctor explain {name}=={version}{case.venv_option}",),
    )


def _installed_wheels(case: Case) -> Iterator[Wheel]:
    """Of each installed package whose ELF files the index knows, the wheel."""
    for present in case.present.values():
        if present.wheel is not None and present.wheel.evidence is not None:
            yield present.wheel


def broken_wheels(case: Case) -> Iterator[Finding]:
    """Installed wheels that their tags let in, and whose files this system cannot load."""
    if undecidable(case.profile) is not None:
        return
    machine = machine_of(case.profile)
    for wheel in _installed_wheels(case):
        verdict = judge(wheel, machine)
        if not isinstance(verdict, Rejected) or verdict.reason not in _BY_EVIDENCE:
            continue
        yield Finding(
            f"installed-{verdict.reason.value}",
            Severity.WARNING,
            f"{wheel.name} {wheel.version}, which is installed, does not load here: "
            f"{verdict.detail}.",
            f"{case.profile.python.packages.source}; the ELF files of {wheel.filename}",
            Remedy("Let pidoctor choose a version that does.", ("pidoctor install",)),
        )


def optional_libraries(case: Case) -> Iterator[Finding]:
    """Libraries that only some uses of a package load, and that this processor cannot run."""
    features = case.profile.cpu.features.value
    if features is None:
        return
    wheels = {wheel.filename: wheel for wheel in _installed_wheels(case)}
    present = set(wheels)
    wheels.update({wheel.filename: wheel for wheel in (case.plan.wheels if case.plan else ())})
    proven = {file: seen for file, wheel in wheels.items() for seen in _proven(case, wheel)}
    # Of what would be installed the plan's notes say it.
    yield from (compiled_model_finding(proven[file]) for file in sorted(present & proven.keys()))
    for wheel in wheels.values():
        for library in wheel.evidence.libraries if wheel.evidence else ():
            missing = sorted(set(library.cpu_features) - set(features))
            if missing and not library.required and wheel.filename not in proven:
                here = Severity.WARNING if wheel.filename in present else Severity.NOTE
                yield _illegal_instruction(case, wheel, library, missing, here)


def _proven(case: Case, wheel: Wheel) -> Iterator[OtherInterface]:
    """What a run has shown of the interface that loads such a library."""
    if undecidable(case.profile) is None:
        world = World(machine_of(case.profile), case.catalog, beyond_tags=False)
        beside = case.profile.python.packages.or_else({})
        yield from filter(None, [compiled_model(world, wheel.name, wheel.version, beside)])


def compiled_model_finding(seen: OtherInterface) -> Finding:
    """What :func:`pidoctor.resolve.standing.compiled_model` says of an installed runtime."""
    return Finding(
        "module-not-installed" if seen.lacks else "optional-library-cpu-feature",
        Severity.WARNING,
        f"{seen.text[:1].upper()}{seen.text[1:]}.",
        "the ledger of proofs",
        Remedy(
            "Use Interpreter; or, for CompiledModel, another version.",
            (seen.command,) if seen.command else (),
        ),
    )


def _illegal_instruction(
    case: Case, wheel: Wheel, library: Library, missing: list[str], severity: Severity
) -> Finding:
    name = library.path.rsplit("/", 1)[-1]
    known = next(
        (row for row in load_machine_signs().optional_libraries if row.library == name), None
    )
    use = known.use if known else f"what loads {name}"
    return Finding(
        "optional-library-cpu-feature",
        severity,
        f"With {wheel.name} {wheel.version}, {use} ends with an illegal instruction on the "
        f"processor: {name} uses {listed(missing)}, which it lacks."
        + (f" {known.instead}" if known else ""),
        f"{case.profile.cpu.features.source}: no {listed(missing, 'or')}",
        link=known.source if known else None,
    )


def known_troubles(case: Case) -> Iterator[Finding]:
    """Installed packages that the table warns of."""
    architecture = case.profile.python.architecture.value
    for row in load_machine_signs().installed:
        version = version_of(case.installed(row.name))
        here = not row.architectures or architecture in row.architectures
        if version is None or not here:
            continue
        if SpecifierSet(row.specifier).contains(version, prereleases=True):
            trouble = load_troubles()[row.trouble]
            slots = {"python": case.python, "pip": f"{case.python} -m pip", **row.shows}
            yield Finding(
                row.trouble,
                Severity.WARNING,
                row.message,
                f"{case.profile.python.packages.source}: {row.name} {version}",
                trouble.remedy({name: (value,) for name, value in row.shows.items()}, slots),
                row.source,
            )


def several_runtimes(case: Case) -> Iterator[Finding]:
    """More than one runtime: the import line decides which one runs."""
    found = [
        f"{name} {version}"
        for runtime in load_runtimes()
        for name in runtime.distributions
        for version in [case.installed(name)]
        if version is not None
    ]
    if len(found) > 1:
        yield Finding(
            "several-runtimes",
            Severity.NOTE,
            f"{listed(found)} are installed; the import line in the code decides which one runs.",
            case.profile.python.packages.source,
        )


def of_the_plan(profile: Profile, plan: Plan, index: WheelsIndex) -> tuple[Finding, ...]:
    """What is wrong with what a plan brings or keeps, to be said before it is carried out."""
    new = {pin.name for pin in plan.pins if not pin.kept}
    case = Case(profile, plan, index=index)
    return (
        *misleading_names(case),
        *not_checked(case),
        *incomplete(case, {pin.name for pin in plan.pins if pin.kept}),
        *other_libraries(case, new),
        *shared_modules(case, new),
        *unsaid_needs(case, new),
    )


def shared_modules(case: Case, among: Container[str] | None = None) -> Iterator[Finding]:
    """Distributions that bring the same module, or those with one of ``among`` only: each writes
    over the files of the other."""
    planned = {pin.name: pin.version for pin in case.plan.pins} if case.plan else {}
    for row in load_relations().shared:
        found = {
            name: version
            for name in row.distributions
            for version in [planned.get(name) or case.installed(name)]
            if version is not None
        }
        names = [name for name in found if not _brought_by(case, name, found)]
        if len(names) < 2 or (among is not None and not any(name in among for name in names)):
            continue
        installed = [name for name in names if case.installed(name) is not None]
        kept = next((name for name in names if name in planned), names[-1])
        remove = case.pip("uninstall")
        yes = "" if remove.startswith("uv ") else " -y"  # uv does not ask
        commands = (
            f"{remove}{yes} {' '.join(installed)}",
            f"{case.pip('install')} {shlex.quote(f'{kept}=={found[kept]}')}",
        )
        yield Finding(
            "shared-module",
            Severity.WARNING,
            f"{listed(names)} bring the same module, {row.module}: the files of one lie over those "
            "of the other, and removing one takes them from both.",
            f"{case.profile.python.packages.source}; {row.source}",
            Remedy("Keep one of them.", commands) if installed else Remedy("Ask for one of them."),
            row.source.split()[0],
        )


def unsaid_needs(case: Case, among: Container[str] | None = None) -> Iterator[Finding]:
    """Packages, or those of ``among`` only, that import one of some others, of which none is here
    and none is planned."""
    planned = {pin.name for pin in case.plan.pins} if case.plan else set()
    here = planned | set(case.profile.python.packages.or_else({}))
    for need in load_relations().unmet(here):
        if among is not None and need.name not in among:
            continue
        missing = "none of them is" if len(need.any_of) > 1 else "it is not"
        yield Finding(
            "module-not-installed",
            Severity.WARNING,
            f"{need.name} imports {listed(need.any_of, 'or')}, which its metadata need not say, "
            f"and {missing} installed or asked for: "
            "the import ends with ModuleNotFoundError.",
            f"{case.profile.python.packages.source}; {need.source}",
            Remedy(f"Ask for {listed(need.any_of, 'or')} too, or do without {need.name}."),
            need.source.split()[0],
        )


def _brought_by(case: Case, name: str, others: Iterable[str]) -> bool:
    """Whether another of them requires it: tensorflow is empty where tensorflow-cpu-aws is it."""
    needs = {
        need
        for other in others
        for present in [case.present.get(other)]
        if present is not None and other != name
        for need in (re.match(r"[\w.-]+", text) for text in present.item.requires)
        if need is not None and canonicalize_name(need[0]) == name
    }
    wanted = (pin.because for pin in case.plan.pins if pin.name == name) if case.plan else ()
    texts = (text for because in wanted for text in because)
    return bool(needs) or any(f"required by {other} " in text for text in texts for other in others)
