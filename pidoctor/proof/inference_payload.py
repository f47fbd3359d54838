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
import types
from typing import Any

KEPT_VALUES = 64  # of an output, in a report
TENSORS = "pidoctor-tensors/1"  # the form of a file with a model's inputs and outputs
CLOSE = 1e-4  # how far two runtimes may be apart, of the largest value or of 1: rounding
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


def load_delegate(delegate: Any, interpreter_type: Any) -> Any:
    """The delegate in a library; it takes its part of the model when the interpreter is built."""
    module = sys.modules[interpreter_type.__module__]
    return module.load_delegate(delegate["library"], delegate["options"])


def with_delegates(delegates: Any, interpreter_type: Any) -> Any:
    """The arguments of an interpreter with these delegates alone, without XNNPACK.

    Its parts could not be told from theirs: the runtime calls them all DELEGATE.
    """
    arguments = {"experimental_delegates": delegates}
    module = sys.modules[interpreter_type.__module__]
    resolvers = getattr(module, "OpResolverType", None)  # none before 2.5
    if resolvers is not None:
        plain = resolvers.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        arguments["experimental_op_resolver_type"] = plain
    return arguments


def delegated_parts(interpreter: Any) -> Any:
    """How many parts of the model the delegate runs; None where the runtime does not tell."""
    try:
        names = [str(step["op_name"]) for step in interpreter._get_ops_details()]
    except (AttributeError, KeyError, TypeError):
        return None
    return names.count("DELEGATE")


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


def own_shape(detail: Any, array: Any) -> Any:
    """The shape of an array, where it fills the sizes that an input leaves open; else None."""
    open_ = [int(size) for size in detail.get("shape_signature", [])]
    fits = len(open_) == len(array.shape) and all(
        size < 1 or size == own for size, own in zip(open_, array.shape)
    )
    return list(array.shape) if fits and min(open_, default=1) < 1 else None


def set_shapes(interpreter: Any, asked: list[Any], given: Any = None) -> None:
    """Gives each input the shape that is asked for it, else that of a given array where it leaves
    its sizes open, and a size to those without one."""
    for number, detail in enumerate(interpreter.get_input_details()):
        shape = asked[number] if number < len(asked) else None
        if shape is None and given is not None and number < len(given):
            shape = own_shape(detail, given[number])
        if shape is None and any(int(size) < 1 for size in detail["shape"]):
            shape = fixed_shape(detail)
        if shape is not None:
            interpreter.resize_tensor_input(detail["index"], shape)


class BadFile(Exception):
    """Why a file of the user's cannot be used."""


def fill(interpreter: Any, known: Any, given: Any) -> Any:
    """Sets the inputs, which are given back: ``given`` arrays, a ``known`` one, or a fixed ramp."""
    import numpy as np

    details = interpreter.get_input_details()
    if given is not None and len(given) != len(details):
        raise BadFile(f"it has {len(given)} inputs, and the model takes {len(details)}")
    arrays = []
    for number, detail in enumerate(details):
        shape = [int(size) for size in detail["shape"]]
        if given is not None:
            value = given[number]
            if value.size != int(np.prod(shape)):
                takes = f"the model takes {told(shape)}"
                raise BadFile(f"input {number} is of {told(value.shape)}, and {takes}")
            value = value.astype(detail["dtype"]).reshape(shape)
        elif known is None:
            value = ramp(shape, detail["dtype"])
        else:
            value = np.array(known["values"], dtype=known["dtype"]).reshape(shape)
        interpreter.set_tensor(detail["index"], value)
        arrays.append(value)
    return arrays


def told(shape: Any) -> str:
    """A shape as people write it: "1 x 10"."""
    return " x ".join(str(int(size)) for size in shape) or "one value"


def tensors_in(path: str, kind: str, model: str) -> Any:
    """The "inputs", "outputs" and "tolerance" of a file, which has the ``kind``.

    It is .npy, a nested list in JSON, or what :func:`save` has written.
    """
    import numpy as np

    try:
        if path.lower().endswith(".npy"):
            return {kind: [numbers(np.load(path, allow_pickle=False))]}
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        if not isinstance(data, dict):
            return {kind: [numbers(data)]}
        found: Any = {
            key: list(map(numbers, data[key])) for key in ("inputs", "outputs") if key in data
        }
        found["tolerance"] = float(data["tolerance"]) if "tolerance" in data else None
    except BadFile:
        raise
    except Exception as error:
        raise BadFile(f"it cannot be read ({str(error) or type(error).__name__})") from None
    if data.get("model_sha256") not in (None, sha256_of(model)):
        raise BadFile("it was made with another model file")
    if kind not in found:
        raise BadFile(f"it has no {kind}")
    return found


def media_in(model: Any, interpreter: Any) -> Any:
    """The inputs out of an image or a sound; its reader's source is the last argument."""
    own = sys.modules[__name__]
    media = types.ModuleType("pidoctor_media")
    exec(compile(sys.argv[2], media.__name__, "exec"), media.__dict__)  # noqa: S102 - payloads of the same pidoctor
    details = interpreter.get_input_details()
    read = media.arrays_of(model["given"], model["path"], model["needs"], details, own)
    return [media.fitted(array, details, number, own) for number, array in enumerate(read)]


def numbers(entry: Any) -> Any:
    """A nested list, or a flat one with its shape, as an array."""
    import numpy as np

    if isinstance(entry, dict):
        entry = np.array(entry["values"], dtype=entry.get("dtype")).reshape(entry["shape"])
    array = np.asarray(entry)
    if array.dtype.kind not in "biufc":
        raise BadFile("it holds something else than numbers, or rows that differ in length")
    return array


def sha256_of(path: str) -> str:
    import hashlib

    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    return digest.hexdigest()


def compared(expected: Any, obtained: Any, tolerance: Any) -> Any:
    """How far two lists of arrays are apart, and the first value that is too far.

    Sizes of 1 do not count: what is of 1 x 10 may be given as 10.
    """
    import numpy as np

    if len(expected) != len(obtained):
        return {"shapes": f"{len(obtained)} outputs, expected {len(expected)}"}
    largest = allowed = 0.0
    over, total, first = 0, 0, None
    for number, (want, got) in enumerate(zip(expected, obtained)):
        if got.dtype.kind not in "biufc":
            return {"shapes": f"output {number} is text, which is not compared"}
        if [n for n in want.shape if n != 1] != [n for n in got.shape if n != 1]:
            return {
                "shapes": f"output {number} is of {told(got.shape)}, expected {told(want.shape)}"
            }
        apart = distances(want.ravel(), got.ravel())
        limit = tolerance if tolerance is not None else usual_tolerance(want, got)
        wrong = np.flatnonzero(apart > limit)
        if wrong.size and first is None:
            at = wrong[0]
            first = {
                "output": number,
                "at": [int(n) for n in np.unravel_index(at, got.shape)],
                "expected": str(want.ravel()[at]),
                "obtained": str(got.ravel()[at]),
            }
        over, total = over + int(wrong.size), total + int(apart.size)
        largest = max(largest, float(apart.max()) if apart.size else 0.0)
        allowed = max(allowed, limit)
    return {
        "first": first,
        "over": over,
        "total": total,
        "tolerance": allowed,
        "max_error": largest if largest < float("inf") else None,
        "expected": flat(expected)[:KEPT_VALUES],
    }


def distances(want: Any, got: Any) -> Any:
    """How far each value is off; none where both are the same, NaN included."""
    import numpy as np

    wide = "complex128" if "c" in want.dtype.kind + got.dtype.kind else "float64"
    a, b = want.astype(wide), got.astype(wide)
    with np.errstate(all="ignore"):
        apart = np.abs(a - b)
    apart = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, apart)
    return np.where(np.isnan(apart), np.inf, apart)


def usual_tolerance(want: Any, got: Any) -> float:
    """Of rounding: a part of the largest float, a step of an 8-bit integer, else none."""
    import numpy as np

    if got.dtype.kind in "iu":
        return float(got.dtype.itemsize == 1)
    if got.dtype.kind == "b":
        return 0.0
    finite = np.abs(want[np.isfinite(want)])
    return CLOSE * max(1.0, float(finite.max()) if finite.size else 1.0)


def save(path: str, runtime: Any, model: str, inputs: Any, values: Any) -> None:
    """Writes what went in and what came out, for another board or another runtime."""

    def entry(array: Any) -> Any:
        return {
            "shape": list(array.shape),
            "dtype": str(array.dtype),
            "values": array.ravel().tolist(),
        }

    document = {
        "schema": TENSORS,
        "runtime": runtime,
        "model_sha256": sha256_of(model),
        "inputs": [entry(array) for array in inputs],
        "outputs": [entry(array) for array in values],
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)


def flat(arrays: list[Any]) -> list[Any]:
    """The values of all arrays; None where one is NaN or infinite."""
    import numpy as np

    values: list[Any] = []
    for array in arrays:
        parts = [array.real, array.imag] if array.dtype.kind == "c" else [array]
        for part in map(np.ravel, parts):
            if part.dtype.kind == "f":
                values += [v if ok else None for v, ok in zip(part.tolist(), np.isfinite(part))]
            elif part.dtype.kind in "iub":
                values += [int(value) for value in part]
    return values


def timed(interpreter: Any) -> float:
    """The milliseconds of an inference."""
    start = time.perf_counter()
    interpreter.invoke()
    return (time.perf_counter() - start) * 1000


def timed_runs(interpreter: Any) -> list[float]:
    """Milliseconds of each further inference: one, then more while time is left."""
    times = [timed(interpreter)]
    end = time.perf_counter() + MAX_SECONDS
    while len(times) < MAX_RUNS and time.perf_counter() < end:
        times.append(timed(interpreter))
    return times


def tensors_of(interpreter: Any) -> list[Any]:
    """Every output as an array."""
    import numpy as np

    return [
        # Runtimes refuse to give what holds no element, as a WHERE that found nothing.
        np.zeros(detail["shape"], detail["dtype"])
        if 0 in detail["shape"]
        else np.array(interpreter.get_tensor(detail["index"]))
        for detail in interpreter.get_output_details()
    ]


def run_model(
    model: Any, interpreter_type: Any, runtime: str, reporter: Reporter, delegates: Any
) -> None:
    def step(name: str) -> None:
        reporter.send("step", step=name, model=model["name"])

    expect, given, path = model.get("expect"), model.get("given"), model["path"]
    reporter.send("reads", file="expect")
    right = tensors_in(expect, "outputs", path) if expect else {}
    reporter.send("reads", file="given" if given else "expect")
    media = given if model.get("needs") else None  # is read when the inputs have their sizes
    arrays = tensors_in(given, "inputs", path) if given and not media else right
    inputs = arrays.get("inputs")
    step("construct")
    more = with_delegates(delegates, interpreter_type) if delegates else {}
    interpreter = interpreter_type(model_path=model["path"], **more)
    step("allocate")
    set_shapes(interpreter, model.get("shapes") or [], inputs)
    interpreter.allocate_tensors()
    if media:
        inputs = media_in(model, interpreter)
    step("invoke")
    went_in = fill(interpreter, model["input"], inputs)
    first = timed(interpreter)
    outputs = tensors_of(interpreter)  # of the first inference: later ones may build on a state
    values = flat(outputs)
    if model.get("save"):
        save(model["save"], runtime, path, went_in, outputs)
    tolerance = model.get("tolerance")
    if tolerance is None:
        tolerance = right.get("tolerance")
    comparison = compared(right["outputs"], outputs, tolerance) if right else None
    others = timed_runs(interpreter)
    details = interpreter.get_input_details()
    reporter.send(
        "model",
        name=model["name"],
        input_shape=[int(size) for size in details[0]["shape"]] if details else [],
        given=inputs is not None and not given,
        compared=comparison,
        obtained=values[:KEPT_VALUES],
        finite=all(value is not None for value in values),
        first_ms=round(first, 4),
        latency_ms=round(statistics.median(others), 4),
        delegated=delegated_parts(interpreter) if delegates else None,
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
        version = getattr(sys.modules[runtime["module"]], "__version__", None)
        reporter.send("runtime", distribution=runtime["distribution"], version=version)
    name = f"{runtime['distribution']} {version}"
    delegates = []
    if request["delegate"]:
        reporter.send("step", step="delegate", model=None)
        delegates.append(load_delegate(request["delegate"], interpreter_type))
    for model in request["models"]:
        try:
            run_model(model, interpreter_type, name, reporter, delegates)
        except BadFile as error:
            reporter.send("bad-file", why=str(error))
            return
    reporter.send("done", peak_memory_bytes=peak_memory())


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
