"""What ``undo`` would bring back, told before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath

from packaging.utils import canonicalize_name

from pidoctor.errors import UsageError
from pidoctor.install.manifest import Changes, changes_since_install
from pidoctor.install.place import Place
from pidoctor.install.receipt import read_receipt

_SHOWN = 10  # files named one by one


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


def keeps(venv: Path) -> tuple[str, ...]:
    """What ``undo`` puts aside because somebody else added or changed it since the install."""
    environment = Place.of(venv).venv
    if not environment.exists():
        return ()
    changes = changes_since_install(environment)
    if not changes.known:
        return ("the whole environment of now: nothing tells what was changed since the install",)
    return tuple(_described(changes))


def _described(changes: Changes) -> Iterator[str]:
    installed = _packages_of(changes.added)
    for name in sorted(installed):
        yield f"{name}, installed since"
    for word, paths in (("added", changes.added), ("edited", changes.edited)):
        rest = [path for path in paths if not _belongs(path, installed)]
        yield from (f"{path}, {word} since" for path in rest[:_SHOWN])
        if len(rest) > _SHOWN:
            yield f"{len(rest) - _SHOWN} more files, {word} since"


def _packages_of(added: Iterable[str]) -> dict[str, set[str]]:
    """The packages among the files: "name version", and the folders in site-packages it has."""
    found: dict[str, set[str]] = {}
    for path in added:
        below = _below_site_packages(path)
        if below and below[0].endswith(".dist-info"):
            name, _, version = below[0][: -len(".dist-info")].partition("-")
            tops = found.setdefault(f"{canonicalize_name(name)} {version}", set())
            tops.update((below[0], name, name.lower(), f"{name}.libs"))
    return found


def _belongs(path: str, installed: Mapping[str, set[str]]) -> bool:
    below = _below_site_packages(path)
    return bool(below) and any(below[0] in tops for tops in installed.values())


def _below_site_packages(path: str) -> tuple[str, ...]:
    parts = PurePath(path).parts
    return parts[parts.index("site-packages") + 1 :] if "site-packages" in parts else ()


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
