"""Wheels named by their address or path: what is in them is part of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pidoctor.profile.wheel_sources import NO_SOURCES
from tests.cli.program import pidoctor
from tests.unit.evidence.elfmaker import Elf
from tests.unit.indexing.simple_index import SimpleIndex, serving

TAG = "cp37-abi3-manylinux_2_17_aarch64"
PLAIN, NEW_NUMPY = "demo-1.0-py3-none-any.whl", "demo-2.0-py3-none-any.whl"
COMPILED = f"lens-1.0-{TAG}.whl"
TARGET = ("--target", "pi4-4gb/bookworm-64")


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SimpleIndex]:
    """Wheels on a server, the same ones in ./wheels, and no other index."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    for name in ("EXTRA_INDEX_URL", "FIND_LINKS"):
        monkeypatch.delenv(f"PIP_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    index = SimpleIndex()
    index.add(PLAIN, "Requires-Dist: numpy<2")
    index.add(NEW_NUMPY, "Requires-Dist: numpy>=2")
    index.add(COMPILED, lens__c=Elf(needs={"libc.so.6": [("GLIBC_2.38", False)]}).build())
    folder = tmp_path / "wheels"
    folder.mkdir()
    for files in index.files.values():
        for name, content in files.items():
            (folder / name).write_bytes(content)
    with serving(index):
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        yield index


def asked(*lines: str) -> tuple[str, ...]:
    Path("r.txt").write_text("\n".join(("tflite-runtime", *lines)))
    return "-r", "r.txt", *TARGET


def answer(*words: str) -> Any:
    return pidoctor(*words, "--json").json


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize("line", ["./wheels/{}", "wheels/{}", "demo @ file://{}", "file:wheels/{}"])
def test_a_local_wheel_is_read_without_a_network(tmp_path: Path, line: str) -> None:
    name = f"{tmp_path}/wheels/{PLAIN}" if "://" in line else PLAIN
    found = answer("check", *asked(line.format(name)), "--offline")
    (demo,) = (p for p in found["resolution"]["packages"] if p["name"] == "demo")
    assert (found["exit_code"], demo["version"], demo["source"]) == (0, "1.0", "address")


@pytest.mark.usefixtures("offered")
def test_what_a_local_wheel_requires_decides() -> None:
    found = answer("check", *asked(f"./wheels/{NEW_NUMPY}"), "--offline")
    assert found["exit_code"] == 1
    assert "tflite-runtime and demo==2.0 do not go together here" in found["verdict"]
    assert "numpy>=2 (required by demo 2.0)" in found["verdict"]


def test_a_wheel_on_a_server_is_read_as_far_as_needed(offered: SimpleIndex) -> None:
    site = offered.url.replace("/simple/", "/files/demo")
    line = f"{site}/{NEW_NUMPY}#sha256={offered.sha256(NEW_NUMPY)}"
    assert answer("check", *asked(line))["exit_code"] == 1
    run = pidoctor("lock", *asked(f"{site}/{PLAIN}"))
    pinned = f"demo @ {site}/{PLAIN} --hash=sha256:{offered.sha256(PLAIN)}"
    assert (run.code, pinned in run.out.splitlines()) == (0, True)
    sources = NO_SOURCES.with_files([f"{site}/{PLAIN}#sha256=aa"])
    assert sources.address_of(PLAIN) == f"{site}/{PLAIN}"


def test_the_elf_files_of_a_wheel_by_its_path_decide(offered: SimpleIndex) -> None:
    del offered
    found = answer("check", *asked(f"./wheels/{COMPILED}"), "--offline")
    assert found["exit_code"] == 1
    assert "2.38" in json.dumps(found["resolution"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("./wheels/gone-1.0-py3-none-any.whl", "there is no such file"),
        ("https://me:secret@index.example/x-1.0-py3-none-any.whl", "no package index was asked"),
    ],
)
def test_a_wheel_that_was_not_read_is_not_called_fitting(
    offered: SimpleIndex, line: str, said: str
) -> None:
    del offered
    run = pidoctor("check", *asked(line), "--offline", "--json")
    (told,) = (it["message"] for it in run.json["findings"] if it["id"] == "not-checked")
    assert run.code == 3
    assert said in told
    assert "secret" not in run.out + run.err


@pytest.mark.parametrize("file", [
    "tflite_runtime-2.14.0-cp311-cp311-manylinux_2_34_aarch64.whl",
    "numpy-1.26.4-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl",
])  # fmt: skip
def test_a_file_of_the_index_is_not_taken_for_one_that_is_not_there(
    offered: SimpleIndex, file: str
) -> None:
    del offered
    run = pidoctor("check", *asked(f"./wheels/{file}"), "--offline", "--json")
    assert run.code == 3
    assert "there is no such file" in json.dumps([run.json["verdict"], run.json["findings"]])


def test_another_file_of_that_version_is_not_taken_for_it(offered: SimpleIndex) -> None:
    """The index has a demo 1.0 that requires something else."""
    offered.add(PLAIN, "Requires-Dist: numpy>=2")
    found = answer("explain", *asked(f"./wheels/{PLAIN}"))
    assert found["resolution"]["status"] == "plan"


def test_a_wheel_without_a_hash_in_its_address_is_read_whole_once(offered: SimpleIndex) -> None:
    site = offered.url.replace("/simple/", "/files/demo")
    readings = []
    for _ in range(2):
        offered.requests.clear()
        assert answer("explain", *asked(f"{site}/{PLAIN}"))["resolution"]["status"] == "plan"
        readings.append([method for method, _, _ in offered.requests].count("GET"))
    assert readings[1] == readings[0] - 1


def test_a_refused_file_of_a_package_that_has_no_wheel_at_all(offered: SimpleIndex) -> None:
    """A list from Colab: python-apt by a path there, which an index has as source only."""
    offered.files["lens"] = {"lens-1.0.tar.gz": b"x"}
    line = "lens @ file:///there/lens-1.0-cp310-cp310-linux_x86_64.whl"
    found = answer("check", *asked(line))
    assert found["exit_code"] == 1
    assert "lens 1.0: built for 64-bit x86" in found["verdict"]
