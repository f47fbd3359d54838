"""Environments of real projects: no install of a runtime leaves what worked not working.

The same few are tried in every run, others with another ``PIDOCTOR_SEED``; all of them with
``PIDOCTOR_ALL_ENVIRONMENTS=1``. What the installs came to is printed as a table.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.extent import EVERYTHING

from . import pythons
from .environments import PROJECTS, RUNTIMES, Project

pytestmark = [pytest.mark.network, pytest.mark.slow]

_SEED = os.environ.get("PIDOCTOR_SEED", "330")
_SOME = 3
_CHOSEN = PROJECTS if EVERYTHING else random.Random(_SEED).sample(PROJECTS[:-1], _SOME)  # noqa: S311
_LEFT_OUT = ("test", "tests", "__pycache__", "site-packages", "idlelib", "lib2to3", "config-*")


def made(project: Project, folder: Path) -> Path:
    """The environment, filled; its Python."""
    python, environment = pythons.find("3.11"), folder / "env"
    if project.kind == "conda":
        like_condas(python, environment)
    else:
        more = ("--system-site-packages",) if project.kind == "system-site" else ()
        without = ("--without-pip",) if project.kind == "uv" else ()
        pythons.run(folder, [python, "-m", "venv", *more, *without, str(environment)])
    own = environment / "bin/python"
    pip = [python, "-m", "pip", "--python", str(own), "install", "--quiet"]
    if project.packages:
        pythons.run(folder, [*pip, "--only-binary=:all:", *project.packages])
    if project.kind == "editable":
        (folder / "src/mine").mkdir(parents=True)
        (folder / "src/mine/__init__.py").write_text(
            "import numpy\n\ndef use():\n    assert numpy.__version__.startswith('1.')\n"
        )
        (folder / "pyproject.toml").write_text(
            '[project]\nname = "mine"\nversion = "1"\ndependencies = ["numpy<2"]\n'
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        )
        pythons.run(folder, [*pip, "--no-build-isolation", "--no-deps", "-e", str(folder)])
    if project.kind == "conda":
        for said in environment.glob("lib/python*/site-packages/numpy-*/INSTALLER"):
            said.write_text("conda")
    return own


def like_condas(python: str, environment: Path) -> None:
    """A whole Python in a folder of its own with conda's history, as conda lays one out."""
    told = "import sys; print(sys.base_prefix)"
    base = Path(pythons.run(environment.parent, [python, "-c", told]).stdout.strip())
    library = next((base / "lib").glob("python3.11"))
    (environment / "bin").mkdir(parents=True)
    shutil.copy2(base / "bin/python3.11", environment / "bin/python3.11")
    (environment / "bin/python").symlink_to("python3.11")
    left_out = shutil.ignore_patterns(*_LEFT_OUT)
    shutil.copytree(library, environment / "lib/python3.11", symlinks=True, ignore=left_out)
    for shared in (base / "lib").glob("libpython3*.so*"):
        shutil.copy2(shared, environment / "lib" / shared.name)
    (environment / "lib/python3.11/site-packages").mkdir()
    (environment / "conda-meta").mkdir()
    (environment / "conda-meta/history").write_text("==> 2026-01-01 00:00:00 <==\n")
    own = environment / "bin/python"
    if subprocess.run([own, "-c", "import venv"], capture_output=True, check=False).returncode:
        pytest.skip("this Python does not run from another folder")


def working(project: Project, python: Path) -> list[str]:
    """Those of the project's programs that end well."""
    return [
        program
        for program in project.programs
        if pythons.run(python.parents[2], [str(python), "-c", program], check=False).returncode == 0
    ]


def versions(python: Path) -> str:
    listed = (
        "import importlib.metadata as m; "
        "print(sorted((d.name, d.version) for d in m.distributions()))"
    )
    return pythons.run(python.parents[2], [str(python), "-c", listed]).stdout


@pytest.mark.parametrize("project", _CHOSEN, ids=lambda project: project.name)
def test_what_worked_works_after_every_install(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = made(project, tmp_path)
    for runtime in RUNTIMES:
        before, held = working(project, python), versions(python)
        words = ["install", runtime, "--yes", "--json", "--venv", str(tmp_path / "env")]
        ran = pythons.run(tmp_path, [sys.executable, "-m", "pidoctor", *words], check=False)
        answer = json.loads(ran.stdout)
        assert answer["exit_code"] == ran.returncode
        assert ran.returncode in (0, 1), answer
        after = working(project, python)
        assert [program for program in before if program not in after] == []
        if ran.returncode:
            assert versions(python) == held
        else:
            assert answer["proof"]["status"] == "passed"
        with capsys.disabled():
            print(f"\n{project.name:16} {project.kind:12} {runtime:15} {_told(answer)}", end="")


def _told(answer: dict[str, object]) -> str:
    resolution = answer["resolution"]
    assert isinstance(resolution, dict)
    if answer["exit_code"]:
        return "refused, ways out: " + ", ".join(way["kind"] for way in resolution["changes"])
    changes = (f"{p['change']}{p['name']} {p['version']}" for p in resolution["packages"])
    return " ".join(text for text in changes if text[0] != "=" or "numpy" in text)
