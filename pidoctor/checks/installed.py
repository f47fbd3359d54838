"""The wheels that the installed packages came from, as far as the index can tell."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.catalog.index_scope import indexed_packages
from pidoctor.catalog.wheels import Wheel
from pidoctor.checks.case import Case
from pidoctor.resolve.compatibility import judge
from pidoctor.resolve.machine import Machine, machine_of, undecidable
from pidoctor.resolve.verdict import Accepted, Reason, Verdict


def installed_wheels(case: Case) -> Iterator[tuple[Wheel, Verdict]]:
    """For each installed package whose ELF files the index knows: its wheel, and the verdict.

    The wheel is the one that pip takes here. Nothing is said of packages that the distribution
    brings in its own builds.
    """
    installed = case.profile.python.packages.or_else({})
    names = [name for name in indexed_packages() if name in installed]
    if not names or undecidable(case.profile) is not None:
        return
    machine = machine_of(case.profile)
    for name in names:
        if not _is_distributions(case, name, installed[name]):
            yield from _wheel(case, machine, name, installed[name])


def _wheel(
    case: Case, machine: Machine, name: str, version: str
) -> Iterator[tuple[Wheel, Verdict]]:
    project = case.project(name)
    for wheel in () if project is None else project.by_version.get(version, ()):
        verdict = judge(wheel, machine)
        if wheel.evidence is not None and _taken_by_pip(verdict):
            yield wheel, verdict
            return


def _taken_by_pip(verdict: Verdict) -> bool:
    """Whether the tags let pip take a wheel, whatever its files need."""
    if isinstance(verdict, Accepted):
        return True
    return verdict.reason.nearness > Reason.GLIBC_TAG.nearness


def _is_distributions(case: Case, name: str, version: str) -> bool:
    from pidoctor.catalog.relations import load_relations

    codename = case.profile.system.codename.value
    return bool(case.profile.python.is_system.value) and any(
        row.name == name and row.release == codename and row.version == version
        for row in load_relations().distribution_packages
    )
