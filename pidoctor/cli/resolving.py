"""A requirement and a Profile to the resolver's answer, changes included."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor import api
from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.location import open_index
from pidoctor.profile.profile import Profile
from pidoctor.report import console
from pidoctor.resolve.plan import Resolution
from pidoctor.resolve.request import Project

if TYPE_CHECKING:
    from pidoctor.cli.modelling import Fitting


def catalog() -> Catalog:
    """The catalog around the newest usable index: the user's own, else the shipped one.

    Why the user's own is not used, where it is not, is said on stderr.
    """
    index = open_index()
    if index.note:
        note = console.error_line(index.note, console.encodes(sys.stderr))
        console.write(sys.stderr, note)
    return open_catalog(index)


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
    from pidoctor.cli.modelling import fit_to_models

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
    profile: Profile,
    wanted: str | Project,
    beyond_tags: bool,
    known: Catalog,
    replacing: bool = False,
) -> Resolution:
    """What :func:`pidoctor.api.resolve` says, from the catalog that is open already."""
    return api.resolve(profile, wanted, beyond_tags=beyond_tags, replacing=replacing, catalog=known)
