"""What share of a run each operator takes: each is cut out and timed alone, on one thread."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pidoctor.bench.figures import OperatorTime, OperatorTimes
from pidoctor.bench.measure import Subject, child, events_in
from pidoctor.model.content import read_content
from pidoctor.model.cutting import Cut, cuts
from pidoctor.model.file import named_model
from pidoctor.units import size

MOST_APART = 0.15  # of the sum of the parts from the whole
_MOST_BYTES = 64 << 20  # of a file: the child holds it three times

#: Of a run in other shapes than those of the file, in which the operators are cut out.
STORED_SHAPES = OperatorTimes(
    why_not="each is timed in the shapes of the file, and the model ran in others"
)


def operator_times(subject: Subject) -> OperatorTimes:
    """The times of the operators, where their sum comes to that of the whole."""
    with named_model(subject.model) as data:
        if len(data) > _MOST_BYTES:
            return OperatorTimes(why_not=f"the file is larger than {size(_MOST_BYTES)}")
        parts = cuts(data, read_content(data))
    if not parts:
        return OperatorTimes(why_not="the file has no operators that can be cut out")
    with tempfile.TemporaryDirectory(prefix="pidoctor-") as folder:
        listed = Path(folder, "cuts.json")
        plain = [[[(at, it.hex()) for at, it in cut.patches], cut.tail.hex()] for cut in parts]
        listed.write_text(json.dumps(plain), "ascii")
        request = {
            "runtime": {"import": subject.runtime.import_line},
            "model": os.fspath(subject.model.resolve()),
            "cuts": str(listed),
        }
        events = events_in(child(subject.python, request).stdout)
    if "cut" not in events:
        number = events.get("step", {}).get("cut")
        name = parts[number].name if isinstance(number, int) else "the whole model"
        return OperatorTimes(why_not=f"{name} does not run by itself")
    return judged(parts, events["cut"]["whole"], events["cut"]["times"])


def judged(parts: Sequence[Cut], whole: float, times: Sequence[float | None]) -> OperatorTimes:
    """The times by name; none where their sum is too far from the whole to say anything.

    An operator that does not run by itself has no time: its input has to be a certain one.
    """
    total, counts = sum(ms or 0.0 for ms in times), Counter(part.name for part in parts)
    if not whole or abs(total / whole - 1) > MOST_APART:
        share = f"{total / whole:.0%}" if whole else "not a part"
        why = f"alone they take {share} of the time of the whole, so that shares would mislead"
        return OperatorTimes(whole, total, why_not=why)
    by_name = dict.fromkeys(counts, 0.0)
    for part, ms in zip(parts, times):
        by_name[part.name] += ms or 0.0
    rows = [OperatorTime(name, counts[name], ms, ms / total) for name, ms in by_name.items() if ms]
    return OperatorTimes(whole, total, tuple(sorted(rows, key=lambda row: -row.ms)))
