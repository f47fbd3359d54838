"""What an answer rests on: the wheel's tag alone, its ELF files, or a run.

Claimed, read, proven: three strengths of knowing, told apart in every plan.
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from pidoctor.catalog.ledger import COMPILED_MODEL, PASSED, Ledger, Run
from pidoctor.catalog.processor import decisive
from pidoctor.catalog.systems import load_systems
from pidoctor.catalog.wheels import Wheel
from pidoctor.platforms.versions import parse_version
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.verdict import CLAIMED, PROVEN, READ


def standing(ledger: Ledger, machine: Machine, wheel: Wheel | None, numpy: str) -> str:
    """In words, what speaks for a wheel on a machine, beginning with the strength."""
    if wheel is None:
        return f"{CLAIMED}: it is a package of the system's own"
    for run in reversed(ledger.runs(wheel.name, wheel.version)):
        if run.passed and run.numpy == numpy and _holds_for(run, machine):
            return f"{PROVEN}: {' and '.join(sorted(run.ran_well))} ran on {told(run)}"
    if wheel.evidence is None:
        return f"{CLAIMED}: by the tag in its file name, its files were not read"
    return f"{READ}: by what its ELF files need, not tried on a machine like this"


def told(run: Run) -> str:
    """Where and when a run was: "cortex-a72 (QEMU 10.0), debian-bookworm, Python 3.11, ..."."""
    return f"{run.core} ({run.on}), {run.system}, Python {run.python}, {run.when}"


def _holds_for(run: Run, machine: Machine) -> bool:
    """Whether a machine has what the run's had: a system at least as new, and the same core or a
    processor that knows no fewer instructions."""
    system = next((row for row in load_systems().rows if row.id == run.system), None)
    if system is None or system.libc != machine.libc or machine.libc_version is None:
        return False
    return (
        run.architecture == machine.architecture
        and run.python == machine.python_short
        and parse_version(system.libc_version) <= machine.libc_version
        and (run.core == machine.core or _no_fewer(machine.cpu_features, run.features))
    )


def _no_fewer(have: frozenset[str] | None, wanted: tuple[str, ...]) -> bool:
    return have is not None and decisive(frozenset(wanted)) <= decisive(have)


def compiled_model_notes(
    ledger: Ledger, machine: Machine, name: str, version: str
) -> Iterator[str]:
    """Where CompiledModel ends with an illegal instruction and Interpreter does not."""
    if machine.cpu_features is None:
        return
    architecture, features = machine.architecture, machine.cpu_features
    died = ledger.died_of_instruction(name, version, architecture, features, [COMPILED_MODEL])
    if died is None:
        return
    works = {
        run.version
        for run in ledger
        if run.name == name
        and run.architecture == architecture
        and run.ran.get(COMPILED_MODEL) == PASSED
        and decisive(frozenset(run.features)) <= decisive(features)
    }
    newest = max(works, key=Version, default="")
    instead = f", or ask for the newest with which it ran: {name}=={newest}" if newest else ""
    yield (
        f"the CompiledModel API of {name} {version} ends with an illegal instruction on this "
        f"processor (seen on {told(died)}); the Interpreter API works: use Interpreter{instead}"
    )
