"""A seeded share of the hostile command lines; the whole is opted in."""

from __future__ import annotations

import pytest

from .hostile import Seeds, load_seeds, run

QUICK, ALL, PART = 40, 200, 50  # `python -m tests.faults.hostile` for ten thousand


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return load_seeds()


def _fallen(numbers: range, seeds: Seeds) -> dict[int, tuple[tuple[str, ...], list[str]]]:
    found = {}
    for number in numbers:
        attack, fell, _ = run(number, seeds)
        if fell:
            found[number] = (attack.words, fell)
    return found


def test_some_hostile_runs(seeds: Seeds) -> None:
    assert _fallen(range(QUICK), seeds) == {}


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, ALL, PART))
def test_hostile_runs(first: int, seeds: Seeds) -> None:
    assert _fallen(range(first, first + PART), seeds) == {}
