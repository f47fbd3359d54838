"""Measurements that ``bench --json`` has written, read again."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

from pidoctor.bench.figures import name_of
from pidoctor.bench.significance import Comparison, of_files
from pidoctor.errors import UsageError
from pidoctor.safe_files import open_regular

_MOST_BYTES = 8 << 20


class StoredRun(NamedTuple):
    """The median of a configuration in milliseconds, and why it is not to be believed."""

    ms: float
    void: tuple[str, ...]


class StoredBench(NamedTuple):
    """A measurement: its runs by their names, and how far its first and last run were apart."""

    name: str
    runtime: str
    version: str
    runs: dict[str, StoredRun]
    doubt: float


def read_stored(path: Path) -> StoredBench:
    """What ``bench --json`` has written; UsageError for anything else."""
    with open_regular(path, _MOST_BYTES) as file:
        data = file.read(_MOST_BYTES)
    try:
        return stored(path.name, json.loads(data)["bench"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UsageError(f"{path} is not what `pidoctor bench --json` writes") from None


def stored(name: str, answer: Any) -> StoredBench:
    """A measurement as the JSON of a result has it. ValueError and the like: it is none."""
    runs: dict[str, StoredRun] = {}
    for run in answer["runs"]:
        if run["ms"]:
            ms = float(run["ms"]["p50"])
            if not (math.isfinite(ms) and ms > 0):
                raise ValueError
            asked = name_of(int(run["threads"]), bool(run["xnnpack"]), run.get("delegate") or "")
            void = tuple(str(why) for why in run["void"])
            runs.setdefault(asked, StoredRun(ms, void))
    drift = answer["drift"]
    told = (answer["runtime"], answer["version"])
    if not all(isinstance(word, str) and word.isprintable() for word in told) or not told[0]:
        raise ValueError
    return StoredBench(name, *told, runs, 0.0 if drift is None else abs(float(drift) - 1))


def compare_stored(one: StoredBench, other: StoredBench) -> Comparison:
    """What both have measured."""
    both = [(name, run, other.runs[name]) for name, run in one.runs.items() if name in other.runs]
    doubts = one.doubt, other.doubt
    rows = (of_files(name, a.ms, b.ms, doubts, (*a.void, *b.void)) for name, a, b in both)
    return Comparison(one.name, other.name, tuple(rows))
