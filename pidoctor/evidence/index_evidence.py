"""An audit as the evidence that the wheels index keeps: the rows that decide, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pidoctor.platforms.versions import numbers_of

Row = Mapping[str, Any]


def summary(audit: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence of an index file, from the JSON form of a :class:`WheelAudit`.

    One row per library, required ones first; a library that needs nothing beyond what the rows
    before it need (as a whole, and with the same standing) has no row of its own.
    """
    rows = [_row(library) for library in audit["libraries"]]
    kept: list[Row] = []
    for row in sorted(rows, key=lambda item: (not item["required"], -_weight(item), item["path"])):
        if not kept or _adds(row, kept):
            kept.append(row)
    return {
        "read_from": audit["file"],
        "unpacked_size": audit["unpacked_size"],
        "numpy_api": audit["numpy_api"],
        "libraries": kept,
    }


def _row(library: Mapping[str, Any]) -> Row:
    bundled = set(library["bundled"])
    row = {
        "path": library["path"],
        "required": library["required"],
        "machine": library["machine"],
        "glibc": library["glibc"]["strong"],
        "glibcxx": library["glibcxx"]["strong"],
        "cxxabi": library["cxxabi"]["strong"],
        "needed": sorted(name for name in library["needed"] if name not in bundled),
        "align": library["align"],
        "exec_stack": library["exec_stack"],
        "cpu_features": library["cpu_features"],
    }
    for key in ("optional_features", "arm"):
        if library.get(key):
            row[key] = library[key]
    return row


def _weight(row: Row) -> int:
    """Libraries that need much come first, so that few rows are enough."""
    return len(row["needed"]) + sum(1 for key in ("glibcxx", "cxxabi") if row[key])


def _adds(row: Row, rows: Iterable[Row]) -> bool:
    """Whether ``row`` needs anything that ``rows`` together do not."""
    known = list(rows)
    return (
        all(row["machine"] != other["machine"] for other in known)
        or row["align"] < min(other["align"] for other in known)
        or (row["exec_stack"] and not any(other["exec_stack"] for other in known))
        or any(
            numbers_of(row[key]) > max(numbers_of(other[key]) for other in known)
            for key in ("glibc", "glibcxx", "cxxabi")
        )
        or any(
            not set(row.get(key, ())) <= {item for other in known for item in other.get(key, ())}
            for key in ("needed", "cpu_features", "optional_features")
        )
        or any(
            level > max(other["arm"][tag] for other in known if "arm" in other)
            for tag, level in row.get("arm", {}).items()
        )
    )
