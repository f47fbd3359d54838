"""Each row of the table of ratios holds its limit: ``python -m tests.benchmarks`` prints it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.ratios import ROWS, Row, Unavailable, measure

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("row", ROWS, ids=[row.work for row in ROWS])
def test_a_ratio_is_held(row: Row, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        found = measure(row, tmp_path)
    except Unavailable as why:
        pytest.skip(str(why))
    with capsys.disabled():
        print(f"\n  {row.work}: {found.ratio:.2f} x {row.peer} (limit {row.limit})")
    assert found.ratio <= row.limit
