"""A report of ten thousand receipts, as a ratio to reading them in the same run."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from pidoctor.profile.fact import Fact
from pidoctor.profile.named_targets import target
from tests.benchmarks.ratio import PIDOCTOR, best_wall, peak_memory
from tests.fleet.samples import receipt

pytestmark = pytest.mark.benchmark

READ = """
import json, pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob("*.json"):
    json.loads(path.read_bytes())
"""
BOARDS = ("pi3b", "pi4-2gb", "pi4-4gb", "pi4-8gb")
SYSTEMS = ("bullseye-64", "bookworm-64", "bookworm-32", "trixie-64")


def fleet(folder: Path, count: int) -> Path:
    """Receipts of ``count`` boards of 32 kinds; each fourth fails, for one of two reasons."""
    texts = []
    for name, small in product(product(BOARDS, SYSTEMS), (True, False)):
        machine = target("/".join(name))
        memory = replace(machine.memory, available=Fact.known(300 << 20, "/proc/meminfo"))
        pages = Fact.known(4096 if small else 16384, "getconf PAGESIZE")
        one = replace(machine, memory=memory, system=replace(machine.system, page_size=pages))
        texts += [json.dumps(receipt(one))] * 3
        texts.append(json.dumps(receipt(one, "2.2.6" if small else "1.26.4", passed=False)))
    for number in range(count):
        path = folder / f"kiosk-{number}" / "receipt.json"
        path.parent.mkdir(parents=True)
        path.write_text(texts[number % len(texts)], encoding="utf-8")
    return folder


def reported(folder: Path) -> tuple[str, ...]:
    """The command of the report; boards that fail are 1, which is how it is meant to end."""
    command = (*PIDOCTOR, "fleet", "report", str(folder), "--quiet")
    return ("sh", "-c", '"$@"; [ $? -eq 1 ]', "sh", *command)


def test_ten_thousand_receipts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In at most five times the time of reading them, and in memory that does not grow."""
    many, few = fleet(tmp_path / "many", 10_000), fleet(tmp_path / "few", 1_000)
    ours = reported(many)
    took, reads = best_wall(ours, (sys.executable, "-c", READ, str(many)), rounds=1)
    large, small = (peak_memory(reported(folder)) for folder in (many, few))
    with capsys.disabled():
        print(f"\n  10,000 receipts: {took:.1f} s, reading them {reads:.1f} s, {large >> 20} MiB")
    assert took <= 5 * reads
    assert large <= small + (8 << 20)
