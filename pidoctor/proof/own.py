"""What a model of the user's gave, as the child compared it: its outputs may be large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pidoctor.proof.death import clean
from pidoctor.proof.known import ProofModel
from pidoctor.proof.proof import FAILED, PASSED, ModelResult
from pidoctor.units import shape

RAMP = "a made-up input, the same each time"


def own_result(model: ProofModel, report: Mapping[str, Any] | None) -> ModelResult:
    """The result of a model without a known answer; finite values pass where none is expected."""
    against = model.against
    other = (against.named or str(against.expect)) if against.expect else None
    result = ModelResult(model.name, FAILED, given=RAMP, compared_with=other)
    if against.given:
        result = replace(result, given=f"the input in {against.given}")
    if report is None:
        return result
    if report.get("given") and not against.named:  # a reference was given the made-up one
        result = replace(result, given=f"the input in {other}")
    elif not against.given and any(model.shapes):
        result = replace(result, given=f"{RAMP}, of {shape(report['input_shape'])}")
    result, found = measured(result, report), report.get("compared")
    if found is None:
        right = other is None and bool(report["finite"])
        return replace(result, status=PASSED if right else FAILED)
    if "shapes" in found:
        return replace(result, difference=clean(str(found["shapes"])))
    return replace(
        result,
        status=FAILED if found["over"] else PASSED,
        expected=tuple(found["expected"]),
        max_error=found["max_error"],
        tolerance=found["tolerance"],
        difference=_difference(found) if found["over"] else None,
    )


def measured(result: ModelResult, report: Mapping[str, Any]) -> ModelResult:
    """The result with what the child measured."""
    return replace(
        result,
        input_shape=tuple(report["input_shape"]),
        obtained=tuple(report["obtained"]),
        first_ms=report["first_ms"],
        latency_ms=report["latency_ms"],
        delegated=report["delegated"],
    )


def _difference(found: Mapping[str, Any]) -> str:
    """ "output 0 [0, 3] is 0.2, expected 0.7; 3 of 10 values differ by more than 0.0001"."""
    first = found["first"]
    place = f"output {first['output']} {first['at']}"
    many = f"{found['over']} of {found['total']} values differ by more than {found['tolerance']:g}"
    return clean(f"{place} is {first['obtained']}, expected {first['expected']}; {many}")
