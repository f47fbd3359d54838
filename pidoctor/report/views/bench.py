"""A benchmark: each configuration's times, and what speaks against them."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.bench.figures import (
    Bench,
    BenchRun,
    Figures,
    OperatorTime,
    OperatorTimes,
    names_of,
)
from pidoctor.bench.prediction import Prediction
from pidoctor.bench.significance import Comparison
from pidoctor.envelope import Result
from pidoctor.report.document import (
    BAR,
    PLAIN,
    Block,
    Detail,
    FactList,
    Item,
    Mark,
    Row,
    Section,
    Table,
    Text,
)
from pidoctor.units import count, listed, shape, size

_VERDICTS = {"faster": "faster", "slower": "slower", "same": "not told apart"}
_WIDTH = 30  # characters of the longest bar


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """The table of times, the medians as bars, and the reasons why figures are void."""
    bench = result.bench
    if bench is None or detail is Detail.QUIET:
        return
    if bench.comparison is not None:
        yield Section("Compared", tuple(_compared(bench.comparison)))
    in_turn = bench.comparison is not None and any(row.rounds for row in bench.comparison.rows)
    if not bench.runs or in_turn:
        return
    named = zip(names_of(bench.runs), bench.runs)
    measured = [(name, run, run.figures) for name, run in named if run.figures]
    blocks: list[Block] = []
    if measured:
        rows = tuple(_row(name, figures) for name, _, figures in measured)
        header = ("milliseconds", "median", "90 %", "99 %", "least", "vary by")
        longest = max(figures.p50 for _, _, figures in measured)
        blocks.append(Table(rows, header=header))
        blocks.append(FactList(tuple(_bar(*each, longest) for each in measured)))
    yield Section("Time of a run", (*blocks, *_against(bench)))
    if bench.operators is not None:
        yield Section("Operators", tuple(_operators(bench.operators)))
    if bench.predicted is not None:
        yield Section("Elsewhere", tuple(_elsewhere(bench.predicted)))
    yield Section("Before the first run", tuple(_start(bench)))


def _compared(it: Comparison) -> Iterator[Block]:
    """A row a configuration: both medians, and the second over the first with its range."""
    rows = tuple(
        (
            row.configuration,
            *(f"{ms:.3g}" for ms in row.ms),
            f"{row.ratio:.3g}",
            f"{row.low:.3g} to {row.high:.3g}",
            _VERDICTS[row.verdict],
        )
        for row in it.rows
    )
    yield Text(f"1: {it.one}")
    yield Text(f"2: {it.other}")
    if rows:
        yield Table(rows, header=("milliseconds", "1", "2", "2 over 1", "range", "2 is"))
    for row in it.rows:
        if row.void:
            yield Item(Mark.WARN, f"{row.configuration} is void: {'; '.join(row.void)}")


def _row(name: str, it: Figures) -> tuple[str, ...]:
    times = (f"{value:.3g}" for value in (it.p50, it.p90, it.p99, it.min))
    vary = f"{it.variation:.1%}" if it.variation < 1 else "over 100%"
    return (name, *times, vary)


def _bar(name: str, run: BenchRun, it: Figures, longest: float) -> Row:
    bar = "#" * max(round(it.p50 / longest * _WIDTH), 1)
    return Row(name, (((bar, BAR), *([(" void", PLAIN)] if run.void else ())),))


def _against(bench: Bench) -> Iterator[Block]:
    """Why runs are void; what is said of all of them once."""
    measured = [run for run in bench.runs if run.figures]
    of_all = [
        why
        for why in (measured[0].void if measured else ())
        if all(why in r.void for r in measured)
    ]
    for name, run in zip(names_of(bench.runs), bench.runs):
        own = [why for why in run.void if why not in of_all]
        if run.death is not None:
            yield Item(Mark.BAD, f"{name}: {run.death.message}")
        elif own:
            yield Item(Mark.WARN, f"{name} is void: {'; '.join(own)}")
    if of_all:
        yield Item(Mark.WARN, f"all are void: {'; '.join(of_all)}")


def _operators(it: OperatorTimes) -> Iterator[Block]:
    if it.why_not:
        yield Text(f"Which operators take the time is not known: {it.why_not}")
        return
    yield FactList(tuple(map(_share, it.operators)))
    told = f"each alone, on 1 thread: {it.total:.3g} ms together, and the whole {it.whole:.3g} ms"
    yield Text(told)


def _share(row: OperatorTime) -> Row:
    bar = "#" * round(row.share * _WIDTH)
    return Row(f"{row.uses} x {row.name}", (((f"{row.share:6.1%} ", PLAIN), (bar, BAR)),))


def _elsewhere(it: Prediction) -> Iterator[Block]:
    ratio = it.ratio
    yield Text(f"{it.board}: {it.low:.3g} to {it.high:.3g} ms a run")
    yield Text(
        f"there {ratio.models} models took {ratio.low:.3g} to {ratio.high:.3g} times as long as on "
        f"a board like this one ({ratio.timings} published timings, "
        f"{', '.join(ratio.sources)}); this model may lie outside"
    )


def _start(bench: Bench) -> Iterator[Block]:
    first = next((run for run in bench.runs if run.figures), None)
    if first is None:
        yield Text("no configuration ran")
        return
    if bench.shapes:
        ran = listed([shape(sizes) for sizes in bench.shapes])
        yield Text(
            f"measured with an input of {ran}; the file leaves the size open, --shape sets it"
        )
    yield Text(
        f"load {first.load_ms:.3g} ms, allocate {first.allocate_ms:.3g} ms, first run "
        f"{first.first_ms:.3g} ms, then {first.warm_up} runs to warm up"
    )
    memory = "" if first.private is None else f"memory beyond the import {size(first.private)}"
    if memory:
        yield Text(memory)
    for run in bench.runs:
        if run.delegate and run.figures:
            yield Text(f"{run.name}: {_taken(run)}")
    if not any(run.delegate for run in bench.runs):
        yield Text(_taken(first))
    told = [
        f"governor {bench.governor}" if bench.governor else "",
        f"{bench.mhz} MHz" if bench.mhz else "",
        f"at most {bench.celsius:.0f} degrees C" if bench.celsius is not None else "",
    ]
    if any(told):
        yield Text(", ".join(filter(None, told)))


def _taken(run: BenchRun) -> str:
    """How much of the model a delegate runs; without one of the user's that is XNNPACK."""
    who = run.delegate.rpartition("/")[2] or "XNNPACK"
    if run.delegate and run.xnnpack:
        who += " and XNNPACK together"
    taken, of = run.delegated, run.operators
    if taken is None or of is None:
        return "how much of the model a delegate runs is not told by this runtime"
    parts = f", in {count(run.parts, 'part')}" if run.parts else ""
    rest = "; the rest by the processor" if taken < of else ""
    return f"{taken} of {count(of, 'operator')} run by {who}{parts}{rest}"
