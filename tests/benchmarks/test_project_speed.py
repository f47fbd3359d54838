"""How fast a whole project is answered for, against ``uv pip compile`` of the same file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.ratio import PIDOCTOR
from tests.benchmarks.ratios import Row, measure

LIMIT = 2.7  # times the CPU time that uv takes for the same file

pytestmark = [pytest.mark.benchmark, pytest.mark.network, pytest.mark.slow]

# Forty lines, three of them packages with compiled code that the wheels index does not hold.
FORTY = """\
tflite-runtime==2.14.0
opencv-python-headless
pandas
psutil>=5.9
numpy<2
flask>=2
flask-cors
requests>=2.28
pyyaml
python-dotenv
pyserial
click>=8
rich
tqdm
pillow>=9
jinja2
werkzeug
itsdangerous
markupsafe
certifi
idna
urllib3
charset-normalizer
packaging
python-dateutil
pytz
six
attrs
typing-extensions
jsonschema
gpiozero
colorzero
websockets
aiohttp; python_version < "3.8"
schedule
tabulate
watchdog
blinker
cachetools
pyparsing
"""


def test_forty_lines_against_uv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once everything was read, start-up included."""
    assert len(FORTY.splitlines()) == 40
    listed = tmp_path / "requirements.txt"
    listed.write_text(FORTY)
    uv = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
    compile_ = (
        *(uv, "pip", "compile", "--quiet", "--no-header", str(listed)),
        *("--python-platform", "aarch64-manylinux_2_36", "--python-version", "3.11"),
        *("--only-binary", ":all:"),
    )
    check = (*PIDOCTOR, "check", "-r", str(listed), "--target", "pi4-4gb/bookworm-64")
    for command in (compile_, check):
        first = subprocess.run(command, capture_output=True, text=True, check=False)
        if first.returncode == 3:
            pytest.skip("the package index cannot be reached")
        assert first.returncode == 0, first.stdout + first.stderr
    work = Row("check -r, 40 lines", "uv pip compile", lambda _: (check, compile_), LIMIT, 1.0, 3)
    measured = measure(work, tmp_path)
    with capsys.disabled():
        print(
            f"\n  40 lines: check {measured.ours:.2f} s of CPU, uv pip compile "
            f"{measured.theirs:.2f} s, ratio {measured.ratio:.1f}"
        )
    assert measured.ratio <= LIMIT
