"""conda's environments are environments, and its base is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from pidoctor.errors import UsageError
from pidoctor.install.journal import stamp
from pidoctor.install.path_rules import is_there
from pidoctor.install.place import mark_of


@pytest.fixture
def conda(tmp_path: Path) -> Path:
    folder = tmp_path / "envs/tflite"
    (folder / "conda-meta").mkdir(parents=True)
    (folder / "conda-meta/history").touch()
    return folder


def test_an_environment_of_condas_may_be_changed(conda: Path) -> None:
    assert mark_of(conda) == conda / "conda-meta/history"
    assert is_there(conda)
    assert not stamp(conda).endswith("-")


def test_the_base_that_conda_runs_from_is_refused(conda: Path) -> None:
    (conda / "condabin").mkdir()
    with pytest.raises(UsageError, match="conda create -n tflite"):
        is_there(conda)


def test_another_folder_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert mark_of(tmp_path) is None
    with pytest.raises(UsageError, match="no virtual environment"):
        is_there(tmp_path)
