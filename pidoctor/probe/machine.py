"""All probes: Host -> Profile, each topic on its own so that a failure stops no other."""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, TypeVar

from pidoctor.errors import UsageError
from pidoctor.host.base import Host
from pidoctor.probe import accelerators, board, clock, cpu, indexes, memory, rights, storage, system
from pidoctor.probe import python as python_probe
from pidoctor.probe.environment import probe_environment
from pidoctor.probe.environment_choice import DEFAULT, EnvironmentChoice, choose
from pidoctor.probe.probed import ProbeFailure, ProbeResult
from pidoctor.probe.reading import clean
from pidoctor.profile.environment import Environment
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Board, Clock, Cpu, Memory, Profile, Python, Storage, System

S = TypeVar("S")
V = TypeVar("V")


def probe(
    host: Host,
    python: str | None = None,
    target: str = DEFAULT,
    origin: str | None = None,
    choice: EnvironmentChoice | None = None,
) -> ProbeResult:
    """What ``host`` is.

    ``choice`` is the environment to look at; without it the one that ``python`` names (a path, a
    name on PATH, a version), or the one that is found. ``target`` is the folder of the environment
    to be made where there is none. Facts that could not be had say why.
    """
    run = _Runner()
    chosen = choice or run.choice(host, python)
    processor = run("cpu", Cpu, lambda: cpu.probe_cpu(host))
    found = run.interpreter(host, chosen)
    seen = (processor.machine, found.libc, found.elf.value, found.prefix)
    os = run("system", System, lambda: system.probe_system(host, *seen))
    architecture = system.architecture(found.elf, processor.machine, os.id)
    folder = chosen.folder or target
    interpreter = (found, architecture, chosen.may_run)
    profile = Profile(
        origin=host.origin if origin is None else origin,
        board=run("board", Board, lambda: board.probe_board(host)),
        cpu=processor,
        system=os,
        python=run("python", Python, lambda: python_probe.probe_python(host, *interpreter)),
        memory=run("memory", Memory, lambda: memory.probe_memory(host)),
        storage=run("storage", Storage, lambda: storage.probe_storage(host, folder)),
        accelerators=run.fact("accelerators", lambda: accelerators.probe_accelerators(host)),
        rights=run.fact("rights", lambda: rights.probe_rights(host)),
        indexes=run.fact("indexes", lambda: indexes.probe_indexes(host, found.prefix)),
        clock=run("clock", Clock, lambda: clock.probe_clock(host, found.executable)),
    )
    environment = run(
        "environment",
        Environment,
        lambda: probe_environment(
            host,
            chosen,
            found.executable,
            python_probe.site_packages(host, found),
            python_probe.system_packages(host, found),
            profile,
        ),
    )
    profile = dataclasses.replace(profile, environment=environment)
    return ProbeResult(profile, tuple(run.failures))


class _Runner:
    """Runs probes and keeps what crashed."""

    def __init__(self) -> None:
        self.failures: list[ProbeFailure] = []

    def attempt(self, topic: str, probe: Callable[[], S]) -> S | None:
        """What the probe returns, or None when it crashed."""
        try:
            return probe()
        except UsageError:  # what was named is not there
            raise
        except Exception as error:  # a crash of any kind is a finding, and the rest go on
            text = clean(f"{type(error).__name__}: {error}")
            self.failures.append(ProbeFailure(topic, text))
            return None

    def fact(self, topic: str, probe: Callable[[], Fact[V]]) -> Fact[V]:
        """The fact that the probe returns, or that it could not be read."""
        return self.attempt(topic, probe) or Fact.unreadable(f"probe {topic}", "it crashed")

    def interpreter(self, host: Host, chosen: EnvironmentChoice) -> python_probe.PythonReading:
        """The interpreter, or one of which nothing could be read."""
        nothing: Fact[Any] = Fact.unreadable("probe python", "it crashed")
        return self.attempt(
            "python", lambda: python_probe.examine(host, chosen.python, chosen.may_run)
        ) or python_probe.PythonReading(nothing, nothing, nothing)

    def choice(self, host: Host, python: str | None) -> EnvironmentChoice:
        """The environment to look at; the interpreter alone where looking for it crashed."""
        chosen = self.attempt("choice of the environment", lambda: choose(host, None, python))
        return chosen or EnvironmentChoice(
            "", False, python, "looking for an environment crashed", False
        )

    def __call__(self, topic: str, section: type[S], probe: Callable[[], S]) -> S:
        """The section that the probe returns, or one in which nothing could be read."""
        found = self.attempt(topic, probe)
        if found is not None:
            return found
        unknown: Fact[Any] = Fact.unreadable(f"probe {topic}", self.failures[-1].error)
        return section(**{field.name: unknown for field in dataclasses.fields(section)})  # type: ignore[arg-type]
