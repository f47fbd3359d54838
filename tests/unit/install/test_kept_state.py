"""What is written down about an environment, kept of it, and told before it is undone."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pidoctor.errors import UsageError
from pidoctor.install import keeping, wheelhouse
from pidoctor.install.durable import read_json, write_json
from pidoctor.install.manifest import Changes, changes_since_install, keep_aside, write_manifest
from pidoctor.install.place import Place
from pidoctor.install.previous import keeps, undoes
from pidoctor.install.receipt import SCHEMA, make_receipt, read_receipt, write_receipt
from pidoctor.install.wheelhouse import Cache
from pidoctor.probe import python as python_probe
from pidoctor.profile.fact import Fact
from pidoctor.proof.proof import Death, Proof, Use
from tests.faults.world import make_plan, make_wheel
from tests.profiles import pi4
from tests.unit.resolve.test_present import board, package

PACKAGES = "lib/python3.11/site-packages"
PROOF = Proof("passed", "demo", "1.0", None, "import demo", "python3", (), None, None)


def test_json_is_read_up_to_its_limit_and_not_beyond(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("1234")
    assert read_json(file, 4) == 1234
    with pytest.raises(ValueError, match="too large"):
        read_json(file, 3)


def test_json_is_written_for_its_readers_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    (tmp_path / "a.json.tmp").write_text("half")
    write_json(file, {"a": [1]}, 0o600)
    assert json.loads(file.read_text()) == {"a": [1]}
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["a.json"]


def test_where_nothing_tells_all_is_kept_aside(tmp_path: Path) -> None:
    environment, target = tmp_path / "env", tmp_path / "kept"
    unknown = Changes(known=False)
    assert not keep_aside(environment, unknown, target)
    environment.mkdir()
    assert keep_aside(environment, unknown, target)
    assert not environment.exists()
    assert keep_aside(environment, unknown, target)  # again, after a kill


def test_only_what_others_changed_is_kept_aside(tmp_path: Path) -> None:
    environment, target = tmp_path / "env", tmp_path / "kept"
    (environment / "a" / "b").mkdir(parents=True)
    (environment / "a" / "b" / "mine.txt").write_text("mine")
    (environment / "ours.txt").write_text("ours")
    assert not keep_aside(environment, Changes(), target)
    assert keep_aside(environment, Changes(added=("a/b/mine.txt",)), target)
    assert (target / "a" / "b" / "mine.txt").read_text() == "mine"
    assert sorted(path.name for path in environment.rglob("*") if path.is_file()) == ["ours.txt"]


@pytest.mark.parametrize("is_other", [True, False])
def test_a_wheel_is_kept_from_the_disk_that_it_is_on(
    is_other: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of another disk cannot be renamed; one of this disk need not be copied."""
    wheel = make_wheel(tmp_path / "wheels", "demo", "1.0")
    file = tmp_path / "wheels" / wheel.filename

    def rename(source: str | Path, target: str | Path) -> None:
        if is_other and Path(source) == file:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        os.rename(source, target)

    def copy(source: Path, target: str) -> None:
        assert is_other
        Path(target).write_bytes(source.read_bytes())

    monkeypatch.setattr(wheelhouse, "_other_disk", lambda *_: is_other)
    monkeypatch.setattr(os, "replace", rename)
    monkeypatch.setattr(shutil, "copyfile", copy)
    cache = Cache(tmp_path / "cache")
    assert cache.keep(wheel, file) == cache.path(wheel)
    assert wheelhouse.matches(cache.path(wheel), wheel)
    assert not file.exists()


def environment_with(folder: Path, *packages: str) -> Path:
    for each in packages:
        name, version = each.split()
        (folder / PACKAGES / f"{name}-{version}.dist-info").mkdir(parents=True)
    return folder


def test_an_undo_tells_what_goes_comes_back_and_changes(tmp_path: Path) -> None:
    venv = environment_with(tmp_path / ".venv", "demo 1.0", "numpy 2.0", "same 1")
    environment_with(Place.of(venv).previous, "numpy 1.26", "old 3", "same 1")
    assert undoes(venv) == (
        "demo 1.0 goes",
        "numpy 2.0 becomes 1.26 again",
        "old 3 comes back",
    )
    shutil.rmtree(Place.of(venv).previous)
    environment_with(Place.of(venv).previous, "demo 1.0", "numpy 2.0", "same 1")
    assert undoes(venv) == ("no package changes",)


def test_an_undo_of_a_first_install_removes_and_no_other_is_known(tmp_path: Path) -> None:
    venv = environment_with(tmp_path / ".venv", "demo 1.0")
    with pytest.raises(UsageError, match="no state before the last install is kept"):
        undoes(venv)
    plan = make_plan(make_wheel(tmp_path / "wheels", "demo", "1.0"))
    for new in (False, True):
        write_receipt(venv, make_receipt(plan, PROOF, "/usr/bin/python3", new))
        receipt = read_receipt(venv)
        assert receipt is not None
        assert (receipt["schema"], receipt["new"]) == (SCHEMA, new)
        assert "profile" not in receipt
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", receipt["time"])
    assert undoes(venv) == (f"{venv} is removed: there was none before the last install",)


def test_an_undo_tells_what_it_puts_aside(tmp_path: Path) -> None:
    venv = environment_with(tmp_path / ".venv", "demo 1.0")
    assert keeps(tmp_path / "none") == ()
    assert keeps(venv) == (
        "the whole environment of now: nothing tells what was changed since the install",
    )
    (venv / "edited.txt").write_text("a")
    write_manifest(venv)
    assert keeps(venv) == ()
    (venv / "edited.txt").write_text("ab")
    flask = venv / PACKAGES / "Flask-3.0.dist-info"
    flask.mkdir()
    (flask / "METADATA").write_text("")
    (venv / PACKAGES / "flask").mkdir()
    (venv / PACKAGES / "flask" / "app.py").write_text("")
    for number in range(12):
        (venv / f"note{number:02}.txt").write_text("")
    assert changes_since_install(venv).edited == ("edited.txt",)
    assert keeps(venv) == (
        "flask 3.0, installed since",
        *(f"note{number:02}.txt, added since" for number in range(10)),
        "2 more files, added since",
        "edited.txt, edited since",
    )


def proves(monkeypatch: pytest.MonkeyPatch, versions: dict[str, str], proof: Proof = PROOF) -> None:
    found = [SimpleNamespace(name=name, version=version) for name, version in versions.items()]
    monkeypatch.setattr(keeping, "prove", lambda *_, **__: proof)
    monkeypatch.setattr(python_probe, "examine", lambda *_: None)
    monkeypatch.setattr(python_probe, "site_packages", lambda *_: Fact.known([], "here"))
    monkeypatch.setattr(keeping, "installed_in", lambda *_: (found, ()))


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ({"demo": "1.0"}, None),
        ({"demo": "1.0.0"}, None),
        ({"demo": "1.1"}, "Not installed as planned: demo is 1.1 and not 1.0."),
        ({}, "Not installed as planned: demo 1.0 is missing."),
    ],
)
def test_a_proof_is_of_the_versions_that_were_planned(
    versions: dict[str, str], said: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proves(monkeypatch, versions)
    plan = make_plan(make_wheel(tmp_path, "demo", "1.0"))
    proof = keeping.prover(plan, (), lambda _: None)("python3")
    assert (proof.death and proof.death.message) == said
    assert proof.passed == (said is None)
    assert said is None or (proof.death and proof.death.kind == "not-as-planned")


@pytest.mark.parametrize(("variable", "keeps"), [("", True), ("1", False)])
def test_the_first_start_finds_bytecode_unless_nobody_wants_any(
    variable: str, keeps: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proves(monkeypatch, {"demo": "1.0"})
    asked: list[object] = []

    def prove(*_: object, **named: object) -> Proof:
        asked.append(named["keeps_bytecode"])
        return PROOF

    monkeypatch.setattr(keeping, "prove", prove)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", variable)
    keeping.prover(make_plan(make_wheel(tmp_path, "demo", "1.0")), (), lambda _: None)("python3")
    assert asked == [keeps]


def test_a_failed_proof_is_told_as_it_is_with_what_was_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    death = Death("segfault", 11, "import", None, None, "It died.", "")
    proves(monkeypatch, {}, replace(PROOF, status="failed", death=death))
    noted = Use("opencv", "4.0", "cv2", before=True)
    plan = make_plan(make_wheel(tmp_path, "demo", "1.0"))
    proof = keeping.prover(plan, [noted], lambda _: None)("python3")
    assert (proof.death, proof.uses) == (death, (noted,))


@pytest.mark.parametrize(
    ("worked", "works", "breaks", "lost"),
    [
        (True, False, (), True),
        (True, True, (), False),
        (False, False, (), False),
        (True, False, ("It breaks opencv 4.0, which needs numpy<2",), False),
        (True, False, ("It breaks opencv 4.1, which needs numpy<2",), True),
    ],
)
def test_what_worked_before_works_after_or_was_given_up(
    worked: bool,
    works: bool,
    breaks: tuple[str, ...],
    lost: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proves(monkeypatch, {"demo": "1.0"})
    noted = Use("opencv", "4.0", "cv2", before=worked)
    after = replace(noted, after=works if worked else None, detail="" if works else "ImportError")
    monkeypatch.setattr(keeping, "again", lambda *_: (after,))
    plan = replace(make_plan(make_wheel(tmp_path, "demo", "1.0")), breaks=breaks)
    said: list[str] = []
    proof = keeping.prover(plan, [noted], said.append)("python3")
    assert said == ["Trying again what worked before"]
    assert (proof.passed, proof.uses) == (not lost, (after,))
    if lost:
        assert proof.death == Death(
            "regression", None, "compare", None, None,
            "What worked before does not any more: opencv 4.0 (cv2).", "cv2: ImportError",
        )  # fmt: skip


def test_what_works_now_is_noted_before_an_environment_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = (Use("numpy", "2.0.0", "numpy", before=True),)
    monkeypatch.setattr(keeping, "compiled_modules", lambda *_: {"numpy": "numpy"})
    monkeypatch.setattr(keeping, "survey", lambda *_: works)
    plan = make_plan(make_wheel(tmp_path, "demo", "1.0"))
    kept = replace(plan, pins=(plan.pins[0]._replace(source="installed"),))
    said: list[str] = []
    assert keeping.note(board(package("numpy", "2.0.0")), plan, said.append) == works
    assert said == ["Noting what works now: 1 package with compiled modules"]
    assert keeping.note(board(package("numpy", "2.0.0")), kept, said.append) == ()
    assert keeping.note(pi4(), plan, said.append) == ()
    monkeypatch.setattr(keeping, "compiled_modules", lambda *_: {})
    assert keeping.note(board(package("numpy", "2.0.0")), plan, said.append) == ()
