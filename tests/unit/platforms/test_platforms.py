"""Dotted versions, ABI tags and markers, against packaging and the interpreter that runs this."""

from __future__ import annotations

import sysconfig

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import default_environment

from pidoctor.platforms.interpreter import abi_tag, marker_environment
from pidoctor.platforms.versions import (
    dotted,
    minor_numbers,
    minor_of,
    newest,
    numbers_of,
    parse_version,
)

versions = st.lists(st.integers(0, 10_000), min_size=1, max_size=4).map(tuple)


@given(versions)
def test_what_is_written_is_read_back(version: tuple[int, ...]) -> None:
    assert parse_version(dotted(version)) == numbers_of(dotted(version)) == version


@pytest.mark.parametrize("text", ["", "2.", ".36", "2.36-9", "2.x", "٢.٣"])
def test_what_is_no_number_is_refused_or_ends_it(text: str) -> None:
    with pytest.raises(ValueError, match="not a version made of numbers"):
        parse_version(text)
    assert numbers_of(text) == ((2,) if text == "2.x" else (2,) if text.startswith("2.") else ())


def test_minor_versions() -> None:
    assert [minor_of(text) for text in ("3.11.2", "3.11", "3", "")] == ["3.11", "3.11", "3", ""]
    assert minor_numbers("3.11.2") == (3, 11)
    assert [minor_numbers(text) for text in ("3", "", "three", "3.x", "3.99999")] == [None] * 5


def test_the_newest_is_found_by_number() -> None:
    assert newest("2.9", "2.36", "") == "2.36"
    assert newest("", "") == newest() == ""


@pytest.mark.parametrize(
    ("python", "tag"), [("3.11.2", "cp311"), ("3.7", "cp37m"), ("3.8", "cp38"), ("3.14", "cp314")]
)
def test_the_abi_of_an_ordinary_build(python: str, tag: str) -> None:
    assert abi_tag(python) == tag


def test_this_interpreters_abi_and_markers() -> None:
    theirs = default_environment()
    soabi = sysconfig.get_config_var("SOABI").split("-")[1]
    assert abi_tag(theirs["python_full_version"]) == f"cp{soabi}"
    ours = marker_environment(theirs["python_full_version"], theirs["platform_machine"])
    differing = {name for name, value in theirs.items() if ours[name] != value}
    assert differing <= {"platform_release", "platform_version"}
    assert ours.keys() - theirs.keys() == {"extra"}
