"""What an operator is made of: how many tensors it takes and writes, and of which types.

``catalog/data/operator_forms.json`` holds what was tried on several runtimes. What ended all of
them cannot run; what only some of them run stands in model_rules.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, NamedTuple

from pidoctor.catalog.tables import derived, load
from pidoctor.model.content import NO_TENSOR, Content, Graph, Operator, types_by_name
from pidoctor.model.shape_rules import ALLOCATE, INVOKE
from pidoctor.value_rules import one_of

_RESULT = -1  # the place of the first output
_MOST_QUANTISED = 16  # bits of the integers that quantised models compute with


class OperatorForm(NamedTuple):
    """What is known of one operator; what is empty was not tried.

    ``inputs`` and ``outputs`` are how many of them ran, and ``needed`` the places of inputs that
    may not be left out. ``allocate`` and ``invoke`` are the element types that ended every run at
    that stage, by the place of an input, "-1" for the first output.
    """

    name: str
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    needed: tuple[int, ...] = ()
    allocate: Mapping[str, tuple[str, ...]] = {}
    invoke: Mapping[str, tuple[str, ...]] = {}


class OperatorFormsTable(NamedTuple):
    """operator_forms.json."""

    source: str
    operators: tuple[OperatorForm, ...]


class Misform(NamedTuple):
    """Why an operator cannot run in the form that it has, and when that ends a run."""

    operator: str
    why: str
    stage: Annotated[str, one_of("allocate", "invoke")]
    change: str  # of model_rules.json


def first_misform(content: Content) -> Misform | None:
    """The first of the model's operators that has a form that no runtime runs."""
    found = (misform(graph, operator) for graph in content.graphs for operator in graph.operators)
    return next((wrong for wrong in found if wrong), None)


def misform(graph: Graph, operator: Operator) -> Misform | None:
    """Why no runtime runs an operator of this form; None where one may."""
    form = None if operator.custom else _forms().get(operator.name)
    return next(_misforms(form, graph, operator), None) if form else None


@derived
def _forms() -> dict[str, OperatorForm]:
    return {form.name: form for form in load(OperatorFormsTable).operators}


def _misforms(form: OperatorForm, graph: Graph, operator: Operator) -> Iterator[Misform]:
    for verb, numbers, counts in (
        ("takes", operator.inputs, form.inputs),
        ("writes", operator.outputs, form.outputs),
    ):
        if counts and len(numbers) not in counts:
            why = f"{verb} {_told(counts)}, and the model has it {_verb(verb)} {len(numbers)}"
            yield Misform(operator.name, why, ALLOCATE, "correct-operator")
    for place in form.needed:
        if operator.inputs[place : place + 1] == (NO_TENSOR,):
            why = f"needs its input {place}, which the model leaves out"
            yield Misform(operator.name, why, ALLOCATE, "correct-operator")
    yield from _wrong_types(form, graph, operator)


def _verb(verb: str) -> str:
    return verb[:-1]


def _told(counts: Sequence[int]) -> str:
    return " or ".join(map(str, counts)) + f" tensor{'s' * (counts[-1] != 1)}"


def _wrong_types(form: OperatorForm, graph: Graph, operator: Operator) -> Iterator[Misform]:
    for stage, places in ((ALLOCATE, form.allocate), (INVOKE, form.invoke)):
        for place, kinds in places.items():
            at = int(place)
            numbers = operator.inputs if at != _RESULT else operator.outputs
            number = next(iter(numbers[max(at, 0) :]), NO_TENSOR)
            kind = graph.tensors[number].type if number != NO_TENSOR else ""
            if kind in kinds:
                where = "writes" if at == _RESULT else f"has as its input {at}"
                why = f"cannot run on {kind} numbers, which it {where} here"
                yield Misform(operator.name, why, stage, _other_type(kind))


def _other_type(kind: str) -> str:
    bits = types_by_name()[kind].bits or 0
    quantised = "INT" in kind and bits <= _MOST_QUANTISED
    return "other-quantisation" if quantised else "float32-operator"
