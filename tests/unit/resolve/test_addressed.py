"""Wheels named by their address: pip takes or refuses them by their names, like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from pidoctor import api
from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.wheels import WheelsIndex
from pidoctor.requirements.project import read_project
from pidoctor.resolve.plan import Impossible, Plan, Resolution
from tests.profiles import pi4
from tests.unit.resolve.test_present import WHEELS
from tests.worlds.world import write_index

SITE = "https://files.example/v2.0.0"
OLD = "tflite_runtime-2.5.0.post1-cp39-cp39-linux_aarch64.whl"
FITS = "tflite_runtime-2.16.1-cp311-none-linux_aarch64.whl"


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    write_index(WHEELS, tmp_path)
    return open_catalog(WheelsIndex(tmp_path))


def answer(catalog: Catalog, folder: Path, *lines: str) -> Resolution:
    file = folder / "requirements.txt"
    file.write_text("\n".join(lines), encoding="utf-8")
    return api.resolve(pi4(), read_project([], [str(file)]), catalog=catalog)


@pytest.mark.parametrize("line", [f"{SITE}/{OLD}", f"tflite-runtime @ {SITE}/{OLD}"])
def test_a_file_for_another_python_is_refused_and_the_index_named(
    catalog: Catalog, tmp_path: Path, line: str
) -> None:
    found = answer(catalog, tmp_path, line, "numpy<2")
    assert isinstance(found, Impossible)
    assert found.message == f"pip refuses {OLD} here: built for Python 3.9; the Python is 3.11"
    (change,) = (change for change in found.changes if change.kind == "requirement")
    assert change.text == (f"ask for tflite-runtime==2.14.0 instead of {OLD}; the rest can stay")
    anew = answer(catalog, tmp_path, "tflite-runtime==2.14.0", "numpy<2")
    assert isinstance(anew, Plan)


def test_what_else_is_in_the_way_is_changed_too(catalog: Catalog, tmp_path: Path) -> None:
    found = answer(catalog, tmp_path, f"{SITE}/{OLD}", "numpy==1.0")
    assert isinstance(found, Impossible)
    (change,) = (change for change in found.changes if change.kind == "requirement")
    assert change.text == (
        f"ask for tflite-runtime instead of {OLD}, and ask for numpy==1.26.4 instead of numpy==1.0"
        "; the rest can stay"
    )
    assert change.words == ((OLD, "tflite-runtime"), ("numpy==1.0", "numpy==1.26.4"))
    assert isinstance(answer(catalog, tmp_path, *(word for _, word in change.words)), Plan)


def test_an_encoded_address_and_a_hash_are_no_part_of_the_name(
    catalog: Catalog, tmp_path: Path
) -> None:
    file = "tensorflow-2.8.0%2Bpi-cp310-cp310-linux_armv7l.whl"
    found = answer(catalog, tmp_path, f"{SITE}/{file}#sha256={'0' * 64}", "numpy")
    assert isinstance(found, Impossible)
    assert "tensorflow-2.8.0+pi-cp310-cp310-linux_armv7l.whl" in found.message
    assert "32-bit ARM" in found.message


@pytest.mark.parametrize(
    "lines",
    [
        [f'{SITE}/{OLD} ; python_version == "3.9"'],
        [f'tflite-runtime @ {SITE}/{OLD} ; python_version == "3.9"', "flask @ git+ssh://x/y.git"],
        [f"{SITE}/tflite_runtime-cp39.whl"],
    ],
)
def test_what_fits_is_not_asked_for_or_has_no_wheels_name_is_not_refused(
    catalog: Catalog, tmp_path: Path, lines: list[str]
) -> None:
    assert isinstance(answer(catalog, tmp_path, *lines, "numpy"), Plan)


def test_no_other_runtime_is_planned_for_one_of_which_nothing_is_known(
    catalog: Catalog, tmp_path: Path
) -> None:
    for line, file in (
        (f"{SITE}/{FITS}", FITS),
        ("tflite-runtime @ git+https://index.example/x.git", "x.git"),
    ):
        found = answer(catalog, tmp_path, line, "numpy")
        assert isinstance(found, Impossible)
        assert not found.is_known
        assert found.message == f"{file}: from an address of its own, which was not read"
        (change,) = found.changes
        assert change.text.startswith(f"ask for tflite-runtime==2.14.0 instead of {file}")


def test_a_file_of_the_index_by_its_address_is_that_version(
    catalog: Catalog, tmp_path: Path
) -> None:
    file = catalog.index.project("tflite-runtime").wheels[0].filename  # type: ignore[union-attr]
    found = answer(catalog, tmp_path, f"https://files.pythonhosted.org/packages/ab/{file}")
    assert isinstance(found, Plan)
    assert (found.runtime, found.version) == ("tflite-runtime", "2.14.0")
    assert not found.unchecked


def test_no_name_is_offered_for_a_file_whose_package_no_index_has(
    catalog: Catalog, tmp_path: Path
) -> None:
    """Not even where another file's package is there, and goes with the rest."""
    strange = "odd_kit-1.0-cp39-cp39-linux_aarch64.whl"
    found = answer(catalog, tmp_path, f"{SITE}/{OLD}", f"{SITE}/{strange}")
    assert isinstance(found, Impossible)
    assert not [change for change in found.changes if change.kind == "requirement"]
