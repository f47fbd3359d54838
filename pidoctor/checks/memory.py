"""Memory for the installation and for an inference."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from pidoctor.catalog.relations import load_relations
from pidoctor.checks.case import Case
from pidoctor.readiness.space import out_of_memory
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import size

_SMALL = 1 << 30  # bytes of memory below which swap decides whether large packages install


def inference(case: Case) -> Iterator[Finding]:
    """Less memory available now than an inference took when it was measured."""
    available = case.profile.memory.available
    if case.plan is None or available.value is None:
        return
    room = available.value + case.profile.memory.swap.or_else(0)
    for need in load_relations().memory:
        fits = need.name == case.plan.runtime and need.specifier.contains(
            Version(case.plan.version), prereleases=True
        )
        if fits and need.peak > room:
            yield Finding(
                "memory-low",
                Severity.WARNING,
                f"An inference with {case.plan.runtime} took {size(need.peak)} when measured; "
                f"{size(room)} are available, swap included.",
                f"{available.source}: {size(available.value)} available",
                Remedy("End other programs, add swap, or ask for a smaller runtime."),
            )


def installing(case: Case) -> Iterator[Finding]:
    """pip holds a wheel in memory while it puts it into its cache.

    https://github.com/samjabrahams/tensorflow-on-raspberry-pi/issues/164
    """
    memory = case.profile.memory
    if case.plan is None or memory.available.value is None:
        return
    room = memory.available.value + memory.swap.or_else(0)
    largest = max(case.plan.wheels, key=lambda wheel: wheel.size, default=None)
    if largest is None or 2 * largest.size <= room:
        return
    yield Finding(
        "memory-low-for-pip",
        Severity.WARNING,
        f"pip may run out of memory with the wheel of {largest.name} ({size(largest.size)}): "
        f"{size(room)} are available, swap included.",
        memory.available.source,
        Remedy(
            "pidoctor install does without pip's cache. For pip by hand, switch the cache off, or "
            "add swap.",
            ("export PIP_NO_CACHE_DIR=1",),
        ),
        "https://github.com/samjabrahams/tensorflow-on-raspberry-pi/issues/164",
    )


def too_little(case: Case) -> Iterator[Finding]:
    """Less memory than pip takes: the install would refuse to begin."""
    memory = case.profile.memory
    if case.plan is None or memory.available.value is None or case.satisfied:
        return
    room = memory.available.value + memory.swap.or_else(0)
    finding = out_of_memory(room, memory.available.source)
    if finding is not None:
        yield finding


def no_swap(case: Case) -> Iterator[Finding]:
    """A small board without swap ends programs that ask for too much."""
    total, swap = case.profile.memory.total, case.profile.memory.swap
    if total.value is None or total.value > _SMALL or swap.value != 0:
        return
    yield Finding(
        "no-swap",
        Severity.NOTE,
        f"There is no swap beside {size(total.value)} of memory: "
        "a program that needs more is ended without a word.",
        swap.source,
    )
