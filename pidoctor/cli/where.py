"""WHERE: the machine that a command is about, as a Profile."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from pidoctor.asked import Asked

if TYPE_CHECKING:
    from pidoctor.host.base import Host
    from pidoctor.probe.environment_choice import EnvironmentChoice
    from pidoctor.probe.probed import ProbeResult
    from pidoctor.profile.profile import Profile


def machine(options: argparse.Namespace) -> ProbeResult:
    """The machine that the options name; raises UsageError for one that cannot be read."""
    from pidoctor import api

    if options.target is not None:
        _say_what_is_read_into(options)
    probed = api.probe(
        target=options.target,
        capture=options.capture,
        root=options.root,
        python=options.python,
        venv=options.venv,
    )
    return probed._replace(profile=with_named(probed.profile, options))


def with_named(profile: Profile, options: argparse.Namespace) -> Profile:
    """The machine on the board of ``--board``, with the devices of ``--with``, whose pip goes
    where the requirements files send it."""
    board = getattr(options, "board", None)
    if board is not None:
        profile = _on_board(profile, board, options)
    if _is_project(options):
        from pidoctor.probe.indexes import with_sources

        profile = with_sources(profile, options.requirement.sources)
    names = getattr(options, "devices", None)
    if not names:
        return profile
    from pidoctor.profile.devices import with_devices

    return with_devices(profile, names)


def _on_board(profile: Profile, board: str, options: argparse.Namespace) -> Profile:
    from pidoctor.errors import UsageError

    if options.root is None and options.capture is None:
        instead = f"for a board with a stock system write --target {board}"
        raise UsageError(f"--board goes with --root or --capture; {instead}")
    from pidoctor.profile.boarded import on_board

    return on_board(profile, board)


def _say_what_is_read_into(options: argparse.Namespace) -> None:
    """What the name of a target left open, on stderr."""
    from pidoctor.cli.output import say_error
    from pidoctor.profile.target_names import read_name

    reading = read_name(options.target)
    if reading.told and not getattr(options, "quiet", False):
        say_error(f"--target: {reading.told}")


def chosen(
    options: argparse.Namespace, host: Host | None = None, must_exist: bool = True
) -> EnvironmentChoice:
    """The environment of this machine that the options name, else the one that is found.

    UsageError for a folder given with --venv that holds none, where it ``must_exist``.
    """
    from pidoctor.host.live import LiveHost
    from pidoctor.probe.environment_choice import choose, existing

    choice = existing if must_exist else choose
    return choice(host or LiveHost(), options.venv, options.python)


def must_be_trusted(choice: EnvironmentChoice) -> None:
    """UsageError where the environment was found, not named, and may be anybody's program."""
    if not choice.exists or choice.named or choice.may_run:
        return
    import shlex

    from pidoctor.errors import UsageError
    from pidoctor.host.trust import why_not_run

    raise UsageError(
        f"{choice.folder} was not looked into: {why_not_run(choice.folder)}, and pidoctor runs "
        "no program that came with a folder unasked. If you trust it, name it: "
        f"--venv {shlex.quote(choice.folder)}"
    )


def bare_machine(options: argparse.Namespace) -> Profile:
    """The machine without the environment that is there: for a file that a new one is made from."""
    from pidoctor.profile.environment import UNKNOWN

    return replace(machine(options).profile, environment=UNKNOWN)


def asked(options: argparse.Namespace) -> Asked:
    """What the options ask: the requirement, and the machine where it is another one."""
    requirement = str(getattr(options, "requirement", None) or "auto")
    project = words_of(options)
    file = getattr(options, "from_settings", "") if _is_project(options) else ""
    for option in ("target", "capture", "root"):
        if getattr(options, option, None) is not None:
            value = str(getattr(options, option))
            words, flags = _given(options, "board", "python"), _flags(options)
            said = (requirement, f"--{option}", value, words, project, file)
            return Asked(*said, flags=flags)
    return Asked(
        requirement,
        more=_given(options, "venv", "python"),
        project=project,
        settings=file,
        further=_further(options),
        flags=_flags(options),
        new_environment=_free(),
        own_python=f"{sys.version_info[0]}.{sys.version_info[1]}",
    )


def _further(options: argparse.Namespace) -> tuple[str, ...]:
    """The options of the question that an install has too, as they are typed again."""
    own = [f"--{name}" for name in ("offline", "replace") if _flag(options, name)]
    flags = (*_flags(options), *own)
    models = [word for name in getattr(options, "models", ()) for word in ("--model", str(name))]
    devices = [word for name in getattr(options, "devices", ()) for word in ("--with", name)]
    return (*flags, *_given(options, "wheels"), *models, *devices)


def _flags(options: argparse.Namespace) -> tuple[str, ...]:
    """The options of the question without which it would have another answer."""
    return tuple(f"--{name}" for name in ("beyond-tags", "newer") if _flag(options, name))


def _flag(options: argparse.Namespace, name: str) -> bool:
    return bool(getattr(options, name.replace("-", "_"), False))


def _free() -> str:
    """A name for a new environment that is not taken here."""
    from pidoctor.resolve.changes import NEW_ENVIRONMENT as name

    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    return next((free for free in names if not os.path.lexists(free)), name)


def _given(options: argparse.Namespace, *names: str) -> tuple[str, ...]:
    """Those of the options that were given, as they are typed again."""
    values = {name: getattr(options, name, None) for name in names}
    pairs = [(f"--{name}", str(value)) for name, value in values.items() if value]
    return tuple(word for pair in pairs for word in pair)


def _is_project(options: argparse.Namespace) -> bool:
    """Whether several requirements are asked for together."""
    from pidoctor.resolve.request import Project

    return isinstance(getattr(options, "requirement", None), Project)


def words_of(options: argparse.Namespace) -> tuple[str, ...]:
    """Several requirements, or files of them, as they are typed again; none for a single one."""
    if not _is_project(options):
        return ()
    files = [("-r", name) for name in options.files]
    files += [("-c", name) for name in options.constraints]
    files += [("--group", name) for name in options.groups]
    return (*options.words, *(word for pair in files for word in pair))


def is_this_machine(options: argparse.Namespace) -> bool:
    """No option points elsewhere."""
    return options.target is None and options.capture is None and options.root is None
