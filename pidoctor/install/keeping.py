"""What worked before an install works after it, and what was planned is what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Callable

from packaging.version import Version

from pidoctor.host.live import LiveHost
from pidoctor.install.process import Progress
from pidoctor.platforms.pep440 import version_of
from pidoctor.probe import python as python_probe
from pidoctor.probe.distributions import installed_in
from pidoctor.probe.modules import compiled_modules
from pidoctor.profile.profile import Profile
from pidoctor.proof.proof import FAILED, Death, Proof, Use
from pidoctor.proof.prove import prove
from pidoctor.proof.survey import again, survey
from pidoctor.resolve.plan import Plan
from pidoctor.units import count

# A proof with the whole of TensorFlow takes 40 s on an emulated Cortex-A72.
PROOF_LIMIT_S = 600.0


def note(profile: Profile, plan: Plan, progress: Progress) -> tuple[Use, ...]:
    """What works in the environment that ``plan`` is about to change; nothing for a new one."""
    environment, python = profile.environment, profile.python.executable.value
    packages = environment.by_name()
    if plan.is_satisfied or python is None or not environment.folder.is_known or not packages:
        return ()
    modules = compiled_modules(LiveHost(), packages.values())
    if not modules:
        return ()
    progress(f"Noting what works now: {count(len(modules), 'package')} with compiled modules")
    versions = {name: item.version for name, item in packages.items()}
    return survey(python, versions, modules, _passes)


def prover(plan: Plan, noted: Sequence[Use], progress: Progress) -> Callable[[str], Proof]:
    """The proof of an install: the runtime's answer, the plan's versions, and what was noted."""
    return partial(_prove, plan=plan, noted=noted, progress=progress)


def _prove(python: str, plan: Plan, noted: Sequence[Use], progress: Progress) -> Proof:
    proof = prove(
        python,
        runtime=plan.runtime,
        timeout_s=PROOF_LIMIT_S,
        keeps_bytecode=not LiveHost().environ("PYTHONDONTWRITEBYTECODE"),
    )
    if not proof.passed:
        return replace(proof, uses=tuple(noted))
    different = _not_as_planned(python, plan)
    if different:
        return _failed(proof, "not-as-planned", f"Not installed as planned: {different}.")
    if not noted:
        return proof
    progress("Trying again what worked before")
    uses = again(python, noted, _passes)
    proof = replace(proof, uses=uses)
    lost = [use for use in uses if use.lost and not _accepted(use, plan)]
    if not lost:
        return proof
    named = ", ".join(f"{use.name} {use.version} ({use.what})" for use in lost)
    evidence = "; ".join(f"{use.what}: {use.detail}" for use in lost)
    return _failed(proof, "regression", f"What worked before does not any more: {named}.", evidence)


def _failed(proof: Proof, kind: str, message: str, evidence: str = "") -> Proof:
    death = Death(kind, None, "compare", None, None, message, evidence)
    return replace(proof, status=FAILED, death=death)


def _passes(python: str, runtime: str) -> bool:
    return prove(python, runtime=runtime, timeout_s=PROOF_LIMIT_S).passed


def _accepted(use: Use, plan: Plan) -> bool:
    """Whether the user was told that it may break, and went on with --replace."""
    return any(f" {use.name} {use.version}" in need for need in plan.breaks)


def _not_as_planned(python: str, plan: Plan) -> str:
    """The first package that is not there in the version of the plan; empty where all are."""
    host = LiveHost()
    folders = python_probe.site_packages(host, python_probe.examine(host, python))
    found, _ = installed_in(host, folders.or_else([]))
    versions = {item.name: item.version for item in reversed(found)}
    for pin in plan.pins:
        have = versions.get(pin.name)
        if have is None:
            return f"{pin.name} {pin.version} is missing"
        same = have == pin.version or version_of(have) == Version(pin.version)
        if pin.wheel is not None and not same:
            return f"{pin.name} is {have} and not {pin.version}"
    return ""
