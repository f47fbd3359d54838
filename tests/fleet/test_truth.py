"""One, two or three facts of a board changed: the report names a fact only where it decides.

The tables of truth are made with changes of this file's own, not with those of the report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any

from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.location import open_index
from pidoctor.errors import CouldNotCheckError
from pidoctor.fleet.asking import Asker
from pidoctor.fleet.axes import BoardCase
from pidoctor.fleet.judging import bare
from pidoctor.fleet.telling import Peer, telling
from pidoctor.profile.fact import Fact
from pidoctor.profile.fingerprint import fingerprint
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import Profile
from pidoctor.profile.variation import with_python
from pidoctor.resolve.request import parse_request

BASES = (
    "pi4-4gb/bookworm-64",
    "pi4-4gb/bookworm-32",
    "pi5-8gb/trixie-64",
    "pi4-4gb/bullseye-64",
    "pi-2b/bookworm-32",
    "pi4-2gb/ubuntu-22.04-64",
)
WANTED = (
    *("auto", "tflite-runtime", "tensorflow", "tensorflow>=2.16"),
    *("ai-edge-litert==2.1.1", "tflite-runtime==2.11.0"),
)


def known(value: Any) -> Fact[Any]:
    return Fact.known(value, "varied")


def system(**facts: Any) -> Callable[[Profile], Profile]:
    changed = {name: known(value) for name, value in facts.items()}
    return lambda machine: replace(machine, system=replace(machine.system, **changed))


def memory(size: int) -> Callable[[Profile], Profile]:
    return lambda machine: replace(
        machine,
        board=replace(machine.board, memory=known(size)),
        memory=replace(machine.memory, total=known(size), swap=known(0)),
    )


def python(version: str) -> Callable[[Profile], Profile]:
    return lambda machine: with_python(machine, version)


def old_core(machine: Profile) -> Profile:
    cpu = target("beaglebone-black/debian-bookworm-32").cpu
    return replace(machine, cpu=replace(machine.cpu, part=cpu.part, features=cpu.features))


def without_piwheels(machine: Profile) -> Profile:
    found = (index for index in machine.indexes.or_else(()) if index.kind != "piwheels")
    return replace(machine, indexes=known(tuple(found)))


CHANGES: Mapping[str, tuple[tuple[str, ...], Callable[[Profile], Profile]]] = {
    "Python 3.9": (("Python",), python("3.9")),
    "Python 3.13": (("Python",), python("3.13")),
    "old libc": (("C library",), system(libc_version="2.28")),
    "musl": (("C library",), system(libc="musl", libc_version="1.2")),
    "old libstdc++": (("libstdc++",), system(glibcxx="3.4.25")),
    "bare": (("missing libraries",), system(lacks=("libatomic.so.1", "libgcc_s.so.1"))),
    "large pages": (("page size",), system(page_size=65536)),
    "256 MB": (("memory",), memory(1 << 28)),
    "old core": (("processor core", "processor features"), old_core),
    "no piwheels": (("sources of packages",), without_piwheels),
}


@cache
def asker(wanted: str) -> Asker:
    catalog = open_catalog(open_index())
    return Asker(parse_request(wanted, catalog, False), catalog)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(BASES),
    wanted=st.sampled_from(WANTED),
    names=st.sets(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=3),
)
@example(name="pi4-4gb/bullseye-64", wanted="tensorflow", names={"musl", "256 MB"})
@example(name="pi4-4gb/bookworm-64", wanted="tensorflow", names={"old libc", "bare", "256 MB"})
def test_a_fact_is_named_only_where_it_is_it(name: str, wanted: str, names: set[str]) -> None:
    """It is one where the board can have what is wanted with that fact as on the others, and the
    others could not with it as on the board."""

    def changed(*given: str) -> Profile:
        machine = system(lacks=())(target(name))
        for one in sorted(given):
            machine = CHANGES[one][1](machine)
        return bare(machine)

    def can(*given: str) -> bool:
        try:
            return asker(wanted).plan(changed(*given)) is not None
        except CouldNotCheckError:
            reject()

    facts = [fact for one in names for fact in CHANGES[one][0]]
    assume(len(set(facts)) == len(facts))  # one value of each
    assume(can() and not can(*names))
    subsets = [some for size in range(len(names) + 1) for some in combinations(sorted(names), size)]
    assume(len({fingerprint(changed(*some)) for some in subsets}) == len(subsets))
    right = [one for one in names if can(*names - {one}) and not can(one)]
    found = telling(BoardCase(changed(*names)), [Peer(BoardCase(changed()), 3)], asker(wanted))
    if not right:
        assert found is None
    else:
        assert found is not None
        assert found.fact in {fact for one in right for fact in CHANGES[one][0]}
