"""The ledger is there for its effect on answers: a run that passed, one that did not."""

from __future__ import annotations

from dataclasses import replace

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.ledger import ILLEGAL_INSTRUCTION, Ledger, shipped_ledger
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.profile.named_targets import target
from pidoctor.resolve.plan import Impossible, Plan
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve
from pidoctor.resolve.verdict import Reason
from tests.oracle.ledger_effect import DECIDES, STRENGTHENS, WARNS, effects


def test_rows_change_answers() -> None:
    catalog = replace(open_catalog(WheelsIndex(shipped_index())), today="")
    rows = [row for row in shipped_ledger() if row.architecture == "armv7l"]
    died = next(row for row in rows if ILLEGAL_INSTRUCTION in row.ran.values())
    passed = next(row for row in rows if row.passed and row.version == "2.14.0")
    assert effects(catalog, [died, passed]) == {WARNS: 1, STRENGTHENS: 1}


def test_a_run_decides_where_the_files_alone_would_refuse() -> None:
    """tensorflow-cpu-aws 2.10.1 holds atomic instructions that a Cortex-A72 lacks, and ran."""
    catalog = replace(open_catalog(WheelsIndex(shipped_index())), today="")
    [ran] = [row for row in shipped_ledger() if row.name == "tensorflow-cpu-aws"]
    pi = target("pi4-4gb/bullseye-64")
    asked = parse_request("tensorflow==2.10.1", catalog)
    unrun = resolve(pi, asked, replace(catalog, ledger=Ledger()))
    assert isinstance(unrun, Impossible)
    assert unrun.nearest is not None
    assert unrun.nearest.reason is Reason.CPU_FEATURE
    found = resolve(pi, asked, replace(catalog, ledger=Ledger([ran])))
    assert isinstance(found, Plan)
    assert found.rests_on.startswith("proven: float32 and int8 ran on cortex-a72")
    assert effects(catalog, [ran]) == {DECIDES: 1}


def test_a_run_that_failed_outranks_files_that_fit() -> None:
    catalog = replace(open_catalog(WheelsIndex(shipped_index())), today="")
    passed = next(
        row
        for row in shipped_ledger()
        if row.passed
        and (row.name, row.version, row.core) == ("tflite-runtime", "2.14.0", "cortex-a7")
    )
    failed = passed._replace(ran={"float32": "ImportError: undefined symbol: Absent"})
    pi = target(f"pi4-4gb/{passed.system.removeprefix('debian-')}-32")
    asked = parse_request("tflite-runtime==2.14.0", catalog)
    found = resolve(pi, asked, replace(catalog, ledger=Ledger([failed])))
    assert isinstance(found, Impossible)
    assert found.nearest is not None
    assert found.nearest.reason is Reason.FAILED_RUN
    assert found.nearest.strength == "proven"
    assert "undefined symbol: Absent" in found.message
    both = resolve(pi, asked, replace(catalog, ledger=Ledger([failed, passed])))
    assert isinstance(both, Plan)
