"""The decoder: what it accepts, what it refuses and in which words, and that it loses nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, Optional, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from pidoctor.decoding import DecodeError, Form, decode, encode
from pidoctor.json_schema import Describer
from pidoctor.profile.fact import Fact, State
from pidoctor.record_fields import json_form

ONE = Version("1")
NOWHERE: Fact[int] = Fact.absent("nowhere")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Part(NamedTuple):
    name: str
    size: int = 1


@json_form(names={"import_line": "import"})
@dataclass(frozen=True)
class Whole:
    id: str
    parts: tuple[Part, ...]
    import_line: str = "import x"
    colour: Colour = Colour.RED
    kind: Literal["a", "b"] = "a"
    maybe: int | None = None
    text_or_list: str | tuple[str, ...] = ""
    by_bits: Mapping[int, Part | None] | None = None
    version: Version = ONE
    ratio: float = 0.5
    found: Fact[int] = NOWHERE


FULL = {
    "id": "x",
    "parts": [{"name": "p", "size": 2}, {"name": "q"}],
    "import": "import y",
    "colour": "blue",
    "kind": "b",
    "maybe": 3,
    "text_or_list": ["a"],
    "by_bits": {"32": None, "64": {"name": "r"}},
    "version": "2.0",
    "ratio": 1,
    "found": {"value": 4, "state": "known", "source": "here"},
}


def test_every_kind_of_value() -> None:
    whole = decode(Whole, FULL, "file")
    assert whole == Whole(
        id="x",
        parts=(Part("p", 2), Part("q")),
        import_line="import y",
        colour=Colour.BLUE,
        kind="b",
        maybe=3,
        text_or_list=("a",),
        by_bits={32: None, 64: Part("r")},
        version=Version("2.0"),
        ratio=1.0,
        found=Fact.known(4, "here"),
    )
    assert decode(Whole, json.loads(json.dumps(encode(whole))), "file") == whole


def test_what_has_a_default_may_be_left_out() -> None:
    assert decode(Whole, {"id": "x", "parts": []}, "file") == Whole("x", ())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": 1}, "file: id: expected a text, not 1"),
        ({"id": None}, "file: id: expected a text, not null"),
        ({"maybe": True}, "file: maybe: expected a whole number, not true"),
        ({"maybe": 10**400}, None),
        ({"ratio": "1"}, 'file: ratio: expected a number, not "1"'),
        ({"parts": {}}, "file: parts: expected a list, not an object"),
        ({"parts": [{}]}, "file: parts[0].name: missing"),
        ({"parts": [{"name": "p", "sise": 1}]}, "file: parts[0].sise: unknown key; did you mean "),
        ({"parts": [[]]}, "file: parts[0]: expected an object, not a list"),
        ({"colour": "green"}, 'file: colour: expected one of "red", "blue", not "green"'),
        ({"colour": ["red"]}, 'file: colour: expected one of "red", "blue", not a list'),
        ({"kind": "c"}, 'file: kind: expected one of "a", "b", not "c"'),
        ({"version": "one"}, 'file: version: expected a version, not "one"'),
        ({"version": 1}, "file: version: expected a version, not 1"),
        ({"by_bits": {"x": None}}, "file: by_bits.x: expected a whole number as the key"),
        ({"by_bits": []}, "file: by_bits: expected an object, not a list"),
        ({"text_or_list": 1}, "file: text_or_list: expected a text, not 1"),
        ({"found": {"state": "maybe"}}, "file: found.state: expected one of"),
        ({"found": {"state": "known"}}, "file: found.value: expected a whole number, not null"),
        ({"found": 4}, "file: found: expected an object, not 4"),
        ({"\x1b[31m": 1}, "file: ?[31m: unknown key"),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, Any], message: str | None) -> None:
    if message is None:
        assert decode(Whole, {**FULL, **change}, "file").maybe == 10**400
        return
    with pytest.raises(DecodeError) as caught:
        decode(Whole, {**FULL, **change}, "file")
    assert str(caught.value).startswith(message)
    assert caught.value.exit_code == 2


def test_every_fault_is_listed() -> None:
    with pytest.raises(DecodeError) as caught:
        decode(Whole, {"parts": [1, {"name": 2}], "other": 0}, "file")
    assert caught.value.faults == (
        "file: id: missing",
        "file: parts[0]: expected an object, not 1",
        "file: parts[1].name: expected a text, not 2",
        "file: other: unknown key",
    )
    with pytest.raises(DecodeError) as caught:
        decode(Whole, {"id": "x", "parts": [0] * 1000}, "file")
    assert len(caught.value.faults) == 51
    assert caught.value.faults[-1] == "file: and more"


def test_a_newer_document_may_have_more_keys() -> None:
    data = {"id": "x", "parts": [{"name": "p", "later": 1}], "later": {}}
    assert decode(Whole, data, "file", exact=False) == Whole("x", (Part("p"),))


def test_only_a_known_fact_has_a_value() -> None:
    fact = {"value": "anything", "state": "absent", "source": "s", "detail": "why"}
    whole = decode(Whole, {**FULL, "found": fact}, "file")
    assert whole.found == Fact(None, State.ABSENT, "s", "why")


def test_unions_of_python_3_9() -> None:
    from pidoctor.record_fields import _evaluated_unions

    assert _evaluated_unions("int | None", {}) == Optional[int]
    assert (
        _evaluated_unions("tuple[str | int, ...] | None", {})
        == Optional[tuple[Union[str, int], ...]]
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(sorted(FULL)), JSON) | JSON)
def test_anything_is_decoded_or_refused_in_one_line_per_fault(data: Any) -> None:
    faults: tuple[str, ...] = ()
    try:
        whole = decode(Whole, data, "file")
    except DecodeError as error:
        faults = error.faults
    else:
        assert decode(Whole, json.loads(json.dumps(encode(whole))), "file") == whole
        return
    assert faults
    assert all(fault.startswith("file") and "\n" not in fault for fault in faults)


Word = Annotated[str, Form("a word", str.isalpha)]


@dataclass(frozen=True)
class Formed:
    words: tuple[Word, ...]
    by_word: Mapping[Word, Word | None] = field(default_factory=dict)


def test_a_text_has_the_form_that_its_type_says() -> None:
    good = {"words": ["a", "b"], "by_word": {"c": "d", "e": None}}
    assert decode(Formed, good, "x") == Formed(("a", "b"), {"c": "d", "e": None})
    assert decode(Formed, {"words": []}, "x") == Formed(())
    with pytest.raises(DecodeError) as caught:
        decode(Formed, {"words": ["a", "1", 2], "by_word": {"3": "4"}}, "x")
    assert caught.value.faults == (
        'x: words[1]: expected a word, not "1"',
        "x: words[2]: expected a word, not 2",
        'x: by_word.3: expected a word, not "3"',
        'x: by_word.3: expected a word, not "4"',
    )


@json_form(
    names={"part": "", "note": "remark"},
    more={"file": "part.name", "twice": "twice"},
    nulls=("remark",),
)
class Marked(NamedTuple):
    part: Part | None
    note: str = ""

    @property
    def twice(self) -> int | None:
        return 2 * self.part.size if self.part else None


def test_what_is_written_follows_the_form_of_the_class() -> None:
    full = {"file": "p", "twice": 4, "remark": "n"}
    assert encode(Marked(Part("p", 2), "n")) == full
    assert encode(Marked(None)) == dict.fromkeys(full)


def test_what_is_written_is_described_by_the_same_form() -> None:
    described = Describer(written=True).object_of(Marked)
    assert described["required"] == ["file", "twice", "remark"]
    assert described["properties"] == {
        "file": {"type": ["string", "null"]},
        "twice": {"type": ["integer", "null"]},
        "remark": {"type": ["string", "null"]},
    }


def test_what_is_read_may_leave_out_defaults_and_has_no_other_keys() -> None:
    described = Describer(written=False).object_of(Part)
    assert described["required"] == ["name"]
    assert described["additionalProperties"] is False
