"""Help at three widths (the exact text of options is argparse's, and each Python's own); refusals.

``PIDOCTOR_UPDATE_GOLDEN=1 pytest tests/cli/test_screens.py`` writes the expected texts anew.
"""

from __future__ import annotations

import os
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from pidoctor.catalog import runtimes
from pidoctor.cli import output
from pidoctor.cli.arguments import COMMANDS, overview, parse, parser_of
from pidoctor.cli.definitions import definitions
from pidoctor.probe.capture_questions import script
from pidoctor.report.layout import cells
from pidoctor.report.look import Look
from tests.cli.program import pidoctor
from tests.unit.report.more_samples import ALL
from tests.unit.report.state_samples import STATES

GOLDEN = Path(__file__).parent / "golden"
REFUSED = {
    "unknown-command": ("chekc",),
    "unknown-option": ("check", "--tarjet", "pi4"),
    "unknown-board": ("check", "--target", "blackberry"),
    "several-boards": ("explain", "--target", "orangepi"),
    "unknown-runtime": ("explain", "tensroflow"),
    "no-file": ("triage", "nothing-of-that-name.log"),
    "no-model": ("model", "nothing-of-that-name.tflite"),
    "no-argument": ("model",),
}
FOR_PROGRAMS = (
    *("schema", "completion bash", "completion zsh", "completion fish"),
    *("capture --script", "help --man"),
)
PAGES = ("offline", "numpy2-abi-mismatch")


def compare(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("PIDOCTOR_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [120, 80, 40])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(command: str, width: int) -> None:
    run = pidoctor(*command.split(), "--help", columns=width)
    assert (run.code, run.err) == (0, "")
    assert "pidoctor" in run.out[run.out.index("examples:") :]
    if width > 40:  # an example is not cut
        assert max(map(cells, run.out.splitlines())) <= width


@pytest.mark.parametrize("width", [120, 80, 40])
@pytest.mark.parametrize("topic", PAGES)
def test_a_page_of_help(topic: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "look_of", lambda _: Look(width=width))
    command = parse(["help", topic])
    written = command.run(command.options).written
    assert written is not None
    compare(f"help-{topic}-{width}", written.text or "")


@pytest.fixture
def runtimes_of_the_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A runtime more is a row of a table, and leaves the texts of options alone."""
    names = ["ai-edge-litert", "tflite-runtime", "tensorflow"]
    monkeypatch.setattr(runtimes, "runtime_names", lambda: names)


@pytest.mark.usefixtures("runtimes_of_the_texts")
@pytest.mark.parametrize("words", FOR_PROGRAMS)
def test_what_programs_read_is_the_same_at_every_width(words: str) -> None:
    wide, usual, narrow = (pidoctor(*words.split(), columns=width) for width in (120, 80, 40))
    assert wide == usual == narrow
    assert (usual.code, usual.err) == (0, "")
    if words == "schema":
        shipped = files("pidoctor.report").joinpath("result.schema.json")
        assert usual.out == shipped.read_text(encoding="utf-8")
    elif words == "capture --script":
        assert usual.out == script()
    else:
        name = words.replace(" --", " ").replace(" ", "-")
        compare(f"options/{name}", usual.out)


@pytest.mark.usefixtures("runtimes_of_the_texts")
@pytest.mark.skipif(
    not (3, 10) <= sys.version_info < (3, 13), reason="argparse of 3.9, 3.13 lays out otherwise"
)
@pytest.mark.parametrize("width", [120, 80, 40])
def test_the_exact_help_of_every_command(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    parsers = (overview(), *map(parser_of, COMMANDS))
    compare(f"options/help-{width}", "\n".join(parser.format_help() for parser in parsers))


def test_every_command_has_a_screen_whose_text_is_held() -> None:
    """As a result at every width, or as what is the same at every width."""
    held = {*ALL, *STATES, *(words.replace(" ", "-") for words in FOR_PROGRAMS)}
    names = [
        name
        for each in definitions()
        for name in [f"{each.name}-{action.name}" for action in each.actions] or [each.name]
    ]
    assert len(names) > len(COMMANDS)
    assert [n for n in names if not any(f"{at}-".startswith(f"{n}-") for at in held)] == []
    assert {result.command for result in (*ALL.values(), *STATES.values())} == set(COMMANDS) - {
        *("schema", "completion", "help")
    }


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_one_line_that_says_what_to_do(name: str) -> None:
    run = pidoctor(*REFUSED[name])
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    compare(name, run.err)
