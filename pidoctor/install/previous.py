"""What ``undo`` would bring back, told before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from packaging.utils import canonicalize_name

from pidoctor.errors import UsageError
from pidoctor.install.place import Place
from pidoctor.install.receipt import read_receipt


def undoes(venv: Path) -> tuple[str, ...]:
    """What ``undo`` changes, in a line each; UsageError when no earlier state is known."""
    place = Place.of(venv)
    if place.previous.exists():
        now, then = packages(place.venv), packages(place.previous)
        names = sorted({*now, *then})
        changed = [name for name in names if now.get(name) != then.get(name)]
        return tuple(_line(name, now, then) for name in changed) or ("no package changes",)
    if is_new(venv):
        return (f"{place.venv} is removed: there was none before the last install",)
    raise UsageError(f"{place.venv}: no state before the last install is kept")


def is_new(venv: Path) -> bool:
    """Whether pidoctor made the environment, and nothing was installed into it since."""
    receipt = read_receipt(Place.of(venv).venv)
    return receipt is not None and receipt.get("new") is True


def packages(environment: Path) -> dict[str, str]:
    """The packages in ``environment``, by normalised name: what their folders are called."""
    found: dict[str, str] = {}
    for folder in environment.glob("lib/python*/site-packages/*.dist-info"):
        name, _, version = folder.name[: -len(".dist-info")].partition("-")
        found[canonicalize_name(name)] = version
    return found


def _line(name: str, now: Mapping[str, str], then: Mapping[str, str]) -> str:
    if name not in then:
        return f"{name} {now[name]} goes"
    if name not in now:
        return f"{name} {then[name]} comes back"
    return f"{name} {now[name]} becomes {then[name]} again"
