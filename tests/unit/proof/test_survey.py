"""What works is noted in child processes, and what is lost is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pidoctor.host.directory import DirectoryHost
from pidoctor.probe.modules import compiled_modules
from pidoctor.profile.environment import InstalledPackage
from pidoctor.proof.survey import again, survey


def never(_: str, __: str) -> bool:
    raise AssertionError("no runtime is installed")


@pytest.fixture
def python(tmp_path: Path) -> str:
    """An interpreter whose modules are the files of ``tmp_path``."""
    program = tmp_path / "python"
    start = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    (tmp_path / "run.py").write_text(
        start + "sys.argv = ['-c', sys.argv[-1]]\n__import__(sys.argv[1])\n"
    )
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {tmp_path}/run.py "$@"\n')
    program.chmod(0o755)
    return str(program)


def test_imports_that_work_fail_crash_and_never_end(python: str, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("")
    (tmp_path / "bad.py").write_text("raise ImportError('numpy.core failed\\x1b[2J')")
    (tmp_path / "crash.py").write_text("import os; os.kill(os.getpid(), 11)")
    (tmp_path / "slow.py").write_text("import time; time.sleep(60)")
    modules = {name: (name,) for name in ("good", "bad", "crash", "slow")}
    uses = {use.name: use for use in survey(python, {}, modules, never, limit_s=2)}
    assert {name: use.before for name, use in uses.items()} == {
        "good": True,
        "bad": False,
        "crash": False,
        "slow": False,
    }
    assert uses["bad"].detail.startswith("ImportError: numpy.core failed")
    assert "\x1b" not in uses["bad"].detail
    assert "2 s" in uses["slow"].detail


def test_what_worked_and_does_not_any_more_is_lost(python: str, tmp_path: Path) -> None:
    for name in ("kept", "lost", "mended"):
        (tmp_path / f"{name}.py").write_text("")
    (tmp_path / "mended.py").write_text("raise ImportError")
    modules = {name: (name,) for name in ("kept", "lost", "mended")}
    noted = survey(python, {"lost": "1.0"}, modules, never)
    (tmp_path / "lost.py").write_text("raise ImportError('gone')")
    (tmp_path / "mended.py").write_text("")
    after = {use.name: use for use in again(python, noted, never)}
    assert [name for name, use in after.items() if use.lost] == ["lost"]
    assert after["lost"].detail == "ImportError: gone"
    assert after["mended"].after is None  # what did not work is not tried again


def test_an_installed_runtime_is_proven(python: str) -> None:
    asked: list[str] = []

    def prove(_: str, runtime: str) -> bool:
        asked.append(runtime)
        return len(asked) < 2

    noted = survey(python, {"tflite-runtime": "2.14.0"}, {}, prove)
    (use,) = again(python, noted, prove)
    assert (use.what, use.before, use.after, use.lost) == ("inference", True, False, True)
    assert asked == ["tflite-runtime", "tflite-runtime"]


@pytest.mark.parametrize(
    ("record", "modules"),
    [
        ("cv2/__init__.py,,\ncv2/cv2.abi3.so,,\ncv2/data/__init__.py,,\n", ("cv2",)),
        ("google/protobuf/__init__.py,,\ngoogle/_upb/_message.abi3.so,,\n", ("google.protobuf",)),
        ("_cffi_backend.cpython-311-x.so,,\ncffi/__init__.py,,\n", ("cffi",)),
        ("one.abi3.so,,\n", ("one",)),
        ("tests/__init__.py,,\nx/__init__.py,,\nx/a.so,,\n", ("x",)),
        ("pure/__init__.py,,\n", ()),
        ("", ()),
    ],
)
def test_what_is_imported_of_a_distribution(
    record: str, modules: tuple[str, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "site/My_Package-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "RECORD").write_text(record)
    item = InstalledPackage("my-package", "1.0", "/site", "pip", False, "", (), "", (), ())
    found = compiled_modules(DirectoryHost(tmp_path), [item])
    assert found == ({"my-package": modules} if modules else {})
