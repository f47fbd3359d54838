"""Fills the ledger of proofs with runs on this machine, under every Python that it has.

``python -m tests.native.ledger --minutes 10`` goes on where it stopped. Each runtime version is run
with the newest NumPy that the resolver puts beside it, and with the oldest that it admits: as
wheels unpacked into folders, by an interpreter that sees nothing else.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.ledger import COMPILED_MODEL, FILE, INTERPRETER, LedgerRun, read_ledger
from pidoctor.catalog.processor import decisive
from pidoctor.catalog.pythons import indexed_pythons
from pidoctor.catalog.systems import load_systems
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.decoding import encode
from pidoctor.errors import CouldNotCheckError
from pidoctor.host.live import LiveHost
from pidoctor.probe.environment_choice import find_python
from pidoctor.probe.machine import probe
from pidoctor.resolve.machine import Machine, machine_of
from pidoctor.resolve.plan import Plan
from pidoctor.resolve.request import Request
from pidoctor.resolve.resolver import Question
from tests.emulated.ledger import MODELS, NOT_DONE, PAYLOAD, outcomes, unpacked

RUNTIMES = ("tflite-runtime", "ai-edge-litert")
_SECONDS = 120  # for one run
_Key = tuple[str, ...]


@dataclass(frozen=True)
class Combination:
    """A version of a runtime beside a NumPy, under one of this machine's Pythons."""

    python: str  # the program
    machine: Machine
    plan: Plan

    @property
    def numpy(self) -> str:
        return next(pin.version for pin in self.plan.pins if pin.name == "numpy")

    @property
    def key(self) -> _Key:
        here = self.machine
        plan = self.plan
        return plan.runtime, plan.version, self.numpy, here.python_short, here.architecture


def combinations(catalog: Catalog) -> Iterator[Combination]:
    """What the resolver calls runnable here."""
    host = LiveHost()
    for minor in indexed_pythons():
        python = find_python(host, minor)
        if "/" not in python:
            continue
        here = machine_of(probe(host, python=python).profile)
        for name in RUNTIMES:
            project = catalog.index.project(name)
            for version in project.by_version if project else ():
                yield from _with_numpys(catalog, python, here, name, version)


def _with_numpys(
    catalog: Catalog, python: str, here: Machine, name: str, version: str
) -> Iterator[Combination]:
    request = Request(name, SpecifierSet(f"=={version}"))
    newest = Question(here, request, catalog).answer(python)
    if not isinstance(newest, Plan):
        return
    yield Combination(python, here, newest)
    numpy = catalog.index.project("numpy")
    for old in reversed(list(numpy.by_version if numpy else ())):
        bounded = request._replace(bounds=(Requirement(f"numpy=={old}"),))
        oldest = Question(here, bounded, catalog).answer(python)
        if isinstance(oldest, Plan):
            yield Combination(python, here, oldest)
            return


def run(what: Combination) -> LedgerRun:
    """Runs one combination, the Interpreter first, then CompiledModel where there is one."""
    folders = [unpacked(wheel) for wheel in what.plan.wheels]
    ran = _ran(what, folders, what.plan.import_line)
    if any((folder / "ai_edge_litert/compiled_model.py").exists() for folder in folders):
        by_model = _ran(what, folders, COMPILED_MODEL)
        ended = [outcome for outcome in by_model.values() if outcome != "passed"]
        ran[COMPILED_MODEL] = ended[0] if ended else "passed"
    machine = what.machine
    system = load_systems().named(f"{machine.os_flavour}-{machine.codename}", "")
    assert system is not None, f"no row in the table of systems is {machine.codename}"
    return LedgerRun(
        name=what.plan.runtime,
        version=what.plan.version,
        numpy=what.numpy,
        system=system.id,
        python=machine.python_short,
        architecture=machine.architecture,
        core=machine.core,
        features=tuple(sorted(decisive(machine.cpu_features or frozenset()))),
        ran=ran,
        on="a computer, not emulated",
        when=datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
    )


def _ran(what: Combination, folders: Sequence[Path], how: str) -> dict[str, str]:
    files = [str(MODELS / f"{model}.{end}") for model in INTERPRETER for end in ("tflite", "json")]
    try:
        done = subprocess.run(
            [what.python, "-S", "-B", str(PAYLOAD), how, *files],
            env={"PATH": os.defpath, "PYTHONPATH": ":".join(map(str, folders))},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return dict.fromkeys(INTERPRETER, f"{NOT_DONE} in {_SECONDS} s")
    if done.returncode < 0:
        done.returncode = 128 - done.returncode  # as a shell tells it
    return outcomes(done)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what the ledger does not hold yet, until the time is over."""
    parser = argparse.ArgumentParser(prog="python -m tests.native.ledger", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--ledger", type=Path, default=shipped_index() / FILE)
    options = parser.parse_args(arguments)
    end = time.monotonic() + 60 * options.minutes
    catalog = open_catalog(WheelsIndex(shipped_index()))
    known: set[_Key] = {
        (run.name, run.version, run.numpy, run.python, run.architecture)
        for run in read_ledger(options.ledger)
    }
    last = None
    for what in combinations(catalog):
        if what.key in known:
            continue
        if time.monotonic() > end:
            print("time is over; the same command goes on")
            break
        runtime = next(pin.wheel for pin in what.plan.pins if pin.name == what.plan.runtime)
        if last is not None and last != runtime:
            shutil.rmtree(unpacked(last))  # hundreds of megabytes each
        last = runtime
        try:
            row = run(what)
        except CouldNotCheckError as error:
            print(*what.key, f"left for the next time: {error}", flush=True)
            continue
        known.add(what.key)
        if any(end.startswith(NOT_DONE) for end in row.ran.values()):
            print(*what.key, dict(row.ran), "proves nothing", flush=True)
            continue
        with options.ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps(encode(row)) + "\n")
        print(*what.key, dict(row.ran), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
