"""Where wheels may be had from, and what is told to make them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pidoctor.readiness.sources import built_once


@pytest.mark.parametrize("named", [None, "/first /second"])
def test_the_folder_of_built_wheels_comes_beside_those_that_pip_looks_in(
    named: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run as typed: the variable would take the place of pip's own configuration."""
    configuration = tmp_path / "pip/pip.conf"
    configuration.parent.mkdir()
    configuration.write_text("[global]\nfind-links =\n    /configured\n    /too\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("PIP_CONFIG_FILE", raising=False)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    if named:
        monkeypatch.setenv("PIP_FIND_LINKS", named)
    command = f'{built_once(["x"]).commands[1]}; printf %s "$PIP_FIND_LINKS"'
    ran = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=True)
    before = (named or "/configured /too").split()
    assert ran.stdout.decode().split() == [f"{tmp_path}/wheels", *before]
