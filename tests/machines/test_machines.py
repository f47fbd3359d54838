"""Every folder beside this file is a machine: its capture, what it is, and where that is written.

``expected.json`` holds the sources of the capture's content, the facts that the probes must find
in it (a state where there is none to be found), and the answer to "will TensorFlow Lite run".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.errors import CouldNotCheckError
from pidoctor.host.capture_format import parse_capture
from pidoctor.host.captured import CaptureHost, load_capture
from pidoctor.probe.machine import probe
from pidoctor.profile.codec import from_json, to_json
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Profile
from pidoctor.resolve.plan import Plan
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve

MACHINES = sorted(path.parent for path in Path(__file__).parent.glob("*/capture.json"))


@pytest.fixture(params=MACHINES, ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def expected(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text())
    return found


@pytest.fixture
def profile(folder: Path) -> Profile:
    probed = probe(load_capture(folder))
    assert probed.failures == ()
    return probed.profile


def shown(profile: Profile, name: str) -> Any:
    """A fact as expected.json writes it."""
    value: Any = profile
    for part in name.split("."):
        value = getattr(value, part)
    fact: Fact[Any] = value
    if not fact.is_known:
        return {"state": fact.state.value}
    if name == "accelerators":
        return [device.id for device in fact.or_else(())]
    if name == "indexes":
        return [index.kind for index in fact.or_else(())]
    return fact.value


def test_there_are_machines() -> None:
    assert len(MACHINES) >= 11


def test_facts(profile: Profile, expected: dict[str, Any]) -> None:
    facts = expected["facts"]
    assert {name: shown(profile, name) for name in facts} == facts


def test_sources_are_written_beside(expected: dict[str, Any]) -> None:
    assert expected["sources"]


def test_every_fact_names_its_source(profile: Profile) -> None:
    assert all(fact.source for fact in _facts(profile))
    assert all(fact.detail or fact.is_known for fact in _facts(profile) if "mem" in fact.source)


def _facts(section: Any) -> Iterator[Fact[Any]]:
    for value in vars(section).values():
        if isinstance(value, Fact):
            yield value
        elif hasattr(value, "__dataclass_fields__"):
            yield from _facts(value)


def test_json_keeps_everything(profile: Profile) -> None:
    assert from_json(json.loads(json.dumps(to_json(profile)))) == profile


def test_answer(profile: Profile, expected: dict[str, Any]) -> None:
    catalog = open_catalog(WheelsIndex(shipped_index()))
    resolution = resolve(profile, parse_request("auto", catalog), catalog)
    if isinstance(resolution, Plan):
        answer = {"status": "plan", "runtime": resolution.runtime}
    else:
        answer = {"status": "impossible"}
    assert answer == expected["resolution"]


def test_what_cannot_be_read_is_no_reason_to_refuse(folder: Path) -> None:
    """Of each file and folder of a capture: without it what ran is not said to be impossible."""
    catalog = open_catalog(WheelsIndex(shipped_index()))
    request = parse_request("auto", catalog)
    whole = json.loads((folder / "capture.json").read_text())
    if not isinstance(resolve(probe(load_capture(folder)).profile, request, catalog), Plan):
        return
    for part in ("files", "folders"):
        for path in whole.get(part, {}):
            left = {name: found for name, found in whole[part].items() if name != path}
            denied = {**whole.get("unreadable", {}), path: "permission denied"}
            without = json.dumps({**whole, part: left, "unreadable": denied}).encode()
            host = CaptureHost(parse_capture(without, path), path)
            try:
                answer = resolve(probe(host).profile, request, catalog)
            except CouldNotCheckError:
                continue
            assert isinstance(answer, Plan) or not answer.is_known, path
