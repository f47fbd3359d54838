"""A model: what the file holds, how each runtime does, and what would make it run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from pidoctor.envelope import Result
from pidoctor.model.answer import ModelAnswer, RuntimeAnswer, described
from pidoctor.model.content import NO_TENSOR, Graph
from pidoctor.model.summary import OperatorUse
from pidoctor.report.document import (
    Block,
    Detail,
    FactList,
    Item,
    Mark,
    Row,
    Section,
    ShellCommand,
    Table,
    Words,
)
from pidoctor.units import count, size

_MARKS = {
    "runs": Mark.GOOD,
    "runs-with": Mark.WARN,
    "cannot": Mark.BAD,
    "undecided": Mark.UNKNOWN,
}
_WORDS = {
    "runs": "runs",
    "runs-with": "runs on a condition",
    "cannot": "does not run",
    "undecided": "not settled",
}
_MOST_OPERATORS = 8
_MOST_PARTS = 3
_PARTS = {
    "float32": "packed weights",
    "float16": "weights as float32",
    "dynamic range": "packed weights",
    "integer": "packed weights",
}
_COMPILED = {"edgetpu": "the Edge TPU (Coral)", "npu": "the NPU of one chip"}


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """The changes where it cannot run, the runtimes, the file, the difference to a second one."""
    model = result.model
    if model is None or detail is Detail.QUIET:
        return
    if model.changes:
        yield Section("What would make it run", tuple(_changes(model)))
    yield Section("Runtimes that can be installed", tuple(_runtimes(model, detail)))
    yield Section("The model", (FactList(tuple(_facts(model, detail))),))
    if model.advice:
        yield Section("Advice", tuple(_advice(model, detail)))
    if model.differences is not None:
        yield Section("Differences to the second file", tuple(_differences(model)))


def _changes(model: ModelAnswer) -> Iterator[Block]:
    for number, change in enumerate(model.changes, 1):
        then = f" It then runs with {change.result}." if change.result else ""
        text = change.text[:1].upper() + change.text[1:]
        yield Item(f"{number}.", f"{text.rstrip('.')}.{then}")
        if change.code:
            yield ShellCommand(change.code, "In the program that converts:", folds=False)


def _advice(model: ModelAnswer, detail: Detail) -> Iterator[Block]:
    for it in model.advice:
        yield Item(Mark.NOTE, it.text)
        if detail is Detail.VERBOSE:
            yield Item(Mark.BLANK, f"source: {it.source}")


def _memory(model: ModelAnswer) -> Iterator[Words]:
    """Private memory on the best runtime, with its largest parts, and the mapped file."""
    memory, best = model.memory, model.best
    if memory is None or best is None:
        return
    if memory.private is None:
        yield "not measured with this runtime"
    else:
        low, high = memory.private
        least = f"{size(low)} to " if low else "up to "
        yield f"{least}{size(high)} with {best.name} {best.version}, beside Python and the runtime"
        named = [f"{size(n)} {_PARTS.get(name, name)}" for name, n in memory.parts.items()]
        yield f"about {', '.join(named[:_MOST_PARTS])}"
        if memory.condition:
            yield memory.condition
    yield f"and up to {size(memory.mapped)} of the file, mapped: the system may drop them"


def _runtimes(model: ModelAnswer, detail: Detail) -> Iterator[Block]:
    """Neighbouring versions that do alike are one line."""
    if not model.runtimes:
        yield Item(Mark.BAD, "none: see `pidoctor explain auto`")
    alike = groupby(model.runtimes, key=lambda it: (it.name, it.verdict.verdict, _reason(it)))
    for (name, verdict, reason), group in alike:
        versions = [runtime.version for runtime in group]
        span = versions[0] if len(versions) == 1 else f"{versions[-1]} to {versions[0]}"
        yield Item(_MARKS[verdict], f"{name} {span}: {_WORDS[verdict]}")
        if verdict != "runs" or detail is Detail.VERBOSE:
            yield Item(Mark.BLANK, reason)


def _reason(runtime: RuntimeAnswer) -> str:
    """Why, without the version, so that versions that fail alike can be told together."""
    said = runtime.verdict
    reason = said.reason.replace(f"{runtime.name} {runtime.version}", runtime.name)
    return f"{reason}; to settle it, {said.settle}" if said.settle else reason


def _facts(model: ModelAnswer, detail: Detail) -> Iterator[Row]:
    summary, content = model.summary, model.content
    yield Row("file", (f"{size(content.size)}, {content.description or 'no description'}",))
    yield Row("inputs", tuple(_tensors(content.main, content.main.inputs)))
    yield Row("outputs", tuple(_tensors(content.main, content.main.outputs)))
    yield Row("quantisation", (summary.quantisation,))
    yield Row(
        "weights",
        (", ".join(f"{size(n)} {kind.lower()}" for kind, n in summary.weights.items()) or "none",),
    )
    if model.arena is not None:
        kept = "memory for the tensors of one run, without a delegate"
        yield Row("arena", (f"{size(model.arena)} ({kept})",))
    if model.memory is not None:
        yield Row("memory", tuple(_memory(model)))
    if summary.macs:
        macs = summary.macs
        amount = f"{macs / 1e6:,.1f} million" if macs >= 100_000 else f"{macs:,}"
        yield Row("work", (f"{amount} multiply-accumulates a run",))
    yield Row("operators", tuple(_operators(summary.operators, detail)))
    if len(content.signatures) > 1:
        yield Row("signatures", (", ".join(it.key for it in content.signatures),))
    if summary.state:
        yield Row("state", ("it keeps values from one run to the next",))
    if summary.dynamic:
        yield Row("shapes", ("some are only known when it runs",))
    if summary.compiled_for:
        left = sum(use.uses for use in summary.operators if not use.custom)
        stay = f"; operators that stay on the CPU: {left}" if left else ""
        yield Row("compiled for", (_COMPILED[summary.compiled_for] + stay,))


def _tensors(graph: Graph, numbers: tuple[int, ...]) -> Iterator[Words]:
    found = [graph.tensors[number] for number in numbers if number != NO_TENSOR]
    for tensor in found:
        scheme = tensor.quantisation
        scaled = f", scale {scheme.scale:.6g}, zero point {scheme.zero_point}" if scheme else ""
        yield f"{described(tensor)}{scaled}  {tensor.name}".rstrip()
    if not found:
        yield "none"


def _operators(uses: tuple[OperatorUse, ...], detail: Detail) -> Iterator[Words]:
    ordered = sorted(uses, key=lambda use: (not use.custom, -use.uses, use.name))
    shown = ordered if detail is Detail.VERBOSE else ordered[:_MOST_OPERATORS]
    for use in shown:
        custom = ", custom" if use.custom else ""
        yield f"{use.uses} x {use.name} version {use.version}{custom}"
    if len(shown) < len(ordered):
        yield f"and {count(len(ordered) - len(shown), 'more kind')} (-v shows all)"


def _differences(model: ModelAnswer) -> Iterator[Block]:
    rows = tuple((it.what, it.before, it.after) for it in model.differences or ())
    if rows:
        yield Table(rows, header=("", "first", "second"))
    else:
        yield Item(Mark.NOTE, "none in what is compared")
