"""Room and memory: check and install judge by the same numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pidoctor import api
from pidoctor.checks.case import Case
from pidoctor.checks.memory import too_little
from pidoctor.checks.storage import disk
from pidoctor.install import checks
from pidoctor.install.base_python import WorkingPython
from pidoctor.install.failure import InstallError
from pidoctor.install.recipe import Job, make_recipe
from pidoctor.install.wheelhouse import Cache
from pidoctor.probe.probed import ProbeResult
from pidoctor.profile.fact import Fact
from pidoctor.readiness.space import PIP_MEMORY, Kept
from pidoctor.report.conclusion import errors
from pidoctor.resolve.plan import Pin, Plan
from pidoctor.result import Remedy
from tests.profiles import changed, pi4
from tests.unit.install.test_recipe import wheel

MB = 1_000_000
PYTHON = "/usr/bin/python3"
WHEELS = (
    wheel("ai_edge_litert-1.3.0-cp311-cp311-manylinux_2_17_aarch64.whl", 21 * MB),
    wheel("numpy-2.2.6-cp311-cp311-manylinux_2_17_aarch64.whl", 17 * MB),
)
PINS = tuple(Pin(w.name, w.version, "index", w, "", False, ()) for w in WHEELS)
PLAN = Plan("auto", "ai_edge_litert", "", PYTHON, PINS, (), ())


@pytest.mark.parametrize("free", [n * MB for n in (100, 165, 180, 190, 210, 250, 1000)])
def test_the_same_answer_for_every_size(
    free: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pidoctor.install import recipe

    python = WorkingPython(PYTHON, "3.11.2", "/usr", "/usr", "23.0", True, True, (), {})
    monkeypatch.setattr(recipe, "ask", lambda _: python)
    monkeypatch.setattr(recipe, "uv_for", lambda _: None)
    monkeypatch.setattr(checks, "free_bytes", lambda _: free)
    made = make_recipe(Job(PLAN, tmp_path / ".venv", PYTHON, cache=Cache(tmp_path / "cache")))
    found = list(disk(Case(changed(pi4(), storage_target_free=free), PLAN)))
    if not found:
        checks.check_space(made, lambda _: None)
        return
    with pytest.raises(InstallError) as refused:
        checks.check_space(made, lambda _: None)
    assert refused.value.finding.id == found[0].id == "no-space-left"
    assert refused.value.finding.message == found[0].message


def test_wheels_that_are_here_need_no_download() -> None:
    here = Kept({WHEELS[0].sha256})
    tight = changed(pi4(), storage_target_free=200 * MB)
    assert list(disk(Case(tight, PLAN)))
    assert not list(disk(Case(tight, PLAN, kept=lambda _: here)))


def test_the_kept_wheels_are_named_where_removing_them_helps() -> None:
    tight, here = changed(pi4(), storage_target_free=60 * MB), {wheel.sha256 for wheel in WHEELS}

    def remedy(kept: Kept) -> Remedy:
        (finding,) = disk(Case(tight, PLAN, kept=lambda _: kept))
        return finding.remedy or Remedy("")

    much = remedy(Kept((), "/c/w", 900 * MB))
    own = remedy(Kept(here, "/c/w", 38 * MB))
    both = remedy(Kept(here, "/c w", 90 * MB))  # 52 MB more than the plan's own
    assert much.commands[0] == "rm -r /c/w"
    assert much.text.endswith("kept from earlier installs take 900 MB; removing them is enough.")
    assert own.commands[0].startswith("sudo apt-get")  # they would only be downloaded again
    assert both.commands[-1] == "rm -r '/c w'"
    assert both.text.endswith("take 90 MB; removing them is not enough alone.")


@pytest.mark.parametrize("available", [20 * MB, PIP_MEMORY - 1, PIP_MEMORY, 500 * MB])
def test_the_same_memory(available: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "available_bytes", lambda _: available)
    machine = changed(pi4(), memory_available=available, memory_swap=0)
    found = list(too_little(Case(machine, PLAN)))
    if not found:
        checks.check_memory()
        return
    with pytest.raises(InstallError) as refused:
        checks.check_memory()
    assert refused.value.finding.message == found[0].message


def test_memory_and_swap_are_taken_together() -> None:
    half = PIP_MEMORY // 2 + 1
    enough = changed(pi4(), memory_available=half, memory_swap=half)
    assert not list(too_little(Case(enough, PLAN)))


def test_swap_of_which_nothing_is_known_counts_as_none() -> None:
    for available, short in ((PIP_MEMORY - 1, True), (PIP_MEMORY, False)):
        machine = changed(pi4(), memory_available=available, memory_swap=Fact.absent("/proc/swaps"))
        assert bool(list(too_little(Case(machine, PLAN)))) == short


def test_a_dry_run_foresees_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pidoctor.install import recipe

    python = WorkingPython(PYTHON, "3.11.2", "/usr", "/usr", "23.0", True, True, (), {})
    monkeypatch.setattr(recipe, "ask", lambda _: python)
    monkeypatch.setattr(recipe, "uv_for", lambda _: None)
    monkeypatch.setattr(checks, "free_bytes", lambda _: MB)
    made = make_recipe(Job(PLAN, tmp_path / "new/.venv", PYTHON, cache=Cache(tmp_path / "cache")))
    assert [found.id for found in checks.foreseen(made)] == ["no-space-left"]
    made.place.previous.mkdir(parents=True)  # what an install removes before it refuses
    assert checks.foreseen(made) == ()


def test_a_full_disk_is_no_reason_why_a_wheel_does_not_fit() -> None:
    here = changed(pi4(), storage_target_free=MB)
    found = api.check(ProbeResult(here, ()), "auto")
    assert found.plan is not None
    assert [it.id for it in errors(found)] == ["no-space-left"]
