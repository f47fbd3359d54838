"""Every sample log gets exactly the causes it has, and the wording is not learnt by heart."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from pidoctor.triage.diagnose import conclude
from pidoctor.triage.log_reader import scan
from pidoctor.triage.ranking import judge
from pidoctor.triage.symptoms import load

from .lab.scrub import hosts
from .samplebook import SAMPLES, Sample, samples, without_wordings

ALL = samples()
FREQUENT = (
    "ssl-clock-skew",
    "no-wheel-for-python",
    "wheel-not-supported-on-platform",
    "externally-managed-environment",
    "numpy2-abi-mismatch",
    "module-not-installed",
    "source-build-failed",
    "out-of-memory",
    "no-space-left",
    "model-file-corrupt",
    "edgetpu-version-mismatch",
    "apt-key-invalid",
)
HELD_OUT_FLOOR = 0.75
"""Share of samples still right when the wording that decided them is taken away."""


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.id)
def test_causes(sample: Sample) -> None:
    found = sample.diagnose()
    assert tuple(d.cause for d in found) == sample.causes
    for diagnosis in found:
        assert diagnosis.explanation
        assert diagnosis.fix.text
        assert sample.causes[0] in ("no-problem", "unknown") or diagnosis.evidence


def test_evidence_is_a_line_of_the_log() -> None:
    for sample in ALL:
        lines = sample.read().decode("utf-8", "replace").split("\n")
        for diagnosis in sample.diagnose():
            for evidence in diagnosis.evidence:
                words = set(re.findall(r"[A-Za-z]{4,}", evidence.text))
                there = set(re.findall(r"[A-Za-z]{4,}", " ".join(lines[evidence.line - 1 :][:3])))
                assert len(words & there) >= len(words) / 2, sample.id


def test_no_machine_shows_in_the_samples() -> None:
    private = {*hosts(), sys.prefix, sys.base_prefix, str(Path(__file__).parents[2])}
    for sample in ALL:
        for path in (sample.path, sample.path.with_suffix(".json")):
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [word for word in private if word in text], path.relative_to(SAMPLES)
            assert len(text) < 20_000, path.relative_to(SAMPLES)


def test_the_samples_are_many() -> None:
    """At least 45 causes, three wordings of each frequent one, 40 logs of successes."""
    per_cause = Counter(cause for sample in ALL for cause in sample.causes)
    assert len(set(per_cause) - {"no-problem", "unknown"}) >= 45
    assert all(per_cause[cause] >= 3 for cause in FREQUENT), per_cause
    assert per_cause["no-problem"] >= 40


@pytest.mark.slow
def test_leave_one_wording_out(capsys: pytest.CaptureFixture[str]) -> None:
    knowledge = load()
    right = 0
    positive = [sample for sample in ALL if sample.causes not in (("no-problem",), ("unknown",))]
    for sample in positive:
        seen = scan(iter([sample.read()]), knowledge)
        wordings = [hit.wording for hit in seen.hits if _speaks_for(hit.symptom.cause, sample)]
        without = without_wordings(knowledge, wordings[:1]) if wordings else knowledge
        causes = [d.cause for d in conclude(scan(iter([sample.read()]), without), without, judge)]
        right += causes[0] == sample.causes[0]
    share = right / len(positive)
    with capsys.disabled():
        print(f"\nleave one wording out: {right} of {len(positive)} ({share:.0%}) still right")
    assert share >= HELD_OUT_FLOOR


def _speaks_for(cause: str, sample: Sample) -> bool:
    return cause == sample.causes[0] or (
        cause.startswith("@") and cause not in ("@benign", "@sign", "@success", "@failure")
    )
