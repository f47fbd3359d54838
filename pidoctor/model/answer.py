"""What ``pidoctor model`` answers with: the file, its figures, and how each runtime does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pidoctor.change_kinds import MODEL_KINDS, cost
from pidoctor.decoding import encode
from pidoctor.model.advice import ModelAdvice
from pidoctor.model.content import NO_TENSOR, Content, Graph, Tensor
from pidoctor.model.memory import MemoryEstimate
from pidoctor.model.summary import Summary
from pidoctor.model.verdict import CANNOT, RUNS, RUNS_WITH, UNDECIDED, Verdict
from pidoctor.record_fields import json_form
from pidoctor.value_rules import Rule, Text, one_of

if TYPE_CHECKING:
    from pidoctor import json_shapes

_BEST_FIRST = (RUNS, RUNS_WITH, UNDECIDED, CANNOT)


class GivenFile(NamedTuple):
    """A file as it was given; ``entry`` is the model's name in a bundle.

    ``digest`` gives the SHA-256 of the model when it is asked for: that takes all of a file to be
    read, which on an SD card takes seconds.
    """

    path: str
    digest: Callable[[], str]
    entry: str = ""


@json_form(
    more={
        **{name: f"verdict.{name}" for name in ("verdict", "stage", "reason", "rests_on", "settle")}
    },
    nulls=("settle",),
)
class RuntimeAnswer(NamedTuple):
    """How the model does on one version of a runtime that can be installed there."""

    name: Text
    version: Text
    verdict: Verdict


@json_form(more={"cost": "cost"}, nulls=("code",))
class ModelChange(NamedTuple):
    """What would make the model run; ``result`` is what runs it then."""

    kind: Annotated[str, one_of(*MODEL_KINDS)]
    text: Text
    result: str = ""
    code: str = ""  # a line for the user's own program

    @property
    def cost(self) -> Annotated[int, Rule("minimum", 1)]:
        return cost(self.kind)


class Difference(NamedTuple):
    """What differs between two models."""

    what: Text
    before: str
    after: str


class ModelAnswer(NamedTuple):
    """Everything that is known of a model and of a machine for it.

    ``runtimes`` has one entry per version that the machine's Python can install, preferred first.
    ``fitting`` are the shapes that ``--shape`` takes, of a model that runs in no stored one.
    """

    file: GivenFile
    content: Content
    summary: Summary
    runtimes: tuple[RuntimeAnswer, ...]
    arena: int | None = None  # bytes; None where only a run tells
    changes: tuple[ModelChange, ...] = ()
    differences: tuple[Difference, ...] | None = None
    memory: MemoryEstimate | None = None  # on the best runtime
    advice: tuple[ModelAdvice, ...] = ()
    fitting: tuple[str, ...] = ()

    @property
    def best(self) -> RuntimeAnswer | None:
        """The runtime on which it does best, the preferred one of equals."""
        order = {verdict: place for place, verdict in enumerate(_BEST_FIRST)}
        return min(self.runtimes, key=lambda it: order[it.verdict.verdict], default=None)

    def with_first(self, name: str, version: str) -> ModelAnswer:
        """The same with one runtime before the others: the one that was planned with."""
        ordered = sorted(self.runtimes, key=lambda it: (it.name, it.version) != (name, version))
        return self._replace(runtimes=tuple(ordered))

    @property
    def verdict(self) -> str:
        return self.best.verdict.verdict if self.best else CANNOT

    def to_json(self) -> json_shapes.Model:
        summary, content = self.summary, self.content
        return {
            "file": {
                "path": self.file.path,
                "entry": self.file.entry or None,
                "sha256": self.file.digest(),
                "bytes": content.size,
                "description": content.description,
                "min_runtime_version": summary.min_runtime_version,
            },
            "quantisation": summary.quantisation,
            "weights": summary.weights,
            "inputs": _tensors(content.main, content.main.inputs),
            "outputs": _tensors(content.main, content.main.outputs),
            "signatures": [
                {
                    "key": signature.key,
                    "inputs": _named(content.graphs[signature.graph], signature.inputs),
                    "outputs": _named(content.graphs[signature.graph], signature.outputs),
                }
                for signature in content.signatures
            ],
            "operators": [
                {"name": use.name, "version": use.version, "count": use.uses, "custom": use.custom}
                for use in summary.operators
            ],
            "macs": summary.macs,
            "dynamic": summary.dynamic,
            "state": summary.state,
            "compiled_for": summary.compiled_for,
            "verdict": self.verdict,
            "runtimes": encode(self.runtimes),
            "memory": self._memory_to_json(),
            "advice": encode(self.advice),
            "changes": encode(self.changes),
            "differences": encode(self.differences),
        }

    def _memory_to_json(self) -> json_shapes.ModelMemory:
        memory = self.memory
        return {
            "mapped": self.content.size,
            "arena": self.arena,
            "private": encode(memory.private) if memory else None,
            "peak": encode(memory.peak) if memory else None,
            "parts": dict(memory.parts) if memory else {},
            "condition": (memory and memory.condition) or None,
        }


def _tensors(graph: Graph, numbers: Iterable[int]) -> list[json_shapes.ModelTensor]:
    return [
        _tensor(graph.tensors[number].name, graph.tensors[number])
        for number in numbers
        if number != NO_TENSOR
    ]


def _named(graph: Graph, places: Mapping[str, int]) -> list[json_shapes.ModelTensor]:
    return [_tensor(name, graph.tensors[number]) for name, number in places.items()]


def _tensor(name: str, tensor: Tensor) -> json_shapes.ModelTensor:
    scheme = tensor.quantisation
    return {
        "name": name,
        "type": tensor.type,
        "shape": list(tensor.shape),
        "shape_signature": list(tensor.signature or tensor.shape),
        "quantisation": {
            "scale": scheme.scale,
            "zero_point": scheme.zero_point,
            "channels": scheme.channels,
            "axis": scheme.axis,
        }
        if scheme
        else None,
    }


def differences(before: ModelAnswer, after: ModelAnswer) -> tuple[Difference, ...]:
    """What differs between two models, the most telling first; what is the same is left out."""
    rows = (
        ("size in bytes", before.content.size, after.content.size),
        ("quantisation", before.summary.quantisation, after.summary.quantisation),
        *_weights(before.summary.weights, after.summary.weights),
        ("multiply-accumulates", before.summary.macs, after.summary.macs),
        ("inputs", _signature(before, "inputs"), _signature(after, "inputs")),
        ("outputs", _signature(before, "outputs"), _signature(after, "outputs")),
        ("arena in bytes", before.arena, after.arena),
        *_operators(before.summary, after.summary),
        ("verdict", before.verdict, after.verdict),
    )
    return tuple(Difference(what, str(one), str(two)) for what, one, two in rows if one != two)


_Row = tuple[str, object, object]


def _weights(before: Mapping[str, int], after: Mapping[str, int]) -> list[_Row]:
    kinds = dict.fromkeys((*before, *after))
    return [(f"bytes of {kind}", before.get(kind, 0), after.get(kind, 0)) for kind in kinds]


def _operators(before: Summary, after: Summary) -> list[_Row]:
    one = {(use.name, use.version): use.uses for use in before.operators}
    two = {(use.name, use.version): use.uses for use in after.operators}
    return [
        (f"{name} version {version}", one.get((name, version), 0), two.get((name, version), 0))
        for name, version in sorted({*one, *two})
    ]


def _signature(answer: ModelAnswer, side: str) -> str:
    graph = answer.content.main
    numbers = graph.inputs if side == "inputs" else graph.outputs
    return ", ".join(described(graph.tensors[number]) for number in numbers if number != NO_TENSOR)


def described(tensor: Tensor) -> str:
    """A tensor as people write it: "int8 [1, 224, 224, 3]"; "?" is a size that may be set."""
    sizes = ", ".join("?" if size < 0 else str(size) for size in tensor.signature or tensor.shape)
    return f"{tensor.type.lower()} [{sizes}]"
