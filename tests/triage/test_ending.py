"""What a process's status, and the many lines of one trouble, are read as."""

from __future__ import annotations

import pytest

from pidoctor.triage.clean import clean_text
from pidoctor.triage.diagnose import triage
from pidoctor.triage.ending import notice, signal_of
from pidoctor.triage.log_reader import MAX_HITS, scan
from pidoctor.triage.symptoms import load


@pytest.mark.parametrize(
    ("status", "number"),
    [
        *((-4, 4), (132, 4), (137, 9), (139, 11), (192, 64), (225, 31), (247, 9), (252, 4)),
        *((0, None), (1, None), (128, None), (193, None), (224, None), (255, None)),
    ],
)
def test_the_signal_behind_a_status(status: int, number: int | None) -> None:
    assert signal_of(status) == number


def test_what_a_shell_says_of_it() -> None:
    assert (notice(0), notice(2)) == ("", "exit code: 2")
    assert notice(132) == notice(252) == notice(-4) == "Illegal instruction"


def test_escapes_leave_a_line_whether_it_is_coloured_or_not() -> None:
    assert clean_text("\x1b[31mIllegal instruction\x1b[0m") == "Illegal instruction"
    assert clean_text("Illegal instruction") == "Illegal instruction"


def test_the_last_line_of_a_trouble_is_kept_however_often_it_stands() -> None:
    log = b"Illegal instruction\n" * (MAX_HITS + 5)
    numbers = [hit.number for hit in scan([log], load()).hits]
    assert max(numbers) == MAX_HITS + 5
    assert len(set(numbers)) == MAX_HITS


def test_a_guess_names_the_others_and_not_itself() -> None:
    python, bits = triage([b"ERROR: No matching distribution found for tensorflow\n"])
    assert python.alternatives == (bits.cause, "no-wheel-for-arch")
    assert bits.alternatives == (python.cause, "no-wheel-for-arch")


def test_three_guesses_at_most_each_names_the_others() -> None:
    log = "".join(
        f"ERROR: Could not find a version that satisfies the requirement {name} "
        "(from versions: none)\n"
        for name in ("foo", "tensorflow", "torch==1.0")
    )
    guesses = triage([log.encode()])
    assert len(guesses) == 3
    causes = {guess.cause for guess in guesses}
    assert all({*guess.alternatives} >= causes - {guess.cause} for guess in guesses)
