"""Results such as the commands give them, for the tests of every form of report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pidoctor.asked import Asked
from pidoctor.catalog.wheels import Wheel
from pidoctor.envelope import Cell, Downloaded, Result, Step, Written
from pidoctor.install.outcome import Outcome
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Index
from pidoctor.proof.proof import KNOWN_ANSWER, Death, ModelResult, Proof
from pidoctor.resolve.explanation import Explanation, Newest, RunnerUp
from pidoctor.resolve.history import History
from pidoctor.resolve.plan import Candidate, Change, Impossible, Pin, Plan
from pidoctor.resolve.verdict import Reason
from pidoctor.result import ExitCode, Finding, Remedy, Severity
from pidoctor.triage.diagnosis import Diagnosis, LogLine
from tests.profiles import changed, coral, pi4, unknown_profile

SHA = "0" * 64
HERE = Asked()


def wheel(name: str, version: str, size: int) -> Pin:
    filename = f"{name}-{version}-py3-none-any.whl"
    made = Wheel(name, version, filename, SHA, size, "", (), "", "index", None)
    return Pin(name, version, "index", made, "", False, (f"{name} (asked for)",))


def plan(request: str = "auto") -> Plan:
    return Plan(
        request=request,
        runtime="ai-edge-litert",
        import_line="from ai_edge_litert.interpreter import Interpreter",
        python="/usr/bin/python3",
        pins=(
            wheel("ai-edge-litert", "2.1.0", 14 * 2**20),
            wheel("flatbuffers", "25.12.19", 26_000),
            Pin("numpy", "1.24.2", "debian", None, "python3-numpy", True, ("numpy>=1.23",)),
        ),
        rejected=(
            Candidate("ai-edge-litert", "2.3.0", Reason.GLIBC_EVIDENCE, "it needs glibc 2.34"),
        ),
        notes=("python3-numpy is Debian's own build",),
    )


def impossible() -> Impossible:
    glibc = "libLiteRt.so needs GLIBC_2.34 whatever its tag says; the system has glibc 2.31"
    near = Candidate("ai-edge-litert", "2.3.0", Reason.GLIBC_EVIDENCE, glibc)
    older = "built for CPython 3.9; this is 3.11"
    return Impossible(
        request="ai-edge-litert",
        python="3.11",
        message="the nearest is ai-edge-litert 2.3.0: " + glibc,
        rejected=(
            near,
            near._replace(version="2.2.0"),
            near._replace(version="2.10.0"),
            Candidate("ai-edge-litert", "1.1.0", Reason.PYTHON, older),
        ),
        nearest=near,
        changes=(
            Change("runtime", "Ask for tflite-runtime instead.", ""),
            Change(
                "os-release",
                "Use Raspberry Pi OS Bookworm, 64 bits.",
                "ai-edge-litert 2.3.0, numpy 2.4.6",
            ),
        ),
    )


RUNNER_UP = RunnerUp("tflite-runtime", "2.14.0", "ai-edge-litert follows it", 3_000_000)


def explanation() -> Explanation:
    arm = "64-bit ARM (aarch64)"
    known = History(
        "ai-edge-litert", arm, "1.1.0", "2.3.0", "3.9", "1.1.0", "2.1.0", ("3.10", "3.14")
    )
    asks_for = ("Python >=3.10", "glibc 2.34", "numpy>=1.23.2")
    return Explanation((known,), Newest("ai-edge-litert", "2.3.0", False, asks_for), None)


def findings() -> tuple[Finding, ...]:
    return (
        Finding("pep-668", Severity.NOTE, "This Python belongs to the system."),
        Finding(
            "venv-module-missing",
            Severity.ERROR,
            "This Python cannot make virtual environments.",
            "/usr/lib/python3.11/ensurepip is not there",
            Remedy(
                "Install the module.", ("sudo apt-get install -y python3-venv python3-pip",), True
            ),
            "https://packages.debian.org/python3-venv",
        ),
        Finding(
            "temp-is-small-tmpfs",
            Severity.WARNING,
            "The temporary folder is held in memory and smaller than what pip will unpack.",
            "/tmp is a tmpfs with 209 MB free; 295 MB are needed",
            Remedy("Unpack on the card instead.", ("TMPDIR=/var/tmp pidoctor install",)),
        ),
    )


def _passed(name: str, latency_ms: float, max_error: float) -> ModelResult:
    return ModelResult(
        name,
        "passed",
        expected=(1,),
        latency_ms=latency_ms,
        max_error=max_error,
        tolerance=1e-5,
        given="a stored input",
        compared_with=KNOWN_ANSWER,
    )


def passed_proof() -> Proof:
    return Proof(
        status="passed",
        runtime="ai-edge-litert",
        version="2.1.0",
        numpy="1.24.2",
        import_line="from ai_edge_litert.interpreter import Interpreter",
        python="/home/alice/project/.venv/bin/python",
        models=(
            _passed("float32", latency_ms=0.21, max_error=1.2e-7),
            _passed("int8", latency_ms=0.13, max_error=0),
        ),
        peak_memory_bytes=61_000_000,
        death=None,
    )


def failed_proof() -> Proof:
    death = Death(
        "illegal-instruction",
        4,
        "import",
        None,
        None,
        "It died (illegal instruction) while it was imported: the processor lacks atomics.",
        "FATAL ERROR: This binary was compiled with lse enabled",
    )
    failed = (ModelResult("float32", "failed"),)
    return replace(passed_proof(), status="failed", models=failed, death=death)


def diagnoses() -> tuple[Diagnosis, ...]:
    return (
        Diagnosis(
            "numpy2-abi-mismatch",
            0.95,
            (LogLine(41, "AttributeError: _ARRAY_API not found"),),
            "tflite-runtime was built for NumPy 1, and NumPy 2 is installed.",
            Remedy("Install NumPy 1 beside it.", ("python3 -m pip install 'numpy<2'",), True),
            source="https://numpy.org/doc/stable/user/troubleshooting-importerror.html",
            title="Built for NumPy 1, but NumPy 2 is installed",
        ),
        Diagnosis(
            "pip-too-old",
            0.5,
            (),
            "",
            Remedy(""),
            ("no-wheel-for-python", "no-wheel-for-arch"),
            title="pip is too old to see the wheels",
        ),
        Diagnosis(
            "unknown",
            0.0,
            (LogLine(7, "ValueError: Cannot set tensor: Got value of type FLOAT32"),),
            "It takes UINT8, and got FLOAT32.",
            Remedy("Convert the values to that type.", safe=True),
            source="https://example.org/a-row-that-the-contract-has-no-name-for",
            title="The input does not have the type that the model takes",
        ),
        Diagnosis(
            "unknown",
            0.0,
            (LogLine(9, "frobnicate error: 5"),),
            "Something failed here, and none of the known causes fits.",
            Remedy("Run this on the board.", ("pidoctor check",), True),
            title="Unknown cause",
        ),
    )


def cell(board: str, system: str, bits: int, python: str, summary: str) -> Cell:
    status = "plan" if summary[:1].islower() else ("impossible" if summary else "unknown")
    target = f"{board}/{system}-{bits}/py{python}"
    return Cell(target, "auto", status, summary, board, system, bits, python)


def matrix() -> tuple[Cell, ...]:
    none = "Nothing has a 32-bit wheel for Python 3.13."
    cells = []
    for board in ("pi4-4gb", "pi5-8gb", "pi4-8gb"):
        cells.append(cell(board, "bookworm", 64, "3.11", "ai-edge-litert 2.3.0, numpy 2.4.6"))
        cells.append(cell(board, "trixie", 64, "3.13", "ai-edge-litert 2.3.0, numpy 2.4.6"))
        if board != "pi5-8gb":
            cells.append(cell(board, "bookworm", 32, "3.11", "tflite-runtime 2.14.0, numpy 1.24.2"))
            cells.append(cell(board, "trixie", 32, "3.13", none))
    cells.append(cell("pi-zero-w", "bookworm", 32, "3.11", ""))
    return tuple(cells)


def check() -> Result:
    profile = changed(
        pi4(),
        accelerators=(coral(),),
        python_externally_managed="/usr/lib/python3.11/EXTERNALLY-MANAGED",
        indexes=(
            Index("index", "default", "pip's default"),
            Index("piwheels", "https://www.piwheels.org/simple", "/etc/pip.conf"),
        ),
    )
    return Result(
        "check",
        profile=profile,
        findings=findings()[:1],
        resolution=plan(),
        timings={"probe_s": 0.01},
        asked=HERE,
    )


def sick() -> Result:
    """A check that found problems on a machine that hardly answered."""
    crashed = Finding(
        "probe-failed", Severity.WARNING, "The probe of the board crashed.", "ValueError: bad hex"
    )
    profile = changed(
        unknown_profile(), python_version="3.11.2", memory_swap=Fact.absent("/proc/swaps")
    )
    return Result(
        "check",
        ExitCode.PROBLEM,
        profile=profile,
        findings=(*findings(), crashed),
        resolution=impossible(),
        asked=Asked("ai-edge-litert"),
    )


def outcome(status: str, environment: str, proof: Proof, *found: Finding) -> Outcome:
    place = Path(environment)
    left = f"{place} is as it was before." if status == "rolled-back" else ""
    return Outcome(status, place, place / "bin" / "python", proof, None, found, left=left)


SAMPLES: dict[str, Result] = {
    "check": check(),
    "check-sick": sick(),
    "explain": Result(
        "explain",
        profile=pi4(),
        resolution=impossible(),
        explanation=explanation(),
        asked=Asked("ai-edge-litert"),
    ),
    "explain-plan": Result(
        "explain",
        profile=pi4(),
        resolution=plan(),
        explanation=replace(explanation(), runner_up=RUNNER_UP),
        asked=Asked("auto", "--target", "pi4-4gb/bookworm-64"),
    ),
    "install-dry-run-satisfied": Result(
        "install",
        resolution=replace(
            plan(),
            pins=tuple(
                pin._replace(source="installed", wheel=None, was=pin.version) for pin in plan().pins
            ),
            notes=(),
        ),
        asked=HERE,
        environment=Path(".venv"),
        steps=(Step("Nothing to install: prove the environment by an inference", ""),),
    ),
    "install-dry-run": Result(
        "install",
        resolution=plan(),
        asked=HERE,
        environment=Path(".venv"),
        steps=(
            Step("Install the system's python3-numpy", "sudo apt-get install -y python3-numpy"),
            Step(
                "Install the wheels",
                ".venv/bin/python -m pip install --require-hashes -r .venv.pidoctor/work/r.txt",
                (".venv.pidoctor/work/r.txt", ".venv"),
            ),
        ),
    ),
    "install": Result(
        "install",
        resolution=plan(),
        asked=HERE,
        proof=passed_proof(),
        outcome=outcome("installed", "my env/.venv", passed_proof()),
        next="pidoctor example && 'my env/.venv/bin/python' first_example.py",
    ),
    "install-failed": Result(
        "install",
        ExitCode.PROBLEM,
        findings=findings()[1:2],
        resolution=plan(),
        asked=HERE,
        proof=failed_proof(),
        outcome=outcome("rolled-back", "/srv/.venv", failed_proof(), findings()[1]),
    ),
    "download": Result(
        "download",
        resolution=plan(),
        asked=Asked("auto", "--target", "pi4-4gb/bookworm-64"),
        downloaded=Downloaded("wheels", ("a.whl", "b.whl"), ("requirements.txt", "HOWTO.txt")),
    ),
    "lock": Result(
        "lock",
        resolution=plan(),
        asked=Asked("auto", "--target", "pi4-4gb/bookworm-64"),
        written=Written("numpy==1\n", "requirements.txt"),
    ),
    "capture": Result("capture", profile=pi4(), written=Written(output="my pi.json")),
    "smoke-crash": Result("smoke", ExitCode.PROBLEM, proof=failed_proof()),
    "triage": Result("triage", ExitCode.PROBLEM, diagnoses=diagnoses()),
    "matrix": Result("matrix", matrix=matrix()),
    "targets": Result(
        "targets",
        targets=("pi4-4gb/bookworm-64", "pi4-4gb/bookworm-32", "pi5-8gb/bookworm-64"),
    ),
    "error": Result("check", ExitCode.USAGE, error="'pi9' is not a board pidoctor knows"),
}
