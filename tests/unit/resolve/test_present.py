"""Resolving with what is installed: it is kept, and what works is not broken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pidoctor import api
from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.wheels import WheelsIndex
from pidoctor.checks.case import Case
from pidoctor.checks.environment import numpy_pair
from pidoctor.profile.environment import Compiled, InstalledPackage
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Profile
from pidoctor.requirements.project import read_project
from pidoctor.resolve.plan import Impossible, Plan, Resolution
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve
from pidoctor.resolve.verdict import Reason
from pidoctor.resolve.ways_out import helped
from pidoctor.result import Severity
from tests.profiles import changed, known, pi4
from tests.worlds.world import write_index

TAG = "cp311-cp311-manylinux_2_17_aarch64"
NUMPY = [{"file": f"numpy-{v}-{TAG}.whl", "elf": [{}]} for v in ("1.26.4", "2.2.6", "2.4.6")]
TFLITE: dict[str, Any] = {
    "file": f"tflite_runtime-2.14.0-{TAG}.whl",
    "requires": ["numpy>=1.23.2"],
    "numpy_api": [1, 0],
    "elf": [{}],
}
LITERT: dict[str, Any] = {
    "file": f"ai_edge_litert-2.1.0-{TAG}.whl",
    "requires": ["numpy>=1.23.2", "tqdm"],
    "elf": [{}],
}
TQDM: dict[str, Any] = {"file": "tqdm-4.67.1-py3-none-any.whl"}
WHEELS = [*NUMPY, TFLITE, LITERT, TQDM]
OPENCV_1 = ("opencv-python", "4.8.1.78", ("numpy>=1.21",), 1)
OPENCV_2 = ("opencv-python", "4.12.0", ("numpy<2.3,>=2",), 2)


def package(
    name: str, version: str, requires: tuple[str, ...] = (), numpy: int = 0, origin: str = "pip"
) -> InstalledPackage:
    compiled = (Compiled("a.so", numpy, "2.17", "aarch64"),) if numpy else ()
    tags = (TAG, "py3-none-any")
    site = "/home/me/.venv/lib/python3.11/site-packages"
    return InstalledPackage(name, version, site, origin, False, "", requires, "", tags, compiled)


TFLITE_HERE = ("tflite-runtime", "2.14.0", ("numpy>=1.23.2",))


def board(*packages: InstalledPackage) -> Profile:
    """A Raspberry Pi 4 whose .venv holds these packages."""
    plain = pi4()
    environment = replace(
        plain.environment,
        folder=known("/home/me/.venv"),
        kind=known("venv"),
        reason=known("it is the .venv of this folder"),
        installed=known(packages),
        system_packages=known({}),
    )
    names = {item.name: item.version for item in packages}
    return replace(changed(plain, python_packages=names), environment=environment)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    write_index(WHEELS, tmp_path)
    return open_catalog(WheelsIndex(tmp_path))


def ask(profile: Profile, text: str, catalog: Catalog, replacing: bool = False) -> Resolution:
    return resolve(profile, parse_request(text, catalog)._replace(replace=replacing), catalog)


def diff(resolution: Resolution) -> dict[str, str]:
    assert isinstance(resolution, Plan), resolution
    return {pin.name: f"{pin.change}{pin.version}" for pin in resolution.pins}


def test_what_works_is_kept_and_nothing_is_to_do(catalog: Catalog) -> None:
    here = board(package(*TFLITE_HERE), package("numpy", "1.26.4"), package(*OPENCV_1))
    plan = ask(here, "auto", catalog)
    assert diff(plan) == {"tflite-runtime": "=2.14.0", "numpy": "=1.26.4"}
    assert isinstance(plan, Plan)
    assert (plan.is_satisfied, plan.wheels) == (True, ())


def test_another_runtime_keeps_the_numpy_that_is_there(catalog: Catalog) -> None:
    here = board(package(*TFLITE_HERE), package("numpy", "1.26.4"), package(*OPENCV_1))
    assert diff(ask(here, "ai-edge-litert", catalog)) == {
        "ai-edge-litert": "+2.1.0",
        "numpy": "=1.26.4",
        "tqdm": "+4.67.1",
    }


def test_packages_that_have_nothing_to_do_with_it_are_left_alone(catalog: Catalog) -> None:
    for bound in (">=3", "<3"):  # pip check complains of the second, before as after
        others = (package("flask", "3.0", (f"werkzeug{bound}",)), package("werkzeug", "3.1"))
        assert diff(ask(board(package("numpy", "2.2.6"), *others), "ai-edge-litert", catalog)) == {
            "ai-edge-litert": "+2.1.0",
            "numpy": "=2.2.6",
            "tqdm": "+4.67.1",
        }


@pytest.mark.parametrize("tag", ["", "py3", "a-b-c-d", "cp311-cp311-manylinux-2-17", "é-\0-x"])
def test_tags_that_are_none_are_no_tags(catalog: Catalog, tag: str) -> None:
    damaged = replace(package("tqdm", "4.67.1"), tags=(tag,))
    plan = ask(board(damaged, package("numpy", "2.2.6")), "ai-edge-litert", catalog)
    assert diff(plan)["tqdm"] == "=4.67.1"


def test_an_older_version_of_what_is_new_spares_what_is_installed(tmp_path: Path) -> None:
    more: list[dict[str, Any]] = [
        {"file": "ml_dtypes-0.6.0-py3-none-any.whl", "requires": ["numpy>=2"]},
        {"file": "ml_dtypes-0.5.4-py3-none-any.whl", "requires": ["numpy>=1.23"]},
        {"file": "flatbuffers-25-py3-none-any.whl"},
    ]
    litert = {**LITERT, "requires": ["numpy>=1.23.2", "ml-dtypes", "flatbuffers>=24"]}
    write_index([*NUMPY, litert, *more], tmp_path)
    known = open_catalog(WheelsIndex(tmp_path))
    here = board(package("numpy", "1.26.4"), package("flatbuffers", "2.0"))
    assert diff(ask(here, "ai-edge-litert", known)) == {
        "ai-edge-litert": "+2.1.0",
        "flatbuffers": "~25",  # what stands in the way is replaced, and nothing else
        "ml-dtypes": "+0.5.4",
        "numpy": "=1.26.4",
    }


def test_a_pair_that_crashes_is_mended(catalog: Catalog) -> None:
    here = board(package(*TFLITE_HERE), package("numpy", "2.4.6"))
    plan = ask(here, "auto", catalog)
    assert diff(plan) == {"tflite-runtime": "=2.14.0", "numpy": "~1.26.4"}
    assert isinstance(plan, Plan)
    (numpy,) = (pin for pin in plan.pins if pin.name == "numpy")
    assert numpy.was == "2.4.6"
    assert any("compiled into tflite-runtime" in text for text in numpy.because)


def test_a_need_that_metadata_has_twice_is_told_once(tmp_path: Path) -> None:
    """As opencv-python's: a line for each Python, of which several hold."""
    requires = ["numpy>=1.21; python_version >= '3.6'", "numpy>=1.21; python_version >= '3.9'"]
    write_index([*WHEELS, {"file": "twice-1.0-py3-none-any.whl", "requires": requires}], tmp_path)
    indexed = open_catalog(WheelsIndex(tmp_path))
    plan = api.resolve(pi4(), read_project(["tflite-runtime", "twice"]), catalog=indexed)
    assert isinstance(plan, Plan)
    (numpy,) = (pin for pin in plan.pins if pin.name == "numpy")
    assert numpy.because.count("numpy>=1.21 (required by twice 1.0)") == 1


def test_the_check_calls_it_an_error_and_names_the_command_that_mends_it(catalog: Catalog) -> None:
    here = board(package(*TFLITE_HERE), package("numpy", "2.4.6"))
    (found,) = numpy_pair(Case(here, index=catalog.index))
    assert (found.id, found.severity) == ("numpy2-abi-mismatch", Severity.ERROR)
    assert found.remedy is not None
    assert found.remedy.commands == ("pidoctor install tflite-runtime==2.14.0",)
    assert "numpy 2.4.6 -> 1.26.4" in found.remedy.text
    named = replace(here.environment, reason=known("--venv names it"))
    (found,) = numpy_pair(Case(replace(here, environment=named), index=catalog.index))
    assert found.remedy is not None
    assert found.remedy.commands[0].endswith(" --venv /home/me/.venv")


def test_a_plan_that_breaks_what_is_installed_is_refused_with_ways_out(catalog: Catalog) -> None:
    here = board(package("numpy", "2.2.6"), package(*OPENCV_2))
    answer = ask(here, "tflite-runtime", catalog)
    assert isinstance(answer, Impossible)
    assert answer.nearest is not None
    assert answer.nearest.reason is Reason.BREAKS_INSTALLED
    assert "opencv-python 4.12.0" in answer.message
    request = parse_request("tflite-runtime", catalog)
    found = {way.kind: way for way in helped(here, request, catalog, answer).changes}
    assert found["environment"].options == ("--venv", ".venv-pidoctor")
    assert found["replace"].options == ("--replace",)
    anyway = ask(here, "tflite-runtime", catalog, replacing=True)
    assert diff(anyway) == {"tflite-runtime": "+2.14.0", "numpy": "~1.26.4"}
    assert isinstance(anyway, Plan)
    assert "numpy<2.3,>=2 (required by opencv-python 4.12.0)" in anyway.breaks


def test_another_runtime_that_is_there_is_not_to_be_installed(catalog: Catalog) -> None:
    here = board(package(*TFLITE_HERE), package("numpy", "1.26.4"))
    request = parse_request("ai-edge-litert>=9", catalog)
    answer = ask(here, "ai-edge-litert>=9", catalog)
    assert isinstance(answer, Impossible)
    found = {way.kind: way for way in helped(here, request, catalog, answer).changes}
    assert found["runtime"].text.endswith("; it is installed already")
    assert (found["runtime"].words, found["runtime"].command) == ((), "")


def test_what_is_broken_already_is_no_reason_to_refuse(catalog: Catalog) -> None:
    here = board(package("numpy", "2.4.6"), package(*OPENCV_1))
    assert diff(ask(here, "ai-edge-litert", catalog))["numpy"] == "=2.4.6"


def test_an_environment_that_can_be_satisfied_another_way_is(catalog: Catalog) -> None:
    """The newest NumPy that fits the runtime breaks opencv; an older one fits both."""
    old_only = ("scipy", "1.10", ("numpy<2.3",))
    here = board(package("numpy", "1.20.0"), package(*old_only))
    assert diff(ask(here, "ai-edge-litert", catalog))["numpy"] == "~2.2.6"


def test_what_conda_or_an_editable_install_looks_after_is_not_replaced(catalog: Catalog) -> None:
    theirs = package("numpy", "2.2.6", origin="conda")
    answer = ask(board(theirs), "tflite-runtime", catalog)
    assert isinstance(answer, Impossible)
    assert answer.nearest is not None
    assert answer.nearest.reason is Reason.BREAKS_INSTALLED
    assert "conda install numpy=1.26.4" in answer.nearest.detail
    request = parse_request("tflite-runtime", catalog)
    ways = [way.kind for way in helped(board(theirs), request, catalog, answer).changes]
    assert ways == ["runtime", "environment", "replace"]
    editable = replace(package("numpy", "2.2.6"), editable=True)
    answer = ask(board(editable), "tflite-runtime", catalog)
    assert isinstance(answer, Impossible)
    assert answer.nearest is not None
    assert "installed as editable" in answer.nearest.detail


def test_conda_is_named_where_it_looks_after_the_numpy_of_a_pair(catalog: Catalog) -> None:
    here = board(package(*TFLITE_HERE), package("numpy", "2.4.6", origin="conda"))
    (found,) = numpy_pair(Case(here, index=catalog.index))
    assert found.remedy is not None
    command = "conda install -y -p /home/me/.venv 'numpy<2'"
    assert found.remedy.commands == (command,)


def test_what_conda_looks_after_is_replaced_where_that_is_accepted(catalog: Catalog) -> None:
    theirs = package("numpy", "2.2.6", origin="conda")
    plan = ask(board(theirs), "tflite-runtime", catalog, replacing=True)
    assert diff(plan)["numpy"] == "~1.26.4"
    assert isinstance(plan, Plan)
    assert any("conda install numpy=1.26.4" in note for note in plan.notes)


def test_metadata_that_is_no_requirement_stops_nothing(catalog: Catalog) -> None:
    strange = package("old", "1", ("numpy (>=1", "", "x; python_version"))
    here = board(strange, package("numpy", "1.26.4"), package("broken", "not a version"))
    assert diff(ask(here, "ai-edge-litert", catalog))["numpy"] == "=1.26.4"


def test_a_new_environment_sees_nothing_of_what_is_installed_elsewhere(catalog: Catalog) -> None:
    system = board(package("numpy", "1.26.4"))
    nowhere = replace(system.environment, folder=Fact.absent("test"))
    assert diff(ask(replace(system, environment=nowhere), "ai-edge-litert", catalog))["numpy"] == (
        "+2.4.6"
    )


def test_what_the_system_alone_has_is_not_in_an_environment(tmp_path: Path) -> None:
    """Debian's numpy: an environment that does not see it is no installed pair."""
    armv7l = TAG.replace("aarch64", "armv7l")
    write_index([{"file": f"tflite_runtime-2.14.0-{armv7l}.whl", "elf": [{}]}], tmp_path)
    here = board(replace(package(*TFLITE_HERE), tags=(armv7l,)))
    bits = changed(here, python_bits=32, python_architecture="armv7l")
    system = replace(bits.environment, system_packages=known({"numpy": "1.24.2"}))
    plan = ask(replace(bits, environment=system), "auto", open_catalog(WheelsIndex(tmp_path)))
    assert isinstance(plan, Plan)
    assert [(pin.name, pin.kept, pin.installed) for pin in plan.pins] == [
        ("tflite-runtime", True, False),
        ("numpy", False, True),
    ]
    assert not plan.is_satisfied
