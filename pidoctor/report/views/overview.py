"""The machine in a few lines: what was looked at, and a mark for how it was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pidoctor.envelope import Result
from pidoctor.profile.environment import Environment
from pidoctor.profile.fact import Fact, State, T
from pidoctor.profile.profile import Board, Index, Memory, Profile, Python, Storage, System
from pidoctor.report.conclusion import sentence
from pidoctor.report.document import FAINT, PLAIN, Detail, FactList, Item, Mark, Row, Section, Words
from pidoctor.result import Finding, Severity
from pidoctor.units import count, listed, pages, size
from pidoctor.units import memory as sold

if TYPE_CHECKING:
    from pidoctor.resolve.plan import Pin

# Systems that do not give their own name in os-release (DietPi keeps Debian's unchanged).
_FEW = 4  # packages that are all named in a line
_FLAVOURS = {"raspberry-pi-os": "Raspberry Pi OS", "dietpi": "DietPi"}


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """One row per topic; a topic that was not looked at, for another machine, has none."""
    profile = result.profile
    if profile is None or detail is Detail.QUIET:
        return
    rows = (
        Row(label, tuple(filter(None, lines)), _mark(topic, lines, result.findings or ()))
        for label, topic, lines in _topics(profile)
        if any(lines)
    )
    yield Section("", (FactList((*rows, *_plan(result))), *_notes(result)))


def _plan(result: Result) -> Iterator[Row]:
    """What would be installed, in a line; ``explain`` and ``-v`` have all of it."""
    plan = result.plan
    if plan is None or result.command != "check":
        return
    kept = [pin for pin in plan.pins if pin.kept]
    new = [pin for pin in plan.pins if not pin.kept]
    if kept:
        yield Row("Installed", (_named(kept, plan.runtime),), Mark.GOOD)
    if new:
        weight = f"; {size(plan.download_size)} to download" if plan.wheels else ""
        yield Row("Would install", (f"{_named(new, plan.runtime)}{weight}",), Mark.GOOD)


def _named(pins: Sequence[Pin], runtime: str) -> str:
    """The packages in a line: all where they are few, else those that people ask about."""
    first = sorted(pins, key=lambda pin: pin.name not in (runtime, "numpy"))
    asked_about = sum(pin.name in (runtime, "numpy") for pin in pins) or 1
    shown = first if len(pins) <= _FEW else first[:asked_about]
    rest = len(pins) - len(shown)
    return listed([*map(_package, shown), *([f"{rest} more"] if rest else [])])


def _package(pin: Pin) -> str:
    notes = [f"now {pin.was}"] if pin.was and not pin.kept else []
    if pin.package:
        notes.append(pin.package if pin.installed else f"{pin.package}, from apt")
    return f"{pin.name} {pin.version}" + (f" ({'; '.join(notes)})" if notes else "")


def _notes(result: Result) -> Iterator[Item]:
    """What is not certain about the plan, and which lines of files it does not follow, but for what
    a finding says of what is installed."""
    told = {finding.message for finding in result.findings or ()}
    if result.command == "check" and result.resolution:
        notes = (note for note in result.resolution.notes if sentence(note) not in told)
        yield from (Item(Mark.NOTE, note) for note in notes)


def _topics(profile: Profile) -> Iterator[tuple[str, str, list[Words]]]:
    """Labels, the topics of the findings about them, and what is said."""
    yield "Board", "board", [_board(profile.board)]
    yield "Processor", "cpu", [_processor(profile)]
    yield "System", "system", list(_system(profile.system))
    yield "Python", "python", list(_python(profile.python))
    yield "Environment", "environment", list(_environment(profile.environment))
    yield "Memory", "memory", [_memory(profile.memory)]
    yield "Storage", "storage", [_storage(profile.storage)]
    yield "Accelerators", "accelerators", list(_accelerators(profile))
    yield "Wheels from", "network", [_indexes(profile.indexes)]


def _mark(topic: str, lines: Iterable[Words], findings: Iterable[Finding]) -> Mark:
    found = {finding.severity for finding in findings if finding.topic == topic}
    if Severity.ERROR in found:
        return Mark.BAD
    if Severity.WARNING in found:
        return Mark.WARN
    unknown = any(isinstance(line, str) and line.startswith(_NOT_KNOWN) for line in lines)
    return Mark.UNKNOWN if unknown else Mark.GOOD


_NOT_KNOWN = "not known"


def unknown(fact: Fact[T]) -> str:
    """That a fact is not known, and where that was looked for."""
    return f"{_NOT_KNOWN} (looked at {fact.source})" if fact.source else _NOT_KNOWN


def _together(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _board(board: Board) -> Words:
    model, memory = board.model.value, board.memory.value
    if model is None:
        return unknown(board.model)
    return _together(model, f"{sold(memory)} of memory" if memory else None)


def _processor(profile: Profile) -> Words:
    cpu = profile.cpu
    cores, part, machine = cpu.cores.value, cpu.part.value, cpu.machine.value
    kinds = cpu.kinds.or_else({part or "core": cores} if cores else {})
    alike = sorted(kinds.items(), key=lambda kind: kind[0] != part)
    many = " and ".join(f"{number} × {core}" for core, number in alike) or part
    return _together(many, f"{machine} kernel" if machine else unknown(cpu.machine))


def _system(system: System) -> Iterator[Words]:
    name = system.name.value or system.id.value
    if name is None:
        yield unknown(system.id)
    else:
        flavour = _FLAVOURS.get(system.flavour.value or "", "")
        yield name if name.startswith(flavour) else f"{flavour}, {name}"
    kernel, page_size, libc = system.kernel.value, system.page_size.value, system.libc.value
    more = _together(
        f"kernel {kernel}" if kernel else None,
        f"{pages(page_size)} pages" if page_size else None,
        f"{libc} {system.libc_version.value or ''}".rstrip() if libc else None,
    )
    if more:
        yield more


def _python(python: Python) -> Iterator[Words]:
    version, bits = python.version.value, python.bits.value
    if version is None:
        yield unknown(python.version)
        return
    pip, venv, architecture = python.pip, python.venv.value, python.architecture.value
    kind = f" ({architecture})" if architecture else ""
    yield _together(
        version,
        f"{bits}-bit{kind}" if bits else architecture,
        f"pip {pip.value}" if pip.value else "no pip" if pip.state is State.ABSENT else None,
        None if venv is None else "venv works" if venv else "venv is missing",
        "no ssl" if python.ssl.value is False else None,
    )
    if python.executable.value:
        yield python.executable.value


def _environment(environment: Environment) -> Iterator[Words]:
    folder, installed = environment.folder.value, environment.installed.value
    if folder is not None:
        many = count(len(installed), "package") if installed is not None else None
        yield _together(folder, environment.kind.value, many)


def _memory(memory: Memory) -> Words:
    total, available, swap = memory.total.value, memory.available.value, memory.swap.value
    if total is None:
        return unknown(memory.total) if memory.total.state is not State.ABSENT else ""
    return _together(
        sold(total),
        f"{size(available)} available" if available is not None else None,
        None if swap is None else f"{size(swap)} of swap" if swap else "no swap",
        f"{size(memory.zram.value)} of it compressed memory" if memory.zram.value else None,
    )


def _storage(storage: Storage) -> Words:
    free, temp = storage.target_free, storage.temp_free
    if free.value is None:
        return "" if free.state is State.ABSENT else unknown(free)
    return _together(
        f"{size(free.value)} free",
        "read-only" if storage.target_read_only.value else None,
        f"{size(temp.value)} for temporary files" if temp.value is not None else None,
        "in memory" if storage.temp_is_tmpfs.value else None,
    )


def _accelerators(profile: Profile) -> Iterator[Words]:
    devices = profile.accelerators.value
    if devices is None:
        if profile.accelerators.state is not State.ABSENT:
            yield unknown(profile.accelerators)
        return
    if not devices:
        yield "none seen"
    for device in devices:
        usable = "usable from Python" if device.usable else "not usable from TensorFlow Lite"
        yield [(device.name, PLAIN), (f" ({usable})", FAINT)]


def _indexes(indexes: Fact[tuple[Index, ...]]) -> Words:
    if indexes.value is None:
        return "" if indexes.state is State.ABSENT else unknown(indexes)
    kinds = {"extra": " (extra)", "find-links": " (links)"}
    return _together(
        *(
            ("pip's default index" if index.url == "default" else index.url)
            + kinds.get(index.kind, "")
            for index in indexes.value
        )
    )
