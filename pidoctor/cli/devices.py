"""A requirement narrowed to a runtime that goes with the devices of ``--with``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pidoctor.catalog.accelerators import AcceleratorRow
from pidoctor.catalog.catalog import Catalog
from pidoctor.fitting import Fitting, installable
from pidoctor.profile.devices import named
from pidoctor.profile.profile import Profile
from pidoctor.readiness.delegates import goes_with, is_paired
from pidoctor.resolve.changes import proposals
from pidoctor.resolve.plan import Impossible, Plan, Resolution
from pidoctor.resolve.request import Request, request_on
from pidoctor.resolve.resolver import resolve
from pidoctor.result import Finding, Remedy, Severity

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
