"""What is said of a candidate: accepted, or rejected for a reason out of a closed list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from os.path import commonprefix
from typing import Union

from pidoctor.records import NamedTuple

# What an answer rests on, in rising strength: the names and metadata of published files, what was
# read off their content and off the machine, a run that is in the ledger.
CLAIMED, READ, PROVEN = "claimed", "read", "proven"


class Reason(str, Enum):
    """Why a candidate cannot be used, farthest miss first.

    The order makes the nearest miss the greatest reason over all candidates: one that only
    lacks memory came closer than one that was built for another processor.
    """

    NOT_PUBLISHED = "not-published"
    NOT_INDEXED = "not-in-index"
    ARCHITECTURE = "architecture"
    BITNESS = "bitness"
    PYTHON = "python"
    ABI = "abi"
    LIBC = "libc"
    GLIBC_TAG = "glibc-by-tag"
    GLIBC_EVIDENCE = "glibc-by-evidence"
    GLIBCXX = "glibcxx"
    PAGE_SIZE = "page-size"
    CPU_FEATURE = "cpu-feature"
    MISSING_LIBRARY = "missing-library"
    EXEC_STACK = "exec-stack"
    WRONG_BINARY = "wrong-binary"
    FAILED_RUN = "failed-run"
    NUMPY_PAIR = "numpy-pair"
    DEPENDENCY = "dependency"
    BREAKS_INSTALLED = "breaks-installed"
    YANKED = "yanked"
    HASH = "hash"
    NOT_KNOWN = "not-known"  # a fact that decides could not be read: it may run

    @property
    def nearness(self) -> int:
        """Position in the list: the greater, the nearer to being usable."""
        return _ORDER[self]

    @property
    def strength(self) -> str:
        """What a rejection for this reason rests on unless a run has proven it."""
        return CLAIMED if self in _CLAIMS else READ


_OTHER_NOS = {
    Reason.NOT_PUBLISHED.value: "was not published for this",
    Reason.NOT_INDEXED.value: "is not in our index, so nothing can be said",
    Reason.NOT_KNOWN.value: "could not be checked",
}


def which_no(nearest_reason: str | None) -> str:
    """What kind of no an impossible request gets, by its nearest miss; of the three, only "cannot
    run here" says that the machine is the matter."""
    return _OTHER_NOS.get(nearest_reason or "", "cannot run here")


_ORDER = {reason: position for position, reason in enumerate(Reason)}
_CLAIMS = frozenset(
    (
        *(Reason.NOT_PUBLISHED, Reason.NOT_INDEXED, Reason.ARCHITECTURE, Reason.BITNESS),
        *(Reason.PYTHON, Reason.ABI, Reason.LIBC, Reason.GLIBC_TAG, Reason.DEPENDENCY),
        *(Reason.BREAKS_INSTALLED, Reason.YANKED),
    )
)


class Accepted(NamedTuple):
    """The candidate runs here; ``rank`` 0 is the best tag. ``notes`` say what is not certain;
    ``doubtful`` means that it may or may not run, so that any certain one comes first."""

    rank: int
    notes: tuple[str, ...] = ()
    doubtful: bool = False


class Rejected(NamedTuple):
    """The candidate cannot be used; ``detail`` is a sentence a newcomer understands.

    ``offer`` is what the wheel was built for, where that is the matter ("CPython 3.11"), so that
    the misses of one version can be told in one sentence; ``distance`` tells misses for the same
    reason apart, 0 being the nearest. ``proven`` means that a run of the ledger ended so.
    """

    reason: Reason
    detail: str
    offer: str = ""
    here: str = ""
    distance: int = 0
    proven: bool = False

    @staticmethod
    def built_for(reason: Reason, offer: str, here: str, distance: int = 0) -> Rejected:
        return Rejected(reason, f"built for {offer}; {here}", offer, here, distance)


def nearest(misses: Sequence[Rejected]) -> Rejected:
    """The nearest of the misses of one version; equal ones that differ in offer are merged."""
    best = max(misses, key=lambda miss: (miss.reason.nearness, -miss.distance))
    offers = [m.offer for m in misses if m.reason is best.reason and m.here == best.here]
    if not best.offer:
        return best
    return Rejected.built_for(best.reason, _together(frozenset(offers)), best.here, best.distance)


@lru_cache(maxsize=4096)  # the wheels of a version miss one machine as they miss the next
def _together(offers: frozenset[str]) -> str:
    """What the offers share is said once: "Python 3.9, 3.11"."""
    ordered = sorted(offers, key=_natural)
    shared = commonprefix(ordered).rpartition(" ")  # noqa: RUF071 - of text, not of paths
    prefix = shared[0] + shared[1] if len(ordered) > 1 else ""
    return prefix + ", ".join(offer[len(prefix) :] for offer in ordered)


def _natural(text: str) -> list[tuple[int, str]]:
    """Sort key under which "3.9" comes before "3.11"."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]


Verdict = Union[Accepted, Rejected]
