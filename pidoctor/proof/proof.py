"""The outcome of running a model: a proof that it works, or how it died.

The JSON form is the ``proof`` of a result envelope; a reader ignores keys it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Union

from pidoctor.record_fields import json_form
from pidoctor.result import Remedy
from pidoctor.units import listed, size
from pidoctor.value_rules import Amount, Id, NotNegative, Text, one_of

PASSED = "passed"
FAILED = "failed"

ENDS = ("segfault", "abort", "timeout", "wrong-result", "regression", "not-as-planned", "error")
"""How a proof can end where no trouble of the catalogue is the cause."""

KNOWN_ANSWER = "its known answer"  # what our own models are compared with

Number = Union[int, float]
Status = Annotated[str, one_of("passed", "failed")]


@dataclass(frozen=True)
class Death:
    """How a proof failed, in terms a user can act on."""

    kind: Id  # the id of the trouble, or one of ENDS
    signal: int | None  # the signal that ended the process
    step: str  # start, import, construct, allocate, invoke, compare, exit
    model: str | None  # the model it was working on
    detail: str | None  # the missing symbol, library, version or module
    message: str  # a plain sentence or two
    evidence: str  # the line of output that shows it, without control characters
    remedy: Remedy | None = None


@dataclass(frozen=True)
class Delegate:
    """A library that runs parts of a model on another processor, and its options."""

    library: str  # a path, or a name that the system's loader finds
    options: Mapping[str, str]


@dataclass(frozen=True)
class ModelResult:
    """What one model gave.

    ``expected`` is null for a model whose answer is not known; ``obtained`` is null when it died
    before there was an output; of an own model both hold at most the first 64 values. Times are
    milliseconds: the first inference, and the median of those after it. ``delegated`` is how many
    parts of the model the delegate ran; null without one, or where the runtime does not tell.
    """

    name: str
    status: Status
    input_shape: tuple[int, ...] | None = None
    expected: tuple[Number | None, ...] | None = None
    obtained: tuple[Number | None, ...] | None = None  # null stands for NaN or infinity
    max_error: NotNegative | None = None
    tolerance: NotNegative | None = None
    first_ms: NotNegative | None = None
    latency_ms: NotNegative | None = None
    given: str = ""  # what it was run on, in words
    compared_with: str | None = None  # what its output was held against, in words; null: nothing
    difference: str | None = None  # the first value that is not right, or the shapes
    delegated: Amount | None = None


@dataclass(frozen=True)
class Use:
    """One use of an installed distribution: an import, or an inference of a runtime.

    ``before`` and ``after`` tell whether it worked; ``after`` is None until it was tried again.
    """

    name: Text
    version: str
    what: str  # the module, or "inference"
    before: bool
    after: bool | None = None
    detail: str = ""  # how it failed

    @property
    def lost(self) -> bool:
        """Whether it worked before and does not any more."""
        return self.before and self.after is False


@json_form(names={"import_line": "import"})
@dataclass(frozen=True)
class Proof:
    """A runtime, what it computed, and the decoded death if it did not."""

    status: Status
    runtime: str | None  # distribution name; null when none is installed
    version: str | None
    numpy: str | None  # its version; null when it was not reached
    import_line: str | None  # what the user's code writes to get Interpreter
    python: str  # the interpreter's executable
    models: tuple[ModelResult, ...]
    peak_memory_bytes: Amount | None  # of the child, its Python included
    death: Death | None
    uses: tuple[Use, ...] = ()  # what was there before an install, and whether it still works
    api: str = "Interpreter"  # the programming interface that the models were run through
    delegate: Delegate | None = None

    @property
    def passed(self) -> bool:
        return self.status == PASSED

    @property
    def is_without_runtime(self) -> bool:
        """Whether there was nothing to prove: what was to be proven is not installed."""
        missing = self.death is not None and self.death.kind == "module-not-installed"
        return missing and self.version is None

    @classmethod
    def from_json(cls, data: Any) -> Proof:
        """The proof of a result envelope; :class:`DecodeError` for anything else."""
        from pidoctor.decoding import decode

        return decode(cls, data, "", root="proof", exact=False)


def shown(proof: Proof) -> str:
    """What a proof has shown, to go on after the runtime's name."""
    differing = next((model for model in proof.models if model.difference is not None), None)
    if differing is not None:
        return f"ran, and its output is not that of {differing.compared_with}"
    if not proof.passed:
        return "does not work here"
    others = dict.fromkeys(model.compared_with for model in proof.models)
    if None in others:
        return "ran without error; there is no known answer to compare with"
    if others.keys() - {KNOWN_ANSWER}:
        return f"gives the output of {listed([str(other) for other in others])}"
    return "computes the right answer"


def summary(proof: Proof) -> str:
    """One line for the terminal."""
    if proof.death is not None:
        return f"failed: {proof.death.message}"
    versions = f"{proof.runtime} {proof.version or ''}".rstrip()
    if proof.numpy:
        versions += f" with numpy {proof.numpy}"
    models = ", ".join(_model_summary(model) for model in proof.models)
    memory = proof.peak_memory_bytes
    peak = f"; peak memory {size(memory)}" if memory is not None else ""
    return f"passed: {versions}: {models}{peak}"


def _model_summary(model: ModelResult) -> str:
    verdict = "runs" if model.compared_with is None else "right"
    time = f" in {model.latency_ms:.2g} ms" if model.latency_ms is not None else ""
    return f"{model.name} {verdict}{time}"
