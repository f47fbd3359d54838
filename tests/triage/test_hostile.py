"""Logs that want to break the reader: long, large, broken, or made to make patterns run away."""

from __future__ import annotations

import io
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pidoctor.catalog.log_pattern import PatternError, check_pattern, pattern
from pidoctor.decoding import encode
from pidoctor.errors import UsageError
from pidoctor.triage.diagnose import triage
from pidoctor.triage.localised import translator
from pidoctor.triage.log_reader import Matcher
from pidoctor.triage.symptoms import load
from pidoctor.triage.watched_command import markdown, run_and_triage, run_triage

WHEEL = b"tflite_runtime-2.6.0-cp39-none-linux_aarch64.whl"
FAILURE = b"ERROR: " + WHEEL + b" is not a supported wheel on this platform.\n"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=5000))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    found = triage(iter([data]))
    assert found
    assert all(diagnosis.fix.text for diagnosis in found)


@given(st.integers(1, 40))
def test_the_size_of_the_pieces_does_not_matter(size: int) -> None:
    log = b"$ pip install x\n" * 3 + FAILURE
    pieces = (log[i : i + size] for i in range(0, len(log), size))
    assert [encode(d) for d in triage(pieces)] == [encode(d) for d in triage(iter([log]))]


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (b"", "unknown"),
        (b"\x00" * 100_000, "unknown"),
        (bytes(range(256)) * 400, "unknown"),
        (FAILURE.replace(b" ", b" \x00"), "wheel-not-supported-on-platform"),
        (b"\xff\xfe\xfa" + FAILURE, "wheel-not-supported-on-platform"),
        (FAILURE.decode().encode("utf-16"), "wheel-not-supported-on-platform"),
    ],
)
def test_broken_logs(log: bytes, cause: str) -> None:
    assert triage(iter([log]))[0].cause == cause


def _endless(line: bytes, size: int) -> Iterator[bytes]:
    piece = line * ((1 << 20) // len(line) + 1)
    for _ in range(size >> 20):
        yield piece


@pytest.mark.slow
def test_one_line_without_end() -> None:
    tracemalloc.start()
    found = triage(_endless(b"x", 1 << 28))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found[0].cause in ("no-problem", "unknown")
    assert peak < 60 << 20


def test_the_cause_in_the_middle_of_a_large_log_is_found() -> None:
    noise = b"Nov 20 12:00:01 pi app[12]: frame 12345 done in 31 ms, 2 objects\n"
    log = [noise * 200_000, FAILURE, noise * 100_000]
    found = triage(iter(log))
    assert found[0].cause == "wheel-not-supported-on-platform"
    assert found[0].evidence[0].line == 200_001


def test_no_pattern_can_be_made_to_run_away() -> None:
    """Each pattern against lines made of its own fixed texts, repeated."""
    matcher = Matcher(load(), translator())
    for symptom in load().symptoms:
        for each in symptom.patterns:
            for literal in each.literals:
                for filler in ("", " ", "'", "a", "1.", "/a"):
                    line = (literal + filler) * (4000 // max(1, len(literal + filler)))
                    start = time.thread_time()
                    each.search(line)
                    assert time.thread_time() - start < 0.2, each.text
    start = time.thread_time()
    matcher.match("ERROR: [Errno 13] '" * 200)
    assert time.thread_time() - start < 1


@pytest.mark.parametrize(
    "text", ["(a+)+bcde", "(?:ab|cd)*xyzw", "a{3}.+bcde", "(.)\\1abcd", "ab", "x.*.*y"]
)
def test_patterns_that_could_run_away_are_refused(text: str) -> None:
    with pytest.raises(PatternError):
        check_pattern(text)


PIECES = sorted(
    {piece for s in load().symptoms for each in s.patterns for piece in each.text.split(".*")}
    | {r"a(?:b|c)defg", r"abc?de+fgh*", r"x[abc\]]yz", r"(?P<n>\d+) abc|def", r"ab{2}cdef"}
    | {r"status \(40[13]", r"[Ss]tatus \(40[13]"}
)


@given(st.data())
def test_any_match_holds_one_of_the_literals(data: st.DataObject) -> None:
    piece = data.draw(st.sampled_from(PIECES))
    text = data.draw(st.from_regex(piece))
    assert any(literal in text for literal in pattern(piece).literals)


def test_every_remedy_and_source_is_there() -> None:
    for cause in load().causes.values():
        assert cause.source.startswith("https://")
        assert all(advice.text for advice in cause.remedies)
    assert all(symptom.sign.source.startswith("https://") for symptom in load().symptoms)


def test_files_that_are_none(tmp_path: Path) -> None:
    for source in (tmp_path, tmp_path / "gone"):
        with pytest.raises(UsageError):
            run_triage(str(source))


def test_exit_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    for text, code in (
        (FAILURE, 1),
        (b"Successfully installed six-1.0\n", 0),
        (b"Traceback (most recent call last):\n", 3),
    ):
        log.write_bytes(text)
        assert run_triage(str(log))[1] == code
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FAILURE)))
    assert run_triage("-")[1] == 1


def test_a_command_is_run_and_diagnosed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    script = "import os, sys; print('working'); sys.stdout.flush(); os.kill(os.getpid(), 4)"
    found, code = run_and_triage([sys.executable, "-c", script])
    assert (found[0].cause, code) == ("illegal-instruction", 132)
    assert b"working" in capfdbinary.readouterr().out
    with pytest.raises(UsageError):
        run_and_triage(["/nonexistent/command"])


def test_markdown_cannot_be_broken_out_of() -> None:
    text = markdown(triage(iter([FAILURE.replace(b"ERROR", b"```ERROR")])))
    assert text.count("```") % 2 == 0
    assert "wheel-not-supported-on-platform" in text


def test_a_requirement_from_a_log_cannot_become_a_command() -> None:
    log = b"No matching distribution found for $(reboot);x`id` (from versions: none)"
    for diagnosis in triage(iter([log])):
        for command in diagnosis.fix.commands:
            assert not set("$;`") & set(command)
