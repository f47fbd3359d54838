"""Run the tests in stages: ``python -m tests [STAGE ...]``, all of them when none is named.

Each stage is a pytest of its own, the quick ones first. A stage that fails does not keep the
others from running, so that one run tells everything. Exit status 1: a stage failed.
"""

from __future__ import annotations

import subprocess
import sys
import time

from tests.conftest import STAGES

#: What nothing else may run beside -> the folder of its tests; to read all others takes long.
_ALONE = {"benchmark": "tests/benchmarks"}


def main(names: list[str]) -> int:
    """Run the stages ``names`` in their order; the exit status."""
    unknown = [name for name in names if name not in STAGES]
    if unknown:
        print(f"no such stage: {', '.join(unknown)} (there are {', '.join(STAGES)})")
        return 2
    failed = [name for name in STAGES if (not names or name in names) and not _passed(name)]
    print(f"failed: {', '.join(failed)}" if failed else "all stages passed", flush=True)
    return 1 if failed else 0


def _passed(stage: str) -> bool:
    print(f"===== stage: {stage} =====", flush=True)
    workers = ("-n0", _ALONE[stage]) if stage in _ALONE else ()
    started = time.monotonic()
    argv = [sys.executable, "-m", "pytest", "--stage", stage, *workers]
    argv += ["--hypothesis-profile=thorough", "--durations=12", "--durations-min=20"]
    status = subprocess.run(argv, check=False).returncode
    print(f"===== {stage}: {(time.monotonic() - started) / 60:.1f} min =====\n", flush=True)
    return status == 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
