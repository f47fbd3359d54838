"""A World as resolvelib's provider sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from packaging.version import Version
from resolvelib import AbstractProvider, BaseReporter

from pidoctor.resolve.present import Need
from pidoctor.resolve.world import Choice, World

HERE = "installed here"  # the origin of the need that keeps an installed package
_HARD = 5  # versions that were refused, after which a package is chosen before others


class Refused(BaseReporter[Need, Choice, str]):
    """How many versions of each package a search refused, for what others need beside them."""

    def __init__(self) -> None:
        self.versions = Counter[str]()

    def rejecting_candidate(self, criterion: Any, candidate: Choice) -> None:  # noqa: ARG002
        self.versions[candidate.key] += 1


class Provider(AbstractProvider[Need, Choice, str]):
    """resolvelib's view of a World: what is installed first, then newest versions, as pip does.

    ``mended`` are the packages whose requirements must all hold; of the other installed ones those
    that hold today.
    """

    def __init__(self, world: World, mended: Collection[str] | None = None) -> None:
        self._world = world
        self._mended = mended
        self.refused = Refused()

    def identify(self, requirement_or_candidate: Need | Choice) -> str:
        return requirement_or_candidate.key

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Choice],  # noqa: ARG002 - resolvelib passes it by keyword
        candidates: Mapping[str, Iterator[Choice]],  # noqa: ARG002
        information: Mapping[str, Iterator[Any]],
        backtrack_causes: Sequence[Any],
    ) -> tuple[bool, bool, bool, bool, bool, str]:
        """First what narrows the choice of others, and last what only follows from others.

        What was asked for and the runtimes, of which few versions fit, come first; NumPy, which
        nearly all need and which needs nothing, last. So the versions of a package are not tried in
        every combination with those of others that have nothing to do with a conflict. A package of
        which many versions were refused is chosen early for the same reason.
        """
        about = list(information[identifier])
        first = identifier in self._world.runtimes or any(info.parent is None for info in about)
        causes = any(
            identifier in (cause.requirement.key, cause.parent and cause.parent.key)
            for cause in backtrack_causes
        )
        bounded = any(info.requirement.specifier for info in about)
        easy = self.refused.versions[identifier] < _HARD
        return identifier == "numpy", not first, easy, not causes, not bounded, identifier

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Need]],
        incompatibilities: Mapping[str, Iterator[Choice]],
    ) -> Callable[[], Iterator[Choice]]:
        needs = list(requirements[identifier])
        refused = set(incompatibilities[identifier])
        untouched = all(need.origin == HERE for need in needs)
        name, _, extra = identifier.rstrip("]").partition("[")

        def matches() -> Iterator[Choice]:
            newest = Version("0.dev0")
            for choice in self._world.choices_with(name, extra):
                if untouched and choice.present is None:
                    return  # only the plan's own packages may change
                if not self._world.is_within(choice):
                    continue
                if not all(map(choice.satisfies, needs)):
                    continue
                if choice.is_source and choice.version < newest:
                    return  # nobody builds what is older than a wheel that fits the machine
                if choice.present is None and not choice.is_source:
                    newest = max(newest, choice.version)
                if choice not in refused:
                    yield choice

        return matches

    def is_satisfied_by(self, requirement: Need, candidate: Choice) -> bool:
        return candidate.satisfies(requirement)

    def get_dependencies(self, candidate: Choice) -> Iterable[Need]:
        mended = self._mended is None or candidate.name in self._mended
        if candidate.present is None or mended:
            return self._world.needs(candidate)
        return self._world.held(candidate.name)
