"""What would be installed, or why nothing can: chosen packages, near misses, helpful changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from packaging.version import Version

from pidoctor.envelope import Result
from pidoctor.platforms.pep440 import version_of
from pidoctor.report.document import (
    FAINT,
    GOOD,
    PLAIN,
    STRONG,
    Block,
    Detail,
    Item,
    Mark,
    Section,
    ShellCommand,
    Table,
    Text,
    Words,
)
from pidoctor.report.views import explanation
from pidoctor.resolve.plan import Candidate, Impossible, Pin, Plan
from pidoctor.units import count, size

_FEW = 10  # packages that are all listed in full
_LARGE = 5 << 20  # bytes of a wheel that is listed in full beside more of them
_SOURCES = {
    "index": "package index",
    "piwheels": "piwheels",
    "address": "its address",
    "debian": "system package",
    "installed": "installed already",
}


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """The answer; for ``explain`` and with VERBOSE every candidate that was refused as well."""
    answer, explain = result.resolution, result.command == "explain"
    if answer is None:
        return
    if isinstance(answer, Impossible):
        yield from _impossible(answer, detail, said=result.explanation is not None)
        if answer.notes and result.command != "check":  # whose overview has them
            yield Section("", tuple(Item(Mark.NOTE, note) for note in answer.notes))
    elif detail is Detail.VERBOSE or (detail is Detail.USUAL and result.command != "check"):
        done = result.proof is not None and result.proof.passed
        title = "Installed" if done else "What would be installed"
        if answer.is_satisfied:
            title = "What is installed already"
        elif result.outcome is not None and not done:
            title = "What was to be installed"
        yield Section(title, tuple(_plan(answer, detail, done)))
    if explain:
        yield from explanation.view(result, detail)
    if explain and isinstance(answer, Plan):
        yield from _because(answer)
    if explain or detail is Detail.VERBOSE:
        yield from refused(answer.rejected, detail)


# --- a plan ------------------------------------------------------------------------------------


def _plan(plan: Plan, detail: Detail, done: bool) -> Iterator[Block]:
    pins = sorted(plan.pins, key=lambda pin: pin.name != plan.runtime)
    listed = pins if detail is Detail.VERBOSE else [pin for pin in pins if _matters(pin, pins)]
    rows = tuple(_package(pin, plan.runtime, done) for pin in listed)
    if any(pin.was for pin in pins):  # a diff of an environment that has something in it
        marked = tuple(([(pin.change, STRONG)], *row) for pin, row in zip(listed, rows))
        yield Table(marked, right=3)
    else:
        yield Table(rows, right=2)
    others = [f"{pin.name} {pin.version}" for pin in pins if pin not in listed]
    if others:
        yield Item("and", [(", ".join(others), FAINT)])
    if plan.wheels:
        wheels = count(len(plan.wheels), "wheel")
        yield Text([(f"{wheels}, {size(plan.download_size)}", FAINT)])
    if plan.rests_on and not done:  # the proof below says more
        yield Text([(plan.rests_on[:1].upper() + plan.rests_on[1:], FAINT)])
    if not done:
        yield ShellCommand(plan.import_line, "In your code:", folds=False)
    yield from (Item(Mark.WARN, f"This breaks what needs {need}.") for need in plan.breaks)
    yield from (Item(Mark.NOTE, note) for note in plan.notes)


def _matters(pin: Pin, pins: Sequence[Pin]) -> bool:
    """Whether a package has a line of its own: all of them where they are few, else the large."""
    large = pin.wheel is not None and pin.wheel.size >= _LARGE
    return len(pins) <= _FEW or pin.source != "index" or large


def _package(pin: Pin, runtime: str, done: bool) -> tuple[Words, ...]:
    name = [(pin.name, STRONG if pin.name == runtime else PLAIN)]
    source = _SOURCES.get(pin.source, pin.source)
    if pin.kept:
        return name, pin.version, "", [(source, FAINT)]
    if pin.wheel is None:
        before = "already installed" if pin.installed else "to be installed"
        state = "installed by apt" if done and not pin.installed else before
        return name, pin.version, "", f"{source} {pin.package}, {state}"
    version = f"{pin.was} -> {pin.version}" if pin.was else pin.version
    if pin.was:
        compiled = [text for text in pin.because if "compiled into" in text]
        source += f"; {'; '.join(compiled or pin.because)}"
    return name, version, [(size(pin.wheel.size), FAINT)], [(source, FAINT)]


def _because(plan: Plan) -> Iterator[Section]:
    """Which requirement brought each package in, and what was passed over for it."""
    rows = tuple(
        (pin.name, [("; ".join(pin.because), FAINT)])
        for pin in plan.pins
        if pin.because and pin.name != plan.runtime
    )
    if rows:
        yield Section("Why these", (Table(rows),))


# --- nothing fits ------------------------------------------------------------------------------


def _impossible(answer: Impossible, detail: Detail, said: bool) -> Iterator[Section]:
    """What would help; why nothing fits, unless the verdict has ``said`` it at length."""
    known: tuple[Block, ...] = ()
    if detail is Detail.VERBOSE and answer.rests_on:
        known = (Text([(answer.rests_on[:1].upper() + answer.rests_on[1:], FAINT)]),)
    if not said:
        yield Section("Nothing fits", (Item(Mark.BAD, _why_none(answer)), *known))
    elif known:
        yield Section("", known)
    if answer.changes:
        yield Section("What would help, cheapest first", tuple(_changes(answer)))
    else:
        yield Section("", (Text("None of the changes that were tried would help."),))


def _why_none(answer: Impossible) -> str:
    return _ended(answer.reason)


def _changes(answer: Impossible) -> Iterator[Block]:
    for number, change in enumerate(answer.changes, 1):
        yield Item(f"{number}.", change.text[:1].upper() + change.text[1:])
        if change.result:
            yield Item(Mark.THEN, [(change.result, GOOD)], inside=True)
        if change.command:
            yield ShellCommand(change.command)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(".") else f"{sentence}."


# --- the candidates that were refused ----------------------------------------------------------


def refused(candidates: Sequence[Candidate], detail: Detail) -> Iterator[Section]:
    """Each package with its runs of versions that were refused for one reason."""
    if not candidates:
        return
    blocks: list[Block] = []
    for name in dict.fromkeys(candidate.name for candidate in candidates):
        of_name = [candidate for candidate in candidates if candidate.name == name]
        groups = collapse(of_name, by_detail=detail is Detail.VERBOSE)
        rows = tuple((_range(group), _why(group, detail)) for group in groups)
        blocks += [Text(name), Table(rows)]
    yield Section("Looked at and refused", tuple(blocks))


def collapse(candidates: Iterable[Candidate], by_detail: bool) -> list[list[Candidate]]:
    """Candidates of one package, newest first, as runs of versions refused for one reason.

    With ``by_detail`` those in a run were also refused in the same words.
    """
    groups: list[list[Candidate]] = []
    for candidate in sorted(candidates, key=lambda c: version_key(c.version), reverse=True):
        last = groups[-1][-1] if groups else None
        alike = last is not None and last.reason is candidate.reason
        if alike and last is not None and (not by_detail or last.detail == candidate.detail):
            groups[-1].append(candidate)
        else:
            groups.append([candidate])
    return groups


def version_key(text: str) -> Version:
    """A version to sort by; what is none comes before all that are."""
    return version_of(text) or Version("0.dev0")


def _range(group: Sequence[Candidate]) -> str:
    newest, oldest = group[0].version, group[-1].version
    if len(group) == 1:
        return newest or "every version"
    return f"{oldest} – {newest}"


def _why(group: Sequence[Candidate], detail: Detail) -> Words:
    alike = any(candidate.detail != group[0].detail for candidate in group)
    notes = [count(len(group), "version")] if len(group) > 2 else []
    notes += [f"of {group[0].version}; the others alike"] if alike else []
    words = [(group[0].detail, PLAIN)]
    if notes:
        words.append((f" ({', '.join(notes)})", FAINT))
    if detail is Detail.VERBOSE:
        words.append((f" [{group[0].reason.value}, {group[0].strength}]", FAINT))
    return words
