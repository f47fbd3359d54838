"""One question has one answer, whichever command is asked, in text and in JSON."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

import pidoctor as pidoctor_package

from .program import pidoctor

TARGETS = (
    "pi4-4gb/bookworm-64",
    "pi4-4gb/bookworm-32",
    "pi5-8gb/trixie-64/py3.14",
    "pi-zero-w/bookworm-32",
)
#: What is asked about which machine: every runtime, versions, ranges, other names, other boards,
#: systems and Pythons; about half of them can be had.
QUESTIONS = (
    *((asked, target) for target in TARGETS[:2] for asked in ("auto", "tensorflow")),
    ("auto", "pi5-8gb/trixie-64/py3.14"),
    ("auto", "jetson-nano/jetpack4-64"),
    ("auto", "pi4/alpine-64"),
    ("auto", "pi2/bullseye-32"),
    ("auto", "beaglebone-black/bookworm-32"),
    ("tensorflow", "pi-zero-2w-512mb/bookworm-64"),
    ("tensorflow", "coral-dev-board"),
    ("tensorflow", "pi-zero-w/bookworm-32"),
    ("tensorflow<2", "pi2/bullseye-32"),
    ("tensorflow==2.15.0", "orange-pi-5/ubuntu-22.04-64/py3.10"),
    ("tensorflow-cpu", "pi5-16gb/ubuntu-24.04-64"),
    ("tensorflow-lite", "pi4/trixie-32"),
    ("keras", "rock-5b/bookworm-64"),
    ("keras", "pi4-4gb/bookworm-32"),
    ("tf-nightly", "pi5-8gb/trixie-64/py3.13"),
    ("tflite-runtime", "pi4/buster-32"),
    ("tflite-runtime", "pi5-8gb/trixie-64"),
    ("tflite-runtime==2.14.0", "pi4-2gb/ubuntu-22.04-64"),
    ("tflite-runtime>=2.12,<2.14", "pi3/bullseye-64"),
    ("ai-edge-litert", "pi3/bookworm-32"),
    ("ai-edge-litert==2.1.0", "pi-zero-2w-512mb/bookworm-64"),
    ("ai-edge-litert==2.1.0", "pi5-8gb/trixie-64/py3.14"),
    ("ai-edge-litert-nightly", "pi4/ubuntu-20.04-64"),
)


READ_AS_ANOTHER = {"auto", "keras", "tensorflow-cpu", "tensorflow-lite"}
"""What check and explain read as another package; pip, and so its log, takes the name itself."""


def answer(command: str, *words: str) -> Any:
    return pidoctor(command, *words, "--json").json


@pytest.mark.parametrize(("asked", "target"), QUESTIONS)
def test_check_explain_lock_and_matrix_agree(asked: str, target: str) -> None:
    where = (asked, "--target", target)
    check, explain, lock = (answer(command, *where) for command in ("check", "explain", "lock"))
    assert check["resolution"] == explain["resolution"] == lock["resolution"]
    status = check["resolution"]["status"]
    stopped = any(finding["severity"] == "error" for finding in check["findings"])
    assert explain["exit_code"] == 0
    assert lock["exit_code"] == (0 if status == "plan" else 1)
    assert check["exit_code"] == (1 if stopped else lock["exit_code"])
    if stopped and status == "plan":  # the packages fit; what hinders is a matter of the machine
        assert check["verdict"].startswith(explain["verdict"].rstrip(".") + " once ")
    else:
        assert check["verdict"] == explain["verdict"]
        read_as = ("tensorflow", "keras") if asked == "keras" else (asked,)
        more = shlex.join(["pidoctor", "explain", *read_as, "--target", target])
        assert check["next"] == (explain["next"] or more)
    if status == "impossible":
        assert lock["verdict"] == check["verdict"]
    for found in (check, explain):
        said = " ".join(pidoctor(found["command"], *where).out.split())
        assert " ".join(found["verdict"].split()) in said
    rows = answer("matrix", asked, "--boards", target.split("/", maxsplit=1)[0])["matrix"]
    for row in rows:
        if row["target"] == target:
            assert row["status"] == status


@pytest.mark.parametrize("target", TARGETS[:2])
def test_a_project_is_the_same_question(target: str, tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("tflite-runtime\nnumpy\n")
    of_file = [answer(c, "-r", str(path), "--target", target) for c in ("check", "explain", "lock")]
    named = answer("check", "tflite-runtime", "--target", target)["resolution"]
    assert of_file[0]["resolution"] == of_file[1]["resolution"] == of_file[2]["resolution"]
    found = of_file[0]["resolution"]
    assert {p["name"]: p["version"] for p in found["packages"]} == {
        p["name"]: p["version"] for p in named["packages"]
    }


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        *((asked, "pi5-8gb/trixie-64") for asked in ("tflite-runtime", "ai-edge-litert")),
        *(each for each in QUESTIONS if each[0] not in READ_AS_ANOTHER and "==" not in each[0]),
    ],
)  # asked for one version, pip names the others
def test_triage_and_explain_agree_on_what_cannot_be_had(
    asked: str, target: str, tmp_path: Path
) -> None:
    log = tmp_path / "pip.log"
    log.write_text(
        f"$ pip install {asked}\nERROR: Could not find a version that satisfies the requirement "
        f"{asked} (from versions: none)\nERROR: No matching distribution found for {asked}\n"
    )
    possible = answer("explain", asked, "--target", target)["resolution"]["status"] == "plan"
    causes = [d["cause"] for d in answer("triage", str(log), "--target", target)["diagnoses"]]
    of_the_machine = {
        "no-wheel-for-python", "python-too-new", "python-too-old", "no-wheel-for-arch",
        "no-wheel-for-32bit-os", "32bit-userland-on-64bit-kernel", "no-wheel-for-glibc",
    }  # fmt: skip
    assert (causes[0] in of_the_machine) == (not possible), causes


MODEL = Path(pidoctor_package.__file__).parent / "proof" / "models" / "float32.tflite"


@pytest.mark.parametrize("target", [TARGETS[1], TARGETS[2], "pi4/bookworm-32/py3.12"])
def test_model_lists_the_runtimes_that_explain_has_a_plan_for(target: str) -> None:
    found = answer("model", str(MODEL), "--target", target)["model"]
    listed = {row["name"] for row in found["runtimes"]} if found else set()
    for name in ("tflite-runtime", "ai-edge-litert", "tensorflow"):
        status = answer("explain", name, "--target", target)["resolution"]["status"]
        assert (status == "plan") == (name in listed), name


@pytest.mark.parametrize("asked", ["tflite-runtime==2.99", "tensorflow==2.3"])
def test_install_says_what_check_says(asked: str) -> None:
    check, install = answer("check", asked), answer("install", asked, "--dry-run")
    for key in ("verdict", "next", "exit_code"):
        assert check[key] == install[key]
    assert check["resolution"] == install["resolution"]


@pytest.mark.parametrize(
    "asked",
    ["auto", "tensorflow", "tensorflow==2.15.0", "tflite-runtime", "tflite-runtime>=2.12,<2.14",
     "ai-edge-litert==2.1.0", "keras", "tensorflow-cpu"],
)  # fmt: skip
def test_install_carries_out_the_plan_of_check_and_explain(asked: str) -> None:
    by_command = {
        command: answer(command, asked, *more)
        for command, more in (("check", ()), ("explain", ()), ("install", ("--dry-run",)))
    }
    plans = {command: found["resolution"] for command, found in by_command.items()}
    assert plans["install"] == plans["check"] == plans["explain"], asked


def test_a_version_that_the_index_does_not_hold_could_not_be_checked() -> None:
    asked, there = "tflite-runtime==2.99", ("--target", TARGETS[1])
    codes = {name: answer(name, asked, *there)["exit_code"] for name in ("check", "lock")}
    assert codes == {"check": 3, "lock": 3}
    assert answer("check", "tensorflow==2.3", *there)["exit_code"] == 1
    assert pidoctor("check", asked, *there).out.startswith("? ")
    several = answer("check", asked, "numpy", *there)["verdict"]
    assert several.startswith(f"Whether {asked} with numpy runs on {TARGETS[1]} could not be")


@pytest.mark.parametrize(
    ("configuration", "environment", "said", "code"),
    [
        ("[global\nindex-url = x\n", {}, "pip-configuration-broken", 1),
        ("", {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}, "no-index", 1),
        ("[global]\nno-index = yes\nfind-links = .\n", {"PIP_FIND_LINKS": ""}, "no-index", 1),
        ("", {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "https://index.example"}, "no-index", 0),
        ("", {}, None, 0),
    ],
)
def test_install_says_of_pips_configuration_what_check_says(
    configuration: str,
    environment: dict[str, str],
    said: str | None,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PIP_NO_INDEX", raising=False)
    (tmp_path / "pip.conf").write_text(configuration)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "no wheel is kept here"))
    for name, value in {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf"), **environment}.items():
        monkeypatch.setenv(name, value)
    check, install = answer("check", "auto"), answer("install", "auto", "--dry-run")
    found = [
        [f for f in of["findings"] or () if f["id"] in ("pip-configuration-broken", "no-index")]
        for of in (check, install)
    ]
    assert [f["id"] for f in found[0]] == [f["id"] for f in found[1]] == ([said] if said else [])
    assert (check["exit_code"] if code else 0) == install["exit_code"] == code
    assert check["next"] == install["next"]


def test_what_an_install_was_asked_with_is_in_the_command_that_carries_it_out(
    tmp_path: Path,
) -> None:
    words = ("install", "tflite-runtime", "--replace", "--wheels", str(tmp_path))
    assert answer(*words, "--dry-run")["next"] == f"pidoctor {' '.join(words)}"


def test_quiet_is_the_answer_alone() -> None:
    wanted = ("tensorflow", "--target", "pi4-4gb/bookworm-32", "--quiet")
    told = (
        "No version of tensorflow has a wheel for 32-bit ARM (armv7l); the kernel is\n"
        "64-bit, but Python is not. .tflite models run there with tflite-runtime 2.14.0.\n"
    )
    assert pidoctor("lock", *wanted).out == pidoctor("explain", *wanted).out == told
    assert [line[2:] for line in pidoctor("check", *wanted).out.splitlines()] == [
        "No version of tensorflow has a wheel for 32-bit ARM (armv7l); the kernel is",
        "64-bit, but Python is not. .tflite models run there with tflite-runtime",
        "2.14.0.",
        "Next:",
        "  pidoctor lock tflite-runtime --target pi4-4gb/bookworm-32 -o \\",
        "      requirements.txt",
    ]


def test_the_install_that_is_named_repeats_the_options_of_the_question() -> None:
    for command in ("check", "explain"):
        asked = answer(command, "auto", "--offline", "--python", sys.executable)
        assert asked["resolution"]["status"] == "plan"
        wanted = f"pidoctor install --python {sys.executable} --offline"
        assert asked["next"] == wanted


def test_what_an_install_refuses_over_stops_check_and_the_dry_run_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state folder is a link, in which nothing is used."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "precious").mkdir()
    (tmp_path / ".venv.pidoctor").symlink_to("precious")
    for command in (("check",), ("check", "-q"), ("install", "--dry-run")):
        run = pidoctor(*command)
        said = " ".join(run.out.split())
        assert run.code == 1
        assert "1 problem is solved. Next: pidoctor recover" in said
    assert pidoctor("install", "--yes").code == 1
