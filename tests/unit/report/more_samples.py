"""Results of the commands beside check, explain and install: of models, logs, fleets, the index."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pidoctor as package
from pidoctor.asked import Asked
from pidoctor.bench.figures import Bench, BenchRun, Figures
from pidoctor.envelope import Answer, Downloaded, IndexAnswer, Result, Step, Written
from pidoctor.fleet.board_store import FleetMoved
from pidoctor.fleet.record import BoardStatus as BoardVerdict
from pidoctor.fleet.report import Fleet, FleetCause, FleetDrift, FleetGroup, FleetUnread
from pidoctor.fleet.telling import FleetTelling
from pidoctor.indexing.status import IndexStatus
from pidoctor.indexing.update import Updated
from pidoctor.indexing.verify import Verification
from pidoctor.model.advice import ModelAdvice
from pidoctor.model.answer import (
    Difference,
    GivenFile,
    ModelAnswer,
    ModelChange,
    RuntimeAnswer,
)
from pidoctor.model.arena import arena_bytes
from pidoctor.model.content import read_content
from pidoctor.model.memory import MemoryEstimate
from pidoctor.model.summary import summarise
from pidoctor.model.verdict import CANNOT, RUNS, Verdict
from pidoctor.profile.fingerprint import fingerprint
from pidoctor.proof.proof import Death
from pidoctor.result import ExitCode, Finding, Severity
from pidoctor.triage.cases import LogCase
from tests.profiles import pi4
from tests.unit.report.samples import (
    SAMPLES as FIRST,
)
from tests.unit.report.samples import (
    check,
    diagnoses,
    findings,
    impossible,
    passed_proof,
    plan,
    sick,
)

PI_64 = Asked("auto", "--target", "pi4-4gb/bookworm-64")
SHIPPED = Path(package.__file__).parent / "proof" / "models" / "int8.tflite"
KNOWN = "knows every operator in the version that the model asks for"


def model(*runtimes: RuntimeAnswer, changes: tuple[ModelChange, ...] = ()) -> ModelAnswer:
    """The shipped 8-bit model, as if it did so on these runtimes."""
    content = read_content(memoryview(SHIPPED.read_bytes()))
    return ModelAnswer(
        GivenFile("mine.tflite", lambda: "5" * 64),
        content,
        summarise(content),
        runtimes,
        arena_bytes(content),
        changes,
    )


def runs() -> ModelAnswer:
    return model(
        RuntimeAnswer("ai-edge-litert", "2.3.0", Verdict(RUNS, None, KNOWN, "measured")),
        RuntimeAnswer("tflite-runtime", "2.14.0", Verdict(RUNS, None, KNOWN, "measured")),
    )._replace(
        memory=MemoryEstimate((3_000_000, 4_000_000), 4_096, {"tensor arena": 1_200_000}),
        advice=(
            ModelAdvice(
                "threads",
                "Four threads took 0.3 to 0.5 of the time of one on boards with this processor.",
                "https://example.org/timings",
            ),
        ),
    )


def cannot() -> ModelAnswer:
    why = "it asks for FULLY_CONNECTED 12, and tflite-runtime 2.14.0 knows it up to 11"
    return model(
        RuntimeAnswer("tflite-runtime", "2.14.0", Verdict(CANNOT, "load", why, "measured")),
        changes=(
            ModelChange("os-bits", "Install the 64-bit Raspberry Pi OS 12", "ai-edge-litert 2.3.0"),
            ModelChange(
                "converter",
                "Convert it with per-tensor weights in its dense layers",
                "tflite-runtime 2.14.0",
                "converter._experimental_disable_per_channel_quantization_for_dense_layers = True",
            ),
        ),
    )


def bench(*void: str) -> Bench:
    """One and four threads on a board; ``void`` says why the second run is."""
    one = Figures(9.8, 10.1, 10.3, 10.9, 10.1, 0.006, 198)
    four = Figures(3.1, 3.25, 3.4, 4.2, 3.3, 0.021, 611)
    died = Death(
        "illegal-instruction", 4, "invoke", None, "", "It ended with an illegal instruction.", ""
    )
    return Bench(
        "mine.tflite",
        "tflite-runtime",
        "2.14.0",
        (
            BenchRun(1, True, one, 1.2, 0.4, 12.5, 40, 3_000_000, 1, 4, 4, "ab" * 8),
            BenchRun(
                4, True, four, 1.1, 0.4, 5.0, 60, 3_100_000, 1, 4, 4, "ab" * 8, 0.0, tuple(void)
            ),
            BenchRun(1, False, death=died),
        ),
        1.004,
        "ondemand",
        61.4,
        1800,
    )


def fleet() -> Fleet:
    works, fails = BoardVerdict.WORKS, BoardVerdict.FAILS
    known = fingerprint(pi4())
    cause = FleetCause("numpy2-abi-mismatch", "tflite-runtime 2.14.0 crashes beside NumPy 2.4.6", 3)
    telling = FleetTelling("numpy", "2.4.6", "1.26.4", 38, "install numpy 1.26.4", "numpy 1.26.4")
    good = ("tflite-runtime 2.14.0, numpy 1.26.4",)
    bad = ("tflite-runtime 2.14.0, numpy 2.4.6",)
    return Fleet(
        42,
        43,
        (
            FleetGroup(
                known, fails, 3, ("kiosk-07", "kiosk-11", "kiosk-29"), bad, (cause,), telling
            ),
            FleetGroup(known, works, 38, ("kiosk-01", "kiosk-02", "kiosk-03"), good, ()),
            FleetGroup(None, BoardVerdict.UNKNOWN, 1, ("desk",), (), ()),
        ),
        1,
        (FleetUnread("boards/kiosk-12/receipt.json", "it is no JSON"),),
        FleetDrift("2026-11-01T10:00:00Z", 2, 0, 1, (FleetMoved("kiosk-07", "works", "fails"),)),
    )


def cases() -> tuple[LogCase, ...]:
    first, *others = diagnoses()
    return (
        LogCase("logs/monday.log", first, made="2026-11-23"),
        LogCase("logs/tuesday.log", first, made="2026-11-24"),
        *(LogCase(f"logs/other-{at}.log", it, made="2026-11-24") for at, it in enumerate(others)),
        LogCase("logs/photo.png", error="this is no log: it is a PNG image"),
    )


STATUS = IndexStatus(
    "shipped",
    Path("/usr/lib/pidoctor/wheels-index"),
    "2026-11-20",
    6,
    73,
    3072,
    1330,
    {"index": 3072},
    "",
)

MORE: dict[str, Result] = {
    "undo": Result(
        "undo",
        verdict="/home/pi/.venv is as it was before the last install.",
        steps=(
            Step("numpy 2.4.6 -> 1.26.4", status="done"),
            Step("ai-edge-litert 2.3.0 is removed", status="done"),
        ),
    ),
    "recover": Result("recover", verdict="No install of /home/pi/.venv was interrupted."),
    "smoke": Result("smoke", proof=passed_proof()),
    "model": Result(
        "model",
        verdict="mine.tflite runs on pi4 with ai-edge-litert 2.3.0.",
        next="pidoctor install --model mine.tflite",
        profile=pi4(),
        model=runs(),
        asked=PI_64,
    ),
    "model-cannot": Result(
        "model",
        ExitCode.PROBLEM,
        verdict="mine.tflite does not run on pi4 with its 32-bit system.",
        profile=pi4(),
        model=cannot(),
        asked=PI_64,
    ),
    "model-two": Result(
        "model",
        verdict="mine.tflite runs on pi4 with ai-edge-litert 2.3.0.",
        profile=pi4(),
        model=runs()._replace(
            differences=(
                Difference("size", "1.2 MB", "320 kB"),
                Difference("quantisation", "float32", "full int8"),
            )
        ),
        asked=PI_64,
    ),
    "bench": Result("bench", verdict="mine.tflite takes 3.25 ms with 4 threads.", bench=bench()),
    "bench-void": Result(
        "bench",
        ExitCode.COULD_NOT_CHECK,
        verdict="No figure can be believed.",
        bench=bench("other programs used 0.8 of a core meanwhile")._replace(
            shapes=((1, 224, 224, 3),)
        ),
    ),
    "example": Result(
        "example",
        verdict="Written: mine_example.py. It runs with the runtime that is installed.",
        next="pidoctor install --model mine.tflite",
    ),
    "fleet-report": Result("fleet", ExitCode.PROBLEM, fleet=fleet()),
    "triage-many": Result("triage", ExitCode.PROBLEM, cases=cases()),
    "check-several": Result(
        "check",
        ExitCode.PROBLEM,
        answers=(
            Answer("pi4-4gb/bookworm-64", replace(check(), asked=PI_64)),
            Answer("this machine", sick()),
        ),
    ),
    "explain-not-asked": Result("explain", ExitCode.PROBLEM, resolution=impossible(), asked=PI_64),
    "index-status": Result("index", index=IndexAnswer(status=STATUS)),
    "index-old": Result("index", index=IndexAnswer(status=replace(STATUS, age_days=400))),
    "index-update": Result(
        "index",
        index=IndexAnswer(
            update=Updated(
                Path("/home/pi/.cache/pidoctor/wheels-index"),
                ("ai-edge-litert 2.4.0: 12 wheels, needs glibc 2.34", "numpy 2.5.6: 40 wheels"),
                73,
            )
        ),
    ),
    "index-verify": Result("index", index=IndexAnswer(verify=Verification(3072, 5, ()))),
    "index-verify-wrong": Result(
        "index",
        ExitCode.PROBLEM,
        index=IndexAnswer(
            verify=Verification(3072, 5, ("numpy-2.4.6-cp311.whl: the hash is another one",))
        ),
    ),
}

MORE |= {
    "report": Result(
        "report",
        profile=pi4(),
        findings=findings()[:1],
        resolution=plan(),
        asked=Asked(),
        written=Written(output="my bundle.zip"),
    ),
    "fleet-plan": Result(
        "fleet",
        ExitCode.PROBLEM,
        verdict="The wheels for 2 boards of 1 kind are in wheels; there are none for 1 board of "
        "1 kind.",
        steps=(
            Step(
                "pi-a, pi-b (aarch64, glibc 2.36, Python 3.11): ai-edge-litert 2.3.0, numpy 2.4.6",
                status="done",
            ),
        ),
        findings=(
            Finding(
                "nothing-fits",
                Severity.ERROR,
                "pi-c: No TensorFlow Lite runtime has a wheel for 32-bit ARMv6 (armv6l).",
            ),
        ),
    ),
    "fleet-collection": Result(
        "fleet",
        verdict="The collection is collections/pidoctor-runtime-0.1.0.tar.gz.",
        next="ansible-galaxy collection install collections/pidoctor-runtime-0.1.0.tar.gz",
    ),
    "fleet-first-boot": Result(
        "fleet",
        verdict="3 files in boot; README.txt says where each one goes.",
        downloaded=Downloaded("boot", ("README.txt", "first-boot.sh", "pidoctor.pyz")),
    ),
    "recover-put-back": Result(
        "recover",
        steps=(Step("/home/pi/.venv is put back as it was before the install", status="done"),),
    ),
}

ALL: dict[str, Result] = {**FIRST, **MORE}
