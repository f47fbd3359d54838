"""The wheels that the installed packages came from, as far as the index can tell."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.catalog.wheels import Wheel
from pidoctor.checks.check import Case
from pidoctor.resolve.judge import judge
from pidoctor.resolve.machine import Machine, machine_of, undecidable
from pidoctor.resolve.verdict import Accepted, Reason, Rejected


def installed_wheels(case: Case) -> Iterator[Wheel]:
    """For each installed package that the index has evidence of, the wheel that pip takes here.

    Nothing is said of packages that the distribution brings in its own builds.
    """
    if undecidable(case.profile) is not None:
        return
    machine = machine_of(case.profile)
    for name, version in sorted(case.profile.python.packages.or_else({}).items()):
        wheel = None if _is_distributions(case, name, version) else _wheel(case, machine, name)
        if wheel is not None:
            yield wheel


def spoiled(case: Case, reason: Reason) -> Iterator[tuple[Wheel, str]]:
    """Installed wheels that cannot work here for a reason that their files show, in words."""
    for wheel in installed_wheels(case):
        verdict = judge(wheel, machine_of(case.profile))
        if isinstance(verdict, Rejected) and verdict.reason is reason:
            yield wheel, verdict.detail


def _wheel(case: Case, machine: Machine, name: str) -> Wheel | None:
    project = case.project(name)
    wheels = () if project is None else project.by_version.get(case.installed(name) or "", ())
    return next((wheel for wheel in wheels if wheel.evidence and _fits(wheel, machine)), None)


def _fits(wheel: Wheel, machine: Machine) -> bool:
    """Whether the tags let pip take the wheel, whatever its files need."""
    verdict = judge(wheel, machine)
    return isinstance(verdict, Accepted) or verdict.reason.nearness > Reason.GLIBC_TAG.nearness


def _is_distributions(case: Case, name: str, version: str) -> bool:
    from pidoctor.catalog.relations import load_relations

    codename = case.profile.system.codename.value
    return bool(case.profile.python.is_system.value) and any(
        row.name == name and row.release == codename and row.version == version
        for row in load_relations().distribution_packages
    )
