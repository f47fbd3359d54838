"""The machine: a few calm lines, or every fact with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pidoctor.report.layout import NBSP, Page, Piece, Words
from pidoctor.report.look import FAINT, PLAIN
from pidoctor.report.units import count, pages, size

Section = Mapping[str, Any]

_SIZES = {"memory", "total", "available", "swap", "zram", "target_free", "temp_free"}
_TITLES = {
    "board": "Board",
    "cpu": "Processor",
    "system": "System",
    "python": "Python",
    "memory": "Memory",
    "storage": "Storage",
    "clock": "Clock",
    "environment": "Environment",
}
_LABEL_WIDTH = 14
# Systems that do not give their own name in os-release (DietPi keeps Debian's unchanged).
_FLAVOURS = {"raspberry-pi-os": "Raspberry Pi OS", "dietpi": "DietPi"}
_HERE = "this machine"  # the origin of a profile that the live host has made


def show(page: Page, profile: Mapping[str, Any]) -> None:
    """The facts of a profile, grouped; with ``verbose`` each on a line with its source."""
    if page.look.quiet:
        return
    if page.look.verbose:
        _every_fact(page, profile)
        return
    rows: list[tuple[str, list[Words]]] = [
        ("Board", list(_board(profile["board"]))),
        ("Processor", [_processor(profile["cpu"])]),
        ("System", list(_system(profile["system"]))),
        ("Python", list(_python(profile["python"]))),
        ("Environment", list(_environment(profile.get("environment")))),
        ("Memory", [_memory(profile["memory"])]),
        ("Storage", list(_storage(profile["storage"]))),
        ("Accelerators", list(_accelerators(profile["accelerators"]))),
        ("Wheels from", list(_indexes(profile["indexes"]))),
    ]
    _origin(page, profile)
    for label, lines in rows:
        if any(lines):
            page.fact(label, filter(None, lines), _LABEL_WIDTH)


def _origin(page: Page, profile: Mapping[str, Any]) -> None:
    if profile["origin"] != _HERE:
        page.paragraph([(f"Of {profile['origin']}:", FAINT)])


def _value(fact: Section) -> Any:
    return fact["value"]


def _said(fact: Section) -> str:
    """The value, or that it is not known and where that was looked for."""
    value = _value(fact)
    return _unknown(fact) if value is None else str(value)


def _unknown(fact: Section) -> str:
    where = f"looked at {fact['source']}" if fact["source"] else "nowhere to look"
    return f"not known ({where})"


def _together(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _board(board: Section) -> Iterator[Words]:
    revision = _value(board["revision"])
    code = f", revision {revision:04x}" if revision is not None else ""
    yield f"{_said(board['model'])}{code}"
    memory = _value(board["memory"])
    more = _together(_value(board["soc"]), f"{size(memory)} of memory" if memory else None)
    if more:
        yield more


def _processor(cpu: Section) -> Words:
    cores, part, machine = (_value(cpu[key]) for key in ("cores", "part", "machine"))
    core = part or ("core" if cores else None)
    many = f"{cores}{NBSP}× {core}" if cores and core else core
    return _together(many, f"{machine} kernel" if machine else _unknown(cpu["machine"]))


def _system(system: Section) -> Iterator[Words]:
    name = _value(system["name"]) or _said(system["id"])
    flavour = _FLAVOURS.get(_value(system["flavour"]), "")
    yield name if name.startswith(flavour) else f"{flavour}, {name}"
    kernel, page_size = _value(system["kernel"]), _value(system["page_size"])
    yield _together(
        f"kernel {kernel}" if kernel else None,
        f"{pages(page_size)} pages" if page_size else None,
        _libc(system),
    )


def _libc(system: Section) -> str | None:
    libc, version, glibcxx = (_value(system[k]) for k in ("libc", "libc_version", "glibcxx"))
    if libc is None:
        return f"C library {_unknown(system['libc'])}"
    return _together(f"{libc} {version or ''}".rstrip(), f"GLIBCXX {glibcxx}" if glibcxx else None)


def _python(python: Section) -> Iterator[Words]:
    version, bits = _value(python["version"]), _value(python["bits"])
    if version is None:
        yield _unknown(python["version"])
        return
    architecture = _value(python["architecture"])
    where = _value(python["executable"])
    yield _together(
        f"{version}",
        f"{bits}-bit" + (f" ({architecture})" if architecture else "") if bits else architecture,
        where,
    )
    pip, venv = _value(python["pip"]), _value(python["venv"])
    yield _together(
        f"pip {pip}" if pip else _no(python["pip"], "pip"),
        None if venv is None else ("venv works" if venv else "venv is missing"),
        "no ssl" if _value(python["ssl"]) is False else None,
        "belongs to the system" if _value(python["externally_managed"]) else None,
    )


def _environment(environment: Section | None) -> Iterator[Words]:
    if environment is None or _value(environment["folder"]) is None:
        return
    kind, reason = _value(environment["kind"]), _value(environment["reason"])
    installed = _value(environment["installed"])
    many = count(len(installed), "package") if installed is not None else None
    yield _together(_value(environment["folder"]), kind, many)
    if reason:
        yield [(f"taken because {reason}", FAINT)]


def _no(fact: Section, thing: str) -> str | None:
    return f"no {thing}" if fact["state"] == "absent" else None


def _memory(memory: Section) -> Words:
    total, available, swap = (_value(memory[key]) for key in ("total", "available", "swap"))
    zram = _value(memory["zram"])
    return _together(
        size(total) if total is not None else _unknown(memory["total"]),
        f"{size(available)} available" if available is not None else None,
        None if swap is None else f"{size(swap)} swap" if swap else "no swap",
        f"{size(zram)} of it compressed memory" if zram else None,
    )


def _storage(storage: Section) -> Iterator[Words]:
    for name, label in (("target", ""), ("temp", "temporary files: ")):
        place, free = _value(storage[name]), _value(storage[f"{name}_free"])
        if free is None and storage[f"{name}_free"]["state"] == "absent":
            continue
        room = _unknown(storage[f"{name}_free"]) if free is None else f"{size(free)} free"
        in_memory = name == "temp" and _value(storage["temp_is_tmpfs"])
        read_only = name == "target" and _value(storage["target_read_only"])
        yield _together(
            f"{label}{room}" + (f" in {place}" if place else ""),
            "held in memory" if in_memory else None,
            "read-only" if read_only else None,
        )


def _accelerators(fact: Section) -> Iterator[Words]:
    devices = _value(fact)
    if devices is None:
        if fact["state"] != "absent":
            yield _unknown(fact)
        return
    if not devices:
        yield "none seen"
    for device in devices:
        usable = "usable from Python" if device["usable"] else "not usable from TensorFlow Lite"
        yield [(device["name"], PLAIN), (f" ({usable})", FAINT)]


def _indexes(fact: Section) -> Iterator[Words]:
    indexes = _value(fact)
    if indexes is None:
        if fact["state"] != "absent":
            yield _unknown(fact)
        return
    for index in indexes:
        kind = {"index": "", "extra": " (extra)", "find-links": " (links)"}.get(index["kind"], "")
        url = "pip's default index" if index["url"] == "default" else index["url"]
        yield f"{url}{kind}"


# --- every fact ------------------------------------------------------------------------------


def _every_fact(page: Page, profile: Mapping[str, Any]) -> None:
    _origin(page, profile)
    for section, title in _TITLES.items():
        facts = profile.get(section, {})
        if section == "environment" and (not facts or _value(facts["folder"]) is None):
            continue
        page.heading(title)
        page.table([_row(name, fact) for name, fact in facts.items()])
    page.heading("Accelerators and indexes")
    page.table([_row(name, profile[name]) for name in ("accelerators", "indexes")])


def _row(name: str, fact: Section) -> tuple[Words, Words]:
    return [(name.replace("_", " "), FAINT)], list(_spelled_out(name, fact))


def _spelled_out(name: str, fact: Section) -> Iterator[Piece]:
    value = _value(fact)
    if value is None:
        reason = f": {fact['detail']}" if fact.get("detail") else ""
        yield (f"{fact['state']}{reason}", FAINT)
    else:
        yield (_spelled(name, value), PLAIN)
    if fact["source"]:
        yield (f"  [{fact['source']}]", FAINT)


def _spelled(name: str, value: Any) -> str:
    if name in _SIZES and isinstance(value, int):
        return size(value)
    if name == "page_size":
        return pages(value)
    if name == "revision":
        return f"{value:04x}"
    if name == "damages":
        return "; ".join(f"{item['name']}: {item['detail']}" for item in value) or "none"
    if name in ("packages", "installed"):
        return count(len(value), "package")  # each by name in the JSON
    if name == "accelerators":
        return "; ".join(f"{item['name']}: {item['note']}" for item in value) or "none seen"
    if name == "indexes":
        return ", ".join(item["url"] for item in value) or "none configured"
    if name in ("now", "lower_bound"):
        return _date(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(str(item) for item in value) or count(0, "entry", "entries")
    return str(value)


def _date(value: float) -> str:
    from datetime import datetime, timezone

    try:
        moment = datetime.fromtimestamp(value, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return f"{value:g} s"
    return moment.strftime("%Y-%m-%d %H:%M UTC")
