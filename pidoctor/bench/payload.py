"""Runs inside the target interpreter: one model, one configuration, timed call by call.

Passed as the argument of ``-c``, with the request (JSON) and the source of the proof's payload
behind it. Reports are lines of stdout that begin with a mark; what else is printed goes nowhere.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    sys.path[:] = [entry for entry in sys.path if entry]  # the current folder is not the user's app

import hashlib
import json
import statistics
import time
import types
from typing import Any

MARK = "pidoctor-bench "
WINDOW_S = 0.2  # of calls while warming up
WINDOW_CALLS = 5
AGREE = 0.02  # two windows' medians differ by less: it is warm
WARM_UP_S = 5.0  # at most
FEWEST, MOST = 20, 10_000  # calls that are measured


def send(event: str, **fields: Any) -> None:
    print(MARK + json.dumps(dict(fields, event=event)), flush=True)


def private_memory() -> Any:
    """Bytes that are this process's alone (RssAnon); None where the kernel does not tell."""
    try:
        with open("/proc/self/status", "rb") as status:
            for line in status:
                if line.startswith(b"RssAnon:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def random_value(detail: Any, shared: Any) -> Any:
    """Random numbers over the whole of what 8-bit quantisation can hold, 0 to 1 for floats."""
    import numpy as np

    kind, shape = np.dtype(detail["dtype"]), shared.fixed_shape(detail)
    draw = np.random.default_rng(0)
    if kind.kind == "f":
        return draw.random(shape, dtype=np.float32).astype(kind)
    if kind.kind in "iu" and kind.itemsize == 1:
        limits = np.iinfo(kind)
        return draw.integers(limits.min, limits.max + 1, shape, dtype=kind)
    return shared.ramp(shape, kind)


def calls(invoke: Any, seconds: float, fewest: int, most: int) -> Any:
    """Milliseconds of each call, until the time is over."""
    times: Any = []
    end = time.perf_counter() + seconds
    while len(times) < fewest or (len(times) < most and time.perf_counter() < end):
        started = time.perf_counter_ns()
        invoke()
        times.append((time.perf_counter_ns() - started) / 1e6)
    return times


def warm_up(invoke: Any) -> Any:
    """How many calls it took until two windows agreed, and whether they did."""
    end = time.perf_counter() + WARM_UP_S
    count, before = 0, None
    while time.perf_counter() < end:
        window = calls(invoke, WINDOW_S, WINDOW_CALLS, MOST)
        count, now = count + len(window), statistics.median(window)
        if before is not None and abs(now - before) <= AGREE * before:
            return count, True
        before = now
    return count, False


def interpreter_of(request: Any, shared: Any) -> Any:
    kind = shared.interpreter_class(request["runtime"])
    arguments = {"model_path": request["model"], "num_threads": request["threads"]}
    if not request["xnnpack"]:
        resolvers = sys.modules[kind.__module__].OpResolverType
        arguments["experimental_op_resolver_type"] = resolvers.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    return kind(**arguments)


def checksum(interpreter: Any) -> str:
    digest = hashlib.sha256()
    for detail in interpreter.get_output_details():
        digest.update(interpreter.get_tensor(detail["index"]).tobytes())
    return digest.hexdigest()[:16]


def timed(step: str, action: Any) -> Any:
    """What the action gives, and its milliseconds."""
    send("step", step=step)
    started = time.perf_counter_ns()
    made = action()
    return made, (time.perf_counter_ns() - started) / 1e6


def main(request: Any, shared: Any) -> None:
    began = time.perf_counter()
    shared.no_core_file()
    send("step", step="import")
    shared.interpreter_class(request["runtime"])
    before = private_memory()
    interpreter, load_ms = timed("construct", lambda: interpreter_of(request, shared))
    for detail in interpreter.get_input_details():
        if any(int(size) < 1 for size in detail["shape"]):
            interpreter.resize_tensor_input(detail["index"], shared.fixed_shape(detail))
    _, allocate_ms = timed("allocate", interpreter.allocate_tensors)
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], random_value(detail, shared))
    _, first_ms = timed("invoke", interpreter.invoke)
    found = checksum(interpreter)
    warm, agreed = warm_up(interpreter.invoke)
    interpreter.reset_all_variables()
    times = calls(interpreter.invoke, request["seconds"], FEWEST, MOST)
    send(
        "done",
        load_ms=load_ms,
        allocate_ms=allocate_ms,
        first_ms=first_ms,
        warm_up=warm,
        agreed=agreed,
        times=[round(value, 5) for value in times],
        cpu_s=time.process_time(),
        whole_s=time.perf_counter() - began,
        private=None if before is None else max(private_memory() - before, 0),
        delegated=shared.delegated_parts(interpreter),
        checksum=found,
    )


if __name__ == "__main__":
    library = types.ModuleType("pidoctor_inference")
    exec(sys.argv[2], library.__dict__)  # noqa: S102 - the proof's payload, of the same pidoctor
    main(json.loads(sys.argv[1]), library)
