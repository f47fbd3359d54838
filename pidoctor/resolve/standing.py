"""What an answer rests on: the wheel's tag alone, its ELF files, or a run.

Claimed, read, proven: three strengths of knowing, told apart in every plan.
"""

from __future__ import annotations

from collections.abc import Iterable

from packaging.version import Version

from pidoctor.catalog.ledger import COMPILED_MODEL, PASSED, Ledger, LedgerRun
from pidoctor.catalog.processor import decisive
from pidoctor.catalog.runtimes import Runtime
from pidoctor.catalog.systems import load_systems
from pidoctor.catalog.wheels import Wheel
from pidoctor.platforms.versions import parse_version
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.provider import World
from pidoctor.resolve.verdict import CLAIMED, PROVEN, READ


def standing(ledger: Ledger, machine: Machine, wheel: Wheel | None, numpy: str) -> str:
    """In words, what speaks for a wheel on a machine, beginning with the strength."""
    if wheel is None:
        return f"{CLAIMED}: it is a package of the system's own"
    for run in reversed(ledger.runs(wheel.name, wheel.version)):
        if run.passed and run.numpy == numpy and _holds_for(run, machine):
            return f"{PROVEN}: {' and '.join(sorted(run.ran_well))} ran on {run.where}"
    if wheel.evidence is None:
        return f"{CLAIMED}: by the tag in its file name, its files were not read"
    return f"{READ}: by what its ELF files need, not tried on a machine like this"


def bearer(runtime: Runtime, chosen: Wheel | None, others: Iterable[Wheel]) -> Wheel | None:
    """The wheel that holds a runtime's files: its own, or that of another build which it requires.

    The wheels of tensorflow 2.10 to 2.15 for 64-bit ARM are empty and need tensorflow-cpu-aws.
    """
    if chosen is None or chosen.evidence is not None:
        return chosen
    builds = (wheel for wheel in others if wheel.name in runtime.distributions and wheel.evidence)
    return next(builds, chosen)


def _holds_for(run: LedgerRun, machine: Machine) -> bool:
    """Whether a machine has what the run's had: a system at least as new, and the same core or a
    processor that knows no fewer instructions."""
    system = next((row for row in load_systems().rows if row.id == run.system), None)
    if system is None or system.libc != machine.libc or machine.libc_version is None:
        return False
    return (
        run.architecture == machine.architecture
        and run.python == machine.python_short
        and parse_version(system.libc_version) <= machine.libc_version
        and _same_or_fewer(run, machine)
    )


def _same_or_fewer(run: LedgerRun, machine: Machine) -> bool:
    """Whether the processor of a run is this one's, or knows no more instructions."""
    have = machine.cpu_features
    fewer = have is not None and decisive(frozenset(run.features)) <= decisive(have)
    return run.core == machine.core or fewer


def compiled_model(world: World, name: str, version: str) -> str | None:
    """What to say, with the ways round it, where CompiledModel ends with an illegal instruction and
    Interpreter does not; None where no run shows it."""
    machine, ledger = world.machine, world.ledger
    if machine.cpu_features is None:
        return None
    architecture, features = machine.architecture, machine.cpu_features
    died = ledger.died_of_instruction(name, version, architecture, features, [COMPILED_MODEL])
    if died is None:
        return None
    works = {
        run.version
        for run in ledger
        if run.name == name
        and run.architecture == architecture
        and run.ran.get(COMPILED_MODEL) == PASSED
        and _same_or_fewer(run, machine)
    }
    known = works & world.versions(name).keys()
    fitting = (v for v in sorted(known, key=Version, reverse=True) if world.choice(name, v))
    newest = next(fitting, "")
    instead = (
        f", or the newest version with which CompiledModel ran: pidoctor install {name}=={newest}"
        if newest
        else ""
    )
    return (
        f"the CompiledModel API of {name} {version} ends with an illegal instruction on the "
        f"processor (seen on {died.where}); use Interpreter, which works{instead}"
    )
