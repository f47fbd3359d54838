"""What would be installed, or why nothing can: chosen packages, near misses, helpful changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from packaging.version import InvalidVersion, Version

from pidoctor.report.layout import NBSP, Page, Words
from pidoctor.report.look import BAD, FAINT, GOOD, PLAIN, STRONG
from pidoctor.report.units import count, size

Resolution = Mapping[str, Any]
Candidate = Mapping[str, str]

_FEW = 10  # packages that are all listed in full
_LARGE = 5 << 20  # bytes of a wheel that is listed in full beside more of them
_SOURCES = {"index": "package index", "piwheels": "piwheels", "debian": "system package"}


def show(page: Page, resolution: Resolution, explain: bool = False, done: bool = False) -> None:
    """The answer; with ``explain`` (or ``verbose``) every candidate that was refused as well.

    ``done`` says that the plan was carried out, and that a proof follows.
    """
    if resolution["status"] == "plan":
        _plan(page, resolution, done)
    else:
        _impossible(page, resolution)
    if explain or page.look.verbose:
        _rejected(page, resolution["rejected"])


def _plan(page: Page, plan: Resolution, done: bool) -> None:
    if page.look.quiet:
        return
    page.heading("Installed" if done else "What would be installed")
    packages = sorted(plan["packages"], key=lambda package: package["name"] != plan["runtime"])
    listed = packages if page.look.verbose else [p for p in packages if _matters(p, packages)]
    page.table([_package(package, plan["runtime"]) for package in listed], right=2)
    others = [f"{p['name']}{NBSP}{p['version']}" for p in packages if p not in listed]
    if others:
        page.item("and ", [(", ".join(others), FAINT)], indent=2)
    sizes = [package["size"] for package in packages if package["size"]]
    wheels = [package for package in packages if package.get("sha256")]
    if wheels:
        page.paragraph(
            [(f"{count(len(wheels), 'wheel')}, {size(sum(sizes))} to download", FAINT)], 2
        )
    if not done:
        page.code("In your code:", plan["import"])
    for note in plan.get("notes", ()):
        page.item([(f"{page.look.glyphs.note} ", FAINT)], note, indent=2)


def _matters(package: Mapping[str, Any], packages: Sequence[Any]) -> bool:
    """Whether a package has a line of its own: all of them where they are few, else the large."""
    few = len(packages) <= _FEW
    return few or package["source"] != "index" or (package["size"] or 0) >= _LARGE


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
        f"{asked_for(resolution)} cannot run here: {_ended(resolution['message'])}",
        indent=2,
    )
    changes = resolution["changes"]
    if changes:
        page.heading("What would help, cheapest first")
        for number, change in enumerate(changes, 1):
            text = change["text"]
            page.item(f"{number}. ", text[:1].upper() + text[1:], indent=2)
            if change.get("result"):
                page.item(
                    [(f"{page.look.glyphs.arrow} ", GOOD)], [(change["result"], GOOD)], indent=5
                )
    elif not page.look.quiet:
        page.paragraph("No single change that we know of would help.", indent=2)


def asked_for(resolution: Resolution) -> str:
    """What was asked for, in words: a newcomer does not know what "auto" stands for."""
    return "TensorFlow Lite" if resolution["request"] == "auto" else str(resolution["request"])


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(".") else f"{sentence}."


# --- the candidates that were refused ----------------------------------------------------------


def _rejected(page: Page, candidates: Sequence[Candidate]) -> None:
    if not candidates:
        return
    page.heading("Looked at and refused")
    for name in dict.fromkeys(candidate["name"] for candidate in candidates):
        page.paragraph(name, indent=2)
        of_name = [candidate for candidate in candidates if candidate["name"] == name]
        groups = collapse(of_name, by_detail=page.look.verbose)
        page.table(
            [(_range(group, page.look.glyphs.dash), _why(page, group)) for group in groups], 4
        )


def collapse(candidates: Iterable[Candidate], by_detail: bool) -> list[list[Candidate]]:
    """Candidates of one package, newest first, as runs of versions refused for one reason.

    With ``by_detail`` those in a run were also refused in the same words.
    """
    groups: list[list[Candidate]] = []
    for candidate in sorted(candidates, key=lambda c: version_key(c["version"]), reverse=True):
        last = groups[-1][-1] if groups else None
        if last and all(
            last[key] == candidate[key] for key in ("reason", "detail")[: 1 + by_detail]
        ):
            groups[-1].append(candidate)
        else:
            groups.append([candidate])
    return groups


def version_key(text: str) -> Version:
    """A version to sort by; what is none comes before all that are."""
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0.dev0")


def _range(group: Sequence[Candidate], dash: str) -> str:
    newest, oldest = group[0]["version"], group[-1]["version"]
    if len(group) == 1:
        return newest or "every version"
    return f"{oldest} {dash} {newest}"


def _why(page: Page, group: Sequence[Candidate]) -> Words:
    alike = any(candidate["detail"] != group[0]["detail"] for candidate in group)
    notes = [count(len(group), "version")] if len(group) > 2 else []
    notes += [f"of {group[0]['version']}; the others alike"] if alike else []
    words = [(group[0]["detail"], PLAIN)]
    if notes:
        words.append((f" ({', '.join(notes)})", FAINT))
    if page.look.verbose:
        words.append((f" [{group[0]['reason']}]", FAINT))
    return words
