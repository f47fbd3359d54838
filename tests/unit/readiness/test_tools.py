"""Whether an environment can be made: check and install give one answer."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from pidoctor.checks.case import Case
from pidoctor.checks.python import venv as venv_check
from pidoctor.install import pip_or_uv as install_tools
from pidoctor.install import recipe
from pidoctor.install.base_python import WorkingPython
from pidoctor.install.failure import InstallError
from pidoctor.install.recipe import Job, make_recipe
from pidoctor.install.wheelhouse import Cache
from pidoctor.probe import payload
from pidoctor.probe.installers import probe_installers
from pidoctor.probe.machine import probe
from pidoctor.readiness.tools import lacking, runs_on
from pidoctor.resolve.plan import Pin, Plan
from tests.unit.host.fake import fake_host
from tests.unit.install.test_recipe import LITERT, NUMPY
from tests.unit.probe.elves import AARCH64, elf

PYTHON, STDLIB, DIST = "/usr/bin/python3", "/usr/lib/python3.11", "/usr/lib/python3/dist-packages"
WHEEL = "pip-23.0.1-py3-none-any.whl"
ANSWERS = {
    "version": "3.11.2",
    "implementation": "cpython",
    "abi": "cp311",
    "prefix": "/usr",
    "base_prefix": "/usr",
    "stdlib": STDLIB,
    "libc": "glibc 2.36",
    "ssl": True,
}
CASES = list(
    itertools.product([True, False], [True, False], ["", "20.3.4", "23.0.1"], [True, False])
)


def machine(venv: bool, ensurepip: bool, pip: str, uv: bool) -> Case:
    files = {PYTHON: elf(AARCH64, 64)}
    if pip:
        files[f"{DIST}/pip/__init__.py"] = f'__version__ = "{pip}"\n'.encode()
    present = [
        *([f"{STDLIB}/venv/__init__.py"] if venv else []),
        *([f"{STDLIB}/ensurepip/__init__.py"] if ensurepip else []),
        *(["/usr/bin/uv"] if uv else []),
        DIST,
    ]
    ask = [PYTHON, "-I", "-", payload.TAG]
    uv_asks = ["/usr/bin/uv", "--no-config", "--offline", "pip", "freeze", "--python", PYTHON]
    commands = [
        {"argv": ask, "returncode": 0, "stdout": f"{payload.TAG} {json.dumps(ANSWERS)}\n"},
        {"argv": [*uv_asks, "--no-cache"], "returncode": 0},
    ]
    folders = {DIST: [], "/usr/share/python-wheels": [WHEEL]}
    host = fake_host(
        files,
        interpreter=PYTHON,
        present=present,
        commands=commands,
        folders=folders,
        environment={"PATH": "/usr/bin"},
        uname={"system": "Linux", "release": "6", "machine": "aarch64"},
    )
    return Case(probe(host, python=PYTHON).profile)


@pytest.mark.parametrize(("venv", "ensurepip", "pip", "uv"), CASES)
def test_check_and_install_agree(
    venv: bool, ensurepip: bool, pip: str, uv: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = (tmp_path / WHEEL,) if ensurepip else ()
    for wheel in wheels:
        wheel.touch()
    python = WorkingPython(PYTHON, "3.11.2", "/usr", "/usr", pip, venv, ensurepip, wheels, {})
    monkeypatch.setattr(recipe, "ask", lambda _: python)
    monkeypatch.setattr(recipe, "uv_for", lambda _: "/usr/bin/uv" if uv else None)
    monkeypatch.setattr(install_tools, "_pip_beside_pidoctor", lambda _: None)
    pins = tuple(Pin(w.name, w.version, "index", w, "", False, ()) for w in (LITERT, NUMPY))
    plan = Plan("auto", "ai_edge_litert", "", PYTHON, pins, (), ())
    try:
        make_recipe(Job(plan, tmp_path / ".venv", PYTHON, cache=Cache(tmp_path / "cache")))
        installs = True
    except InstallError:
        installs = False
    found = list(venv_check(machine(venv, ensurepip, pip, uv)))
    assert installs == (not found)


def test_a_folder_of_metadata_is_no_pip() -> None:
    """pip's dist-info can outlive pip itself, when removing it was interrupted."""
    host = fake_host(folders={DIST: ["pip-24.0.dist-info"]})
    assert probe_installers(host, STDLIB, [DIST]).pip == ""


def test_uv_is_asked_only_where_it_decides() -> None:
    def uv() -> bool:
        raise AssertionError

    assert lacking(True, True, [], uv) is None
    assert lacking(True, False, ["23.0"], uv) is None
    assert lacking(True, False, [], uv) == "no-pip"
    assert lacking(False, True, ["23.0"], uv) == "no-venv"


def test_the_pythons_that_a_pip_runs_on() -> None:
    assert runs_on(">=3.9", "3.11.2")
    assert runs_on("", "3.14.0b1")
    assert not runs_on(">=3.9", "3.8.10")
    assert not runs_on("nonsense", "3.11.2")
