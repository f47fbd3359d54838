"""Runs inside an emulated root: the models through one programming interface, a line per result.

Arguments: the import line of Interpreter or "compiled-model", then pairs of a model's file and its
answer's file. A line says what begins, the next how it went: a death leaves the first one alone.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def interpreter_class(import_line: str) -> Any:
    names: dict[str, Any] = {}
    exec(import_line, names)  # noqa: S102 - a line of pidoctor's own table
    return names["Interpreter"]


def right(obtained: Any, answer: Any) -> bool:
    pairs = zip(answer["expected"], obtained.ravel().tolist())
    return all(abs(want - got) <= answer["tolerance"] for want, got in pairs)


def array_of(answer: Any) -> Any:
    import numpy

    return numpy.array(answer["input"], answer["dtype"]).reshape(answer["input_shape"])


def interpreted(import_line: str, model: str, answer: Any) -> Any:
    interpreter = interpreter_class(import_line)(model_path=model)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], array_of(answer))
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def compiled(_: str, model: str, answer: Any) -> Any:
    import numpy
    from ai_edge_litert.compiled_model import (  # type: ignore[import-not-found]
        CompiledModel,
    )

    compiled_model = CompiledModel.from_file(model)
    inputs = compiled_model.create_input_buffers(0)
    outputs = compiled_model.create_output_buffers(0)
    inputs[0].write(array_of(answer))
    compiled_model.run_by_index(0, inputs, outputs)
    return outputs[0].read(len(answer["expected"]), numpy.dtype(answer["dtype"]).type)


def main() -> None:
    how, *files = sys.argv[1:]
    run = compiled if how == "compiled-model" else interpreted
    for model, answer_file in zip(files[::2], files[1::2]):
        name = model.rsplit("/", 1)[-1].split(".")[0]
        print("begin", name, flush=True)
        with open(answer_file, encoding="utf-8") as file:
            answer = json.load(file)
        outcome = "passed" if right(run(how, model, answer), answer) else "wrong answer"
        print("end", name, outcome, flush=True)


if __name__ == "__main__":
    main()
