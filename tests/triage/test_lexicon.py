"""A lexicon finds exactly what a search for every text would find."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pidoctor.triage.lexicon import Lexicon
from pidoctor.triage.log_reader import matcher_for
from pidoctor.triage.symptoms import load

LETTERS = st.text(alphabet="abcEé错 .:1'", min_size=1, max_size=9)


@given(st.lists(LETTERS, max_size=12), st.lists(LETTERS, max_size=30))
def test_it_finds_what_a_search_for_each_text_finds(texts: list[str], pieces: list[str]) -> None:
    lexicon = Lexicon(texts)
    for data in ("".join(pieces).encode(), "".join(reversed(pieces)).encode()):
        found = lexicon.held_by(data)
        assert sorted(found) == sorted({t.encode() for t in texts if t.encode() in data})


def test_a_common_word_makes_no_text_possible_that_has_a_rarer_one() -> None:
    lexicon = Lexicon(["cannot detect archive format", "core dumped", "SIG", "Err", "No "])
    assert lexicon.possible_in(b"detect[812]: design, score 0.83, no error") == []
    possible = lexicon.possible_in(b"archive SIGILL")
    assert sorted(possible) == [b"SIG", b"cannot detect archive format"]


def test_few_texts_are_looked_for_in_lines_that_show_nothing() -> None:
    """Each costs a search through the whole log: what is left has no word to be filed under."""
    line = b"Nov 20 12:00:01 raspberrypi detect[812]: frame 000137: 2 objects, 31.2 ms, score 0.83"
    possible = matcher_for(load()).possible_in(line)
    assert not [text for text in possible if any(chr(byte).isalpha() for byte in text)]
    assert len(possible) <= 8


def test_words_are_forgotten_without_harm() -> None:
    lexicon = Lexicon(["edgetpu", " of Python "])
    for number in range(5):
        data = " ".join(
            f"{'x' * number}{chr(97 + i // 676)}{chr(97 + i // 26 % 26)}{chr(97 + i % 26)}"
            for i in range(17_000)
        )
        assert lexicon.held_by(f"{data} libedgetpu of Python 3".encode()) in (
            [b"edgetpu", b" of Python "],
            [b" of Python ", b"edgetpu"],
        )
