"""Environments that are damaged: one finding each, a remedy as typed, and nothing is changed."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import pidoctor

Harm = Callable[[Path], None]
NUMPY = ("numpy", "1.26.4", ())
TFLITE = ("tflite-runtime", "2.14.0", ("numpy>=1.21",))


def made(folder: Path, *packages: tuple[str, str, tuple[str, ...]]) -> Path:
    """A project with an environment; its site-packages."""
    argv = [sys.executable, "-m", "venv", "--without-pip", str(folder / ".venv")]
    subprocess.run(argv, check=True)
    (site,) = (folder / ".venv/lib").glob("python3*/site-packages")
    for name, version, requires in packages:
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        lines = [f"Requires-Dist: {text}" for text in requires]
        head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        (info / "METADATA").write_text("\n".join([*head, *lines, ""]))
        (info / "INSTALLER").write_text("pip\n")
        (info / "RECORD").write_text(f"{info.name}/METADATA,,\n")
        (info / "WHEEL").write_text("Wheel-Version: 1.0\nTag: py3-none-any\n")
    return site


def answer(*words: str) -> Any:
    return pidoctor(*words, "--json").json


def state(folder: Path) -> dict[str, str]:
    """Every file with its content, or where it leads."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def half_removed(site: Path) -> None:
    (site / "~umpy").mkdir()
    (site / "~umpy/core.so").write_bytes(b"")
    (site / "~umpy-1.26.3.dist-info").mkdir()
    (site / "~umpy-1.26.3.dist-info/METADATA").write_text("Name: numpy\nVersion: 1.26.3\n")


def binary_metadata(site: Path) -> None:
    (site / "numpy-1.26.4.dist-info/METADATA").write_bytes(bytes(range(256)) * 16)


def empty_metadata(site: Path) -> None:
    (site / "tflite_runtime-2.14.0.dist-info/METADATA").write_text("")


def other_version_in_metadata(site: Path) -> None:
    file = site / "numpy-1.26.4.dist-info/METADATA"
    file.write_text(file.read_text().replace("1.26.4", "not-a-version"))


def no_version(site: Path) -> None:
    info = (site / "numpy-1.26.4.dist-info").rename(site / "numpy-banana.dist-info")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: banana\n")


def second_version(site: Path) -> None:
    other = site / "numpy-2.2.6.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 2.2.6\n")


def lying_record(site: Path) -> None:
    with (site / "tflite_runtime-2.14.0.dist-info/RECORD").open("a") as record:
        record.write(
            "tflite_runtime/_pywrap.so,sha256=AAAA,12\n../../../../../../etc/passwd,,\n\n,,\n"
        )


def python_gone(site: Path) -> None:
    for python in (site.parents[2] / "bin").glob("python*"):
        python.unlink()
        python.symlink_to("/nowhere/python3")


def dead_on_start(site: Path) -> None:
    (site / "bad.pth").write_text("import os; os._exit(3)\n")
    (site / "good.pth").write_text("import os\n")


def segfault_on_start(site: Path) -> None:
    (site / "bad.pth").write_text("import ctypes; ctypes.string_at(0)\n")


def raising_sitecustomize(site: Path) -> None:
    (site / "sitecustomize.py").write_text("raise SystemExit('broken')\n")


@pytest.mark.parametrize(
    ("harm", "file", "said"),
    [
        (dead_on_start, "bad.pth", "exit status 3"),
        (segfault_on_start, "bad.pth", "signal 11"),
        (raising_sitecustomize, "sitecustomize.py", "SystemExit: broken"),
    ],
)
def test_a_python_that_dies_at_its_start_names_the_file(
    tmp_path: Path, harm: Harm, file: str, said: str
) -> None:
    """The remedy is done, and the environment works again."""
    site = made(tmp_path)
    harm(site)
    before = state(tmp_path)
    checked = answer("check", "--venv", str(tmp_path / ".venv"), "--offline")
    (told,) = (it for it in checked["findings"] if it["id"] == "environment-python-dies")
    assert (checked["exit_code"], told["severity"]) == (1, "error")
    assert f"{site / file}: " in told["message"]
    assert said in told["message"]
    assert state(tmp_path) == before
    subprocess.run(shlex.split(told["remedy"]["commands"][0]), check=True)
    again = answer("check", "--venv", str(tmp_path / ".venv"), "--offline")
    assert not [it for it in again["findings"] if it["id"] == "environment-python-dies"]


def test_a_start_file_with_an_error_is_a_warning(tmp_path: Path) -> None:
    site = made(tmp_path)
    (site / "bad.pth").write_text("import nothing_of_that_name\n")
    checked = answer("check", "--venv", str(tmp_path / ".venv"), "--offline")
    (told,) = (it for it in checked["findings"] if it["id"] == "python-start-file")
    assert (checked["exit_code"], told["severity"]) == (0, "warning")
    assert "No module named 'nothing_of_that_name'" in told["message"]


def test_a_python_without_its_library_is_an_error(tmp_path: Path) -> None:
    python = tmp_path / "bin/python3"
    python.parent.mkdir()
    python.write_text(
        "#!/bin/sh\necho \"ModuleNotFoundError: No module named 'encodings'\" >&2\n"
        "echo '  <no Python frame>' >&2\nexit 1\n"
    )
    python.chmod(0o755)
    checked = answer("check", "--python", str(python), "--offline")
    assert [it["id"] for it in checked["findings"] if it["severity"] == "error"] == ["python-dies"]
    assert "No module named 'encodings'" in checked["verdict"]
    assert checked["exit_code"] == 1


def python_is_a_script(site: Path) -> None:
    for python in (site.parents[2] / "bin").glob("python*"):
        python.unlink()
        python.write_text("#!/bin/sh\nexit 0\n")
        python.chmod(0o755)


@pytest.mark.parametrize(
    ("harm", "ids", "command"),
    [
        (half_removed, ["package-half-removed"], "rm -r"),
        (binary_metadata, ["package-metadata-unreadable"], "numpy==1.26.4"),
        (empty_metadata, ["package-metadata-unreadable"], "tflite-runtime==2.14.0"),
        (other_version_in_metadata, ["package-metadata-unreadable"], " numpy"),
        (no_version, ["package-metadata-unreadable"], " numpy"),
        (second_version, ["package-two-versions"], "numpy"),
        (lying_record, ["package-files-missing"], "tflite-runtime==2.14.0"),
        (python_gone, ["environment-python-gone"], "mv "),
        (python_is_a_script, ["environment-python-gone"], "mv "),
    ],
)
def test_one_finding_and_nothing_changed(
    tmp_path: Path, harm: Harm, ids: list[str], command: str
) -> None:
    site = made(tmp_path, NUMPY, TFLITE)
    harm(site)
    before = state(tmp_path)
    venv = ["--venv", str(tmp_path / ".venv")]
    checked = answer("check", *venv, "--offline")
    of_state = ("package-", "environment-", "not-decidable")
    told = [it for it in checked["findings"] if it["id"].startswith(of_state)]
    assert [it["id"] for it in told] == ids
    assert command in told[0]["remedy"]["commands"][0]
    planned = answer("install", *venv, "--offline", "--dry-run")
    assert planned["exit_code"] in (0, 1, 3)
    if harm in (python_gone, python_is_a_script):
        assert [it["id"] for it in planned["findings"]] == ids
    assert state(tmp_path) == before


def test_a_runtime_whose_files_are_missing_is_an_error(tmp_path: Path) -> None:
    lying_record(made(tmp_path, NUMPY, TFLITE))
    before = state(tmp_path)
    venv = ("--venv", str(tmp_path / ".venv"), "--offline")
    assert answer("check", *venv)["exit_code"] == 1
    for words in (["--dry-run"], ["--yes"]):  # what would be kept does not work
        refused = answer("install", "tflite-runtime", *venv, *words)
        (told,) = (it for it in refused["findings"] if it["id"] == "package-files-missing")
        assert (refused["exit_code"], told["severity"]) == (1, "error")
        assert "1 of its 1 compiled files is missing" in told["message"]
    assert state(tmp_path) == before


@pytest.mark.parametrize("what", ["a file", "no settings", "empty"])
def test_what_lies_in_the_place_of_an_environment_is_told_before_the_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """An empty folder is as good as none."""
    monkeypatch.chdir(tmp_path)
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    if what == "a file":
        Path(".venv").write_text("")
    elif what == "empty":
        Path(".venv").mkdir()
    else:
        made(tmp_path)
        Path(".venv/pyvenv.cfg").unlink()
    checked = answer("check", "--offline")
    told = [it for it in checked["findings"] if "no virtual environment" in it["message"]]
    assert [it["id"] for it in told] == ([] if what == "empty" else ["environment-place"])
    if told:
        assert checked["exit_code"] == 1
        refused = answer("install", "--yes", "--offline")
        assert refused["exit_code"] == 2
        assert f"{refused['error']}.".endswith(told[0]["message"])
        assert "none can be made there" in answer("check", "--venv", ".venv")["error"]


def test_settings_that_say_nothing_make_no_environment_of_condas(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / ".venv/pyvenv.cfg").write_text("garbage\n")
    checked = answer("check", "--venv", str(tmp_path / ".venv"), "--offline")
    assert checked["profile"]["environment"]["kind"]["value"] == "venv"


@pytest.mark.parametrize("wanted", ["3.99", "3.1", "python9", "/nowhere/python3"])
def test_a_python_that_is_not_there_is_one_line_with_those_that_are(wanted: str) -> None:
    refused = answer("check", "--python", wanted)
    assert refused["exit_code"] == 2
    assert refused["error"].startswith(f"--python {wanted}: ")


def test_an_environment_that_was_copied_here(tmp_path: Path) -> None:
    """Its pip still installs into the one that it was copied from."""
    made(tmp_path, NUMPY, TFLITE)
    script = tmp_path / ".venv/bin/pip"
    old = tmp_path / "old"
    for begins in (
        f"#!{old}/bin/python3.11\n",
        f"#!/bin/sh\n'''exec' \"{old}/bin/python\" \"$0\"\n",
    ):
        script.write_text(begins)
        checked = answer("check", "--venv", str(tmp_path / ".venv"), "--offline")
        (found,) = [it for it in checked["findings"] if it["id"] == "environment-moved"]
        assert f"from {old}:" in found["message"]
    script.write_text(f"#!{tmp_path}/.venv/bin/python\n")
    checked = answer("check", "--venv", str(tmp_path / ".venv"), "--offline")
    assert "environment-moved" not in {it["id"] for it in checked["findings"]}


def test_what_pythonpath_puts_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs import it, and die of it; the environment alone is fine."""
    made(tmp_path, NUMPY, TFLITE)
    other = made(tmp_path / "other", ("numpy", "2.2.6", ()))
    venv = ("--venv", str(tmp_path / ".venv"))
    assert answer("check", *venv, "--offline")["exit_code"] == 0
    monkeypatch.setenv("PYTHONPATH", f"/nowhere:{other}")
    checked = answer("check", *venv, "--offline")
    (found,) = [it for it in checked["findings"] if it["id"] == "pythonpath-shadows"]
    assert (checked["exit_code"], found["severity"]) == (1, "error")
    assert f"numpy 2.2.6 from {other}" in found["message"]
    proven = answer("smoke", *venv)
    assert "pythonpath-shadows" in {it["id"] for it in proven["findings"]}


def test_the_remedy_of_a_proof_changes_the_environment_that_was_proven(tmp_path: Path) -> None:
    """It has no pip of its own: "bin/python -m pip" would fail, and "pip" change another one."""
    site = made(tmp_path, NUMPY, TFLITE)
    (site / "tflite_runtime").mkdir()
    (site / "tflite_runtime/__init__.py").touch()
    (site / "tflite_runtime/interpreter.py").write_text(
        "import sys\n"
        "print('A module that was compiled using NumPy 1.x cannot be run in', file=sys.stderr)\n"
        "print('NumPy 2.2.6 as it may crash.', file=sys.stderr)\n"
        "raise ImportError('numpy.core.multiarray failed to import')\n"
    )
    proven = answer("smoke", "--venv", str(tmp_path / ".venv"))
    (command,) = proven["proof"]["death"]["remedy"]["commands"]
    assert command.startswith(f"python3 -m pip --python {tmp_path}/.venv/bin/python install ")
    assert proven["next"] == command
    # Where check knows more of what is installed, its remedy stands for the proof as well.
    other = made(tmp_path / "other", ("numpy", "2.2.6", ()), TFLITE, ("cv", "1", ("numpy>=2",)))
    shutil.copytree(site / "tflite_runtime", other / "tflite_runtime")
    (other / "numpy.py").write_text("__version__ = '2.2.6'\n")
    tag = "cp311-cp311-manylinux2014_x86_64"
    (other / "tflite_runtime-2.14.0.dist-info/WHEEL").write_text(
        f"Wheel-Version: 1.0\nTag: {tag}\n"
    )
    venv = ("--venv", str(tmp_path / "other/.venv"))
    checked, proven = answer("check", *venv, "--offline"), answer("smoke", *venv)
    (found,) = (it for it in checked["findings"] if it["id"] == "numpy2-abi-mismatch")
    assert proven["proof"]["death"]["remedy"] == found["remedy"]
    assert found["remedy"]["commands"][0].startswith("pidoctor explain tflite-runtime==2.14.0")
