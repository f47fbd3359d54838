"""Refreshing an index from a server on loopback: what it holds and reads, what can go wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pidoctor.catalog.location import UserIndex, open_index
from pidoctor.catalog.wheels import CatalogError, WheelsIndex, parse_project
from pidoctor.errors import CouldNotCheckError
from pidoctor.indexing import sources
from pidoctor.indexing.cache import load_documents, publish
from pidoctor.indexing.document import Document, canonical
from pidoctor.indexing.index_changes import ReadingLog
from pidoctor.indexing.scope import Scope
from pidoctor.indexing.update import Options, Refreshed, refresh, update
from pidoctor.mutex import Lock
from pidoctor.probe.pip_settings import PipSettings
from tests.unit.evidence.elfmaker import Elf
from tests.unit.indexing.simple_index import SimpleIndex, serving

SCOPE = Scope(
    requested=("runtime", "numpy"),
    unpruned=(),
    pythons=("3.9", "3.11"),
    machines=("aarch64", "armv7l", "x86_64"),
    evidence=(("runtime", "every wheel"), ("numpy", "one Python")),
)
NEEDS = {"libc.so.6": [("GLIBC_2.34", False)]}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Further tries follow without a pause."""
    monkeypatch.setattr(sources, "BACKOFF", 0)


@pytest.fixture
def index() -> Iterator[SimpleIndex]:
    offered = SimpleIndex()
    for version in ("1.0", "2.0", "3.0rc1"):
        for python in ("cp39", "cp311", "cp38"):
            offered.add(
                f"runtime-{version}-{python}-{python}-manylinux_2_27_aarch64.whl",
                "Requires-Dist: helper>=1\nRequires-Dist: colour; sys_platform == 'win32'\n"
                "Requires-Dist: tests; extra == 'dev'\nRequires-Python: >=3.9",
                runtime__core=Elf(needs=NEEDS).build(),
            )
    offered.add("runtime-2.0-cp39-cp39-win_amd64.whl")
    offered.add("runtime-0.5-cp36-cp36m-manylinux1_x86_64.whl")
    offered.add("runtime-0.5-cp37-cp37m-manylinux1_x86_64.whl")
    for version in ("0.9", "1.0", "1.5", "2.0"):
        offered.add(f"helper-{version}-py3-none-any.whl", "Requires-Dist: leaf[quick]")
    offered.add("leaf-1.0-py3-none-any.whl", "Requires-Dist: speedup; extra == 'quick'")
    offered.add("speedup-1.0-py3-none-any.whl")
    for python in ("cp39", "cp311"):
        offered.add(
            f"numpy-2.0-{python}-{python}-manylinux_2_17_aarch64.whl", numpy__a=Elf().build()
        )
    with serving(offered):
        yield offered


def options(index: SimpleIndex, **more: object) -> Options:
    settings = PipSettings(index.url)
    return Options(settings, SCOPE, today="2026-01-02", **more)  # type: ignore[arg-type]


def fresh(index: SimpleIndex, tmp_path: Path, old: dict[str, Document] | None = None) -> Refreshed:
    return refresh(old or {}, ReadingLog(tmp_path / "journal.jsonl"), options(index))


@pytest.mark.parametrize("as_json", [False, True])
def test_the_tree_of_what_was_asked_for(index: SimpleIndex, tmp_path: Path, as_json: bool) -> None:
    index.as_json = as_json
    documents = fresh(index, tmp_path).documents
    assert sorted(documents) == ["helper", "leaf", "numpy", "runtime", "speedup"]
    runtime = documents["runtime"]
    assert list(runtime["versions"]) == ["1.0", "2.0"]
    release = runtime["versions"]["2.0"]
    assert release["requires_dist"] == ["helper>=1"]
    assert release["requires_python"] == ">=3.9"
    assert [wheel["file"].split("-")[2] for wheel in release["wheels"]] == ["cp311", "cp39"]
    wheel = release["wheels"][0]
    assert wheel["size"] == len(index.files["runtime"][wheel["file"]])
    assert runtime["other_versions"] == {"0.5": "Linux x86-64 with Python 3.6-3.7"}
    # 1.0 and 1.5 cannot be chosen while there is 2.0, and 0.9 is not admitted at all.
    assert list(documents["helper"]["versions"]) == ["2.0"]
    assert documents["helper"]["selection"] == {
        "specifiers": [">=1"],
        "extras": [],
        "left_out": ["1.0", "1.5"],
        "pythons": list(SCOPE.pythons),
    }
    assert documents["leaf"]["versions"]["1.0"]["requires_dist"] == ['speedup; extra == "quick"']


def test_evidence_is_read_and_shared(index: SimpleIndex, tmp_path: Path) -> None:
    documents = fresh(index, tmp_path).documents
    project = parse_project(documents["runtime"], "runtime")
    for wheel in project.wheels:
        assert wheel.evidence is not None
        assert wheel.evidence.libraries[0].glibc == "2.34"
    # Both Pythons' files need the same: one piece of evidence per version, from the newest Python.
    assert len(documents["runtime"]["evidence"]) == 2
    assert {item["read_from"].split("-")[2] for item in documents["runtime"]["evidence"].values()}
    # Of NumPy one Python is read; the other's evidence is marked as taken from its sibling.
    newer, older = documents["numpy"]["versions"]["2.0"]["wheels"]
    assert newer["evidence"] == older["evidence"]
    assert ("sibling" in newer, older.get("sibling")) == (False, True)
    again = refresh(dict(documents), ReadingLog(tmp_path / "other"), options(index)).documents
    assert canonical(again["numpy"]) == canonical(documents["numpy"])


def test_evidence_that_was_read_is_not_given_up_for_a_siblings(
    index: SimpleIndex, tmp_path: Path
) -> None:
    """An earlier refresh read more than one Python would be read for today."""
    index.add(
        "numpy-2.0-cp39-cp39-manylinux_2_17_aarch64.whl",
        numpy__a=Elf(needs={"libc.so.6": [("GLIBC_2.17", False)]}).build(),
    )
    thorough = replace(SCOPE, evidence=(("numpy", "every wheel"),))
    whole = replace(options(index), scope=thorough)
    first = refresh({}, ReadingLog(tmp_path / "journal"), whole).documents
    assert len(first["numpy"]["evidence"]) == 2
    again = refresh(dict(first), ReadingLog(tmp_path / "other"), options(index)).documents
    assert again["numpy"]["evidence"] == first["numpy"]["evidence"]
    assert again["numpy"]["versions"] == first["numpy"]["versions"]


def test_metadata_is_read_by_ranges(index: SimpleIndex, tmp_path: Path) -> None:
    name = "runtime-4.0-cp311-cp311-manylinux_2_27_aarch64.whl"
    noise = bytes(range(256)) * 40
    index.add(name, "Requires-Dist: helper>=1", **{f"runtime__{n}": noise for n in range(200)})
    index.files["runtime"][name] += b""
    no_evidence = Options(PipSettings(index.url), SCOPE, largest=0, today="2026-01-02")
    refresh({}, ReadingLog(tmp_path / "j"), no_evidence)
    assert 0 < index.sent(name) <= 48 * 1024
    index.requests.clear()
    index.ranges = False
    documents = refresh({}, ReadingLog(tmp_path / "j2"), no_evidence).documents
    assert documents["runtime"]["versions"]["4.0"]["requires_dist"] == ["helper>=1"]


def test_a_second_update_reads_pages_only(index: SimpleIndex, tmp_path: Path) -> None:
    first = fresh(index, tmp_path)
    index.requests.clear()
    again = refresh(dict(first.documents), ReadingLog(tmp_path / "other.jsonl"), options(index))
    assert {path.split("/")[1] for _, path, _ in index.requests} == {"simple"}
    assert len(index.requests) == len(first.documents)
    assert again.changes == ()
    assert {n: canonical(d) for n, d in again.documents.items()} == {
        n: canonical(d) for n, d in first.documents.items()
    }


def test_what_was_left_out_is_read_again_for_another_python(
    index: SimpleIndex, tmp_path: Path
) -> None:
    """An older version can be the newest for an older Python: packaging 26.2 for Python 3.8."""
    index.add("helper-3.0-py3-none-any.whl", "Requires-Dist: leaf[quick]\nRequires-Python: >=3.11")
    young = replace(options(index), scope=replace(SCOPE, pythons=("3.11",)))
    first = refresh({}, ReadingLog(tmp_path / "journal.jsonl"), young)
    assert list(first.documents["helper"]["versions"]) == ["3.0"]
    again = fresh(index, tmp_path, dict(first.documents))
    assert list(again.documents["helper"]["versions"]) == ["2.0", "3.0"]


def test_what_changed_is_said(index: SimpleIndex, tmp_path: Path) -> None:
    first = fresh(index, tmp_path)
    index.add("helper-2.1-py3-none-any.whl", "Requires-Dist: leaf[quick]")
    index.yanked["runtime-1.0-cp39-cp39-manylinux_2_27_aarch64.whl"] = "broken build"
    again = refresh(dict(first.documents), ReadingLog(tmp_path / "j"), options(index))
    assert again.changes == (
        "helper: 1 new (helper-2.1-py3-none-any.whl); 1 gone (helper-2.0-py3-none-any.whl)",
        "runtime: 1 changed (runtime-1.0-cp39-cp39-manylinux_2_27_aarch64.whl)",
    )
    wheels = again.documents["runtime"]["versions"]["1.0"]["wheels"]
    assert [wheel.get("yanked") for wheel in wheels] == [None, "broken build"]


def test_a_release_that_needs_a_newer_glibc_than_its_tag_says_is_told_on_its_day(
    index: SimpleIndex, tmp_path: Path
) -> None:
    first = fresh(index, tmp_path)
    name = "runtime-2.1-cp311-cp311-manylinux_2_27_aarch64.whl"
    needs = {"libc.so.6": [("GLIBC_2.38", False)]}
    index.add(name, "Requires-Dist: helper>=1", runtime__core=Elf(needs=needs).build())
    again = refresh(dict(first.documents), ReadingLog(tmp_path / "j"), options(index))
    assert again.changes == (f"runtime: 1 new ({name}); the newest version needs glibc 2.38",)


def test_an_interrupted_update_goes_on_where_it_stopped(index: SimpleIndex, tmp_path: Path) -> None:
    class Interrupted(Exception):
        pass

    def stop(what: str, done: int, _total: int) -> None:
        if what == "evidence of runtime" and done == 1:
            raise Interrupted

    journal = tmp_path / "journal.jsonl"
    with pytest.raises(Interrupted):
        refresh({}, ReadingLog(journal), options(index), stop)
    with journal.open("a") as file:
        file.write('["metadata","cut sho')  # the moment of a power loss
    index.requests.clear()
    done = refresh({}, ReadingLog(journal), options(index))
    asked = [path for _, path, _ in index.requests if path.startswith("/files/runtime/")]
    # Of four wheels the evidence of two (version 2.0) had been read; no METADATA is read twice.
    assert sorted(asked) == sorted(path for path in asked if "-1.0-" in path)
    assert len(done.documents["runtime"]["evidence"]) == 2


def test_an_interruption_does_not_wait_for_all_that_was_planned(
    index: SimpleIndex, tmp_path: Path
) -> None:
    for number in range(60):
        index.add(f"numpy-1.{number}-cp311-cp311-manylinux_2_17_aarch64.whl")

    def stop(what: str, _done: int, _total: int) -> None:
        if what == "numpy":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh({}, ReadingLog(tmp_path / "j"), options(index), stop)
    asked = [path for _, path, _ in index.requests if path.startswith("/files/numpy/")]
    assert len(asked) < 40


def test_piwheels_is_another_source(index: SimpleIndex, tmp_path: Path) -> None:
    wheels = SimpleIndex()
    # Built on two Debian releases: what one needs says nothing about the other.
    for python, glibc in (("cp39", "GLIBC_2.31"), ("cp311", "GLIBC_2.36")):
        core = Elf(machine="arm", needs={"libc.so.6": [(glibc, False)]}).build()
        wheels.add(f"numpy-2.0-{python}-{python}-linux_armv7l.whl", numpy__a=core)
    wheels.add("helper-2.0-py3-none-any.whl", "Requires-Dist: another-build")
    with serving(wheels):

        class Settings(PipSettings):
            def sources(self):  # type: ignore[no-untyped-def]
                main, _ = PipSettings(index.url, ("https://www.piwheels.org/simple",)).sources()
                return main, type(main)("piwheels", wheels.url)

        both = Options(Settings(), SCOPE, today="2026-01-02")
        documents = refresh({}, ReadingLog(tmp_path / "j"), both).documents
    numpy = parse_project(documents["numpy"], "numpy")
    assert {(wheel.filename.split("-")[-1], wheel.source) for wheel in numpy.wheels} == {
        ("linux_armv7l.whl", "piwheels"),
        ("manylinux_2_17_aarch64.whl", "index"),
    }
    needs = {
        wheel.filename.split("-")[2]: wheel.evidence.libraries[0].glibc
        for wheel in numpy.wheels
        if wheel.source == "piwheels" and wheel.evidence
    }
    assert needs == {"cp39": "2.31", "cp311": "2.36"}
    # The same file name on both: the main index's is the one, as its dependants expect.
    [helper] = parse_project(documents["helper"], "helper").wheels
    assert helper.source == "index"


def test_a_file_that_is_not_what_the_page_promised(index: SimpleIndex, tmp_path: Path) -> None:
    index.wrong_hash.add("runtime-2.0-cp311-cp311-manylinux_2_27_aarch64.whl")
    with pytest.raises(CouldNotCheckError, match="not what the index page promised"):
        fresh(index, tmp_path)


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_source_that_does_not_answer(index: SimpleIndex, tmp_path: Path, status: int) -> None:
    first = fresh(index, tmp_path)
    index.status["/simple/runtime"] = status
    if status == 404:  # gone: then everything known of it would go too
        with pytest.raises(CatalogError, match="kept as it was"):
            refresh(dict(first.documents), ReadingLog(tmp_path / "j"), options(index))
    else:
        with pytest.raises(CouldNotCheckError, match="runtime: no answer from the index"):
            refresh(dict(first.documents), ReadingLog(tmp_path / "j"), options(index))


def test_no_secret_is_said(index: SimpleIndex, tmp_path: Path) -> None:
    secret = index.url.replace("http://", "http://user:s3cret@")
    index.status["/files/runtime"] = 403
    with pytest.raises(CouldNotCheckError) as error:
        refresh({}, ReadingLog(tmp_path / "j"), Options(PipSettings(secret), SCOPE))
    assert "s3cret" not in str(error.value) + repr(error.value.__context__)
    index.status.clear()
    documents = refresh(
        {}, ReadingLog(tmp_path / "j"), Options(PipSettings(secret), SCOPE)
    ).documents
    assert "s3cret" not in json.dumps(documents)
    assert "s3cret" not in (tmp_path / "j").read_text()
    assert "s3cret" not in repr(PipSettings(secret, (secret,)).sources())


def test_the_users_index(index: SimpleIndex, tmp_path: Path) -> None:
    cache, shipped = tmp_path / "cache", tmp_path / "shipped"
    first = fresh(index, tmp_path)
    shipped.mkdir()
    for name, document in first.documents.items():
        (shipped / f"{name}.json").write_text(canonical(document))
    assert open_index(cache, shipped).folder == shipped
    index.add("helper-3.0-py3-none-any.whl", "Requires-Dist: leaf[quick]")
    done = update(cache, options(index), shipped=shipped)
    assert any("helper-3.0" in change for change in done.changes)
    found = open_index(cache, shipped)
    assert isinstance(found, UserIndex)
    assert found.folder == done.folder
    assert found.note == ""
    helper = found.project("helper")
    assert helper is not None
    assert [wheel.version for wheel in helper.wheels] == ["3.0"]
    again = update(cache, options(index), shipped=shipped)
    assert again.changes == ()
    assert [path for path in cache.iterdir() if path.is_dir()] == [again.folder]


def test_a_failed_update_leaves_the_index_in_use(index: SimpleIndex, tmp_path: Path) -> None:
    cache = shipped = tmp_path / "cache"
    before = update(cache, options(index), shipped=shipped).folder
    index.status["/simple/helper"] = 500
    index.add("runtime-9.0-cp311-cp311-manylinux_2_27_aarch64.whl", "Requires-Dist: helper>=1")
    with pytest.raises(CouldNotCheckError):
        update(cache, options(index), shipped=shipped)
    found = open_index(cache, shipped)
    assert found.folder == before
    runtime = found.project("runtime")
    assert runtime is not None
    assert "9.0" not in {wheel.version for wheel in runtime.wheels}


@pytest.fixture
def published(tmp_path: Path) -> tuple[Path, Path]:
    """A shipped index that knows version 1.0 and a user's that knows 2.0."""
    shipped, cache = tmp_path / "shipped", tmp_path / "cache"
    shipped.mkdir()
    (shipped / "pack.json").write_text(canonical(document("1.0", "2026-01-01")))
    publish(cache, {"pack": document("2.0", "2026-02-01")})
    return cache, shipped


def document(version: str, date: str) -> Document:
    wheel = {"file": f"pack-{version}-py3-none-any.whl", "sha256": "0" * 64, "size": 1}
    release = {"requires_python": "", "requires_dist": [], "wheels": [wheel]}
    return {
        "schema": "pidoctor-index/1",
        "name": "pack",
        "retrieved": date,
        "evidence": {},
        "versions": {version: release},
    }


def version_of(index: WheelsIndex) -> str:
    project = index.project("pack")
    assert project is not None
    return project.wheels[0].version


def test_the_newer_index_is_used(published: tuple[Path, Path]) -> None:
    cache, shipped = published
    assert version_of(open_index(cache, shipped)) == "2.0"
    (shipped / "pack.json").write_text(canonical(document("3.0", "2026-03-01")))
    assert version_of(open_index(cache, shipped)) == "3.0"


@pytest.mark.parametrize(
    "damage",
    [
        "no pointer file content",
        "newer schema",
        "file cut short",
        "file gone",
        "file of zeros",
        "escape from the cache",
    ],
)
def test_a_damaged_index_of_the_user_is_refused(published: tuple[Path, Path], damage: str) -> None:
    cache, shipped = published
    pointer = cache / "current.json"
    [file] = cache.glob("*/pack.json")
    if damage == "no pointer file content":
        pointer.write_bytes(b"")
    elif damage == "newer schema":
        pointer.write_text(pointer.read_text().replace("pidoctor-index/1", "pidoctor-index/2"))
    elif damage == "file cut short":
        file.write_bytes(file.read_bytes()[:100])
    elif damage == "file gone":
        file.unlink()
    elif damage == "file of zeros":
        file.write_bytes(bytes(file.stat().st_size))
    else:
        pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "folder": "../shipped"}))
    found = open_index(cache, shipped)
    assert version_of(found) == "1.0"
    assert "the index that came with pidoctor is used" in found.note
    assert "\n" not in found.note


def test_an_index_that_is_updated_while_it_is_in_use(published: tuple[Path, Path]) -> None:
    cache, shipped = published
    opened = open_index(cache, shipped)
    publish(cache, {"pack": document("3.0", "2026-02-03")})
    assert version_of(opened) == "1.0"
    assert "gone" in opened.note
    assert version_of(open_index(cache, shipped)) == "3.0"


def test_publishing_is_whole_or_not_at_all(
    published: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before any rename, the index in use stays; killed after the last, the new one is."""
    import os

    cache, shipped = published
    real = os.replace
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    new = {"pack": document("3.0", "2026-02-02"), "leaf": {**document("3.0", "2026-02-02")}}
    new["leaf"] = {**new["leaf"], "name": "leaf"}
    for survives in range(4):
        left = survives

        def dying(source: str, target: str, **folders: int) -> None:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            real(source, target, **folders)

        monkeypatch.setattr(os, "replace", dying)
        if survives < 3:  # two files and the pointer
            with pytest.raises(KeyboardInterrupt):
                publish(cache, new)
            assert version_of(open_index(cache, shipped)) == "2.0"
        else:
            publish(cache, new)
            assert version_of(open_index(cache, shipped)) == "3.0"
        monkeypatch.setattr(os, "replace", real)
    assert len(load_documents(open_index(cache, shipped).folder)) == 2


def test_only_one_update_at_a_time(index: SimpleIndex, tmp_path: Path) -> None:
    with (
        Lock(tmp_path / "update.lock", "update"),
        pytest.raises(CouldNotCheckError, match="is running"),
    ):
        update(tmp_path, options(index))
    assert index.requests == []


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CouldNotCheckError, match="cannot be written"):
        update(tmp_path / "file" / "cache", Options(PipSettings("http://127.0.0.1:1/"), SCOPE))
