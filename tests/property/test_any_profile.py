"""Whatever a machine is like: no check crashes, unknown facts are no errors, reports come out."""

from __future__ import annotations

import dataclasses
import json
import typing
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pidoctor.checks.case import Case
from pidoctor.checks.registry import run_checks
from pidoctor.envelope import Result
from pidoctor.profile.codec import from_json, to_json
from pidoctor.profile.environment import Compiled, Damage, InstalledPackage
from pidoctor.profile.fact import Fact, State
from pidoctor.profile.profile import Accelerator, Index, Profile
from pidoctor.report.jsonout import to_text
from pidoctor.report.look import Look
from pidoctor.report.terminal import render
from pidoctor.result import Severity


def _made(kind: type[Any], /, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Records of a kind: the fields without a default that are not among ``parts`` are any."""
    hints = typing.get_type_hints(kind)
    needed = [f.name for f in dataclasses.fields(kind) if f.default is f.default_factory]
    others = {name: st.from_type(hints[name]) for name in needed if name not in parts}
    return st.builds(kind, **others, **parts)


st.register_type_strategy(Compiled, _made(Compiled))

_words = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            *("aarch64", "armv7l", "armv6l", "x86_64", "3.11.2", "3.13", "cp311", "2.36", "18.1"),
            *("glibc", "musl", "soft", "apt", "bookworm", "3.4.30", "raspberry-pi-os", "cpython"),
        ]
    ),
)
_packages = st.dictionaries(
    st.sampled_from(["numpy", "tflite-runtime", "ai-edge-litert", "tensorflow", "pycoral", "x"]),
    st.sampled_from(["0.2.0", "1.26.4", "2.14.0", "2.3.0", "2.16.1", "not a version", ""]),
)
_VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: _words,
    int: st.one_of(st.integers(), st.sampled_from([0, 32, 64, 4096, 16384, 2**30])),
    bool: st.booleans(),
    float: st.floats(),
    tuple[str, ...]: st.lists(_words, max_size=4).map(tuple),
    tuple[Accelerator, ...]: st.lists(
        _made(Accelerator, id=st.sampled_from(["coral-usb", "coral-pcie", "hailo-8", "new"])),
        max_size=3,
    ).map(tuple),
    tuple[InstalledPackage, ...]: st.lists(
        _made(
            InstalledPackage,
            name=st.sampled_from(["numpy", "tflite-runtime", "ai-edge-litert", "x"]),
            version=st.sampled_from(["1.26.4", "2.14.0", "not a version", ""]),
            requires=st.lists(st.sampled_from(["numpy<2", "y[", "z; extra == 'x'"])).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    tuple[Damage, ...]: st.lists(_made(Damage), max_size=2).map(tuple),
    tuple[Index, ...]: st.lists(
        _made(Index, kind=st.sampled_from(["index", "extra", "find-links", "piwheels"])),
        max_size=3,
    ).map(tuple),
}


def facts(kind: Any) -> st.SearchStrategy[Any]:
    """A fact of a type in any state."""
    value = _VALUES.get(kind, _packages)
    missing = st.builds(
        Fact,
        value=st.none(),
        state=st.sampled_from([State.ABSENT, State.UNREADABLE, State.UNPARSABLE]),
        source=_words,
        detail=_words,
    )
    return st.one_of(st.builds(Fact.known, value, _words), missing)


def sections(section: type) -> st.SearchStrategy[Any]:
    """A section of a profile, or the profile itself, with any facts in it."""
    hints = typing.get_type_hints(section)
    parts = {}
    for field in dataclasses.fields(section):
        kind = hints[field.name]
        if typing.get_origin(kind) is Fact:
            parts[field.name] = facts(typing.get_args(kind)[0])
        else:
            parts[field.name] = _words if kind is str else sections(kind)
    return st.builds(section, **parts)


profiles: st.SearchStrategy[Profile] = sections(Profile)


@given(profiles)
def test_no_check_crashes(profile: Profile) -> None:
    found = run_checks(Case(profile))
    assert [f for f in found if f.id in ("check-crashed", "check-timed-out")] == []


@given(profiles, st.booleans())
def test_every_profile_can_be_shown(profile: Profile, verbose: bool) -> None:
    result = Result("check", profile=profile, findings=run_checks(Case(profile)))
    for width in (30, 80):
        text = render(result, Look(width=width, unicode=verbose, verbose=verbose))
        assert text.endswith("\n")
        assert verbose or text.isascii()
    assert json.loads(to_text(result))["command"] == "check"


@given(profiles)
def test_facts_that_are_not_known_are_no_errors(profile: Profile) -> None:
    """Taking away what is known can only take errors away."""
    nothing = {"value": None, "state": "unreadable", "source": "", "detail": ""}
    data = to_json(profile)
    for section, content in data.items():
        if isinstance(content, dict):
            data[section] = nothing if "state" in content else dict.fromkeys(content, nothing)
    assert Severity.ERROR not in {f.severity for f in run_checks(Case(from_json(data)))}
