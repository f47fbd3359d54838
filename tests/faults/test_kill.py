"""A pidoctor killed before each single change that it makes to the disk.

Python reports every such call (rename, unlink, mkdir, link, open for writing ...) to an audit hook
before it is made. A first run counts them; then, for each number, a fresh run is killed there with
SIGKILL. The tools are replaced by ones that do their work inside the same process, so that their
steps are counted too; real ones are killed in ``test_real_tool_killed_half_way``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

from pidoctor.install import transaction
from pidoctor.install.journal import CHANGING, Journal
from pidoctor.install.outcome import INSTALLED, ROLLED_BACK
from pidoctor.install.place import Place
from pidoctor.install.process import Ended, Progress, Task
from pidoctor.install.recipe import Job
from pidoctor.install.recovery import recover, undo
from pidoctor.install.transaction import install
from pidoctor.install.wheelhouse import Cache

from .world import PYTHON, Prover, make_plan, make_wheel, tree

pytestmark = pytest.mark.slow

_CHANGES = {
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.truncate",
}
_DATED = ("pidoctor-receipt.json", "pidoctor-manifest.json", "mark.json")  # time, or chance
_DIED = -signal.SIGKILL
Action = Callable[[], None]


def run_killed(action: Action, at: int) -> tuple[int, int]:
    """Run ``action`` in a child that is killed before its change number ``at``; never when 0.

    Its exit status, and how many changes it made if it lived.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(action, at, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        counted = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int(counted or b"0")


def _child(action: Action, at: int, report: int) -> None:
    count = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        writes = event == "open" and bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if event in _CHANGES or writes:
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)

    status = 1
    try:
        sys.addaudithook(hook)
        action()
        os.write(report, str(count).encode())
        status = 0
    finally:
        os._exit(status)


class World:
    """An environment with demo 1.0 (or none), and a plan for demo 2.0 with tools to install it."""

    def __init__(self, folder: Path, template: Path) -> None:
        folder.mkdir()
        self.folder, self._template = folder, template
        self._wheels = folder / "wheels"
        old = make_wheel(self._wheels, "demo", "1.0", _modules("1.0"))
        new = make_wheel(self._wheels, "demo", "2.0", _modules("2.0"))
        self._jobs = {version: self._job(make_plan(w)) for version, w in (("1", old), ("2", new))}
        self.home = folder / "home"
        self.home.mkdir()
        self.venv = self.home / ".venv"

    def _job(self, plan: Any) -> Job:
        venv, cache = self.folder / "home" / ".venv", Cache(self.folder / "cache")
        return Job(plan, venv, PYTHON, True, self._wheels, cache)

    def install(self, version: str, proof_passes: bool = True) -> str:
        prover = Prover("demo", f"{version}.0" if proof_passes else "never")
        return install(self._jobs[version], prover).status

    def run_tools(self, tasks: Sequence[Task], _: int, __: Progress) -> list[Ended]:
        """What venv and pip do, in this process."""
        for task in tasks:
            if "venv" in task.argv:
                shutil.copytree(self._template, task.argv[-1], symlinks=True)
            else:
                elsewhere = "--python" in task.argv
                python = task.argv[task.argv.index("--python") + 1 if elsewhere else 0]
                self._fill(Path(python).parent.parent, task)
        return [Ended(0, ()) for _ in tasks]

    def _fill(self, environment: Path, task: Task) -> None:
        site = next(environment.glob("lib/python*/site-packages"))
        for old in [*site.glob("demo*"), *environment.glob("bin/demo")]:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        folder = Path(task.argv[task.argv.index("--find-links") + 1])
        (wheel,) = folder.glob("demo-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
        (environment / "bin" / "demo").write_text(f"#!{environment}/bin/python\n")

    def state(self) -> dict[str, str]:
        """Everything in the folder of the environment, but for the time in a receipt."""
        found = tree(self.home)
        return {name: found[name] for name in found if not name.endswith(_DATED)}

    def works(self) -> str | None:
        """The version that the environment imports, None when there is no environment."""
        if not self.venv.exists():
            return None
        code = "import demo; print(demo.V)"
        python = str(self.venv / "bin" / "python")
        return subprocess.check_output([python, "-IBc", code], text=True).strip()


def _modules(version: str) -> dict[str, str]:
    number = version.split(".", maxsplit=1)[0]
    files = {f"demo/part{number}_{part}.py": f"V = '{version}'\n" for part in "abc"}
    return {"demo/__init__.py": f"from demo.part{number}_a import V\n", **files}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "venv"
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No uv, and no waiting for the disk: a killed process leaves what it wrote to the kernel."""
    empty = tmp_path / "bin"
    empty.mkdir()
    monkeypatch.setenv("PATH", f"{empty}:/usr/bin:/bin")
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def make_world(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bool], World]:
    """Makes a fresh world, always under the same path: paths are in the files' content."""
    folder = tmp_path / "world"

    def make(exists: bool) -> World:
        if folder.exists():
            shutil.rmtree(folder)
        world = World(folder, template)
        monkeypatch.setattr(transaction, "run_all", world.run_tools)
        if exists:
            world.install("1")
        return world

    return make


SCENARIOS = ("new", "change", "change again", "failed proof", "undo", "undo new")


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_every_step(
    scenario: str,
    make_world: Callable[[bool], World],
    record_property: Callable[[str, object], None],
) -> None:
    def prepare() -> tuple[World, Action]:
        world = make_world(scenario != "new")
        if scenario in ("change again", "undo"):
            world.install("2")
        if scenario == "change again":
            return world, lambda: _check(world.install("1"), INSTALLED)
        if scenario.startswith("undo"):
            return world, lambda: _check(bool(undo(world.venv)), True)
        if scenario == "failed proof":
            return world, lambda: _check(world.install("2", proof_passes=False), ROLLED_BACK)
        return world, lambda: _check(world.install("2"), INSTALLED)

    world, action = prepare()
    before = (world.works(), world.state())
    status, points = run_killed(action, 0)
    assert status == 0
    after = (world.works(), world.state())
    assert points > 10

    seen_before = seen_after = False
    for point in range(1, points + 1):
        world, action = prepare()
        status, _ = run_killed(action, point)
        assert status == _DIED, point
        recover(world.venv)
        assert recover(world.venv) is None, "once is enough"
        now = (world.works(), world.state())
        seen_before, seen_after = seen_before or now == before, seen_after or now == after
        assert now in (before, after), point
    assert (seen_before, seen_after) == (True, True)
    record_property("kill_points", points)
    print(f"{scenario}: {points} kill points")


@pytest.mark.slow
def test_recovery_killed_at_every_step(
    make_world: Callable[[bool], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An install is killed when pip has written, and then what repairs that is killed too."""

    def prepare() -> tuple[World, tuple[str | None, dict[str, str]]]:
        world = make_world(True)
        sound = (world.works(), world.state())

        def dying(*arguments: Any) -> None:
            world.run_tools(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)

        monkeypatch.setattr(transaction, "run_all", dying)
        status, _ = run_killed(lambda: _check(world.install("2"), INSTALLED), 0)
        assert status == _DIED
        entry = Journal(Place.of(world.venv)).read()
        assert entry is not None
        assert entry.phase == CHANGING
        return world, sound

    def repair(world: World) -> Action:
        return lambda: _check(bool(recover(world.venv)), True)

    world, sound = prepare()
    status, points = run_killed(repair(world), 0)
    assert status == 0
    assert points > 10
    for point in range(1, points + 1):
        world, sound = prepare()
        status, _ = run_killed(repair(world), point)
        assert status == _DIED
        recover(world.venv)
        assert (world.works(), world.state()) == sound, point
    print(f"recovery: {points} kill points")


def _check(value: object, expected: object) -> None:
    assert value == expected
