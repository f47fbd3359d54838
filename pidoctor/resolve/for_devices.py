"""What of a plan serves devices that the machine has not, and which version does without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pidoctor.catalog.catalog import Catalog
from pidoctor.catalog.relations import ForDevices
from pidoctor.errors import CouldNotCheckError
from pidoctor.profile.profile import Profile
from pidoctor.resolve.plan import Pin, Plan
from pidoctor.resolve.request import Request
from pidoctor.resolve.resolver import resolve
from pidoctor.units import count, size

_ROUNDS = 3  # one generation of these packages has other names than the next


def noted(profile: Profile, request: Request, catalog: Catalog, plan: Plan) -> Plan:
    """The plan with a note on what would be downloaded for devices that were looked for and are not
    there."""
    seen = profile.accelerators.value
    if seen is None:
        return plan
    here = {device.id for device in seen}
    notes = []
    for row in catalog.relations.for_devices:
        pins = [] if here & {*row.accelerators} else _of(row, plan)
        if pins:
            instead = _instead(row, request, plan, _without(row, profile, request, catalog, plan))
            notes.append(f"{_told(row, pins)}; {instead}" if instead else _told(row, pins))
    return replace(plan, notes=(*plan.notes, *notes)) if notes else plan


def _of(row: ForDevices, plan: Plan) -> list[Pin]:
    """The wheels of a plan, yet to be installed, that are for the devices of the row alone."""
    return [pin for pin in plan.pins if pin.wheel and not pin.kept and row.includes(pin.name)]


def _told(row: ForDevices, pins: Sequence[Pin]) -> str:
    download = size(sum(pin.wheel.size for pin in pins if pin.wheel))
    serve = "serve" if len(pins) > 1 else "serves"
    packages = count(len(pins), "package")
    return f"{packages} of this plan ({download}) {serve} {row.device} only, and none was seen"


def _instead(row: ForDevices, request: Request, plan: Plan, other: Plan | None) -> str:
    """What to ask for, in words; empty where nothing is known that does without."""
    versions = {pin.name: pin.version for pin in plan.pins}
    asked = [plan.runtime, *(canonicalize_name(item.name) for item in request.together)]
    now = {pin.name: pin.version for pin in other.pins} if other else {}
    words = [
        f"{name}=={now[name]}" for name in asked if now.get(name, "") not in ("", versions[name])
    ]
    ways = [f"without them: {' '.join(words)}"] if words else []
    return "; ".join((*ways, *(row.otherwise[name] for name in versions if name in row.otherwise)))


def _without(
    row: ForDevices, profile: Profile, request: Request, catalog: Catalog, plan: Plan
) -> Plan | None:
    """The plan without any such package; None where there is none."""
    bounds: tuple[Requirement, ...] = request.bounds
    for _ in range(_ROUNDS):
        bounds += tuple(Requirement(f"{pin.name}<0.dev0") for pin in _of(row, plan))
        try:
            other = resolve(profile, request._replace(bounds=bounds), catalog)
        except CouldNotCheckError:
            return None
        if not isinstance(other, Plan) or other.doubted:
            return None
        if not _of(row, other):
            return other
        plan = other
    return None
