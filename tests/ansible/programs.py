"""Fixtures: the programs of ansible-core, and the collection as ansible-galaxy installs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pidoctor.ansible.write import write_collection


@pytest.fixture(scope="session")
def ansible(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of ansible-core, in an environment of their own."""
    if sys.version_info < (3, 10):
        pytest.skip("ansible-core needs Python 3.10")
    folder = tmp_path_factory.mktemp("ansible")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python")]
    subprocess.run([*pip, "install", "--quiet", "ansible-core"], check=True)
    return folder / "bin"


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection as it is written, the single file in it."""
    return write_collection(tmp_path_factory.mktemp("written"))


@pytest.fixture(scope="session")
def installed_collection(
    ansible: Path, collection: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder into which ansible-galaxy built and installed the collection."""
    folder = tmp_path_factory.mktemp("galaxy")
    galaxy, home = str(ansible / "ansible-galaxy"), {**os.environ, "ANSIBLE_HOME": str(folder)}
    build = [galaxy, "collection", "build", str(collection), "--output-path", str(folder)]
    subprocess.run(build, check=True, capture_output=True, env=home)
    (archive,) = folder.glob("pidoctor-tflite-*.tar.gz")
    install = [galaxy, "collection", "install", str(archive), "-p", str(folder / "collections")]
    subprocess.run(install, check=True, capture_output=True, env=home)
    return folder / "collections"
