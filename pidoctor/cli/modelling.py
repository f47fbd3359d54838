"""A model and a machine to an answer: which runtimes can be installed, and which of them run it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pidoctor.catalog.catalog import Catalog
from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.model.answer import KINDS, ModelAnswer, ModelChange, ModelFile, RuntimeAnswer
from pidoctor.model.content import Content, read_content
from pidoctor.model.file import open_model
from pidoctor.model.flatbuffer import ModelError
from pidoctor.model.summary import summarise
from pidoctor.model.verdict import (
    CANNOT,
    RUNS,
    RUNS_WITH,
    Target,
    Verdict,
    judge_model,
    load_rules,
)
from pidoctor.profile.profile import Profile
from pidoctor.resolve.changes import proposals
from pidoctor.resolve.machine import machine_of, undecidable
from pidoctor.resolve.plan import Impossible, Plan, Resolution
from pidoctor.resolve.provider import World
from pidoctor.resolve.request import AUTO, Request, parse_request
from pidoctor.resolve.resolver import resolve


class ModelQuestion:
    """One open model: how it does on each runtime is asked once, however many machines ask."""

    def __init__(self, path: Path, data: memoryview) -> None:
        self.file = ModelFile(str(path), hashlib.sha256(data).hexdigest())
        self.content: Content = read_content(data)
        self._verdicts: dict[Target, Verdict] = {}

    def answer(self, profile: Profile, request: Request, known: Catalog) -> ModelAnswer:
        """How the model does on the machine, with what would help where it cannot run there.

        The runtime that an install would take stands first.
        """
        missing = undecidable(profile)
        if missing is not None:
            what, fact = missing
            raise CouldNotCheckError(f"the {what} is not known ({fact.source}: {fact.detail})")
        runtimes = self._judged(profile, request, known)
        answer = ModelAnswer(self.file, self.content, summarise(self.content), tuple(runtimes))
        plan = self.plan(profile, request, known)
        if plan is not None:
            return answer.with_first(plan.runtime, plan.version)
        if answer.verdict != CANNOT:
            return answer
        return answer._replace(changes=self._changes(answer, profile, request, known))

    def plan(self, profile: Profile, request: Request, known: Catalog) -> Plan | None:
        """The first runtime that runs the model and whose whole tree fits."""
        judged = list(self._judged(profile, request, known))
        for wanted in (RUNS, RUNS_WITH):
            for it in judged:
                if it.verdict.verdict == wanted:
                    exact = parse_request(f"{it.name}=={it.version}", known, request.beyond_tags)
                    plan = resolve(profile, exact, known)
                    if isinstance(plan, Plan):
                        return replace(plan, request=str(request))
        return None

    def solve(self, profile: Profile, request: Request, known: Catalog) -> Resolution:
        """The plan with a runtime that runs the model, or why there is none."""
        plan = self.plan(profile, request, known)
        if plan is not None:
            return plan
        message = "no runtime that can be installed here runs the model"
        return Impossible(str(request), "", message, (), None, ())

    def _judged(
        self, profile: Profile, request: Request, known: Catalog
    ) -> Iterator[RuntimeAnswer]:
        for it in _installable(profile, request, known):
            if it not in self._verdicts:
                self._verdicts[it] = judge_model(self.content, it)
            yield RuntimeAnswer(it.distribution, it.version, self._verdicts[it])

    def _changes(
        self, answer: ModelAnswer, profile: Profile, request: Request, known: Catalog
    ) -> tuple[ModelChange, ...]:
        """One change of each kind, cheapest first; those of the machine were tried."""
        found = {change.kind: change for change in _of_model(answer.runtimes)}
        for proposal in proposals(profile, request, known, self.solve):
            kind, text, _, result = proposal.change
            found[kind] = ModelChange(kind, text, result)
        return tuple(sorted(found.values(), key=lambda change: change.cost))


@contextmanager
def asked_about(path: Path) -> Iterator[ModelQuestion]:
    """The model in a file; UsageError in one line for what is no model."""
    try:
        with open_model(path) as data:
            yield ModelQuestion(path, data)
    except ModelError as error:
        text = str(error)
        raise UsageError(text if text.startswith(str(path)) else f"{path}: {text}") from error


def examine_model(path: Path, profile: Profile, request: Request, known: Catalog) -> ModelAnswer:
    """How the model in a file does on a machine."""
    with asked_about(path) as question:
        return question.answer(profile, request, known)


def _installable(profile: Profile, request: Request, known: Catalog) -> Iterator[Target]:
    """Every version of the runtimes that are asked for that has a wheel for the machine."""
    machine = machine_of(profile)
    world = World(machine, known, request.beyond_tags)
    names = tuple(known.runtimes) if request.name == AUTO else (request.name,)
    for name in names:
        for version in world.versions(name):
            if request.specifier.contains(version) and world.choice(name, version):
                yield Target(name, version, machine.architecture)


def _of_model(runtimes: Iterable[RuntimeAnswer]) -> Iterator[ModelChange]:
    """What to change in the model for the runtime that asks for the least."""
    helps = {row.id: row for row in load_rules().changes}
    needed = [it for it in runtimes if it.verdict.verdict == CANNOT and it.verdict.changes]
    for runtime in sorted(needed, key=lambda it: -len(it.verdict.changes)):
        rows = [helps[change] for change in runtime.verdict.changes]
        kind = max((row.kind for row in rows), key=KINDS.index)
        name = f"{runtime.name} {runtime.version}"
        code = "\n".join(row.code for row in rows if row.code)
        yield ModelChange(kind, " ".join(row.text for row in rows), name, code)
