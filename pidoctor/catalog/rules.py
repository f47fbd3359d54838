"""What must hold in the data tables beyond the types of their fields.

A path names values of a table: ``boards[].soc`` is the chip of every board, ``revision.types{}[]``
every name in the lists of an object, ``systems[].not_for@`` the keys of an object.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Callable

from pidoctor.catalog.log_pattern import PatternError, check_pattern, pattern
from pidoctor.record_fields import fields_of
from pidoctor.records import NamedTuple
from pidoctor.shipped_table import shipped_table


class Rules(NamedTuple):
    """The rules of one table.

    ``unique``: groups of paths, or of "table:path", whose values are all different.
    ``references``: path -> the "table:path" of one or more values that it must be among.
    ``filled``: lists and objects that hold at least one value. ``word_sizes``: values that are 32
    or 64. ``patterns``: patterns of log lines. ``signs``: signs, one of whose
    patterns meets what the row says shows it. ``ends_in_general``: lists of remedies, whose last
    one has no condition. ``file``: where it ships, if not under its own name. ``parts``: the files
    whose content together is its one section. ``is_closed``: a folder of the user's may not
    have it.
    """

    kind: str  # "module:NamedTuple" of the table
    unique: tuple[tuple[str, ...], ...] = ()
    references: Mapping[str, tuple[str, ...]] = {}
    filled: tuple[str, ...] = ()
    word_sizes: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    ends_in_general: tuple[str, ...] = ()
    file: str = ""
    parts: tuple[str, ...] = ()
    is_closed: bool = False

    def files(self, name: str) -> tuple[str, ...]:
        """The files of the table ``name``, as paths below the data folder without ".json"."""
        return tuple(self.parts) or (self.file or name,)


TABLES: Mapping[str, Rules] = {
    name: Rules(**rules) for name, rules in shipped_table("rules").items()
}
"""The tables and their rules, as rules.json has them."""

Origins = Mapping[tuple[str, str], Sequence[tuple[str, int]]]
Step = tuple[str, ...]


def check_rules(
    tables: Mapping[str, Any], origins: Origins, changed: Collection[str] = TABLES
) -> list[str]:
    """What is wrong in these tables taken together, one line each.

    ``origins``: for the sections that a user extended, the file and index of every row. Only in
    tables that are ``changed`` single values are looked at: patterns take a second.
    """
    faults = []
    for name, rules in TABLES.items():
        place = _Located(name, origins)
        for group in rules.unique:
            seen: dict[Any, str] = {}
            for at, value in _named(tables, origins, name, group):
                if value in seen:
                    faults.append(f"{at}: {_quoted(value)} stands there already, at {seen[value]}")
                seen.setdefault(value, at)
        for source, targets in rules.references.items():
            known = {value for _, value in _named(tables, origins, name, targets)}
            faults += [
                f"{place(path)}: no {_words(targets)} {_quoted(value)}"
                for path, value in _all(tables[name], (source,))
                if value is not None and value not in known
            ]
        faults += [
            f"{place(path)}{fault}"
            for paths, fault_of in (_single(rules) if name in changed else ())
            for path, value in _all(tables[name], paths)
            if (fault := fault_of(value))
        ]
    return faults


def _single(rules: Rules) -> Iterator[tuple[tuple[str, ...], Callable[[Any], str]]]:
    """Paths, and what is wrong with a value that stands there; nothing where it is right."""
    yield rules.filled, lambda value: "" if value else ": is empty"
    sizes = ": expected 32 or 64, not "
    yield rules.word_sizes, lambda value: "" if value in (32, 64) else sizes + _quoted(value)
    yield rules.patterns, _no_pattern
    yield rules.signs, _not_shown
    last = ": the last one has a condition, so nothing is said in the general case"
    yield rules.ends_in_general, lambda value: last if value and value[-1].when else ""


def _no_pattern(text: str) -> str:
    try:
        check_pattern(text)
    except PatternError as error:
        return f": no pattern ({error})"
    return ""


def _not_shown(sign: Any) -> str:
    found = [pattern(text) for text in sign.patterns if not _no_pattern(text)]
    met = any(each.search(line) for each in found for line in sign.shown.splitlines())
    return "" if met or not sign.shown else ".shown: none of its patterns meets a line of this"


class _Located(NamedTuple):
    """Where a value stands, as "file: dotted.path" of the file that it came from."""

    table: str
    origins: Origins

    def __call__(self, path: str) -> str:
        section, bracket, rest = path.partition("[")
        index, _, rest = rest.partition("]")
        places = self.origins.get((self.table, section))
        if not bracket or places is None:
            return f"{self.table}.json: {path}"
        file, row = places[int(index)]
        return f"{file}: {section}[{row}]{rest}"


def _named(
    tables: Mapping[str, Any], origins: Origins, own: str, targets: tuple[str, ...]
) -> Iterator[tuple[str, Any]]:
    """Where each value of ``targets`` stands, and the value: "table:path", or a path of ``own``."""
    for target in targets:
        table, _, path = target.rpartition(":")
        place = _Located(table or own, origins)
        yield from ((place(at), value) for at, value in _all(tables[table or own], (path,)))


def _all(table: Any, paths: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for path in paths:
        steps = re.findall(r"\w+|\[\]|\{\}|@", path)
        yield from _walk(table, steps, "")


def _walk(value: Any, steps: list[str], path: str) -> Iterator[tuple[str, Any]]:
    if not steps:
        yield path, value
        return
    step, rest = steps[0], steps[1:]
    if step == "[]":
        for at, item in enumerate(value):
            yield from _walk(item, rest, f"{path}[{at}]")
    elif step == "{}":
        for key, item in value.items():
            yield from _walk(item, rest, f"{path}.{key}")
    elif step == "@":
        for key in value:
            if key != "default":
                yield f"{path}.{key}", key
    else:
        field = next(field for field in fields_of(type(value)) if field.key == step)
        yield from _walk(getattr(value, field.name), rest, f"{path}.{step}".lstrip("."))


def _words(targets: tuple[str, ...]) -> str:
    """ "boards:socs[].id" as people say it: "socs id"."""
    return " or ".join(target.partition(":")[2].replace("[].", " ") for target in targets)


def _quoted(value: Any) -> str:
    return '"' + "".join(char if char.isprintable() else "?" for char in str(value)[:60]) + '"'
