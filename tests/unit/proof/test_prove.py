"""The protocol between pidoctor and the interpreter it proves, with every fault it must survive."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import pidoctor
from pidoctor.decoding import encode
from pidoctor.errors import UsageError
from pidoctor.proof.known import own_model
from pidoctor.proof.proof import FAILED, PASSED, Delegate, summary
from pidoctor.proof.prove import largest_error, prove

from .fake import environment

RUNTIME = "tflite-runtime"


def at(step: str, *lines: str) -> str:
    """Code that runs these lines at a step of the interpreter."""
    body = "\n        ".join(lines)
    return f'\ndef at(self, step):\n    if step == "{step}":\n        {body}\nInterpreter.at = at\n'


def test_a_right_runtime_passes(tmp_path: Path) -> None:
    python = environment(tmp_path)
    proof = prove(python, RUNTIME)
    assert proof.passed
    assert (proof.runtime, proof.version, proof.python) == (RUNTIME, "9.9", python)
    assert proof.import_line == "from tflite_runtime.interpreter import Interpreter"
    assert proof.numpy
    assert [(model.name, model.max_error) for model in proof.models] == [
        ("float32", 0),
        ("int8", 0),
    ]
    assert all(model.first_ms is not None and model.latency_ms for model in proof.models)
    assert proof.peak_memory_bytes is not None
    assert 2**20 < proof.peak_memory_bytes < 2**30
    line = summary(proof)
    assert line.startswith(f"passed: tflite-runtime 9.9 with numpy {proof.numpy}: float32 right in")
    assert "\n" not in line


def test_noise_on_stdout_and_stderr_breaks_nothing(tmp_path: Path) -> None:
    noise = (
        "\nos.write(1, b'{\"event\": \"absent\"}\\n' * 9000)\nos.write(2, b'\\xff\\x00' * 150000)\n"
    )
    assert prove(environment(tmp_path, noise), RUNTIME, timeout_s=60).passed


@pytest.mark.parametrize(
    ("step", "line", "kind", "signal"),
    [
        ("construct", "os.kill(os.getpid(), 4)", "illegal-instruction", 4),
        ("allocate", "import ctypes; ctypes.string_at(0)", "segfault", 11),
        ("invoke", "os.abort()", "abort", 6),
        ("invoke", "os.kill(os.getpid(), 9)", "out-of-memory", 9),
        ("invoke", "raise RuntimeError('Node number 3 failed')", "error", None),
        ("invoke", "os._exit(0)", "error", None),
    ],
)
def test_death_is_decoded_with_its_step(
    tmp_path: Path, step: str, line: str, kind: str, signal: int | None
) -> None:
    second = f"if self.known['dtype'] == 'int8': {line}"
    proof = prove(environment(tmp_path, at(step, "import os", second)), RUNTIME)
    assert proof.status == FAILED
    assert proof.death is not None
    assert (proof.death.kind, proof.death.signal) == (kind, signal)
    assert (proof.death.step, proof.death.model) == (step, "int8")
    assert [model.status for model in proof.models] == [PASSED, FAILED]
    assert summary(proof) == f"failed: {proof.death.message}"


def test_death_at_import_and_at_exit(tmp_path: Path) -> None:
    missing = prove(environment(tmp_path / "a", "\nimport ml_dtypes_of_nobody\n"), RUNTIME)
    assert missing.death is not None
    assert (missing.death.kind, missing.death.step) == ("module-not-installed", "import")
    assert missing.death.detail == "ml_dtypes_of_nobody"
    late = prove(
        environment(tmp_path / "b", "\nimport atexit; atexit.register(os.abort)\n"), RUNTIME
    )
    assert late.death is not None
    assert (late.death.kind, late.death.step) == ("abort", "exit")


def test_time_limit_kills_the_whole_group(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    hang = at(
        "invoke",
        "import subprocess",
        "child = subprocess.Popen(['sleep', '600'])",
        f"open({os.fspath(pid_file)!r}, 'w').write(str(child.pid))",
        "time.sleep(600)",
    )
    python = environment(tmp_path / "v", hang)
    start = time.monotonic()
    proof = prove(python, RUNTIME, timeout_s=12)  # the step before it takes 4 on a busy machine
    assert time.monotonic() - start < 60
    assert proof.death is not None
    assert (proof.death.kind, proof.death.step, proof.death.model) == (
        "timeout",
        "invoke",
        "float32",
    )
    state = Path(f"/proc/{pid_file.read_text()}/stat")
    deadline = time.monotonic() + 10
    while state.exists() and ") Z " not in state.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not state.exists() or ") Z " in state.read_text()


def test_a_grandchild_that_keeps_the_pipes_open_does_not_delay(tmp_path: Path) -> None:
    left = "\nimport subprocess; subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
    start = time.monotonic()
    assert prove(environment(tmp_path, left), RUNTIME, timeout_s=60).passed
    assert time.monotonic() - start < 30


def test_a_wrong_answer_fails(tmp_path: Path) -> None:
    code = (
        "\nright = Interpreter.get_tensor\nInterpreter.get_tensor = lambda s, i: right(s, i) + 2\n"
    )
    proof = prove(environment(tmp_path, code), RUNTIME)
    assert proof.death is not None
    assert (proof.death.kind, proof.death.model) == ("wrong-result", "float32")
    assert [model.max_error for model in proof.models] == [2.0, 2]
    assert [model.status for model in proof.models] == [FAILED, FAILED]
    assert "wrong by 2" in proof.death.message


def test_not_a_number_fails(tmp_path: Path) -> None:
    code = "\nInterpreter.get_tensor = lambda s, i: np.full(10, np.nan)\n"
    proof = prove(environment(tmp_path, code), RUNTIME)
    assert proof.death is not None
    assert proof.death.kind == "wrong-result"
    assert proof.models[0].obtained == (None,) * 10
    json.dumps(encode(proof), allow_nan=False)


OWN = """
class Interpreter(Interpreter):
    def __init__(self, model_path):
        self.known = {"input_shape": [-1, 4, 0], "dtype": "float32"}
    def get_tensor(self, index):
        assert self.given.shape == (1, 4, 1)
        return self.given * SCALE
"""


def test_own_model_gets_a_fixed_input_and_passes_when_finite(tmp_path: Path) -> None:
    model = tmp_path / "mine.tflite"
    model.write_bytes(b"\x1c\0\0\0TFL3" + bytes(32))
    proof = prove(environment(tmp_path / "a", OWN + "\nSCALE = 2\n"), RUNTIME, own_model(model))
    assert proof.passed
    (result,) = proof.models
    assert (result.name, result.expected, result.max_error) == ("mine.tflite", None, None)
    assert result.input_shape == (1, 4, 1)
    assert result.obtained == pytest.approx((0, 0.02, 0.04, 0.06))
    assert "mine.tflite runs in" in summary(proof)
    proof = prove(
        environment(tmp_path / "b", OWN + "\nSCALE = np.inf\n"), RUNTIME, own_model(model)
    )
    assert proof.death is not None
    assert (proof.death.kind, proof.death.model) == ("wrong-result", "mine.tflite")


def test_nothing_installed(tmp_path: Path) -> None:
    python = environment(tmp_path)
    proof = prove(python, "ai-edge-litert")
    if proof.passed:
        pytest.skip("ai-edge-litert is installed beside the tests")
    assert proof.death is not None
    assert (proof.death.kind, proof.death.detail) == ("module-not-installed", "ai-edge-litert")
    assert proof.death.message == "ai-edge-litert is not installed in this environment."
    assert (proof.runtime, proof.import_line) == (None, None)


def test_folder_left_by_an_uninstall_is_no_runtime(tmp_path: Path) -> None:
    python = environment(tmp_path)
    package = next(tmp_path.glob("lib/*/site-packages/tflite_runtime"))
    for path in package.iterdir():
        path.unlink()
    proof = prove(python, RUNTIME)
    assert proof.death is not None
    assert proof.death.kind == "module-not-installed"


def test_the_current_folder_and_pythonpath_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = environment(tmp_path / "v")
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("json.py", "numpy.py", "tflite_runtime.py"):
        (trap / name).write_text("raise SystemExit('the trap was imported')")
    monkeypatch.chdir(trap)
    monkeypatch.setenv("PYTHONPATH", os.fspath(trap))
    assert prove(python, RUNTIME).passed


_WITH_DELEGATES = """
import json, sys

class OpResolverType:
    BUILTIN_WITHOUT_DEFAULT_DELEGATES = 4

def load_delegate(library, options):
    if "missing" in library:
        why = ": cannot open shared object file: No such file or directory"
        raise OSError(library + why)
    if "other" in library:
        raise AttributeError(library + ": undefined symbol: tflite_plugin_create_delegate")
    if "crash" in library:
        os.kill(os.getpid(), 11)
    assert options == {"device": "usb:0"}
    return library

_plain = Interpreter.__init__
def _init(self, model_path, experimental_delegates=(), experimental_op_resolver_type=None):
    assert experimental_op_resolver_type == 4
    self.parts = 0 if "idle" in experimental_delegates[0] else 2
    _plain(self, model_path)
Interpreter.__init__ = _init
Interpreter._get_ops_details = lambda self: [
    {"op_name": "CONV_2D"}, *({"op_name": "DELEGATE"} for _ in range(self.parts))
]
"""


@pytest.mark.parametrize(("library", "parts"), [("libedgetpu.so.1", 2), ("libidle.so", 0)])
def test_a_delegate_is_loaded_and_its_parts_are_counted(
    tmp_path: Path, library: str, parts: int
) -> None:
    python = environment(tmp_path, _WITH_DELEGATES)
    proof = prove(python, RUNTIME, delegate=Delegate(library, {"device": "usb:0"}))
    assert proof.passed, proof.death
    assert [model.delegated for model in proof.models] == [parts, parts]
    assert encode(proof)["delegate"] == {"library": library, "options": {"device": "usb:0"}}


@pytest.mark.parametrize(
    ("library", "kind", "words"),
    [
        ("libedgetpu_missing.so.1", "edgetpu-delegate-load-failed", "could not be loaded"),
        ("libother.so", "error", "is not a delegate of TensorFlow Lite"),
        ("libedgetpu_crash.so.1", "edgetpu-version-mismatch", "do not fit together"),
        ("libcrash.so", "segfault", "segmentation fault"),
    ],
)
def test_a_delegate_that_cannot_be_used(
    tmp_path: Path, library: str, kind: str, words: str
) -> None:
    proof = prove(environment(tmp_path, _WITH_DELEGATES), RUNTIME, delegate=Delegate(library, {}))
    assert proof.death is not None
    assert (proof.death.kind, proof.death.step) == (kind, "delegate")
    assert words in proof.death.message


def test_nothing_is_written_into_the_environment(tmp_path: Path) -> None:
    python = environment(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    prove(python, RUNTIME)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_an_install_proved_is_left_compiled(tmp_path: Path) -> None:
    assert prove(environment(tmp_path), RUNTIME, keeps_bytecode=True).passed
    assert [path.name.split(".")[0] for path in sorted(tmp_path.rglob("*.pyc"))] == [
        "__init__",
        "interpreter",
    ]


def test_usage_errors(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = tmp_path / "text.tflite"
    text.write_text("version https://example.org/spec/v1\n")
    empty = tmp_path / "empty.tflite"
    empty.touch()
    huge = tmp_path / "huge.tflite"
    huge.write_bytes(b"\x1c\0\0\0TFL3")
    os.truncate(huge, 2**31)
    for path, words in (
        (pipe, "it is a named pipe"),
        (tmp_path, "it is a directory"),
        (tmp_path / "none", "No such file"),
        (text, "is not a .tflite model"),
        (empty, "is not a .tflite model"),
        (huge, "larger than"),
    ):
        with pytest.raises(UsageError, match=words):
            own_model(path)
    with pytest.raises(UsageError, match="no Python interpreter"):
        prove(os.fspath(tmp_path / "python"))
    with pytest.raises(UsageError, match="Unknown runtime torch"):
        prove(sys.executable, "torch")


def test_a_program_that_is_no_python(tmp_path: Path) -> None:
    death = prove("/bin/false").death
    assert death is not None
    assert (death.kind, death.step) == ("python-dies", "start")
    assert death.message == "This does not run as Python 3.7 or newer: it said nothing."
    broken = tmp_path / "python"
    broken.write_bytes(b"\x7fELF nothing")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(UsageError, match="cannot be started"):
        prove(os.fspath(broken))


def test_it_works_from_a_zip(tmp_path: Path) -> None:
    python = environment(tmp_path / "v")
    package = Path(pidoctor.__file__).parent
    archive = tmp_path / "pidoctor.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in package.rglob("*"):
            if "__pycache__" not in path.parts:
                file.write(path, path.relative_to(package.parent))
    code = (
        f"import sys; sys.path.insert(0, {os.fspath(archive)!r})\n"
        "import pidoctor.proof.prove as module\n"
        "assert '.zip' in module.__file__\n"
        f"print(module.prove({python!r}, {RUNTIME!r}).status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == "passed\n"


def test_largest_error() -> None:
    assert largest_error((1, 2, 3), (1, 5, 2)) == 3
    assert largest_error((1, 2), (1,)) is None
    assert largest_error((1.0,), (None,)) is None
    assert largest_error((), ()) == 0
