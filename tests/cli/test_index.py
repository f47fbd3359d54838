"""``pidoctor index``: status, audit, and what is said when something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pidoctor.catalog.wheels import shipped_index
from tests.cli.program import pidoctor
from tests.unit.evidence.elfmaker import Elf, wheel

NAME = "pack-1.0-cp311-cp311-manylinux_2_27_aarch64.whl"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture
def audited(tmp_path: Path) -> Path:
    needs = {"libc.so.6": [("GLIBC_2.34", False)]}
    path = tmp_path / NAME
    path.write_bytes(wheel({"pack/core.so": Elf(needs=needs, align=4096).build()}))
    return path


def test_status() -> None:
    run = pidoctor("index", "status")
    assert run.code == 0
    assert "came with pidoctor" in run.out
    assert f"{len(list(shipped_index().glob('*.json')))} packages" in run.out.replace("\xa0", " ")
    status = pidoctor("index", "status", "--json").json["index"]["status"]
    assert status["origin"] == "shipped"
    assert status["wheels"] > 3000


def test_status_says_when_the_own_index_was_refused(tmp_path: Path) -> None:
    pointer = tmp_path / "pidoctor" / "wheels-index" / "current.json"
    pointer.parent.mkdir(parents=True)
    pointer.write_text('{"schema": "pidoctor-index/99"}')
    run = pidoctor("index", "status")
    assert run.code == 0
    assert "another version of pidoctor" in " ".join(run.out.split())


def test_a_refused_index_is_one_line_and_no_obstacle(tmp_path: Path) -> None:
    pointer = tmp_path / "pidoctor" / "wheels-index" / "current.json"
    pointer.parent.mkdir(parents=True)
    pointer.write_bytes(b"\0" * 500)
    run = pidoctor("explain", "auto", "--target", "pi4-4gb/bookworm-64", "--json")
    assert run.code == 0
    assert run.json["resolution"]["status"] == "plan"
    assert len(run.err.splitlines()) == 1
    assert "the index that came with pidoctor is used" in run.err


def test_audit_says_where_the_tag_and_the_files_disagree(audited: Path) -> None:
    run = pidoctor("index", "audit", str(audited))
    assert run.code == 0
    assert "GLIBC 2.34" in run.out
    assert "tag says manylinux_2_27_aarch64; core.so needs GLIBC 2.34" in " ".join(run.out.split())
    found = pidoctor("index", "audit", str(audited), "--json").json["index"]["audits"][0]
    assert found["file"] == NAME
    assert found["libraries"][0]["pages"] == [4096]
    assert json.dumps(found)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["index"], "ACTION"),
        (["index", "audit", "nowhere.whl"], "cannot be read"),
        (["index", "audit", "README.md"], "not a wheel's file name"),
        (["index", "verify", "--sample", "many"], "not a number"),
        (["index", "polish"], "invalid choice"),
    ],
)
def test_bad_input_gets_one_line(words: list[str], said: str) -> None:
    run = pidoctor(*words)
    assert run.code == 2
    assert run.out == ""
    assert len(run.err.splitlines()) == 1
    assert said in run.err


def test_update_without_a_network_is_not_an_error_of_the_index(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pidoctor.indexing.sources.BACKOFF", 0)
    monkeypatch.setenv("PIP_INDEX_URL", "http://user:s3cret@127.0.0.1:9/simple")
    run = pidoctor("index", "update")
    assert run.code == 3
    assert "no answer from the index" in run.err
    assert "s3cret" not in run.err
    assert pidoctor("index", "status").code == 0
