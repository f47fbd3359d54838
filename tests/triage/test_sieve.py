"""Of a text that stands everywhere in a log, the first lines and the last one are read."""

from __future__ import annotations

from pidoctor.triage.sieve import SATURATED, Sieve

WORDS = [f"{one}{two}".encode() for one in "ghijklmnop" for two in "qrstuvwxyz"]  # no digits


def lines(number: int) -> bytes:
    return b"".join(b"%s failed\n" % word for word in WORDS[:number])


def test_a_text_that_stands_everywhere_is_read_at_first_and_at_last() -> None:
    sieve = Sieve(lambda _: [b"failed"])
    block = lines(100)
    ends = [at for at in range(len(block)) if block.startswith(b"failed", at)]
    assert sieve.finds(block) == [*ends[:SATURATED], ends[-1]]
    assert sieve.finds(block) == [ends[-1]]  # in the next block nothing is new


def test_lines_that_differ_in_numbers_are_one_kind() -> None:
    sieve = Sieve(lambda _: [b"failed"])
    block = b"".join(b"%d failed\n" % number for number in range(10))
    assert sieve.finds(block) == [block.find(b"failed")]
