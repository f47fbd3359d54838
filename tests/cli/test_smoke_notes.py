"""A proof of one interface says what is known of the runtime's other one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from venv import create

import pytest

from pidoctor.cli.smoke import _aimed, _other_interfaces
from pidoctor.probe import machine
from pidoctor.probe.environment_choice import EnvironmentChoice
from pidoctor.probe.probed import ProbeResult
from pidoctor.profile.named_targets import target
from pidoctor.proof.proof import Death, Proof
from pidoctor.result import Remedy
from tests.cli.program import pidoctor
from tests.unit.report.samples import SAMPLES
from tests.unit.resolve.test_present import board, package

_HERE = EnvironmentChoice("", False, None, "it is a test", False)


def told(monkeypatch: pytest.MonkeyPatch, where: str, version: str) -> list[str]:
    monkeypatch.setattr(machine, "probe", lambda *_, **__: ProbeResult(target(where), ()))
    proof = SAMPLES["install"].proof
    assert isinstance(proof, Proof)
    passed = replace(proof, runtime="ai-edge-litert", version=version)
    return [finding.message for finding in _other_interfaces(_HERE, passed)]


def test_smoke_says_that_compiled_model_dies_here(monkeypatch: pytest.MonkeyPatch) -> None:
    [message] = told(monkeypatch, "pi4/bookworm-64", "2.3.0")
    assert message.startswith("The CompiledModel API of ai-edge-litert 2.3.0 ends with an illegal")
    assert "or ai-edge-litert==2.1." in message


def test_smoke_says_that_compiled_model_lacks_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    [message] = told(monkeypatch, "pi5/bookworm-64", "2.1.6")
    assert "the module ml_dtypes is missing" in message


@pytest.mark.parametrize(
    ("where", "version"), [("pi5/bookworm-64", "2.3.0"), ("pi4/bookworm-64", "2.1.1")]
)
def test_nothing_where_it_runs(monkeypatch: pytest.MonkeyPatch, where: str, version: str) -> None:
    assert told(monkeypatch, where, version) == []


def test_an_environment_without_a_runtime_is_told_the_install(tmp_path: Path) -> None:
    venv = str(tmp_path / "env")
    create(venv, with_pip=False)
    run = pidoctor("smoke", "--venv", venv)
    assert run.code == 1
    assert run.out.startswith("x None of ai-edge-litert, tflite-runtime, tensorflow is installed")
    assert "Proof" not in run.out
    assert f"pidoctor install --venv {venv}\n" in re.sub(r"\s*\\\n\s*", " ", run.out)
    named = pidoctor("smoke", "--venv", venv, "--runtime", "tensorflow", "--json").json
    assert named["verdict"] == "tensorflow is not installed in this environment."
    assert named["next"] == f"pidoctor install tensorflow --venv {venv}"


def test_a_numpy_that_is_missing_is_installed_by_what_knows_which_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """pip alone brings the newest, with which this runtime crashes."""
    alone = board(package("tflite-runtime", "2.14.0", numpy=1))
    monkeypatch.setattr(machine, "probe", lambda *_, **__: ProbeResult(alone, ()))
    proof = SAMPLES["install"].proof
    assert isinstance(proof, Proof)
    plain = Remedy("Install it.", ("python3 -m pip install numpy",))
    death = Death("module-not-installed", None, "import", None, "numpy", "It failed.", "", plain)
    died = replace(proof, runtime="tflite-runtime", version="2.14.0", death=death)
    aimed = _aimed(died, _HERE, "/usr/bin/python3").death
    assert aimed is not None
    assert aimed.remedy is not None
    assert aimed.remedy.commands == ("pidoctor install tflite-runtime==2.14.0",)
