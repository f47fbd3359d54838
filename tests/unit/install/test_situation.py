"""Every combination of folders and journal, made by hand: each is put right, or refused untouched.

A folder is absent, the one that the journal names, or another one that came to its place. What is
right is told here apart from the code: an environment that somebody else put there stays, nothing
but what pidoctor made or what the journal names is removed, and after an install or undo that goes
on, the environment is the one that its phase promises.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from pidoctor.install import journal, ownership, situation, state
from pidoctor.install.journal import (
    CHANGING,
    COMMITTED,
    PHASES,
    PREPARING,
    REMOVING,
    UNDOING,
    Entry,
    Journal,
)
from pidoctor.install.ownership import Owner
from pidoctor.install.place import Place
from pidoctor.install.recovery import recover
from pidoctor.install.situation import StuckError
from pidoctor.install.state import hold
from pidoctor.install.stuck import copies, put_back, set_aside
from tests.cli.program import pidoctor
from tests.faults.world import tree

FOLDERS = ("venv", "new", "backup", "previous", "leaving")
ABSENT, NAMED, OTHER = "absent", "named", "other"
JOURNALS = (*PHASES, "unreadable", "none")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for the disk."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def make(folder: Path, word: str) -> None:
    folder.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"home = /{word}\n")
    (folder / "word").write_text(word)


def paths(place: Place) -> dict[str, Path]:
    return {
        "venv": place.venv,
        "new": place.staging,
        "backup": place.backup,
        "previous": place.previous,
        "leaving": place.leaving,
    }


def arrange(home: Path, phase: str, folders: dict[str, str]) -> Place:
    """A state folder of pidoctor's own, in which the journal names all of the folders."""
    place = Place.of(home / ".venv")
    home.mkdir(exist_ok=True)
    found = paths(place)
    with hold(place):
        for name, path in found.items():
            if folders[name] != ABSENT:
                make(path, name)
        if phase in PHASES:
            Journal(place).write(phase)
        elif phase == "unreadable":
            place.journal.write_text("{")
    for name, path in found.items():
        if folders[name] == OTHER:
            shutil.move(str(path), home / f"gone-{name}")
            make(path, f"other {name}")
            shutil.rmtree(home / f"gone-{name}")
    return place


def interrupted(folder: Path, phase: str = CHANGING) -> Place:
    """An environment with a backup beside it, as a change leaves it that was cut off."""
    folders = {name: NAMED if name in ("venv", "backup") else ABSENT for name in FOLDERS}
    return arrange(folder / "home", phase, folders)


def word_of(environment: Path) -> str:
    return (environment / "word").read_text() if environment.exists() else ""


ALL = [
    (phase, dict(zip(FOLDERS, states)))
    for phase in JOURNALS
    for states in itertools.product((ABSENT, NAMED, OTHER), repeat=len(FOLDERS))
    if not (phase in ("unreadable", "none") and OTHER in states)
]


def promised(phase: str, before: dict[str, str]) -> set[str]:
    """The environments that the phase may end with; empty for none."""
    return {
        PREPARING: {before["venv"]},
        CHANGING: {"backup"},
        COMMITTED: {"new", "venv"},
        UNDOING: {"previous"},
        REMOVING: {"", before["venv"]} if before["venv"] != "venv" else {""},
    }.get(phase, {before["venv"]})


@pytest.mark.slow
@pytest.mark.parametrize("phase", JOURNALS)
def test_every_combination_is_right_or_refused(phase: str, tmp_path: Path) -> None:
    ended: Counter[str] = Counter()
    for number, (_, folders) in enumerate(case for case in ALL if case[0] == phase):
        home = tmp_path / str(number)
        place = arrange(home, phase, folders)
        words = {name: word_of(path) for name, path in paths(place).items()}
        before = tree(home)
        try:
            recover(place.venv)
        except StuckError:
            ended["refused"] += 1
            assert tree(home) == before, (phase, folders)
            _way_out(place, words["venv"])
        else:
            ended["settled"] += 1
            now = word_of(place.venv)
            assert now in promised(phase, words), (phase, folders)
            if words["venv"].startswith("other"):
                assert now == words["venv"], (phase, folders)
            assert recover(place.venv) is None, (phase, folders)
        shutil.rmtree(home)
    assert ended["settled"] > 0
    print(phase, dict(ended))


def _way_out(place: Place, now: str) -> None:
    """Both ways lead out, and lose nothing."""
    had = {path.read_text() for path in place.venv.parent.rglob("word")}
    found = copies(place)
    if found:
        put_back(place.venv, "".join([*found[0].name]))
        assert word_of(place.venv).endswith(found[0].name)
    else:
        set_aside(place.venv)
        assert word_of(place.venv) == now
    assert recover(place.venv) is None
    assert {path.read_text() for path in place.venv.parent.rglob("word")} == had


def test_states_that_a_kill_leaves_are_settled(tmp_path: Path) -> None:
    """The ones that the steps of an install and an undo go through; a refusal would be a bug."""
    reachable = [
        (PREPARING, "venv"),
        (PREPARING, "venv backup"),
        (PREPARING, "venv backup previous"),
        (PREPARING, "new"),
        (CHANGING, "venv backup"),
        (CHANGING, "venv backup previous"),
        (COMMITTED, "venv backup"),
        (COMMITTED, "venv backup previous"),
        (COMMITTED, "new"),
        (UNDOING, "venv previous"),
        (REMOVING, "venv"),
    ]
    for number, (phase, names) in enumerate(reachable):
        folders = {name: NAMED if name in names.split() else ABSENT for name in FOLDERS}
        place = arrange(tmp_path / str(number), phase, folders)
        assert recover(place.venv), (phase, names)


@pytest.mark.parametrize("content", ["", "{", "[]", json.dumps({"phase": "committed"}), "[" * 9000])
def test_a_journal_that_nobody_can_read_replaces_nothing(content: str, tmp_path: Path) -> None:
    place = interrupted(tmp_path, "none")
    place.journal.write_text(content)
    with pytest.raises(StuckError, match="cannot be read"):
        recover(place.venv)
    assert word_of(place.venv) == "venv"


def test_a_mount_point_is_refused_and_has_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = interrupted(tmp_path)
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == place.venv)
    with pytest.raises(StuckError, match="mount point"):
        recover(place.venv)
    set_aside(place.venv)
    assert word_of(place.venv) == "venv"
    assert recover(place.venv) is None


@pytest.mark.parametrize("reply", ["n\n", ""])
def test_what_is_asked_about_is_no_part_of_the_answer(
    reply: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one document on standard output is JSON, though somebody is shown what will be done."""
    place = interrupted(tmp_path)
    monkeypatch.setattr("sys.stdin", Terminal(reply))
    asked = pidoctor("recover", "--venv", str(place.venv), "--json")
    assert (asked.code, asked.json["command"]) == (1, "recover")
    assert "Go on? [y/N]" in asked.err
    assert word_of(place.venv) == "venv"


def test_without_a_terminal_nothing_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = interrupted(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    refused = pidoctor("recover", "--venv", str(place.venv))
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.count("\n") == 1, "what would be done is a log's worth of lines"
    assert "no terminal to ask on; say --yes to do it" in refused.err
    assert word_of(place.venv) == "venv"


class Terminal(io.StringIO):
    """Somebody who can be asked."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("named", ["0:0", "999999999999:9"])
def test_another_environment_stays_whatever_its_number(tmp_path: Path, named: str) -> None:
    """The one that the journal names has a smaller number, or a larger one."""
    place = interrupted(tmp_path, COMMITTED)
    entry = json.loads(place.journal.read_text())
    entry["folders"]["venv"] = named
    place.journal.write_text(json.dumps(entry))
    with pytest.raises(StuckError):
        recover(place.venv)
    assert (word_of(place.venv), word_of(place.backup)) == ("venv", "backup")


@pytest.mark.parametrize(
    ("backup", "explained"), [("2:5", True), ("1:5", False), ("3:5", False), ("", False)]
)
def test_only_the_backup_that_the_journal_names_is_taken_for_it(
    backup: str, explained: bool
) -> None:
    entry = Entry(COMMITTED, {"venv": "9:9", "backup": "2:5"})
    now = {"venv": "9:9", "new": "", "backup": backup, "previous": "", "leaving": ""}
    assert situation._EXPLAINED[COMMITTED](entry, now) is explained


def test_a_file_in_the_place_of_the_older_environment_is_not_put_back() -> None:
    """All files and links have one stamp, which says nothing of which one it is."""
    stamp = json.loads(json.dumps(journal.NO_FOLDER))  # as it comes out of a journal
    entry = Entry(UNDOING, {"venv": "9:9", "previous": stamp})
    now = {"venv": "9:9", "new": "", "backup": "", "previous": stamp, "leaving": ""}
    assert not situation._EXPLAINED[UNDOING](entry, now)


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_folder_with_something_else_in_it_is_not_taken_for_our_own(
    tmp_path: Path, kind: str
) -> None:
    """One that holds nothing but the lock is what a kill leaves while the folder is made."""
    place = Place.of(tmp_path / ".venv")
    place.state.mkdir()
    place.lock.touch()
    with hold(place):
        pass
    shutil.rmtree(place.state)
    place.state.mkdir()
    if kind == "file":
        (place.state / "notes.txt").write_text("mine")
    else:
        place.lock.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(state.ForeignStateError), hold(place):
        pass
    assert len(list(place.state.iterdir())) == 1


def test_what_is_kept_gets_a_name_that_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.strftime", lambda _: "2026-11-28-120000")
    place = Place.of(tmp_path / ".venv")
    names = []
    for _ in range(3):
        path = place.aside(place.venv, "kept")
        path.mkdir()
        names.append(path.name)
    first = ".venv.kept-2026-11-28-120000"
    assert names == [first, f"{first}-2", f"{first}-3"]


@pytest.mark.parametrize(
    ("user", "owner", "asks"), [(0, 1000, True), (0, 0, False), (1000, 1000, False)]
)
def test_root_alone_works_for_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, owner: int, asks: bool
) -> None:
    monkeypatch.setattr(ownership, "owner_of", lambda _: Owner(owner, owner))
    monkeypatch.setattr(os, "geteuid", lambda: user)
    another = ownership.another_owner(Place.of(tmp_path / ".venv"))
    assert another == (Owner(owner, owner) if asks else None)


def test_a_command_names_the_environment_unless_it_is_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert state.option(Place.of(tmp_path / ".venv")) == ""
    assert state.option(Place.of(tmp_path / "my env")) == f" --venv '{tmp_path}/my env'"


@pytest.mark.parametrize("mark", [[], "x", {}, {"id": "1"}])
def test_a_mark_that_ties_the_folder_to_nothing_is_none(mark: object, tmp_path: Path) -> None:
    place = Place.of(tmp_path / ".venv")
    with hold(place):
        assert state.identity(place)
        right = json.loads(place.mark.read_text())
        place.mark.write_text(json.dumps({**right, "id": 1}))
        assert state.identity(place) == ""
        place.mark.write_text(json.dumps({**right, "inode": right["inode"] + 1}))
        assert state.identity(place) == ""
        place.mark.write_text(json.dumps(mark))
        assert state.identity(place) == ""
        place.mark.write_text(json.dumps(right))


def test_whose_state_folder_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place.of(tmp_path / ".venv")
    monkeypatch.setattr(state, "owner_of", lambda _: Owner(1000, 1000))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert state._owners(place) == {0, 1000}  # root works for somebody else
    monkeypatch.setattr(os, "geteuid", lambda: 1001)
    assert state._owners(place) == {1001}


def test_the_stamp_tells_a_folder_from_another_of_its_name(tmp_path: Path) -> None:
    folder = tmp_path / ".venv"
    assert journal.stamp(folder) == ""
    folder.mkdir()
    assert journal.stamp(folder) == ""  # an empty one is nothing that could be lost
    make(folder.parent / "other", "other")
    (folder / "x").touch()
    stamps = {journal.stamp(folder), journal.stamp(tmp_path / "other")}
    (tmp_path / "link").symlink_to(tmp_path / "other")
    stamps.add(journal.stamp(tmp_path / "link"))
    assert len(stamps - {""}) == 3
