"""Shapes of a model whose inputs leave sizes open: from the inputs through its operators.

As the runtimes' own Prepare does it, for the operators that models with open sizes are made of.
What an operator that is not listed here writes is not known, and says so. Numbers that a model
computes from shapes (the batch of a RESHAPE) are followed too. Sources: the kernels of
tensorflow/lite/kernels; fields of options are those of schema.fbs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import prod
from typing import NamedTuple

from pidoctor.errors import UsageError
from pidoctor.model import piece_shapes, setting_rules, shape_rules
from pidoctor.model.content import NO_TENSOR, Content, Graph, Operator, Tensor
from pidoctor.model.number_rules import computed_numbers
from pidoctor.model.operator_forms import misform
from pidoctor.model.rarer_settings import RARER_CHECKS
from pidoctor.model.shape_rules import CHECKED, MisfitError, SettingError, Shape, Values

_RULES = {**shape_rules.RULES, **piece_shapes.RULES}
_CHECKS = {
    name: (*setting_rules.CHECKS.get(name, ()), *RARER_CHECKS.get(name, ()))
    for name in (*setting_rules.CHECKS, *RARER_CHECKS)
}
_MOST_SIZE = (1 << 31) - 1  # of a dimension, an int32
_PREFIX = "serving_default_"
_USUAL_SIDE = 224  # of an image whose size the model leaves open
_MOST_TRIED = 14  # powers of two, up to 8192: a second of sound at 8 kHz
_MOST_ELEMENTS = 1 << 40  # of an input: more is no tensor


class Shaped(NamedTuple):
    """A model in shapes of its inputs, ``given`` or as they are stored.

    ``misfit`` says why an operator cannot take them, and is empty where all can; ``stage`` is where
    that ends a run, and ``always`` whether it does in every size of the inputs. ``unknown`` names
    the first operator that refuses some shapes and whose input has one that only a run tells.
    """

    content: Content
    given: bool
    misfit: str = ""
    unknown: str = ""
    stage: str = shape_rules.ALLOCATE
    always: bool = False


def read_shapes(words: Sequence[str], content: Content) -> dict[int, Shape]:
    """Inputs by their tensor to the shape that ``NAME=1,1280`` gives each.

    With one input its name may be left out. UsageError for what is no shape of an input.
    """
    graph, found = content.main, {}
    inputs = [number for number in graph.inputs if number != NO_TENSOR]
    for word in words:
        name, equals, sizes = word.rpartition("=")
        number = _input(name if equals else "", word, content, inputs)
        shape = _sizes(sizes, word)
        tensor = graph.tensors[number]
        wanted = len(tensor.signature or tensor.shape)
        if wanted and len(shape) != wanted:
            raise UsageError(f"--shape {word}: the input has {wanted} sizes, not {len(shape)}")
        found[number] = shape
    return found


def example_shapes(content: Content) -> list[str]:
    """``NAME=1,512`` of each input that leaves sizes open: the usual or smallest that fits.

    Of all inputs where none says so; "?" stands for a size where none fits.
    """
    graph = content.main
    asked = _open_inputs(content, {})
    fitting = _fitting(content, asked, {}) or {n: _asked(graph.tensors[n]) for n in asked}
    return [_written(graph.tensors[number], shape) for number, shape in fitting.items()]


def shapes_to_run(words: Sequence[str], content: Content) -> dict[int, Shape]:
    """The shapes of :func:`read_shapes`, and for other inputs that leave sizes open ones that fit,
    where the stored ones do not or are an image of one pixel."""
    given = read_shapes(words, content)
    open_ = _open_inputs(content, given)
    images = any(_is_open_image(content.main.tensors[number]) for number in open_)
    if not images and not with_shapes(content, given).misfit:
        return given
    return {**(_fitting(content, open_, given) or {}), **given}


def _open_inputs(content: Content, given: Mapping[int, Shape]) -> list[int]:
    """The inputs that leave sizes open, or all where none does; those that are given left out."""
    tensors = content.main.tensors
    inputs = [n for n in content.main.inputs if n != NO_TENSOR and n not in given]
    return [n for n in inputs if tensors[n].dynamic] or inputs


def _fitting(
    content: Content, asked: Sequence[int], given: Mapping[int, Shape]
) -> dict[int, Shape] | None:
    """Shapes of the inputs ``asked`` in which every operator can be run; None where none is found.

    The first size is most often that of the batch and stays 1.
    """
    tensors = content.main.tensors
    images = all(_is_open_image(tensors[number]) for number in asked)
    for size in (*((_USUAL_SIDE,) if images else ()), *(1 << it for it in range(_MOST_TRIED))):
        shapes = {n: tuple(size if it < 0 else it for it in _asked(tensors[n])) for n in asked}
        if not with_shapes(content, {**given, **shapes}).misfit:
            return shapes
    return None


def _is_open_image(tensor: Tensor) -> bool:
    """Whether it takes colour images and leaves their size open."""
    signature = tensor.signature
    return len(signature) == 4 and signature[3] == 3 and max(signature[1:3]) < 0


def _asked(tensor: Tensor) -> Shape:
    sizes = tensor.signature or tensor.shape
    return tuple(
        1 if size < 0 and not at and len(sizes) > 1 else size for at, size in enumerate(sizes)
    )


def _written(tensor: Tensor, shape: Shape) -> str:
    sizes = ",".join("?" if size < 0 else str(size) for size in shape)
    return f"{short_name(tensor)}={sizes}"


def short_name(tensor: Tensor) -> str:
    """The name as its author wrote it: converters add "serving_default_" and ":0"."""
    name = tensor.name.split(":")[0]
    return name[len(_PREFIX) :] if name.startswith(_PREFIX) else name


def _input(name: str, word: str, content: Content, inputs: Sequence[int]) -> int:
    if not name and len(inputs) == 1:
        return inputs[0]
    tensors = content.main.tensors
    for number in inputs:
        own = tensors[number]
        if name in (own.name, own.name.split(":")[0], short_name(own)):
            return number
    for signature in content.signatures:
        if signature.inputs.get(name) in inputs:
            return signature.inputs[name]
    if not inputs:
        raise UsageError(f"--shape {word}: the model has no input")
    named = ", ".join(short_name(tensors[number]) for number in inputs)
    raise UsageError(f"--shape {word}: write NAME=1,224,224,3 with one of its inputs: {named}")


def _sizes(text: str, word: str) -> Shape:
    try:
        sizes = tuple(int(size) for size in text.replace("x", ",").strip("[]() ").split(","))
    except ValueError:
        sizes = (0,)
    if not all(1 <= size <= _MOST_SIZE for size in sizes) or prod(sizes) > _MOST_ELEMENTS:
        raise UsageError(f"--shape {word}: expected whole numbers from 1 on, as NAME=1,224,224,3")
    return sizes


def with_shapes(content: Content, given: Mapping[int, Shape]) -> Shaped:
    """The model with these shapes of its inputs, and with the stored ones of the others."""
    walk = _Walk(content.main, given)
    misfit, unknown, stage, always = "", "", shape_rules.ALLOCATE, False
    for operator in content.main.operators:
        try:
            if not walk.step(operator) and operator.name in CHECKED:
                unknown = unknown or operator.name
        except MisfitError as error:
            misfit, stage = f"{operator.name} {error}", error.stage
            always = isinstance(error, SettingError) and walk.told()
            break
    if given:
        graph = content.main._replace(tensors=tuple(walk.tensors()))
        content = content._replace(graphs=(graph, *content.graphs[1:]))
    return Shaped(content, bool(given), misfit, unknown, stage, always)


class Settled(NamedTuple):
    """A model in the stored shapes of its inputs, with the shapes that it computes from them where
    they are known before it runs; ``whole`` where all of its main graph's are."""

    content: Content
    whole: bool


def settled(content: Content) -> Settled:
    """The shapes in which a model runs. A converter stores 1 for the sizes that it does not know:
    what is counted from those is far too little."""
    walk = _Walk(content.main, {})
    with suppress(MisfitError):
        for operator in content.main.operators:
            walk.step(operator)
    graph = content.main._replace(tensors=tuple(walk.tensors()))
    return Settled(content._replace(graphs=(graph, *content.graphs[1:])), walk.knows_all())


class _Walk:
    """What is known so far: the shape of each tensor, and the values of small ones."""

    def __init__(self, graph: Graph, given: Mapping[int, Shape]) -> None:
        self._graph = graph
        self._values: dict[int, Values] = {}
        self._shapes: dict[int, Shape] = {}
        written = {number for operator in graph.operators for number in operator.outputs}
        for number, tensor in enumerate(graph.tensors):
            empty = 0 in tensor.shape and number not in written  # as the sizes of a single number
            if tensor.stored or tensor.variable or empty:
                self._shapes[number] = tensor.shape
                if tensor.values or empty:
                    self._values[number] = tensor.values
        for number in graph.inputs:
            if number != NO_TENSOR:
                self._shapes[number] = given.get(number, graph.tensors[number].shape)

    def told(self) -> bool:
        """Whether the file says how many sizes each input has: none may be one that it does not."""
        return all(self._shapes[number] for number in self._graph.inputs if number != NO_TENSOR)

    def step(self, operator: Operator) -> bool:
        """One operator; whether the shapes of its inputs were known.

        The rules count on the inputs that an operator has to have: one of another form runs
        nowhere, and what it would write is not known.
        """
        if misform(self._graph, operator):
            return True
        inputs = [number for number in operator.inputs if number != NO_TENSOR]
        known = [self._shapes.get(number) for number in inputs]
        rule = _RULES.get(operator.name)
        shapes = [shape for shape in known if shape is not None]
        if not inputs or not operator.outputs or len(shapes) < len(known):
            return len(shapes) == len(known)
        values = [self._values.get(number) for number in inputs]
        for check in _CHECKS.get(operator.name, ()):
            check(operator, shapes, values)
        if rule is None:
            return True
        for number, shape in zip(operator.outputs, rule(operator, shapes, values) or ()):
            if number != NO_TENSOR:
                self._shapes[number] = shape
        self._values.update(zip(operator.outputs, computed_numbers(operator, shapes, values)))
        return True

    def knows_all(self) -> bool:
        """Whether the shape of everything that the graph computes is known."""
        written = (number for operator in self._graph.operators for number in operator.outputs)
        return all(number in self._shapes for number in written if number != NO_TENSOR)

    def tensors(self) -> list[Tensor]:
        """The tensors, with the shapes that are known now; the others keep their open sizes."""
        return [
            tensor._replace(shape=self._shapes[number], signature=())
            if number in self._shapes
            else tensor
            for number, tensor in enumerate(self._graph.tensors)
        ]
