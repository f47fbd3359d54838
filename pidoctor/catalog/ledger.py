"""The ledger of proofs: what was run on which processor and system, and how it ended.

``wheels-index/proofs.jsonl``, one run per line, oldest first. A tag is what a wheel claims, its ELF
files are what can be read, and a run is a proof: it outranks both, either way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pidoctor.catalog.processor import decisive, with_implied
from pidoctor.catalog.wheels import CatalogError, read_document, shipped_index
from pidoctor.expressions import expression
from pidoctor.records import NamedTuple

FILE = "proofs.jsonl"
PASSED = "passed"
INTERPRETER = ("float32", "int8")
COMPILED_MODEL = "compiled-model"
ILLEGAL_INSTRUCTION = "SIGILL"
_NO_MODULE = expression(r"ModuleNotFoundError: No module named '([\w.]+)'")


class LedgerRun(NamedTuple):
    """One combination that was run.

    ``features`` are those of the processor it ran on, as /proc/cpuinfo spells them. ``ran`` maps
    what was run (a model, or a programming interface) to "passed" or to how it ended: the name of
    the signal, or the first words of the error.
    """

    name: str
    version: str
    numpy: str
    system: str  # an id of systems.json
    python: str  # "3.11"
    architecture: str  # of Python
    core: str  # "cortex-a72"
    features: tuple[str, ...]
    ran: Mapping[str, str]
    on: str  # "QEMU 10.0", or the board
    when: str  # ISO 8601 date

    @property
    def passed(self) -> bool:
        """Whether every model ran through the Interpreter with the right answer."""
        return all(self.ran.get(what) == PASSED for what in INTERPRETER)

    @property
    def death(self) -> str:
        """How the first model ended that did not pass; empty where all passed."""
        ended = (outcome for what in INTERPRETER for outcome in [self.ran.get(what, PASSED)])
        return next((outcome for outcome in ended if outcome != PASSED), "")

    @property
    def where(self) -> str:
        """Where and when it was: "cortex-a72 (QEMU 10.0), debian-bookworm, Python 3.11, ..."."""
        return f"{self.core} ({self.on}), {self.system}, Python {self.python}, {self.when}"

    @property
    def ran_well(self) -> tuple[str, ...]:
        """What passed."""
        return tuple(what for what, outcome in self.ran.items() if outcome == PASSED)

    def missing_module(self, what: str) -> str:
        """The module for want of which something did not start; empty where it did."""
        found = _NO_MODULE.match(self.ran.get(what, ""))
        return found[1] if found else ""

    def to_json(self) -> dict[str, Any]:
        return {**self._asdict(), "features": list(self.features), "ran": dict(self.ran)}


class Ledger:
    """The runs, by package."""

    def __init__(self, runs: Iterable[LedgerRun] = ()) -> None:
        self._runs: dict[str, list[LedgerRun]] = {}
        for run in runs:
            self._runs.setdefault(run.name, []).append(run)

    def __iter__(self) -> Iterator[LedgerRun]:
        return (run for runs in self._runs.values() for run in runs)

    def runs(self, name: str, version: str) -> list[LedgerRun]:
        """The runs of one version of a package."""
        return [run for run in self._runs.get(name, ()) if run.version == version]

    def ran_without(
        self, name: str, version: str, architecture: str, features: Iterable[str]
    ) -> LedgerRun | None:
        """A run that passed on a processor which has none of ``features``."""
        lacking = set(features)
        for run in self.runs(name, version):
            has = with_implied(frozenset(run.features))
            if run.architecture == architecture and run.passed and not lacking & has:
                return run
        return None

    def deaths_by_instruction(
        self,
        name: str,
        version: str,
        architecture: str,
        features: frozenset[str],
        what: Iterable[str] = INTERPRETER,
    ) -> list[LedgerRun]:
        """The runs that met an instruction they lack, on processors with all of ``features``.

        What such a processor cannot run, one that has no more than its features cannot either.
        """
        return [
            run
            for run in self.runs(name, version)
            if run.architecture == architecture
            and any(run.ran.get(item) == ILLEGAL_INSTRUCTION for item in what)
            and decisive(features) <= decisive(frozenset(run.features))
        ]

    def failed(self, name: str, version: str, architecture: str, python: str) -> LedgerRun | None:
        """The newest run for this Python that failed, whatever the processor; None where another
        one passed."""
        runs = [
            run
            for run in self.runs(name, version)
            if (run.architecture, run.python) == (architecture, python)
            and run.death != ILLEGAL_INSTRUCTION
        ]
        return runs[-1] if runs and all(run.death for run in runs) else None

    def proof(self, name: str, version: str, **same: str) -> LedgerRun | None:
        """The newest run of a version that passed, with these fields ("system", "python" ...)."""
        fitting = [
            run
            for run in self.runs(name, version)
            if run.passed and all(getattr(run, key) == value for key, value in same.items())
        ]
        return fitting[-1] if fitting else None


def parse_run(line: str, where: str, ships: bool = False) -> LedgerRun:
    """The run that a line of the ledger describes; raises :class:`CatalogError`."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"{where}: not a line of the ledger of proofs") from error
    return read_document(LedgerRun, data, where, ships)


def read_ledger(path: Path) -> Ledger:
    """The ledger in ``path``; empty where there is no such file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Ledger()
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: cannot be read") from error
    ships = path.parent == shipped_index()
    return Ledger(
        parse_run(line, f"{path}, line {number}", ships)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
    )


@lru_cache(maxsize=1)
def shipped_ledger() -> Ledger:
    """The ledger that comes with pidoctor."""
    return read_ledger(shipped_index() / FILE)
