"""What the levels of manylinux promise beside a version of glibc."""

from __future__ import annotations

from typing import NamedTuple

from pidoctor.catalog.tables import load
from pidoctor.catalog.values import Dotted
from pidoctor.platforms.versions import numbers_of


class ManylinuxLevel(NamedTuple):
    """The newest GLIBCXX that a wheel may use whose tag names this glibc."""

    glibc: Dotted
    glibcxx: Dotted


class ManylinuxTable(NamedTuple):
    """manylinux.json."""

    levels: tuple[ManylinuxLevel, ...]  # oldest first
    source: str


def promised_glibcxx(glibc: str) -> str:
    """The newest GLIBCXX that the tag with this glibc promises; "" below the oldest level."""
    levels = load(ManylinuxTable).levels
    held = [row.glibcxx for row in levels if numbers_of(row.glibc) <= numbers_of(glibc)]
    return held[-1] if held else ""
