"""Does a model run on a runtime? Answered from what was measured and from rules with their source.

Whether the file loads is read off the measured table of operators; what happens afterwards, when
memory is allocated and when the model is called, stands in ``catalog/data/model_rules.json``, each
rule with the run that shows it.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pidoctor.catalog.tables import derived, load
from pidoctor.model.content import Content, Graph, Operator
from pidoctor.model.measured_operators import Measured, OperatorVersionsTable
from pidoctor.model.operator_forms import first_misform
from pidoctor.model.rule_conditions import Condition
from pidoctor.model.shape_rules import ALLOCATE, INVOKE
from pidoctor.model.shapes import Shaped, example_shapes, with_shapes
from pidoctor.value_rules import Text, one_of

RUNS, RUNS_WITH, CANNOT, UNDECIDED = "runs", "runs-with", "cannot", "undecided"
LOAD = "load"  # the stage before those of shape_rules
_STAGES = (LOAD, ALLOCATE, INVOKE, None)
MEASURED, RULE, PROOF = "measured", "rule", "proof"
_NONE: Mapping[str, str] = {}
_WORST_FIRST = (CANNOT, UNDECIDED, RUNS_WITH)


class RuleScope(NamedTuple):
    """Where something holds: versions of a distribution, on architectures (none: on all)."""

    distribution: str
    versions: str = ""
    architectures: tuple[str, ...] = ()

    def holds(self, distribution: str, version: str, architecture: str) -> bool:
        return (
            self.distribution == distribution
            and (not self.architectures or architecture in self.architectures)
            and _specifier(self.versions).contains(version, prereleases=True)
        )


class ModelRule(NamedTuple):
    """What happens to a model with an operator that meets ``when``, on the runtimes of ``where``.

    ``xnnpack`` says whether the wheel has to start XNNPACK by itself for the rule to hold.
    ``changes`` are ids of what helps; ``source`` is the run that shows it. "{names}" in ``reason``
    becomes the names of the operators.
    """

    id: str
    when: Condition
    where: tuple[RuleScope, ...]
    verdict: str
    stage: str | None
    reason: str
    source: str
    xnnpack: bool | None = None
    settle: str = ""
    changes: tuple[str, ...] = ()


class DefaultDelegate(NamedTuple):
    """Whether wheels start XNNPACK by themselves; ``source`` says how that was seen."""

    where: RuleScope
    starts: bool
    source: str


class Help(NamedTuple):
    """A change to the model that helps; ``kind`` is of change_kinds, which orders them.

    ``code`` is a line for the user's own program.
    """

    id: str
    kind: str
    text: str
    code: str = ""


class ModelRulesTable(NamedTuple):
    """model_rules.json. ``load_changes`` maps "OPERATOR:VERSION" to a change by its id."""

    source: str
    rules: tuple[ModelRule, ...]
    xnnpack: tuple[DefaultDelegate, ...]
    changes: tuple[Help, ...]
    load_changes: dict[str, str]


class Verdict(NamedTuple):
    """How a model does on one version of a runtime.

    ``stage`` is where it fails; ``rests_on`` what the answer comes from; ``settle`` what would
    decide an open one; ``changes`` are ids of what helps.
    """

    verdict: Annotated[str, one_of("runs", "runs-with", "cannot", "undecided")]
    stage: Annotated[str | None, one_of("load", "allocate", "invoke", None)]
    reason: Text
    rests_on: Annotated[str, one_of("measured", "rule", "proof")]
    settle: str = ""
    changes: tuple[str, ...] = ()


class Target(NamedTuple):
    """A version of a runtime on an architecture: "armv7l", "aarch64", "x86_64"."""

    distribution: str
    version: str
    architecture: str

    @property
    def name(self) -> str:
        return f"{self.distribution} {self.version}"


def judge_model(
    content: Content,
    target: Target,
    served: Mapping[str, str] = _NONE,
    shaped: Shaped | None = None,
) -> Verdict:
    """Whether the model runs there, as far as that can be told from the file.

    ``served`` are the custom operators that a delegate runs there, each with what that takes.
    ``shaped`` is the model in the shapes that its inputs will have (None: in the stored ones).
    """
    found = _in_any_shape(content, target, served)
    if found.verdict == CANNOT:
        return found
    misfit = _of_shapes(shaped or with_shapes(content, {}))
    settled = misfit is not None and misfit.verdict == CANNOT
    return misfit if misfit and (settled or found.verdict != UNDECIDED) else found


def _of_shapes(shaped: Shaped) -> Verdict | None:
    """Why the shapes keep the model from running, or may; None where they do not."""
    if shaped.misfit and shaped.always:
        return Verdict(CANNOT, shaped.stage, shaped.misfit, RULE, changes=(_CORRECT,))
    if shaped.misfit and shaped.given:
        reason = f"with the input shape that was given, {shaped.misfit}"
        return Verdict(CANNOT, shaped.stage, reason, RULE)
    if shaped.misfit:
        reason = f"with the input shape that the file stores, {shaped.misfit}; "
        reason += "the model has to be given another shape before it runs"
        options = " ".join(f"--shape {shlex.quote(it)}" for it in example_shapes(shaped.content))
        settle = f"run `pidoctor model FILE {options}`, with the sizes that you will give it"
        return Verdict(UNDECIDED, shaped.stage, reason, RULE, settle)
    if shaped.unknown and shaped.given:
        reason = f"the shape that reaches {shaped.unknown} is only known when the model runs"
        return Verdict(UNDECIDED, ALLOCATE, reason, RULE, _SETTLE_BY_PROVING)
    return None


def _in_any_shape(content: Content, target: Target, served: Mapping[str, str]) -> Verdict:
    wheels = _neighbours(target.distribution, target.version)
    if not wheels:
        return _unmeasured(content, target)
    there = [op.name for g in content.graphs for op in g.operators if op.name in served]
    if not there:
        return _judge(content, wheels, target)
    found = _judge(_without(content, served), wheels, target)
    if found.verdict not in (RUNS, RUNS_WITH):
        return found
    left = sum(len(graph.operators) for graph in content.graphs) - len(there)
    stay = f"operators that stay on the CPU: {left or 'none'}"
    more = f"; {found.reason}" if found.verdict == RUNS_WITH else ""
    reason = f"{served[there[0]]}; {stay}{more}"
    return Verdict(RUNS_WITH, None, reason, RULE, _SETTLE_BY_DELEGATE)


def _without(content: Content, served: Mapping[str, str]) -> Content:
    graphs = (
        graph._replace(operators=tuple(op for op in graph.operators if op.name not in served))
        for graph in content.graphs
    )
    return content._replace(graphs=tuple(graphs))


def _unmeasured(content: Content, target: Target) -> Verdict:
    """What can be said of a version outside of the measured ones.

    Operators are added from version to version: what the oldest measured one lacks, an older one
    lacks too.
    """
    rows = _by_version().get(target.distribution, {})
    if rows and Version(target.version) < min(rows):
        found = _judge(content, (rows[min(rows)],), target)
        if found.verdict == CANNOT:
            return found._replace(rests_on=RULE)
    reason = f"the operators of {target.name} have not been measured"
    return Verdict(UNDECIDED, None, reason, MEASURED, _SETTLE_BY_PROOF)


def _judge(content: Content, wheels: Sequence[Measured], target: Target) -> Verdict:
    later = _rules(content, wheels, target)
    wrong = first_misform(content) if later.verdict != CANNOT else None
    if wrong:
        reason = f"{wrong.operator} {wrong.why}"
        later = Verdict(CANNOT, wrong.stage, reason, RULE, changes=(wrong.change,))
    loads = _load(content, wheels, target)
    if loads is None:
        return later
    # What helps it load must not leave it failing afterwards.
    helps = (*loads.changes, *(later.changes if later.verdict == CANNOT else ()))
    return loads._replace(changes=tuple(dict.fromkeys(helps)))


_CORRECT = "correct-operator"  # a change of the table
_SETTLE_BY_DELEGATE = "run `pidoctor smoke --model FILE --delegate LIB` where the device is"
_SETTLE_BY_PROVING = "run it on the board: `pidoctor model FILE --prove`"
_SETTLE_BY_PROOF = "install it and run `pidoctor smoke --model FILE`"


# --- loading: the measured table -----------------------------------------------------------------


def _neighbours(distribution: str, version: str) -> tuple[Measured, ...]:
    """What was measured of this version, or else of the next older and the next newer one."""
    rows = _by_version().get(distribution, {})
    wanted = Version(version)
    if wanted in rows:
        return (rows[wanted],)
    older = [known for known in rows if known < wanted]
    newer = [known for known in rows if known > wanted]
    return (rows[max(older)], rows[min(newer)]) if older and newer else ()


@derived
def _by_version() -> dict[str, dict[Version, Measured]]:
    found: dict[str, dict[Version, Measured]] = {}
    for row in load(OperatorVersionsTable).wheels:
        found.setdefault(row.distribution, {})[Version(row.version)] = row
    return found


def _agreed(wheels: Sequence[Measured], ask: Callable[[Measured], bool]) -> bool | None:
    """What all wheels say; None where they differ."""
    answers = {ask(wheel) for wheel in wheels}
    return answers.pop() if len(answers) == 1 else None


def _load(content: Content, wheels: Sequence[Measured], target: Target) -> Verdict | None:
    """Why the model does not load, or may not; None where it does."""
    unknown, open_ = [], []
    operators = [op for graph in content.graphs for op in graph.operators if not op.custom]
    for name, version in sorted({(op.name, op.version) for op in operators}):
        known = _agreed(wheels, lambda wheel: wheel.knows(name, version))  # noqa: B023 (now)
        if known is None:
            open_.append(f"{name} version {version}")
        elif not known:
            unknown.append((name, version))
    if unknown:
        table = load_rules()
        told = ", ".join(f"{name} version {version}" for name, version in unknown)
        keys = (f"{name}:{version}" for name, version in unknown)
        helps = tuple(table.load_changes.get(key, "replace-operators") for key in keys)
        return Verdict(
            CANNOT,
            LOAD,
            f"{target.name} does not know {told}",
            MEASURED,
            changes=tuple(dict.fromkeys(helps)),
        )
    if open_:
        between = " and ".join(wheel.version for wheel in wheels)
        return Verdict(
            UNDECIDED,
            LOAD,
            f"{target.name} was not measured, and {between} differ on {', '.join(open_)}",
            MEASURED,
            _SETTLE_BY_PROOF,
        )
    return None


# --- afterwards: the rules -----------------------------------------------------------------------


class _Match(NamedTuple):
    rule: ModelRule
    operator: Operator


def _rules(content: Content, wheels: Sequence[Measured], target: Target) -> Verdict:
    matches = list(_matches(content, wheels, target))
    for verdict in _WORST_FIRST:
        found = [match for match in matches if match.rule.verdict == verdict]
        found.sort(key=lambda match: _STAGES.index(match.rule.stage))  # it ends at the first
        if found:
            rule = found[0].rule
            helps = (change for match in found for change in match.rule.changes)
            named = dict.fromkeys(m.operator.name for m in found if m.rule is rule)
            names = ", ".join(named)
            return Verdict(
                rule.verdict,
                rule.stage,
                rule.reason.replace("{names}", names).replace("{runtime}", target.name),
                RULE,
                rule.settle,
                tuple(dict.fromkeys(helps)),
            )
    custom = sorted({op.name for g in content.graphs for op in g.operators if op.custom})
    has = f"its custom operator{'s' * (len(custom) > 1)} {', '.join(custom)} included"
    return Verdict(
        RUNS,
        None,
        f"{target.name} knows every operator, {has}"
        if custom
        else f"{target.name} knows every operator in the version that the model asks for",
        MEASURED,
    )


def _matches(content: Content, wheels: Sequence[Measured], target: Target) -> Iterator[_Match]:
    """The first rule that each operator meets."""
    rules = [rule for rule in load_rules().rules if _applies(rule, target)]
    names = {operator.name for graph in content.graphs for operator in graph.operators}
    about = {
        name: [rule for rule in rules if not rule.when.names or name in rule.when.names]
        for name in names
    }
    for graph in content.graphs:
        for operator in graph.operators:
            match = _first(about[operator.name], graph, operator, wheels)
            if match is not None:
                yield _Match(match, operator)
        unused = _unused(graph)
        match = _first([rule for rule in rules if not rule.when.names], graph, unused, wheels)
        if match is not None:
            yield _Match(match, unused)


def _unused(graph: Graph) -> Operator:
    """What no operator takes or writes, as if one did: a runtime looks at each tensor."""
    used = {number for op in graph.operators for number in (*op.inputs, *op.outputs)}
    idle = tuple(number for number in range(len(graph.tensors)) if number not in used)
    return Operator("a tensor that no operator takes", 1, False, idle, (), None)


def _first(
    rules: Sequence[ModelRule], graph: Graph, operator: Operator, wheels: Sequence[Measured]
) -> ModelRule | None:
    has = _agreed(wheels, lambda wheel: operator.name in wheel.custom)
    registered = "open" if has is None else "yes" if has else "no"
    return next((rule for rule in rules if rule.when.holds(graph, operator, registered)), None)


def _applies(rule: ModelRule, target: Target) -> bool:
    return any(scope.holds(*target) for scope in rule.where) and rule.xnnpack in (
        None,
        starts_xnnpack(target),
    )


def starts_xnnpack(target: Target) -> bool | None:
    """Whether the wheel starts XNNPACK by itself; None where that was not seen."""
    rows = (row for row in load_rules().xnnpack if row.where.holds(*target))
    return next((row.starts for row in rows), None)


def runs_nowhere(content: Content, shaped: Shaped) -> str:
    """Why no measured runtime runs the model, as the last one puts it; empty where one may."""
    said = ""
    for row in load(OperatorVersionsTable).wheels:
        found = judge_model(
            content, Target(row.distribution, row.version, "aarch64"), shaped=shaped
        )
        if found.verdict != CANNOT:
            return ""
        said = found.reason
    return said


def load_rules() -> ModelRulesTable:
    """The rules that ship with pidoctor, and the user's own."""
    return load(ModelRulesTable)


@lru_cache(maxsize=256)
def _specifier(text: str) -> SpecifierSet:
    return SpecifierSet(text)
