"""Processors whose cores are not all alike."""

from __future__ import annotations

from pidoctor.catalog.boards import Cluster, load_boards
from pidoctor.profile.profile import Profile


def cores_beside(profile: Profile) -> Cluster | None:
    """The cores of another kind than ``cpu.part``; None where all are alike, or not known."""
    soc = load_boards().socs.get(profile.board.soc.or_else(""))
    beside = soc.beside if soc else None
    return beside if beside and beside.cores < (profile.cpu.cores.value or 0) else None
