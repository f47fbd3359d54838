"""A law: doing exactly what a change says, and nothing else, gives the plan that it promises.

The text is all that its reader has, so here the machine is changed by the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

import pytest

from pidoctor.catalog.boards import MIB, load_boards
from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.systems import load_systems
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.change_kinds import KINDS
from pidoctor.errors import CouldNotCheckError
from pidoctor.profile.fact import Fact
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import Profile
from pidoctor.profile.sections import Image, contained, table_profile
from pidoctor.profile.target_names import all_names
from pidoctor.profile.variation import (
    board_of,
    image_of,
    with_image,
    with_page_size,
    with_python,
)
from pidoctor.resolve.changes import changes, proposals
from pidoctor.resolve.plan import Change, Impossible, Plan
from pidoctor.resolve.request import Request, parse_request
from pidoctor.resolve.resolver import resolve
from tests.extent import EVERYTHING

REQUESTS = ("auto", "tensorflow", "tflite-runtime", "ai-edge-litert>=2", "tensorflow==2.11.0")
PYTHONS = ("", "/py3.9", "/py3.12", "/py3.14")
EVERY = 199  # of the impossible questions, one in so many is asked by default


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    return replace(open_catalog(WheelsIndex(shipped_index())), today="")


def impossible() -> Iterator[tuple[str, str]]:
    """Every named target and some other Pythons, with each request, where nothing fits."""
    for number, name in enumerate(sorted({re.sub(r"-\d+[mg]b/", "/", t) for t in all_names()})):
        for python in PYTHONS[: 1 + number % len(PYTHONS)]:
            for request in REQUESTS:
                yield name + python, request


def done(profile: Profile, request: Request, change: Change) -> tuple[Profile, Request]:
    """What the text tells to do, done: nothing but the text is looked at."""
    for part in change.told.split(", and "):
        profile, request = _one_thing(profile, request, part)
    return profile, request


def _one_thing(profile: Profile, request: Request, text: str) -> tuple[Profile, Request]:
    install = re.search(r"pidoctor install (\S+)$", text)
    if install:
        return profile, parse_request(install[1], catalog())
    text = text.partition(", whose standard support ended")[0]
    image = re.search(r"(?:install|with) the (\d\d)-bit (.+)$", text)
    board = re.match(r"use an? (.+?)(?: with (\d+) (GB|MB) of memory)? with the \d\d-bit", text)
    if board or text.startswith("use a "):
        assert image, text
        return _on_board(board, text, image), request
    if image:
        board_now = board_of(profile)
        [row] = {
            row.id: row
            for row in load_systems().rows
            if row.name == image[2] and board_now and row.vendor in (None, board_now.vendor)
        }.values()
        return with_image(profile, Image(row, int(image[1]))), request
    uv = re.fullmatch(r"use Python (3\.\d+) \((?:`uv .+`|built from source)\)", text)
    if uv:
        changed = with_python(profile, uv[1])
        hidden = replace(changed.python, is_system=replace(changed.python.is_system, value=False))
        return replace(changed, python=hidden), request
    if text.startswith("use the system's own Python"):
        now = image_of(profile)
        assert now
        return replace(profile, python=with_image(profile, now).python), request
    container = re.fullmatch(
        r"run it in a container of the image (\S+)( as an add-on of .+)?", text
    )
    if container:
        return _contained(profile, container[1]), request
    if text.startswith("boot a kernel with 4 KiB pages"):
        return with_page_size(profile, 4096), request
    own = re.fullmatch(r"use its own Python (3\.\d+)", text)
    assert own, text
    assert f"{profile.python.version.value}.".startswith(f"{own[1]}.")
    return profile, request


def _contained(profile: Profile, name: str) -> Profile:
    image, _, tag = name.partition(":")
    version, _, variant = tag.rpartition("-") if image == "python" else ("", "", tag)
    rows = [row for row in load_systems().containers if row.image == image]
    row = next(row for row in rows if not row.pythons or version in row.pythons)
    [system] = [one for one in load_systems().rows if one.id == row.variants[variant]]
    bits = profile.python.bits.or_else(64)
    return contained(profile, Image(system, bits), name, version or None)


def _on_board(found: re.Match[str] | None, text: str, image: re.Match[str]) -> Profile:
    name = found[1] if found else text[len("use a ") :].split(" with the ", maxsplit=1)[0]
    [board] = [board for board in load_boards().boards.values() if board.name == name]
    memory = int(found[2]) * (1024 if found[3] == "GB" else 1) * MIB if found and found[2] else None
    [row] = [
        row
        for row in load_systems().rows
        if row.name == image[2] and row.vendor in (None, board.vendor)
    ]
    return table_profile("text", board, memory, Image(row, int(image[1])))


@pytest.mark.parametrize(
    "step", [EVERY, pytest.param(7 if EVERYTHING else 17, marks=pytest.mark.slow)]
)
def test_what_a_change_promises_comes_of_doing_what_it_says(step: int) -> None:
    asked = 0
    for name, text in islice(impossible(), 0, None, step):
        request = parse_request(text, catalog())
        try:
            profile = target(name)
            resolution = resolve(profile, request, catalog())
        except CouldNotCheckError:
            continue
        if not isinstance(resolution, Impossible):
            continue
        asked += 1
        for change in changes(profile, request, catalog()):
            answer = resolve(*done(profile, request, change), catalog())
            assert isinstance(answer, Plan), f"{name} {text}: {change.text}"
            assert answer.summary == change.result, f"{name} {text}: {change.text}"
            assert change.text.count("install the") <= 1
    assert asked > 10


def test_no_board_is_to_be_bought_where_another_system_serves() -> None:
    request = parse_request("auto", catalog())
    kinds = [
        p.change.kind for p in proposals(target("pi4-4gb/bookworm-32/py3.12"), request, catalog())
    ]
    assert kinds == sorted(kinds, key=KINDS.index)
    assert "board" not in kinds


def test_the_systems_own_python_comes_first() -> None:
    """A Python from uv does not see Debian's python3-numpy, and there is no wheel of it."""
    request = parse_request("auto", catalog())
    first = changes(target("pi4-4gb/bookworm-32/py3.12"), request, catalog())[0]
    assert first.text == "use the system's own Python 3.11"
    assert first.result == "tflite-runtime 2.14.0, numpy 1.24.2 (python3-numpy)"


def test_another_board_names_the_system_that_was_tried_on_it() -> None:
    request = parse_request("auto", catalog())
    [change] = changes(target("pi-zero-w/bookworm-32"), request, catalog())
    assert change.kind == "board"
    assert change.text.endswith("with the 32-bit Raspberry Pi OS 12 (bookworm)")


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        (
            "pi4-4gb/alpine-3.22-64",
            [
                "run it in a container of the image python:3.12-slim",
                "install the 64-bit Raspberry Pi OS 13 (trixie), and use its own Python 3.13",
            ],
        ),
        (
            "pi4-4gb/alpine-3.22-32",
            [
                "run it in a container of the image debian:bookworm",
                "install the 32-bit Raspberry Pi OS 12 (bookworm), and use its own Python 3.11",
            ],
        ),
        (
            "pi4-4gb/python:3.11-alpine",
            ["run it in a container of the image python:3.11-slim"],
        ),
        (
            "pi4-4gb/nixos-25.05-64",
            [
                "run it in a container of the image python:3.12-slim",
                "install the 64-bit Raspberry Pi OS 13 (trixie), and use its own Python 3.13",
            ],
        ),
    ],
)
def test_a_system_that_wheels_are_not_built_for(name: str, texts: list[str]) -> None:
    request = parse_request("auto", catalog())
    assert [change.text for change in changes(target(name), request, catalog())] == texts


@pytest.mark.parametrize("name", ["pi4-4gb/python:3.14-slim", "pi4-4gb/python:3.14"])
def test_in_an_image_that_brings_a_python_another_image_brings_another(name: str) -> None:
    """python:3.14-slim holds no Python of its distribution's, and what uv adds goes with it."""
    found = changes(target(name), parse_request("tensorflow", catalog()), catalog())
    assert [change.kind for change in found] == ["runtime", "container"]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "jetson-tx2-nx/jetpack-4-64",
            "ai-edge-litert>=2",
            "container of the image python:3.9-slim",
        ),
        (
            "beaglebone-black/debian-bookworm-32",
            "tensorflow",
            "use a Raspberry Pi 4 Model B with 1 GB",
        ),
    ],
)
def test_no_board_to_buy_where_a_container_serves_and_none_too_small(
    name: str, text: str, told: str
) -> None:
    """A Jetson has Docker; one inference with tensorflow takes more than a Zero 2 W has."""
    [change] = changes(target(name), parse_request(text, catalog()), catalog())
    assert told in change.text


def test_a_library_that_the_release_packages() -> None:
    """A small Debian without libstdc++ needs one package, no other system."""
    request = parse_request("auto", catalog())
    whole = target("pi4-4gb/debian-bookworm-64")
    lacking: Fact[tuple[str, ...]] = Fact.known(("libstdc++.so.6", "libgcc_s.so.1"), "/usr/lib")
    nothing: Fact[str] = Fact.absent("/usr/lib")
    bare = replace(whole, system=replace(whole.system, lacks=lacking, glibcxx=nothing))
    assert isinstance(resolve(bare, request, catalog()), Impossible)
    first = changes(bare, request, catalog())[0]
    assert first.kind == "system-package"
    assert first.text == "install a library: sudo apt install libstdc++6 libgcc-s1"
    plan = resolve(whole, request, catalog())
    assert isinstance(plan, Plan)
    assert first.result == plan.summary


def test_home_assistant_os_supports_no_container_but_an_add_on() -> None:
    request = parse_request("tensorflow", catalog())
    first = changes(target("pi4-4gb/home-assistant-os-64"), request, catalog())[0]
    assert first.text == (
        "run it in a container of the image python:3.13-slim as an add-on of Home Assistant"
    )


def test_a_container_where_nothing_else_saves_a_new_card() -> None:
    """32-bit Python 3.13 has no runtime; the same board runs Debian 12's Python 3.11."""
    request = parse_request("auto", catalog())
    first = changes(target("pi4-4gb/trixie-32"), request, catalog())[0]
    assert first.text == "run it in a container of the image debian:bookworm"


@pytest.mark.parametrize(
    "name", ["ampere-altra/ubuntu-24.04-64", "beagley-ai/debian-bookworm-64/py3.12", "pine-a64"]
)
def test_no_32_bit_system_that_nobody_makes_for_the_board(name: str) -> None:
    request = parse_request("tflite-runtime==2.5.0", catalog())
    for change in changes(target(name), request, catalog()):
        assert "32-bit" not in change.text or change.kind == "board", change.text


def test_32_bits_instead_of_64_are_the_last_thing_before_another_board() -> None:
    request = parse_request("ai-edge-litert>=2.1.6", catalog())
    told = [change.text for change in changes(target("pi4-4gb/bullseye-64"), request, catalog())]
    assert told
    assert not any("32-bit" in text for text in told)
    request = parse_request("tflite-runtime==2.5.0", catalog())  # of which no 64-bit wheel is left
    [change] = changes(target("pi4-4gb/nixos-25.05-64"), request, catalog())
    assert change.text.startswith("install the 32-bit Raspberry Pi OS")


def test_a_board_of_another_maker_comes_with_its_own_system() -> None:
    """Armbian has no 32-bit image of a Raspberry Pi, nor Debian of a Zero 2 W."""
    request = parse_request("ai-edge-litert>=2", catalog())
    for name in ("banana-pi-m2-zero/armbian-trixie-32", "beaglebone-black/debian-bookworm-32"):
        [board] = [
            change for change in changes(target(name), request, catalog()) if change.kind == "board"
        ]
        assert "with the 64-bit Raspberry Pi OS 13 (trixie)" in board.text


@pytest.mark.parametrize(
    "name", ["pi3/stretch-32", "pi3/buster-32/py3.12", "pi3/debian-buster-64", "coral-dev-board"]
)
def test_no_container_on_a_host_too_old_for_the_images_of_today(name: str) -> None:
    """Their Docker and libseccomp refuse the clock and the threads of newer C libraries."""
    request = parse_request("ai-edge-litert", catalog())
    found = changes(target(name), request, catalog())
    assert found
    assert "container" not in {change.kind for change in found}
    inside = target("pi4-4gb/python:3.7-buster")  # what hosts this one is not known
    assert "container" in {change.kind for change in changes(inside, request, catalog())}


def test_a_release_whose_support_has_ended_comes_last_and_says_so() -> None:
    request = parse_request("tensorflow", catalog())
    for name in ("pi3/buster-32", "pi3/bullseye-32"):
        told = [change.text for change in changes(target(name), request, catalog())]
        assert "64-bit Raspberry Pi OS 12 (bookworm)" in told[-1]
    request = parse_request("tflite-runtime==2.5.0", catalog())  # no release with support has it
    [change] = changes(target("pi3/trixie-32"), request, catalog())
    assert change.text == (
        "install the 32-bit Raspberry Pi OS 10 (buster), whose standard support ended in 2024, "
        "and use its own Python 3.7"
    )


def test_no_system_without_support_where_something_else_serves() -> None:
    for name, wanted in (
        ("cm3/bookworm-64/py3.13", "tflite-runtime"),
        ("cm4-4gb/trixie-64/py3.14", "tensorflow==2.11.0"),
        ("lubancat-2-4gb/debian-bookworm-64/py3.12", "tflite-runtime==2.5.0"),
    ):
        found = changes(target(name), parse_request(wanted, catalog()), catalog())
        assert found
        assert not any("support ended" in change.text for change in found), name


@pytest.mark.parametrize("name", ["pi-1a-plus-512mb/alpine-3.21-32/py3.14", "pi-zero/bookworm-32"])
def test_a_board_for_another_version_is_large_enough_and_runs_a_system_that_fits(name: str) -> None:
    """512 MB are too little for TensorFlow; Alpine is nothing that it is built for on any board."""
    request = parse_request("tensorflow==2.8.0", catalog())  # no wheel for ARM
    [change] = changes(target(name), request, catalog())
    assert change.text.startswith(
        "use a Raspberry Pi 4 Model B with 1 GB of memory with the 64-bit"
    )
    assert change.told.endswith("pidoctor install tensorflow==2.21.0")
