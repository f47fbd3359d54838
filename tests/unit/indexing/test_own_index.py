"""Packages that the wheels index does not hold, read from a package index on loopback."""

from __future__ import annotations

import gzip
import io
import json
import os
import platform
import shlex
import signal
import struct
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pidoctor import api
from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.wheels import WheelsIndex, newest_first
from pidoctor.checks.case import Case
from pidoctor.checks.resolution_findings import not_checked
from pidoctor.cli.resolving import must_be_decided
from pidoctor.errors import CouldNotCheckError
from pidoctor.evidence import audit
from pidoctor.indexing.addresses import addresses
from pidoctor.indexing.metadata import read_source
from pidoctor.indexing.own_index import OwnIndex, Sources, Wanted
from pidoctor.probe.machine import probe
from pidoctor.probe.probed import ProbeResult
from pidoctor.profile.fact import Fact
from pidoctor.requirements.project import read_project
from pidoctor.resolve.plan import Impossible, Plan, Resolution
from pidoctor.units import listed
from tests.cli.program import pidoctor
from tests.profiles import pi4
from tests.unit.evidence.elfmaker import Elf
from tests.unit.indexing.simple_index import SimpleIndex, serving
from tests.unit.resolve.test_present import WHEELS
from tests.worlds.world import write_index

TAG = "cp37-abi3-manylinux_2_17_aarch64"
GLIBC_2_38 = {"libc.so.6": [("GLIBC_2.38", False)]}


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SimpleIndex]:
    """The user's package index, which his pip is configured for, and a cache of his own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with serving(SimpleIndex()) as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        for version, requires in (("4.8.1", "numpy>=1.21"), ("4.12.0", "numpy<2.3,>=2")):
            index.add(
                f"opencv_python-{version}-{TAG}.whl",
                f"Requires-Dist: {requires}",
                cv2__cv2=Elf().build(),
            )
        yield index


def held(tmp_path: Path, sources: Sources) -> Catalog:
    folder = tmp_path / "index"
    folder.mkdir(exist_ok=True)
    write_index(WHEELS, folder)
    return open_catalog(OwnIndex(WheelsIndex(folder), sources))


def ask(tmp_path: Path, *words: str, offline: bool = False) -> Resolution:
    catalog = held(tmp_path, Sources.of_user(offline=offline))
    return api.resolve(pi4(), read_project(words), catalog=catalog)


def pins(answer: Resolution) -> dict[str, str]:
    assert isinstance(answer, Plan), answer
    return {pin.name: pin.version for pin in answer.pins}


@pytest.mark.usefixtures("offered")
def test_a_package_is_resolved_together_with_the_runtime(tmp_path: Path) -> None:
    found = ask(tmp_path, "tflite-runtime==2.14.0", "opencv-python")
    assert pins(found) == {
        "tflite-runtime": "2.14.0",
        "numpy": "1.26.4",
        "opencv-python": "4.8.1",  # 4.12 wants a numpy that the runtime cannot have
    }
    assert isinstance(found, Plan)
    (opencv,) = (pin.wheel for pin in found.pins if pin.name == "opencv-python")
    assert opencv is not None
    assert opencv.requires_dist == ("numpy>=1.21",)
    assert opencv.evidence is not None  # its files were read by ranges
    assert pins(ask(tmp_path, "ai-edge-litert", "opencv-python"))["opencv-python"] == "4.12.0"


def test_all_of_it_is_kept_for_the_next_question(offered: SimpleIndex, tmp_path: Path) -> None:
    first = ask(tmp_path, "tflite-runtime", "opencv-python")
    asked = len(offered.requests)
    assert asked
    assert ask(tmp_path, "tflite-runtime", "opencv-python") == first
    assert ask(tmp_path, "tflite-runtime", "opencv-python", offline=True) == first
    assert len(offered.requests) == asked
    for path in (tmp_path / "cache").rglob("*.json"):  # damaged: read anew
        assert "127.0.0.1" not in path.read_text()  # an address may hold a password
        path.write_text('{"schema": 1, "day": 3, "kept": {"links": [7]}}')
    assert ask(tmp_path, "tflite-runtime", "opencv-python") == first


def test_what_a_package_needs_is_read_side_by_side(offered: SimpleIndex, tmp_path: Path) -> None:
    """Eight at once at most, told of in one step; the answer is that of one after the other."""
    parts = [f"part{number}" for number in range(12)]
    offered.add("kit-1.0-py3-none-any.whl", "".join(f"Requires-Dist: {it}\n" for it in parts))
    for part in parts:
        offered.add(f"{part}-1.0-py3-none-any.whl", f"Requires-Dist: deep_{part}")
        offered.add(f"deep_{part}-1.0-py3-none-any.whl")
        offered.add(f"deep_{part}-0.9-py3-none-any.whl", "Requires-Dist: nothing-has-it")
    base = WheelsIndex(held(tmp_path, Sources.of_user()).index.folder)
    said: list[str] = []
    index = OwnIndex(base, Sources.of_user(), lambda step, _long: said.append(step))
    offered.delay = 0.02
    found = api.resolve(pi4(), read_project(["ai-edge-litert", "kit"]), catalog=open_catalog(index))
    assert {name: pins(found)[name] for name in ("kit", "part7", "deep-part7")} == {
        "kit": "1.0",
        "part7": "1.0",
        "deep-part7": "1.0",
    }
    assert 2 < offered.most_open <= 8
    assert f"Look up {listed(parts)}" in said
    assert not [path for _, path, _ in offered.requests if "deep_part7-0.9" in path]


@pytest.mark.usefixtures("offered")
def test_ctrl_c_ends_what_is_read_side_by_side(offered: SimpleIndex) -> None:
    """At once, though none of the servers answers."""
    offered.delay = 30
    argv = [sys.executable, "-m", "pidoctor", "explain", "tflite-runtime", "kit", "more", "other"]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        while not offered.most_open and program.poll() is None:
            time.sleep(0.02)
        started = time.monotonic()
        program.send_signal(signal.SIGINT)
        program.communicate()
    assert time.monotonic() - started < 3
    assert program.returncode in (130, -signal.SIGINT)


@pytest.mark.parametrize("command", ["check", "explain"])
@pytest.mark.parametrize("as_json", [False, True])
def test_what_takes_one_more_package_ends_with_its_command(
    offered: SimpleIndex, monkeypatch: pytest.MonkeyPatch, command: str, as_json: bool
) -> None:
    """An index that answers in JSON takes none."""
    offered.as_json = as_json
    offered.add("kit-1.0-py3-none-any.whl")
    monkeypatch.setitem(sys.modules, "pypi_simple", None)
    run = pidoctor(command, "tflite-runtime", "kit", "--target", "pi4-4gb/bookworm-64")
    if as_json:
        assert (run.code, "Could not check" in run.out) == (0, False)
        return
    assert run.out.startswith("! tflite-runtime 2.14.0 fits pi4-4gb/bookworm-64. Whether kit ")
    assert run.out.endswith(f"Next: {shlex.quote(sys.executable)} -m pip install pypi-simple\n")
    assert "Could not check kit: an index that answers in HTML alone takes one more" in " ".join(
        run.out.split()
    )


def test_elf_files_outrank_the_tag(offered: SimpleIndex, tmp_path: Path) -> None:
    offered.add(f"opencv_python-4.13.0-{TAG}.whl", "", cv2__cv2=Elf(needs=GLIBC_2_38).build())
    answer = ask(tmp_path, "ai-edge-litert", "opencv-python")
    assert pins(answer)["opencv-python"] == "4.12.0"
    assert isinstance(answer, Plan)
    (note,) = (note for note in answer.notes if "was not taken" in note)
    assert note.startswith("opencv-python 4.13.0 is newer and was not taken: cv2 needs GLIBC_2.38")


@pytest.fixture
def pruned(tmp_path: Path) -> WheelsIndex:
    """A wheels index that leaves out a version of tqdm, and what its extra asks for."""
    held(tmp_path, Sources.of_user(offline=True))
    path = tmp_path / "index" / "tqdm.json"
    data = json.loads(path.read_text())
    data["selection"] = {"specifiers": [""], "extras": [], "left_out": ["4.1"]}
    path.write_text(json.dumps(data))
    return WheelsIndex(path.parent)


def test_a_version_that_the_wheels_index_leaves_out(
    offered: SimpleIndex, pruned: WheelsIndex
) -> None:
    offered.add("tqdm-4.1-py3-none-any.whl")
    project = read_project(["ai-edge-litert", "tqdm==4.1"])
    alone = api.resolve(pi4(), project, catalog=open_catalog(pruned))
    assert isinstance(alone, Plan)
    assert dict(alone.unchecked) == {"tqdm": "the wheels index does not hold 4.1"}
    wanted = Wanted(narrow=frozenset({"tqdm"}))
    index = OwnIndex(pruned, Sources.of_user(), wanted=wanted)
    assert pins(api.resolve(pi4(), project, catalog=open_catalog(index)))["tqdm"] == "4.1"


def test_an_extra_that_the_wheels_index_does_not_know(
    offered: SimpleIndex, pruned: WheelsIndex
) -> None:
    extra = "Provides-Extra: gui\nRequires-Dist: window; extra == 'gui'"
    offered.add("tqdm-5.0-py3-none-any.whl", extra)
    offered.add("window-1.0-py3-none-any.whl")
    project = read_project(["ai-edge-litert", "tqdm[gui]"])
    alone = api.resolve(pi4(), project, catalog=open_catalog(pruned))
    assert isinstance(alone, Plan)
    assert list(alone.unchecked) == ["tqdm[gui]"]
    assert pins(alone)["tqdm"] == "4.67.1"
    wanted = Wanted(narrow=frozenset({"tqdm"}))
    index = OwnIndex(pruned, Sources.of_user(), wanted=wanted)
    offered.files["tqdm"].pop("tqdm-4.67.1-py3-none-any.whl", None)
    found = api.resolve(pi4(), read_project(["tqdm[gui]==5.0"]), catalog=open_catalog(index))
    assert pins(found)["window"] == "1.0"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("source-only", "published as source only"),
        ("unhashed", "no SHA-256"),
    ],
)
def test_what_cannot_be_known_is_said_with_its_reason(
    offered: SimpleIndex, tmp_path: Path, name: str, why: str
) -> None:
    offered.files["source-only"] = {"source_only-1.0.tar.gz": b"x"}
    offered.files["unhashed"] = {f"unhashed-1.0-{TAG}.whl": b"x"}
    offered.no_hash.add(f"unhashed-1.0-{TAG}.whl")
    answer = ask(tmp_path, "ai-edge-litert", name)
    assert isinstance(answer, Plan)
    assert why in answer.unchecked[name]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("opencv-python==4.8", "there is no such version (as of {}); next to it there is 4.8.1"),
        ("opencv-python==4.10", "there is no such version (as of {}); next to it there are 4.8.1 "),
        ("opencv-python==5", "there is no such version (as of {}); next to it there is 4.12.0"),
        ("opencv-python==4.13rc1", "of pre-releases only the newest are in the wheels index"),
    ],
)
def test_a_version_that_does_not_exist_needs_no_compiling(
    offered: SimpleIndex, tmp_path: Path, asked: str, told: str
) -> None:
    offered.files["opencv-python"]["opencv-python-4.9.0.tar.gz"] = b"x"
    answer = ask(tmp_path, "tflite-runtime", asked)
    assert isinstance(answer, Impossible)
    assert told.format(time.strftime("%Y-%m-%d")) in answer.message
    compiled = ask(tmp_path, "tflite-runtime", "opencv-python==4.9")
    assert isinstance(compiled, Plan)
    told = "would have to compile its source; 4.12.0 has one that fits"
    assert told in compiled.unchecked["opencv-python"]


def test_a_wheel_without_readable_metadata_is_not_called_fitting(
    offered: SimpleIndex, tmp_path: Path
) -> None:
    offered.files["broken"] = {f"broken-1.0-{TAG}.whl": b"no zip file at all"}
    answer = ask(tmp_path, "ai-edge-litert", "broken")
    assert isinstance(answer, Plan)
    assert "what it requires could not be read" in answer.unchecked["broken"]


def test_what_a_package_needs_and_nobody_has(offered: SimpleIndex, tmp_path: Path) -> None:
    offered.add("camera-1.0-py3-none-any.whl", "Requires-Dist: prctl-thing")
    answer = ask(tmp_path, "ai-edge-litert", "camera")
    assert isinstance(answer, Impossible)
    assert (
        "needs prctl-thing (required by camera 1.0); there is no package prctl-thing"
        in answer.message
    )


def test_extras_bring_what_they_ask_for(offered: SimpleIndex, tmp_path: Path) -> None:
    offered.add(
        "camera-1.0-py3-none-any.whl",
        "Provides-Extra: gui\nRequires-Dist: tqdm; extra == 'gui'\nRequires-Dist: numpy<2",
    )
    plain = pins(ask(tmp_path, "tflite-runtime", "camera"))
    assert "tqdm" not in plain
    assert set(pins(ask(tmp_path, "tflite-runtime", "camera[GUI]"))) == {*plain, "tqdm"}


@pytest.mark.parametrize(
    ("extra", "said"),
    [("GUI", ""), ("empty", ""), ("giu", "did you mean gui?"), ("zzz", "it has empty and gui")],
)
def test_an_extra_that_nobody_offers_is_said(
    offered: SimpleIndex, tmp_path: Path, extra: str, said: str
) -> None:
    offered.add(
        "camera-1.0-py3-none-any.whl",
        "Provides-Extra: empty\nProvides-Extra: gui\nRequires-Dist: tqdm; extra == 'gui'",
    )
    answer = ask(tmp_path, "ai-edge-litert", f"camera[{extra}]")
    assert isinstance(answer, Plan)
    assert not answer.unchecked
    notes = [note for note in answer.notes if note.startswith("camera 1.0 has no extra")]
    assert [note.partition("; ")[2] for note in notes] == [said] * bool(said)


def test_a_pre_release_is_taken_where_it_is_asked_for(offered: SimpleIndex, tmp_path: Path) -> None:
    offered.add("camera-1.0-py3-none-any.whl")
    offered.add("camera-2.0rc1-py3-none-any.whl")
    assert pins(ask(tmp_path, "ai-edge-litert", "camera"))["camera"] == "1.0"


def test_hashes_are_compared(offered: SimpleIndex, tmp_path: Path) -> None:
    good = "a" * 64
    listed = tmp_path / "r.txt"
    listed.write_text(f"ai-edge-litert\nopencv-python==4.8.1 --hash=sha256:{good}\n")
    answer = api.resolve(
        pi4(), read_project((), [str(listed)]), catalog=held(tmp_path, Sources.of_user())
    )
    assert isinstance(answer, Impossible)
    actual = offered.sha256(f"opencv_python-4.8.1-{TAG}.whl")
    assert good in answer.message
    assert actual in answer.message
    listed.write_text(f"ai-edge-litert\nopencv-python --hash=sha256:{actual}\n")
    answer = api.resolve(
        pi4(), read_project((), [str(listed)]), catalog=held(tmp_path, Sources.of_user())
    )
    assert pins(answer)["opencv-python"] == "4.8.1"


def test_on_the_command_line(
    offered: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.txt").write_text("tflite-runtime==2.14.0\nopencv-python\n")
    asked = ("-r", "r.txt", "--target", "pi4-4gb/bookworm-64")
    run = pidoctor("check", *asked, "--offline")
    assert run.code == 3
    assert "no package index was asked (--offline)" in run.out
    assert "Whether opencv-python fits could not be checked." in " ".join(run.out.split())
    run = pidoctor("lock", *asked, "--offline")
    assert (run.code, run.out) == (3, "")
    run = pidoctor("check", *asked, "--json")
    assert run.code == 0
    assert "opencv-python" in {p["name"] for p in json.loads(run.out)["resolution"]["packages"]}
    run = pidoctor("lock", *asked)
    assert (
        f"opencv-python==4.8.1 --hash=sha256:{offered.sha256(f'opencv_python-4.8.1-{TAG}.whl')}"
        in run.out
    )
    offered.status["/simple"] = 404
    run = pidoctor("check", *asked, "--json")  # fresh in the cache
    assert run.code == 0


def ask_newer(tmp_path: Path, *words: str) -> Resolution:
    """The answer where releases after the wheels index, which has 2.1.0, are wanted."""
    folder = tmp_path / "index"
    folder.mkdir(exist_ok=True)
    write_index(WHEELS, folder)
    wanted = Wanted(newer=frozenset({"ai-edge-litert"}))
    index = OwnIndex(WheelsIndex(folder), Sources.of_user(), wanted=wanted)
    return api.resolve(pi4(), words[0], catalog=open_catalog(index))


LITERT = "ai_edge_litert-{}-cp311-cp311-manylinux_2_17_aarch64.whl"
PART = "ai_edge_litert__interpreter_wrapper.so"


def test_a_newer_release_whose_files_fit_is_taken(offered: SimpleIndex, tmp_path: Path) -> None:
    offered.add(LITERT.format("2.0.0"), "Requires-Dist: numpy", **{PART: Elf().build()})
    offered.add(LITERT.format("2.4.0"), "Requires-Dist: numpy", **{PART: Elf().build()})
    found = ask_newer(tmp_path, "ai-edge-litert")
    assert pins(found) == {"ai-edge-litert": "2.4.0", "numpy": "2.4.6"}
    assert isinstance(found, Plan)
    assert found.rests_on.startswith("read:")
    assert pins(ask(tmp_path, "ai-edge-litert"))["ai-edge-litert"] == "2.1.0"


def test_a_newer_release_whose_files_do_not_fit_is_not(
    offered: SimpleIndex, tmp_path: Path
) -> None:
    too_new = Elf(needs=GLIBC_2_38).build()
    offered.add(LITERT.format("2.4.0"), "Requires-Dist: numpy", **{PART: too_new})
    found = ask_newer(tmp_path, "ai-edge-litert")
    assert pins(found)["ai-edge-litert"] == "2.1.0"
    (refused,) = found.rejected
    assert (refused.version, refused.reason.value) == ("2.4.0", "glibc-by-evidence")


def test_a_newer_release_whose_files_cannot_be_read_is_not(
    offered: SimpleIndex, tmp_path: Path
) -> None:
    offered.add(LITERT.format("2.4.0"), "Requires-Dist: numpy", **{PART: Elf().build()})
    offered.cut.add(LITERT.format("2.4.0"))
    assert pins(ask_newer(tmp_path, "ai-edge-litert"))["ai-edge-litert"] == "2.1.0"


def test_the_page_of_a_newer_release_cannot_be_read(offered: SimpleIndex, tmp_path: Path) -> None:
    offered.status["/simple"] = 503
    assert pins(ask_newer(tmp_path, "ai-edge-litert"))["ai-edge-litert"] == "2.1.0"


def test_newer_on_the_command_line(offered: SimpleIndex) -> None:
    offered.add(LITERT.format("99.1"), "Requires-Dist: numpy", **{PART: Elf().build()})
    where = ("--target", "pi4-4gb/bookworm-64", "--json")

    def version(*words: str) -> str:
        packages = pidoctor("explain", *words, *where).json["resolution"]["packages"]
        return next((p["version"] for p in packages or () if p["name"] == "ai-edge-litert"), "")

    assert version("auto", "--newer") == "99.1"
    assert version("ai-edge-litert==99.1", "--newer") == "99.1"
    assert version("ai-edge-litert==99.1") == ""
    assert version("auto") != "99.1"
    assert pidoctor("explain", "--newer", "--offline", *where).code == 2


def test_an_install_looks_for_a_version_that_is_not_known(
    offered: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = LITERT.format("99.1").replace("aarch64", "x86_64").replace("cp311-cp311", "cp39-abi3")
    offered.add(name, "Requires-Dist: numpy", **{PART: Elf(machine="x86_64").build()})
    asked = ("install", "ai-edge-litert==99.1", "--dry-run", "--venv", "env", "--json")
    found = pidoctor(*asked).json["resolution"]
    assert found["packages"][0]["filename"] == name
    assert pidoctor(*asked, "--offline").json["resolution"]["status"] == "impossible"


def test_an_install_that_nobody_watches_stops_for_a_library_that_the_system_lacks(
    offered: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --yes nothing is changed, and the command is named; who is asked sees it before."""
    needs = Elf(platform.machine(), ("libc.so.6", "libGL.so.1")).build()
    offered.add(f"window-1.0-cp37-abi3-manylinux_2_17_{platform.machine()}.whl", window__w=needs)

    def without(*words: Any, **options: Any) -> ProbeResult:
        found = probe(*words, **options)
        lacks: Fact[tuple[str, ...]] = Fact.known(("libGL.so.1",), "the cache")
        system = replace(found.profile.system, lacks_other=lacks)
        return found._replace(profile=replace(found.profile, system=system))

    monkeypatch.setattr("pidoctor.probe.machine.probe", without)
    words = ("install", "auto", "window", "--venv", str(tmp_path / "env"))
    refused = pidoctor(*words, "--yes", "--json").json
    assert refused["exit_code"] == 1
    assert refused["verdict"].startswith(
        "Not installed. window 1.0 cannot be imported as it is: it needs libGL.so.1, which "
    )
    assert not (tmp_path / "env").exists()
    shown = pidoctor(*words, "--dry-run", "--json").json
    assert (shown["exit_code"], shown["next"]) == (1, refused["next"])
    answer = io.StringIO("no\n")
    monkeypatch.setattr(answer, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", answer)
    asked = pidoctor(*words)
    assert asked.err.index("window 1.0 cannot be imported") < asked.err.index("Go ahead? [y/N]")
    assert asked.code == 1


def test_a_large_library_is_fetched_about_once(
    offered: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tables lie at both ends; what was unpacked on the way to them is not fetched again."""
    monkeypatch.setattr(audit, "_IN_MEMORY", 1 << 20)
    name = "big-1.0-cp311-cp311-manylinux_2_17_aarch64.whl"
    library = bytearray(Elf(needs={"libc.so.6": [("GLIBC_2.17", False)]}).build())
    (headers,) = struct.unpack_from("<Q", library, 0x28)
    sections = library[headers:]
    library += os.urandom(20 << 20)
    struct.pack_into("<Q", library, 0x28, len(library))
    library += sections
    offered.add(name, big=bytes(library))
    answer = ask(tmp_path, "ai-edge-litert", "big")
    assert pins(answer)["big"] == "1.0"
    assert offered.sent(name) < 1.5 * len(library)


def test_an_index_that_only_the_requirements_file_names(
    offered: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Resolved, locked with its address, and downloaded from there."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").mkdir()
    Path("app/r.txt").write_text(f"-i {offered.url}\ntflite-runtime==2.14.0\nopencv-python\n")
    asked = ("-r", "app/r.txt", "--target", "pi4-4gb/bookworm-64")
    run = pidoctor("lock", *asked, "--json")
    assert run.code == 0, run.out + run.err
    plan = ask_file(tmp_path, "app/r.txt")
    assert plan.sources.index_url == offered.url
    found = addresses(plan.wheels, plan.sources)
    assert [name for name in found if name.startswith("opencv")] == [
        f"opencv_python-4.8.1-{TAG}.whl"
    ]


def ask_file(tmp_path: Path, name: str) -> Plan:
    project = read_project((), [name])
    known = held(tmp_path, Sources.of_user(more=project.sources))
    plan = api.resolve(pi4(), project, catalog=known)
    assert isinstance(plan, Plan)
    return plan


def test_sources_have_the_commands_that_make_wheels_of_them(
    offered: SimpleIndex, tmp_path: Path
) -> None:
    """What they make in a folder of pip's is read as any wheel is."""
    offered.files["source-only"] = {"source_only-1.0.tar.gz": b"x"}
    plan = ask(tmp_path, "ai-edge-litert", "source-only")
    (found,) = not_checked(Case(pi4(), plan))
    assert found.remedy is not None
    command, _ = found.remedy.commands
    assert command == "python3 -m pip wheel --no-deps -w wheels source-only"
    with pytest.raises(CouldNotCheckError, match="pip wheel --no-deps -w wheels source-only && "):
        must_be_decided(plan, "Nothing was installed")


def test_a_runtime_that_somebody_built_himself_is_found_where_the_file_says(
    offered: SimpleIndex, tmp_path: Path
) -> None:
    """A version that the wheels index does not hold: in a folder, and at an index that is away."""
    built = "tflite_runtime-2.17.1-cp311-cp311-manylinux_2_17_aarch64.whl"
    offered.add(built, "Requires-Dist: numpy", tflite_runtime__wrapper=Elf().build())
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / built).write_bytes(offered.files.pop("tflite-runtime")[built])
    listed = tmp_path / "requirements.txt"
    asked = ("check", "-r", str(listed), "--target", "pi4-4gb/bookworm-64", "--json")
    listed.write_text(f"--find-links {folder}\ntflite-runtime==2.17.1\n")
    found = pidoctor(*asked).json
    assert found["exit_code"] == 0
    assert found["resolution"]["packages"][0]["filename"] == built
    listed.write_text("--extra-index-url http://127.0.0.1:9/simple\ntflite-runtime==2.17.1\n")
    away = pidoctor(*asked).json
    assert away["exit_code"] == 3
    assert "your package index may have it" in away["resolution"]["message"]
    listed.write_text("tflite-runtime==2.17.1\n")
    assert pidoctor(*asked).json["exit_code"] == 3  # as without a file: no index was named to ask


def test_lines_for_another_system_are_left_out_together(
    offered: SimpleIndex, tmp_path: Path
) -> None:
    """A list from Windows: no older placeholder is offered, and nothing is "could not check"."""
    for name, system in (("winonly", "win_amd64"), ("metalonly", "macosx_11_0_arm64")):
        offered.add(f"{name}-2.0-cp311-cp311-{system}.whl")
    offered.add("winonly-0.0.1-py3-none-any.whl")  # a placeholder
    answer = ask(tmp_path, "tflite-runtime", "opencv-python", "winonly==2.0", "metalonly==2.0")
    assert isinstance(answer, Impossible)
    told = "winonly==2.0 and metalonly==2.0 cannot be had here: published only for Windows"
    assert answer.message.startswith(told)
    (way,) = answer.changes
    assert way.text == "leave out winonly==2.0 and metalonly==2.0; the rest goes together"
    assert "opencv-python" not in answer.message
    alone = ask(tmp_path, "tflite-runtime", "metalonly")
    assert isinstance(alone, Impossible)
    assert "metalonly cannot be had here" in alone.message


def test_explain_says_what_check_says_of_a_plan(offered: SimpleIndex) -> None:
    """A package that imports TensorFlow and does not require it, beside another runtime."""
    offered.add("scikeras-0.13.0-py3-none-any.whl")
    asked = ("ai-edge-litert", "scikeras", "--target", "pi4-4gb/bookworm-64", "--json")
    for command in ("check", "explain"):
        found = pidoctor(command, *asked).json["findings"]
        told = [f["id"] for f in found if "scikeras imports" in f["message"]]
        assert told == ["module-not-installed"], command


def archive(*lines: str, level: str = "2.2", folder: str = "heard-1.2") -> bytes:
    """A source archive whose PKG-INFO has these lines."""
    text = "\n".join((f"Metadata-Version: {level}", "Name: heard", "Version: 1.2", *lines)).encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as made:
        for path in (
            f"{folder}/setup.py",
            f"{folder}/PKG-INFO",
            f"{folder}/heard.egg-info/PKG-INFO",
        ):
            member = tarfile.TarInfo(path)
            member.size = len(text)
            made.addfile(member, io.BytesIO(text))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (archive("Requires-Dist: numpy>=1.19"), "needs no compiler"),
        (archive("Requires-Dist: numpy==1.19", "Dynamic: Requires-Dist"), "decided when it is"),
        (archive("Requires-Dist: numpy==1.19", level="2.1"), "decided when it is built"),
        (archive("Requires-Dist: numpy==1.19", folder="a/b"), "decided when it is built"),
        (b"no archive at all", "decided when it is built"),
    ],
)
def test_the_newest_version_is_published_as_source_only(
    offered: SimpleIndex, tmp_path: Path, made: bytes, told: str
) -> None:
    """An old wheel cannot be had beside the runtime: pip would build the new version."""
    offered.add("heard-1.0-py3-none-any.whl", "Requires-Dist: numpy==1.19")
    offered.files["heard"]["heard-1.2.tar.gz"] = made
    assert isinstance(ask(tmp_path, "ai-edge-litert", "heard==1.0"), Impossible)
    answer = ask(tmp_path, "ai-edge-litert", "heard")
    assert "heard" not in pins(answer)
    assert isinstance(answer, Plan)
    assert told in answer.unchecked["heard"]


def test_what_a_source_archive_promises_to_require_is_asked_for(
    offered: SimpleIndex, tmp_path: Path
) -> None:
    promised = archive("Requires-Dist: opencv-python>=4.12", "Requires-Python: >=3.8")
    offered.files["heard"] = {"heard-1.2.tar.gz": promised}
    assert pins(ask(tmp_path, "ai-edge-litert", "heard"))["opencv-python"] == "4.12.0"
    answer = ask(tmp_path, "tflite-runtime==2.14.0", "heard")
    assert isinstance(answer, Impossible)
    assert "required by opencv-python 4.12.0" in answer.message
    before = len(offered.requests)
    again = ask(tmp_path, "ai-edge-litert", "heard", offline=True)
    assert isinstance(again, Plan)
    assert "published as source only" in again.unchecked["heard"]
    assert len(offered.requests) == before


def test_a_source_archive_that_unpacks_without_end_is_left(tmp_path: Path) -> None:
    huge = tmp_path / "huge.gz"
    with gzip.open(huge, "wb") as packed:
        for _ in range(40):
            packed.write(bytes(1 << 20))
    with huge.open("rb") as file:
        assert "decided when it is built" in read_source(file, huge.stat().st_size).doubt


def test_what_is_older_than_a_fitting_wheel_is_not_built(
    offered: SimpleIndex, tmp_path: Path
) -> None:
    offered.files["opencv-python"]["opencv-python-3.4.tar.gz"] = archive()
    answer = ask(tmp_path, "tflite-runtime==2.14.0", "opencv-python!=4.8.1")
    assert isinstance(answer, Impossible)


def test_a_package_that_no_index_has_is_a_plain_no(
    offered: SimpleIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The addresses that were looked at are told, without the password in them."""
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", offered.url.replace("//", "//me:secret@"))
    run = pidoctor("check", "ai-edge-litert", "no-such-package", "--target", "pi4-4gb/bookworm-64")
    assert run.code == 1, run
    assert f"there is no package no-such-package (looked at {offered.url}" in " ".join(
        run.out.split()
    )
    assert "secret" not in run.out + run.err


def test_a_runtime_is_not_built(offered: SimpleIndex, tmp_path: Path) -> None:
    offered.files["tflite-runtime"] = {"tflite-runtime-2.15.0.tar.gz": archive()}
    wanted = Wanted(newer=frozenset({"tflite-runtime"}))
    folder = tmp_path / "index"
    folder.mkdir()
    write_index(WHEELS, folder)
    index = OwnIndex(WheelsIndex(folder), Sources.of_user(), wanted=wanted)
    answer = api.resolve(pi4(), "tflite-runtime", catalog=open_catalog(index))
    assert pins(answer)["tflite-runtime"] == "2.14.0"
    none = api.resolve(pi4(), "tflite-runtime==2.15.0", catalog=open_catalog(index))
    assert isinstance(none, Impossible)
    assert "published as source only" in none.message


def test_explain_says_why_something_was_not_checked(offered: SimpleIndex) -> None:
    offered.files["source-only"] = {"source_only-1.0.tar.gz": archive()}
    run = pidoctor("explain", "ai-edge-litert", "source-only", "--target", "pi4-4gb/bookworm-64")
    assert "Could not check source-only: published as source only" in " ".join(run.out.split())


def test_an_extra_that_a_package_needs_is_looked_up(
    offered: SimpleIndex, pruned: WheelsIndex
) -> None:
    extra = "Provides-Extra: gui\nRequires-Dist: window; extra == 'gui'"
    offered.add("tqdm-4.67.1-py3-none-any.whl", extra)
    offered.add("window-1.0-py3-none-any.whl")
    offered.add("camera-1.0-py3-none-any.whl", "Requires-Dist: tqdm[gui]")
    project = pruned.project("tqdm")
    assert project is not None
    digest = offered.sha256("tqdm-4.67.1-py3-none-any.whl")
    same = (wheel._replace(sha256=digest) for wheel in project.wheels)
    pruned._projects["tqdm"] = replace(project, by_version=newest_first(same))
    catalog = open_catalog(OwnIndex(pruned, Sources.of_user()))
    found = api.resolve(pi4(), read_project(["ai-edge-litert", "camera"]), catalog=catalog)
    assert isinstance(found, Plan)
    assert dict(found.unchecked) == {}
    assert pins(found)["window"] == "1.0"


def test_the_version_that_a_wheel_was_linked_with_is_needed(
    offered: SimpleIndex, tmp_path: Path
) -> None:
    """Its metadata names it for an extra only, and the import fails beside another one."""
    for version in ("2.16.1", "2.21.0"):
        offered.add(f"frame-{version}-py3-none-any.whl")
    linked = Elf(needed=("libc.so.6", "libframe_work.so.2")).build()
    extra = "Provides-Extra: frame\nRequires-Dist: frame<2.17; extra == 'frame'"
    offered.add(f"frame_io-1.0-{TAG}.whl", extra, frame_io__io=linked)
    offered.add(f"frame_not-1.0-{TAG}.whl", extra, frame_not__io=Elf().build())
    assert pins(ask(tmp_path, "ai-edge-litert", "frame-not", "frame"))["frame"] == "2.21.0"
    assert pins(ask(tmp_path, "ai-edge-litert", "frame-io", "frame"))["frame"] == "2.16.1"
    assert pins(ask(tmp_path, "ai-edge-litert", "frame-io"))["frame"] == "2.16.1"


def test_archives_that_one_package_needs_are_told_of_together(
    offered: SimpleIndex, tmp_path: Path
) -> None:
    offered.add("camera-1.0-py3-none-any.whl", "Requires-Dist: one\nRequires-Dist: two")
    for name in ("one", "two"):
        offered.files[name] = {f"{name}-1.0.tar.gz": archive()}
    answer = ask(tmp_path, "ai-edge-litert", "camera")
    assert isinstance(answer, Plan)
    (finding,) = not_checked(Case(pi4(), answer))
    assert finding.message.startswith("Could not check one and two: published as source only")
    assert finding.message.endswith("needed by camera 1.0.")
