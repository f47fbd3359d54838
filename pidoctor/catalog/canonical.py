"""The one layout of a data table: what fits on a line stands on one; lists of words are filled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

WIDTH = 110


def canonical(table: Any) -> str:
    """The text of a table; the same content always gives the same text."""
    if isinstance(table, list):
        return "\n".join(["[", *_items(table, 2), "]", ""])
    lines = ["{"]
    for number, (key, value) in enumerate(table.items(), start=1):
        comma = "," if number < len(table) else ""
        head = f"  {_json(key)}: "
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            lines += [f"{head}[", *_items(value, 4), f"  ]{comma}"]
        else:
            lines += _laid_out(head, value, 2, comma)
    return "\n".join([*lines, "}", ""])


def _laid_out(head: str, value: Any, indent: int, comma: str) -> Iterator[str]:
    """``value`` behind ``head``: on one line where it fits, else its parts on several."""
    line = f"{head}{_json(value)}{comma}"
    if len(line) <= WIDTH or not value or not isinstance(value, (dict, list)):
        yield line
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield head + opening
    space = " " * (indent + 2)
    if isinstance(value, dict):
        for number, (key, item) in enumerate(value.items(), start=1):
            end = "," if number < len(value) else ""
            yield from _laid_out(f"{space}{_json(key)}: ", item, indent + 2, end)
    elif any(isinstance(item, (dict, list)) for item in value):
        yield from _items(value, indent + 2)
    else:
        yield from _filled([_json(item) for item in value], space)
    yield f"{' ' * indent}{closing}{comma}"


def _items(values: list[Any], indent: int) -> Iterator[str]:
    for number, item in enumerate(values, start=1):
        yield from _laid_out(" " * indent, item, indent, "," if number < len(values) else "")


def _filled(words: list[str], space: str) -> Iterator[str]:
    line = space
    for number, word in enumerate(words, start=1):
        text = word + ("," if number < len(words) else "")
        if line.strip() and len(line) + 1 + len(text) > WIDTH:
            yield line
            line = space
        line += f" {text}" if line.strip() else text
    yield line


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
