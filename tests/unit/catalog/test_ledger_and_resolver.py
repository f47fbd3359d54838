"""No run in the ledger says otherwise than the resolver does."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.ledger import (
    ILLEGAL_INSTRUCTION,
    INTERPRETER,
    Ledger,
    LedgerRun,
    shipped_ledger,
)
from pidoctor.catalog.systems import load_systems
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.plan import Impossible, Plan, Resolution
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import Question
from tests.worlds.world import machine

_LEAST = 150  # combinations; those that are there stay


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return open_catalog(WheelsIndex(shipped_index()))


def machine_of(run: LedgerRun) -> Machine:
    """The machine that a run was on."""
    system = next(row for row in load_systems().rows if row.id == run.system)
    own = system.python_minor == run.python
    return machine(
        system.python if own else f"{run.python}.9",  # NumPy asks for 3.7.1
        run.architecture,
        system.libc_version,
        glibcxx=system.glibcxx or "",
        codename=system.codename or "",
        system_python=own,
        cpu_features=list(run.features),
    )


def answer(run: LedgerRun, catalog: Catalog) -> Resolution:
    """What the resolver says of a run's version, beside the NumPy that it was run with."""
    builds = (name for name, one in catalog.runtimes.items() if run.name in one.distributions)
    runtime = run.name if run.name in catalog.named else next(builds)
    request = parse_request(f"{runtime}=={run.version}", catalog)
    request = request._replace(bounds=(Requirement(f"numpy=={run.numpy}"),))
    return Question(machine_of(run), request, catalog).answer("python3")


def test_every_run_is_of_a_wheel_that_the_index_has(catalog: Catalog) -> None:
    for run in catalog.ledger:
        project = catalog.index.project(run.name)
        assert project is not None
        assert run.version in project.by_version, run


def test_what_passed_is_planned_and_what_died_is_not(catalog: Catalog) -> None:
    wrong = [
        (run.name, run.version, run.numpy, run.system, run.python, run.core, dict(run.ran))
        for run in catalog.ledger
        if isinstance(answer(run, catalog), Plan) is not run.passed
    ]
    assert wrong == []


def test_every_interpreter_run_passed_or_met_an_illegal_instruction(catalog: Catalog) -> None:
    """Any other end would be a combination that the files alone called runnable and that is not.

    One is known: a daily build whose extension module lacks a symbol on 32-bit ARM.
    """
    ends = {
        (run.name, run.ran[what])
        for run in catalog.ledger
        for what in INTERPRETER
        if what in run.ran and run.ran[what] not in ("passed", ILLEGAL_INSTRUCTION)
    }
    [(name, end)] = ends
    assert name == "tflite-runtime-nightly"
    assert "undefined symbol" in end


def test_the_evidence_alone_says_what_the_runs_say(catalog: Catalog) -> None:
    """What died is refused by what is read off its files too: the ledger corrects little."""
    alone = open_catalog(WheelsIndex(shipped_index()), Ledger())
    for run in catalog.ledger:
        if run.death == ILLEGAL_INSTRUCTION:
            assert isinstance(answer(run, alone), Impossible), run


def test_the_ledger_is_not_thin() -> None:
    combinations = {
        (run.name, run.version, run.numpy, run.system, run.python, run.architecture, run.core)
        for run in shipped_ledger()
    }
    assert len(combinations) >= _LEAST
