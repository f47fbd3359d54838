"""What would be installed, or why nothing can: chosen packages, near misses, helpful changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pidoctor.report.layout import Page, Words
from pidoctor.report.look import BAD, COMMAND, FAINT, GOOD, PLAIN, STRONG
from pidoctor.report.units import count, size

Resolution = Mapping[str, Any]
Candidate = Mapping[str, str]

_SOURCES = {"index": "package index", "piwheels": "piwheels", "debian": "system package"}


def show(page: Page, resolution: Resolution, explain: bool = False) -> None:
    """The answer; with ``explain`` (or ``verbose``) every candidate that was refused as well."""
    if resolution["status"] == "plan":
        _plan(page, resolution)
    else:
        _impossible(page, resolution)
    if explain or page.look.verbose:
        _rejected(page, resolution["rejected"])


def _plan(page: Page, plan: Resolution) -> None:
    if page.look.quiet:
        return
    page.heading("What would be installed")
    packages = plan["packages"]
    page.table([_package(package, plan["runtime"]) for package in packages])
    sizes = [package["size"] for package in packages if package["size"]]
    wheels = [package for package in packages if package.get("sha256")]
    if wheels:
        page.paragraph(
            [(f"{count(len(wheels), 'wheel')}, {size(sum(sizes))} to download", FAINT)], 2
        )
    page.item("In your code: ", [(plan["import"], COMMAND)], indent=2)
    for note in plan.get("notes", ()):
        page.item([(f"{page.look.glyphs.note} ", FAINT)], note, indent=2)


def _package(package: Mapping[str, Any], runtime: str) -> tuple[Words, ...]:
    name = [(package["name"], STRONG if package["name"] == runtime else PLAIN)]
    source = _SOURCES.get(package["source"], package["source"])
    if package["source"] == "debian":
        state = "already installed" if package.get("installed") else "to be installed"
        return name, package["version"], "", f"{source} {package['filename']}, {state}"
    weight = size(package["size"]) if package["size"] else ""
    return name, package["version"], [(weight, FAINT)], [(source, FAINT)]


def _impossible(page: Page, resolution: Resolution) -> None:
    page.heading("Nothing fits")
    page.item(
        [(f"{page.look.glyphs.bad} ", BAD)],
        f"{resolution['request']} cannot run here: {resolution['message']}.",
        indent=2,
    )
    changes = resolution["changes"]
    if changes:
        page.heading("What would help, cheapest first")
        for number, change in enumerate(changes, 1):
            page.item(f"{number}. ", change["text"], indent=2)
            if change.get("result"):
                page.item(
                    [(f"{page.look.glyphs.arrow} ", GOOD)], [(change["result"], GOOD)], indent=5
                )
    elif not page.look.quiet:
        page.paragraph("No single change that we know of would help.", indent=2)


# --- the candidates that were refused ----------------------------------------------------------


def _rejected(page: Page, candidates: Sequence[Candidate]) -> None:
    if not candidates:
        return
    page.heading("Looked at and refused")
    rows: list[tuple[Words, Words]] = []
    name = ""
    for group in collapse(candidates):
        if group[0]["name"] != name:
            if rows:
                page.table(rows, indent=4)
            rows, name = [], group[0]["name"]
            page.paragraph(name, indent=2)
        rows.append((_range(group, page.look.glyphs.dash), _why(page, group)))
    page.table(rows, indent=4)


def collapse(candidates: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    """Neighbours of one package that were refused for the same reason in the same words."""
    group: list[Candidate] = []
    for candidate in candidates:
        if group and _same(group[-1], candidate):
            group.append(candidate)
        else:
            if group:
                yield group
            group = [candidate]
    if group:
        yield group


def _same(one: Candidate, other: Candidate) -> bool:
    return all(one[key] == other[key] for key in ("name", "reason", "detail"))


def _range(group: Sequence[Candidate], dash: str) -> str:
    newest, oldest = group[0]["version"], group[-1]["version"]
    if len(group) == 1:
        return newest or "every version"
    return f"{oldest} {dash} {newest}"


def _why(page: Page, group: Sequence[Candidate]) -> Words:
    many = f" ({count(len(group), 'version')})" if len(group) > 2 else ""
    words = [(group[0]["detail"], PLAIN), (many, FAINT)]
    if page.look.verbose:
        words.append((f" [{group[0]['reason']}]", FAINT))
    return words
