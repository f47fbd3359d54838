"""Fills the ledger of proofs: runs runtimes in emulated ARM roots and writes down how it ended.

``python -m tests.emulated.ledger --minutes 20`` goes on where it stopped. Each runtime version that
a release's Python could install is run with what the resolver would put beside it, on each core:
as wheels unpacked into a folder, so that nothing but the run itself is emulated.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.ledger import COMPILED_MODEL, FILE, INTERPRETER, LedgerRun, read_ledger
from pidoctor.catalog.systems import SystemRow, load_systems
from pidoctor.catalog.wheels import Wheel, WheelsIndex, shipped_index
from pidoctor.decoding import encode
from pidoctor.errors import CouldNotCheckError
from pidoctor.indexing.pages import PageReader
from pidoctor.indexing.remote import download
from pidoctor.indexing.scope import load_scope
from pidoctor.indexing.sources import open_session, pip_settings
from pidoctor.resolve.plan import Plan
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import Question
from pidoctor.resolve.standing import bearer
from tests.worlds.world import machine

from . import cache, emulator
from .recipes import Recipe
from .roots import Root

CORES = {
    "arm64": ("cortex-a53", "cortex-a72", "cortex-a76"),
    "armhf": ("cortex-a7", "cortex-a8", "cortex-a9", "cortex-a15"),
}
_ARCHITECTURES = {"arm64": "aarch64", "armhf": "armv7l"}
MODELS = Path(__file__).parents[2] / "pidoctor" / "proof" / "models"
PAYLOAD = Path(__file__).with_name("ledger_payload.py")
NOT_DONE = "not done"  # how an outcome begins that proves nothing
_FOLDERS = re.compile(r"/opt/wheels/\w+/(?:[\w.]+/)*")
_SECONDS = 900  # for one run: tensorflow takes minutes where others work beside it


@dataclass(frozen=True)
class Combination:
    """A version of a runtime in a root on a core; ``name`` is the package that holds its files."""

    system: SystemRow
    arch: str
    core: str
    name: str
    plan: Plan

    @property
    def key(self) -> tuple[str, ...]:
        architecture = _ARCHITECTURES[self.arch]
        system, python = self.system.id, self.system.python_minor
        return self.name, self.version, system, python, architecture, self.core

    @property
    def version(self) -> str:
        return next(pin.version for pin in self.plan.pins if pin.name == self.name)


def combinations(
    catalog: Catalog, suites: Sequence[str], archs: Sequence[str], names: Sequence[str]
) -> Iterator[Combination]:
    """What the resolver calls runnable where nothing is known of the processor."""
    for suite in suites:
        plain = (row for row in load_systems().rows if row.flavour in ("debian", "ubuntu"))
        system = next(row for row in plain if row.codename == suite)
        for arch in archs:
            here = machine(
                system.python,
                _ARCHITECTURES[arch],
                system.libc_version,
                glibcxx=system.glibcxx or "",
                codename=suite,
            )
            for name in names:
                project = catalog.index.project(name)
                for version in project.by_version if project else ():
                    request = parse_request(f"{name}=={version}", catalog)
                    answer = Question(here, request, catalog).answer("python3")
                    if isinstance(answer, Plan):
                        runtime = catalog.named[name]
                        wheels = {wheel.name: wheel for wheel in answer.wheels}
                        held = bearer(runtime, wheels.get(name), answer.wheels)
                        if held is not None:
                            for core in CORES[arch]:
                                yield Combination(system, arch, core, held.name, answer)


class Workshop:
    """Wheels unpacked once, and roots kept open between runs."""

    def __init__(self) -> None:
        self._roots: dict[Recipe, Root] = {}
        self._features: dict[tuple[str, str], tuple[str, ...]] = {}

    def close(self) -> None:
        for root in self._roots.values():
            root.close()

    def run(self, what: Combination) -> LedgerRun:
        """Runs one combination, the Interpreter first, then CompiledModel where there is one."""
        root = self._root(what)
        folders = [unpacked(wheel) for wheel in what.plan.wheels]
        ran = self._ran(root, what, folders, what.plan.import_line)
        has_compiled = any(
            (folder / "ai_edge_litert/compiled_model.py").exists() for folder in folders
        )
        if has_compiled:
            by_model = self._ran(root, what, folders, COMPILED_MODEL)
            ended = [outcome for outcome in by_model.values() if outcome != "passed"]
            ran[COMPILED_MODEL] = ended[0] if ended else "passed"
        return LedgerRun(
            name=what.name,
            version=what.version,
            numpy=next(pin.version for pin in what.plan.pins if pin.name == "numpy"),
            system=what.system.id,
            python=what.system.python_minor,
            architecture=_ARCHITECTURES[what.arch],
            core=what.core,
            features=self._cpu(root, what),
            ran=ran,
            on=f"QEMU {'.'.join(map(str, emulator.version()))}",
            when=datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        )

    def _root(self, what: Combination) -> Root:
        recipe = Recipe(str(what.system.codename), what.arch, ("python3-numpy",))
        if recipe not in self._roots:
            self._roots[recipe] = Root(recipe)
        return self._roots[recipe]

    def _ran(
        self, root: Root, what: Combination, folders: Sequence[Path], how: str
    ) -> dict[str, str]:
        guests = [f"/opt/wheels/{folder.name}" for folder in folders]
        files = [
            f"/opt/models/{model}.{end}" for model in INTERPRETER for end in ("tflite", "json")
        ]
        try:
            done = root.run(
                ["python3", "-B", "/opt/payload.py", how, *files],
                cpu=what.core,
                env={"PYTHONPATH": ":".join(guests)},
                online=False,
                binds=[
                    *zip(folders, guests),
                    (MODELS, "/opt/models"),
                    (PAYLOAD, "/opt/payload.py"),
                ],
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return dict.fromkeys(INTERPRETER, f"{NOT_DONE} in {_SECONDS} s")
        return outcomes(done)

    def _cpu(self, root: Root, what: Combination) -> tuple[str, ...]:
        key = what.arch, what.core
        if key not in self._features:
            text = root.run(["cat", "/proc/cpuinfo"], cpu=what.core, online=False).stdout
            found = re.search(r"^Features\s*:(.*)$", text, re.MULTILINE)
            assert found, f"QEMU shows no features for {what.core}"
            self._features[key] = tuple(sorted(found[1].split()))
        return self._features[key]


def unpacked(wheel: Wheel) -> Path:
    """A wheel's files, in the cache."""

    def make(folder: Path) -> None:
        # A session's patience runs out while the programs of the run before it are emulated.
        settings = pip_settings()
        session = open_session(settings)
        pages = PageReader(session, settings.sources(), load_scope())
        links = {link.filename: link for link in pages.page(wheel.name).links}
        link = links[wheel.filename]
        content = BytesIO()
        assert download(session, link.url, link.filename, content) == wheel.sha256
        with zipfile.ZipFile(content) as archive:
            archive.extractall(folder)
        for part in folder.glob("*.data/p*lib/*"):  # purelib or platlib, as pip puts it
            part.rename(folder / part.name)

    return cache.made_once(cache.folder() / "wheels" / wheel.sha256[:16], make)


def outcomes(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Model -> how it ended, from the payload's lines and the end of the process."""
    found = {
        line.split(" ", 2)[1]: line.split(" ", 2)[2]
        for line in done.stdout.splitlines()
        if line.startswith("end ")
    }
    if done.returncode == 0:
        return found
    ended = next((model for model in INTERPRETER if model not in found), INTERPRETER[-1])
    return {**found, ended: _death(done)}


def _death(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode > 128:
        return signal.Signals(done.returncode - 128).name
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    last = _FOLDERS.sub("", lines[-1]) if lines else f"status {done.returncode}"
    return last[:200]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what the ledger does not hold yet, until the time is over."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulated.ledger", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--ledger", type=Path, default=shipped_index() / FILE)
    parser.add_argument("--suites", nargs="+", default=["bookworm", "bullseye", "trixie"])
    parser.add_argument("--archs", nargs="+", default=list(CORES))
    parser.add_argument("--runtimes", nargs="+", default=["tflite-runtime", "ai-edge-litert"])
    parser.add_argument("--versions", nargs="+", default=[])
    parser.add_argument("--cores", nargs="+", default=[])
    options = parser.parse_args(arguments)
    obstacle = emulator.obstacle()
    if obstacle:
        print(f"ARM programs do not run here: {obstacle}", file=sys.stderr)
        return 3
    end = time.monotonic() + 60 * options.minutes
    catalog = open_catalog(WheelsIndex(shipped_index()))
    known = {
        (run.name, run.version, run.system, run.python, run.architecture, run.core)
        for run in read_ledger(options.ledger)
    }
    workshop = Workshop()
    try:
        for what in combinations(catalog, options.suites, options.archs, options.runtimes):
            left_out = any(
                wanted and value not in wanted
                for wanted, value in (
                    (options.versions, what.version),
                    (options.cores, what.core),
                )
            )
            if what.key in known or left_out:
                continue
            if time.monotonic() > end:
                print("time is over; the same command goes on")
                break
            try:
                run = workshop.run(what)
            except CouldNotCheckError as error:
                print(*what.key, f"left for the next time: {error}", flush=True)
                continue
            if any(end.startswith(NOT_DONE) for end in run.ran.values()):
                print(*what.key, dict(run.ran), "proves nothing", flush=True)
                continue
            with options.ledger.open("a", encoding="utf-8") as file:
                file.write(json.dumps(encode(run)) + "\n")
            print(*what.key, dict(run.ran), flush=True)
    finally:
        workshop.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
