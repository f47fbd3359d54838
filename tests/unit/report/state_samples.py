"""The states in which commands end, beside the usual ones: nothing found, in doubt, put back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pidoctor.asked import Asked
from pidoctor.bench.figures import Bench, BenchRun, Figures, OperatorTime, OperatorTimes
from pidoctor.bench.prediction import Prediction, Ratio
from pidoctor.bench.significance import Compared, Comparison
from pidoctor.envelope import IndexAnswer, Result, Step, Written
from pidoctor.evidence.audit import WheelAudit
from pidoctor.evidence.elf import ElfFacts, VersionNeed
from pidoctor.evidence.features import UsedFeatures
from pidoctor.evidence.library import LibraryAudit
from pidoctor.evidence.numpy_api import NumpyUse
from pidoctor.indexing.update import Updated
from pidoctor.profile.fact import Fact
from pidoctor.proof.proof import Death, Proof
from pidoctor.result import ExitCode, Remedy
from pidoctor.triage.diagnosis import Diagnosis
from tests.profiles import changed, pi4
from tests.unit.report.samples import (
    check,
    findings,
    impossible,
    outcome,
    passed_proof,
    plan,
)

HERE = Asked()
LOCK_HERE = Asked("auto", new_environment=".venv-2")


def library(path: str, glibc: str, needed: tuple[str, ...], *, required: bool) -> LibraryAudit:
    facts = ElfFacts(
        machine="aarch64",
        bits=64,
        float_abi="",
        soname="",
        needed=needed,
        glibc=VersionNeed(glibc),
        glibcxx=VersionNeed("3.4.30"),
        cxxabi=VersionNeed(),
        align=65536,
        exec_stack=not required,
        code=(),
    )
    features = UsedFeatures(("asimd",), ("asimddp",)) if required else UsedFeatures((), ())
    bundled = tuple(name for name in needed if name.startswith("libLiteRt"))
    return LibraryAudit(path, required, facts, bundled, features, None)


def audits() -> tuple[WheelAudit, ...]:
    """A wheel whose name says too little, one that is right, and one without compiled files."""
    first = library(
        "ai_edge_litert/_wrapper.so", "2.34", ("libLiteRt.so", "libm.so.6"), required=True
    )
    second = library("ai_edge_litert/tools/tuner.so", "2.17", (), required=False)
    says = "the tag says glibc 2.27, and _wrapper.so needs GLIBC_2.34"
    lying = WheelAudit(
        "ai_edge_litert-2.3.0-cp311-cp311-manylinux_2_27_aarch64.whl",
        14_100_000,
        41_000_000,
        NumpyUse(2, 0xE),
        (second, first),
        (says,),
    )
    right = replace(
        lying,
        filename="tflite_runtime-2.14.0-cp311-cp311-manylinux_2_34_aarch64.whl",
        numpy_api=NumpyUse(1, 0),
        libraries=(library("tflite_runtime/_wrapper.so", "2.27", ("libm.so.6",), required=True),),
        disagreements=(),
    )
    pure = WheelAudit("flatbuffers-25.12.19-py2.py3-none-any.whl", 26_000, 90_000, None, ())
    return lying, right, pure


def delegated() -> Result:
    """A benchmark with a delegate, its operators, and a guess for another board."""
    figures = Figures(3.1, 3.25, 3.4, 4.2, 3.3, 0.021, 611)
    slow = Figures(30.1, 33.0, 34.1, 42.0, 33.0, 1.6, 61)
    plain = BenchRun(1, True, slow, 1.2, 0.4, 12.5, 40, None, 1, 4, 6)
    edge = BenchRun(
        1, False, figures, 9.0, 0.4, 5.0, 60, 3_100_000, 1, 5, 6, delegate="/usr/lib/libedgetpu.so"
    )
    both = edge._replace(xnnpack=True, delegated=None)
    ratio = Ratio(2.4, 3.1, 7, 21, ("one list", "another list"))
    return Result(
        "bench",
        verdict="mine.tflite takes 3.25 ms with libedgetpu.so.",
        bench=Bench(
            "mine.tflite",
            "ai-edge-litert",
            "2.3.0",
            (plain, edge, both),
            None,
            None,
            None,
            None,
            Prediction("Raspberry Pi 3 Model B (64-bit)", 7.8, 10.1, ratio),
            operators=OperatorTimes(
                33.0,
                31.0,
                (OperatorTime("CONV_2D", 3, 24.8, 0.8), OperatorTime("SOFTMAX", 1, 6.2, 0.2)),
            ),
        ),
    )


def compared() -> Result:
    rows = (
        Compared("1 thread", (9.8, 5.1), 0.52, 0.50, 0.54, 5),
        Compared("4 threads", (3.2, 3.25), 1.01, 0.97, 1.06, 5, ("other programs ran meanwhile",)),
    )
    comparison = Comparison("mine.tflite", "mine-int8.tflite", rows)
    bench = delegated().bench
    assert bench is not None
    return Result(
        "bench",
        verdict=comparison.sentence,
        bench=bench._replace(comparison=comparison, operators=None, predicted=None),
    )


def nothing_ran() -> Result:
    bench = delegated().bench
    assert bench is not None
    death = Death("killed", 9, "invoke", None, "", "The system ended it for want of memory.", "")
    return Result(
        "bench",
        ExitCode.PROBLEM,
        verdict="mine.tflite did not run.",
        bench=bench._replace(
            runs=(BenchRun(1, True, death=death),),
            predicted=None,
            operators=OperatorTimes(why_not="the model did not run"),
        ),
    )


def without_runtime() -> Proof:
    message = "None of ai-edge-litert, tflite-runtime, tensorflow is installed in this environment."
    death = Death("module-not-installed", None, "import", None, None, message, "")
    return Proof("failed", None, None, None, None, "/usr/bin/python3", (), None, death)


def told(cause: str, explanation: str, fix: str = "") -> Diagnosis:
    return Diagnosis(cause, 0.0, (), explanation, Remedy(fix))


def kept() -> Result:
    """A check where everything is installed, and proven on a day."""
    here = check()
    pins = tuple(pin._replace(source="installed", wheel=None, package="") for pin in plan().pins)
    profile = changed(
        pi4(),
        environment_folder=Fact.known("/home/pi/.venv", ""),
        environment_proven=Fact.known("2026-11-20T10:00:00Z", ""),
    )
    resolution = replace(plan(), pins=pins, notes=())
    return replace(here, profile=profile, findings=(), resolution=resolution)


STATES: dict[str, Result] = {
    "check-to-be-solved": replace(check(), exit_code=1, findings=findings()),
    "check-installed": kept(),
    "check-not-all-known": replace(
        check(),
        exit_code=3,
        resolution=replace(
            plan(), unchecked={"imutils": "it is published as source only", "foo": "no network"}
        ),
    ),
    "explain-no-python": Result("explain", profile=pi4(), resolution=impossible(), asked=HERE),
    "install-refused": Result(
        "install", 1, findings=findings()[1:2], resolution=plan(), asked=HERE
    ),
    "install-dry-run-refused": Result(
        "install",
        1,
        findings=findings()[1:2],
        resolution=plan(),
        asked=HERE,
        environment=Path(".venv"),
        steps=(Step("Make the environment .venv"),),
    ),
    "install-already": Result(
        "install",
        resolution=plan(),
        asked=HERE,
        proof=passed_proof(),
        outcome=outcome("already", "/home/pi/.venv", passed_proof()),
    ),
    "install-impossible": Result("install", 1, resolution=impossible(), asked=HERE),
    "undo-nothing": Result(
        "undo", 2, error="/home/pi/.venv: no install of pidoctor to go back from"
    ),
    "smoke-nothing-there": Result("smoke", 1, proof=without_runtime(), asked=HERE),
    "lock-here": Result(
        "lock", resolution=plan(), asked=LOCK_HERE, written=Written("", "pylock.toml")
    ),
    "lock-impossible": Result("lock", 1, resolution=impossible(), asked=HERE),
    "download-impossible": Result("download", 1, resolution=impossible(), asked=HERE),
    "targets-none": Result("targets", targets=()),
    "bench-delegate": delegated(),
    "bench-compared": compared(),
    "bench-nothing-ran": nothing_ran(),
    "triage-unknown": Result(
        "triage",
        diagnoses=(told("unknown", "No known cause matches this log.", "Look at its last line."),),
    ),
    "triage-no-failure": Result(
        "triage", diagnoses=(told("no-problem", "The log shows no failure."),)
    ),
    "index-audit": Result("index", index=IndexAnswer(audits=audits())),
    "index-audit-agrees": Result("index", index=IndexAnswer(audits=audits()[1:])),
    "index-update-nothing": Result(
        "index", index=IndexAnswer(update=Updated(Path("/home/pi/.cache/pidoctor"), (), 73))
    ),
    "index-update-unfinished": Result(
        "index",
        index=IndexAnswer(
            update=Updated(
                Path("/home/pi/.cache/pidoctor"),
                tuple(f"numpy 2.6.{number}: 40 wheels" for number in range(42)),
                73,
                3,
            )
        ),
    ),
}
