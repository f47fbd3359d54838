"""The wheels index: its state, an update, a verification, and audits of wheels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pidoctor.report.layout import Page
from pidoctor.report.look import BAD, GOOD, STRONG, WARN
from pidoctor.report.units import count, pages, size

_SHOWN = 40  # changes of an update; --json has all


def show(page: Page, index: Mapping[str, Any]) -> None:
    """Whatever of the four parts is there."""
    for part, view in (
        ("status", _status),
        ("update", _update),
        ("verify", _verify),
    ):
        if index[part] is not None:
            view(page, index[part])
    for audit in index["audits"] or ():
        _audit(page, audit)


def _status(page: Page, status: Mapping[str, Any]) -> None:
    page.heading("Wheels index")
    age = status["age_days"]
    days = "" if age is None else f", {count(age, 'day')} ago"
    origin = {"shipped": "came with pidoctor", "updated": "your own update"}[status["origin"]]
    page.item("", f"made:     {status['retrieved'] or 'unknown'}{days} ({origin})", indent=2)
    page.item("", f"holds:    {_holdings(status)}", indent=2)
    sources = ", ".join(f"{number} from {name}" for name, number in status["sources"].items())
    page.item("", f"sources:  {sources or 'none'}", indent=2)
    page.item("", f"folder:   {status['folder']}", indent=2)
    if status["note"]:
        page.item([(f"{page.look.glyphs.warn} ", WARN)], status["note"], indent=2)


def _holdings(status: Mapping[str, Any]) -> str:
    packages, wheels = count(status["packages"], "package"), count(status["wheels"], "wheel")
    return f"{packages}, {wheels}, {status['with_evidence']} of them with evidence"


def _update(page: Page, update: Mapping[str, Any]) -> None:
    changes = update["changes"]
    page.heading(f"Updated: {count(update['packages'], 'package')}")
    for change in changes[:_SHOWN]:
        page.item("", change, indent=2, hang=2)
    if len(changes) > _SHOWN:
        page.item("", f"and {len(changes) - _SHOWN} more", indent=2)
    if not changes:
        page.item("", "nothing changed", indent=2)


def _verify(page: Page, verification: Mapping[str, Any]) -> None:
    problems = verification["problems"]
    marker = (page.look.glyphs.bad, BAD) if problems else (page.look.glyphs.good, GOOD)
    checked = f"{count(verification['hashes_checked'], 'hash', 'hashes')} compared"
    read = f"{count(verification['wheels_read'], 'wheel')} read again"
    result = count(len(problems), "problem") if problems else "all as the index says"
    page.item([(f"{marker[0]} ", marker[1])], f"{checked}, {read}: {result}")
    for problem in problems:
        page.item("- ", problem, indent=2)


def _audit(page: Page, audit: Mapping[str, Any]) -> None:
    page.heading(audit["file"])
    page.item("", f"{size(audit['size'])}, unpacked {size(audit['unpacked_size'])}", indent=2)
    if audit["numpy_api"]:
        page.item("", f"NumPy C API: {_numpy(audit['numpy_api'])}", indent=2)
    if not audit["libraries"]:
        page.item("", "no ELF files: pure Python", indent=2)
    for library in sorted(audit["libraries"], key=lambda item: not item["required"]):
        if library["required"] or page.look.verbose or library["cpu_features"]:
            _library(page, library)
    hidden = sum(1 for library in audit["libraries"] if not library["required"])
    if hidden and not page.look.verbose:
        page.item(
            "", f"{count(hidden, 'optional library', 'optional libraries')} (-v shows all)", 2
        )
    for sentence in audit["disagreements"]:
        page.item([(f"{page.look.glyphs.warn} ", WARN)], sentence, indent=2)
    if audit["libraries"] and not audit["disagreements"]:
        page.item([(f"{page.look.glyphs.good} ", GOOD)], "the tag agrees with the files", indent=2)


def _library(page: Page, library: Mapping[str, Any]) -> None:
    optional = "" if library["required"] else " (optional)"
    page.item("", [(library["path"].rsplit("/", 1)[-1], STRONG), (optional, "")], indent=2)
    page.item("", ", ".join(_needs(library)), indent=4)


def _needs(library: Mapping[str, Any]) -> list[str]:
    words = [f"{library['machine']} {library['float_abi']}".strip()]
    words += [
        f"{label} {library[key]['strong']}"
        for label, key in (("GLIBC", "glibc"), ("GLIBCXX", "glibcxx"), ("CXXABI", "cxxabi"))
        if library[key]["strong"]
    ]
    words.append(f"pages up to {pages(library['align'])}" if library["align"] else "no segments")
    outside = [name for name in library["needed"] if name not in library["bundled"]]
    words += [f"needs {' '.join(outside)}"] if outside else []
    words += [f"brings {' '.join(library['bundled'])}"] if library["bundled"] else []
    words += ["executable stack"] if library["exec_stack"] else []
    words += [f"uses {' '.join(library['cpu_features'])}"] if library["cpu_features"] else []
    return words


def _numpy(api: Mapping[str, int]) -> str:
    generation = "NumPy 1 only" if api["abi"] == 1 else "NumPy 1 and 2"
    version = f", API version {api['feature']:#x} or later" if api["feature"] else ""
    return f"{generation}{version}"
