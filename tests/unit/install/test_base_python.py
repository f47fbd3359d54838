"""Which Python an existing environment belongs to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pidoctor.install.place import base_python


def test_of_a_real_environment(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    found = base_python(venv)
    assert found is not None
    base = os.path.realpath(os.path.join(sys.base_prefix, "bin", "python3"))
    assert os.path.realpath(found) == base


def test_from_home_and_version_as_older_pythons_write_it(tmp_path: Path) -> None:
    home = tmp_path / "bin"
    home.mkdir()
    for name in ("python3", "python3.9"):
        (home / name).touch(mode=0o755)
    (tmp_path / "pyvenv.cfg").write_text(f"home = {home}\nversion = 3.9.2\n")
    assert base_python(tmp_path) == f"{home}/python3.9"


def test_none_where_there_is_no_environment_or_its_python_is_gone(tmp_path: Path) -> None:
    assert base_python(tmp_path) is None
    (tmp_path / "pyvenv.cfg").write_text("home = /nonexistent\nversion = 3.9.2\n")
    assert base_python(tmp_path) is None
    (tmp_path / "pyvenv.cfg").write_bytes(b"\xff\xfe home\x00=relative\n")
    assert base_python(tmp_path) is None
