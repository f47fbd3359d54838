"""What happens when Debian's mirror is out of step: a try again, an older root, a named error."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from . import recipes
from .recipes import MirrorError, OldRootWarning, Recipe


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIDOCTOR_ROOTS", str(tmp_path))
    monkeypatch.setattr(recipes, "_WAITS_S", (0, 0))


def nothing(tree: Path) -> None:
    """What finishes a tree that has no files."""
    assert tree.is_dir()


def failing(times: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make `unpack` fail that often; the list of its calls."""
    calls: list[str] = []

    def unpack(
        suite: str, arch: str, packages: Sequence[str], tree: Path, options: Sequence[str] = ()
    ) -> None:
        del arch, packages, options
        calls.append(suite)
        if len(calls) <= times:
            raise subprocess.CalledProcessError(25, "mmdebstrap")
        tree.mkdir()

    monkeypatch.setattr(recipes, "unpack", unpack)
    monkeypatch.setattr(recipes, "_finish", nothing)
    return calls


def test_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = failing(2, monkeypatch)
    assert Recipe("trixie", "armhf").pristine().is_dir()
    assert len(calls) == 3


def test_an_older_root_stands_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    failing(9, monkeypatch)
    (tmp_path / "trixie-armhf-01234567").mkdir()
    with pytest.warns(OldRootWarning, match="trixie-armhf-01234567"):
        assert Recipe("trixie", "armhf").pristine().name == "trixie-armhf-01234567"


def test_without_one_the_release_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(9, monkeypatch)
    with pytest.raises(MirrorError, match="trixie-armhf"):
        Recipe("trixie", "armhf").pristine()
