"""What could be done better with a model, each with the figures that it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pidoctor.catalog.tables import load
from pidoctor.model.content import Content
from pidoctor.model.memory import MemoryEstimate, packed_weights
from pidoctor.model.summary import Summary
from pidoctor.units import size
from pidoctor.value_rules import Id, Text

_MEASURED = "measured by pidoctor's makers on ai-edge-litert 2.3.0 and tflite-runtime 2.14.0"
_HEAVY = 3  # times the work of a network before a lighter one is named
_BESIDE = 60_000_000  # bytes of Python, NumPy and the runtime: the peak of pidoctor's own proof
_IMAGE_CHANNELS = (1, 3)
_SMALL = 1_000_000  # multiply-accumulates, below which a run takes no time worth saving


class Gain(NamedTuple):
    """How many times as fast int8 was as float32 on boards with a chip, under 32 or 64 bits."""

    socs: tuple[str, ...]
    bits: int
    low: float
    high: float


class ThreadGain(NamedTuple):
    """How many times as fast several threads were as one."""

    kind: str
    threads: int
    low: float
    high: float


class Network(NamedTuple):
    """A well-known light network for images of 224 x 224."""

    name: str
    macs: int


class AdviceTable(NamedTuple):
    """model_advice.json: ratios of published timings."""

    source: str
    sources: tuple[str, ...]
    int8: tuple[Gain, ...]
    threads: tuple[ThreadGain, ...]
    networks: tuple[Network, ...]
    networks_source: str


class AdviceTarget(NamedTuple):
    """What of a machine advice depends on; None where it is not known. Sizes are bytes."""

    soc: str | None
    bits: int | None
    cores: int | None
    memory: int | None


class ModelAdvice(NamedTuple):
    """A piece of advice: an id, a sentence or two, and what it rests on."""

    id: Id
    text: Text
    source: str


def advise(
    content: Content, summary: Summary, memory: MemoryEstimate, place: AdviceTarget
) -> tuple[ModelAdvice, ...]:
    """What to do with the model on that machine, the most telling first."""
    return (
        *_memory(memory, place),
        *_quantisation(content, summary, place),
        *_threads(summary, place),
        *_batch(content),
        *_lighter(content, summary),
    )


def _memory(memory: MemoryEstimate, place: AdviceTarget) -> Iterator[ModelAdvice]:
    """Against all memory of the board: what else runs there is not known from here."""
    if memory.private is None or place.memory is None:
        return
    low, high = (private + _BESIDE for private in memory.private)
    room = f"{size(place.memory)} of memory in all"
    if low > place.memory:
        text = (
            f"It does not fit: with Python and the runtime it takes at least {size(low)}, and the "
            f"board has {room}. Quantise it to int8, or take a smaller network."
        )
        yield ModelAdvice("memory", text, _MEASURED)
    elif high + memory.mapped > place.memory // 2:
        text = (
            f"With Python and the runtime it takes up to {size(high)}, and {size(memory.mapped)} "
            f"of the file are mapped; the board has {room}, which the system and other programs "
            "share. Pages of the file that do not fit are dropped and read from the SD card again. "
            "Give the file by its path: model_content= holds another copy of it, which cannot be "
            "dropped."
        )
        yield ModelAdvice("memory", text, _MEASURED)
    if place.bits == 32 and memory.peak is not None and memory.peak[1] > 1 << 30:
        text = "A 32-bit process can address 2 to 3 GB in all: the file and its copies may not fit."
        yield ModelAdvice("address-space", text, "the memory split of 32-bit Linux kernels")


def _quantisation(content: Content, summary: Summary, place: AdviceTarget) -> Iterator[ModelAdvice]:
    kind = summary.quantisation
    if kind in ("float32", "float16"):
        weights = sum(packed_weights(content).values())
        if weights and summary.macs >= _SMALL:
            yield _int8(weights, place)
    elif "dynamic range" in kind:
        text = (
            "Dynamic range quantisation makes the file small, not the run: in memory its weights "
            "take more than twice their bytes again. Full int8 (with a representative dataset) "
            "takes about half of that, and is the kind that the processor computes fastest."
        )
        yield ModelAdvice("dynamic-range", text, _MEASURED)
    elif kind.startswith("16x8"):
        text = (
            "Nothing speeds up 16x8 on a CPU: XNNPACK takes no part of it, and it ran 25 to 39 "
            "times slower than float32 (x86-64, ai-edge-litert 2.3.0). Use float32 or full int8."
        )
        yield ModelAdvice("16x8", text, _MEASURED)


def _int8(weights: int, place: AdviceTarget) -> ModelAdvice:
    table = load(AdviceTable)
    rows = (row for row in table.int8 if place.soc in row.socs and place.bits == row.bits)
    row = next(rows, None)
    text = (
        f"Full int8 would store its weights in {size(weights // 4)} instead of {size(weights)} as "
        "float32 in memory."
    )
    if row is None:
        return ModelAdvice(
            "int8", f"{text} How much faster it is on this chip was not found.", _MEASURED
        )
    slower = " (below 1: slower)" if row.low < 1 else ""
    text += (
        f" Networks ran {row.low:g} to {row.high:g} times as fast in int8 as in float32 on boards "
        f"with this chip{slower}."
    )
    return ModelAdvice("int8", text, table.sources[0])


def _threads(summary: Summary, place: AdviceTarget) -> Iterator[ModelAdvice]:
    table = load(AdviceTable)
    cores = place.cores or 1
    kind = "int8" if "int8" in summary.quantisation else "float32"
    row = next((row for row in table.threads if row.kind == kind), None)
    if cores < 2 or row is None or summary.macs < _SMALL:
        return
    text = (
        f"Most kernels use one thread unless they are told: Interpreter(..., num_threads={cores}). "
        f"With {row.threads} threads {kind} networks ran {row.low:g} to {row.high:g} times as fast "
        "as with one on Raspberry Pis with four cores; measure 2, 3 and 4."
    )
    yield ModelAdvice("threads", text, table.sources[0])


def _batch(content: Content) -> Iterator[ModelAdvice]:
    sizes = [content.main.tensors[n].shape for n in content.main.inputs if n >= 0]
    many = next((shape[0] for shape in sizes if len(shape) == 4 and shape[0] > 1), 1)
    if many > 1:
        text = (
            f"Each run computes {many} inputs. Where they come one at a time, convert it with a "
            "batch size of 1: the arena shrinks with it."
        )
        yield ModelAdvice("batch", text, "the shape of the input")


def _lighter(content: Content, summary: Summary) -> Iterator[ModelAdvice]:
    """Lighter networks by their work, for models of images."""
    table = load(AdviceTable)
    images = any(
        len(shape) == 4 and shape[3] in _IMAGE_CHANNELS
        for shape in (content.main.tensors[n].shape for n in content.main.inputs if n >= 0)
    )
    lighter = [it for it in table.networks if summary.macs > _HEAVY * it.macs]
    if images and lighter:
        it = max(lighter, key=lambda network: network.macs)
        text = (
            f"One run takes {summary.macs / 1e6:.0f} million multiply-accumulates, "
            f"{summary.macs / it.macs:.0f} times those of {it.name} "
            f"({it.macs / 1e6:.0f} million at 224 x 224)."
        )
        yield ModelAdvice("lighter", text, table.networks_source)
