"""What is known beyond the tags, as a view of the index that any resolver can be asked over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.utils import canonicalize_name
from packaging.version import Version

from pidoctor.catalog.catalog import Catalog
from pidoctor.catalog.wheels import Wheel
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.plan import Pin, Plan, Resolution
from pidoctor.resolve.verdict import READ, Accepted, Reason, Rejected
from pidoctor.resolve.world import World
from tests.oracle.tools import Files

_BY_FILES = {reason for reason in Reason if reason.strength == READ}
_BY_METADATA = {
    Reason.YANKED: "withdrawn by its authors; pip takes it where it is the only one that was asked",
    Reason.PYTHON: "an upper bound of Requires-Python, which uv leaves out of account",
}


class AsRead:
    """The wheels that evidence leaves to one machine, with what was compiled into them.

    Wheels that may or may not run are left out unless the answer takes one, as are pre-releases;
    what the distribution has stands there as a wheel where the answer is to use it.
    """

    def __init__(self, machine: Machine, catalog: Catalog, answer: Resolution) -> None:
        self._world = World(machine, catalog, beyond_tags=False)
        self._catalog = catalog
        self._answer = answer

    def wheels(self, name: str) -> Iterable[Wheel]:
        return [*self._published(name), *self._packaged(name)]

    def _published(self, name: str) -> Iterator[Wheel]:
        project = self._catalog.index.project(name)
        for wheel in project.wheels if project else ():
            if (wheel.source == "index" and not self.why_not(wheel)) or self._taken(wheel):
                yield wheel

    def _packaged(self, name: str) -> Iterator[Wheel]:
        if not self._world.machine.system_python:
            return
        for choice in self._world.distribution_choices(name):
            version = str(choice.version)
            if not isinstance(self._answer, Plan) or _pinned(self._answer, name, "debian"):
                file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
                yield Wheel(name, version, file, "0" * 64, 1, "", (), "", "index", None)

    def requires(self, wheel: Wheel) -> Iterable[str]:
        yield from wheel.requires_dist
        api = wheel.evidence.numpy_api if wheel.evidence else None
        if api is not None:
            bound = self._catalog.relations.numpy_bound(api.abi, api.feature)
            yield f"numpy{bound}"

    def why_not(self, wheel: Wheel) -> str:
        """The kind of reason that speaks against a wheel that tags allow; empty where none does."""
        verdict = self._world.judge(wheel)
        if isinstance(verdict, Rejected) and verdict.reason in _BY_METADATA:
            return _BY_METADATA[verdict.reason]
        if isinstance(verdict, Rejected) and verdict.reason in _BY_FILES:
            return f"{verdict.reason.value}, {'proven by a run' if verdict.proven else 'read'}"
        if isinstance(verdict, Accepted) and verdict.doubtful:
            return "may or may not run: what is certain comes first"
        if Version(wheel.version).is_prerelease:
            return "a pre-release, which is taken only when it is asked for"
        return ""

    def _taken(self, wheel: Wheel) -> bool:
        return isinstance(self._answer, Plan) and any(
            pin.wheel is not None and pin.wheel.filename == wheel.filename
            for pin in self._answer.pins
        )

    def kind(self, theirs: Files) -> str:
        """Why a tool that knows tags alone answers otherwise, by the first thing that differs."""
        if isinstance(self._answer, Plan) and self._answer.unchecked:
            return "a package that the index does not hold, and the answer says so"
        if theirs is None:
            used = isinstance(self._answer, Plan) and _pinned(self._answer, "", "debian")
            return "the distribution's own package serves" if used else ""
        for file in sorted(theirs):
            name = canonicalize_name(file.split("-")[0])
            project = self._catalog.index.project(name)
            for wheel in project.wheels if project else ():
                if wheel.filename == file and self.why_not(wheel):
                    return self.why_not(wheel)
        return "the NumPy C API compiled into a wheel"


def _pinned(plan: Plan, name: str, source: str) -> list[Pin]:
    return [pin for pin in plan.pins if name in ("", pin.name) and pin.source == source]


def files(resolution: Resolution, *, packaged: bool = False) -> Files:
    """The files that a resolution would install; with those that stand for ``packaged`` ones."""
    if not isinstance(resolution, Plan):
        return None
    named = (
        pin.wheel.filename
        if pin.wheel
        else f"{pin.name.replace('-', '_')}-{pin.version}-py3-none-any.whl"
        for pin in resolution.pins
        if pin.wheel or packaged
    )
    return frozenset(named)
