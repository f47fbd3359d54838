"""The proof: what ran, what it computed and how fast, or how it died."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pidoctor.envelope import Result
from pidoctor.proof.proof import shown
from pidoctor.report.document import (
    FAINT,
    Block,
    Detail,
    FactList,
    Item,
    Mark,
    Notice,
    Row,
    Section,
    ShellCommand,
    Text,
)
from pidoctor.units import count, seconds, size

if TYPE_CHECKING:
    from pidoctor.proof.proof import ModelResult, Proof

_ABOUT_MODEL = {"float32": "32-bit floating point", "int8": "8-bit integers"}


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """A proof that passed, or the decoded death."""
    proof = result.proof
    if proof is None or proof.is_without_runtime:
        return
    blocks: list[Block] = [_outcome(proof)]
    if detail is not Detail.QUIET:
        blocks.append(FactList(tuple(_model(model) for model in proof.models)))
        blocks += [Text([(text, FAINT)]) for text in _how(proof)]
        if proof.peak_memory_bytes:
            blocks.append(Text([(f"peak memory {size(proof.peak_memory_bytes)}", FAINT)]))
    blocks += _uses(proof, detail)
    if proof.passed and proof.import_line:
        blocks.append(ShellCommand(proof.import_line, "In your code:", folds=False))
    yield Section("Proof", tuple(blocks))


def _how(proof: Proof) -> Iterator[str]:
    """What was run, on which input, and what its output was compared with."""
    ways = dict.fromkeys((model.given, model.compared_with) for model in proof.models)
    for given, other in ways:
        if given:
            held = f"compared with {other}" if other else "compared with nothing"
            yield f"run through {proof.api} on {given}, {held}"


def _uses(proof: Proof, detail: Detail) -> Iterator[Block]:
    """What was there before an install: how much of it works still, and what does not."""
    worked = [use for use in proof.uses if use.before]
    kept = [use for use in worked if use.after]
    if not worked or detail is Detail.QUIET:
        return
    verb = "works" if len(kept) == 1 else "work"
    yield Text(f"{len(kept)} of {count(len(worked), 'use')} that worked before {verb} now")
    for use in worked:
        if use.lost:
            yield Item(Mark.BAD, f"{use.name} {use.version}, {use.what}: {use.detail}")


def _outcome(proof: Proof) -> Notice:
    what = " ".join(filter(None, (proof.runtime, proof.version)))
    numpy = f" with numpy {proof.numpy}" if proof.numpy else ""
    if proof.passed:
        return Notice(Mark.GOOD, "", title=f"{what}{numpy} {shown(proof)}")
    death = proof.death
    remedy = death.remedy if death else None
    return Notice(
        Mark.BAD,
        death.message if death else "",
        (f"seen: {death.evidence}",) if death and death.evidence else (),
        remedy.text if remedy else "",
        remedy.commands if remedy else (),
        title=f"{what or 'the runtime'}{numpy} {shown(proof)}",
    )


def _delegated(model: ModelResult) -> str:
    if model.delegated is None:
        return ""
    return (
        f"{count(model.delegated, 'part')} by the delegate" if model.delegated else "all by the CPU"
    )


def _model(model: ModelResult) -> Row:
    mark = Mark.GOOD if model.status == "passed" else Mark.BAD
    speed = f"{seconds(model.latency_ms / 1000)} an inference" if model.latency_ms else ""
    off = "" if model.max_error is None else f"largest error {model.max_error:.3g}"
    if off and model.max_error and model.tolerance is not None:
        off += f" of {model.tolerance:.3g} allowed"
    parts = (speed, off, _delegated(model), _ABOUT_MODEL.get(model.name, ""))
    return Row(model.name, ([(", ".join(filter(None, parts)), FAINT)],), mark)
