"""What the table of ratios does not show: resolving in one process, memory of the matrix."""

from __future__ import annotations

import time

import pytest

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.profile.named_targets import all_targets, target
from pidoctor.redact_commands import COMMANDS, OWNERS
from pidoctor.redact_rule import SecretRule
from pidoctor.redact_rules import PERSONAL, SECRETS
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve
from tests.benchmarks.ratio import PIDOCTOR, peak_memory

pytestmark = pytest.mark.benchmark


def test_resolving_is_quick_once_the_index_is_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    """One request under 20 ms in-process; tensorflow's tree is the largest there is."""
    catalog = open_catalog(WheelsIndex(shipped_index()))
    profile = target("pi4-4gb/bookworm-64")
    request = parse_request("tensorflow", catalog)
    resolve(profile, request, catalog)  # loads the index files
    times = []
    for _ in range(5):
        started = time.perf_counter()
        resolve(profile, request, catalog)
        times.append(time.perf_counter() - started)
    with capsys.disabled():
        print(f"\n  resolving tensorflow {min(times) * 1000:.1f} ms")
    assert min(times) < 0.020


def test_matrix_memory(capsys: pytest.CaptureFixture[str]) -> None:
    """The whole matrix, at least 400 cells, in under 150 MB."""
    assert len(all_targets()) >= 400
    memory = peak_memory((*PIDOCTOR, "matrix", "--json"))
    with capsys.disabled():
        print(f"\n  matrix of {len(all_targets())} cells {memory / 2**20:.0f} MB")
    assert memory < 150 * 2**20


def test_redaction_looks_only_where_a_hint_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The rules with a hint take at most half of the time of the same rules without one."""
    log = "".join(
        f"  Downloading numpy-1.26.{n}-cp311-cp311-linux_aarch64.whl "
        f"({n} kB) from /packages/{n % 97:02x}/{n % 89:02x}: error: no such file\n"
        for n in range(5_000)
    )
    hinted = [rule for rule in (*SECRETS, *COMMANDS, *PERSONAL, *OWNERS) if rule.hint]

    def cpu(rules: list[SecretRule]) -> float:
        for rule in rules:
            rule.apply("made ready")
        started = time.process_time()
        for rule in rules:
            rule.apply(log)
        return time.process_time() - started

    with_, without = (
        min(cpu(rules) for _ in range(3))
        for rules in (hinted, [rule._replace(hint="") for rule in hinted])
    )
    with capsys.disabled():
        print(f"\n  redaction with hints {with_ / without:.2f} x without")
    assert with_ <= without / 2
