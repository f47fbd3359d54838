"""The text of an index file, and what is checked before it may replace another."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pidoctor.catalog.location import cache_folder
from pidoctor.catalog.wheels import CatalogError
from pidoctor.indexing.document import canonical
from pidoctor.indexing.invariants import check
from pidoctor.indexing.metadata import parse_metadata

WHEEL = {"file": "pack-1.0-py3-none-any.whl", "sha256": "0" * 64, "size": 1}


def made(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": "pidoctor-index/1",
        "name": "pack",
        "retrieved": "2026-01-01",
        "evidence": {},
        "versions": {
            "1.0": {"requires_python": ">=3.9", "requires_dist": ["x>=1"], "wheels": [WHEEL]}
        },
    }
    return copy.deepcopy({**document, **changes})


def release(**changes: Any) -> dict[str, Any]:
    return {"1.0": {**made()["versions"]["1.0"], **changes}}


def wheel(**changes: Any) -> dict[str, Any]:
    return release(wheels=[{**WHEEL, **changes}])


texts = st.text(max_size=6)
entries = st.dictionaries(texts, st.lists(texts, max_size=2), max_size=3)


@given(
    entries,
    st.dictionaries(
        texts,
        st.fixed_dictionaries({"requires_dist": st.lists(texts), "wheels": st.lists(entries)}),
        max_size=3,
    ),
)
def test_the_text_says_the_same_as_the_document(evidence: Any, versions: Any) -> None:
    document = {"name": "pack", "evidence": evidence, "versions": versions}
    assert json.loads(canonical(document)) == document


def test_one_wheel_is_one_line() -> None:
    second = {**WHEEL, "file": "pack-1.0-py2-none-any.whl"}
    before = canonical(made()).splitlines()
    after = canonical(made(versions=release(wheels=[second, WHEEL]))).splitlines()
    assert [line for line in after if line not in before] == [f" {json.dumps(second)},"]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (made(name="Pack"), "not normalised"),
        (made(versions={}), "no version"),
        (made(versions={**release(), "0.9": release()["1.0"]}), "not in ascending order"),
        (made(versions=release(wheels=[])), "has no wheel"),
        (made(versions=release(wheels=[WHEEL, WHEEL])), "is there twice"),
        (made(versions=release(requires_dist=["x >"])), "malformed requirement"),
        (made(versions=release(requires_python="three")), "malformed requires_python"),
        (
            made(versions=wheel(sha256="0" * 63)),
            r"versions\.1\.0\.wheels\[0\]\.sha256: expected a SHA-256",
        ),
        (made(versions=wheel(size=0)), "has no size"),
        (made(versions=wheel(file="pack-2.0-py3-none-any.whl")), "is filed under"),
        (
            made(versions=wheel(file="pack.whl")),
            'file: expected a wheel\'s file name, not "pack.whl"',
        ),
        (
            made(
                evidence={
                    "e": {
                        "read_from": "",
                        "unpacked_size": 1,
                        "numpy_api": None,
                        "libraries": [],
                    }
                }
            ),
            "belongs to no wheel",
        ),
        (made(schema="pidoctor-index/2"), "another version of pidoctor"),
    ],
)
def test_what_may_not_replace_an_index(document: dict[str, Any], said: str) -> None:
    check(made())
    with pytest.raises(CatalogError, match=said) as error:
        check(document)
    assert "\n" not in str(error.value)


@given(st.binary(max_size=200))
def test_any_metadata_can_be_read(content: bytes) -> None:
    lines = b"Metadata-Version: 2.1\nRequires-Dist: x>=1\nRequires-Dist: "
    assert "x>=1" in parse_metadata(lines + content.replace(b"\n", b" "), 1).requires_dist
    parse_metadata(content, 1)


@pytest.mark.parametrize("environment", [{}, {"XDG_CACHE_HOME": "/somewhere/cache"}])
def test_the_cache_is_where_platformdirs_puts_it(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from platformdirs import user_cache_path

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/pi")
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    assert cache_folder() == user_cache_path("pidoctor") / "wheels-index"
