"""WHERE: the machine that a command is about, as a Profile."""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path

from pidoctor.envelope import Asked
from pidoctor.errors import UsageError
from pidoctor.host.base import Host
from pidoctor.probe.environment_choice import Choice, choose
from pidoctor.probe.machine import ProbeResult, probe
from pidoctor.profile.environment import UNKNOWN
from pidoctor.profile.profile import Profile


def machine(options: argparse.Namespace) -> ProbeResult:
    """The machine that the options name; raises UsageError for one that cannot be read."""
    if options.venv is not None and not is_this_machine(options):
        raise UsageError("--venv is for this machine; another one is asked about as it is")
    if options.target is not None:
        return _named(options)
    if options.capture is not None:
        return _captured(Path(options.capture))
    if options.root is not None:
        return _sysroot(Path(options.root), options.python)
    from pidoctor.host.live import LiveHost

    host = LiveHost()
    return probe(host, choice=chosen(options, host))


def _named(options: argparse.Namespace) -> ProbeResult:
    """The machine that --target names; what the name left open is said on stderr."""
    from pidoctor.profile.named_targets import read_name, target

    if options.python:
        raise UsageError("--python does not go with --target; write the target as .../py3.12")
    reading = read_name(options.target)
    if reading.told and not getattr(options, "quiet", False):
        from pidoctor.report import console

        line = console.error_line(f"--target: {reading.told}", console.encodes(sys.stderr))
        console.write(sys.stderr, line)
    return ProbeResult(target(options.target), ())


def chosen(
    options: argparse.Namespace, host: Host | None = None, must_exist: bool = True
) -> Choice:
    """The environment of this machine that the options name, else the one that is found.

    UsageError for a folder given with --venv that holds none, where it ``must_exist``.
    """
    from pidoctor.host.live import LiveHost

    choice = choose(host or LiveHost(), options.venv, options.python)
    if must_exist and options.venv and not choice.exists and not options.python:
        missing = f"{options.venv}: no virtual environment here; make one with `pidoctor install`"
        raise UsageError(f"{missing} --venv {shlex.quote(options.venv)}")
    return choice


def bare_machine(options: argparse.Namespace) -> Profile:
    """The machine without the environment that is there: for a file that a new one is made from."""
    return replace(machine(options).profile, environment=UNKNOWN)


def _captured(path: Path) -> ProbeResult:
    """The machine in a capture, or in a support bundle, which holds a capture."""
    from pidoctor.host.capture_format import parse_capture
    from pidoctor.host.captured import CaptureHost, load_capture
    from pidoctor.report.bundle import CAPTURE, is_bundle, load_bundle

    if path.is_file() and is_bundle(path):
        files = load_bundle(path).files
        if CAPTURE not in files:
            raise UsageError(f"{path}: this bundle holds no capture of its machine")
        host = CaptureHost(parse_capture(files[CAPTURE], str(path)), f"bundle {path.name}")
        return probe(host)
    return probe(load_capture(path), origin=f"capture {path.name}")


def _sysroot(root: Path, python: str | None) -> ProbeResult:
    from pidoctor.host.directory import DirectoryHost

    if not root.is_dir():
        raise UsageError(f"--root {root}: not a directory")
    return probe(DirectoryHost(root), python, origin=f"root {root}")


def asked(options: argparse.Namespace) -> Asked:
    """What the options ask: the requirement, and the machine where it is another one."""
    requirement = getattr(options, "requirement", None) or "auto"
    for option in ("target", "capture", "root"):
        if getattr(options, option, None) is not None:
            return Asked(requirement, f"--{option}", str(getattr(options, option)))
    given = {name: getattr(options, name, None) for name in ("venv", "python")}
    more = [(f"--{name}", str(value)) for name, value in given.items() if value]
    return Asked(requirement, more=tuple(word for pair in more for word in pair))


def is_this_machine(options: argparse.Namespace) -> bool:
    """No option points elsewhere."""
    return options.target is None and options.capture is None and options.root is None
