"""The JSON form of a Profile: nothing lost, and the first thing wrong named."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from pidoctor.errors import UsageError
from pidoctor.profile.codec import SCHEMA, from_json, to_json
from pidoctor.profile.fact import Fact, State
from pidoctor.profile.named_targets import target

PROFILE = target("pi4-4gb/bookworm-32")


def test_a_fact_is_value_state_and_source() -> None:
    encoded = to_json(PROFILE)
    assert encoded["schema"] == SCHEMA
    assert encoded["board"]["id"] == {
        "value": "pi4",
        "state": "known",
        "source": PROFILE.board.id.source,
    }
    assert encoded["storage"]["target_free"]["value"] is None
    assert encoded["storage"]["target_free"]["detail"]


def test_there_and_back() -> None:
    assert from_json(json.loads(json.dumps(to_json(PROFILE)))) == PROFILE


def test_a_profile_of_an_older_pidoctor_is_read() -> None:
    encoded = to_json(PROFILE)
    del encoded["system"]["lacks"]
    assert from_json(encoded).system.lacks.state is State.UNREADABLE


def test_unknown_keys_are_ignored() -> None:
    encoded = to_json(PROFILE)
    encoded["later"] = 1
    encoded["board"]["later"] = {}
    assert from_json(encoded) == PROFILE


def broken(*path: Any, value: Any) -> Any:
    encoded = copy.deepcopy(to_json(PROFILE))
    inner: Any = encoded
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return encoded


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ([], "profile: expected an object"),
        (None, "profile: expected an object"),
        ({}, "profile.origin: missing"),
        (broken("schema", value="pidoctor-profile/9"), "profile.schema"),
        (broken("cpu", value=...), "profile.cpu: missing"),
        (broken("cpu", "cores", value=...), "profile.cpu.cores: missing"),
        (broken("cpu", "cores", value=4), "profile.cpu.cores: expected an object"),
        (
            broken("cpu", "cores", "value", value="4"),
            "cores.value: expected a whole number",
        ),
        (
            broken("cpu", "cores", "value", value=True),
            "cores.value: expected a whole number",
        ),
        (broken("cpu", "cores", "state", value="maybe"), "profile.cpu.cores.state"),
        (broken("cpu", "cores", "source", value=1), "profile.cpu.cores.source"),
        (broken("cpu", "features", "value", value="x"), "features.value: expected a list"),
        (broken("cpu", "features", "value", value=[1]), r"features.value\[0\]: expected a text"),
        (broken("indexes", "value", 0, "url", value=...), r"indexes.value\[0\].url: missing"),
    ],
)
def test_what_is_wrong_is_named(data: Any, where: str) -> None:
    with pytest.raises(UsageError, match=where):
        from_json(data)


def test_only_known_facts_have_a_value() -> None:
    encoded = broken("cpu", "cores", "state", value="absent")
    assert from_json(encoded).cpu.cores.value is None


def test_facts() -> None:
    known: Fact[int] = Fact.known(2, "a")
    assert known.map(lambda value: value + 1) == Fact(3, State.KNOWN, "a")
    missing: Fact[int] = Fact.unreadable("a", "why")
    assert missing.map(lambda value: value + 1) == missing
    assert (known.or_else(9), missing.or_else(9)) == (2, 9)
