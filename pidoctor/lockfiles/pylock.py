"""A plan as ``pylock.toml`` (PEP 751), checked by ``packaging.pylock`` itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from packaging.pylock import Package, PackageWheel, Pylock
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pidoctor.catalog.wheels import Wheel
from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.lockfiles.requirements import header
from pidoctor.resolve.plan import Plan

Locate = Callable[[Wheel], PackageWheel]


def pylock_text(plan: Plan, wheelhouse: Path | None) -> str:
    """The lock of ``plan``; wheels are found in ``wheelhouse``, else on the user's own index.

    Packages that the plan takes from the Linux distribution are named in a comment: no lock can
    install them. Raises :class:`CouldNotCheckError` when a wheel's address cannot be looked up.
    """
    locate = _in_folder(wheelhouse) if wheelhouse else _on_index(plan)
    lock = Pylock(
        lock_version=Version("1.0"),
        requires_python=SpecifierSet(_requires_python(plan)) or None,
        created_by="pidoctor",
        packages=[_package(wheel, locate) for wheel in plan.wheels],
    )
    return header(plan) + _toml(lock.to_dict())


def _package(wheel: Wheel, locate: Locate) -> Package:
    return Package(
        name=canonicalize_name(wheel.name), version=Version(wheel.version), wheels=[locate(wheel)]
    )


def _requires_python(plan: Plan) -> str:
    bounds = {wheel.requires_python for wheel in plan.wheels if wheel.requires_python}
    return ",".join(sorted(bounds))


def _in_folder(folder: Path) -> Locate:
    def locate(wheel: Wheel) -> PackageWheel:
        path = folder / wheel.filename
        if not path.is_file():
            raise UsageError(f"{path}: not there; fetch it with `pidoctor download -d {folder}`")
        return PackageWheel(
            name=wheel.filename,
            path=str(path),
            size=wheel.size or None,
            hashes={"sha256": wheel.sha256},
        )

    return locate


def _on_index(plan: Plan) -> Locate:
    from pidoctor.indexing.addresses import addresses

    found: Mapping[str, str] = addresses(plan.wheels, plan.sources)

    def locate(wheel: Wheel) -> PackageWheel:
        url = found.get(wheel.filename)
        if url is None:
            raise CouldNotCheckError(f"{wheel.filename}: not on the configured index any more")
        return PackageWheel(
            name=wheel.filename,
            url=url,
            size=wheel.size or None,
            hashes={"sha256": wheel.sha256},
        )

    return locate


def _toml(data: Mapping[str, Any]) -> str:
    """The lock's own fields as TOML: strings, integers, string tables, and arrays of tables."""
    lines = [f"{key} = {_value(value)}" for key, value in data.items() if key != "packages"]
    for package in data["packages"]:
        lines += ["", "[[packages]]"]
        lines += [f"{key} = {_value(value)}" for key, value in package.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
