"""Environments that pidoctor did not make, and folders with names that shells read in their way."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from pidoctor.errors import UsageError
from pidoctor.install.outcome import INSTALLED
from pidoctor.install.recipe import Job, make_recipe
from pidoctor.install.recovery import undo
from pidoctor.install.transaction import install
from pidoctor.install.wheelhouse import Cache
from pidoctor.proof.proof import Proof

from .world import PYTHON, Prover, make_plan, make_wheel, tree

pytestmark = pytest.mark.slow

MODULE = "V = '1.0'\ndef main():\n    import sys; print(sys.prefix)\n"


def job(tmp_path: Path, venv: Path, name: str = "demo") -> Job:
    wheels = tmp_path / "wheels"
    wheel = make_wheel(wheels, name, "1.0", {f"{name}/__init__.py": MODULE})
    return Job(make_plan(wheel), venv, PYTHON, True, wheels, Cache(tmp_path / "cache"))


@pytest.fixture(params=["pip", "uv"])
def tool(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    uv = Path(PYTHON).with_name("uv")
    folders = [f for f in os.environ["PATH"].split(os.pathsep) if not Path(f, "uv").exists()]
    if request.param == "uv":
        if not uv.exists():
            pytest.skip("uv is not installed beside this Python")
        folders.insert(0, str(uv.parent))
    monkeypatch.setenv("PATH", os.pathsep.join(folders))
    return str(request.param)


@pytest.mark.usefixtures("tool")
@pytest.mark.parametrize("name", ["Jana's project", "a b", "(x) & {y}; #z*?", "-v", "%s", "ü"])
def test_names_that_work(name: str, tmp_path: Path) -> None:
    venv = tmp_path / name / ".venv"
    outcome = install(job(tmp_path, venv), Prover("demo", "1.0"))
    assert outcome.status == INSTALLED, outcome.findings
    said = subprocess.check_output([str(venv / "bin" / "demo")], text=True)
    assert said == f"{venv}\n"
    script = '. "$1/bin/activate" && printf "%s\\n" "$VIRTUAL_ENV" && demo'
    said = subprocess.check_output(["sh", "-c", script, "sh", str(venv)], text=True)
    assert said == f"{venv}\n{venv}\n"


@pytest.mark.parametrize(
    "name", ["$(touch pwned)", "`touch pwned`", "a\nb", 'a"b', "a\\b", "a:b", "\x1b[2J", "n" * 250]
)
def test_names_that_are_refused(name: str, tmp_path: Path) -> None:
    prepared = job(tmp_path, tmp_path / name / ".venv" if len(name) < 99 else tmp_path / name)
    before = tree(tmp_path)
    with pytest.raises(UsageError) as caught:
        install(prepared, Prover("demo", "1.0"))
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert tree(tmp_path) == before


def test_links_into_a_cache_are_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uv = Path(PYTHON).with_name("uv")
    if not uv.exists():
        pytest.skip("uv is not installed beside this Python")
    monkeypatch.setenv("PATH", f"{uv.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("UV_LINK_MODE", "symlink")
    venv = tmp_path / ".venv"
    outcome = install(job(tmp_path, venv), Prover("demo", "1.0"))
    assert outcome.status == INSTALLED
    assert [path for path in venv.rglob("*") if path.is_symlink() and not path.exists()] == []
    assert Prover("demo", "1.0")(str(outcome.python)).passed


def test_what_pidoctor_has_beside_its_pip_does_not_count_as_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An environment without a pip, as uv makes it, gets another version of what pidoctor uses."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    venv, wheels = tmp_path / ".venv", tmp_path / "wheels"
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(venv)], check=True)
    wheel = make_wheel(wheels, "packaging", "1.0", {"packaging/__init__.py": MODULE})
    prepared = Job(make_plan(wheel), venv, PYTHON, True, wheels, Cache(tmp_path / "cache"))
    (fill,) = [step for step in make_recipe(prepared).steps if "install" in step.argv]
    assert fill.argv[0] == str(venv / "bin" / "python")

    def prove(python: str) -> Proof:
        return Prover("packaging", "1.0")(python)

    assert install(prepared, prove).status == INSTALLED


@pytest.mark.skipif(os.geteuid() != 0, reason="only root works for somebody else")
@pytest.mark.parametrize("exists", [False, True])
def test_root_leaves_everything_to_the_owner(exists: bool, tmp_path: Path) -> None:
    home = tmp_path / "home"
    venv = home / ".venv"
    home.mkdir()
    if exists:
        install(job(tmp_path, venv, "first"), Prover("first", "1.0"))
    for path in (home, *home.rglob("*")):
        os.chown(path, 4711, 4712, follow_symlinks=False)
    if exists:
        os.chown(venv / "pyvenv.cfg", 0, 0)  # was root's before, and stays so
        (venv / "bin" / "activate").chmod(0o600)

    assert install(job(tmp_path, venv), Prover("demo", "1.0")).status == INSTALLED
    of_root = [path for path in home.rglob("*") if path.lstat().st_uid != 4711]
    assert {path.name for path in of_root} == ({"pyvenv.cfg"} if exists else set())
    assert home.stat().st_uid == 4711

    undo(venv)
    of_root = [path for path in home.rglob("*") if path.lstat().st_uid != 4711]
    assert of_root == ([venv / "pyvenv.cfg"] if exists else [])
    if exists:
        assert (venv / "bin" / "activate").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root works for somebody else")
@pytest.mark.parametrize("command", ["install", "undo"])
def test_root_asks_before_it_works_for_somebody_else(command: str, tmp_path: Path) -> None:
    venv = tmp_path / "home" / ".venv"
    install(job(tmp_path, venv), Prover("demo", "1.0"))
    for path in (venv, *venv.rglob("*")):
        os.chown(path, 4711, 4712, follow_symlinks=False)
    before = tree(venv)
    said = subprocess.run(
        [PYTHON, "-m", "pidoctor", command, "--venv", str(venv)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert said.returncode == 2
    assert "belongs to user 4711, and this runs as root" in said.stderr
    assert tree(venv) == before


@pytest.mark.usefixtures("tool")
@pytest.mark.parametrize(
    "variables",
    [
        {"PIP_TARGET": "elsewhere", "UV_TARGET": "elsewhere"},
        {"PIP_PREFIX": "elsewhere", "UV_PREFIX": "elsewhere", "UV_SYSTEM_PYTHON": "1"},
        {"PIP_ROOT": "elsewhere", "PIP_USER": "1", "PIP_BREAK_SYSTEM_PACKAGES": "1"},
        {"PIP_PYTHON": "/usr/bin/python3", "UV_PYTHON": "/usr/bin/python3"},
        {"PIP_CONSTRAINT": "other.txt", "UV_CONSTRAINT": "other.txt", "UV_OVERRIDE": "other.txt"},
        {"PIP_REQUIREMENT": "other.txt", "UV_BUILD_CONSTRAINT": "other.txt"},
        {"PIP_NO_BINARY": ":all:", "UV_NO_BINARY": "1", "PIP_DRY_RUN": "1"},
        {"PIP_FIND_LINKS": "planted", "UV_FIND_LINKS": "planted", "PIP_PRE": "1"},
        {"UV_EXCLUDE_NEWER": "2001-01-01", "UV_NO_VERIFY_HASHES": "1", "PIP_REQUIRE_HASHES": "0"},
        {"PIP_CONFIG_FILE": "pip.conf", "UV_CONFIG_FILE": "uv.toml", "PIP_REQUIRE_VIRTUALENV": "1"},
        {"PIP_LOG": "log", "UV_WORKING_DIRECTORY": "/", "UV_PROJECT": "elsewhere"},
        {"UV_DEFAULT_INDEX": "http://[::1", "PIP_INDEX_URL": "http://[::1", "PIP_TIMEOUT": "no"},
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_variables_change_neither_the_place_nor_what_is_installed(
    variables: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "other.txt").write_text("demo==2.0\nevil\n")
    (tmp_path / "pip.conf").write_text("[global]\ntarget = elsewhere\n")
    (tmp_path / "uv.toml").write_text('[pip]\ntarget = "elsewhere"\n')
    make_wheel(tmp_path / "planted", "demo", "1.0", {"demo/__init__.py": "V = 'planted'\n"})
    prepared, venv = job(tmp_path, tmp_path / ".venv"), tmp_path / ".venv"
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    outcome = install(prepared, Prover("demo", "1.0"))
    assert outcome.status == INSTALLED, outcome.findings
    assert Prover("demo", "1.0")(str(venv / "bin" / "python")).passed
    assert [*(tmp_path / "elsewhere").iterdir()] == []
