"""The longer pages: each has a title, and what they point at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pidoctor

ROOT = Path(pidoctor.__file__).parent
PAGES = sorted((ROOT / "help").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_a_title_and_its_paths_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.match(r"# \S", text)
    for path in re.findall(r"`((?:pidoctor|tests|wheels-index)/[\w./-]+)`", text):
        assert (ROOT.parent / path).exists(), path


def test_the_glossary_is_in_order_and_has_one_row_per_word() -> None:
    rows = re.findall(r"^\| ([^|]+?) \|", (ROOT / "help/glossary.md").read_text(), re.MULTILINE)
    words = [row.lower() for row in rows if row not in ("word",)]
    assert words == sorted(set(words))
