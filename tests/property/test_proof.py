"""Laws of the proof: its JSON loses nothing, and no output of a child breaks its decoding."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from pidoctor.catalog.troubles import load_troubles
from pidoctor.decoding import encode
from pidoctor.proof.death import STEPS, clean, decode
from pidoctor.proof.proof import ENDS, Death, ModelResult, Proof, summary
from pidoctor.proof.prove import largest_error

_text = st.text(max_size=20)
_words = st.none() | _text
_float = st.floats(allow_nan=False, allow_infinity=False, width=32)
_number = st.integers(-128, 127) | _float
_milliseconds = st.none() | st.floats(0, 1e6)


def _tuples(element: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | st.lists(element, max_size=4).map(tuple)


_models = st.builds(
    ModelResult,
    name=_text,
    status=st.sampled_from(["passed", "failed"]),
    input_shape=_tuples(st.integers(1, 300)),
    expected=_tuples(_number),
    obtained=_tuples(st.none() | _number),
    max_error=st.none() | _number,
    tolerance=st.none() | _number,
    first_ms=_milliseconds,
    latency_ms=_milliseconds,
)
_deaths = st.builds(
    Death,
    kind=st.sampled_from([*load_troubles(), *ENDS]),
    signal=st.none() | st.integers(1, 64),
    step=st.sampled_from(sorted(STEPS)),
    model=_words,
    detail=_words,
    message=_text,
    evidence=_text,
)
_proofs = st.builds(
    Proof,
    status=st.sampled_from(["passed", "failed"]),
    runtime=_words,
    version=_words,
    numpy=_words,
    import_line=_words,
    python=_text,
    models=st.lists(_models, max_size=3).map(tuple),
    peak_memory_bytes=st.none() | st.integers(0, 2**40),
    death=st.none() | _deaths,
)


@given(_proofs)
def test_json_and_back(proof: Proof) -> None:
    assert Proof.from_json(json.loads(json.dumps(encode(proof), allow_nan=False))) == proof
    assert summary(proof)


@given(st.integers(-70, 255), st.text(), st.sampled_from(sorted(STEPS)), _words)
def test_every_end_has_a_cause_in_plain_text(
    status: int, output: str, step: str, model: str | None
) -> None:
    death = decode(status, output, step, model)
    assert death.kind in {*load_troubles(), *ENDS}
    assert death.message.endswith(".")
    for told in (death.message, death.evidence, death.detail or ""):
        assert told.isprintable()


@given(st.text())
def test_clean_is_one_printable_line_and_stays_so(text: str) -> None:
    line = clean(text)
    assert line.isprintable()
    assert len(line) <= 300
    assert clean(line) == line


@given(st.lists(_float, max_size=8), st.data())
def test_largest_error_is_a_distance(values: list[float], data: st.DataObject) -> None:
    others = data.draw(st.lists(_float, min_size=len(values), max_size=len(values)))
    error = largest_error(values, others)
    assert error is not None
    assert error >= 0
    assert error == largest_error(others, values)
    assert (error == 0) == (values == others)
    assert largest_error([*values, 1.0], [*others, None]) is None
