"""Fleets that one known fact divides: the report names that fact, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.location import open_index
from pidoctor.fleet.asking import Asker
from pidoctor.fleet.axes import BoardCase
from pidoctor.fleet.record import ANY, Software
from pidoctor.fleet.telling import Peer, telling
from pidoctor.profile import codec
from pidoctor.profile.fact import Fact
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import Profile
from pidoctor.resolve.plan import Plan
from pidoctor.resolve.request import parse_request
from tests.cli.program import pidoctor
from tests.fleet.samples import receipt, write

WORKING = 3
PI4, PI5 = "pi4-4gb/bookworm-64", "pi5-4gb/bookworm-64"
Change = Callable[[Profile], Profile]


class Divided(NamedTuple):
    """Three boards that can have ``requirement``, and one that cannot, for one fact."""

    good: Profile
    bad: Profile
    requirement: str
    told: tuple[str, str, str]  # the fact, its value on the bad board, on the good ones
    todo: str = ""  # a part of what to do


def system(name: str, **facts: Any) -> Profile:
    machine = target(name)
    known = {key: Fact.known(value, "varied") for key, value in facts.items()}
    return replace(machine, system=replace(machine.system, **known))


def lacking(*sonames: str) -> Profile:
    machine = system(PI4, lacks=sonames)
    gone: Fact[str] = Fact.absent("varied")
    missing = "libstdc++.so.6" in sonames
    return replace(machine, system=replace(machine.system, glibcxx=gone)) if missing else machine


def without_piwheels(name: str) -> Profile:
    machine = target(name)
    indexes = tuple(i for i in machine.indexes.or_else(()) if i.kind != "piwheels")
    return replace(machine, indexes=Fact.known(indexes, "varied"))


def with_core(name: str, other: str) -> Profile:
    return replace(target(name), cpu=target(other).cpu)


LOOKED_AT = {
    "python": Divided(
        target(PI4), target(f"{PI4}/py3.13"), "tflite-runtime", ("Python", "3.13", "3.11")
    ),
    "glibc": Divided(
        target(PI4),
        system(PI4, libc_version="2.31"),
        "ai-edge-litert==2.1.1",
        ("C library", "glibc 2.31", "glibc 2.36"),
        "use a system with glibc 2.36",
    ),
    "libstdc++": Divided(
        target(PI4),
        system(PI4, glibcxx="3.4.28"),
        "ai-edge-litert==2.1.1",
        ("libstdc++", "3.4.28", "3.4.30"),
        "GLIBCXX_3.4.30",
    ),
    "glibc of Debian and Alpine": Divided(
        target(PI4),
        system(PI4, libc="musl", libc_version="1.2"),
        "tflite-runtime",
        ("C library", "musl 1.2", "glibc 2.36"),
    ),
    "a missing package": Divided(
        system(PI4, lacks=()),
        lacking("libgcc_s.so.1", "libstdc++.so.6"),
        "tflite-runtime",
        ("missing libraries", "libgcc_s.so.1 libstdc++.so.6", "none"),
        "apt install",
    ),
    "word size": Divided(
        target(PI4),
        target("pi4-4gb/bookworm-32"),
        "tensorflow",
        ("word size of the system", "32-bit", "64-bit"),
        "64-bit Raspberry Pi OS 12",
    ),
    "release": Divided(
        target("pi4-4gb/bookworm-64/py3.10"),
        target("pi4-4gb/bullseye-64/py3.10"),
        "ai-edge-litert==2.1.1",
        ("system", "Raspberry Pi OS 11 (bullseye)", "Raspberry Pi OS 12 (bookworm)"),
    ),
    "core": Divided(
        target("pi-2b/bookworm-32"),
        with_core("pi-2b/bookworm-32", "beaglebone-black/debian-bookworm-32"),
        "tflite-runtime",
        ("processor core", "cortex-a8", "cortex-a7"),
    ),
    "whose Python": Divided(
        without_piwheels("pi4-4gb/bookworm-32"),
        replace(
            without_piwheels("pi4-4gb/bookworm-32"),
            python=replace(
                target("pi4-4gb/bookworm-32/py3.12").python,
                version=Fact.known("3.11.9", "varied"),
                abi=Fact.known("cp311", "varied"),
            ),
        ),
        "auto",
        ("Python in use", "not the system's own", "the system's own"),
        "the system's own Python 3.11",
    ),
}


def machine_file(folder: Path, board: str, machine: Profile) -> None:
    (folder / f"{board}.json").write_text(json.dumps(codec.to_json(machine)), encoding="utf-8")


def told(folder: Path, requirement: str = "auto") -> Any:
    """What the report says tells the one group apart that does not work."""
    run = pidoctor("fleet", "report", str(folder), "--requirement", requirement, "--json")
    (bad,) = [g for g in run.json["fleet"]["groups"] if g["verdict"] in ("cannot", "fails")]
    return bad["telling"]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_the_fact_that_divides_boards_that_were_looked_at(name: str, tmp_path: Path) -> None:
    fleet = LOOKED_AT[name]
    for number in range(WORKING):
        machine_file(tmp_path, f"good-{number}", fleet.good)
    machine_file(tmp_path, "bad", fleet.bad)
    found = told(tmp_path, fleet.requirement)
    assert found is not None
    assert (found["fact"], found["here"], found["there"]) == fleet.told
    assert (found["boards"], found["verified"]) == (WORKING, True)
    assert fleet.todo in found["text"]
    assert found["text"]
    assert found["result"]


def tried(
    folder: Path, board: str, machine: Profile, runtime: str, version: str, numpy: str, passed: bool
) -> None:
    sent = receipt(machine, numpy, passed)
    sent["proof"].update(runtime=runtime, version=version)
    write(folder, board, sent)


def with_memory_of(machine: Profile, other: Profile) -> Profile:
    board = replace(machine.board, memory=other.board.memory)
    return replace(machine, memory=other.memory, board=board)


SMALL, LARGE = target("pi-zero-2w/bookworm-64"), target("pi-3b/bookworm-64")
INSTALLED = {  # good, bad: a machine with what is on it; then what is told
    "numpy": (
        (target(PI4), "tflite-runtime", "2.14.0", "1.26.4"),
        (target(PI4), "tflite-runtime", "2.14.0", "2.2.6"),
        ("NumPy", "2.2.6", "1.26.4"),
    ),
    "runtime version": (
        (target("pi4-4gb/bullseye-64"), "tflite-runtime", "2.11.0", "1.26.4"),
        (target("pi4-4gb/bullseye-64"), "tflite-runtime", "2.12.0", "1.26.4"),
        ("runtime version", "tflite-runtime 2.12.0", "tflite-runtime 2.11.0"),
    ),
    "runtime": (
        (target(PI4), "ai-edge-litert", "1.4.0", "2.2.6"),
        (target(PI4), "tflite-runtime", "2.14.0", "2.2.6"),
        (
            "installed software",
            "tflite-runtime 2.14.0, numpy 2.2.6",
            "ai-edge-litert 1.4.0, numpy 2.2.6",
        ),
    ),
    "memory": (
        (LARGE, "tensorflow", "2.16.1", "1.26.4"),
        (
            replace(
                LARGE,
                memory=SMALL.memory,
                board=replace(LARGE.board, memory=Fact.known(1 << 29, "varied")),
            ),
            "tensorflow",
            "2.16.1",
            "1.26.4",
        ),
        ("memory", "512 MB", "1 GB"),
    ),
    "glibc": (
        (target(PI4), "ai-edge-litert", "2.1.1", "2.2.6"),
        (system(PI4, libc_version="2.31"), "ai-edge-litert", "2.1.1", "2.2.6"),
        ("C library", "glibc 2.31", "glibc 2.36"),
    ),
}


@pytest.mark.parametrize("name", INSTALLED)
def test_the_fact_that_divides_boards_with_receipts(name: str, tmp_path: Path) -> None:
    good, bad, expected = INSTALLED[name]
    for number in range(WORKING):
        tried(tmp_path, f"good-{number}", *good, passed=True)
    tried(tmp_path, "bad", *bad, passed=False)
    found = told(tmp_path)
    assert found is not None
    assert (found["fact"], found["here"], found["there"]) == expected
    assert (found["boards"], found["verified"]) == (WORKING, True)
    assert found["result"]


def test_a_difference_that_resolving_does_not_explain_is_said_to_be_one(tmp_path: Path) -> None:
    """The boards differ in their pages alone, and by what is known that is no matter."""
    software = ("tflite-runtime", "2.14.0", "1.26.4")
    for number in range(WORKING):
        tried(tmp_path, f"good-{number}", system(PI5, page_size=4096), *software, passed=True)
    tried(tmp_path, "bad", target(PI5), *software, passed=False)
    found = told(tmp_path)
    assert (found["fact"], found["here"], found["there"]) == ("page size", "16 KiB", "4 KiB")
    assert (found["verified"], found["text"], found["result"]) == (False, "", "")
    text = " ".join(pidoctor("fleet", "report", str(tmp_path)).out.split())
    assert "Only the page size differs from 3 boards that work: 16 KiB here, 4 KiB there." in text
    assert "Resolving sees nothing wrong with it." in text


def test_of_two_differences_that_explain_nothing_none_is_named(tmp_path: Path) -> None:
    software = ("tflite-runtime", "2.14.0", "1.26.4")
    tried(tmp_path, "good", system(PI5, page_size=4096), *software, passed=True)
    tried(tmp_path, "bad", target("pi5-8gb/bookworm-64"), *software, passed=False)
    assert told(tmp_path) is None


def test_boards_that_are_alike_and_work_refute_every_fact(tmp_path: Path) -> None:
    """Whatever resolving says of the libc: others with the same one and all else work."""
    old, software = system(PI4, libc_version="2.31"), ("ai-edge-litert", "2.1.1", "2.2.6")
    for number in range(WORKING):
        tried(tmp_path, f"good-{number}", target(PI4), *software, passed=True)
    tried(tmp_path, "bad", old, *software, passed=False)
    found = told(tmp_path)
    assert found["fact"] == "C library"
    tried(tmp_path, "alike", old, *software, passed=True)
    assert told(tmp_path) is None


def test_a_difference_that_boards_which_work_have_too_is_not_named(tmp_path: Path) -> None:
    """Some with pages of 16 KiB work, so it is not the pages."""
    software = ("tflite-runtime", "2.14.0", "1.26.4")
    tried(tmp_path, "small", system(PI5, page_size=4096), *software, passed=True)
    tried(tmp_path, "bad", target(PI5), *software, passed=False)
    assert told(tmp_path)["fact"] == "page size"
    tried(tmp_path, "other", target("pi5-8gb/bookworm-64"), *software, passed=True)
    assert told(tmp_path) is None


def test_an_install_that_came_to_nothing_has_no_software_and_blames_no_fact(
    tmp_path: Path,
) -> None:
    """The server was not there; that the pages differ is no matter."""
    software = ("tflite-runtime", "2.14.0", "1.26.4")
    tried(tmp_path, "good", system(PI5, page_size=4096), *software, passed=True)
    sent = receipt(target(PI5))
    failed = {
        "schema": "pidoctor-result/1",
        "command": "install",
        "exit_code": 1,
        "profile": sent["profile"],
        "install": {"status": "failed"},
        "proof": None,
        "resolution": {
            "status": "plan",
            "runtime": "tflite-runtime",
            "packages": [
                {"name": "tflite-runtime", "version": "2.14.0"},
                {"name": "numpy", "version": "1.26.4"},
            ],
        },
        "findings": [{"id": "network-timeout", "severity": "error", "message": "It took too long"}],
    }
    write(tmp_path, "bad", failed)
    fleet = pidoctor("fleet", "report", str(tmp_path), "--json").json["fleet"]
    (bad,) = [group for group in fleet["groups"] if group["verdict"] == "fails"]
    assert (bad["software"], bad["telling"]) == ([], None)
    assert bad["causes"][0]["id"] == "network-timeout"


def test_a_fact_of_some_boards_of_a_group_is_told_of_those(tmp_path: Path) -> None:
    """Two failed with NumPy 2, one with NumPy 1; of those that work one has another NumPy 1."""
    for number, numpy in enumerate(("1.26.4", "1.26.4", "1.24.4")):
        tried(tmp_path, f"good-{number}", target(PI4), "tflite-runtime", "2.14.0", numpy, True)
    for number, numpy in enumerate(("2.2.6", "2.2.6", "1.25.2")):
        tried(tmp_path, f"bad-{number}", target(PI4), "tflite-runtime", "2.14.0", numpy, False)
    found = told(tmp_path)
    assert (found["fact"], found["here"], found["there"]) == ("NumPy", "2.2.6", "1.26.4")
    assert (found["alike"], found["boards"]) == (2, 2)
    text = " ".join(pidoctor("fleet", "report", str(tmp_path)).out.split())
    assert "the NumPy of 2 of them: 2.2.6 here, 1.26.4 on 2 boards that can run it" in text


class Only4KiB(Asker):
    """As if wheels ran on pages of 4 KiB alone: none that is known asks for them."""

    def __init__(self) -> None:
        known = open_catalog(open_index())
        super().__init__(parse_request("auto", known), known)

    def plan(self, profile: Profile, software: Software = ANY) -> Plan | None:
        small = profile.system.page_size.value == 4096
        return super().plan(profile, software) if small else None


def test_the_page_size_is_told_with_the_kernel_that_changes_it() -> None:
    peer = Peer(BoardCase(system(PI5, page_size=4096)), WORKING)
    found = telling(BoardCase(target(PI5)), [peer], Only4KiB())
    assert found is not None
    assert (found.fact, found.here, found.there) == ("page size", "16 KiB", "4 KiB")
    assert "kernel=kernel8.img" in found.text


@pytest.mark.parametrize("field", ["runtime", "version", "numpy"])
@pytest.mark.parametrize("value", ["?", "2.x; print(1)", "99.0"])
def test_software_that_nobody_knows_explains_nothing(
    field: str, value: str, tmp_path: Path
) -> None:
    tried(tmp_path, "good", target(PI4), "tflite-runtime", "2.14.0", "1.26.4", passed=True)
    sent = receipt(system(PI4, libc_version="2.31"), passed=False)
    sent["proof"][field] = value
    write(tmp_path, "bad", sent)
    assert told(tmp_path) is None
