"""A disk that is full, small or read-only, too little memory, signals, and two installs at once."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from pidoctor.install import checks, transaction
from pidoctor.install.failure import InstallError, from_os_error
from pidoctor.install.journal import PREPARING, Journal
from pidoctor.install.outcome import FAILED, INSTALLED, ROLLED_BACK
from pidoctor.install.place import Place
from pidoctor.install.process import Ended, Progress, Task, run_all
from pidoctor.install.recipe import Job
from pidoctor.install.recovery import recover, undo
from pidoctor.install.state import hold
from pidoctor.install.transaction import install
from pidoctor.install.wheelhouse import Cache
from pidoctor.mutex import Lock, LockedError
from pidoctor.proof.proof import Proof
from pidoctor.readiness import space

from .world import PYTHON, Prover, make_plan, make_wheel, tree

pytestmark = pytest.mark.slow

MOUNT = ("mount", "-t", "tmpfs", "-o")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a tmpfs of the size asked for; needs root."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    mounted: list[Path] = []

    def mount(options: str) -> Path:
        folder = tmp_path / f"disk{len(mounted)}"
        folder.mkdir()
        made = subprocess.run([*MOUNT, options, "tmpfs", str(folder)], check=False)
        if made.returncode:
            pytest.skip("this machine does not let us mount a tmpfs")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)


def job(folder: Path, venv: Path, version: str = "1.0", padding: int = 0) -> Job:
    """An offline job for demo VERSION; its wheel has ``padding`` bytes that do not compress."""
    files = {
        "demo/__init__.py": f"V = '{version}'\n",
        "demo/data.txt": os.urandom(padding // 2).hex(),
    }
    wheels = folder / "wheels"
    wheel = make_wheel(wheels, "demo", version, files)
    return Job(make_plan(wheel), venv, PYTHON, True, wheels, Cache(folder / "cache"))


def test_too_small_a_disk_is_seen_before_anything_is_made(
    tmp_path: Path, small_disk: Callable[[str], Path]
) -> None:
    disk = small_disk("size=4m")
    outcome = install(job(tmp_path, disk / ".venv"), Prover("demo", "1.0"))
    (finding,) = outcome.findings
    assert (outcome.status, finding.id) == (FAILED, "no-space-left")
    assert "4 MB are free" in finding.message
    assert list(disk.iterdir()) == []


@pytest.mark.parametrize("exists", [False, True])
def test_disk_that_fills_up_on_the_way(
    exists: bool,
    tmp_path: Path,
    small_disk: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = small_disk("size=30m")
    monkeypatch.setattr(space, "no_space_left", lambda *_: None)  # somebody fills it meanwhile
    venv = disk / ".venv"
    if exists:
        assert install(job(tmp_path, venv), Prover("demo", "1.0")).status == INSTALLED
    before = tree(disk)
    outcome = install(job(tmp_path, venv, "2.0", padding=40 << 20), Prover("demo", "2.0"))
    assert outcome.findings[0].id == "no-space-left", outcome.findings
    assert outcome.status == (ROLLED_BACK if exists else FAILED)
    assert tree(disk) == before


def test_small_tmp_does_not_matter(
    tmp_path: Path, small_disk: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(small_disk("size=1m")))
    big = job(tmp_path, tmp_path / ".venv", padding=8 << 20)
    assert install(big, Prover("demo", "1.0")).status == INSTALLED


def test_read_only_disk(tmp_path: Path, small_disk: Callable[[str], Path]) -> None:
    disk = small_disk("size=4m,ro")
    outcome = install(job(tmp_path, disk / "new" / ".venv"), Prover("demo", "1.0"))
    assert (outcome.status, outcome.findings[0].id) == (FAILED, "read-only-file-system")


def test_disk_becomes_read_only_after_a_kill(small_disk: Callable[[str], Path]) -> None:
    disk = small_disk("size=4m")
    place = Place.of(disk / ".venv")
    with hold(place):
        Journal(place).write(PREPARING)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(InstallError, match="read-only"):
        recover(disk / ".venv")


def test_folder_of_somebody_else() -> None:
    error = from_os_error(PermissionError(errno.EACCES, "Permission denied", "/opt/x"), "starting")
    assert error.finding.id == "permission-denied"
    assert "/opt/x" in error.finding.evidence


def test_memory_limit_is_named_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.defpath)  # uv dies of it without a word, pip says why
    prepared = job(tmp_path, tmp_path / "home" / ".venv")
    (tmp_path / "home").mkdir()

    def run(tasks: list[Task], stdin: int, progress: Progress) -> list[Ended]:
        if "install" in tasks[0].argv:
            limit = ("sh", "-c", 'ulimit -v 40000; exec "$@"', "sh")
            tasks = [Task((*limit, *task.argv), task.variables) for task in tasks]
        return run_all(tasks, stdin, progress)

    monkeypatch.setattr(transaction, "run_all", run)
    outcome = install(prepared, Prover("demo", "1.0"))
    assert (outcome.status, outcome.findings[0].id) == (FAILED, "out-of-memory"), outcome
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.parametrize("status", [-9, 137, 247])
def test_a_tool_that_was_killed_ran_out_of_memory(
    status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = job(tmp_path, tmp_path / ".venv")
    monkeypatch.setattr(transaction, "run_all", lambda *_: [Ended(status, ())])
    (finding,) = install(prepared, Prover("demo", "1.0")).findings
    assert finding.id == "out-of-memory"
    assert "memory" in finding.message


def test_a_tool_that_ran_into_the_limit_of_memory_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uv's threads end by "Segmentation fault" where `ulimit -v` gives them no stack."""
    prepared = job(tmp_path, tmp_path / ".venv")
    monkeypatch.setattr(transaction, "run_all", lambda *_: [Ended(-signal.SIGSEGV, ())])
    (finding,) = install(prepared, Prover("demo", "1.0")).findings
    assert finding.id == "tool-failed"  # nothing limits it: a fault of its own
    monkeypatch.setattr(resource, "getrlimit", lambda _: (700_000_000, 700_000_000))
    (finding,) = install(prepared, Prover("demo", "1.0")).findings
    assert finding.id == "out-of-memory"
    assert "700 MB" in finding.evidence


def test_too_little_memory_is_seen_before(monkeypatch: pytest.MonkeyPatch) -> None:
    for available, refused in ((22_000_000, True), (101_000_000, False), (None, False)):
        monkeypatch.setattr(checks, "available_bytes", lambda _, value=available: value)
        if refused:
            with pytest.raises(InstallError, match="22 MB"):
                checks.check_memory()
        else:
            checks.check_memory()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["create", "fill", "prove"])
def test_signal_puts_everything_back(
    number: int, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    venv = home / ".venv"
    home.mkdir()
    change = moment != "create"
    if change:
        install(job(tmp_path, venv), Prover("demo", "1.0"))
    before = tree(home)
    prepared = job(tmp_path, venv, "2.0")

    def run(tasks: list[Task], stdin: int, progress: Progress) -> list[Ended]:
        if moment == "prove":
            return run_all(tasks, stdin, progress)
        script = f"kill -{number} {os.getpid()}; sleep 60 & wait"
        slow = Task(("sh", "-c", script), {})
        started = time.monotonic()
        try:
            return run_all([slow], stdin, progress)
        finally:
            assert time.monotonic() - started < 30

    def prove(python: str) -> Proof:
        os.kill(os.getpid(), number)
        return Prover("demo", "2.0")(python)

    def interrupted() -> None:
        monkeypatch.setattr(transaction, "run_all", run)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        outcome = install(prepared, prove)
        status = ROLLED_BACK if change else FAILED
        assert (outcome.status, outcome.findings[0].id) == (status, "interrupted")

    assert in_child(interrupted) == 0
    assert tree(home) == before


def test_two_installs_of_one_environment(tmp_path: Path) -> None:
    venv = tmp_path / ".venv"
    prepared = job(tmp_path, venv)
    inside, go_on = threading.Event(), threading.Event()

    def prove(python: str) -> Proof:
        inside.set()
        go_on.wait(60)
        return Prover("demo", "1.0")(python)

    outcomes: list[str] = []
    first = threading.Thread(target=lambda: outcomes.append(install(prepared, prove).status))
    first.start()
    assert inside.wait(60)
    with pytest.raises(LockedError, match="another install"):
        install(prepared, Prover("demo", "1.0"))
    go_on.set()
    first.join()
    assert outcomes == [INSTALLED]
    assert not Place.of(venv).state.exists()


def test_lock_is_held_by_what_the_install_started(tmp_path: Path) -> None:
    path = tmp_path / "state" / "lock"
    with Lock(path, "test") as lock:
        tool = subprocess.Popen(["sh", "-c", "sleep 60 & wait"], stdin=lock.descriptor)
    with pytest.raises(LockedError), Lock(path, "test"):
        pass
    subprocess.run(["pkill", "-P", str(tool.pid)], check=True)
    tool.wait()
    with Lock(path, "test") as lock:
        lock.remove()


@pytest.mark.parametrize("files", [1, 4, 16])
def test_real_tool_killed_half_way(
    files: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pidoctor and the real pip die together when pip has written ``files`` of the new files."""
    home = tmp_path / "home"
    venv = home / ".venv"
    home.mkdir()
    install(job(tmp_path, venv), Prover("demo", "1.0"))
    before = tree(home)
    parts = {f"demo/part{number}.py": f"N = {number}\n" for number in range(2000)}
    wheel = make_wheel(
        tmp_path / "wheels", "demo", "2.0", {"demo/__init__.py": "V = '2.0'\n", **parts}
    )
    wanted = Job(make_plan(wheel), venv, PYTHON, True, tmp_path / "wheels", Cache(tmp_path / "c"))

    def run(tasks: list[Task], stdin: int, _: Progress) -> list[Ended]:
        (task,) = tasks
        tool = subprocess.Popen(task.argv, stdin=stdin, start_new_session=True)
        while written(venv) < files:
            assert tool.poll() is None
        os.killpg(tool.pid, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
        return []

    def killed() -> None:
        monkeypatch.setattr(transaction, "run_all", run)
        install(wanted, Prover("demo", "2.0"))

    assert in_child(killed) == -signal.SIGKILL
    assert tree(home) != before
    assert "is as it was before" in str(recover(venv))
    assert tree(home) == before
    assert install(wanted, Prover("demo", "2.0")).status == INSTALLED


def test_older_state_is_given_up_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = tmp_path / ".venv"
    install(job(tmp_path, venv, "1.0"), Prover("demo", "1.0"))
    install(job(tmp_path, venv, "2.0", padding=1 << 20), Prover("demo", "2.0"))
    monkeypatch.setattr(checks, "free_bytes", _grows_when_gone(Place.of(venv).previous))
    lines: list[str] = []
    outcome = install(job(tmp_path, venv, "3.0"), Prover("demo", "3.0"), lines.append)
    assert outcome.status == INSTALLED
    assert any("given up" in line for line in lines)
    undo(venv)
    assert Prover("demo", "2.0")(str(outcome.python)).passed


def _grows_when_gone(previous: Path) -> Callable[[Path], int]:
    return lambda _: 0 if previous.exists() else 1 << 40


def written(venv: Path) -> int:
    """How many parts of demo are in ``venv``; 0 also while pip exchanges the old folder.

    A glob would fail in that moment, and the install would put everything back and end well.
    """
    try:
        (package,) = venv.glob("lib/python*/site-packages/demo")
        return sum(name.startswith("part") for name in os.listdir(package))
    except (FileNotFoundError, ValueError):
        return 0


def in_child(action: Callable[[], None]) -> int:
    """Run ``action`` in a forked process; its exit status, negative for a signal."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            action()
            status = 0
        except BaseException as error:
            os.write(2, json.dumps(repr(error)).encode())
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
