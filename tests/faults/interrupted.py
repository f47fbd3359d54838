"""Worlds in which an install is cut off: before each change to the disk that it makes.

Python reports every such call (rename, unlink, mkdir, link, open for writing ...) to an audit hook
before it is made. A first run counts them; then, for each number, a fresh run ends there. The tools
are replaced by ones that do their work inside the same process, so that their steps count too.
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

from pidoctor.install.outcome import INSTALLED, ROLLED_BACK
from pidoctor.install.process import Ended, Progress, Task
from pidoctor.install.recipe import Job
from pidoctor.install.recovery import undo
from pidoctor.install.transaction import install
from pidoctor.install.wheelhouse import Cache
from tests.extent import EVERYTHING

from .world import PYTHON, Prover, make_plan, make_wheel, tree

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
DIED = -signal.SIGKILL
Action = Callable[[], None]


class Watch:
    """What is told of the changes that a child makes, and does something when it is cut off."""

    def begin(self) -> None:
        """The child has been made."""

    def before(self, event: str, arguments: tuple[Any, ...]) -> None:
        """A change is about to be made."""

    def cut(self) -> None:
        """The child is about to be killed."""


def run_killed(action: Action, at: int, watch: Watch | None = None) -> tuple[int, int]:
    """Run ``action`` in a child that is killed before its change number ``at``; never when 0.

    Its exit status, and how many changes it made if it lived.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(action, at, writing, watch or Watch())
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        counted = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int(counted or b"0")


def _child(action: Action, at: int, report: int, watch: Watch) -> None:
    count, over = 0, False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count, over
        if over:
            return
        writes = event == "open" and bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if event in _CHANGES or writes:
            count += 1
            watch.before(event, arguments)
            if count == at:
                over = True
                watch.cut()
                os.kill(os.getpid(), signal.SIGKILL)

    status = 1
    try:
        watch.begin()
        sys.addaudithook(hook)
        action()
        os.write(report, str(count).encode())
        status = 0
    finally:
        os._exit(status)


def sampled(points: int, offset: int) -> range:
    """Which of the changes 1 to ``points`` to cut off before: every second one, from ``offset``.

    A kill and the two kinds of power cut take turns, so that each change is met by one of them;
    with ``EVERYTHING`` each is met by all.
    """
    return range(1, points + 1) if EVERYTHING else range(1 + offset % 2, points + 1, 2)


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


SCENARIOS = ("new", "change", "change again", "failed proof", "undo", "undo new")
Make = Callable[..., World]  # of the versions that were installed before, one after the other


def prepare(make_world: Make, scenario: str) -> tuple[World, Action]:
    """A world as it is before what the scenario names, and that as an action."""
    again = scenario in ("change again", "undo")
    world = make_world(*([] if scenario == "new" else ["1", "2"] if again else ["1"]))
    if scenario == "change again":
        return world, lambda: check(world.install("1"), INSTALLED)
    if scenario.startswith("undo"):
        return world, lambda: check(bool(undo(world.venv)), True)
    if scenario == "failed proof":
        return world, lambda: check(world.install("2", proof_passes=False), ROLLED_BACK)
    return world, lambda: check(world.install("2"), INSTALLED)


def check(value: object, expected: object) -> None:
    """Assert, as an action that can be passed on."""
    assert value == expected
