"""``pidoctor bench`` against a plain loop around ``invoke``, turn by turn in one process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import pidoctor as package

pytestmark = [pytest.mark.benchmark, pytest.mark.network]

PACKAGE = Path(package.__file__).parent
COMPARED = """
import json, statistics, sys, time
from ai_edge_litert.interpreter import Interpreter
names = {"__name__": "payload"}
exec(open(sys.argv[1]).read(), names)
model = Interpreter(model_path=sys.argv[2], num_threads=1)
model.allocate_tensors()

def invoke():  # a call of a third of a millisecond: that of this model is as short as the clock's
    for _ in range(150):
        model.invoke()

names["warm_up"](invoke)
ours, plain = [], []
for _ in range(40):
    ours += names["calls"](invoke, 0.0, 25, 25)
    for _ in range(25):
        start = time.perf_counter()
        invoke()
        plain.append((time.perf_counter() - start) * 1000)
print(json.dumps([statistics.median(ours), statistics.median(plain)]))
"""


def test_the_median_is_that_of_a_plain_loop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    venv.EnvBuilder(symlinks=True).create(tmp_path / "v")
    python = os.fspath(tmp_path / "v" / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, "--only-binary=:all:", "ai-edge-litert"], check=True)
    payload, model = PACKAGE / "bench/timing_payload.py", PACKAGE / "proof/models/float32.tflite"
    for _ in range(3):  # another program's burst can spoil one of them
        done = subprocess.run(
            [python, "-c", COMPARED, str(payload), str(model)],
            capture_output=True,
            text=True,
            check=True,
        )
        ours, plain = json.loads(done.stdout)
        with capsys.disabled():
            print(f"\n  bench {ours:.5f} ms, plain loop {plain:.5f} ms, ratio {ours / plain:.3f}")
        if abs(ours / plain - 1) <= 0.02:
            return
    pytest.fail("the median is not that of a plain loop, three times")
