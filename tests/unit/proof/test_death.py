"""A process's end is decoded to its cause: exact answers for the deaths that boards show."""

from __future__ import annotations

import time

import pytest

from pidoctor.catalog.troubles import load_troubles
from pidoctor.proof.death import clean, decode, timed_out
from pidoctor.proof.proof import ENDS
from pidoctor.triage.ending import signal_of

LSE = (
    "INFO: Loaded GPU accelerator.\n"
    "FATAL ERROR: This binary was compiled with lse enabled, but this feature is not available "
    "on this processor (go/sigill-fail-fast).\n"
)
ARRAY_API = """\
Traceback (most recent call last):
  File "<string>", line 1, in <module>
AttributeError: _ARRAY_API not found

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "<string>", line 9, in <module>
SystemError: <built-in method CreateWrapperFromFile of PyCapsule object> returned a result with \
an exception set
"""


def traceback(exception: str) -> str:
    return f'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n{exception}\n'


SIGNALS = [
    (-4, LSE, "illegal-instruction", 4, "lse"),
    (132, LSE, "illegal-instruction", 4, "lse"),
    (-4, "", "illegal-instruction", 4, None),
    (-11, "", "segfault", 11, None),
    (139, "", "segfault", 11, None),
    (-6, "<jemalloc>: Unsupported system page size\n", "page-size-16k", 6, None),
    (134, "free(): invalid pointer\n", "abort", 6, None),
    (-6, "terminate called after throwing 'std::bad_alloc'\n", "out-of-memory", 6, None),
    (-9, "", "out-of-memory", 9, None),
    (137, "", "out-of-memory", 9, None),
    (-7, "", "error", 7, None),
    (-15, "", "error", 15, None),
]

OUTPUTS = [
    (ARRAY_API, "numpy2-abi-mismatch", None, "AttributeError: _ARRAY_API not found"),
    (
        "A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.1.0 as it may crash",
        "numpy2-abi-mismatch",
        None,
        "A module that was compiled using NumPy 1.x cannot be run in",
    ),
    (
        "RuntimeError: module compiled against ABI version 0x1000009 but this version of numpy "
        "is 0x2000000\n",
        "numpy2-abi-mismatch",
        None,
        None,
    ),
    (
        "RuntimeError: module compiled against API version 0x10 but this version of numpy is 0xd\n"
        + traceback("ImportError: numpy.core.multiarray failed to import"),
        "numpy-api-version-mismatch",
        "0x10",
        "RuntimeError: module compiled against API version 0x10 but this version of numpy is 0xd",
    ),
    (
        traceback(
            "RuntimeError: module was compiled against NumPy C-API version 0x10 (NumPy 1.23) but "
            "the running NumPy has C-API version 0xf."
        ),
        "numpy-api-version-mismatch",
        "0x10",
        None,
    ),
    (
        traceback(
            "ImportError: /lib/aarch64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found "
            "(required by /v/libx.so)"
        ),
        "glibc-too-old",
        "GLIBC_2.34",
        None,
    ),
    (
        traceback(
            "ImportError: /lib/aarch64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.30' not "
            "found (required by /v/libx.so)"
        ),
        "libstdcxx-too-old",
        "GLIBCXX_3.4.30",
        None,
    ),
    (
        "python3: /lib/libstdc++.so.6: version `CXXABI_1.3.13' not found\n",
        "libstdcxx-too-old",
        "CXXABI_1.3.13",
        None,
    ),
    (
        traceback("ImportError: /v/x.so: undefined symbol: TfLiteXNNPackDelegateOptionsDefault"),
        "undefined-symbol",
        "TfLiteXNNPackDelegateOptionsDefault",
        None,
    ),
    (
        traceback("ImportError: Error relocating /v/x.so: __memcpy_chk: symbol not found"),
        "undefined-symbol",
        "__memcpy_chk",
        None,
    ),
    (
        traceback(
            "ImportError: libopenblas.so.0: cannot open shared object file: No such file or "
            "directory"
        ),
        "missing-shared-library",
        "libopenblas.so.0",
        None,
    ),
    (
        traceback("ModuleNotFoundError: No module named 'ml_dtypes'"),
        "module-not-installed",
        "ml_dtypes",
        "ModuleNotFoundError: No module named 'ml_dtypes'",
    ),
    (
        traceback("ImportError: /v/x.so: wrong ELF class: ELFCLASS64"),
        "wrong-arch-binary",
        None,
        None,
    ),
    (traceback("MemoryError"), "out-of-memory", None, "MemoryError"),
    ("", "error", None, ""),
]


@pytest.mark.parametrize(("status", "output", "kind", "signal", "detail"), SIGNALS)
def test_signals(status: int, output: str, kind: str, signal: int, detail: str | None) -> None:
    death = decode(status, output, "invoke", "int8")
    assert (death.kind, death.signal, death.detail) == (kind, signal, detail)
    assert (death.step, death.model) == ("invoke", "int8")


@pytest.mark.parametrize(("output", "kind", "detail", "evidence"), OUTPUTS)
def test_exceptions(output: str, kind: str, detail: str | None, evidence: str | None) -> None:
    death = decode(1, output, "import")
    assert (death.kind, death.signal, death.detail) == (kind, None, detail)
    if evidence is not None:
        assert death.evidence == evidence


def test_message_names_subject_step_and_cause() -> None:
    death = decode(-4, LSE, "invoke", "int8", "ai-edge-litert 2.3.0")
    assert death.message == (
        "ai-edge-litert 2.3.0 died (SIGILL) during the inference (int8 model). "
        "The program uses an instruction that this processor does not have. "
        "The instruction set is lse."
    )
    assert death.evidence == LSE.splitlines()[1]


def test_noise_before_the_last_exception_is_not_its_cause() -> None:
    noise = (
        "W0000 Could not load dynamic library 'libcuda.so.1'; dlerror: libcuda.so.1: cannot open "
        "shared object file: No such file or directory\n"
        "libnvinfer.so.8: cannot open shared object file: No such file or directory\n"
    )
    death = decode(1, noise + traceback("ModuleNotFoundError: No module named 'keras'"), "import")
    assert (death.kind, death.detail) == ("module-not-installed", "keras")
    assert decode(-11, noise, "invoke").kind == "segfault"


def test_an_exception_of_several_lines_is_told_whole() -> None:
    text = traceback(
        "RuntimeError: Encountered unresolved custom op: edgetpu-custom-op.\n"
        "See instructions: https://example.org\n"
        "Node number 0 (edgetpu-custom-op) failed to prepare."
    )
    death = decode(1, text, "allocate", "mine.tflite")
    assert death.kind == "edgetpu-delegate-not-used"
    assert death.evidence.startswith("RuntimeError: Encountered unresolved custom op: edgetpu")
    death = decode(1, traceback("RuntimeError: first words\nand the second"), "allocate", "m")
    assert (death.kind, death.evidence) == ("error", "RuntimeError: first words and the second")
    assert death.message.endswith("(m model). RuntimeError: first words and the second.")


def test_time_limit() -> None:
    death = timed_out(30, "last words\n", "construct", "int8", "tensorflow")
    assert (death.kind, death.signal, death.detail) == ("timeout", None, "30 s")
    assert death.message.startswith("tensorflow failed while the interpreter was built")
    assert death.evidence == "last words"


def test_evidence_carries_no_control_characters() -> None:
    text = traceback("ImportError: \x1b[31mevil\x1b]0;title\x07\x9b2J: undefined symbol: a\x1b[2Jb")
    death = decode(1, text, "import")
    assert death.kind == "undefined-symbol"
    for told in (death.evidence, death.message, death.detail or ""):
        assert told.isprintable()


@pytest.mark.parametrize(
    "piece",
    [
        "a" * 32,
        "compiled against API version 0x1 ",
        "Error relocating ",
        "Traceback (most recent call last)\n",
        "x: " * 1_000 + "\n",
    ],
)
def test_hostile_output_takes_time_in_line_with_its_length(piece: str) -> None:
    """Sixteen times the text may take twice as long as that: anything worse grows with a square."""

    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        return min(_cpu_seconds(text) for _ in range(3))

    assert seconds(262_144) <= 32 * max(seconds(16_384), 0.0005)


def _cpu_seconds(text: str) -> float:
    start = time.process_time()
    decode(1, text, "import")
    decode(-6, text, "import")
    return time.process_time() - start


def test_signal_of_a_shell_or_emulator() -> None:
    assert signal_of(-11) == signal_of(139) == 11
    assert signal_of(0) is signal_of(1) is signal_of(127) is signal_of(255) is None


def test_every_kind_is_a_trouble_or_an_end() -> None:
    for status, output, kind, _, _ in SIGNALS:
        assert kind in {*load_troubles(), *ENDS}
        death = decode(status, output, "invoke")
        assert (death.remedy is None) == (kind in ENDS)


def test_clean_shortens() -> None:
    assert clean("a\tb\r\n c  d") == "a b c d"
    assert len(clean("x" * 10_000)) == 300
