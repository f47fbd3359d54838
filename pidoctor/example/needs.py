"""What a program has to know to run a model, read off the file."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from pidoctor.errors import UsageError
from pidoctor.model.content import NO_TENSOR, Content, Tensor
from pidoctor.model.makers_notes import InputNote, Notes, read_notes
from pidoctor.model.summary import EDGE_TPU, summarise

USUAL_RATE = 16_000  # samples a second of most models of speech
_DETECTION = "TFLite_Detection_PostProcess"
_SHORTEST_SOUND = 4_000  # samples; what is shorter is most often features
_COLOURS = (1, 3, 4)
_SMALLEST_SIDE = 8  # pixels


class InputKind(str, Enum):
    """What an input is filled from."""

    IMAGE = "image"
    SOUND = "sound"
    TEXT = "text"
    NUMBERS = "numbers"


class Input(NamedTuple):
    """An input of the model. ``shape`` has no open sizes; ``set_shape`` tells whether it had.

    ``first`` stands for colours before rows. ``offset`` and ``factor`` make a value of 0 to 255
    what the model takes: ``(value - offset) / factor``; ``range_from`` says what told them:
    "metadata", "quantisation", or nothing in the file.
    """

    name: str
    kind: InputKind
    shape: tuple[int, ...]
    set_shape: bool
    first: bool = False
    offset: tuple[float, ...] = (0.0,)
    factor: tuple[float, ...] = (255.0,)
    range_from: str = ""
    rate: int = USUAL_RATE
    rate_known: bool = False

    def to_json(self) -> dict[str, object]:
        """What turns an image or a sound into this input."""
        return {
            "kind": self.kind.value,
            "first": self.first,
            "offset": self.offset,
            "factor": self.factor,
            "rate": self.rate,
        }


class Needs(NamedTuple):
    """The inputs, the labels' file inside of the model, and what else changes the program."""

    inputs: tuple[Input, ...]
    labels: str
    state: bool
    edge_tpu: bool
    detection: bool

    @property
    def source(self) -> InputKind:
        """What files are given to the program: those of its first input."""
        return self.inputs[0].kind if len(self.inputs) == 1 else InputKind.NUMBERS


def read_needs(content: Content, shapes: Mapping[int, tuple[int, ...]]) -> Needs:
    """What the program has to do; ``shapes`` are those that it is to run in, by an input's tensor.

    Raises :class:`UsageError` for a shape that does not fit the model.
    """
    graph, notes, summary = content.main, read_notes(content), summarise(content)
    given = [number for number in graph.inputs if number != NO_TENSOR]
    if not given:
        raise UsageError("the model has no inputs, so there is nothing to give it")
    inputs = tuple(
        _input(graph.tensors[number], _note(notes, at), shapes.get(number))
        for at, number in enumerate(given)
    )
    names_ = {use.name for use in summary.operators}
    return Needs(inputs, notes.labels, summary.state, EDGE_TPU in names_, _DETECTION in names_)


def _note(notes: Notes, number: int) -> InputNote:
    return notes.inputs[number] if number < len(notes.inputs) else InputNote()


def _input(tensor: Tensor, note: InputNote, chosen: tuple[int, ...] | None) -> Input:
    shape = _shape(tensor, chosen)
    base = Input(tensor.name, InputKind.NUMBERS, shape, chosen is not None or tensor.dynamic)
    if tensor.type == "STRING":
        return base._replace(kind=InputKind.TEXT)
    if tensor.type in ("FLOAT32", "INT8", "UINT8", "FLOAT16") and _is_image(shape):
        return _image(base, tensor, note)
    if tensor.type in ("FLOAT32", "INT16", "INT8", "UINT8") and _is_sound(shape):
        rate = note.rate or USUAL_RATE
        return base._replace(kind=InputKind.SOUND, rate=rate, rate_known=note.rate is not None)
    return base


def _shape(tensor: Tensor, chosen: tuple[int, ...] | None) -> tuple[int, ...]:
    """The shape to run with: the chosen one, else the stored one with 1 for what is open."""
    open_ = tensor.signature if len(tensor.signature) == len(tensor.shape) else tensor.shape
    if chosen is None:
        return tuple(max(size, 1) for size in tensor.shape)
    fits = len(chosen) == len(open_) and all(
        have < 0 or have == want for have, want in zip(open_, chosen)
    )
    if not fits:
        sizes = ",".join("?" if size < 0 else str(size) for size in open_)
        raise UsageError(f"--shape: {tensor.name} takes {sizes or 'one value'} (? may be chosen)")
    return chosen


def _is_image(shape: tuple[int, ...]) -> bool:
    if len(shape) != 4 or shape[0] != 1:
        return False
    last = shape[3] in _COLOURS
    if not last and shape[1] not in _COLOURS:
        return False
    sides, colours = (shape[1:3], shape[3]) if last else (shape[2:4], shape[1])
    # One value a place in a rectangle is most often a spectrogram: features of sound.
    return min(sides) >= _SMALLEST_SIDE and (colours > 1 or sides[0] == sides[1])


def _is_sound(shape: tuple[int, ...]) -> bool:
    return max(shape, default=0) >= _SHORTEST_SOUND and sum(size > 1 for size in shape) == 1


def _image(base: Input, tensor: Tensor, note: InputNote) -> Input:
    found = base._replace(kind=InputKind.IMAGE, first=base.shape[3] not in _COLOURS)
    if note.mean and note.std and all(note.std) and len(note.mean) == len(note.std):
        return found._replace(offset=note.mean, factor=note.std, range_from="metadata")
    scheme = tensor.quantisation
    if scheme is None or tensor.type not in ("INT8", "UINT8") or not scheme.scale > 0:
        return found
    # What the integers can stand for is what the model was made for: pixels cover all of it.
    lowest = (-128 if tensor.type == "INT8" else 0) - scheme.zero_point
    factor = 1 / scheme.scale
    return found._replace(offset=(-lowest * 1.0,), factor=(factor,), range_from="quantisation")
