"""Laws of reading a machine: no input makes a probe raise, and nothing unclean passes."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pidoctor.catalog.boards import load_boards
from pidoctor.catalog.pythons import indexed_pythons
from pidoctor.errors import UsageError
from pidoctor.host.base import HostError
from pidoctor.host.capture_format import SCHEMA, parse_capture
from pidoctor.host.captured import CaptureHost
from pidoctor.host.directory import DirectoryHost
from pidoctor.host.privacy import FILTERS, clean_file
from pidoctor.host.recorder import Recorder
from pidoctor.probe.accelerators import probe_accelerators
from pidoctor.probe.cpu import core_of, features_of, machine_of
from pidoctor.probe.elf_header import ElfError, parse_elf
from pidoctor.probe.machine import probe
from pidoctor.probe.reading import clean
from pidoctor.probe.storage import file_system
from pidoctor.probe.system import parse_os_release
from pidoctor.profile.codec import from_json, to_json
from pidoctor.profile.fact import Fact
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import Profile
from pidoctor.profile.target_names import all_names
from pidoctor.redact import Identity, redact
from pidoctor.urls import clean_url, clean_urls
from tests.unit.host.fake import fake_host
from tests.unit.probe.elves import AARCH64, ARM, elf

_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)
_PATHS = (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/swaps",
    "/proc/self/mounts",
    "/proc/device-tree/model",
    "/proc/device-tree/compatible",
    "/proc/device-tree/system/linux,revision",
    "/sys/devices/system/cpu/online",
    "/etc/os-release",
    "/etc/pip.conf",
    "/etc/rpi-issue",
    "/etc/group",
    "/bin/sh",
    "/usr/bin/python3",
)
_content = st.binary(max_size=200) | st.text(max_size=200)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=2000)
def test_no_revision_code_raises(code: int) -> None:
    revision = load_boards().decode_revision(code)
    assert revision.code == code
    assert revision.board is None or revision.board in load_boards().boards


@given(st.integers(0, 2**24 - 1), st.integers(0, 255))
def test_the_bits_above_the_code_say_nothing_of_the_board(code: int, above: int) -> None:
    decode = load_boards().decode_revision
    plain, marked = decode(code), decode(code | above << 24)
    assert (plain.board, plain.soc, plain.memory) == (marked.board, marked.soc, marked.memory)


@given(st.dictionaries(st.sampled_from(_PATHS), _content))
def test_no_content_of_a_file_crashes_a_probe(files: dict[str, Any]) -> None:
    host = fake_host(files, interpreter="/usr/bin/python3")
    result = probe(host)
    assert result.failures == ()
    _assert_clean(result.profile)
    assert from_json(json.loads(json.dumps(to_json(result.profile)))) == result.profile


def _maybe(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | part


def _map(item: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(_PATHS) | st.text(max_size=8), item, max_size=4)


_text = st.text(max_size=20)
_number = st.integers(-(10**18), 10**18)
_paths = st.lists(st.sampled_from(_PATHS), max_size=4)
# The one after the newest that the index covers; beyond that a name is a slip of the hand.
_NEXT_PYTHON = 1 + int(indexed_pythons()[-1].partition(".")[2])
_well_formed = st.fixed_dictionaries(
    {},
    optional={
        "files": _map(st.fixed_dictionaries({}, optional={"text": _text, "base64": _text})),
        "folders": _map(st.lists(_text, max_size=3)),
        "real_paths": _map(st.sampled_from(_PATHS) | _text),
        "present": _paths,
        "missing": _paths,
        "unreadable": _map(_text),
        "commands": st.just([]),
        "environment": st.dictionaries(
            st.sampled_from(["TMPDIR", "PATH", "PIP_INDEX_URL", "PIP_CONFIG_FILE"]), _maybe(_text)
        ),
        "disks": _map(st.fixed_dictionaries({}, optional={"total": _number, "free": _number})),
        "uname": st.fixed_dictionaries({}, optional={"machine": _text, "release": _text}),
        "page_size": _maybe(_number),
        "now": _maybe(_number),
        "group_ids": st.lists(_number, max_size=3),
        "interpreter": _maybe(st.sampled_from(_PATHS) | _text),
        "working_folder": _maybe(_text),
        "complete": st.booleans(),
        "can_run": st.booleans(),
    },
)


@given(_well_formed)
def test_no_well_formed_capture_crashes_a_probe(parts: dict[str, Any]) -> None:
    host = CaptureHost(parse_capture(json.dumps({"schema": SCHEMA, **parts}).encode(), "x"), "x")
    assert probe(host).failures == ()


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "files",
                "folders",
                "real_paths",
                "present",
                "searches",
                "commands",
                "environment",
                "disks",
                "uname",
                "page_size",
                "now",
                "group_ids",
                "interpreter",
                "working_folder",
                "complete",
                "can_run",
                "memory",
                "distribution",
            ]
        ),
        _json,
    )
)
def test_no_capture_crashes_a_probe(parts: dict[str, Any]) -> None:
    content = json.dumps({"schema": SCHEMA, **parts}).encode()
    try:
        host = CaptureHost(parse_capture(content, "x"), "x")
    except UsageError:
        return
    result = probe(host)
    assert result.failures == ()


@given(st.binary(max_size=300))
def test_what_is_no_capture_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        parse_capture(content, "x")
    assert str(caught.value).isprintable()


def _assert_clean(section: Any) -> None:
    """No fact's text could write to a terminal."""
    if isinstance(section, Fact):
        if isinstance(section.value, str):
            assert section.value.isprintable()
        assert section.detail.isprintable()
        return
    for value in vars(section).values():
        if isinstance(value, Fact) or hasattr(value, "__dataclass_fields__"):
            _assert_clean(value)


@given(st.text(max_size=500))
def test_parsers_of_text_never_raise(text: str) -> None:
    assert all(value.isprintable() for value in parse_os_release(text).values())
    assert clean(text).isprintable()
    assert isinstance(file_system(text, "/tmp"), str)
    features_of(text)
    machine_of(text)


@given(st.text(alphabet="CPU implmenterpa :\n0x41", max_size=80))
def test_a_core_is_named_or_refused(text: str) -> None:
    with suppress(ValueError):
        core_of(text)


@given(st.binary(max_size=200) | st.builds(lambda tail: b"\x7fELF" + tail, st.binary(max_size=200)))
def test_an_elf_header_is_read_or_refused(content: bytes) -> None:
    with suppress(ElfError):
        parse_elf(content)


@given(st.sampled_from([elf(AARCH64, 64), elf(ARM, 32, 0x5000400)]), st.data())
def test_a_damaged_elf_header_is_read_or_refused(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ElfError):
        parse_elf(bytes(damaged))


_word = st.text(alphabet="abcdefXYZ019-", min_size=1, max_size=12)


@given(_word, _word, _word, _word)
def test_credentials_never_pass(user: str, password: str, host: str, query: str) -> None:
    secret = f"S3CRET{password}"
    url = f"https://{user}:{secret}@{host}/simple?x={secret}{query}#{secret}"
    assert secret not in clean_url(url)
    assert secret not in clean_urls(f"index {url}\nnext")
    assert secret not in redact(f"index {url}\nnext")
    assert host in clean_url(url)


@given(st.text(max_size=200))
def test_a_cleaned_file_is_clean(text: str) -> None:
    me = Identity("/home/me")
    for path in ("/proc/cpuinfo", *FILTERS):
        once = clean_file(path, text, me)
        assert clean_file(path, once, me) == once


_part = st.sampled_from(["a", "b", "..", ".", "", "etc", "link", "loop"])
_link = st.lists(_part, min_size=1, max_size=6).map("/".join)


@given(st.dictionaries(st.sampled_from(["a", "link", "loop"]), _link), _link, st.booleans())
def test_no_link_leaves_the_root(links: dict[str, str], path: str, absolute: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        (root / "etc").mkdir(parents=True)
        (Path(folder) / "secret").write_text("secret")
        for name, pointed in links.items():
            (root / name).symlink_to(("/" if absolute else "") + (pointed or "."))
        host = DirectoryHost(root)
        try:
            found = host.real_path("/" + path)
        except HostError:
            return
        real = os.path.realpath(os.fspath(root) + found)
        assert real == os.fspath(root.resolve()) + found.rstrip("/")
        assert not host.exists("/../secret")


@given(st.text(max_size=60))
def test_a_target_is_a_profile_or_a_usage_error(name: str) -> None:
    try:
        found: object = target(name)
    except UsageError as error:
        found = str(error)
    assert isinstance(found, Profile) or str(found).isprintable()


@given(st.sampled_from(all_names()), st.integers(0, _NEXT_PYTHON))
def test_a_target_with_any_python(name: str, minor: int) -> None:
    profile = target(f"{name}/py3.{minor}")
    assert profile.python.version.or_else("").startswith(f"3.{minor}")
    assert from_json(json.loads(json.dumps(to_json(profile)))) == profile


@given(st.dictionaries(st.sampled_from(_PATHS), st.text(max_size=80)))
def test_a_recording_replays_what_was_seen(files: dict[str, str]) -> None:
    recorder = Recorder(fake_host(files))
    seen = probe_accelerators(recorder)
    replayed = CaptureHost(parse_capture(recorder.to_text().encode(), "x"), "x")
    assert probe_accelerators(replayed) == seen
