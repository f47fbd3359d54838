"""A user's newer index: every command answers from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pidoctor.catalog.wheels import shipped_index
from pidoctor.indexing.cache import publish
from pidoctor.triage import ranking
from tests.cli.program import pidoctor

WHERE = ("--target", "pi4-4gb/bookworm-64/py3.12")
LOG = """\
$ python3.12 -m pip install ai-edge-litert
ERROR: Could not find a version that satisfies the requirement ai-edge-litert (from versions: none)
ERROR: No matching distribution found for ai-edge-litert
"""


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An index of tomorrow, in which ai-edge-litert has no wheels for Python 3.12 any more."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    documents = {}
    for path in shipped_index().glob("*.json"):
        text = path.read_text(encoding="utf-8")
        if path.stem == "ai-edge-litert":
            text = text.replace("cp312-cp312", "cp313-cp313")
        document = json.loads(text)
        if document.get("schema", "").startswith("pidoctor-index/"):
            documents[path.stem] = {**document, "retrieved": "2099-01-01"}
    publish(tmp_path / "pidoctor" / "wheels-index", documents)
    ranking._index.cache_clear()
    yield
    ranking._index.cache_clear()


def sure_causes(tmp_path: Path) -> list[str]:
    log = tmp_path / "install.log"
    log.write_text(LOG)
    answer = pidoctor("triage", str(log), *WHERE, "--json")
    return [item["cause"] for item in answer.json["diagnoses"] if item["confidence"] > 0.8]


def explained() -> str:
    answer = pidoctor(
        "explain", "ai-edge-litert", "--target", "pi4-4gb/bookworm-64/py3.12", "--json"
    )
    return str(answer.json["resolution"]["status"])


def test_the_shipped_index(tmp_path: Path) -> None:
    assert explained() == "plan"
    assert "no-wheel-for-python" not in sure_causes(tmp_path)


@pytest.mark.usefixtures("newer")
def test_explain_and_triage_answer_from_the_same_newer_one(tmp_path: Path) -> None:
    assert explained() == "impossible"
    assert sure_causes(tmp_path) == ["no-wheel-for-python"]


def test_the_next_command_asks_the_same() -> None:
    """Without --beyond-tags the lock would be refused, and without --newer be an older one."""
    asked = ("explain", "tflite-runtime", "--target", "pi4-4gb/bullseye-64/py3.11")
    assert pidoctor(*asked, "--json").json["resolution"]["status"] == "impossible"
    answer = pidoctor(*asked, "--beyond-tags", "--json").json
    assert answer["next"] == (
        "pidoctor lock tflite-runtime --target pi4-4gb/bullseye-64/py3.11 --beyond-tags "
        "-o requirements.txt"
    )
