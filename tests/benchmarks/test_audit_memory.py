"""Reading the largest wheels takes little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.indexing.pages import PageReader
from pidoctor.indexing.remote import download
from pidoctor.indexing.scope import load_scope
from pidoctor.indexing.sources import open_session, pip_settings

MB = 1 << 20
_AUDIT = (
    "import sys; from pidoctor.cli.main import main; code = main(sys.argv[1:]);"
    "peak = open('/proc/self/status').read().split('VmHWM:')[1].split()[0];"
    "print(peak, file=sys.stderr); sys.exit(code)"
)


@pytest.mark.benchmark
@pytest.mark.network
@pytest.mark.slow
def test_auditing_a_tensorflow_wheel(tmp_path: Path) -> None:
    """The real thing: more than 250 MB, more than 1.2 GB unpacked, in less than 300 MB."""
    project = WheelsIndex(shipped_index()).project("tensorflow")
    assert project is not None
    [wheel] = [
        wheel
        for wheel in project.wheels
        if wheel.version == "2.21.0" and "cp311" in wheel.filename and "aarch64" in wheel.filename
    ]
    settings = pip_settings()
    session = open_session(settings)
    page = PageReader(session, settings.sources(), load_scope()).page("tensorflow")
    [link] = [link for link in page.links if link.filename == wheel.filename]
    path = tmp_path / wheel.filename
    with path.open("wb") as file:
        assert download(session, link.url, link.filename, file) == wheel.sha256
    done = subprocess.run(
        [sys.executable, "-c", _AUDIT, "index", "audit", str(path), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    [audit] = json.loads(done.stdout)["index"]["audits"]
    assert path.stat().st_size > 250 * MB
    assert audit["unpacked_size"] > 1200 * MB
    assert [lib["cpu_features"] for lib in audit["libraries"] if lib["cpu_features"]] == []
    assert int(done.stderr.split()[-1]) * 1024 < 300 * MB
