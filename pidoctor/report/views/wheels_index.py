"""The wheels index: its state, an update, a verification, and audits of wheels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pidoctor.envelope import Result
from pidoctor.report.document import (
    PLAIN,
    STRONG,
    Block,
    Detail,
    FactList,
    Item,
    Mark,
    Row,
    Section,
    Text,
)
from pidoctor.units import count, pages, size

if TYPE_CHECKING:
    from pidoctor.evidence.audit import WheelAudit
    from pidoctor.evidence.library import LibraryAudit
    from pidoctor.evidence.numpy_api import NumpyUse
    from pidoctor.indexing.status import IndexStatus

_SHOWN = 40  # changes of an update; --json has all
_ORIGINS = {"shipped": "came with pidoctor", "updated": "your own update"}


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """Whatever of the four parts is there."""
    index = result.index
    if index is None:
        return
    if index.status is not None:
        yield Section("Wheels index", tuple(_status(index.status)))
    if index.update is not None:
        changes = index.update.changes
        lines = [Text(change) for change in changes[:_SHOWN]] or [Text("nothing changed")]
        if len(changes) > _SHOWN:
            lines.append(Text(f"and {len(changes) - _SHOWN} more"))
        yield Section(f"Updated: {count(index.update.packages, 'package')}", tuple(lines))
    if index.verify is not None:
        checked = f"{count(index.verify.hashes_checked, 'hash', 'hashes')} compared"
        read = f"{count(index.verify.wheels_read, 'wheel')} read again"
        problems = [Item(Mark.BAD, problem) for problem in index.verify.problems]
        yield Section(f"{checked}, {read}", tuple(problems))
    for audit in index.audits or ():
        yield Section(audit.filename, tuple(_audit(audit, detail)))


def _status(status: IndexStatus) -> Iterator[Block]:
    made = f"{status.retrieved or 'unknown'} ({_ORIGINS[status.origin]})"
    packages, wheels = count(status.packages, "package"), count(status.wheels, "wheel")
    holds = f"{packages}, {wheels}, {status.with_evidence} of them with evidence"
    sources = ", ".join(f"{number} from {name}" for name, number in status.sources.items())
    yield FactList(
        (
            Row("Made", (made,)),
            Row("Holds", (holds,)),
            Row("Sources", (sources or "none",)),
            Row("Folder", (str(status.folder),)),
        )
    )
    if status.note:
        yield Item(Mark.WARN, status.note)


def _audit(audit: WheelAudit, detail: Detail) -> Iterator[Block]:
    yield Text(f"{size(audit.size)}, unpacked {size(audit.unpacked_size)}")
    if audit.numpy_api:
        yield Text(f"NumPy C API: {_numpy(audit.numpy_api)}")
    if not audit.libraries:
        yield Text("no ELF files: pure Python")
    everything = detail is Detail.VERBOSE
    for library in sorted(audit.libraries, key=lambda item: not item.required):
        if library.required or library.features.always or everything:
            optional = "" if library.required else " (optional)"
            yield Text([(library.path.rsplit("/", 1)[-1], STRONG), (optional, PLAIN)])
            yield Item(Mark.BLANK, ", ".join(_needs(library)))
    hidden = len(audit.libraries) - len(audit.required)
    if hidden and not everything:
        yield Text(f"{count(hidden, 'optional library', 'optional libraries')} (-v shows all)")
    for sentence in audit.disagreements:
        yield Item(Mark.WARN, sentence)
    if audit.libraries and not audit.disagreements:
        yield Item(Mark.GOOD, "the tag agrees with the files")


def _needs(library: LibraryAudit) -> Iterator[str]:
    facts = library.facts
    yield f"{facts.machine} {facts.float_abi}".strip()
    for label, need in (
        ("GLIBC", facts.glibc),
        ("GLIBCXX", facts.glibcxx),
        ("CXXABI", facts.cxxabi),
    ):
        if need.strong:
            yield f"{label} {need.strong}"
    yield f"pages up to {pages(facts.align)}" if facts.align else "no segments"
    if library.external:
        yield f"needs {' '.join(library.external)}"
    if library.bundled:
        yield f"brings {' '.join(library.bundled)}"
    if facts.exec_stack:
        yield "executable stack"
    if library.features.always:
        yield f"uses {' '.join(library.features.always)}"
    if library.features.optional:
        yield f"can use {' '.join(library.features.optional)}"


def _numpy(api: NumpyUse) -> str:
    generation = "NumPy 1 only" if api.abi == 1 else "NumPy 1 and 2"
    version = f", API version {api.feature:#x} or later" if api.feature else ""
    return f"{generation}{version}"
