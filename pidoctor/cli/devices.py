"""A requirement narrowed to a runtime that goes with the devices of ``--with``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pidoctor.catalog.accelerators import AcceleratorRow
from pidoctor.catalog.catalog import Catalog
from pidoctor.fitting import Fitting, installable
from pidoctor.model.summary import Summary
from pidoctor.profile.devices import named
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Profile
from pidoctor.readiness.delegates import goes_with, is_paired
from pidoctor.resolve.changes import proposals
from pidoctor.resolve.plan import Impossible, Plan, Resolution
from pidoctor.resolve.request import Request, request_on
from pidoctor.resolve.resolver import resolve
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import pages

NO_PAIR = "accelerator-no-pair"  # the id of a finding


def fit_to_devices(options: argparse.Namespace, profile: Profile, known: Catalog) -> Fitting | None:
    """The requirement narrowed to the first runtime that every named device's library fits.

    None where no device was named whose library has to fit.
    """
    wanted, rows = options.requirement, _paired(options.devices)
    if not rows:
        return None
    request = request_on(profile, wanted, options.beyond_tags, known)

    def solve(there: Profile, asked: Request, catalog: Catalog) -> Resolution:
        return _plan(rows, there, asked, catalog)

    plan = solve(profile, request, known)
    if isinstance(plan, Plan):
        exact = f"{plan.runtime}=={plan.version}"
        if isinstance(wanted, str):
            return Fitting(exact)
        return Fitting(wanted._replace(asked=(Requirement(exact), *wanted.asked)))
    changes = [proposal.change for proposal in proposals(profile, request, known, solve)]
    told = " Or: ".join(f"{change.told} (then {change.result})" for change in changes)
    remedy = Remedy(told[:1].upper() + told[1:]) if told else None
    libraries = ", ".join(need.library for row in rows for need in row.needs if need.library)
    message = (
        f"No runtime that can be installed here goes with a build of {libraries} that is published "
        f"for this system; without {' and '.join(row.name for row in rows)} the processor is used."
    )
    return Fitting(wanted, (Finding(NO_PAIR, Severity.ERROR, message, "--with", remedy),))


def _paired(names: Iterable[str]) -> tuple[AcceleratorRow, ...]:
    """The named devices whose library has to be of a build that fits the runtime."""
    rows = {row.id: row for row in map(named, names)}
    return tuple(row for row in rows.values() if is_paired(row))


def device_findings(
    devices: Sequence[str], profile: Profile, plan: Plan | None
) -> tuple[Finding, ...]:
    """What is to be said of the devices of ``--with`` beside a plan; none where none is named."""
    if not devices:
        return ()
    from pidoctor.checks.accelerators import accelerators
    from pidoctor.checks.case import Case

    ids = {named(name).id for name in devices}
    there = tuple(it for it in profile.accelerators.or_else(()) if it.id in ids)
    only = replace(profile, accelerators=Fact.known(there, profile.accelerators.source))
    return tuple(accelerators(Case(only, plan)))


def with_devices_resolved(
    names: Sequence[str], profile: Profile, request: Request, known: Catalog
) -> Resolution:
    """The resolution on a machine that has the devices: with a runtime that goes with each."""
    rows = tuple({row.id: row for row in map(named, names)}.values())
    page = profile.system.page_size.value
    wrong = next((row for row in rows if row.page_size and page and row.page_size != page), None)
    if wrong is not None and wrong.page_size is not None:
        told = f"the {wrong.name} works only under a kernel with {pages(wrong.page_size)} pages"
        return Impossible(
            str(request), "", f"{told}; this one has {pages(page or 0)}", (), None, ()
        )
    paired = _paired(names)
    return _plan(paired, profile, request, known) if paired else resolve(profile, request, known)


def for_model(names: Iterable[str], summary: Summary) -> tuple[Finding, ...]:
    """The named devices that run compiled models only, where this one is not compiled for them."""
    used = {operator.name for operator in summary.operators}
    rows = {row.id: row for row in map(named, names) if row.operators}
    return tuple(
        _not_compiled(row, summary.quantisation)
        for row in rows.values()
        if not used.intersection(row.operators)
    )


def _not_compiled(row: AcceleratorRow, quantisation: str) -> Finding:
    first = "" if quantisation.startswith(("int8", "uint8")) else "convert it to full int8, then "
    return Finding(
        "accelerator-not-compiled",
        Severity.WARNING,
        f"The model is not compiled for the {row.name}: the processor would run all of it, with "
        "the device or without.",
        f"the operators of the file ({quantisation})",
        Remedy(f"On a 64-bit PC {first}compile it; the result is another file.", row.compiler),
        row.sources[0],
    )


def unusable(names: Iterable[str]) -> str:
    """What is said of the devices that TensorFlow Lite cannot use, wherever they are; or empty."""
    rows = {row.id: row for row in map(named, names)}
    return " ".join(f"{row.name}: {row.note}" for row in rows.values() if not row.usable)


def proof_by_delegate(options: argparse.Namespace) -> str | None:
    """The command that runs an inference with the first named device's library."""
    import shlex

    rows = _paired(options.devices)
    library = next((it.library for row in rows for it in row.needs if it.library), None)
    if library is None:
        return None
    return shlex.join(["pidoctor", "smoke", "--venv", options.venv, "--delegate", library])


def _plan(
    rows: tuple[AcceleratorRow, ...], profile: Profile, request: Request, known: Catalog
) -> Resolution:
    """The plan with the first runtime that all the devices' libraries go with."""
    for it in installable(profile, request, known):
        if all(goes_with(row, profile, it.distribution, it.version) for row in rows):
            only = SpecifierSet(f"=={it.version}")
            plan = resolve(profile, request._replace(name=it.distribution, specifier=only), known)
            if isinstance(plan, Plan):
                return plan
    return Impossible(str(request), "", "no runtime goes with the device's library", (), None, ())
