"""Folders that a command writes into: one that cannot be made, and links planted in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.install.pip_or_uv import Pip
from pidoctor.lockfiles import wheelhouse_writer
from pidoctor.lockfiles.wheelhouse_writer import download
from pidoctor.pyz import _write
from pidoctor.safe_files import make_folder
from tests.faults.world import make_plan, make_wheel


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    (tmp_path / "file").write_text("")
    for name in ("file", "file/below", "n" * 300, "nul\0"):
        with pytest.raises(UsageError):
            make_folder(tmp_path / name)


def test_the_single_file_is_not_written_through_a_link(tmp_path: Path) -> None:
    dear = tmp_path / "thesis.txt"
    dear.write_text("dear to somebody")
    (tmp_path / "pidoctor.pyz").symlink_to(dear)
    with pytest.raises(CouldNotCheckError, match="symbolic link"):
        _write(tmp_path / "pidoctor.pyz", {"__main__.py": b""}, tmp_path / "library")
    assert dear.read_text() == "dear to somebody"


def test_no_wheel_is_written_through_a_link(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "wheels", "demo", "1.0")
    planted = tmp_path / "kit" / wheel.filename
    planted.parent.mkdir()
    planted.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="no regular file"):
        download(make_plan(wheel), "3.11.2", planted.parent, lambda _: None)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("spare", "told"), [(0, "it goes on"), (-1, "are free there; name another folder with -d")]
)
def test_wheels_are_not_fetched_where_pip_would_fill_the_disk(
    spare: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = make_plan(make_wheel(tmp_path, "demo", "1.0"))
    free = 2 * plan.wheels[0].size + spare  # pip writes a wheel twice

    def goes_on() -> Pip:
        raise CouldNotCheckError("it goes on")

    monkeypatch.setattr(wheelhouse_writer, "free_bytes", lambda _: free)
    monkeypatch.setattr(wheelhouse_writer, "_own_pip", goes_on)
    with pytest.raises(CouldNotCheckError, match=told):
        download(plan, "3.11.2", tmp_path / "kit", lambda _: None)
