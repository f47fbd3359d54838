"""What a check is: a pure function of a machine and the resolver's answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Protocol

from pidoctor.catalog.catalog import Catalog
from pidoctor.catalog.wheels import WheelsIndex
from pidoctor.profile.profile import Profile
from pidoctor.readiness.space import Kept
from pidoctor.records import dataclass
from pidoctor.resolve.plan import Plan, Resolution
from pidoctor.resolve.present import Present, present_packages
from pidoctor.result import Finding


class FailedProbe(Protocol):
    """A probe that crashed, as the probes report it."""

    @property
    def topic(self) -> str: ...

    @property
    def error(self) -> str: ...


def nothing_kept(_: Plan) -> Kept:
    """No wheel of a plan is on the machine yet."""
    return Kept()


@dataclass(frozen=True)
class Case:
    """What the checks look at. ``resolution`` is None where nothing could be resolved.

    ``index`` is the evidence to use; without it the one that pidoctor answers from. ``kept`` gives
    what earlier installs kept of a plan's wheels.
    """

    profile: Profile
    resolution: Resolution | None = None
    failures: tuple[FailedProbe, ...] = ()
    index: WheelsIndex | None = None
    kept: Callable[[Plan], Kept] = nothing_kept
    wanted: tuple[str, ...] = ()  # ids of accelerators that the project needs

    @property
    def plan(self) -> Plan | None:
        """The resolver's plan, if it found one."""
        return self.resolution if isinstance(self.resolution, Plan) else None

    @property
    def satisfied(self) -> bool:
        """Whether the environment holds what the plan asks for, so that nothing is installed."""
        there = self.profile.environment.folder.is_known
        return there and self.plan is not None and self.plan.holds_in(self.installed)

    def pip(self, action: str) -> str:
        """The beginning of a pip command on the environment: by its own pip, by uv where that made
        it, else by the system's pip."""
        return pip_command(self.profile, self.python, action)

    @cached_property
    def wheels(self) -> WheelsIndex:
        """The evidence; opened only by the checks that need it."""
        from pidoctor.catalog.location import open_index

        return self.index or open_index()

    @cached_property
    def present(self) -> Mapping[str, Present]:
        """What is installed, with what it requires and was compiled for."""
        return present_packages(self.profile, self.wheels)

    def installed(self, name: str) -> str | None:
        """The version of a distribution installed beside the interpreter."""
        packages: dict[str, Any] = dict(self.profile.python.packages.or_else({}))
        return packages.get(name)

    @cached_property
    def catalog(self) -> Catalog:
        from pidoctor.catalog.catalog import open_catalog

        return open_catalog(self.wheels)

    @property
    def venv_option(self) -> str:
        """The option that names the environment again where only an option named it."""
        import shlex

        environment = self.profile.environment
        if not environment.reason.or_else("").startswith("--"):
            return ""
        return f" --venv {shlex.quote(environment.folder.or_else('.venv'))}"

    @property
    def interpreter(self) -> str:
        """The interpreter at the beginning of a sentence: by its path, as it may be another's."""
        return self.profile.python.executable.or_else("Its Python")

    @property
    def python(self) -> str:
        """How to call the interpreter in a command."""
        import shlex

        return shlex.quote(self.profile.python.executable.or_else("python3"))


Run = Callable[[Case], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """A named check; ``run`` must not look at the running machine."""

    id: str
    run: Run

    @property
    def topic(self) -> str:
        """What it looks at: the module that it is in."""
        return self.run.__module__.rpartition(".")[2]


def pip_command(profile: Profile, python: str, action: str) -> str:
    """The beginning of a pip command on the environment of ``python``, as typed into a shell: by
    its own pip, by uv where that made it, else by the system's pip."""
    if profile.python.pip.is_known:
        return f"{python} -m pip {action}"
    if profile.environment.kind.value == "uv":
        return f"uv pip {action} --python {python}"
    return f"python3 -m pip --python {python} {action}"
