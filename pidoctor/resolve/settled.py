"""A resolution with all that the index can find out about it."""

from __future__ import annotations

from pidoctor.catalog.catalog import Catalog
from pidoctor.profile.profile import Profile
from pidoctor.resolve.plan import Plan, Resolution
from pidoctor.resolve.request import Request
from pidoctor.resolve.resolver import resolve


def settled(profile: Profile, request: Request, catalog: Catalog) -> Resolution:
    """What :func:`resolve` says once the index has nothing more to say: of the files of the wheels
    in a plan, or of versions that it leaves out."""
    resolution = resolve(profile, request, catalog)
    while _learnt(resolution, catalog):
        resolution = resolve(profile, request, catalog)
    return resolution


def _learnt(resolution: Resolution, catalog: Catalog) -> bool:
    if isinstance(resolution, Plan):
        return catalog.index.look_closer(resolution.wheels)
    return catalog.index.widen()
