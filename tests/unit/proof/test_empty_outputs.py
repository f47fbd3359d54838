"""Outputs without an element, which runtimes refuse to give: a WHERE that found nothing."""

from __future__ import annotations

from typing import Any

import pytest

from pidoctor.bench import timing_payload
from pidoctor.proof import inference_payload

numpy = pytest.importorskip("numpy")


class Interpreter:
    def get_output_details(self) -> list[dict[str, Any]]:
        return [
            {"index": 0, "shape": numpy.array([0, 2]), "dtype": numpy.int64},
            {"index": 1, "shape": numpy.array([2]), "dtype": numpy.float32},
        ]

    def get_tensor(self, index: int) -> Any:
        if index == 0:
            raise ValueError("Invalid tensor size.")
        return numpy.array([1.0, 2.0], numpy.float32)


def test_a_proof_has_an_empty_output() -> None:
    found = inference_payload.tensors_of(Interpreter())
    assert [array.shape for array in found] == [(0, 2), (2,)]
    assert inference_payload.flat(found) == [1.0, 2.0]


def test_a_measurement_goes_by_the_other_outputs() -> None:
    assert timing_payload.sample(Interpreter()) == [1.0, 2.0]
    assert len(timing_payload.checksum(Interpreter())) == 16
