"""A requirement and a Profile to the resolver's answer, changes included."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor import api
from pidoctor.catalog.architectures import kind_of
from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.location import open_index
from pidoctor.cli.output import say_error
from pidoctor.profile.profile import Profile
from pidoctor.profile.wheel_sources import NO_SOURCES
from pidoctor.resolve.plan import Resolution
from pidoctor.resolve.request import AUTO, Project, held

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from pidoctor.asked import Asked
    from pidoctor.catalog.wheels import WheelsIndex
    from pidoctor.cli.output import Watch
    from pidoctor.envelope import Result
    from pidoctor.fitting import Fitting
    from pidoctor.indexing.own_index import OwnIndex, Wanted
    from pidoctor.resolve.explanation import Explanation
    from pidoctor.resolve.plan import Impossible, Plan

_NO_PROJECT = Project(())


def catalog() -> Catalog:
    """The catalog around the newest usable index: the user's own, else the shipped one.

    Why the user's own is not used, where it is not, is said on stderr.
    """
    index = open_index()
    if index.note:
        say_error(index.note)
    return open_catalog(index)


@contextmanager
def catalog_for(
    options: argparse.Namespace, profile: Profile, offline: bool = False
) -> Iterator[Catalog]:
    """The catalog for the requirements of ``options`` on a machine.

    Where they name packages or want releases that the wheels index does not hold, those are read
    from the user's own package index when the resolver asks for them; that is shown until the block
    ends.
    """
    known, wanted = catalog(), options.requirement
    beyond: tuple[str, ...] = ()
    if isinstance(wanted, Project):
        from pidoctor.resolve.machine import machine_of

        beyond = wanted.asked_beyond(known.index, machine_of(profile).markers())
    looks = any(getattr(options, name, False) for name in ("newer", "looks_up"))
    newer = _newer(options, known) if looks and not offline else frozenset()
    with ExitStack() as opened:

        def further(
            project: Project = _NO_PROJECT, releases: frozenset[str] = frozenset()
        ) -> OwnIndex:
            from pidoctor.cli.output import watched
            from pidoctor.indexing.own_index import OwnIndex, Sources

            steps = _Steps(opened.enter_context(watched(options)))
            own = wanted.sources if isinstance(wanted, Project) else NO_SOURCES
            sources = Sources.of_user(_piwheels(profile), offline, own)
            read = _to_read(project, releases, profile, known.index)
            return OwnIndex(
                known.index, sources, steps, read._replace(own_sources=own != NO_SOURCES)
            )

        if beyond or newer:
            index = further(wanted if isinstance(wanted, Project) else _NO_PROJECT, newer)
            yield replace(known, index=index)
        else:
            yield replace(known, further=further)


def _newer(options: argparse.Namespace, known: Catalog) -> frozenset[str]:
    """The runtimes of which a release is wanted that the wheels index does not know yet.

    With --newer any; an install looks where no version that is known is the one asked for.
    """
    from pidoctor.resolve.reasons import admitted
    from pidoctor.resolve.request import parse_request

    if isinstance(options.requirement, Project):
        return frozenset(known.runtimes if options.newer else ())
    request = parse_request(options.requirement, known)
    names = frozenset(known.runtimes if request.name == AUTO else [request.name])
    held = (known.index.project(name) for name in names)
    versions = (version for project in held if project for version in project.by_version)
    nightly = known.is_nightly(request.name)
    there = any(admitted(request.specifier, version, nightly) for version in versions)
    return names if options.newer or not there else frozenset()


def _to_read(
    wanted: Project, newer: frozenset[str], profile: Profile, index: WheelsIndex
) -> Wanted:
    """What of the user's own package index is read beside the wheels index."""
    from packaging.utils import canonicalize_name

    from pidoctor.indexing.own_index import Wanted
    from pidoctor.resolve.addressed import taken_files
    from pidoctor.resolve.machine import machine_of

    markers = machine_of(profile).markers() if wanted.elsewhere else {}

    def names(admitted: Callable[[Requirement], object]) -> frozenset[str]:
        return frozenset(canonicalize_name(i.name) for i in wanted.asked if admitted(i))

    return Wanted(
        narrow=names(lambda item: not held(item, index)),
        prereleases=names(lambda item: item.specifier.prereleases) | newer,
        newer=newer,
        files=taken_files(wanted.files(markers), machine_of(profile)) if markers else {},
    )


def _piwheels(profile: Profile) -> str:
    """The address of piwheels, for a machine whose pip asks it; it builds for 32-bit ARM only."""
    if not kind_of(profile.python.architecture.or_else("")).piwheels:
        return ""
    asked = (index for index in profile.indexes.or_else(()) if index.kind == "piwheels")
    return next((index.url for index in asked), "")


class _Steps:
    """What is read, shown: short steps are counted on a terminal, and told as one elsewhere."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._done = 0

    def __call__(self, step: str, long: bool) -> None:
        self._done += 1
        if long:
            self._watch.say(step)
        elif self._watch.moves:
            self._watch.counted(f"Read from the package index: {step}", self._done, self._done + 1)
        elif self._done == 1:
            self._watch.say("Read from the package index what the wheels index does not hold")


def fit_options(options: argparse.Namespace, profile: Profile, known: Catalog) -> Fitting | None:
    """Narrow the requirement to what runs the models, else to what goes with the devices of --with.

    The models are the files of --model, else those of the project's settings. None where there is
    neither a model nor a device.
    """
    settings = getattr(options, "settings", None)
    named = [Path(name) for name in getattr(options, "models", ())]
    models = named or (settings.models if settings else ())
    if not models:
        return fit_devices(options, profile, known)
    from pidoctor.fitting import fit_to_models

    fitting = fit_to_models(models, profile, options.requirement, options.beyond_tags, known)
    options.requirement = fitting.requirement
    return fitting


def fit_devices(options: argparse.Namespace, profile: Profile, known: Catalog) -> Fitting | None:
    """Narrow the requirement to what goes with the devices of --with; None where none is named."""
    if not options.devices:
        return None
    from pidoctor.cli.devices import fit_to_devices

    fitting = fit_to_devices(options, profile, known)
    if fitting is not None:
        options.requirement = fitting.requirement
    return fitting


def answer(
    options: argparse.Namespace,
    profile: Profile,
    known: Catalog,
    replacing: bool = False,
    question: Asked | None = None,
) -> tuple[Resolution, Explanation | None]:
    """What :func:`pidoctor.api.explained` says of the requirement of ``options``.

    ``question`` is how it was put, where the options have changed since.
    """
    from pidoctor.cli.where import asked

    wanted = options.requirement, options.beyond_tags
    return api.explained(profile, *wanted, known, question or asked(options), replacing)


def plan_or_why_not(
    command: str, options: argparse.Namespace, profile: Profile, undone: str
) -> Plan | Result:
    """The plan that a command goes on with, else its result; ``undone`` says what was not done."""
    from pidoctor.cli.where import asked
    from pidoctor.envelope import Result
    from pidoctor.resolve.plan import Plan
    from pidoctor.result import ExitCode

    with catalog_for(options, profile, options.offline) as known:
        fitting = fit_devices(options, profile, known)
        resolution, around = answer(options, profile, known)
    must_be_decided(resolution, undone)
    found = fitting.findings if fitting is not None else ()
    if isinstance(resolution, Plan) and not found:
        return resolution
    return Result(
        command,
        ExitCode.PROBLEM if isinstance(resolution, Plan) else code_without_plan(resolution),
        verdict=found[0].message if found else None,
        findings=found or None,
        resolution=None if found else resolution,
        explanation=None if found else around,
        asked=asked(options),
    )


def code_without_plan(resolution: Impossible) -> int:
    """1 where nothing fits, 3 where the index lacks what decides."""
    from pidoctor.result import ExitCode

    return ExitCode.PROBLEM if resolution.is_known else ExitCode.COULD_NOT_CHECK


def must_be_decided(resolution: Resolution, undone: str) -> None:
    """CouldNotCheckError where a plan has packages that nothing is known of; ``undone`` says what
    was therefore not done."""
    from pidoctor.catalog.wheels import is_source_only
    from pidoctor.errors import CouldNotCheckError
    from pidoctor.readiness.sources import built_once
    from pidoctor.report.conclusion import not_checked
    from pidoctor.resolve.plan import Plan, by_reason

    if isinstance(resolution, Plan) and resolution.unchecked:
        reasons = "; ".join(
            f"{', '.join(names)}: {why}" for names, why in by_reason(resolution.unchecked)
        )
        build = [name for name, why in resolution.unchecked.items() if is_source_only(why)]
        way = f". Build what is source once: `{' && '.join(built_once(build).commands)}`"
        raise CouldNotCheckError(
            f"{not_checked(resolution)} {reasons}. {undone}{way if build else ''}"
        )
