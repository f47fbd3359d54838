"""Copying, relocating and checking the files of an environment."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pidoctor.errors import UsageError
from pidoctor.install import environment_files, ownership, wheelhouse
from pidoctor.install.base_python import ask
from pidoctor.install.durable import write_json
from pidoctor.install.path_rules import check_path
from pidoctor.install.place import Place
from pidoctor.install.receipt import read_receipt, write_receipt
from pidoctor.install.relocate import relocate, share_system_packages
from pidoctor.install.wheelhouse import Cache, find, kept, matches
from pidoctor.readiness.space import Kept
from pidoctor.safe_files import sha256_of
from tests.faults.world import make_wheel


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    folder = tmp_path / "env"
    package = folder / "lib/python3.11/site-packages/demo"
    info = package.with_name("demo-1.0.dist-info")
    for path in (package, info, folder / "bin"):
        path.mkdir(parents=True)
    (package / "__init__.py").write_text("V = 1\n")
    (info / "RECORD").write_text("demo/__init__.py,,\n")
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "lib64").symlink_to("lib")
    return folder


def test_copy_shares_nothing(environment: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    environment_files.copy(environment, copied)
    for path in environment_files.files(environment):
        twin = copied / path.relative_to(environment)
        if path.is_symlink():
            assert twin.readlink() == path.readlink()
            continue
        assert not os.path.samefile(path, twin)
        assert twin.read_bytes() == path.read_bytes()
        before, after = path.stat(), twin.stat()
        assert (before.st_mtime_ns, before.st_mode) == (after.st_mtime_ns, after.st_mode)
    (environment / "lib/python3.11/site-packages/demo/__init__.py").write_text("V = 2\n")
    module = copied / "lib/python3.11/site-packages/demo/__init__.py"
    assert module.read_text() == "V = 1\n"


def test_what_is_no_regular_file_is_named_and_does_not_hang(
    environment: Path, tmp_path: Path
) -> None:
    os.mkfifo(environment / "bin" / "pipe")
    with pytest.raises(UsageError, match="bin/pipe is no regular file"):
        environment_files.copy(environment, tmp_path / "copy")


def test_links_that_lead_out(environment: Path, tmp_path: Path) -> None:
    assert environment_files.links_out(environment) == []
    outward = environment / "lib/python3.11/site-packages/other"
    outward.symlink_to(tmp_path)
    assert environment_files.links_out(environment) == [outward]


def test_relocate_changes_text_and_no_programs(environment: Path) -> None:
    old, new = "/tmp/.venv.pidoctor/new/.venv", "/home/pi/.venv"
    script, program = environment / "bin" / "demo", environment / "bin" / "tool"
    script.write_text(f"#!{old}/bin/python\n")
    script.chmod(0o755)
    program.write_bytes(b"\x7fELF" + old.encode())
    relocate(environment, Path(old), Path(new))
    assert script.read_text() == f"#!{new}/bin/python\n"
    assert script.stat().st_mode & 0o777 == 0o755
    assert old.encode() in program.read_bytes()


def test_sharing_the_system_s_packages(environment: Path) -> None:
    share_system_packages(environment)
    lines = (environment / "pyvenv.cfg").read_text().splitlines()
    assert lines == ["home = /usr/bin", "include-system-site-packages = true"]


def test_state_is_on_the_file_system_of_the_environment() -> None:
    place = Place.of(Path("/srv/project/.venv"))
    assert place.state == Path("/srv/project/.venv.pidoctor")
    assert {path.parent for path in (place.backup, place.previous, place.work)} == {place.state}
    assert place.staging.name == ".venv"


def test_receipt_is_not_written_through_a_link(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("dear")
    link = tmp_path / "receipt.json"
    link.symlink_to(precious)
    link.with_name("receipt.json.tmp").symlink_to(precious)
    write_json(link, {"a": 1})
    assert precious.read_text() == "dear"
    assert not link.is_symlink()


def test_cache_holds_verified_wheels(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "wheels", "demo", "1.0")
    cache = Cache(tmp_path / "cache")
    file = cache.keep(wheel, tmp_path / "wheels" / wheel.filename)
    assert file == cache.path(wheel)
    assert sha256_of(file) == wheel.sha256
    assert find([wheel], [], cache) == {wheel.sha256: file}
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    assert not matches(file, wheel)
    assert find([wheel], [], cache) == {}


def _cache_of(folder: Path, *days: int) -> list[str]:
    """A cache of wheels of 400 bytes, each last used so many days ago; their hashes."""
    names = [f"{day:064x}" for day in days]
    for name, day in zip(names, days):
        (folder / name).mkdir(parents=True)
        (folder / name / "demo-1.0-py3-none-any.whl").write_bytes(b"x" * 400)
        os.utime(folder / name, (time.time() - day * 86400,) * 2)
    return names


def test_the_cache_keeps_what_was_used_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheelhouse, "LIMIT", 1000)
    eldest, _, _, newest = _cache_of(tmp_path, 9, 3, 2, 1)
    Cache(tmp_path).trim({eldest})
    assert {path.name for path in tmp_path.iterdir()} == {eldest, newest}


def test_a_plan_larger_than_the_limit_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheelhouse, "LIMIT", 1000)
    names = _cache_of(tmp_path, 1, 2, 3)
    Cache(tmp_path).trim(names)
    assert {path.name for path in tmp_path.iterdir()} == set(names)


def test_what_another_install_may_be_using_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its wheels were found before they are installed, and downloads lie between."""
    monkeypatch.setattr(wheelhouse, "LIMIT", 100)
    in_use, _ = _cache_of(tmp_path, 9, 8)
    Cache(tmp_path).note([in_use])
    Cache(tmp_path).trim(())
    assert [path.name for path in tmp_path.iterdir()] == [in_use]


def test_nothing_but_wheels_is_removed_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheelhouse, "LIMIT", 0)
    outside, cache = tmp_path / "outside", tmp_path / "cache"
    _cache_of(outside, 1)
    (cache / "mine").mkdir(parents=True)
    (cache / ("a" * 64)).symlink_to(outside)
    (cache / ("b" * 64)).write_text("a file")
    Cache(cache).trim(())
    Cache(tmp_path / "none").trim(())
    assert len(list(cache.iterdir())) == 3
    assert len(list(outside.iterdir())) == 1


def test_what_the_cache_takes_on_the_disk_of_an_environment(tmp_path: Path) -> None:
    _cache_of(tmp_path / "cache", 1, 2)
    cache, venv = Cache(tmp_path / "cache"), tmp_path / "project" / ".venv"
    assert kept(cache, (), venv) == Kept((), str(tmp_path / "cache"), 800)
    assert kept(cache, ("a",), Path("/proc/none/.venv")) == Kept(("a",))  # another disk
    assert kept(Cache(tmp_path / "none"), (), venv) == kept(None, (), venv) == Kept()


def test_interpreters_that_do_not_work(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'no such library' >&2\nexit 127\n")
    broken.chmod(0o755)
    with pytest.raises(UsageError, match="no such library"):
        ask(str(broken))
    with pytest.raises(UsageError, match="there is no such"):
        ask(str(tmp_path / "none"))


def test_interpreter_tells_about_itself(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    told = ask(str(venv / "bin" / "python"))
    assert (told.prefix, told.pip, dict(told.installed)) == (str(venv), "", {})
    assert told.minor == "{}.{}".format(*sys.version_info[:2])
    assert told.venv


@pytest.mark.parametrize(
    "damage", [{"proof": None}, {"proof": {"numpy": 2}}, {"new": "yes"}, {"schema": "other/1"}]
)
def test_a_damaged_receipt_is_none(tmp_path: Path, damage: dict[str, object]) -> None:
    proof: dict[str, object] = {"version": "2.3.0", "numpy": None, "models": []}
    good = {"schema": "pidoctor-receipt/1", "time": "today", "new": True, "proof": proof}
    write_receipt(tmp_path, good)
    assert read_receipt(tmp_path) == good
    write_receipt(tmp_path, {**good, **damage})
    assert read_receipt(tmp_path) is None


def test_relocate_keeps_words_of_the_shell_whole(environment: Path) -> None:
    old, new = "/home/me/a b/.new", "/home/me/it's mine/.venv"
    script = environment / "bin" / "activate"
    paths = ("", "/bin")
    script.write_text("".join(f"A={shlex.quote(old + rest)}\n" for rest in paths))
    relocate(environment, Path(old), Path(new))
    assert [shlex.split(line) for line in script.read_text().splitlines()] == [
        [f"A={new}{rest}"] for rest in paths
    ]


def test_what_root_makes_for_somebody_is_given_to_him(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "x.py").touch()
    given: list[Path] = []
    monkeypatch.setattr(ownership, "_hand_over", lambda path, *_: given.append(path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    ownership.hand_over(tmp_path, ownership.Owner(0, 0))
    assert given == []
    ownership.hand_over(tmp_path, ownership.Owner(1000, 1000))
    assert given == [tmp_path, tmp_path / "lib", tmp_path / "lib" / "x.py"]
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    ownership.hand_over(tmp_path, ownership.Owner(1000, 1000))
    assert len(given) == 3


def test_a_folder_that_is_not_the_users_is_refused_before_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda folder, _: Path(folder) != tmp_path)
    with pytest.raises(UsageError, match=r"you may not write in .*; choose another place"):
        check_path(tmp_path / "a/b/env")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_a_folder_that_may_not_be_looked_into_is_refused_as_well(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inside").mkdir(parents=True)
    closed.chmod(0o700)
    child = os.fork()
    if child == 0:
        os.setresuid(65534, 65534, 65534)
        try:
            check_path(closed / "inside" / "env")
        except UsageError as error:
            os._exit(0 if "you may not write in" in str(error) else 2)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
