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
    """Narrow the requirement to what runs the models; None where there are none.

    They are the files of --model, else those of the project's settings.
    """
    settings = options.settings
    models = [Path(name) for name in options.models] or (settings.models if settings else ())
    if not models:
        return None
    from pidoctor.cli.modelling import fit_to_models

    fitting = fit_to_models(models, profile, options.requirement, options.beyond_tags, known)
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
