"""What an answer rests on: the wheel's tag alone, its ELF files, or a run.

Claimed, read, proven: three strengths of knowing, told apart in every plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from packaging.version import Version

from pidoctor.catalog.import_names import brought_by
from pidoctor.catalog.ledger import COMPILED_MODEL, PASSED, Ledger, LedgerRun
from pidoctor.catalog.processor import decisive
from pidoctor.catalog.runtimes import Runtime
from pidoctor.catalog.systems import load_systems
from pidoctor.catalog.wheels import Wheel
from pidoctor.platforms.versions import parse_version
from pidoctor.records import NamedTuple
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.verdict import CLAIMED, PROVEN, READ
from pidoctor.resolve.world import Choice, World


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


def only_claimed(chosen: Choice, rests_on: str) -> Iterator[str]:
    """What to say of a runtime's wheel that nobody has read or run."""
    if chosen.wheel is not None and chosen.present is None and rests_on.startswith(CLAIMED):
        yield (
            f"the files of {chosen.name} {chosen.version} were not read: that it runs here is what "
            "its file name claims, and the proof after the install shows"
        )


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


class OtherInterface(NamedTuple):
    """That a runtime's CompiledModel does not run here though its Interpreter does.

    ``lacks`` is the module that its wheel forgot to require; empty where the processor lacks an
    instruction. ``command`` installs the newest version with which it ran; empty where none did.
    """

    text: str
    lacks: str
    command: str


def compiled_model(
    world: World, name: str, version: str, beside: Collection[str]
) -> OtherInterface | None:
    """What runs have shown of CompiledModel; None where none of them failed in a way that holds
    for this machine. ``beside`` names the packages that are there too.
    """
    ended = _missing_module(world, name, version, beside) or _illegal_instruction(
        world, name, version
    )
    if ended is None:
        return None
    how, lacks, where = ended
    newest = _newest_that_ran(world, name)
    command = f"pidoctor install {name}=={newest}" if newest else ""
    ran = "the newest version with which CompiledModel ran"
    instead = f", or {name}=={newest}, {ran}" if newest else ""
    text = (
        f"the CompiledModel API of {name} {version} {how} (seen on {where}); use Interpreter, "
        f"which works{instead}"
    )
    return OtherInterface(text, lacks, command)


class _Ended(NamedTuple):
    how: str
    lacks: str
    where: str


def _missing_module(
    world: World, name: str, version: str, beside: Collection[str]
) -> _Ended | None:
    for run in world.ledger.runs(name, version):
        module = run.missing_module(COMPILED_MODEL)
        package = brought_by(module).package if module else ""
        if module and package not in beside:
            return _Ended(
                f"cannot be imported: the module {module} is missing, and the package does not "
                "require it",
                module,
                run.where,
            )
    return None


def _illegal_instruction(world: World, name: str, version: str) -> _Ended | None:
    machine = world.machine
    if machine.cpu_features is None:
        return None
    deaths = world.ledger.deaths_by_instruction(
        name, version, machine.architecture, machine.cpu_features, [COMPILED_MODEL]
    )
    # A reader believes a run on the own processor first.
    died = max(deaths, key=lambda run: run.core == machine.core, default=None)
    return died and _Ended("ends with an illegal instruction on such processors", "", died.where)


def _newest_that_ran(world: World, name: str) -> str:
    """The newest version whose CompiledModel ran on a processor like this one."""
    machine = world.machine
    works = {
        run.version
        for run in world.ledger
        if run.name == name
        and run.architecture == machine.architecture
        and run.ran.get(COMPILED_MODEL) == PASSED
        and _same_or_fewer(run, machine)
    }
    known = works & world.versions(name).keys()
    return next((v for v in sorted(known, key=Version, reverse=True) if world.choice(name, v)), "")
