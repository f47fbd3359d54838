"""What a rule about models can ask of an operator: one matcher for every row of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, zip_longest
from math import isclose
from typing import NamedTuple

from pidoctor.model.content import NO_TENSOR, Graph, Operator, Tensor
from pidoctor.model.piece_shapes import RULES
from pidoctor.model.shape_rules import MisfitError

# By how many bits the kernels of ADD and SUB shift their inputs.
_FIXED_POINT = {"INT8": 20, "UINT8": 20, "INT16": 15}
_SQUARED = 14  # twice 7, the bits by which SQUARED_DIFFERENCE shifts
_NEAR = 1e-3  # kernels compare scales so closely
_WAYS = 2  # each of two shapes repeated once


class Condition(NamedTuple):
    """Which operators a rule is about; every field that is given must hold.

    ``names`` are exact; ``begins`` is how the name begins. ``types`` are the element types of
    inputs by their place; ``min_rows`` the number of vectors that input 0 holds; ``channels``
    the least number of scales of the weights; ``without_input`` the place of an input that is
    left out; ``registered`` whether the wheel has the custom operator: "yes", "no", "open";
    ``zero_scale`` the places of a quantised tensor whose scale is 0 or below, as kernels also
    take that of a tensor with a scale per channel; ``finer_output`` an output so much finer
    than the inputs that their ratio does not fit the fixed point; ``fft_power_of_two`` the
    length of a Fourier transform; ``any_type`` the type of any input or output; ``per_tensor``
    weights with one scale; ``unlike`` two tensors whose types differ: places of inputs, -1 for
    the first output, as for all places; ``unlike_scales`` tensors of the type of the first
    output with another scale or zero point than that: "all", or "told" where each has one;
    ``moved_zero`` a tensor of INT16 numbers whose zero point is not 0; ``unquantised`` the
    places of an integer tensor without a scale; ``given_type`` the type of an input that the
    program has to set; ``data_types`` are what input 0 may be. ``sizes_above`` and
    ``sizes_below`` are about the number of sizes of a shape; ``broadcasts`` about inputs of
    unlike shapes, and ``scattered`` about those that are repeated along sizes that do not lie
    side by side; ``computed`` is the place of an input whose numbers are not in the file;
    ``holds_zero`` a stored input 1 that holds a zero. ``result_above`` is about the number of
    sizes of the output, ``result_not`` about its scale and zero point, where it is of the type
    of input 0: they are others than these. ``apart`` is the place of an input whose stored axes
    of input 0 do not lie side by side. ``scale_from`` is the least scale that an input has to
    have, ``stateless`` the places of inputs that have to keep their numbers between calls and
    do not, and ``miswritten`` a result whose stored shape is not the one that the operator
    writes.
    """

    names: tuple[str, ...] = ()
    custom: bool | None = None
    flex: bool | None = None
    registered: str = ""
    types: Mapping[str, str] = {}
    channels: int | None = None
    without_input: int | None = None
    min_rows: int | None = None
    details: str = ""
    zero_scale: tuple[int, ...] = ()
    finer_output: bool = False
    fft_power_of_two: bool | None = None
    any_type: str = ""
    per_tensor: bool = False
    unlike: tuple[int, ...] = ()
    unquantised: tuple[int, ...] = ()
    unlike_scales: str = ""
    moved_zero: bool = False
    given_type: str = ""
    begins: str = ""
    data_types: tuple[str, ...] = ()
    sizes_above: int | None = None
    sizes_below: int | None = None
    broadcasts: bool = False
    scattered: bool = False
    holds_zero: bool = False
    computed: int | None = None
    result_above: int | None = None
    result_not: Mapping[str, float] = {}
    apart: int | None = None
    scale_from: float | None = None
    stateless: tuple[int, ...] = ()
    miswritten: bool = False

    def holds(self, graph: Graph, operator: Operator, registered: str) -> bool:
        """Whether the rule is about this operator."""
        if self.names and operator.name not in self.names:
            return False
        if not operator.name.startswith(self.begins):
            return False
        inputs = _tensors(graph, operator.inputs)
        return (
            self.custom in (None, operator.custom)
            and self.flex in (None, operator.flex)
            and self.registered in ("", registered)
            and all(_type(inputs, int(place)) == name for place, name in self.types.items())
            and (self.channels is None or _channels(inputs) >= self.channels)
            and (self.without_input is None or _at(inputs, self.without_input) is None)
            and (self.min_rows is None or _rows(inputs) >= self.min_rows)
            and (not self.details or any(_details(t) == self.details for t in inputs))
            and (not self.any_type or self.any_type in _types(graph, operator))
            and (not self.unlike or _unlike(graph, operator, self.unlike))
            and (not self.given_type or _given(graph, operator, self.given_type))
            and (not self.data_types or _type(inputs, 0) in self.data_types)
            and (not self.holds_zero or _holds_zero(_at(inputs, 1)))
            and (self.computed is None or _computed(_at(inputs, self.computed)))
            and (not self.stateless or _stateless(_placed(graph, operator, self.stateless)))
            and (not self.miswritten or _miswritten(graph, operator, inputs))
            and self._shapes(inputs)
            and self._result(graph, operator, inputs)
            and self._scales(graph, operator, inputs)
        )

    def _shapes(self, inputs: _Inputs) -> bool:
        """A shape without sizes may be one that the file does not tell: it is below nothing."""
        told = [len(tensor.shape) for tensor in inputs if tensor]
        return (
            (self.sizes_above is None or max(told, default=0) > self.sizes_above)
            and (self.sizes_below is None or 0 < (told or [0])[0] < self.sizes_below)
            and (not self.broadcasts or len({tensor.shape for tensor in inputs if tensor}) > 1)
            and (not self.scattered or _scattered(inputs))
            and (self.apart is None or _apart(_at(inputs, 0), _at(inputs, self.apart)))
        )

    def _result(self, graph: Graph, operator: Operator, inputs: _Inputs) -> bool:
        result = _at(_tensors(graph, operator.outputs), 0)
        sizes = len(result.shape) if result else 0
        return (self.result_above is None or sizes > self.result_above) and (
            not self.result_not or _quantised_otherwise(result, _at(inputs, 0), self.result_not)
        )

    def _scales(self, graph: Graph, operator: Operator, inputs: _Inputs) -> bool:
        return (
            (not self.zero_scale or any(map(_no_scale, _placed(graph, operator, self.zero_scale))))
            and (not self.finer_output or _finer(graph, operator, inputs))
            and (not self.per_tensor or _channels(inputs) == 1)
            and (
                not self.unquantised
                or any(map(_unquantised, _placed(graph, operator, self.unquantised)))
            )
            and (not self.unlike_scales or _unlike_scales(graph, operator, self.unlike_scales))
            and (self.scale_from is None or _largest_scale(inputs) >= self.scale_from)
            and (not self.moved_zero or _moved_zero(graph, operator))
            and (
                self.fft_power_of_two is None
                or self.fft_power_of_two == _powers_of_two(graph, operator)
            )
        )


_Inputs = tuple["Tensor | None", ...]


def _tensors(graph: Graph, numbers: Sequence[int]) -> _Inputs:
    return tuple(None if number == NO_TENSOR else graph.tensors[number] for number in numbers)


def _placed(graph: Graph, operator: Operator, places: Sequence[int]) -> _Inputs:
    """The inputs at these places, the first output at -1."""
    inputs, results = _tensors(graph, operator.inputs), _tensors(graph, operator.outputs)
    return tuple(_at(results, 0) if place < 0 else _at(inputs, place) for place in places)


def _at(inputs: _Inputs, place: int) -> Tensor | None:
    return inputs[place] if place < len(inputs) else None


def _type(inputs: _Inputs, place: int) -> str:
    tensor = _at(inputs, place)
    return tensor.type if tensor else ""


def _types(graph: Graph, operator: Operator) -> set[str]:
    tensors = _tensors(graph, (*operator.inputs, *operator.outputs))
    return {tensor.type for tensor in tensors if tensor}


def _unlike(graph: Graph, operator: Operator, places: Sequence[int]) -> bool:
    """Whether the types differ; a tensor that is left out differs from none."""
    found = _placed(graph, operator, places)
    return len({tensor.type for tensor in found if tensor}) > 1


def _given(graph: Graph, operator: Operator, kind: str) -> bool:
    given = (number for number in operator.inputs if number in graph.inputs)
    return any(number != NO_TENSOR and graph.tensors[number].type == kind for number in given)


def _scattered(inputs: _Inputs) -> bool:
    """Whether two shapes are unlike in more than the one way that has a kernel for any shape.

    From the last size on that is: alike, one repeated, alike, the other repeated, alike. Source:
    ProcessBroadcastShapes in tensorflow/lite/kernels/internal/common.h.
    """
    first, second = _at(inputs, 0), _at(inputs, 1)
    if first is None or second is None:
        return False
    ways = []
    for one, two in zip_longest(reversed(first.shape), reversed(second.shape), fillvalue=1):
        if max(one, two) > 1:
            ways.append("=" if one == two else "1" if one == 1 else "2")
    repeats = [way for way, _ in groupby(ways) if way != "="]
    return len(repeats) > _WAYS or len(set(repeats)) < len(repeats)


def _holds_zero(tensor: Tensor | None) -> bool:
    zero = tensor.quantisation.zero_point if tensor and tensor.quantisation else 0
    return tensor is not None and zero in tensor.values


def _stateless(tensors: _Inputs) -> bool:
    return any(tensor is not None and not tensor.variable for tensor in tensors)


def _miswritten(graph: Graph, operator: Operator, inputs: _Inputs) -> bool:
    """For operators whose shapes of results are told by stored numbers."""
    rule, results = RULES.get(operator.name), _tensors(graph, operator.outputs)
    known = [tensor for tensor in inputs if tensor]
    if rule is None or len(known) < len(inputs) or any(it.dynamic for it in known):
        return False
    try:
        written = rule(operator, [it.shape for it in known], [it.values or None for it in known])
    except MisfitError:
        return False
    pairs = zip(written or (), results)
    return any(result is not None and result.shape != shape for shape, result in pairs)


def _computed(tensor: Tensor | None) -> bool:
    return tensor is not None and not tensor.stored


def _unquantised(tensor: Tensor | None) -> bool:
    return tensor is not None and tensor.type in _FIXED_POINT and tensor.quantisation is None


def _largest_scale(inputs: _Inputs) -> float:
    return max((_scale(tensor) or 0.0 for tensor in inputs), default=0.0)


def _no_scale(tensor: Tensor | None) -> bool:
    scheme = tensor.quantisation if tensor and tensor.type in _FIXED_POINT else None
    return scheme is not None and (scheme.channels > 1 or scheme.scale <= 0)


def _unlike_scales(graph: Graph, operator: Operator, which: str) -> bool:
    result = _at(_tensors(graph, operator.outputs), 0)
    if result is None or result.type not in _FIXED_POINT:
        return False
    numbers = (*operator.inputs, *operator.outputs)
    tensors = [it for it in _tensors(graph, numbers) if it and it.type == result.type]
    if which == "told" and not all(tensor.quantisation for tensor in tensors):
        return False
    return any(_scheme(tensor) != _scheme(result) for tensor in tensors)


def _scheme(tensor: Tensor) -> tuple[float, int]:
    """The scale and the zero point as kernels see them: none and one per channel are 0."""
    scheme = tensor.quantisation
    return (scheme.scale, scheme.zero_point) if scheme and scheme.channels == 1 else (0.0, 0)


def _moved_zero(graph: Graph, operator: Operator) -> bool:
    tensors = _tensors(graph, (*operator.inputs, *operator.outputs))
    return any(
        tensor.type == "INT16" and tensor.quantisation and tensor.quantisation.zero_point
        for tensor in tensors
        if tensor
    )


def _details(tensor: Tensor | None) -> str:
    return tensor.quantisation.details if tensor and tensor.quantisation else ""


def _channels(inputs: _Inputs) -> int:
    weights = _at(inputs, 1)
    return weights.quantisation.channels if weights and weights.quantisation else 0


def _rows(inputs: _Inputs) -> int:
    """How many vectors go through a matrix [outputs, size of a vector]."""
    data, weights = _at(inputs, 0), _at(inputs, 1)
    if data is None or weights is None or not weights.shape or weights.shape[-1] < 1:
        return 0
    return data.elements // weights.shape[-1]


def _scale(tensor: Tensor | None) -> float | None:
    """The scale of a tensor that is quantised as a whole."""
    scheme = tensor.quantisation if tensor and tensor.type in _FIXED_POINT else None
    return scheme.scale if scheme and scheme.channels == 1 else None


def _quantised_otherwise(
    result: Tensor | None, data: Tensor | None, wanted: Mapping[str, float]
) -> bool:
    scheme = result.quantisation if result else None
    if result is None or data is None or result.type != data.type:
        return False
    if scheme is None:
        return True
    near = isclose(scheme.scale, wanted["scale"], rel_tol=_NEAR)
    return not near or scheme.zero_point != wanted["zero_point"]


def _finer(graph: Graph, operator: Operator, inputs: _Inputs) -> bool:
    """Whether inputs, shifted as their kernel does, exceed the output's scale.

    The multiplier 2 * max(scales) / (2 ** shift * output scale) has to be below 1; squares have
    the square of 2 * max(scales). Source: add.cc and squared_difference.cc of TensorFlow Lite.
    """
    if not operator.outputs:
        return False
    result = _at(_tensors(graph, operator.outputs), 0)
    scale, given = _scale(result), [s for s in map(_scale, inputs) if s is not None]
    if result is None or scale is None or not given:
        return False
    widest = 2 * max(given)
    if operator.name == "SQUARED_DIFFERENCE":
        return widest * widest >= (1 << _SQUARED) * scale
    return widest >= (1 << _FIXED_POINT[result.type]) * scale


def _apart(data: Tensor | None, axes: Tensor | None) -> bool:
    if data is None or axes is None or not data.shape or not axes.values:
        return False
    places = {axis % len(data.shape) for axis in axes.values}
    return max(places) - min(places) >= len(places)


def _powers_of_two(graph: Graph, operator: Operator) -> bool | None:
    """Whether the lengths that a real Fourier transform is told, its input 1, are such."""
    told = _at(_tensors(graph, operator.inputs), 1)
    if operator.name != "RFFT2D" or told is None or not told.values:
        return None
    lengths = told.values
    return all(length > 0 and not length & (length - 1) for length in lengths)
