"""A model and a machine to an answer: which runtimes can be installed, and which of them run it."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pidoctor.asked import Asked
from pidoctor.catalog.catalog import Catalog
from pidoctor.change_kinds import cost
from pidoctor.model.advice import AdviceTarget, advise
from pidoctor.model.answer import GivenFile, ModelAnswer, ModelChange, RuntimeAnswer
from pidoctor.model.arena import arena_bytes
from pidoctor.model.content import Content, read_content
from pidoctor.model.file import named_model
from pidoctor.model.memory import model_memory
from pidoctor.model.shapes import example_shapes, read_shapes, with_shapes
from pidoctor.model.summary import Summary, summarise
from pidoctor.model.verdict import (
    CANNOT,
    RUNS,
    RUNS_WITH,
    UNDECIDED,
    Target,
    Verdict,
    judge_model,
    load_rules,
)
from pidoctor.profile.profile import Profile
from pidoctor.readiness.delegates import served_operators
from pidoctor.report.text import printable
from pidoctor.resolve.changes import proposals
from pidoctor.resolve.machine import machine_of, must_be_decidable
from pidoctor.resolve.plan import Impossible, Plan, Resolution
from pidoctor.resolve.present import present_in
from pidoctor.resolve.reasons import admitted
from pidoctor.resolve.request import AUTO, Project, Request, request_on
from pidoctor.resolve.resolver import resolve
from pidoctor.resolve.world import World
from pidoctor.result import ExitCode, Finding, Remedy, Severity

NOT_SETTLED = "model-not-settled"  # the id of a finding: it may or may not run
NO_COMMON = "models-need-different-runtimes"
_PART = 1 << 20  # bytes
_SEEN = "read from the file; see `pidoctor model`"


def _sha256(path: Path) -> str:
    """Of the model in a file."""
    digest = hashlib.sha256()
    with named_model(path) as data:
        for start in range(0, len(data), _PART):
            digest.update(data[start : start + _PART])
    return digest.hexdigest()


class ModelQuestion:
    """One open model: how it does on each runtime is asked once, however many machines ask."""

    def __init__(self, path: Path, data: memoryview, shapes: Sequence[str] = ()) -> None:
        self.file = GivenFile(str(path), partial(_sha256, path))
        read = read_content(data)
        self._options = "".join(f" --shape {shlex.quote(word)}" for word in shapes)
        self._shaped = with_shapes(read, read_shapes(shapes, read))
        self.content: Content = self._shaped.content
        self._verdicts: dict[tuple[Target, tuple[tuple[str, str], ...]], Verdict] = {}

    @cached_property
    def _summary(self) -> Summary:
        """Of no machine: it is made once."""
        return summarise(self.content)

    def answer_and_plan(
        self, profile: Profile, request: Request, known: Catalog
    ) -> tuple[ModelAnswer, Plan | None]:
        """How the model does on the machine, with what would help where it cannot run there.

        The runtime that an install would take stands first.
        """
        must_be_decidable(profile)
        runtimes = self._judged(profile, request, known)
        answer = ModelAnswer(
            self.file,
            self.content,
            self._summary,
            tuple(runtimes),
            arena_bytes(self.content),
            fitting=self._fitting(),
        )
        plan = self.plan(profile, request, known)
        if plan is not None:
            answer = answer.with_first(plan.runtime, plan.version)
        answer = self._with_figures(answer, profile)
        if plan is not None:
            return answer, plan
        if answer.verdict != CANNOT:
            return answer, None
        return answer._replace(changes=self._changes(answer, profile, request, known)), None

    def _fitting(self) -> tuple[str, ...]:
        """Shapes that settle whether the model runs; none where they were given, or none fits."""
        open_ = self._shaped.misfit and not self._shaped.given
        found = example_shapes(self.content) if open_ else []
        return () if any("?" in shape for shape in found) else tuple(found)

    def _with_figures(self, answer: ModelAnswer, profile: Profile) -> ModelAnswer:
        """The answer with the memory on the best runtime, and what could be done better."""
        best = answer.best
        if best is None or answer.verdict == CANNOT:
            return answer
        place = AdviceTarget(
            profile.board.soc.value,
            profile.python.bits.value,
            profile.cpu.cores.value,
            profile.memory.total.value or profile.board.memory.value,
        )
        target = Target(best.name, best.version, machine_of(profile).architecture)
        memory = model_memory(self.content, target)
        advice = advise(self.content, answer.summary, memory, place)
        return answer._replace(memory=memory, advice=advice)

    def plan(self, profile: Profile, request: Request, known: Catalog) -> Plan | None:
        """The first runtime that runs the model and whose whole tree fits."""
        judged = list(self._judged(profile, request, known))
        for wanted in (RUNS, RUNS_WITH):
            fitting = [(it.name, it.version) for it in judged if it.verdict.verdict == wanted]
            plan = first_plan(fitting, profile, request, known)
            if plan is not None:
                return plan
        return None

    def verdicts(
        self, profile: Profile, request: Request, known: Catalog
    ) -> Mapping[tuple[str, str], str]:
        """How the model does on each runtime version that can be installed, by that."""
        judged = self._judged(profile, request, known)
        return {(it.name, it.version): it.verdict.verdict for it in judged}

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
        for it in installable(profile, request, known):
            served = served_operators(profile, it.distribution, it.version)
            key = (it, tuple(served.items()))
            if key not in self._verdicts:
                said = judge_model(self.content, it, served, self._shaped)
                named = f"model {shlex.quote(printable(self.file.path))}{self._options}"
                settle = said.settle.replace("model FILE", named)
                self._verdicts[key] = said._replace(settle=settle)
            yield RuntimeAnswer(it.distribution, it.version, self._verdicts[key])

    def _changes(
        self, answer: ModelAnswer, profile: Profile, request: Request, known: Catalog
    ) -> tuple[ModelChange, ...]:
        """One change of each kind, cheapest first; those of the machine were tried."""
        found: dict[str, ModelChange] = {}
        for own in _of_model(answer.runtimes):
            found.setdefault(own.kind, own)
        for proposal in proposals(profile, request, known, self.solve):
            change = proposal.change
            found[change.kind] = ModelChange(change.kind, change.told, change.result)
        return tuple(sorted(found.values(), key=lambda change: change.cost))


def first_plan(
    versions: Iterable[tuple[str, str]], profile: Profile, request: Request, known: Catalog
) -> Plan | None:
    """The plan with the first of these (name, version) whose whole tree fits."""
    for name, version in versions:
        exact = request._replace(name=name, specifier=SpecifierSet(f"=={version}"))
        plan = resolve(profile, exact, known)
        if isinstance(plan, Plan):
            return replace(plan, request=str(request))
    return None


@contextmanager
def asked_about(path: Path, shapes: Sequence[str] = ()) -> Iterator[ModelQuestion]:
    """The model in a file; UsageError in one line for what is no model.

    ``shapes`` are those that its inputs will have, as ``NAME=1,1280``.
    """
    with named_model(path) as data:
        yield ModelQuestion(path, data, shapes)


class Fitting(NamedTuple):
    """A requirement narrowed to what runs the models; ``findings`` say what stands in the way.

    ``conditions`` are what has to be so for the models to run with it.
    """

    requirement: str | Project
    findings: tuple[Finding, ...] = ()
    conditions: tuple[Finding, ...] = ()

    @property
    def exit_code(self) -> int:
        """3 where the files alone do not tell, 1 where nothing runs a model."""
        if not self.findings:
            return ExitCode.FINE
        open_ = self.findings[0].id == NOT_SETTLED
        return ExitCode.COULD_NOT_CHECK if open_ else ExitCode.PROBLEM


def fit_to_models(
    paths: Sequence[Path],
    profile: Profile,
    wanted: str | Project,
    beyond_tags: bool,
    known: Catalog,
) -> Fitting:
    """What is ``wanted`` narrowed to the one runtime and version that runs every model."""
    request = request_on(profile, wanted, beyond_tags, known)
    with ExitStack() as opened:
        questions = [opened.enter_context(asked_about(path)) for path in paths]
        answers = [question.answer_and_plan(profile, request, known) for question in questions]
        plan = answers[0][1] if len(paths) == 1 else _plan_for(questions, profile, request, known)
    if plan is not None:
        exact = f"{plan.runtime}=={plan.version}"
        notes = tuple(
            finding
            for path, (answer, _) in zip(paths, answers)
            for finding in _conditions(path, answer, plan)
        )
        if isinstance(wanted, str):
            return Fitting(exact, (), notes)
        return Fitting(wanted._replace(asked=(Requirement(exact), *wanted.asked)), (), notes)
    alone = [(path, answer) for path, (answer, own) in zip(paths, answers) if own is None]
    if not alone:
        return Fitting(wanted, (_apart(paths, [own for _, own in answers if own]),))
    # Where there is no runtime at all, the resolution says why.
    asked = Asked.of("auto", profile.origin)
    found = [_obstacle(path, it, it.best, asked) for path, it in alone if it.best is not None]
    return Fitting(wanted, tuple(sorted(found, key=lambda finding: finding.id == NOT_SETTLED)))


def _conditions(path: Path, answer: ModelAnswer, plan: Plan) -> Iterator[Finding]:
    """What has to be so for a model to run with the planned runtime."""
    name = printable(path.name)
    for it in answer.runtimes:
        if (it.name, it.version, it.verdict.verdict) == (plan.runtime, plan.version, RUNS_WITH):
            message = f"{name} runs with {it.name} {it.version} on one condition: "
            message += f"{it.verdict.reason}."
            settle = Remedy(f"To try it, {it.verdict.settle}.") if it.verdict.settle else None
            yield Finding("model-runs-on-condition", Severity.WARNING, message, _SEEN, settle)


def _plan_for(
    questions: Sequence[ModelQuestion], profile: Profile, request: Request, known: Catalog
) -> Plan | None:
    """The first runtime that runs all the models, the best of what its worst is."""
    verdicts = [question.verdicts(profile, request, known) for question in questions]
    together = {it: [its.get(it, CANNOT) for its in verdicts] for it in verdicts[0]}
    for allowed in ((RUNS,), (RUNS, RUNS_WITH)):
        fitting = [it for it, all_ in together.items() if all(each in allowed for each in all_)]
        plan = first_plan(fitting, profile, request, known)
        if plan is not None:
            return plan
    return None


def _apart(paths: Sequence[Path], plans: Sequence[Plan]) -> Finding:
    """Each model runs, and no version of a runtime runs all of them."""
    each = "; ".join(
        f"{printable(path.name)} with {plan.runtime} {plan.version}"
        for path, plan in zip(paths, plans)
    )
    message = f"No version of a runtime runs all the models. Each alone runs: {each}."
    text = "Use one environment for each, or convert the models for the same runtime."
    return Finding(NO_COMMON, Severity.ERROR, message, _SEEN, Remedy(text))


def _obstacle(path: Path, answer: ModelAnswer, best: RuntimeAnswer, asked: Asked) -> Finding:
    """Why a model does not run, or what would settle whether it does."""
    name = printable(path.name)
    if answer.verdict == UNDECIDED:
        message = f"Whether {name} runs is not settled: {best.verdict.reason}."
        install = f"pidoctor install {best.name}=={best.version}"
        settle = Remedy(f"To settle it: {best.verdict.settle}.", (install,))
        return Finding(NOT_SETTLED, Severity.ERROR, message, _SEEN, settle)
    message = f"{name} does not run: {best.verdict.reason}."
    changes = " Or: ".join(change.text for change in answer.changes)
    remedy = Remedy(changes, (asked.command("model", str(path)),)) if changes else None
    return Finding("model-does-not-run", Severity.ERROR, message, _SEEN, remedy)


def examine_model(
    path: Path,
    profile: Profile,
    request: Request,
    known: Catalog,
    shapes: Sequence[str] = (),
) -> ModelAnswer:
    """How the model in a file does on a machine; ``shapes`` are those its inputs will have."""
    with asked_about(path, shapes) as question:
        return question.answer_and_plan(profile, request, known)[0]


def installable(profile: Profile, request: Request, known: Catalog) -> Iterator[Target]:
    """Every version of the runtimes that are asked for that has a wheel for the machine.

    What is installed comes first: programs import it already.
    """
    machine = machine_of(profile)
    world = World(machine, known, request.beyond_tags)
    names = tuple(known.runtimes) if request.name == AUTO else (request.name,)
    there = {name: str(it.version) for name, it in present_in(profile, known.index).items()}
    for name in sorted(names, key=lambda name: name not in there):
        versions = world.versions(name)
        for version in sorted(versions, key=lambda version: version != there.get(name)):
            if admitted(request.specifier, version) and world.choice(name, version):
                yield Target(name, version, machine.architecture)


def _of_model(runtimes: Iterable[RuntimeAnswer]) -> Iterator[ModelChange]:
    """What to change in the model for the runtime that asks for the least, the preferred of equals.

    That it then runs is said only of an option whose effect is known.
    """
    helps = {row.id: row for row in load_rules().changes}
    needed = [it for it in runtimes if it.verdict.verdict == CANNOT and it.verdict.changes]
    for runtime in sorted(needed, key=lambda it: len(it.verdict.changes)):
        rows = [helps[change] for change in runtime.verdict.changes]
        kind = max((row.kind for row in rows), key=cost)
        known = all(row.code for row in rows)
        name = f"{runtime.name} {runtime.version}" if known else ""
        code = "\n".join(row.code for row in rows if row.code)
        yield ModelChange(kind, " ".join(row.text for row in rows), name, code)
