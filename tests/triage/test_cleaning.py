"""Cleaning: laws, and the marks that containers, journals and terminals leave."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pidoctor.triage.clean import MAX_TEXT, clean_text, logical_lines
from pidoctor.triage.diagnose import triage
from pidoctor.triage.ranking import judge

from .lab.wrap import WRAPPERS
from .samplebook import Sample, samples

POSITIVE = [sample for sample in samples() if sample.causes[0] not in ("no-problem", "unknown")]

LOGGISH = st.text(
    st.one_of(st.sampled_from("[]0123456789;mK|#:.- \x1b\r\n\t\\n\"'ErQ×╰"), st.characters()),
    max_size=200,
)


@given(LOGGISH)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once


@given(LOGGISH)
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in clean_text(text))


@given(st.binary(max_size=3000))
def test_any_bytes_become_bounded_lines(data: bytes) -> None:
    for line in logical_lines(7, data):
        assert line.number == 7
        assert 0 < len(line.text) <= MAX_TEXT


def test_a_line_is_cut_only_where_it_is_too_long() -> None:
    (whole,) = logical_lines(1, b"x" * MAX_TEXT)
    assert whole.text == "x" * MAX_TEXT
    first, second = logical_lines(1, b"x" * (MAX_TEXT + 1))
    assert (len(first.text), first.width) == (MAX_TEXT, MAX_TEXT + 1)
    assert 0 < len(second.text) < MAX_TEXT


@given(
    st.sampled_from(
        ["#9 12.34 ", "12:34:56 ", "app-1  | ", "Nov 20 12:00:01 pi x[1]: ", "\x1b[31m"]
    )
)
def test_a_prefix_changes_nothing(prefix: str) -> None:
    text = "ERROR: No matching distribution found for tflite-runtime"
    assert clean_text(prefix + text) == text


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_the_first_cause_survives(wrapper: str) -> None:
    """Every sample, marked in one way, keeps its first cause; two in a hundred may not."""
    lost = [sample.id for sample in POSITIVE if not _survives(sample, wrapper)]
    assert len(lost) <= len(POSITIVE) * 0.02, lost


def _survives(sample: Sample, wrapper: str) -> bool:
    text = WRAPPERS[wrapper](sample.read().decode("utf-8", "replace"))
    return triage(iter([text.encode()]), judge=judge)[0].cause == sample.causes[0]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            "OSError: [Errno 28] Auf dem Gerät ist kein Speicherplatz mehr verfügbar",
            "no-space-left",
        ),
        ("OSError: [Errno 28] Aucun espace disponible sur le périphérique", "no-space-left"),
        (
            "ImportError: libatlas.so.3: no se puede abrir el fichero del objeto compartido",
            "missing-shared-library",
        ),
        ("E: Impossibile trovare il pacchetto python3-tflite", "apt-package-missing"),
        ("E: Paket python3-pycoral kann nicht gefunden werden.", "apt-package-missing"),
        ("非法指令", "illegal-instruction"),
        ("bash: ./edgetpu_compiler: Fehler im Format der Programmdatei", "wrong-arch-binary"),
    ],
)
def test_other_languages(text: str, cause: str) -> None:
    assert triage(iter([text.encode()]))[0].cause == cause
