"""What people call a runtime is understood, and said; what is no runtime is left alone."""

from __future__ import annotations

import sys

import pytest
from packaging.requirements import Requirement

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.import_names import import_name
from pidoctor.catalog.location import open_index
from pidoctor.catalog.relations import load_relations
from pidoctor.requirements.names import understood
from pidoctor.requirements.project import read_project


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["tflite"], ["auto"]),
        (["tensorflow-lite"], ["auto"]),
        (["Tensorflow_Lite"], ["auto"]),
        (["tf==2.15"], ["tensorflow==2.15"]),
        (["litert>=1"], ["ai-edge-litert>=1"]),
        (["tensorflow-cpu==2.15.0"], ["tensorflow==2.15.0"]),
        (["keras"], ["tensorflow", "keras"]),
        (["keras<3"], ["tensorflow", "keras<3"]),
        (["tensorflow", "lite"], ["auto"]),
        (["tflite", "opencv-python"], ["auto", "opencv-python"]),
    ],
)
def test_a_name_that_means_a_runtime(words: list[str], meant: list[str]) -> None:
    found, told = understood(words)
    assert found == meant
    rows = load_relations().spoken.values()
    assert len(told) == 1
    assert told[0] in {row.text for row in rows}


@pytest.mark.parametrize(
    "words",
    [["auto"], ["tensorflow==2.3"], ["tflite-runtime", "numpy<2"], ["opencv-python[x]>=4 ; y"]],
)
def test_other_names_stay_as_they_are(words: list[str]) -> None:
    assert understood(words) == (words, [])


def test_a_runtime_in_two_words() -> None:
    assert understood(["tflite", "runtime"]) == (["tflite-runtime"], [])


def test_every_name_means_something_that_can_be_asked_for() -> None:
    known = {"auto", *open_catalog(open_index()).named}
    assert {Requirement(row.means).name for row in load_relations().spoken.values()} <= known


def test_a_package_beside_its_runtime_does_not_ask_for_it_twice() -> None:
    assert understood(["tensorflow==2.15", "keras"]) == (["tensorflow==2.15", "keras"], [])
    assert understood(["tf", "keras"])[0] == ["tensorflow", "keras"]


def test_a_name_with_a_version_gives_way_to_one_that_is_asked_for() -> None:
    assert understood(["tf2"])[0] == ["tensorflow==2.*"]
    assert understood(["tf2==2.15"])[0] == ["tensorflow==2.15"]


def test_keras_in_a_file_brings_its_backend() -> None:
    catalog = open_catalog(open_index())
    asked = read_project(["keras", "numpy"]).request(catalog, {})
    assert (asked.name, [item.name for item in asked.together]) == (
        "tensorflow",
        ["keras", "numpy"],
    )


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("cv2", "opencv-python"),
        ("board", "adafruit-blinka"),
        ("gi", "the apt package python3-gi"),
        ("libcamera", "the apt package python3-libcamera"),
        ("pil", "pillow"),
    ],
)
def test_the_name_of_a_module_is_no_package(name: str, instead: str) -> None:
    assert instead in import_name(name)


@pytest.mark.parametrize("name", ["numpy", "opencv-python", "pandas", "requests", "flask"])
def test_a_package_called_like_its_module_is_not_warned_of(name: str) -> None:
    assert import_name(name) == ""


@pytest.mark.skipif(sys.version_info < (3, 10), reason="Python does not list its own modules")
@pytest.mark.parametrize("name", ["json", "argparse", "asyncio", "threading", "urllib"])
def test_what_python_itself_brings_is_said(name: str) -> None:
    assert "a part of Python itself" in import_name(name)
