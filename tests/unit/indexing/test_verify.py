"""Checking an index against its sources, and saying how old it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pidoctor.catalog.wheels import WheelsIndex
from pidoctor.decoding import encode
from pidoctor.errors import CouldNotCheckError
from pidoctor.indexing import sources
from pidoctor.indexing.document import canonical
from pidoctor.indexing.index_changes import ReadingLog
from pidoctor.indexing.scope import Scope
from pidoctor.indexing.status import status
from pidoctor.indexing.update import Options, refresh
from pidoctor.indexing.verify import Verification, verify
from pidoctor.probe.pip_settings import PipSettings
from tests.unit.evidence.elfmaker import Elf
from tests.unit.indexing.simple_index import SimpleIndex, serving

NAME = "runtime-1.0-cp311-cp311-manylinux_2_27_aarch64.whl"
SCOPE = Scope(("runtime",), (), ("3.11",), ("aarch64",), (("runtime", "every wheel"),))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleIndex]:
    monkeypatch.setattr(sources, "BACKOFF", 0)
    offered = SimpleIndex()
    offered.add(NAME, runtime__core=Elf(needs={"libc.so.6": [("GLIBC_2.34", False)]}).build())
    with serving(offered):
        yield offered


@pytest.fixture
def folder(server: SimpleIndex, tmp_path: Path) -> Path:
    """The index of what the server offers, made on the 2nd of January."""
    options = Options(PipSettings(server.url), SCOPE, today="2026-01-02")
    for name, document in refresh({}, ReadingLog(tmp_path / "j"), options).documents.items():
        (tmp_path / f"{name}.json").write_text(canonical(document))
    return tmp_path


def checked(folder: Path, server: SimpleIndex) -> Verification:
    return verify(WheelsIndex(folder), sample=None, settings=PipSettings(server.url))


def test_all_is_as_the_index_says(folder: Path, server: SimpleIndex) -> None:
    assert checked(folder, server) == Verification(1, 1, ())


def test_another_hash_on_the_page(folder: Path, server: SimpleIndex) -> None:
    server.wrong_hash.add(NAME)
    [problem] = checked(folder, server).problems
    assert problem == f"{NAME}: the package index now states another hash"


def test_another_file_behind_the_same_page(folder: Path, server: SimpleIndex) -> None:
    server.add(NAME, runtime__core=Elf().build())
    problems = checked(folder, server).problems
    assert f"{NAME}: the server sent a file with another hash" in problems


def test_a_wheel_that_is_gone_or_yanked(folder: Path, server: SimpleIndex) -> None:
    server.yanked[NAME] = "broken"
    assert checked(folder, server).problems == (f"{NAME}: yanked since the index was made",)
    server.files["runtime"].clear()
    assert checked(folder, server).problems == (f"{NAME}: no longer offered by the package index",)


def test_evidence_that_was_tampered_with(folder: Path, server: SimpleIndex) -> None:
    path = folder / "runtime.json"
    path.write_text(path.read_text().replace('"glibc": "2.34"', '"glibc": "2.17"'))
    assert checked(folder, server).problems == (
        f"{NAME}: its files show other needs than the index says",
    )


def test_a_sample_reads_that_many(folder: Path, server: SimpleIndex) -> None:
    found = verify(WheelsIndex(folder), sample=0, settings=PipSettings(server.url))
    assert (found.hashes_checked, found.wheels_read) == (1, 0)


def test_no_answer_is_not_a_problem_found(folder: Path, server: SimpleIndex) -> None:
    server.status["/simple"] = 503
    with pytest.raises(CouldNotCheckError):
        checked(folder, server)


def test_status(folder: Path) -> None:
    found = status(WheelsIndex(folder), "2026-01-12")
    assert (found.origin, found.retrieved, found.age_days) == ("updated", "2026-01-02", 10)
    assert (found.packages, found.wheels, found.with_evidence) == (1, 1, 1)
    assert found.sources == {"index": 1}
    json.dumps(encode(found))


def test_a_clock_before_the_index_was_made_gives_no_age(folder: Path) -> None:
    assert status(WheelsIndex(folder), "1970-01-01").age_days is None
