"""Several requirements are one question with one answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pidoctor import api
from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.wheels import WheelsIndex
from pidoctor.requirements.project import read_project
from pidoctor.resolve.plan import Impossible, Plan, Resolution
from tests.cli.program import pidoctor
from tests.profiles import pi4
from tests.unit.resolve.test_present import WHEELS
from tests.worlds.world import write_index


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    folder = tmp_path / "index"
    folder.mkdir()
    write_index(WHEELS, folder)
    return open_catalog(WheelsIndex(folder))


def ask(catalog: Catalog, *words: str, bounds: str = "", folder: Path | None = None) -> Resolution:
    files = []
    if folder is not None:
        (folder / "c.txt").write_text(bounds)
        files = [str(folder / "c.txt")]
    return api.resolve(pi4(), read_project(words, constraints=files), catalog=catalog)


def pins(answer: Resolution) -> dict[str, str]:
    assert isinstance(answer, Plan), answer
    return {pin.name: pin.version for pin in answer.pins}


def test_the_runtime_and_what_goes_with_it(catalog: Catalog) -> None:
    found = pins(ask(catalog, "numpy==2.2.6", "ai-edge-litert", "tqdm"))
    assert found == {"ai-edge-litert": "2.1.0", "numpy": "2.2.6", "tqdm": "4.67.1"}


def test_pins_that_cannot_work_together_are_named(catalog: Catalog) -> None:
    answer = ask(catalog, "tflite-runtime==2.14.0", "numpy==2.2.6")
    assert isinstance(answer, Impossible)
    assert "numpy<2 (compiled into tflite-runtime 2.14.0)" in answer.message
    assert "numpy==2.2.6 (asked for)" in answer.message


def test_without_a_runtime_the_one_that_fits_the_rest(catalog: Catalog) -> None:
    assert pins(ask(catalog, "numpy==2.2.6"))["ai-edge-litert"] == "2.1.0"
    assert pins(ask(catalog, "auto", "numpy"))["ai-edge-litert"] == "2.1.0"


def test_markers_choose_for_the_machine_in_question(catalog: Catalog) -> None:
    words = (
        "tflite-runtime; python_version < '3.12'",
        "ai-edge-litert; python_version >= '3.12'",
        "numpy==9; platform_machine == 'x86_64'",
    )
    answer = ask(catalog, *words)
    assert set(pins(answer)) == {"tflite-runtime", "numpy"}
    assert isinstance(answer, Plan)
    assert (
        'left out, as pip does, by markers: ai-edge-litert (python_version >= "3.12") and numpy '
        '(platform_machine == "x86_64")'
    ) in answer.notes
    many = ask(catalog, "numpy", *(f"x{n}; python_version < '3'" for n in range(9)))
    assert isinstance(many, Plan)
    assert any(note.endswith("and 6 more") for note in many.notes)


def test_constraints_bound_what_is_asked_for_and_nothing_else(
    catalog: Catalog, tmp_path: Path
) -> None:
    found = pins(ask(catalog, "ai-edge-litert", bounds="numpy<2\nscipy==1\n", folder=tmp_path))
    assert found == {"ai-edge-litert": "2.1.0", "numpy": "1.26.4", "tqdm": "4.67.1"}
    refused = ask(catalog, "ai-edge-litert", bounds="ai-edge-litert<2\n", folder=tmp_path)
    assert isinstance(refused, Impossible)


def test_what_the_index_does_not_hold_is_said_to_be_unchecked(catalog: Catalog) -> None:
    answer = ask(catalog, "ai-edge-litert", "opencv-python==4.8")
    assert isinstance(answer, Plan)
    assert dict(answer.unchecked) == {"opencv-python": "the wheels index does not hold it"}


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("requirements.txt").write_text("tflite-runtime==2.14.0\nnumpy==2.2.6\n-e .\n")
    board = ("--target", "pi4-4gb/bookworm-64")
    run = pidoctor("check", "-r", "requirements.txt", *board, "--json")
    assert run.code == 1
    answer = json.loads(run.out)["resolution"]
    assert "compiled into tflite-runtime 2.14.0" in answer["message"]
    Path("requirements.txt").write_text("tflite-runtime==2.14.0\nnumpy==1.26.4\n-e .\n")
    run = pidoctor("check", "-r", "requirements.txt", *board, "--json")
    assert run.code == 3  # no pyproject.toml tells what it needs
    found = json.loads(run.out)
    assert any("installed as editable" in note for note in found["resolution"]["notes"])
    assert found["next"] == (
        "pidoctor lock -r requirements.txt --target pi4-4gb/bookworm-64 -o pinned.txt"
    )
    run = pidoctor("explain", "-r", "missing.txt", *board)
    assert (run.code, run.out) == (2, "")


def test_a_line_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    listed = tmp_path / "r.txt"
    listed.write_text("numpy<2\n" * 20_000)
    assert len(read_project((), [str(listed)]).asked) == 1


def test_a_file_that_asks_for_nothing_says_so(tmp_path: Path) -> None:
    listed = tmp_path / "r.txt"
    listed.write_text("# nothing\n")
    assert read_project((), [str(listed)]).left == (
        f"{listed} asks for nothing, so any runtime will do",
    )


@pytest.mark.parametrize(
    "line",
    [
        "tflite-runtime @ https://index.example/any.whl",
        "tflite_runtime @ git+https://index.example/x ; python_version > '3'",
        "https://index.example/tflite_runtime-2.14.0-cp311-cp311-linux_aarch64.whl",
        "./tflite_runtime-2.14.0-cp311-cp311-linux_aarch64.whl",
    ],
)
def test_a_runtime_with_an_address_of_its_own_is_not_known(tmp_path: Path, line: str) -> None:
    """Another runtime fits, which was not asked for."""
    listed = tmp_path / "r.txt"
    listed.write_text(f"{line}\nnumpy<2\n")
    answer = api.resolve(pi4(), read_project((), [str(listed)]))
    assert isinstance(answer, Impossible)
    assert not answer.is_known
    assert "from an address of its own, which was not read" in answer.message
    listed.write_text(f"{line}\nai-edge-litert\n")
    beside = api.resolve(pi4(), read_project((), [str(listed)]))
    assert isinstance(beside, Plan)
    assert list(beside.unchecked) == ["tflite-runtime"]
