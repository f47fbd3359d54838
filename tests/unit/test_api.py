"""pidoctor for programs: the same answers as on the command line, as values."""

from __future__ import annotations

import doctest
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pidoctor as package
from pidoctor import api
from pidoctor.decoding import encode
from pidoctor.errors import UsageError
from pidoctor.help import page_text
from pidoctor.probe.probed import ProbeResult
from pidoctor.profile.fact import Fact
from pidoctor.resolve.plan import Impossible, Plan
from tests.cli.program import pidoctor
from tests.profiles import changed, pi4
from tests.tools.model_builder import one_operator

TARGET = "pi4-4gb/bookworm-32"
FULLY_CONNECTED = 9  # schema.fbs, BuiltinOperator


def test_the_answers_are_those_of_the_command_line() -> None:
    machine = api.probe(target=TARGET)
    printed = pidoctor("check", "tensorflow", "--target", TARGET, "--json").json
    result = api.check(machine, "tensorflow")
    assert result.exit_code == printed["exit_code"] == 1
    assert [finding.id for finding in result.findings or ()] == [
        finding["id"] for finding in printed["findings"]
    ]
    assert result.resolution is not None
    assert encode(result.resolution) == printed["resolution"]
    assert result.verdict == printed["verdict"]
    assert result.verdict is not None
    assert result.verdict.startswith("No version of tensorflow has a wheel for 32-bit ARM")
    answer = api.resolve(machine.profile)
    assert isinstance(answer, Plan)
    assert answer.runtime == "tflite-runtime"
    assert isinstance(api.resolve(machine.profile, "tensorflow"), Impossible)


def test_the_changes_name_the_commands_for_the_machine_that_was_asked_about() -> None:
    """For another machine a file that installs it there, and not an install here."""
    answer = api.resolve(api.probe(target=TARGET).profile, "tensorflow")
    printed = pidoctor("explain", "tensorflow", "--target", TARGET, "--json").json
    assert [change.command or None for change in answer.changes] == [
        change["command"] for change in printed["resolution"]["changes"]
    ]
    assert answer.changes[0].command.startswith("pidoctor lock ")


def test_the_page_about_it_shows_what_happens() -> None:
    model = Path(package.__file__).parent / "proof/models/int8.tflite"
    shown = doctest.DocTestParser().get_doctest(
        re.sub(r"^```.*$", "", page_text("api"), flags=re.MULTILINE),
        {"model": model},
        "help/api.md",
        None,
        None,
    )
    assert len(shown.examples) >= 20
    kinds = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL | doctest.REPORT_NDIFF
    failed = io.StringIO()
    doctest.DocTestRunner(optionflags=kinds).run(shown, out=failed.write)
    assert failed.getvalue() == ""


def test_a_c_library_that_was_not_found_is_not_one_that_refuses() -> None:
    unknown: Fact[str] = Fact.absent("the loader", "not found")
    machine = changed(pi4(), system_libc_version=unknown, system_libc=unknown)
    result = api.check(ProbeResult(machine, ()))
    assert result.exit_code == 3
    assert result.verdict is not None
    assert "could not be checked" in result.verdict
    assert "the C library of the machine is not known" in result.verdict
    assert "does not run" not in result.verdict


def test_a_capture_is_probed_like_a_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert pidoctor("capture").code == 0
    captured = api.probe(capture=tmp_path / "pidoctor-capture.json")
    here = api.probe().profile.system
    assert captured.profile.system.libc_version.value == here.libc_version.value


def test_a_log_as_a_file_or_as_bytes(tmp_path: Path) -> None:
    log = b"error: externally-managed-environment\n"
    (tmp_path / "install.log").write_bytes(log)
    for given in (log, tmp_path / "install.log", str(tmp_path / "install.log")):
        (diagnosis,) = api.diagnose(given)
        assert diagnosis.cause == "externally-managed-environment"


def test_a_model_is_answered_for_a_machine_as_on_the_command_line(tmp_path: Path) -> None:
    model = tmp_path / "detect.tflite"
    model.write_bytes(one_operator(FULLY_CONNECTED, 12))
    printed = pidoctor("model", str(model), "--target", TARGET, "--json").json["model"]
    answer = api.inspect_model(model, api.probe(target=TARGET).profile)
    assert answer.best is not None
    assert answer.best.verdict.verdict == printed["verdict"] == "cannot"
    assert [change.kind for change in answer.changes] == [it["kind"] for it in printed["changes"]]
    with pytest.raises(UsageError, match=r"detect\.h5"):
        api.inspect_model(tmp_path / "detect.h5", api.probe(target=TARGET).profile)


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({"target": TARGET, "root": "/"}, "name one machine"),
        ({"target": "pi9/bookworm-64"}, "pi9"),
        ({"target": TARGET, "venv": "x"}, "--venv is for this machine"),
        ({"root": "/nonexistent"}, "not a directory"),
        ({"venv": "/nonexistent/venv"}, "no virtual environment here"),
    ],
)
def test_a_wrong_request_is_one_line(places: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        api.probe(**places)
    assert "\n" not in str(caught.value)


def test_importing_it_is_free() -> None:
    listing = "[m for m in sys.modules if m.startswith('pidoctor.')]"
    argv = [sys.executable, "-c", f"import sys, pidoctor.api; print({listing})"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['pidoctor.api']"
