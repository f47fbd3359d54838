"""Leaving versions out never changes what a newest-first resolver answers."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pidoctor.indexing.pruning import Prunable, prune

ENVIRONMENTS = [
    (python, "aarch64", libc) for python in ("3.9", "3.11") for libc in ("manylinux", "musllinux")
]
REQUIREMENTS = ("a>=1", "b", "c<2")

coverages = st.dictionaries(
    st.sampled_from(ENVIRONMENTS), st.sampled_from([(2, 17), (2, 28), (2, 34)]), max_size=4
)
candidates = st.lists(
    st.builds(
        lambda version, coverage, requires: Prunable(
            Version(f"1.{version}"), coverage, coverage, frozenset(requires)
        ),
        st.integers(0, 12),
        coverages,
        st.sets(st.sampled_from(REQUIREMENTS)),
    ),
    max_size=10,
    unique_by=lambda candidate: candidate.version,
)
specifiers = st.lists(
    st.sampled_from(["", ">=1.3", "<1.7", "!=1.5", "==1.4", "~=1.2", "<1.2,>=1.0"]),
    min_size=1,
    max_size=4,
    unique=True,
)


@settings(max_examples=400)
@given(candidates, specifiers, st.data())
def test_the_answer_is_the_same(
    versions: Sequence[Prunable], wanted: Sequence[str], data: st.DataObject
) -> None:
    kept = prune(versions, [SpecifierSet(text) for text in wanted])
    # Any machine, any part of the tree's requirements in force, any of the dependencies impossible.
    environment = data.draw(st.sampled_from(ENVIRONMENTS))
    level = data.draw(st.sampled_from([(2, 17), (2, 30), (2, 36)]))
    active = [
        SpecifierSet(text) for text in data.draw(st.sets(st.sampled_from(wanted), min_size=1))
    ]
    impossible = data.draw(st.sets(st.sampled_from(REQUIREMENTS)))

    def newest(pool: Sequence[Prunable]) -> Version | None:
        fitting = [
            candidate.version
            for candidate in pool
            if all(specifier.contains(candidate.version) for specifier in active)
            and candidate.certain.get(environment, (9, 9)) <= level
            and not candidate.requires & impossible
        ]
        return max(fitting, default=None)

    remaining = [candidate for candidate in versions if candidate.version in kept]
    assert newest(remaining) == newest(versions)
