"""An install from start to proof, with real pips and uv and tiny wheels."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pidoctor.errors import UsageError
from pidoctor.install import transaction
from pidoctor.install.outcome import ALREADY, FAILED, INSTALLED, ROLLED_BACK
from pidoctor.install.process import Ended, Progress, Task, run_all
from pidoctor.install.receipt import read_receipt
from pidoctor.install.recipe import Job, make_recipe
from pidoctor.install.recovery import undo
from pidoctor.install.transaction import install
from pidoctor.install.wheelhouse import Cache

from .world import PYTHON, Prover, make_plan, make_wheel, tree

pytestmark = pytest.mark.slow

TOOLS = ("pip", "uv")


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The tool that fills the environment."""
    name = str(request.param)
    if name == "uv":
        uv = Path(PYTHON).with_name("uv")
        if not uv.exists():
            pytest.skip("uv is not installed beside this Python")
        monkeypatch.setenv("PATH", f"{uv.parent}{os.pathsep}{os.environ['PATH']}")
    else:
        folders = os.environ["PATH"].split(os.pathsep)
        kept = [folder for folder in folders if not Path(folder, "uv").exists()]
        monkeypatch.setenv("PATH", os.pathsep.join(kept))
    return name


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.mark.usefixtures("tool")
def test_new_environment_is_proven_before_it_has_its_name(tmp_path: Path, cache: Cache) -> None:
    wheel = make_wheel(tmp_path / "wheels", "demo", "1.0")
    venv = tmp_path / "home" / ".venv"
    job = Job(make_plan(wheel), venv, PYTHON, True, tmp_path / "wheels", cache)
    prover = Prover("demo", "1.0")
    seen: list[bool] = []

    def prove(python: str) -> object:
        seen.append(venv.exists())
        return prover(python)

    outcome = install(job, prove)  # type: ignore[arg-type]

    assert (outcome.status, outcome.exit_code, outcome.findings) == (INSTALLED, 0, ())
    assert seen == [False]
    assert [path.name for path in venv.parent.iterdir()] == [".venv"]
    python = str(outcome.python)
    assert subprocess.check_output([python, "-c", "import demo; print(demo.V)"]) == b"1.0\n"
    script = (venv / "bin" / "demo").read_text()
    assert script.startswith(f"#!{venv}/bin/python")
    assert str(venv) in (venv / "bin" / "activate").read_text()
    for text in (venv / "bin").iterdir():
        assert b".pidoctor" not in (b"" if text.is_symlink() else text.read_bytes())
    receipt = read_receipt(venv)
    assert receipt is not None
    assert receipt == outcome.receipt
    assert receipt["plan"]["packages"][0]["sha256"] == wheel.sha256
    assert receipt["proof"]["status"] == "passed"


@pytest.mark.usefixtures("tool")
def test_scripts_have_right_hashes_in_record(tmp_path: Path, cache: Cache) -> None:
    wheel = make_wheel(tmp_path / "wheels", "demo", "1.0")
    venv = tmp_path / ".venv"
    install(Job(make_plan(wheel), venv, PYTHON, True, tmp_path / "wheels", cache), _yes)
    site = next(venv.glob("lib/python*/site-packages"))
    check = (
        "import base64, hashlib, importlib.metadata as m\n"
        "for f in m.distribution('demo').files:\n"
        "    if f.hash:\n"
        "        data = f.locate().read_bytes()\n"
        "        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=')\n"
        "        assert digest.decode() == f.hash.value, f\n"
        "        assert len(data) == f.size, f\n"
    )
    assert "../../../bin/demo" in (site / "demo-1.0.dist-info" / "RECORD").read_text()
    subprocess.run([str(venv / "bin" / "python"), "-c", check], check=True)


_yes = Prover("demo", "1.0")


def test_dry_run_is_what_runs(
    tool: str, tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = make_wheel(tmp_path / "wheels", "demo", "1.0")
    venv = tmp_path / ".venv"
    job = Job(make_plan(wheel), venv, PYTHON, True, tmp_path / "wheels", cache)
    planned = make_recipe(job).steps
    assert list(tmp_path.iterdir()) == [tmp_path / "wheels"]
    ran: list[Task] = []

    def run(tasks: list[Task], stdin: int, progress: Progress) -> list[Ended]:
        ran.extend(tasks)
        return run_all(tasks, stdin, progress)

    monkeypatch.setattr(transaction, "run_all", run)
    install(job, _yes)

    assert [step.argv for step in planned if step.argv] == [task.argv for task in ran]
    filled = planned[-3].line
    assert "--require-hashes" in filled
    assert "--no-deps" in filled
    assert tool in filled


@pytest.mark.usefixtures("tool")
def test_wheel_whose_tag_the_tool_refuses_is_installed(tmp_path: Path, cache: Cache) -> None:
    wheel = make_wheel(tmp_path / "wheels", "demo", "1.0", tag="py3-none-manylinux_9_99_mips64")
    venv = tmp_path / ".venv"
    job = Job(make_plan(wheel), venv, PYTHON, True, tmp_path / "wheels", cache)
    outcome = install(job, _yes)
    assert outcome.status == INSTALLED, outcome


@pytest.mark.usefixtures("tool")
def test_change_undo_and_proof_again(tmp_path: Path, cache: Cache) -> None:
    old = make_wheel(tmp_path / "wheels", "demo", "1.0")
    new = make_wheel(tmp_path / "wheels", "demo", "2.0", {"demo/__init__.py": "V = '2.0'\n"})
    venv, wheels = tmp_path / ".venv", tmp_path / "wheels"
    install(Job(make_plan(old), venv, PYTHON, True, wheels, cache), _yes)
    before = tree(venv)

    changed = install(Job(make_plan(new), venv, PYTHON, True, wheels, cache), Prover("demo", "2.0"))
    assert changed.status == INSTALLED
    assert changed.kept_bytes > 0

    again = Prover("demo", "2.0")
    same = install(Job(make_plan(new), venv, PYTHON, True, wheels, cache), again)
    assert (same.status, len(again.asked)) == (ALREADY, 1)

    assert "as it was before" in undo(venv)
    assert tree(venv) == before
    assert "is removed" in undo(venv)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["wheels"]
    with pytest.raises(UsageError, match="no state before"):
        undo(venv)


@pytest.mark.usefixtures("tool")
def test_failed_proof_puts_everything_back(tmp_path: Path, cache: Cache) -> None:
    old = make_wheel(tmp_path / "wheels", "demo", "1.0")
    broken = make_wheel(tmp_path / "wheels", "demo", "2.0", {"demo/__init__.py": "1 / 0\n"})
    venv, wheels = tmp_path / ".venv", tmp_path / "wheels"

    outcome = install(
        Job(make_plan(broken), venv, PYTHON, True, wheels, cache), Prover("demo", "2.0")
    )
    assert outcome.status == ROLLED_BACK
    assert sorted(path.name for path in tmp_path.iterdir()) == ["wheels"]

    install(Job(make_plan(old), venv, PYTHON, True, wheels, cache), _yes)
    before = tree(venv)
    outcome = install(
        Job(make_plan(broken), venv, PYTHON, True, wheels, cache), Prover("demo", "2.0")
    )
    assert (outcome.status, outcome.exit_code) == (ROLLED_BACK, 1)
    assert [finding.id for finding in outcome.findings] == ["proof-failed"]
    assert tree(venv) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [".venv", "wheels"]


def test_offline_without_the_wheel_names_it(tmp_path: Path, cache: Cache) -> None:
    wheel = make_wheel(tmp_path / "wheels", "demo", "1.0")
    venv = tmp_path / ".venv"
    (tmp_path / "empty").mkdir()
    outcome = install(Job(make_plan(wheel), venv, PYTHON, True, tmp_path / "empty", cache), _yes)
    assert (outcome.status, outcome.findings[0].id) == (FAILED, "wheels-missing")
    assert wheel.filename in outcome.findings[0].message
    remedy = outcome.findings[0].remedy
    assert remedy is not None
    assert remedy.commands == ("pidoctor capture -o board.json",)
    assert "pidoctor download auto --capture board.json -d wheels" in remedy.text
    assert outcome.left == f"{venv} was not touched."
    assert not venv.exists()


@pytest.mark.parametrize("kind", ["folder", "file", "link", "inner link"])
def test_what_is_no_environment_is_refused(kind: str, tmp_path: Path, cache: Cache) -> None:
    wheel = make_wheel(tmp_path / "wheels", "demo", "1.0")
    venv, elsewhere = tmp_path / ".venv", tmp_path / "elsewhere"
    elsewhere.mkdir()
    if kind == "folder":
        venv.mkdir()
        (venv / "thesis.txt").write_text("dear to somebody")
    elif kind == "file":
        venv.write_text("dear to somebody")
    elif kind == "link":
        venv.symlink_to(elsewhere)
    else:
        subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(venv)], check=True)
        site = next(venv.glob("lib/python*/site-packages"))
        shutil.rmtree(site)
        site.symlink_to(elsewhere)
    before = tree(tmp_path)
    with pytest.raises(UsageError, match=r"virtual environment|is a link|leads out"):
        install(Job(make_plan(wheel), venv, PYTHON, True, tmp_path / "wheels", cache), _yes)
    assert tree(tmp_path) == before
