"""The longer pages: what they point at is there, and their commands can be typed as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import pidoctor as package
from pidoctor.catalog.troubles import load_troubles
from pidoctor.cli.arguments import COMMANDS, parse
from pidoctor.help import DECISIONS, TOPICS, page_text
from tests.cli.program import pidoctor

ROOT = Path(package.__file__).parent
PAGES = sorted((ROOT / "help").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_a_title_and_its_paths_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.match(r"# \S", text)
    for path in re.findall(r"`((?:pidoctor|tests|wheels-index)/[\w./-]+)`", text):
        assert (ROOT.parent / path).exists(), path


def test_every_page_is_a_topic() -> None:
    made_of_tables = {"troubles", "decisions"}
    assert {page.stem for page in PAGES} == {*TOPICS, *DECISIONS} - made_of_tables
    assert not set(TOPICS) & set(COMMANDS) - {"fleet"}


def commands(topic: str) -> list[str]:
    found = re.findall(r"^    (pidoctor [^\n]*)$", page_text(topic), re.MULTILINE)
    return [line.partition(" > ")[0] for line in found]


@pytest.mark.parametrize("topic", TOPICS)
def test_the_commands_of_a_page_are_commands(topic: str) -> None:
    for line in commands(topic):
        parse(shlex.split(line)[1:])  # raises UsageError for an option that there is not


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_only_commands_are_copied_line_by_line(page: Path) -> None:
    """Programs and files are fenced with their language, and copied whole."""
    indented = re.findall(r"^    (\S+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    named = ("pidoctor", "ansible", "python3", "rm", "scp", "sudo", "uv", ".venv/bin/")
    assert [word for word in indented if not word.startswith(named)] == []


def test_commands_are_found_on_the_pages() -> None:
    assert commands("offline")[0] == "pidoctor download --target pi4-4gb/bookworm-64 -d kit"
    assert sum(len(commands(topic)) for topic in TOPICS) >= 15


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("columns", [40, 80])
def test_a_topic_is_shown(topic: str, columns: int) -> None:
    run = pidoctor("help", topic, columns=columns)
    assert run.code == 0
    assert run.err == ""
    assert "**" not in run.out
    assert "](" not in run.out
    assert len(run.out.splitlines()) > 5


def test_help_lists_the_topics() -> None:
    text = pidoctor("help").out
    for topic in TOPICS:
        assert re.search(rf"^  {topic}  ", text, re.MULTILINE)


def test_a_trouble_is_a_topic_by_its_id() -> None:
    for name, trouble in load_troubles().items():
        run = pidoctor("help", name)
        assert run.code == 0
        assert trouble.explanation[:20] in " ".join(run.out.split())


def test_a_slip_gets_the_nearest_topic() -> None:
    for typed, meant in (("32bit", "32-bit"), ("numpy2-abi", "numpy2-abi-mismatch")):
        run = pidoctor("help", typed)
        assert run.code == 2
        assert f"did you mean `pidoctor help {meant}`?" in run.err


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_as_html(topic: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert pidoctor("help", topic, "--html", str(page)).code == 0
    text = page.read_text(encoding="utf-8")
    assert text.count("<h1>") == 1
    assert text.count("<script") == 1  # the buttons that copy a command
    assert pidoctor("help", "install", "--html", str(page)).code == 2


def test_the_glossary_is_in_order_and_has_one_row_per_word() -> None:
    rows = re.findall(r"^\| ([^|]+?) \|", (ROOT / "help/glossary.md").read_text(), re.MULTILINE)
    words = [row.lower() for row in rows if row not in ("word",)]
    assert words == sorted(set(words))
