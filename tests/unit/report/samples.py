"""Results such as the commands give them, for the tests of every form of report."""

from __future__ import annotations

from typing import Any

from pidoctor.profile.codec import to_json
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Index
from pidoctor.result import ExitCode, Finding, Remedy, Result, Severity
from tests.profiles import changed, coral, pi4, unknown_profile

SHA = "0" * 64


def package(name: str, version: str, size: int | None = 1_000_000, **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "name": name,
        "version": version,
        "source": "index",
        "filename": f"{name}-{version}-py3-none-any.whl",
        "sha256": SHA,
        "size": size,
        "installed": False,
        "because": [],
    }
    return {**plain, **more}


def plan(request: str = "auto") -> dict[str, Any]:
    return {
        "status": "plan",
        "request": request,
        "runtime": "ai-edge-litert",
        "import": "from ai_edge_litert.interpreter import Interpreter",
        "python": "/usr/bin/python3",
        "packages": [
            package("ai-edge-litert", "2.1.0", 14 * 2**20),
            package("flatbuffers", "25.12.19", 26_000),
            package(
                "numpy",
                "1.24.2",
                None,
                source="debian",
                filename="python3-numpy",
                sha256=None,
                installed=True,
            ),
        ],
        "rejected": [rejected("ai-edge-litert", "2.3.0", "memory", "it needs 8 GB of memory")],
        "changes": [],
        "notes": ["python3-numpy is Debian's own build"],
        "nearest_miss": None,
    }


def rejected(name: str, version: str, reason: str, detail: str) -> dict[str, str]:
    return {"name": name, "version": version, "reason": reason, "detail": detail}


def impossible() -> dict[str, Any]:
    glibc = "libLiteRt.so needs GLIBC_2.34 whatever its tag says; this system has glibc 2.31"
    near = rejected("ai-edge-litert", "2.3.0", "glibc-by-evidence", glibc)
    older = "built for CPython 3.9; this is 3.11"
    return {
        "status": "impossible",
        "request": "ai-edge-litert",
        "runtime": None,
        "import": None,
        "python": "3.11",
        "packages": [],
        "rejected": [
            near,
            rejected("ai-edge-litert", "2.2.0", "glibc-by-evidence", glibc),
            rejected("ai-edge-litert", "2.10.0", "glibc-by-evidence", glibc),
            rejected("ai-edge-litert", "1.1.0", "python", older),
        ],
        "changes": [
            {
                "kind": "runtime",
                "text": "Ask for tflite-runtime instead.",
                "cost": 20,
                "result": "",
            },
            {
                "kind": "os-release",
                "text": "Use Raspberry Pi OS Bookworm, 64 bits.",
                "cost": 70,
                "result": "ai-edge-litert 2.3.0, numpy 2.4.6",
            },
        ],
        "message": "the nearest is ai-edge-litert 2.3.0: " + glibc,
        "nearest_miss": near,
    }


def findings() -> tuple[Finding, ...]:
    return (
        Finding("pep-668", Severity.NOTE, "This Python belongs to the system."),
        Finding(
            "venv-missing",
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


def passed_proof() -> dict[str, Any]:
    return {
        "status": "passed",
        "runtime": "ai-edge-litert",
        "version": "2.1.0",
        "numpy": "1.24.2",
        "import": "from ai_edge_litert.interpreter import Interpreter",
        "python": "/home/alice/project/.venv/bin/python",
        "models": [
            {"name": "float32", "status": "passed", "latency_ms": 0.21, "max_error": 1.2e-7},
            {"name": "int8", "status": "passed", "latency_ms": 0.13, "max_error": 0},
        ],
        "peak_memory_bytes": 61_000_000,
        "death": None,
    }


def failed_proof() -> dict[str, Any]:
    message = "It died (illegal instruction) while it was imported: the processor lacks atomics."
    return {
        **passed_proof(),
        "status": "failed",
        "models": [{"name": "float32", "status": "failed", "latency_ms": None, "max_error": None}],
        "death": {
            "kind": "illegal-instruction",
            "signal": 4,
            "step": "import",
            "model": None,
            "detail": None,
            "message": message,
            "evidence": "FATAL ERROR: This binary was compiled with lse enabled",
        },
    }


def diagnoses() -> tuple[dict[str, Any], ...]:
    return (
        {
            "cause": "numpy2-abi-mismatch",
            "confidence": 0.95,
            "evidence": [{"line": 41, "text": "AttributeError: _ARRAY_API not found"}],
            "explanation": "tflite-runtime was built for NumPy 1, and NumPy 2 is installed.",
            "fix": {
                "commands": ["python3 -m pip install 'numpy<2'"],
                "safe": True,
                "text": "Install NumPy 1 beside it.",
            },
            "alternatives": [],
            "source": "https://numpy.org/doc/stable/user/troubleshooting-importerror.html",
        },
        {
            "cause": "pip-too-old",
            "confidence": 0.5,
            "evidence": [],
            "explanation": "",
            "fix": {"commands": [], "safe": False, "text": ""},
            "alternatives": ["no-wheel-for-python", "no-wheel-for-arch"],
            "source": "",
        },
    )


def cell(board: str, system: str, bits: int, python: str, summary: str) -> dict[str, Any]:
    status = "plan" if summary[:1].islower() else ("impossible" if summary else "unknown")
    return {
        "target": f"{board}/{system}-{bits}/py{python}",
        "requirement": "auto",
        "status": status,
        "summary": summary,
        "board": board,
        "system": system,
        "bits": bits,
        "python": python,
    }


def matrix() -> tuple[dict[str, Any], ...]:
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
        profile=to_json(profile),
        findings=findings()[:1],
        resolution=plan(),
        timings={"probe_s": 0.01},
        extra={"here": True},
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
        profile=to_json(profile),
        findings=(*findings(), crashed),
        resolution=impossible(),
    )


SAMPLES: dict[str, Result] = {
    "check": check(),
    "check-sick": sick(),
    "explain": Result("explain", profile=to_json(pi4()), resolution=impossible()),
    "install-dry-run": Result(
        "install",
        resolution=plan(),
        extra={
            "steps": [
                {
                    "text": "Make the environment",
                    "command": "/usr/bin/python3 -m venv --system-site-packages .venv",
                    "status": "planned",
                },
                ".venv/bin/python -m pip install --require-hashes --no-deps -r requirements.txt",
            ]
        },
    ),
    "install": Result(
        "install",
        resolution=plan(),
        proof=passed_proof(),
        extra={"install": {"status": "installed", "environment": "my env/.venv"}},
    ),
    "install-failed": Result(
        "install",
        ExitCode.PROBLEM,
        findings=findings()[1:2],
        resolution=plan(),
        proof=failed_proof(),
        extra={"install": {"status": "rolled-back", "environment": "/srv/.venv"}},
    ),
    "download": Result(
        "download", resolution=plan(), extra={"directory": "wheels", "files": ["a.whl", "b.whl"]}
    ),
    "smoke-crash": Result("smoke", ExitCode.PROBLEM, proof=failed_proof()),
    "triage": Result("triage", ExitCode.PROBLEM, diagnoses=diagnoses()),
    "matrix": Result("matrix", matrix=matrix()),
    "targets": Result(
        "targets",
        extra={"targets": ["pi4-4gb/bookworm-64", "pi4-4gb/bookworm-32", "pi5-8gb/bookworm-64"]},
    ),
    "error": Result("check", ExitCode.USAGE, error="'pi9' is not a board pidoctor knows"),
}
