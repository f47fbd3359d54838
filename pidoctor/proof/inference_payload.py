"""Runs inside the target interpreter: finds a runtime, runs the models, reports each step.

Passed as the argument of ``-c`` with the request (JSON) behind it, so it needs nothing but the
standard library of Python 3.7+, NumPy and a runtime. Reports are JSON lines on a file descriptor
of their own: what a runtime prints to stdout or stderr cannot get in between. A step is reported
before it is taken, so the last report says where a process died.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    sys.path[:] = [entry for entry in sys.path if entry]  # the current folder is not the user's app

import json
import os
import statistics
import time
from typing import Any

KEPT_VALUES = 64  # of an output whose right value is not known
MAX_RUNS = 20
MAX_SECONDS = 0.5  # of repetition after the first inference


class Reporter:
    """Writes one JSON line per event to a file descriptor."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def send(self, event: str, **fields: Any) -> None:
        line = json.dumps(dict(fields, event=event)) + "\n"
        data = line.encode("ascii")
        while data:
            data = data[os.write(self._fd, data) :]


def version_of(distributions: list[str]) -> Any:
    """The version of the first of these distributions that is installed, or None."""
    try:
        from importlib import metadata
    except ImportError:  # Python 3.7
        return None
    for name in distributions:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None


def is_installed(module: str) -> bool:
    """Whether a top-level module is there; an empty folder left by an uninstall is not one."""
    from importlib.util import find_spec

    spec = find_spec(module)
    return spec is not None and spec.origin is not None


def interpreter_class(runtime: Any) -> Any:
    """Runs the import line that the user is told to write, and returns what it names."""
    names: Any = {}
    exec(runtime["import"], names)  # noqa: S102 - a line of pidoctor's own table
    return names["Interpreter"]


def ramp(shape: list[int], dtype: Any) -> Any:
    """A fixed input: 0 to 0.99 again and again for floats, 0 to 99 for 8-bit integers.

    Wider integers are most often indices, and only index 0 is surely in range.
    """
    import numpy as np

    kind, size = np.dtype(dtype).kind, np.dtype(dtype).itemsize
    if kind in "SUO":
        return np.full(shape, b"a", dtype=object)
    if kind in "iu" and size > 1:
        return np.zeros(shape, dtype=dtype)
    steps = np.arange(int(np.prod(shape))) % 100
    values = steps % 2 == 1 if kind == "b" else steps / 100.0 if kind in "fc" else steps
    return values.astype(dtype).reshape(shape)


def fixed_shape(detail: Any) -> list[int]:
    """An input's shape with every open dimension set to 1."""
    return [max(int(size), 1) for size in detail["shape"]]


def fill(interpreter: Any, known: Any) -> None:
    import numpy as np

    for detail in interpreter.get_input_details():
        shape = [int(size) for size in detail["shape"]]
        if known is None:
            value = ramp(shape, detail["dtype"])
        else:
            value = np.array(known["values"], dtype=known["dtype"]).reshape(shape)
        interpreter.set_tensor(detail["index"], value)


def outputs(interpreter: Any) -> list[Any]:
    """Every output's values, flat; None where a value is NaN or infinite."""
    import numpy as np

    values: list[Any] = []
    for detail in interpreter.get_output_details():
        array = np.asarray(interpreter.get_tensor(detail["index"])).ravel()
        if array.dtype.kind == "c":
            array = np.concatenate([array.real, array.imag])
        if array.dtype.kind in "fc":
            values += [v if ok else None for v, ok in zip(array.tolist(), np.isfinite(array))]
        elif array.dtype.kind in "iub":
            values += [int(value) for value in array]
    return values


def timed_runs(interpreter: Any) -> list[float]:
    """Milliseconds of each inference: at least one after the first, then while time is left."""
    times: list[float] = []
    end = time.perf_counter() + MAX_SECONDS
    while len(times) < 2 or (len(times) < MAX_RUNS and time.perf_counter() < end):
        start = time.perf_counter()
        interpreter.invoke()
        times.append((time.perf_counter() - start) * 1000)
    return times


def run_model(model: Any, interpreter_type: Any, reporter: Reporter) -> None:
    def step(name: str) -> None:
        reporter.send("step", step=name, model=model["name"])

    step("construct")
    interpreter = interpreter_type(model_path=model["path"])
    step("allocate")
    for detail in interpreter.get_input_details():
        if any(int(size) < 1 for size in detail["shape"]):
            interpreter.resize_tensor_input(detail["index"], fixed_shape(detail))
    interpreter.allocate_tensors()
    step("invoke")
    fill(interpreter, model["input"])
    first, *others = timed_runs(interpreter)
    values = outputs(interpreter)
    inputs = interpreter.get_input_details()
    reporter.send(
        "model",
        name=model["name"],
        input_shape=[int(size) for size in inputs[0]["shape"]] if inputs else [],
        obtained=values[:KEPT_VALUES],
        finite=all(value is not None for value in values),
        first_ms=round(first, 4),
        latency_ms=round(statistics.median(others), 4),
    )


def peak_memory() -> int:
    """Bytes of the largest resident size so far (VmHWM; getrusage counts the parent's too)."""
    try:
        with open("/proc/self/status", "rb") as status:
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def no_core_file() -> None:
    """A crash is an expected answer here; it leaves no core file behind."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        pass


def main(request: Any) -> None:
    reporter = Reporter(request["fd"])
    reporter.send("python", executable=sys.executable, version=sys.version.split()[0])
    no_core_file()
    present = [runtime for runtime in request["runtimes"] if is_installed(runtime["module"])]
    if not present:
        reporter.send("absent")
        return
    runtime = present[0]
    version = version_of(runtime["distributions"])
    reporter.send("runtime", distribution=runtime["distribution"], version=version)
    reporter.send("step", step="import", model=None)
    import numpy

    reporter.send("numpy", version=numpy.__version__)
    interpreter_type = interpreter_class(runtime)
    if version is None:
        module = sys.modules[runtime["module"]]
        reporter.send(
            "runtime",
            distribution=runtime["distribution"],
            version=getattr(module, "__version__", None),
        )
    for model in request["models"]:
        run_model(model, interpreter_type, reporter)
    reporter.send("done", peak_memory_bytes=peak_memory())


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
