"""What the table of ratios does not show: resolving in one process, memory of the matrix."""

from __future__ import annotations

import json
import time

import pytest

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.wheels import IndexedProject, WheelsIndex, shipped_index
from pidoctor.profile.named_targets import target
from pidoctor.profile.target_names import all_names
from pidoctor.redact_rule import SecretRule
from pidoctor.redact_rules import personal, secrets
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve
from tests.benchmarks.ratio import PIDOCTOR, cpu_ratio, peak_memory

pytestmark = pytest.mark.benchmark

RESOLVING = 2.0


def test_resolving_is_quick_once_the_index_is_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    """At most twice as long as parsing the JSON of the packages that it looks at takes;
    tensorflow's tree is the largest there is."""
    looked_at: set[str] = set()

    class Noted(WheelsIndex):
        def project(self, name: str) -> IndexedProject | None:
            looked_at.add(name)
            return super().project(name)

    index = Noted(shipped_index())
    catalog = open_catalog(index)
    profile = target("pi4-4gb/bookworm-64")
    request = parse_request("tensorflow", catalog)
    resolve(profile, request, catalog)  # loads the index files
    paths = [index.folder / f"{name}.json" for name in sorted(looked_at)]
    texts = [path.read_bytes() for path in paths if path.exists()]
    ratio = cpu_ratio(
        lambda: resolve(profile, request, catalog),
        lambda: [json.loads(text) for text in texts],
        RESOLVING,
        rounds=5,
    )
    with capsys.disabled():
        print(f"\n  resolving tensorflow {ratio:.2f} x parsing its {len(texts)} index files")
    assert ratio <= RESOLVING


def test_matrix_memory(capsys: pytest.CaptureFixture[str]) -> None:
    """The whole matrix, at least 400 cells, in under 150 MB."""
    assert len(all_names()) >= 400
    memory = peak_memory((*PIDOCTOR, "matrix", "--json"))
    with capsys.disabled():
        print(f"\n  matrix of {len(all_names())} cells {memory / 2**20:.0f} MB")
    assert memory < 150 * 2**20


def test_redaction_looks_only_where_a_hint_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The rules with a hint take at most half of the time of the same rules without one."""
    log = "".join(
        f"  Downloading numpy-1.26.{n}-cp311-cp311-linux_aarch64.whl "
        f"({n} kB) from /packages/{n % 97:02x}/{n % 89:02x}: error: no such file\n"
        for n in range(5_000)
    )
    hinted = [rule for rule in (*secrets(), *personal()) if rule.hint]

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
