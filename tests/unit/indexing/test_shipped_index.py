"""The shipped index against what was measured independently (readelf, pip, runs on ARM roots)."""

from __future__ import annotations

import gzip
import shutil
import time
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from pidoctor.catalog.ledger import FILE, read_ledger, shipped_ledger
from pidoctor.catalog.relations import load_relations
from pidoctor.catalog.wheels import (
    CatalogError,
    Evidence,
    IndexedProject,
    Wheel,
    WheelsIndex,
    shipped_index,
)
from pidoctor.indexing.cache import load_documents
from pidoctor.indexing.document import canonical
from pidoctor.indexing.invariants import check
from pidoctor.indexing.scope import load_scope
from pidoctor.platforms.versions import newest

INDEX = WheelsIndex(shipped_index())
WEBGPU = "ai_edge_litert/libLiteRtWebGpuAccelerator.so"


def project(name: str) -> IndexedProject:
    found = INDEX.project(name)
    assert found is not None
    return found


def evidence(wheel: Wheel) -> Evidence:
    assert wheel.evidence is not None, wheel.filename
    return wheel.evidence


def versions(name: str, python: str, machine: str) -> list[str]:
    return [
        wheel.version
        for wheel in project(name).wheels
        if f"-cp{python.replace('.', '')}-" in wheel.filename
        and machine in wheel.filename
        and not Version(wheel.version).is_prerelease
    ]


def highest(wheel: Wheel, field: str) -> str:
    version = ""
    for library in evidence(wheel).libraries:
        if library.required:
            version = newest(version, getattr(library, field))
    return version


def wheels(name: str, machine: str, low: str, high: str) -> list[Wheel]:
    found = [
        wheel
        for wheel in project(name).wheels
        if machine in wheel.filename
        and Version(low) <= Version(wheel.version) <= Version(high)
        and not Version(wheel.version).is_prerelease
    ]
    assert found
    return found


# --- the files -------------------------------------------------------------------------------


def test_every_file_is_sound_and_canonical() -> None:
    documents = load_documents(shipped_index())
    assert len(documents) == len(list(shipped_index().glob("*.json")))
    for name, document in documents.items():
        check(document)
        text = (shipped_index() / f"{name}.json").read_text("utf-8")
        assert text == canonical(document), name


def test_what_ships_is_read_as_the_strict_reader_reads_it(tmp_path: Path) -> None:
    folder = shutil.copytree(shipped_index(), tmp_path / "index")  # read strictly, as a user's is
    strict = WheelsIndex(folder)
    assert [strict.project(name) for name in INDEX.names()] == [*map(project, INDEX.names())]
    assert [*read_ledger(folder / FILE)] == [*shipped_ledger()]


@pytest.mark.parametrize(("right", "wrong"), [('"size"', '"sise"'), ("[", "1, ["), ("{", "{{")])
def test_a_damaged_file_that_ships_is_named(
    right: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (shipped_index() / "astor.json").read_text()
    at = text.index('"versions"')
    (tmp_path / "astor.json").write_text(text[:at] + text[at:].replace(right, wrong, 1))
    monkeypatch.setattr("pidoctor.catalog.wheels.shipped_index", lambda: tmp_path)
    with pytest.raises(CatalogError, match=r"astor\.json: "):
        print(WheelsIndex(tmp_path).project("astor").wheels)  # type: ignore[union-attr]


def test_the_index_is_small() -> None:
    packed = sum(len(gzip.compress(path.read_bytes())) for path in shipped_index().glob("*.json"))
    assert packed < 1_500_000


def test_loading_what_a_question_needs_is_quick() -> None:
    """Best of five, so that a busy machine does not fail it."""

    def load() -> float:
        start = time.process_time()
        fresh = WheelsIndex(shipped_index())
        for name in ("ai-edge-litert", "tflite-runtime", "numpy", "flatbuffers"):
            assert fresh.project(name)
        return time.process_time() - start

    assert min(load() for _ in range(5)) < 0.05


# Requirements that no wheel of the package index meets: source archives only, or never published.
NOT_MET = {
    "clang~=5.0",
    "termcolor~=1.1.0",
    "wrapt~=1.12.1",
    "gast==0.2.2",
    "tensorflow-cpu-aws==2.15.0.post1",
    "tensorflow-cpu-aws==2.16.1",
}


def test_every_requirement_of_the_tree_can_be_met_from_the_index() -> None:
    scope = load_scope()
    not_met = set()
    for line in {
        line
        for name in INDEX.names()
        for wheel in project(name).wheels
        for line in wheel.requires_dist
        if scope.active(line)
    }:
        requirement = Requirement(line)
        found = INDEX.project(canonicalize_name(requirement.name))
        known = {wheel.version for wheel in found.wheels} if found else set()
        if not any(requirement.specifier.contains(version, prereleases=True) for version in known):
            not_met.add(line.partition(";")[0])
    assert not_met == NOT_MET


# --- ai-edge-litert --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("python", "first", "last", "count"),
    [
        ("3.9", "1.1.0", "2.1.0", 9),
        ("3.10", "1.1.0", "2.3.0", 17),
        ("3.11", "1.1.0", "2.3.0", 17),
        ("3.12", "1.1.0", "2.3.0", 17),
        ("3.13", "2.1.0", "2.3.0", 9),
        ("3.14", "2.1.5", "2.3.0", 4),
    ],
)
def test_ai_edge_litert_on_aarch64(python: str, first: str, last: str, count: int) -> None:
    found = versions("ai-edge-litert", python, "aarch64")
    assert (found[0], found[-1]) >= (first, "")
    assert found[0] == first
    assert last in found
    assert len(found) >= count


def test_ai_edge_litert_has_nothing_for_32_bit_arm_nor_musl() -> None:
    names = [wheel.filename for wheel in project("ai-edge-litert").wheels]
    assert not [name for name in names if "arm" in name or "musl" in name]


@pytest.mark.parametrize(
    ("low", "high", "tag", "glibc", "glibcxx"),
    [
        ("1.1.0", "1.2.0", "2_17", "2.29", "3.4.26"),
        ("1.4.0", "1.4.0", "2_17", "2.30", "3.4.26"),
        ("2.0.2", "2.1.0", "2_27", "2.30", "3.4.26"),
        ("2.1.1", "2.3.0", "2_27", "2.34", "3.4.30"),
    ],
)
def test_what_ai_edge_litert_needs_and_its_tag_denies(
    low: str, high: str, tag: str, glibc: str, glibcxx: str
) -> None:
    for wheel in wheels("ai-edge-litert", "aarch64", low, high):
        assert f"manylinux_{tag}_aarch64" in wheel.filename
        assert highest(wheel, "glibc") == glibc, wheel.filename
        assert highest(wheel, "glibcxx") == glibcxx, wheel.filename


def test_ai_edge_litert_runs_with_both_numpy_generations() -> None:
    for wheel in wheels("ai-edge-litert", "aarch64", "1.1.0", "2.3.0"):
        api = evidence(wheel).numpy_api
        assert api is not None
        assert api.abi == 2
        # cp39 was compiled for an older C API than the others: it runs with Debian's NumPy 1.19.
        expected = {"cp39": 0xD, "cp314": 0x10}.get(wheel.filename.split("-")[2], 0xE)
        assert api.feature == expected, wheel.filename


def test_only_the_accelerator_of_ai_edge_litert_needs_a_newer_core() -> None:
    for wheel in wheels("ai-edge-litert", "aarch64", "1.1.0", "2.3.0"):
        using = {library.path: library for library in evidence(wheel).libraries}
        has_it = Version(wheel.version) >= Version("2.1.2")
        assert (WEBGPU in using) == has_it, wheel.filename
        for path, library in using.items():
            if path == WEBGPU:
                assert not library.required
                assert {"atomics", "asimddp"} <= set(library.cpu_features)
            else:
                assert library.cpu_features == (), f"{wheel.filename}: {path}"
            assert library.align >= 16384
            assert not library.exec_stack


# --- tflite-runtime --------------------------------------------------------------------------


def test_which_tflite_runtime_wheels_there_are() -> None:
    for machine in ("aarch64", "armv7l", "x86_64"):
        assert versions("tflite-runtime", "3.9", machine)[-1] == "2.14.0"
        assert versions("tflite-runtime", "3.10", machine) == ["2.13.0", "2.14.0"]
        assert versions("tflite-runtime", "3.11", machine) == ["2.14.0"]
        for python in ("3.12", "3.13", "3.14"):
            assert versions("tflite-runtime", python, machine) == []


@pytest.mark.parametrize("machine", ["aarch64", "armv7l"])
@pytest.mark.parametrize(
    ("version", "tag", "glibc", "glibcxx", "feature"),
    [
        ("2.11.0", "manylinux2014", "2.27", "", 0xD),
        ("2.12.0", "manylinux2014", "2.34", "3.4.29", 0xD),
        ("2.13.0", "manylinux2014", "2.27", "", 0xE),
        ("2.14.0", "manylinux_2_34", "2.27", "", 0x10),
    ],
)
def test_what_tflite_runtime_needs(
    machine: str, version: str, tag: str, glibc: str, glibcxx: str, feature: int
) -> None:
    for wheel in wheels("tflite-runtime", machine, version, version):
        assert tag in wheel.filename
        assert (highest(wheel, "glibc"), highest(wheel, "glibcxx")) == (glibc, glibcxx)
        [library] = evidence(wheel).libraries
        assert (library.machine, library.align, library.cpu_features) == (machine, 65536, ())
        api = evidence(wheel).numpy_api
        assert api is not None
        assert (api.abi, api.feature) == (1, feature)


def test_tflite_runtime_sets_no_upper_bound_on_numpy() -> None:
    for wheel in wheels("tflite-runtime", "aarch64", "2.14.0", "2.14.0"):
        assert wheel.requires_dist == ("numpy>=1.23.2",)


# --- tensorflow ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("python", "first", "last"),
    [
        ("3.9", "2.10.0", "2.20.0"),
        ("3.10", "2.10.0", "2.21.0"),
        ("3.11", "2.12.0", "2.21.0"),
        ("3.12", "2.16.1", "2.21.0"),
        ("3.13", "2.20.0", "2.21.0"),
    ],
)
def test_tensorflow_on_aarch64(python: str, first: str, last: str) -> None:
    found = versions("tensorflow", python, "aarch64")
    assert found[0] == first
    assert last in found


def test_there_is_no_tensorflow_for_python_3_14_nor_32_bit() -> None:
    assert versions("tensorflow", "3.14", "") == []
    assert not [wheel for wheel in project("tensorflow").wheels if "armv" in wheel.filename]


def test_old_tensorflow_is_known_by_name() -> None:
    others = project("tensorflow").other_versions
    assert others["1.12.0"] == "Linux x86-64 with Python 3.3-3.6, Windows, macOS"
    assert not [words for words in others.values() if "aarch64" in words or "arm" in words]


def test_tensorflow_wheels_that_hold_nothing() -> None:
    for wheel in wheels("tensorflow", "aarch64", "2.10.0", "2.15.1"):
        assert wheel.evidence is None
        assert wheel.size < 10_000
        assert [line for line in wheel.requires_dist if line.startswith("tensorflow-cpu-aws==")]


@pytest.mark.parametrize(
    ("name", "low", "high", "abi", "glibc"),
    [
        ("tensorflow-cpu-aws", "2.13.1", "2.15.1", 1, "2.17"),
        ("tensorflow", "2.16.1", "2.17.1", 1, "2.17"),
        ("tensorflow", "2.18.0", "2.20.0", 2, "2.17"),
        ("tensorflow", "2.21.0", "2.21.0", 2, "2.27"),
    ],
)
def test_what_tensorflow_needs(name: str, low: str, high: str, abi: int, glibc: str) -> None:
    for wheel in wheels(name, "aarch64", low, high):
        found = evidence(wheel)
        assert found.numpy_api is not None
        assert found.numpy_api.abi == abi
        assert highest(wheel, "glibc") == glibc
        assert 900 << 20 < found.unpacked_size < 1400 << 20
        for library in found.libraries:
            assert library.cpu_features == ()
            assert library.align >= 16384


# --- numpy -----------------------------------------------------------------------------------


def test_numpy_has_no_32_bit_arm_wheel_and_no_unguarded_instructions() -> None:
    for wheel in project("numpy").wheels:
        assert "armv" not in wheel.filename
        if "aarch64" in wheel.filename:
            for library in evidence(wheel).libraries:
                assert library.cpu_features == (), wheel.filename
                assert library.machine == "aarch64"


def test_the_numpy_generation_of_ml_dtypes() -> None:
    by_version = {
        wheel.version: evidence(wheel).numpy_api
        for wheel in project("ml-dtypes").wheels
        if "aarch64" in wheel.filename
    }
    old, new = by_version["0.3.2"], by_version["0.5.0"]
    assert old is not None
    assert new is not None
    assert (old.abi, new.abi) == (1, 2)


# --- older Pythons, pre-releases, dependencies -------------------------------------------------


@pytest.mark.parametrize("machine", ["aarch64", "armv7l"])
def test_pythons_before_3_9_are_covered(machine: str) -> None:
    """Ubuntu 20.04 and JetPack 5 have 3.8, Debian 10 and Mendel 3.7."""
    old = [w for w in project("tflite-runtime").wheels if machine in w.filename]
    assert max(Version(w.version) for w in old if "-cp37-" in w.filename) == Version("2.11.0")
    assert versions("tflite-runtime", "3.8", machine)[-1] == "2.14.0"


def test_tensorflow_for_python_3_8_ends_with_2_13_1() -> None:
    assert versions("tensorflow", "3.8", "aarch64")[-1] == "2.13.1"


def test_of_pre_releases_the_newest_are_covered() -> None:
    early = {v for v in project("tensorflow").by_version if Version(v).is_prerelease}
    assert {"2.21.0rc1", "2.22.0rc0"} <= early
    assert not [version for version in early if Version(version) < Version("2.21.0rc0")]


def test_what_32_bit_tflite_runtime_is_compiled_for() -> None:
    """VFPv4 and NEON with fused multiply-add in all but 2.12.0, which is Armv8 whatever its tag."""
    for wheel in wheels("tflite-runtime", "armv7l", "2.7.0", "2.14.0"):
        [library] = evidence(wheel).libraries
        expected = (14, 7, 4) if wheel.version == "2.12.0" else (10, 5, 2)
        assert library.arm == expected, wheel.filename


@pytest.mark.parametrize("name", ["grpcio", "wrapt", "h5py", "scipy", "cffi", "libclang", "pillow"])
def test_dependencies_with_elf_files_are_read(name: str) -> None:
    for wheel in project(name).wheels:
        if not wheel.filename.endswith("-any.whl") and wheel.size < 40 << 20:
            assert evidence(wheel).libraries, wheel.filename


def test_a_few_instructions_chosen_at_run_time_are_optional() -> None:
    for version in ("2.10.0", "2.11.0"):
        for wheel in wheels("tensorflow-cpu-aws", "aarch64", version, version):
            for library in evidence(wheel).libraries:
                assert library.cpu_features == ()
            assert [x for x in evidence(wheel).libraries if x.optional_features == ("atomics",)]


def test_no_wheel_asks_for_a_numpy_that_its_python_does_not_have() -> None:
    """What was read of a wheel for a newer Python had been taken for that of Python 3.7."""
    numpys: dict[str, set[str]] = {}
    for wheel in project("numpy").wheels:
        for tag in parse_wheel_filename(wheel.filename)[3]:
            numpys.setdefault(tag.interpreter, set()).add(wheel.version)
    relations = load_relations()
    asking = [
        (wheel.filename, tag.interpreter, relations.numpy_bound(api.abi, api.feature))
        for name in INDEX.names()
        for wheel in project(name).wheels
        for api in [wheel.evidence.numpy_api if wheel.evidence else None]
        if api is not None
        for tag in parse_wheel_filename(wheel.filename)[3]
        if tag.interpreter in numpys
    ]
    assert len(asking) > 500
    assert [one for one in asking if not any(one[2].filter(numpys[one[1]]))] == []
