"""What the makers of a model wrote into it for programs: ranges of pixels, names of classes.

The fields are those of metadata_schema.fbs:
https://github.com/tensorflow/tflite-support/blob/master/tensorflow_lite_support/metadata/metadata_schema.fbs
"""

from __future__ import annotations

from typing import NamedTuple

from pidoctor.model.content import Content
from pidoctor.model.flatbuffer import FlatTable, ModelError, Reader

_NAME = "TFLITE_METADATA"
_MAGIC = b"M001"  # the file identifier, bytes 4 to 8
_NORMALISATION, _AUDIO = 1, 4  # of the unions ProcessUnitOptions and ContentProperties
_LABELS = (2, 4)  # enum AssociatedFileType: TENSOR_AXIS_LABELS, TENSOR_VALUE_LABELS


class InputNote(NamedTuple):
    """What is written of an input: ``(value - mean) / std`` is what the model takes.

    ``rate`` is that of the samples of sound, per second. None or empty where nothing is written.
    """

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    rate: int | None = None


class Notes(NamedTuple):
    """What is written of the inputs, in their order, and the name of the file of labels."""

    inputs: tuple[InputNote, ...] = ()
    labels: str = ""


def read_notes(content: Content) -> Notes:
    """The notes in a model; empty ones where it has none, or damaged ones: the model still runs."""
    data = content.metadata.get(_NAME, b"")
    if data[4:8] != _MAGIC:
        return Notes()
    try:
        graphs = list(Reader(memoryview(data)).root().tables(3))
        if not graphs:
            return Notes()
        inputs = tuple(_input(table) for table in graphs[0].tables(2))
        return Notes(inputs, next(filter(None, map(_labels, graphs[0].tables(3))), ""))
    except ModelError:
        return Notes()


def _input(table: FlatTable) -> InputNote:
    note = InputNote()
    for unit in table.tables(4):
        options = unit.table(1)
        if unit.scalar(0, "B") == _NORMALISATION and options is not None:
            note = note._replace(mean=options.numbers(0, "f"), std=options.numbers(1, "f"))
    content = table.table(3)
    properties = content.table(1) if content else None
    if content and properties and content.scalar(0, "B") == _AUDIO:
        note = note._replace(rate=properties.scalar(0, "I") or None)
    return note


def _labels(table: FlatTable) -> str:
    files = ((entry.scalar(2, "b"), entry.string(0)) for entry in table.tables(6))
    return next((name for kind, name in files if kind in _LABELS), "")
