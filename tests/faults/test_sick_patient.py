"""pidoctor on machines that are themselves ill: it runs, and says the one thing that helps.

Each test starts the real program in a machine that is really ill where that can be made (a Python
with parts taken away, namespaces, closed streams), else on a description of one. Elsewhere:
``test_machine.py`` has disks that are full, small or read-only and too little memory during an
install, ``test_network.py`` a network that fails half-way, ``tests/unit/checks/test_machine.py``
the exact finding of each fact, ``tests/unit/install/test_recipe.py`` the choice of tools for
every combination of pip, venv and uv, ``tests/unit/report/test_console.py`` widths and encodings.
"""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import pytest

from pidoctor.host.live import LiveHost
from pidoctor.install.outcome import INSTALLED, ROLLED_BACK, Outcome
from pidoctor.install.recipe import Job
from pidoctor.install.recovery import undo
from pidoctor.install.transaction import install
from pidoctor.install.wheelhouse import Cache

from .server import Index, serving
from .world import PYTHON, Prover, make_plan, make_wheel, tree

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """How pidoctor ended, and what it said."""

    code: int
    out: bytes
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def finding(self, identifier: str) -> Any:
        """The one finding of that name."""
        (found,) = (row for row in self.json["findings"] if row["id"] == identifier)
        return found


def environment(folder: Path, changes: Mapping[str, str | None]) -> dict[str, str]:
    """Of this process's variables the neutral ones, with ``changes``; None takes one away."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PIP_", "XDG_", "LC_", "LANG", "COV_"))
    }
    own = {"HOME": str(folder / "home"), "PYTHONPATH": str(ROOT), "PIP_CONFIG_FILE": os.devnull}
    wanted: dict[str, str | None] = {**kept, **own, **changes}
    return {name: value for name, value in wanted.items() if value is not None}


def pidoctor(folder: Path, *words: str, inside: Sequence[str] = (), **variables: str | None) -> Run:
    """Run ``pidoctor WORDS`` in ``folder``, by way of the command ``inside``."""
    ended = subprocess.run(
        [*inside, sys.executable, "-m", "pidoctor", *words],
        cwd=folder,
        env=environment(folder, variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=300,
    )
    return Run(ended.returncode, ended.stdout, ended.stderr.decode())


@pytest.fixture
def namespace() -> Callable[..., tuple[str, ...]]:
    """A command in front of another one that runs it in namespaces of its own; needs root."""

    def enter(kind: str, script: str = "true") -> tuple[str, ...]:
        own = ("unshare", f"--{kind}", "sh", "-ec")
        if (
            shutil.which("unshare") is None
            or subprocess.run([*own, script], check=False).returncode
        ):
            pytest.skip("this machine does not let us make namespaces (that takes root)")
        return (*own, f'{script}\nexec "$@"', "sh")

    return enter


@dataclass(frozen=True)
class Patient:
    """A Python of its own in ``folder``: this one's files, and packages of its own."""

    folder: Path
    python: str

    @property
    def packages(self) -> Path:
        (found,) = self.folder.glob("lib/python3.*/site-packages")
        return found


@pytest.fixture
def patient(tmp_path: Path) -> Callable[..., Patient]:
    """Makes a Python with nothing installed that lacks the modules named."""

    def make(*without: str) -> Patient:
        program, stdlib = Path(LiveHost().interpreter()).resolve(), Path(os.__file__).parent
        if stdlib.name != program.name:
            pytest.skip("this Python does not lie where a copy of it could be made")
        folder = tmp_path / "python"
        library = folder / "lib" / stdlib.name
        for made in (folder / "bin", library / "lib-dynload", library / "site-packages"):
            made.mkdir(parents=True)
        for part in (".", "lib-dynload"):
            for entry in (stdlib / part).iterdir():
                taken = entry.name.split(".")[0] in (*without, "__pycache__")
                if not taken and not (library / part / entry.name).exists():
                    (library / part / entry.name).symlink_to(entry)
        shutil.copy(program, folder / "bin" / program.name)
        return Patient(folder, str(folder / "bin" / program.name))

    return make


def install_demo(patient: Patient, folder: Path, version: str = "1.0") -> Outcome:
    """Install a wheel into an environment made with the patient."""
    wheel = make_wheel(folder / "wheels", "demo", version)
    cache = Cache(folder / "cache")
    job = Job(make_plan(wheel), folder / ".venv", patient.python, True, folder / "wheels", cache)
    return install(job, Prover("demo", version))


def test_no_pip(patient: Callable[..., Patient], tmp_path: Path) -> None:
    sick = patient()
    note = pidoctor(tmp_path, "check", "--json", "--python", sick.python).finding("pip-missing")
    assert note["severity"] == "note"
    assert "none is needed" in note["message"]
    assert install_demo(sick, tmp_path).status == INSTALLED


def test_no_venv_module(patient: Callable[..., Patient], tmp_path: Path) -> None:
    sick = patient("venv", "ensurepip")
    checked = pidoctor(tmp_path, "check", "--json", "--python", sick.python)
    assert checked.code == 1
    assert "ensurepip" in checked.finding("venv-module-missing")["remedy"]["text"]
    (finding,) = install_demo(sick, tmp_path).findings
    assert finding.remedy is not None
    assert "cannot make virtual environments" in finding.message
    assert not (tmp_path / ".venv").exists()


def test_old_pip(patient: Callable[..., Patient], tmp_path: Path) -> None:
    sick = patient()
    (sick.packages / "pip-19.0.dist-info").mkdir()
    checked = pidoctor(tmp_path, "check", "ai-edge-litert", "--json", "--python", sick.python)
    if checked.json["resolution"]["status"] != "plan":
        pytest.skip("there is no ai-edge-litert for this Python")
    finding = checked.finding("pip-too-old")
    assert (checked.code, finding["severity"]) == (0, "warning")
    assert finding["remedy"]["commands"][0] == f"{sick.python} -m venv .venv"


def test_python_of_the_system(patient: Callable[..., Patient], tmp_path: Path) -> None:
    sick = patient()
    marker = sick.packages.parent / "EXTERNALLY-MANAGED"
    marker.write_text("[externally-managed]\nError=use apt\n")
    checked = pidoctor(tmp_path, "check", "--json", "--python", sick.python)
    assert checked.finding("externally-managed-environment")["evidence"] == str(marker)
    assert install_demo(sick, tmp_path).status == INSTALLED
    assert list(sick.packages.iterdir()) == []


def test_python_without_ssl(patient: Callable[..., Patient], tmp_path: Path) -> None:
    sick = patient("_ssl")
    ours = sysconfig.get_paths()["purelib"]
    own = subprocess.run(
        [sick.python, "-m", "pidoctor", "check", "--json"],
        env=environment(tmp_path, {"PYTHONPATH": f"{ROOT}:{ours}"}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    asked = pidoctor(tmp_path, "check", "--json", "--python", sick.python)
    for run in (Run(own.returncode, own.stdout.encode(), own.stderr), asked):
        finding = run.finding("python-built-without-ssl")
        assert (run.code, finding["severity"]) == (1, "error")
        assert "/usr/bin/python3" in finding["remedy"]["commands"][0]


def test_install_with_a_python_without_ssl(patient: Callable[..., Patient], tmp_path: Path) -> None:
    sick = patient("_ssl")
    words = ("install", "--yes", "--json", "--venv", "project/.venv", "--python", sick.python)
    run = pidoctor(tmp_path, *words, PIP_RETRIES="0")
    if run.json["resolution"]["status"] != "plan":
        pytest.skip("there is nothing to install for this Python")
    assert run.code == 1
    assert "--offline" in run.finding("python-built-without-ssl")["remedy"]["text"]
    assert not (tmp_path / "project").exists()


def break_packages(folder: Path) -> None:
    """Everything that a site-packages folder has been seen to hold and should not."""
    (folder / "bad.pth").write_text("import nothing_of_that_name\n")
    (folder / "sitecustomize.py").write_text("raise RuntimeError('broken')\n")
    (folder / "nometa-1.0.dist-info").mkdir()
    (folder / "junk-1.0.dist-info").mkdir()
    (folder / "junk-1.0.dist-info" / "METADATA").write_bytes(b"\x80\xff\0")
    (folder / "pip").mkdir()
    os.mkdir(os.fsencode(folder) + b"/caf\xe9-1.0.dist-info")
    with open(os.fsencode(folder) + b"/\xff.py", "wb"):
        pass


def test_broken_site_packages(patient: Callable[..., Patient], tmp_path: Path) -> None:
    sick = patient()
    break_packages(sick.packages)
    words = ("check", "--json", "--python", sick.python)
    checked = pidoctor(tmp_path, *words)
    packages = checked.json["profile"]["python"]["packages"]["value"]
    assert {"nometa", "junk"} <= packages.keys()
    assert b"\\ud" not in checked.out
    for command in ("capture", "report"):
        made = pidoctor(tmp_path, command, "-o", "machine", "--python", sick.python)
        assert (made.code, made.err) == (0, "")
        again = pidoctor(tmp_path, "check", "--json", "--capture", "machine")
        assert again.json["resolution"] == checked.json["resolution"]


def test_environment_with_broken_packages(patient: Callable[..., Patient], tmp_path: Path) -> None:
    sick = patient()
    assert install_demo(sick, tmp_path).status == INSTALLED
    (packages,) = (tmp_path / ".venv").glob("lib/python3.*/site-packages")
    shutil.rmtree(packages / "pip", ignore_errors=True)
    break_packages(packages)
    before = tree(tmp_path / ".venv")
    outcome = install_demo(sick, tmp_path, "2.0")
    if outcome.status == INSTALLED:
        undo(tmp_path / ".venv")
    else:  # pip 23.2 gives up on such packages, where a newer one steps over them
        (finding,) = outcome.findings
        assert outcome.status == ROLLED_BACK
        assert finding.remedy is not None
    after = tree(tmp_path / ".venv")
    # A tool that runs in the environment may leave bytecode there, which is nobody's state.
    assert {name: after[name] for name in after if "__pycache__" not in name} == before


@pytest.mark.parametrize("home", [None, "nowhere", os.devnull])
@pytest.mark.parametrize("has_name", [True, False])
def test_no_home(home: str | None, has_name: bool, tmp_path: Path) -> None:
    """``has_name``: whether the system knows the user, as it does not in many containers."""
    shim = tmp_path / "shim"
    shim.mkdir()
    if not has_name:
        nobody = "import pwd\ndef _none(*_): raise KeyError('nobody')\npwd.getpwuid = _none\n"
        (shim / "sitecustomize.py").write_text(nobody)
    (work := tmp_path / "work").mkdir()
    if home is not None:
        home = str(tmp_path / home)  # which is os.devnull itself for that one
    for words in ("check", "install --dry-run", "triage -", "capture -o c", "report -o r"):
        run = pidoctor(work, *shlex.split(words), HOME=home, PYTHONPATH=f"{shim}:{ROOT}")
        assert run.code in (0, 1, 3), (words, run)
        assert "bug" not in run.err
    assert {path.name for path in work.iterdir()} == {"c", "r"}
    assert {path.name for path in tmp_path.iterdir()} == {"shim", "work"}


def test_install_without_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("PIP_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("HOME", f"{os.devnull}/home")
    with serving(Index(tmp_path / "wheels", "")) as index:
        wheel = make_wheel(index.wheels, "demo", "1.0")
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        job = Job(make_plan(wheel), tmp_path / ".venv", PYTHON)
        assert install(job, Prover("demo", "1.0")).status == INSTALLED


def test_clock_in_1970(tmp_path: Path) -> None:
    (shim := tmp_path / "shim").mkdir()
    (shim / "sitecustomize.py").write_text("import time\ntime.time = lambda: 3600.0\n")
    path = f"{shim}:{ROOT}"
    checked = pidoctor(tmp_path, "check", "--json", PYTHONPATH=path)
    finding = checked.finding("ssl-clock-skew")
    assert "1970" in finding["message"]
    assert finding["remedy"]["commands"]
    assert pidoctor(tmp_path, "report", "-o", "r.zip", PYTHONPATH=path).code == 0
    again = pidoctor(tmp_path, "check", "--json", "--capture", "r.zip")
    assert again.finding("ssl-clock-skew")["message"] == finding["message"]


def test_no_dns(namespace: Callable[..., tuple[str, ...]], tmp_path: Path) -> None:
    words = ("install", "--yes", "--json", "--venv", "project/.venv")
    run = pidoctor(tmp_path, *words, inside=namespace("net"), PIP_RETRIES="0")
    if run.json["resolution"]["status"] != "plan":
        pytest.skip("there is nothing to install for this Python")
    assert run.code == 1
    assert "DNS server" in run.finding("dns-failure")["remedy"]["text"]
    assert not (tmp_path / "project").exists()
    offline = pidoctor(tmp_path, "check", "--json", inside=namespace("net"))
    assert offline.json["resolution"]["status"] == "plan", "a look needs no network"


def test_tmp_is_small(namespace: Callable[..., tuple[str, ...]], tmp_path: Path) -> None:
    (temp := tmp_path / "tmp").mkdir()
    inside = namespace("mount", f"mount -t tmpfs -o size=64k tmpfs {shlex.quote(str(temp))}")
    run = pidoctor(tmp_path, "check", "--json", inside=inside, TMPDIR=str(temp))
    if run.json["resolution"]["status"] != "plan":
        pytest.skip("there is nothing to install for this Python")
    (command,) = run.finding("temp-is-small-tmpfs")["remedy"]["commands"]
    assert command.startswith("export TMPDIR=")
    assert run.code == 0, "the installation itself uses the disk of the environment"


def test_read_only_root(namespace: Callable[..., tuple[str, ...]], tmp_path: Path) -> None:
    here = shlex.quote(str(tmp_path))
    inside = namespace(
        "mount",
        f"mount --bind {here} {here}; mount -o remount,bind,ro {here}\n"
        f"mount -o remount,bind,ro /; cd {here}",
    )
    checked = pidoctor(tmp_path, "check", "--json", inside=inside)
    assert checked.code == 1
    assert "--venv" in checked.finding("read-only-file-system")["remedy"]["text"]
    run = pidoctor(tmp_path, "install", "--yes", "--json", inside=inside)
    if run.json["resolution"]["status"] == "plan":
        assert "--venv" in run.finding("read-only-file-system")["remedy"]["text"]
    for command in ("capture", "report"):
        run = pidoctor(tmp_path, command, "-o", "file", inside=inside)
        assert run.code == 3
        assert run.err == "pidoctor: file: cannot be written (Read-only file system)\n"


def test_half_a_gigabyte_of_memory(tmp_path: Path) -> None:
    target = ("--json", "--target", "pi-zero-2w/bookworm-64")
    warned = pidoctor(tmp_path, "check", "tensorflow", *target).json["resolution"]
    assert warned["status"] == "plan", "a peak that is mostly file pages refuses nothing"
    assert any("568 MB" in note for note in warned["notes"])
    assert pidoctor(tmp_path, "check", *target).json["resolution"]["status"] == "plan"


DOCUMENTS = (
    "check",
    "check -v tensorflow --target pi-zero-2w/bookworm-64",
    "explain tensorflow==2.3 --target pi4-4gb/bookworm-64",
    "install --dry-run",
    "targets",
    "matrix",
    "index status",
    "triage log",
    "--help",
    "check --help",
    "chek",
)
LOG = "ERROR: No matching distribution found for größe==1.0 (from versions: none)\n"


@pytest.mark.parametrize("words", [*DOCUMENTS, "check --json", "triage grö\udcff"])
def test_locale_that_is_not_utf_8(words: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(LOG, encoding="utf-8")
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    run = pidoctor(tmp_path, *shlex.split(words), **plain, PYTHONIOENCODING="ascii")
    assert run.code in (0, 1, 2), run
    assert run.out.isascii()
    assert run.err.isascii()
    assert "bug" not in run.err


def on_terminal(
    folder: Path, *words: str, columns: int = 80, answer: bytes = b""
) -> tuple[int, str]:
    """Run ``pidoctor WORDS`` on a terminal; its exit code and what appears, without colours."""
    terminal, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "pidoctor", *words],
        cwd=folder,
        env=environment(folder, {"COLUMNS": str(columns)}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as program:
        os.close(theirs)
        os.write(terminal, answer)
        said = b""
        while chunk := _read(terminal):
            said += chunk
    os.close(terminal)
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", said.decode()).replace("\r\n", "\n")
    return program.returncode, text


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # how Linux tells that the other side is closed
        return b""


def _is_whole(line: str) -> bool:
    """Whether a line is of a kind that is not folded: one word, code, a command, an error."""
    words = line.rstrip("\\").split()
    return len(words) == 1 or line.lstrip().startswith(("from ", "import ", "pidoctor", "["))


@pytest.mark.parametrize("words", DOCUMENTS)
def test_terminal_of_40_columns(words: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(LOG, encoding="utf-8")
    code, said = on_terminal(tmp_path, *shlex.split(words), columns=40)
    assert code in (0, 1, 2)
    wide = [line for line in said.splitlines() if len(line) > 40 and not _is_whole(line)]
    assert wide == []
    assert said.strip()


def test_end_of_input_is_no_consent(tmp_path: Path) -> None:
    code, said = on_terminal(tmp_path, "install", answer=b"\x04")
    assert code == 1
    if "Go ahead?" in said:
        assert "nothing was changed" in said
    assert not (tmp_path / ".venv").exists()


def test_no_terminal(tmp_path: Path) -> None:
    run = pidoctor(tmp_path, "install", inside=("setsid", "--wait"))
    assert (run.code, run.out) in ((2, b""), (1, run.out))
    if run.code == 2:
        assert "--yes" in run.err
        assert run.err.count("\n") == 1


@pytest.mark.parametrize(
    ("redirection", "words", "code"),
    [
        ("<&-", "install", 2),
        (">&-", "targets", 0),
        ("2>&-", "chek", 2),
        ("<&- >&- 2>&-", "targets --json", 0),
        (">/dev/full", "targets", 3),
        (">/dev/full", "check --help", 3),
        (">/dev/full", "targets --json", 3),
        ("2>/dev/full", "chek", 2),
    ],
)
def test_streams_that_take_nothing(redirection: str, words: str, code: int, tmp_path: Path) -> None:
    inside = ("sh", "-c", f'exec "$@" {redirection}', "sh")
    run = pidoctor(tmp_path, *shlex.split(words), inside=inside)
    assert run.code == code, run
    assert "Traceback" not in run.err
    assert run.err.count("\n") <= 1
