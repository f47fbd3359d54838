"""The ledger is there for its effect on answers: a run that passed, one that did not."""

from __future__ import annotations

from dataclasses import replace

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.ledger import ILLEGAL_INSTRUCTION, shipped_ledger
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from tests.oracle.ledger_effect import STRENGTHENS, WARNS, effects


def test_rows_change_answers() -> None:
    catalog = replace(open_catalog(WheelsIndex(shipped_index())), today="")
    rows = [row for row in shipped_ledger() if row.architecture == "armv7l"]
    died = next(row for row in rows if ILLEGAL_INSTRUCTION in row.ran.values())
    passed = next(row for row in rows if row.passed and row.version == "2.14.0")
    assert effects(catalog, [died, passed]) == {WARNS: 1, STRENGTHENS: 1}
