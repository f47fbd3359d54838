"""A tampered index is refused, whoever tampered: the source, or someone in the cache."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from pidoctor.catalog.location import POINTER, UserIndex, open_index
from pidoctor.catalog.wheels import CatalogError, WheelsIndex, parse_project, shipped_index
from pidoctor.indexing.cache import publish
from pidoctor.indexing.invariants import same_hashes

NAME = "tflite-runtime"
SHIPPED: dict[str, Any] = json.loads((shipped_index() / f"{NAME}.json").read_bytes())


def document() -> Any:
    return {**deepcopy(SHIPPED), "retrieved": "2999-01-01"}


def first_release(data: Any) -> Any:
    return next(iter(data["versions"].values()))


def in_wheel(field: str, value: Any) -> Any:
    data = document()
    first_release(data)["wheels"][0][field] = value
    return data


HASH = first_release(SHIPPED)["wheels"][0]["sha256"]
FILE = first_release(SHIPPED)["wheels"][0]["file"]
HERE = f"versions.{next(iter(SHIPPED['versions']))}.wheels[0]."
#: What was done to a document, and how the place is named.
TAMPERED: dict[str, tuple[Any, str]] = {
    "a line in a hash": (
        in_wheel("sha256", f"{HASH}\n--index-url https://evil.example"),
        f"{HERE}sha256: expected a SHA-256, not ",
    ),
    "half a hash": (in_wheel("sha256", HASH[:32]), f"{HERE}sha256: expected a SHA-256, not "),
    "a hash in capitals": (in_wheel("sha256", HASH.upper()), f"{HERE}sha256: expected a SHA-256"),
    "a line in a name": (in_wheel("file", f"a\n{FILE}"), f"{HERE}file: expected a wheel's file"),
    "a path as a name": (in_wheel("file", f"../../{FILE}"), f"{HERE}file: expected a wheel's file"),
    "an escape code in a reason": (
        in_wheel("yanked", "\x1b[2Jbroken"),
        f'{HERE}yanked: expected a line of text without control characters, not "?[2Jbroken"',
    ),
    "a line in a source": (in_wheel("source", "index\nx"), f"{HERE}source: expected a line of"),
    "a line in a requirement": (
        in_wheel("requires_dist", ["numpy", "numpy\nevil"]),
        f"{HERE}requires_dist[1]: expected a line of text",
    ),
    "a separator in a requirement": (
        in_wheel("requires_dist", ["numpy\u2028evil"]),
        f"{HERE}requires_dist[0]: expected a line of text",
    ),
    "a number for a name": (
        in_wheel("file", 7),
        f"{HERE}file: expected a wheel's file",
    ),
    "evidence that is not there": (
        in_wheel("evidence", "0123456789"),
        f"{FILE}: the evidence 0123456789 is not in the file",
    ),
    "a version that is none": (
        {**document(), "other_versions": {"one": "x"}},
        'other_versions.one: expected a version, not "one"',
    ),
    "a NUL in a date": ({**document(), "retrieved": "2999-01-01\0"}, "retrieved: expected a line"),
}


@pytest.mark.parametrize(("data", "said"), TAMPERED.values(), ids=TAMPERED)
def test_no_field_of_an_index_carries_a_line(data: Any, said: str) -> None:
    parse_project(document(), "untouched")
    with pytest.raises(CatalogError) as error:
        parse_project(data, "tampered")
    assert str(error.value).startswith(f"tampered: {said}")


def test_what_a_library_needs_is_a_version() -> None:
    data = document()
    key, evidence = next(iter(data["evidence"].items()))
    evidence["libraries"][0].update(glibc="two", align="big")
    evidence["numpy_api"] = {"abi": 1}
    with pytest.raises(CatalogError) as error:
        parse_project(data, "x.json")
    assert str(error.value) == (
        f"x.json: evidence.{key}.numpy_api.feature: missing (and 2 more faults)"
    )


PUBLISHED = {kind: row for kind, row in TAMPERED.items() if row[0]["retrieved"].isprintable()}


@pytest.mark.parametrize(("data", "said"), PUBLISHED.values(), ids=PUBLISHED)
def test_a_tampered_users_index_gives_way_to_the_shipped_one(
    tmp_path: Path, data: Any, said: str
) -> None:
    publish(tmp_path, {NAME: data})
    index = open_index(tmp_path)
    assert isinstance(index, UserIndex)
    project = index.project(NAME)
    assert project == WheelsIndex(shipped_index()).project(NAME)
    assert f"{NAME}.json: {said}" in index.note


def test_a_file_that_was_changed_after_the_update_is_refused(tmp_path: Path) -> None:
    folder = publish(tmp_path, {NAME: document()})
    path = folder / f"{NAME}.json"
    content = path.read_text().replace(HASH, HASH[::-1])
    assert len(content) == path.stat().st_size
    path.write_text(content)
    index = open_index(tmp_path)
    assert index.project(NAME) == WheelsIndex(shipped_index()).project(NAME)
    assert "another SHA-256" in index.note


def test_an_untouched_index_is_used(tmp_path: Path) -> None:
    publish(tmp_path, {NAME: document()})
    index = open_index(tmp_path)
    project = index.project(NAME)
    assert project is not None
    assert (project.retrieved, index.note) == ("2999-01-01", "")


def test_nonsense_in_the_cache_neither_hangs_nor_breaks(tmp_path: Path) -> None:
    folder = publish(tmp_path, {NAME: document()})
    (tmp_path / POINTER).write_text('{"a":' + "[" * 200_000)
    assert "cannot be read" in open_index(tmp_path).note
    (tmp_path / POINTER).write_text('{"schema": "pidoctor-index/1", "folder": "../x", "sizes": {}}')
    assert 'folder: expected a name without a path, not "../x"' in open_index(tmp_path).note
    (folder / "deep.json").write_text("[" * 200_000)
    with pytest.raises(CatalogError, match="not JSON"):
        WheelsIndex(folder).project("deep")
    os.mkfifo(folder / "pipe.json")
    with pytest.raises(CatalogError):
        WheelsIndex(folder).project("pipe")


def test_a_published_file_never_changes_its_hash() -> None:
    same_hashes(NAME, document(), SHIPPED)
    same_hashes(NAME, document(), None)
    other = "0" * 64
    with pytest.raises(CatalogError, match="never changes") as error:
        same_hashes(NAME, in_wheel("sha256", other), SHIPPED)
    assert HASH in str(error.value)
    assert other in str(error.value)
