"""The exact text of every kind of result, wide, narrow, and in ASCII."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pidoctor.asked import Asked
from pidoctor.envelope import Result
from pidoctor.proof.proof import Use
from pidoctor.report.layout import cells
from pidoctor.report.look import Look
from pidoctor.report.terminal import render, screen
from pidoctor.result import Finding, Remedy, Severity
from tests.unit.report.more_samples import ALL
from tests.unit.report.samples import check, matrix, passed_proof, plan, sick
from tests.unit.report.state_samples import STATES

Golden = Callable[[str, str], None]
CODE = ("from", '"import', "converter.")  # code is not cut
SAMPLES = {**ALL, **STATES}
SGR = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("width", [120, 80, 40])
@pytest.mark.parametrize("name", SAMPLES)
def test_document(name: str, width: int, golden: Golden) -> None:
    golden(f"{name}-{width}.txt", screen(SAMPLES[name], Look(width=width)))


def test_check_fits_on_one_screen() -> None:
    assert len(render(check(), Look()).splitlines()) <= 24
    assert len(render(sick(), Look()).splitlines()) <= 40


def test_the_verdict_and_the_next_command_stand_first_and_last() -> None:
    for result in (check(), sick()):
        lines = render(result, Look()).splitlines()
        assert lines[:2] == lines[-2:]
        assert lines[1].startswith("  Next: pidoctor ")


def test_what_is_installed_already_is_not_called_to_be_installed() -> None:
    here = plan()
    kept = tuple(pin._replace(source="installed", wheel=None, package="") for pin in here.pins)
    text = render(replace(check(), resolution=replace(here, pins=kept)), Look())
    assert re.search(r"✓ Installed +ai-edge-litert 2.1.0, numpy 1.24.2 and flatbuffers", text)
    assert "Would install" not in text
    half = (*kept[:2], here.pins[1]._replace(name="numpy", was="2.4.6", version="1.26.4"))
    text = render(replace(check(), resolution=replace(here, pins=half)), Look())
    assert re.search(r"✓ Would install +numpy 1.26.4 \(now 2.4.6\); 26 kB to download", text)


@pytest.mark.parametrize("name", ["check", "check-sick", "matrix", "smoke-crash"])
def test_ascii_document(name: str, golden: Golden) -> None:
    text = render(SAMPLES[name], Look(unicode=False))
    assert text.isascii()
    golden(f"{name}-ascii.txt", text)


@pytest.mark.parametrize("width", [120, 80, 40])
def test_verbose_check_names_every_fact_and_its_source(width: int, golden: Golden) -> None:
    golden(f"check-verbose-{width}.txt", render(check(), Look(width=width, verbose=True)))


@pytest.mark.parametrize("width", [120, 80, 40])
def test_verbose_matrix_gives_each_reason(width: int, golden: Golden) -> None:
    golden(
        f"matrix-verbose-{width}.txt", render(SAMPLES["matrix"], Look(width=width, verbose=True))
    )


@pytest.mark.parametrize("width", [120, 80, 40])
def test_quiet_check_is_the_answer_and_what_stands_in_its_way(width: int, golden: Golden) -> None:
    golden(f"check-sick-quiet-{width}.txt", render(sick(), Look(width=width, quiet=True)))


@pytest.mark.parametrize("name", SAMPLES)
def test_colour_changes_no_character(name: str) -> None:
    plain = render(SAMPLES[name], Look())
    painted = render(SAMPLES[name], Look(color=True))
    assert "\x1b[" in painted
    assert SGR.sub("", painted) == plain


@pytest.mark.parametrize("name", SAMPLES)
def test_no_line_is_wider_than_the_terminal(name: str) -> None:
    for line in render(SAMPLES[name], Look(width=40)).splitlines():
        words = line.strip().rstrip("\\").split()
        whole = len(words) < 2 or words[0].startswith(CODE)
        assert cells(line) <= 40 or whole, line


def test_text_of_others_reaches_the_terminal_as_text_only() -> None:
    evil = "\x1b[2J\x1b]0;owned\x07[bold red]x[/bold red]\u202e\x9b31m\r\nnext"
    finding = Finding("x", Severity.ERROR, evil, evil, Remedy(evil, (evil,)))
    result = replace(check(), findings=(finding,), error=evil)
    text = render(result, Look())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "[bold red]x[/bold red]" in text
    assert "owned" not in text


def test_boards_with_the_same_answers_share_a_block() -> None:
    text = render(Result("matrix", matrix=matrix()), Look())
    assert "pi4-{4,8}gb\n" in text
    assert text.count("pi4-{") == 1


def test_a_check_on_another_machine_proposes_no_installation_here() -> None:
    there = replace(check(), asked=Asked(option="--target", value="pi4-4gb/bookworm-64"))
    assert "pidoctor install" in render(check(), Look())
    assert "pidoctor install" not in render(there, Look())
    assert "this machine" not in render(there, Look())


def test_a_quiet_dry_run_says_what_was_chosen() -> None:
    text = render(SAMPLES["install-dry-run"], Look(quiet=True))
    assert text == "ai-edge-litert 2.1.0\n"


def test_what_worked_before_is_counted_in_words_that_agree() -> None:
    uses = [Use(name, "1.0", name, before=True, after=True) for name in ("cv2", "scipy")]
    for some, told in ((uses, "2 of 2 uses that worked before work now"), (uses[:1], "1 of 1 use")):
        proven = Result("smoke", proof=replace(passed_proof(), uses=tuple(some)))
        assert told in render(proven, Look())
        assert ("before works now" in render(proven, Look())) == (len(some) == 1)


def test_no_command_has_a_blank_to_fill_in() -> None:
    """Every value is known, or the words are no command."""
    folders = Path(__file__).parent / "golden", Path(__file__).parents[2] / "cli" / "golden"
    texts = {
        path: path.read_text(encoding="utf-8")
        for folder in folders
        for path in folder.glob("*.txt")
    }
    assert len(texts) > 100
    blank = re.compile(
        r"\b(?:pidoctor|pip|uv|apt|sudo|python3?) [^\n]*"
        r"(?:\b(?:REQUIREMENT|TARGET|NAME|FILE|DIR|PATH|VERSION|BOARD|MODEL|LOG|USER|X\.Y)\b|<[a-z]|\.\.\.)"
    )
    refused = {"no-argument.txt"}  # argparse's own word for what is missing
    found = {path.name: blank.findall(text) for path, text in texts.items()}
    assert {name: seen for name, seen in found.items() if seen and name not in refused} == {}


def test_a_package_of_the_system_is_not_called_to_be_installed_once_it_is() -> None:
    here = plan()
    from_apt = [pin._replace(installed=False) if not pin.wheel else pin for pin in here.pins]
    done = replace(ALL["install"], resolution=replace(here, pins=tuple(from_apt)))
    text = render(done, Look(width=120))
    assert re.search(r"numpy +1.24.2 +system package python3-numpy, installed by apt", text)
    assert "to be installed" not in text


def test_an_install_that_was_stopped_before_it_began_is_marked_as_one_that_failed() -> None:
    error = Finding("no-pip", Severity.ERROR, "There is no pip.", "looked for pip")
    stopped = Result("install", 1, findings=(error,), resolution=plan())
    assert screen(stopped, Look()).splitlines()[-1].startswith("✗ Not installed. There is no pip.")


def test_what_a_finding_says_is_no_note_as_well() -> None:
    """A note of the plan about a runtime that is installed is a finding of the check too."""
    note = "its CompiledModel does not run here"
    noted = replace(check(), resolution=replace(plan(), notes=(note, "another")))
    said = Finding("optional-library-cpu-feature", Severity.WARNING, f"I{note[1:]}.")
    for result in (noted, replace(noted, findings=(said,))):
        told = " ".join(render(result, Look()).split())
        assert told.lower().count(note.lower()) == 1
        assert "another" in told
