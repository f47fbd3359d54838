"""The ways out of what does not fit an environment: each was resolved, and works as typed."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pidoctor import api
from pidoctor.asked import Asked
from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.wheels import WheelsIndex
from pidoctor.envelope import Result
from pidoctor.profile.environment import UNKNOWN
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import Profile
from pidoctor.report.conclusion import concluded
from pidoctor.report.typed_changes import with_commands
from pidoctor.requirements.project import read_project
from pidoctor.resolve.plan import Change, Impossible, Plan
from tests.unit.resolve.test_collisions import OTHERS
from tests.unit.resolve.test_present import OPENCV_1, TFLITE_HERE, WHEELS, board, package
from tests.worlds.world import write_index

OPENCV_412 = ("opencv-python", "4.12.0", ("numpy>=2",), 2)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    write_index([*WHEELS, *OTHERS], tmp_path)
    return open_catalog(WheelsIndex(tmp_path))


def refused(here: Profile, words: tuple[str, ...], catalog: Catalog) -> Impossible:
    wanted: Any = words[0] if len(words) == 1 else read_project(words)
    answer = api.resolve(here, wanted, catalog=catalog)
    assert isinstance(answer, Impossible), answer
    return answer


def ways(
    here: Profile, words: tuple[str, ...], catalog: Catalog, asked: Asked | None = None
) -> dict[str, Change]:
    answer = refused(here, words, catalog)
    asked = asked or Asked(words[0], project=words if len(words) > 1 else ())
    return {change.kind: change for change in with_commands(answer, asked, here).changes}


def carried_out(here: Profile, command: str, catalog: Catalog) -> Plan:
    """The plan of a command, as it is typed."""
    program, name, *words = shlex.split(command)
    assert (program, name) == ("pidoctor", "install")
    replacing = "--replace" in words
    words = [word for word in words if word != "--replace"]
    if "--venv" in words:
        at = words.index("--venv")
        del words[at : at + 2]
        here = replace(here, environment=UNKNOWN)
    wanted: Any = words[0] if len(words) == 1 else read_project(words)
    plan = api.resolve(here, wanted, catalog=catalog, replacing=replacing)
    assert isinstance(plan, Plan), (command, plan)
    return plan


def test_an_installed_runtime_that_contradicts_the_request_has_ways_out(catalog: Catalog) -> None:
    here = board(package(*TFLITE_HERE), package("numpy", "1.26.4"), package(*OPENCV_1))
    found = ways(here, ("tflite-runtime", "opencv-python>=4.12"), catalog)
    assert {kind: change.command for kind, change in found.items()} == {
        "requirement": "pidoctor install tflite-runtime opencv-python==4.8.1.78",
        "runtime": "pidoctor install ai-edge-litert 'opencv-python>=4.12' --venv .venv-pidoctor",
    }
    assert found["runtime"].text.endswith("; in a new environment, this one stays as it is")
    for change in found.values():
        carried_out(here, change.command, catalog)


def test_what_an_install_would_break_can_be_changed_too(catalog: Catalog) -> None:
    here = board(package("numpy", "2.2.6"), package(*OPENCV_412))
    found = ways(here, ("tflite-runtime",), catalog)
    assert list(found) == ["runtime", "upgrade", "environment", "replace"]
    too = found["upgrade"]
    assert too.text == "change opencv-python 4.12.0 -> 4.8.1 too"
    assert too.command == "pidoctor install tflite-runtime opencv-python==4.8.1"
    for change in found.values():
        assert carried_out(here, change.command, catalog).summary == change.result


def test_what_was_asked_for_is_better_in_a_new_environment_than_something_else(
    catalog: Catalog,
) -> None:
    theirs = package("numpy", "1.26.4", origin="conda")
    found = ways(board(theirs), ("auto", "numpy>=2"), catalog)
    assert list(found) == ["environment", "replace"]


def test_a_way_out_repeats_all_that_was_asked(catalog: Catalog) -> None:
    here = board(package("numpy", "2.2.6"), package(*OPENCV_412))
    asked = Asked(
        more=("--venv", "env"),
        project=("tflite-runtime", "-r", "more needs.txt", "-c", "bounds.txt"),
        further=("--offline", "--wheels", "/media/usb"),
        new_environment=".venv-pidoctor-2",
    )
    words = ("tflite-runtime", "tqdm")
    found = {kind: way.command for kind, way in ways(here, words, catalog, asked).items()}
    rest = "-r 'more needs.txt' -c bounds.txt"
    last = "--offline --wheels /media/usb"
    assert found == {
        "runtime": f"pidoctor install ai-edge-litert {rest} --venv env {last}",
        "upgrade": f"pidoctor install tflite-runtime opencv-python==4.8.1 {rest} --venv env {last}",
        "environment": f"pidoctor install tflite-runtime {rest} --venv .venv-pidoctor-2 {last}",
        "replace": f"pidoctor install tflite-runtime {rest} --venv env --replace {last}",
    }


def test_what_stands_in_a_file_is_told_without_a_command(catalog: Catalog) -> None:
    here = board(package("numpy", "2.2.6"), package(*OPENCV_412))
    asked = Asked(project=("-r", "requirements.txt"))
    found = ways(here, ("tflite-runtime", "tqdm"), catalog, asked)
    assert found["runtime"].command == ""
    assert found["upgrade"].command == "pidoctor install opencv-python==4.8.1 -r requirements.txt"
    of_settings = ways(here, ("tflite-runtime", "tqdm"), catalog, Asked(settings="pyproject.toml"))
    assert of_settings["upgrade"].command == ""
    assert of_settings["environment"].command == "pidoctor install --venv .venv-pidoctor"


def test_a_new_environment_gets_the_python_of_the_one_that_is_there(catalog: Catalog) -> None:
    here = board(package("numpy", "2.2.6"), package(*OPENCV_412))
    asked = Asked("tflite-runtime", own_python="3.13")
    found = ways(here, ("tflite-runtime",), catalog, asked)
    python = here.python.executable.value
    assert found["environment"].command == (
        f"pidoctor install tflite-runtime --python {python} --venv .venv-pidoctor"
    )
    assert "--python" not in found["upgrade"].command


def test_explain_ends_with_the_command_of_the_cheapest_way(catalog: Catalog) -> None:
    here = board(package(*TFLITE_HERE), package("numpy", "1.26.4"), package(*OPENCV_1))
    words = ("tflite-runtime", "opencv-python>=4.12")
    asked = Asked(project=words)
    answer = with_commands(refused(here, words, catalog), asked, here)
    ended = concluded(Result("explain", profile=here, resolution=answer, asked=asked))
    assert ended.next == "pidoctor install tflite-runtime opencv-python==4.8.1.78"
    elsewhere = asked._replace(option="--target", value="pi4-4gb/bookworm-64")
    answer = with_commands(refused(here, words, catalog), elsewhere, here)
    told = concluded(Result("explain", profile=here, resolution=answer, asked=elsewhere))
    assert told.next == (
        "pidoctor lock tflite-runtime opencv-python==4.8.1.78 --target pi4-4gb/bookworm-64 "
        "-o pinned.txt"
    )


def test_another_way_is_the_last_and_says_what_was_proven() -> None:
    """No runtime has a wheel for 32-bit Python 3.13; Debian's Arm NN ran both models there."""
    found = api.resolve(target("pi4/trixie-32"), "auto")
    assert isinstance(found, Impossible)
    last = found.changes[-1]
    assert last.kind == "other-way"
    assert "sudo apt-get install -y python3-pyarmnn libarmnn-cpuref-backend33" in last.text
    assert "float32 and an int8 model" in last.result
    for elsewhere in ("pi4/bookworm-32", "pi-zero-w/trixie-32", "pi4/trixie-32/py3.12"):
        other = api.resolve(target(elsewhere), "ai-edge-litert")
        assert isinstance(other, Impossible)
        assert "other-way" not in [change.kind for change in other.changes]


def test_another_python_of_this_machine_gets_an_environment_of_its_own(catalog: Catalog) -> None:
    here = replace(target("pi4-4gb/bookworm-64/py3.13"), environment=UNKNOWN)
    asked = Asked("tflite-runtime", new_environment=".venv-new", own_python="3.13")
    answer = refused(here, ("tflite-runtime",), catalog)
    [python] = [one for one in with_commands(answer, asked, here).changes if one.kind == "python"]
    assert python.text == "use the system's own Python 3.11"
    assert python.command == (
        "pidoctor install tflite-runtime --python /usr/bin/python3 --venv .venv-new"
    )


def test_tensorflow_is_not_replaced_under_a_package_that_imports_it(tmp_path: Path) -> None:
    """Another runtime brings no module of that name, whatever the metadata say."""
    packages = ("flask", "keras", "tf2onnx", "tensorflow_probability")
    elsewhere = {"file": "tensorflow-2.16-cp311-cp311-manylinux_2_17_x86_64.whl", "elf": [{}]}
    pure = [{"file": f"{name}-3.0-py3-none-any.whl"} for name in packages]
    write_index([*WHEELS, elsewhere, *pure], tmp_path)
    known = open_catalog(WheelsIndex(tmp_path))
    assert "runtime" in ways(board(), ("tensorflow", "flask"), known)
    for name in packages[1:]:
        assert "runtime" not in ways(board(), ("tensorflow", name), known), name
