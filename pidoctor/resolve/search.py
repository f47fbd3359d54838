"""The tree of one version of a runtime beside what is installed, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from packaging.specifiers import SpecifierSet
from resolvelib import ResolutionImpossible, ResolutionTooDeep, Resolver

from pidoctor.errors import CouldNotCheckError
from pidoctor.profile.environment import InstalledPackage
from pidoctor.records import NamedTuple
from pidoctor.resolve.plan import ASKED, Candidate
from pidoctor.resolve.present import Need, Present
from pidoctor.resolve.provider import HERE, Provider
from pidoctor.resolve.reasons import conflict
from pidoctor.resolve.verdict import Reason
from pidoctor.resolve.world import Choice, World, is_theirs

# Pins and backtracks before a search is given up.
_ROUNDS = 2000
# A plan that keeps what is installed working changes little of it; where it takes more than this,
# the packages that cannot stay are named instead, and the ways out are tried.
_ROUNDS_TO_MEND = 150


class _TooDeepError(CouldNotCheckError):
    """A search was given up after its rounds; other things that cannot be checked stay unknown."""


class Solved(NamedTuple):
    """A choice of the solution, and the requirements it satisfies."""

    choice: Choice
    because: tuple[str, ...]


class Search:
    """The trees of wheels on one machine, with what is wanted together and what is installed.

    ``extras`` are those of the runtime; ``replace`` gives up what is installed where it must.
    """

    def __init__(
        self,
        world: World,
        together: Sequence[Need],
        extras: Sequence[str],
        present: Mapping[str, Present],
        replace: bool,
    ) -> None:
        self._world = world
        self._together = together
        self._extras = extras
        self._present = present
        self._replace = replace

    def solve(self, choice: Choice) -> Mapping[str, Solved] | Candidate:
        """The whole tree of a version of a runtime, by package; else why it cannot be had."""
        exactly = SpecifierSet(f"==={choice.version}")
        wanted = [Need(choice.name, exactly, ASKED, extra) for extra in self._extras]
        roots = [Need(choice.name, exactly, ASKED), *wanted, *self._together]
        pair = self._contradiction(choice)
        if pair:
            return conflict(self._world, choice, pair)
        try:
            kept = self._keeping_most(roots) if self._present else None
            solution = kept or self._tree(roots, Provider(self._world))
        except ResolutionImpossible as error:
            theirs = self._would_replace(choice, roots)
            if theirs is not None:
                return theirs
            return conflict(self._world, choice, [cause.requirement for cause in error.causes])
        broken = [*self.broken_by(solution)]
        if not broken or self._replace:
            return _packages(solution)
        here = (Need(name, SpecifierSet(), HERE) for name in self._present)
        try:
            mended = Provider(self._world, mended=frozenset(solution))
            whole = self._tree([*roots, *here], mended, _ROUNDS_TO_MEND)
        except (ResolutionImpossible, _TooDeepError):
            return self._breaks(choice, solution, broken)
        return _packages(self._reached_from([need.key for need in roots], whole))

    def _keeping_most(self, roots: Sequence[Need]) -> Mapping[str, Solved] | None:
        """The tree that replaces of what is installed only what stands in the way; None without."""
        staying = {*self._present}
        try:
            for _ in self._present:
                self._world.staying = staying
                try:
                    return self._tree(roots, Provider(self._world))
                except ResolutionImpossible as error:
                    blocking = {cause.requirement.name for cause in error.causes} & staying
                if not blocking:
                    return None
                staying -= blocking
        except _TooDeepError:
            pass
        finally:
            self._world.staying = ()
        return None

    def _would_replace(self, choice: Choice, roots: Sequence[Need]) -> Candidate | None:
        """Why not, where the only obstacle is a package that others look after."""
        theirs = any(is_theirs(there.item) for there in self._present.values())
        if not theirs or not self._world.theirs_stay:
            return None
        self._world.theirs_stay = False
        try:
            solution = _packages(self._tree(roots, Provider(self._world)))
        except ResolutionImpossible:
            return None
        finally:
            self._world.theirs_stay = True
        for item in self.replaced(solution):
            solved = solution[item.name]
            why = "; ".join(text for text in solved.because if ASKED not in text) or item.name
            detail = f"needs {why}, and {looked_after(item, str(solved.choice.version))}"
            return Candidate(choice.name, str(choice.version), Reason.BREAKS_INSTALLED, detail)
        return None

    def replaced(self, solution: Mapping[str, Solved]) -> Iterator[InstalledPackage]:
        """What others look after and a solution replaces."""
        for name, solved in solution.items():
            there = self._present.get(name)
            if there is not None and solved.choice.present is None and is_theirs(there.item):
                yield there.item

    @cached_property
    def rest_fits(self) -> bool:
        """Whether what was asked for beside the runtime has a tree without it."""
        try:
            self._tree(self._together, Provider(self._world))
        except ResolutionImpossible:
            return False
        except _TooDeepError:
            pass  # it may
        return True

    def _contradiction(self, choice: Choice) -> Sequence[Need]:
        """A need of the runtime and one that was asked for which no version satisfies together."""
        for need in self._world.needs(choice):
            for other in self._together:
                both = need.specifier & other.specifier
                if need.name == other.name and not any(
                    both.contains(found.version, prereleases=True)
                    for found in self._world.choices(need.name)
                ):
                    return [need, other]
        return ()

    def _tree(
        self, roots: Sequence[Need], provider: Provider, rounds: int = _ROUNDS
    ) -> Mapping[str, Solved]:
        resolver = Resolver(provider, provider.refused)
        try:
            result = resolver.resolve(roots, max_rounds=rounds + 20 * len(roots))
        except ResolutionTooDeep as error:
            raise _TooDeepError(
                f"so many versions would have to be tried that it was given up after {error} steps;"
                " ask for particular versions (NAME==VERSION) of what is named without one"
            ) from None
        return {
            name: Solved(pin, tuple(dict.fromkeys(map(str, needs))))
            for name, pin in result.mapping.items()
            for needs in [result.criteria[name].iter_requirement()]
        }

    def broken_by(self, solution: Mapping[str, Solved]) -> Iterator[tuple[str, Need]]:
        """The installed packages outside the solution that would lose what they need, and that."""
        changed = {
            name for name, solved in solution.items() if not solved.choice.present
        } & self._present.keys()
        for name in self._present if changed else ():
            for need in () if name in solution else self._world.held(name):
                if need.name in changed and not need.specifier.contains(
                    solution[need.name].choice.version, prereleases=True
                ):
                    yield name, need

    def _breaks(
        self, choice: Choice, solution: Mapping[str, Solved], broken: Sequence[tuple[str, Need]]
    ) -> Candidate:
        _, need = broken[0]
        solved = solution[need.name]
        why = "; ".join(text for text in solved.because if ASKED not in text)
        others = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        return Candidate(
            choice.name,
            str(choice.version),
            Reason.BREAKS_INSTALLED,
            f"needs {why or need.name}, which would put in {need.name} {solved.choice.version}; "
            f"what is installed needs {need}{others}",
            losers=tuple(dict.fromkeys(name for name, _ in broken)),
        )

    def _reached_from(
        self, keys: Sequence[str], whole: Mapping[str, Solved]
    ) -> Mapping[str, Solved]:
        """The part of a solution that the asked packages need."""
        reached, left = {key: whole[key] for key in keys}, list(dict.fromkeys(keys))
        while left:
            for need in self._world.needs(whole[left.pop()].choice):
                if need.key not in reached:
                    reached[need.key] = whole[need.key]
                    left.append(need.key)
        return {
            key: Solved(item.choice, tuple(text for text in item.because if HERE not in text))
            for key, item in reached.items()
        }


def looked_after(item: InstalledPackage, version: str) -> str:
    """Whose an installed package is, and how they bring another version."""
    there = f"{item.name} {item.version}"
    if item.editable:
        return f"{there} is installed as editable, from a folder that somebody works in"
    if item.origin == "conda":
        return (
            f"{there} is conda's, which would not know that pip replaces it; conda can bring "
            f"another: conda install {item.name}={version}"
        )
    return f"{there} is the system's own"


def _packages(solution: Mapping[str, Solved]) -> Mapping[str, Solved]:
    """A solution without the entries of extras: those brought what they ask for."""
    return {key: solved for key, solved in solution.items() if not solved.choice.extra}
