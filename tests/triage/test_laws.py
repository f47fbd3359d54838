"""What holds of every log: where a line stands, and which success settles which failure."""

from __future__ import annotations

import pytest

from pidoctor.catalog.log_pattern import pattern
from pidoctor.triage import log_reader
from pidoctor.triage.diagnose import triage
from pidoctor.triage.nothing_found import runs_pip
from pidoctor.triage.sessions import PLAIN, Part, PromptCommand

FAILED = "ERROR: the flux capacitor failed\n"
WELL = "Successfully installed {}-1.0\n"
NOISE = b"Nov 20 12:00:01 pi app[12]: frame done\n"
UNSUPPORTED = b"ERROR: tflite_runtime-2.6.0-cp39-none-linux_aarch64.whl is not a supported wheel "
UNSUPPORTED += b"on this platform.\n"


def install(*names: str) -> str:
    return f"$ pip install {' '.join(names)}\n"


def cause(*lines: str) -> str:
    return triage(["".join(lines).encode()])[0].cause


def test_a_success_settles_the_failure_of_the_same_command() -> None:
    alpha, beta = install("alpha"), install("beta")
    assert cause(alpha, FAILED, alpha, WELL.format("alpha")) == "no-problem"
    assert cause(alpha, FAILED, FAILED, install("beta", "alpha"), WELL.format("alpha")) == (
        "no-problem"
    )
    both = (alpha, FAILED, beta, FAILED)
    assert cause(*both, alpha, WELL.format("alpha")) == "unknown"
    assert cause(*both, beta, WELL.format("beta")) == "unknown"
    assert cause(*both, alpha, WELL.format("alpha"), beta, WELL.format("beta")) == "no-problem"
    assert cause(*both, beta, WELL.format("beta"), alpha, WELL.format("alpha")) == "no-problem"


def test_a_line_is_found_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_reader, "CHUNK", 4000)
    monkeypatch.setattr(log_reader, "HEAD", 400)
    lines = 400
    for before in range(0, lines, 3):
        log = NOISE * before + UNSUPPORTED + NOISE * (lines - before)
        found = triage([log])[0]
        assert found.cause == "wheel-not-supported-on-platform", before
        assert found.evidence[0].line == before + 1


def test_only_plain_witnesses_tell_what_a_command_ran() -> None:
    typed = PromptCommand(line=10, host="", env="", sudo=False, typed="pip install x")
    part = Part(typed)
    part.vote("python", "3.9", PLAIN - 1, 12)
    assert part.own() == {}
    part.vote("pip", "24.0", PLAIN - 1, 10)  # in the line that was typed
    assert part.own() == {"pip": "24.0"}
    part.vote("python", "3.11", PLAIN, 13)
    assert part.own() == {"pip": "24.0", "python": "3.11"}
    part.vote("python", "3.9", PLAIN + 1, 14)
    assert part.own()["python"] == "3.9"


@pytest.mark.parametrize(
    ("python", "first", "before"),
    [
        # Lib/ensurepip/__init__.py of each release
        ((3, 10), (21, 2), (21, 1, 3)),
        ((3, 11), (22, 3), (22, 2, 2)),
        ((3, 12), (23, 2), (23, 1, 2)),
        ((3, 13), (24, 2), (24, 1, 2)),
        ((3, 14), (25, 2), (25, 1, 1)),
    ],
)
def test_the_pip_that_a_python_brings(
    python: tuple[int, ...], first: tuple[int, ...], before: tuple[int, ...]
) -> None:
    assert runs_pip(python, first)
    assert not runs_pip((*python, 1), before)
    assert runs_pip((3, 7), before)


@pytest.mark.parametrize(
    ("text", "literals"),
    [
        (r"(?:status|retcode)[=: ]{1,2}137\b", {"status", "retcode"}),  # longer than 137
        (r"[Ee]dge ?TPU", {"edge", "Edge"}),
        (r"cp39\.so\-x", {"cp39.so-x"}),
        (r"ab\d+cdef", {"cdef"}),
        (r"abcd?ef", {"abc"}),
        (r"abc.*defgh", {"defgh"}),
        ("(?:abc|defg)hi", {"abc", "defg"}),
    ],
)
def test_the_fixed_text_of_a_pattern(text: str, literals: set[str]) -> None:
    assert pattern(text).literals == literals
