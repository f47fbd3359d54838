"""The one command that a result ends with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pidoctor.asked import Asked
from pidoctor.envelope import Written
from pidoctor.profile.environment import UNKNOWN
from pidoctor.report.conclusion import conclude, concluded
from pidoctor.resolve.plan import Impossible
from pidoctor.result import Finding, Severity
from tests.cli.program import pidoctor
from tests.unit.report.samples import SAMPLES, failed_proof
from tests.unit.report.state_samples import STATES

ASKED = Asked("tensorflow", more=("--venv", "tf"), further=("--beyond-tags", "--replace"))


@pytest.mark.parametrize(
    ("asked", "again"),
    [
        (ASKED, "pidoctor install tensorflow --venv tf --beyond-tags --replace"),
        (
            ASKED._replace(flags=("--beyond-tags",)),
            "pidoctor install tensorflow --venv tf --beyond-tags --replace",
        ),
    ],
)
def test_an_install_that_failed_is_tried_again(asked: Asked, again: str) -> None:
    result = SAMPLES["install-failed"]
    assert result.outcome is not None
    no_answer = Finding("network-timeout", Severity.ERROR, "No answer.", "pip")
    stopped = replace(result.outcome, findings=(no_answer,), proof=None)
    assert (
        concluded(
            replace(result, outcome=stopped, findings=stopped.findings, next=None, asked=asked)
        ).next
        == again
    )


def test_a_run_that_ended_badly_is_not_tried_again() -> None:
    result = SAMPLES["install-failed"]
    assert result.outcome is not None
    died = Finding("proof-failed", Severity.ERROR, "It died.", "SIGILL")
    stopped = replace(result.outcome, findings=(died,), proof=failed_proof())
    found = concluded(
        replace(result, outcome=stopped, findings=stopped.findings, next=None, asked=ASKED)
    ).next
    assert found == "pidoctor explain tensorflow --venv tf"


def test_a_lock_for_uv_is_installed_by_uv() -> None:
    written = replace(SAMPLES["lock"], written=Written(output="my lock/pylock.toml"))
    assert conclude(written).next == (
        "sudo apt-get install -y python3-numpy && "
        "uv venv --python /usr/bin/python3 --system-site-packages .venv && "
        "uv pip install --python .venv -r 'my lock/pylock.toml'"
    )


def test_a_problem_of_another_machine_has_a_next_command_too() -> None:
    capture = Path(__file__).parents[2] / "machines/pi4-ubuntu-22.04/capture.json"
    run = pidoctor("check", "--capture", str(capture), "--json").json
    assert run["verdict"].endswith(
        "once 1 problem is solved; the next command is for that machine."
    )
    assert run["next"] == "sudo apt-get install -y python3-venv"


def test_what_is_installed_is_not_said_to_fit_once_something_else_is_solved() -> None:
    result = STATES["check-to-be-solved"]
    assert " fits this machine once 1 problem is solved." in str(conclude(result).verdict)
    there = replace(STATES["check-installed"], findings=result.findings, exit_code=1)
    verdict = str(conclude(there).verdict)
    assert verdict.endswith(" is installed already; 1 problem is to be solved.")
    assert conclude(there).next == conclude(result).next


def test_no_command_names_an_environment_that_is_not_there() -> None:
    refused = replace(SAMPLES["explain"], command="install", verdict=None, next=None)
    assert isinstance(refused.resolution, Impossible)
    assert refused.profile is not None
    gone = replace(refused.profile, environment=UNKNOWN)
    alone = replace(refused.resolution, changes=())
    asked = Asked("tensorflow", more=("--venv", "new", "--python", "3.9"))
    told = concluded(replace(refused, profile=gone, resolution=alone, asked=asked))
    assert told.next == "pidoctor explain tensorflow --python 3.9"
