"""Shapes behind operators that take pieces of their data; sizes are those that runtimes write."""

from __future__ import annotations

import pytest

from pidoctor.model.content import Content
from pidoctor.model.shapes import with_shapes
from pidoctor.model.verdict import Target, judge_model
from tests.tools.model_builder import Fields, Number
from tests.unit.model.making import Op, T, content

RUNTIME = Target("tflite-runtime", "2.14.0", "x86_64")
DATA, IMAGE = T((4, 6, 2)), T((1, 4, 4, 8))


def whole(*values: int, shape: tuple[int, ...] = ()) -> T:
    return T(shape or (len(values),), "INT32", values=values)


def ints(**fields: int) -> Fields:
    """The fields of options by their place: ``at0=2``."""
    return Fields({int(name[2:]): Number("i", value) for name, value in fields.items()})


def made(name: str, inputs: tuple[T, ...], options: Fields, outputs: int = 1) -> Content:
    """The operator, each of whose outputs is then doubled."""
    places = tuple(range(len(inputs)))
    given = tuple(n for n in places if not inputs[n].values and not inputs[n].stored)
    first = len(inputs)
    written = tuple(range(first, first + outputs))
    steps = [Op(name, places, written, options=options)]
    steps += [Op("ADD", (n, n), (n + outputs,)) for n in written]
    return content([*inputs, *[T((1,))] * (2 * outputs)], steps, given)


LISTS = (whole(1, 0, 0), whole(3, 6, 2), whole(1, 2, 1))
CASES: list[tuple[str, tuple[T, ...], Fields, list[tuple[int, ...]]]] = [
    ("ARG_MAX", (DATA, whole(1)), Fields(), [(4, 2)]),
    ("BATCH_TO_SPACE_ND", (T((4, 3, 3, 2)), whole(2, 2), whole(0, 1, 1, 0, shape=(2, 2))),
     Fields(), [(1, 5, 5, 2)]),
    ("BROADCAST_TO", (DATA, whole(3, 4, 6, 2)), Fields(), [(3, 4, 6, 2)]),
    ("CONV_3D", (T((1, 6, 6, 6, 2)), T((2, 2, 3, 2, 5), stored=True)),
     Fields({0: Number("b", 1), **ints(at1=1, at2=2, at3=1)}), [(1, 5, 5, 2, 5)]),
    ("DEPTH_TO_SPACE", (IMAGE,), ints(at0=2), [(1, 8, 8, 2)]),
    ("FILL", (whole(2, 3), T((), stored=True)), Fields(), [(2, 3)]),
    ("GATHER", (DATA, whole(0, 1, 2)), ints(at0=1), [(4, 3, 2)]),
    ("GATHER", (DATA, whole(*[0] * 12, shape=(4, 3))), ints(at0=1, at1=1), [(4, 3, 2)]),
    ("GATHER_ND", (DATA, whole(0, 0, 1, 1, shape=(2, 2))), Fields(), [(2, 2)]),
    ("ONE_HOT", (T((4,), "INT32"), whole(5, shape=()), *[T((), stored=True)] * 2),
     ints(at0=-1), [(4, 5)]),
    ("RFFT2D", (T((1, 8, 8)), whole(8, 8)), Fields(), [(1, 8, 5)]),
    ("SCATTER_ND", (whole(0, 2, shape=(2, 1)), T((2, 5)), whole(4, 5)), Fields(), [(4, 5)]),
    ("SLICE", (DATA, whole(1, 2, 0), whole(2, -1, 1)), Fields(), [(2, 4, 1)]),
    ("SPACE_TO_BATCH_ND", (IMAGE, whole(2, 2), whole(0, 0, 1, 1, shape=(2, 2))), Fields(),
     [(4, 2, 3, 8)]),
    ("SPACE_TO_DEPTH", (IMAGE,), ints(at0=2), [(1, 2, 2, 32)]),
    ("SPLIT", (whole(1, shape=()), DATA), ints(at0=3), [(4, 2, 2)] * 3),
    ("SPLIT_V", (DATA, whole(1, -1), whole(1, shape=())), ints(at0=2), [(4, 1, 2), (4, 5, 2)]),
    ("STRIDED_SLICE", (DATA, *LISTS), Fields(), [(2, 3, 2)]),
    ("STRIDED_SLICE", (DATA, *LISTS), ints(at4=1), [(3, 2)]),
    ("STRIDED_SLICE", (DATA, *LISTS), ints(at0=1, at1=2), [(3, 3, 2)]),
    ("STRIDED_SLICE", (DATA, whole(0, 0), whole(0, 1), whole(1, 1)), ints(at2=1), [(4, 6, 1)]),
    ("STRIDED_SLICE", (DATA, whole(0, 0), whole(0, 2), whole(1, 1)), ints(at3=1), [(1, 2, 6, 2)]),
    ("STRIDED_SLICE", (DATA, whole(-1), whole(-5), whole(-1)), Fields(), [(4, 6, 2)]),
    ("TILE", (DATA, whole(1, 2, 3)), Fields(), [(4, 12, 6)]),
    ("TOPK_V2", (T((4, 6)), whole(3, shape=())), Fields(), [(4, 3), (4, 3)]),
    ("TRANSPOSE_CONV", (whole(1, 8, 8, 2), T((2, 3, 3, 8), stored=True), IMAGE),
     ints(at1=2, at2=2), [(1, 8, 8, 2)]),
    ("UNPACK", (DATA,), ints(at0=2, at1=2), [(4, 6)] * 2),
]  # fmt: skip


@pytest.mark.parametrize(("name", "inputs", "options", "expected"), CASES)
def test_what_an_operator_writes(
    name: str, inputs: tuple[T, ...], options: Fields, expected: list[tuple[int, ...]]
) -> None:
    model = made(name, inputs, options, len(expected))
    stored = {n: model.main.tensors[n].shape for n in model.main.inputs} or {0: inputs[0].shape}
    shaped = with_shapes(model, stored)
    assert shaped.misfit == ""
    assert [tensor.shape for tensor in shaped.content.main.tensors[-len(expected) :]] == expected


def test_what_does_not_fit_behind_a_piece_is_seen() -> None:
    """Axis 2 is gone once the second size is left out."""
    tensors = [T((4, 6)), *LISTS[:1], T((6,)), T((1,))]
    tensors[1:2] = [whole(0), whole(1), whole(1)]
    steps = [
        Op("STRIDED_SLICE", (0, 1, 2, 3), (4,), options=ints(at4=1)),
        Op("UNPACK", (4,), (5,), options=ints(at0=1, at1=1)),
    ]
    verdict = judge_model(content(tensors, steps), RUNTIME)
    assert (verdict.verdict, verdict.reason) == ("cannot", "UNPACK has no axis 1 in 1 sizes")


@pytest.mark.parametrize(("sizes", "expected"), [((1, 5), "runs"), ((1, 4), "undecided")])
def test_parts_make_up_the_whole(sizes: tuple[int, int], expected: str) -> None:
    model = made("SPLIT_V", (DATA, whole(*sizes), whole(1, shape=())), ints(at0=2), 2)
    assert judge_model(model, RUNTIME).verdict == expected
