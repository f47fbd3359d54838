"""Installing a plan, against pip installing the same pinned, hashed set.

Its wheels are here, or come from a server on loopback that takes a moment for each answer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.host.live import LiveHost
from pidoctor.install.fetch import requirements
from pidoctor.install.outcome import INSTALLED
from pidoctor.install.recipe import Job
from pidoctor.install.transaction import install, silent
from pidoctor.install.wheelhouse import Cache
from pidoctor.lockfiles.wheelhouse_writer import download
from pidoctor.probe.machine import probe
from pidoctor.proof.proof import PASSED, Proof
from pidoctor.resolve.plan import Plan
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve
from tests.unit.indexing.simple_index import SimpleIndex, serving

pytestmark = [pytest.mark.benchmark, pytest.mark.network, pytest.mark.slow]

ROUNDS = 5  # and as many again where a disk that others write to spoiled these
FEWER = 2  # are enough where every ratio is below half of the limit
LIMIT = 1.15
COLD_LIMIT = 0.7
COLD_ROUNDS = 3
ANSWER_S = 0.05  # how long the server takes for each answer
PEER = "pip itself"
UV = Path(shutil.which("uv") or Path(sys.executable).with_name("uv"))


@pytest.fixture(scope="module")
def plan() -> Plan:
    known = open_catalog(WheelsIndex(shipped_index()))
    resolution = resolve(
        probe(LiveHost(), sys.executable).profile, parse_request("auto", known), known
    )
    if not isinstance(resolution, Plan):
        pytest.skip("no TensorFlow Lite runtime runs with this Python")
    return resolution


@pytest.fixture(scope="module")
def wheels(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    version = "{}.{}.{}".format(*sys.version_info[:3])
    download(plan, version, folder, silent)
    return folder


@pytest.mark.parametrize("new", [True, False], ids=["new", "existing"])
def test_install_of_cached_wheels(
    new: bool,
    plan: Plan,
    wheels: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With pip and with uv, each against the same runs of pip itself."""
    python = base_python()
    listed = tmp_path / "requirements.txt"
    listed.write_text(requirements(plan.wheels))
    ours, theirs, empty = tmp_path / "ours", tmp_path / "theirs", tmp_path / "empty"
    if not new:  # made once: to copy it takes a tenth of the time
        subprocess.run([python, "-m", "venv", str(empty)], check=True)

    def prepare(venv: Path) -> None:
        shutil.rmtree(venv, ignore_errors=True)
        shutil.rmtree(tmp_path / ".ours.pidoctor", ignore_errors=True)
        if not new:
            shutil.copytree(empty, venv, symlinks=True)
        os.sync()  # what the preparation wrote is not written on the account of what is timed

    def pidoctor() -> None:
        job = Job(plan, ours, python, True, wheels, Cache(tmp_path / "cache"))
        assert install(job, proven).status == INSTALLED

    def pip() -> None:
        if new:
            subprocess.run([python, "-m", "venv", str(theirs)], check=True)
        subprocess.run(
            [
                *(str(theirs / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"),
                *("install", "--quiet", "--no-index", "--find-links", str(wheels), "--no-deps"),
                *("--require-hashes", "-r", str(listed)),
            ],
            check=True,
        )

    tools = [tool for tool in ("pip", "uv") if tool == "pip" or UV.exists()]
    best = dict.fromkeys((*tools, PEER), float("inf"))
    for round_ in range(2 * ROUNDS):
        enough = LIMIT if round_ >= ROUNDS else LIMIT / 2
        if round_ >= FEWER and all(best[tool] <= enough * best[PEER] for tool in tools):
            break
        for tool in best:
            choose(tool, monkeypatch)
            prepare(theirs if tool == PEER else ours)
            best[tool] = min(best[tool], wall(pip if tool == PEER else pidoctor))
    kind = "new" if new else "existing"
    for tool in tools:
        with capsys.disabled():
            print(
                f"\ninstall, {kind} environment, with {tool}: {best[tool]:.2f} s, pip itself "
                f"{best[PEER]:.2f} s, ratio {best[tool] / best[PEER]:.2f} (limit {LIMIT})"
            )
    assert all(best[tool] <= LIMIT * best[PEER] for tool in tools)


def test_install_over_a_cold_network(
    plan: Plan,
    wheels: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A new environment without uv, with nothing kept anywhere, against pip in one of its own."""
    for name in (name for name in os.environ if name.startswith("PIP_")):
        monkeypatch.delenv(name)
    choose("pip", monkeypatch)
    python = base_python()
    (listed := tmp_path / "requirements.txt").write_text(requirements(plan.wheels))
    offered = SimpleIndex(as_json=True, delay=ANSWER_S)
    for wheel in plan.wheels:
        content = (wheels / wheel.filename).read_bytes()
        offered.files.setdefault(wheel.name, {})[wheel.filename] = content

    def ours(folder: Path) -> None:
        job = Job(plan, folder / ".venv", python, cache=Cache(folder / "cache"))
        assert install(job, proven).status == INSTALLED

    def theirs(folder: Path) -> None:
        venv, options = folder / ".venv", ("--quiet", "--no-cache-dir", "--no-deps")
        subprocess.run([python, "-m", "venv", str(venv)], check=True)
        subprocess.run(
            [str(venv / "bin/python"), "-m", "pip", "install", *options, "-r", str(listed)],
            check=True,
        )

    best = [float("inf"), float("inf")]
    with serving(offered) as index:
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        for round_ in range(COLD_ROUNDS):
            for at, tool in enumerate((ours, theirs)):
                (folder := tmp_path / f"{at}-{round_}").mkdir()
                os.sync()
                best[at] = min(best[at], wall(partial(tool, folder)))
                shutil.rmtree(folder)
    ratio = best[0] / best[1]
    with capsys.disabled():
        print(
            f"\ninstall, cold network: {best[0]:.2f} s, pip itself {best[1]:.2f} s, "
            f"ratio {ratio:.2f} (limit {COLD_LIMIT})"
        )
    assert ratio <= COLD_LIMIT


def base_python() -> str:
    """The Python that this one's environment was made with."""
    code = "import sys; print(sys._base_executable)"
    return subprocess.check_output([sys.executable, "-c", code], text=True).strip()


def choose(tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let uv be found, or not."""
    folders = os.environ["PATH"].split(os.pathsep)
    folders = [folder for folder in folders if not Path(folder, "uv").exists()]
    if tool == "uv":
        folders.insert(0, str(UV.parent))
    monkeypatch.setenv("PATH", os.pathsep.join(folders))


def wall(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def proven(python: str) -> Proof:
    """The proof is not what is measured."""
    return Proof(PASSED, None, None, None, None, python, (), None, None)
