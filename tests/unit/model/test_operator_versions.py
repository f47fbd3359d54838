"""The measured table of operators, and the models that it is measured with."""

from __future__ import annotations

import pytest

from pidoctor.model.content import operator_names, read_content
from pidoctor.model.measured_operators import measured
from tests.tools.measure_operators import accepted, registered
from tests.tools.model_builder import one_operator


@pytest.mark.parametrize(("number", "version"), [(0, 1), (9, 12), (127, 1), (206, 3)])
def test_a_model_of_one_operator_can_be_read(number: int, version: int) -> None:
    model = read_content(memoryview(one_operator(number, version)))
    (operator,) = model.main.operators
    assert (operator.name, operator.version) == (operator_names()[number], version)


def test_a_custom_operator_has_its_own_name() -> None:
    (operator,) = read_content(memoryview(one_operator(32, 1, "FlexErf"))).main.operators
    assert (operator.name, operator.custom, operator.flex) == ("FlexErf", True, True)


def test_a_runtime_that_stumbles_over_missing_options_knows_the_operator() -> None:
    said = {
        "ADD:1": "",
        "ADD:2": "some options are missing",
        "ADD:3": "Didn't find op for builtin opcode 'ADD' version '3'. An older version",
        "LSTM:2": None,
        "DILATE:1": "Op builtin_code out of range: 203. Are you using old TFLite binary",
    }
    assert accepted(said) == {"ADD": (1, 2), "LSTM": (2, 2)}


def test_a_custom_operator_that_ends_the_process_is_registered() -> None:
    said = {
        "Mfcc": None,
        "Other": "Encountered unresolved custom op: Other.",
        "no-such-operator": "Encountered unresolved custom op: no-such-operator.",
    }
    assert registered(said, ["Mfcc", "Other"]) == ("Mfcc",)
    with pytest.raises(RuntimeError):
        registered({**said, "no-such-operator": ""}, ["Mfcc"])


def test_what_the_published_table_gets_wrong() -> None:
    """FULLY_CONNECTED 12, today's default conversion, is in no tflite-runtime."""
    newest_small = measured("tflite-runtime", "2.14.0")
    newest = measured("ai-edge-litert", "2.3.0")
    assert newest_small is not None
    assert newest is not None
    assert newest_small.knows("FULLY_CONNECTED", 9)
    assert not newest_small.knows("FULLY_CONNECTED", 12)
    assert newest.knows("FULLY_CONNECTED", 12)
    assert not newest.knows("BROADCAST_TO", 1)
    assert measured("tflite-runtime", "1.0") is None
