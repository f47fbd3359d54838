"""What a log does not show of the machine, from a Profile of it."""

from __future__ import annotations

from dataclasses import replace

from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Profile
from pidoctor.triage.log_facts import Facts


def with_profile(facts: Facts, profile: Profile) -> Facts:
    """The facts of the log, completed from the profile; what the log shows goes first."""
    values = {name: value for name, value in _of(profile).items() if value}
    lines = {**dict.fromkeys(values, 0), **facts.lines}
    values.update(facts.values)
    installed = facts.installed | set(profile.python.packages.or_else({}))
    return replace(facts, values=values, lines=lines, installed=installed)


def _of(profile: Profile) -> dict[str, str]:
    system, python = profile.system, profile.python
    musl = system.libc.value == "musl"
    return {
        "python": _text(python.version),
        "pip": _text(python.pip),
        "arch": _text(python.architecture) or _text(system.architecture),
        "kernel": _text(profile.cpu.machine),
        "bits": str(python.bits.value or ""),
        "glibc": "" if musl else _text(system.libc_version),
        "libc": _text(system.libc),
        "codename": _text(system.codename),
        "family": "alpine" if musl else _text(system.id).replace("raspbian", "debian"),
        "board": _text(profile.board.model),
    }


def _text(fact: Fact[str]) -> str:
    return fact.or_else("")
