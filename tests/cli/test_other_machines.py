"""What is said of another machine never calls it "this" one: the reader sits at this one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.program import pidoctor

MACHINES = Path(__file__).parents[1] / "machines"
CAPTURES = sorted(path.parent.name for path in MACHINES.glob("*/capture.json"))
TARGETS = ["pi-zero-w/bookworm-32", "pi5-8gb/trixie-64", "jetson-nano-4gb/jetpack-4-64"]
TARGETS += ["pi4/alpine-3.22", "pi4-1gb/trixie-32/py3.12"]
HERE = re.compile(r"\bthis (machine|python|kernel|board|system|interpreter|processor)\b", re.I)


@pytest.mark.parametrize("words", ["check -v", "explain -v tensorflow", "explain -v auto"])
@pytest.mark.parametrize("where", [*CAPTURES, *TARGETS])
def test_no_sentence_means_this_machine(words: str, where: str) -> None:
    place = ["--target", where] if where in TARGETS else ["--capture", str(MACHINES / where)]
    said = pidoctor(*words.split(), *place)
    assert said.out
    assert [line for line in said.out.splitlines() if HERE.search(line)] == []
