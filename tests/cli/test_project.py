"""``pidoctor check`` in the folder of a project, and about several machines at once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import pidoctor as package
from pidoctor.catalog.accelerators import load_accelerators
from pidoctor.model.content import operator_names
from tests.cli.program import pidoctor
from tests.tools.model_builder import one_operator

MODEL = Path(package.__file__).parent / "proof/models/float32.tflite"
TARGETS = ("--target", "pi4-4gb/bookworm-64", "--target", "pi-zero-w/bookworm-32")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_target_is_answered_and_the_first_that_fails_named() -> None:
    run = pidoctor("check", "tflite-runtime", *TARGETS)
    assert run.code == 1
    assert run.out.splitlines()[0].startswith("x 1 of 2 machines fails; the first is pi-zero-w/")
    assert "+ tflite-runtime 2.14.0 fits pi4-4gb/bookworm-64." in run.out
    answer = pidoctor("check", "tflite-runtime", *TARGETS, "--json").json
    assert [each["place"] for each in answer["answers"]] == list(TARGETS[1::2])
    assert [each["exit_code"] for each in answer["answers"]] == [0, 1]
    assert [each["resolution"]["status"] for each in answer["answers"]] == ["plan", "impossible"]
    assert answer["next"] == "pidoctor explain tflite-runtime --target pi-zero-w/bookworm-32"
    assert any(f["message"].startswith("pi-zero-w/bookworm-32: ") for f in answer["findings"])


def test_what_could_not_be_checked_is_not_told_as_failed() -> None:
    """Of numpy 1.26 on 32 bits only piwheels can tell, which is not asked."""
    Path("r.txt").write_text("tflite-runtime\nnumpy==1.26.4\n", encoding="utf-8")
    unknown = ("--target", "pi4-4gb/bookworm-32")
    run = pidoctor("check", "-r", "r.txt", *TARGETS, *unknown, "-q", "--offline")
    told = "1 of 3 machines fails; the first is pi-zero-w/bookworm-32, and 1 could not be checked."
    assert (run.code, told in " ".join(run.out.split())) == (1, True)
    run = pidoctor("check", "-r", "r.txt", *TARGETS[:2], *unknown, "--offline")
    told = "1 of 2 machines could not be checked; the first is pi4-4gb/bookworm-32."
    assert (run.code, told in " ".join(run.out.split())) == (3, True)
    settings = 'requirements = ["tflite-runtime", "pillow"]\ntargets = ["pi4-4gb/bookworm-32"]\n'
    Path("pidoctor.toml").write_text(settings, encoding="utf-8")
    run = pidoctor("check", "--offline")
    told = "Whether what pidoctor.toml asks for runs on pi4-4gb/bookworm-32 could not be checked"
    assert told in " ".join(run.out.split())


def test_machines_that_all_fit_are_fine() -> None:
    run = pidoctor("check", "-q", TARGETS[0], TARGETS[1], "--target", "pi5-8gb/trixie-64")
    assert run.code == 0
    assert run.out.endswith("+ All 2 machines fit: pi4-4gb/bookworm-64, pi5-8gb/trixie-64.\n")


def test_the_same_target_twice_is_asked_about_once() -> None:
    one = pidoctor("check", "--target", TARGETS[1])
    assert one.out == pidoctor("check", "--target", TARGETS[1], "--target", TARGETS[1]).out


@pytest.mark.parametrize("form", ["github", "junit", "sarif", "markdown"])
def test_the_forms_say_where(form: str) -> None:
    run = pidoctor("check", "tflite-runtime", *TARGETS, "--format", form)
    assert run.code == 1
    place = "pi-zero-w/bookworm-32"
    assert place in run.out
    if form == "junit":
        assert f'<failure message="{place}: ' in run.out
    if form == "sarif":
        results = json.loads(run.out)["runs"][0]["results"]
        assert any(result["message"]["text"].startswith(f"{place}: ") for result in results)


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "auto", *TARGETS),
        ("lock", *TARGETS),
        ("check", "--capture", "a", "--capture", "b"),
        ("smoke", "--venv", "a", "--venv", "b"),
        ("bench", "a.tflite", "--threads", "1", "--threads", "2"),
        ("matrix", "--boards", "pi4", "--boards", "pi5"),
        ("fleet", "report", "a", "--html", "b", "--html", "c"),
    ],
)
def test_a_second_value_is_refused_where_one_is_meant(words: tuple[str, ...]) -> None:
    run = pidoctor(*words)
    assert run.code == 2
    assert "is given twice" in run.err


def test_a_project_is_answered_for_its_targets_and_this_machine(here: Path) -> None:
    shutil.copy(MODEL, here / "my.tflite")
    (here / "pidoctor.toml").write_text(
        'requirements = ["tflite-runtime"]\n'
        'models = ["my.tflite"]\n'
        'targets = ["pi4-4gb/bookworm-64", "pi5-8gb/bookworm-64"]\n'
        'accelerators = ["coral-pcie"]\n'
    )
    run = pidoctor("check", "--json")
    answers = {each["place"]: each for each in run.json["answers"]}
    assert list(answers) == ["pi4-4gb/bookworm-64", "pi5-8gb/bookworm-64", "this machine"]
    assert answers["pi4-4gb/bookworm-64"]["exit_code"] == 0
    large_pages = answers["pi5-8gb/bookworm-64"]
    assert large_pages["exit_code"] == 1
    wanted = next(f for f in large_pages["findings"] if f["id"] == "accelerator-wanted")
    assert "16 KiB" in wanted["message"]
    row = next(row for row in load_accelerators() if row.id == "coral-pcie")
    assert wanted["link"] == row.sources[0] != row.sources[-1]
    assert "pidoctor.toml" in run.err
    one = pidoctor("check", "--target", "pi4-4gb/bookworm-64", "--json").json
    assert one["answers"] is None
    assert one["resolution"]["runtime"] == "tflite-runtime"


def test_words_stand_before_settings(here: Path) -> None:
    (here / "pidoctor.toml").write_text('requirements = ["tensorflow"]\n')
    asked = pidoctor("explain", "--target", TARGETS[1], "--json").json
    assert asked["resolution"]["runtime"] == "tensorflow"
    other = pidoctor("explain", "auto", "--target", TARGETS[1], "--json").json
    assert other["resolution"]["runtime"] == "ai-edge-litert"


def test_several_requirements_of_settings_are_named_by_their_file(here: Path) -> None:
    (here / "pidoctor.toml").write_text('requirements = ["tflite-runtime", "numpy>=2"]\n')
    run = pidoctor("check", "--target", TARGETS[1])
    assert run.code == 1
    assert "What pidoctor.toml asks for does not run on" in run.out
    assert f"Next: pidoctor explain --target {TARGETS[1]}" in run.out


def test_faults_are_a_line_each(here: Path) -> None:
    (here / "pidoctor.toml").write_text('targets = ["pi9/x"]\nmodels = ["no.tflite"]\n')
    run = pidoctor("check")
    assert (run.code, run.out) == (2, "")
    assert [line.split(":")[:3] for line in run.err.splitlines()] == [
        ["pidoctor", " pidoctor.toml", " models[0]"],
        ["pidoctor", " pidoctor.toml", " targets[0]"],
    ]


def test_nothing_is_installed_from_a_file_of_somebody_else(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "pidoctor.toml").write_text('requirements = ["tflite-runtime"]\n')
    monkeypatch.setattr(
        "pidoctor.requirements.settings.ProjectSettings.is_mine", property(lambda _: False)
    )
    run = pidoctor("install", "--dry-run")
    assert run.code == 2
    assert "belongs to another user" in run.err
    assert pidoctor("check", "-q", "--target", TARGETS[1]).code == 0


def test_one_runtime_must_run_all_models(here: Path) -> None:
    shutil.copy(MODEL, here / "a.tflite")
    shutil.copy(MODEL.with_name("int8.tflite"), here / "b.tflite")
    words = ("check", "--model", "a.tflite", "--model", "b.tflite", "--target", TARGETS[1])
    assert pidoctor(*words).code == 0
    number = operator_names().index("CUSTOM")
    (here / "b.tflite").write_bytes(one_operator(number, 1, "TFLite_Detection_PostProcess2"))
    refused = pidoctor(*words, "--json")
    assert refused.code == 1
    assert refused.json["findings"][0]["message"].startswith("b.tflite does not run: ")


def test_models_that_no_one_runtime_runs_are_told_apart(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pidoctor.fitting import ModelQuestion

    known = {"a.tflite": ("tflite-runtime", "2.14.0"), "b.tflite": ("ai-edge-litert", "2.3.0")}

    def verdicts(question: ModelQuestion, *_: object) -> dict[tuple[str, str], str]:
        return {it: "runs" for name, it in known.items() if name in question.file.path}

    monkeypatch.setattr(ModelQuestion, "verdicts", verdicts)
    for name in known:
        shutil.copy(MODEL, here / name)
    words = ("check", "--model", "a.tflite", "--model", "b.tflite", "--target", TARGETS[1])
    run = pidoctor(*words, "--json")
    assert run.code == 1
    (found,) = (f for f in run.json["findings"] if f["severity"] == "error")
    assert found["id"] == "models-need-different-runtimes"
    assert "a.tflite with ai-edge-litert" in found["message"]


@pytest.mark.parametrize(
    "text",
    [
        "[project]\nname = 'x'\nrequires-python = '>=3.12'\ndependencies = ['ai-edge-litert']\n",
        "[tool.poetry.dependencies]\npython = '^3.12'\nai-edge-litert = '*'\n",
    ],
)
def test_a_project_for_another_python_does_not_fit(here: Path, text: str) -> None:
    (here / "pyproject.toml").write_text(text)
    asked = ("check", "-r", "pyproject.toml", "--json", "--target", "pi4-4gb/bookworm-64")
    found = pidoctor(*asked).json
    assert found["exit_code"] == 1
    told = "the project asks for Python >=3.12"
    assert told in found["resolution"]["message"].replace("<4,", "")
    assert "Python 3.12" in found["resolution"]["changes"][0]["text"]
    assert pidoctor(*asked[:-1], "pi4-4gb/trixie-64").json["exit_code"] == 0
