"""What is installed beside the interpreter already, and how it goes together."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from pidoctor.catalog.relations import load_relations
from pidoctor.catalog.troubles import load_machine_signs, load_troubles
from pidoctor.catalog.wheels import Library, Wheel
from pidoctor.checks.case import Case
from pidoctor.checks.installed import installed_wheels
from pidoctor.resolve.verdict import Reason, Rejected
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
    numpy = _version(case.installed("numpy"))
    if numpy is None:
        return
    relations = load_relations()
    for wheel, _ in installed_wheels(case):
        api = wheel.evidence.numpy_api if wheel.evidence else None
        bound = SpecifierSet() if api is None else relations.numpy_bound(api.abi, api.feature)
        bound_to_1 = api is not None and api.abi == 1 and numpy.major >= 2
        if not bound.contains(numpy, prereleases=True):
            yield Finding(
                "numpy2-abi-mismatch" if bound_to_1 else "numpy-api-version-mismatch",
                Severity.WARNING,
                f"{wheel.name} {wheel.version} was compiled for numpy{bound}, "
                f"and numpy {numpy} is installed: it dies at its first use.",
                f"{case.profile.python.packages.source}; the ELF files of {wheel.filename}",
                Remedy(
                    "Install a NumPy that fits.", (f"{case.python} -m pip install 'numpy{bound}'",)
                ),
                _NUMPY_2,
            )


def broken_wheels(case: Case) -> Iterator[Finding]:
    """Installed wheels that their tags let in, and whose files this system cannot load."""
    for wheel, verdict in installed_wheels(case):
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
    wheels = {wheel.filename: wheel for wheel, _ in installed_wheels(case)}
    present = set(wheels)
    wheels.update({wheel.filename: wheel for wheel in (case.plan.wheels if case.plan else ())})
    for wheel in wheels.values():
        for library in wheel.evidence.libraries if wheel.evidence else ():
            missing = sorted(set(library.cpu_features) - set(features))
            if missing and not library.required:
                here = Severity.WARNING if wheel.filename in present else Severity.NOTE
                yield _illegal_instruction(case, wheel, library, missing, here)


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
        f"With {wheel.name} {wheel.version}, {use} ends with an illegal instruction on this "
        f"processor: {name} uses {listed(missing)}, which it lacks."
        + (f" {known.instead}" if known else ""),
        f"{case.profile.cpu.features.source}: no {listed(missing, 'or')}",
        link=known.source if known else "",
    )


def known_troubles(case: Case) -> Iterator[Finding]:
    """Installed packages that the table warns of."""
    architecture = case.profile.python.architecture.value
    for row in load_machine_signs().installed:
        version = _version(case.installed(row.name))
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
    from pidoctor.catalog.runtimes import load_runtimes

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


def _version(text: str | None) -> Version | None:
    try:
        return None if text is None else Version(text)
    except InvalidVersion:
        return None
