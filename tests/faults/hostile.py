"""Hostile command lines: commands x options x files that somebody prepared, made from a seed.

``python -m tests.faults.hostile --count 10000`` carries them out, each in a process that is forked
off with everything imported, and prints those that fell. A number always makes the same attack, so
``--first NUMBER --count 1`` repeats one.

What must hold, whatever is asked: the exit code is a documented one and never 4 (a mistake in
pidoctor), no traceback, no escape code in what is printed, an end within a minute of CPU time and
within 3 GB, nothing written but what was named, and no connection to any other machine.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import random
import resource
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pidoctor as package
from pidoctor.cli.main import main as pidoctor

from .spoiling import name, plant, spoiled, word
from .world import make_wheel, tree

_ROOT = Path(__file__).parents[2]
_SECONDS, _BYTES = 60, 3 << 30
_PATIENCE = 10  # times as long by the clock, for a machine that does other things and for waiting
_DOCUMENTED = (0, 1, 2, 3)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod")
_MACHINES = ("pi4-4gb/bookworm-64", "pi-zero-2w/bullseye-32", "pi5/trixie-64/py3.13", "pi3")
_ASKED = ("auto", "tensorflow", "tflite-runtime==2.14.0", "ai-edge-litert>=1.2", "numpy<2")

REQUIREMENTS = b"""\
--index-url https://user:secret@index.example/simple
tflite-runtime==2.14.0 ; python_version < "3.12"  # the runtime
numpy>=1.20,<2 --hash=sha256:%s
-c constraints.txt
pillow[extra] @ https://index.example/pillow-1.0-py3-none-any.whl
""" % (b"a" * 64)
PROJECT = b"""\
[project]
name = "demo"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["tflite-runtime", "numpy<2"]
[dependency-groups]
test = ["pytest", {include-group = "test"}]
[tool.pidoctor]
requirements = ["tflite-runtime", "-r requirements.txt"]
models = ["model.tflite"]
targets = ["pi4-4gb/bookworm-64"]
accelerators = ["coral-usb"]
"""
PYVENV = b"home = /usr/bin\nversion = 3.11.2\ninclude-system-site-packages = false\n"
TABLE = b'{"boards": [{"id": "pi4", "name": "x"}, {"id": "mine", "based_on": "pi4", "name": "M"}]}'
PIP = b"[global]\nindex-url = https://u:p@index.example/simple\nextra-index-url =\n  http://x\n"
SYSTEM = {
    "etc/os-release": b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
    "etc/pip.conf": PIP,
    "etc/debian_version": b"12.5\n",
    "proc/cpuinfo": b"processor: 0\nFeatures: fp asimd\nRevision: c03111\nModel: Raspberry Pi 4\n",
    "proc/meminfo": b"MemTotal: 3884240 kB\nSwapTotal: 0 kB\n",
    "proc/device-tree/model": b"Raspberry Pi 4 Model B\0",
    "boot/config.txt": b"arm_64bit=1\ngpu_mem=128\n[pi4]\narm_boost=1\n",
    "boot/firmware/cmdline.txt": b"root=/dev/mmcblk0p2 cgroup_enable=memory\n",
    "var/lib/dpkg/status": b"Package: python3\nStatus: install ok installed\nVersion: 3.11.2-1\n\n",
    "usr/bin/python3": b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xb7\0" + b"\0" * 100,
    "usr/lib/aarch64-linux-gnu/libc.so.6": b"\x7fELF\x02\x01\x01" + b"\0" * 200,
    "usr/lib/python3/dist-packages/numpy-1.24.2.dist-info/METADATA": b"Name: numpy\n",
}


class Attack(NamedTuple):
    """A command line, the variables it gets, and the names that it may write to."""

    words: tuple[str, ...]
    environ: dict[str, str]
    outputs: tuple[str, ...] = ()


class Seeds(NamedTuple):
    """Good files of each kind, to be spoiled."""

    captures: tuple[bytes, ...]
    logs: tuple[bytes, ...]
    models: tuple[bytes, ...]
    wheel: bytes
    receipt: bytes


def load_seeds() -> Seeds:
    """The good files, of the samples that the other tests use."""
    import json

    from pidoctor.profile.named_targets import target
    from tests.fleet.samples import receipt

    def read(pattern: str) -> tuple[bytes, ...]:
        return tuple(path.read_bytes() for path in sorted(_ROOT.glob(pattern)))

    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / make_wheel(Path(folder), "demo", "1.0").filename
        content = wheel.read_bytes()
    sent = json.dumps(receipt(target(_MACHINES[0]))).encode()
    return Seeds(
        read("tests/machines/*/capture.json"),
        read("tests/triage/samples/*/*.log")[:60],
        read("pidoctor/proof/models/*.tflite"),
        content,
        sent,
    )


Maker = Callable[["Scene"], list[str]]


class Scene:
    """A folder that an attack is prepared in: ``project`` is the current one, beside a home."""

    def __init__(self, folder: Path, number: int, seeds: Seeds) -> None:
        self.chance = random.Random(number)  # noqa: S311 - to be repeated, not to be secret
        self.seeds = seeds
        self.project, self.home = folder / "project", folder / "home"
        for made in (self.project, self.home, folder / "tmp"):
            made.mkdir(parents=True)
        self.outputs: list[str] = []

    def file(self, good: bytes, ending: str = "", at: str = "") -> str:
        """A spoiled file; its name."""
        wanted = at or name(self.chance).replace("/", "_") + ending
        if not at and wanted in ("", ".", "..", "-", "~"):
            wanted = "file" + ending
        while len(os.fsencode(wanted)) > 255:
            wanted = wanted[10:]
        with suppress(OSError):
            plant(self.chance, self.project / wanted, spoiled(self.chance, good))
        return f"./{wanted}" if wanted.startswith("-") else wanted

    def some(self, *makers: Maker) -> list[str]:
        """What one of them makes."""
        return self.chance.choice(makers)(self)

    def output(self) -> str:
        """A name to write to, which may be there already, or be none."""
        wanted = self.chance.choice(("out", "out", name(self.chance), "folder/out", "/dev/full"))
        wanted = wanted.replace("//", "folder//")  # named, the root of this machine may be changed
        self.outputs.append(wanted)
        if wanted == "out":
            plant(self.chance, self.project / wanted, b"old")
        return wanted


def where(scene: Scene) -> list[str]:
    return scene.some(
        lambda _: [],
        lambda s: ["--target", word(s.chance, s.chance.choice(_MACHINES))],
        lambda s: ["--capture", s.file(s.chance.choice(s.seeds.captures))],
        lambda s: ["--capture", s.file(s.seeds.receipt)],
        lambda s: ["--root", card(s), *s.some(lambda _: [], lambda t: ["--board", odd(t, "pi4")])],
        lambda s: ["--venv", environment(s)],
        lambda s: ["--python", word(s.chance, "3.11")],
    )


def odd(scene: Scene, good: str) -> str:
    return word(scene.chance, good)


def card(scene: Scene) -> str:
    for path, content in SYSTEM.items():
        if scene.chance.random() < 0.9:
            bad = scene.chance.random() < 0.3
            plant_as = spoiled(scene.chance, content) if bad else content
            with suppress(OSError):
                plant(scene.chance, scene.project / "card" / path, plant_as)
    return "card"


def environment(scene: Scene, folder: str = "env") -> str:
    for path, content in (
        ("pyvenv.cfg", PYVENV),
        ("pidoctor-receipt.json", scene.seeds.receipt),
        ("pidoctor-manifest.json", b'{"schema": "pidoctor-manifest/1", "files": {"a": "1 1"}}'),
        ("pidoctor-proof.json", scene.seeds.receipt),
        ("lib/python3.11/site-packages/demo-1.0.dist-info/METADATA", b"Name: demo\nVersion: 1.0\n"),
        ("lib/python3.11/site-packages/demo-1.0.dist-info/RECORD", b"demo/__init__.py,,\n"),
        ("lib/python3.11/site-packages/demo-1.0.dist-info/direct_url.json", b'{"url": "file:///"}'),
    ):
        with suppress(OSError):
            plant(scene.chance, scene.project / folder / path, spoiled(scene.chance, content))
    return folder


def asked(scene: Scene) -> list[str]:
    return scene.some(
        lambda s: [odd(s, s.chance.choice(_ASKED))],
        lambda s: [odd(s, s.chance.choice(_ASKED)), odd(s, "numpy")],
        lambda s: ["-r", s.file(REQUIREMENTS, ".txt")],
        lambda s: ["-r", s.file(PROJECT, at="pyproject.toml"), "--group", odd(s, "test")],
        lambda s: ["-r", s.file(REQUIREMENTS, ".txt"), "-c", s.file(b"numpy<2\nsix==1.0\n")],
        lambda s: [s.file(PROJECT, at="pyproject.toml"), *[]][1:],
        lambda s: [s.file(PROJECT[PROJECT.index(b"requirements") :], at="pidoctor.toml")][1:],
    )


def model(scene: Scene) -> str:
    return scene.file(scene.chance.choice(scene.seeds.models), ".tflite")


def sent(scene: Scene) -> list[str]:
    """What boards sent: receipts, captures, wheels in their place, and a folder of them."""
    good = (scene.seeds.receipt, scene.chance.choice(scene.seeds.captures))
    files = [scene.file(scene.chance.choice(good), f".{n}.json") for n in range(2)]
    return scene.chance.choice((files, files, ["."]))


COMMANDS: tuple[Maker, ...] = (
    lambda s: ["check", *asked(s), *where(s)],
    lambda s: ["check", "--model", model(s), *where(s)],
    lambda s: ["check", "--with", odd(s, "coral-usb"), "--format", odd(s, "sarif"), *where(s)],
    lambda s: ["explain", *asked(s), *where(s)],
    lambda s: ["install", "--dry-run", *asked(s)],
    lambda s: ["install", "--dry-run", "--model", model(s), "--venv", environment(s)],
    lambda s: ["install", "--dry-run", "--offline", "--wheels", kit(s), *asked(s)],
    lambda s: ["lock", *asked(s), *where(s), "--format", "requirements", "-o", s.output()],
    lambda s: ["lock", "--format", "pylock", "--wheels", kit(s), *asked(s), "-o", s.output()],
    lambda s: ["smoke", "--venv", environment(s), "--model", model(s)],
    lambda s: ["undo", "--venv", kept(s), "--yes"],
    lambda s: ["recover", "--venv", kept(s), "--yes"],
    lambda s: ["recover", "--venv", kept(s), "--put-back", odd(s, "backup")],
    lambda s: ["triage", s.file(s.chance.choice(s.seeds.logs), ".log"), *where(s)],
    lambda s: ["triage", s.file(s.chance.choice(s.seeds.logs)), "--store", s.output()],
    lambda s: ["triage", s.file(s.chance.choice(s.seeds.logs)), "--jsonl"],
    lambda s: ["triage", s.file(s.seeds.receipt), "--markdown", "--reply"],
    lambda s: ["model", model(s), *where(s)],
    lambda s: ["model", model(s), model(s)],
    lambda s: ["example", model(s), "-o", s.output(), "--shape", odd(s, "input=1,224,224,3")],
    lambda s: ["fleet", "report", *sent(s), "--html", s.output()],
    lambda s: ["fleet", "report", *sent(s), "--jsonl", "--store", s.output()],
    lambda s: ["fleet", "first-boot", "-d", s.output()],
    lambda s: ["index", "audit", s.file(s.seeds.wheel, "-1.0-py3-none-any.whl")],
    lambda s: ["index", "audit", s.file(s.seeds.wheel)],
    lambda _: ["index", "status"],
    lambda s: ["report", "-o", s.output(), "--venv", environment(s)],
    lambda s: ["capture", "-o", s.output(), "--venv", environment(s)],
    lambda s: ["matrix", odd(s, "auto"), "--boards", odd(s, "pi4"), "--pythons", odd(s, "3.11")],
    lambda s: ["targets", odd(s, "pi4")],
    lambda s: ["help", odd(s, "offline"), "--html", s.output()],
    lambda s: ["completion", odd(s, "bash")],
    lambda s: [odd(s, s.chance.choice(("check", "index", "fleet"))), odd(s, "--json"), odd(s, "x")],
)


def kit(scene: Scene) -> str:
    manifest = (
        b'{"schema": "pidoctor-kit/1", "made": "2026-01-01", "made_for": "x", "machine": "x",'
    )
    manifest += b'"request": "auto", "runtime": "demo", "version": "1", "system_packages": [],'
    manifest += b'"files": [{"name": "demo-1.0-py3-none-any.whl", "sha256": "00", "size": 1}]}'
    scene.file(manifest, at="kit/pidoctor-kit.json")
    scene.file(scene.seeds.wheel, at="kit/demo-1.0-py3-none-any.whl")
    return "kit"


def kept(scene: Scene) -> str:
    """An environment, and beside it a state folder that pidoctor did not make."""
    environment(scene, "e")
    journal = b'{"schema": "pidoctor-journal/2", "id": "", "phase": "removing", "folders": {},'
    scene.file(journal + b'"kept": "e.kept-1"}', at=".e.pidoctor/journal.json")
    scene.file(b'{"schema": "pidoctor-state/1"}', at=".e.pidoctor/mark.json")
    environment(scene, ".e.pidoctor/previous")
    return "e"


_VARIABLES = {
    "PIDOCTOR_DATA": "data",
    "PIDOCTOR_TIMEOUT": "5",
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_CONFIG_FILE": "pip.conf",
    "VIRTUAL_ENV": "env",
    "COLUMNS": "80",
    "TERM": "xterm",
    "LC_ALL": "C",
    "TMPDIR": "tmp",
    "XDG_CACHE_HOME": "cache",
    "SOURCE_DATE_EPOCH": "0",
}


def prepare(scene: Scene) -> Attack:
    """One attack: a command, its files, options of every command, variables."""
    chance = scene.chance
    words = chance.choice(COMMANDS)(scene)
    for option in ("--json", "-v", "-vv", "-q", "--no-color", "--yes", "--no\nsuch"):
        if chance.random() < 0.1:
            words.insert(chance.randrange(1, len(words) + 1), option)
    environ = {"HOME": str(scene.home), "PATH": os.defpath, "PIP_INDEX_URL": "http://127.0.0.1:9/"}
    environ["TMPDIR"] = str(scene.home.parent / "tmp")
    if chance.random() < 0.3:
        variable = chance.choice(tuple(_VARIABLES))
        environ[variable] = word(chance, _VARIABLES[variable]) or "x"
    if environ.get("PIDOCTOR_DATA") == "data":
        scene.file(TABLE, at="data/boards.json")
    if environ.get("PIP_CONFIG_FILE") == "pip.conf":
        scene.file(PIP, at="pip.conf")
    if chance.random() < 0.1:
        environment(scene, ".venv")
    if chance.random() < 0.1:
        pointer = b'{"schema": "pidoctor-index/1", "folder": "x", "retrieved": "2026-01-01"}'
        planted = scene.home / ".cache/pidoctor/index/current.json"
        plant(chance, planted, spoiled(chance, pointer))
    return Attack(tuple(words), environ, tuple(scene.outputs))


class Ended(NamedTuple):
    """How an attack ended: exit status, what was printed, what else it did."""

    status: int
    out: bytes
    told: str


def carry_out(attack: Attack, scene: Scene) -> Ended:
    """Run the attack in a forked process."""
    folder = scene.project.parent
    out, told = folder / "printed", folder / "told"
    child = os.fork()
    if child == 0:
        status = 70
        try:
            status = _child(attack, scene, out, told)
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else 70
        except BaseException:
            told.write_text(traceback.format_exc())
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    said = told.read_text("utf-8", "replace") if told.exists() else ""
    return Ended(os.waitstatus_to_exitcode(status), out.read_bytes(), said)


def _child(attack: Attack, scene: Scene, out: Path, told: Path) -> int:
    printed = os.open(out, os.O_WRONLY | os.O_CREAT)
    for stream, descriptor in ((0, os.open(os.devnull, os.O_RDONLY)), (1, printed), (2, printed)):
        os.dup2(descriptor, stream)
    sys.stdin, sys.stdout, sys.stderr = (
        open(stream, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - it ends by _exit
        for stream, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    report = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    sys.dont_write_bytecode = True  # Python's own files are none that an attack wrote
    os.chdir(scene.project)
    os.environ.clear()
    os.environ.update(attack.environ)
    tempfile.tempdir = None
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_PATIENCE * _SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    allowed = (os.fsencode(scene.project.parent), b"/dev/", b"/proc/")

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and "127.0.0.1" not in str(arguments[1]):
            os.write(report, f"connects to {arguments[1]}\n".encode())
        elif event in _CHANGES or (event == "open" and arguments[2] & _WRITES):
            path = arguments[1] if event in ("os.rename", "os.link", "os.symlink") else arguments[0]
            if isinstance(path, (str, bytes)):
                whole = os.path.abspath(os.fsencode(path))
                if not whole.startswith(allowed):
                    os.write(report, f"{event} {whole!r}\n".encode())

    sys.addaudithook(watch)
    code = pidoctor(list(attack.words))
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def faults(attack: Attack, scene: Scene, before: dict[str, str], ended: Ended) -> list[str]:
    """What did not hold."""
    found = []
    if ended.status not in _DOCUMENTED:
        found.append(f"exit status {ended.status}")
    for bad in (b"bug in pidoctor", b"pidoctor/cli/main.py"):  # a log may have a traceback itself
        if bad in ended.out:
            found.append(f"printed {bad.decode()!r}")
    if any(byte < 32 and byte not in (9, 10, 13) for byte in set(ended.out)):
        found.append("printed control characters")
    if ended.told:
        found.append(ended.told)
    after = tree(scene.project)
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path) and not _may_change(path, attack):
            found.append(f"{path} is changed")
    return found


def _may_change(path: str, attack: Attack) -> bool:
    """Whether it is below a name that may be written to."""
    top = path.split("/", maxsplit=1)[0]
    outputs = (*attack.outputs, *map(os.path.normpath, attack.outputs))
    named = {output.split("/")[0] for output in outputs}
    state = "--yes" in attack.words and top.startswith(("e", ".e.pidoctor"))
    return "." in named or top in named or state or top in ("cache", "tmp")


def import_all() -> None:
    """Import what the commands would each import anew."""
    for module in pkgutil.walk_packages(package.__path__, "pidoctor."):
        if not module.name.endswith("__main__") and ".ansible.collection" not in module.name:
            with suppress(ImportError):
                importlib.import_module(module.name)


def run(number: int, seeds: Seeds) -> tuple[Attack, list[str], Ended]:
    """Attack number ``number``: what it is, what did not hold, how it ended."""
    with tempfile.TemporaryDirectory(prefix="hostile") as folder:
        scene = Scene(Path(folder) / "scene", number, seeds)
        attack = prepare(scene)
        before = tree(scene.project)
        ended = carry_out(attack, scene)
        fell = faults(attack, scene, before, ended)
        for path in (scene.project, scene.home):
            shutil.rmtree(path, ignore_errors=True)
        return attack, fell, ended


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    import_all()
    seeds, ends, fallen = load_seeds(), Counter[int](), 0
    for number in range(options.first, options.first + options.count):
        attack, fell, ended = run(number, seeds)
        ends[ended.status] += 1
        if fell or options.count == 1:
            fallen += bool(fell)
            print(number, [w[:80] for w in attack.words], attack.environ, fell)
            print(ended.out[-1500:].decode("utf-8", "replace"), flush=True)
    print(f"{options.count} attacks, {fallen} fell; exit codes {dict(sorted(ends.items()))}")
    return bool(fallen)


if __name__ == "__main__":
    sys.exit(main())
