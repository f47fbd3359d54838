"""What pip would choose, and what pidoctor chooses: equal, or different by a named evidence.

At least 300 combinations of package, Python, architecture and glibc are put to the real pip, over
exactly the wheels of the shipped index. Where the answers differ, the difference must be explained
by something that was read off a wheel's ELF files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.platforms.tags import platforms
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.plan import Plan, Resolution
from pidoctor.resolve.provider import World
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import Question
from pidoctor.resolve.verdict import Reason
from tests.oracle.mirror import mirror
from tests.worlds.world import machine

Asked = dict[str, Any]

PACKAGES = ("tflite-runtime", "ai-edge-litert", "tensorflow")
PYTHONS = ("3.9.2", "3.10.12", "3.11.2", "3.12.3", "3.13.5", "3.14.4")
ARCHITECTURES = ("aarch64", "x86_64", "armv7l")
# glibc -> newest GLIBCXX of a release that has it (Debian 10 and 11, Ubuntu 22.04, Debian 12,
# Ubuntu 24.04, Debian 13), as in catalog/data/systems.json.
LIBRARIES = {
    "2.28": "3.4.25",
    "2.31": "3.4.28",
    "2.35": "3.4.30",
    "2.36": "3.4.30",
    "2.39": "3.4.33",
    "2.41": "3.4.33",
}
EVIDENCE = {
    Reason.GLIBC_EVIDENCE,
    Reason.GLIBCXX,
    Reason.EXEC_STACK,
    Reason.NUMPY_PAIR,
    Reason.WRONG_BINARY,
}


@dataclass(frozen=True)
class Case:
    package: str
    machine: Machine

    def __str__(self) -> str:
        libc = ".".join(map(str, self.machine.libc_version or ()))
        python = self.machine.python_short
        return f"{self.package} py{python} {self.machine.architecture} glibc{libc}"


def cases() -> Iterator[Case]:
    for package, python, architecture, libc in product(PACKAGES, PYTHONS, ARCHITECTURES, LIBRARIES):
        yield Case(
            package,
            machine(python, architecture, libc, glibcxx=LIBRARIES[libc], system_python=False),
        )


@pytest.fixture(scope="module")
def newest_pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the newest pip: older ones download a wheel where its metadata is enough."""
    venv = tmp_path_factory.mktemp("pip") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    python = venv / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--upgrade", "pip"], check=True)
    return python


def ask_pip(python: Path, questions: list[Asked], url: str) -> list[dict[str, str] | None]:
    """The answers of two pips, each with every other question."""
    with ThreadPoolExecutor(2) as pool:
        halves = list(
            pool.map(lambda half: _ask(python, half, url), (questions[::2], questions[1::2]))
        )
    answers: list[dict[str, str] | None] = [None] * len(questions)
    answers[::2], answers[1::2] = halves
    return answers


def _ask(python: Path, questions: list[Asked], url: str) -> list[dict[str, str] | None]:
    script = Path(__file__).with_name("ask_pip.py")
    clean = {k: v for k, v in os.environ.items() if not k.upper().startswith("PIP_")}
    done = subprocess.run(
        [python, str(script), url],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=True,
        env=clean,
    )
    answers: list[dict[str, str] | None] = json.loads(done.stdout)
    return answers


def question(case: Case, catalog: Catalog) -> Asked:
    world = World(case.machine, catalog, beyond_tags=False)
    return {
        "requirement": case.package,
        "python": case.machine.python,
        "abis": [case.machine.abi, "abi3", "none"],
        "platforms": list(platforms(case.machine.interpreter)),
        "environment": world.environment,
    }


def explanation(case: Case, ours: Resolution, theirs: dict[str, str] | None) -> str | None:
    """The evidence that explains a difference, or None where nothing does."""
    theirs = theirs or {}
    if Version(theirs.get(case.package, "0")).is_prerelease:
        return "a pre-release, which pidoctor takes only when it is asked for"
    for candidate in ours.rejected:
        chosen_by_pip = theirs.get(candidate.name) == candidate.version
        if chosen_by_pip and candidate.reason in EVIDENCE:
            return candidate.reason.value
    if isinstance(ours, Plan) and theirs.get(case.package) == ours.version:
        for pin in ours.pins:
            differs = theirs.get(pin.name) != pin.version
            if differs and any("compiled into" in because for because in pin.because):
                return f"{pin.name} bound compiled into the wheel"
            project_rejected = differs and _newer_rejected(pin.name, theirs[pin.name], case)
            if project_rejected:
                return project_rejected
    return None


def _newer_rejected(name: str, version: str, case: Case) -> str | None:
    """Why evidence refuses the version of a dependency that pip took."""
    from pidoctor.resolve.compatibility import judge
    from pidoctor.resolve.verdict import Rejected

    project = WheelsIndex(shipped_index()).project(name)
    assert project is not None
    verdicts = [judge(wheel, case.machine) for wheel in project.by_version.get(version, ())]
    found = {v.reason for v in verdicts if isinstance(v, Rejected)} & EVIDENCE
    return f"{name} {version}: {min(found).value}" if found else None


def chosen(resolution: Resolution) -> dict[str, str] | None:
    if not isinstance(resolution, Plan):
        return None
    return {pin.name: pin.version for pin in resolution.pins}


@pytest.mark.network
@pytest.mark.slow
def test_every_difference_from_pip_is_explained_by_evidence(
    newest_pip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = WheelsIndex(shipped_index())
    catalog = open_catalog(index)
    all_cases = list(cases())
    assert len(all_cases) >= 300
    with mirror(index) as url:
        answers = ask_pip(newest_pip, [question(case, catalog) for case in all_cases], url)
    reasons: Counter[str] = Counter()
    unexplained = []
    for case, raw in zip(all_cases, answers):
        theirs = None if raw is None else {_normal(name): v for name, v in raw.items()}
        request = parse_request(case.package, catalog)
        ours = Question(case.machine, request, catalog).answer("python3")
        if chosen(ours) == theirs:
            reasons["same answer, a plan" if theirs else "same answer, nothing fits"] += 1
            continue
        why = explanation(case, ours, theirs)
        reasons[why or "unexplained"] += 1
        if why is None:
            unexplained.append(f"{case}: pip {theirs}, pidoctor {chosen(ours)}")
    with capsys.disabled():
        print(f"\n{len(all_cases)} combinations put to pip:")
        for why, count in reasons.most_common():
            print(f"  {count:4} {why}")
    assert not unexplained, "\n".join(unexplained)


def _normal(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)
