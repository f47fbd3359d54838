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
CUT_S, CUT_WARM_UP = 0.05, 5  # of an operator alone: the time, and calls before and at least
SAMPLE = 1000  # values of an output that are compared
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

    kind, shape = np.dtype(detail["dtype"]), [int(size) for size in detail["shape"]]
    draw = np.random.default_rng(0)
    if kind.kind == "f":
        return draw.random(shape, dtype=np.float32).astype(kind)
    if kind.kind in "iu" and kind.itemsize == 1:
        limits = np.iinfo(kind)
        return draw.integers(limits.min, limits.max + 1, shape, dtype=kind)
    return shared.ramp(shape, kind)


def calls(invoke: Any, seconds: float, fewest: int, most: int, reset: Any = None) -> Any:
    """Milliseconds of each call, until the time is over; ``reset`` comes before each, untimed."""
    times: Any = []
    end = time.perf_counter() + seconds
    while len(times) < fewest or (len(times) < most and time.perf_counter() < end):
        if reset is not None:
            reset()
        started = time.perf_counter_ns()
        invoke()
        times.append((time.perf_counter_ns() - started) / 1e6)
    return times


def warm_up(invoke: Any, reset: Any = None) -> Any:
    """How many calls it took until two windows agreed, and whether they did."""
    end = time.perf_counter() + WARM_UP_S
    count, before = 0, None
    while time.perf_counter() < end:
        window = calls(invoke, WINDOW_S, WINDOW_CALLS, MOST, reset)
        count, now = count + len(window), statistics.median(window)
        if before is not None and abs(now - before) <= AGREE * before:
            return count, True
        before = now
    return count, False


def interpreter_of(request: Any, shared: Any, delegates: Any) -> Any:
    kind = shared.interpreter_class(request["runtime"])
    arguments = {"model_path": request["model"], "num_threads": request["threads"]}
    if delegates:
        arguments["experimental_delegates"] = delegates
    if not request["xnnpack"]:
        resolvers = sys.modules[kind.__module__].OpResolverType
        arguments["experimental_op_resolver_type"] = resolvers.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    return kind(**arguments)


def delegates_of(request: Any, shared: Any) -> Any:
    if not request["delegate"]:
        return []
    send("step", step="delegate")
    return [shared.load_delegate(request["delegate"], shared.interpreter_class(request["runtime"]))]


def delegated_operators(interpreter: Any) -> Any:
    """How many of the model's operators delegates run, and how many it has; None: not told.

    The runtime keeps the operators that a delegate has taken beside the one step that stands for
    them: they are what lies between that step's inputs and its outputs.
    """
    try:
        steps = [
            (str(it["op_name"]), it["inputs"], it["outputs"]) for it in details_of(interpreter)
        ]
    except (AttributeError, KeyError, TypeError):
        return None
    own = [step for step in steps if step[0] != "DELEGATE"]
    maker = {int(tensor): number for number, step in enumerate(own) for tensor in step[2]}
    taken: Any = set()
    for name, inputs, outputs in steps:
        if name == "DELEGATE":
            known, open_ = {int(tensor) for tensor in inputs}, [int(it) for it in outputs]
            while open_:
                number = maker.get(open_.pop())
                if number is not None and number not in taken:
                    taken.add(number)
                    open_ += [int(it) for it in own[number][1] if int(it) not in known]
    return [len(taken), len(own)]


def details_of(interpreter: Any) -> Any:
    return interpreter._get_ops_details()


def set_shapes(interpreter: Any, shapes: Any, shared: Any) -> None:
    """The sizes that the user has chosen, and 1 for those that are open."""
    for number, detail in enumerate(interpreter.get_input_details()):
        shape = shapes[number] if number < len(shapes) else shared.fixed_shape(detail)
        if [int(size) for size in detail["shape"]] != list(shape):
            interpreter.resize_tensor_input(detail["index"], shape)


def set_inputs(interpreter: Any, request: Any, shared: Any, media: Any) -> None:
    details = interpreter.get_input_details()
    if request["inputs"]:
        values = media.values_of(
            request["inputs"], request["model"], request["needs"], details, shared
        )
    else:
        values = [random_value(detail, shared) for detail in details]
    for detail, value in zip(details, values):
        interpreter.set_tensor(detail["index"], value)


def filled(interpreter: Any) -> list[Any]:
    """The outputs that hold an element: runtimes refuse to give the others."""
    return [detail for detail in interpreter.get_output_details() if 0 not in detail["shape"]]


def checksum(interpreter: Any) -> str:
    digest = hashlib.sha256()
    for detail in filled(interpreter):
        digest.update(interpreter.get_tensor(detail["index"]).tobytes())
    return digest.hexdigest()[:16]


def sample(interpreter: Any) -> Any:
    """The first values of each output, to be compared with those of another configuration."""
    import numpy as np

    values: Any = []
    for detail in filled(interpreter):
        array = np.ravel(interpreter.get_tensor(detail["index"]))[:SAMPLE]
        if array.dtype.kind in "biuf":
            values += [float(v) if np.isfinite(v) else None for v in array]
    return values


def timed(step: str, action: Any) -> Any:
    """What the action gives, and its milliseconds."""
    send("step", step=step)
    started = time.perf_counter_ns()
    made = action()
    return made, (time.perf_counter_ns() - started) / 1e6


def main(request: Any, shared: Any, media: Any) -> None:
    began = time.perf_counter()
    shared.no_core_file()
    send("step", step="import")
    shared.interpreter_class(request["runtime"])
    delegates = delegates_of(request, shared)
    before = private_memory()
    interpreter, load_ms = timed("construct", lambda: interpreter_of(request, shared, delegates))
    set_shapes(interpreter, request["shapes"], shared)
    _, allocate_ms = timed("allocate", interpreter.allocate_tensors)
    try:
        set_inputs(interpreter, request, shared, media)
    except shared.BadFile as error:
        send("bad-file", why=str(error))
        return
    reset = interpreter.reset_all_variables if request["state"] else None
    _, first_ms = timed("invoke", interpreter.invoke)
    found, values = checksum(interpreter), sample(interpreter)
    warm, agreed = warm_up(interpreter.invoke, reset)
    times = calls(interpreter.invoke, request["seconds"], FEWEST, MOST, reset)
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
        parts=shared.delegated_parts(interpreter),
        operators=delegated_operators(interpreter),
        checksum=found,
        values=values,
    )


def cut_times(request: Any, shared: Any) -> None:
    """Times the whole model, each of its operators alone, and the whole again."""
    shared.no_core_file()
    with open(request["model"], "rb") as file:
        whole = file.read()
    with open(request["cuts"], encoding="ascii") as file:
        cuts = json.load(file)
    kind = shared.interpreter_class(request["runtime"])
    first = cut_time(kind, whole, shared)
    times = []
    for number, (patches, tail) in enumerate(cuts):
        send("step", step="invoke", cut=number)
        data = bytearray(whole)
        for place, patch in patches:
            data[place : place + len(patch) // 2] = bytes.fromhex(patch)
        try:
            times.append(cut_time(kind, bytes(data + bytes.fromhex(tail)), shared))
        except (RuntimeError, ValueError):  # its input has to be a certain one: a shape, an index
            times.append(None)
    send("cut", whole=(first + cut_time(kind, whole, shared)) / 2, times=times)


def cut_time(kind: Any, content: bytes, shared: Any) -> Any:
    """The median of some calls in milliseconds, on one thread."""
    interpreter = kind(model_content=content, num_threads=1)
    set_shapes(interpreter, [], shared)
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], random_value(detail, shared))
    calls(interpreter.invoke, 0.0, CUT_WARM_UP, CUT_WARM_UP)
    return statistics.median(calls(interpreter.invoke, CUT_S, CUT_WARM_UP, MOST))


def module(name: str, source: str) -> Any:
    made = types.ModuleType(name)
    exec(source, made.__dict__)  # noqa: S102 - payloads of the same pidoctor
    return made


if __name__ == "__main__":
    asked, library = json.loads(sys.argv[1]), module("pidoctor_inference", sys.argv[2])
    if "cuts" in asked:
        cut_times(asked, library)
    else:
        main(asked, library, module("pidoctor_media", sys.argv[3]))
