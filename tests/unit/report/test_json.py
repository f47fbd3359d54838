"""The envelope and its schema: what commands give is valid, what they must not give is not."""

from __future__ import annotations

import copy
import json
import shlex
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from pidoctor.cli.arguments import COMMANDS, parse
from pidoctor.decoding import encode
from pidoctor.envelope import Result, Written
from pidoctor.proof.proof import Death, ModelResult, Proof
from pidoctor.redact import Identity
from pidoctor.report import schema as generated
from pidoctor.report.jsonout import schema, to_text
from pidoctor.resolve.verdict import Reason
from tests.unit.report.samples import SAMPLES, check, impossible


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


@pytest.mark.parametrize("name", SAMPLES)
def test_every_result_is_valid(name: str, validator: Any) -> None:
    validator.validate(json.loads(to_text(SAMPLES[name])))


def test_a_real_proof_is_valid(validator: Any) -> None:
    death = Death("segfault", 11, "invoke", "int8", None, "It died.", "")
    proof = Proof(
        "failed", None, None, None, None, "python3", (ModelResult("a", "failed"),), 1, death
    )
    validator.validate(json.loads(to_text(Result("smoke", proof=proof))))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "pidoctor-result/2"),
        (("exit_code",), "0"),
        (("findings", 0, "severity"), "fatal"),
        (("findings", 0, "id"), "Not An Id"),
        (("profile", "board", "model", "state"), "guessed"),
        (("profile", "board", "model", "state"), "absent"),
        (("resolution", "status"), "maybe"),
        (("resolution", "runtime"), None),
        (("resolution", "packages"), []),
        (("resolution", "packages", 0, "source"), "elsewhere"),
        (("resolution", "packages", 0, "sha256"), "abc"),
    ],
)
def test_what_breaks_the_contract_is_found(
    path: tuple[Any, ...], value: object, validator: Any
) -> None:
    envelope = json.loads(to_text(check()))
    spoiled = copy.deepcopy(envelope)
    place = spoiled
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    validator.validate(envelope)
    assert not validator.is_valid(spoiled)


@pytest.mark.parametrize(
    "key", ["profile", "findings", "matrix", "error", "timings", "verdict", "next"]
)
def test_keys_without_a_value_are_null_and_there(key: str, validator: Any) -> None:
    envelope = json.loads(to_text(Result("smoke")))
    assert envelope[key] is None
    del envelope[key]
    assert not validator.is_valid(envelope)


def test_the_schema_knows_every_reason(validator: Any) -> None:
    assert schema()["$defs"]["candidate"]["properties"]["reason"]["enum"] == [
        reason.value for reason in Reason
    ]
    envelope = json.loads(to_text(Result("explain", resolution=impossible())))
    validator.validate(envelope)
    envelope["resolution"]["rejected"][0]["reason"] = "because"
    assert not validator.is_valid(envelope)


def test_form_of_the_text() -> None:
    text = to_text(Result("smoke", error="größe"))
    assert text.startswith('{\n  "schema": "pidoctor-result/1",\n')
    assert text.endswith("}\n")
    assert "größe" in text
    assert to_text(Result("smoke", error="größe"), ascii_only=True).isascii()


def test_numbers_and_names_that_json_cannot_hold() -> None:
    timings = {"nan": float("nan"), "inf": float("inf")}
    envelope = json.loads(to_text(Result("smoke", error="a\udcff", timings=timings)))
    assert envelope["timings"] == {"nan": None, "inf": None}
    assert envelope["error"] == "a\\udcff"


def test_no_planted_secret_gets_into_the_envelope() -> None:
    canary = "c4n4ry"
    planted = {
        "url": f"https://bob:{canary}@index.example.org/simple",
        "path": f"/home/{canary}/.venv/bin/python",
        "token": canary,
        "host": f"ping {canary}-host",
        "nested": [{"text": f"PASSWORD={canary} Serial: {canary}"}],
    }
    written = Written(f"PASSWORD={canary}", f"/home/{canary}/out")
    result = replace(check(), error=f"/home/{canary}/x", receipt=planted, written=written)
    assert canary in str(encode(result))
    assert canary not in to_text(result, identity=Identity(host=f"{canary}-host"))


def test_the_shipped_schema_is_the_one_that_the_types_give() -> None:
    assert generated.FILE.read_text(encoding="utf-8") == generated.text(), (
        "make it anew with: python -m pidoctor.report.schema"
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_every_answer_has_a_verdict_and_the_next_command_parses(name: str) -> None:
    envelope = encode(SAMPLES[name])
    if envelope["error"]:
        assert envelope["verdict"] is envelope["next"] is None
        return
    assert envelope["verdict"]
    assert "\n" not in envelope["verdict"]
    for then in (envelope["next"] or "").split(" && "):
        if then.startswith("pidoctor "):
            assert parse(shlex.split(then)[1:]).name in COMMANDS
